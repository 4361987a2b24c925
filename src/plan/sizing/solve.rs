//! The order of work: answer freely, price the cash, repair, list what is left, search it.

use super::asset::{Lens, Point, Space};
use super::classes::{self, Class, Frame};
use super::dual::{self, Dual, Response, Row};
use super::score::{Rate, Score};
use super::search::{Cover, Search};
use super::{SizingError, cover, repair};

/// How many trades of each asset the first choice is made of.
const FEW: usize = 6;
/// How many trades of all assets are listed for the search at most, and of one asset.
const LISTED: usize = 1 << 17;
const LISTED_EACH: usize = 1 << 15;

/// A trade for every asset.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) points: Vec<Point>,
    pub(super) score: Score,
    pub(super) outflow: i128,
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
    pub(super) fn of(points: Vec<Point>) -> Choice {
        let mut choice = Choice { points, score: Score::default(), outflow: 0 };
        for point in &choice.points {
            choice.score += point.score;
            choice.outflow += point.outflow;
        }
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
    let still = Choice::of(still.collect());
    if space.covering && available >= 0 {
        return Ok(certain(still));
    }
    let free = dual::respond(space, Lens::priced(Rate::default(), i128::MIN));
    if !space.covering && free.outflow <= available {
        return Ok(certain(Choice::of(free.points)));
    }
    let most_cash = Choice::of(dual::least_outflow(space, i128::MIN).points);
    if most_cash.outflow > available {
        let shortfall = most_cash.outflow - available;
        return Err(SizingError::Infeasible { shortfall });
    }
    if space.covering {
        return Ok(cover::solve(space, available, most_cash));
    }
    let mut best = most_cash;
    if available >= 0 && still.beats(&best) {
        best = still;
    }
    Ok(within_budget(space, available, free, best))
}

fn certain(choice: Choice) -> Solved {
    Solved { bound: choice.score, choice, proven: true, nodes: 1 }
}

fn within_budget(space: &Space<'_>, available: i128, free: Response, mut best: Choice) -> Solved {
    let row = Row { sign: 1, limit: available };
    let dual = dual::solve(space, row, i128::MIN, free);
    for end in &dual.ends {
        if row.excess(end.outflow) <= 0 {
            let end = Choice::of(end.points.clone());
            keep_better(&mut best, repair::spend(space, available, end));
        }
    }
    let few = classes::list(space, &dual, best.score - dual.bound, FEW);
    if let Some(chosen) = repair::improve(&Frame::of(&dual), &few) {
        let repaired = repair::spend(space, available, pick(&few, &chosen));
        keep_better(&mut best, repaired);
    }
    drop(few);
    finish(space, &dual, None, best)
}

pub(super) fn keep_better(best: &mut Choice, other: Choice) {
    if other.beats(best) {
        *best = other;
    }
}

fn pick(classes: &[Class], chosen: &[usize]) -> Choice {
    let points = classes.iter().zip(chosen).map(|(class, &item)| class.items[item].point);
    Choice::of(points.collect())
}

/// Lists what can still be part of the best choice, and searches it.
pub(super) fn finish(space: &Space<'_>, dual: &Dual, over: Option<Cover>, mut best: Choice) -> Solved {
    let each = (LISTED / space.assets.len().max(1)).clamp(16, LISTED_EACH);
    let gap = best.score - dual.bound;
    let classes = classes::list(space, dual, gap, each);
    let search = Search::new(Frame::of(dual), over, &classes, gap, best.trades());
    let found = search.run();
    if let Some(chosen) = &found.chosen {
        best = pick(&classes, chosen);
    }
    let missed = found.missed.filter(|&missed| missed <= found.gap);
    Solved {
        bound: missed.map_or(best.score, |missed| dual.bound + missed),
        choice: best,
        proven: missed.is_none(),
        nodes: found.nodes,
    }
}
