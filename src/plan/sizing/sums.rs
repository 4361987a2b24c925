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

use super::asset::{Goal, Lens, Space};
use super::dual::{self, Dual};
use super::levy::Tilt;
use super::prepare::common;
use super::score::{FINE, Rate, Score};
use super::solve::{Choice, Solved};
use super::wide::Wide;

mod pass;
mod steps;

use pass::{Best, Pass};
use steps::{Choices, Levels, choices};

/// How many changes are looked at at most, and in one pass.
const LOOKS: usize = 1 << 24;
const PASS: usize = 1 << 22;
/// How often what is listed is listed anew.
const ROUNDS: usize = 4;
/// How many times a perfect choice is looked for that leaves one unit of cash less.
const LONGEST: i128 = 16;

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
