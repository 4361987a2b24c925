//! A report for programs.

mod shapes;

pub use shapes::ReportJson;

use super::QuarterReport;
use super::sections::checklist;
use crate::output::history::EventJson;
use crate::performance::{MoneyWeighted, Undefined};
use crate::review::{AssetWeights, Benchmark, BenchmarkReturn, Cost, Costs, Execution, Performance, Untold};
use crate::schema::{Sheet, schema_of};
use rust_decimal::{Decimal, RoundingStrategy};
use shapes::{
    BenchmarkJson, CostJson, CostsJson, DriftJson, ExecutionJson, ItemJson, MoneyJson, ReturnsJson, UnfilledJson,
    UntoldJson, UnvaluedJson, ValueJson, WeightJson, WeightsJson,
};

/// The schema of what `report --format json` prints.
pub const REPORT_SHEET: Sheet = Sheet { file: "report.schema.json", schema: schema_of::<ReportJson> };

/// Decimal places of returns and weights.
const PLACES: u32 = 12;

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
        executions_untold: review.executions_untold.as_ref().map(untold),
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
        unvalued: performance
            .unvalued
            .iter()
            .map(|one| UnvaluedJson { day: one.day.to_string(), missing: one.missing.clone(), moved: one.moved })
            .collect(),
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
        xirr: told.and_then(|money| money.yearly).map(rounded),
        undefined: match told {
            Some(money) if money.yearly.is_none() => Some(Undefined::TooLarge.to_string()),
            _ => outcome.err(),
        },
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
        out_of_band_days: one.out_of_band_days,
        days: one.weights.iter().map(day).collect(),
    }
}
