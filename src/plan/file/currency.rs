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

    /// An amount of one currency that is converted into another.
    pub struct Conversion {
        /// Its id: the same for the same two currencies.
        pub id: String,
        /// The currency it is taken from.
        pub from: String,
        /// The currency it goes to.
        pub to: String,
        /// What is taken, the fee included, in the first.
        pub amount: String,
        /// What the bank keeps of that, in the first.
        pub fee: String,
        /// What one unit of the first is worth in the base currency.
        pub from_rate: String,
        /// What one unit of the second is worth in the base currency.
        pub to_rate: String,
        /// What is received, in the second.
        pub received: String,
        /// What is lost by it in the base currency: the fee, and what rounding to whole units takes.
        pub cost: String,
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
