//! Costs of orders, worked out by hand.

use super::*;
use crate::config::CostBasis;
use crate::money::{Price, Quantity};

fn tariff(price: i128, tax: i64, lots: Option<Ledger>) -> Tariff {
    let rate = Rate::new(Decimal::new(15, 5));
    let commission = Commission { rate, minimum: Money::ZERO, per_order: Money::ZERO };
    let slippage = Rate::new(Decimal::new(1, 3));
    Tariff {
        currency: Currency::Krw,
        places: 0,
        quantity_places: 0,
        smallest: 0,
        price,
        base: Base { places: 0, smallest: 0, price, worth: 1 },
        commission,
        slippage,
        charge: commission.charge(0, 0).unwrap(),
        slip: Slip::of(slippage, 0, 0).unwrap(),
        tax: Rate::new(Decimal::new(tax, 3)),
        pooled: false,
        lots,
    }
}

/// What is worked out once, worked out again.
fn again(tariff: Tariff) -> Tariff {
    let Tariff { places, smallest, .. } = tariff;
    let charge = tariff.commission.charge(places, smallest).unwrap();
    Tariff { charge, slip: Slip::of(tariff.slippage, places, smallest).unwrap(), ..tariff }
}

/// The same where shares are traded by the thousandth: amounts are in thousandths of a won.
fn in_thousandths(tariff: Tariff) -> Tariff {
    again(Tariff { places: 3, quantity_places: 3, base: Base { places: 3, ..tariff.base }, ..tariff })
}

fn lot(day: u32, shares: i64, cost: i64) -> Lot {
    Lot {
        date: chrono::NaiveDate::from_ymd_opt(2024, 1, day).unwrap(),
        quantity: Quantity::new(Decimal::from(shares)),
        cost: Price::new(Decimal::from(cost)),
        per: Quantity::new(Decimal::ONE),
        rate: None,
    }
}

/// Ten shares at 15,000 and ten at 18,000.
fn ledger(basis: CostBasis) -> Option<Ledger> {
    Ledger::of(&[lot(1, 10, 15_000), lot(2, 10, 18_000)], basis)
}

#[test]
fn each_cost_is_rounded_up_by_itself() {
    let costs = tariff(16_800, 0, None).costs(-21).unwrap();
    assert_eq!(costs, OrderCosts { commission: 53, slippage: 353, tax: 0 });
    assert_eq!(costs.total(), Some(406));
    assert_eq!(tariff(16_800, 0, None).costs(0), Some(OrderCosts::default()));
}

#[test]
fn cash_moves_by_whole_units_however_fine_the_amount_is() {
    // A thousandth of a share at 16,805 won: amounts are in thousandths of a won.
    let fine = in_thousandths(tariff(16_805, 0, None));
    for (shares, slippage) in [(1, 195), (-1, 805), (2, 390), (1_000, 17_000), (-1_000, 17_000)] {
        let costs = fine.costs(shares).unwrap();
        assert_eq!(costs.slippage, slippage, "{shares}");
        assert_eq!((16_805 * shares + costs.total().unwrap()) % 1_000, 0, "{shares}");
    }
    let mut last = 0;
    for shares in 1..2_000 {
        let slippage = fine.costs(shares).unwrap().slippage;
        assert!(slippage + 1_000 > last && fine.costs(-shares).unwrap().slippage >= 0, "{shares}");
        last = slippage;
    }
}

#[test]
fn commission_is_the_rate_or_the_minimum_and_the_fixed_fee_rounded_up_once() {
    // price, shares, places and smallest of the books, rate, minimum, fixed fee, commission
    #[expect(clippy::type_complexity, reason = "a table with its columns named above")]
    let table: &[(i128, i128, u32, u32, &str, &str, &str, i128)] = &[
        (16_800, -21, 0, 0, "0.00015", "0", "0", 53),
        (16_800, -21, 0, 0, "0.00015", "52.92", "0", 53),
        (16_800, -21, 0, 0, "0.00015", "52.9201", "0", 53),
        (16_800, -21, 0, 0, "0.00015", "53.0001", "0", 54),
        (16_800, -21, 0, 0, "0.00015", "500", "0", 500),
        (16_800, 21, 0, 0, "0.00015", "500", "100", 600),
        (16_800, 21, 0, 0, "0.00015", "0", "0.08", 53), // 52.92 + 0.08: no won more
        (16_800, 21, 0, 0, "0.00015", "0", "0.09", 54),
        (16_800, 0, 0, 0, "0.00015", "500", "100", 0),
        (16_800, 1, 0, 0, "0", "0", "0", 0),
        (16_800, 1, 0, 0, "0", "0", "0.0001", 1),
        (12_345, 10, 2, 2, "0.0025", "0", "0", 309), // 1,234.50 dollars: 3.08625
        (12_345, 10, 2, 2, "0.0025", "4.95", "0.01", 496),
        (1_234_500, 10, 4, 2, "0.0025", "0", "0", 30_900), // the same in finer books
    ];
    for &(price, shares, places, smallest, rate, minimum, per_order, expected) in table {
        let money = |text: &str| Money::new(text.parse().unwrap());
        let commission =
            Commission { rate: Rate::new(rate.parse().unwrap()), minimum: money(minimum), per_order: money(per_order) };
        let base = Base { places, smallest, price, worth: 1 };
        let tariff = again(Tariff { places, smallest, commission, base, ..tariff(price, 0, None) });
        let case = format!("{shares} x {price}, {rate}, {minimum}, {per_order}");
        assert_eq!(tariff.costs(shares).unwrap().commission, expected, "{case}");
    }
}

#[test]
fn the_oldest_purchases_are_sold_first_and_losses_are_not_taxed() {
    let tariff = tariff(16_800, 154, ledger(CostBasis::Fifo));
    assert_eq!(tariff.costs(-10).unwrap().tax, 2_772, "10 × 1,800 × 15.4 %");
    assert_eq!(tariff.costs(-15).unwrap().tax, 1_848, "less 5 × 1,200");
    assert_eq!(tariff.costs(-20).unwrap().tax, 924, "less 10 × 1,200");
    assert_eq!(tariff.costs(20).unwrap().tax, 0, "buying realises nothing");
}

#[test]
fn costs_follow_straight_lines_between_their_turns() {
    let lots = [(10, 15_000), (10, 18_500), (3, 16_800), (20, 16_000), (7, 25_000), (50, 1)];
    let lots = lots.map(|(shares, cost)| lot(1, shares, cost));
    let bases = [CostBasis::Fifo, CostBasis::MovingAverage];
    for ((tax, minimum), basis) in
        [(0, 0), (154, 0), (220, 200), (1_000, 30)].iter().flat_map(|case| bases.map(|basis| (*case, basis)))
    {
        let mut tariff = tariff(16_800, tax, Ledger::of(&lots, basis));
        tariff.commission.minimum = Money::new(minimum.into());
        let tariff = again(tariff);
        let turns = tariff.turns();
        for sign in [1, -1] {
            let cost = |shares: i128| tariff.costs(sign * shares).unwrap().total().unwrap();
            let on_side = turns.iter().map(|turn| sign * turn).filter(|turn| (0..100).contains(turn));
            let mut ends: Vec<i128> = on_side.flat_map(|turn| [turn - 1, turn]).collect();
            ends.extend([0, 100]);
            ends.sort_unstable();
            for end in ends.windows(2).filter(|end| end[1] - end[0] > 2 && end[0] >= 0) {
                let (first, last) = (end[0] + 1, end[1]);
                for shares in first..=last {
                    let off =
                        (cost(shares) - cost(first)) * (last - first) - (cost(last) - cost(first)) * (shares - first);
                    let room = 2 * tariff.rounding() * (last - first);
                    assert!(off.abs() <= room, "{tax}, {minimum}: {sign} x {shares} in {first}..{last}");
                }
            }
        }
    }
}

#[test]
fn by_the_moving_average_every_share_costs_the_same() {
    let tariff = tariff(16_800, 154, ledger(CostBasis::MovingAverage));
    assert_eq!(tariff.costs(-10).unwrap().tax, 462, "10 × (16,800 − 16,500) × 15.4 %");
    assert_eq!(tariff.costs(-20).unwrap().tax, 924, "all of them: as by the other method");
}

#[test]
fn gains_of_a_years_pool_are_not_taxed_by_the_sale() {
    let tariff = Tariff { pooled: true, ..tariff(16_800, 220, ledger(CostBasis::Fifo)) };
    assert!(tariff.costs(-15).unwrap().tax == 0 && tariff.pooled_gain(-15) == Some(12_000));
    assert_eq!((tariff.pooled_gain(15), tariff.sold(15)), (Some(0), None));
    let sold = tariff.sold(-15).unwrap();
    let lots: Vec<_> = sold.lots.iter().map(|lot| (lot.shares, lot.cost)).collect();
    assert_eq!((sold.gain, lots), (12_000, vec![(10, 150_000), (5, 90_000)]));
}

#[test]
fn a_part_of_a_share_gains_whole_units_rounded_up_once() {
    // Ten shares at 15,000 and ten at 18,000, sold by the thousandth at 16,805: 1,805 a share, then 1,195 lost.
    let fine = in_thousandths(Tariff { pooled: true, ..tariff(16_805, 220, ledger(CostBasis::Fifo)) });
    for (shares, gain) in [(1, 2), (2, 4), (1_000, 1_805), (1_001, 1_807), (10_000, 18_050), (10_001, 18_049)] {
        assert_eq!(fine.pooled_gain(-shares), Some(gain * 1_000), "{shares}");
    }
    let sold = fine.sold(-10_001).unwrap();
    let lots: Vec<_> = sold.lots.iter().map(|lot| (lot.shares, lot.cost)).collect();
    assert_eq!(lots, [(10_000, 150_000_000), (1, 18_000)]);
}

#[test]
fn a_fill_at_the_limit_never_costs_more_than_the_slippage() {
    for price in [999, 1_999, 2_000, 2_004, 16_800, 35_555, 1_000_000] {
        let tariff = tariff(price, 0, None);
        let buy = tariff.limit_price(true).unwrap();
        let sell = tariff.limit_price(false).unwrap();
        let slippage = tariff.costs(7).unwrap().slippage;
        assert!(sell <= price && price <= buy, "{price}");
        assert!((buy - price) * 7 <= slippage && (price - sell) * 7 <= slippage, "{price}");
    }
}

#[test]
fn what_is_charged_in_another_currency_is_rounded_up_in_it_and_gains_are_in_the_base_currency() {
    // 100.25 dollars at 1,385.5 won: the books are in thousandths of a won.
    let (price, rate) = (10_025, Decimal::new(13_855, 1));
    let base = Base { places: 3, smallest: 0, price: price * 13_855, worth: 13_855 };
    // Ten shares at 80 dollars and 1,300 won, ten at 90 and 1,400.
    let lots =
        [(1, 80, 1_300), (2, 90, 1_400)].map(|(day, cost, rate)| Lot { rate: Some(rate.into()), ..lot(day, 10, cost) });
    let lots = Ledger::of(&lots::in_base(&lots).unwrap(), CostBasis::Fifo);
    let minimum = at_rate(Money::new(1_000.into()), rate).unwrap();
    assert_eq!(minimum.to_string(), "0.7218", "1,000 won are 0.721761… dollars");
    let commission = Commission { minimum, ..tariff(1, 0, None).commission };
    let dollars =
        again(Tariff { currency: Currency::Usd, places: 2, smallest: 2, base, commission, ..tariff(price, 154, lots) });
    let costs = dollars.costs(-15).unwrap();
    // 2,083,445.4375 won less 1,040,000 and 630,000 is 413,446 won; 15.4 % of it 63,670.684 won, 45.9550… dollars.
    assert_eq!(dollars.gain(15), Some(413_446_000));
    assert_eq!(costs, OrderCosts { commission: 73, slippage: 151, tax: 4_596 });
    assert_eq!(dollars.cost(-15), Some((73 + 151 + 4_596) * 13_855));
    let sold: Vec<i128> = dollars.sold(-15).unwrap().lots.iter().map(|lot| lot.cost).collect();
    assert_eq!(sold, [1_040_000_000, 630_000_000]);
    assert_eq!((dollars.limit_price(true), dollars.limit_price(false)), (Some(10_035), Some(10_015)));
}

#[test]
fn lots_without_the_rate_of_their_day_say_nothing_of_a_gain_in_the_base_currency() {
    let lots = [lot(1, 10, 80), Lot { rate: Some(1_300.into()), ..lot(2, 10, 90) }];
    assert_eq!(lots::in_base(&lots), None);
}
