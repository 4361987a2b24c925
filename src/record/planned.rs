//! What a record keeps of its plan: what the orders were expected to cost, and what was held before them. A report
//! compares costs with the first, and positions that it reckons back with the second.
//!
//! What came of the orders must never enter this file.

use super::{Unrecordable, number, value};
use crate::money::{AMOUNT_PLACES, FX_PLACES, PRICE_PLACES, QUANTITY_PLACES};
use crate::plan::file::{Body, Order};
use crate::trade::Figure;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a plan expected of an order. Amounts are in the currency of the asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// The order's id.
    pub order: String,
    /// Shares that were planned.
    pub quantity: Figure,
    /// The reference price of a share.
    pub price: Figure,
    /// Commission.
    pub commission: Figure,
    /// Slippage.
    pub slippage: Figure,
    /// Tax.
    pub tax: Figure,
    /// What one unit of the currency was worth in the base currency; not there when it is that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Figure")]
    pub fx_rate: Option<Figure>,
}

/// What was held.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// Cash by currency.
    pub cash: BTreeMap<String, Figure>,
    /// Shares by the code of the asset, of every asset of the portfolio.
    pub shares: BTreeMap<String, Figure>,
}

/// What a plan expects of its orders.
pub(super) fn estimates(body: &Body) -> Result<Vec<Estimate>, Unrecordable> {
    body.orders.iter().map(estimate).collect()
}

fn estimate(order: &Order) -> Result<Estimate, Unrecordable> {
    let figure = |text: &str, places| number(text, places).map(Figure);
    Ok(Estimate {
        order: order.id.clone(),
        quantity: figure(&order.quantity, QUANTITY_PLACES)?,
        price: figure(&order.price, PRICE_PLACES)?,
        commission: figure(&order.commission, AMOUNT_PLACES)?,
        slippage: figure(&order.slippage, AMOUNT_PLACES)?,
        tax: figure(&order.tax, AMOUNT_PLACES)?,
        fx_rate: order.fx_rate.as_ref().map(|rate| figure(rate, FX_PLACES)).transpose()?,
    })
}

/// What is held before the orders of a plan.
pub(super) fn held(body: &Body) -> Result<Held, Unrecordable> {
    let before = &body.before;
    let cash = match before.balances.is_empty() {
        true => [(body.params.currency.clone(), Figure(value(&before.cash)?))].into(),
        false => {
            let balance = |balance: &crate::plan::file::Balance| {
                Ok((balance.currency.clone(), Figure(number(&balance.cash, AMOUNT_PLACES)?)))
            };
            before.balances.iter().map(balance).collect::<Result<_, _>>()?
        }
    };
    let shares = before.assets.iter().map(|a| Ok((a.code.clone(), Figure(number(&a.quantity, QUANTITY_PLACES)?))));
    Ok(Held { cash, shares: shares.collect::<Result<_, _>>()? })
}
