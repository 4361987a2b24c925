//! What holds for every calendar and every date, whatever the data says.
//!
//! Test code only: nothing here reaches the program.

use chrono::NaiveDate;
use proptest::prelude::*;

use super::facts::{calendar, day, days_of};
use super::{CalendarId, OutOfRange};

fn refusal(calendar: CalendarId, date: NaiveDate) -> OutOfRange {
    OutOfRange { calendar, date, first: day("2010-01-01"), last: day("2028-12-31") }
}

#[test]
fn nothing_is_told_about_dates_outside_the_range() {
    for id in CalendarId::ALL {
        let calendar = calendar(id);
        let (first, last) = (*calendar.range().start(), *calendar.range().end());
        for outside in [first.pred_opt(), last.succ_opt()].into_iter().flatten() {
            let refused = refusal(id, outside);
            assert_eq!(calendar.is_session(outside), Err(refused));
            assert_eq!(calendar.closed_name(outside), Err(refused));
            assert_eq!(calendar.next_session(outside), Err(refused));
            assert_eq!(calendar.previous_session(outside), Err(refused));
            assert_eq!(calendar.on_or_after(outside), Err(refused));
            assert_eq!(calendar.on_or_before(outside), Err(refused));
            assert_eq!(calendar.offset(outside, 0), Err(refused));
            assert_eq!(calendar.sessions_between(first, outside), Err(refused));
            assert_eq!(calendar.sessions_between(outside, last), Err(refused));
            assert_eq!(calendar.sessions(outside, last), Err(refused));
            assert_eq!(calendar.sessions(first, outside), Err(refused));
            assert_eq!(calendar.clone().with_closed_days([first, outside]), Err(refused));
        }
        let before = Err(refusal(id, day("2009-12-31")));
        let after = Err(refusal(id, day("2029-01-01")));
        assert_eq!(calendar.on_or_before(first), before);
        assert_eq!(calendar.previous_session(first), before);
        assert_eq!(calendar.next_session(last), after);
        assert_eq!(calendar.on_or_after(last), after);
        assert_eq!(calendar.offset(last, i64::MIN), before);
        assert_eq!(calendar.offset(first, i64::MAX), after);
    }
}

proptest! {
    #[test]
    fn every_answer_is_what_walking_day_by_day_finds(
        id in prop::sample::select(&CalendarId::ALL),
        position in 20usize..6_900,
        n in 1usize..15,
    ) {
        let calendar = calendar(id);
        let days = days_of(&calendar);
        let date = days[position];
        let open = |day: &NaiveDate| calendar.is_session(*day) == Ok(true);
        let ahead: Vec<_> = days[position + 1..].iter().copied().filter(open).collect();
        let back: Vec<_> = days[..position].iter().rev().copied().filter(open).collect();
        let here = open(&date).then_some(date);
        let steps = i64::try_from(n).unwrap_or_default();

        prop_assert_eq!(calendar.next_session(date).ok(), ahead.first().copied());
        prop_assert_eq!(calendar.previous_session(date).ok(), back.first().copied());
        prop_assert_eq!(calendar.on_or_after(date).ok(), here.or(ahead.first().copied()));
        prop_assert_eq!(calendar.on_or_before(date).ok(), here.or(back.first().copied()));
        prop_assert_eq!(calendar.offset(date, steps).ok(), ahead.get(n - 1).copied());
        prop_assert_eq!(calendar.offset(date, -steps).ok(), back.get(n - 1).copied());
    }

    #[test]
    fn counting_and_stepping_agree(
        id in prop::sample::select(&CalendarId::ALL),
        a in 0usize..6_940,
        b in 0usize..6_940,
        c in 0usize..6_940,
    ) {
        let calendar = calendar(id);
        let days = days_of(&calendar);
        let (a, b, c) = (days[a], days[b], days[c]);
        let between = |from, to| calendar.sessions_between(from, to).unwrap_or(i64::MIN);
        prop_assert_eq!(between(a, b), -between(b, a));
        prop_assert_eq!(between(a, b) + between(b, c), between(a, c));
        let (low, high) = (a.min(b), a.max(b));
        let listed = calendar.sessions(low, high).map(<[_]>::len);
        let from_here = usize::from(calendar.is_session(low) == Ok(true));
        let counted = usize::try_from(between(low, high)).unwrap_or(usize::MAX);
        prop_assert_eq!(listed, Ok(counted + from_here));
        if low < high {
            prop_assert_eq!(calendar.sessions(high, low), Ok(&[][..]));
        }
        if let Ok(from) = calendar.on_or_after(a)
            && let Ok(to) = calendar.on_or_after(b)
        {
            prop_assert_eq!(calendar.offset(from, between(from, to)), Ok(to));
        }
    }
}
