//! A calendar and the questions it answers.
//!
//! A session is a day on which the exchange trades. All answers are positions in one sorted list
//! of sessions, so no question can disagree with another.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::ops::RangeInclusive;

use super::data::{self, Data};
use super::{CalendarError, CalendarId, OutOfRange};
use crate::hash::sha256;
use chrono::{Datelike, Days, Month, Months, NaiveDate, Weekday};

/// The name [`Calendar::closed_name`] gives to a day the user closed.
pub const USER_CLOSED: &str = "closed by the config";

/// The trading days of one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    id: CalendarId,
    first: NaiveDate,
    last: NaiveDate,
    published: NaiveDate,
    closed: BTreeMap<NaiveDate, &'static str>,
    sessions: Vec<NaiveDate>,
    /// Reckoned once: every plan has it, and there may be many plans.
    fingerprint: String,
}

impl Calendar {
    /// The calendar as it is compiled in.
    pub fn of(id: CalendarId) -> Result<Calendar, CalendarError> {
        Ok(Calendar::new(id, data::parse(id, data::text(id))?))
    }

    /// A calendar of days that are known otherwise, as those of a price history are: its sessions are these days, in any
    /// order, and its range is from the first of them to the last. None without a day.
    #[must_use]
    pub fn of_sessions(id: CalendarId, days: impl IntoIterator<Item = NaiveDate>) -> Option<Calendar> {
        let days: BTreeSet<NaiveDate> = days.into_iter().collect();
        let (first, last) = (*days.first()?, *days.last()?);
        let weekdays = first.iter_days().take_while(|day| *day <= last).filter(|day| !is_weekend(*day));
        let closed = weekdays.filter(|day| !days.contains(day)).map(|day| (day, USER_CLOSED)).collect();
        let fingerprint = fingerprint(id, first, last, &closed);
        Some(Calendar { id, sessions: days.into_iter().collect(), first, last, published: last, closed, fingerprint })
    }

    fn new(id: CalendarId, data: Data) -> Calendar {
        let all = data.first.iter_days().take_while(|day| *day <= data.last);
        let open = |day: &NaiveDate| !is_weekend(*day) && !data.closed.contains_key(day);
        let fingerprint = fingerprint(id, data.first, data.last, &data.closed);
        Calendar {
            id,
            sessions: all.filter(open).collect(),
            first: data.first,
            last: data.last,
            published: data.published,
            closed: data.closed,
            fingerprint,
        }
    }

    /// The same calendar with more days closed: those an exchange announced after this release.
    ///
    /// Weekends and days closed already change nothing, neither answers nor fingerprint.
    pub fn with_closed_days(mut self, days: impl IntoIterator<Item = NaiveDate>) -> Result<Calendar, OutOfRange> {
        for day in days {
            self.check(day)?;
            if !is_weekend(day) {
                self.closed.entry(day).or_insert(USER_CLOSED);
            }
        }
        self.sessions.retain(|day| !self.closed.contains_key(day));
        self.fingerprint = fingerprint(self.id, self.first, self.last, &self.closed);
        Ok(self)
    }

    /// Which exchange it is.
    pub fn id(&self) -> CalendarId {
        self.id
    }

    /// The dates it covers: whole years.
    pub fn range(&self) -> RangeInclusive<NaiveDate> {
        self.first..=self.last
    }

    /// The last date the exchange itself had announced when the data was made; what comes after
    /// follows from the law as it stood then, and an exchange may still close more days.
    pub fn published_through(&self) -> NaiveDate {
        self.published
    }

    /// A SHA-256, in hex, of what decides every answer: code, range, closed weekdays.
    pub fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Whether the exchange trades on this date.
    pub fn is_session(&self, date: NaiveDate) -> Result<bool, OutOfRange> {
        self.check(date)?;
        Ok(self.sessions.binary_search(&date).is_ok())
    }

    /// Why a weekday is closed: the holiday, or [`USER_CLOSED`]. None for sessions and weekends.
    pub fn closed_name(&self, date: NaiveDate) -> Result<Option<&'static str>, OutOfRange> {
        self.check(date)?;
        Ok(self.closed.get(&date).copied())
    }

    /// The first session strictly after a date.
    pub fn next_session(&self, date: NaiveDate) -> Result<NaiveDate, OutOfRange> {
        self.offset(date, 1)
    }

    /// The last session strictly before a date.
    pub fn previous_session(&self, date: NaiveDate) -> Result<NaiveDate, OutOfRange> {
        self.offset(date, -1)
    }

    /// The date itself if it is a session, else the next one.
    pub fn on_or_after(&self, date: NaiveDate) -> Result<NaiveDate, OutOfRange> {
        self.offset(date, 0)
    }

    /// The date itself if it is a session, else the previous one.
    pub fn on_or_before(&self, date: NaiveDate) -> Result<NaiveDate, OutOfRange> {
        self.check(date)?;
        self.at(self.through(date) - 1)
    }

    /// The first session on or after the first of a month.
    ///
    /// It lies in that month unless the user closed every day of it.
    pub fn first_session_of_month(&self, year: i32, month: Month) -> Result<NaiveDate, OutOfRange> {
        self.on_or_after(first_of_month(year, month))
    }

    /// The last session on or before the last day of a month.
    ///
    /// It lies in that month unless the user closed every day of it.
    pub fn last_session_of_month(&self, year: i32, month: Month) -> Result<NaiveDate, OutOfRange> {
        let first = first_of_month(year, month);
        let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
        self.on_or_before(day_before(next))
    }

    /// The n-th session strictly after a date, or strictly before it if `sessions` is negative.
    /// Zero is the date itself if it is a session, else the next one.
    pub fn offset(&self, date: NaiveDate, sessions: i64) -> Result<NaiveDate, OutOfRange> {
        self.check(date)?;
        let from = match sessions {
            1.. => self.through(date) - 1,
            _ => self.before(date),
        };
        self.at(from.saturating_add(sessions))
    }

    /// How many sessions it takes to go from one date to another: those after `from`, up to and
    /// including `to`. Negative if `to` is the earlier one.
    pub fn sessions_between(&self, from: NaiveDate, to: NaiveDate) -> Result<i64, OutOfRange> {
        self.check(from)?;
        self.check(to)?;
        Ok(self.through(to) - self.through(from))
    }

    /// The sessions from one date to another, both included; empty if `to` is the earlier one.
    pub fn sessions(&self, from: NaiveDate, to: NaiveDate) -> Result<&[NaiveDate], OutOfRange> {
        self.check(from)?;
        self.check(to)?;
        let start = self.sessions.partition_point(|session| *session < from);
        let end = self.sessions.partition_point(|session| *session <= to);
        Ok(self.sessions.get(start..end).unwrap_or_default())
    }

    /// Refuses a date outside the range.
    fn check(&self, date: NaiveDate) -> Result<(), OutOfRange> {
        match self.range().contains(&date) {
            true => Ok(()),
            false => Err(self.refuse(date)),
        }
    }

    fn refuse(&self, date: NaiveDate) -> OutOfRange {
        OutOfRange { calendar: self.id, date, first: self.first, last: self.last }
    }

    /// The session at a position, or a refusal that names the day past the end it lies beyond.
    fn at(&self, position: i64) -> Result<NaiveDate, OutOfRange> {
        let Ok(position) = usize::try_from(position) else {
            return Err(self.refuse(day_before(self.first)));
        };
        let session = self.sessions.get(position).copied();
        session.ok_or_else(|| self.refuse(self.last.succ_opt().unwrap_or(self.last)))
    }

    /// How many sessions there are strictly before a date.
    fn before(&self, date: NaiveDate) -> i64 {
        position(self.sessions.partition_point(|session| *session < date))
    }

    /// How many sessions there are up to and including a date.
    fn through(&self, date: NaiveDate) -> i64 {
        position(self.sessions.partition_point(|session| *session <= date))
    }
}

/// A SHA-256, in hex, of what decides every answer.
fn fingerprint(id: CalendarId, first: NaiveDate, last: NaiveDate, closed: &BTreeMap<NaiveDate, &str>) -> String {
    let mut text = format!("{id}\n{first}\n{last}\n");
    for day in closed.keys() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{day}");
    }
    sha256(text.as_bytes())
}

/// Whether a date is a Saturday or a Sunday.
pub(super) fn is_weekend(date: NaiveDate) -> bool {
    matches!(date.weekday(), Weekday::Sat | Weekday::Sun)
}

/// The first of a month; a year chrono cannot hold becomes the nearest date it can.
fn first_of_month(year: i32, month: Month) -> NaiveDate {
    let nearest = match year {
        0.. => NaiveDate::MAX,
        _ => NaiveDate::MIN,
    };
    NaiveDate::from_ymd_opt(year, month.number_from_month(), 1).unwrap_or(nearest)
}

fn day_before(date: NaiveDate) -> NaiveDate {
    date.checked_sub_days(Days::new(1)).unwrap_or(date)
}

/// A list's length fits an i64 on every machine.
fn position(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test says what it relies on")]
mod tests {
    use super::*;
    use crate::calendar::CalendarId::{Xkrx, Xnys};
    use crate::calendar::facts::{calendar, day};

    #[test]
    fn questions_about_one_week() {
        // 2026: Thursday 1 and Friday 2 January; XKRX opens on the 2nd.
        let xkrx = calendar(Xkrx);
        let date = |text| Ok(day(text));
        assert_eq!(xkrx.is_session(day("2026-01-01")), Ok(false));
        assert_eq!(xkrx.is_session(day("2026-01-02")), Ok(true));
        assert_eq!(xkrx.closed_name(day("2026-01-01")), Ok(Some("New Year's Day")));
        assert_eq!(xkrx.closed_name(day("2026-01-02")), Ok(None));
        assert_eq!(xkrx.closed_name(day("2026-01-03")), Ok(None));
        assert_eq!(xkrx.next_session(day("2026-01-02")), date("2026-01-05"));
        assert_eq!(xkrx.previous_session(day("2026-01-02")), date("2025-12-30"));
        assert_eq!(xkrx.on_or_after(day("2026-01-02")), date("2026-01-02"));
        assert_eq!(xkrx.on_or_after(day("2026-01-03")), date("2026-01-05"));
        assert_eq!(xkrx.on_or_before(day("2026-01-04")), date("2026-01-02"));
        assert_eq!(xkrx.offset(day("2026-01-01"), 2), date("2026-01-05"));
        assert_eq!(xkrx.offset(day("2026-01-01"), -2), date("2025-12-29"));
        assert_eq!(xkrx.offset(day("2026-01-01"), 0), date("2026-01-02"));
        assert_eq!(xkrx.sessions_between(day("2025-12-29"), day("2026-01-05")), Ok(3));
        assert_eq!(xkrx.sessions_between(day("2026-01-05"), day("2025-12-29")), Ok(-3));
    }

    #[test]
    fn months_outside_the_range_are_refused_by_their_own_date() {
        let xnys = calendar(Xnys);
        let first = |year, month| xnys.first_session_of_month(year, month).map_err(|e| e.date);
        let last = |year, month| xnys.last_session_of_month(year, month).map_err(|e| e.date);
        assert_eq!(first(2029, Month::January), Err(day("2029-01-01")));
        assert_eq!(last(2009, Month::December), Err(day("2009-12-31")));
        assert_eq!(first(i32::MAX, Month::May), Err(NaiveDate::MAX));
        assert_eq!(first(i32::MIN, Month::May), Err(NaiveDate::MIN));
        assert!(last(i32::MAX, Month::December).is_err());
        assert!(last(i32::MIN, Month::January).is_err());
    }

    #[test]
    fn a_day_the_user_closes_is_closed_and_shows_in_the_fingerprint() {
        let shipped = calendar(Xkrx);
        let close = |days: &[&str]| {
            let days = days.iter().map(|text| day(text));
            shipped.clone().with_closed_days(days).expect("the days are in the range")
        };
        let closed = close(&["2026-11-23"]);
        assert_eq!(closed.next_session(day("2026-11-20")), Ok(day("2026-11-24")));
        assert_eq!(closed.closed_name(day("2026-11-23")), Ok(Some(USER_CLOSED)));
        assert_ne!(closed.fingerprint(), shipped.fingerprint());
        // A Saturday and a holiday were closed before; order and repetition say nothing.
        assert_eq!(close(&["2026-11-21", "2026-12-25"]), shipped);
        assert_eq!(
            close(&["2026-11-24", "2026-11-23", "2026-11-24"]),
            close(&["2026-11-23"]).with_closed_days([day("2026-11-24")]).expect("in the range")
        );
    }
}
