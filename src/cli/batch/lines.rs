//! Lines as they come: whole ones, as many as are there, in bounded memory.
//!
//! What a line says must never enter this file.

use crate::batch::MAX_LINE;
use std::io::{self, Read};

/// How much is asked for at once.
const PIECE: usize = 64 << 10;

/// Some of the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Piece {
    /// Whole lines, each with its line break, but perhaps the very last.
    Lines(Vec<u8>),
    /// One line that is longer than lines may be: it is not kept.
    TooLong,
}

/// An input as pieces.
pub(super) struct Pieces<R> {
    input: R,
    /// What was read and belongs to no piece yet.
    rest: Vec<u8>,
    /// Whether the line that is being read is too long, and is passed over.
    passing: bool,
}

impl<R: Read> Pieces<R> {
    /// The pieces of an input.
    pub(super) fn of(input: R) -> Self {
        Self { input, rest: Vec::new(), passing: false }
    }

    /// The next piece; none at the end. It waits for no more than one line, so that who writes a line and waits for the
    /// answer gets it.
    pub(super) fn next(&mut self) -> io::Result<Option<Piece>> {
        // What follows a line that was passed over may have whole lines in it.
        if let Some(piece) = self.whole(0) {
            return Ok(Some(piece));
        }
        loop {
            let old = self.rest.len();
            if self.grow()? == 0 {
                let last = std::mem::take(&mut self.rest);
                let long = std::mem::take(&mut self.passing);
                let lines = (!last.is_empty()).then_some(Piece::Lines(last));
                return Ok(if long { Some(Piece::TooLong) } else { lines });
            }
            let fresh = self.rest.get(old..).unwrap_or(&[]);
            if self.passing {
                let Some(end) = fresh.iter().position(|&byte| byte == b'\n') else {
                    self.rest.clear();
                    continue;
                };
                self.rest.drain(..=old + end);
                self.passing = false;
                return Ok(Some(Piece::TooLong));
            }
            if let Some(piece) = self.whole(old) {
                return Ok(Some(piece));
            }
            if self.rest.len() > MAX_LINE {
                self.rest.clear();
                self.passing = true;
            }
        }
    }

    /// The whole lines that are there, when a line ends behind a place.
    fn whole(&mut self, from: usize) -> Option<Piece> {
        let end = self.rest.get(from..)?.iter().rposition(|&byte| byte == b'\n')?;
        let rest = self.rest.split_off(from + end + 1);
        Some(Piece::Lines(std::mem::replace(&mut self.rest, rest)))
    }

    /// Reads what is there, at most a piece: how many bytes came.
    fn grow(&mut self) -> io::Result<usize> {
        let old = self.rest.len();
        self.rest.resize(old + PIECE, 0);
        let came = loop {
            match self.input.read(self.rest.get_mut(old..).unwrap_or(&mut [])) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other,
            }
        };
        self.rest.truncate(old + came.as_ref().copied().unwrap_or(0));
        came
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::*;

    /// A reader that gives so many bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let n = self.0.len().min(self.1).min(buffer.len());
            let (now, later) = self.0.split_at(n);
            buffer[..n].copy_from_slice(now);
            self.0 = later;
            Ok(n)
        }
    }

    /// The lines of all pieces: their lengths, none for one that is too long.
    fn lengths(input: &[u8], at_once: usize) -> Vec<Option<usize>> {
        let mut pieces = Pieces::of(Slow(input, at_once));
        let mut lengths = Vec::new();
        while let Some(piece) = pieces.next().unwrap() {
            assert!(pieces.rest.len() <= MAX_LINE + PIECE);
            match piece {
                Piece::Lines(bytes) => {
                    lengths.extend(bytes.split_inclusive(|&b| b == b'\n').map(|line| Some(line.len())));
                }
                Piece::TooLong => lengths.push(None),
            }
        }
        lengths
    }

    #[test]
    fn pieces_are_whole_lines_however_they_come() {
        let long = "x".repeat(MAX_LINE + PIECE + 1);
        let text = format!("a\nbb\n\n{long}\nccc\n{long}");
        for at_once in [1_000, PIECE, text.len()] {
            assert_eq!(
                lengths(text.as_bytes(), at_once),
                [Some(2), Some(3), Some(1), None, Some(4), None],
                "{at_once}"
            );
        }
        assert_eq!(lengths(b"a\nb", 1), [Some(2), Some(1)]);
        assert_eq!(lengths(b"", 1), []);
    }

    #[test]
    fn a_line_is_not_kept_waiting_for_the_next() {
        let mut pieces = Pieces::of(Slow(b"a\nb\nc", 3));
        assert_eq!(pieces.next().unwrap(), Some(Piece::Lines(b"a\n".to_vec())));
        assert_eq!(pieces.next().unwrap(), Some(Piece::Lines(b"b\n".to_vec())));
        assert_eq!(pieces.next().unwrap(), Some(Piece::Lines(b"c".to_vec())));
        assert_eq!(pieces.next().unwrap(), None);
    }
}
