//! Lines, blanks and comments of a text, for whoever looks around a span.
//!
//! What stands at a place must never matter here beyond that.

use super::Span;

/// Where the line of a byte begins.
pub(super) fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind(['\n', '\r'])).map_or(0, |i| i + 1)
}

/// Where the line of a byte ends, before its line break.
pub(super) fn line_end(text: &str, at: usize) -> usize {
    text.get(at..).and_then(|rest| rest.find(['\n', '\r'])).map_or(text.len(), |i| at + i)
}

/// The first byte at or after `at` that is neither a blank, nor a line's end, nor part of a comment.
pub(super) fn skip_blank(text: &str, mut at: usize) -> usize {
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'#' => at = line_end(text, at),
            _ => break,
        }
    }
    at
}

/// The text of a span; empty when the span is none of this text.
pub(super) fn slice(text: &str, span: Span) -> &str {
    text.get(span.start..span.end).unwrap_or("")
}

/// How many characters stand before a byte on its line. A byte order mark is not a character.
pub(super) fn column(text: &str, at: usize) -> usize {
    let before = slice(text, Span { start: line_start(text, at), end: at });
    before.trim_start_matches('\u{feff}').chars().count()
}
