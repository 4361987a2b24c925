//! Lines: what costs and gains are between two orders, without asking for them all.

use super::Shape;
use super::asset::{Asset, Point, Side, Space};
use super::levy::Tilt;
use super::quick;
use super::wide::Wide;

/// The most orders of one side whose costs are all asked for where their shape is not known.
const ASKED: i128 = 4096;

/// A range of orders with a straight line for costs and one for gains.
#[derive(Clone, Copy, Debug)]
pub(super) struct Line {
    /// The first and the last number of lots.
    pub(super) first: i128,
    pub(super) last: i128,
    /// Costs and gains at both.
    cost: [i128; 2],
    gain: [i128; 2],
    /// How far below and above its line a cost may be, and how far from its line a gain, either way.
    below: i128,
    above: i128,
    gain_off: i128,
    /// The least first cost, and the slope of costs in parts, for a quick look.
    pub(super) quick_start: i128,
    pub(super) quick_slope: i128,
    /// How far above that costs may be.
    pub(super) quick_over: i64,
}

/// A line seen through a tilt: the money an order takes lies between a straight line and not far above it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tilted {
    pub(super) first: i128,
    pub(super) lots: i128,
    pub(super) start: i128,
    /// How much more the last order takes than the first.
    pub(super) rise: i128,
    /// How far above the line it may be.
    pub(super) over: i128,
}

impl Line {
    /// The least cost of the orders from one number of lots to another.
    pub(super) fn least_cost(&self, first: i128, last: i128) -> i128 {
        let [a, b] = self.cost;
        if a == b {
            return (a - self.below).max(0);
        }
        let end = if a < b { first } else { last };
        (between(a, b, end - self.first, self.last - self.first) - self.below).max(0)
    }

    /// Whether an order is as near to the lines as it should be.
    pub(super) fn holds(&self, lots: i128, point: &Point) -> bool {
        let (step, steps) = (lots - self.first, self.last - self.first);
        let cost = between(self.cost[0], self.cost[1], step, steps);
        let gain = between(self.gain[0], self.gain[1], step, steps);
        cost - self.below <= point.score.cost
            && point.score.cost <= cost + self.above + 1
            && (point.gain - gain).abs() <= self.gain_off + 1
    }

    /// The line of the money that orders take.
    pub(super) fn tilted(&self, tilt: Tilt, cash: [i128; 2]) -> Tilted {
        let off = if tilt.slope == 0 { 0 } else { tilt.slope.abs() * self.gain_off };
        let end = |end: usize| tilt.of(cash[end] + self.cost[end] - self.below, self.gain[end]) - off;
        let start = end(0);
        Tilted {
            first: self.first,
            lots: self.last - self.first,
            start,
            rise: end(1) - start,
            over: tilt.fine * (self.below + self.above) + 2 * off,
        }
    }

    /// The most that the next smaller order could take less than an order inside, without the price of its lot.
    pub(super) fn most_step(&self, tax_rise: impl Fn(i128) -> i128) -> i128 {
        let fall = |[a, b]: [i128; 2], off: i128| if self.first == self.last { 0 } else { (a - b).max(0) + off };
        fall(self.cost, self.below + self.above) + tax_rise(fall(self.gain, 2 * self.gain_off))
    }
}

impl Tilted {
    /// What an order takes by the line, rounded down.
    pub(super) fn at(&self, lots: i128) -> i128 {
        self.start + part(self.rise, lots - self.first, self.lots)
    }
}

/// A point of the way from `a` to `b`, `step` of `steps` on, rounded down.
fn between(a: i128, b: i128, step: i128, steps: i128) -> i128 {
    a + part(b - a, step, steps)
}

fn part(rise: i128, step: i128, steps: i128) -> i128 {
    if steps == 0 || rise == 0 || step == 0 {
        return 0;
    }
    Wide::product(rise, step).div_floor(steps)
}

impl Space<'_> {
    /// Works out the lines of all assets; no asset must have more orders of unknown cost than can be asked for.
    pub(super) fn lay_lines(&mut self, shape: Option<&Shape>) -> Result<(), usize> {
        let mut lines = Vec::with_capacity(2 * self.assets.len());
        let mut ends: Vec<i128> = Vec::new();
        for index in 0..self.assets.len() {
            for side in 0..2 {
                let asset = &self.assets[index];
                let Side { sign, first, last, .. } = asset.sides[side];
                let start = lines.len();
                if first <= last {
                    match shape {
                        Some(shape) => {
                            let turns = shape.turns.get(asset.leg).map_or(&[][..], |turns| turns);
                            ends_of(&mut ends, turns, sign, asset.lot, first, last);
                            let lines_of = ends.windows(2).map(|ends| self.line(asset, sign, ends, shape.rounding));
                            lines.extend(lines_of);
                        }
                        None if last - first < ASKED => lines.push(self.asked(asset, sign, first, last)),
                        None => return Err(asset.leg),
                    }
                }
                self.assets[index].sides[side].lines = [start, lines.len()];
            }
        }
        self.lines = lines;
        for index in 0..self.assets.len() {
            let asset = &self.assets[index];
            let [start, end] = asset.sides[1].lines;
            let rise = |rise| self.levy.map_or(0, |levy| levy.most_rise(rise));
            let extra = self.lines[start..end].iter().map(|line| line.most_step(rise)).max();
            let reach = asset.unit + extra.unwrap_or(0);
            let (still, exited) = (self.point(asset, 0), asset.exit.then(|| self.point(asset, -asset.held)));
            let asset = &mut self.assets[index];
            (asset.reach, asset.still, asset.exited) = (reach, still, exited);
        }
        Ok(())
    }

    /// The line between two orders, by the two orders. `ends` are one before the first, and the last.
    fn line(&self, asset: &Asset, sign: i128, ends: &[i128], rounding: i128) -> Line {
        let (first, last) = (ends[0] + 1, ends[1]);
        let at = |lots: i128| sign * asset.lot * lots;
        let cost = [first, last].map(|lots| self.cost(asset, at(lots)));
        let gain = [first, last].map(|lots| self.gain(asset, at(lots)));
        let off = if last - first > 1 { 2 * rounding } else { 0 };
        let quick_slope = quick::slope(cost[1] - cost[0], last - first);
        let quick_over = quick::over(2 * off);
        let quick_start = cost[0] - off;
        Line { first, last, cost, gain, below: off, above: off, gain_off: off, quick_start, quick_slope, quick_over }
    }

    /// A level line for orders that are all asked for.
    fn asked(&self, asset: &Asset, sign: i128, first: i128, last: i128) -> Line {
        let mut costs = [i128::MAX, i128::MIN];
        let mut gains = costs;
        for lots in first..=last {
            let trade = sign * asset.lot * lots;
            let (cost, gain) = (self.cost(asset, trade), self.gain(asset, trade));
            costs = [costs[0].min(cost), costs[1].max(cost)];
            gains = [gains[0].min(gain), gains[1].max(gain)];
        }
        let gain_off = (gains[1] - gains[0] + 1).div_euclid(2);
        let gain = [gains[0] + gain_off; 2];
        let above = costs[1] - costs[0];
        let (cost, quick_start) = ([costs[0]; 2], costs[0]);
        let quick_over = quick::over(above);
        Line { first, last, cost, gain, below: 0, above, gain_off, quick_start, quick_slope: 0, quick_over }
    }
}

/// Where lines end: before the first order, at every turn and just before it, and at the last order.
fn ends_of(ends: &mut Vec<i128>, turns: &[i128], sign: i128, lot: i128, first: i128, last: i128) {
    ends.clear();
    ends.push(first - 1);
    for turn in turns {
        let shares = turn.saturating_mul(sign);
        for lots in [shares.saturating_sub(1).div_euclid(lot), shares.div_euclid(lot)] {
            if first <= lots && lots < last {
                ends.push(lots);
            }
        }
    }
    ends.push(last);
    ends.sort_unstable();
    ends.dedup();
}
