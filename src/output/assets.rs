//! Assets in rows: a name that may be broken, figures that may not, and a bar in a band where there is room for one.
//!
//! Whether a weight breaches anything must never be decided here: the plan says it, and a row shows it.

use super::Paint;
use super::bar::{InBand, bar, legend};
use super::plan::figures::{number, short_percent};
use super::text::{columns, visible, wrapped};
use crate::plan::file::AssetBefore;
use crate::words::{percent, points};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};
use std::ops::Range;

/// The column of names: the only one that may be broken.
const ASSET_COLUMN: usize = 1;

/// Columns of a terminal below which a band is two figures: a bar would leave no room for names.
const ROOM_FOR_BARS: usize = 76;

/// An empty table of assets; these columns are figures.
pub(super) fn frame(paint: Paint, header: &[&str], figures: Range<usize>) -> Table {
    frame_breaking(paint, header, figures, ASSET_COLUMN)
}

/// An empty table of figures, each row of which has a name that is not broken.
pub(super) fn figures(paint: Paint, header: &[&str]) -> Table {
    table(paint, header, 1..header.len(), None)
}

/// An empty table; these columns are figures, and one other column may be broken.
pub(super) fn frame_breaking(paint: Paint, header: &[&str], figures: Range<usize>, broken: usize) -> Table {
    table(paint, header, figures, Some(broken))
}

fn table(paint: Paint, header: &[&str], figures: Range<usize>, broken: Option<usize>) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(header.to_vec());
    table.set_width(u16::try_from(paint.width).unwrap_or(80));
    for (i, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
        if figures.contains(&i) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if Some(i) != broken {
            column.set_constraint(ColumnConstraint::ContentWidth); // a figure broken in two is another figure
        }
    }
    table
}

/// A table as text, without blanks at the ends of lines.
pub(super) fn finish(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

/// The bands of a table, their bars one below the other.
pub(super) struct Bands {
    /// Columns of the widest lower edge.
    widest: usize,
    paint: Paint,
}

impl Bands {
    /// For a table of these assets.
    pub(super) fn of<'a>(assets: impl Iterator<Item = &'a AssetBefore>, paint: Paint) -> Self {
        let widest = assets.map(|asset| columns(&short_percent(&asset.min))).max().unwrap_or(0);
        Self { widest, paint }
    }

    /// A weight in the band of an asset: `30 [---|--*-] 40`, or `30-40 %` on a narrow terminal.
    pub(super) fn cell(&self, asset: &AssetBefore, weight: &str) -> String {
        let (low, high, widest) = (short_percent(&asset.min), short_percent(&asset.max), self.widest);
        if !self.drawn() {
            return format!("{low:>widest$}-{high} %");
        }
        let (target, min, max) = (number(&asset.target), number(&asset.min), number(&asset.max));
        let bar = bar(&InBand { weight: number(weight), target, min, max }, self.paint);
        format!("{low:>widest$} {bar} {high}")
    }

    /// What the bars mean, where there are any.
    pub(super) fn legend(&self) -> Option<String> {
        self.drawn().then(|| legend(self.paint))
    }

    fn drawn(&self) -> bool {
        self.paint.width >= ROOM_FOR_BARS
    }
}

/// The weights of assets beside their targets and in their bands, complete with its final newline.
pub(super) fn weights(assets: &[AssetBefore], paint: Paint) -> String {
    let mut table = frame(paint, &["  code", "asset", "weight", "target", "drift", "band"], 2..5);
    let bands = Bands::of(assets.iter(), paint);
    for asset in assets {
        table.add_row([
            format!("{} {}", mark(asset), visible(&asset.code)),
            visible(&asset.ticker),
            percent(number(&asset.weight)),
            percent(number(&asset.target)),
            points(number(&asset.drift)),
            bands.cell(asset, &asset.weight),
        ]);
    }
    finish(&table)
}

/// Below such weights, what the bars and the marks mean; of the marks, those that are there. Nothing where there are none.
pub(super) fn key(assets: &[AssetBefore], paint: Paint) -> String {
    let marks = [('!', "! breaches its band or the threshold."), ('x', "x is left alone now.")];
    let there = |wanted: char| assets.iter().any(|asset| mark(asset) == wanted);
    let mut key: Vec<String> = Bands::of(assets.iter(), paint).legend().into_iter().collect();
    key.extend(marks.into_iter().filter(|(wanted, _)| there(*wanted)).map(|(_, meaning)| meaning.to_owned()));
    if key.is_empty() { String::new() } else { wrapped(&key.join(" "), "  ", paint.width) }
}

/// What stands before a code.
fn mark(asset: &AssetBefore) -> char {
    match (&asset.left_alone, &asset.breach) {
        (Some(_), _) => 'x',
        (None, Some(_)) => '!',
        (None, None) => ' ',
    }
}
