//! The search of what is left: partial choices, asset by asset, cut off by bounds and by each other.
//!
//! A state is a choice for the assets seen so far with the base for all others. It is dropped when
//!
//! * even the best that can be for the assets still to come makes it worse than the best choice known (`bounds`), or
//! * another state has chosen for the same assets, keeps at least as much slack and scores no worse; where cash that is left
//!   counts, it keeps as much and gains as much. A thorough search compares those it goes on from together, and where
//!   there is no tax on gains and any cash may be left, also with those it made before, as far as it remembers them.
//!
//! A quick search sees first the assets that can move cash most cheaply, and tries their trades one by one. A thorough one
//! sees first those whose trades are furthest apart, since what they leave open can be known well: the others take up what
//! cash is left, in small steps. Where there are more states than the limit allows, the least promising go, and the best
//! bound among them is told.

use super::bounds::{Bounds, Cover, State};
use super::classes::{Class, Frame};
use super::ranges::{Range, Ranges};
use super::score::{Rate, Score};
use std::collections::BTreeMap;

/// How many states are kept at least, however little of the limit is left.
const NARROWEST: usize = 16;
/// How many states a thorough search remembers to compare others with.
const KEPT: usize = 1 << 18;
/// How many states a thorough search goes on from at once, and how many it makes of them before it goes on.
const ABREAST: usize = 1 << 11;
const WIDEST: usize = 1 << 14;

/// The best choice found above the bound, and what may have been missed.
pub(super) struct Found {
    /// The score above the bound: of the choice, or the gap that was given if none is better.
    pub(super) gap: Score,
    /// An item for every class, if a better choice was found.
    pub(super) chosen: Option<Vec<usize>>,
    /// No choice that was left out scores less than this above the bound.
    pub(super) missed: Option<Score>,
    /// How many states were made.
    pub(super) nodes: usize,
}

/// The states of a thorough search that have chosen for the same classes, the most promising first.
struct Level {
    states: Vec<State>,
    /// How many of them were gone on from.
    at: usize,
    /// How many choices were written down when these had been.
    written: usize,
}

/// A search under way.
pub(super) struct Search<'a> {
    bounds: Bounds<'a>,
    classes: &'a [Class],
    /// The classes that have a choice, in the order in which they are seen.
    order: Vec<usize>,
    /// The trades of every class by the cash they use, where the search is thorough.
    ranges: Vec<Ranges>,
    /// The choices of states: the node before, the class and the item.
    nodes: Vec<(usize, usize, usize)>,
    gap: Score,
    /// The trades of the best choice known.
    trades: Vec<i128>,
    /// How many states are made at most, and how many were.
    limit: usize,
    made: usize,
    chosen: Option<Vec<usize>>,
    /// What states of a thorough search score by their slack, at every depth, those that are worse than another left out;
    /// and how many they are.
    seen: Vec<BTreeMap<i128, Score>>,
    kept: usize,
    /// Whether a thorough search has come to the last class.
    ended: bool,
    missed: Option<Score>,
}

impl<'a> Search<'a> {
    /// Prepares a quick search for choices that score no more than `gap` above the bound, where a choice with
    /// just that score has the given trades. It makes no more than `limit` states, but for the narrowest that goes on.
    pub(super) fn new(
        frame: Frame<'a>,
        cover: Option<Cover>,
        classes: &'a [Class],
        gap: Score,
        trades: Vec<i128>,
        limit: usize,
    ) -> Search<'a> {
        let mut order: Vec<usize> = (0..classes.len()).filter(|&class| classes[class].items.len() > 1).collect();
        order.sort_by_key(|&class| (cheapest(&classes[class]), class));
        Search {
            bounds: Bounds::new(frame, cover, &order, classes),
            missed: classes.iter().filter_map(|class| class.unlisted).min(),
            classes,
            order,
            ranges: Vec::new(),
            nodes: vec![(0, 0, 0)],
            gap,
            trades,
            limit,
            made: 0,
            chosen: None,
            seen: Vec::new(),
            kept: 0,
            ended: false,
        }
    }

    /// The same as a thorough search.
    pub(super) fn thorough(mut self) -> Search<'a> {
        self.ranges = self.classes.iter().map(Ranges::of).collect();
        self.order.sort_by_key(|&class| (-self.ranges[class].widest(&self.classes[class]), class));
        self.bounds = self.bounds.thorough(&self.order, self.classes, &self.ranges);
        self
    }

    /// Searches to the end, or to the limit.
    pub(super) fn run(mut self) -> Found {
        let fixed = self.classes.iter().filter(|class| class.items.len() == 1);
        let root = State {
            slack: self.bounds.frame.slack,
            gain: self.bounds.frame.gain,
            reduced: Score::default(),
            step: fixed.map(|class| class.items[0].point.step).min().unwrap_or(i128::MAX),
            node: 0,
            floor: Score::default(),
        };
        self.offer(0, &root);
        self.made = 1;
        if self.ranges.is_empty() {
            self.sweep(root);
        } else {
            self.dive(root);
        }
        Found { gap: self.gap, chosen: self.chosen, missed: self.missed, nodes: self.made }
    }

    /// Goes from class to class with all states there are, and drops the least promising where they are too many.
    fn sweep(&mut self, root: State) {
        let mut states = vec![root];
        for depth in 0..self.order.len() {
            states = self.deepen(depth, &states);
            self.remove_dominated(&mut states);
            self.narrow(&mut states, depth + 1);
        }
    }

    /// Goes to the last class with the most promising states first, before it goes on with others. Once as many were made as
    /// may be, it goes on with a few only, until they have come to the last class or twice as many were made.
    fn dive(&mut self, root: State) {
        self.seen = vec![BTreeMap::new(); self.order.len() + 1];
        let mut levels = vec![Level { states: vec![root], at: 0, written: self.nodes.len() }];
        while let Some(mut level) = levels.pop() {
            let depth = levels.len();
            self.nodes.truncate(level.written);
            let spent = self.made >= self.limit;
            if depth == self.order.len() {
                self.ended = true;
            } else if spent && (self.ended || self.made >= 2 * self.limit) {
                if let Some(state) = level.states.get(level.at) {
                    self.miss(state.floor);
                }
            } else if level.at < level.states.len() {
                let next = self.abreast(depth, &mut level, if spent { NARROWEST } else { ABREAST });
                levels.push(level);
                levels.push(next);
            }
        }
    }

    /// Goes on from so many of the states of a level.
    fn abreast(&mut self, depth: usize, level: &mut Level, most: usize) -> Level {
        let first = level.at;
        let all = self.ranges[self.order[depth]].all();
        let mut states = Vec::new();
        while let Some(state) = level.states.get(level.at) {
            if level.at - first >= most || states.len() >= WIDEST || self.made >= 2 * self.limit {
                break;
            }
            if state.floor <= self.gap {
                self.climb(depth, state, all, &mut states);
            }
            level.at += 1;
        }
        self.remove_dominated(&mut states);
        states.retain(|state| self.is_new(depth + 1, state));
        states.sort_by_key(|state| (state.floor, state.slack));
        Level { states, at: 0, written: self.nodes.len() }
    }

    /// Chooses for one more class in every way that may still lead to the best choice.
    fn deepen(&mut self, depth: usize, states: &[State]) -> Vec<State> {
        let class = self.order[depth];
        let mut next = Vec::with_capacity(states.len() * 2);
        for state in states {
            for index in 0..self.classes[class].items.len() {
                if state.reduced + self.classes[class].items[index].reduced > self.gap {
                    break;
                }
                self.made += 1;
                next.extend(self.child(depth, state, index));
            }
        }
        next
    }

    /// The same for one state and a range of trades.
    fn climb(&mut self, depth: usize, state: &State, range: Range, next: &mut Vec<State>) {
        let class = self.order[depth];
        let ranges = &self.ranges[class];
        let uses = ranges.uses(&self.classes[class], range);
        if self.bounds.floor_of_range(depth, state, ranges.least(range), uses) > self.gap {
            return;
        }
        if let Some(halves) = Ranges::halves(range) {
            for half in halves {
                self.climb(depth, state, half, next);
            }
            return;
        }
        for at in range.first..range.end {
            let index = self.ranges[class].order[at];
            self.made += 1;
            next.extend(self.child(depth, state, index));
        }
    }

    /// A state with one more choice, taken as the best if it is; none if it leads nowhere.
    fn child(&mut self, depth: usize, state: &State, index: usize) -> Option<State> {
        let class = self.order[depth];
        let item = &self.classes[class].items[index];
        let mut child = State {
            slack: state.slack - item.uses,
            gain: state.gain + item.gains,
            reduced: state.reduced + item.reduced,
            step: state.step.min(item.point.step),
            ..*state
        };
        child.floor = self.bounds.floor(depth + 1, &child).filter(|&floor| floor <= self.gap)?;
        if index > 0 {
            child.node = self.nodes.len();
            self.nodes.push((state.node, class, index));
            self.offer(depth + 1, &child);
        }
        Some(child)
    }

    /// Takes a state, with the base for all classes to come, as the best choice if it is.
    fn offer(&mut self, depth: usize, state: &State) {
        let Some(score) = self.score(depth, state).filter(|&score| score <= self.gap) else {
            return;
        };
        let trades = self.trades_of(state.node);
        if score < self.gap || trades < self.trades {
            self.gap = score;
            self.trades = trades;
            self.chosen = Some(self.items(state.node));
        }
    }

    /// What a state scores above the bound with the base for all classes to come; none if it breaks the row.
    fn score(&self, depth: usize, state: &State) -> Option<Score> {
        let rest = self.bounds.frame.rest(state.gain);
        if self.bounds.frame.raising {
            return Some(state.reduced + Score::of_cash(rest));
        }
        let fine = self.bounds.frame.tilt.fine;
        let mut score = self.bounds.frame.above_bound(state.reduced, state.slack);
        score.cost += self.bounds.frame.levy.map_or(0, |levy| levy.tax(state.gain));
        let Some(cover) = self.bounds.cover else {
            return (state.slack >= rest).then(|| self.bounds.frame.with_spare(score, state.slack - rest));
        };
        let surplus = cover.surplus(state.slack) - rest;
        let step = state.step.min(self.bounds.suffixes[depth].step).saturating_mul(fine);
        if state.slack < 0 || surplus < 0 || surplus >= step || score > self.gap {
            return None;
        }
        self.is_tight(state, surplus).then(|| self.bounds.frame.with_spare(score, surplus))
    }

    /// Whether no sale could be smaller, where that depends on the levy.
    fn is_tight(&self, state: &State, surplus: i128) -> bool {
        let Some(levy) = self.bounds.frame.levy else {
            return true;
        };
        let chosen = self.classes.iter().zip(self.items(state.node));
        let mut steps = chosen.map(|(class, item)| levy.true_step(&class.items[item].point, state.gain));
        steps.all(|step| surplus < step.saturating_mul(self.bounds.frame.tilt.fine))
    }

    /// Drops states for which another has as much slack, gains no more, is no worse, and wins the last tie. Where cash that is
    /// left counts, less slack or more tax may be better, so that only states with the same of both are compared.
    fn remove_dominated(&self, states: &mut Vec<State>) {
        if self.bounds.cover.is_some() || self.bounds.frame.raising {
            return;
        }
        let value = |index: usize| {
            let state: &State = &states[index];
            self.bounds.frame.above_bound(state.reduced, state.slack)
        };
        // Without the tilted levy, since that is what a choice keeps if the levy turns out to be nothing.
        let cash = |state: &State| state.slack + self.bounds.frame.tilt.slope * state.gain;
        let exact = self.bounds.frame.spare.is_some();
        let key = |state: &State| (-cash(state), if exact { state.gain } else { 0 });
        let mut sorted: Vec<((i128, i128), Score, usize)> =
            states.iter().enumerate().map(|(index, state)| (key(state), value(index), index)).collect();
        sorted.sort_unstable();
        // The best so far for every gain that a state may have: both fall along the list.
        let mut front: Vec<(i128, Score, usize)> = Vec::new();
        let mut last = None;
        let mut kept = Vec::with_capacity(states.len());
        for (key, score, index) in sorted {
            let State { gain, node, .. } = states[index];
            if exact && last.replace(key) != Some(key) {
                front.clear();
            }
            let at = front.partition_point(|&(other, ..)| other <= gain);
            let better = at.checked_sub(1).map(|before| &front[before]);
            let stays = better.is_none_or(|&(_, least, other)| {
                score < least || (score == least && self.trades_of(node) < self.trades_of(other))
            });
            if stays {
                let start = front.partition_point(|&(other, ..)| other < gain);
                let worse = front[start..].iter().take_while(|&&(_, other, _)| score <= other).count();
                front.splice(start..start + worse, [(gain, score, node)]);
                kept.push(states[index]);
            }
        }
        *states = kept;
    }

    /// Whether no state that was made before for the same classes keeps as much slack and scores less.
    fn is_new(&mut self, depth: usize, state: &State) -> bool {
        let Frame { spare, levy, .. } = self.bounds.frame;
        let Some(seen) = self.seen.get_mut(depth).filter(|_| spare.is_none() && levy.is_none()) else {
            return true;
        };
        if self.bounds.cover.is_some() {
            return true;
        }
        let score = self.bounds.frame.above_bound(state.reduced, state.slack);
        // Those that are kept score the more, the more slack they keep: the next one is the best of all that keep as much.
        if seen.range(state.slack..).next().is_some_and(|(_, other)| *other < score) {
            return false;
        }
        while let Some((&slack, _)) = seen.range(..=state.slack).next_back().filter(|(_, other)| **other >= score) {
            seen.remove(&slack);
            self.kept -= 1;
        }
        if self.kept < KEPT {
            seen.insert(state.slack, score);
            self.kept += 1;
        }
        true
    }

    /// Keeps the most promising states, and remembers the bound of the others.
    fn narrow(&mut self, states: &mut Vec<State>, depth: usize) {
        let left = self.limit.saturating_sub(self.made);
        let next = self.order.get(depth).map_or(1, |&class| self.classes[class].items.len());
        let most = (left / (4 * next)).max(NARROWEST);
        if states.len() > most {
            states.sort_by_key(|state| (state.floor, state.slack));
            self.miss(states[most].floor);
            states.truncate(most);
        }
    }

    /// Remembers the bound of what is left out.
    fn miss(&mut self, floor: Score) {
        self.missed = Some(self.missed.map_or(floor, |other| other.min(floor)));
    }

    /// The item of every class that a node stands for.
    fn items(&self, mut node: usize) -> Vec<usize> {
        let mut items = vec![0; self.classes.len()];
        while node != 0 {
            let (before, class, item) = self.nodes[node];
            items[class] = item;
            node = before;
        }
        items
    }

    fn trades_of(&self, node: usize) -> Vec<i128> {
        let items = self.items(node);
        let chosen = self.classes.iter().zip(items);
        chosen.map(|(class, item)| class.items[item].point.trade).collect()
    }
}

/// The least score per cash that an asset moves, either way.
fn cheapest(class: &Class) -> Rate {
    let moving = class.items.iter().filter(|item| item.uses != 0);
    let rates = moving.map(|item| Rate::at_most(item.reduced, item.uses.abs()));
    rates.min().unwrap_or_default()
}
