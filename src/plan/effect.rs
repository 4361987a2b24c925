//! What a change of the config does to the orders: those that bring today's holdings to the new allocation, beside those
//! that would bring them to the old one.
//!
//! Whether anything is due, and whether it may be traded, must never enter this file.

use super::draft::Draft;
use super::file::{Order, Summary};
use crate::portfolio::Code;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The orders of one asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The asset's code.
    pub code: String,
    /// Its name.
    pub ticker: String,
    /// The order to the new allocation.
    pub after: Option<Order>,
    /// The order to the old allocation, where that is known.
    pub before: Option<Order>,
    /// How many shares more are bought (or fewer, below zero) because of the change, where that is known.
    pub caused: Option<Decimal>,
}

/// What a change does to the orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// The day of the holdings.
    pub as_of: String,
    /// The currency of all amounts.
    pub currency: String,
    /// Every asset with an order on either side: sells first, then by code; last those that have none any more.
    pub pairs: Vec<Pair>,
    /// The figures of the orders to the new allocation.
    pub after: Summary,
    /// The figures of the orders to the old one, where they are known.
    pub before: Option<Summary>,
}

impl Effect {
    /// Sets the orders of two drafts over the same holdings side by side.
    #[must_use]
    pub fn of(before: Option<&Draft<'_>>, after: &Draft<'_>) -> Self {
        let (mut old, new) = (before.map(orders).unwrap_or_default(), orders(after));
        let mut pairs = Vec::new();
        for order in &after.orders {
            let Some(code) = after.books.lines.get(order.line).map(|line| &line.code) else { continue };
            let Some((shares, order)) = new.get(code) else { continue };
            let was = old.remove(code);
            pairs.push(Pair {
                code: code.to_string(),
                ticker: order.ticker.clone(),
                after: Some(order.clone()),
                caused: before.map(|_| shares - was.as_ref().map_or(Decimal::ZERO, |(shares, _)| *shares)),
                before: was.map(|(_, order)| order),
            });
        }
        pairs.extend(old.into_iter().map(|(code, (shares, order))| Pair {
            code: code.to_string(),
            ticker: order.ticker.clone(),
            after: None,
            before: Some(order),
            caused: Some(-shares),
        }));
        Self {
            as_of: after.inputs.as_of.to_string(),
            currency: after.portfolio().currency.word().to_owned(),
            pairs,
            after: after.summary(),
            before: before.map(Draft::summary),
        }
    }

    /// The assets whose order is another because of the change, and those of which it is the same or that is not known.
    #[must_use]
    pub fn parted(&self) -> (Vec<&Pair>, Vec<&Pair>) {
        self.pairs.iter().partition(|pair| pair.caused.is_some_and(|caused| !caused.is_zero()))
    }

    /// Whether the change makes no difference to any order.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.before.is_some() && self.pairs.iter().all(|pair| pair.caused == Some(Decimal::ZERO))
    }
}

/// The orders by code, with their shares, sold below zero.
fn orders(draft: &Draft<'_>) -> BTreeMap<Code, (Decimal, Order)> {
    let order = |order: &super::draft::DraftOrder| {
        let code = draft.books.lines.get(order.line)?.code.clone();
        Some((code, (draft.books.shares(order.shares).decimal(), draft.order_body(order)?)))
    };
    draft.orders.iter().filter_map(order).collect()
}
