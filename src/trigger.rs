//! Triggers: whether a rebalance is due, and on what figures.
//!
//! The day is an argument. Orders must never enter this room.

use crate::calendar::{Calendar, Dates, OutOfRange, latest_scheduled, next_scheduled};
use crate::config::Strategy;
use crate::drift::{Books, Breach};
use crate::ex_dividend::{Dividends, Frozen, frozen_one};
use crate::executed::{Executed, Rebalance};
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
    /// What breaches its threshold or band and may be traded, when the strategy looks at it.
    pub breaches: Option<Vec<(Code, Breach)>>,
}

/// The schedule on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule {
    /// The latest scheduled date on or before the day.
    pub latest: Option<NaiveDate>,
    /// The rebalance that served it, if one did.
    pub served: Option<Rebalance>,
    /// Assets that every rebalance since that date left alone, and that may be traded now.
    pub owed: Vec<Owed>,
    /// Assets that every rebalance since that date left alone, and that still are to be.
    pub waiting: Vec<Frozen>,
    /// Since when something is due by the schedule, if so.
    pub due: Option<Due>,
    /// The next scheduled date after the day, when the calendar reaches that far.
    pub next: Option<NaiveDate>,
}

impl Schedule {
    /// The assets that every rebalance since the latest date left alone, those that may be traded now first.
    pub fn left_alone(&self) -> impl Iterator<Item = &Code> {
        self.owed.iter().map(|one| &one.code).chain(self.waiting.iter().map(|one| &one.code))
    }
}

/// An asset that has not had its rebalance of a scheduled date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owed {
    /// The asset.
    pub code: Code,
    /// The window because of which it was left alone, as far as its dates still tell.
    pub window: Option<Frozen>,
}

/// Since when something is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Due {
    /// The first day on which it was.
    pub since: NaiveDate,
    /// Sessions since then.
    pub sessions: i64,
}

/// What a day is judged by.
#[derive(Debug, Clone, Copy)]
pub struct Case<'a> {
    /// The portfolio.
    pub portfolio: &'a Portfolio,
    /// Its figures.
    pub books: &'a Books,
    /// The calendar.
    pub calendar: &'a Calendar,
    /// Ex-dividend dates beside those of the config.
    pub dividends: &'a Dividends,
    /// The day.
    pub as_of: NaiveDate,
    /// What was executed.
    pub executed: &'a Executed,
    /// The assets left alone on the day.
    pub frozen: &'a [Frozen],
}

/// Judges a day. `asked` is whether somebody asked for a rebalance regardless.
///
/// A scheduled date is served by any full rebalance on or after it. So a job that runs on Mondays never misses a
/// scheduled Friday. An asset that every such rebalance left alone has not had its own: it makes the date due once more
/// as soon as it may be traded. What may not be traded makes nothing due by its drift.
///
/// # Errors
/// [`OutOfRange`] when the calendar does not know the day.
pub fn judge(case: &Case<'_>, asked: bool) -> Result<Verdict, OutOfRange> {
    let rules = &case.portfolio.trigger;
    let schedule = match &rules.schedule {
        Some((_, dates)) if looks_at_dates(rules.strategy) => Some(case.schedule(dates)?),
        _ => None,
    };
    let lines = case.books.lines.iter().filter(|line| case.frozen_now(&line.code).is_none());
    let breaches: Option<Vec<_>> = looks_at_drift(rules.strategy)
        .then(|| lines.filter_map(|line| Some((line.code.clone(), line.breach?))).collect());
    let due = schedule.as_ref().is_some_and(|schedule| schedule.due.is_some());
    let breached = breaches.as_ref().is_some_and(|b| !b.is_empty());
    Ok(Verdict { cause: cause(due, breached, asked), schedule, breaches })
}

/// Whether a strategy looks at the schedule.
#[must_use]
pub fn looks_at_dates(strategy: Strategy) -> bool {
    matches!(strategy, Strategy::Time | Strategy::Hybrid)
}

/// Whether a strategy looks at drift and bands.
#[must_use]
pub fn looks_at_drift(strategy: Strategy) -> bool {
    matches!(strategy, Strategy::Threshold | Strategy::Bands | Strategy::Hybrid)
}

/// What makes a rebalance due: a date that is not served, then a breach, then that somebody asked.
#[must_use]
pub fn cause(due: bool, breached: bool, asked: bool) -> Option<Cause> {
    match (due, breached) {
        (true, _) => Some(Cause::Scheduled),
        (false, true) => Some(Cause::Drift),
        (false, false) => asked.then_some(Cause::Manual),
    }
}

/// Whether a full rebalance of a day serves a scheduled date: it is on that date or after it.
#[must_use]
pub fn serves(rebalance: NaiveDate, scheduled: NaiveDate) -> bool {
    scheduled <= rebalance
}

impl Case<'_> {
    fn frozen_now(&self, code: &Code) -> Option<&Frozen> {
        self.frozen.iter().find(|frozen| frozen.code == *code)
    }

    fn schedule(&self, dates: &Dates) -> Result<Schedule, OutOfRange> {
        let latest = latest_scheduled(self.calendar, dates, self.as_of)?;
        let serving =
            |one: &&Rebalance| latest.is_some_and(|latest| serves(one.date, latest)) && one.date <= self.as_of;
        let mut serving: Vec<&Rebalance> = self.executed.rebalances.iter().filter(serving).collect();
        serving.sort_by_key(|one| one.date);
        let (owed, waiting) = self.left_alone(&serving)?;
        let since = match (serving.first(), latest) {
            (None, latest) => latest,
            (Some(first), _) => owed.iter().map(|one| one.window.as_ref().map_or(first.date, |w| w.until)).min(),
        };
        let due = match since {
            Some(since) => Some(Due { since, sessions: self.calendar.sessions_between(since, self.as_of)? }),
            None => None,
        };
        let served = serving.first().map(|first| (*first).clone());
        // Beyond the calendar's range the next date is unknown, which takes nothing from the judgement of this one.
        let next = next_scheduled(self.calendar, dates, self.as_of).ok().flatten();
        Ok(Schedule { latest, served, owed, waiting, due, next })
    }

    /// The assets of the portfolio that all of some rebalances left alone: those that may be traded now, and those that
    /// may not.
    fn left_alone(&self, serving: &[&Rebalance]) -> Result<(Vec<Owed>, Vec<Frozen>), OutOfRange> {
        let (mut owed, mut waiting) = (Vec::new(), Vec::new());
        let Some((last, before)) = serving.split_last() else { return Ok((owed, waiting)) };
        let by_all = |code: &&Code| before.iter().all(|one| one.left_alone.contains(*code));
        let known = |code: &&Code| self.portfolio.assets.contains_key(*code);
        for code in last.left_alone.iter().filter(known).filter(by_all) {
            match self.frozen_now(code) {
                Some(frozen) => waiting.push(frozen.clone()),
                None => {
                    let window = frozen_one(self.portfolio, self.dividends, self.calendar, code, last.date)?;
                    owed.push(Owed { code: code.clone(), window: window.filter(|window| window.until <= self.as_of) });
                }
            }
        }
        Ok((owed, waiting))
    }
}

#[cfg(test)]
mod tests;
