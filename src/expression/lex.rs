//! Text to tokens.
//!
//! What is not in this file cannot be spelt.

use super::offer::{self, Scope};
use super::{Fault, MAX_TEXT};
use crate::money;
use crate::words::{closest, list};
use rust_decimal::Decimal;
use std::ops::Range;

/// Every operator, longer ones first.
const OPERATORS: &[&str] =
    &["==", "!=", "<=", ">=", "&&", "||", "<", ">", "+", "-", "*", "/", "!", "(", ")", "[", "]", ",", "."];

/// Every word that is no name, and the operator it is another spelling of, if any.
const WORDS: &[(&str, &str)] =
    &[("and", "&&"), ("or", "||"), ("not", "not"), ("in", "in"), ("true", "true"), ("false", "false")];

/// What is written in other languages, and what to write here.
const FOREIGN: &[(&str, &str)] = &[
    ("=", "compare with `==`; nothing can be assigned."),
    ("%", "write a share as a fraction: 20 % is `0.2`."),
    ("&", "write `and`."),
    ("|", "write `or`; there are no closures: filter with `assets.sleeve(…)` and `assets.tagged(…)`."),
    ("{", "there are no blocks; write one condition."),
    (";", "there are no statements; write one condition, joined by `and` and `or`."),
    ("?", "ask `is_set(…)` whether an optional key is there."),
    ("`", "write texts in single or double quotes."),
];

/// What a token is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Number(Decimal),
    Text,
    /// An operator, or a word that is no name.
    Fixed(&'static str),
    Name,
}

/// A token and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) range: Range<usize>,
}

/// Reads an expression: its tokens, at least one, with every name known.
pub(super) fn read(text: &str, scope: Scope) -> Result<Vec<Token>, Fault> {
    if text.len() > MAX_TEXT {
        let message = format!("an expression has at most {MAX_TEXT} bytes");
        return Err(Fault::new(0..text.len(), message, "too long", "split it into several policies."));
    }
    let tokens = tokens(text)?;
    if tokens.is_empty() {
        let help = "write a condition, such as `assets.target == 1`.";
        return Err(Fault::new(0..text.len(), "the expression is empty", "nothing here", help));
    }
    check_names(text, &tokens, scope)?;
    Ok(tokens)
}

fn tokens(text: &str) -> Result<Vec<Token>, Fault> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c.is_whitespace() {
            at += c.len_utf8();
            continue;
        }
        let token = match c {
            '0'..='9' => number(text, at)?,
            '"' | '\'' => quoted(text, at, c)?,
            c if c.is_alphabetic() || c == '_' => word(text, at),
            _ => operator(text, at)?,
        };
        at = token.range.end;
        tokens.push(token);
    }
    Ok(tokens)
}

/// The range from a byte on, as long as characters are such.
fn run(text: &str, at: usize, such: impl Fn(char) -> bool) -> Range<usize> {
    let rest = &text[at..];
    at..at + rest.find(|c| !such(c)).unwrap_or(rest.len())
}

fn number(text: &str, at: usize) -> Result<Token, Fault> {
    let mut range = run(text, at, |c| c.is_alphanumeric() || c == '_');
    let fraction = text[range.end..].strip_prefix('.').filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if fraction.is_some() {
        range.end = run(text, range.end + 1, |c| c.is_alphanumeric() || c == '_').end;
    }
    let source = &text[range.clone()];
    if !money::is_plain(source) {
        let message = format!("`{source}` is not a plain number");
        let help = match money::plain_spelling(source) {
            Some(Some(plain)) => format!("write `{plain}`."),
            _ => "write digits and at most one point, such as `0.2`; a code is a text: `\"069500\"`.".to_owned(),
        };
        return Err(Fault::new(range, message, "not a plain number", help));
    }
    let Ok(value) = Decimal::from_str_exact(source) else {
        let message = "a number has at most 28 digits";
        return Err(Fault::new(range, message, "too many digits", "write fewer digits; nothing is rounded."));
    };
    Ok(Token { kind: Kind::Number(value), range })
}

fn quoted(text: &str, at: usize, quote: char) -> Result<Token, Fault> {
    let inside = run(text, at + 1, |c| c != quote && c != '\\' && !c.is_control());
    match text[inside.end..].chars().next() {
        Some(c) if c == quote => Ok(Token { kind: Kind::Text, range: at..inside.end + 1 }),
        Some(c) => {
            let what = if c == '\\' { "a backslash" } else { "a line break or another control character" };
            let help = "leave it out; to write one kind of quotes inside, use the other kind around it.";
            let place = inside.end..inside.end + c.len_utf8();
            Err(Fault::new(place, format!("{what} inside of a text"), "not in a text", help))
        }
        None => {
            let help = format!("add the closing {quote}.");
            Err(Fault::new(at..text.len(), "this quote is never closed", "opened here", help))
        }
    }
}

fn word(text: &str, at: usize) -> Token {
    let range = run(text, at, |c| c.is_alphanumeric() || c == '_');
    let fixed = WORDS.iter().find(|(word, _)| *word == &text[range.clone()]);
    Token { kind: fixed.map_or(Kind::Name, |(_, spelt)| Kind::Fixed(spelt)), range }
}

fn operator(text: &str, at: usize) -> Result<Token, Fault> {
    let rest = &text[at..];
    if rest.starts_with("**") || rest.starts_with("//") || rest.starts_with("/*") || rest.starts_with("..") {
        let help = "the operators are + - * / == != < <= > >= in and or not.";
        return Err(Fault::new(at..at + 2, format!("`{}` is no operator here", &rest[..2]), "not known here", help));
    }
    if let Some(operator) = OPERATORS.iter().find(|operator| rest.starts_with(**operator)) {
        return Ok(Token { kind: Kind::Fixed(operator), range: at..at + operator.len() });
    }
    let c = rest.chars().next().unwrap_or(' ');
    let range = at..at + c.len_utf8();
    let foreign = FOREIGN.iter().find(|(written, _)| rest.starts_with(written));
    let help = foreign.map_or("the operators are + - * / == != < <= > >= in and or not.", |(_, help)| help);
    Err(Fault::new(range, format!("`{}` means nothing here", c.escape_debug()), "not known here", help))
}

/// Every name is one of the table: of the values before a dot, or of those that stand alone.
fn check_names(text: &str, tokens: &[Token], scope: Scope) -> Result<(), Fault> {
    for (i, token) in tokens.iter().enumerate().filter(|(_, token)| token.kind == Kind::Name) {
        let name = &text[token.range.clone()];
        let is = |at: Option<usize>, word: &'static str| {
            at.and_then(|at| tokens.get(at)).is_some_and(|token| token.kind == Kind::Fixed(word))
        };
        let (member, called) = (is(i.checked_sub(1), "."), is(Some(i + 1), "("));
        let known = offer::names(member, scope);
        let found: Vec<_> = known.iter().filter(|offer| offer.name == name).collect();
        if found.iter().any(|offer| offer.call == called) {
            continue;
        }
        let range = token.range.clone();
        return Err(match found.first() {
            Some(offer) if offer.call => {
                let help = format!("write `{}`.", offer.usage);
                Fault::new(range, format!("`{name}` needs its arguments"), "no arguments follow", help)
            }
            Some(offer) => {
                let help = format!("write `{}`, without parentheses.", offer.usage);
                Fault::new(range, format!("`{name}` takes no arguments"), "not a function", help)
            }
            None => unknown(range, name, &known, member),
        });
    }
    Ok(())
}

fn unknown(range: Range<usize>, name: &str, known: &[&offer::Offer], member: bool) -> Fault {
    let mut names: Vec<&str> = known.iter().map(|offer| offer.name).collect();
    names.sort_unstable();
    names.dedup();
    let message = format!("there is no `{name}` here");
    let elsewhere = offer::OFFERS.iter().find(|offer| offer.name == name && !known.contains(offer));
    if let Some(offer) = elsewhere {
        let (label, help) = match (member, offer.on) {
            (false, "") => ("not known here", format!("`{name}` is known with {}.", offer.scope_word())),
            (false, on) => ("has to follow a dot", format!("write what it belongs to before it: {on} has `{name}`.")),
            (true, _) => ("stands alone", format!("write `{}` without a dot before it.", offer.usage)),
        };
        return Fault::new(range, message, label, help);
    }
    match closest(name, &names) {
        Some(meant) => Fault::new(range, message, format!("did you mean `{meant}`?"), format!("write `{meant}`.")),
        None => Fault::new(range, message, "unknown name", format!("the names known here are {}.", list(&names))),
    }
}
