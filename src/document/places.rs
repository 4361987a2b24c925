//! Where the characters of a scalar's text stand in the file.
//!
//! Folding, indentation and escapes change blanks and spell single characters differently, and nothing else: apart from
//! blanks, the text's characters are those of the source, one by one. What is asked for is thus found by counting.

use super::Span;
use std::ops::Range;

/// The places of a scalar's characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The whole scalar.
    span: Span,
    /// For each character of the text that is no blank, the byte it begins at, and its place in the file.
    characters: Vec<(usize, Span)>,
}

fn blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

impl Places {
    /// The places of the text that a scalar of a source was read as.
    #[must_use]
    pub fn of(source: &str, span: Span, text: &str) -> Self {
        let written = source.get(span.start..span.end).unwrap_or("");
        let found = match written.chars().next() {
            Some('\'') => single(written),
            Some('"') => double(written),
            Some('|' | '>') => plain(written, written.find(['\n', '\r']).unwrap_or(written.len())),
            _ => plain(written, 0),
        };
        let wanted: Vec<(usize, char)> = text.char_indices().filter(|(_, c)| !blank(*c)).collect();
        let same = wanted.len() == found.len() && wanted.iter().zip(&found).all(|((_, a), (_, b))| a == b);
        let at = |range: &Range<usize>| Span { start: span.start + range.start, end: span.start + range.end };
        let pairs = wanted.iter().zip(&found).map(|((byte, _), (range, _))| (*byte, at(range)));
        Self { span, characters: if same { pairs.collect() } else { Vec::new() } }
    }

    /// Where a part of the text stands; the whole scalar when that cannot be told.
    #[must_use]
    pub fn span(&self, range: &Range<usize>) -> Span {
        let inside = |byte: usize| range.contains(&byte) || byte == range.start;
        let first = self.characters.iter().find(|(byte, _)| *byte >= range.start).or(self.characters.last());
        let last = self.characters.iter().rev().find(|(byte, _)| inside(*byte));
        match (first, last) {
            (Some((_, first)), Some((_, last))) => Span { start: first.start, end: last.end.max(first.end) },
            (Some((_, first)), None) => *first,
            (None, _) => self.span,
        }
    }
}

/// The characters from a byte on that are no blanks.
fn plain(written: &str, from: usize) -> Vec<(Range<usize>, char)> {
    let all = written.char_indices().filter(|(at, c)| *at >= from && !blank(*c));
    all.map(|(at, c)| (at..at + c.len_utf8(), c)).collect()
}

/// The inside of single quotes, where a quote is written twice.
fn single(written: &str) -> Vec<(Range<usize>, char)> {
    let mut found = Vec::new();
    let mut all = written.char_indices().skip(1).peekable();
    while let Some((at, c)) = all.next() {
        let next = all.peek().copied();
        match (c, next) {
            ('\'', Some((second, '\''))) => {
                found.push((at..second + 1, c));
                all.next();
            }
            ('\'', _) => break,
            _ if blank(c) => {}
            _ => found.push((at..at + c.len_utf8(), c)),
        }
    }
    found
}

/// The inside of double quotes, with its escapes.
fn double(written: &str) -> Vec<(Range<usize>, char)> {
    let mut found = Vec::new();
    let mut at = 1;
    while let Some(c) = written.get(at..).and_then(|rest| rest.chars().next()) {
        let (length, meant) = match c {
            '"' => break,
            '\\' => escape(&written[at..]),
            c => (c.len_utf8(), Some(c)),
        };
        found.extend(meant.filter(|c| !blank(*c)).map(|c| (at..at + length, c)));
        at += length;
    }
    found
}

/// The length of an escape, and the character it means.
fn escape(rest: &str) -> (usize, Option<char>) {
    let Some(letter) = rest.chars().nth(1) else { return (rest.len(), None) };
    let digits = match letter {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        _ => 0,
    };
    if digits > 0 {
        let code = rest.get(2..2 + digits).and_then(|digits| u32::from_str_radix(digits, 16).ok());
        return ((2 + digits).min(rest.len()), code.and_then(char::from_u32));
    }
    let meant = match letter {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' | '\n' | '\r' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        other => other,
    };
    (1 + letter.len_utf8(), Some(meant))
}
