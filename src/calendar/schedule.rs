//! Scheduled dates: the first session of each month a config lists.
//!
//! Whether a date was served, and what follows from it, is the trigger's business.

use chrono::{Datelike, Months, NaiveDate};

use super::{Calendar, OutOfRange};

/// The latest scheduled date on or before `as_of`; none if no month is listed.
///
/// `months` are numbers from 1 to 12 in any order; others never come. If the latest one lies before
/// the calendar's range it is unknown, not absent, so that is a refusal.
pub fn latest_scheduled(
    calendar: &Calendar,
    months: &[u32],
    as_of: NaiveDate,
) -> Result<Option<NaiveDate>, OutOfRange> {
    calendar.is_session(as_of)?;
    if !(1..=12).any(|month| months.contains(&month)) {
        return Ok(None);
    }
    // The first session of the month of the last session is never after it.
    let start = month_of(calendar.on_or_before(as_of)?);
    let back = (0..12).filter_map(|n| start.checked_sub_months(Months::new(n)));
    first_session(calendar, months, back)
}

/// The first scheduled date strictly after `as_of`; none if no month is listed.
///
/// A date past the calendar's range is a refusal, as in [`latest_scheduled`].
pub fn next_scheduled(calendar: &Calendar, months: &[u32], as_of: NaiveDate) -> Result<Option<NaiveDate>, OutOfRange> {
    calendar.is_session(as_of)?;
    let first = *calendar.range().start();
    // A month whose first session is still to come starts after the last session there was.
    let start = match calendar.on_or_before(as_of) {
        Ok(session) => month_of(session).checked_add_months(Months::new(1)),
        Err(_) => Some(month_of(first)),
    };
    let ahead = (0..12).filter_map(|n| start?.checked_add_months(Months::new(n)));
    first_session(calendar, months, ahead)
}

/// The first session of the first of these months that is listed.
fn first_session(
    calendar: &Calendar,
    months: &[u32],
    starts: impl IntoIterator<Item = NaiveDate>,
) -> Result<Option<NaiveDate>, OutOfRange> {
    let listed = starts.into_iter().find(|start| months.contains(&start.month()));
    listed.map(|start| calendar.on_or_after(start)).transpose()
}

/// The first day of the month a date is in.
fn month_of(date: NaiveDate) -> NaiveDate {
    date.with_day(1).unwrap_or(date)
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
        let xkrx = calendar(Xkrx);
        for (as_of, latest, next) in cases {
            let known = |found: Result<Option<NaiveDate>, _>| found.ok().flatten();
            let found = known(latest_scheduled(&xkrx, &QUARTERS, day(as_of)));
            assert_eq!(found, latest.map(day), "latest as of {as_of}");
            let found = known(next_scheduled(&xkrx, &QUARTERS, day(as_of)));
            assert_eq!(found, next.map(day), "next as of {as_of}");
        }
    }

    #[test]
    fn unknown_is_a_refusal_and_never_is_none() {
        let xkrx = calendar(Xkrx);
        let latest =
            |months: &[u32], as_of| latest_scheduled(&xkrx, months, day(as_of)).map_err(|refusal| refusal.date);
        let next = |months: &[u32], as_of| next_scheduled(&xkrx, months, day(as_of)).map_err(|refusal| refusal.date);
        assert_eq!(latest(&[], "2010-01-01"), Ok(None));
        assert_eq!(latest(&[0, 13], "2026-03-04"), Ok(None));
        assert_eq!(next(&[], "2028-12-31"), Ok(None));
        assert_eq!(next(&[0, 13], "2026-03-04"), Ok(None));
        assert_eq!(latest(&[7], "2010-06-30"), Err(day("2009-07-01")));
        assert_eq!(latest(&[1], "2010-01-03"), Err(day("2009-12-31")));
        assert_eq!(next(&[7], "2028-07-03"), Err(day("2029-07-01")));
        assert_eq!(latest(&[], "2009-12-31"), Err(day("2009-12-31")));
        assert_eq!(next(&[], "2029-01-01"), Err(day("2029-01-01")));
    }

    #[test]
    fn a_month_closed_altogether_is_served_by_the_next_session() {
        let april = day("2026-04-01").iter_days().take(30);
        let xkrx = calendar(Xkrx).with_closed_days(april);
        let xkrx = xkrx.expect("April 2026 is in the range");
        for as_of in ["2026-03-31", "2026-04-15", "2026-05-03"] {
            assert_eq!(next_scheduled(&xkrx, &[4], day(as_of)), Ok(Some(day("2026-05-04"))));
        }
        assert_eq!(latest_scheduled(&xkrx, &[4], day("2026-05-04")), Ok(Some(day("2026-05-04"))));
    }

    proptest! {
        #[test]
        fn it_is_what_listing_every_month_says(
            id in prop::sample::select(&CalendarId::ALL),
            months in prop::collection::btree_set(1u32..=12, 1..=12),
            position in 366usize..6_570,
        ) {
            let calendar = calendar(id);
            let as_of = days_of(&calendar)[position];
            let scheduled: BTreeSet<_> = days_of(&calendar)
                .into_iter()
                .filter(|day| day.day() == 1 && months.contains(&day.month()))
                .filter_map(|first| calendar.on_or_after(first).ok())
                .collect();
            let months: Vec<_> = months.into_iter().rev().collect();
            let latest = scheduled.range(..=as_of).next_back().copied();
            let next = scheduled.iter().find(|day| **day > as_of).copied();
            prop_assert_eq!(latest_scheduled(&calendar, &months, as_of), Ok(latest));
            prop_assert_eq!(next_scheduled(&calendar, &months, as_of), Ok(next));
        }
    }
}
