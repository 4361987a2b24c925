//! The shipped data against facts known from elsewhere. `docs/calendars.md` names the sources.
//!
//! Test code only: nothing here reaches the program.

use chrono::{Datelike, Month, NaiveDate};

use super::CalendarId::{self, Xkrx, Xnys};
use super::{Calendar, CalendarError};

/// A shipped calendar; `every_calendar_parses` is the test that it is one.
pub(super) fn calendar(id: CalendarId) -> Calendar {
    Calendar::of(id).expect("the compiled-in data is sound")
}

/// A date from its text.
pub(super) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a test writes its dates as YYYY-MM-DD")
}

/// Every date of a calendar's range.
pub(super) fn days_of(calendar: &Calendar) -> Vec<NaiveDate> {
    let (first, last) = calendar.range().into_inner();
    first.iter_days().take_while(|day| *day <= last).collect()
}

#[test]
fn every_calendar_parses() {
    for id in CalendarId::ALL {
        let range = Calendar::of(id).map(|calendar| calendar.range());
        assert_eq!(range, Ok::<_, CalendarError>(day("2010-01-01")..=day("2028-12-31")), "{id}");
        assert_eq!(calendar(id).id(), id);
    }
    assert_eq!(calendar(Xkrx).published_through(), day("2026-12-31"));
    assert_eq!(calendar(Xnys).published_through(), day("2028-12-31"));
}

#[test]
fn sessions_per_year() {
    // Korea Exchange gave out 251, 248, 248, 243 and 248 for 2010, 2011, 2012, 2017 and 2020, and
    // 251 for 2021 before the law of that summer added three substitute holidays.
    let years = [
        (2010, 251, 252),
        (2011, 248, 252),
        (2012, 248, 250),
        (2013, 247, 252),
        (2014, 245, 252),
        (2015, 248, 252),
        (2016, 246, 252),
        (2017, 243, 251),
        (2018, 244, 251),
        (2019, 246, 252),
        (2020, 248, 253),
        (2021, 248, 252),
        (2022, 246, 251),
        (2023, 245, 250),
        (2024, 244, 252),
        (2025, 242, 250),
        (2026, 244, 251),
        (2027, 245, 251),
        (2028, 242, 251),
    ];
    for (year, in_seoul, in_new_york) in years {
        for (id, expected) in [(Xkrx, in_seoul), (Xnys, in_new_york)] {
            let (first, last) = (format!("{year}-01-01"), format!("{year}-12-31"));
            let calendar = calendar(id);
            let found = calendar.sessions(day(&first), day(&last)).map(<[_]>::len);
            assert_eq!(found, Ok(expected), "{id} {year}");
        }
    }
}

/// Days that other packages, or other years, get wrong; and whether the exchange is open.
const DISPUTED: [(CalendarId, &str, bool); 51] = [
    // Elections.
    (Xkrx, "2010-06-02", false),
    (Xkrx, "2012-12-19", false),
    (Xkrx, "2017-05-09", false),
    (Xkrx, "2024-04-10", false),
    (Xkrx, "2025-06-03", false),
    (Xkrx, "2026-06-03", false),
    (Xkrx, "2028-04-12", false),
    // The election day the law had set for 2017 before the president was removed.
    (Xkrx, "2017-12-20", true),
    // Holidays the government gave for one year only, and the same dates a year apart.
    (Xkrx, "2015-08-14", false),
    (Xkrx, "2016-05-06", false),
    (Xkrx, "2017-05-02", true),
    (Xkrx, "2017-10-02", false),
    (Xkrx, "2020-08-17", false),
    (Xkrx, "2023-10-02", false),
    (Xkrx, "2024-10-01", false),
    (Xkrx, "2025-01-27", false),
    (Xkrx, "2025-10-01", true),
    (Xkrx, "2025-10-10", true),
    // Substitutes: from 2014 for some, 2021 for national days, 2023 for Christmas.
    (Xkrx, "2013-09-23", true),
    (Xkrx, "2014-09-10", false),
    (Xkrx, "2021-08-16", false),
    (Xkrx, "2021-12-27", true),
    (Xkrx, "2022-01-03", true),
    (Xkrx, "2023-05-29", false),
    (Xkrx, "2027-12-27", false),
    // Constitution Day and Labor Day under the law of 2026.
    (Xkrx, "2025-07-17", true),
    (Xkrx, "2026-07-17", false),
    (Xkrx, "2026-05-01", false),
    (Xkrx, "2021-05-03", true),
    (Xkrx, "2027-05-03", false),
    (Xkrx, "2027-07-19", false),
    (Xkrx, "2028-07-17", false),
    // Hangul Day is a holiday since 2013; Memorial Day has no substitute.
    (Xkrx, "2012-10-09", true),
    (Xkrx, "2013-10-09", false),
    (Xkrx, "2026-06-08", true),
    // Year end: the 31st, or the last weekday before it.
    (Xkrx, "2016-12-30", false),
    (Xkrx, "2023-12-29", false),
    (Xkrx, "2026-12-30", true),
    (Xkrx, "2026-12-31", false),
    (Xkrx, "2028-12-29", false),
    // New York: a storm, two funerals, the first Juneteenth, a New Year that is not moved.
    (Xnys, "2012-10-29", false),
    (Xnys, "2012-10-30", false),
    (Xnys, "2012-10-31", true),
    (Xnys, "2018-12-05", false),
    (Xnys, "2025-01-09", false),
    (Xnys, "2021-06-18", true),
    (Xnys, "2022-06-20", false),
    (Xnys, "2021-12-31", true),
    (Xnys, "2027-12-31", true),
    (Xnys, "2027-12-24", false),
    (Xnys, "2028-04-14", false),
];

#[test]
fn disputed_days() {
    for (id, date, open) in DISPUTED {
        assert_eq!(calendar(id).is_session(day(date)), Ok(open), "{id} {date}");
    }
}

#[test]
fn edges_of_months() {
    let cases = [
        (Xkrx, 2010, 1, "2010-01-04", "2010-01-29"),
        (Xkrx, 2017, 10, "2017-10-10", "2017-10-31"),
        (Xkrx, 2024, 10, "2024-10-02", "2024-10-31"),
        (Xkrx, 2025, 12, "2025-12-01", "2025-12-30"),
        (Xkrx, 2026, 1, "2026-01-02", "2026-01-30"),
        (Xkrx, 2026, 2, "2026-02-02", "2026-02-27"),
        (Xkrx, 2026, 3, "2026-03-03", "2026-03-31"),
        (Xkrx, 2026, 4, "2026-04-01", "2026-04-30"),
        (Xkrx, 2026, 5, "2026-05-04", "2026-05-29"),
        (Xkrx, 2026, 7, "2026-07-01", "2026-07-31"),
        (Xkrx, 2026, 10, "2026-10-01", "2026-10-30"),
        (Xkrx, 2028, 12, "2028-12-01", "2028-12-28"),
        (Xnys, 2012, 10, "2012-10-01", "2012-10-31"),
        (Xnys, 2026, 5, "2026-05-01", "2026-05-29"),
        (Xnys, 2027, 1, "2027-01-04", "2027-01-29"),
        (Xnys, 2028, 12, "2028-12-01", "2028-12-29"),
    ];
    for (id, year, month, first, last) in cases {
        let calendar = calendar(id);
        let month = Month::try_from(month).expect("a test numbers its months from 1 to 12");
        assert_eq!(calendar.first_session_of_month(year, month), Ok(day(first)));
        assert_eq!(calendar.last_session_of_month(year, month), Ok(day(last)));
    }
}

#[test]
fn every_month_trades_and_no_weekend_does() {
    for id in CalendarId::ALL {
        let calendar = calendar(id);
        for date in days_of(&calendar).into_iter().filter(|date| date.day() == 1) {
            let month = Month::try_from(u8::try_from(date.month()).unwrap_or(0)).expect("a month");
            let first = calendar.first_session_of_month(date.year(), month).expect("in range");
            let last = calendar.last_session_of_month(date.year(), month).expect("in range");
            for session in [first, last] {
                assert_eq!((session.year(), session.month()), (date.year(), date.month()));
            }
            assert!(first.day() <= 10 && last.day() >= 25, "{id} {first} {last}");
        }
        let sunday_is_7 = |day: &NaiveDate| day.weekday().number_from_monday();
        let all = calendar.sessions(day("2010-01-01"), day("2028-12-31")).expect("in range");
        assert_eq!(all.iter().map(sunday_is_7).max(), Some(5), "{id}");
    }
}

#[test]
fn the_fingerprint_is_the_one_docs_calendars_py_prints() {
    let cases = [
        (Xkrx, "f02f04be855931a20b95cad2e00fc6f8fad6968225c84fb3ec5cba1f424fccb0"),
        (Xnys, "6b8a9fbbef9461c05270aeca311c1e6123578a4abeef0c4c79ee9ca9e0a70aa9"),
    ];
    for (id, expected) in cases {
        assert_eq!(calendar(id).fingerprint(), expected, "{id}");
    }
}
