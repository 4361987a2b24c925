//! A good first choice: the base repaired until it keeps the row, then improved one or two assets at a time,
//! with what is left spent where it does most.
//!
//! Nothing here proves anything. The better this choice, the less is left for the search.

use super::asset::{Asset, Point, Space};
use super::classes::{Class, Frame};
use super::score::{Rate, Score};
use super::solve::Choice;

/// How many improvements are made at most.
const ROUNDS: usize = 48;

/// Rounds of spending what is left.
const SPENDS: usize = 8;

/// How many trades there may be for pairs of them to be tried.
const PAIRED: usize = 400;

/// A change of one asset from the item it has to another.
#[derive(Clone, Copy)]
struct Move {
    class: usize,
    item: usize,
    uses: i128,
    reduced: Score,
    /// What the whole choice scores more after it.
    change: Score,
}

/// An item for every class, together keeping the row; none if no repair was found.
pub(super) fn improve(frame: &Frame<'_>, classes: &[Class]) -> Option<Vec<usize>> {
    let mut chosen = vec![0; classes.len()];
    let mut slack = repair(frame, classes, &mut chosen)?;
    for _ in 0..ROUNDS {
        let mut moves = moves(frame, classes, &chosen);
        moves.sort_by_key(|step| step.uses);
        let Some(steps) = best_pair(&moves, slack) else {
            break;
        };
        for step in steps.into_iter().flatten() {
            chosen[step.class] = step.item;
            slack -= step.uses;
        }
    }
    Some(chosen)
}

/// Spends what is left, one asset at a time, as long as that is better.
pub(super) fn spend(space: &Space<'_>, available: i128, mut choice: Choice) -> Choice {
    for _ in 0..SPENDS {
        let left = available - choice.outflow;
        let further = |(asset, point)| furthest(space, asset, point, left).score - point.score;
        let gains = space.assets.iter().zip(&choice.points).map(further);
        let Some((best, gain)) = gains.enumerate().min_by_key(|(_, gain)| *gain) else {
            break;
        };
        if gain >= Score::default() {
            break;
        }
        let point = furthest(space, &space.assets[best], &choice.points[best], left);
        let mut points = choice.points.clone();
        points[best] = point;
        let next = Choice::of(space, points);
        if next.outflow > available || next.score >= choice.score {
            break;
        }
        choice = next;
    }
    choice
}

/// Changes one asset, or two where they are few, to other items as long as that is better, by the true score.
pub(super) fn polish(space: &Space<'_>, available: i128, classes: &[Class], best: &mut Choice) {
    let options: Vec<(usize, Point)> = classes
        .iter()
        .enumerate()
        .flat_map(|(class, items)| items.items.iter().map(move |item| (class, item.point)))
        .collect();
    for _ in 0..SPENDS {
        let mut next: Option<Choice> = None;
        let mut offer = |changes: &[(usize, Point)]| {
            let other = best.changed(space, changes);
            let least = next.as_ref().map_or(best.score, |next| next.score);
            if other.outflow <= available && other.score < least {
                next = Some(best.with(space, changes));
            }
        };
        for (at, &one) in options.iter().enumerate() {
            offer(&[one]);
            let others = if options.len() <= PAIRED { &options[at + 1..] } else { &[] };
            for &other in others.iter().filter(|other| other.0 != one.0) {
                offer(&[one, other]);
            }
        }
        match next {
            Some(next) => *best = next,
            None => break,
        }
    }
}

/// The smallest sale or the largest order that takes no more than `left` more cash than `from` does.
///
/// Found by halving, which takes for granted that larger orders take more cash.
pub(super) fn furthest(space: &Space<'_>, asset: &Asset, from: &Point, left: i128) -> Point {
    let (mut low, mut high) = (asset.rung_of(from.trade), asset.rungs() - 1);
    let mut best = *from;
    // Little is left as a rule, so that the next order is already too large.
    let mut middle = low + 1;
    let mut stride = 1_i128;
    while low < high {
        let point = space.point(asset, asset.rung(middle));
        if point.outflow - from.outflow <= left {
            (best, low) = (point, middle);
            stride = stride.saturating_mul(2);
        } else {
            high = middle - 1;
            stride = i128::MAX;
        }
        middle = (high - (high - low) / 2).min(low.saturating_add(stride));
    }
    best
}

fn moves(frame: &Frame<'_>, classes: &[Class], chosen: &[usize]) -> Vec<Move> {
    let mut moves = Vec::new();
    for (class, items) in classes.iter().enumerate() {
        let now = &items.items[chosen[class]];
        for (item, next) in items.items.iter().enumerate() {
            if item != chosen[class] {
                let uses = next.uses - now.uses;
                let reduced = next.reduced - now.reduced;
                let change = reduced - frame.rate.of(uses);
                moves.push(Move { class, item, uses, reduced, change });
            }
        }
    }
    moves
}

/// Frees cash where that is cheapest until the row is kept, and returns the slack.
fn repair(frame: &Frame<'_>, classes: &[Class], chosen: &mut [usize]) -> Option<i128> {
    let mut slack = frame.slack;
    for _ in 0..=classes.len() {
        if slack >= 0 {
            return Some(slack);
        }
        let moves = moves(frame, classes, chosen);
        let enough = moves.iter().filter(|step| step.uses <= slack);
        let step = enough.min_by_key(|step| step.change).or_else(|| {
            let freeing = moves.iter().filter(|step| step.uses < 0);
            freeing.min_by_key(|step| Rate::at_most(step.reduced.max(Score::default()), -step.uses))
        })?;
        chosen[step.class] = step.item;
        slack -= step.uses;
    }
    (slack >= 0).then_some(slack)
}

/// The one or two moves (sorted by use) that improve most within the slack, if any do.
fn best_pair(moves: &[Move], slack: i128) -> Option<[Option<Move>; 2]> {
    let leaders = leaders(moves);
    let mut best = (Score::default(), None);
    let mut reach = moves.len();
    for step in moves {
        while reach > 0 && moves[reach - 1].uses > slack - step.uses {
            reach -= 1;
        }
        if step.uses <= slack && step.change < best.0 {
            best = (step.change, Some([Some(*step), None]));
        }
        let Some((first, second)) = reach.checked_sub(1).map(|last| leaders[last]) else {
            continue;
        };
        let other = if moves[first].class == step.class { second } else { Some(first) };
        if let Some(other) = other.map(|other| moves[other])
            && step.change + other.change < best.0
        {
            best = (step.change + other.change, Some([Some(*step), Some(other)]));
        }
    }
    best.1
}

/// For every prefix of the moves, the best of them and the best of another asset.
fn leaders(moves: &[Move]) -> Vec<(usize, Option<usize>)> {
    let mut leaders = Vec::with_capacity(moves.len());
    let (mut first, mut second) = (0, None);
    for (index, step) in moves.iter().enumerate() {
        if step.change < moves[first].change {
            if step.class != moves[first].class {
                second = Some(first);
            }
            first = index;
        } else if step.class != moves[first].class
            && second.is_none_or(|second: usize| step.change < moves[second].change)
        {
            second = Some(index);
        }
        leaders.push((first, second));
    }
    leaders
}
