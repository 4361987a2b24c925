//! The parts of a plan that are about taxes.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

wire! {
    /// What gains are taxed at: figures of the law on a day, and no advice.
    pub struct TaxParams {
        /// The day on which they were true.
        pub as_of: String,
        /// On the gain of a sale of an asset of the class `kr_other`, as a fraction.
        pub kr_other_rate: String,
        /// On a year's gains of assets of the class `overseas`, as a fraction.
        pub overseas_rate: String,
        /// The part of a year's gains of such assets that is free of tax, in won.
        pub overseas_deduction: String,
    }

    /// What a sale takes of a purchase.
    pub struct LotSold {
        /// The day of the purchase; none where all purchases are one moving average.
        pub date: Option<String>,
        /// Shares.
        pub quantity: String,
        /// What they cost together in the base currency, rounded down.
        pub cost: String,
    }

    /// The tax on a year's gains of assets of the class `overseas`.
    pub struct YearTax {
        /// The year.
        pub year: i32,
        /// The part of its gains that is free of tax.
        pub deduction: String,
        /// Gains realised before, losses taken off, as the log and the holdings say.
        pub realised_before: String,
        /// Sales in the log of which it does not say what they gained. While there are any, the deduction counts as used up.
        pub untold: Vec<String>,
        /// Gains of this plan, losses taken off.
        pub gains: String,
        /// The part of the deduction that this plan uses.
        pub used: String,
        /// The part that is left after.
        pub left: String,
        /// Gains of this plan that are taxed.
        pub taxed: String,
        /// The tax on them. What its orders bear is that, rounded up to the smallest unit of their currencies.
        pub tax: String,
        /// What waiting for the next year would save, when something is taxed.
        pub waiting: Option<Waiting>,
    }

    /// What waiting for the next year would save.
    pub struct Waiting {
        /// The first session of that year; none when the calendar does not reach it.
        pub until: Option<String>,
        /// The tax now less the tax on what is taxed, if that were sold under the fresh deduction, at the same prices and
        /// with no other sales that year.
        pub saves: String,
    }
}
