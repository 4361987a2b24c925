//! The search of what is left: partial choices, asset by asset, cut off by bounds and by each other.
//!
//! A state is a choice for the assets seen so far with the base for all others. It is dropped when
//!
//! * even the cheapest way for the assets still to come to use or to free the slack it has makes it
//!   worse than the best choice known (suffix minima of score per cash), or
//! * another state has chosen for the same assets, keeps at least as much slack and scores no worse.
//!
//! Assets that can move cash most cheaply come first, so that the suffix minima rise quickly. Where there
//! are more states than the limit allows, the least promising go, and the best bound among them is told.

use super::classes::{Class, Frame};
use super::score::{Rate, Score};

/// How many states are made at most where there is one search.
pub(super) const STATES: usize = 1 << 18;
/// How many states are kept at least, however little of the limit is left.
const NARROWEST: usize = 16;

/// What limits the slack from above when sales must be as small as they can be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cover {
    /// Cash above the reserve is what the slack is short of this, or the slack itself.
    pub(super) span: Option<i128>,
}

impl Cover {
    /// The cash above the reserve at some slack.
    fn surplus(self, slack: i128) -> i128 {
        self.span.map_or(slack, |span| span - slack)
    }
}

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

/// A partial choice.
#[derive(Clone, Copy)]
struct State {
    slack: i128,
    gain: i128,
    reduced: Score,
    /// The least step of its sales.
    step: i128,
    /// Where its choices are written down.
    node: usize,
    /// No choice that goes on from it scores less above the bound.
    floor: Score,
}

/// What the assets from some depth on can do.
#[derive(Clone, Copy)]
struct Suffix {
    /// The most slack they can use, and free.
    uses: i128,
    frees: i128,
    /// The least and the most that gains can change.
    losses: i128,
    gains: i128,
    /// The least score per cash used, and freed, if any.
    use_rate: Option<Rate>,
    free_rate: Option<Rate>,
    /// The least step of the sales of the base.
    step: i128,
}

impl Suffix {
    const NOTHING: Suffix =
        Suffix { uses: 0, frees: 0, losses: 0, gains: 0, use_rate: None, free_rate: None, step: i128::MAX };
}

/// A search under way.
pub(super) struct Search<'a> {
    frame: Frame<'a>,
    cover: Option<Cover>,
    classes: &'a [Class],
    /// The classes that have a choice, in the order in which they are seen.
    order: Vec<usize>,
    suffixes: Vec<Suffix>,
    /// The choices of states: the node before, the class and the item.
    nodes: Vec<(usize, usize, usize)>,
    gap: Score,
    /// The trades of the best choice known.
    trades: Vec<i128>,
    /// How many states are made at most.
    limit: usize,
    chosen: Option<usize>,
    missed: Option<Score>,
}

impl<'a> Search<'a> {
    /// Prepares a search for choices that score no more than `gap` above the bound, where a choice with
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
            frame,
            cover,
            suffixes: suffixes(&order, classes),
            missed: classes.iter().filter_map(|class| class.unlisted).min(),
            classes,
            order,
            nodes: vec![(0, 0, 0)],
            gap,
            trades,
            limit,
            chosen: None,
        }
    }

    /// Searches to the end, or to the limit.
    pub(super) fn run(mut self) -> Found {
        let fixed = self.classes.iter().filter(|class| class.items.len() == 1);
        let root = State {
            slack: self.frame.slack,
            gain: self.frame.gain,
            reduced: Score::default(),
            step: fixed.map(|class| class.items[0].point.step).min().unwrap_or(i128::MAX),
            node: 0,
            floor: Score::default(),
        };
        self.offer(0, &root);
        let mut states = vec![root];
        let mut made = 1;
        for depth in 0..self.order.len() {
            states = self.deepen(depth, &states, &mut made);
            if self.cover.is_none() && !self.frame.raising {
                self.remove_dominated(&mut states);
            }
            let left = self.limit.saturating_sub(made);
            let next = self.order.get(depth + 1).map_or(1, |&class| self.classes[class].items.len());
            self.narrow(&mut states, (left / (4 * next)).max(NARROWEST));
        }
        let chosen = self.chosen.map(|node| self.items(node));
        Found { gap: self.gap, chosen, missed: self.missed, nodes: made }
    }

    /// Chooses for one more class in every way that may still lead to the best choice.
    fn deepen(&mut self, depth: usize, states: &[State], made: &mut usize) -> Vec<State> {
        let class = self.order[depth];
        let mut next = Vec::with_capacity(states.len() * 2);
        for state in states {
            for (index, item) in self.classes[class].items.iter().enumerate() {
                let reduced = state.reduced + item.reduced;
                if reduced > self.gap {
                    break;
                }
                *made += 1;
                let mut child = State {
                    slack: state.slack - item.uses,
                    gain: state.gain + item.gains,
                    reduced,
                    step: state.step.min(item.point.step),
                    ..*state
                };
                let Some(floor) = self.floor(depth + 1, &child).filter(|&floor| floor <= self.gap) else {
                    continue;
                };
                child.floor = floor;
                if index > 0 {
                    child.node = self.nodes.len();
                    self.nodes.push((state.node, class, index));
                    self.offer(depth + 1, &child);
                }
                next.push(child);
            }
        }
        next
    }

    /// A bound above the bound on all choices that go on from a state; none if none keeps the row.
    fn floor(&self, depth: usize, state: &State) -> Option<Score> {
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

    /// Takes a state, with the base for all classes to come, as the best choice if it is.
    fn offer(&mut self, depth: usize, state: &State) {
        let Some(score) = self.score(depth, state).filter(|&score| score <= self.gap) else {
            return;
        };
        let trades = self.trades_of(state.node);
        if score < self.gap || trades < self.trades {
            self.gap = score;
            self.trades = trades;
            self.chosen = Some(state.node);
        }
    }

    /// What a state scores above the bound with the base for all classes to come; none if it breaks the row.
    fn score(&self, depth: usize, state: &State) -> Option<Score> {
        let rest = self.frame.rest(state.gain);
        if self.frame.raising {
            return Some(state.reduced + Score::of_cash(rest));
        }
        let fine = self.frame.tilt.fine;
        let mut score = self.frame.above_bound(state.reduced, state.slack);
        score.cost += self.frame.levy.map_or(0, |levy| levy.tax(state.gain));
        let Some(cover) = self.cover else {
            return (state.slack >= rest).then(|| self.frame.with_spare(score, state.slack - rest));
        };
        let surplus = cover.surplus(state.slack) - rest;
        let step = state.step.min(self.suffixes[depth].step).saturating_mul(fine);
        if state.slack < 0 || surplus < 0 || surplus >= step || score > self.gap {
            return None;
        }
        self.is_tight(state, surplus).then(|| self.frame.with_spare(score, surplus))
    }

    /// Whether no sale could be smaller, where that depends on the levy.
    fn is_tight(&self, state: &State, surplus: i128) -> bool {
        let Some(levy) = self.frame.levy else {
            return true;
        };
        let chosen = self.classes.iter().zip(self.items(state.node));
        let mut steps = chosen.map(|(class, item)| levy.true_step(&class.items[item].point, state.gain));
        steps.all(|step| surplus < step.saturating_mul(self.frame.tilt.fine))
    }

    /// Drops states for which another has as much slack, gains no more, is no worse, and wins the last tie.
    fn remove_dominated(&self, states: &mut Vec<State>) {
        let value = |index: usize| {
            let state: &State = &states[index];
            self.frame.above_bound(state.reduced, state.slack)
        };
        // Without the tilted levy, since that is what a choice keeps if the levy turns out to be nothing.
        let cash = |state: &State| state.slack + self.frame.tilt.slope * state.gain;
        let mut sorted: Vec<(i128, Score, usize)> =
            states.iter().enumerate().map(|(index, state)| (-cash(state), value(index), index)).collect();
        sorted.sort_unstable();
        // The best so far for every gain that a state may have: both fall along the list.
        let mut front: Vec<(i128, Score, usize)> = Vec::new();
        let mut last = None;
        let mut kept = Vec::with_capacity(states.len());
        for (_, score, index) in sorted {
            let State { gain, node, .. } = states[index];
            if self.frame.spare.is_some() {
                // More cash may be left than is good; only as much of it compares.
                let cash = cash(&states[index]);
                if last.replace(cash) != Some(cash) {
                    front.clear();
                }
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

    /// Keeps the most promising states, and remembers the bound of the others.
    fn narrow(&mut self, states: &mut Vec<State>, most: usize) {
        if states.len() <= most {
            return;
        }
        states.sort_by_key(|state| (state.floor, state.slack));
        let missed = states[most].floor;
        self.missed = Some(self.missed.map_or(missed, |other| other.min(missed)));
        states.truncate(most);
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

fn least(a: Option<Rate>, b: Option<Rate>) -> Option<Rate> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// For every depth, what the classes from there on can do.
fn suffixes(order: &[usize], classes: &[Class]) -> Vec<Suffix> {
    let mut suffixes = vec![Suffix::NOTHING; order.len() + 1];
    for depth in (0..order.len()).rev() {
        let mut suffix = suffixes[depth + 1];
        let (mut uses, mut frees, mut losses, mut gains) = (0, 0, 0, 0);
        let items = &classes[order[depth]].items;
        for item in items {
            uses = uses.max(item.uses);
            frees = frees.max(-item.uses);
            losses = losses.min(item.gains);
            gains = gains.max(item.gains);
            if item.uses > 0 {
                let rate = Rate::at_most(item.reduced, item.uses);
                suffix.use_rate = least(suffix.use_rate, Some(rate));
            } else if item.uses < 0 {
                let rate = Rate::at_most(item.reduced, -item.uses);
                suffix.free_rate = least(suffix.free_rate, Some(rate));
            }
        }
        suffix.uses += uses;
        suffix.frees += frees;
        suffix.losses += losses;
        suffix.gains += gains;
        suffix.step = suffix.step.min(items[0].point.step);
        suffixes[depth] = suffix;
    }
    suffixes
}
