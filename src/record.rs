//! A record of the log: the guide's fields, `plan_id` and `fills`; reading records, and making one of a plan and what
//! came of it.
//!
//! Every figure is derived from the plan and the fills. Files and clocks must never enter this room.

mod planned;

pub use planned::{Estimate, Held};

use crate::code::Code;
use crate::config::{CashPolicy, TaxClass};
use crate::executed::{Executed, Realised, Rebalance};
use crate::money::{
    self, AMOUNT_PLACES, FX_PLACES, Money, PRICE_PLACES, QUANTITY_PLACES, VALUE_PLACES, WEIGHT_PLACES, scaled,
};
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

fn rate_in(rates: &BTreeMap<String, Decimal>, currency: Option<&str>) -> Result<Decimal, Unrecordable> {
    let Some(currency) = currency else { return Ok(Decimal::ONE) };
    rates.get(currency).copied().ok_or_else(|| wrong(format!("the plan has no rate of {currency}")))
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

/// The figures of a plan that drifts are made of.
struct Books {
    total: Decimal,
    /// Whether cash counts in the total.
    cash: bool,
    assets: Vec<Asset>,
    /// What one unit of each other currency is worth.
    rates: BTreeMap<String, Decimal>,
}

struct Asset {
    code: String,
    name: String,
    /// In the base currency.
    price: Decimal,
    currency: Option<String>,
    value: Decimal,
    target: Decimal,
}

impl Books {
    fn of(body: &Body) -> Result<Self, Unrecordable> {
        let unique = |ticker: &str| body.before.assets.iter().filter(|asset| asset.ticker == ticker).count() == 1;
        let mut rates = BTreeMap::new();
        for one in body.inputs.fx.iter().flat_map(|fx| &fx.rates) {
            rates.insert(one.currency.clone(), number(&one.rate, FX_PLACES)?);
        }
        let mut assets = Vec::new();
        for asset in &body.before.assets {
            let name = match unique(&asset.ticker) {
                true => asset.ticker.clone(),
                false => format!("{} ({})", asset.ticker, asset.code),
            };
            assets.push(Asset {
                code: asset.code.clone(),
                name,
                price: number(&asset.price, PRICE_PLACES)?
                    .checked_mul(rate_in(&rates, asset.currency.as_deref())?)
                    .ok_or_else(|| wrong(format!("the price of {} is too large", asset.code)))?,
                currency: asset.currency.clone(),
                value: value(&asset.value)?,
                target: number(&asset.target, WEIGHT_PLACES)?,
            });
        }
        let cash = body.params.cash_policy != CashPolicy::Exclude.word();
        Ok(Self { total: value(&body.before.total)?, cash, assets, rates })
    }

    /// What one unit of a currency is worth in the base currency.
    fn rate(&self, currency: Option<&str>) -> Result<Decimal, Unrecordable> {
        rate_in(&self.rates, currency)
    }

    /// A sum over fills in the base currency.
    fn sum(&self, fills: &[Fill], figure: impl Fn(&Fill) -> Figure) -> Result<Decimal, Unrecordable> {
        let worth = |fill: &Fill| figure(fill).0.checked_mul(fill.rate());
        let sum = fills.iter().try_fold(Decimal::ZERO, |sum, fill| sum.checked_add(worth(fill)?));
        let sum = sum.ok_or_else(|| wrong("the fills are too large"))?;
        Ok(if self.rates.is_empty() { sum } else { kept(sum) })
    }

    fn trade(&self, fill: &Fill) -> Result<Trade, Unrecordable> {
        let asset = self.assets.iter().find(|asset| asset.code == fill.code);
        let asset = asset.ok_or_else(|| wrong(format!("{} was traded and is not in the plan", fill.code)))?;
        let action = fill.side.action().to_owned();
        Ok(Trade { ticker: asset.name.clone(), action, amount: fill.amount, currency: asset.currency.clone() })
    }

    /// Weight less target by name after the fills and what else was added to the cash, in points with two places.
    fn drifts(&self, fills: &[Fill], flow: Decimal) -> Result<BTreeMap<String, Figure>, Unrecordable> {
        let fits = |value: Option<Decimal>| value.ok_or_else(|| wrong("the figures are too large"));
        let mut total = self.total;
        if self.cash {
            total = fits(total.checked_add(flow))?;
        }
        let mut after = Vec::new();
        for asset in &self.assets {
            let mut change = Decimal::ZERO;
            for fill in fills.iter().filter(|fill| fill.code == asset.code) {
                let worth = kept(fits(asset.price.checked_mul(fill.quantity.0))?);
                change += if fill.side == Side::Sell { -worth } else { worth };
                if self.cash {
                    let cash = fits(fill.cash_change().and_then(|cash| cash.checked_mul(fill.rate())))?;
                    total = fits(total.checked_add(kept(cash)))?;
                }
            }
            total = fits(total.checked_add(change))?;
            after.push((asset, fits(asset.value.checked_add(change))?));
        }
        after.into_iter().map(|(asset, value)| Ok((asset.name.clone(), points(value, asset.target, total)?))).collect()
    }
}

/// `value / total - target` in points, rounded half to even to two places.
fn points(value: Decimal, target: Decimal, total: Decimal) -> Result<Figure, Unrecordable> {
    let exact = || {
        let places = AMOUNT_PLACES + WEIGHT_PLACES;
        let wanted = scaled(target, WEIGHT_PLACES)?.checked_mul(scaled(total, AMOUNT_PLACES)?)?;
        let part = scaled(value, places)?.checked_sub(wanted)?.checked_mul(10_000)?;
        let whole = scaled(total, places)?;
        if whole <= 0 {
            // Of nothing, everything weighs nothing: before the first deposit, after the last withdrawal.
            let mut short = Decimal::ZERO.checked_sub(target.checked_mul(Decimal::ONE_HUNDRED)?)?;
            short = short.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven);
            short.rescale(2);
            return Some(short);
        }
        let (quotient, rest) = (part.div_euclid(whole), part.rem_euclid(whole));
        let half = rest.checked_mul(2)?.cmp(&whole);
        let up = half.is_gt() || (half.is_eq() && quotient % 2 != 0);
        Decimal::try_from_i128_with_scale(quotient + i128::from(up), 2).ok()
    };
    exact().map(Figure).ok_or_else(|| wrong("a weight of the plan cannot be told"))
}

/// A log that was read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Records {
    /// The records, oldest first.
    pub records: Vec<Record>,
    /// How many bytes hold whole records.
    pub whole: usize,
    /// Whether the last record lacks its line break.
    pub no_break: bool,
    /// Whether a piece of a record follows the last whole one: a crash tore it.
    pub torn: bool,
}

/// A line that is not a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    /// The line, from 1.
    pub line: usize,
    /// Why it is none.
    pub why: String,
}

/// Reads the records of a log from its bytes.
///
/// # Errors
/// [`BadLine`] for the first line that is not a record. A torn last line without a line break is none of these.
pub fn parse(bytes: &[u8]) -> Result<Records, BadLine> {
    let mut read = Records::default();
    for (index, line) in bytes.split_inclusive(|&byte| byte == b'\n').enumerate() {
        let text = line.strip_suffix(b"\n").unwrap_or(line);
        let broken_off = text.len() == line.len();
        match serde_json::from_slice::<Record>(text) {
            Ok(record) => read.records.push(record),
            Err(error) if broken_off && (error.is_eof() || text.contains(&0)) => {
                read.torn = true;
                return Ok(read);
            }
            Err(error) => return Err(BadLine { line: index + 1, why: error.to_string() }),
        }
        read.whole += line.len();
        read.no_break = broken_off;
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GUIDE: &str = r#"{"date": "2026-03-04", "trigger": "scheduled", "total_portfolio_value": 11000000, "trades": [{"ticker": "TIGER US S&P500", "action": "SELL", "amount": 350000}], "total_trade_amount": 600000, "total_commission": 90, "pre_drift": {"TIGER US S&P500": 3.18}, "post_drift": {"TIGER US S&P500": 0.12}, "notes": "2026 Q1"}"#;

    #[test]
    fn the_guides_own_record_is_read() {
        let read = parse(format!("{GUIDE}\n").as_bytes()).unwrap();
        assert_eq!(read.records[0].pre_drift["TIGER US S&P500"].to_string(), "3.18");
        assert_eq!((read.records[0].plan_id.as_str(), read.torn, read.no_break), ("", false, false));
    }

    #[test]
    fn what_is_read_is_written_again() {
        let record = &parse(GUIDE.as_bytes()).unwrap().records[0];
        assert_eq!(parse(record.line().as_bytes()).unwrap().records, std::slice::from_ref(record));
        assert_eq!(
            record.line().replace(",\"plan_id\":\"\",\"fills\":[]", ""),
            GUIDE.replace(": ", ":").replace(", ", ",")
        );
    }

    #[test]
    fn a_torn_last_line_is_known_from_a_bad_one() {
        let whole = format!("{GUIDE}\n");
        for cut in 1..GUIDE.len() {
            let text = format!("{whole}{}", &GUIDE[..cut]);
            let read = parse(text.as_bytes()).unwrap();
            assert_eq!((read.records.len(), read.whole, read.torn), (1, whole.len(), true), "{cut}");
        }
        let read = parse(format!("{whole}{GUIDE}").as_bytes()).unwrap();
        assert_eq!((read.records.len(), read.torn, read.no_break), (2, false, true));
        let cases = [
            (format!("{whole}{}\n{whole}", &GUIDE[..40]), 2, "EOF"),
            (format!("{whole}\n"), 2, "EOF"),
            (whole.replace("2026-03-04", "2026-3-4"), 1, "not a date"),
            (whole.replace("600000", "6e5"), 1, "not a number"),
            (whole.replace("\"notes\"", "\"note\""), 1, "unknown field"),
            (whole.replace("\"trigger\": \"scheduled\", ", ""), 1, "missing field"),
            (format!("{whole}hello"), 2, "expected"),
        ];
        for (text, line, why) in cases {
            let bad = parse(text.as_bytes()).unwrap_err();
            assert!(bad.line == line && bad.why.contains(why), "{text}: {bad:?}");
        }
    }

    #[test]
    fn only_full_rebalances_serve_a_date() {
        let other = GUIDE.replace("scheduled", "cash-flow").replace("2026-03-04", "2026-03-05");
        let read = parse(format!("{GUIDE}\n{other}\n").as_bytes()).unwrap();
        let dates: Vec<NaiveDate> = executed(&read.records).rebalances.iter().map(|one| one.date).collect();
        assert_eq!(dates, [read.records[0].date]);
    }

    #[test]
    fn what_was_left_alone_is_in_the_line_only_where_something_was() {
        let text = GUIDE.replace("\"notes\"", "\"left_alone\": [\"069500\"], \"notes\"");
        let record = &parse(text.as_bytes()).unwrap().records[0];
        let one = &executed(std::slice::from_ref(record)).rebalances[0];
        assert_eq!(one.left_alone, [Code("069500".to_owned())].into());
        assert!(record.line().ends_with(",\"left_alone\":[\"069500\"]}"), "{}", record.line());
        assert!(!parse(GUIDE.as_bytes()).unwrap().records[0].line().contains("left_alone"));
    }

    #[test]
    fn gains_are_summed_by_year_and_class_and_unknown_ones_are_kept() {
        let sale = |day: &str, class: &str, gain: &str| {
            let fill = format!(
                r#"{{"order":"o","code":"A","side":"sell","quantity":1,"price":1,"amount":1,"commission":0,"slippage":0,"tax":0,{class}{gain}"at":""}}"#
            );
            GUIDE.replace("2026-03-04", day).replace("\"2026 Q1\"", &format!("\"\",\"fills\":[{fill}]"))
        };
        let (overseas, other) = (r#""tax_class":"overseas","#, r#""tax_class":"kr_other","#);
        let lines = [
            sale("2025-12-30", overseas, r#""gain":7,"#),
            sale("2026-01-02", overseas, r#""gain":1200000.5,"#),
            sale("2026-01-03", overseas, r#""gain":-200000,"#),
            sale("2026-01-04", other, r#""gain":5,"#),
            sale("2026-01-05", other, ""),
            sale("2026-01-06", overseas, ""),
            sale("2026-01-07", "", r#""gain":5,"#),
            GUIDE.to_owned(),
        ];
        let records = parse((lines.join("\n") + "\n").as_bytes()).unwrap().records;
        let realised = executed(&records).realised;
        let gains: Vec<_> = realised.gains.iter().map(|(year, gain)| (*year, gain.to_string())).collect();
        assert_eq!(gains, [(2025, "7".to_owned()), (2026, "1000000.5".to_owned())]);
        let untold: Vec<_> = realised.untold.iter().map(|(day, name)| format!("{day} {name}")).collect();
        assert_eq!(untold, ["2026-01-06 A", "2026-01-07 A", "2026-03-04 TIGER US S&P500"]);
    }

    #[test]
    fn points_are_rounded_half_to_even() {
        let figure = |value: i64, target: &str, total: i64| {
            points(Decimal::from(value), target.parse().unwrap(), Decimal::from(total)).unwrap().to_string()
        };
        assert_eq!(figure(4_200_000, "0.35", 11_000_000), "3.18");
        assert_eq!(figure(35, "0.35", 100), "0.00");
        assert_eq!(figure(34, "0.35", 100), "-1.00");
        assert_eq!(figure(100_005, "0.1", 1_000_000), "0.00");
        assert_eq!(figure(100_015, "0.1", 1_000_000), "0.00");
        assert_eq!(figure(100_150, "0.1", 1_000_000), "0.02");
        assert_eq!(figure(100_250, "0.1", 1_000_000), "0.02");
        assert_eq!(figure(99_850, "0.1", 1_000_000), "-0.02");
        assert_eq!(figure(0, "0.35", 0), "-35.00");
    }
}
