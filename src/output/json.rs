//! Findings for programs. Lines and columns count from 1, columns in characters, bytes from 0.

use super::{Paint, Report};
use crate::document::{Edit, Lines, Span};
use crate::finding::{Certainty, Finding, Fix};
use crate::rules;
use schemars::JsonSchema;
use serde::Serialize;

/// What `lint --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "rebalance lint --format json")]
pub struct LintJson {
    /// The version of the format.
    pub format_version: &'static str,
    /// The findings, by file and place.
    pub findings: Vec<FindingJson>,
    /// How many there are.
    pub summary: SummaryJson,
}

/// A finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FindingJson {
    /// The rule's id.
    pub rule: String,
    /// `error`, `warning` or `info`.
    pub level: &'static str,
    /// What is wrong.
    pub message: String,
    /// The file.
    pub path: String,
    /// Where it begins; the file's beginning when it is about no place.
    pub start: PositionJson,
    /// Where it ends.
    pub end: PositionJson,
    /// Other places that belong to it.
    pub labels: Vec<LabelJson>,
    /// What to do.
    pub help: Vec<String>,
    /// The safe fix, where there is one.
    pub fix: Option<FixJson>,
    /// What it is about, in words that stay the same when lines move: an asset's code and its key, or the keys on the way.
    pub subject: String,
    /// The address of the rule's page, where it has one.
    pub url: Option<String>,
    /// Whether the rule could not tell rather than said no.
    pub unknown: bool,
    /// Why it does not count, if so.
    pub suppressed: Option<SuppressedJson>,
}

/// A place in a file.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PositionJson {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// From 0.
    pub byte: usize,
}

/// A place that belongs to a finding.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LabelJson {
    /// Where it begins.
    pub start: PositionJson,
    /// Where it ends.
    pub end: PositionJson,
    /// What is there.
    pub text: String,
}

/// A change of the text that does what a finding asks for and nothing else.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FixJson {
    /// What it does.
    pub title: String,
    /// The edits, in the finding's file, none over another.
    pub edits: Vec<EditJson>,
}

/// A replacement of a place by a text.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EditJson {
    /// Where it begins.
    pub start: PositionJson,
    /// Where it ends; at its beginning when text is only put in.
    pub end: PositionJson,
    /// What stands there afterwards.
    pub text: String,
}

/// Why a finding does not count.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SuppressedJson {
    /// The reason given.
    pub reason: String,
}

/// How many findings there are.
#[derive(Debug, Serialize, JsonSchema)]
pub struct SummaryJson {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Infos.
    pub infos: usize,
    /// Suppressed ones.
    pub suppressed: usize,
}

/// Draws a report.
pub(super) fn lint(report: &Report<'_>, _: Paint) -> String {
    let lines = report.lines();
    let counts = report.counts();
    let document = LintJson {
        format_version: "1.0",
        findings: report.findings.iter().map(|finding| one(finding, lines.get(finding.path.as_str()))).collect(),
        summary: SummaryJson {
            errors: counts.errors,
            warnings: counts.warnings,
            infos: counts.infos,
            suppressed: counts.suppressed,
        },
    };
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// A finding, placed in its text.
pub(super) fn one(finding: &Finding, lines: Option<&Lines<'_>>) -> FindingJson {
    let span = finding.place.as_ref().map(|place| place.span).unwrap_or_default();
    let (start, end) = range(span, lines);
    let labels = finding.labels.iter().map(|label| {
        let (start, end) = range(label.span, lines);
        LabelJson { start, end, text: label.text.clone() }
    });
    FindingJson {
        rule: finding.rule.to_string(),
        level: finding.level.word(),
        message: finding.message.clone(),
        path: finding.path.clone(),
        start,
        end,
        labels: labels.collect(),
        help: finding.help.clone(),
        fix: finding.fix.as_ref().map(|fix| repair(fix, lines)),
        subject: finding.subject.clone(),
        url: rules::url(&finding.rule),
        unknown: finding.certainty == Certainty::Unknown,
        suppressed: finding.suppressed.as_ref().map(|s| SuppressedJson { reason: s.reason.clone() }),
    }
}

fn repair(fix: &Fix, lines: Option<&Lines<'_>>) -> FixJson {
    let edit = |edit: &Edit| {
        let (start, end) = range(edit.span, lines);
        EditJson { start, end, text: edit.text.clone() }
    };
    FixJson { title: fix.title.clone(), edits: fix.edits.iter().map(edit).collect() }
}

fn range(span: Span, lines: Option<&Lines<'_>>) -> (PositionJson, PositionJson) {
    let at = |byte: usize| match lines {
        Some(lines) => {
            let position = lines.position(byte);
            PositionJson { line: position.line, column: position.column, byte: position.byte }
        }
        None => PositionJson { line: 1, column: 1, byte: 0 },
    };
    (at(span.start), at(span.end))
}
