//! What there is to choose from where turnover counts: for every asset its trades, as changes of the base.
//!
//! Nothing is searched in this file.

use crate::plan::sizing::asset::{Point, Space};
use crate::plan::sizing::classes::LISTED;
use crate::plan::sizing::dual::Dual;
use crate::plan::sizing::frontier::Frontier;
use crate::plan::sizing::score::Score;
use crate::plan::sizing::solve::Choice;
use crate::plan::sizing::wide::Wide;

/// A trade instead of the base, as what it changes.
#[derive(Clone, Copy)]
pub(super) struct Step {
    pub(super) trade: i128,
    pub(super) raises: i128,
    /// Turnover, cost and orders.
    pub(super) more: Levels,
    /// What it scores at the second level above the best trade of its asset, cash paid for.
    pub(super) excess: i128,
}

/// Turnover, cost and orders, as far as they are more than those of the base.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Levels {
    pub(super) turnover: i128,
    pub(super) cost: i128,
    pub(super) orders: i128,
}

impl Levels {
    pub(super) fn of(score: Score) -> Levels {
        Levels { turnover: score.turnover, cost: score.cost, orders: score.orders }
    }

    pub(super) fn and(self, other: Levels) -> Levels {
        Levels {
            turnover: self.turnover + other.turnover,
            cost: self.cost + other.cost,
            orders: self.orders + other.orders,
        }
    }
}

/// The steps of an asset, in the order of trades.
#[derive(Clone)]
pub(super) struct Ladder {
    pub(super) asset: usize,
    pub(super) steps: Vec<Step>,
    /// The cash that steps raise, from the least, and the best step of those that raise as much or more.
    pub(super) enough: Vec<(i128, usize)>,
    /// What the base scores above the best trade of the asset.
    pub(super) excess: i128,
    /// How many more orders a step makes.
    pub(super) orders: i128,
}

impl Ladder {
    pub(super) fn new(asset: usize, steps: Vec<Step>, excess: i128) -> Ladder {
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
    pub(super) fn within(&self, excess: i128) -> Ladder {
        let steps = self.steps.iter().filter(|step| step.excess <= excess);
        Ladder::new(self.asset, steps.copied().collect(), self.excess)
    }
}

/// What there is to choose from.
pub(super) struct Choices {
    pub(super) ladders: Vec<Ladder>,
    /// What the base scores above the best trades of the assets that have no steps.
    pub(super) sure: i128,
    /// Whether steps raise cash and do nothing else, those of one asset with the same number of orders.
    pub(super) plain: bool,
    /// What scores more may be missing.
    pub(super) all_to: i128,
}

impl Choices {
    /// The choices of steps that score no more than this.
    pub(super) fn within(&self, excess: i128) -> Choices {
        let ladders = self.ladders.iter().map(|ladder| ladder.within(excess));
        let (some, none): (Vec<Ladder>, Vec<Ladder>) = ladders.partition(|ladder| !ladder.steps.is_empty());
        let sure = self.sure + none.iter().map(|ladder| ladder.excess).sum::<i128>();
        Choices { ladders: some, sure, plain: self.plain, all_to: self.all_to }
    }
}

/// The steps of all assets that score no more than there is room for, only plain ones if so asked. There is less
/// `rooms` for those.
pub(super) fn choices(
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
