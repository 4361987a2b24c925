//! A backtest for people: two tables in eighty columns, and what they cannot show.

use super::{BacktestReport, CANNOT_SHOW, money, threshold};
use crate::backtest::{Outcome, Shares};
use crate::config::CashPolicy;
use crate::output::Paint;
use crate::output::assets::{figures, finish};
use crate::output::plan::figures::grouped;
use crate::output::text::{visible, wrapped};
use crate::words::{count, exact_percent, list, percent};
use rust_decimal::Decimal;

/// Draws a backtest.
pub(super) fn draw(report: &BacktestReport<'_>, paint: Paint) -> String {
    let (from, to) = report.span();
    let mut text = format!("{}\n", paint.bold(format!("Backtest from {from} to {to}")));
    text.push_str(&wrapped(&terms(report), "", paint.width));
    text.push_str(&format!("\n{}\n{}\n", returns(report, paint), trades(report, paint)));
    for line in remarks(report) {
        text.push_str(&wrapped(&visible(&line), "", paint.width));
    }
    let said = format!("{} {}", paint.bold("What this cannot show:"), CANNOT_SHOW.join(" "));
    text.push_str(&format!("\n{}", wrapped(&said, "", paint.width)));
    text
}

/// What was asked for, as a sentence without a period.
pub(super) fn terms(report: &BacktestReport<'_>) -> String {
    let (terms, history) = (report.terms, report.terms.history);
    let portfolio = terms.sound.portfolio();
    let days = grouped(&history.days.len().to_string());
    let assets = count(history.codes.len(), "asset");
    let initial = format!("{} {}", grouped(&terms.initial.to_string()), portfolio.currency.word());
    let shares = match terms.shares {
        Shares::Fractional => "in any part of a share",
        Shares::Whole => "in whole lots",
    };
    let [commission, slippage] = report.rates().map(exact_percent);
    let mut text = format!(
        "{days} days, {assets}, {initial} at first, {shares}; commission {commission}, slippage {slippage}; drift looked at {}",
        terms.check.word()
    );
    if !terms.failures.is_zero() {
        let rate = exact_percent(terms.failures.decimal());
        text.push_str(&format!("; {rate} of rebalances fail (seed {})", terms.seed));
    }
    text
}

fn returns(report: &BacktestReport<'_>, paint: Paint) -> String {
    let mut table = figures(paint, &["policy", "final value", "return", "a year", "volatility", "drawdown"]);
    for outcome in report.outcomes {
        let of = &outcome.figures;
        let end = of.values.last().copied().unwrap_or_default();
        let maybe = |figure: Option<Decimal>| figure.map_or("-".to_owned(), percent);
        table.add_row([
            outcome.policy.kind.word().to_owned(),
            amount(report, end),
            percent(of.total_return),
            maybe(of.annual_return),
            maybe(of.volatility),
            percent(-of.drawdown),
        ]);
    }
    finish(&table)
}

fn trades(report: &BacktestReport<'_>, paint: Paint) -> String {
    let mut table = figures(paint, &["policy", "rebalances", "failed", "orders", "costs", "tax", "out of band"]);
    for outcome in report.outcomes {
        table.add_row([
            outcome.policy.kind.word().to_owned(),
            (outcome.scheduled + outcome.drift).to_string(),
            outcome.failed.to_string(),
            outcome.traded.orders.to_string(),
            amount(report, outcome.traded.costs()),
            amount(report, outcome.traded.tax),
            percent(report.outside(outcome)),
        ]);
    }
    finish(&table)
}

/// An amount, rounded half to even to the currency's smallest unit.
pub(super) fn amount(report: &BacktestReport<'_>, units: i128) -> String {
    let places = report.terms.sound.portfolio().currency.places();
    let mut rounded = money(units).round_dp(places);
    rounded.rescale(places);
    grouped(&rounded.to_string())
}

/// What else is to be known of the figures.
pub(super) fn remarks(report: &BacktestReport<'_>) -> Vec<String> {
    let history = report.terms.history;
    let mut remarks = vec![
        "Returns are after costs and taxes. A day is out of band when some weight ends it outside its band.".to_owned(),
    ];
    let threshold = |outcome: &Outcome| Some(format!("{} {}", outcome.policy.kind.word(), threshold(outcome)?));
    let thresholds: Vec<String> = report.outcomes.iter().filter_map(threshold).collect();
    if !thresholds.is_empty() {
        remarks.push(format!("Thresholds: {}.", thresholds.join("; ")));
    }
    if report.terms.sound.portfolio().cash == CashPolicy::Exclude {
        remarks.push("Cash counts in the weights, although the config excludes it.".to_owned());
    }
    if history.carried > 0 {
        let (prices, were) = (count(history.carried, "price"), if history.carried == 1 { "was" } else { "were" });
        remarks.push(format!("{prices} {were} missing in {} and taken from the day before.", report.path));
    }
    if history.before > 0 {
        let days = count(history.before, "day");
        remarks.push(format!("{days} at the beginning left out: some asset had no price yet."));
    }
    if history.rounded > 0 {
        let to = match report.terms.shares {
            Shares::Fractional => "ten places".to_owned(),
            Shares::Whole => format!("the smallest unit of {}", report.terms.sound.portfolio().currency.word()),
        };
        remarks.push(format!("{} rounded to {to}.", count(history.rounded, "price")));
    }
    if !history.ignored.is_empty() {
        let names: Vec<&str> = history.ignored.iter().map(String::as_str).collect();
        remarks.push(format!("Not of the portfolio, and ignored: {}.", list(&names)));
    }
    remarks
}
