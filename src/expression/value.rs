//! The operators: exact on decimals, strict about kinds.
//!
//! Nothing rounds here unless its name says so, and two things of different kinds are never just unequal.

use super::view::{Assets, One, Part, Tag, Whole, lookup};
use crate::words::{closest, list};
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;

/// Most places of a rounded number.
const MAX_PLACES: u32 = 28;

/// A closed list, which all words out of it share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Closed {
    /// What the list is of.
    of: &'static str,
    /// The words as they are shown.
    words: Vec<Rc<str>>,
    /// The same, to be found without a look at each.
    known: BTreeSet<Rc<str>>,
}

impl Closed {
    pub(super) fn new(of: &'static str, words: Vec<Rc<str>>) -> Self {
        let known = words.iter().cloned().collect();
        Self { of, words, known }
    }
}

/// A word out of a closed list: comparing it with what is not in the list is a mistake, not a no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    /// The word.
    pub(super) text: Rc<str>,
    /// The list.
    pub(super) list: Rc<Closed>,
}

/// A value of an expression, or a part of the portfolio.
#[derive(Debug, Clone)]
pub(super) enum Value {
    Number(Decimal),
    Truth(bool),
    Text(Rc<str>),
    Word(Word),
    List(Vec<Value>),
    /// An optional key that is not in the config: how it is written.
    Unset(&'static str),
    Whole(Whole),
    One(One),
    Part(Part),
    Tag(Tag),
    Assets(Assets),
}

/// What an operator or a function objects to, to be shown at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Complaint {
    pub(super) message: String,
    pub(super) label: String,
    pub(super) help: String,
}

impl Complaint {
    pub(super) fn new(message: impl Into<String>, label: impl Into<String>, help: impl Into<String>) -> Self {
        Self { message: message.into(), label: label.into(), help: help.into() }
    }
}

/// What a function or an operator comes to.
pub(super) type Raised<T> = Result<T, Complaint>;

impl Value {
    /// The length of a text; of everything else nothing.
    pub(super) fn length(&self) -> usize {
        self.text().map_or(0, str::len)
    }

    /// What it is, for a message.
    pub(super) fn kind(&self) -> String {
        match self {
            Self::Number(number) => format!("a number ({})", number.normalize()),
            Self::Truth(truth) => format!("{truth}"),
            Self::Text(text) => format!("a text ({})", shown(text)),
            Self::Word(word) => format!("a text ({})", shown(&word.text)),
            Self::List(_) => "a list".to_owned(),
            Self::Unset(usage) => format!("`{usage}`, which is not set in the config"),
            Self::Whole(_) | Self::One(_) | Self::Part(_) | Self::Tag(_) | Self::Assets(_) => {
                "a part of the portfolio, not a value".to_owned()
            }
        }
    }

    /// The complaint about it where something else is needed.
    pub(super) fn instead_of(&self, wanted: &str) -> Complaint {
        let help = match self {
            Self::Unset(usage) => format!("ask first: `is_set({usage}) and …`."),
            Self::Whole(_) | Self::One(_) | Self::Part(_) | Self::Tag(_) | Self::Assets(_) => {
                "take one of its figures, such as `.target` or `.count`.".to_owned()
            }
            Self::Truth(_) => "join comparisons by `and`: `a <= b and b <= c`.".to_owned(),
            Self::Number(_) | Self::Text(_) | Self::Word(_) | Self::List(_) => {
                format!("write {wanted}; a number has no quotes, a text has.")
            }
        };
        Complaint::new(format!("this needs {wanted} and is given {}", self.kind()), "the wrong kind", help)
    }

    /// Whether it can be shown in a message.
    pub(super) fn shows(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Truth(_) | Self::Text(_) | Self::Word(_))
    }

    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::Word(word) => Some(&word.text),
            _ => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{}", number.normalize()),
            Self::Truth(truth) => write!(f, "{truth}"),
            other => f.write_str(other.text().unwrap_or("")),
        }
    }
}

/// A text as a message quotes it: cut when it is long.
fn shown(text: &str) -> String {
    let cut: String = text.chars().take(40).collect();
    if cut.len() < text.len() { format!("\"{cut}…\"") } else { format!("\"{cut}\"") }
}

pub(super) fn number(value: &Value) -> Raised<Decimal> {
    match value {
        Value::Number(number) => Ok(*number),
        other => Err(other.instead_of("a number")),
    }
}

pub(super) fn truth(value: &Value) -> Raised<bool> {
    match value {
        Value::Truth(truth) => Ok(*truth),
        other => Err(other.instead_of("true or false")),
    }
}

pub(super) fn text(value: &Value) -> Raised<&str> {
    value.text().ok_or_else(|| value.instead_of("a text"))
}

fn inexact(what: &str) -> Complaint {
    Complaint::new(
        format!("the {what} has more than 28 digits"),
        "cannot be kept exactly",
        "use smaller numbers, or fewer decimal places: `round(a, places)`.",
    )
}

/// An arithmetic operator.
pub(super) fn arithmetic(operator: &str, a: &Value, b: &Value) -> Raised<Decimal> {
    let (a, b) = (number(a)?.normalize(), number(b)?.normalize());
    let result = match operator {
        "+" => sum(a, b).ok_or_else(|| inexact("sum"))?,
        "-" => sum(a, -b).ok_or_else(|| inexact("difference"))?,
        "*" => product(a, b).ok_or_else(|| inexact("product"))?,
        _ => quotient(a, b)?,
    };
    Ok(result.normalize())
}

/// The sum, when it can be kept exactly.
pub(super) fn sum(a: Decimal, b: Decimal) -> Option<Decimal> {
    if a.is_zero() || b.is_zero() {
        return Some(if a.is_zero() { b } else { a });
    }
    let scale = a.scale().max(b.scale());
    a.checked_add(b).filter(|sum| sum.scale() == scale)
}

fn product(a: Decimal, b: Decimal) -> Option<Decimal> {
    if a.is_zero() || b.is_zero() {
        return Some(Decimal::ZERO);
    }
    let scale = a.scale() + b.scale();
    a.checked_mul(b).filter(|product| product.scale() == scale)
}

fn by_zero() -> Complaint {
    Complaint::new("a division by zero", "divided by zero", "ask first whether it is 0, or multiply instead.")
}

fn quotient(a: Decimal, b: Decimal) -> Result<Decimal, Complaint> {
    if b.is_zero() {
        return Err(by_zero());
    }
    let exact = a.checked_div(b).map(|q| q.normalize()).filter(|q| product(*q, b).map(|p| p.normalize()) == Some(a));
    exact.ok_or_else(|| {
        Complaint::new(
            format!("{a} / {b} does not come out exactly"),
            "would have to be rounded",
            "multiply instead: `a <= 3 * b` for `a / 3 <= b`; or round by name: `ratio(a, b, places)`.",
        )
    })
}

fn rounded(value: Decimal, places: &Value) -> Raised<Decimal> {
    let places = number(places)?.normalize();
    let whole = u32::try_from(places).ok().filter(|whole| *whole <= MAX_PLACES && places.scale() == 0);
    let whole = whole.ok_or_else(|| {
        let message = format!("{places} is no number of decimal places");
        Complaint::new(message, "a whole number is needed here", "write a whole number from 0 to 28.")
    })?;
    Ok(value.round_dp_with_strategy(whole, RoundingStrategy::MidpointAwayFromZero).normalize())
}

/// A number rounded.
pub(super) fn round(value: &Value, places: &Value) -> Raised<Decimal> {
    rounded(number(value)?, places)
}

/// A quotient rounded.
pub(super) fn ratio(a: &Value, b: &Value, places: &Value) -> Raised<Decimal> {
    let (a, b) = (number(a)?, number(b)?);
    if b.is_zero() {
        return Err(by_zero());
    }
    rounded(a.checked_div(b).ok_or_else(|| inexact("quotient"))?, places)
}

/// A comparison operator.
pub(super) fn compare(operator: &str, a: &Value, b: &Value) -> Raised<bool> {
    let ordering = matches!(operator, "<" | "<=" | ">" | ">=");
    if ordering {
        let (a, b) = (number(a)?, number(b)?);
        return Ok(match operator {
            "<" => a < b,
            "<=" => a <= b,
            ">" => a > b,
            _ => a >= b,
        });
    }
    Ok(equal(a, b)? == (operator == "=="))
}

fn equal(a: &Value, b: &Value) -> Raised<bool> {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => return Ok(a == b),
        (Value::Truth(a), Value::Truth(b)) => return Ok(a == b),
        (Value::Word(word), other) | (other, Value::Word(word)) => {
            if let Some(text) = other.text() {
                known(&word.list, text)?;
                return Ok(&*word.text == text);
            }
        }
        _ => {}
    }
    match (a.text(), b.text()) {
        (Some(a), Some(b)) => Ok(a == b),
        _ => Err(unlike(a, b)),
    }
}

fn unlike(a: &Value, b: &Value) -> Complaint {
    match [a, b].iter().find(|value| !value.shows()) {
        Some(value) => value.instead_of("a number or a text"),
        None => Complaint::new(
            format!("{} is compared with {}", a.kind(), b.kind()),
            "two different kinds",
            "compare two numbers or two texts; a number has no quotes, a text has.",
        ),
    }
}

/// Whether a value is in a list.
pub(super) fn is_in(list: &Value, value: &Value) -> Raised<bool> {
    let Value::List(items) = list else {
        return Err(list.instead_of("a list in brackets, such as `['KRW', 'USD']`"));
    };
    let mut found = false;
    for item in items {
        // Every item is looked at, so that a misspelt one is found also behind one that fits.
        found |= equal(value, item)?;
    }
    Ok(found)
}

/// A complaint unless a word is in a closed list.
pub(super) fn known(list_of: &Closed, word: &str) -> Result<(), Complaint> {
    if list_of.known.contains(word) {
        return Ok(());
    }
    let words: Vec<&str> = list_of.words.iter().map(|word| &**word).collect();
    let message = format!("there is no {} {}", list_of.of, shown(word));
    Err(match closest(word, &words) {
        Some(meant) => Complaint::new(message, format!("did you mean \"{meant}\"?"), format!("write \"{meant}\".")),
        None => Complaint::new(message, "unknown", format!("what there is: {}.", list(&words))),
    })
}

/// The steps of comparing two values, beyond those of having them: each word is looked up in its list.
pub(super) fn comparing(a: &Value, b: &Value) -> u64 {
    match (a, b) {
        (Value::List(items), other) | (other, Value::List(items)) => {
            items.iter().map(|item| comparing(other, item)).sum()
        }
        (Value::Word(word), _) | (_, Value::Word(word)) => lookup(word.list.words.len()),
        _ => 0,
    }
}
