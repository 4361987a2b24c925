//! One pass over the choices: what is missing is raised by changes of the base, the last of which is looked up.

use super::PASS;
use super::steps::{Choices, Ladder, Levels};

/// What the assets from one on can raise, at all and without one more order, and what their bases score.
#[derive(Clone, Copy, Default)]
pub(super) struct Reach {
    all: i128,
    free: i128,
    excess: i128,
}

/// What was chosen so far.
#[derive(Clone, Copy)]
pub(super) struct Partial {
    missing: i128,
    more: Levels,
    excess: i128,
    /// How many more orders are to be made.
    orders: i128,
}

/// The best choice known, as what it changes, with the trades of all assets.
#[derive(Clone)]
pub(super) struct Best {
    pub(super) levels: Levels,
    pub(super) trades: Vec<i128>,
}

/// A pass over some choices.
pub(super) struct Pass<'a> {
    choices: Choices,
    reach: Vec<Reach>,
    base: &'a [i128],
    /// Choices that score more above the bound are not wanted.
    limit: i128,
    /// The turnover of a perfect choice, and the cash it leaves.
    perfect: Option<(i128, i128)>,
    pub(super) best: Best,
    /// The ladders and steps under way.
    path: Vec<(usize, usize)>,
    pub(super) done: bool,
    pub(super) looks: usize,
}

/// What the ladders from each one on can raise.
fn reach(ladders: &[Ladder]) -> Vec<Reach> {
    let mut reach = vec![Reach::default(); ladders.len() + 1];
    for (at, ladder) in ladders.iter().enumerate().rev() {
        let Reach { all, free, excess } = reach[at + 1];
        let most = ladder.enough.last().map_or(0, |(raises, _)| (*raises).max(0));
        reach[at] = Reach {
            all: all + most,
            free: if ladder.orders > 0 { free } else { free + most },
            excess: excess + ladder.excess,
        };
    }
    reach
}

impl<'a> Pass<'a> {
    pub(super) fn new(
        choices: Choices,
        limit: i128,
        perfect: Option<(i128, i128)>,
        base: &'a [i128],
        best: Best,
    ) -> Pass<'a> {
        Pass { choices, reach: Vec::new(), base, limit, perfect, best, path: Vec::new(), done: false, looks: 0 }
    }

    /// Tries choices of few orders first, as long as a perfect one ends it.
    pub(super) fn run(&mut self, missing: i128) {
        let root = Partial { missing, more: Levels::default(), excess: self.choices.sure, orders: 0 };
        let count = self.choices.ladders.iter().filter(|ladder| ladder.orders > 0).count() as i128;
        // What has most steps comes last, where they are looked up.
        self.arrange(|ladder| (ladder.steps.len(), ladder.asset));
        for orders in 0..=if self.choices.plain { count } else { 0 } {
            let root = Partial { orders, ..root };
            self.visit(0, root);
            if self.done {
                // There is one, so it is looked for again in the order by which the last tie is broken.
                self.arrange(|ladder| (0, ladder.asset));
                self.done = false;
                self.visit(0, root);
            }
            if self.is_over() {
                break;
            }
        }
    }

    fn arrange(&mut self, key: fn(&Ladder) -> (usize, usize)) {
        self.choices.ladders.sort_unstable_by_key(key);
        self.reach = reach(&self.choices.ladders);
    }

    fn is_over(&self) -> bool {
        self.done || self.looks >= PASS
    }

    /// Goes on from a partial choice with one more change, of any ladder from some on.
    fn visit(&mut self, from: usize, mut state: Partial) {
        for at in from..self.choices.ladders.len() {
            if self.reach[at].all < state.missing || state.excess > self.limit {
                return;
            }
            self.close(at, &state);
            self.deepen(at, &state);
            if self.is_over() {
                return;
            }
            state.excess += self.choices.ladders[at].excess;
        }
    }

    /// Raises all that is missing by one change, with the base for all to come.
    fn close(&mut self, at: usize, state: &Partial) {
        let (plain, ladder) = (self.choices.plain, &self.choices.ladders[at]);
        if plain && ladder.orders != state.orders || state.excess + self.reach[at + 1].excess > self.limit {
            return;
        }
        self.looks += 1;
        let first = ladder.enough.partition_point(|&(raises, _)| raises < state.missing);
        let Some(&(_, index)) = ladder.enough.get(first) else {
            return;
        };
        let step = &ladder.steps[index];
        let levels = state.more.and(step.more);
        if levels > self.best.levels {
            return;
        }
        let left = step.raises - state.missing;
        self.path.push((at, index));
        let best = Best { levels, trades: self.trades() };
        self.path.pop();
        self.done = self.perfect == Some((levels.turnover, left));
        if levels < self.best.levels || best.trades < self.best.trades {
            self.best = best;
        }
    }

    /// Tries the changes of a ladder that leave something to be raised by those after it.
    fn deepen(&mut self, at: usize, state: &Partial) {
        let (plain, next, ladder) = (self.choices.plain, self.reach[at + 1], &self.choices.ladders[at]);
        let orders = state.orders - if plain { ladder.orders } else { 0 };
        let reach = if plain && orders == 0 { next.free } else { next.all };
        if orders < 0 || at + 1 == self.choices.ladders.len() || plain && reach == 0 {
            return;
        }
        // Of plain steps the first raise most, and those that raise enough were looked at.
        let first = ladder.steps.partition_point(|step| plain && step.raises >= state.missing);
        for index in first..self.choices.ladders[at].steps.len() {
            let step = &self.choices.ladders[at].steps[index];
            let partial = Partial {
                missing: state.missing - step.raises,
                more: state.more.and(step.more),
                excess: state.excess + step.excess,
                orders,
            };
            if plain && reach < partial.missing {
                return;
            }
            self.looks += 1;
            if reach < partial.missing || partial.excess > self.limit {
                continue;
            }
            self.path.push((at, index));
            self.visit(at + 1, partial);
            self.path.pop();
            if self.is_over() {
                return;
            }
        }
    }

    /// The trades of all assets after the changes under way.
    fn trades(&self) -> Vec<i128> {
        let mut trades = self.base.to_vec();
        for &(at, step) in &self.path {
            let ladder = &self.choices.ladders[at];
            trades[ladder.asset] = ladder.steps[step].trade;
        }
        trades
    }
}
