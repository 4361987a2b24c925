//! One question asked of one part of a portfolio, within the steps that are left.

use super::offer::{self, Scope};
use super::parse::{self, Node, Tree, too_long};
use super::value::{
    Complaint, Raised, Value, arithmetic, compare, comparing, is_in, number, ratio, round, text, truth,
};
use super::view::{Assets, One, Part, Tag, View, Whole, lookup};
use super::{Fault, MAX_STEPS, MAX_TEXT, check, lex};
use crate::words::list;
use std::ops::Range;
use std::rc::Rc;

/// The most words a filter takes.
pub(super) const MAX_WORDS: usize = 8;

/// So many bytes of a text are a step.
const BYTES: usize = 64;

/// An expression that was read.
#[derive(Debug, Clone)]
pub struct Expression {
    root: Node,
    whole: Range<usize>,
}

impl Expression {
    /// Reads an expression that is asked about such things.
    ///
    /// # Errors
    /// A [`Fault`] at the place that cannot be read.
    pub fn read(text: &str, scope: Scope) -> Result<Self, Fault> {
        let tokens = lex::read(text, scope)?;
        let ends = tokens.first().zip(tokens.last());
        let whole = ends.map_or(0..text.len(), |(first, last)| first.range.start..last.range.end);
        let root = parse::parse(text, &tokens)?;
        check::check(&root)?;
        Ok(Self { root, whole })
    }
}

/// What an expression is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Item {
    /// The portfolio.
    Portfolio,
    /// The asset of a code.
    Asset(String),
    /// The sleeve of a name.
    Sleeve(String),
    /// A tag.
    Tag(String),
}

/// Answers expressions about one portfolio.
#[derive(Debug)]
pub struct Engine {
    pub(super) view: Rc<View>,
}

/// Why there is no answer, before it has a place.
enum Stop {
    Complaint(Complaint),
    /// No steps are left.
    Spent,
    /// A list or a text is too long.
    Long,
    /// A name stands before or with something it is not for.
    Misused,
}

impl From<Complaint> for Stop {
    fn from(complaint: Complaint) -> Self {
        Self::Complaint(complaint)
    }
}

impl Engine {
    /// An engine for a portfolio.
    #[must_use]
    pub fn new(view: View) -> Self {
        Self { view: Rc::new(view) }
    }

    /// Everything there is to be asked about, in order.
    #[must_use]
    pub fn items(&self, scope: Scope) -> Vec<Item> {
        match scope {
            Scope::Portfolio => vec![Item::Portfolio],
            Scope::Asset => self.view.assets.iter().map(|(code, _)| Item::Asset(code.0.clone())).collect(),
            Scope::Sleeve => self.view.sleeves.keys().map(|name| Item::Sleeve(name.to_string())).collect(),
            Scope::Tag => self.view.tags.keys().map(|tag| Item::Tag(tag.to_string())).collect(),
        }
    }

    /// Whether an expression is true of something.
    ///
    /// # Errors
    /// A [`Fault`] when it has no answer, or one that is not true or false.
    pub fn holds(&self, expression: &Expression, item: &Item) -> Result<bool, Fault> {
        let answer = self.answer(&expression.root, item)?;
        truth(&answer).map_err(|_| {
            let message = format!("the answer is {}, not true or false", answer.kind());
            let help = "write a condition: compare it, as in `… <= 0.2`.";
            Fault::new(expression.whole.clone(), message, "not a condition", help)
        })
    }

    /// What an expression comes to, as text.
    pub(super) fn shown(&self, expression: &Expression, item: &Item) -> Result<String, Fault> {
        let answer = self.answer(&expression.root, item)?;
        if answer.shows() {
            return Ok(answer.to_string());
        }
        let message = format!("a message shows numbers and texts, and this is {}", answer.kind());
        let help = "name one of its figures, such as `{asset.code}` or `{assets.target}`.";
        Err(Fault::new(expression.whole.clone(), message, "cannot be shown", help))
    }

    /// The tags and the codes that were asked for and that no asset has: which of both, the word, and what was most
    /// likely meant.
    #[must_use]
    pub fn doubts(&self) -> Vec<(&'static str, String, String)> {
        let doubtful = self.view.doubtful.borrow();
        doubtful.iter().filter_map(|((of, word), meant)| Some((*of, word.clone(), meant.clone()?))).collect()
    }

    /// Forgets what is in doubt.
    pub fn forget_doubts(&self) {
        self.view.doubtful.borrow_mut().clear();
    }

    /// What a part of an expression comes to. The tree is no deeper than the parser lets it be.
    fn answer(&self, node: &Node, item: &Item) -> Result<Value, Fault> {
        let placed = |stop: Stop| fault(stop, node);
        self.pay(1).map_err(placed)?;
        match &node.tree {
            Tree::Number(number) => Ok(Value::Number(*number)),
            Tree::Text(text) => Ok(Value::Text(text.clone())),
            Tree::Truth(truth) => Ok(Value::Truth(*truth)),
            Tree::Name(name) => self.named(name, item).map_err(placed),
            Tree::List(items) => Ok(Value::List(self.answers(items, item)?)),
            Tree::Member(of, name, None) => {
                let of = self.answer(of, item)?;
                self.member(&of, name).map_err(placed)
            }
            Tree::Member(of, name, Some(arguments)) => {
                let of = self.answer(of, item)?;
                let arguments = self.answers(arguments, item)?;
                self.method(&of, name, &arguments).map_err(placed)
            }
            Tree::Call(name, arguments) => call(name, &self.answers(arguments, item)?).map_err(placed),
            Tree::Not(inside) => {
                let inside = self.answer(inside, item)?;
                truth(&inside).map(|truth| Value::Truth(!truth)).map_err(|complaint| placed(complaint.into()))
            }
            Tree::Minus(inside) => {
                let inside = self.answer(inside, item)?;
                number(&inside).map(|number| Value::Number(-number)).map_err(|complaint| placed(complaint.into()))
            }
            Tree::Binary(operator, a, b) => {
                let (a, b) = (self.answer(a, item)?, self.answer(b, item)?);
                self.pay(comparing(&a, &b)).map_err(placed)?;
                binary(operator, &a, &b).map_err(|complaint| placed(complaint.into()))
            }
            Tree::And(parts) => self.until(parts, item, false),
            Tree::Or(parts) => self.until(parts, item, true),
        }
    }

    fn answers(&self, nodes: &[Node], item: &Item) -> Result<Vec<Value>, Fault> {
        nodes.iter().map(|node| self.answer(node, item)).collect()
    }

    /// Asks parts in order, until one is what decides it.
    fn until(&self, parts: &[Node], item: &Item, decides: bool) -> Result<Value, Fault> {
        for part in parts {
            let answer = self.answer(part, item)?;
            if truth(&answer).map_err(|complaint| fault(complaint.into(), part))? == decides {
                return Ok(Value::Truth(decides));
            }
        }
        Ok(Value::Truth(!decides))
    }

    /// Pays for work.
    fn pay(&self, steps: u64) -> Result<(), Stop> {
        if self.view.spend(steps) { Ok(()) } else { Err(Stop::Spent) }
    }

    fn named(&self, name: &str, item: &Item) -> Result<Value, Stop> {
        let view = self.view.clone();
        Ok(match (name, item) {
            ("portfolio", _) => Value::Whole(Whole(view)),
            ("assets", _) => Value::Assets(Assets::all(&view)),
            ("asset", Item::Asset(code)) => {
                let at = view.assets.partition_point(|(own, _)| own.0 < *code);
                Value::One(One { view, at })
            }
            ("sleeve", Item::Sleeve(name)) => Value::Part(Part { view, name: name.as_str().into() }),
            ("tag", Item::Tag(name)) => Value::Tag(Tag { view, name: name.as_str().into() }),
            _ => return Err(Stop::Misused),
        })
    }

    /// A figure of a part. A text is paid for by its length, because whatever is done with it takes that long.
    fn member(&self, of: &Value, name: &str) -> Result<Value, Stop> {
        let member = match of {
            Value::Whole(whole) => whole.member(name),
            Value::One(asset) => asset.member(name),
            Value::Part(part) => {
                self.pay(lookup(self.view.sleeves.len()))?;
                match part.member(name) {
                    None => return self.member(&Value::Assets(part.assets()), name),
                    member => member,
                }
            }
            Value::Tag(tag) => {
                self.pay(lookup(self.view.tags.len()))?;
                match tag.member(name) {
                    None => return self.member(&Value::Assets(tag.assets()), name),
                    member => member,
                }
            }
            Value::Assets(assets) => {
                self.pay(if name == "count" { 1 } else { assets.steps(1) })?;
                assets.member(name)
            }
            _ => None,
        };
        let member = member.ok_or(Stop::Misused)?;
        if member.length() > MAX_TEXT {
            return Err(Stop::Long);
        }
        self.pay(u64::try_from(member.length() / BYTES).unwrap_or(u64::MAX))?;
        Ok(member)
    }

    fn method(&self, of: &Value, name: &str, arguments: &[Value]) -> Result<Value, Stop> {
        let known = |on: &str| offer::OFFERS.iter().any(|offer| offer.on == on && offer.name == name && offer.call);
        let words = || arguments.iter().map(|word| text(word).map(str::to_owned)).collect::<Raised<Vec<String>>>();
        match (of, arguments) {
            (Value::Assets(assets), [_, ..]) if known(offer::ASSETS) && arguments.len() <= MAX_WORDS => {
                let words = words()?;
                self.pay(assets.steps(words.len()))?;
                Ok(Value::Assets(assets.filter(name, &words)?))
            }
            (Value::One(asset), [_, ..]) if known(offer::ASSET) && arguments.len() <= MAX_WORDS => {
                let words = words()?;
                self.pay((1 + lookup(self.view.tags.len())).saturating_mul(words.len() as u64))?;
                Ok(Value::Truth(asset.tagged(&words)))
            }
            (Value::Text(_) | Value::Word(_), [part]) if known(offer::TEXT) => {
                let (of, part) = (text(of)?, text(part)?);
                Ok(Value::Truth(match name {
                    "starts_with" => of.starts_with(part),
                    "ends_with" => of.ends_with(part),
                    _ => of.contains(part),
                }))
            }
            (Value::Unset(_), _) => Err(of.instead_of("a text").into()),
            _ => Err(Stop::Misused),
        }
    }
}

fn call(name: &str, arguments: &[Value]) -> Result<Value, Stop> {
    Ok(match (name, arguments) {
        ("is_set", [value]) => Value::Truth(!matches!(value, Value::Unset(_))),
        ("abs", [a]) => Value::Number(number(a)?.abs()),
        ("min", [a, b]) => Value::Number(number(a)?.min(number(b)?)),
        ("max", [a, b]) => Value::Number(number(a)?.max(number(b)?)),
        ("round", [a, places]) => Value::Number(round(a, places)?),
        ("ratio", [a, b, places]) => Value::Number(ratio(a, b, places)?),
        _ => return Err(Stop::Misused),
    })
}

fn binary(operator: &str, a: &Value, b: &Value) -> Raised<Value> {
    match operator {
        "+" | "-" | "*" | "/" => arithmetic(operator, a, b).map(Value::Number),
        "in" => is_in(b, a).map(Value::Truth),
        "not in" => is_in(b, a).map(|found| Value::Truth(!found)),
        _ => compare(operator, a, b).map(Value::Truth),
    }
}

/// Why there is no answer, at its place.
fn fault(stop: Stop, node: &Node) -> Fault {
    let range = node.range.clone();
    match stop {
        Stop::Complaint(complaint) => Fault::new(range, complaint.message, complaint.label, complaint.help),
        Stop::Spent => {
            let message = format!("it was stopped after {MAX_STEPS} steps, which all custom rules share");
            let help = "ask about sleeves or tags instead of every asset, or filter fewer times.";
            Fault::new(range, message, "stopped here", help)
        }
        Stop::Long => too_long(range),
        Stop::Misused => misused(node),
    }
}

/// A name before which, or with which, something else stands than it is for.
pub(super) fn misused(node: &Node) -> Fault {
    let (Tree::Name(name) | Tree::Member(_, name, _) | Tree::Call(name, _)) = &node.tree else {
        return Fault::new(node.range.clone(), "this cannot be used here", "not here", "write it in another way.");
    };
    let alone = !matches!(node.tree, Tree::Member(..));
    let fitting = offer::OFFERS.iter().filter(|offer| offer.name == name && offer.on.is_empty() == alone);
    let (owners, usage): (Vec<&str>, Vec<&str>) = fitting.map(|offer| (offer.on, offer.usage)).unzip();
    let message = match alone {
        true => format!("`{name}` cannot be used like this"),
        false => format!("`{name}` cannot be used like this: it belongs to {}", owners.join(" and to ")),
    };
    Fault::new(node.range.clone(), message, "not here", format!("write it as in {}.", list(&usage)))
}
