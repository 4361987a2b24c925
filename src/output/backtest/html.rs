//! A backtest as a page: the figures, the values and the falls over time, and what they cannot show.

use super::human::{amount, remarks, terms};
use super::{BacktestReport, CANNOT_SHOW, money};
use crate::backtest::Outcome;
use crate::output::html::{Line, LineChart, page, table};
use crate::output::plan::figures::grouped;
use crate::words::percent;
use chrono::NaiveDate;
use maud::{Markup, html};
use rust_decimal::Decimal;

/// Draws a backtest, complete with its final newline.
#[must_use]
pub fn draw(report: &BacktestReport<'_>) -> String {
    let (from, to) = report.span();
    let title = format!("Backtest from {from} to {to}");
    let body = html! {
        h1 { (title) }
        p.faint { (terms(report)) "." }
        h2 { "What became of it" }
        (figures(report))
        @for remark in remarks(report) { p.faint { (remark) } }
        h2 { "Over time" }
        (values(report))
        (falls(report))
        h2 { "What this cannot show" }
        ul { @for said in CANNOT_SHOW { li { (said) } } }
        p.faint { "Prices: " code { (report.path) } ", SHA-256 " code { (report.sha256) } "." }
    };
    page(&title, &body)
}

/// What the money did, and what was done with it: together they are too wide for a page.
fn figures(report: &BacktestReport<'_>) -> Markup {
    let became = ["policy", "final value", "return", "a year", "volatility", "drawdown"];
    let done = ["policy", "rebalances", "failed", "orders", "costs", "tax", "out of band"];
    let table = |columns: &[&str], cells: &dyn Fn(&Outcome) -> Vec<String>| {
        let all: Vec<usize> = (1..columns.len()).collect();
        let row = |outcome: &Outcome| {
            let name = outcome.policy.kind.word().to_owned();
            std::iter::once(name).chain(cells(outcome)).map(|cell| html! { (cell) }).collect()
        };
        let rows: Vec<Vec<Markup>> = report.outcomes.iter().map(row).collect();
        table(columns, &all, &rows)
    };
    html! {
        (table(&became, &|outcome| of_the_money(report, outcome)))
        (table(&done, &|outcome| of_the_orders(report, outcome)))
    }
}

fn of_the_money(report: &BacktestReport<'_>, outcome: &Outcome) -> Vec<String> {
    let of = &outcome.figures;
    let maybe = |figure: Option<Decimal>| figure.map_or("-".to_owned(), percent);
    vec![
        amount(report, of.values.last().copied().unwrap_or_default()),
        percent(of.total_return),
        maybe(of.annual_return),
        maybe(of.volatility),
        percent(-of.drawdown),
    ]
}

fn of_the_orders(report: &BacktestReport<'_>, outcome: &Outcome) -> Vec<String> {
    let traded = &outcome.traded;
    vec![
        (outcome.scheduled + outcome.drift).to_string(),
        outcome.failed.to_string(),
        traded.orders.to_string(),
        amount(report, traded.costs()),
        amount(report, traded.tax),
        percent(report.outside(outcome)),
    ]
}

/// A line a policy.
fn lines<'a>(report: &BacktestReport<'a>, figures: impl Fn(&Outcome) -> Vec<Decimal>) -> Vec<Line<'a>> {
    let days = || report.terms.history.days.iter().copied();
    let line = |outcome: &'a Outcome| {
        let points: Vec<(NaiveDate, Decimal)> = days().zip(figures(outcome)).collect();
        Line { name: outcome.policy.kind.word(), points }
    };
    report.outcomes.iter().map(line).collect()
}

fn values(report: &BacktestReport<'_>) -> Markup {
    let lines = lines(report, |outcome| outcome.figures.values.iter().map(|value| money(*value)).collect());
    let title = format!("Value, {}", report.terms.sound.portfolio().currency.word());
    let figure = |value: Decimal| grouped(&value.normalize().to_string());
    LineChart { title: &title, lines: &lines, band: &[], marks: &[], figure }.draw()
}

fn falls(report: &BacktestReport<'_>) -> Markup {
    let lines = lines(report, |outcome| outcome.figures.falls(report.terms.initial));
    let figure = |fall: Decimal| percent(fall);
    LineChart { title: "Fall from the highest value before", lines: &lines, band: &[], marks: &[], figure }.draw()
}
