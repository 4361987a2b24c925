//! Withdrawals: sales that raise what is missing, none of them larger than it must be.
//!
//! No sale may be such that the next smaller one would do. So the cash left above the reserve is less than
//! the *step* of every sale made: what its last lot brings. Steps range over orders of magnitude, so the
//! choices are parted by the least step among their sales. Within a part cash is held from both sides, which
//! gives it a price, above or below zero, and a bound that is near.

use super::asset::{Asset, Lens, Space};
use super::bounds::Cover;
use super::dual::{self, Dual, Row};
use super::levy::Terms;
use super::repair::furthest;
use super::score::{Rate, Score};
use super::solve::{Choice, STATES, Solved, finish, keep_better};

/// Rounds of making sales smaller.
const ROUNDS: usize = 1000;

/// The best way to raise what is missing. `most_cash` raises enough.
pub(super) fn solve(space: &Space<'_>, available: i128, most_cash: Choice, known: Option<Choice>) -> Solved {
    let (parts, best) = parts(space, available, &most_cash, known);
    // Sales can always be made smaller until they are tight, so there is a best; if steps of costs that
    // rise and fall hide it, raising the most cash is at least an answer.
    let mut solved =
        Solved { bound: most_cash.score, proven: best.is_some(), choice: best.unwrap_or(most_cash), nodes: 0 };
    solved.bound = solved.choice.score;
    for (dual, cover) in &parts {
        if dual.bound > solved.choice.score {
            break;
        }
        let left = STATES.saturating_sub(solved.nodes);
        if left == 0 {
            // Those that follow have no lower bound.
            solved.bound = solved.bound.min(dual.bound);
            solved.proven = false;
            break;
        }
        solved.go_on(finish(space, dual, Some(*cover), solved.choice.clone(), left));
    }
    solved
}

/// The parts with a price of cash each, the most promising first, and the best choice that was seen on the way.
pub(super) fn parts(
    space: &Space<'_>,
    available: i128,
    most_cash: &Choice,
    known: Option<Choice>,
) -> (Vec<(Dual, Cover)>, Option<Choice>) {
    let mut parts: Vec<(Dual, Cover)> = Vec::new();
    let mut best = tightened(space, available, most_cash.clone());
    keep_tighter(&mut best, known.and_then(|known| tightened(space, available, known)));
    for (least, largest) in steps(space) {
        let worse = |(dual, _): &(Dual, Cover)| {
            best.as_ref().is_some_and(|best| worse_at(space, available, dual, [least, largest]) > Some(best.score))
        };
        if parts.last().is_some_and(worse) {
            continue;
        }
        for (dual, cover) in part(space, available, least, largest) {
            for end in dual.ends.iter().chain([&dual.response]) {
                keep_tighter(&mut best, tightened(space, available, Choice::of(space, end.points.clone())));
            }
            parts.push((dual, cover));
        }
    }
    parts.sort_by_key(|(dual, _)| dual.bound);
    (parts, best)
}

/// Keeps the better of two choices that may not be there.
fn keep_tighter(best: &mut Option<Choice>, other: Option<Choice>) {
    match (best, other) {
        (Some(best), Some(other)) => keep_better(best, other),
        (none, Some(other)) => *none = Some(other),
        (_, None) => {}
    }
}

/// The parts: the least step and the largest. A sale of more than the smallest order has the price of a
/// lot for a step, less costs, so the parts end there; lots that are near in price share one.
fn steps(space: &Space<'_>) -> Vec<(i128, i128)> {
    let selling = || space.assets.iter().filter(|asset| asset.exit);
    let dearest = selling().map(|asset| dearest(space, asset)).max().unwrap_or(0);
    let mut units: Vec<i128> = selling().map(|asset| asset.reach).collect();
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

/// The largest step of an asset: of all of it, of the first order on a line, or of one inside.
fn dearest(space: &Space<'_>, asset: &Asset) -> i128 {
    let side = &asset.sides[1];
    let firsts = space.lines[side.lines[0]..side.lines[1]].iter().map(|line| asset.trade(side, line.first));
    let steps = firsts.chain([-asset.held]).map(|trade| space.point(asset, trade).step);
    steps.chain([asset.reach]).max().unwrap_or(0)
}

/// Prices the cash of one part, from the side on which it is held; none if it cannot raise enough.
///
/// Where it is held from above, the levy must not be taken for less than it is: once it is taken for nothing, which is
/// right as far as the allowance goes, and once as if all gains were taxed in full, which is right from there.
fn part(space: &Space<'_>, available: i128, least_step: i128, largest_step: i128) -> Vec<(Dual, Cover)> {
    let most = dual::respond(space, Lens::of_cash(space.tilt(0), least_step));
    let more = most.short.violation.to_i128().unwrap_or(i128::MAX / 2);
    let most = Choice::of(space, most.points);
    if most.outflow - most.levy - more > available {
        return Vec::new();
    }
    let free = dual::respond(space, Lens::priced(Rate::default(), space.tilt(0), least_step));
    let free = Choice::of(space, free.points);
    if free.outflow >= available - (largest_step - 1) {
        return vec![(dual::keep_reserve(space, available, least_step), Cover { span: None })];
    }
    let steps = if space.levy.is_some() { vec![0, Terms::FULL] } else { vec![0] };
    let over = |step: i128| {
        let reserve = Row::reserve(space, available, step);
        let rounding = space.levy.filter(|_| step > 0).map_or(0, |levy| levy.unit);
        let span = reserve.tilt.fine * (largest_step - 1 + rounding);
        let row = Row { sign: -1, limit: reserve.limit - span, ..reserve };
        (dual::solve(space, row, least_step), Cover { span: Some(span) })
    };
    steps.into_iter().map(over).collect()
}

/// A bound on a part by the price of another, which is a good one if they are alike; none if a levy parts them.
fn worse_at(space: &Space<'_>, available: i128, other: &Dual, steps: [i128; 2]) -> Option<Score> {
    if space.levy.is_some() {
        return None;
    }
    let reserve = Row::reserve(space, available, 0);
    let limit = if other.row.sign < 0 { available - (steps[1] - 1) } else { available };
    let row = Row { sign: other.row.sign, limit, ..reserve };
    Some(dual::bound_at(space, row, other.rate, steps[0]))
}

/// Whether no sale could be smaller.
pub(super) fn is_tight(space: &Space<'_>, available: i128, choice: &Choice) -> bool {
    let surplus = available - choice.outflow;
    choice.points.iter().all(|point| space.true_step(point, choice.gain) > surplus)
}

/// Makes sales smaller, asset by asset, until none can be and still raise enough.
fn tightened(space: &Space<'_>, available: i128, mut choice: Choice) -> Option<Choice> {
    if choice.outflow > available {
        return None;
    }
    for _ in 0..ROUNDS {
        let surplus = available - choice.outflow;
        let loose = choice.points.iter().position(|point| space.true_step(point, choice.gain) <= surplus);
        let Some(loose) = loose else {
            return Some(choice);
        };
        let mut points = choice.points.clone();
        let asset = &space.assets[loose];
        points[loose] = furthest(space, asset, &points[loose], surplus);
        let next = Choice::of(space, points);
        choice = if next.outflow <= available && next.points[loose] != choice.points[loose] {
            next
        } else {
            // The levy makes it less simple: one order smaller, which would do.
            let mut points = choice.points.clone();
            points[loose] = space.point(asset, asset.smaller_sale(points[loose].trade));
            Choice::of(space, points)
        };
    }
    None
}
