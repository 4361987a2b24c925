//! Boolean expressions over a portfolio: exact in decimals, bounded in time, memory and depth, and unable to do
//! anything but look.
//!
//! A text is cut into the few tokens of `lex`, every name is looked up in the one table of `offer`, `parse` makes a
//! tree of it, `check` counts arguments, and `engine` answers it on decimals, texts, truth values and the parts of a portfolio (`view`) through
//! the operators of `value`. There is no way to spell a loop, an assignment, a function or an import. A tree is no
//! deeper than [`MAX_DEPTH`], and every step is paid for out of [`MAX_STEPS`].
//!
//! A file's text and YAML must never enter this room: places are ranges of the expression.

mod check;
mod engine;
mod lex;
mod offer;
mod parse;
mod template;
mod value;
mod view;

pub use engine::{Engine, Expression, Item};
pub use offer::{OFFERS, Offer, Scope};
pub use template::Template;
pub use view::View;

use std::ops::Range;

/// The longest expression or message, in bytes.
pub const MAX_TEXT: usize = 4_096;
/// The deepest nesting of parentheses, operators and filters.
pub const MAX_DEPTH: usize = 48;
/// The longest list in brackets, and the most arguments.
pub const MAX_LIST: usize = 64;
/// The steps one run may take over all expressions and everything they are asked about. A step takes about 0.1 µs.
pub const MAX_STEPS: u64 = 250_000;

/// Why an expression cannot be read or has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Where, in bytes of the expression.
    pub range: Range<usize>,
    /// What is wrong, one sentence without a period.
    pub message: String,
    /// A short text for the place.
    pub label: String,
    /// What to do, a sentence with a period.
    pub help: String,
}

impl Fault {
    fn new(range: Range<usize>, message: impl Into<String>, label: impl Into<String>, help: impl Into<String>) -> Self {
        Self { range, message: message.into(), label: label.into(), help: help.into() }
    }

    /// The same in a longer text, that many bytes further on.
    fn shifted(mut self, by: usize) -> Self {
        self.range = self.range.start + by..self.range.end + by;
        self
    }
}

#[cfg(test)]
mod laws;
