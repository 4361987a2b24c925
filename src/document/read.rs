//! Text to tree, or the exact places where that is refused.
//!
//! Bytes are decoded and checked ([`decode`]); the parser's events become nodes ([`tree`], [`places`]); a parser error
//! becomes one fault in plain words ([`syntax`], [`quotes`]), valid YAML that is refused becomes another ([`refused`]),
//! and tabs are blamed where they are the cause ([`tabs`]). Plain JSON takes a shortcut ([`plain_json`]). Only these files name the parser crate. Nothing here
//! expands an alias, resolves a scalar to a type, or calls itself.

mod decode;
mod places;
mod plain_json;
mod quotes;
mod refused;
mod syntax;
mod tabs;
mod tree;

use super::{Document, Fault, FaultKind, Reading, Span};
use crate::words::shown;

/// The most faults that are listed for one text; the last one says how many more there are.
const MAX_FAULTS: usize = 100;

/// Reads a text.
#[must_use]
pub fn read(bytes: &[u8]) -> Reading {
    let text = match decode::decode(bytes) {
        Ok(text) => text,
        Err(refusal) => return *refusal,
    };
    match plain_json::tree(text) {
        Some(root) => {
            let document = Document { text: text.to_owned(), root, comments: Vec::new() };
            Reading { document: Some(document), faults: Vec::new(), refused: Vec::new(), text: text.to_owned() }
        }
        None => parsed(text),
    }
}

/// Reads a text with the parser.
fn parsed(text: &str) -> Reading {
    let (tree, error) = tree::build(text);
    let syntax = tabs::blame(text, &tree, error.as_ref()).or_else(|| syntax::translate(text, &tree, error.as_ref()?));
    let failed = error.is_some() || syntax.is_some();
    let mut faults = tree.faults;
    faults.extend(syntax);
    if faults.is_empty() && tree.root.is_none() {
        faults.push(empty(text));
    }
    let readable = !failed && faults.iter().all(|fault| fault.kind != FaultKind::Syntax);
    let document = tree.root.filter(|_| readable).map(|root| {
        let mut comments = tree.comments;
        comments.sort_by_key(|comment| comment.span);
        Document { text: text.to_owned(), root, comments }
    });
    let mut refused = tree.refused;
    refused.sort();
    Reading { document, faults: listed(faults), refused, text: text.to_owned() }
}

fn empty(text: &str) -> Fault {
    let label = if text.trim().is_empty() { "nothing here" } else { "nothing but comments or markers" };
    Fault::new(FaultKind::Syntax, Span::default(), "the file is empty", label, "write at least one `key: value`.")
}

/// Whether a character may not stand in a text as it is, because a reader of the file does not see it.
pub(super) fn is_hidden(c: char) -> bool {
    decode::refused(c).is_some()
}

/// The faults in file order, cut to a number that people can read.
fn listed(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort_by_key(|fault| fault.span);
    let more = faults.len().saturating_sub(MAX_FAULTS);
    faults.truncate(MAX_FAULTS);
    if let Some(last) = faults.last_mut().filter(|_| more > 0) {
        last.message = format!("{} (and {more} more faults after it)", last.message);
    }
    faults
}

impl Fault {
    fn new(kind: FaultKind, span: Span, message: impl Into<String>, label: &str, help: impl Into<String>) -> Self {
        Self { kind, span, message: message.into(), label: label.to_owned(), related: Vec::new(), help: help.into() }
    }

    fn syntax(span: Span, message: impl Into<String>, label: &str, help: impl Into<String>) -> Self {
        Self::new(FaultKind::Syntax, span, message, label, help)
    }

    fn with(mut self, span: Span, label: &str) -> Self {
        self.related.push((span, label.to_owned()));
        self
    }
}

/// The character that begins at a byte, as a span; at the end of the text the last visible character.
fn char_at(text: &str, at: usize) -> Span {
    match text.get(at..).and_then(|rest| rest.chars().next()) {
        Some(c) => Span { start: at, end: at + c.len_utf8() },
        None => {
            let end = text.trim_end().len();
            let start = text.get(..end).and_then(|s| s.char_indices().next_back()).map_or(end, |(i, _)| i);
            Span { start, end }
        }
    }
}

/// The word that begins at a byte: up to a blank, a line's end or a bracket, but at least one character.
fn word_at(text: &str, at: usize) -> Span {
    let first = char_at(text, at);
    let rest = text.get(first.end..).unwrap_or("");
    let stop = |c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}');
    let one = text.get(at..first.end).is_none_or(|c| c.starts_with(stop));
    let len = if one { 0 } else { rest.find(stop).unwrap_or(rest.len()) };
    Span { start: first.start, end: first.end + len }
}
