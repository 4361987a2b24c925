//! Byte offsets as lines and columns.

use super::Span;

/// A place in a text as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1. A byte order mark is not a character.
    pub column: usize,
    /// Offset in bytes, from 0.
    pub byte: usize,
}

/// Where the lines of a text begin.
#[derive(Debug, Clone)]
pub struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
    /// How many characters begin before each block of [`BLOCK`] bytes: a file may have all of its places in one line.
    blocks: Vec<usize>,
}

/// Bytes between two places whose characters are counted once and for all.
const BLOCK: usize = 256;

/// How many characters begin in these bytes.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xc0 != 0x80).count()
}

impl<'a> Lines<'a> {
    /// Finds the lines of a text. A line ends at LF, CRLF or a lone CR.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|&(i, &b)| match b {
            b'\n' => true,
            b'\r' => bytes.get(i + 1) != Some(&b'\n'),
            _ => false,
        });
        let starts = std::iter::once(0).chain(ends.map(|(i, _)| i + 1)).collect();
        let mut before = 0;
        let blocks = bytes.chunks(BLOCK).map(|block| {
            before += characters(block);
            before - characters(block)
        });
        let blocks = blocks.collect();
        Self { text, starts, blocks }
    }

    /// How many characters begin before a byte.
    fn characters_before(&self, byte: usize) -> usize {
        let block = (byte / BLOCK).min(self.blocks.len().saturating_sub(1));
        let rest = self.text.as_bytes().get(block * BLOCK..byte).unwrap_or(&[]);
        self.blocks.get(block).copied().unwrap_or(0) + characters(rest)
    }

    /// The position of a byte; past the end, or inside a character, the nearest before it.
    #[must_use]
    pub fn position(&self, byte: usize) -> Position {
        let mut byte = byte.min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.starts.partition_point(|&start| start <= byte).max(1);
        let start = self.start(line);
        let before = self.text.get(start..byte).unwrap_or("");
        let marks = (before.len() - before.trim_start_matches('\u{feff}').len()) / '\u{feff}'.len_utf8();
        let column = self.characters_before(byte) - self.characters_before(start) - marks + 1;
        Position { line, column, byte }
    }

    /// The text of a line (from 1) without its end; empty when there is no such line.
    #[must_use]
    pub fn line(&self, line: usize) -> &'a str {
        let end = self.starts.get(line).copied().unwrap_or(self.text.len());
        self.text.get(self.start(line)..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }

    /// Both ends of a span.
    #[must_use]
    pub fn range(&self, span: Span) -> (Position, Position) {
        (self.position(span.start), self.position(span.end))
    }

    fn start(&self, line: usize) -> usize {
        line.checked_sub(1).and_then(|i| self.starts.get(i)).copied().unwrap_or(self.text.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_counted_like_a_short_one() {
        let text = "\u{feff}".to_owned() + &"가a😀é\u{feff}".repeat(200) + "\n" + &"나b".repeat(400);
        let lines = Lines::new(&text);
        for (byte, _) in text.char_indices().chain([(text.len(), ' ')]) {
            let start = if lines.position(byte).line == 1 { 0 } else { text.find('\n').unwrap_or(0) + 1 };
            let column = text[start..byte].trim_start_matches('\u{feff}').chars().count() + 1;
            assert_eq!(lines.position(byte).column, column, "{byte}");
        }
    }

    #[test]
    fn positions_count_characters_not_bytes() {
        let text = "\u{feff}a: '한국'\r\nb: 1\rc: 😀x\n";
        let lines = Lines::new(text);
        let at = |needle: &str| {
            let p = lines.position(text.find(needle).unwrap_or(usize::MAX));
            (p.line, p.column)
        };
        assert_eq!(at("a:"), (1, 1));
        assert_eq!(at("국"), (1, 6));
        assert_eq!(at("b:"), (2, 1));
        assert_eq!(at("x"), (3, 5));
        assert_eq!(lines.line(1), "\u{feff}a: '한국'");
        assert_eq!(lines.line(9), "");
        assert_eq!(lines.position(usize::MAX).line, 4);
    }
}
