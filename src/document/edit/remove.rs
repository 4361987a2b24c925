//! Items taken away with their own lines, and nothing else.

use super::place::{self, is_first, is_last, last_block};
use super::{Edit, in_brackets};
use crate::document::text::{line_end, line_start, skip_blank, slice};
use crate::document::{Document, Kind, Node, Span};

/// Takes an item out of a sequence. Its lines go, with the comments on them; comments on other lines stay. A sequence
/// that loses its only item becomes `[]`.
#[must_use]
pub fn remove_item(document: &Document, seq: &Node, index: usize) -> Option<Vec<Edit>> {
    let text = document.text.as_str();
    let Kind::Seq(items) = &seq.kind else { return None };
    let item = items.get(index)?;
    let previous = index.checked_sub(1).and_then(|i| items.get(i));
    if in_brackets(text, seq) {
        return Some(from_brackets(text, previous.map(|node| node.span), item.span));
    }
    let dash = previous.map_or(seq.span.start, |previous| skip_blank(text, previous.span.end));
    if items.len() == 1 {
        return Some(only_item(document, seq, item, dash));
    }
    if !is_first(text, dash) {
        return Some(vec![first_on_shared_line(text, dash, item)]);
    }
    let lines = own_lines(text, dash, item.span.end);
    let swallowed = previous.and_then(last_block).is_some_and(|block| would_swallow(text, block, lines.span.end));
    (!swallowed).then(|| vec![lines])
}

/// The whole lines from one place to another. At the end of a file that has no last line break, the one before goes.
fn own_lines(text: &str, from: usize, to: usize) -> Edit {
    let bom = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let (start, end) = (line_start(text, from).max(bom), line_end(text, to));
    let after = after_break(text, end);
    if after > end {
        return Edit::remove(start, after);
    }
    let before = slice(text, Span { start: bom, end: start });
    let kept = before.strip_suffix("\r\n").or_else(|| before.strip_suffix(['\n', '\r'])).unwrap_or(before);
    Edit::remove(bom + kept.len(), end)
}

fn after_break(text: &str, end: usize) -> usize {
    match text.get(end..) {
        Some(rest) if rest.starts_with("\r\n") => end + 2,
        Some(rest) if rest.starts_with(['\n', '\r']) => end + 1,
        _ => end,
    }
}

/// Whether a block of text would go on with the blank lines or the comment that follow a place.
fn would_swallow(text: &str, block: &Node, at: usize) -> bool {
    let rest = text.get(at..).unwrap_or("");
    let next = rest.trim_start_matches([' ', '\t', '\n', '\r']);
    let blanks = rest.get(..rest.len() - next.len()).unwrap_or("");
    let header = slice(text, block.span).split(char::is_whitespace).next().unwrap_or("");
    // A line of blanks alone is a line of the block when it is as deep, and it is not looked at how deep it is.
    let mut lines: Vec<&str> = blanks.split(['\n', '\r']).collect();
    if !next.is_empty() {
        lines.pop();
    }
    let deep = lines.iter().any(|line| !line.is_empty());
    next.starts_with('#') || deep || (header.contains('+') && blanks.contains(['\n', '\r']))
}

/// The only item of a block sequence: its key gets `[]`, or `[]` takes its place.
fn only_item(document: &Document, seq: &Node, item: &Node, dash: usize) -> Vec<Edit> {
    let text = document.text.as_str();
    let key = place::of(document, seq).and_then(|place| place.key);
    let colon = key.map(|key| skip_blank(text, key.span.end)).filter(|&at| text.as_bytes().get(at) == Some(&b':'));
    match colon.filter(|_| is_first(text, dash)) {
        Some(colon) => vec![Edit::insert(colon + 1, " []"), own_lines(text, dash, item.span.end)],
        None => vec![Edit { span: Span { start: dash, end: item.span.end }, text: "[]".to_owned() }],
    }
}

/// The first of several items, when the dash of an outer list stands before its own.
fn first_on_shared_line(text: &str, dash: usize, item: &Node) -> Edit {
    let (line, next) = (line_end(text, item.span.end), skip_blank(text, item.span.end));
    let end = if slice(text, Span { start: line, end: next }).contains('#') { line } else { next };
    Edit::remove(dash, end)
}

/// An item in brackets goes with one comma; on lines of its own, with those.
fn from_brackets(text: &str, previous: Option<Span>, item: Span) -> Vec<Edit> {
    let next = skip_blank(text, item.end);
    let comma = Some(next).filter(|&at| text.as_bytes().get(at) == Some(&b','));
    let end = comma.map_or(item.end, |comma| comma + 1);
    let one_line = line_end(text, item.end) == line_end(text, end);
    if one_line && is_first(text, item.start) && is_last(text, end) {
        return vec![own_lines(text, item.start, end)];
    }
    if let Some(comma) = comma {
        let blanks = text.get(end..).map_or(0, |rest| rest.len() - rest.trim_start_matches(' ').len());
        if comma == item.end {
            return vec![Edit::remove(item.start, end + blanks)];
        }
        return vec![Edit::remove(item.start, item.end), Edit::remove(comma, end + blanks)];
    }
    let before = previous.map(|previous| skip_blank(text, previous.end));
    let glued = before.filter(|&at| slice(text, Span { start: at + 1, end: item.start }).trim_matches(' ').is_empty());
    vec![Edit::remove(glued.unwrap_or(item.start), item.end)]
}
