//! Executed rebalances: what made them due, what they cost beside what their plans expected, and what they did to the
//! drift.

use super::Facts;
use crate::positions::executed_on;
use crate::record::{Estimate, Record, Unfilled};
use crate::trade::{Fill, Side};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Decimal places of the estimate of a part of an order.
const PART_PLACES: u32 = 12;

/// A rebalance that was executed, wholly or in part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Execution {
    /// The day of its first fill; of its plan, where nothing was filled.
    pub day: NaiveDate,
    /// The day of its plan.
    pub planned: NaiveDate,
    /// What made it due: `scheduled`, `drift`, `manual`, `cash-flow`, or what another program wrote.
    pub trigger: String,
    /// Why, in the words of its plan; with the reason of an override.
    pub reason: String,
    /// The plan; none where the log does not say.
    pub plan_id: Option<String>,
    /// What weights were of, before, in the base currency.
    pub value: Decimal,
    /// Bought and sold together, in the base currency.
    pub traded: Decimal,
    /// Half of that as a fraction of the portfolio; none of an empty one.
    pub turnover: Option<Decimal>,
    /// How many orders were filled, at least in part.
    pub filled: usize,
    /// The orders of which not all was executed.
    pub unfilled: Vec<Unfilled>,
    /// The codes that were left alone because of their ex-dividend dates.
    pub left_alone: Vec<String>,
    /// What was paid in with it, or taken out below zero, and in which currency, if not in the base currency.
    pub cash_flow: Option<(Decimal, Option<String>)>,
    /// What it cost, in the base currency.
    pub costs: Costs,
    /// Whether the broker did not tell every cost, so that some are estimated.
    pub estimated: bool,
    /// Weight less target, by asset.
    pub drifts: Vec<Drift>,
}

/// Weight less target of an asset, in points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drift {
    /// What it is called.
    pub name: String,
    /// Before.
    pub before: Option<Decimal>,
    /// After.
    pub after: Option<Decimal>,
}

/// What something cost, and what was expected of the shares that were executed, in the base currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// What it cost; none where the log does not say.
    pub actual: Option<Decimal>,
    /// What the plan expected of what was executed; none where the log does not say.
    pub estimate: Option<Decimal>,
}

/// The kinds of cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Costs {
    /// Commission.
    pub commission: Cost,
    /// Slippage: what was charged as such, and what shares cost more, or brought less, than at the plan's price.
    pub slippage: Cost,
    /// Tax.
    pub tax: Cost,
    /// What was lost by converting currencies, which is done at the rates of the plan.
    pub conversion: Cost,
}

impl Costs {
    /// Each kind with its name.
    #[must_use]
    pub fn kinds(&self) -> [(&'static str, Cost); 4] {
        let Self { commission, slippage, tax, conversion } = *self;
        [("commission", commission), ("slippage", slippage), ("tax", tax), ("conversion", conversion)]
    }

    /// All kinds together, as far as each is told.
    #[must_use]
    pub fn total(&self) -> Cost {
        let sum = |of: fn(&Cost) -> Option<Decimal>| {
            let told: Vec<Decimal> = self.kinds().iter().filter_map(|(_, cost)| of(cost)).collect();
            (!told.is_empty()).then(|| told.iter().fold(Decimal::ZERO, |sum, one| sum.saturating_add(*one)))
        };
        Cost { actual: sum(|cost| cost.actual), estimate: sum(|cost| cost.estimate) }
    }

    /// Those of several executions, as far as they are told; none of a kind that no execution states.
    pub(super) fn together(executions: &[Execution]) -> Option<Self> {
        let sum = |of: fn(&Self) -> Cost| {
            let costs = executions.iter().map(|one| of(&one.costs));
            let all = costs.clone().all(|cost| cost.estimate.is_some());
            let mut stated = costs.clone().filter_map(|cost| cost.actual);
            // What nobody states is not nothing.
            let some = executions.is_empty() || stated.clone().next().is_some();
            let add = |sum: Decimal, one: Decimal| sum.checked_add(one);
            let actual = stated.try_fold(Decimal::ZERO, add)?;
            let estimate = costs.filter_map(|cost| cost.estimate).try_fold(Decimal::ZERO, add)?;
            Some(Cost { actual: some.then_some(actual), estimate: all.then_some(estimate) })
        };
        Some(Self {
            commission: sum(|c| c.commission)?,
            slippage: sum(|c| c.slippage)?,
            tax: sum(|c| c.tax)?,
            conversion: sum(|c| c.conversion)?,
        })
    }
}

/// What was executed in the period, oldest first; none where a figure does not fit.
pub(super) fn executions(facts: &Facts<'_>) -> Option<Vec<Execution>> {
    let zone = facts.portfolio.zone;
    let days = facts.records.iter().map(|record| (executed_on(record, zone), record));
    let mut executions = days
        .filter(|(day, _)| facts.period.has(*day))
        .map(|(day, record)| execution(day, record))
        .collect::<Option<Vec<_>>>()?;
    executions.sort_by_key(|one| one.day);
    Some(executions)
}

fn execution(day: NaiveDate, record: &Record) -> Option<Execution> {
    let (value, traded) = (record.total_portfolio_value.0, record.total_trade_amount.0);
    let turnover = (value > Decimal::ZERO).then(|| traded.checked_div(value)?.checked_div(Decimal::TWO)).flatten();
    Some(Execution {
        day,
        planned: record.date,
        trigger: record.trigger.clone(),
        reason: record.notes.clone(),
        plan_id: Some(record.plan_id.clone()).filter(|id| !id.is_empty()),
        value,
        traded,
        turnover,
        filled: if record.fills.is_empty() { record.trades.len() } else { record.fills.len() },
        unfilled: record.unfilled.clone(),
        left_alone: record.left_alone.clone(),
        cash_flow: record.cash_flow.map(|flow| (flow.0, record.cash_flow_currency.clone())),
        costs: costs(record)?,
        estimated: record.fills.iter().any(|fill| !fill.estimated.is_empty()),
        drifts: drifts(record),
    })
}

fn drifts(record: &Record) -> Vec<Drift> {
    let names =
        record.pre_drift.keys().chain(record.post_drift.keys().filter(|name| !record.pre_drift.contains_key(*name)));
    let one = |name: &String| Drift {
        name: name.clone(),
        before: record.pre_drift.get(name).map(|figure| figure.0),
        after: record.post_drift.get(name).map(|figure| figure.0),
    };
    names.map(one).collect()
}

/// What a rebalance cost. A record without fills says what the commission was, and nothing else.
fn costs(record: &Record) -> Option<Costs> {
    let fills = &record.fills;
    let expected = |of: fn(&Estimate) -> Decimal| {
        let worth = |one: &Estimate| {
            executed(of(one), one, record)?.checked_mul(one.fx_rate.map_or(Decimal::ONE, |rate| rate.0))
        };
        record.estimates.iter().try_fold(Decimal::ZERO, |sum, one| sum.checked_add(worth(one)?))
    };
    let known = !record.estimates.is_empty() || (fills.is_empty() && record.held.is_some());
    let estimate = |of| if known { expected(of).map(Some) } else { Some(None) };
    let spent = |of: &dyn Fn(&Fill) -> Option<Decimal>| {
        fills.iter().try_fold(Decimal::ZERO, |sum, fill| sum.checked_add(of(fill)?.checked_mul(fill.rate())?))
    };
    let told = !fills.is_empty() || record.trades.is_empty();
    let actual = |of: &dyn Fn(&Fill) -> Option<Decimal>| if told { spent(of).map(Some) } else { Some(None) };
    let lost = record.conversions.iter().try_fold(Decimal::ZERO, |sum, one| sum.checked_add(one.cost.0))?;
    let commission = if told { spent(&|fill| Some(fill.commission.0))? } else { record.total_commission.0 };
    let converted = told || !record.conversions.is_empty();
    Some(Costs {
        commission: Cost { actual: Some(commission), estimate: estimate(|one| one.commission.0)? },
        slippage: Cost { actual: actual(&|fill| slippage(fill, record))?, estimate: estimate(|one| one.slippage.0)? },
        tax: Cost { actual: actual(&|fill| Some(fill.tax.0))?, estimate: estimate(|one| one.tax.0)? },
        conversion: Cost { actual: converted.then_some(lost), estimate: known.then_some(lost) },
    })
}

/// The part of an estimate that is of the shares that were executed: an order that was not executed saved nothing.
fn executed(estimate: Decimal, one: &Estimate, record: &Record) -> Option<Decimal> {
    let Some(order) = record.unfilled.iter().find(|order| order.order == one.order) else { return Some(estimate) };
    let part = estimate.checked_mul(order.executed.0)?.checked_div(order.planned.0)?;
    Some(part.round_dp(PART_PLACES))
}

/// What was charged as slippage, and what the shares cost more, or brought less, than at the plan's price: the
/// implementation shortfall of what was executed (Perold, *The Implementation Shortfall*, 1988).
fn slippage(fill: &Fill, record: &Record) -> Option<Decimal> {
    let Some(estimate) = record.estimates.iter().find(|one| one.order == fill.order) else {
        return Some(fill.slippage.0);
    };
    let planned = estimate.price.0.checked_mul(fill.quantity.0)?;
    let worse = match fill.side {
        Side::Buy => fill.amount.0.checked_sub(planned)?,
        Side::Sell => planned.checked_sub(fill.amount.0)?,
    };
    fill.slippage.0.checked_add(worse)
}
