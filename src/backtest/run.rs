//! Running a policy over a history, a close at a time.

use super::account::{Account, Close, Trader};
use super::draw::fails;
use super::fractional::Fractional;
use super::whole::Whole;
use super::{BacktestError, Figures, MONEY_PLACES, Outcome, Policy, Rules, Shares, Terms, Traded};
use crate::calendar::{Calendar, next_scheduled};
use crate::config::{CheckFrequency, Currency, Destination, DriftKind, Strategy};
use crate::drift::{Breach, Edges};
use crate::money::{Weight, scaled};
use crate::portfolio::{Asset, Costs, Portfolio, Trigger};
use crate::price_history::History;
use crate::trigger::{Cause, cause, looks_at_dates, looks_at_drift, serves};
use chrono::{Datelike, NaiveDate};

/// A history as orders of such shares are paid by it: whole shares in the currency's smallest unit.
///
/// # Errors
/// [`BacktestError::TooSmall`].
pub fn priced(history: History, shares: Shares, currency: Currency) -> Result<History, BacktestError> {
    match shares {
        Shares::Fractional => Ok(history),
        Shares::Whole => {
            let small = |(code, day)| BacktestError::TooSmall { code, day, currency };
            history.to_places(currency.places()).map_err(small)
        }
    }
}

/// What becomes of the portfolio under each policy, in their order.
///
/// # Errors
/// See [`BacktestError`].
pub fn run(terms: &Terms<'_>) -> Result<Vec<Outcome>, BacktestError> {
    let (portfolio, history) = (terms.sound.portfolio(), terms.history);
    let days = history.days.iter().copied();
    let calendar = Calendar::of_sessions(portfolio.calendar, days).ok_or(BacktestError::TooLarge)?;
    let assets: Option<Vec<&Asset>> = history.codes.iter().map(|code| portfolio.assets.get(code)).collect();
    let market = Market {
        terms,
        history,
        calendar,
        assets: assets.ok_or(BacktestError::TooLarge)?,
        looks: looks(&history.days, terms.check),
        costs: Costs {
            commission: terms.commission.unwrap_or(portfolio.costs.commission),
            slippage: terms.slippage.unwrap_or(portfolio.costs.slippage),
            ..portfolio.costs.clone()
        },
    };
    terms.policies.iter().map(|policy| market.outcome(*policy)).collect()
}

/// On which days drift is looked at: all, or the first of a week or of a month.
fn looks(days: &[NaiveDate], check: CheckFrequency) -> Vec<bool> {
    let period = |day: &NaiveDate| match check {
        CheckFrequency::Daily => (day.num_days_from_ce(), 0),
        CheckFrequency::Weekly => (day.iso_week().year(), day.iso_week().week()),
        CheckFrequency::Monthly => (day.year(), day.month()),
    };
    let mut last = None;
    days.iter().map(|day| last.replace(period(day)) != Some(period(day))).collect()
}

/// What is the same for every policy.
struct Market<'a> {
    terms: &'a Terms<'a>,
    history: &'a History,
    calendar: Calendar,
    assets: Vec<&'a Asset>,
    looks: Vec<bool>,
    costs: Costs,
}

/// A policy as a day is judged by it.
struct Judge {
    strategy: Option<Strategy>,
    /// The scheduled dates after the first day.
    dates: Vec<NaiveDate>,
    /// What each asset is held to.
    edges: Vec<Edges>,
}

/// What happened so far.
#[derive(Default)]
struct Tally {
    values: Vec<i128>,
    traded: Traded,
    scheduled: usize,
    drift: usize,
    failed: usize,
    outside: usize,
}

impl Market<'_> {
    fn portfolio(&self) -> &Portfolio {
        self.terms.sound.portfolio()
    }

    /// Runs a policy.
    fn outcome(&self, policy: Policy) -> Result<Outcome, BacktestError> {
        let rules = policy.rules(self.portfolio());
        let initial = scaled(self.terms.initial.decimal(), MONEY_PLACES).ok_or(BacktestError::TooLarge)?;
        let (mut account, mut trader) = (Account::new(self.assets.len(), initial), self.trader(&rules)?);
        let mut tally = Tally::default();
        self.pass(&rules, &mut account, trader.as_mut(), &mut tally)?;
        let Tally { values, traded, scheduled, drift, failed, outside } = tally;
        let figures = Figures::of(&self.history.days, initial, values).ok_or(BacktestError::TooLarge)?;
        Ok(Outcome { policy, rules, figures, cash: account.cash, scheduled, drift, failed, traded, outside })
    }

    fn trader(&self, rules: &Rules) -> Result<Box<dyn Trader + '_>, BacktestError> {
        let portfolio = self.portfolio();
        if self.terms.shares == Shares::Whole {
            // Here every plan is asked for: dates, of which a history knows few, are judged before.
            let drift = rules.trigger.as_ref().and_then(|trigger| trigger.drift);
            let trigger = Trigger { strategy: Strategy::Bands, schedule: None, drift };
            let sound = self.terms.sound.supposing(trigger, self.costs.clone());
            return Ok(Box::new(Whole::new(sound, &self.history.codes, &self.calendar)));
        }
        let reserve = scaled(portfolio.limits.reserve.decimal(), MONEY_PLACES).ok_or(BacktestError::TooLarge)?;
        let assets = self.assets.iter().copied();
        let trader = Fractional::new(assets, &self.costs, reserve, portfolio.currency);
        Ok(Box::new(trader.ok_or(BacktestError::TooLarge)?))
    }

    /// Goes through all days: buys on the first, judges and trades at each close.
    fn pass(
        &self,
        rules: &Rules,
        account: &mut Account,
        trader: &mut dyn Trader,
        tally: &mut Tally,
    ) -> Result<(), BacktestError> {
        let judge = self.judge(rules)?;
        let bands = self.edges(None)?;
        let (mut last, mut values) = (NaiveDate::MIN, Vec::new());
        for (at, day) in self.history.days.iter().enumerate() {
            let prices = self.history.on(at);
            let mut total = account.values(prices, &mut values).ok_or(BacktestError::TooLarge)?;
            let cause = if at == 0 {
                Some(Cause::CashFlow)
            } else {
                judge.cause(*day, last, self.looks[at], &values, total)?
            };
            let failed = at > 0 && cause.is_some() && fails(self.terms.failures, self.terms.seed, *day);
            tally.failed += usize::from(failed);
            if let Some(cause) = cause.filter(|_| !failed) {
                let close = Close { day: *day, prices, values: &values, total };
                let destination = if at == 0 { Destination::Target } else { rules.destination };
                let traded = trader.trade(account, &close, destination)?;
                tally.take(cause, traded).ok_or(BacktestError::TooLarge)?;
                total = account.values(prices, &mut values).ok_or(BacktestError::TooLarge)?;
                last = *day;
            }
            if total <= 0 {
                return Err(BacktestError::Lost(*day));
            }
            tally.outside += usize::from(at > 0 && breaches(&bands, &values, total)?);
            tally.values.push(total);
        }
        Ok(())
    }

    fn judge(&self, rules: &Rules) -> Result<Judge, BacktestError> {
        let trigger = rules.trigger.as_ref();
        let mut dates = Vec::new();
        if let Some((_, schedule)) = trigger.and_then(|trigger| trigger.schedule.as_ref()) {
            let mut last = self.history.days.first().copied();
            // Where the history ends, the next date is unknown, and nothing is missed.
            while let Some(day) = last {
                last = next_scheduled(&self.calendar, schedule, day).ok().flatten();
                dates.extend(last);
            }
        }
        let drift = trigger.and_then(|trigger| trigger.drift);
        Ok(Judge { strategy: trigger.map(|trigger| trigger.strategy), dates, edges: self.edges(drift)? })
    }

    fn edges(&self, drift: Option<(DriftKind, Weight)>) -> Result<Vec<Edges>, BacktestError> {
        let all = self.assets.iter().map(|asset| Edges::of(asset, drift));
        all.collect::<Option<Vec<_>>>().ok_or(BacktestError::TooLarge)
    }
}

impl Judge {
    /// What makes a rebalance due at a close. `last` is the day of the last one.
    fn cause(
        &self,
        day: NaiveDate,
        last: NaiveDate,
        looks: bool,
        values: &[i128],
        total: i128,
    ) -> Result<Option<Cause>, BacktestError> {
        let Some(strategy) = self.strategy else { return Ok(None) };
        let due = looks_at_dates(strategy) && {
            let passed = self.dates.partition_point(|date| *date <= day);
            let latest = passed.checked_sub(1).and_then(|at| self.dates.get(at));
            latest.is_some_and(|latest| !serves(last, *latest))
        };
        // A date that is due is the cause whatever drifts.
        let breached = !due && looks && looks_at_drift(strategy) && breaches(&self.edges, values, total)?;
        Ok(cause(due, breached, false))
    }
}

impl Tally {
    /// Counts a rebalance. The first purchase, and one that found nothing to trade, is none.
    fn take(&mut self, cause: Cause, traded: Traded) -> Option<()> {
        self.traded = self.traded.plus(traded)?;
        let counted = usize::from(traded.orders > 0);
        match cause {
            Cause::Scheduled => self.scheduled += counted,
            Cause::Drift => self.drift += counted,
            Cause::Manual | Cause::CashFlow => {}
        }
        Some(())
    }
}

/// Whether any value breaches what it is held to.
fn breaches(edges: &[Edges], values: &[i128], total: i128) -> Result<bool, BacktestError> {
    for (edges, value) in edges.iter().zip(values) {
        let breach: Option<Breach> = edges.breach(*value, total).map_err(|_| BacktestError::TooLarge)?;
        if breach.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}
