//! A status for people: a table with a bar for each weight, then a few lines.

use super::StatusReport;
use crate::finding::Level;
use crate::output::Paint;
use crate::output::assets::{key, weights};
use crate::output::plan::balances::balances;
use crate::output::plan::figures::value;
use crate::output::text::{help, visible, wrapped};

/// Draws a status.
pub(super) fn draw(report: &StatusReport<'_>, paint: Paint) -> String {
    let before = report.before;
    let figure = |text: &str| value(text, report.currency, !before.balances.is_empty());
    let total = figure(&before.total);
    let title = paint.bold(format!("Portfolio on {}: {total} {}", report.as_of, report.currency));
    let cash = balances(before, report.fx, report.currency, paint);
    let mut text = format!("{title} (cash {})\n{cash}\n{}", figure(&before.cash), weights(&before.assets, paint));
    text.push_str(&key(&before.assets, paint));
    text.push_str(&format!("\n{}\n", paint.bold(format!("{}:", report.verdict()))));
    report.trigger.why.iter().for_each(|why| text.push_str(&wrapped(why, "  ", paint.width)));
    text.push('\n');
    for (word, said) in report.facts() {
        text.push_str(&wrapped(&format!("{}: {}", paint.bold(word), visible(&said)), "", paint.width));
    }
    for check in &report.checks {
        let word = if check.level == Level::Error { paint.red("error") } else { paint.yellow("warning") };
        text.push_str(&wrapped(&format!("{word}[{}]: {}", check.rule, visible(&check.message)), "", paint.width));
        text.extend(check.help.iter().map(|said| help(&visible(said), paint.width)));
    }
    if report.trigger.fired.is_some() {
        text.push_str(&format!("\nNext: rebalance plan{} -o plan.json\n", report.options));
    }
    text
}
