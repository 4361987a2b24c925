//! What the portfolio returned between the days on which it was valued. Benchmarks must never enter this file.

use super::{Facts, Priced, Untold};
use crate::config::Currency;
use crate::holdings::Holdings;
use crate::performance::{MoneyWeighted, Undefined, Valued, money_weighted, time_weighted};
use crate::portfolio::Code;
use crate::positions::{self, Position, Timeline};
use crate::valuations::pair;
use crate::words::list;
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// How many days before a quarter the day may lie whose value it begins with: holidays at the turn of the year among them.
const OPENING_DAYS: u64 = 10;

/// What the portfolio returned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Performance {
    /// The day whose value it begins with: the last valued one before the quarter, or the first in it.
    pub from: NaiveDate,
    /// The day whose value it ends with: the last valued one.
    pub to: NaiveDate,
    /// The value at the end of each valued day, and what the owner paid in or took out since the one before.
    pub values: Vec<Valued>,
    /// What the owner paid in, less what was taken out.
    pub net_flow: Decimal,
    /// What was made: the value at the end less that at the start and less the net flow.
    pub gain: Decimal,
    /// What one unit grew to by each valued day: the time-weighted return is the last less 1.
    pub time_weighted: Result<Vec<(NaiveDate, Decimal)>, Undefined>,
    /// The money-weighted return.
    pub money_weighted: Result<MoneyWeighted, Undefined>,
    /// How many records of the log said what was held before them, as was reckoned back from the holdings.
    pub compared: usize,
    /// The days that have prices of some of what was held, but not of all, in order: they are not valued.
    pub unvalued: Vec<Unvalued>,
}

/// A day that has prices of some of what was held, but not of all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unvalued {
    /// The day.
    pub day: NaiveDate,
    /// The names of the prices that are missing.
    pub missing: Vec<String>,
    /// Whether the returns begin or end elsewhere because of it.
    pub moved: bool,
}

impl Performance {
    /// The time-weighted return of the whole period.
    #[must_use]
    pub fn returned(&self) -> Option<Decimal> {
        self.time_weighted.as_ref().ok()?.last()?.1.checked_sub(Decimal::ONE)
    }

    /// What is paid in and taken out, the value at the start among the first; without that at the end.
    pub(super) fn flows(&self) -> Vec<(NaiveDate, Decimal)> {
        let opening = self.values.first().map(|first| (first.day, first.value));
        let flows = self.values.iter().skip(1).filter(|one| !one.flow.is_zero()).map(|one| (one.day, one.flow));
        opening.into_iter().chain(flows).collect()
    }
}

/// The portfolio over the period.
pub(super) struct Course {
    pub(super) performance: Performance,
    pub(super) timeline: Timeline,
}

/// The portfolio over the period, where it can be told.
pub(super) fn course(facts: &Facts<'_>) -> Result<Course, Untold> {
    let priced = facts.priced.ok_or_else(|| Untold {
        why: "there is no valuations.csv".to_owned(),
        remedy: Some("write prices of the days to be valued beside the holdings, as `date,code,price`".to_owned()),
        amiss: false,
    })?;
    let holdings = priced.holdings.ok_or_else(|| {
        Untold::amiss(
            "there are no holdings, from which positions are reckoned back",
            "bring holdings.yaml back, as with `git checkout -- holdings.yaml`, or name the file with \
             `--holdings`, or the broker whose account it is with `--broker`",
        )
    })?;
    let opening = facts.period.first.checked_sub_days(Days::new(OPENING_DAYS)).unwrap_or(NaiveDate::MIN);
    let days: Vec<NaiveDate> =
        priced.valuations.days().filter(|day| (opening..=facts.period.last).contains(day)).collect();
    let Start { day: from, timeline, unvalued } = start(facts, priced, holdings, &days)?;
    let values = Values { facts, priced, timeline: &timeline };
    let mut performance = values.performance(from, &days)?;
    let to = performance.to;
    let later = days.iter().filter(|day| **day > from).filter_map(|day| values.partly(*day, *day > to));
    performance.unvalued = unvalued.into_iter().chain(later).collect();
    performance.unvalued.sort_by_key(|one| one.day);
    performance.unvalued.dedup_by_key(|one| one.day);
    if to < facts.period.first {
        return Err(match performance.unvalued.last() {
            Some(last) => values.missing(last.day, ""),
            None => no_days(facts),
        });
    }
    Ok(Course { performance, timeline })
}

/// Where the returns begin.
struct Start {
    day: NaiveDate,
    timeline: Timeline,
    /// The days where they would have begun, had those all prices.
    unvalued: Vec<Unvalued>,
}

/// The day that the returns begin with, and what was held since: the last valued day before the period, or else the first
/// in it.
fn start(facts: &Facts<'_>, priced: Priced<'_>, holdings: &Holdings, days: &[NaiveDate]) -> Result<Start, Untold> {
    let outside: BTreeSet<String> = facts.portfolio.outside.iter().map(|code| code.0.clone()).collect();
    let log = (facts.records, facts.portfolio.currency);
    // Further back than it has to be, nothing is asked for: what does not agree there is no fault of this period.
    let since = |day| {
        positions::since(day, holdings, &outside, log, priced.entries, facts.portfolio.zone)
            .map_err(|error| Untold::amiss(error.to_string(), error.remedy()))
    };
    let mut unvalued = Vec::new();
    for (n, day) in days.iter().copied().rev().filter(|day| *day < facts.period.first).enumerate() {
        let timeline = match since(day) {
            Ok(timeline) => timeline,
            Err(untold) if n == 0 => return Err(untold),
            Err(_) => break,
        };
        let values = Values { facts, priced, timeline: &timeline };
        if values.of(day).is_ok() {
            return Ok(Start { day, timeline, unvalued });
        }
        unvalued.extend(values.partly(day, true));
    }
    let within: Vec<NaiveDate> = days.iter().copied().filter(|day| *day >= facts.period.first).collect();
    let timeline = since(within.first().copied().ok_or_else(|| no_days(facts))?)?;
    let values = Values { facts, priced, timeline: &timeline };
    let found = within.iter().position(|day| values.of(*day).is_ok());
    let (Some(day), Some(passed)) = (found.and_then(|n| within.get(n)).copied(), found.and_then(|n| within.get(..n)))
    else {
        let last = days.last().copied().unwrap_or(facts.period.last);
        return Err(values.missing(last, ""));
    };
    unvalued.extend(passed.iter().filter_map(|day| values.partly(*day, true)));
    Ok(Start { day, timeline, unvalued })
}

fn no_days(facts: &Facts<'_>) -> Untold {
    let period = facts.period;
    Untold::amiss(
        format!("valuations.csv has no prices from {} to {}", period.first, period.last),
        "write prices of every asset that is held, of the last trading day before the quarter and of its last one",
    )
}

/// The portfolio's values.
#[derive(Clone, Copy)]
pub(super) struct Values<'a> {
    pub(super) facts: &'a Facts<'a>,
    pub(super) priced: Priced<'a>,
    pub(super) timeline: &'a Timeline,
}

impl<'a> Values<'a> {
    /// The currency in which an asset is priced: as the config has it, or the log, where the config has it no more.
    fn currency(&self, code: &str) -> Currency {
        let asset = self.facts.portfolio.assets.get(&Code(code.to_owned())).map(|asset| asset.currency);
        let fills = self.facts.records.iter().rev().flat_map(|record| &record.fills);
        let traded = || fills.clone().find(|fill| fill.code == code)?.currency.as_deref().and_then(Currency::parse);
        asset.or_else(traded).unwrap_or(self.facts.portfolio.currency)
    }

    /// What shares of an asset were worth on a day, in the base currency; none without a price.
    pub(super) fn worth(&self, day: NaiveDate, code: &str, shares: Decimal) -> Option<Decimal> {
        let valuations = self.priced.valuations;
        let rate = valuations.rate(day, self.currency(code), self.facts.portfolio.currency)?;
        shares.checked_mul(valuations.on(day, code)?)?.checked_mul(rate)
    }

    /// What cash was worth on a day.
    pub(super) fn cash(&self, day: NaiveDate, position: &Position) -> Option<Decimal> {
        let base = self.facts.portfolio.currency;
        let held = position.cash.iter().filter(|(_, cash)| !cash.is_zero());
        held.map(|(currency, cash)| cash.checked_mul(self.priced.valuations.rate(day, *currency, base)?))
            .try_fold(Decimal::ZERO, |sum, worth| sum.checked_add(worth?))
    }

    /// The value at the end of a day, or the names of the prices that are missing.
    pub(super) fn of(&self, day: NaiveDate) -> Result<Decimal, Vec<String>> {
        let position = self.timeline.on(day);
        let missing = self.lacking(day, position);
        if !missing.is_empty() {
            return Err(missing);
        }
        let shares = position.shares.iter().map(|(code, shares)| self.worth(day, code, *shares));
        let sum = shares.chain([self.cash(day, position)]).try_fold(Decimal::ZERO, |sum, one| sum.checked_add(one?));
        sum.ok_or_else(|| vec!["a value that is not too large".to_owned()])
    }

    /// What a day lacks that has prices of some of what was held, but not of all.
    fn partly(&self, day: NaiveDate, moved: bool) -> Option<Unvalued> {
        let position = self.timeline.on(day);
        let missing = self.lacking(day, position);
        let some = position.shares.keys().any(|code| self.priced.valuations.on(day, code).is_some());
        (some && !missing.is_empty()).then_some(Unvalued { day, missing, moved })
    }

    /// The names of the prices that a day lacks.
    fn lacking(&self, day: NaiveDate, position: &Position) -> Vec<String> {
        let (valuations, base) = (self.priced.valuations, self.facts.portfolio.currency);
        let codes = position.shares.keys().filter(|code| valuations.on(day, code).is_none()).cloned();
        let held = position.cash.iter().filter(|(_, cash)| !cash.is_zero()).map(|(currency, _)| *currency);
        let flows = self.timeline.external.iter().filter(|flow| flow.day == day).map(|flow| flow.currency);
        let currencies: BTreeSet<Currency> =
            position.shares.keys().map(|code| self.currency(code)).chain(held).chain(flows).collect();
        let rates = currencies.into_iter().filter(|currency| valuations.rate(day, *currency, base).is_none());
        codes.chain(rates.map(|currency| pair(currency, base))).collect()
    }

    /// That prices of a day are missing, and why that day has to have them.
    fn missing(&self, day: NaiveDate, why: &str) -> Untold {
        let names = self.of(day).err().unwrap_or_default();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let names = list(&names);
        Untold::amiss(
            format!("valuations.csv has no price of {names} on {day}{why}"),
            format!("add the prices of {names} on {day}"),
        )
    }

    fn performance(&self, from: NaiveDate, days: &[NaiveDate]) -> Result<Performance, Untold> {
        let base = self.facts.portfolio.currency;
        // Where cash is all there is, a day needs no price.
        let moved = self.timeline.external.iter().map(|flow| flow.day).filter(|day| *day <= self.facts.period.last);
        let days: BTreeSet<NaiveDate> = days.iter().copied().chain(moved).filter(|day| *day >= from).collect();
        let valued = |day| Some(Valued { day, value: self.of(day).ok()?, flow: Decimal::ZERO });
        let mut values: Vec<Valued> = days.into_iter().filter_map(valued).collect();
        let to = values.last().map_or(from, |last| last.day);
        for flow in self.timeline.external.iter().filter(|flow| flow.day > from && flow.day <= to) {
            let rate = self.priced.valuations.rate(flow.day, flow.currency, base);
            let worth = rate.and_then(|rate| flow.amount.checked_mul(rate));
            let moved =
                || format!(", when cash was {}", if flow.amount.is_sign_negative() { "taken out" } else { "paid in" });
            let valued = values.iter_mut().find(|one| one.day == flow.day);
            let (Some(valued), Some(worth)) = (valued, worth) else { return Err(self.missing(flow.day, &moved())) };
            valued.flow = valued.flow.saturating_add(worth);
        }
        let net_flow = values.iter().fold(Decimal::ZERO, |sum, one| sum.saturating_add(one.flow));
        let (first, last) = (values.first().map(|one| one.value), values.last().map(|one| one.value));
        let (first, last) = (first.unwrap_or_default(), last.unwrap_or_default());
        let mut performance = Performance {
            from,
            to,
            net_flow,
            gain: last.saturating_sub(first).saturating_sub(net_flow),
            time_weighted: time_weighted(&values),
            money_weighted: Err(Undefined::NoDay),
            compared: self.timeline.compared,
            unvalued: Vec::new(),
            values,
        };
        let mut flows = performance.flows();
        flows.push((to, -last));
        performance.money_weighted = money_weighted(&flows);
        Ok(performance)
    }
}
