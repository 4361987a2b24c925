//! What several rules share.

use super::{Facts, Setting};
use crate::document::FaultKind;
use crate::finding::Finding;
use crate::schema::IssueKind;
use crate::zone::Zone;

/// The reader's refusals of one kind.
pub(super) fn faults(facts: &Facts<'_>, kind: FaultKind) -> Vec<Finding> {
    let faults = facts.reading.faults.iter().filter(|fault| fault.kind == kind);
    let finding = |fault: &crate::document::Fault| {
        let finding = Finding::new(facts.path, &fault.message).at(fault.span, &fault.label).help(&fault.help);
        fault.related.iter().fold(finding, |finding, (span, text)| finding.with(*span, text))
    };
    faults.map(finding).collect()
}

/// The schema's issues of one kind.
pub(super) fn issues(facts: &Facts<'_>, kind: IssueKind) -> Vec<Finding> {
    let issues = facts.issues.iter().filter(|issue| issue.kind == kind);
    let finding = |issue: &crate::schema::Issue| {
        let finding = Finding::new(facts.path, &issue.message).at(issue.span, &issue.label);
        issue.help.iter().fold(finding, Finding::help)
    };
    issues.map(finding).collect()
}

/// A cooldown's length in seconds: days of 86,400 seconds, so that no change of daylight saving time shortens one.
pub(super) fn window(setting: &Setting) -> i64 {
    i64::from(setting.days("days")) * 86_400
}

/// An instant in the portfolio's time zone: `2026-03-11 09:00:00 +09:00`.
pub(super) fn instant(seconds: i64, zone: Zone) -> String {
    match zone.local(seconds) {
        Some(local) => local.format("%Y-%m-%d %H:%M:%S %:z").to_string(),
        None => format!("{seconds} seconds after 1970"),
    }
}
