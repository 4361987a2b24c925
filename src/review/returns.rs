//! What the portfolio returned between the days on which it was valued, and what its benchmarks did.

use super::{Facts, Priced, Untold};
use crate::config::Currency;
use crate::holdings::Holdings;
use crate::performance::{MoneyWeighted, Undefined, Valued, money_weighted, time_weighted};
use crate::portfolio::Code;
use crate::positions::{self, Position, Timeline};
use crate::valuations::{Valuations, pair};
use crate::words::list;
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

/// How many days before a quarter the day may lie whose value it begins with: holidays at the turn of the year among them.
const OPENING_DAYS: u64 = 10;
/// How many days old the price of a benchmark may be: exchanges have holidays of their own.
const BENCHMARK_DAYS: u64 = 7;

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
}

impl Performance {
    /// The time-weighted return of the whole period.
    #[must_use]
    pub fn returned(&self) -> Option<Decimal> {
        self.time_weighted.as_ref().ok()?.last()?.1.checked_sub(Decimal::ONE)
    }

    /// What is paid in and taken out, the value at the start among the first; without that at the end.
    fn flows(&self) -> Vec<(NaiveDate, Decimal)> {
        let opening = self.values.first().map(|first| (first.day, first.value));
        let flows = self.values.iter().skip(1).filter(|one| !one.flow.is_zero()).map(|one| (one.day, one.flow));
        opening.into_iter().chain(flows).collect()
    }
}

/// A benchmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Benchmark {
    /// As the config spells it.
    pub name: String,
    /// The name of the asset, where it is the code of one.
    pub ticker: Option<String>,
    /// What it returned.
    pub outcome: Result<BenchmarkReturn, Untold>,
}

/// What a benchmark returned: the change of its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchmarkReturn {
    /// The day of its first price, and the price.
    pub from: (NaiveDate, Decimal),
    /// The day of its last price, and the price.
    pub to: (NaiveDate, Decimal),
    /// The last price by the first, less 1.
    pub returned: Decimal,
    /// What one unit grew to by each day that has a price.
    pub growth: Vec<(NaiveDate, Decimal)>,
    /// What the portfolio's flows would have returned in it.
    pub same_flows: Result<MoneyWeighted, Untold>,
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
            "bring holdings.yaml back, as with `git checkout -- holdings.yaml`, or name the file with `--holdings`",
        )
    })?;
    let opening = facts.period.first.checked_sub_days(Days::new(OPENING_DAYS)).unwrap_or(NaiveDate::MIN);
    let days: Vec<NaiveDate> =
        priced.valuations.days().filter(|day| (opening..=facts.period.last).contains(day)).collect();
    let (from, timeline) = start(facts, priced, holdings, &days)?;
    let performance = Values { facts, priced, timeline: &timeline }.performance(from, &days)?;
    Ok(Course { performance, timeline })
}

/// The day that the returns begin with, and what was held since: the last valued day before the period, or else the first
/// in it.
fn start(
    facts: &Facts<'_>,
    priced: Priced<'_>,
    holdings: &Holdings,
    days: &[NaiveDate],
) -> Result<(NaiveDate, Timeline), Untold> {
    let outside: BTreeSet<String> = facts.portfolio.outside.iter().map(|code| code.0.clone()).collect();
    let log = (facts.records, facts.portfolio.currency);
    // Further back than it has to be, nothing is asked for: what does not agree there is no fault of this period.
    let since = |day| {
        positions::since(day, holdings, &outside, log, priced.entries, facts.portfolio.zone)
            .map_err(|error| Untold::amiss(error.to_string(), error.remedy()))
    };
    let valued = |day, timeline: &Timeline| Values { facts, priced, timeline }.of(day).is_ok();
    let mut before = days.iter().copied().rev().filter(|day| *day < facts.period.first);
    if let Some(last) = before.next() {
        let timeline = since(last)?;
        if valued(last, &timeline) {
            return Ok((last, timeline));
        }
    }
    for day in before {
        let Ok(timeline) = since(day) else { break };
        if valued(day, &timeline) {
            return Ok((day, timeline));
        }
    }
    let mut within = days.iter().copied().filter(|day| *day >= facts.period.first);
    let timeline = since(within.clone().next().ok_or_else(|| no_days(facts))?)?;
    match within.find(|day| valued(*day, &timeline)) {
        Some(day) => Ok((day, timeline)),
        None => {
            let last = days.last().copied().unwrap_or(facts.period.last);
            Err(Values { facts, priced, timeline: &timeline }.missing(last, ""))
        }
    }
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
            values,
        };
        let mut flows = performance.flows();
        flows.push((to, -last));
        performance.money_weighted = money_weighted(&flows);
        Ok(performance)
    }
}

/// What the benchmarks returned over the days of the portfolio; where it has none, over those of the period.
pub(super) fn benchmarks(facts: &Facts<'_>, performance: Option<&Performance>) -> Vec<Benchmark> {
    let one = |name: &String| Benchmark {
        name: name.clone(),
        ticker: facts.portfolio.assets.get(&Code(name.clone())).map(|asset| asset.ticker.clone()),
        outcome: match facts.priced {
            Some(priced) => outcome(facts, priced.valuations, name, performance),
            None => Err(Untold { why: "there is no valuations.csv".to_owned(), remedy: None, amiss: false }),
        },
    };
    facts.benchmarks.iter().map(one).collect()
}

fn outcome(
    facts: &Facts<'_>,
    valuations: &Valuations,
    name: &str,
    performance: Option<&Performance>,
) -> Result<BenchmarkReturn, Untold> {
    let day_before = facts.period.first.pred_opt().unwrap_or(facts.period.first);
    let ends = performance.map_or((day_before, facts.period.last), |one| (one.from, one.to));
    let price = |day| valuations.by(day, name, BENCHMARK_DAYS).ok_or_else(|| no_price(name, day));
    let (from, to) = (price(ends.0)?, price(ends.1)?);
    let grown = |price: Decimal| price.checked_div(from.1);
    let growth = valuations.days().filter(|day| (from.0..=to.0).contains(day));
    let growth = growth.filter_map(|day| Some((day, grown(valuations.on(day, name)?)?))).collect();
    let returned = grown(to.1).and_then(|grown| grown.checked_sub(Decimal::ONE));
    let returned = returned.ok_or_else(|| Untold::undefined(Undefined::TooLarge, None))?;
    if from.0 >= to.0 {
        return Err(Untold::undefined(Undefined::NoDay, None));
    }
    let same_flows = match performance {
        Some(performance) => same_flows(performance, to.1, price),
        None => Err(Untold::undefined("the portfolio's flows are not known", None)),
    };
    Ok(BenchmarkReturn { from, to, returned, growth, same_flows })
}

/// What the portfolio's flows would have returned, had they bought and sold the benchmark at its price of their day.
fn same_flows(
    performance: &Performance,
    last: Decimal,
    price: impl Fn(NaiveDate) -> Result<(NaiveDate, Decimal), Untold>,
) -> Result<MoneyWeighted, Untold> {
    let too_large = || Untold::undefined(Undefined::TooLarge, None);
    let mut flows = performance.flows();
    let mut left = Decimal::ZERO;
    for (day, flow) in &flows {
        let grown = last.checked_div(price(*day)?.1).and_then(|grown| flow.checked_mul(grown));
        left = grown.and_then(|grown| left.checked_add(grown)).ok_or_else(too_large)?;
    }
    flows.push((performance.to, -left));
    money_weighted(&flows).map_err(|undefined| Untold::undefined(undefined, None))
}

fn no_price(name: &str, day: NaiveDate) -> Untold {
    Untold::amiss(
        format!("valuations.csv has no price of {name} on {day} or in the {BENCHMARK_DAYS} days before"),
        format!("add its price: `{day},{name},…`"),
    )
}
