//! The order of work: answer freely, price the cash, repair, list what is left, search it.

use super::asset::{Lens, Point, Space};
use super::classes::{self, Class, Frame};
use super::dual::{self, Dual};
use super::score::{Rate, Score};
use super::search::{Cover, Search};
use super::{SizingError, cover, raise, repair};

/// How many trades of each asset the first choice is made of.
const FEW: usize = 6;
/// How often the first choice is made again where the levy is more than it was taken for.
const TRIES: usize = 4;
/// How many trades of all assets are listed for the search at most, and of one asset.
const LISTED: usize = 1 << 17;
const LISTED_EACH: usize = 1 << 15;

/// A trade for every asset.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) points: Vec<Point>,
    /// The levy is part of its cost.
    pub(super) score: Score,
    /// The cash it takes, the levy included.
    pub(super) outflow: i128,
    pub(super) gain: i128,
    pub(super) levy: i128,
}

/// The best choice found, and how good another could be.
pub(super) struct Solved {
    pub(super) choice: Choice,
    /// No choice scores less than this.
    pub(super) bound: Score,
    pub(super) proven: bool,
    pub(super) nodes: usize,
}

impl Choice {
    pub(super) fn of(space: &Space<'_>, points: Vec<Point>) -> Choice {
        let mut choice = Choice { points, score: Score::default(), outflow: 0, gain: 0, levy: 0 };
        for point in &choice.points {
            choice.score += point.score;
            choice.outflow += point.outflow;
            choice.gain += point.gain;
        }
        choice.levy = space.tax(choice.gain);
        choice.score.cost += choice.levy;
        choice.outflow += choice.levy;
        choice
    }

    pub(super) fn trades(&self) -> Vec<i128> {
        self.points.iter().map(|point| point.trade).collect()
    }

    /// Whether it is better, at all levels and in the order of trades.
    pub(super) fn beats(&self, other: &Choice) -> bool {
        (self.score, self.trades()) < (other.score, other.trades())
    }
}

/// Solves a space with `available` cash to spend, which is below zero if cash must be raised.
pub(super) fn solve(space: &Space<'_>, available: i128) -> Result<Solved, SizingError> {
    let still = space.assets.iter().map(|asset| space.point(asset, 0));
    let still = Choice::of(space, still.collect());
    if space.covering && available >= 0 {
        return Ok(certain(still));
    }
    let free = dual::respond(space, Lens::priced(Rate::default(), space.tilt(0), i128::MIN));
    let free = Choice::of(space, free.points);
    if !space.covering && free.outflow <= available && free.levy == 0 {
        return Ok(certain(free));
    }
    let mut best = if available >= 0 { still } else { raise::most_cash(space) };
    if best.outflow > available {
        let shortfall = best.outflow - available;
        return Err(SizingError::Infeasible { shortfall });
    }
    if space.covering {
        return Ok(cover::solve(space, available, best));
    }
    if free.outflow <= available {
        keep_better(&mut best, free);
    }
    Ok(within_budget(space, available, best))
}

fn certain(choice: Choice) -> Solved {
    Solved { bound: choice.score, choice, proven: true, nodes: 1 }
}

fn within_budget(space: &Space<'_>, available: i128, mut best: Choice) -> Solved {
    let dual = dual::keep_reserve(space, available, i128::MIN);
    for end in &dual.ends {
        let end = Choice::of(space, end.points.clone());
        if end.outflow <= available {
            keep_better(&mut best, repair::spend(space, available, end));
        }
    }
    let few = classes::list(space, &dual, best.score - dual.bound, FEW);
    let mut frame = Frame::of(space, &dual);
    for _ in 0..if space.levy.is_some() { TRIES } else { 1 } {
        let Some(chosen) = repair::improve(&frame, &few) else {
            break;
        };
        let repaired = pick(space, &few, &chosen);
        if repaired.outflow <= available {
            keep_better(&mut best, repair::spend(space, available, repaired));
            break;
        }
        // The true levy is above the tilted one by what is missing now.
        frame.slack -= frame.tilt.fine * (repaired.outflow - available);
    }
    drop(few);
    finish(space, &dual, None, best)
}

pub(super) fn keep_better(best: &mut Choice, other: Choice) {
    if other.beats(best) {
        *best = other;
    }
}

pub(super) fn pick(space: &Space<'_>, classes: &[Class], chosen: &[usize]) -> Choice {
    let points = classes.iter().zip(chosen).map(|(class, &item)| class.items[item].point);
    Choice::of(space, points.collect())
}

/// How many trades of one asset are listed at most.
pub(super) fn listed_each(space: &Space<'_>) -> usize {
    (LISTED / space.assets.len().max(1)).clamp(16, LISTED_EACH)
}

/// Lists what can still be part of the best choice, and searches it.
pub(super) fn finish(space: &Space<'_>, dual: &Dual, over: Option<Cover>, mut best: Choice) -> Solved {
    let gap = best.score - dual.bound;
    let classes = classes::list(space, dual, gap, listed_each(space));
    let search = Search::new(Frame::of(space, dual), over, &classes, gap, best.trades());
    let found = search.run();
    if let Some(chosen) = &found.chosen {
        best = pick(space, &classes, chosen);
    }
    let missed = found.missed.filter(|&missed| missed <= found.gap);
    Solved {
        bound: missed.map_or(best.score, |missed| dual.bound + missed),
        choice: best,
        proven: missed.is_none(),
        nodes: found.nodes,
    }
}
