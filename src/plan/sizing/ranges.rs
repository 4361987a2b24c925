//! The trades of one asset in the order of the cash they use, with the least score of ranges of them.
//!
//! A search that is thorough may have tens of thousands of trades of one asset, of which a partial choice can take only a
//! few. Whole ranges of them are passed over by a bound on what is in them.

use super::classes::Class;
use super::score::Score;

/// A range of at most this many trades is looked through one by one.
const LEAF: usize = 4;

/// The trades of one asset.
pub(super) struct Ranges {
    /// The items in the order of what they use.
    pub(super) order: Vec<usize>,
    /// The least score of the whole, of its two halves, of theirs, and so on: those of the range at `n` are at `2n + 1`
    /// and `2n + 2`.
    least: Vec<Score>,
}

/// A range of trades.
#[derive(Clone, Copy)]
pub(super) struct Range {
    at: usize,
    pub(super) first: usize,
    pub(super) end: usize,
}

impl Ranges {
    pub(super) fn of(class: &Class) -> Ranges {
        let mut order: Vec<usize> = (0..class.items.len()).collect();
        order.sort_by_key(|&item| (class.items[item].uses, item));
        let mut ranges = Ranges { order, least: Vec::new() };
        let all = ranges.all();
        ranges.fill(class, all);
        ranges
    }

    /// All trades.
    pub(super) fn all(&self) -> Range {
        Range { at: 0, first: 0, end: self.order.len() }
    }

    /// The halves of a range, if it is so large that it has any.
    pub(super) fn halves(range: Range) -> Option<[Range; 2]> {
        let Range { at, first, end } = range;
        let middle = first + (end - first) / 2;
        let halves = [Range { at: 2 * at + 1, first, end: middle }, Range { at: 2 * at + 2, first: middle, end }];
        (end - first > LEAF).then_some(halves)
    }

    /// The least score of a range.
    pub(super) fn least(&self, range: Range) -> Score {
        self.least[range.at]
    }

    /// The least and the most that the trades of a range use.
    pub(super) fn uses(&self, class: &Class, range: Range) -> (i128, i128) {
        let uses = |at: usize| class.items[self.order[at]].uses;
        (uses(range.first), uses(range.end - 1))
    }

    /// The largest distance in cash between two trades that are next to each other.
    pub(super) fn widest(&self, class: &Class) -> i128 {
        let uses = |at: usize| class.items[self.order[at]].uses;
        (1..self.order.len()).map(|at| uses(at) - uses(at - 1)).max().unwrap_or(0)
    }

    fn fill(&mut self, class: &Class, range: Range) -> Score {
        let least = match Ranges::halves(range) {
            Some([lower, higher]) => self.fill(class, lower).min(self.fill(class, higher)),
            None => {
                let items = self.order[range.first..range.end].iter();
                items.map(|&item| class.items[item].reduced).min().unwrap_or(Score::WORST)
            }
        };
        if self.least.len() <= range.at {
            self.least.resize(range.at + 1, Score::WORST);
        }
        self.least[range.at] = least;
        least
    }
}
