//! What holds of the tax on a year's gains: of the pool by itself, and of whole plans against a slow reckoning.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

use super::{Pool, allotted};
use crate::calendar::Calendar;
use crate::config::Config;
use crate::document;
use crate::ex_dividend::Dividends;
use crate::executed::Executed;
use crate::holdings::{Holdings, HoldingsFile};
use crate::money::Rate;
use crate::plan::{Ask, Draft, Inputs};
use crate::policy::Source;
use crate::rules::{self, Facts, Sound};
use crate::schema;
use proptest::prelude::*;
use rust_decimal::Decimal;

fn pool(deduction: i128, realised: i128) -> Pool {
    let rate = Rate::new(Decimal::new(22, 2));
    Pool { year: 2026, deduction, realised, untold: Vec::new(), rate, places: 0, smallest: 0 }
}

#[test]
fn gains_above_what_is_left_of_the_deduction_are_taxed() {
    // deduction, realised before, gains, tax, saved by waiting
    let table = [
        (2_500_000, 0, 2_500_000, 0, 0),
        (2_500_000, 0, 2_500_001, 1, 1),
        (2_500_000, 1_200_000, 1_900_000, 132_000, 132_000),
        (2_500_000, 2_500_000, 100, 22, 22),
        (2_500_000, 9_000_000, 100, 22, 22),
        (2_500_000, -500_000, 3_000_000, 0, 0),
        (2_500_000, -500_000, 3_000_100, 22, 22),
        (2_500_000, 0, 6_000_000, 770_000, 550_000),
        (2_500_000, 2_500_000, -100, 0, 0),
        (0, 0, 100, 22, 0),
    ];
    for (deduction, realised, gains, tax, saved) in table {
        let pool = pool(deduction, realised);
        assert_eq!((pool.tax(gains), pool.saved_by_waiting(gains)), (Some(tax), Some(saved)), "{realised}, {gains}");
    }
    let untold = Pool { untold: vec!["A on 2026-01-02".to_owned()], ..pool(2_500_000, -1) };
    assert_eq!(untold.tax(100), Some(22), "what is not known is not free");
}

#[test]
fn each_order_bears_what_it_adds_and_losses_come_first() {
    let pool = pool(1_000, 0);
    assert_eq!(
        allotted(&[1_500, -600, 101, 100], |gain| pool.tax(gain)),
        Some(vec![0, 0, 1, 22]),
        "900, then 1,001 and 1,101"
    );
    assert_eq!(allotted(&[900, 100, 1], |gain| pool.tax(gain)), Some(vec![0, 0, 1]));
}

proptest! {
    #[test]
    fn what_orders_bear_is_the_tax_on_all_of_them(
        gains in proptest::collection::vec(-3_000_000_i128..3_000_000, 0..9),
        deduction in 0_i128..3_000_000,
        realised in -2_000_000_i128..4_000_000,
    ) {
        let pool = pool(deduction, realised);
        let borne = allotted(&gains, |gain| pool.tax(gain)).unwrap();
        let all: i128 = gains.iter().sum();
        prop_assert_eq!(borne.iter().sum::<i128>(), pool.tax(all).unwrap());
        prop_assert!(borne.iter().zip(&gains).all(|(tax, gain)| *tax >= 0 && (*gain > 0 || *tax == 0)));
        // More gain is never less tax, and a won of it never more than a won of tax.
        let more = pool.tax(all + 1).unwrap() - pool.tax(all).unwrap();
        prop_assert!((0..=1).contains(&more));
        let saved = pool.saved_by_waiting(all).unwrap();
        prop_assert!(0 <= saved && saved <= pool.tax(all).unwrap());
    }
}

const CONFIG: &str = include_str!("../../../portfolio_config.yaml");
const CODES: [&str; 7] = ["360750", "069500", "305080", "443160", "091230", "305720", "319640"];

fn sound(classes: &[Option<&str>], basis: &str) -> Sound {
    let mut text = CONFIG.replace("  slippage_estimate", &format!("  cost_basis: {basis}\n    slippage_estimate"));
    for (code, class) in CODES.iter().zip(classes) {
        let Some(class) = class else { continue };
        let from = format!("code: '{code}'\n");
        text = text.replace(&from, &format!("{from}          tax_class: {class}\n"));
    }
    let reading = document::read(text.as_bytes());
    let (config, misread) = Config::of(&reading);
    let issues = schema::check(&schema::CONFIG, &reading, &misread);
    let facts = Facts::of_file("portfolio_config.yaml", &reading, &issues, &config);
    let none: &[Source] = &[];
    let (sound, findings) = rules::judge(&facts, &rules::policies(none).0);
    sound.unwrap_or_else(|| panic!("{findings:?}"))
}

/// Positions with lots, an item each: code, price, and shares and cost of each purchase.
type Held = Vec<(&'static str, i64, Vec<(i64, i64)>)>;

fn holdings(held: &Held, realised: i64) -> Holdings {
    let mut text = format!(
        "as_of: 2026-03-04\ncash: {{ KRW: 300000 }}\nrealised:\n  - {{ year: 2026, tax_class: overseas, gain: {realised} }}\n  - {{ year: 2025, tax_class: overseas, gain: 9000000 }}\npositions:\n"
    );
    for (code, price, lots) in held {
        let shares: i64 = lots.iter().map(|lot| lot.0).sum();
        text += &format!("  - code: '{code}'\n    quantity: {shares}\n    price: {price}\n    lots:\n");
        for (day, (shares, cost)) in lots.iter().enumerate() {
            text += &format!("      - {{ date: 2024-01-{:02}, quantity: {shares}, cost: {cost} }}\n", day + 1);
        }
    }
    Holdings::of(&HoldingsFile::of(&document::read(text.as_bytes())).0).unwrap()
}

/// What selling so many shares gains, a share at a time.
fn slow_gain(price: i64, lots: &[(i64, i64)], shares: i128, average: bool) -> i128 {
    let each: Vec<i128> = lots.iter().flat_map(|lot| (0..lot.0).map(|_| i128::from(lot.1))).collect();
    let (sold, all) = (usize::try_from(shares).unwrap(), i128::try_from(each.len()).unwrap());
    let amount = shares * i128::from(price);
    if average {
        // Rounded up: the cost is rounded down.
        amount - (each.iter().sum::<i128>() * shares).div_euclid(all)
    } else {
        amount - each.iter().take(sold).sum::<i128>()
    }
}

fn slow_tax(amount: i128, percent_tenths: i128) -> i128 {
    (amount.max(0) * percent_tenths + 999).div_euclid(1_000)
}

fn held() -> impl Strategy<Value = Held> {
    let position = (1_000_i64..60_000, proptest::collection::vec((1_i64..90, 500_i64..90_000), 1..4));
    proptest::collection::vec(position, CODES.len()).prop_map(|positions| {
        CODES.into_iter().zip(positions).map(|(code, (price, lots))| (code, price, lots)).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    /// The gains, the lots and the taxes of a plan are those of a slow reckoning, and the money adds up to the won.
    #[test]
    fn a_plan_is_taxed_as_a_slow_reckoning_says(
        held in held(),
        classes in proptest::collection::vec(prop_oneof![
            Just(None), Just(Some("kr_equity")), Just(Some("kr_other")), Just(Some("overseas")), Just(Some("overseas")),
        ], CODES.len()),
        average in any::<bool>(),
        realised in -1_000_000_i64..3_000_000,
    ) {
        let sound = sound(&classes, if average { "moving_average" } else { "fifo" });
        let holdings = holdings(&held, realised);
        let calendar = Calendar::of(sound.portfolio().calendar).unwrap();
        let (executed, ask) = (Executed::default(), Ask::default());
        let inputs =
            Inputs { dividends: &Dividends::default(), fx: &crate::fx::Fx::default(), sound: &sound, holdings: &holdings, calendar: &calendar, as_of: holdings.as_of, executed: &executed, ask: &ask };
        let draft = Draft::make(inputs).unwrap();
        let (mut cash, mut pooled, mut borne) = (300_000_i128, 0_i128, 0_i128);
        for order in &draft.orders {
            let code = &draft.books.lines[order.line].code.0;
            let at = CODES.iter().position(|known| known == code).unwrap();
            let (_, price, lots) = &held[at];
            cash -= order.shares * i128::from(*price) + order.costs.total().unwrap();
            prop_assert!(cash >= 0);
            let Some(sold) = &order.sold else {
                prop_assert!(order.shares > 0 && order.costs.tax == 0);
                continue;
            };
            let gain = slow_gain(*price, lots, -order.shares, average);
            prop_assert_eq!(sold.gain, gain);
            prop_assert_eq!(sold.lots.iter().map(|lot| lot.shares).sum::<i128>(), -order.shares);
            prop_assert_eq!(sold.lots.iter().map(|lot| lot.cost).sum::<i128>(), order.amount - gain);
            match classes[at] {
                Some("overseas") => {
                    pooled += gain;
                    borne += order.costs.tax;
                }
                Some("kr_other") => prop_assert_eq!(order.costs.tax, slow_tax(gain, 154)),
                _ => prop_assert_eq!(order.costs.tax, 0),
            }
        }
        prop_assert_eq!(cash, draft.cash_after);
        let allowance = (2_500_000 - i128::from(realised)).max(0);
        prop_assert_eq!(borne, slow_tax(pooled - allowance, 220));
        prop_assert_eq!(draft.sizing.as_ref().unwrap().levy, borne);
        let year = draft.summary().tax;
        prop_assert_eq!(year.is_some(), classes.contains(&Some("overseas")));
        if let Some(year) = year {
            prop_assert_eq!(year.tax, borne.to_string());
            prop_assert_eq!(year.waiting.is_some(), borne > 0);
            let figure = |text: &str| text.parse::<i128>().unwrap();
            let (used, taxed) = (figure(&year.used), figure(&year.taxed));
            prop_assert_eq!(used + taxed, pooled.max(0));
            prop_assert_eq!(figure(&year.left), (2_500_000 - i128::from(realised) - pooled).max(0));
        }
    }
}
