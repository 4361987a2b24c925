//! Tokens to a tree, by precedence.
//!
//! What a name stands for must never enter this file.

use super::lex::{Kind, Token};
use super::{Fault, MAX_DEPTH, MAX_LIST, MAX_TEXT};
use rust_decimal::Decimal;
use std::ops::Range;
use std::rc::Rc;

/// A part of an expression, and the word or the operator that it is shown by.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) range: Range<usize>,
    pub(super) tree: Tree,
    /// How deep it is, itself included.
    depth: usize,
}

/// What a part is.
#[derive(Debug, Clone)]
pub(super) enum Tree {
    Number(Decimal),
    Text(Rc<str>),
    Truth(bool),
    List(Vec<Node>),
    Name(String),
    /// `a.b`, or `a.b(…)` with arguments.
    Member(Box<Node>, String, Option<Vec<Node>>),
    Call(String, Vec<Node>),
    Not(Box<Node>),
    Minus(Box<Node>),
    Binary(&'static str, Box<Node>, Box<Node>),
    /// All of these, in order.
    And(Vec<Node>),
    /// One of these, in order.
    Or(Vec<Node>),
}

/// How tight the operators between two parts are; looser ones first.
const TIGHT: [&[&str]; 7] =
    [&["||"], &["&&"], &["==", "!="], &["in", "not in"], &["<", "<=", ">", ">="], &["+", "-"], &["*", "/"]];

/// The tightness of what stands behind `not`: everything tighter than `and`.
const BEHIND_NOT: usize = 2;

/// Reads tokens, at least one, of a text.
pub(super) fn parse(text: &str, tokens: &[Token]) -> Result<Node, Fault> {
    let mut parser = Parser { text, tokens, at: 0, level: 0 };
    let node = parser.binary(0)?;
    match parser.peek() {
        None => Ok(node),
        Some(_) => Err(parser.misfit()),
    }
}

struct Parser<'a> {
    text: &'a str,
    tokens: &'a [Token],
    at: usize,
    level: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a Token> {
        self.tokens.get(self.at)
    }

    /// Whether an operator or a word comes next.
    fn sees(&self, word: &str) -> bool {
        matches!(self.peek(), Some(Token { kind: Kind::Fixed(fixed), .. }) if *fixed == word)
    }

    /// Takes an operator or a word, when it comes next.
    fn take(&mut self, word: &str) -> Option<Range<usize>> {
        let range = self.peek().filter(|_| self.sees(word))?.range.clone();
        self.at += 1;
        Some(range)
    }

    /// The place of what comes next, or of the last token.
    fn here(&self) -> Range<usize> {
        let token = self.peek().or(self.tokens.last());
        token.map_or(0..self.text.len(), |token| token.range.clone())
    }

    fn misfit(&self) -> Fault {
        if self.sees("[") {
            let help = "filter instead: `assets.codes('360750').target`.";
            return Fault::new(self.here(), "nothing is looked up by brackets", "only lists have brackets", help);
        }
        let help = "write one condition, such as `assets.tagged('a').target <= 0.2`.";
        Fault::new(self.here(), "this does not fit here", "does not fit", help)
    }

    fn ended(&self) -> Fault {
        let help = "write what is missing.";
        Fault::new(self.here(), "the expression ends too early", "something has to follow", help)
    }

    /// Reads one level further in.
    fn deeper(&mut self, read: impl FnOnce(&mut Self) -> Result<Node, Fault>) -> Result<Node, Fault> {
        if self.level >= MAX_DEPTH {
            return Err(too_deep(self.here()));
        }
        self.level += 1;
        let node = read(self);
        self.level -= 1;
        node
    }

    /// The operator that comes next, when it is among those of a tightness.
    fn operator(&mut self, tightness: usize) -> Option<(&'static str, Range<usize>)> {
        let start = self.at;
        let words = TIGHT.get(tightness)?;
        for word in *words {
            if *word == "not in" {
                if let (Some(not), Some(within)) = (self.take("not"), self.take("in")) {
                    return Some((word, not.start..within.end));
                }
                self.at = start;
            } else if let Some(range) = self.take(word) {
                return Some((word, range));
            }
        }
        None
    }

    /// Parts joined by operators of a tightness or tighter. Those of one tightness are taken from the left.
    fn binary(&mut self, tightness: usize) -> Result<Node, Fault> {
        if tightness == TIGHT.len() {
            return self.unary();
        }
        let mut left = self.binary(tightness + 1)?;
        while let Some((operator, range)) = self.operator(tightness) {
            let right = self.binary(tightness + 1)?;
            left = join(operator, range, left, right)?;
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Node, Fault> {
        for (word, tightness) in [("not", BEHIND_NOT), ("!", TIGHT.len()), ("-", TIGHT.len())] {
            let Some(range) = self.take(word) else { continue };
            let stops = [")", "]", ",", "&&", "||"].iter().any(|stop| self.sees(stop));
            if word != "-" && (stops || self.peek().is_none()) {
                let message = format!("nothing follows this `{word}`");
                return Err(Fault::new(range, message, "nothing follows", "write what is missing."));
            }
            let inside = self.deeper(|parser| parser.binary(tightness))?;
            let depth = inside.depth;
            let inside = Box::new(inside);
            return node(range, if word == "-" { Tree::Minus(inside) } else { Tree::Not(inside) }, depth);
        }
        self.members()
    }

    /// A part and its members.
    fn members(&mut self) -> Result<Node, Fault> {
        let mut left = self.primary()?;
        while self.take(".").is_some() {
            let Some(Token { kind: Kind::Name, range }) = self.peek() else {
                return Err(if self.peek().is_none() { self.ended() } else { self.misfit() });
            };
            self.at += 1;
            let name = self.text.get(range.clone()).unwrap_or("").to_owned();
            let arguments = match self.take("(") {
                Some(open) => Some(self.items(&open, ")")?),
                None => None,
            };
            let inner = arguments.as_deref().map_or(0, deepest).max(left.depth);
            left = node(range.clone(), Tree::Member(Box::new(left), name, arguments), inner)?;
        }
        if self.sees("[") { Err(self.misfit()) } else { Ok(left) }
    }

    fn primary(&mut self) -> Result<Node, Fault> {
        let Some(token) = self.peek() else { return Err(self.ended()) };
        let range = token.range.clone();
        let source = self.text.get(range.clone()).unwrap_or("");
        let tree = match &token.kind {
            Kind::Number(number) => Tree::Number(*number),
            Kind::Text => Tree::Text(source.get(1..source.len() - 1).unwrap_or("").into()),
            Kind::Fixed("true") => Tree::Truth(true),
            Kind::Fixed("false") => Tree::Truth(false),
            Kind::Fixed("(") => {
                self.at += 1;
                if self.sees(")") {
                    let message = "nothing stands between these parentheses";
                    return Err(Fault::new(range, message, "nothing follows", "write what is missing."));
                }
                let inside = self.deeper(|parser| parser.binary(0))?;
                return if self.take(")").is_some() { Ok(inside) } else { Err(missing(self.here(), ")")) };
            }
            Kind::Fixed("[") => {
                self.at += 1;
                let items = self.items(&range, "]")?;
                let depth = deepest(&items);
                return node(range, Tree::List(items), depth);
            }
            Kind::Fixed(_) => return Err(self.misfit()),
            Kind::Name => {
                self.at += 1;
                let name = source.to_owned();
                let Some(open) = self.take("(") else { return node(range, Tree::Name(name), 0) };
                let arguments = self.items(&open, ")")?;
                let depth = deepest(&arguments);
                return node(range, Tree::Call(name, arguments), depth);
            }
        };
        self.at += 1;
        node(range, tree, 0)
    }

    /// Parts between commas, at least one, up to a bracket.
    fn items(&mut self, open: &Range<usize>, close: &str) -> Result<Vec<Node>, Fault> {
        if self.sees(close) {
            let message = if close == ")" { "nothing stands between these parentheses" } else { "this list is empty" };
            return Err(Fault::new(open.clone(), message, "nothing follows", "write what is missing."));
        }
        let mut items = Vec::new();
        loop {
            items.push(self.deeper(|parser| parser.binary(0))?);
            if items.len() > MAX_LIST {
                return Err(too_long(self.here()));
            }
            if self.take(",").is_some() {
                continue;
            }
            if self.take(close).is_some() {
                return Ok(items);
            }
            return Err(missing(self.here(), if self.peek().is_none() { close } else { "," }));
        }
    }
}

fn deepest(parts: &[Node]) -> usize {
    parts.iter().map(|part| part.depth).max().unwrap_or(0)
}

/// A part around parts of a depth.
fn node(range: Range<usize>, tree: Tree, inner: usize) -> Result<Node, Fault> {
    if inner >= MAX_DEPTH { Err(too_deep(range)) } else { Ok(Node { range, tree, depth: inner + 1 }) }
}

/// Two parts joined. A row of `and`, or of `or`, is one part, and no deeper than the deepest in it.
fn join(operator: &'static str, range: Range<usize>, left: Node, right: Node) -> Result<Node, Fault> {
    let inner = match &left.tree {
        Tree::And(parts) if operator == "&&" => deepest(parts),
        Tree::Or(parts) if operator == "||" => deepest(parts),
        _ => left.depth,
    };
    let inner = inner.max(right.depth);
    let tree = match (operator, left) {
        ("&&", Node { tree: Tree::And(mut parts), .. }) => {
            parts.push(right);
            Tree::And(parts)
        }
        ("||", Node { tree: Tree::Or(mut parts), .. }) => {
            parts.push(right);
            Tree::Or(parts)
        }
        ("&&", left) => Tree::And(vec![left, right]),
        ("||", left) => Tree::Or(vec![left, right]),
        (_, left) => Tree::Binary(operator, Box::new(left), Box::new(right)),
    };
    node(range, tree, inner)
}

fn missing(range: Range<usize>, word: &str) -> Fault {
    let help = "close every `(` and `[`, and put commas between arguments.";
    Fault::new(range, format!("`{word}` is missing here"), "near here", help)
}

fn too_deep(range: Range<usize>) -> Fault {
    let message = format!("the expression is nested deeper than {MAX_DEPTH} levels");
    Fault::new(range, message, "too deep", "split it into several policies.")
}

/// A list or a text that is too long.
pub(super) fn too_long(range: Range<usize>) -> Fault {
    let message = format!("a list has at most {MAX_LIST} items, and a text at most {MAX_TEXT} bytes");
    Fault::new(range, message, "too long", "write a shorter one.")
}
