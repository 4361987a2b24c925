//! A record of the log: the guide's fields, `plan_id` and `fills`; reading records, and making one of a plan and what
//! came of it.
//!
//! Every figure is derived from the plan and the fills. Files and clocks must never enter this room.

mod books;
mod planned;
mod reading;
#[cfg(test)]
mod tests;

pub use planned::{Estimate, Held};
pub use reading::{BadLine, Records, parse};

use self::books::Books;
use crate::code::Code;
use crate::config::TaxClass;
use crate::executed::{Executed, Realised, Rebalance};
use crate::money::{self, AMOUNT_PLACES, Money, QUANTITY_PLACES, VALUE_PLACES};
use crate::plan::file::{Body, PlanFile};
use crate::schema::{Sheet, schema_of};
use crate::trade::{Conversion, Figure, Fill, Side, Transfer};
use crate::trigger::Cause;
use chrono::{Datelike, NaiveDate};
use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The schema of a record.
pub const SHEET: Sheet = Sheet { file: "log.schema.json", schema: schema_of::<Record> };

/// A rebalance that was executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "rebalance_log.jsonl, a line")]
pub struct Record {
    /// The day the plan was for.
    #[serde(with = "day")]
    #[schemars(with = "String", extend("format" = "date"))]
    pub date: NaiveDate,
    /// `scheduled`, `drift`, `manual` or `cash-flow`.
    pub trigger: String,
    /// What weights were of, before.
    pub total_portfolio_value: Figure,
    /// What was traded.
    pub trades: Vec<Trade>,
    /// Bought and sold together, in the base currency.
    pub total_trade_amount: Figure,
    /// Commission of all trades, in the base currency.
    pub total_commission: Figure,
    /// Weight less target before, in points, by ticker.
    pub pre_drift: BTreeMap<String, Figure>,
    /// Weight less target after, in points, by ticker, at the plan's prices.
    pub post_drift: BTreeMap<String, Figure>,
    /// Why.
    #[serde(default)]
    pub notes: String,
    /// The plan; empty in a record that another program wrote.
    #[serde(default)]
    pub plan_id: String,
    /// What came of each order.
    #[serde(default)]
    pub fills: Vec<Fill>,
    /// The orders of the plan of which not all was executed; not there when all of each was. Such a record does not serve
    /// the schedule.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unfilled: Vec<Unfilled>,
    /// Cash that was paid in, or taken out below zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Figure")]
    pub cash_flow: Option<Figure>,
    /// The currency of it; not there when it is the base currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub cash_flow_currency: Option<String>,
    /// What was converted; not there when nothing was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conversions: Vec<Converted>,
    /// The codes of the assets that were left alone because of their ex-dividend dates; not there when none was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_alone: Vec<String>,
    /// What the plan expected of each of its orders; not there in a record that another program wrote.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub estimates: Vec<Estimate>,
    /// What was held before; not there in a record that another program wrote.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Held")]
    pub held: Option<Held>,
}

/// A trade, as the guide has it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Trade {
    /// The asset's name; with its code in brackets when several have the same.
    pub ticker: String,
    /// `SELL` or `BUY`.
    pub action: String,
    /// Shares times price.
    pub amount: Figure,
    /// The currency of it; not there when it is the base currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub currency: Option<String>,
}

/// An amount of one currency that was converted into another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Converted {
    /// Its id.
    pub id: String,
    /// The currency it was taken from.
    pub from: String,
    /// The currency it went to.
    pub to: String,
    /// What was taken, the fee included, in the first.
    pub amount: Figure,
    /// What the bank kept of that, in the first.
    pub fee: Figure,
    /// What was received, in the second.
    pub received: Figure,
    /// What was lost by it in the base currency.
    pub cost: Figure,
}

impl Converted {
    fn of(one: &Conversion) -> Self {
        Self {
            id: one.id.clone(),
            from: one.from.word().to_owned(),
            to: one.to.word().to_owned(),
            amount: Figure(one.amount.decimal()),
            fee: Figure(one.fee.decimal()),
            received: Figure(one.received.decimal()),
            cost: Figure(kept(one.cost)),
        }
    }
}

/// An order of which not all was executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Unfilled {
    /// The order's id.
    pub order: String,
    /// Shares that were planned.
    pub planned: Figure,
    /// Shares that were executed.
    pub executed: Figure,
}

/// A day as `2026-03-04`.
mod day {
    use chrono::NaiveDate;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(day: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(day)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
        let text = String::deserialize(deserializer)?;
        let day: Option<NaiveDate> = text.parse().ok();
        day.filter(|day| day.to_string() == text).ok_or_else(|| D::Error::custom(format!("`{text}` is not a date")))
    }
}

/// Why there is no record of a plan and its fills: they do not belong together, or a figure is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unrecordable(pub String);

impl fmt::Display for Unrecordable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Record {
    /// The record of a plan and what came of its orders. `moved` is whether cash that goes by a name was moved.
    ///
    /// # Errors
    /// [`Unrecordable`], which no plan that passed the gate is.
    pub fn of(plan: &PlanFile, fills: &[Fill], moved: &dyn Fn(&str) -> bool) -> Result<Self, Unrecordable> {
        let body = &plan.body;
        let trigger = body.trigger.fired.clone().ok_or_else(|| wrong("the plan names no trigger"))?;
        let date = body.inputs.as_of.parse().map_err(|_| wrong("the plan's date is none"))?;
        let books = Books::of(body)?;
        let transfer = Transfer::of(body).map_err(|malformed| wrong(malformed.to_string()))?;
        let flow = transfer.filter(|transfer| moved(transfer.word())).map(|transfer| Figure(transfer.amount.decimal()));
        let rate = books.rate(body.asked.currency.as_deref())?;
        let worth = |flow: Figure| flow.0.checked_mul(rate).ok_or_else(|| wrong("the cash flow is too large"));
        let conversions = Conversion::all(body).map_err(|malformed| wrong(malformed.to_string()))?;
        let conversions: Vec<_> = conversions.iter().filter(|one| moved(&one.id)).map(Converted::of).collect();
        let lost: Decimal = conversions.iter().map(|one| one.cost.0).sum();
        let flow_worth = flow.map(worth).transpose()?.map(kept).unwrap_or_default() - lost;
        Ok(Self {
            date,
            trigger,
            total_portfolio_value: Figure(books.total),
            trades: fills.iter().map(|fill| books.trade(fill)).collect::<Result<_, _>>()?,
            total_trade_amount: Figure(books.sum(fills, |fill| fill.amount)?),
            total_commission: Figure(books.sum(fills, |fill| fill.commission)?),
            pre_drift: books.drifts(&[], Decimal::ZERO)?,
            post_drift: books.drifts(fills, flow_worth)?,
            notes: notes(body),
            plan_id: plan.plan_id.clone(),
            fills: fills.to_vec(),
            unfilled: unfilled(body, fills)?,
            cash_flow: flow,
            cash_flow_currency: body.asked.currency.clone(),
            conversions,
            left_alone: body.before.assets.iter().filter(|a| a.left_alone.is_some()).map(|a| a.code.clone()).collect(),
            estimates: planned::estimates(body)?,
            held: Some(planned::held(body)?),
        })
    }

    /// The line in the file, without a line break.
    #[must_use]
    pub fn line(&self) -> String {
        // Serialising a struct of text and numbers cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }
}

/// What the records say was executed, as planning looks at it.
#[must_use]
pub fn executed(records: &[Record]) -> Executed {
    let whole = |record: &&Record| record.unfilled.is_empty();
    let full = records.iter().filter(whole);
    let full = full.filter(|record| Cause::parse(&record.trigger).is_some_and(Cause::is_full));
    let rebalance = |record: &Record| Rebalance {
        date: record.date,
        plan_id: record.plan_id.clone(),
        left_alone: record.left_alone.iter().cloned().map(Code).collect(),
    };
    Executed { rebalances: full.map(rebalance).collect(), realised: realised(records) }
}

/// What sales gained that is taxed by the year. The day of a record is the day of its plan, whose prices it has.
fn realised(records: &[Record]) -> Realised {
    let mut realised = Realised::default();
    for record in records {
        // A record of another program has trades and no fills: what they gained is not said.
        let trades = record.trades.iter().filter(|_| record.fills.is_empty());
        let sold = trades.filter(|trade| trade.action == Side::Sell.action());
        realised.untold.extend(sold.map(|trade| (record.date, trade.ticker.clone())));
        for fill in record.fills.iter().filter(|fill| fill.side == Side::Sell) {
            let gained = match (fill.tax_class.as_deref(), fill.gain) {
                (Some(class), _) if class != TaxClass::Overseas.word() => continue,
                (Some(_), gain) => gain,
                (None, _) => None,
            };
            let year = record.date.year();
            let before = realised.gains.get(&year).copied().unwrap_or_default();
            match gained.and_then(|gain| before.plus(Money::new(gain.0))) {
                Some(sum) => drop(realised.gains.insert(year, sum)),
                None => realised.untold.push((record.date, fill.code.clone())),
            }
        }
    }
    realised
}

/// The orders of which not all was executed.
fn unfilled(body: &Body, fills: &[Fill]) -> Result<Vec<Unfilled>, Unrecordable> {
    let mut unfilled = Vec::new();
    for order in &body.orders {
        let planned = number(&order.quantity, QUANTITY_PLACES)?;
        let fill = fills.iter().find(|fill| fill.order == order.id);
        let executed = fill.map_or(Decimal::ZERO, |fill| fill.quantity.0);
        if executed != planned {
            unfilled.push(Unfilled { order: order.id.clone(), planned: Figure(planned), executed: Figure(executed) });
        }
    }
    Ok(unfilled)
}

fn wrong(why: impl Into<String>) -> Unrecordable {
    Unrecordable(why.into())
}

/// A value of a plan: one of another currency may have more places than a log keeps, and is rounded to those.
fn value(text: &str) -> Result<Decimal, Unrecordable> {
    number(text, VALUE_PLACES).map(kept)
}

/// A figure rounded half to even to as many places as a log keeps.
fn kept(figure: Decimal) -> Decimal {
    figure.round_dp_with_strategy(AMOUNT_PLACES, RoundingStrategy::MidpointNearestEven).normalize()
}

fn number(text: &str, places: u32) -> Result<Decimal, Unrecordable> {
    money::decimal(text, places).map_err(|_| wrong(format!("`{text}` in the plan is not a figure")))
}

/// Why it was done: the trigger's own sentences, and what was overridden.
fn notes(body: &Body) -> String {
    let overrides = body.overrides.iter().map(|o| format!("cooldown overridden in {}: {}", o.commit, o.reason));
    let sentences: Vec<String> = body.trigger.why.iter().cloned().chain(overrides).collect();
    sentences.join("; ")
}
