//! Known answers, what is undefined, and laws.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

use super::*;
use chrono::Days;
use proptest::prelude::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn flows(text: &str) -> Vec<(NaiveDate, Decimal)> {
    let one = |flow: &str| {
        let (date, amount) = flow.split_once(' ').unwrap();
        (day(date), amount.parse().unwrap())
    };
    text.split(", ").map(one).collect()
}

fn rate(text: &str) -> String {
    match money_weighted(&flows(text)) {
        Ok(rate) => rate.yearly.map_or_else(|| "TooLarge".to_owned(), |yearly| yearly.round_dp(9).to_string()),
        Err(undefined) => format!("{undefined:?}"),
    }
}

#[test]
fn known_rates() {
    let cases = [
        // The example of Microsoft's documentation of XIRR, which says 0.373362535 (its flows have the other sign).
        ("2008-01-01 10000, 2008-03-01 -2750, 2008-10-30 -4250, 2009-02-15 -3250, 2009-04-01 -2750", "0.373362535"),
        ("2025-01-01 100, 2026-01-01 -110", "0.100000000"),
        ("2025-01-01 100, 2026-01-01 -100", "0.000000000"),
        ("2025-01-01 100, 2026-01-01 -50", "-0.500000000"),
        ("2025-01-01 100, 2027-01-01 -121", "0.100000000"),
        // Borrowed, and paid back.
        ("2025-01-01 -100, 2026-01-01 110", "0.100000000"),
        ("2025-12-31 100, 2026-03-31 -105", "0.218805428"),
        ("2026-01-01 100, 2026-01-02 -101", "36.783434333"),
        // Everything taken out before the end.
        ("2025-01-01 100, 2026-01-01 -107, 2026-06-01 0", "0.070000000"),
        // Signs change three times, and what is invested stays above zero.
        ("2025-01-01 1000, 2025-04-01 -200, 2025-07-01 300, 2026-01-01 -1200", "0.100124475"),
    ];
    for (text, expected) in cases {
        let found = rate(text);
        let near = |a: &str, b: &str| (a.parse::<Decimal>().unwrap() - b.parse::<Decimal>().unwrap()).abs();
        assert!(found.starts_with(|c: char| c == '-' || c.is_ascii_digit()), "{text}: {found}");
        assert!(near(&found, expected) <= Decimal::new(2, 9), "{text}: {found}, not {expected}");
    }
}

#[test]
fn what_has_no_rate_says_why() {
    let cases = [
        ("2026-01-01 100", "NoDay"),
        ("2026-01-01 100, 2026-01-01 -110", "NoDay"),
        ("2026-01-01 100, 2026-02-01 10", "NoSignChange"),
        ("2026-01-01 0, 2026-02-01 0", "NoSignChange"),
        ("2026-01-01 100, 2026-02-01 0", "NoSignChange"),
        // 10 % and 20 % both fit: 100, then -230, then 132, a year apart.
        ("2025-01-01 100, 2026-01-01 -230, 2027-01-01 132", "SeveralRates"),
        // 10 %, 20 % and 30 % all fit.
        ("2025-01-01 1000, 2026-01-01 -3600, 2027-01-01 4310, 2028-01-01 -1716", "SeveralRates"),
        ("2026-01-01 1, 2026-01-02 -99999", "TooLarge"),
    ];
    for (text, expected) in cases {
        assert_eq!(rate(text), expected, "{text}");
    }
}

#[test]
fn a_yearly_rate_with_too_many_digits_leaves_that_of_the_period() {
    let rate = money_weighted(&flows("2026-01-01 100, 2026-01-04 -200")).unwrap();
    assert_eq!((rate.yearly, rate.period.round_dp(9).to_string()), (None, "1.000000000".to_owned()));
}

fn series(text: &str) -> Vec<Valued> {
    let one = |one: &str| {
        let mut parts = one.split(' ');
        let mut next = || parts.next().unwrap();
        let (day, value) = (day(next()), next().parse().unwrap());
        Valued { day, value, flow: next().parse().unwrap() }
    };
    text.split(", ").map(one).collect()
}

fn made(text: &str) -> String {
    match time_weighted(&series(text)) {
        Ok(growth) => (growth.last().unwrap().1 - Decimal::ONE).round_dp(9).normalize().to_string(),
        Err(undefined) => format!("{undefined:?}"),
    }
}

#[test]
fn flows_are_no_gains() {
    let cases = [
        ("2026-01-01 100 0, 2026-03-31 110 0", "0.1"),
        // Doubled by a deposit alone.
        ("2026-01-01 100 0, 2026-02-01 200 100, 2026-03-31 200 0", "0"),
        ("2026-01-01 100 0, 2026-02-01 210 100, 2026-03-31 231 0", "0.21"),
        ("2026-01-01 100 0, 2026-02-01 60 -50, 2026-03-31 66 0", "0.21"),
        // The flow of the first day is in what it starts with.
        ("2026-01-01 100 40, 2026-03-31 110 0", "0.1"),
        ("2026-01-01 100 0, 2026-03-31 0 0", "-1"),
        ("2026-01-01 100 0", "NoDay"),
        ("2026-01-01 100 0, 2026-01-01 100 0", "NoDay"),
        ("2026-01-01 0 0, 2026-03-31 110 100", "WorthNothing(2026-01-01)"),
        ("2026-01-01 100 0, 2026-02-01 0 0, 2026-03-31 110 100", "WorthNothing(2026-02-01)"),
        ("2026-01-01 100 0, 2026-02-01 50 60, 2026-03-31 110 0", "LostMore(2026-02-01)"),
    ];
    for (text, expected) in cases {
        assert_eq!(made(text), expected, "{text}");
    }
}

/// Flows of an account that is always worth something, and grows by a daily factor that is known.
fn account() -> impl Strategy<Value = (Decimal, Vec<(NaiveDate, Decimal)>)> {
    let step = (1_u64..200, -30_i64..60);
    (-2_000_i64..4_000, proptest::collection::vec(step, 1..12)).prop_map(|(millionths, steps)| {
        let growth = Decimal::ONE + Decimal::new(millionths, 6);
        let mut day: NaiveDate = "2020-01-01".parse().unwrap();
        let mut flows = vec![(day, Decimal::from(1_000))];
        let mut balance = Decimal::from(1_000);
        for (days, percent) in steps {
            day = day.checked_add_days(Days::new(days)).unwrap();
            balance *= power(growth, u32::try_from(days).unwrap()).unwrap();
            let flow = (balance * Decimal::new(percent, 2)).round_dp(4);
            balance += flow;
            flows.push((day, flow));
        }
        day = day.checked_add_days(Days::new(1)).unwrap();
        flows.push((day, -(balance * growth)));
        (growth, flows)
    })
}

proptest! {
    #[test]
    fn the_rate_that_made_an_account_is_found((growth, flows) in account()) {
        let found = money_weighted(&flows).unwrap();
        let (found, yearly) = (found.yearly.unwrap(), power(growth, YEAR).unwrap() - Decimal::ONE);
        prop_assert!((found - yearly).abs() < Decimal::new(1, 12), "{found} {yearly}");
    }

    #[test]
    fn at_the_rate_nothing_is_left_over((_, mut flows) in account(), tilt in -200_i64..200) {
        let last = flows.last_mut().unwrap();
        last.1 *= Decimal::new(1_000 + tilt, 3);
        let Ok(all) = Flows::of(&flows) else { return Ok(()) };
        let Ok(root) = all.root() else { return Ok(()) };
        let near = Decimal::new(1, 20);
        prop_assert!(!all.left(root - near).is_sign_positive() || all.left(root - near).is_zero());
        prop_assert!(!all.left(root + near).is_sign_negative());
    }

    #[test]
    fn without_flows_both_returns_are_one(from in 1_i64..1_000_000, to in 1_i64..1_000_000, days in 20_u64..9_000) {
        prop_assume!(to < from * 100 && from < to * 100);
        let first: NaiveDate = "2000-01-01".parse().unwrap();
        let last = first.checked_add_days(Days::new(days)).unwrap();
        let (from, to) = (Decimal::from(from), Decimal::from(to));
        let zero = Decimal::ZERO;
        let series = [Valued { day: first, value: from, flow: zero }, Valued { day: last, value: to, flow: zero }];
        let time = time_weighted(&series).unwrap()[1].1 - Decimal::ONE;
        match money_weighted(&[(first, from), (last, -to)]) {
            Ok(money) => prop_assert!((money.period - time).abs() < Decimal::new(1, 12), "{} {time}", money.period),
            Err(undefined) => prop_assert_eq!(undefined, Undefined::TooLarge),
        }
    }
}
