//! Ex-dividend dates: which assets are left alone on a day, and until when.
//!
//! Orders must never enter this room.

use crate::calendar::{Calendar, OutOfRange};
use crate::code::Code;
use crate::portfolio::Portfolio;
use chrono::NaiveDate;

/// An asset left alone because of an ex-dividend date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// The asset.
    pub code: Code,
    /// The ex-dividend date.
    pub date: NaiveDate,
    /// The first session on which it may be traded again.
    pub until: NaiveDate,
}

/// Days that so many sessions take at most: two holidays of a week each among them.
fn days(sessions: u32) -> i64 {
    i64::from(sessions) * 2 + 20
}

/// The assets that are left alone on a day, by code: those within the window of sessions before and after a date. Of
/// several dates the one that lasts longest counts.
///
/// # Errors
/// [`OutOfRange`] when the calendar does not reach to the end of a window.
pub fn frozen(portfolio: &Portfolio, calendar: &Calendar, as_of: NaiveDate) -> Result<Vec<Frozen>, OutOfRange> {
    let Some(window) = portfolio.limits.ex_dividend_window else { return Ok(Vec::new()) };
    let mut all = Vec::new();
    for (code, asset) in &portfolio.assets {
        let mut longest: Option<Frozen> = None;
        for &date in asset.ex_dividend.iter().filter(|date| (**date - as_of).num_days().abs() <= days(window)) {
            let until = until(calendar, date, window, as_of)?;
            if let Some(until) = until.filter(|until| longest.as_ref().is_none_or(|known| known.until < *until)) {
                longest = Some(Frozen { code: code.clone(), date, until });
            }
        }
        all.extend(longest);
    }
    Ok(all)
}

/// The first session after the window around a date, if the day lies in that window.
fn until(calendar: &Calendar, date: NaiveDate, window: u32, as_of: NaiveDate) -> Result<Option<NaiveDate>, OutOfRange> {
    let session = calendar.on_or_after(date)?;
    let first = calendar.offset(session, -i64::from(window))?;
    let last = calendar.offset(session, i64::from(window))?;
    if first <= as_of && as_of <= last { calendar.next_session(last).map(Some) } else { Ok(None) }
}
