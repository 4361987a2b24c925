//! What trading costs and what gains are taxed at, as the config says it.
//!
//! How much an order costs must never enter this file.

use super::{Amount, CostBasis, Day, Field};
use crate::money::Rate;
use schemars::JsonSchema;
use serde::Deserialize;

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
    /// What the bank keeps of an amount that is converted into another currency, its spread and its fee together, as a
    /// fraction of that amount: 0.2 % is `0.002`.
    #[schemars(extend("default" = 0))]
    pub conversion_rate: Option<Field<Rate>>,
    /// Tax on the gain of a sale of an asset without a `tax_class`, as a fraction of the gain.
    #[schemars(extend("default" = 0))]
    pub etf_tax_rate: Option<Field<Rate>>,
    /// Tax on the year's gains of assets whose `tax_class` is `overseas`, as a fraction; `taxes.overseas_rate` goes
    /// before it. Default 0.22.
    #[schemars(extend("default" = 0.22))]
    pub overseas_etf_tax_rate: Option<Field<Rate>>,
    /// Which of the shares a sale sells, for the gain: the oldest, or all at their moving average. Default `fifo`.
    #[schemars(extend("default" = "fifo", "refused" = { "hifo": HIFO, "lifo": HIFO }))]
    pub cost_basis: Option<Field<CostBasis>>,
    /// Expected slippage as a fraction of the traded amount; orders are limited to it.
    #[schemars(required)]
    pub slippage_estimate: Option<Field<Rate>>,
}

/// What gains are taxed at: figures of the law on a day. None of them is advice.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Taxes {
    /// The day on which these figures were true. A plan for a later year says so.
    #[schemars(extend("default" = "2026-01-01"))]
    pub as_of: Option<Field<Day>>,
    /// Tax on the gain of a sale of an asset whose `tax_class` is `kr_other`, as a fraction. Default 0.154.
    #[schemars(extend("default" = 0.154))]
    pub kr_other_rate: Option<Field<Rate>>,
    /// Tax on the year's gains of assets whose `tax_class` is `overseas`, as a fraction. Default is
    /// `costs.overseas_etf_tax_rate`.
    pub overseas_rate: Option<Field<Rate>>,
    /// The part of a year's gains of `overseas` assets that is free of tax, in won.
    #[schemars(extend("default" = 2_500_000))]
    pub overseas_deduction: Option<Field<Amount>>,
}

/// Why other orders of sale are refused.
const HIFO: &str = "not an option in Korea";
