//! From a question to a space: checks that every number makes sense and that no sum or square can overflow.

use std::cell::Cell;

use super::asset::{Asset, Goal, Side, Space};
use super::{Destination, Direction, Leg, Problem, SizingError};

/// All money, times the scale and the number of assets, times eight, stays below this.
///
/// Then squares stay below 2^200, their sums below 2^220, and products of cash with its price below 2^250.
const LIMIT: i128 = 1 << 100;

/// Checks a question and works out everything that does not change while it is answered.
pub(super) fn prepare<'a>(problem: &Problem<'a>) -> Result<Space<'a>, SizingError> {
    if problem.denominator < 1 {
        return invalid(None, "the denominator of weights must be one or more");
    }
    let narrower = i128::from(problem.destination == Destination::HalfBand) + 1;
    let scale = problem.denominator.checked_mul(narrower).ok_or(SizingError::TooLarge)?;
    for (index, leg) in problem.legs.iter().enumerate() {
        check(index, leg, problem.denominator)?;
    }
    let wealth = wealth(problem).ok_or(SizingError::TooLarge)?;
    let count = problem.legs.len().max(1) as i128;
    let size = wealth.checked_mul(scale).and_then(|size| size.checked_mul(8 * count));
    if size.is_none_or(|size| size > LIMIT) {
        return Err(SizingError::TooLarge);
    }
    let legs = problem.legs.iter().enumerate();
    let budget = budget(problem);
    let assets = legs.map(|(index, leg)| asset(problem, index, leg, scale, wealth, budget)).collect();
    Ok(Space {
        assets,
        goal: match problem.destination {
            Destination::Target => Goal::Squares,
            Destination::BandEdge | Destination::HalfBand => Goal::Turnover,
        },
        violation: problem.violation,
        scale,
        covering: problem.direction == Direction::SellOnly,
        cost: problem.cost,
        cost_cap: wealth * 8,
        fault: Cell::new(None),
    })
}

fn invalid<T>(leg: Option<usize>, reason: &'static str) -> Result<T, SizingError> {
    Err(SizingError::Invalid { leg, reason })
}

fn check(index: usize, leg: &Leg, denominator: i128) -> Result<(), SizingError> {
    let weight = 0..=denominator;
    let reason = if leg.price < 1 {
        "the price must be above zero"
    } else if leg.held < 0 {
        "the shares held must be zero or more"
    } else if leg.lot < 1 {
        "the lot must be one share or more"
    } else if ![leg.target, leg.min, leg.max].iter().all(|part| weight.contains(part)) {
        "the target and the band must be between zero and the whole"
    } else {
        return Ok(());
    };
    invalid(Some(index), reason)
}

/// More money than any sum in the question comes to, or none if it does not fit.
fn wealth(problem: &Problem<'_>) -> Option<i128> {
    let mut wealth = 1_i128;
    for part in [problem.cash, problem.reserve, problem.total] {
        wealth = wealth.checked_add(part.checked_abs()?)?;
    }
    let mut dearest = 0;
    for leg in &problem.legs {
        wealth = wealth.checked_add(leg.price.checked_mul(leg.held)?)?;
        dearest = dearest.max(leg.price);
    }
    wealth.checked_add(dearest)
}

/// The most cash that orders could ever spend.
fn budget(problem: &Problem<'_>) -> i128 {
    let sold = problem.legs.iter().filter(|leg| !leg.frozen && problem.direction == Direction::Both);
    let raised: i128 = sold.map(|leg| leg.price * leg.held).sum();
    problem.cash + raised - problem.reserve
}

fn asset(problem: &Problem<'_>, index: usize, leg: &Leg, scale: i128, wealth: i128, budget: i128) -> Asset {
    let narrower = scale / problem.denominator;
    // The edge of a band half as wide is the middle between the edge and the target.
    let edge = |edge: i128| edge + (narrower - 1) * leg.target;
    // A lot that costs more than there is can be neither bought nor sold, whatever its exact price.
    let unit = leg.price.checked_mul(leg.lot).map_or(wealth, |unit| unit.min(wealth));
    let none = |sign: i128| Side { sign, first: 1, last: 0, edges: [0; 2] };
    let mut asset = Asset {
        leg: index,
        price: leg.price,
        held: leg.held,
        lot: leg.lot,
        unit,
        target: leg.target * narrower * problem.total,
        low: edge(leg.min) * problem.total,
        high: edge(leg.max) * problem.total,
        worth: scale * leg.price * leg.held,
        wide_unit: scale * unit,
        sides: [none(1), none(-1)],
        exit: false,
    };
    if !leg.frozen {
        asset.open(problem.direction, problem.min_trade, budget);
    }
    asset
}
