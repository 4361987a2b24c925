//! The parts of a plan that are about several currencies.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

wire! {
    /// The exchange rates a plan was made with.
    pub struct FxInput {
        /// The day they are of.
        pub as_of: String,
        /// SHA-256 of their file.
        pub hash: String,
        /// The rates of the currencies that the plan is about.
        pub rates: Vec<FxRate>,
    }

    /// What one unit of a currency is worth in the base currency.
    pub struct FxRate {
        /// The currency.
        pub currency: String,
        /// Units of the base currency.
        pub rate: String,
    }

    /// The cash of one currency.
    pub struct Balance {
        /// The currency.
        pub currency: String,
        /// Cash in it.
        pub cash: String,
        /// Cash in it that must be left.
        pub reserve: String,
        /// What it is worth in the base currency.
        pub value: String,
    }
}
