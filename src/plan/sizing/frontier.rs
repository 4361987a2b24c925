//! The trades of one asset in the order of what they score, best first.
//!
//! There may be a thousand million of them, so they are not listed: ranges of orders are kept in a heap by a
//! bound on the score of everything inside, and only the best range is ever opened. The bound of a range
//! takes the least of the first two levels, which are convex in the size of an order as long as costs and gains
//! are straight lines, and the least cost.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::Violation;
use super::asset::{Asset, Goal, Lens, Point, Space};
use super::line::Tilted;
use super::quick::Quick;
use super::score::Score;
use super::wide::Wide;

/// A range of at most this many orders is opened into single orders.
const SINGLES: i128 = 3;
/// A range of fewer orders is listed without another look at it.
const LEAF: i128 = 16;
/// How many pieces of one asset are looked at at most where the best of its trades are wanted: costs are rounded, so that
/// bounds of ranges are a little below what is in them, and where steps are tiny and all as good as each other, every
/// range would be opened.
const PIECES: usize = 1 << 18;
/// The same of an asset of which there are more lots than this: then it is hopeless, and little is lost by looking at fewer.
const FINE: i128 = 1 << 20;
const PIECES_OF_FINE: usize = 1 << 12;
/// No value is turned by more than this, whatever cash costs.
const FARTHEST: i128 = 1 << 120;

/// The trades of one asset, best first.
pub(super) struct Frontier<'a> {
    space: &'a Space<'a>,
    asset: &'a Asset,
    lens: Lens,
    strips: Vec<Strip>,
    heap: BinaryHeap<Entry>,
    pieces: Vec<Piece>,
    /// What scores more than this is not wanted.
    limit: Score,
    /// The best trade seen, where only that is wanted; the limit is its score then.
    best: Option<Point>,
    only_best: bool,
    /// What the pieces that were not looked at score at least, if they were too many.
    pub(super) cut: Option<Score>,
    /// How many trades are listed at most where all are, and the most shares that are sold.
    most: usize,
    largest_sale: i128,
}

/// A line of orders, and where the levels turn on it.
#[derive(Clone, Copy)]
struct Strip {
    side: usize,
    line: usize,
    tilted: Tilted,
    /// The numbers of lots next to which the two levels may turn: twice the first, once the second.
    turns: [i128; 3],
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
    Range { strip: usize, first: i128, last: i128 },
    Single(Point),
}

impl<'a> Frontier<'a> {
    /// The trades of the assets of a space, seen through a lens; none if there is no asset.
    pub(super) fn new(space: &'a Space<'a>, lens: Lens) -> Option<Frontier<'a>> {
        Some(Frontier {
            space,
            asset: space.assets.first()?,
            lens,
            strips: Vec::new(),
            heap: BinaryHeap::new(),
            pieces: Vec::new(),
            limit: Score::WORST,
            best: None,
            only_best: false,
            cut: None,
            most: usize::MAX,
            largest_sale: i128::MAX,
        })
    }

    /// Starts with the trades of an asset that score at most `limit`.
    pub(super) fn look_at(&mut self, asset: &'a Asset, limit: Score) {
        (self.asset, self.limit) = (asset, limit);
        self.fill(Frontier::split);
    }

    /// All trades of an asset that score at most `limit` and sell no more than `sale` shares, or all, in no order; and
    /// whether they are all: about `most` are listed at most.
    pub(super) fn everything(&mut self, asset: &'a Asset, limit: Score, sale: i128, most: usize) -> (Vec<Point>, bool) {
        (self.asset, self.limit) = (asset, limit);
        (self.largest_sale, self.most) = (sale, most);
        self.fill(Frontier::list);
        let point = |piece: &Piece| {
            if let Piece::Single(point) = piece { Some(*point) } else { None }
        };
        let points: Vec<Point> = self.pieces.iter().filter_map(point).collect();
        let complete = points.len() == self.pieces.len();
        (points, complete)
    }

    /// The best trade of every asset, its score, and how much better another may be: nothing unless there are too many to
    /// look at.
    pub(super) fn best_of_all(space: &'a Space<'a>, lens: Lens, mut found: impl FnMut(Score, Point, Score)) {
        let Some(mut frontier) = Frontier::new(space, lens) else {
            return;
        };
        frontier.only_best = true;
        let mut quick = Quick::new(space, lens, true);
        for asset in &space.assets {
            if let Some(quick) = &mut quick
                && quick.look_at(asset, i128::MAX)
                && let Some((_, point)) = quick.best
            {
                found(lens.reduce(&point), point, Score::default());
                continue;
            }
            frontier.best = None;
            frontier.look_at(asset, Score::WORST);
            let mut short = Score::default();
            while let Some(entry) = frontier.heap.pop().filter(|entry| entry.floor <= frontier.limit) {
                if frontier.pieces.len() > frontier.pieces() && frontier.best.is_some() {
                    short = frontier.limit - entry.floor;
                    break;
                }
                if let Piece::Range { strip, first, last } = frontier.pieces[entry.piece] {
                    frontier.open(strip, first, last);
                }
            }
            if let Some(point) = frontier.best {
                found(frontier.limit, point, short);
            }
        }
    }

    /// The next trade and its score, if there is one and not too many were looked at.
    ///
    /// Among equals, the smaller trade comes first.
    pub(super) fn next(&mut self) -> Option<(Score, Point)> {
        loop {
            let entry = self.heap.pop()?;
            if self.pieces.len() > self.pieces() {
                self.cut = Some(entry.floor);
                return None;
            }
            match self.pieces[entry.piece] {
                Piece::Single(point) => return Some((entry.floor, point)),
                Piece::Range { strip, first, last } => self.open(strip, first, last),
            }
        }
    }

    /// How many pieces of the asset are looked at at most.
    fn pieces(&self) -> usize {
        if self.asset.held / self.asset.lot > FINE { PIECES_OF_FINE } else { PIECES }
    }

    /// Starts with everything the asset may do.
    fn fill(&mut self, open: fn(&mut Self, usize, i128, i128)) {
        self.cut = None;
        self.heap.clear();
        self.pieces.clear();
        self.strips.clear();
        let asset = self.asset;
        self.push_point(asset.still);
        if let Some(exit) = asset.exited.filter(|exit| exit.step >= self.lens.least_step) {
            self.push_point(exit);
        }
        // What is most likely the best comes first, so that little else is looked at.
        let sides = if asset.worth > asset.target { [1, 0] } else { [0, 1] };
        for side in sides {
            let [start, end] = asset.sides[side].lines;
            for line in start..end {
                self.fill_line(side, line, open);
            }
        }
    }

    fn fill_line(&mut self, side: usize, line: usize, open: fn(&mut Self, usize, i128, i128)) {
        let (asset, lens) = (self.asset, self.lens);
        let terms = &self.space.lines[line];
        let (first, last) = (terms.first, terms.last);
        if asset.sides[side].sign < 0 && asset.reach < lens.least_step {
            // Only the first order of a line may have a larger step: the one before it is on another line.
            let point = self.space.point(asset, asset.trade(&asset.sides[side], first));
            if point.step >= lens.least_step {
                self.push_point(point);
            }
            return;
        }
        let cash = [first, last].map(|lots| asset.sides[side].sign * asset.unit * lots);
        let tilted = terms.tilted(lens.tilt, cash);
        let turns = self.turns(side, &tilted);
        self.strips.push(Strip { side, line, tilted, turns });
        let strip = self.strips.len() - 1;
        let last = if asset.sides[side].sign < 0 { last.min(self.largest_sale / asset.lot) } else { last };
        if first <= last && self.range_floor(strip, first, last) <= self.limit {
            open(self, strip, first, last);
        }
    }

    /// Lists the orders of a range, or the range itself if enough are listed.
    fn list(&mut self, strip: usize, first: i128, last: i128) {
        if self.pieces.len() >= self.most {
            self.push_range(strip, first, last);
        } else if last - first < LEAF {
            for lots in first..=last {
                self.push_order(strip, lots);
            }
        } else if self.range_floor(strip, first, last) <= self.limit {
            let middle = first + (last - first) / 2;
            self.list(strip, first, middle);
            self.list(strip, middle + 1, last);
        }
    }

    /// Squares are least where a unit of value costs as much as its cash is worth; sums turn at the edges.
    fn turns(&self, side: usize, tilted: &Tilted) -> [i128; 3] {
        let (asset, rate) = (self.asset, self.lens.rate);
        let terms = &asset.sides[side];
        let lowered = |value: i128, rate: i128| {
            let run = 2 * tilted.lots.max(1) * asset.wide_unit;
            let rise = if tilted.lots == 0 { 0 } else { terms.sign * tilted.rise };
            let shift = Wide::product(rate, rise).div_floor(run).clamp(-FARTHEST, FARTHEST);
            asset.lots_before(terms.sign, value - shift)
        };
        let [low, high] = match self.space.violation {
            Violation::Squares if rate.violation != 0 => {
                [asset.low, asset.high].map(|edge| lowered(edge, rate.violation))
            }
            _ => terms.edges,
        };
        [low, high, lowered(asset.target, rate.main)]
    }

    /// One order of a line.
    fn push_order(&mut self, strip: usize, lots: i128) {
        let Strip { side, line, .. } = self.strips[strip];
        let point = self.space.point(self.asset, self.asset.trade(&self.asset.sides[side], lots));
        if !self.space.lines[line].holds(lots, &point) {
            self.space.bent.set(true);
        }
        self.push_point(point);
    }

    fn push_point(&mut self, point: Point) {
        let score = self.lens.reduce(&point);
        if !self.only_best {
            self.push(score, (true, point.trade), Piece::Single(point));
        } else if score < self.limit || score == self.limit && self.best.is_none_or(|best| point.trade < best.trade) {
            (self.limit, self.best) = (score, Some(point));
        }
    }

    fn push_range(&mut self, strip: usize, first: i128, last: i128) {
        if first <= last {
            let floor = self.range_floor(strip, first, last);
            self.push(floor, (false, first), Piece::Range { strip, first, last });
        }
    }

    fn push(&mut self, floor: Score, order: (bool, i128), piece: Piece) {
        if floor <= self.limit {
            self.heap.push(Entry { floor, order, piece: self.pieces.len() });
            self.pieces.push(piece);
        }
    }

    /// Opens a range.
    fn open(&mut self, strip: usize, first: i128, last: i128) {
        if last - first < SINGLES {
            for lots in first..=last {
                self.push_order(strip, lots);
            }
            return;
        }
        self.split(strip, first, last);
    }

    /// Splits a range where the score may turn, or near the better end.
    fn split(&mut self, strip: usize, first: i128, last: i128) {
        let Strip { turns: [low, high, turn], .. } = self.strips[strip];
        let inside = |mark: i128| first <= mark && mark < last;
        if inside(turn) {
            self.push_order(strip, turn);
            self.push_order(strip, turn + 1);
            self.push_range(strip, first, turn - 1);
            self.push_range(strip, turn + 2, last);
        } else if let Some(mark) = [low, high].into_iter().find(|&mark| inside(mark)) {
            self.push_range(strip, first, mark);
            self.push_range(strip, mark + 1, last);
        } else if last - first < SINGLES {
            self.push_range(strip, first, last);
        } else {
            let part = (last - first) / 4;
            if self.range_floor(strip, first, first) <= self.range_floor(strip, last, last) {
                self.push_order(strip, first);
                self.push_range(strip, first + 1, first + part);
                self.push_range(strip, first + part + 1, last);
            } else {
                self.push_order(strip, last);
                self.push_range(strip, last - part, last - 1);
                self.push_range(strip, first, last - part - 1);
            }
        }
    }

    /// No order in the range scores less than this, at any level.
    fn range_floor(&self, strip: usize, first: i128, last: i128) -> Score {
        let (asset, strip) = (self.asset, &self.strips[strip]);
        Score {
            violation: self.least_violation(strip, first, last),
            main: self.least_main(strip, first, last),
            cost: self.space.lines[strip.line].least_cost(first, last),
            orders: 1,
            turnover: asset.unit * first,
        }
    }

    /// The least that the cash of an order costs at some price.
    fn charge(rate: i128, tilted: &Tilted, lots: i128) -> Wide {
        let line = tilted.at(lots);
        if rate < 0 { Wide::product(rate, line + tilted.over + 1) } else { Wide::product(rate, line) }
    }

    /// The least of the first level: it is at an end or beside a turn.
    fn least_violation(&self, strip: &Strip, first: i128, last: i128) -> Wide {
        let (asset, rate) = (self.asset, self.lens.rate.violation);
        let sign = asset.sides[strip.side].sign;
        let value = |lots: i128| asset.worth + sign * asset.wide_unit * lots;
        if rate == 0 && (!self.lens.violation || asset.meets_band(value(first), value(last))) {
            return Wide::ZERO;
        }
        let at = |lots: i128| {
            let own = if self.lens.violation { self.space.violation(asset, value(lots)) } else { Wide::ZERO };
            if rate == 0 { own } else { own + Self::charge(rate, &strip.tilted, lots) }
        };
        let [low, high, _] = strip.turns;
        let inside = [first, last, low, low + 1, high, high + 1];
        let inside = inside.into_iter().map(|lots| at(lots.clamp(first, last)));
        inside.min().unwrap_or(Wide::ZERO)
    }

    /// The least of the second level: it is beside its turn, or at an end.
    fn least_main(&self, strip: &Strip, first: i128, last: i128) -> Wide {
        let (asset, rate) = (self.asset, self.lens.rate.main);
        let sign = asset.sides[strip.side].sign;
        let at = |lots: i128| {
            let charge = if rate == 0 { Wide::ZERO } else { Self::charge(rate, &strip.tilted, lots) };
            if !self.lens.main {
                return charge;
            }
            let value = asset.worth + sign * asset.wide_unit * lots;
            self.space.main(asset, value, asset.unit * lots) + charge
        };
        if self.lens.main && self.space.goal == Goal::Squares {
            let turn = strip.turns[2];
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
