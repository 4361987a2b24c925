//! One asset: which trades it may make, and what each scores.

use std::cell::Cell;

use super::levy::{Terms, Tilt};
use super::line::Line;
use super::score::{FINE, Rate, Score};
use super::wide::{Wide, floor_div};
use super::{Direction, Violation};

/// What the second level counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Goal {
    /// The squares of the deviations from the targets.
    Squares,
    /// The amounts of the orders.
    Turnover,
}

/// One side of the market: orders of `first` to `last` lots, none if `first > last`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Side {
    /// One to buy, minus one to sell.
    pub(super) sign: i128,
    /// The smallest order, in lots.
    pub(super) first: i128,
    /// The largest order, in lots, short of a full exit.
    pub(super) last: i128,
    /// The last number of lots before each edge of the band is reached.
    pub(super) edges: [i128; 2],
    /// Where its lines are in the list of all: from the first to before the second.
    pub(super) lines: [usize; 2],
}

impl Side {
    /// The number of orders there are.
    fn orders(&self) -> i128 {
        (self.last - self.first + 1).max(0)
    }
}

/// An asset, with everything that does not change during a search worked out.
#[derive(Clone, Debug)]
pub(super) struct Asset {
    pub(super) leg: usize,
    pub(super) price: i128,
    pub(super) held: i128,
    pub(super) lot: i128,
    /// The price of a lot.
    pub(super) unit: i128,
    /// Values times the scale: the target, the edges of the band, the value held, and of a lot.
    pub(super) target: i128,
    pub(super) low: i128,
    pub(super) high: i128,
    pub(super) worth: i128,
    pub(super) wide_unit: i128,
    /// Buying and selling.
    pub(super) sides: [Side; 2],
    /// More than the step of any sale whose next smaller one is on the same line.
    pub(super) reach: i128,
    /// Whether all of it may be sold.
    pub(super) exit: bool,
    /// No trade, and the sale of all of it.
    pub(super) still: Point,
    pub(super) exited: Option<Point>,
}

/// A trade of one asset and what it does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Point {
    /// Shares, bought above zero.
    pub(super) trade: i128,
    /// Cash it takes, costs included but not the levy; below zero for most sales.
    pub(super) outflow: i128,
    /// The gain it realises, as the levy counts it.
    pub(super) gain: i128,
    /// Cash the next smaller sale would raise less, or more than that where the levy decides it. Beyond reach unless
    /// sales must be as small as can be.
    pub(super) step: i128,
    /// How much more that sale gains.
    pub(super) step_gain: i128,
    /// Its score.
    pub(super) score: Score,
}

/// All assets and the terms they trade on.
pub(super) struct Space<'a> {
    pub(super) assets: Vec<Asset>,
    pub(super) goal: Goal,
    pub(super) violation: Violation,
    /// What weights are over.
    pub(super) scale: i128,
    /// Whether all money times the scale is so small that squares of it, and products of it with prices, fit.
    pub(super) narrow: bool,
    /// Whether cash that is left counts at the second level.
    pub(super) deploy: bool,
    /// The cash there is to spend, below zero if cash must be raised.
    pub(super) available: i128,
    /// Whether only sales that must be made may be made.
    pub(super) covering: bool,
    pub(super) cost: &'a dyn Fn(usize, i128) -> i128,
    /// More than there is. Larger costs are cut to it, since no order that costs it can be paid.
    pub(super) cost_cap: i128,
    pub(super) levy: Option<Terms<'a>>,
    /// Where a levy counts, gains are cut to this, and are never above it.
    pub(super) gain_cap: i128,
    /// Costs and gains between orders.
    pub(super) lines: Vec<Line>,
    /// The leg whose cost or gain makes no sense, and why, if that was ever so.
    pub(super) fault: Cell<Option<(usize, &'static str)>>,
    /// Whether a cost or a gain was seen to be off its line.
    pub(super) bent: Cell<bool>,
}

impl Space<'_> {
    /// The cost of an order, made sane.
    pub(super) fn cost(&self, asset: &Asset, trade: i128) -> i128 {
        if trade == 0 {
            return 0;
        }
        let cost = (self.cost)(asset.leg, trade);
        if cost < 0 {
            self.fault.set(Some((asset.leg, "the cost of an order must be zero or more")));
        }
        cost.clamp(0, self.cost_cap)
    }

    /// The gain of an order as the levy counts it, made sane.
    pub(super) fn gain(&self, asset: &Asset, trade: i128) -> i128 {
        let Some(levy) = self.levy.filter(|_| trade < 0) else {
            return 0;
        };
        let gain = (levy.gain)(asset.leg, trade);
        if gain > self.gain_cap {
            self.fault.set(Some((asset.leg, "the gain of a sale must not be more than all there is")));
        }
        // Whoever loses more than all there is pays no levy, however much more it is.
        gain.clamp(-self.gain_cap, self.gain_cap)
    }

    /// How money in the row is counted where the levy is tilted by some step.
    pub(super) fn tilt(&self, step: i128) -> Tilt {
        self.levy.map_or(Tilt::PLAIN, |levy| levy.tilt(step))
    }

    /// The levy on a sum of gains.
    pub(super) fn tax(&self, gain: i128) -> i128 {
        self.levy.map_or(0, |levy| levy.tax(gain))
    }

    /// The parts in which the first level is told.
    pub(super) fn violation_parts(&self) -> i128 {
        if self.violation == Violation::Amount { self.fine() } else { 1 }
    }

    /// The parts in which the second level is told.
    pub(super) fn main_parts(&self) -> i128 {
        if self.goal == Goal::Turnover { self.fine() } else { 1 }
    }

    /// Sums of money are told in parts as fine as prices of cash must be.
    fn fine(&self) -> i128 {
        FINE * self.tilt(0).fine
    }

    /// What a trade does.
    pub(super) fn point(&self, asset: &Asset, trade: i128) -> Point {
        let cost = self.cost(asset, trade);
        let outflow = asset.price * trade + cost;
        let turnover = asset.price * trade.abs();
        let value = asset.worth + self.scale * asset.price * trade;
        let score = Score {
            violation: self.violation(asset, value),
            main: self.main(asset, value, turnover),
            cost,
            orders: i128::from(trade != 0),
            turnover,
        };
        let gain = self.gain(asset, trade);
        let (mut step, mut step_gain) = (i128::MAX, 0);
        if self.covering && trade < 0 {
            let smaller = asset.smaller_sale(trade);
            step = asset.price * smaller + self.cost(asset, smaller) - outflow;
            step_gain = self.gain(asset, smaller) - gain;
            step += self.levy.map_or(0, |levy| levy.most_rise(step_gain));
        }
        Point { trade, outflow, gain, step, step_gain, score }
    }

    /// The true step of a point where all gains are known.
    pub(super) fn true_step(&self, point: &Point, gain: i128) -> i128 {
        self.levy.map_or(point.step, |levy| levy.true_step(point, gain))
    }

    /// The second level of a value (times the scale) reached by an order of some amount.
    pub(super) fn main(&self, asset: &Asset, value: i128, turnover: i128) -> Wide {
        match self.goal {
            Goal::Squares => Wide::square(value - asset.target),
            Goal::Turnover => Wide::product(self.fine(), turnover),
        }
    }

    /// What cash that is left scores at the second level.
    pub(super) fn spare(&self, left: i128) -> Wide {
        if self.deploy { Wide::square(self.scale * left) } else { Wide::ZERO }
    }

    /// The amount outside the bands after these trades, times the scale.
    pub(super) fn outside(&self, points: &[Point]) -> i128 {
        let assets = self.assets.iter().zip(points);
        let value = |asset: &Asset, point: &Point| asset.worth + self.scale * asset.price * point.trade;
        assets.map(|(asset, point)| asset.outside(value(asset, point))).sum()
    }

    /// The first level of a value (times the scale).
    pub(super) fn violation(&self, asset: &Asset, value: i128) -> Wide {
        match (self.violation, asset.outside(value)) {
            (_, 0) => Wide::ZERO,
            (Violation::Amount, outside) => Wide::product(self.fine(), outside),
            (Violation::Squares, outside) => Wide::square(outside),
        }
    }
}

impl Asset {
    /// How far a value (times the scale) is outside the band.
    pub(super) fn outside(&self, value: i128) -> i128 {
        (self.low - value).max(0) + (value - self.high).max(0)
    }

    /// Whether a value between two (times the scale) may be inside the band.
    pub(super) fn meets_band(&self, one: i128, other: i128) -> bool {
        one.min(other) <= self.high && self.low <= one.max(other)
    }

    /// The number of trades it may make, no trade included.
    pub(super) fn rungs(&self) -> i128 {
        i128::from(self.exit) + 1 + self.sides.iter().map(Side::orders).sum::<i128>()
    }

    /// All trades in order, from the largest sale (zero) to the largest order.
    pub(super) fn rung(&self, index: i128) -> i128 {
        let [buy, sell] = &self.sides;
        let sales = i128::from(self.exit) + sell.orders();
        if index < i128::from(self.exit) {
            -self.held
        } else if index < sales {
            self.trade(sell, sell.last - (index - i128::from(self.exit)))
        } else if index == sales {
            0
        } else {
            self.trade(buy, buy.first + (index - sales - 1))
        }
    }

    /// Where a trade is in the order of all.
    pub(super) fn rung_of(&self, trade: i128) -> i128 {
        let [buy, sell] = &self.sides;
        let exit = i128::from(self.exit);
        let lots = trade.abs() / self.lot;
        if self.exit && trade == -self.held {
            0
        } else if trade < 0 {
            exit + sell.last - lots
        } else if trade == 0 {
            exit + sell.orders()
        } else {
            exit + sell.orders() + 1 + lots - buy.first
        }
    }

    /// Whether a trade is one of those.
    pub(super) fn may(&self, trade: i128) -> bool {
        let index = self.rung_of(trade);
        (0..self.rungs()).contains(&index) && self.rung(index) == trade
    }

    /// The next smaller sale that may be made, or no trade.
    pub(super) fn smaller_sale(&self, trade: i128) -> i128 {
        self.rung(self.rung_of(trade) + 1)
    }

    /// The trade of some lots on one side.
    pub(super) fn trade(&self, side: &Side, lots: i128) -> i128 {
        side.sign * self.lot * lots
    }

    /// The last number of lots on a side before a value (times the scale) is reached.
    pub(super) fn lots_before(&self, sign: i128, value: i128) -> i128 {
        floor_div(sign * (value - self.worth), self.wide_unit)
    }

    /// Lays out the sides: `budget` is the most cash that can ever be spent on it.
    pub(super) fn open(&mut self, direction: Direction, min_trade: i128, budget: i128) {
        let first = (min_trade.max(0) / self.unit).max(1);
        let first = if first * self.unit < min_trade { first + 1 } else { first };
        if matches!(direction, Direction::Both | Direction::BuyOnly) {
            self.sides[0].first = first;
            self.sides[0].last = budget.max(0) / self.unit;
        }
        if direction != Direction::BuyOnly && self.held > 0 {
            self.sides[1].first = first;
            self.sides[1].last = (self.held - 1) / self.lot;
            self.exit = true;
        }
        for index in 0..2 {
            let sign = self.sides[index].sign;
            self.sides[index].edges = [self.low, self.high].map(|edge| self.lots_before(sign, edge));
        }
    }
}

/// How points are looked at while cash has a price.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lens {
    /// The price of cash.
    pub(super) rate: Rate,
    /// How cash is counted.
    pub(super) tilt: Tilt,
    /// Whether the first level counts.
    pub(super) violation: bool,
    /// Whether the second level counts.
    pub(super) main: bool,
    /// Sales whose step is smaller are left out.
    pub(super) least_step: i128,
}

impl Lens {
    /// The ordinary lens.
    pub(super) fn priced(rate: Rate, tilt: Tilt, least_step: i128) -> Lens {
        Lens { rate, tilt, violation: true, main: true, least_step }
    }

    /// The lens through which only cash counts.
    pub(super) fn of_cash(tilt: Tilt, least_step: i128) -> Lens {
        let rate = Rate { violation: 1, main: 0 };
        Lens { rate, tilt, violation: false, main: false, least_step }
    }

    /// The score of a point with its cash paid for.
    pub(super) fn reduce(&self, point: &Point) -> Score {
        let mut score = point.score;
        if !self.violation {
            score.violation = Wide::ZERO;
        }
        if !self.main {
            score.main = Wide::ZERO;
        }
        score + self.rate.of(self.tilt.of(point.outflow, point.gain))
    }
}
