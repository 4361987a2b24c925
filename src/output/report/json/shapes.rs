//! The shapes of what `report --format json` prints. Figures must never be reckoned in this file.

use crate::output::history::EventJson;
use schemars::JsonSchema;
use serde::Serialize;

/// Declares structs that are only written, with a schema.
macro_rules! written {
    ($($(#[$doc:meta])* pub struct $name:ident { $($(#[$fdoc:meta])* pub $field:ident: $type:ty,)+ })+) => {
        $($(#[$doc])*
        #[derive(Debug, Serialize, JsonSchema)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $type,)+
        })+
    };
}

/// What `report --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "rebalance report --format json")]
pub struct ReportJson {
    /// The version of the format.
    pub format_version: &'static str,
    /// The quarter.
    pub quarter: String,
    /// Its first day.
    pub from: String,
    /// Its last day, or today, when it has not ended.
    pub to: String,
    /// Whether it has ended.
    pub ended: bool,
    /// The base currency: that of all amounts.
    pub currency: String,
    /// The executed rebalances, oldest first.
    pub executions: Vec<ExecutionJson>,
    /// Why these are not all; null when they are.
    pub executions_untold: Option<UntoldJson>,
    /// What they cost together.
    pub costs: CostsJson,
    /// Half of what they traded as a fraction of the portfolio, added up.
    pub turnover: String,
    /// What the portfolio returned; null when that cannot be told.
    pub returns: Option<ReturnsJson>,
    /// Why that cannot be told; null when it can.
    pub returns_untold: Option<UntoldJson>,
    /// The benchmarks, as the config has them.
    pub benchmarks: Vec<BenchmarkJson>,
    /// The weights of each asset over time, by code; empty where there are no values.
    pub weights: Vec<WeightsJson>,
    /// The changes of the allocation that landed in the quarter, newest first.
    pub changes: Vec<EventJson>,
    /// Why these are not all; null when they are.
    pub changes_untold: Option<UntoldJson>,
    /// The guide's checklist, answered.
    pub checklist: Vec<ItemJson>,
}

written! {
    /// An executed rebalance.
    pub struct ExecutionJson {
        /// The day of its first fill; of its plan, where nothing was filled.
        pub day: String,
        /// The day of its plan.
        pub planned: String,
        /// What made it due.
        pub trigger: String,
        /// Why.
        pub reason: String,
        /// The plan; null where the log does not say.
        pub plan_id: Option<String>,
        /// What weights were of, before, in the base currency.
        pub value: String,
        /// Bought and sold together, in the base currency.
        pub traded: String,
        /// Half of that as a fraction of the value; null of an empty portfolio.
        pub turnover: Option<String>,
        /// How many orders were filled, at least in part.
        pub filled: usize,
        /// The orders of which not all was executed.
        pub unfilled: Vec<UnfilledJson>,
        /// The codes that were left alone because of their ex-dividend dates.
        pub left_alone: Vec<String>,
        /// What was paid in, or taken out below zero; null when nothing was.
        pub cash_flow: Option<String>,
        /// The currency of that; null when it is the base currency, or nothing was.
        pub cash_flow_currency: Option<String>,
        /// What it cost, in the base currency.
        pub costs: CostsJson,
        /// Whether the broker did not tell every cost.
        pub estimated: bool,
        /// Weight less target in points, by asset, as the log has it.
        pub drift: Vec<DriftJson>,
    }

    /// An order of which not all was executed.
    pub struct UnfilledJson {
        /// The order.
        pub order: String,
        /// Shares that were planned.
        pub planned: String,
        /// Shares that were executed.
        pub executed: String,
    }

    /// Weight less target of an asset, in points.
    pub struct DriftJson {
        /// What it is called.
        pub asset: String,
        /// Before; null where the log does not say.
        pub before: Option<String>,
        /// After; null where the log does not say.
        pub after: Option<String>,
    }

    /// Costs, in the base currency.
    pub struct CostsJson {
        /// Commission.
        pub commission: CostJson,
        /// Slippage: charged, and what shares cost more, or brought less, than at the plan's prices.
        pub slippage: CostJson,
        /// Tax.
        pub tax: CostJson,
        /// What was lost by converting currencies.
        pub conversion: CostJson,
        /// All of these that the log states.
        pub total: CostJson,
    }

    /// A cost.
    pub struct CostJson {
        /// What it was; null where the log does not say. Of all executions, the sum of those of which it says.
        pub actual: Option<String>,
        /// What the plans expected of the shares that were executed; null where the log does not say.
        pub estimate: Option<String>,
    }

    /// What the portfolio returned. Returns are fractions, rounded to twelve places.
    pub struct ReturnsJson {
        /// The day whose value it begins with.
        pub from: String,
        /// The day whose value it ends with.
        pub to: String,
        /// The value at the start, in the base currency.
        pub opening: String,
        /// The value at the end, in the base currency.
        pub closing: String,
        /// What was paid in less what was taken out.
        pub net_flow: String,
        /// What was made.
        pub gain: String,
        /// The time-weighted return of the period; null when it is not defined.
        pub time_weighted: Option<String>,
        /// Why it is not defined; null when it is.
        pub time_weighted_undefined: Option<String>,
        /// The money-weighted return.
        pub money_weighted: MoneyJson,
        /// How many records of the log said what was held before them, as it was reckoned back.
        pub compared: usize,
        /// The valued days.
        pub values: Vec<ValueJson>,
        /// The days that have prices of some of what was held, but not of all.
        pub unvalued: Vec<UnvaluedJson>,
    }

    /// A day that has prices of some of what was held, but not of all.
    pub struct UnvaluedJson {
        /// The day.
        pub day: String,
        /// What prices are missing: codes, and pairs of currencies.
        pub missing: Vec<String>,
        /// Whether the returns begin or end elsewhere because of it: then the exit code is 6.
        pub moved: bool,
    }

    /// A money-weighted return.
    pub struct MoneyJson {
        /// Over the period; null when it is not defined.
        pub period: Option<String>,
        /// As a rate of a year of 365 days: XIRR; null when it is not defined, or has more digits than are kept.
        pub xirr: Option<String>,
        /// Why either is null; null when neither is.
        pub undefined: Option<String>,
    }

    /// A valued day.
    pub struct ValueJson {
        /// The day.
        pub day: String,
        /// The value at its end, in the base currency.
        pub value: String,
        /// What was paid in on it, or taken out below zero, in the base currency.
        pub flow: String,
    }

    /// A benchmark.
    pub struct BenchmarkJson {
        /// Its name in the config.
        pub name: String,
        /// The name of the asset, when it is the code of one; otherwise null.
        pub ticker: Option<String>,
        /// The day of its first price; null when it has none.
        pub from: Option<String>,
        /// The day of its last price; null when it has none.
        pub to: Option<String>,
        /// The change of its price; null when it cannot be told.
        pub returned: Option<String>,
        /// The time-weighted return of the portfolio less that; null when either is not known.
        pub ahead: Option<String>,
        /// What the portfolio's flows would have returned in it.
        pub money_weighted: MoneyJson,
        /// Why it cannot be told; null when it can.
        pub untold: Option<UntoldJson>,
    }

    /// The weight of an asset over time.
    pub struct WeightsJson {
        /// Its code.
        pub code: String,
        /// Its name.
        pub ticker: String,
        /// Its target at the end; null where the allocation did not have it.
        pub target: Option<String>,
        /// On how many of the days it was outside its band.
        pub out_of_band_days: usize,
        /// What it weighed on each valued day.
        pub days: Vec<WeightJson>,
    }

    /// The weight of an asset on a day.
    pub struct WeightJson {
        /// The day.
        pub day: String,
        /// The weight, rounded to twelve places.
        pub weight: String,
        /// The lower edge of its band that day; null where the allocation did not have it.
        pub min: Option<String>,
        /// The upper edge.
        pub max: Option<String>,
    }

    /// What cannot be told.
    pub struct UntoldJson {
        /// Why.
        pub why: String,
        /// What to do; null when nothing helps.
        pub remedy: Option<String>,
        /// Whether something is missing or contradicts itself: then the exit code is 6.
        pub amiss: bool,
    }

    /// An item of the checklist.
    pub struct ItemJson {
        /// What is asked.
        pub item: &'static str,
        /// The answer, in words and figures.
        pub answer: Vec<String>,
    }
}
