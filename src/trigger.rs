//! Triggers: whether a rebalance is due, and on what figures.
//!
//! The day is an argument. Orders must never enter this room.

use crate::calendar::{Calendar, Dates, OutOfRange, latest_scheduled, next_scheduled};
use crate::config::Strategy;
use crate::drift::{Books, Breach};
use crate::executed::Executed;
use crate::portfolio::{Code, Portfolio};
use chrono::NaiveDate;

/// What made a rebalance due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// A scheduled date that has not been served.
    Scheduled,
    /// A drift over the threshold, or a weight outside its band.
    Drift,
    /// Somebody asked.
    Manual,
    /// Cash is paid in or taken out.
    CashFlow,
}

impl Cause {
    /// All causes.
    pub const ALL: [Self; 4] = [Self::Scheduled, Self::Drift, Self::Manual, Self::CashFlow];

    /// The word used in the log and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Drift => "drift",
            Self::Manual => "manual",
            Self::CashFlow => "cash-flow",
        }
    }

    /// Whether it makes for a full rebalance, which serves a scheduled date.
    #[must_use]
    pub fn is_full(self) -> bool {
        self != Self::CashFlow
    }

    /// The cause of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.word() == word)
    }
}

/// Whether a rebalance is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// What made it due; `None` when nothing did.
    pub cause: Option<Cause>,
    /// The schedule's state, when the strategy looks at it.
    pub schedule: Option<Schedule>,
    /// What breaches its threshold or band, when the strategy looks at it.
    pub breaches: Option<Vec<(Code, Breach)>>,
}

/// The schedule on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The latest scheduled date on or before the day.
    pub latest: Option<NaiveDate>,
    /// The day it was served, if it was.
    pub served: Option<NaiveDate>,
    /// The next scheduled date after the day, when the calendar reaches that far.
    pub next: Option<NaiveDate>,
}

/// Judges a day. `asked` is whether somebody asked for a rebalance regardless.
///
/// A scheduled date is served by any full rebalance on or after it. So a job that runs on Mondays never misses a
/// scheduled Friday.
///
/// # Errors
/// [`OutOfRange`] when the calendar does not know the day.
pub fn judge(
    portfolio: &Portfolio,
    books: &Books,
    calendar: &Calendar,
    as_of: NaiveDate,
    executed: &Executed,
    asked: bool,
) -> Result<Verdict, OutOfRange> {
    let rules = &portfolio.trigger;
    let looks_at_dates = matches!(rules.strategy, Strategy::Time | Strategy::Hybrid);
    let looks_at_drift = matches!(rules.strategy, Strategy::Threshold | Strategy::Bands | Strategy::Hybrid);
    let schedule = match &rules.schedule {
        Some((_, dates)) if looks_at_dates => Some(schedule(calendar, dates, as_of, &executed.rebalances)?),
        _ => None,
    };
    let breaches: Option<Vec<_>> =
        looks_at_drift.then(|| books.lines.iter().filter_map(|line| Some((line.code.clone(), line.breach?))).collect());
    let due = schedule.as_ref().is_some_and(|s| s.latest.is_some() && s.served.is_none());
    let cause = if due {
        Some(Cause::Scheduled)
    } else if breaches.as_ref().is_some_and(|b| !b.is_empty()) {
        Some(Cause::Drift)
    } else {
        asked.then_some(Cause::Manual)
    };
    Ok(Verdict { cause, schedule, breaches })
}

fn schedule(
    calendar: &Calendar,
    dates: &Dates,
    as_of: NaiveDate,
    rebalanced: &[NaiveDate],
) -> Result<Schedule, OutOfRange> {
    let latest = latest_scheduled(calendar, dates, as_of)?;
    let served =
        latest.and_then(|latest| rebalanced.iter().copied().filter(|&day| latest <= day && day <= as_of).min());
    // Beyond the calendar's range the next date is unknown, which takes nothing from the judgement of this one.
    Ok(Schedule { latest, served, next: next_scheduled(calendar, dates, as_of).ok().flatten() })
}
