//! Where a node stands among the others, and how its file is written.
//!
//! Nothing here makes an edit.

use super::in_brackets;
use crate::document::text::slice;
use crate::document::{Document, Key, Kind, Node, Span, Style, read};

/// Where a node stands.
pub(super) struct Place<'a> {
    /// The key whose value it is.
    pub(super) key: Option<&'a Key>,
    /// Whether it stands somewhere inside of brackets.
    pub(super) flow: bool,
    /// Whether the byte before it is the colon or the dash that it belongs to.
    pub(super) follows_sign: bool,
}

/// Finds a node of a document by its span.
pub(super) fn of<'a>(document: &'a Document, target: &Node) -> Option<Place<'a>> {
    let mut node = &document.root;
    let (mut key, mut flow) = (None, false);
    while node.span != target.span {
        flow |= in_brackets(&document.text, node);
        let before = |span: Span| span.start <= target.span.start;
        match &node.kind {
            Kind::Seq(items) => {
                let index = items.partition_point(|item| before(item.span)).checked_sub(1)?;
                (node, key) = (items.get(index)?, None);
            }
            Kind::Map(entries) => {
                let index = entries.partition_point(|entry| before(entry.value.span)).checked_sub(1)?;
                let entry = entries.get(index)?;
                (node, key) = (&entry.value, Some(&entry.key));
            }
            Kind::Scalar(_) => return None,
        }
    }
    // A key may end like a sign, and have no value: `? a-`.
    let sign = target.span.start.checked_sub(1).filter(|&at| key.is_none_or(|key| at >= key.span.end));
    let follows_sign = matches!(sign.and_then(|at| document.text.as_bytes().get(at)), Some(b':' | b'-'));
    Some(Place { key, flow, follows_sign })
}

/// Whether a source text is one value on one line, to stand in brackets or out of them.
pub(super) fn is_value(value: &str, flow: bool) -> bool {
    let (head, tail) = if flow { ("[", "]") } else { ("k: ", "") };
    let text = format!("{head}{value}{tail}");
    let reading = read(text.as_bytes());
    let Some(document) = reading.document.filter(|_| reading.faults.is_empty()) else { return false };
    let span = Span { start: head.len(), end: head.len() + value.len() };
    let node = match &document.root.kind {
        Kind::Seq(items) if items.len() == 1 => items.first(),
        Kind::Map(entries) if entries.len() == 1 => entries.first().map(|entry| &entry.value),
        _ => None,
    };
    !value.contains(['\n', '\r'])
        && node.is_some_and(|node| node.span == span && !is_block(node) && !is_pair(value, node))
}

/// A mapping of one entry without braces, as brackets allow it.
fn is_pair(value: &str, node: &Node) -> bool {
    matches!(node.kind, Kind::Map(_)) && !value.starts_with('{')
}

fn is_block(node: &Node) -> bool {
    node.scalar().is_some_and(|scalar| scalar.style == Style::Block)
}

/// The last scalar of a node, when it is a block of text.
pub(super) fn last_block(node: &Node) -> Option<&Node> {
    let mut node = node;
    loop {
        node = match &node.kind {
            Kind::Seq(items) => items.last()?,
            Kind::Map(entries) => &entries.last()?.value,
            Kind::Scalar(_) => return Some(node).filter(|node| is_block(node)),
        }
    }
}

/// A key as it is written: plain where every reader takes it for the same text.
pub(super) fn key_text(key: &str) -> String {
    let word = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    // Other readers take these for booleans and for nothing.
    let taken = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"].contains(&key.to_lowercase().as_str());
    match word && !taken && key.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => key.to_owned(),
        false => super::quoted(key),
    }
}

/// The line break that a file uses.
pub(super) fn newline(text: &str) -> &'static str {
    match text.find(['\n', '\r']).and_then(|at| text.get(at..)) {
        Some(rest) if rest.starts_with("\r\n") => "\r\n",
        Some(rest) if rest.starts_with('\r') => "\r",
        _ => "\n",
    }
}

/// Whether only blanks stand before a byte on its line.
pub(super) fn is_first(text: &str, at: usize) -> bool {
    let start = crate::document::text::line_start(text, at);
    slice(text, Span { start, end: at }).trim_start_matches('\u{feff}').trim_matches([' ', '\t']).is_empty()
}

/// Whether only blanks or a comment stand from a byte to the end of its line.
pub(super) fn is_last(text: &str, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or("").trim_start_matches([' ', '\t']);
    rest.is_empty() || rest.starts_with(['\n', '\r', '#'])
}
