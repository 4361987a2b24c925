//! What must be true of every answer.

use proptest::prelude::*;
use rebalance::plan::sizing::{Destination, Direction, Leg, SizingError, Violation, Wide};

use crate::brute;
use crate::instance::{Fees, Instance};

fn direction() -> impl Strategy<Value = Direction> {
    prop_oneof![Just(Direction::Both), Just(Direction::BuyOnly), Just(Direction::SellOnly)]
}

fn legs() -> impl Strategy<Value = Vec<Leg>> {
    let leg = (
        (50..50_000_i128, 0..400_i128, prop_oneof![4 => Just(1), 1 => 2..20_i128]),
        (1..10_i128, 0..2_500_i128, prop::bool::weighted(0.1)),
    );
    prop::collection::vec(leg, 1..10).prop_map(|parts| {
        let sum: i128 = parts.iter().map(|(_, (part, ..))| part).sum();
        let leg = |((price, held, lot), (part, half, frozen)): ((_, _, _), (i128, i128, bool))| {
            let target = part * 10_000 / sum;
            let (min, max) = ((target - half).max(0), (target + half).min(10_000));
            Leg { price, held, lot, target, min, max, frozen }
        };
        parts.into_iter().map(leg).collect()
    })
}

fn fees() -> impl Strategy<Value = Fees> {
    let rates = (0..500_i128, 0..500_i128, 0..15_000_i128);
    prop_oneof![Just(Fees::Free), rates.prop_map(|(fixed, rate, sale)| Fees::Rates { fixed, rate, sale }),]
}

fn instances() -> impl Strategy<Value = Instance> {
    let flow = (-30..30_i128, 0..5_i128, 0..200_000_i128);
    (legs(), flow, direction(), fees()).prop_map(|(legs, flow, direction, fees)| {
        let held: i128 = legs.iter().map(|leg| leg.price * leg.held).sum();
        let cash = held * flow.0 / 100;
        Instance {
            legs,
            denominator: 10_000,
            total: held + cash,
            cash,
            reserve: held * flow.1 / 100,
            min_trade: flow.2,
            direction,
            destination: Destination::Target,
            violation: Violation::Squares,
            fees,
            gains: None,
            deploy_cash: false,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_order_may_be_placed(instance in instances()) {
        let Ok(sizing) = instance.size() else { return Ok(()) };
        prop_assert_eq!(sizing.cash_after, instance.cash_after(&sizing.shares));
        prop_assert!(sizing.cash_after >= instance.reserve);
        for (leg, x) in instance.legs.iter().zip(&sizing.shares) {
            let trade = x - leg.held;
            prop_assert!(*x >= 0);
            prop_assert!(trade % leg.lot == 0 || *x == 0);
            prop_assert!(trade == 0 || *x == 0 || trade.abs() * leg.price >= instance.min_trade);
            prop_assert!(trade == 0 || !leg.frozen);
            prop_assert!(trade >= 0 || instance.direction != Direction::BuyOnly);
            prop_assert!(trade <= 0 || instance.direction != Direction::SellOnly);
        }
    }

    #[test]
    fn the_figures_are_those_of_the_shares(instance in instances()) {
        let Ok(sizing) = instance.size() else { return Ok(()) };
        let levels = brute::levels_of(&instance, &sizing.shares);
        prop_assert_eq!(sizing.violation, Wide::from(levels.0));
        prop_assert_eq!(sizing.objective, Wide::from(levels.1));
        prop_assert_eq!((sizing.cost, sizing.orders as i128), (levels.2, levels.3));
        prop_assert_eq!(sizing.turnover, levels.4);
        prop_assert!(sizing.violation_bound <= sizing.violation && sizing.bound <= sizing.objective);
        if sizing.proven {
            prop_assert_eq!(sizing.violation_bound, sizing.violation);
            prop_assert_eq!(sizing.bound, sizing.objective);
        }
        let held: Vec<i128> = instance.legs.iter().map(|leg| leg.held).collect();
        if instance.cash >= instance.reserve {
            prop_assert!(levels <= brute::levels_of(&instance, &held));
        }
    }

    #[test]
    fn what_is_known_beforehand_changes_no_answer(instance in instances(), by in prop::collection::vec(-3..4_i128, 10)) {
        let Ok(sizing) = instance.size() else { return Ok(()) };
        // Shares that may be held or not, that can be paid for or not.
        let near: Vec<i128> = sizing.shares.iter().zip(&by).map(|(shares, by)| shares + by).collect();
        for known in [&sizing.shares[..], &near, &near[1..]] {
            let again = instance.size_from(Some(known)).unwrap();
            if sizing.proven {
                prop_assert_eq!(&again.shares, &sizing.shares);
                prop_assert!(again.proven);
            }
        }
    }

    #[test]
    fn no_trade_of_one_or_two_assets_does_better(instance in instances(), by in -3..4_i128) {
        let Ok(sizing) = instance.size() else { return Ok(()) };
        prop_assume!(instance.direction != Direction::SellOnly && sizing.proven);
        let best = brute::levels_of(&instance, &sizing.shares);
        for first in 0..instance.legs.len() {
            for second in 0..instance.legs.len() {
                let mut shares = sizing.shares.clone();
                shares[first] += by * instance.legs[first].lot;
                shares[second] -= instance.legs[second].lot;
                if may_hold(&instance, &shares) {
                    prop_assert!(best <= brute::levels_of(&instance, &shares));
                }
            }
        }
    }

    #[test]
    fn planning_again_after_trading_places_no_orders_if_orders_are_free(instance in instances()) {
        let mut instance = Instance {
            fees: Fees::Free,
            direction: Direction::Both,
            min_trade: 0,
            ..instance
        };
        for leg in &mut instance.legs {
            leg.lot = 1;
        }
        let Ok(sizing) = instance.size() else { return Ok(()) };
        let mut after = Instance { cash: sizing.cash_after, ..instance };
        for (leg, x) in after.legs.iter_mut().zip(&sizing.shares) {
            leg.held = *x;
        }
        prop_assert_eq!(after.size().unwrap().orders, 0);
    }

    #[test]
    fn the_order_of_legs_decides_nothing_but_ties(instance in instances()) {
        let turned = Instance {
            legs: instance.legs.iter().rev().cloned().collect(),
            ..instance.clone()
        };
        match (instance.size(), turned.size()) {
            (Ok(one), Ok(other)) => {
                prop_assert_eq!((one.violation, one.objective), (other.violation, other.objective));
                prop_assert_eq!((one.cost, one.orders), (other.cost, other.orders));
                prop_assert_eq!(one.turnover, other.turnover);
            }
            (one, other) => prop_assert_eq!(one.unwrap_err(), other.unwrap_err()),
        }
    }

    #[test]
    fn money_in_other_units_keeps_the_shares(instance in instances(), k in 2..1_000_i128) {
        let instance = Instance { fees: Fees::Free, ..instance };
        let mut larger = Instance {
            total: instance.total * k,
            cash: instance.cash * k,
            reserve: instance.reserve * k,
            min_trade: instance.min_trade * k,
            ..instance.clone()
        };
        for leg in &mut larger.legs {
            leg.price *= k;
        }
        match (instance.size(), larger.size()) {
            (Ok(one), Ok(other)) => prop_assert_eq!(one.shares, other.shares),
            (one, other) => prop_assert_eq!(one.is_ok(), other.is_ok()),
        }
    }

    #[test]
    fn a_withdrawal_is_covered_and_no_sale_could_be_a_lot_smaller(instance in instances()) {
        let instance = Instance { direction: Direction::SellOnly, min_trade: 0, ..instance };
        let Ok(sizing) = instance.size() else { return Ok(()) };
        for (index, leg) in instance.legs.iter().enumerate() {
            let sold = leg.held - sizing.shares[index];
            if sold > 0 {
                let mut shares = sizing.shares.clone();
                shares[index] += if sold % leg.lot == 0 { leg.lot } else { sold % leg.lot };
                prop_assert!(instance.cash_after(&shares) < instance.reserve);
            }
        }
    }

    #[test]
    fn the_same_answer_twice(instance in instances()) {
        prop_assert_eq!(instance.size(), instance.size());
    }
}

/// Whether shares may be held by the rules of lots, smallest orders, sides, and the reserve.
fn may_hold(instance: &Instance, shares: &[i128]) -> bool {
    let allowed = instance.legs.iter().zip(shares).all(|(leg, x)| {
        let trade = x - leg.held;
        let lots = trade % leg.lot == 0 && trade.abs() * leg.price >= instance.min_trade;
        let side = trade >= 0 || instance.direction == Direction::Both;
        *x >= 0 && (trade == 0 || (!leg.frozen && side && (lots || *x == 0)))
    });
    allowed && instance.cash_after(shares) >= instance.reserve
}

/// A number of any size, often at an edge.
fn any_number() -> impl Strategy<Value = i128> {
    prop_oneof![
        4 => -1..10_000_i128,
        1 => any::<i64>().prop_map(i128::from),
        1 => any::<i128>(),
        1 => (0..127_u32).prop_map(|bits| 1 << bits),
        1 => prop_oneof![Just(i128::MAX), Just(i128::MIN)],
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn no_numbers_make_it_panic(
        legs in prop::collection::vec((prop::array::uniform6(any_number()), any::<bool>()), 0..4),
        numbers in prop::array::uniform6(any_number()),
        cost in any_number(),
        direction in direction(),
        which in 0..6_usize,
    ) {
        let leg = |([price, held, lot, target, min, max], frozen): ([i128; 6], bool)| {
            Leg { price, held, lot, target, min, max, frozen }
        };
        let destinations = [Destination::Target, Destination::BandEdge, Destination::HalfBand];
        let problem = rebalance::plan::sizing::Problem {
            legs: legs.into_iter().map(leg).collect(),
            denominator: numbers[0],
            total: numbers[1],
            cash: numbers[2],
            reserve: numbers[3],
            min_trade: numbers[4],
            direction,
            destination: destinations[which / 2],
            violation: [Violation::Amount, Violation::Squares][which % 2],
            cost: &|_, shares| if shares == 0 { 0 } else { cost },
            shape: None,
            levy: None,
            deploy_cash: false,
        };
        let _ = rebalance::plan::sizing::size(&problem);
    }

}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn numbers_at_the_limit_neither_wrap_nor_panic(
        bits in 30..62_u32,
        legs in prop::collection::vec((1..1_000_i128, 1..1_000_i128, 1..1_000_000_000_i128), 1..5),
        flow in -100..100_i128,
        direction in direction(),
        which in 0..6_usize,
    ) {
        let unit = 1_i128 << bits;
        let leg = |(price, held, target): (i128, i128, i128)| {
            let (min, max) = (target / 2, (target * 2).min(1_000_000_000));
            Leg { price: price * unit, held, lot: 1, target, min, max, frozen: false }
        };
        let legs: Vec<Leg> = legs.into_iter().map(leg).collect();
        let held: i128 = legs.iter().map(|leg| leg.price * leg.held).sum();
        let instance = Instance {
            legs,
            denominator: 1_000_000_000,
            total: held + held / 100 * flow,
            cash: held / 100 * flow,
            reserve: 0,
            min_trade: 0,
            direction,
            destination: [Destination::Target, Destination::BandEdge][which % 2],
            violation: [Violation::Amount, Violation::Squares][which % 2],
            fees: Fees::Rates { fixed: 0, rate: 115, sale: 0 },
            gains: None,
            deploy_cash: false,
        };
        match instance.size() {
            Ok(sizing) => prop_assert!(sizing.cash_after >= 0),
            Err(SizingError::Invalid { .. }) => prop_assert!(false),
            Err(_) => {}
        }
    }
}
