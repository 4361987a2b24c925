//! Which executions an order can have had: what a person writes down is held against it.
//!
//! How the figures are written must never enter this file.

use super::{Malformed, Side, Ticket};
use crate::money::{self, Price, QUANTITY_PLACES, Quantity};
use crate::plan::file::Body;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Which executions an order can have had.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Possible {
    side: Side,
    most: Quantity,
    limit: Price,
    /// Whether parts of a share are not traded, as far as the plan tells: nothing of the asset is in parts.
    whole: bool,
}

impl Possible {
    /// Of every order of a plan, by its id.
    ///
    /// # Errors
    /// [`Malformed`] for the first that is not an order.
    pub fn all(body: &Body) -> Result<BTreeMap<String, Self>, Malformed> {
        let is_whole = |quantity: Decimal| quantity.fract().is_zero();
        let held = |code: &str| {
            let asset = body.before.assets.iter().find(|asset| asset.code == code);
            asset.and_then(|asset| money::decimal(&asset.quantity, QUANTITY_PLACES).ok()).unwrap_or_default()
        };
        let of = |ticket: Ticket| {
            let whole = is_whole(ticket.quantity.decimal()) && is_whole(held(&ticket.code.0));
            (ticket.id, Self { side: ticket.side, most: ticket.quantity, limit: ticket.limit, whole })
        };
        Ok(Ticket::all(body)?.into_iter().map(of).collect())
    }

    /// Why so many shares cannot have been executed, if they cannot.
    #[must_use]
    pub fn too_many(&self, order: &str, shares: Quantity) -> Option<String> {
        if shares > self.most {
            return Some(format!("more of {order} was filled than its {} shares", self.most));
        }
        let part = self.whole && !shares.decimal().fract().is_zero();
        part.then(|| format!("`{shares}` is no quantity of {order}, which is traded in whole shares"))
    }

    /// Why it cannot have been executed at a price, if it cannot: a limit order is filled at its limit or better.
    #[must_use]
    pub fn too_bad(&self, order: &str, price: Price) -> Option<String> {
        let side = match self.side {
            Side::Sell if price < self.limit => "below",
            Side::Buy if price > self.limit => "above",
            _ => return None,
        };
        Some(format!("the price {price} is {side} the limit {} of {order}, where it is not filled", self.limit))
    }
}
