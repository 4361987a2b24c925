//! Findings for GitLab's code quality report: an array, each finding with a fingerprint of its own.
//!
//! GitLab has five severities. An error of an integrity rule is a `blocker`, any other error `critical`, a warning
//! `major`, an info `info`.

use super::fingerprint::fingerprints;
use super::text::visible;
use super::{Paint, Report};
use crate::finding::{Finding, Level};
use crate::rules;
use serde::Serialize;

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: String,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
    end: usize,
}

/// Draws a report. GitLab knows nothing of suppression, so suppressed findings are not in it.
pub(super) fn lint(report: &Report<'_>, _: Paint) -> String {
    let lines = report.lines();
    let known = report.findings.iter().zip(fingerprints(report));
    let shown = known.filter(|(finding, _)| finding.suppressed.is_none());
    let issues: Vec<Issue> = shown
        .map(|(finding, fingerprint)| {
            let (begin, end) = report.place(finding, &lines).map_or((1, 1), |(start, end)| (start.line, end.line));
            Issue {
                description: description(finding, report),
                check_name: finding.rule.to_string(),
                fingerprint,
                severity: severity(finding),
                location: Location {
                    path: visible(&report.base.name(&finding.path).text),
                    lines: Lines { begin, end },
                },
            }
        })
        .collect();
    serde_json::to_string_pretty(&issues).unwrap_or_default() + "\n"
}

/// The message and what to do: GitLab shows nothing else.
fn description(finding: &Finding, report: &Report<'_>) -> String {
    let parts: Vec<String> =
        std::iter::once(&finding.message).chain(&finding.help).map(|part| report.told(part)).collect();
    parts.join("; ")
}

fn severity(finding: &Finding) -> &'static str {
    match finding.level {
        Level::Error if rules::find(&finding.rule).is_some_and(rules::Rule::integrity) => "blocker",
        Level::Error => "critical",
        Level::Warning => "major",
        Level::Info | Level::Off => "info",
    }
}
