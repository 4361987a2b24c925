//! Sizing: how many shares of each asset to hold, proven best.
//!
//! Integers in, integers out: prices, holdings, bands and costs go in; the number of shares of each asset comes
//! out, with a bound that no other choice can beat. Never in this room: a float, a clock, randomness, the
//! order of a hash, a file, or a word about configs, currencies or brokers. The caller scales decimals to one
//! unit of money and one denominator of weights, and gives costs and taxes as a function of each order.
//!
//! # What is best
//!
//! A choice is feasible if every order is of whole lots (a full exit may sell an odd rest), is allowed by the
//! direction, trades nothing frozen, is a full exit or no smaller than the smallest order, and if the cash
//! after all orders and costs is at least the reserve. Of all feasible choices the best has, in this order,
//!
//! 1. the least [`Violation`] of the bands,
//! 2. the least sum of squared deviations from the targets, or the least turnover ([`Destination`]),
//! 3. the least cost, 4. the fewest orders, 5. the least turnover,
//! 6. the smallest vector of trades: signed shares, in the order of legs, the first difference decides.
//!
//! The first five levels are one number, a `score::Score`, that adds level by level and compares first level
//! first. No level is weighted against another, so nothing is lost between them.
//!
//! The levy is part of the cash that orders take, and of the costs of the third level.
//!
//! # How it is proven
//!
//! Only the cash ties the assets together, and the levy, which is bounded by a share of the gains of each (`levy`).
//! With a price on cash (`dual`) every asset answers alone, and the
//! sum of the answers is a bound for any price, level by level. Each other trade of an asset costs so much
//! more than its answer, its reduced score. The best choice scores the bound, plus the reduced scores of its
//! trades, plus the price of the cash it leaves. So once some good choice is known (`repair`), only trades
//! whose reduced score is within the gap between that choice and the bound can be part of a better one; they
//! are found by bounds on ranges of orders (`frontier`), never by listing all. What is left (`classes`) is
//! searched (`search`): quickly at first, and where that is cut short thoroughly, with a bound by prices of cash for
//! whatever assets are still to come (`suffix`), so that a partial choice is left as soon as nothing good can come of it.
//! Where turnover is all that counts, `sums` searches in its own way. A search that ends has proven its answer; one that
//! meets its limit, which counts states and knows no clock, gives the best it has seen and a bound that is still true.

mod asset;
#[cfg(test)]
mod both;
mod bounds;
mod classes;
mod cover;
mod dual;
mod frontier;
mod left;
mod levy;
mod line;
mod prepare;
mod quick;
mod raise;
mod ranges;
mod repair;
mod score;
mod search;
mod solve;
mod suffix;
mod sums;
mod wide;

use std::fmt;

use asset::Space;
use score::Score;
use solve::Solved;

pub use wide::Wide;

/// One asset. The order of legs is the order of codes: the last tie is broken by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Money per share, above zero.
    pub price: i128,
    /// Shares held now, zero or more.
    pub held: i128,
    /// Orders are a multiple of this many shares (one or more); a full exit may also sell an odd rest.
    pub lot: i128,
    /// The wanted weight, over [`Problem::denominator`].
    pub target: i128,
    /// The lower edge of the band, over [`Problem::denominator`].
    pub min: i128,
    /// The upper edge of the band, over [`Problem::denominator`].
    pub max: i128,
    /// Whether the asset must not be traded now.
    pub frozen: bool,
}

/// Which sides of the market may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Buy and sell.
    Both,
    /// Buy only: a deposit.
    BuyOnly,
    /// Sell only what must be sold to reach the reserve: a withdrawal. Nothing if the reserve is kept as it is;
    /// otherwise no sale is made for which the next smaller one (or none) would do. Of the choices that are so
    /// tight, the best by all levels is taken, so what is most above its target is sold first.
    SellOnly,
    /// Sell, and as much as one likes: what is compared with, where nobody knows beforehand how much must be sold.
    SellFreely,
}

/// How what lies outside the bands is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Violation {
    /// As the sum of the amounts. Where the bands cannot all be reached, it is all one which asset comes how
    /// near, so the answer is decided by the last unit of cash, and is often too hard to prove.
    Amount,
    /// As the sum of the squares of the amounts: what is furthest outside comes back first.
    Squares,
}

/// Where a rebalance goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// As near to the targets as whole shares go.
    Target,
    /// Just inside the bands, with as little turnover as possible. Sums of prices are often equal to the last unit, so
    /// where cash must be raised they are searched in a way of their own (`sums`).
    BandEdge,
    /// The same for bands half as wide: each edge is half way between the edge and the target. The first level
    /// counts these bands too.
    HalfBand,
}

/// A question for the solver. Money is in one unit, weights are over one denominator.
pub struct Problem<'a> {
    /// The assets, in the order of codes.
    pub legs: Vec<Leg>,
    /// What weights are over, one or more.
    pub denominator: i128,
    /// What weights are of: positions, cash and cash flow together.
    pub total: i128,
    /// Cash before orders, cash flow included; below zero for a withdrawal of more than there is.
    pub cash: i128,
    /// The cash that must be left after all orders and their costs.
    pub reserve: i128,
    /// The smallest order, in money, inclusive. A full exit may be smaller.
    pub min_trade: i128,
    /// Which sides of the market may be used.
    pub direction: Direction,
    /// How what lies outside the bands is counted.
    pub violation: Violation,
    /// Where the rebalance goes.
    pub destination: Destination,
    /// Cost and tax of an order: (leg, signed shares, bought above zero) to money, zero or more; zero for zero.
    ///
    /// Taxes on the gains of several legs together are not part of it; they are the `levy`.
    pub cost: &'a dyn Fn(usize, i128) -> i128,
    /// What is known of costs and gains between one order and another.
    ///
    /// Where nothing is, nothing is assumed, and every order is looked at; more than 4,096 orders of one leg on one
    /// side are then refused. An answer for which an order was looked at that does not keep to it is never proven.
    pub shape: Option<Shape>,
    /// A tax on the gains of several legs together.
    pub levy: Option<Levy<'a>>,
    /// Whether cash above the reserve counts at the second level, as an asset of target zero: the square of what is
    /// left times the scale is added. Where the second level is turnover it has no meaning, and does nothing.
    pub deploy_cash: bool,
}

/// What is known of costs and of gains: between two turns they are straight lines, but for rounding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shape {
    /// For every leg, the orders (signed shares, in any order) at which a line ends and another begins: lots bought at
    /// another price, the order from which a least commission is exceeded or a gain becomes a loss. For a turn between
    /// two orders either may be given. Zero is always one, and a fixed part of a cost may begin there. Legs beyond the
    /// end of the list have no turns.
    pub turns: Vec<Vec<i128>>,
    /// How far a cost or a gain may be from its line, in money.
    pub rounding: i128,
}

/// A tax on the sum of the gains of several legs above an allowance.
#[derive(Clone, Copy)]
pub struct Levy<'a> {
    /// What is free, in money, zero or more.
    pub allowance: i128,
    /// The numerator and the denominator of the rate, from zero to one.
    pub rate: (i128, i128),
    /// The tax is rounded up to a multiple of this, in money, one or more.
    pub unit: i128,
    /// Gain of an order: (leg, signed shares) to money, below zero for a loss. It is asked for sales only, and is zero
    /// for legs that are not concerned.
    pub gain: &'a dyn Fn(usize, i128) -> i128,
}

/// An answer of the solver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sizing {
    /// Shares to hold after the orders, in the order of legs.
    pub shares: Vec<i128>,
    /// Cash after all orders and their costs.
    pub cash_after: i128,
    /// The sum of costs and taxes of all orders, the levy included.
    pub cost: i128,
    /// The levy, rounded up.
    pub levy: i128,
    /// The number of orders.
    pub orders: usize,
    /// The sum of the amounts of all orders, bought and sold.
    pub turnover: i128,
    /// What money is multiplied by below: the denominator of weights, twice that for [`Destination::HalfBand`].
    pub scale: i128,
    /// The amount of money outside the bands, times the scale, however it is counted.
    pub outside: i128,
    /// The first level: that amount, or the sum of the squares of its parts.
    pub violation: Wide,
    /// No choice has a smaller violation than this.
    pub violation_bound: Wide,
    /// The second level: the squares of the deviations times the scale, or turnover (which is not scaled).
    pub objective: Wide,
    /// What of the objective is for cash above the reserve, where that counts.
    pub spare: Option<Wide>,
    /// No choice with as small a violation has a smaller objective than this. Zero where a smaller violation may be possible.
    pub bound: Wide,
    /// Whether no other choice is better at any level. False only where the search was cut short.
    pub proven: bool,
    /// How many partial choices the search looked at.
    pub nodes: usize,
}

impl Sizing {
    /// Takes the bounds of both levels. The one of the second is of choices at the first, so that it says nothing of this one
    /// where that is not reached.
    pub fn bound_by(&mut self, violation: Wide, objective: Wide) {
        self.violation_bound = violation;
        self.bound = if violation < self.violation { Wide::ZERO } else { objective };
    }

    /// Counts so much cash above the reserve at the second level, where cash counts, in the place of what the solver took
    /// it for.
    pub fn leave(&mut self, above: i128) {
        if let Some(spare) = &mut self.spare {
            let counted = Wide::square(self.scale * above);
            self.objective += counted - *spare;
            *spare = counted;
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SizingError {
    /// Even the orders that raise the most cash leave this much less than the reserve.
    Infeasible {
        /// How much cash is missing at least.
        shortfall: i128,
    },
    /// A number of the question makes no sense.
    Invalid {
        /// The leg it belongs to, if any.
        leg: Option<usize>,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The numbers are so large that squares of them might not fit.
    TooLarge,
}

impl fmt::Display for SizingError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SizingError::Infeasible { shortfall } => {
                write!(out, "no orders reach the cash reserve: {shortfall} is missing")
            }
            SizingError::Invalid { leg: Some(leg), reason } => write!(out, "asset {leg}: {reason}"),
            SizingError::Invalid { leg: None, reason } => write!(out, "{reason}"),
            SizingError::TooLarge => write!(out, "the numbers are too large to be sized exactly"),
        }
    }
}

impl std::error::Error for SizingError {}

/// Finds the best number of shares of each leg.
///
/// # Errors
///
/// See [`SizingError`].
pub fn size(problem: &Problem<'_>) -> Result<Sizing, SizingError> {
    size_from(problem, None)
}

/// The same from a good answer that is known already, as shares to hold: the better it is, the less is searched. What cannot
/// be held, or paid for, is no answer and is not looked at.
///
/// # Errors
///
/// See [`SizingError`].
pub fn size_from(problem: &Problem<'_>, known: Option<&[i128]>) -> Result<Sizing, SizingError> {
    let space = prepare::prepare(problem)?;
    let known = known.and_then(|shares| space.choice_of(shares));
    let solved = solve::solve(&space, problem.cash - problem.reserve, known);
    if let Some((leg, reason)) = space.fault.get() {
        return Err(SizingError::Invalid { leg: Some(leg), reason });
    }
    Ok(report(problem, &space, solved?))
}

fn report(problem: &Problem<'_>, space: &Space<'_>, solved: Solved) -> Sizing {
    let score = solved.choice.score;
    // Where costs or gains were seen not to keep to their lines, what was made from the lines says nothing.
    let bent = space.bent.get();
    let (violation_bound, bound) = if bent { (Wide::ZERO, Wide::ZERO) } else { lower(space, solved.bound) };
    let points = solved.choice.points.iter();
    let shares = problem.legs.iter().zip(points).map(|(leg, point)| leg.held + point.trade);
    let mut sizing = Sizing {
        shares: shares.collect(),
        cash_after: problem.cash - solved.choice.outflow,
        cost: score.cost,
        levy: solved.choice.levy,
        orders: solved.choice.points.iter().filter(|point| point.trade != 0).count(),
        turnover: score.turnover,
        scale: space.scale,
        outside: space.outside(&solved.choice.points),
        violation: whole(score.violation, space.violation_parts()).0,
        violation_bound: Wide::ZERO,
        objective: whole(score.main, space.main_parts()).0,
        spare: space.deploy.then(|| space.spare(problem.cash - problem.reserve - solved.choice.outflow)),
        bound: Wide::ZERO,
        proven: solved.proven && !bent,
        nodes: solved.nodes,
    };
    sizing.bound_by(violation_bound, bound);
    sizing
}

/// The bound of both levels, in whole units. Where the first had to be rounded up, or is below what can be,
/// it says nothing of the second.
fn lower(space: &Space<'_>, bound: Score) -> (Wide, Wide) {
    let (violation, exact) = whole(bound.violation, space.violation_parts());
    let (objective, _) = whole(bound.main, space.main_parts());
    (violation, if exact { objective } else { Wide::ZERO })
}

/// A level in whole units, zero or more, rounded up; and whether it was such a number. It is told in `parts`.
fn whole(level: Wide, parts: i128) -> (Wide, bool) {
    if level.is_negative() {
        (Wide::ZERO, false)
    } else if parts > 1 {
        let units = (level + Wide::from(parts - 1)).div_floor(parts);
        (Wide::from(units), Wide::product(units, parts) == level)
    } else {
        (level, true)
    }
}
