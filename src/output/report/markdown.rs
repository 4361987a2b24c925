//! A report as Markdown, for an issue, a comment or a wiki.

use super::QuarterReport;
use super::sections::{Grid, Part, Words, sections};
use crate::output::markdown::{COMMENT, LAST_LINE, code};
use crate::output::text::flat;

/// Draws a report that fits a comment. Sections that do not fit are named.
pub(super) fn draw(report: &QuarterReport<'_>) -> String {
    let period = report.review.period;
    let ended = if period.ended { "" } else { ", not ended yet" };
    let mut text = format!(
        "<!-- rebalance report -->\n### Report {}: {} to {}{ended}\n\n{}\n",
        period.quarter,
        period.first,
        period.last,
        quoted(report.name)
    );
    let mut left_out = Vec::new();
    for section in sections(report) {
        let mut whole = format!("\n#### {}\n\n", section.title);
        let mut before = None;
        for part in &section.parts {
            let table = matches!(part, Part::Table(_));
            if before.is_some_and(|before| before || table) {
                whole.push('\n');
            }
            whole.push_str(&drawn(part));
            before = Some(table);
        }
        if text.len() + whole.len() + LAST_LINE > COMMENT {
            left_out.push(section.title);
        } else {
            text.push_str(&whole);
        }
    }
    if !left_out.is_empty() {
        text.push_str(&format!("\nToo long to be shown here: {}.\n", left_out.join(", ")));
    }
    text
}

/// Words of others in a code span; of none, nothing.
fn quoted(text: &str) -> String {
    let text = flat(text);
    if text.is_empty() { String::new() } else { code(&text) }
}

fn drawn(part: &Part) -> String {
    let item = |words: &Words| format!("- {}\n", words.text(quoted));
    match part {
        Part::Line(words) => item(words),
        Part::Warning(words) => format!("- **!** {}\n", words.text(quoted)),
        Part::Item(head, said) => {
            item(head) + &said.iter().map(|words| format!("  {}", item(words))).collect::<String>()
        }
        Part::Table(grid) => table(grid),
    }
}

fn table(grid: &Grid) -> String {
    let row = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = row(grid.columns.iter().map(|name| (*name).to_owned()).collect());
    let rule = |i: usize| if i < grid.figures { "---" } else { "--:" };
    text.push_str(&row((0..grid.columns.len()).map(|i| rule(i).to_owned()).collect()));
    // A bar would end the cell, also in a code span.
    let cell = |words: &Words| words.text(quoted).replace('|', "\\|");
    text.extend(grid.rows.iter().map(|cells| row(cells.iter().map(cell).collect())));
    text
}
