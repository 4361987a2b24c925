//! A backtest for programs.

use super::{BacktestReport, CANNOT_SHOW, money, threshold};
use crate::backtest::Outcome;
use crate::schema::{Sheet, schema_of};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

/// The schema of what `backtest --format json` prints.
pub const BACKTEST_SHEET: Sheet = Sheet { file: "backtest.schema.json", schema: schema_of::<BacktestJson> };

/// Decimal places of a part of all days.
const PART_PLACES: u32 = 12;

/// What `backtest --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "rebalance backtest --format json")]
pub struct BacktestJson {
    /// The version of the format.
    pub format_version: &'static str,
    /// The currency of all amounts.
    pub currency: String,
    /// The first day: all is bought at its close.
    pub from: String,
    /// The last day.
    pub to: String,
    /// How many days there are, both of them included.
    pub days: usize,
    /// How many such days make a year: 252 where the history is daily.
    pub days_a_year: u32,
    /// The codes of the assets.
    pub assets: Vec<String>,
    /// The money that was there on the first day.
    pub initial: String,
    /// `fractional` or `whole`.
    pub shares: String,
    /// When drift was looked at: `daily`, `weekly` or `monthly`.
    pub check: String,
    /// Commission as a fraction of what is traded.
    pub commission_rate: String,
    /// Slippage as a fraction of what is traded.
    pub slippage_rate: String,
    /// The part of rebalances that fail.
    pub failure_rate: String,
    /// What decides which.
    pub seed: u64,
    /// The prices.
    pub prices: PricesJson,
    /// The policies, in the order in which they were asked for.
    pub policies: Vec<PolicyJson>,
    /// What no backtest can show.
    pub cannot_show: String,
}

/// The prices.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PricesJson {
    /// The file, as it was named.
    pub path: String,
    /// SHA-256 of it.
    pub sha256: String,
    /// Prices that were missing, for which the last one before was taken.
    pub carried_forward: usize,
    /// Days at the beginning that were left out, because some asset had no price yet.
    pub left_out: usize,
    /// Prices that were rounded: to ten places, and for whole shares to the currency's smallest unit.
    pub rounded: usize,
    /// Columns, or codes, that are none of the portfolio's.
    pub ignored: Vec<String>,
}

/// What became of the portfolio under a policy.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PolicyJson {
    /// The policy: `never`, `time`, `threshold_absolute`, `threshold_relative`, `threshold_either`, `hybrid`, `band_edge`.
    pub policy: String,
    /// Its threshold as a fraction; null where it has none.
    pub threshold: Option<String>,
    /// The same in words.
    pub threshold_means: Option<String>,
    /// `target` or `band_edge`.
    pub destination: String,
    /// The value on the last day.
    pub final_value: String,
    /// Cash on the last day.
    pub final_cash: String,
    /// The final value over the initial, less 1, to twelve places.
    pub total_return: String,
    /// The same for a year of 365 days; null where the history is shorter.
    pub annual_return: Option<String>,
    /// The standard deviation of the returns from day to day, times the root of `days_a_year`; null where there are fewer
    /// than two.
    pub volatility: Option<String>,
    /// The largest fall from a highest value before it, as a fraction of that.
    pub max_drawdown: String,
    /// The day of that highest value; null where the value never fell.
    pub drawdown_from: Option<String>,
    /// The day of the lowest value after it.
    pub drawdown_to: Option<String>,
    /// Rebalances that traded; the first purchase is none.
    pub rebalances: usize,
    /// Those by the schedule.
    pub scheduled: usize,
    /// Those by drift.
    pub drift: usize,
    /// Rebalances that failed.
    pub failed: usize,
    /// Rebalances in whole shares whose orders are the best that were found, but not proven to be the best there are.
    pub unproven: usize,
    /// Orders, the first purchase included, as in all that follows.
    pub orders: usize,
    /// What was bought and sold.
    pub traded: String,
    /// Commission and slippage.
    pub costs: String,
    /// Commission.
    pub commission: String,
    /// Slippage.
    pub slippage: String,
    /// Tax.
    pub tax: String,
    /// The part of all days but the first at whose end some weight was outside its band, to twelve places.
    pub out_of_band: String,
    /// How many days that is.
    pub out_of_band_days: usize,
}

/// Draws a backtest.
pub(super) fn draw(report: &BacktestReport<'_>) -> String {
    let (terms, history) = (report.terms, report.terms.history);
    let [commission_rate, slippage_rate] = report.rates().map(|rate| rate.to_string());
    let day = |day: Option<&chrono::NaiveDate>| day.map(ToString::to_string).unwrap_or_default();
    let backtest = BacktestJson {
        format_version: "1.0",
        currency: terms.sound.portfolio().currency.word().to_owned(),
        from: day(history.days.first()),
        to: day(history.days.last()),
        days: history.days.len(),
        days_a_year: report.outcomes.first().map_or(0, |outcome| outcome.figures.days_a_year),
        assets: history.codes.iter().map(ToString::to_string).collect(),
        initial: terms.initial.to_string(),
        shares: report.shares().to_owned(),
        check: terms.check.word().to_owned(),
        commission_rate,
        slippage_rate,
        failure_rate: terms.failures.to_string(),
        seed: terms.seed,
        prices: PricesJson {
            path: report.path.to_owned(),
            sha256: report.sha256.to_owned(),
            carried_forward: history.carried,
            left_out: history.before,
            rounded: history.rounded,
            ignored: history.ignored.clone(),
        },
        policies: report.outcomes.iter().map(|outcome| policy(report, outcome)).collect(),
        cannot_show: CANNOT_SHOW.join(" "),
    };
    serde_json::to_string_pretty(&backtest).unwrap_or_default() + "\n"
}

fn policy(report: &BacktestReport<'_>, outcome: &Outcome) -> PolicyJson {
    let (figures, traded) = (&outcome.figures, &outcome.traded);
    let amount = |units: i128| money(units).to_string();
    let figure = |figure: Option<Decimal>| figure.map(|figure| figure.to_string());
    let drift = outcome.rules.trigger.as_ref().and_then(|trigger| trigger.drift);
    PolicyJson {
        policy: outcome.policy.kind.word().to_owned(),
        threshold: drift.map(|(_, threshold)| threshold.to_string()),
        threshold_means: threshold(outcome),
        destination: outcome.rules.destination.word().to_owned(),
        final_value: amount(figures.values.last().copied().unwrap_or_default()),
        final_cash: amount(outcome.cash),
        total_return: figures.total_return.to_string(),
        annual_return: figure(figures.annual_return),
        volatility: figure(figures.volatility),
        max_drawdown: figures.drawdown.to_string(),
        drawdown_from: figures.fell.map(|(from, _)| from.to_string()),
        drawdown_to: figures.fell.map(|(_, to)| to.to_string()),
        rebalances: outcome.scheduled + outcome.drift,
        scheduled: outcome.scheduled,
        drift: outcome.drift,
        failed: outcome.failed,
        unproven: traded.unproven,
        orders: traded.orders,
        traded: amount(traded.amount),
        costs: amount(traded.costs()),
        commission: amount(traded.commission),
        slippage: amount(traded.slippage),
        tax: amount(traded.tax),
        out_of_band: report.outside(outcome).round_dp(PART_PLACES).normalize().to_string(),
        out_of_band_days: outcome.outside,
    }
}
