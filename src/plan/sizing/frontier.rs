//! The trades of one asset in the order of what they score, best first.
//!
//! There may be a thousand million of them, so they are not listed: ranges of orders are kept in a heap by a
//! bound on the score of everything inside, and only the best range is ever opened. The bound of a range
//! takes the least of the first two levels, which are convex in the size of an order, and the least cost.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::Violation;
use super::asset::{Asset, Goal, Lens, Point, Side, Space};
use super::score::Score;
use super::wide::Wide;

/// On a side of at most this many lots nothing is assumed of costs but that they are zero or more.
const ANY_COST: i128 = 512;
/// A range of at most this many orders is opened into single orders.
const SINGLES: i128 = 3;

/// The trades of one asset, best first.
pub(super) struct Frontier<'a> {
    space: &'a Space<'a>,
    asset: &'a Asset,
    lens: Lens,
    /// The numbers of lots next to which the two levels may turn, by side: twice the first, once the second.
    turns: [[i128; 3]; 2],
    heap: BinaryHeap<Entry>,
    pieces: Vec<Piece>,
    /// What scores more than this is not wanted.
    limit: Score,
    /// Whether only the best trade is wanted, so that the limit falls with every trade seen.
    only_best: bool,
}

/// A piece with the least score in it.
struct Entry {
    floor: Score,
    /// Ranges are opened before trades of the same score, and the smaller trade wins a tie.
    order: (bool, i128),
    piece: usize,
}

/// A range of orders, or a single trade.
enum Piece {
    Range { side: usize, first: i128, last: i128 },
    Single(Point),
}

impl<'a> Frontier<'a> {
    /// All trades an asset may make, seen through a lens.
    pub(super) fn new(space: &'a Space<'a>, asset: &'a Asset, lens: Lens) -> Frontier<'a> {
        let mut frontier = Frontier {
            space,
            asset,
            lens,
            turns: [[0; 3]; 2],
            heap: BinaryHeap::new(),
            pieces: Vec::new(),
            limit: Score::WORST,
            only_best: false,
        };
        frontier.fill();
        frontier
    }

    /// The best trade of every asset and its score.
    pub(super) fn best_of_all(space: &'a Space<'a>, lens: Lens, mut found: impl FnMut(Score, Point)) {
        let Some(first) = space.assets.first() else {
            return;
        };
        let mut frontier = Frontier::new(space, first, lens);
        frontier.only_best = true;
        for asset in &space.assets {
            frontier.asset = asset;
            frontier.limit = Score::WORST;
            frontier.fill();
            if let Some((score, point)) = frontier.next(Score::WORST) {
                found(score, point);
            }
        }
    }

    /// The next trade and its score, if it scores at most `limit`; beyond that, nothing is looked at.
    ///
    /// Among equals, the smaller trade comes first.
    pub(super) fn next(&mut self, limit: Score) -> Option<(Score, Point)> {
        while self.floor().is_some_and(|floor| floor <= limit) {
            let entry = self.heap.pop()?;
            match self.pieces[entry.piece] {
                Piece::Single(point) => return Some((entry.floor, point)),
                Piece::Range { side, first, last } => self.open(side, first, last),
            }
        }
        None
    }

    /// A bound on the score of everything still to come.
    fn floor(&self) -> Option<Score> {
        self.heap.peek().map(|entry| entry.floor)
    }

    /// Starts with everything the asset may do.
    fn fill(&mut self) {
        self.heap.clear();
        self.pieces.clear();
        let (asset, lens) = (self.asset, self.lens);
        self.push_single(0);
        if asset.exit && self.steps_enough(-asset.held) {
            self.push_single(-asset.held);
        }
        for side in 0..2 {
            let Side { sign, first, last, .. } = asset.sides[side];
            if first > last {
                continue;
            }
            self.turns[side] = self.turns(sign, asset.sides[side].edges);
            if asset.unit >= lens.least_step {
                self.push_range(side, first, last);
            } else if self.steps_enough(asset.trade(&asset.sides[side], first)) {
                self.push_single(asset.trade(&asset.sides[side], first));
            }
        }
    }

    /// Squares are least where a unit of value costs as much as its cash is worth; sums turn at the edges.
    fn turns(&self, sign: i128, edges: [i128; 2]) -> [i128; 3] {
        let (asset, rate) = (self.asset, self.lens.rate);
        let lowered = |value: i128, rate: i128| asset.lots_before(sign, value - rate.div_euclid(2 * self.space.scale));
        let [low, high] = match self.space.violation {
            Violation::Squares if rate.violation != 0 => {
                [asset.low, asset.high].map(|edge| lowered(edge, rate.violation))
            }
            _ => edges,
        };
        [low, high, lowered(asset.target, rate.main)]
    }

    /// Whether the step of a sale is one the lens lets through. Only the smallest sale and the exit are asked:
    /// all others bring no more than the price of a lot with their last lot.
    fn steps_enough(&self, trade: i128) -> bool {
        self.space.point(self.asset, trade).step >= self.lens.least_step
    }

    fn push_single(&mut self, trade: i128) {
        let point = self.space.point(self.asset, trade);
        let floor = self.lens.reduce(&point);
        if self.only_best {
            self.limit = self.limit.min(floor);
        }
        self.push(floor, (true, trade), Piece::Single(point));
    }

    fn push_range(&mut self, side: usize, first: i128, last: i128) {
        if first <= last {
            let floor = self.range_floor(side, first, last);
            self.push(floor, (false, first), Piece::Range { side, first, last });
        }
    }

    fn push(&mut self, floor: Score, order: (bool, i128), piece: Piece) {
        if floor <= self.limit {
            self.heap.push(Entry { floor, order, piece: self.pieces.len() });
            self.pieces.push(piece);
        }
    }

    /// Splits a range where the score may turn, or near both ends, or into single orders.
    fn open(&mut self, side: usize, first: i128, last: i128) {
        let sides = &self.asset.sides[side];
        if last - first < SINGLES {
            for lots in first..=last {
                self.push_single(self.asset.trade(sides, lots));
            }
            return;
        }
        let [low, high, turn] = self.turns[side];
        let inside = |mark: i128| first <= mark && mark < last;
        if inside(turn) {
            self.push_single(self.asset.trade(sides, turn));
            self.push_single(self.asset.trade(sides, turn + 1));
            self.push_range(side, first, turn - 1);
            self.push_range(side, turn + 2, last);
            return;
        }
        if let Some(mark) = [low, high].into_iter().find(|&mark| inside(mark)) {
            self.push_range(side, first, mark);
            self.push_range(side, mark + 1, last);
            return;
        }
        let end = (last - first) / 16;
        self.push_range(side, first, first + end);
        self.push_range(side, first + end + 1, last - end - 1);
        self.push_range(side, last - end, last);
    }

    /// No order in the range scores less than this, at any level.
    fn range_floor(&self, side: usize, first: i128, last: i128) -> Score {
        let (asset, rate) = (self.asset, self.lens.rate);
        let terms = asset.sides[side];
        let small = terms.last - terms.first < ANY_COST;
        let least = if small { 0 } else { self.space.cost(asset, asset.trade(&terms, first)) };
        let most =
            if rate.violation < 0 || rate.main < 0 { self.space.cost(asset, asset.trade(&terms, last)) } else { least };
        let paid = |rate: i128| if rate < 0 { most } else { least };
        let mut floor = Score {
            violation: self.least_violation(side, first, last),
            main: self.least_main(side, first, last),
            cost: least,
            orders: 1,
            turnover: asset.unit * first,
        };
        floor.violation += Wide::product(rate.violation, paid(rate.violation));
        floor.main += Wide::product(rate.main, paid(rate.main));
        floor
    }

    /// The least of the first level without costs: it is at an end or beside a turn.
    fn least_violation(&self, side: usize, first: i128, last: i128) -> Wide {
        let (asset, rate) = (self.asset, self.lens.rate.violation);
        let sign = asset.sides[side].sign;
        let value = |lots: i128| asset.worth + sign * asset.wide_unit * lots;
        if rate == 0 && (!self.lens.violation || asset.meets_band(value(first), value(last))) {
            return Wide::ZERO;
        }
        let at = |lots: i128| {
            let charge = Wide::product(rate, sign * asset.unit * lots);
            if self.lens.violation { self.space.violation(asset, value(lots)) + charge } else { charge }
        };
        let [low, high, _] = self.turns[side];
        let inside = [first, last, low, low + 1, high, high + 1];
        let inside = inside.into_iter().map(|lots| at(lots.clamp(first, last)));
        inside.min().unwrap_or(Wide::ZERO)
    }

    /// The least of the second level without costs: it is beside its turn, or at an end.
    fn least_main(&self, side: usize, first: i128, last: i128) -> Wide {
        let (asset, rate) = (self.asset, self.lens.rate.main);
        let sign = asset.sides[side].sign;
        let at = |lots: i128| {
            let charge = Wide::product(rate, sign * asset.unit * lots);
            if !self.lens.main {
                return charge;
            }
            let value = asset.worth + sign * asset.wide_unit * lots;
            self.space.main(asset, value, asset.unit * lots) + charge
        };
        if self.lens.main && self.space.goal == Goal::Squares {
            let turn = self.turns[side][2];
            at(turn.clamp(first, last)).min(at((turn + 1).clamp(first, last)))
        } else {
            at(first).min(at(last))
        }
    }
}

/// Less comes first.
impl Ord for Entry {
    fn cmp(&self, other: &Entry) -> Ordering {
        (other.floor, other.order).cmp(&(self.floor, self.order))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Entry) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Entry) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Entry {}
