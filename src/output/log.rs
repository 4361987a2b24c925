//! Executed rebalances, for people and for programs.

use super::Paint;
use super::apply::moved;
use super::plan::{amount, grouped};
use super::text::wrapped;
use crate::record::Record;
use crate::words::{count, short};
use serde::Serialize;

/// Draws the records for people, oldest first.
#[must_use]
pub fn human(records: &[Record], paint: Paint) -> String {
    if records.is_empty() {
        return "No rebalance was executed yet.\nNext: rebalance plan -o plan.json\n".to_owned();
    }
    records.iter().map(|record| one(record, paint)).collect()
}

fn one(record: &Record, paint: Paint) -> String {
    let id = short(&record.plan_id);
    let title = format!(
        "{} {}: {}, {} traded of {}, commission {}",
        record.date,
        record.trigger,
        count(record.trades.len(), "trade"),
        grouped(&record.total_trade_amount.to_string()),
        grouped(&record.total_portfolio_value.to_string()),
        grouped(&record.total_commission.to_string())
    );
    let mut text = format!("{} {}\n", paint.bold(title), paint.dim(id));
    if let Some(flow) = record.cash_flow {
        text.push_str(&format!("~ {}\n", moved(&flow.to_string(), record.cash_flow_currency.as_deref())));
    }
    for trade in &record.trades {
        let line = format!(
            "{} {} {}",
            trade.action,
            trade.ticker,
            amount(&trade.amount.to_string(), trade.currency.as_deref())
        );
        let (sign, line) = if trade.action == "SELL" { ("-", paint.red(line)) } else { ("+", paint.green(line)) };
        text.push_str(&format!("{sign} {line}\n"));
    }
    for one in &record.conversions {
        let [amount, received, cost] =
            [&one.amount, &one.received, &one.cost].map(|figure| grouped(&figure.to_string()));
        text.push_str(&format!("~ converted {amount} {} to {received} {}, cost {cost}\n", one.from, one.to));
    }
    if !record.notes.is_empty() {
        text.push_str(&wrapped(&record.notes, "    ", paint.width));
    }
    text
}

/// The records as one JSON document.
#[must_use]
pub fn json(records: &[Record]) -> String {
    #[derive(Serialize)]
    struct Document<'a> {
        format_version: &'static str,
        records: &'a [Record],
    }
    serde_json::to_string_pretty(&Document { format_version: "1.0", records }).unwrap_or_default() + "\n"
}
