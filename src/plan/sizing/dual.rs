//! The price of cash: the multiplier of the one row that ties the assets together.
//!
//! With a price on cash every asset answers for itself, and the sum of the best answers, less the price
//! of the cash there is, is a bound on every choice that keeps the reserve. The bound is a concave function
//! of the price, level by level, so it is climbed by cutting between two prices: one at which the assets
//! together take too much cash, and one at which they do not.

use super::Violation;
use super::asset::{Goal, Lens, Point, Space};
use super::frontier::Frontier;
use super::left;
use super::levy::{Terms, Tilt};
use super::score::{FINE, RATE_CAP, Rate, Score};
use super::wide::Wide;

/// How often the bracket around the best price is cut at most.
const CUTS: usize = 48;

/// The row: the cash that is taken, times the sign, is at most `limit`, times the sign.
///
/// A sign of one keeps the reserve. A sign of minus one keeps sales from raising too much. Cash is counted by the
/// tilt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) sign: i128,
    pub(super) limit: i128,
    pub(super) tilt: Tilt,
    /// Whether cash that is left counts, so that its price may be below zero: the row is an equality then. The sign is
    /// minus one, though what an order uses of the slack is counted as with a sign of one.
    pub(super) spare: bool,
}

impl Row {
    /// The row that keeps the reserve, with the levy tilted by a step from none to [`Terms::FULL`].
    pub(super) fn reserve(space: &Space<'_>, available: i128, step: i128) -> Row {
        let tilt = space.tilt(step);
        let allowed = space.levy.map_or(0, |levy| tilt.slope * levy.allowance);
        Row { sign: 1, limit: tilt.fine * available + allowed, tilt, spare: false }
    }

    /// By how much a sum of outflows breaks the row; zero or less if it does not.
    pub(super) fn excess(&self, outflow: i128) -> i128 {
        self.sign * (outflow - self.limit)
    }

    /// The cash left of the row by a sum of outflows.
    pub(super) fn slack(&self, outflow: i128) -> i128 {
        if self.spare { self.limit - outflow } else { -self.excess(outflow) }
    }

    /// The direction in which taking cash uses the slack.
    pub(super) fn direction(&self) -> i128 {
        if self.spare { 1 } else { self.sign }
    }

    /// A price of cash: above zero where the row keeps cash in, below where it keeps cash out.
    fn signed(&self, rate: Rate) -> Rate {
        if self.sign < 0 { rate.negated() } else { rate }
    }
}

/// The best trades of all assets, each for itself, through one lens.
#[derive(Clone, Debug)]
pub(super) struct Response {
    pub(super) points: Vec<Point>,
    /// The cash they take, counted by the tilt of the lens.
    pub(super) outflow: i128,
    pub(super) gain: i128,
    /// The sum of what they score through the lens.
    pub(super) reduced: Score,
    /// How much less the sum may be, where some have too many trades to look at.
    pub(super) short: Score,
}

impl Response {
    /// No choice scores less through the lens.
    pub(super) fn least(&self) -> Score {
        self.reduced - self.short
    }
}

/// A price of cash, its bound, and answers from both sides of it.
pub(super) struct Dual {
    pub(super) row: Row,
    /// The price of slack, zero or more unless cash that is left counts.
    pub(super) rate: Rate,
    /// What of the bound is for cash that is left.
    pub(super) spared: Wide,
    /// The lens of that price.
    pub(super) lens: Lens,
    pub(super) response: Response,
    /// No choice that keeps the row scores less.
    pub(super) bound: Score,
    /// The answers at the ends of the last bracket.
    pub(super) ends: Vec<Response>,
}

/// Asks every asset for its best trade.
pub(super) fn respond(space: &Space<'_>, lens: Lens) -> Response {
    let mut response = Response {
        points: Vec::with_capacity(space.assets.len()),
        outflow: 0,
        gain: 0,
        reduced: Score::default(),
        short: Score::default(),
    };
    Frontier::best_of_all(space, lens, |score, point, short| {
        response.short += short;
        response.outflow += lens.tilt.of(point.outflow, point.gain);
        response.gain += point.gain;
        response.reduced += score;
        response.points.push(point);
    });
    response
}

/// Finds the price of cash with the best bound for the row that keeps the reserve, and the step of the levy.
pub(super) fn keep_reserve(space: &Space<'_>, available: i128, least_step: i128) -> Dual {
    let ask = |step| solve(space, Row::reserve(space, available, step), least_step);
    let Some(levy) = space.levy else {
        return ask(0);
    };
    let over = |dual: &Dual| dual.response.gain > levy.allowance;
    let (mut low, mut best) = (0, ask(0));
    if !over(&best) {
        return best;
    }
    let full = ask(Terms::FULL);
    let mut high = Terms::FULL;
    let done = full.response.gain >= levy.allowance;
    if full.bound > best.bound {
        best = full;
    }
    while !done && high - low > 1 {
        let middle = (low + high) / 2;
        let next = ask(middle);
        if over(&next) {
            low = middle;
        } else {
            high = middle;
        }
        if next.bound > best.bound {
            best = next;
        }
    }
    best
}

/// The price of cash where cash that is left counts, if it is below zero.
///
/// The levy must then not be taken for more than it is. So the choices are parted: those whose gains are within the
/// allowance pay none, and those whose gains are not pay as if all were taxed in full, and no more than a unit above.
pub(super) fn spend_spare(space: &Space<'_>, available: i128) -> Vec<Dual> {
    let ask = |step: i128| {
        let reserve = Row::reserve(space, available, step);
        let mut dual = solve(space, Row { sign: -1, spare: true, ..reserve }, i128::MIN);
        if let Some(levy) = space.levy.filter(|_| step > 0) {
            let rounding = Wide::product(dual.rate.main.min(0), reserve.tilt.fine * levy.unit);
            dual.bound.main += rounding;
            dual.spared += rounding;
        }
        dual
    };
    if space.levy.is_some() { vec![ask(0), ask(Terms::FULL)] } else { vec![ask(0)] }
}

/// The bound at a price of cash, for a row where cash that is left does not count.
pub(super) fn bound_at(space: &Space<'_>, row: Row, rate: Rate, least_step: i128) -> Score {
    let lens = Lens::priced(row.signed(rate), row.tilt, least_step);
    respond(space, lens).least() - lens.rate.of(row.limit)
}

/// Finds the price of cash with the best bound.
pub(super) fn solve(space: &Space<'_>, row: Row, least_step: i128) -> Dual {
    let mut climb = Climb { space, row, least_step, fixed: Rate::default(), level: Level::Violation };
    if row.spare {
        // A price below zero at the first level would be no bound at all: cash that is left has none there.
        climb.level = Level::Main;
    }
    let start = climb.ask(0);
    if start.excess <= 0 {
        return climb.finish(start, Vec::new());
    }
    if row.spare {
        let (best, ends) = climb.run(start);
        return climb.finish(best, ends);
    }
    let (mut best, mut ends) = (start, Vec::new());
    if !climb.second_level_suffices() {
        (best, ends) = climb.run(best);
        climb.fixed.violation = best.price;
    }
    climb.level = Level::Main;
    best = climb.visit(0, best.response);
    if best.excess <= 0 || (climb.fixed != Rate::default() && !climb.second_level_suffices()) {
        return climb.finish(best, ends);
    }
    let (best, more) = climb.run(best);
    ends.extend(more);
    climb.finish(best, ends)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Violation,
    Main,
}

/// A climb of one level of the bound.
struct Climb<'a> {
    space: &'a Space<'a>,
    row: Row,
    least_step: i128,
    /// The price at the levels that do not move.
    fixed: Rate,
    level: Level,
}

/// A price that was tried.
#[derive(Clone)]
struct Visit {
    price: i128,
    /// The bound at this level, and its slope: how much too much cash is taken.
    value: Wide,
    excess: i128,
    bound: Score,
    response: Response,
}

impl Climb<'_> {
    /// The price in the direction of the row.
    fn rate(&self, price: i128) -> Rate {
        match self.level {
            Level::Violation => Rate { violation: price, ..self.fixed },
            Level::Main => Rate { main: price, ..self.fixed },
        }
    }

    fn lens(&self, price: i128) -> Lens {
        Lens::priced(self.row.signed(self.rate(price)), self.row.tilt, self.least_step)
    }

    fn ask(&self, price: i128) -> Visit {
        self.visit(price, respond(self.space, self.lens(price)))
    }

    fn visit(&self, price: i128, response: Response) -> Visit {
        let mut bound = response.least() - self.lens(price).rate.of(self.row.limit);
        let mut excess = self.row.excess(response.outflow);
        if self.row.spare {
            let (left, spared) = self.spared(price);
            bound.main += spared;
            excess -= left * self.row.tilt.fine;
        }
        Visit {
            price,
            value: match self.level {
                Level::Violation => bound.violation,
                Level::Main => bound.main,
            },
            excess,
            bound,
            response,
        }
    }

    fn finish(&self, best: Visit, ends: Vec<Response>) -> Dual {
        Dual {
            row: self.row,
            rate: if self.row.spare { self.rate(best.price).negated() } else { self.rate(best.price) },
            spared: if self.row.spare { self.spared(best.price).1 } else { Wide::ZERO },
            lens: self.lens(best.price),
            response: best.response,
            bound: best.bound,
            ends,
        }
    }

    /// How much cash is best left where each part of it is worth `price`, and what that scores.
    fn spared(&self, price: i128) -> (i128, Wide) {
        left::cheapest(self.space.scale, self.row.tilt.fine, price)
    }

    /// Whether a price at the second level alone, however high, keeps the row.
    fn second_level_suffices(&self) -> bool {
        let rate = Rate { main: 1, ..self.fixed };
        let mut lens = Lens::priced(self.row.signed(rate), self.row.tilt, self.least_step);
        lens.main = false;
        self.row.excess(respond(self.space, lens).outflow) <= 0
    }

    /// Climbs from a price at which too much cash is taken.
    fn run(&self, low: Visit) -> (Visit, Vec<Response>) {
        let (mut low, mut best) = (low.clone(), low);
        let Some(mut high) = self.bracket(&mut low, &mut best) else {
            return (best, vec![low.response]);
        };
        for cut in 0..CUTS {
            let width = high.price - low.price;
            if width <= 1 || high.excess == 0 {
                break;
            }
            let even = cut % 2 == 0;
            let step = if even { chord(&low, &high) } else { tangents(&low, &high) };
            let step = step.clamp(1, width - 1);
            let next = self.ask(low.price + step);
            let touches = |end: &Visit, run: i128| end.value + Wide::product(end.excess, run);
            // Sums of money are whole: a thousandth of a unit more is nothing to look for.
            let enough = next.value + Wide::from((self.space.main_parts() - 1) >> 10);
            let done = !even && enough >= touches(&low, step).min(touches(&high, step - width));
            if next.value > best.value {
                best = next.clone();
            }
            if next.excess > 0 {
                low = next;
            } else {
                high = next;
            }
            if done {
                break;
            }
        }
        if high.value > best.value {
            best = high.clone();
        }
        (best, vec![low.response, high.response])
    }

    /// Raises the price until not too much cash is taken.
    fn bracket(&self, low: &mut Visit, best: &mut Visit) -> Option<Visit> {
        let mut price = self.guess(low.excess).clamp(1, RATE_CAP);
        loop {
            let next = self.ask(price);
            if next.value > best.value {
                *best = next.clone();
            }
            if next.excess <= 0 {
                return Some(next);
            }
            // Twice as far as the excess should last if it goes on falling as it did.
            let run = Wide::product(price - low.price, next.excess);
            let ahead = run.div_floor((low.excess - next.excess).max(1)).min(price);
            *low = next;
            if price >= RATE_CAP {
                return None;
            }
            price = price.saturating_add((2 * ahead).max(price / 64).max(1)).min(RATE_CAP);
        }
    }

    /// A first price: what would be right if all assets gave way alike.
    fn guess(&self, excess: i128) -> i128 {
        let scale = self.space.scale;
        match (self.level, self.space.violation, self.space.goal) {
            (Level::Violation, Violation::Amount, _) => scale * FINE,
            (Level::Main, _, Goal::Turnover) => FINE,
            _ => (excess / self.row.tilt.fine.pow(2) / self.space.assets.len().max(1) as i128)
                .saturating_mul(scale)
                .saturating_mul(scale)
                .saturating_mul(2),
        }
    }
}

/// Where the excess would be zero if it fell evenly.
fn chord(low: &Visit, high: &Visit) -> i128 {
    let width = high.price - low.price;
    Wide::product(width, low.excess).div_floor(low.excess - high.excess)
}

/// Where the tangents of both ends meet.
fn tangents(low: &Visit, high: &Visit) -> i128 {
    let width = high.price - low.price;
    let rise = high.value - low.value - Wide::product(high.excess, width);
    rise.div_floor(low.excess - high.excess)
}
