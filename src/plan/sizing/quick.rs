//! The trades of one asset where all is plain: no levy, bands that are kept, the squares of the second level, a price of
//! cash at that level only, of either sign, and numbers so small that squares of them fit 127 bits.
//!
//! Then the score of an order is never below a parabola, and the trades that score best lie side by side around its
//! lowest point. They are walked from there until the parabola is above what is wanted. Nothing is kept in a heap, and no
//! cost is asked for that is not looked at. Where something is not plain, nothing is said here, and `frontier` is asked.

use super::asset::{Asset, Goal, Lens, Point, Space};
use super::levy::Tilt;
use super::line::Line;
use super::wide::floor_div;

/// How far is walked in one direction.
const FARTHEST: i64 = 48;

/// The price at which orders are looked at, and what is wanted of them.
pub(super) struct Quick<'a> {
    space: &'a Space<'a>,
    rate: i64,
    least_step: i128,
    /// What scores more than this at the second level is not wanted.
    pub(super) limit: i128,
    /// The best trade so far, where only that is wanted.
    pub(super) best: Option<(Key, Point)>,
    /// All wanted trades, where all are.
    pub(super) found: Vec<(Key, Point)>,
    only_best: bool,
}

/// What tells plain trades apart: the levels from the second on, and the trade.
type Key = (i128, i128, i128, i128, i128);

/// The parabola below the scores of the orders on a line.
struct Bowl<'a> {
    line: &'a Line,
    sign: i64,
    /// The value above the target without orders, times the scale, and the value of a lot.
    above: i64,
    step: i64,
    unit: i64,
    rate: i64,
    /// What costs may be above their line, where more of them is better.
    over: i64,
}

impl Bowl<'_> {
    fn at(&self, lots: i64) -> i128 {
        let off = self.above + self.sign * self.step * lots;
        let cash = self.sign * self.unit * lots + self.line.quick_cost(lots) + self.over;
        i128::from(off) * i128::from(off) + i128::from(self.rate) * i128::from(cash)
    }

    /// About the lowest point.
    fn turn(&self, scale: i64) -> i64 {
        let shift = self.rate / (2 * scale);
        self.sign * (-shift - self.above) / self.step
    }
}

impl<'a> Quick<'a> {
    /// A quick look through a lens, if all is plain but for single assets.
    pub(super) fn new(space: &'a Space<'a>, lens: Lens, only_best: bool) -> Option<Quick<'a>> {
        let plain = space.narrow
            && space.goal == Goal::Squares
            && lens.tilt == Tilt::PLAIN
            && lens.violation
            && lens.main
            && lens.rate.violation == 0;
        let rate = i64::try_from(lens.rate.main).ok().filter(|rate| plain && *rate > -i64::MAX)?;
        Some(Quick {
            space,
            rate,
            least_step: lens.least_step,
            limit: i128::MAX,
            best: None,
            found: Vec::new(),
            only_best,
        })
    }

    /// Looks at the trades of an asset that keep the band and score at most `limit` at the second level. Whether these
    /// are all that count.
    pub(super) fn look_at(&mut self, asset: &Asset, limit: i128) -> bool {
        self.limit = limit;
        self.best = None;
        self.found.clear();
        self.take(&asset.still);
        if let Some(exited) = asset.exited.as_ref().filter(|exited| exited.step >= self.least_step) {
            self.take(exited);
        }
        let sides = if asset.worth > asset.target { [1, 0] } else { [0, 1] };
        for side in sides {
            let side = &asset.sides[side];
            for line in &self.space.lines[side.lines[0]..side.lines[1]] {
                if side.sign < 0 && asset.reach < self.least_step {
                    // Only the first order of a line may have a larger step: the one before it is on another line.
                    let point = self.space.point(asset, asset.trade(side, line.first));
                    if point.step >= self.least_step {
                        self.take(&point);
                    }
                    continue;
                }
                let bowl = Bowl {
                    line,
                    sign: side.sign as i64,
                    above: (asset.worth - asset.target) as i64,
                    step: asset.wide_unit as i64,
                    unit: asset.unit as i64,
                    rate: self.rate,
                    over: if self.rate < 0 { line.quick_over } else { 0 },
                };
                if !self.walk(asset, &bowl) {
                    return false;
                }
            }
        }
        !self.only_best || self.best.is_some()
    }

    /// Walks both ways from the lowest point of a bowl. False if that was too far.
    fn walk(&mut self, asset: &Asset, bowl: &Bowl<'_>) -> bool {
        let (first, last) = (bowl.line.first as i64, bowl.line.last as i64);
        if last >= 1 << QUICK {
            return false;
        }
        let start = bowl.turn(self.space.scale as i64).clamp(first, last);
        let lowest = bowl.at(start);
        for way in [-1, 1] {
            let (mut lots, mut before) = (if way < 0 { start } else { start + 1 }, lowest);
            while first <= lots && lots <= last {
                if (lots - start).abs() > FARTHEST {
                    return false;
                }
                let floor = if lots == start { lowest } else { bowl.at(lots) };
                if floor <= self.limit {
                    let trade = asset.lot * i128::from(bowl.sign * lots);
                    let point = self.space.point(asset, trade);
                    if !bowl.line.holds(i128::from(lots), &point) {
                        self.space.bent.set(true);
                    }
                    self.take(&point);
                } else if floor >= before + i128::from(self.rate.abs()) && lots != start {
                    // The parabola rises from here on, and its costs are rounded by less than one.
                    break;
                }
                before = floor;
                lots += way;
            }
        }
        true
    }

    /// Takes a trade if it is wanted.
    fn take(&mut self, point: &Point) {
        let Some(main) = point.score.main.to_i128().filter(|_| point.score.violation.is_zero()) else {
            return;
        };
        let score = main + i128::from(self.rate) * point.outflow;
        let key = (score, point.score.cost, point.score.orders, point.score.turnover, point.trade);
        if score > self.limit {
            return;
        }
        if !self.only_best {
            self.found.push((key, *point));
        } else if self.best.is_none_or(|(best, _)| key < best) {
            self.best = Some((key, *point));
            self.limit = score;
        }
    }
}

impl Line {
    /// A cost that the orders on the line do not go below, by less than one more than their rounding.
    fn quick_cost(&self, lots: i64) -> i64 {
        let step = i128::from(lots) - self.first;
        (self.quick_start + ((self.quick_slope * step) >> QUICK)) as i64
    }
}

/// Slopes of lines are counted in parts of two to the power of this.
pub(super) const QUICK: u32 = 32;

/// The slope of a line, rounded down.
pub(super) fn slope(rise: i128, lots: i128) -> i128 {
    // Where a cost is so large, numbers are not narrow, and nothing is looked at quickly.
    if lots == 0 || rise.abs() >= 1 << 64 { 0 } else { floor_div(rise << QUICK, lots) }
}

/// How far above the quick line a cost may be, its rounding included.
pub(super) fn over(width: i128) -> i64 {
    i64::try_from(width + 2).unwrap_or(i64::MAX)
}
