//! A report as a page for a browser: the sections as tables and lists, with charts above them.

use super::QuarterReport;
use super::sections::{Part, Section, Topic, Words, kinds, points, rate, sections};
use crate::output::html::{self, Band, BarChart, Group, Line, LineChart, Mark};
use crate::output::plan::figures::{grouped, value};
use crate::output::text::flat;
use crate::review::{Cost, Execution, Review};
use crate::words::exact_percent;
use chrono::NaiveDate;
use maud::{Markup, html};
use rust_decimal::Decimal;

/// Draws the page, complete with its final newline.
#[must_use]
pub fn page(report: &QuarterReport<'_>) -> String {
    let period = report.review.period;
    let title = format!("Report {}", period.quarter);
    let body = html! {
        header {
            h1 { (title) }
            p.faint { (flat(report.name)) br; (period.first) " to " (period.last) @if !period.ended { ", not ended yet" } }
        }
        (cards(report.review))
        @for section in sections(report) {
            section {
                h2 { (section.title) }
                (charts(report.review, section.topic))
                (parts(&section))
            }
        }
    };
    html::page(&format!("{title} – {}", flat(report.name)), &body)
}

/// The figures that are looked for first.
fn cards(review: &Review) -> Markup {
    let performance = review.performance.as_ref().ok();
    let returned = performance.and_then(|performance| performance.returned());
    let money = performance.and_then(|performance| performance.money_weighted.as_ref().ok());
    let worth = |amount: Decimal| value(&amount.normalize().to_string(), review.currency.word(), true);
    let closing = performance.and_then(|performance| performance.values.last());
    let or_none = |text: Option<String>| text.unwrap_or_else(|| "–".to_owned());
    // What stands alone must not be taken for the whole quarter where prices of its first or last days are missing.
    let of = |name: &str| {
        let days = performance.map(|performance| format!(", {} to {}", performance.from, performance.to));
        format!("{name}{}", days.unwrap_or_default())
    };
    let on = |name: &str| format!("{name}{}", closing.map_or_else(String::new, |one| format!(" on {}", one.day)));
    let cards = [
        (on("Value"), or_none(closing.map(|one| format!("{} {}", worth(one.value), review.currency.word())))),
        (of("Return, time-weighted"), or_none(returned.map(rate))),
        (of("Return, money-weighted"), or_none(money.map(|money| rate(money.period)))),
        ("Executions".to_owned(), review.executions.len().to_string()),
        ("Costs".to_owned(), or_none(review.costs.total().actual.map(worth))),
        ("Turnover".to_owned(), crate::words::percent(review.turnover)),
    ];
    html! {
        dl.cards { @for (name, figure) in &cards { div { dt { (name) } dd { (figure) } } } }
    }
}

/// The charts of a section.
fn charts(review: &Review, topic: Topic) -> Markup {
    match topic {
        Topic::Costs => costs(review),
        Topic::Drift => {
            html! { @for one in review.executions.iter().filter(|one| !one.drifts.is_empty()) { (drift(one)) } }
        }
        Topic::Returns => returns(review),
        Topic::Weights => weights(review),
        Topic::Checklist | Topic::Executions | Topic::Changes => html! {},
    }
}

fn costs(review: &Review) -> Markup {
    let group = |(name, cost): (&'static str, Cost)| Group { name, figures: vec![cost.actual, cost.estimate] };
    let groups: Vec<Group<'_>> = kinds(&review.costs).map(group).collect();
    let figure = |figure: Decimal| grouped(&figure.round_dp(2).normalize().to_string());
    let chart = BarChart { title: "Costs of all executions", series: &["actual", "estimate"], groups: &groups, figure };
    html! { @if !review.executions.is_empty() { (chart.draw()) } }
}

fn drift(one: &Execution) -> Markup {
    let names: Vec<String> = one.drifts.iter().map(|drift| flat(&drift.name)).collect();
    let groups: Vec<Group<'_>> = one
        .drifts
        .iter()
        .zip(&names)
        .map(|(drift, name)| Group { name, figures: vec![drift.before, drift.after] })
        .collect();
    let title = format!("Drift on {}, in points", one.day);
    BarChart { title: &title, series: &["before", "after"], groups: &groups, figure: points }.draw()
}

/// What 100 grew to, beside the benchmarks; and the value.
fn returns(review: &Review) -> Markup {
    let hundred = |growth: &[(NaiveDate, Decimal)]| -> Vec<(NaiveDate, Decimal)> {
        growth.iter().map(|(day, grown)| (*day, grown.saturating_mul(Decimal::ONE_HUNDRED))).collect()
    };
    let own = review.performance.as_ref().ok();
    let growth = own.and_then(|performance| performance.time_weighted.as_ref().ok());
    let mut named: Vec<(String, Vec<(NaiveDate, Decimal)>)> = Vec::new();
    named.extend(growth.map(|growth| ("portfolio, time-weighted".to_owned(), hundred(growth))));
    for one in &review.benchmarks {
        if let Ok(outcome) = &one.outcome {
            named.push((flat(one.ticker.as_ref().unwrap_or(&one.name)), hundred(&outcome.growth)));
        }
    }
    if named.is_empty() {
        return html! {};
    }
    let lines: Vec<Line<'_>> = named.iter().map(|(name, points)| Line { name, points: points.clone() }).collect();
    let marks = marks(review);
    let figure = |figure: Decimal| figure.round_dp(2).normalize().to_string();
    let grown = LineChart { title: "What 100 grew to", lines: &lines, band: &[], marks: &marks, figure };
    let values = own.map(|performance| performance.values.iter().map(|one| (one.day, one.value)).collect());
    let worth = [Line { name: "value", points: values.unwrap_or_default() }];
    let figure = |figure: Decimal| grouped(&figure.round_dp(2).normalize().to_string());
    let title = format!("Value in {}", review.currency.word());
    let worth_chart = LineChart { title: &title, lines: &worth, band: &[], marks: &marks, figure };
    html! {
        (grown.draw())
        @if !worth[0].points.is_empty() { (worth_chart.draw()) }
    }
}

/// A small chart for each asset: its weight in its band.
fn weights(review: &Review) -> Markup {
    let marks = marks(review);
    html! {
        div.charts {
            @for one in &review.weights {
                @let title = flat(&format!("{} ({})", one.ticker, one.code));
                @let lines = [Line { name: "weight", points: one.weights.clone() }];
                @let band: Vec<Band> = one.bands.clone();
                (LineChart { title: &title, lines: &lines, band: &band, marks: &marks, figure: exact_percent }.draw())
            }
        }
        @if !review.weights.is_empty() {
            p.faint { "The shaded area is the band; dotted lines are executed rebalances." }
        }
    }
}

/// The days of the executions.
fn marks(review: &Review) -> Vec<Mark<'_>> {
    review.executions.iter().map(|one| (one.day, one.trigger.as_str())).collect()
}

fn parts(section: &Section) -> Markup {
    let items = section.parts.iter().any(|part| matches!(part, Part::Item(..)));
    let list = |part: &Part| match part {
        Part::Item(head, said) => html! {
            li { strong { (plain(head)) } ul { @for words in said { li { (plain(words)) } } } }
        },
        _ => html! {},
    };
    html! {
        @for part in &section.parts {
            @match part {
                Part::Line(words) => p { (plain(words)) },
                Part::Warning(words) => p.warn { (plain(words)) },
                Part::Item(..) => {},
                Part::Table(grid) => {
                    @let figures: Vec<usize> = (grid.figures..grid.columns.len()).collect();
                    @let rows: Vec<Vec<Markup>> =
                        grid.rows.iter().map(|row| row.iter().map(|words| html! { (plain(words)) }).collect()).collect();
                    (html::table(&grid.columns, &figures, &rows))
                },
            }
        }
        @if items { ul.items { @for part in &section.parts { (list(part)) } } }
    }
}

fn plain(words: &Words) -> String {
    words.text(flat)
}
