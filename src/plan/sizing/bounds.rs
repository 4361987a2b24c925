//! The bounds of the search: how good a partial choice can become.
//!
//! Two are made, and the better one counts. The plain one takes the least score per cash that the assets still to come
//! move, as if they moved all of it at that. The other, of a search that is thorough, is made of tangents (`suffix`).

use super::classes::{Class, Frame};
use super::left::Left;
use super::ranges::Ranges;
use super::score::{Rate, Score};
use super::suffix::{self, Suffix};

/// What limits the slack from above when sales must be as small as they can be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cover {
    /// Cash above the reserve is what the slack is short of this, or the slack itself.
    pub(super) span: Option<i128>,
}

impl Cover {
    /// The cash above the reserve at some slack.
    pub(super) fn surplus(self, slack: i128) -> i128 {
        self.span.map_or(slack, |span| span - slack)
    }
}

/// A partial choice.
#[derive(Clone, Copy)]
pub(super) struct State {
    pub(super) slack: i128,
    pub(super) gain: i128,
    pub(super) reduced: Score,
    /// The least step of its sales.
    pub(super) step: i128,
    /// Where its choices are written down.
    pub(super) node: usize,
    /// No choice that goes on from it scores less above the bound.
    pub(super) floor: Score,
}

/// What the classes of a search can still do, in the order in which they are seen.
pub(super) struct Bounds<'a> {
    pub(super) frame: Frame<'a>,
    pub(super) cover: Option<Cover>,
    pub(super) suffixes: Vec<Suffix>,
    /// Whether there are tangents, and the slack that is best left by them.
    thorough: bool,
    best_left: i128,
}

impl<'a> Bounds<'a> {
    pub(super) fn new(frame: Frame<'a>, cover: Option<Cover>, order: &[usize], classes: &[Class]) -> Bounds<'a> {
        Bounds { frame, cover, suffixes: suffix::suffixes(order, classes), thorough: false, best_left: 0 }
    }

    /// The same with tangents.
    pub(super) fn thorough(self, order: &[usize], classes: &[Class], ranges: &[Ranges]) -> Bounds<'a> {
        let left = Left::of(&self.frame, self.cover);
        let best_left = left.best(Rate::default()).map_or(0, |(slack, _)| slack);
        let suffixes = suffix::thorough(&left, order, classes, ranges);
        Bounds { suffixes, thorough: true, best_left, ..self }
    }

    /// A bound above the bound on all choices that go on from a state; none if none keeps the row.
    pub(super) fn floor(&self, depth: usize, state: &State) -> Option<Score> {
        let floor = self.plain_floor(depth, state)?;
        if !self.thorough {
            return Some(floor);
        }
        let least = self.least_of(depth, depth, state, (0, 0));
        Some(floor.max(state.reduced + least))
    }

    /// No choice that goes on from a state with one of some trades, which score no less than `reduced` and use so much of
    /// the slack, scores less above the bound.
    pub(super) fn floor_of_range(&self, depth: usize, state: &State, reduced: Score, uses: (i128, i128)) -> Score {
        state.reduced + reduced + self.least_of(depth, depth + 1, state, uses)
    }

    /// The least that the classes from `next` on score where those before use so much of the slack, by the tangents. The
    /// classes from `depth` on may change the gains, and with them what is left of the slack for the levy.
    fn least_of(&self, depth: usize, next: usize, state: &State, uses: (i128, i128)) -> Score {
        let changing = &self.suffixes[depth];
        let (low, high) = if self.cover.is_some_and(|cover| cover.span.is_some()) {
            (0, 0)
        } else {
            self.frame.rests(state.gain + changing.losses, state.gain + changing.gains)
        };
        let (least, most) = (state.slack - uses.1 - high, state.slack - uses.0 - low);
        let rate = self.frame.rate;
        self.suffixes[next].least(self.best_left.clamp(least, most)) + rate.of(low).min(rate.of(high))
    }

    /// The same by the least score per cash.
    fn plain_floor(&self, depth: usize, state: &State) -> Option<Score> {
        let suffix = &self.suffixes[depth];
        let rate = self.frame.rate;
        let (low, high) = self.frame.rests(state.gain + suffix.losses, state.gain + suffix.gains);
        if self.frame.raising {
            return Some(state.reduced + Score::of_cash(low));
        }
        let (least, most) = (state.slack - suffix.uses, state.slack + suffix.frees);
        if let Some(cover) = self.cover {
            if most < 0 {
                return None;
            }
            let (a, b) = (cover.surplus(least.max(0)), cover.surplus(most));
            let step = state.step.saturating_mul(self.frame.tilt.fine);
            if a.max(b) - low < 0 || a.min(b) - high >= step {
                return None;
            }
        } else if most < low {
            return None;
        }
        if self.cover.is_none() && self.frame.spare.is_some() {
            return self.spare_floor(suffix, state, low);
        }
        // What must be left of the slack for the levy, and costs what slack costs.
        let rest = if self.cover.is_some_and(|cover| cover.span.is_some()) { 0 } else { low };
        if state.slack < rest {
            let free = suffix.free_rate?;
            return Some(state.reduced + free.of(rest - state.slack) + rate.of(rest));
        }
        let use_rate = suffix.use_rate.filter(|&cheaper| cheaper < rate);
        let used = use_rate.map_or(0, |_| (state.slack - rest).min(suffix.uses));
        let paid = use_rate.unwrap_or_default().of(used);
        Some(state.reduced + paid + rate.of(state.slack - used))
    }

    /// The same where cash that is left counts: the least of what is moved and what is left then.
    fn spare_floor(&self, suffix: &Suffix, state: &State, rest: i128) -> Option<Score> {
        let (frame, rate) = (&self.frame, self.frame.rate);
        let (scale, slack) = (frame.spare.unwrap_or(1), state.slack);
        let (low, high) = ((slack - suffix.uses).max(rest), slack + suffix.frees);
        if low > high {
            return None;
        }
        if frame.levy.is_some() {
            // Nothing is said of what is left, since it depends on the levy.
            let least = if rate < Rate::default() { Score::default() } else { rate.of(low) };
            return Some(state.reduced + least);
        }
        let (use_rate, free_rate) = (suffix.use_rate.unwrap_or_default(), suffix.free_rate.unwrap_or_default());
        let at = |left: i128| {
            let left = left.clamp(low, high);
            let moved = if left < slack { use_rate.of(slack - left) } else { free_rate.of(left - slack) };
            frame.with_spare(frame.above_bound(state.reduced + moved, left), left)
        };
        let turn = |main: i128| (main - rate.main).div_euclid(2 * scale).div_euclid(scale);
        let (used, freed) = (turn(use_rate.main).min(slack), turn(-free_rate.main).max(slack));
        [slack, low, high, used, used + 1, freed, freed + 1].into_iter().map(at).min()
    }
}
