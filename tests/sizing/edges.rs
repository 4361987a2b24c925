//! Edge cases, each small enough to work out by hand.

use rebalance::plan::sizing::{
    Destination, Direction, Leg, Problem, Shape, Sizing, SizingError, Violation, Wide, size,
};

use crate::instance::{Fees, Gains, Instance, Random};

fn leg(price: i128, held: i128, target: i128) -> Leg {
    Leg { price, held, lot: 1, target, min: 0, max: 100, frozen: false }
}

/// Weights in percent, wide bands, no costs.
fn plain(legs: Vec<Leg>, cash: i128) -> Instance {
    let held: i128 = legs.iter().map(|leg| leg.price * leg.held).sum();
    Instance {
        legs,
        denominator: 100,
        total: held + cash,
        cash,
        reserve: 0,
        min_trade: 0,
        direction: Direction::Both,
        destination: Destination::Target,
        violation: Violation::Squares,
        fees: Fees::Free,
        gains: None,
        deploy_cash: false,
    }
}

fn sized(instance: &Instance) -> Sizing {
    let sizing = instance.size().unwrap();
    assert!(sizing.proven);
    assert_eq!(sizing.cash_after, instance.cash_after(&sizing.shares));
    assert_eq!((sizing.violation_bound, sizing.bound), (sizing.violation, sizing.objective));
    sizing
}

#[test]
fn no_asset_at_all() {
    let sizing = sized(&plain(Vec::new(), 500));
    assert_eq!((sizing.shares.len(), sizing.cash_after), (0, 500));
    let debt = plain(Vec::new(), -500);
    assert_eq!(debt.size(), Err(SizingError::Infeasible { shortfall: 500 }));
}

#[test]
fn a_single_asset_takes_the_cash() {
    assert_eq!(sized(&plain(vec![leg(10, 0, 100)], 105)).shares, [10]);
}

#[test]
fn a_price_above_the_portfolio_buys_nothing() {
    assert_eq!(sized(&plain(vec![leg(1_000, 0, 50), leg(10, 0, 50)], 100)).shares, [0, 5]);
}

#[test]
fn a_target_of_zero_sells_all() {
    let legs = vec![leg(7, 13, 0), leg(10, 0, 100)];
    assert_eq!(sized(&plain(legs, 0)).shares, [0, 9]);
}

#[test]
fn nothing_held_and_no_cash() {
    assert_eq!(sized(&plain(vec![leg(7, 0, 50), leg(10, 0, 50)], 0)).shares, [0, 0]);
}

#[test]
fn the_reserve_is_kept() {
    let mut instance = plain(vec![leg(10, 5, 100)], 50);
    instance.reserve = 35;
    assert_eq!(sized(&instance).shares, [6]);
    instance.reserve = 75;
    assert_eq!(sized(&instance).shares, [2]);
    instance.reserve = 100;
    assert_eq!(sized(&instance).shares, [0]);
    instance.reserve = 130;
    assert_eq!(instance.size(), Err(SizingError::Infeasible { shortfall: 30 }));
}

#[test]
fn costs_and_frozen_assets_make_it_infeasible() {
    let mut instance = plain(vec![leg(10, 5, 50), leg(10, 5, 50)], -60);
    instance.legs[1].frozen = true;
    assert_eq!(instance.size(), Err(SizingError::Infeasible { shortfall: 10 }));
    instance.legs[1].frozen = false;
    instance.fees = Fees::Rates { fixed: 30, rate: 0, sale: 0 };
    assert_eq!(instance.size(), Err(SizingError::Infeasible { shortfall: 20 }));
    instance.direction = Direction::BuyOnly;
    assert_eq!(instance.size(), Err(SizingError::Infeasible { shortfall: 60 }));
}

#[test]
fn a_frozen_asset_stays() {
    let mut instance = plain(vec![leg(10, 9, 0), leg(10, 0, 50), leg(10, 0, 50)], 10);
    instance.legs[0].frozen = true;
    assert_eq!(sized(&instance).shares, [9, 0, 1]);
}

#[test]
fn lots_and_the_odd_rest() {
    let mut instance = plain(vec![leg(1, 34, 0), leg(1, 0, 100)], 0);
    instance.legs[0].lot = 10;
    instance.legs[1].lot = 10;
    assert_eq!(sized(&instance).shares, [0, 30]);
    instance.legs[0].target = 50;
    instance.legs[1].target = 50;
    assert_eq!(sized(&instance).shares, [14, 20]);
}

#[test]
fn the_smallest_order_is_inclusive() {
    let mut instance = plain(vec![leg(10, 10, 50), leg(10, 0, 50)], 0);
    instance.min_trade = 50;
    assert_eq!(sized(&instance).shares, [5, 5]);
    instance.min_trade = 51;
    assert_eq!(sized(&instance).shares, [4, 6]);
}

#[test]
fn a_smallest_order_above_everything_leaves_only_exits() {
    let mut instance = plain(vec![leg(10, 10, 50), leg(10, 3, 0), leg(10, 0, 50)], 0);
    instance.min_trade = i128::MAX;
    assert_eq!(sized(&instance).shares, [10, 0, 0]);
}

#[test]
fn bands_come_before_targets() {
    // 3 shares of 30 would be nearer to the target of 80, but leave the band of the other.
    let mut instance = plain(vec![leg(30, 0, 80), leg(20, 0, 20)], 100);
    (instance.legs[1].min, instance.legs[1].max) = (40, 60);
    assert_eq!(sized(&instance).shares, [2, 2]);
}

#[test]
fn bands_out_of_reach_are_come_near() {
    let mut instance = plain(vec![leg(1, 10, 50), leg(1, 40, 25), leg(1, 40, 25)], 10);
    instance.direction = Direction::BuyOnly;
    (instance.legs[0].min, instance.legs[0].max) = (40, 60);
    (instance.legs[1].max, instance.legs[2].max) = (30, 30);
    let sizing = sized(&instance);
    assert_eq!(sizing.shares, [20, 40, 40]);
    assert_eq!(sizing.outside, 100 * (20 + 10 + 10));
    assert_eq!(sizing.violation, Wide::from(2_000 * 2_000 + 2 * 1_000 * 1_000));
    instance.violation = Violation::Amount;
    assert_eq!(sized(&instance).violation, Wide::from(4_000));
}

#[test]
fn a_deposit_goes_to_what_is_furthest_outside() {
    let mut instance = plain(vec![leg(1, 10, 30), leg(1, 20, 30), leg(1, 50, 40)], 20);
    instance.direction = Direction::BuyOnly;
    (instance.legs[0].min, instance.legs[1].min) = (28, 28);
    assert_eq!(sized(&instance).shares, [25, 25, 50]);
}

#[test]
fn the_edge_and_the_half_of_a_band() {
    let mut instance = plain(vec![leg(1, 80, 50), leg(1, 20, 50)], 0);
    for leg in &mut instance.legs {
        (leg.min, leg.max) = (30, 70);
    }
    instance.destination = Destination::BandEdge;
    assert_eq!(sized(&instance).shares, [70, 30]);
    instance.destination = Destination::HalfBand;
    let sizing = sized(&instance);
    assert_eq!((sizing.shares, sizing.scale), (vec![60, 40], 200));
}

#[test]
fn a_withdrawal_sells_no_more_than_it_must() {
    let mut instance = plain(vec![leg(7, 50, 50), leg(11, 50, 50)], -100);
    instance.direction = Direction::SellOnly;
    let sizing = sized(&instance);
    assert_eq!((sizing.shares, sizing.cash_after), (vec![50, 40], 10));
    instance.cash = 0;
    assert_eq!(sized(&instance).orders, 0);
}

#[test]
fn equals_are_told_apart_by_their_order() {
    // One share too few for all: the smallest first trade in the order of legs wins.
    let legs = vec![leg(10, 0, 25); 4];
    assert_eq!(sized(&plain(legs, 30)).shares, [0, 1, 1, 1]);
    let legs = vec![leg(10, 4, 25); 4];
    assert_eq!(sized(&plain(legs, -10)).shares, [3, 4, 4, 4]);
    let legs = vec![leg(10, 0, 2); 50];
    let shares = sized(&plain(legs, 290)).shares;
    assert_eq!(shares, [vec![0; 21], vec![1; 29]].concat());
}

#[test]
fn a_tax_on_gains_takes_cash() {
    // Five sold gain 50, of which 30 are taxed in full, so that two can be bought.
    let mut instance = plain(vec![leg(10, 10, 50), leg(10, 0, 50)], 0);
    instance.gains = Some(Gains { allowance: 20, rate: (1, 1), unit: 1, lots: vec![vec![(10, 0)]] });
    let sizing = sized(&instance);
    assert_eq!((sizing.shares, sizing.levy, sizing.cost), (vec![5, 2], 30, 30));
    instance.gains = Some(Gains { allowance: 50, rate: (1, 1), unit: 1, lots: vec![vec![(10, 0)]] });
    let sizing = sized(&instance);
    assert_eq!((sizing.shares, sizing.levy), (vec![5, 5], 0));
    // The reserve cannot be reached when all that is raised above 20 is taxed.
    let short = Instance { reserve: 25, direction: Direction::SellOnly, ..instance };
    let all = Gains { allowance: 20, rate: (1, 1), unit: 1, lots: vec![vec![(10, 0)]] };
    let short = Instance { gains: Some(all), ..short };
    assert_eq!(short.size(), Err(SizingError::Infeasible { shortfall: 5 }));
}

#[test]
fn cash_that_is_left_counts_if_it_is_asked_for() {
    let mut instance = plain(vec![leg(60, 0, 20)], 100);
    assert_eq!(sized(&instance).shares, [0]);
    instance.deploy_cash = true;
    assert_eq!(sized(&instance).shares, [1]);
    instance.destination = Destination::BandEdge;
    assert_eq!(sized(&instance).shares, [0]);
}

#[test]
fn a_cost_off_its_line_is_never_called_proven() {
    let instance = plain(vec![leg(10, 1_000, 40), leg(10, 1_000, 60)], 0);
    let legs = instance.legs.clone();
    let problem = |shape| Problem {
        legs: legs.clone(),
        denominator: 100,
        total: 20_000,
        cash: 0,
        reserve: 0,
        min_trade: 0,
        direction: Direction::Both,
        destination: Destination::Target,
        violation: Violation::Squares,
        cost: &|_, shares| if shares % 7 == 0 { 0 } else { shares.abs() },
        shape,
        levy: None,
        deploy_cash: false,
    };
    let unknown = size(&problem(None)).unwrap();
    assert!(unknown.proven);
    let wrong = size(&problem(Some(Shape::default()))).unwrap();
    assert!(!wrong.proven || wrong == unknown, "{wrong:?}");
}

#[test]
fn numbers_that_make_no_sense_are_named() {
    let good = plain(vec![leg(10, 5, 50), leg(10, 5, 50)], 0);
    type Spoil = fn(&mut Leg);
    let spoils: [(Spoil, &str); 5] = [
        (|leg| leg.price = 0, "price"),
        (|leg| leg.held = -1, "held"),
        (|leg| leg.lot = 0, "lot"),
        (|leg| leg.target = 101, "target"),
        (|leg| leg.min = -1, "band"),
    ];
    for (spoil, word) in spoils {
        let mut instance = good.clone();
        spoil(&mut instance.legs[1]);
        let error = instance.size().unwrap_err();
        assert!(matches!(error, SizingError::Invalid { leg: Some(1), .. }));
        assert!(error.to_string().contains(word), "{error}");
    }
    let none = Instance { denominator: 0, ..good.clone() };
    assert!(matches!(none.size(), Err(SizingError::Invalid { leg: None, .. })));
    let paid = Instance { cash: 9, fees: Fees::Rates { fixed: -1, rate: 0, sale: 0 }, ..good };
    assert!(matches!(paid.size(), Err(SizingError::Invalid { leg: Some(_), .. })));
    for (allowance, rate, unit) in [(-1, (1, 2), 1), (0, (3, 2), 1), (0, (-1, 2), 1), (0, (1, 0), 1), (0, (1, 2), 0)] {
        let gains = Some(Gains { allowance, rate, unit, lots: Vec::new() });
        let taxed = Instance { gains, ..plain(vec![leg(10, 5, 50)], 0) };
        assert!(matches!(taxed.size(), Err(SizingError::Invalid { leg: None, .. })));
    }
}

#[test]
fn huge_numbers_are_refused_and_large_ones_are_not() {
    for (price, held) in [(i128::MAX, 2), (2, i128::MAX), (1 << 60, 1 << 60)] {
        let instance = Instance { total: 0, ..plain(vec![leg(1, 0, 100)], 0) };
        let instance = Instance { legs: vec![leg(price, held, 100)], ..instance };
        assert_eq!(instance.size(), Err(SizingError::TooLarge));
    }
    let cash = Instance { cash: i128::MIN, ..plain(vec![leg(1, 0, 100)], 0) };
    assert_eq!(cash.size(), Err(SizingError::TooLarge));
    let unpayable = plain(vec![leg(10, 5, 50)], 1_000);
    let fees = Fees::Rates { fixed: i128::MAX / 2, rate: 0, sale: 0 };
    assert_eq!(sized(&Instance { fees, ..unpayable }).orders, 0);
    let million = 1_000_000_000_000;
    let mut rich = plain(vec![leg(3, million, 70), leg(7, million, 30)], 5);
    rich.fees = Fees::Rates { fixed: 0, rate: 115, sale: 15 };
    nearly_proven(&rich);
}

/// Of so many shares, more choices than can be tried are equally good to the last digits.
fn nearly_proven(instance: &Instance) {
    let sizing = instance.size().unwrap();
    assert_eq!(sizing.cash_after, instance.cash_after(&sizing.shares));
    assert!(sizing.cash_after >= 0);
    assert_eq!(sizing.violation, sizing.violation_bound);
    let gap = (sizing.objective - sizing.bound).div_floor(1);
    assert!(gap * 100_000 < sizing.objective.div_floor(1), "{sizing:?}");
}

#[test]
fn a_thousand_million_shares_are_no_trouble() {
    for direction in [Direction::Both, Direction::BuyOnly, Direction::SellOnly] {
        let mut instance = plain(
            vec![leg(1, 1_000_000_000, 30), leg(3, 900_000_000, 45), leg(10_007, 90_000, 25)],
            if direction == Direction::SellOnly { -70_000_001 } else { 12_345_678 },
        );
        instance.direction = direction;
        instance.fees = Fees::Rates { fixed: 0, rate: 115, sale: 0 };
        nearly_proven(&instance);
    }
}

#[test]
fn everyday_portfolios_are_proven() {
    let mut random = Random(11);
    for direction in [Direction::Both, Direction::BuyOnly, Direction::SellOnly] {
        for count in [5, 8, 12, 20, 35, 50] {
            for _ in 0..if direction == Direction::SellOnly { 2 } else { 6 } {
                let instance = random.portfolio(count, direction);
                assert!(instance.size().unwrap().proven, "{instance:?}");
            }
        }
    }
}

#[test]
fn everyday_portfolios_are_proven_at_the_edges_of_their_bands() {
    for destination in [Destination::BandEdge, Destination::HalfBand] {
        for direction in [Direction::Both, Direction::BuyOnly, Direction::SellOnly] {
            for count in [5, 12, 30] {
                let mut random = Random(count as u64);
                for _ in 0..2 {
                    let instance = Instance { destination, ..random.portfolio(count, direction) };
                    let sizing = instance.size().unwrap();
                    assert!(sizing.proven, "{instance:?}");
                    assert_eq!(sizing.bound, sizing.objective);
                }
            }
        }
    }
}

/// A share of the last is worth two thousand of the third: what it leaves is taken by many of others at once.
#[test]
fn prices_that_are_far_apart_are_no_reason_to_miss_the_best() {
    let mut instance = Random(1).portfolio(5, Direction::Both);
    instance.legs = [
        (643, 226_847, 3126, 2345, 3907),
        (284_435, 351, 1875, 1407, 2343),
        (475, 233_850, 2187, 1641, 2733),
        (8_655, 11_450, 2500, 1875, 3125),
        (946_350, 16, 312, 234, 390),
    ]
    .map(|(price, held, target, min, max)| Leg { price, held, lot: 1, target, min, max, frozen: false })
    .to_vec();
    (instance.total, instance.cash, instance.reserve, instance.min_trade) = (480_519_999, 9_500_593, 0, 50_000);
    let sizing = instance.size().unwrap();
    assert!(sizing.proven, "{} and {}", sizing.objective, sizing.bound);
    // As SCIP has it.
    assert_eq!(sizing.shares, [233_465, 317, 221_058, 13_870, 16]);
}

/// From a hundred won to a million: what is left of one share takes a search of thousands of others.
#[test]
fn prices_of_every_magnitude_are_proven() {
    let mut random = Random(12);
    let mut longest = 0;
    for direction in [Direction::Both, Direction::BuyOnly, Direction::SellOnly] {
        for count in [5, 10, 20, 50] {
            for deploy_cash in [false, true] {
                let instance = random.portfolio(count, direction).with_prices_far_apart(&mut random);
                let instance = Instance { deploy_cash, ..instance };
                let sizing = instance.size().unwrap();
                assert!(sizing.proven, "{instance:?}");
                assert_eq!((sizing.violation_bound, sizing.bound), (sizing.violation, sizing.objective));
                longest = longest.max(sizing.nodes);
            }
        }
    }
    assert!(longest > 1 << 14, "a quick look was enough for all of them: {longest}");
}

/// Two ways to as much cash, of which the one with more gains is better: the tax takes cash that would be left.
#[test]
fn more_tax_may_leave_less_cash_that_counts() {
    let leg = |held, target| Leg { price: 100, held, lot: 1, target, min: 0, max: 10_000, frozen: false };
    let instance = Instance {
        denominator: 10_000,
        gains: Some(Gains {
            allowance: 0,
            rate: (1, 1),
            unit: 1,
            lots: vec![vec![(2, 40)], vec![(1, 100)], vec![(1, 30)]],
        }),
        deploy_cash: true,
        ..plain(vec![leg(2, 1_000), leg(1, 5_000), leg(1, 1_000)], 100)
    };
    let sizing = instance.size().unwrap();
    assert_eq!((sizing.shares, sizing.proven), (vec![0, 3, 0], true));
    assert_eq!(sizing.objective, 760_000_000_000.into());
}

/// Millions of steps that all raise the same at the same turnover: there is an answer, and it says what it is worth.
#[test]
fn steps_too_fine_to_look_at_end() {
    let part = 1_000_000;
    let leg = |price, held: i128| Leg { price, held: held * part, lot: 1, target: 50, min: 20, max: 80, frozen: false };
    let mut instance = plain(vec![leg(16_800, 25), leg(35_555, 12)], -50_000 * part);
    instance.direction = Direction::SellOnly;
    instance.destination = Destination::BandEdge;
    instance.fees = Fees::Whole { unit: part, rate: 115 };
    let sizing = instance.size().unwrap();
    assert!(sizing.cash_after >= 0 && sizing.bound <= sizing.objective);
    assert!(sizing.turnover < 50_200 * part, "{}", sizing.turnover);
}
