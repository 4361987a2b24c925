//! The tables of a plan: assets in rows, and only their names may be broken.

use super::figures::{percent, points, short_percent};
use crate::output::Paint;
use crate::plan::file::Body;
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};
use std::ops::Range;

/// The column of names: the only one that may be broken.
const ASSET_COLUMN: usize = 1;

/// An empty table, indented; columns from `numbers_from` on are figures.
pub(super) fn table(paint: Paint, header: &[&str], numbers_from: usize) -> Table {
    let mut table = frame(paint, header, numbers_from..header.len());
    if let Some(first) = table.column_mut(0) {
        first.set_padding((2, 2));
    }
    table
}

/// An empty table; these columns are figures.
pub(in crate::output) fn frame(paint: Paint, header: &[&str], figures: Range<usize>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(header.to_vec());
    table.set_width(u16::try_from(paint.width).unwrap_or(80));
    for (i, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if figures.contains(&i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if i != ASSET_COLUMN {
            column.set_constraint(ColumnConstraint::ContentWidth); // a figure broken in two is another figure
        }
    }
    table
}

/// A table as text, without blanks at the ends of lines.
pub(in crate::output) fn finish(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// The weights before, beside their targets and bands.
pub(super) fn drift(body: &Body, paint: Paint) -> String {
    let mut table = table(paint, &["code", "asset", "weight", "target", "drift", "band", ""], 2);
    for asset in &body.before.assets {
        let breach = match asset.breach.as_deref() {
            None => "",
            Some("threshold") => "over threshold",
            Some("below-band") => "below band",
            Some(_) => "above band",
        };
        let band = format!("{}-{} %", short_percent(&asset.min), short_percent(&asset.max));
        table.add_row([
            asset.code.clone(),
            asset.ticker.clone(),
            percent(&asset.weight),
            percent(&asset.target),
            points(&asset.drift),
            band,
            breach.to_owned(),
        ]);
    }
    finish(&table) + "\n"
}
