//! A report for programs.

use super::QuarterReport;
use super::sections::checklist;
use crate::output::history::EventJson;
use crate::performance::{MoneyWeighted, Undefined};
use crate::review::{AssetWeights, Benchmark, BenchmarkReturn, Cost, Costs, Execution, Performance, Untold};
use crate::schema::{Sheet, schema_of};
use rust_decimal::{Decimal, RoundingStrategy};
use schemars::JsonSchema;
use serde::Serialize;

/// The schema of what `report --format json` prints.
pub const REPORT_SHEET: Sheet = Sheet { file: "report.schema.json", schema: schema_of::<ReportJson> };

/// Decimal places of returns and weights.
const PLACES: u32 = 12;

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
        /// What weights were of, before.
        pub value: String,
        /// Bought and sold together.
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
        /// What it cost.
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
        /// All of these.
        pub total: CostJson,
    }

    /// A cost.
    pub struct CostJson {
        /// What it was; null where the log does not say.
        pub actual: Option<String>,
        /// What the plans expected; null where the log does not say.
        pub estimate: Option<String>,
    }

    /// What the portfolio returned. Returns are fractions, rounded to twelve places.
    pub struct ReturnsJson {
        /// The day whose value it begins with.
        pub from: String,
        /// The day whose value it ends with.
        pub to: String,
        /// The value at the start.
        pub opening: String,
        /// The value at the end.
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
    }

    /// A money-weighted return.
    pub struct MoneyJson {
        /// Over the period; null when it is not defined.
        pub period: Option<String>,
        /// As a rate of a year of 365 days: XIRR; null when it is not defined.
        pub xirr: Option<String>,
        /// Why it is not defined; null when it is.
        pub undefined: Option<String>,
    }

    /// A valued day.
    pub struct ValueJson {
        /// The day.
        pub day: String,
        /// The value at its end.
        pub value: String,
        /// What was paid in on it, or taken out below zero.
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
        pub outside: usize,
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

/// Draws a report.
pub(super) fn draw(report: &QuarterReport<'_>) -> String {
    let review = report.review;
    let own = review.performance.as_ref().ok().and_then(Performance::returned);
    let changes = report.changes;
    let document = ReportJson {
        format_version: "1.0",
        quarter: review.period.quarter.to_string(),
        from: review.period.first.to_string(),
        to: review.period.last.to_string(),
        ended: review.period.ended,
        currency: review.currency.word().to_owned(),
        executions: review.executions.iter().map(execution).collect(),
        costs: costs(&review.costs),
        turnover: rounded(review.turnover),
        returns: review.performance.as_ref().ok().map(returns),
        returns_untold: review.performance.as_ref().err().map(untold),
        benchmarks: review.benchmarks.iter().map(|one| benchmark(one, own)).collect(),
        weights: review.weights.iter().map(weights).collect(),
        changes: changes.rows.iter().map(EventJson::of).collect(),
        changes_untold: changes.unknown.map(|gap| UntoldJson {
            why: gap.why.clone(),
            remedy: Some(gap.remedy.clone()),
            amiss: true,
        }),
        checklist: checklist(report)
            .into_iter()
            .map(|(item, answer)| ItemJson {
                item,
                answer: answer.iter().map(|words| words.text(str::to_owned)).collect(),
            })
            .collect(),
    };
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// An exact figure.
fn exact(figure: Decimal) -> String {
    figure.normalize().to_string()
}

/// A return or a weight.
fn rounded(figure: Decimal) -> String {
    exact(figure.round_dp_with_strategy(PLACES, RoundingStrategy::MidpointNearestEven))
}

fn untold(untold: &Untold) -> UntoldJson {
    UntoldJson { why: untold.why.clone(), remedy: untold.remedy.clone(), amiss: untold.amiss }
}

fn execution(one: &Execution) -> ExecutionJson {
    ExecutionJson {
        day: one.day.to_string(),
        planned: one.planned.to_string(),
        trigger: one.trigger.clone(),
        reason: one.reason.clone(),
        plan_id: one.plan_id.clone(),
        value: exact(one.value),
        traded: exact(one.traded),
        turnover: one.turnover.map(rounded),
        filled: one.filled,
        unfilled: one
            .unfilled
            .iter()
            .map(|order| UnfilledJson {
                order: order.order.clone(),
                planned: exact(order.planned.0),
                executed: exact(order.executed.0),
            })
            .collect(),
        left_alone: one.left_alone.clone(),
        cash_flow: one.cash_flow.as_ref().map(|(flow, _)| exact(*flow)),
        cash_flow_currency: one.cash_flow.as_ref().and_then(|(_, currency)| currency.clone()),
        costs: costs(&one.costs),
        estimated: one.estimated,
        drift: one
            .drifts
            .iter()
            .map(|drift| DriftJson {
                asset: drift.name.clone(),
                before: drift.before.map(|figure| figure.to_string()),
                after: drift.after.map(|figure| figure.to_string()),
            })
            .collect(),
    }
}

fn costs(costs: &Costs) -> CostsJson {
    let cost = |cost: Cost| CostJson { actual: cost.actual.map(exact), estimate: cost.estimate.map(exact) };
    CostsJson {
        commission: cost(costs.commission),
        slippage: cost(costs.slippage),
        tax: cost(costs.tax),
        conversion: cost(costs.conversion),
        total: cost(costs.total()),
    }
}

fn returns(performance: &Performance) -> ReturnsJson {
    let end = |one: Option<&crate::performance::Valued>| one.map_or_else(String::new, |one| exact(one.value));
    ReturnsJson {
        from: performance.from.to_string(),
        to: performance.to.to_string(),
        opening: end(performance.values.first()),
        closing: end(performance.values.last()),
        net_flow: exact(performance.net_flow),
        gain: exact(performance.gain),
        time_weighted: performance.returned().map(rounded),
        time_weighted_undefined: performance.time_weighted.as_ref().err().map(Undefined::to_string),
        money_weighted: money(performance.money_weighted.as_ref().map_err(Undefined::to_string)),
        compared: performance.compared,
        values: performance
            .values
            .iter()
            .map(|one| ValueJson { day: one.day.to_string(), value: exact(one.value), flow: exact(one.flow) })
            .collect(),
    }
}

fn money(outcome: Result<&MoneyWeighted, String>) -> MoneyJson {
    let told = outcome.as_ref().ok();
    MoneyJson {
        period: told.map(|money| rounded(money.period)),
        xirr: told.map(|money| rounded(money.yearly)),
        undefined: outcome.err(),
    }
}

fn benchmark(one: &Benchmark, own: Option<Decimal>) -> BenchmarkJson {
    let told = one.outcome.as_ref().ok();
    let day = |of: fn(&BenchmarkReturn) -> chrono::NaiveDate| told.map(|told| of(told).to_string());
    let ahead = own.zip(told).and_then(|(own, told)| own.checked_sub(told.returned));
    let flows = match &one.outcome {
        Ok(told) => told.same_flows.as_ref().map_err(|why| why.why.clone()),
        Err(why) => Err(why.why.clone()),
    };
    BenchmarkJson {
        name: one.name.clone(),
        ticker: one.ticker.clone(),
        from: day(|told| told.from.0),
        to: day(|told| told.to.0),
        returned: told.map(|told| rounded(told.returned)),
        ahead: ahead.map(rounded),
        money_weighted: money(flows),
        untold: one.outcome.as_ref().err().map(untold),
    }
}

fn weights(one: &AssetWeights) -> WeightsJson {
    let day = |(day, weight): &(chrono::NaiveDate, Decimal)| {
        let band = one.bands.iter().find(|(own, ..)| own == day);
        WeightJson {
            day: day.to_string(),
            weight: rounded(*weight),
            min: band.map(|(_, low, _)| exact(*low)),
            max: band.map(|(.., high)| exact(*high)),
        }
    };
    WeightsJson {
        code: one.code.clone(),
        ticker: one.ticker.clone(),
        target: one.target.map(exact),
        outside: one.outside,
        days: one.weights.iter().map(day).collect(),
    }
}
