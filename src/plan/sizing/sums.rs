//! The search where turnover is the second level: sums of prices, very many of which are alike to the last unit.
//!
//! Where cash must be raised, every asset raises it at the same turnover but for rounding. Reduced scores then tell hardly
//! anything apart, and partial choices that differ in cash are all as good as each other. So choices are told as changes of
//! the *base*, which is what the assets do where cash has no price. What is missing at the base is raised by changes, asset
//! by asset in the order of legs, and the last of them is not tried but looked up: the least that is enough.
//!
//! The bound on turnover is rounded up to what sums of prices can be at all. A choice that reaches it, at the least cost that
//! leaves room for, is *perfect*. Choices are tried by the number of their orders, few first, and those of one number in
//! the order by which the last tie is broken. So the first perfect one is the best of all, and the search ends there.
//!
//! Never in this file: a levy, cash that counts, or a price of cash at the first level.

use super::asset::{Goal, Lens, Point, Space};
use super::dual::{self, Dual};
use super::frontier::Frontier;
use super::levy::Tilt;
use super::prepare::common;
use super::score::{FINE, Rate, Score};
use super::solve::{Choice, Solved};
use super::wide::Wide;

/// How many changes are looked at at most, and in one pass.
const LOOKS: usize = 1 << 24;
const PASS: usize = 1 << 22;
/// How many trades of all assets are listed at most.
const LISTED: usize = 1 << 17;
/// How often what is listed is listed anew.
const ROUNDS: usize = 4;
/// How many times a perfect choice is looked for that leaves one unit of cash less.
const LONGEST: i128 = 16;

/// A trade instead of the base, as what it changes.
#[derive(Clone, Copy)]
struct Step {
    trade: i128,
    raises: i128,
    /// Turnover, cost and orders.
    more: Levels,
    /// What it scores at the second level above the best trade of its asset, cash paid for.
    excess: i128,
}

/// Turnover, cost and orders, as far as they are more than those of the base.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
struct Levels {
    turnover: i128,
    cost: i128,
    orders: i128,
}

impl Levels {
    fn of(score: Score) -> Levels {
        Levels { turnover: score.turnover, cost: score.cost, orders: score.orders }
    }

    fn and(self, other: Levels) -> Levels {
        Levels {
            turnover: self.turnover + other.turnover,
            cost: self.cost + other.cost,
            orders: self.orders + other.orders,
        }
    }
}

/// The steps of an asset, in the order of trades.
#[derive(Clone)]
struct Ladder {
    asset: usize,
    steps: Vec<Step>,
    /// The cash that steps raise, from the least, and the best step of those that raise as much or more.
    enough: Vec<(i128, usize)>,
    /// What the base scores above the best trade of the asset.
    excess: i128,
    /// How many more orders a step makes.
    orders: i128,
}

impl Ladder {
    fn new(asset: usize, steps: Vec<Step>, excess: i128) -> Ladder {
        let mut enough: Vec<(i128, usize)> = steps.iter().map(|step| step.raises).zip(0..).collect();
        enough.sort_unstable();
        let key = |index: usize| (steps[index].more, index);
        for at in (1..enough.len()).rev() {
            if key(enough[at].1) < key(enough[at - 1].1) {
                enough[at - 1].1 = enough[at].1;
            }
        }
        let orders = steps.iter().map(|step| step.more.orders).max().unwrap_or(0);
        Ladder { asset, steps, enough, excess, orders }
    }

    /// The ladder with the steps that score no more than this.
    fn within(&self, excess: i128) -> Ladder {
        let steps = self.steps.iter().filter(|step| step.excess <= excess);
        Ladder::new(self.asset, steps.copied().collect(), self.excess)
    }
}

/// What there is to choose from.
struct Choices {
    ladders: Vec<Ladder>,
    /// What the base scores above the best trades of the assets that have no steps.
    sure: i128,
    /// Whether steps raise cash and do nothing else, those of one asset with the same number of orders.
    plain: bool,
    /// What scores more may be missing.
    all_to: i128,
}

impl Choices {
    /// The choices of steps that score no more than this.
    fn within(&self, excess: i128) -> Choices {
        let ladders = self.ladders.iter().map(|ladder| ladder.within(excess));
        let (some, none): (Vec<Ladder>, Vec<Ladder>) = ladders.partition(|ladder| !ladder.steps.is_empty());
        let sure = self.sure + none.iter().map(|ladder| ladder.excess).sum::<i128>();
        Choices { ladders: some, sure, plain: self.plain, all_to: self.all_to }
    }
}

/// What the assets from one on can raise, at all and without one more order, and what their bases score.
#[derive(Clone, Copy, Default)]
struct Reach {
    all: i128,
    free: i128,
    excess: i128,
}

/// What was chosen so far.
#[derive(Clone, Copy)]
struct Partial {
    missing: i128,
    more: Levels,
    excess: i128,
    /// How many more orders are to be made.
    orders: i128,
}

/// The best choice known, as what it changes, with the trades of all assets.
#[derive(Clone)]
struct Best {
    levels: Levels,
    trades: Vec<i128>,
}

/// A pass over some choices.
struct Pass<'a> {
    choices: Choices,
    reach: Vec<Reach>,
    base: &'a [i128],
    /// Choices that score more above the bound are not wanted.
    limit: i128,
    /// The turnover of a perfect choice, and the cash it leaves.
    perfect: Option<(i128, i128)>,
    best: Best,
    /// The ladders and steps under way.
    path: Vec<(usize, usize)>,
    done: bool,
    looks: usize,
}

/// The figures that do not change while it is searched.
struct Terms {
    /// What the base scores above the bound, cash not paid for, in parts.
    base: i128,
    /// The price of cash, in parts.
    rate: i128,
    missing: i128,
    grid: i128,
}

impl Terms {
    /// The most that the trades of a choice may score above their best if it is no worse than this.
    fn room(&self, plain: bool, best: Levels) -> i128 {
        let above = |turnover: i128| self.base + FINE * turnover;
        if !plain {
            return above(best.turnover);
        }
        // As much turnover for no more costs leaves no less cash.
        let left = best.turnover - best.cost - self.missing;
        above(best.turnover - self.grid).max(above(best.turnover) - self.rate * left)
    }
}

/// Searches for what is better than the best choice known; none if this is not the kind of question for it.
pub(super) fn search(space: &Space<'_>, available: i128, dual: &Dual, best: &Choice) -> Option<Solved> {
    let flat = space.goal == Goal::Turnover && space.levy.is_none() && dual.rate.violation == 0 && dual.rate.main > 0;
    if !flat || !(best.score - dual.bound).violation.is_zero() {
        return None;
    }
    let lens = Lens::priced(Rate::default(), Tilt::PLAIN, i128::MIN);
    let base = Choice::of(space, dual::respond(space, lens).points);
    let (mut least, grid) = least_turnover(space, dual.bound);
    let terms = Terms {
        base: FINE * base.score.turnover - dual.bound.main.to_i128()?,
        rate: dual.rate.main,
        missing: base.outflow - available,
        grid,
    };
    let trades = base.trades();
    let mut solved = Solved { bound: best.score, choice: best.clone(), proven: false, nodes: 0 };
    let mut best = Best { levels: Levels::of(best.score - base.score), trades: best.trades() };
    let mut plain = true;
    // What is listed is less with a better choice known, and is mostly plain then.
    for _ in 0..ROUNDS {
        let rooms = [false, true].map(|plain| terms.room(plain, best.levels));
        let choices = choices(space, dual, &base, rooms, best.levels.turnover, plain)?;
        let mut passes = Passes { terms: &terms, base: &trades, best, least: least - base.score.turnover, looks: 0 };
        let complete = passes.run(&choices);
        solved.nodes += passes.looks;
        if terms.base + FINE * passes.least < choices.all_to {
            least = base.score.turnover + passes.least;
        }
        best = passes.best;
        let needed = terms.room(false, best.levels);
        solved.proven = complete && needed < choices.all_to;
        if solved.proven || !complete {
            break;
        }
        plain &= needed < rooms[0];
    }
    if best.trades != solved.choice.trades() {
        let points = space.assets.iter().zip(&best.trades).map(|(asset, &trade)| space.point(asset, trade));
        solved.choice = Choice::of(space, points.collect());
    }
    let below = Score { violation: dual.bound.violation, main: Wide::product(FINE, least), ..Score::default() };
    solved.bound = if solved.proven { solved.choice.score } else { below.min(solved.choice.score) };
    Some(solved)
}

/// Passes over choices, one after the other.
struct Passes<'a> {
    terms: &'a Terms,
    base: &'a [i128],
    best: Best,
    /// No choice has less turnover than this.
    least: i128,
    looks: usize,
}

impl Passes<'_> {
    /// Looks for perfect choices, each time for such that leave one unit of cash less or have more turnover, and at last
    /// for all that may be better than the best. Whether nothing better was passed over.
    fn run(&mut self, choices: &Choices) -> bool {
        let terms = self.terms;
        let (mut turnover, mut left) = (self.least, None);
        // All choices whose trades score as much were looked at.
        let mut seen = -1;
        let mut complete = true;
        for number in 0..=LONGEST {
            let above = terms.base + FINE * turnover;
            let leaves = left.unwrap_or_else(|| (above - (seen + 1)).div_euclid(terms.rate).max(0));
            let needed = terms.room(choices.plain, self.best.levels);
            let aimed = (choices.plain && number < LONGEST).then(|| above - terms.rate * leaves);
            let aimed = aimed.filter(|&limit| limit <= needed);
            let limit = aimed.unwrap_or(needed);
            if !complete && self.best.levels.turnover == self.least || self.looks >= LOOKS {
                return false;
            }
            let perfect = aimed.map(|_| (turnover, leaves));
            let mut pass = Pass::new(choices.within(limit), limit, perfect, self.base, self.best.clone());
            pass.run(terms.missing);
            let over = pass.looks >= PASS;
            (self.looks, self.best) = (self.looks + pass.looks, pass.best);
            complete &= !over;
            if pass.done {
                return complete;
            }
            if over {
                // What is left may still be had for less turnover than that of the best.
                if aimed.is_none() {
                    return false;
                }
            } else if limit >= needed {
                return true;
            } else {
                seen = limit;
            }
            left = Some(leaves - 1);
            if leaves == 0 {
                (turnover, left) = (turnover + terms.grid, None);
                if complete {
                    self.least = turnover;
                }
            }
        }
        false
    }
}

/// The least turnover at or above a bound that sums of prices can be, and what all such sums are multiples of.
fn least_turnover(space: &Space<'_>, bound: Score) -> (i128, i128) {
    let mut grid = 0;
    for asset in &space.assets {
        if asset.sides.iter().any(|side| side.first <= side.last) {
            grid = common(grid, asset.unit);
        }
        if asset.exit {
            grid = common(grid, asset.price * asset.held);
        }
    }
    let grid = grid.max(1);
    let whole = (bound.main + Wide::from(FINE - 1)).div_floor(FINE).max(0);
    ((whole + grid - 1).div_euclid(grid) * grid, grid)
}

/// The steps of all assets that score no more than there is room for, only plain ones if so asked. There is less
/// `rooms` for those.
fn choices(
    space: &Space<'_>,
    dual: &Dual,
    base: &Choice,
    rooms: [i128; 2],
    turnover: i128,
    plain: bool,
) -> Option<Choices> {
    let mut choices = Choices { ladders: Vec::new(), sure: 0, plain, all_to: i128::MAX };
    let mut frontier = Frontier::new(space, dual.lens)?;
    let gap = Score { main: Wide::from(rooms[0] + 1), ..Score::default() };
    let mut listed = 0;
    for (index, asset) in space.assets.iter().enumerate() {
        let least = dual.lens.reduce(&dual.response.points[index]);
        let excess = |point: &Point| (dual.lens.reduce(point).main - least.main).to_i128();
        let still = &base.points[index];
        let share = LISTED.saturating_sub(listed) / (space.assets.len() - index).min(2);
        // No step has less turnover than the base, and none of a better choice has more than all of that has.
        let sale = turnover / asset.price + still.trade.abs();
        let (mut points, all) = frontier.everything(asset, least + gap, sale, share);
        if !all {
            choices.all_to = i128::MIN;
        }
        points.sort_unstable_by_key(|point| -point.trade);
        let mut steps: Vec<Step> = Vec::with_capacity(points.len());
        for point in points.iter().filter(|point| point.trade != still.trade) {
            let raises = still.outflow - point.outflow;
            let more = Levels::of(point.score - still.score);
            let step = Step { trade: point.trade, raises, more, excess: excess(point)? };
            let is_plain = still.trade <= 0
                && point.trade < still.trade
                && raises > steps.last().map_or(0, |last| last.raises)
                && more.turnover == raises + more.cost
                && more.orders == i128::from(still.trade == 0);
            if is_plain && step.excess > rooms[1] {
                continue;
            }
            if is_plain || !plain {
                steps.push(step);
            } else {
                choices.all_to = choices.all_to.min(step.excess);
            }
        }
        steps.reverse();
        listed += steps.len();
        choices.ladders.push(Ladder::new(index, steps, excess(still)?));
    }
    Some(choices)
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
    fn new(choices: Choices, limit: i128, perfect: Option<(i128, i128)>, base: &'a [i128], best: Best) -> Pass<'a> {
        Pass { choices, reach: Vec::new(), base, limit, perfect, best, path: Vec::new(), done: false, looks: 0 }
    }

    /// Tries choices of few orders first, as long as a perfect one ends it.
    fn run(&mut self, missing: i128) {
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
