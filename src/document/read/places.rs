//! Places that the parser reports beside where a reader would point.
//!
//! Only places: what a node means must never enter.

use crate::document::Span;
use crate::document::text::skip_blank;

/// The first dash of a block sequence that is a key's value. For one that is no deeper than its key the parser points
/// behind that dash.
pub(super) fn first_dash(text: &str, key_end: usize) -> Option<usize> {
    let mut at = skip_blank(text, key_end);
    if text.as_bytes().get(at) == Some(&b':') {
        at = skip_blank(text, at + 1);
    }
    while let Some(b'&' | b'!') = text.as_bytes().get(at) {
        at = skip_blank(text, word_end(text, at));
    }
    (text.as_bytes().get(at) == Some(&b'-')).then_some(at)
}

/// The end of the characters without a blank among them that begin at a place.
fn word_end(text: &str, at: usize) -> usize {
    let rest = text.get(at..).unwrap_or("");
    at + rest.find(char::is_whitespace).unwrap_or(rest.len())
}

/// The span of a block scalar that follows `from`: its `|` or `>` to the end of its last line. The parser's begins at
/// the content and runs up to what follows. Blank lines at the end belong to it when the value keeps them.
pub(super) fn block_scalar(text: &str, from: usize, content: Span, value: &str) -> Span {
    let start = block_header(text, from, content.start).unwrap_or(content.start);
    let whole = text.get(start..content.end).unwrap_or("");
    let header = whole.split(char::is_whitespace).next().unwrap_or("");
    let kept = if header.contains('+') || value.trim_end_matches('\n').ends_with([' ', '\t']) {
        let last_line = whole.rfind(['\n', '\r']).map_or(0, |i| i + 1);
        let next_token_indent = content.end < text.len() && whole.len() > last_line;
        let lines = if next_token_indent { whole.get(..last_line).unwrap_or(whole) } else { whole };
        lines.strip_suffix("\r\n").or_else(|| lines.strip_suffix(['\n', '\r'])).unwrap_or(lines)
    } else {
        whole.trim_end_matches([' ', '\t', '\n', '\r'])
    };
    Span { start, end: start + kept.len().max(1) }
}

/// Where the `|` or `>` of the block scalar stands whose content begins at `content`.
fn block_header(text: &str, from: usize, content: usize) -> Option<usize> {
    let mut at = from;
    loop {
        at = skip_blank(text, at);
        match text.as_bytes().get(at).filter(|_| at <= content)? {
            b'|' | b'>' => return Some(at),
            b':' | b'-' | b'?' | b'.' => at += 1,
            b'&' | b'!' => at = word_end(text, at),
            _ => return None,
        }
    }
}
