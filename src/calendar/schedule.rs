//! Scheduled dates: one for each month a config lists, on the day of the month it names, moved to a session.
//!
//! A day that is no session is moved as ISDA's plain conventions have it: *following* takes the next session, *preceding*
//! the one before, each also when that lies in another month. So a month's date may lie in the month after it or before
//! it, and still is that month's: dates keep the order of their months, none is left out, and none comes twice.
//!
//! Whether a date was served, and what follows from it, is the trigger's business.

use chrono::{Datelike, Months, NaiveDate};

use super::{Calendar, OutOfRange};

/// Where a day that is no session is moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Roll {
    /// To the next session.
    Following,
    /// To the session before.
    Preceding,
}

/// The dates of a schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dates {
    /// The months, 1 to 12, in any order; others never come.
    pub months: Vec<u32>,
    /// The day of the month. In a month that has no such day it is the last one.
    pub day: u32,
    /// Where it is moved when it is no session.
    pub roll: Roll,
}

impl Dates {
    /// The first session of each of these months.
    #[must_use]
    pub fn first_sessions(months: Vec<u32>) -> Self {
        Self { months, day: 1, roll: Roll::Following }
    }

    /// The last session of each of these months.
    #[must_use]
    pub fn last_sessions(months: Vec<u32>) -> Self {
        Self { months, day: 31, roll: Roll::Preceding }
    }

    /// The days that are named, before any is moved, in the months that are listed: `count` months from `start` on,
    /// forwards or backwards.
    fn named(&self, start: NaiveDate, count: i32, forwards: bool) -> impl Iterator<Item = NaiveDate> {
        let months = (0..count).filter_map(move |n| month(start, if forwards { n } else { -n }));
        months.filter(|first| self.months.contains(&first.month())).filter_map(|first| self.in_month(first))
    }

    /// The day that is named in a month, given its first.
    fn in_month(&self, first: NaiveDate) -> Option<NaiveDate> {
        (28..=self.day).rev().find_map(|day| first.with_day(day)).or_else(|| first.with_day(self.day))
    }
}

/// How many months are looked at: the month of a day, a year of others, and one on both sides, into which a date may have
/// been moved.
const MONTHS: i32 = 15;

/// The latest scheduled date on or before `as_of`; none if no month is listed.
///
/// If it lies before the calendar's range, or on a day behind its end that decides it, it is unknown and not absent: that
/// is a refusal.
pub fn latest_scheduled(calendar: &Calendar, dates: &Dates, as_of: NaiveDate) -> Result<Option<NaiveDate>, OutOfRange> {
    calendar.is_session(as_of)?;
    let Some(start) = month(as_of, 1) else { return Ok(None) };
    for named in dates.named(start, MONTHS, false) {
        if let Some(date) = moved_by(calendar, dates.roll, named, as_of)? {
            return Ok(Some(date));
        }
    }
    Ok(None)
}

/// Where a day is moved, if that is on or before `as_of`.
fn moved_by(
    calendar: &Calendar,
    roll: Roll,
    named: NaiveDate,
    as_of: NaiveDate,
) -> Result<Option<NaiveDate>, OutOfRange> {
    let date = match roll {
        // Forwards it never comes back to `as_of`, and a session behind the calendar's end is behind `as_of`.
        Roll::Following if named > as_of => return Ok(None),
        Roll::Following => match calendar.on_or_after(named) {
            Err(beyond) if beyond.date > as_of => return Ok(None),
            date => date?,
        },
        // It stops at the first session it meets, and so comes back to `as_of` only where there is none between.
        Roll::Preceding if calendar.next_session(as_of).is_ok_and(|session| session <= named) => return Ok(None),
        Roll::Preceding => calendar.on_or_before(named)?,
    };
    Ok(Some(date).filter(|date| *date <= as_of))
}

/// The first scheduled date strictly after `as_of`; none if no month is listed.
///
/// One that lies past the calendar's range, or on a day before its beginning that decides it, is a refusal.
pub fn next_scheduled(calendar: &Calendar, dates: &Dates, as_of: NaiveDate) -> Result<Option<NaiveDate>, OutOfRange> {
    calendar.is_session(as_of)?;
    let Some(start) = month(as_of, -1) else { return Ok(None) };
    for named in dates.named(start, MONTHS, true) {
        if let Some(date) = moved_after(calendar, dates.roll, named, as_of)? {
            return Ok(Some(date));
        }
    }
    Ok(None)
}

/// Where a day is moved, if that is after `as_of`.
fn moved_after(
    calendar: &Calendar,
    roll: Roll,
    named: NaiveDate,
    as_of: NaiveDate,
) -> Result<Option<NaiveDate>, OutOfRange> {
    let date = match roll {
        Roll::Preceding if named <= as_of => return Ok(None),
        Roll::Preceding => calendar.on_or_before(named)?,
        Roll::Following if named <= as_of && calendar.on_or_before(as_of).is_ok_and(|session| session >= named) => {
            return Ok(None);
        }
        Roll::Following => calendar.on_or_after(named)?,
    };
    Ok(Some(date).filter(|date| *date > as_of))
}

/// The first day of the month so many months from the one a date is in.
fn month(date: NaiveDate, away: i32) -> Option<NaiveDate> {
    let (first, away) = (date.with_day(1)?, (away < 0, Months::new(away.unsigned_abs())));
    if away.0 { first.checked_sub_months(away.1) } else { first.checked_add_months(away.1) }
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test says what it relies on")]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::calendar::facts::{calendar, day, days_of};
    use crate::calendar::{CalendarId, CalendarId::Xkrx};

    const QUARTERS: [u32; 4] = [1, 4, 7, 10];

    fn quarters(day: u32, roll: Roll) -> Dates {
        Dates { months: QUARTERS.to_vec(), day, roll }
    }

    fn first(months: &[u32]) -> Dates {
        Dates::first_sessions(months.to_vec())
    }

    #[test]
    fn the_first_business_days_of_the_guide() {
        let cases = [
            ("2026-01-05", Some("2026-01-02"), Some("2026-04-01")),
            ("2026-01-02", Some("2026-01-02"), Some("2026-04-01")),
            ("2026-01-01", Some("2025-10-01"), Some("2026-01-02")),
            ("2026-03-04", Some("2026-01-02"), Some("2026-04-01")),
            ("2026-04-01", Some("2026-04-01"), Some("2026-07-01")),
            ("2026-06-30", Some("2026-04-01"), Some("2026-07-01")),
            ("2026-07-05", Some("2026-07-01"), Some("2026-10-01")),
            ("2026-10-01", Some("2026-10-01"), Some("2027-01-04")),
            ("2024-10-01", Some("2024-07-01"), Some("2024-10-02")),
            ("2024-10-02", Some("2024-10-02"), Some("2025-01-02")),
            ("2010-01-01", None, Some("2010-01-04")),
            ("2010-01-03", None, Some("2010-01-04")),
            ("2010-01-04", Some("2010-01-04"), Some("2010-04-01")),
            ("2028-09-30", Some("2028-07-03"), Some("2028-10-06")),
            ("2028-12-31", Some("2028-10-06"), None),
        ];
        told(&first(&QUARTERS), &cases);
    }

    #[test]
    fn the_last_business_days() {
        let cases = [
            ("2026-01-29", Some("2025-10-31"), Some("2026-01-30")),
            ("2026-01-30", Some("2026-01-30"), Some("2026-04-30")),
            ("2026-01-31", Some("2026-01-30"), Some("2026-04-30")),
            ("2028-10-30", Some("2028-07-31"), Some("2028-10-31")),
            ("2028-10-31", Some("2028-10-31"), None),
        ];
        told(&Dates::last_sessions(QUARTERS.to_vec()), &cases);
    }

    #[test]
    fn a_day_moves_across_the_end_of_a_month_and_stays_the_months_own() {
        // 31 January 2026 is a Saturday, so January's date is Monday 2 February.
        let cases = [
            ("2026-01-31", Some("2025-10-31"), Some("2026-02-02")),
            ("2026-02-01", Some("2025-10-31"), Some("2026-02-02")),
            ("2026-02-02", Some("2026-02-02"), Some("2026-04-30")),
            ("2026-05-01", Some("2026-04-30"), Some("2026-07-31")),
        ];
        told(&quarters(31, Roll::Following), &cases);
        // The first of January is closed, so January's date is the last session of December: 30 December.
        let cases = [
            ("2025-12-29", Some("2025-10-01"), Some("2025-12-30")),
            ("2025-12-30", Some("2025-12-30"), Some("2026-04-01")),
            ("2026-01-02", Some("2025-12-30"), Some("2026-04-01")),
            ("2028-12-27", Some("2028-09-29"), None),
        ];
        told(&quarters(1, Roll::Preceding), &cases);
        // 15 July 2028 is a Saturday; Monday the 17th is Constitution Day.
        told(&quarters(15, Roll::Following), &[("2028-07-17", Some("2028-04-17"), Some("2028-07-18"))]);
        told(&quarters(15, Roll::Preceding), &[("2028-07-17", Some("2028-07-14"), Some("2028-10-13"))]);
        // February has no 30th.
        let february = |roll| Dates { months: vec![2], day: 30, roll };
        told(&february(Roll::Following), &[("2026-03-01", Some("2025-02-28"), Some("2026-03-03"))]);
        told(&february(Roll::Preceding), &[("2028-03-01", Some("2028-02-29"), None)]);
    }

    fn told(dates: &Dates, cases: &[(&str, Option<&str>, Option<&str>)]) {
        let xkrx = calendar(Xkrx);
        for (as_of, latest, next) in cases {
            let known = |found: Result<Option<NaiveDate>, _>| found.ok().flatten();
            let found = known(latest_scheduled(&xkrx, dates, day(as_of)));
            assert_eq!(found, latest.map(day), "latest as of {as_of}: {dates:?}");
            let found = known(next_scheduled(&xkrx, dates, day(as_of)));
            assert_eq!(found, next.map(day), "next as of {as_of}: {dates:?}");
        }
    }

    #[test]
    fn unknown_is_a_refusal_and_never_is_none() {
        let xkrx = calendar(Xkrx);
        let latest =
            |months: &[u32], as_of| latest_scheduled(&xkrx, &first(months), day(as_of)).map_err(|refusal| refusal.date);
        let next =
            |months: &[u32], as_of| next_scheduled(&xkrx, &first(months), day(as_of)).map_err(|refusal| refusal.date);
        assert_eq!(latest(&[], "2010-01-01"), Ok(None));
        assert_eq!(latest(&[0, 13], "2026-03-04"), Ok(None));
        assert_eq!(next(&[], "2028-12-31"), Ok(None));
        assert_eq!(next(&[0, 13], "2026-03-04"), Ok(None));
        assert_eq!(latest(&[7], "2010-06-30"), Err(day("2009-07-01")));
        assert_eq!(latest(&[1], "2010-01-03"), Err(day("2009-01-01")));
        assert_eq!(next(&[7], "2028-07-03"), Err(day("2029-07-01")));
        assert_eq!(latest(&[], "2009-12-31"), Err(day("2009-12-31")));
        assert_eq!(next(&[], "2029-01-01"), Err(day("2029-01-01")));
        // Whether January's date of 2029 is 28 December or 1 January nobody knows yet.
        let january = Dates { months: vec![1], day: 1, roll: Roll::Preceding };
        assert_eq!(latest_scheduled(&xkrx, &january, day("2028-12-27")), Ok(Some(day("2027-12-30"))));
        assert_eq!(latest_scheduled(&xkrx, &january, day("2028-12-29")).map_err(|r| r.date), Err(day("2029-01-01")));
        // Nor whether December's date of 2009 was 31 December or 4 January.
        let december = Dates { months: vec![12], day: 31, roll: Roll::Following };
        assert_eq!(next_scheduled(&xkrx, &december, day("2010-01-03")).map_err(|r| r.date), Err(day("2009-12-31")));
        assert_eq!(next_scheduled(&xkrx, &december, day("2010-01-04")), Ok(Some(day("2011-01-03"))));
    }

    #[test]
    fn a_month_closed_altogether_is_served_by_the_next_session() {
        let april = day("2026-04-01").iter_days().take(30);
        let xkrx = calendar(Xkrx).with_closed_days(april);
        let xkrx = xkrx.expect("April 2026 is in the range");
        for as_of in ["2026-03-31", "2026-04-15", "2026-05-03"] {
            assert_eq!(next_scheduled(&xkrx, &first(&[4]), day(as_of)), Ok(Some(day("2026-05-04"))));
        }
        assert_eq!(latest_scheduled(&xkrx, &first(&[4]), day("2026-05-04")), Ok(Some(day("2026-05-04"))));
    }

    /// Every scheduled date of some years, found by walking day by day.
    fn listed(calendar: &Calendar, dates: &Dates, years: std::ops::RangeInclusive<i32>) -> BTreeSet<NaiveDate> {
        let open = |date: NaiveDate| calendar.is_session(date).expect("in the range");
        let mut all = BTreeSet::new();
        for (year, month) in years.flat_map(|year| (1..=12).map(move |month| (year, month))) {
            let in_month: Vec<NaiveDate> =
                (1..=31).filter_map(|day| NaiveDate::from_ymd_opt(year, month, day)).collect();
            let named = in_month.iter().rfind(|date| date.day() <= dates.day);
            let Some(mut date) = named.copied().filter(|_| dates.months.contains(&month)) else { continue };
            while !open(date) {
                let moved = match dates.roll {
                    Roll::Following => date.succ_opt(),
                    Roll::Preceding => date.pred_opt(),
                };
                date = moved.expect("in the range");
            }
            all.insert(date);
        }
        all
    }

    #[test]
    fn every_day_of_two_years_is_what_walking_finds_for_every_day_of_the_month() {
        for id in CalendarId::ALL {
            let calendar = calendar(id);
            for (day_of_month, roll) in (1..=31).flat_map(|day| [(day, Roll::Following), (day, Roll::Preceding)]) {
                let dates = Dates { months: vec![12, 1, 2, 6], day: day_of_month, roll };
                let all = listed(&calendar, &dates, 2011..=2027);
                let days = day("2023-12-20").iter_days().take(2 * 366);
                for as_of in days {
                    let latest = all.range(..=as_of).next_back().copied();
                    let next = all.iter().find(|date| **date > as_of).copied();
                    assert_eq!(latest_scheduled(&calendar, &dates, as_of), Ok(latest), "{id} {dates:?} {as_of}");
                    assert_eq!(next_scheduled(&calendar, &dates, as_of), Ok(next), "{id} {dates:?} {as_of}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn it_is_what_listing_every_month_says(
            id in prop::sample::select(&CalendarId::ALL),
            months in prop::collection::btree_set(1u32..=12, 1..=12),
            day in 1u32..=31,
            roll in prop::sample::select(&[Roll::Following, Roll::Preceding][..]),
            position in 800usize..6_100,
        ) {
            let calendar = calendar(id);
            let as_of = days_of(&calendar)[position];
            let dates = Dates { months: months.into_iter().rev().collect(), day, roll };
            let all = listed(&calendar, &dates, 2011..=2027);
            let latest = all.range(..=as_of).next_back().copied();
            let next = all.iter().find(|day| **day > as_of).copied();
            prop_assert_eq!(latest_scheduled(&calendar, &dates, as_of), Ok(latest));
            prop_assert_eq!(next_scheduled(&calendar, &dates, as_of), Ok(next));
        }
    }
}
