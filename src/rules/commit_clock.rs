//! `commit-clock`: the times of the commits can be right.

use super::common::{instant, window};
use super::{Facts, HistoryFacts, Setting};
use crate::finding::{Finding, Level};
use crate::history::{Backwards, FUTURE_TOLERANCE, History, Latest, Oid};
use crate::policy::{Kind, Parameter};

/// How much clocks may differ, and when a wrong one is past.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter { name: "minutes", kind: Kind::Minutes, meaning: "minutes that a commit may be dated before its parent" },
    Parameter {
        name: "days",
        kind: Kind::Days,
        meaning: "days that later commits must have gone on for until a wrong time is past",
    },
];

/// A commit from the future, and commits that are dated before a parent. Where a change of the allocation rests on such a
/// time and something is decided by it, that is as grave as the policy says; otherwise it is worth a look.
pub(super) fn check(facts: &Facts<'_>, setting: &Setting) -> Vec<Finding> {
    let HistoryFacts::Known { history, change } = facts.history else { return Vec::new() };
    let decides = facts.plan.is_some() || change.base != change.candidate;
    let overridden = change.override_reason.is_some();
    let grave = |grave: bool, mut finding: Finding| {
        if !grave || overridden {
            finding.level = Level::Warning;
        }
        finding
    };
    let end = change.now.saturating_add(FUTURE_TOLERANCE);
    let mut findings = Vec::new();
    let latest = history.clocks.latest.as_ref().filter(|latest| latest.time > end);
    if let Some(latest) = latest.filter(|latest| !(decides && said_elsewhere(history, latest, change.now))) {
        findings.push(grave(latest.changed, from_the_future(facts, latest, change.now)));
    }
    for wrong in history.clocks.backwards.iter().filter(|wrong| wrong.parent_time <= end && counts(wrong, setting)) {
        findings.push(grave(wrong.changed && decides, backwards(facts, wrong, setting)));
    }
    findings
}

/// Whether it is far enough before its parent, and the line has not gone on for long enough since.
fn counts(wrong: &Backwards, setting: &Setting) -> bool {
    let allowed = i64::from(setting.minutes("minutes")) * 60;
    let past = wrong.parent_time.saturating_add(window(setting));
    wrong.parent_time.saturating_sub(wrong.time) > allowed && wrong.later.is_none_or(|later| later < past)
}

/// A change from the future is what the cooldowns say; its commit is not named twice.
fn said_elsewhere(history: &History, latest: &Latest, now: i64) -> bool {
    history.future(now).is_some_and(|event| event.commit == latest.commit)
}

fn from_the_future(facts: &Facts<'_>, latest: &Latest, now: i64) -> Finding {
    let message = format!(
        "commit {} is dated {}, which is in the future: it is {}",
        latest.commit.short(),
        instant(latest.time, facts.zone),
        instant(now, facts.zone),
    );
    let finding = facts.pointed(Finding::new(facts.path, message), "later changes cannot be older than that");
    finding.help(again(latest.commit, "set this machine's clock right; if it is right"))
}

fn backwards(facts: &Facts<'_>, wrong: &Backwards, setting: &Setting) -> Finding {
    let message = format!(
        "commit {} is dated {}, before its parent {} of {}",
        wrong.commit.short(),
        instant(wrong.time, facts.zone),
        wrong.parent.short(),
        instant(wrong.parent_time, facts.zone),
    );
    let finding = facts.pointed(Finding::new(facts.path, message), "when this was changed cannot be told for certain");
    let past = instant(wrong.parent_time.saturating_add(window(setting)), facts.zone);
    finding
        .help(again(wrong.commit, "while it is not shared"))
        .help(format!("otherwise it is past with the first commit above it that is dated {past} or later."))
}

/// How a commit gets another date.
fn again(commit: Oid, when: &str) -> String {
    format!("{when}, make {} again: `git rebase --force-rebase {}~`.", commit.short(), commit.short())
}
