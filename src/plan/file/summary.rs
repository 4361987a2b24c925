//! The figures of a plan as a whole. Amounts are in the base currency.

use super::YearTax;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

wire! {
    /// The figures of the whole.
    pub struct Summary {
        /// Number of orders.
        pub orders: usize,
        /// Amount of the largest order.
        pub largest_order: String,
        /// Sum of the amounts sold.
        pub sold: String,
        /// Sum of the amounts bought.
        pub bought: String,
        /// Half of both as a fraction of the total, rounded to six places.
        pub turnover: String,
        /// Commission, slippage, tax, and conversions.
        pub costs: Costs,
        /// The tax on the year's gains together; none when no asset is taxed so.
        pub tax: Option<YearTax>,
        /// Cash before.
        pub cash_before: String,
        /// Cash that is paid in, or taken out below zero.
        pub cash_flow: String,
        /// Cash after orders, all costs and that.
        pub cash_after: String,
        /// What the targets are a part of, where that is not the total before with the cash flow: what costs take is taken
        /// off, so that the portfolio is where it should be of what is left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub targets_of: Option<String>,
        /// Money outside the bands after.
        pub band_violation: String,
        /// Sum of the squared differences from the targets, in the currency squared (or the turnover, when weights are
        /// only brought to their bands).
        pub objective: String,
        /// No portfolio of tradable quantities that the limits allow has a smaller objective than this.
        pub bound: String,
        /// Objective less bound.
        pub gap: String,
        /// Whether the orders are proven to be the best.
        pub proven: bool,
    }

    /// Costs of all orders and conversions.
    pub struct Costs {
        /// Commission.
        pub commission: String,
        /// Slippage.
        pub slippage: String,
        /// Tax.
        pub tax: String,
        /// Conversions; not there when nothing is converted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub conversion: Option<String>,
        /// All of them.
        pub total: String,
    }
}
