//! A status as Markdown, for a comment or a wiki.

use super::StatusReport;
use crate::output::Paint;
use crate::output::bar::{InBand, bar};
use crate::output::markdown::{COMMENT, LAST_LINE, code};
use crate::output::plan::balances::balances;
use crate::output::plan::figures::value;
use crate::words::{count, exact_percent, percent, points};
use rust_decimal::Decimal;

/// Draws a status that fits a comment. What does not fit is counted.
pub(super) fn draw(report: &StatusReport<'_>, paint: Paint) -> String {
    let before = report.before;
    let mut text = format!("<!-- rebalance status -->\n### {}\n\n", report.verdict());
    text.extend(report.trigger.why.iter().map(|why| format!("- {}\n", code(why))));
    let figure = |text: &str| value(text, report.currency, !before.balances.is_empty());
    let total = figure(&before.total);
    text.push_str(&format!(
        "\nPortfolio on {}: {total} {} (cash {})\n\n",
        report.as_of,
        report.currency,
        figure(&before.cash)
    ));
    text.extend(balances(before, report.fx, report.currency, paint).lines().map(|line| format!("- {}\n", line.trim())));
    if !before.balances.is_empty() {
        text.push('\n');
    }
    let mut below: String = report.facts().iter().map(|(word, said)| format!("- {word}: {}\n", code(said))).collect();
    below.extend(
        report.checks.iter().map(|check| format!("- {} {}: {}\n", check.level, check.rule, code(&check.message))),
    );
    text.push_str("| code | asset | weight | target | drift | band | |\n|---|---|--:|--:|--:|---|---|\n");
    for (i, asset) in before.assets.iter().enumerate() {
        let of = |text: &str| text.parse::<Decimal>().unwrap_or_default();
        let figures =
            InBand { weight: of(&asset.weight), target: of(&asset.target), min: of(&asset.min), max: of(&asset.max) };
        let edge = |fraction: Decimal| exact_percent(fraction);
        let breach = asset.breach.as_deref().unwrap_or("");
        let row = format!(
            "| {} | {} | {} | {} | {} | {} {} {} | {breach} |\n",
            code(&asset.code),
            cell(&asset.ticker),
            percent(figures.weight),
            percent(figures.target),
            points(of(&asset.drift)),
            edge(figures.min),
            cell(&bar(&figures, paint)),
            edge(figures.max),
        );
        if text.len() + row.len() + below.len() + LAST_LINE > COMMENT {
            let more = count(before.assets.len() - i, "more asset");
            text.push_str(&format!("\nAnd {more}. All of them: `rebalance status --format json`\n"));
            break;
        }
        text.push_str(&row);
    }
    text + "\n" + &below
}

/// A text in a cell of a table, where a bar would end it.
fn cell(text: &str) -> String {
    code(text).replace('|', "\\|")
}
