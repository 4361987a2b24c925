//! Edits that keep every other byte.
//!
//! An edit names a span and what stands there afterwards. The functions here find the span: they follow the file's own
//! indentation, brackets and line breaks, and leave comments where they are. They give nothing where they cannot say
//! for certain that the result means what was asked for. All of them need a document that was read without faults.
//! A text that is not a piece of the edited file must never decide how that file is written.

mod add;
mod place;
mod remove;

use super::read::is_hidden;
use super::text::slice;
use super::{Document, Kind, Node, Span};

pub use add::{append_item, insert_key};
pub use remove::remove_item;

/// A replacement of a span by a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// What is replaced; an empty span inserts.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

impl Edit {
    fn insert(at: usize, text: impl Into<String>) -> Self {
        Self { span: Span { start: at, end: at }, text: text.into() }
    }

    fn remove(start: usize, end: usize) -> Self {
        Self { span: Span { start, end }, text: String::new() }
    }
}

/// The text with all edits made. `None` when two edits overlap or one lies outside the text.
#[must_use]
pub fn apply(text: &str, edits: &[Edit]) -> Option<String> {
    let mut edits: Vec<&Edit> = edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for edit in edits {
        out.push_str(text.get(done..edit.span.start)?);
        text.get(edit.span.start..edit.span.end)?;
        out.push_str(&edit.text);
        done = edit.span.end;
    }
    out.push_str(text.get(done..)?);
    Some(out)
}

/// Gives a scalar another value, written as `value` (quotes are part of it). An empty value gets its blank before it. A
/// block scalar with a comment behind its `|` or `>` is left alone: the comment would go with it.
#[must_use]
pub fn replace_scalar(document: &Document, node: &Node, value: &str) -> Option<Edit> {
    let Kind::Scalar(_) = node.kind else { return None };
    let place = place::of(document, node)?;
    if !place::is_value(value, place.flow) {
        return None;
    }
    let next = document.comments.partition_point(|comment| comment.span.start < node.span.start);
    if document.comments.get(next).is_some_and(|comment| comment.span.start < node.span.end) {
        return None;
    }
    if node.span.start < node.span.end {
        return Some(Edit { span: node.span, text: value.to_owned() });
    }
    let sign = if place.follows_sign { " " } else { ": " };
    let possible = place.follows_sign || (place.flow && place.key.is_some());
    possible.then(|| Edit::insert(node.span.start, format!("{sign}{value}")))
}

/// A text in quotes: single ones, or double ones when it holds what single ones cannot.
#[must_use]
pub fn quoted(text: &str) -> String {
    let escaped = |c: char| matches!(c, '\n' | '\r' | '\t') || is_hidden(c);
    if !text.contains(escaped) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            // All of these are below U+10000.
            c if is_hidden(c) => out.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Whether a collection is written in brackets.
fn in_brackets(text: &str, node: &Node) -> bool {
    match node.kind {
        Kind::Seq(_) => slice(text, node.span).starts_with('['),
        Kind::Map(_) => slice(text, node.span).starts_with('{'),
        Kind::Scalar(_) => false,
    }
}
