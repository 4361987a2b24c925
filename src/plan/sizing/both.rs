//! A quick search and a thorough one of the same question find the same, wherever both end.

use proptest::prelude::*;

use super::asset::Space;
use super::bounds::Cover;
use super::dual::{self, Dual};
use super::prepare::prepare;
use super::score::Rate;
use super::solve::{Choice, look};
use super::{Destination, Direction, Leg, Levy, Problem, Shape, Violation, cover, raise};

/// More states than any of these questions needs.
const ENOUGH: usize = 1 << 20;

#[derive(Clone, Debug)]
struct Question {
    legs: Vec<Leg>,
    /// Cash in percent of what is held.
    flow: i128,
    min_trade: i128,
    rate: i128,
    direction: Direction,
    violation: Violation,
    deploy: bool,
    /// What of the price each share has cost, in percent, and what is free.
    levy: Option<(i128, i128)>,
}

fn questions() -> impl Strategy<Value = Question> {
    let price = prop_oneof![1..20_i128, 50..500_i128, 2_000..20_000_i128];
    let legs = prop::collection::vec((price, 1..60_000_i128, 1..10_i128, 0..2_000_i128), 1..6);
    let legs = legs.prop_map(|parts| {
        let sum: i128 = parts.iter().map(|(_, _, part, _)| part).sum();
        let leg = |(price, worth, part, half): (i128, i128, i128, i128)| {
            let target = part * 10_000 / sum;
            let (min, max) = ((target - half).max(0), (target + half).min(10_000));
            Leg { price, held: worth / price, lot: 1, target, min, max, frozen: false }
        };
        parts.into_iter().map(leg).collect()
    });
    let direction = prop_oneof![Just(Direction::Both), Just(Direction::BuyOnly), Just(Direction::SellOnly)];
    let violation = prop_oneof![Just(Violation::Amount), Just(Violation::Squares)];
    let levy = prop::option::weighted(0.3, (40..120_i128, 0..4_000_i128));
    let terms = (direction, violation, prop::bool::weighted(0.3), levy);
    (legs, (-20..20_i128, 0..3_000_i128, 0..1_500_i128), terms).prop_map(
        |(legs, (flow, min_trade, rate), (direction, violation, deploy, levy))| Question {
            legs,
            flow,
            min_trade,
            rate,
            direction,
            violation,
            deploy,
            levy,
        },
    )
}

type Parts = Vec<(Dual, Option<Cover>)>;

/// The parts of the choices with a price of cash each, and a choice to begin with; none if there is nothing to search.
fn parts(space: &Space<'_>) -> Option<(Parts, Choice)> {
    let available = space.available;
    let still = Choice::of(space, space.assets.iter().map(|asset| asset.still).collect());
    let first = if available >= 0 { still } else { raise::most_cash(space) };
    if first.outflow > available || space.covering && available >= 0 {
        return None;
    }
    if space.covering {
        let (parts, best) = cover::parts(space, available, &first, None);
        return Some((parts.into_iter().map(|(dual, cover)| (dual, Some(cover))).collect(), best?));
    }
    let reserve = dual::keep_reserve(space, available, i128::MIN);
    let spent = space.deploy && reserve.rate == Rate::default();
    let duals = if spent { dual::spend_spare(space, available) } else { vec![reserve] };
    Some((duals.into_iter().map(|dual| (dual, None)).collect(), first))
}

/// Searches all parts one way; none if that was cut short.
fn search(space: &Space<'_>, parts: &[(Dual, Option<Cover>)], mut best: Choice, thorough: bool) -> Option<Choice> {
    for (dual, over) in parts {
        if dual.bound <= best.score {
            let solved = look(space, dual, *over, best, ENOUGH, thorough);
            best = solved.proven.then_some(solved.choice)?;
        }
    }
    Some(best)
}

fn compare(question: &Question) -> Result<(), TestCaseError> {
    let held: i128 = question.legs.iter().map(|leg| leg.price * leg.held).sum();
    let cash = held * question.flow / 100;
    let cost = |leg: usize, shares: i128| (question.legs[leg].price * shares.abs() * question.rate + 99_999) / 100_000;
    let paid = question.levy.map_or(0, |(paid, _)| paid);
    let gain = |leg: usize, shares: i128| question.legs[leg].price * -shares * (100 - paid) / 100;
    let levy = |(_, allowance): (i128, i128)| Levy { allowance, rate: (22, 100), unit: 1, gain: &gain };
    let space = prepare(&Problem {
        legs: question.legs.clone(),
        denominator: 10_000,
        total: held + cash,
        cash,
        reserve: 0,
        min_trade: question.min_trade,
        direction: question.direction,
        violation: question.violation,
        destination: Destination::Target,
        cost: &cost,
        shape: Some(Shape { turns: Vec::new(), rounding: 2 }),
        levy: question.levy.map(levy),
        deploy_cash: question.deploy,
    });
    let space = space.map_err(|error| TestCaseError::fail(error.to_string()))?;
    let Some((parts, best)) = parts(&space) else {
        return Ok(());
    };
    let [quick, thorough] = [false, true].map(|thorough| search(&space, &parts, best.clone(), thorough));
    if let (Some(quick), Some(thorough)) = (quick, thorough) {
        prop_assert_eq!(thorough.trades(), quick.trades());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_thorough_search_finds_what_a_quick_one_does(question in questions()) {
        compare(&question)?;
    }
}
