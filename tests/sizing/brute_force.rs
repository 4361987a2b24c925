//! The solver against trying everything, on small random questions of every kind.

use rebalance::plan::sizing::{Destination, Direction, Leg, SizingError, Violation};

use crate::brute;
use crate::instance::{Fees, Gains, Instance, Random};

fn small(random: &mut Random, direction: Direction, destination: Destination) -> Instance {
    let count = random.within(1, 5) as usize;
    let most = [40, 24, 12, 8, 5][count - 1];
    let coarse = random.one_in(3);
    let mut legs = Vec::new();
    for target in random.weights(count) {
        let price = if coarse { random.within(1, 4) * 100 } else { random.within(40, 400) };
        let half = random.within(0, 2_000);
        legs.push(Leg {
            price,
            held: random.within(0, most),
            lot: if random.one_in(4) { random.within(2, 4) } else { 1 },
            target,
            min: (target - half).max(0),
            max: (target + half).min(10_000),
            frozen: random.one_in(10),
        });
    }
    if count > 1 && random.one_in(4) {
        legs[1] = legs[0].clone();
    }
    let held: i128 = legs.iter().map(|leg| leg.price * leg.held).sum();
    let cash = match direction {
        Direction::SellOnly => -random.within(0, held / 2 + 1),
        _ => random.within(-held / 4, 1_200),
    };
    let wild = direction != Direction::SellOnly && random.one_in(3);
    let rates = Fees::Rates {
        fixed: random.within(0, 1) * random.within(0, 20),
        rate: random.within(0, 2_000),
        sale: random.within(0, 1) * random.within(0, 20_000),
    };
    Instance {
        legs,
        denominator: 10_000,
        total: held + cash,
        cash,
        reserve: random.within(0, 1) * random.within(0, 300),
        min_trade: random.within(0, 1) * random.within(0, 900),
        direction,
        destination,
        violation: if random.one_in(2) { Violation::Amount } else { Violation::Squares },
        fees: if random.one_in(4) {
            Fees::Free
        } else if wild {
            Fees::Wild(random.within(1, 60) as u64)
        } else {
            rates
        },
        gains: None,
        deploy_cash: false,
    }
}

/// With a tax on gains whose allowance is near what is gained.
fn taxed(random: &mut Random, direction: Direction, destination: Destination) -> Instance {
    let mut instance = small(random, direction, destination);
    let mut lots = Vec::new();
    let mut gained = 0;
    for leg in &instance.legs {
        let (mut left, mut of_leg) = (leg.held, Vec::new());
        while left > 0 && of_leg.len() < 4 {
            let shares = random.within(1, left);
            let cost = leg.price * random.within(10, 150) / 100;
            gained += shares * (leg.price - cost).max(0);
            of_leg.push((shares, cost));
            left -= shares;
        }
        lots.push(of_leg);
    }
    instance.gains = Some(Gains {
        allowance: random.within(0, 3) * random.within(0, gained / 4),
        rate: [(22, 100), (154, 1_000), (1, 1), (1, 3), (2, 7)][random.within(0, 4) as usize],
        unit: if random.one_in(3) { 10 } else { 1 },
        lots,
    });
    instance
}

/// One or two assets of which there are so many shares that costs must be bounded by range.
fn large(random: &mut Random, direction: Direction, destination: Destination) -> Instance {
    let mut instance = small(random, direction, destination);
    instance.legs.truncate(2);
    for leg in &mut instance.legs {
        (leg.price, leg.held) = (random.within(1, 9), random.within(550, 900));
    }
    let held: i128 = instance.legs.iter().map(|leg| leg.price * leg.held).sum();
    instance.cash = match direction {
        Direction::SellOnly => -random.within(0, held / 2),
        _ => random.within(-held / 4, 900),
    };
    instance.total = held + instance.cash;
    instance.violation = Violation::Squares;
    if let Fees::Wild(most) = instance.fees {
        let fixed = i128::from(most);
        instance.fees = Fees::Rates { fixed, rate: 700, sale: 1_500 };
    }
    instance
}

/// Where cash that is left counts, sometimes taxed as well.
fn deployed(random: &mut Random, direction: Direction, destination: Destination) -> Instance {
    let make = if random.one_in(3) { taxed } else { small };
    let mut instance = Instance { deploy_cash: true, ..make(random, direction, destination) };
    if random.one_in(2) {
        instance.cash += random.within(0, instance.total.abs() / 2 + 1);
    }
    instance
}

/// Parts of shares: amounts are finer than cash, so costs rise and fall as orders grow. Cash is of whole units.
fn parts(random: &mut Random, direction: Direction, destination: Destination) -> Instance {
    let mut instance = large(random, direction, destination);
    let unit = random.within(2, 8);
    instance.fees = Fees::Whole { unit, rate: random.within(0, 1) * random.within(0, 2_000) };
    let cash = if direction == Direction::BuyOnly { instance.cash.abs() } else { instance.cash };
    instance.cash = cash.div_euclid(unit) * unit;
    instance.reserve = instance.reserve / unit * unit;
    let held: i128 = instance.legs.iter().map(|leg| leg.price * leg.held).sum();
    instance.total = held + instance.cash;
    instance
}

/// All inside their bands, so that only the missing cash is to be raised, from prices of which many sums are alike.
fn raising(random: &mut Random, direction: Direction, destination: Destination) -> Instance {
    let mut instance = small(random, direction, destination);
    let most = [400, 60, 24, 12, 8][instance.legs.len() - 1];
    let prices = [[300, 450, 600, 750, 900], [105, 205, 310, 415, 520], [101, 203, 307, 409, 512]];
    let prices = prices[random.within(0, 2) as usize];
    for leg in &mut instance.legs {
        leg.price = prices[random.within(0, 4) as usize];
        leg.held = random.within(most / 2, most);
        leg.lot = if random.one_in(8) { 2 } else { 1 };
    }
    let held: i128 = instance.legs.iter().map(|leg| leg.price * leg.held).sum();
    for leg in &mut instance.legs {
        leg.target = leg.price * leg.held * 10_000 / held;
        (leg.min, leg.max) = (leg.target / 3, (leg.target * 3 / 2).min(10_000));
    }
    instance.cash = -random.within(1, held / 4);
    instance.total = held + instance.cash;
    instance
}

/// A share of one asset is worth hundreds of another's, so that a quick look is not enough.
fn apart(random: &mut Random, direction: Direction, destination: Destination) -> Instance {
    let make = [small, taxed, deployed][random.within(0, 2) as usize];
    let mut instance = make(random, direction, destination);
    instance.legs.resize(3, instance.legs[0].clone());
    for (leg, target) in instance.legs.iter_mut().zip([4_000, 3_500, 2_500]) {
        (leg.target, leg.lot, leg.frozen) = (target, 1, false);
        (leg.min, leg.max) = (target / 2, target * 3 / 2);
    }
    for (leg, (price, held)) in instance.legs.iter_mut().zip([(2, 400), (60, 15), (1_500, 2)]) {
        leg.price = random.within(price / 2 + 1, price * 3 / 2);
        leg.held = random.within(held / 2, held * 3 / 2);
    }
    let held: i128 = instance.legs.iter().map(|leg| leg.price * leg.held).sum();
    instance.cash = match direction {
        Direction::SellOnly => -random.within(1, held / 4),
        _ => random.within(0, held / 10),
    };
    instance.total = held + instance.cash;
    instance.violation = Violation::Squares;
    (instance.min_trade, instance.reserve) = (random.within(0, 1) * random.within(0, 100), 0);
    instance.fees = Fees::Rates { fixed: random.within(0, 1) * 3, rate: random.within(0, 1_000), sale: 0 };
    if let Some(gains) = &mut instance.gains {
        let lots = |leg: &Leg| vec![(leg.held / 2, leg.price * 2 / 3), (leg.held - leg.held / 2, leg.price * 4 / 5)];
        (gains.lots, gains.allowance) = (instance.legs.iter().map(lots).collect(), random.within(0, held / 40));
    }
    instance
}

/// Few prices, so that many orders take the same cash and gain otherwise, each gain is taxed, and cash that is left counts.
fn alike(random: &mut Random, direction: Direction, destination: Destination) -> Instance {
    let mut instance = Instance { deploy_cash: true, ..taxed(random, direction, destination) };
    for leg in &mut instance.legs {
        (leg.price, leg.held, leg.lot) = ([100, 100, 200][random.within(0, 2) as usize], random.within(0, 3), 1);
        (leg.min, leg.max) = (0, 10_000);
    }
    let held: i128 = instance.legs.iter().map(|leg| leg.price * leg.held).sum();
    instance.cash = random.within(0, 3) * 100;
    (instance.total, instance.reserve, instance.min_trade) = (held + instance.cash, 0, 0);
    instance.fees = Fees::Free;
    if let Some(gains) = &mut instance.gains {
        let lots = |leg: &Leg| vec![(leg.held, leg.price * random.within(0, 100) / 100)];
        (gains.lots, gains.unit) = (instance.legs.iter().map(lots).collect(), 1);
        gains.rate = [(1, 1), (1, 2), (1, 4)][random.within(0, 2) as usize];
        gains.allowance = 0;
    }
    instance
}

fn agree(seed: u64, count: usize, direction: Direction, destination: Destination) {
    agree_on(small, seed, count, direction, destination);
}

fn agree_on(
    make: impl Fn(&mut Random, Direction, Destination) -> Instance,
    seed: u64,
    count: usize,
    direction: Direction,
    destination: Destination,
) {
    let mut random = Random(seed);
    let mut feasible = 0;
    for number in 0..count {
        let instance = make(&mut random, direction, destination);
        let expected = brute::best(&instance);
        match instance.size() {
            Ok(sizing) => {
                let actual = brute::levels_of(&instance, &sizing.shares);
                assert_eq!(Some(&actual), expected.as_ref(), "{number}: {instance:#?}\n{sizing:#?}");
                assert!(sizing.proven, "{number}: {instance:#?}");
                assert_eq!(sizing.cash_after, instance.cash_after(&sizing.shares));
                assert_eq!(sizing.violation, actual.0.into());
                assert_eq!(sizing.objective, actual.1.into());
                assert_eq!((sizing.cost, sizing.orders as i128), (actual.2, actual.3));
                assert_eq!(sizing.turnover, actual.4);
                assert_eq!(sizing.levy, levy_of(&instance, &sizing.shares));
                feasible += 1;
            }
            Err(SizingError::Infeasible { shortfall }) => {
                assert_eq!(expected, None, "{number}: {instance:#?}");
                let enough = Instance { reserve: instance.reserve - shortfall, ..instance.clone() };
                let one_less = Instance { reserve: enough.reserve + 1, ..instance.clone() };
                assert!(enough.size().is_ok(), "{number}: {instance:#?}");
                assert!(one_less.size().is_err(), "{number}: {instance:#?}");
            }
            Err(error) => panic!("{number}: {error}\n{instance:#?}"),
        }
    }
    assert!(feasible * 3 > count, "only {feasible} of {count} can be answered");
}

fn levy_of(instance: &Instance, shares: &[i128]) -> i128 {
    let gain = |(index, (leg, x)): (usize, (&Leg, &i128))| instance.gain(index, x - leg.held);
    instance.levy(instance.legs.iter().zip(shares).enumerate().map(gain).sum())
}

#[test]
fn both_to_target() {
    agree(1, 5_000, Direction::Both, Destination::Target);
}

#[test]
fn both_to_band_edge() {
    agree(2, 2_000, Direction::Both, Destination::BandEdge);
}

#[test]
fn both_to_half_band() {
    agree(3, 2_000, Direction::Both, Destination::HalfBand);
}

#[test]
fn deposits() {
    agree(4, 400, Direction::BuyOnly, Destination::Target);
    agree(5, 150, Direction::BuyOnly, Destination::BandEdge);
}

#[test]
fn withdrawals() {
    agree(6, 3_000, Direction::SellOnly, Destination::Target);
    agree(7, 1_500, Direction::SellOnly, Destination::BandEdge);
}

#[test]
fn few_assets_of_many_shares() {
    agree_on(large, 8, 40, Direction::Both, Destination::Target);
    agree_on(large, 9, 10, Direction::Both, Destination::BandEdge);
    agree_on(large, 10, 40, Direction::SellOnly, Destination::Target);
}

#[test]
fn taxes_on_gains() {
    agree_on(taxed, 11, 3_000, Direction::Both, Destination::Target);
    agree_on(taxed, 12, 800, Direction::Both, Destination::BandEdge);
    agree_on(taxed, 13, 400, Direction::Both, Destination::HalfBand);
    agree_on(taxed, 14, 100, Direction::BuyOnly, Destination::Target);
}

#[test]
fn taxes_on_the_gains_of_withdrawals() {
    agree_on(taxed, 15, 2_000, Direction::SellOnly, Destination::Target);
    agree_on(taxed, 16, 800, Direction::SellOnly, Destination::BandEdge);
}

#[test]
fn cash_that_is_left_counts() {
    agree_on(deployed, 17, 3_000, Direction::Both, Destination::Target);
    agree_on(deployed, 18, 200, Direction::Both, Destination::BandEdge);
    agree_on(deployed, 19, 400, Direction::BuyOnly, Destination::Target);
    agree_on(deployed, 20, 1_500, Direction::SellOnly, Destination::Target);
}

#[test]
fn parts_of_shares_for_whole_units_of_cash() {
    agree_on(parts, 11, 24, Direction::Both, Destination::Target);
    agree_on(parts, 12, 10, Direction::Both, Destination::BandEdge);
    agree_on(parts, 13, 40, Direction::SellOnly, Destination::Target);
    agree_on(parts, 14, 10, Direction::BuyOnly, Destination::Target);
}

#[test]
fn sums_of_prices_that_are_alike() {
    agree_on(raising, 21, 1_000, Direction::Both, Destination::BandEdge);
    agree_on(raising, 22, 600, Direction::Both, Destination::HalfBand);
    agree_on(raising, 23, 600, Direction::SellOnly, Destination::BandEdge);
    agree_on(raising, 24, 300, Direction::SellOnly, Destination::HalfBand);
}

#[test]
fn prices_that_are_far_apart() {
    agree_on(apart, 31, 60, Direction::Both, Destination::Target);
    agree_on(apart, 32, 20, Direction::BuyOnly, Destination::Target);
    agree_on(apart, 33, 60, Direction::SellOnly, Destination::Target);
    agree_on(apart, 34, 10, Direction::Both, Destination::HalfBand);
}

#[test]
fn taxed_orders_that_take_the_same_cash() {
    agree_on(alike, 42, 3_000, Direction::Both, Destination::Target);
}
