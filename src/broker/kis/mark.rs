//! How things stood before an order was sent: what is written into the journal with it, so that it can be found later.
//!
//! Looking must never enter this room, nor the number of an account.

use super::balance::Balance;
use super::book::{Name, Row};
use crate::trade::Side;
use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// How things stood before an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    /// The day in Seoul.
    pub(super) day: NaiveDate,
    /// The limit that is sent.
    pub(super) price: Decimal,
    /// Shares of the code that were held.
    pub(super) held: Decimal,
    /// Shares of the code that were traded on that day this way, less those that the list of orders explained.
    pub(super) unexplained: Decimal,
    /// What was traded of the code on that day this way, by the sums of the list: shares, and what was paid or received.
    pub(super) sums: (Decimal, Decimal),
    /// The orders of that day that were known.
    pub(super) known: BTreeSet<String>,
    /// How far the broker's clock was ahead of ours, in seconds, if that was seen.
    pub(super) ahead: Option<i64>,
}

/// Shares of a code that were traded today one way, by the balance.
pub(super) fn traded(balance: &Balance, code: &str, side: Side) -> Decimal {
    balance.position(code).map_or(Decimal::ZERO, |position| match side {
        Side::Buy => position.bought,
        Side::Sell => position.sold,
    })
}

/// Shares of a code that were traded one way, by the list of orders.
pub(super) fn explained(rows: &[Row], code: &str, side: Side) -> Decimal {
    rows.iter().filter(|row| row.code == code && row.side == side && !row.amends).map(|row| row.filled).sum()
}

impl Mark {
    /// As a text without a line break.
    pub(super) fn text(&self) -> String {
        let known: Vec<&String> = self.known.iter().collect();
        let value = json!({
            "day": self.day.format("%Y%m%d").to_string(),
            "price": self.price.to_string(),
            "held": self.held.to_string(),
            "unexplained": self.unexplained.to_string(),
            "sums": [self.sums.0.to_string(), self.sums.1.to_string()],
            "known": known,
            "ahead": self.ahead,
        });
        value.to_string()
    }

    /// Reads what [`Mark::text`] has written.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let figure = |value: &Value| value.as_str()?.parse::<Decimal>().ok();
        let named = |name: &str| figure(value.get(name)?);
        let sums = value.get("sums")?.as_array()?;
        let known = value.get("known")?.as_array()?.iter();
        Some(Self {
            day: NaiveDate::parse_from_str(value.get("day")?.as_str()?, "%Y%m%d").ok()?,
            price: named("price")?,
            held: named("held")?,
            unexplained: named("unexplained")?,
            sums: (figure(sums.first()?)?, figure(sums.get(1)?)?),
            known: known.map(|known| known.as_str().map(str::to_owned)).collect::<Option<_>>()?,
            ahead: value.get("ahead")?.as_i64(),
        })
    }
}

/// The names of orders, as they are kept.
pub(super) fn names(rows: &[Row]) -> BTreeSet<String> {
    rows.iter().map(|Row { name, .. }| Name::to_string(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        let mark = Mark {
            day: NaiveDate::from_ymd_opt(2026, 3, 4).unwrap(),
            price: Decimal::from(35_730),
            held: Decimal::TEN,
            unexplained: Decimal::ZERO,
            sums: (Decimal::ONE, Decimal::from(35_555)),
            known: ["20260304-03930-1".to_owned()].into(),
            ahead: Some(-120),
        };
        let text = mark.text();
        assert!(!text.contains('\n'));
        assert_eq!(Mark::parse(&text), Some(mark.clone()));
        let unseen = Mark { ahead: None, known: BTreeSet::new(), ..mark };
        assert_eq!(Mark::parse(&unseen.text()), Some(unseen));
        for bad in ["", "{}", "null", &text.replace("held", "hold"), &text.replace("\"10\"", "\"ten\"")] {
            assert_eq!(Mark::parse(bad), None, "{bad}");
        }
    }
}
