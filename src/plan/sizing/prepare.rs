//! From a question to a space: checks that every number makes sense and that no sum or square can overflow.

use std::cell::Cell;

use super::asset::{Asset, Goal, Point, Side, Space};
use super::levy::Terms;
use super::{Destination, Direction, Leg, Problem, SizingError};

/// All money, times the scale and the number of assets, times eight, stays below this.
///
/// Then squares stay below 2^200, their sums below 2^220, and products of cash with its price below 2^250.
const LIMIT: i128 = 1 << 100;

/// All money, times the scale and the number of assets, times eight, stays below this where numbers are narrow.
const NARROW: i128 = 1 << 58;

/// The largest denominator a levy may have.
const FINEST: i128 = 1 << 40;

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
    let levy = levy(problem)?;
    let parts = levy.map_or(1, |levy| levy.fine());
    let size = wealth.checked_mul(scale).and_then(|size| size.checked_mul(8 * count)?.checked_mul(parts));
    if size.is_none_or(|size| size > LIMIT) {
        return Err(SizingError::TooLarge);
    }
    let legs = problem.legs.iter().enumerate();
    let budget = budget(problem);
    let assets = legs.map(|(index, leg)| asset(problem, index, leg, scale, wealth, budget)).collect();
    let mut space = Space {
        assets,
        goal: match problem.destination {
            Destination::Target => Goal::Squares,
            Destination::BandEdge | Destination::HalfBand => Goal::Turnover,
        },
        violation: problem.violation,
        scale,
        narrow: size.is_some_and(|size| size < NARROW),
        deploy: problem.deploy_cash && problem.destination == Destination::Target,
        available: problem.cash - problem.reserve,
        covering: problem.direction == Direction::SellOnly,
        cost: problem.cost,
        cost_cap: wealth * 8,
        levy,
        gain_cap: wealth * 8,
        lines: Vec::new(),
        fault: Cell::new(None),
        bent: Cell::new(false),
    };
    if problem.shape.as_ref().is_some_and(|shape| !(0..=wealth).contains(&shape.rounding)) {
        return invalid(None, "the rounding of costs must be zero or more, and not more than all there is");
    }
    match space.lay_lines(problem.shape.as_ref()) {
        Ok(()) => Ok(space),
        Err(leg) => invalid(Some(leg), "for so many orders it must be known where costs and gains turn"),
    }
}

/// The terms of the levy, if any sale may ever have to pay it.
fn levy<'a>(problem: &Problem<'a>) -> Result<Option<Terms<'a>>, SizingError> {
    let Some(levy) = problem.levy else {
        return Ok(None);
    };
    let reason = if levy.allowance < 0 {
        "the allowance must be zero or more"
    } else if levy.rate.0 < 0 || levy.rate.1 < levy.rate.0.max(1) {
        "the rate of the levy must be between zero and one"
    } else if levy.unit < 1 {
        "the levy must be rounded to a unit of one or more"
    } else {
        let shared = common(levy.rate.0, levy.rate.1);
        let rate = (levy.rate.0 / shared, levy.rate.1 / shared);
        if rate.1 > FINEST {
            return Err(SizingError::TooLarge);
        }
        let never = rate.0 == 0 || problem.direction == Direction::BuyOnly;
        return Ok((!never).then_some(Terms { allowance: levy.allowance, rate, unit: levy.unit, gain: levy.gain }));
    };
    invalid(None, reason)
}

/// The greatest common divisor.
pub(super) fn common(a: i128, b: i128) -> i128 {
    if b == 0 { a } else { common(b, a % b) }
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
    let (allowance, unit) = problem.levy.map_or((0, 0), |levy| (levy.allowance, levy.unit));
    for part in [problem.cash, problem.reserve, problem.total, allowance, unit] {
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
    let none = |sign: i128| Side { sign, first: 1, last: 0, edges: [0; 2], lines: [0; 2] };
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
        reach: unit,
        exit: false,
        still: Point::default(),
        exited: None,
    };
    if !leg.frozen {
        asset.open(problem.direction, problem.min_trade, budget);
    }
    asset
}
