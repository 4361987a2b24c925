//! What is written down before an order is sent, and what an order is called: all that is needed to find it again.
//!
//! Kiwoom names an order by its day and its number. How it is looked for must never enter this room.

use crate::money::{PRICE_PLACES, Price, QUANTITY_PLACES, Quantity, decimal};
use chrono::NaiveDate;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::collections::BTreeMap;

/// How things stood before an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Before {
    /// Whose account, as a hash.
    pub(super) account: String,
    /// The day in Seoul.
    #[serde(serialize_with = "day_to", deserialize_with = "day_from")]
    pub(super) day: NaiveDate,
    /// The limit that is sent.
    pub(super) price: String,
    /// Shares held of the code.
    pub(super) held: String,
    /// The orders of the code that were there, and what was executed of each.
    pub(super) orders: BTreeMap<String, String>,
    /// How far the server's clock was ahead, in seconds, where it had said so.
    pub(super) ahead: Option<i64>,
}

impl Before {
    /// As it stands in the journal.
    pub(super) fn text(&self) -> String {
        // Serialising texts and integers cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads it from the journal.
    pub(super) fn read(text: &str) -> Option<Self> {
        let before: Self = serde_json::from_str(text).ok()?;
        before.limit().zip(before.holding()).map(|_| before)
    }

    /// The limit that is sent.
    pub(super) fn limit(&self) -> Option<Price> {
        decimal(&self.price, PRICE_PLACES).ok().map(Price::new)
    }

    /// Shares held of the code.
    pub(super) fn holding(&self) -> Option<Quantity> {
        decimal(&self.held, QUANTITY_PLACES).ok().map(Quantity::new)
    }

    /// What was executed of an order before; nothing of one that was not there.
    pub(super) fn executed(&self, reference: &str) -> Option<Quantity> {
        match self.orders.get(reference) {
            Some(text) => decimal(text, QUANTITY_PLACES).ok().map(Quantity::new),
            None => Some(Quantity::ZERO),
        }
    }
}

fn day_to<S: Serializer>(day: &NaiveDate, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(day)
}

fn day_from<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDate, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
}

/// What an order is called: its day and its number, as in `2026-03-05/0000139`.
pub(super) fn reference(day: NaiveDate, number: &str) -> String {
    format!("{day}/{}", padded(number))
}

/// The day and the number of an order.
pub(super) fn parsed(reference: &str) -> Option<(NaiveDate, String)> {
    let (day, number) = reference.split_once('/')?;
    let number = number.trim_start_matches('0');
    let good = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    Some((day.parse().ok()?, number.to_owned())).filter(|_| good)
}

/// A number as Kiwoom writes it: seven digits.
pub(super) fn padded(number: &str) -> String {
    format!("{number:0>7}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_down_is_read_again() {
        let before = Before {
            account: "a".to_owned(),
            day: "2026-03-05".parse().unwrap(),
            price: "35730".to_owned(),
            held: "10".to_owned(),
            orders: BTreeMap::from([("2026-03-05/0000007".to_owned(), "3".to_owned())]),
            ahead: Some(-2),
        };
        assert_eq!(Before::read(&before.text()), Some(before.clone()));
        assert_eq!(before.executed("2026-03-05/0000007"), Some(Quantity::new(3.into())));
        assert_eq!(before.executed("2026-03-05/0000008"), Some(Quantity::ZERO));
        for broken in ["", "{}", "x", &before.text().replace("35730", "much"), &before.text().replace("\"10\"", "\"\"")]
        {
            assert_eq!(Before::read(broken), None, "{broken}");
        }
    }

    #[test]
    fn an_order_is_called_by_day_and_number() {
        let day = "2026-03-05".parse().unwrap();
        assert_eq!(reference(day, "139"), "2026-03-05/0000139");
        assert_eq!(parsed("2026-03-05/0000139"), Some((day, "139".to_owned())));
        assert_eq!(parsed("2026-03-05/12345678"), Some((day, "12345678".to_owned())));
        for bad in ["", "139", "2026-03-05/", "2026-03-05/0000000", "2026-13-05/1", "2026-03-05/1x"] {
            assert_eq!(parsed(bad), None, "{bad}");
        }
    }
}
