//! A report for people: sections one below the other, in lines that fit the terminal.

use super::QuarterReport;
use super::sections::{Grid, Part, Words, sections};
use crate::output::Paint;
use crate::output::assets::{finish, frame_breaking};
use crate::output::text::{fitted, flat};

/// Draws a report.
pub(super) fn draw(report: &QuarterReport<'_>, paint: Paint) -> String {
    let period = report.review.period;
    let ended = if period.ended { "" } else { ", not ended yet" };
    let title = format!("Report {}: {} to {}{ended}", period.quarter, period.first, period.last);
    let mut text = format!("{}\n{}", paint.bold(title), fitted(&flat(report.name), "", paint.width));
    for section in sections(report) {
        text.push_str(&format!("\n{}\n", paint.bold(section.title)));
        let mut before = None;
        for part in &section.parts {
            let table = matches!(part, Part::Table(_));
            if before.is_some_and(|before| before || table) {
                text.push('\n');
            }
            text.push_str(&drawn(part, paint));
            before = Some(table);
        }
    }
    text
}

fn drawn(part: &Part, paint: Paint) -> String {
    let line = |words: &Words, indent: &str| fitted(&words.text(flat), indent, paint.width);
    match part {
        Part::Line(words) => line(words, "  "),
        Part::Warning(words) => line(words, "  ").lines().map(|line| paint.yellow(line) + "\n").collect(),
        Part::Item(head, said) => line(head, "  ") + &said.iter().map(|words| line(words, "    ")).collect::<String>(),
        Part::Table(grid) => table(grid, paint),
    }
}

fn table(grid: &Grid, paint: Paint) -> String {
    let indented = |first: &str, i: usize| if i == 0 { format!("  {first}") } else { first.to_owned() };
    let header: Vec<String> = grid.columns.iter().enumerate().map(|(i, name)| indented(name, i)).collect();
    let header: Vec<&str> = header.iter().map(String::as_str).collect();
    let mut table = frame_breaking(paint, &header, grid.figures..grid.columns.len(), grid.broken);
    for row in &grid.rows {
        table.add_row(row.iter().enumerate().map(|(i, words)| indented(&words.text(flat), i)));
    }
    finish(&table)
}
