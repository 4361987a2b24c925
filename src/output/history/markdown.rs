//! A history as a Markdown table, for a wiki or a comment on a pull request: one row a change.

use super::{HistoryReport, Row, author, creation, reason, summary};
use crate::history::Event;
use crate::output::markdown::{COMMENT, LAST_LINE, code};
use crate::output::text::flat;
use crate::words::count;

/// The most that the changes of one row take, in bytes: one commit that changed thousands of assets must not hide the rest.
const LONGEST_ROW: usize = 8_000;

/// Draws a history that fits a comment. What does not fit is counted.
pub(super) fn draw(report: &HistoryReport<'_>) -> String {
    let mut text = format!("<!-- rebalance history -->\n### History of {}\n\n", code(report.path));
    if let Some(gap) = report.unknown {
        text.push_str(&format!("**Incomplete**: {}. Help: {}.\n\n", code(&gap.why), code(&gap.remedy)));
    }
    if report.rows.is_empty() {
        return text + &report.nothing(code) + "\n";
    }
    text.push_str("| when | who | what | why | cooldown |\n|---|---|---|---|---|\n");
    let rows = report.rows.iter().map(|row| line(report, row));
    let rows: Vec<String> = rows.chain(report.created.map(|event| created(report, event))).collect();
    for (i, row) in rows.iter().enumerate() {
        if text.len() + row.len() + LAST_LINE > COMMENT {
            let more = count(rows.len() - i, "more row");
            text.push_str(&format!("\nAnd {more}. All of them: `rebalance history --format json`\n\n"));
            return text + &format!("{}.\n", report.total());
        }
        text.push_str(row);
    }
    text + &format!("\n{}.\n", report.total())
}

fn line(report: &HistoryReport<'_>, row: &Row<'_>) -> String {
    let what = what(report, row);
    let why = reason(row.event).map_or("not said".to_owned(), |reason| cell(&reason));
    let (verdict, said) = report.cooldown(row);
    let parts = [Some(verdict), said.map(|said| cell(&said)), report.odd_time(row.event)];
    let cooldown = parts.into_iter().flatten().collect::<Vec<_>>().join("<br>");
    format!("| {} | {} | {what} | {why} | {cooldown} |\n", when(report, row.event), who(row.event))
}

/// The summary and what changed, as much of it as fits a row; the rest is counted.
fn what(report: &HistoryReport<'_>, row: &Row<'_>) -> String {
    let mut text = cell(&summary(row.event));
    let lines = report.lines(row);
    for (i, line) in lines.iter().enumerate() {
        let line = format!("<br>{}", cell(&line.text()));
        if text.len() + line.len() > LONGEST_ROW {
            return text + &format!("<br>and {} more", lines.len() - i);
        }
        text.push_str(&line);
    }
    text
}

fn created(report: &HistoryReport<'_>, event: &Event) -> String {
    let what = format!("{}<br>{}", cell(&summary(event)), creation(event));
    format!("| {} | {} | {what} | | |\n", when(report, event), who(event))
}

fn when(report: &HistoryReport<'_>, event: &Event) -> String {
    let (instant, ago) = report.when(event.time);
    format!("{instant}<br>{ago}<br>{}", cell(&event.commit.short()))
}

fn who(event: &Event) -> String {
    cell(&author(event))
}

/// A text in a code span that ends neither the span nor the cell.
fn cell(text: &str) -> String {
    let text = flat(text);
    if text.is_empty() { "–".to_owned() } else { code(&text).replace('|', "\\|") }
}
