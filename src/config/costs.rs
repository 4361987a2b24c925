//! What trading costs, as the config says it.
//!
//! How much an order costs must never enter this file.

use super::{Amount, Field};
use crate::money::Rate;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use std::borrow::Cow;

/// What trading costs.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Costs {
    /// Commission as a fraction of the traded amount: 0.015 % is `0.00015`.
    #[schemars(required)]
    pub etf_commission_rate: Option<Field<Rate>>,
    /// The least commission of an order, in the base currency: what the broker charges where the rate comes to less.
    #[schemars(extend("default" = 0))]
    pub commission_minimum: Option<Field<Amount>>,
    /// A fixed fee of each order, in the base currency, on top of the commission.
    #[schemars(extend("default" = 0))]
    pub commission_per_order: Option<Field<Amount>>,
    /// Tax on the gain of a sale of an asset without a `tax_class`, as a fraction of the gain.
    #[schemars(extend("default" = 0))]
    pub etf_tax_rate: Option<Field<Rate>>,
    /// Tax on the gain of a sale of an asset whose `tax_class` is `overseas`, as a fraction of the gain.
    #[schemars(extend("default" = 0))]
    pub overseas_etf_tax_rate: Option<Field<Rate>>,
    /// Which of the shares a sale sells, for the gain: the oldest, or all at their moving average. Default `fifo`.
    #[schemars(extend("default" = "fifo", "refused" = { "hifo": HIFO, "lifo": HIFO }))]
    pub cost_basis: Option<Field<CostBasis>>,
    /// Expected slippage as a fraction of the traded amount; orders are limited to it.
    #[schemars(required)]
    pub slippage_estimate: Option<Field<Rate>>,
}

/// Why other orders of sale are refused.
const HIFO: &str = "not an option in Korea";

words! {
    /// Which of the shares a sale sells.
    CostBasis {
        /// The oldest purchase first.
        Fifo = "fifo",
        /// Any, each at the average cost of all that are held: total cost over shares. A purchase moves the average, a
        /// sale does not.
        MovingAverage = "moving_average",
    }
}
