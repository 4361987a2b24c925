//! The order of work: answer freely, price the cash, repair, list what is left, search it.

use super::asset::{Goal, Lens, Point, Space};
use super::bounds::Cover;
use super::classes::{self, Class, Frame};
use super::dual::{self, Dual};
use super::score::{Rate, Score};
use super::search::Search;
use super::{SizingError, cover, raise, repair, sums};

/// How many trades of each asset the first choice is made of.
const FEW: usize = 6;
/// How often the first choice is made again where the levy is more than it was taken for.
const TRIES: usize = 4;
/// How many trades of one asset are listed at most where a search is quick.
const LISTED_QUICKLY: usize = 1 << 7;
/// How many states a search makes at most, and one that is quick, or thorough and narrow.
pub(super) const STATES: usize = 1 << 24;
const QUICK: usize = 1 << 12;
const NARROW: usize = 1 << 14;

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

impl Solved {
    /// Goes on with what was found in another part of the choices.
    pub(super) fn go_on(&mut self, part: Solved) {
        self.bound = self.bound.min(part.bound);
        self.nodes += part.nodes;
        self.proven &= part.proven;
        self.choice = part.choice;
        self.bound = self.bound.min(self.choice.score);
    }
}

impl Choice {
    pub(super) fn of(space: &Space<'_>, points: Vec<Point>) -> Choice {
        let mut choice = Choice { points, score: Score::default(), outflow: 0, gain: 0, levy: 0 };
        for point in &choice.points {
            choice.score += point.score;
            choice.outflow += point.outflow;
            choice.gain += point.gain;
        }
        choice.close(space);
        choice
    }

    /// Adds what depends on all assets together.
    fn close(&mut self, space: &Space<'_>) {
        self.levy = space.tax(self.gain);
        self.score.cost += self.levy;
        self.outflow += self.levy;
        self.score.main += space.spare(space.available - self.outflow);
    }

    /// The choice with other points for some assets, without the list of its points.
    pub(super) fn changed(&self, space: &Space<'_>, changes: &[(usize, Point)]) -> Choice {
        let mut other = Choice {
            points: Vec::new(),
            score: self.score,
            outflow: self.outflow - self.levy,
            gain: self.gain,
            levy: 0,
        };
        other.score.main -= space.spare(space.available - self.outflow);
        other.score.cost -= self.levy;
        for (index, point) in changes {
            let old = &self.points[*index];
            other.score = other.score + point.score - old.score;
            other.outflow += point.outflow - old.outflow;
            other.gain += point.gain - old.gain;
        }
        other.close(space);
        other
    }

    /// The choice with other points for some assets.
    pub(super) fn with(&self, space: &Space<'_>, changes: &[(usize, Point)]) -> Choice {
        let mut points = self.points.clone();
        for (index, point) in changes {
            points[*index] = *point;
        }
        Choice::of(space, points)
    }

    pub(super) fn trades(&self) -> Vec<i128> {
        self.points.iter().map(|point| point.trade).collect()
    }

    /// Whether it is better, at all levels and in the order of trades.
    pub(super) fn beats(&self, other: &Choice) -> bool {
        (self.score, self.trades()) < (other.score, other.trades())
    }
}

impl Space<'_> {
    /// The choice that leads to some shares, if it is one.
    pub(super) fn choice_of(&self, shares: &[i128]) -> Option<Choice> {
        let trades = self.assets.iter().zip(shares).map(|(asset, shares)| (asset, shares - asset.held));
        let points: Option<Vec<Point>> =
            trades.map(|(asset, trade)| asset.may(trade).then(|| self.point(asset, trade))).collect();
        let choice = Choice::of(self, points.filter(|points| points.len() == self.assets.len())?);
        (choice.outflow <= self.available).then_some(choice)
    }
}

/// Solves a space with `available` cash to spend, which is below zero if cash must be raised, from a choice that is known.
pub(super) fn solve(space: &Space<'_>, available: i128, known: Option<Choice>) -> Result<Solved, SizingError> {
    let still = space.assets.iter().map(|asset| asset.still);
    let still = Choice::of(space, still.collect());
    if space.covering && available >= 0 {
        return Ok(certain(still));
    }
    let free = dual::respond(space, Lens::priced(Rate::default(), space.tilt(0), i128::MIN));
    let sure = free.short == Score::default();
    let free = Choice::of(space, free.points);
    if sure && !space.covering && free.outflow <= available && free.levy == 0 && !space.deploy {
        return Ok(certain(free));
    }
    let mut best = if available >= 0 { still } else { raise::most_cash(space) };
    if best.outflow > available {
        let shortfall = best.outflow - available;
        return Err(SizingError::Infeasible { shortfall });
    }
    if space.covering {
        return Ok(cover(space, available, best, known));
    }
    if let Some(known) = known {
        keep_better(&mut best, known);
    }
    if free.outflow <= available {
        keep_better(&mut best, free);
    }
    Ok(within_budget(space, available, best))
}

/// Raises what is missing and no more. `most_cash` raises enough.
///
/// Sums of prices are searched for by a way that knows nothing of tight sales. The least turnover is tight as a rule, and is
/// the best of all tight ones then, being the best of more.
fn cover(space: &Space<'_>, available: i128, most_cash: Choice, known: Option<Choice>) -> Solved {
    if space.goal != Goal::Turnover || space.levy.is_some() {
        return cover::solve(space, available, most_cash, known);
    }
    let free = within_budget(space, available, known.clone().unwrap_or_else(|| most_cash.clone()));
    let tight = cover::is_tight(space, available, &free.choice);
    let Score { violation, main, .. } = free.choice.score;
    if tight && (free.proven || (violation, main) == (free.bound.violation, free.bound.main)) {
        return free;
    }
    let mut solved = cover::solve(space, available, most_cash, known);
    solved.bound = solved.bound.max(free.bound);
    solved.nodes += free.nodes;
    if tight {
        keep_better(&mut solved.choice, free.choice);
    }
    solved
}

fn certain(choice: Choice) -> Solved {
    Solved { bound: choice.score, choice, proven: true, nodes: 1 }
}

fn within_budget(space: &Space<'_>, available: i128, mut best: Choice) -> Solved {
    let mut duals = vec![dual::keep_reserve(space, available, i128::MIN)];
    if space.deploy && duals[0].rate == Rate::default() {
        duals = dual::spend_spare(space, available);
    }
    for dual in &duals {
        begin(space, available, dual, &mut best);
    }
    duals.sort_by_key(|dual| dual.bound);
    let mut solved = Solved { bound: best.score, choice: best, proven: true, nodes: 0 };
    for dual in &duals {
        if dual.bound > solved.choice.score {
            break;
        }
        let by_sums = sums::search(space, available, dual, &solved.choice);
        solved.go_on(by_sums.unwrap_or_else(|| finish(space, dual, None, solved.choice.clone(), STATES)));
    }
    solved
}

/// Makes good first choices from what the price of cash found.
fn begin(space: &Space<'_>, available: i128, dual: &Dual, best: &mut Choice) {
    for end in dual.ends.iter().chain([&dual.response]) {
        let end = Choice::of(space, end.points.clone());
        if end.outflow <= available {
            keep_better(best, repair::spend(space, available, end));
        }
    }
    if dual.bound > best.score {
        return;
    }
    let few = classes::list(space, dual, best.score - dual.bound, FEW);
    let mut frame = Frame::of(space, dual);
    for _ in 0..if space.levy.is_some() { TRIES } else { 1 } {
        // Where cash that is left is worth something, none is missing.
        let Some(chosen) = (frame.rate >= Rate::default()).then(|| repair::improve(&frame, &few)).flatten() else {
            break;
        };
        let repaired = pick(space, &few, &chosen);
        if repaired.outflow <= available {
            keep_better(best, repair::spend(space, available, repaired));
            break;
        }
        // The true levy is above the tilted one by what is missing now.
        frame.slack -= frame.tilt.fine * (repaired.outflow - available);
    }
    if space.deploy {
        repair::polish(space, available, &few, best);
    }
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

/// Searches what can still be part of the best choice: quickly, and where that was cut short thoroughly. A thorough search
/// that is narrow comes first, since from a better choice there is less to search.
pub(super) fn finish(space: &Space<'_>, dual: &Dual, over: Option<Cover>, best: Choice, limit: usize) -> Solved {
    let mut solved = look(space, dual, over, best, limit.min(QUICK), false);
    for limit in [limit.min(NARROW), limit] {
        if solved.proven {
            break;
        }
        let next = look(space, dual, over, solved.choice, limit, true);
        let bound = solved.bound.max(next.bound).min(next.choice.score);
        solved = Solved { nodes: solved.nodes + next.nodes, bound, ..next };
    }
    solved
}

/// Lists what can still be part of the best choice, and searches it once.
pub(super) fn look(
    space: &Space<'_>,
    dual: &Dual,
    over: Option<Cover>,
    mut best: Choice,
    limit: usize,
    thorough: bool,
) -> Solved {
    let short = dual.response.short;
    let gap = best.score - dual.bound;
    let classes = classes::list(space, dual, gap, if thorough { classes::LISTED } else { LISTED_QUICKLY });
    // What is searched is told from the answers of the assets, and the bound is below them by what they may be better.
    let search = Search::new(Frame::of(space, dual), over, &classes, gap - short, best.trades(), limit);
    let search = if thorough { search.thorough() } else { search };
    let found = search.run();
    if let Some(chosen) = &found.chosen {
        best = pick(space, &classes, chosen);
    }
    let sure = short == Score::default();
    let missed = found.missed.filter(|&missed| missed <= found.gap);
    Solved {
        bound: if sure { missed.map_or(best.score, |missed| dual.bound + missed) } else { dual.bound },
        choice: best,
        proven: sure && missed.is_none(),
        nodes: found.nodes,
    }
}
