//! A status for people: a table with a bar for each weight, then a few lines.

use super::StatusReport;
use crate::finding::Level;
use crate::output::Paint;
use crate::output::bar::{InBand, bar, legend};
use crate::output::plan::figures::{number, short_percent};
use crate::output::plan::grouped;
use crate::output::plan::table::{finish, frame};
use crate::output::text::{columns, help, visible, wrapped};
use crate::plan::file::AssetBefore;
use crate::words::{percent, points};
use std::ops::Range;

/// The columns of figures.
const FIGURES: Range<usize> = 2..5;

/// Draws a status.
pub(super) fn draw(report: &StatusReport<'_>, paint: Paint) -> String {
    let before = report.before;
    let total = grouped(&before.total);
    let title = paint.bold(format!("Portfolio on {}: {total} {}", report.as_of, report.currency));
    let mut text = format!("{title} (cash {})\n\n{}", grouped(&before.cash), table(report, paint));
    text.push_str(&wrapped(&key(report, paint), "  ", paint.width));
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

fn table(report: &StatusReport<'_>, paint: Paint) -> String {
    let mut table = frame(paint, &["  code", "asset", "weight", "target", "drift", "band"], FIGURES);
    let assets = &report.before.assets;
    let edge = |asset: &AssetBefore| columns(&short_percent(&asset.min));
    let widest = assets.iter().map(edge).max().unwrap_or(0);
    for asset in assets {
        let figures = InBand {
            weight: number(&asset.weight),
            target: number(&asset.target),
            min: number(&asset.min),
            max: number(&asset.max),
        };
        let (low, high) = (short_percent(&asset.min), short_percent(&asset.max));
        table.add_row([
            format!("{} {}", mark(asset), asset.code),
            visible(&asset.ticker),
            percent(figures.weight),
            percent(figures.target),
            points(number(&asset.drift)),
            format!("{low:>widest$} {} {high}", bar(&figures, paint)),
        ]);
    }
    finish(&table)
}

/// What stands before a code.
fn mark(asset: &AssetBefore) -> char {
    match (&asset.left_alone, &asset.breach) {
        (Some(_), _) => 'x',
        (None, Some(_)) => '!',
        (None, None) => ' ',
    }
}

/// What the bars and the marks mean; of the marks, those that are there.
fn key(report: &StatusReport<'_>, paint: Paint) -> String {
    let marks = [('!', "! breaches its band or the threshold."), ('x', "x is left alone now.")];
    let there = |wanted: char| report.before.assets.iter().any(|asset| mark(asset) == wanted);
    let mut key = legend(paint);
    for (_, meaning) in marks.into_iter().filter(|(wanted, _)| there(*wanted)) {
        key.push_str(&format!(" {meaning}"));
    }
    key
}
