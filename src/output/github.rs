//! Findings for the log of a GitHub Actions step: workflow commands, which the runner turns into annotations.
//!
//! GitHub shows 10 annotations of a level for a step and drops the rest without a word. The rest stands below them in
//! plain lines. Text of a file must never become a command: what the runner would take for one is written out.

use super::text::visible;
use super::{Paint, Report, human};
use crate::document::{Lines, Position};
use crate::finding::{Certainty, Finding, Level};
use crate::words::count;
use std::collections::BTreeMap;

/// Annotations of a level that GitHub shows for a step.
const SHOWN: usize = 10;

/// Draws a report.
pub(super) fn lint(report: &Report<'_>, _: Paint) -> String {
    let lines = report.lines();
    let mut annotated: BTreeMap<Level, usize> = BTreeMap::new();
    let mut text = String::new();
    let mut rest: Vec<String> = Vec::new();
    for finding in report.findings.iter().filter(|finding| finding.suppressed.is_none()) {
        let place = report.place(finding, &lines);
        let shown = annotated.entry(finding.level).or_default();
        *shown += 1;
        if *shown <= SHOWN {
            text.push_str(&annotation(finding, report, place));
        } else {
            rest.push(plain_line(finding, report, &lines));
        }
    }
    if !rest.is_empty() {
        text.push_str(&format!(
            "{} without an annotation, because GitHub shows {SHOWN} of a level for a step:\n{}",
            count(rest.len(), "finding"),
            rest.concat()
        ));
    }
    text + &unbracketed(&human::closing(report, &report.base.name(report.path).text, Paint::plain()))
}

/// A workflow command.
fn annotation(finding: &Finding, report: &Report<'_>, place: Option<(Position, Position)>) -> String {
    let word = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info | Level::Off => "notice",
    };
    let name = report.base.name(&finding.path);
    let mut properties = Vec::new();
    if name.inside {
        properties.push(format!("file={}", property(&name.text)));
        properties.extend(place.into_iter().map(|(start, end)| range(start, end)));
    }
    properties.push(format!("title={}", property(&finding.rule)));
    let mut message = report.told(&finding.message);
    if !name.inside {
        message = format!("{}: {message}", visible(&name.text));
    }
    if finding.certainty == Certainty::Unknown {
        message.push_str(" (the rule could not tell)");
    }
    for help in &finding.help {
        message.push_str(&format!("\nhelp: {}", report.told(help)));
    }
    format!("::{word} {}::{}\n", properties.join(","), data(&message))
}

/// Lines and columns. The runner drops both columns of a range that goes over a line's end.
fn range(start: Position, end: Position) -> String {
    let lines = format!("line={},endLine={}", start.line, end.line);
    if start.line == end.line { format!("{lines},col={},endColumn={}", start.column, end.column) } else { lines }
}

/// A finding in a line that is no command: it begins with a word, since a file's name may begin as a command does.
fn plain_line(finding: &Finding, report: &Report<'_>, lines: &BTreeMap<&str, Lines<'_>>) -> String {
    let line = format!("  {}[{}] at {}: {}", finding.level, finding.rule, report.at(finding, lines), finding.message);
    let help: String = finding.help.iter().map(|help| format!("; {help}")).collect();
    unbracketed(&report.told(&(line + &help))) + "\n"
}

/// A text without the sign of the runner's older commands, which it finds anywhere in a line.
fn unbracketed(text: &str) -> String {
    text.replace("##[", "## [")
}

/// The data of a command, as the runner takes it apart.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command, as the runner takes it apart.
fn property(text: &str) -> String {
    data(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}
