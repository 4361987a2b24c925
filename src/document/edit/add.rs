//! New items and keys, written like their neighbours.
//!
//! What is new goes behind what is there. Removing must never enter.

use super::place::{self, Place, is_first, is_last, is_value, key_text, newline};
use super::{Edit, in_brackets};
use crate::document::text::{column, line_end, skip_blank, slice};
use crate::document::{Document, Kind, Node, Span};

/// Appends a mapping of keys and values (as they are written) to a sequence, or to an empty value as its first item.
#[must_use]
pub fn append_item(document: &Document, seq: &Node, fields: &[(&str, &str)]) -> Option<Vec<Edit>> {
    let text = document.text.as_str();
    let place = place::of(document, seq)?;
    match &seq.kind {
        Kind::Seq(items) if in_brackets(text, seq) => {
            let item = flow_map(fields, items.last().is_some_and(|last| is_padded(text, last)))?;
            add_to_brackets(text, seq, items.last().map(|item| item.span), &item)
        }
        Kind::Seq(items) => {
            let last = items.last()?;
            let dash = column(text, seq.span.start);
            let in_flow = in_brackets(text, last) && matches!(last.kind, Kind::Map(_));
            let lines = if in_flow || fields.is_empty() {
                vec![flow_map(fields, is_padded(text, last))?]
            } else {
                block_map(fields)?
            };
            let gap = column(text, last.span.start).saturating_sub(dash + 1).clamp(1, 8);
            let at = line_end(text, last.span.end);
            Some(vec![Edit::insert(at, block_item(text, dash, gap, &lines))])
        }
        Kind::Scalar(scalar) if scalar.text.is_empty() && seq.span.start == seq.span.end => {
            if place.flow {
                let item = flow_map(fields, false)?;
                return fill_in_brackets(seq, &place, &format!("[{item}]"));
            }
            let lines = if fields.is_empty() { vec!["{}".to_owned()] } else { block_map(fields)? };
            let dash = indent_below(text, seq, &place)?;
            Some(vec![Edit::insert(line_end(text, seq.span.end), block_item(text, dash, 1, &lines))])
        }
        _ => None,
    }
}

/// Adds a key with a value (as it is written) to a mapping that does not have it, or to an empty value as its first.
#[must_use]
pub fn insert_key(document: &Document, map: &Node, key: &str, value: &str) -> Option<Vec<Edit>> {
    let text = document.text.as_str();
    let place = place::of(document, map)?;
    let flow = place.flow || in_brackets(text, map);
    if map.get(key).is_some() || !is_value(value, flow) {
        return None;
    }
    let entry = format!("{}: {value}", key_text(key));
    let line = |indent: usize| format!("{}{}{entry}", newline(text), " ".repeat(indent));
    match &map.kind {
        Kind::Map(entries) if in_brackets(text, map) => {
            let last = entries.last().map(|last| Span { start: last.key.span.start, end: last.value.span.end });
            add_to_brackets(text, map, last, &entry)
        }
        // A single pair in a list's brackets has no brackets of its own to take a second one.
        Kind::Map(_) if place.flow => None,
        Kind::Map(_) => Some(vec![Edit::insert(line_end(text, map.span.end), line(column(text, map.span.start)))]),
        Kind::Scalar(scalar) if scalar.text.is_empty() && map.span.start == map.span.end => {
            if place.flow {
                return fill_in_brackets(map, &place, &format!("{{{entry}}}"));
            }
            let indent = indent_below(text, map, &place)?;
            Some(vec![Edit::insert(line_end(text, map.span.end), line(indent))])
        }
        _ => None,
    }
}

/// The lines of a mapping without indentation.
fn block_map(fields: &[(&str, &str)]) -> Option<Vec<String>> {
    fields.iter().map(|(key, value)| is_value(value, false).then(|| format!("{}: {value}", key_text(key)))).collect()
}

fn flow_map(fields: &[(&str, &str)], padded: bool) -> Option<String> {
    let entry = |(key, value): &(&str, &str)| is_value(value, true).then(|| format!("{}: {value}", key_text(key)));
    let entries = fields.iter().map(entry).collect::<Option<Vec<_>>>()?.join(", ");
    Some(if padded && !entries.is_empty() { format!("{{ {entries} }}") } else { format!("{{{entries}}}") })
}

/// Whether a blank follows the opening brace of a mapping.
fn is_padded(text: &str, node: &Node) -> bool {
    slice(text, node.span).starts_with("{ ")
}

/// The lines of an item, each behind a line break, so that they fit behind any line.
fn block_item(text: &str, dash: usize, gap: usize, lines: &[String]) -> String {
    let mut out = String::new();
    for (index, line) in lines.iter().enumerate() {
        let sign = if index == 0 { "-" } else { " " };
        out.extend([newline(text), &" ".repeat(dash), sign, &" ".repeat(gap), line]);
    }
    out
}

/// The column for the lines of an empty value: two behind its key or its dash.
fn indent_below(text: &str, node: &Node, place: &Place<'_>) -> Option<usize> {
    let sign = node.span.start.checked_sub(1).filter(|_| place.follows_sign)?;
    Some(2 + column(text, place.key.map_or(sign, |key| key.span.start)))
}

fn fill_in_brackets(node: &Node, place: &Place<'_>, value: &str) -> Option<Vec<Edit>> {
    let sign = if place.follows_sign { " " } else { ": " };
    place.key.map(|_| vec![Edit::insert(node.span.start, format!("{sign}{value}"))])
}

/// Adds an entry behind the last one of a collection in brackets, on a line of its own when the last one has one.
fn add_to_brackets(text: &str, node: &Node, last: Option<Span>, entry: &str) -> Option<Vec<Edit>> {
    let Some(last) = last else {
        let inside = node.span.start + 1;
        let padded = text.get(inside..).is_some_and(|rest| rest.starts_with(' '));
        return Some(vec![Edit::insert(inside, format!("{}{entry}", if padded { " " } else { "" }))]);
    };
    let next = skip_blank(text, last.end);
    let comma = text.as_bytes().get(next) == Some(&b',');
    let end = if comma { next + 1 } else { last.end };
    if !is_first(text, last.start) || !is_last(text, end) {
        let (head, tail) = if comma { (" ", "") } else { (", ", "") };
        return Some(vec![Edit::insert(end, format!("{head}{entry}{tail}"))]);
    }
    let line = format!("{}{}{entry}", newline(text), " ".repeat(column(text, last.start)));
    Some(if comma {
        vec![Edit::insert(line_end(text, end), format!("{line},"))]
    } else {
        vec![Edit::insert(end, ","), Edit::insert(line_end(text, end), line)]
    })
}
