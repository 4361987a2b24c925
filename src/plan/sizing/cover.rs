//! Withdrawals: sales that raise what is missing, none of them larger than it must be.
//!
//! No sale may be such that the next smaller one would do. So the cash left above the reserve is less than
//! the *step* of every sale made: what its last lot brings. Steps range over orders of magnitude, so the
//! choices are parted by the least step among their sales. Within a part cash is held from both sides, which
//! gives it a price, above or below zero, and a bound that is near.

use super::asset::{Lens, Space};
use super::dual::{self, Dual, Row};
use super::repair::furthest;
use super::score::Rate;
use super::search::Cover;
use super::solve::{Choice, Solved, finish, keep_better};

/// Rounds of making sales smaller.
const ROUNDS: usize = 1000;

/// The best way to raise what is missing. `most_cash` raises enough.
pub(super) fn solve(space: &Space<'_>, available: i128, most_cash: Choice) -> Solved {
    let mut parts: Vec<(Dual, Cover)> = Vec::new();
    let mut best = tightened(space, available, most_cash.clone());
    for (least, largest) in steps(space) {
        let Some((dual, cover)) = part(space, available, least, largest) else {
            continue;
        };
        for end in dual.ends.iter().chain([&dual.response]) {
            if let Some(tight) = tightened(space, available, Choice::of(end.points.clone())) {
                match &mut best {
                    Some(best) => keep_better(best, tight),
                    none => *none = Some(tight),
                }
            }
        }
        parts.push((dual, cover));
    }
    parts.sort_by_key(|(dual, _)| dual.bound);
    // Sales can always be made smaller until they are tight, so there is a best; if steps of costs that
    // rise and fall hide it, raising the most cash is at least an answer.
    let mut solved = Solved {
        bound: parts.first().map_or(most_cash.score, |(dual, _)| dual.bound),
        proven: best.is_some(),
        choice: best.unwrap_or(most_cash),
        nodes: 0,
    };
    let mut bound = solved.choice.score;
    for (dual, cover) in &parts {
        if dual.bound > solved.choice.score {
            break;
        }
        let part = finish(space, dual, Some(*cover), solved.choice.clone());
        bound = bound.min(part.bound);
        solved.nodes += part.nodes;
        solved.proven &= part.proven;
        solved.choice = part.choice;
    }
    solved.bound = bound.min(solved.choice.score);
    solved
}

/// The parts: the least step and the largest. A sale of more than the smallest order has the price of a
/// lot for a step, less costs, so the parts end there; lots that are near in price share one.
fn steps(space: &Space<'_>) -> Vec<(i128, i128)> {
    let selling = || space.assets.iter().filter(|asset| asset.exit);
    let dearest = selling().map(|asset| asset.price * asset.held).max().unwrap_or(0);
    let mut units: Vec<i128> = selling().map(|asset| asset.unit).collect();
    units.sort_unstable();
    let mut ends: Vec<i128> = Vec::new();
    let mut first = 0;
    for unit in units {
        match ends.last_mut() {
            Some(end) if unit <= first + first / 16 => *end = unit,
            _ => {
                ends.push(unit);
                first = unit;
            }
        }
    }
    while let Some(&end) = ends.last().filter(|&&end| end < dearest) {
        ends.push(end * 2);
    }
    let starts = [0].into_iter().chain(ends.clone());
    starts.zip(ends).map(|(before, end)| (before + 1, end)).collect()
}

/// Prices the cash of one part, from the side on which it is held; none if it cannot raise enough.
fn part(space: &Space<'_>, available: i128, least_step: i128, largest_step: i128) -> Option<(Dual, Cover)> {
    if dual::least_outflow(space, least_step).outflow > available {
        return None;
    }
    let free = dual::respond(space, Lens::priced(Rate::default(), least_step));
    let span = largest_step - 1;
    let short = Row { sign: 1, limit: available };
    let over = Row { sign: -1, limit: available - span };
    let (row, span) = if over.excess(free.outflow) > 0 { (over, Some(span)) } else { (short, None) };
    Some((dual::solve(space, row, least_step, free), Cover { span }))
}

/// Makes sales smaller, asset by asset, until none can be and still raise enough.
fn tightened(space: &Space<'_>, available: i128, mut choice: Choice) -> Option<Choice> {
    if choice.outflow > available {
        return None;
    }
    for _ in 0..ROUNDS {
        let surplus = available - choice.outflow;
        let loose = choice.points.iter().position(|point| point.step <= surplus);
        let Some(loose) = loose else {
            return Some(choice);
        };
        let point = &mut choice.points[loose];
        *point = furthest(space, &space.assets[loose], point, surplus);
        choice = Choice::of(choice.points);
    }
    None
}
