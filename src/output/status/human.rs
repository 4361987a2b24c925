//! A status for people: a table with a bar for each weight, then a few lines.

use super::StatusReport;
use crate::finding::Level;
use crate::output::Paint;
use crate::output::bar::{InBand, bar, legend};
use crate::output::plan::grouped;
use crate::output::text::{columns, help, visible, wrapped};
use crate::plan::file::AssetBefore;
use crate::words::{exact_percent, percent, points};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};
use rust_decimal::Decimal;

/// The column of names: the only one that may be broken.
const NAME: usize = 1;
/// The columns of figures.
const FIGURES: std::ops::RangeInclusive<usize> = 2..=4;

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
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_header(["  code", "asset", "weight", "target", "drift", "band"]);
    table.set_width(u16::try_from(paint.width).unwrap_or(80));
    let assets = &report.before.assets;
    let edge = |asset: &AssetBefore| columns(&short(&asset.min));
    let widest = assets.iter().map(edge).max().unwrap_or(0);
    for asset in assets {
        let figures = InBand {
            weight: number(&asset.weight),
            target: number(&asset.target),
            min: number(&asset.min),
            max: number(&asset.max),
        };
        let (low, high) = (short(&asset.min), short(&asset.max));
        table.add_row([
            format!("{} {}", mark(asset), asset.code),
            visible(&asset.ticker),
            percent(figures.weight),
            percent(figures.target),
            points(number(&asset.drift)),
            format!("{low:>widest$} {} {high}", bar(&figures, paint)),
        ]);
    }
    for (i, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if FIGURES.contains(&i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if i != NAME {
            column.set_constraint(ColumnConstraint::ContentWidth); // a figure broken in two is another figure
        }
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
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

fn number(text: &str) -> Decimal {
    text.parse().unwrap_or_default()
}

/// `0.30` as `30`.
fn short(fraction: &str) -> String {
    exact_percent(number(fraction)).trim_end_matches(" %").to_owned()
}
