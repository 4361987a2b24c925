//! Ex-dividend dates: which assets are left alone on a day, and until when.
//!
//! Dates come from the config and from a file beside the holdings. Orders must never enter this room.

mod file;

pub use file::{MOST, read};

use crate::calendar::{Calendar, OutOfRange};
use crate::code::Code;
use crate::portfolio::{ExDividendWindow, Portfolio};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};

/// The dates of a file, which count beside those of the config.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Dividends(pub BTreeMap<Code, BTreeSet<NaiveDate>>);

/// An asset left alone because of an ex-dividend date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frozen {
    /// The asset.
    pub code: Code,
    /// The ex-dividend date; the last one, where the windows of several run into each other.
    pub date: NaiveDate,
    /// The first session on which it may be traded again.
    pub until: NaiveDate,
}

/// Days that so many sessions take at most: two holidays of a week each among them.
fn days(sessions: u32) -> i64 {
    i64::from(sessions) * 2 + 20
}

/// The assets that are left alone on a day, by code: those within the window of sessions before and after a date. A day
/// on which the exchange is closed counts as the session after it, on which what is planned would be traded.
///
/// # Errors
/// [`OutOfRange`] when the calendar does not reach to the end of a window.
pub fn frozen(
    portfolio: &Portfolio,
    dividends: &Dividends,
    calendar: &Calendar,
    as_of: NaiveDate,
) -> Result<Vec<Frozen>, OutOfRange> {
    let mut all = Vec::new();
    for code in portfolio.assets.keys() {
        all.extend(frozen_one(portfolio, dividends, calendar, code, as_of)?);
    }
    Ok(all)
}

/// Whether one asset is left alone on a day.
///
/// # Errors
/// As of [`frozen`].
pub fn frozen_one(
    portfolio: &Portfolio,
    dividends: &Dividends,
    calendar: &Calendar,
    code: &Code,
    as_of: NaiveDate,
) -> Result<Option<Frozen>, OutOfRange> {
    let Some(window) = portfolio.limits.ex_dividend else { return Ok(None) };
    let own = portfolio.assets.get(code).map(|asset| asset.ex_dividend.as_slice()).unwrap_or_default();
    let dates: BTreeSet<NaiveDate> = own.iter().chain(dividends.0.get(code).into_iter().flatten()).copied().collect();
    let mut end: Option<(NaiveDate, NaiveDate)> = None;
    // Dates are in order, and so are both ends of their windows: what lies before the day is passed over, what runs on
    // from the window the day is in makes it longer, and the first that leaves a session free ends it.
    for date in dates {
        if (as_of - date).num_days() > days(window.after) {
            continue;
        }
        let reached = end.map_or(as_of, |(_, last)| last);
        if (date - reached).num_days() > days(window.before) {
            break;
        }
        let (first, last) = sessions(calendar, date, window)?;
        end = match end {
            None if first <= calendar.on_or_after(as_of)? && calendar.on_or_after(as_of)? <= last => Some((date, last)),
            Some((_, before)) if first <= calendar.next_session(before)? => Some((date, last)),
            None => None,
            Some(_) => break,
        };
    }
    let Some((date, last)) = end else { return Ok(None) };
    Ok(Some(Frozen { code: code.clone(), date, until: calendar.next_session(last)? }))
}

/// The first and the last session of the window around a date.
fn sessions(
    calendar: &Calendar,
    date: NaiveDate,
    window: ExDividendWindow,
) -> Result<(NaiveDate, NaiveDate), OutOfRange> {
    let session = calendar.on_or_after(date)?;
    Ok((calendar.offset(session, -i64::from(window.before))?, calendar.offset(session, i64::from(window.after))?))
}

#[cfg(test)]
mod tests;
