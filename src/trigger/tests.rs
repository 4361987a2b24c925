//! A schedule, rebalances of the past, and what they come to on a day.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

use super::*;
use crate::calendar::CalendarId;
use crate::config::{Config, DriftKind};
use crate::document;
use crate::ex_dividend::frozen;
use crate::holdings::{Holdings, HoldingsFile};
use proptest::prelude::*;

const CONFIG: &str = include_str!("../../portfolio_config.yaml");
const HOLDINGS: &str = include_str!("../../holdings.yaml");

fn day(text: &str) -> NaiveDate {
    crate::config::day(text).unwrap()
}

/// The sample, edited.
fn portfolio(edits: &[(&str, &str)]) -> Portfolio {
    let text = edits.iter().fold(CONFIG.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    });
    let (config, misread) = Config::of(&document::read(text.as_bytes()));
    assert!(misread.is_empty(), "{misread:?}");
    Portfolio::of(&config).unwrap()
}

fn holdings() -> Holdings {
    Holdings::of(&HoldingsFile::of(&document::read(HOLDINGS.as_bytes())).0).unwrap()
}

fn rebalance(date: &str, left_alone: &[&str]) -> Rebalance {
    let left_alone = left_alone.iter().map(|code| Code((*code).to_owned())).collect();
    Rebalance { date: day(date), plan_id: "p".repeat(64), left_alone }
}

fn on(portfolio: &Portfolio, as_of: NaiveDate, rebalances: &[Rebalance]) -> Verdict {
    with(portfolio, &Calendar::of(portfolio.calendar).unwrap(), &books(portfolio), as_of, rebalances)
}

fn books(portfolio: &Portfolio) -> Books {
    crate::drift::books(portfolio, &holdings(), &crate::fx::Fx::default(), None).unwrap()
}

/// The same with a calendar and figures that were made before: both take longer than the judging.
fn with(
    portfolio: &Portfolio,
    calendar: &Calendar,
    books: &Books,
    as_of: NaiveDate,
    rebalances: &[Rebalance],
) -> Verdict {
    let dividends = Dividends::default();
    let frozen = frozen(portfolio, &dividends, calendar, as_of).unwrap();
    let executed = Executed { rebalances: rebalances.to_vec(), ..Executed::default() };
    let case = Case { portfolio, books, calendar, dividends: &dividends, as_of, executed: &executed, frozen: &frozen };
    judge(&case, false).unwrap()
}

fn codes<'a>(codes: impl Iterator<Item = &'a Code>) -> String {
    codes.map(|code| code.0.as_str()).collect::<Vec<_>>().join(" ")
}

/// 069500 goes ex-dividend on 2026-01-05 (alone until 01-09) and on 2026-03-30 (until 04-03), 091230 on 2026-04-01
/// (until 04-07).
fn dated() -> Portfolio {
    portfolio(&[
        ("code: '069500'", "code: '069500'\n          ex_dividend_dates: [2026-01-05, 2026-03-30]"),
        ("code: '091230'", "code: '091230'\n          ex_dividend_dates: [2026-04-01]"),
    ])
}

#[test]
fn due_since_the_latest_date_that_nothing_served() {
    let portfolio = portfolio(&[]);
    let cases = [
        ("2026-01-02", vec![], Some(("2026-01-02", 0))),
        ("2026-01-05", vec![], Some(("2026-01-02", 1))),
        ("2026-03-04", vec!["2025-12-30"], Some(("2026-01-02", 39))),
        ("2026-03-04", vec!["2026-01-02"], None),
        ("2026-03-31", vec!["2026-03-31"], None),
        ("2026-04-01", vec!["2026-03-31"], Some(("2026-04-01", 0))),
        // A record of a day that has not come serves nothing.
        ("2026-04-01", vec!["2026-04-02"], Some(("2026-04-01", 0))),
    ];
    for (as_of, served, due) in cases {
        let rebalances: Vec<Rebalance> = served.iter().map(|date| rebalance(date, &[])).collect();
        let verdict = on(&portfolio, day(as_of), &rebalances);
        let found = verdict.schedule.unwrap().due.map(|due| (due.since, due.sessions));
        assert_eq!(found, due.map(|(since, sessions)| (day(since), sessions)), "{as_of} {served:?}");
        assert_eq!(verdict.cause, due.map(|_| Cause::Scheduled), "{as_of} {served:?}");
    }
}

#[test]
fn the_record_that_served_is_the_first_one() {
    let rebalances = [rebalance("2026-02-02", &[]), rebalance("2026-01-12", &[])];
    let served = on(&portfolio(&[]), day("2026-03-04"), &rebalances).schedule.unwrap().served.unwrap();
    assert_eq!(served.date, day("2026-01-12"));
}

#[test]
fn an_asset_left_alone_makes_the_date_due_once_more() {
    let portfolio = dated();
    let first = rebalance("2026-01-02", &["069500"]);
    let inside = on(&portfolio, day("2026-01-08"), std::slice::from_ref(&first));
    let schedule = inside.schedule.unwrap();
    assert_eq!((inside.cause, schedule.due), (None, None));
    assert_eq!(schedule.waiting[0].until, day("2026-01-09"));
    let after = on(&portfolio, day("2026-01-12"), std::slice::from_ref(&first));
    let schedule = after.schedule.unwrap();
    assert_eq!(after.cause, Some(Cause::Scheduled));
    assert_eq!(schedule.due, Some(Due { since: day("2026-01-09"), sessions: 1 }));
    let window = schedule.owed[0].window.as_ref().unwrap();
    assert_eq!((window.date, window.until), (day("2026-01-05"), day("2026-01-09")));
    let served = on(&portfolio, day("2026-01-12"), &[first, rebalance("2026-01-12", &[])]);
    assert_eq!((served.cause, codes(served.schedule.unwrap().left_alone())), (None, String::new()));
}

#[test]
fn only_what_every_rebalance_left_alone_is_owed() {
    let portfolio = dated();
    let april = rebalance("2026-04-01", &["069500", "091230"]);
    // 069500 is free on 3 April and makes the date due; 091230 still waits.
    let verdict = on(&portfolio, day("2026-04-03"), std::slice::from_ref(&april));
    let schedule = verdict.schedule.unwrap();
    assert_eq!(codes(schedule.owed.iter().map(|one| &one.code)), "069500");
    assert_eq!(codes(schedule.waiting.iter().map(|one| &one.code)), "091230");
    // Once it has had its own, nothing is due until 091230 is free.
    let second = [april.clone(), rebalance("2026-04-03", &["091230"])];
    assert_eq!(on(&portfolio, day("2026-04-06"), &second).cause, None);
    let schedule = on(&portfolio, day("2026-04-07"), &second).schedule.unwrap();
    assert_eq!((codes(schedule.left_alone()), schedule.due.unwrap().since), ("091230".to_owned(), day("2026-04-07")));
    // An asset that is not in the config any more is owed nothing.
    let gone = [rebalance("2026-04-01", &["000000"])];
    assert_eq!(on(&portfolio, day("2026-04-07"), &gone).cause, None);
    // Dates that were taken out of the config tell no window, and hide nothing.
    let undated = on(&self::portfolio(&[]), day("2026-04-07"), &[april]).schedule.unwrap();
    assert_eq!((undated.owed.len(), undated.owed[0].window.clone()), (2, None));
    assert_eq!(undated.due.unwrap().since, day("2026-04-01"));
}

#[test]
fn what_is_left_alone_is_not_due_by_its_drift() {
    let band = ("min: 0.05\n          max: 0.15", "min: 0.05\n          max: 0.11");
    let asset = ("code: '091230'", "code: '091230'\n          ex_dividend_dates: [2026-03-05]");
    let served = [rebalance("2026-01-02", &[])];
    let breached = on(&portfolio(&[band]), day("2026-03-04"), &served);
    assert_eq!((breached.cause, breached.breaches.unwrap().len()), (Some(Cause::Drift), 1));
    let frozen = on(&portfolio(&[band, asset]), day("2026-03-04"), &served);
    assert_eq!((frozen.cause, frozen.breaches.unwrap().len()), (None, 0));
}

#[test]
fn each_strategy_looks_at_its_own() {
    let cases = [("time", true, false), ("threshold", false, true), ("bands", false, true), ("hybrid", true, true)];
    for (strategy, dates, drift) in cases {
        let portfolio = portfolio(&[("strategy: 'hybrid'", &format!("strategy: {strategy}"))]);
        let verdict = on(&portfolio, day("2026-03-04"), &[]);
        assert_eq!((verdict.schedule.is_some(), verdict.breaches.is_some()), (dates, drift), "{strategy}");
    }
    // 3.2 points of 360750 are over this threshold, and inside the band.
    let low = ("threshold: 0.05", "threshold: 0.03");
    for (strategy, breaches) in [("threshold", 2), ("bands", 0)] {
        let portfolio = portfolio(&[low, ("strategy: 'hybrid'", &format!("strategy: {strategy}"))]);
        assert_eq!(on(&portfolio, day("2026-03-04"), &[]).breaches.unwrap().len(), breaches, "{strategy}");
    }
}

/// A target of 0 has a relative threshold of 0: that is reached by a single won, and by nothing at all it is not.
#[test]
fn a_target_of_nothing_is_due_by_something_and_not_by_nothing() {
    let mut asset = portfolio(&[]).assets.into_values().next().unwrap();
    let weight = |text: &str| crate::money::Weight::new(text.parse().unwrap());
    (asset.target, asset.min) = (weight("0"), weight("0"));
    for kind in [DriftKind::Absolute, DriftKind::Relative, DriftKind::Either] {
        for (max, value, expected) in [
            ("0", 0, None),
            ("0", 1, Some(Breach::AboveBand)),
            ("0.05", 0, None),
            ("0.05", 1, Some(Breach::Threshold).filter(|_| kind != DriftKind::Absolute)),
            ("1", 500_000, Some(Breach::Threshold)),
        ] {
            asset.max = weight(max);
            let found = crate::drift::breach(&asset, Some((kind, weight("0.05"))), value, 1_000_000).unwrap();
            assert_eq!(found, expected, "{kind:?} {max} {value}");
        }
    }
}

/// The days of a job that runs on Mondays.
fn mondays() -> impl Iterator<Item = NaiveDate> {
    day("2024-01-01").iter_days().step_by(7).take_while(|date| *date < day("2027-06-01"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Every scheduled date is served once, on the first Monday on or after it, and only those Mondays trade.
    #[test]
    fn a_job_on_mondays_serves_every_date_once(
        id in prop::sample::select(&CalendarId::ALL),
        months in prop::collection::btree_set(1u32..=12, 1..=12),
        day_of_month in 1u32..=31,
        following in any::<bool>(),
    ) {
        let mut portfolio = portfolio(&[("strategy: 'hybrid'", "strategy: time")]);
        let roll = if following { crate::calendar::Roll::Following } else { crate::calendar::Roll::Preceding };
        let dates = Dates { months: months.into_iter().collect(), day: day_of_month, roll };
        portfolio.calendar = id;
        let frequency = portfolio.trigger.schedule.as_ref().unwrap().0;
        portfolio.trigger.schedule = Some((frequency, dates.clone()));
        let (calendar, books) = (Calendar::of(id).unwrap(), books(&portfolio));
        let mut done: Vec<Rebalance> = Vec::new();
        for monday in mondays() {
            if with(&portfolio, &calendar, &books, monday, &done).cause == Some(Cause::Scheduled) {
                done.push(Rebalance { date: monday, plan_id: String::new(), left_alone: [].into() });
                prop_assert_eq!(with(&portfolio, &calendar, &books, monday, &done).cause, None);
            }
        }
        let mut scheduled = Vec::new();
        let mut at = done[0].date;
        while let Some(next) = next_scheduled(&calendar, &dates, at).unwrap().filter(|next| *next <= day("2027-05-31")) {
            scheduled.push(next);
            at = next;
        }
        let first_monday = |date: &NaiveDate| mondays().find(|monday| monday >= date);
        let mut expected: Vec<NaiveDate> = scheduled.iter().filter_map(first_monday).collect();
        expected.dedup();
        prop_assert_eq!(done[1..].iter().map(|one| one.date).collect::<Vec<_>>(), expected);
    }

    /// Whatever windows there are: right after a rebalance nothing is due, and once the windows of a date are over,
    /// every asset has had its own.
    #[test]
    fn every_asset_has_its_rebalance_of_every_date(
        offsets in prop::collection::vec((0usize..7, 0i64..1_000), 0..30),
        window in 0u32..6,
    ) {
        let mut portfolio = portfolio(&[("strategy: 'hybrid'", "strategy: time")]);
        portfolio.limits.ex_dividend = Some(crate::portfolio::ExDividendWindow { before: window, after: window });
        let codes: Vec<Code> = portfolio.assets.keys().cloned().collect();
        for (asset, offset) in offsets {
            let date = day("2024-01-10") + chrono::Days::new(offset.unsigned_abs());
            portfolio.assets.get_mut(&codes[asset]).unwrap().ex_dividend.push(date);
        }
        let (calendar, books) = (Calendar::of(portfolio.calendar).unwrap(), books(&portfolio));
        let mut done: Vec<Rebalance> = Vec::new();
        for date in day("2024-01-02").iter_days().take(1_050).filter(|date| calendar.is_session(*date).unwrap()) {
            let verdict = with(&portfolio, &calendar, &books, date, &done);
            let alone = frozen(&portfolio, &Dividends::default(), &calendar, date).unwrap();
            if verdict.cause.is_some() {
                let left_alone = alone.iter().map(|one| one.code.clone()).collect();
                done.push(Rebalance { date, plan_id: String::new(), left_alone });
                prop_assert_eq!(with(&portfolio, &calendar, &books, date, &done).cause, None, "{}", date);
            }
            // After the job has run, whatever is free has been traded since the latest date.
            let latest = verdict.schedule.unwrap().latest.unwrap();
            let since: Vec<&Rebalance> = done.iter().filter(|one| one.date >= latest).collect();
            let free = codes.iter().filter(|code| !alone.iter().any(|one| one.code == **code));
            for code in free {
                prop_assert!(since.iter().any(|one| !one.left_alone.contains(code)), "{} on {}", code, date);
            }
        }
    }
}
