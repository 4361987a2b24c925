//! `trade-cooldown`: only an allocation that is committed and has cooled down is traded.

use super::common::{instant, window};
use super::facts::Change;
use super::{Facts, HistoryFacts, Setting};
use crate::finding::{Finding, Level};
use crate::history::{Gap, History, Verdict, trading_verdict};
use crate::policy::{Kind, Parameter};

/// How long.
pub(super) const PARAMETERS: &[Parameter] = &[Parameter {
    name: "days",
    kind: Kind::Days,
    meaning: "days of 86,400 seconds before a change of the allocation is traded",
}];

/// An allocation that is not committed, or not yet settled.
pub(super) fn check(facts: &Facts<'_>, setting: &Setting) -> Vec<Finding> {
    let (Some(plan), HistoryFacts::Known { history, change }) = (facts.plan, facts.history) else { return Vec::new() };
    let mut findings: Vec<Finding> = uncommitted(facts, change, plan.committed).into_iter().collect();
    findings.extend(match trading_verdict(history, &change.base, change.now, window(setting)) {
        Verdict::Allowed => overridden(facts, history, change.now - window(setting)),
        Verdict::Refused { until, by, .. } => {
            let message = format!(
                "commit {} changed the allocation on {}; it may be traded from {}",
                by.commit.short(),
                instant(by.effective, facts.zone),
                instant(until, facts.zone)
            );
            let finding = facts.pointed(Finding::new(facts.path, message), "still cooling down");
            Some(finding.help("plan again then; a change that cannot wait needs a line `Cooldown-Override: why` in its commit's message."))
        }
        Verdict::FutureEvent(event) => {
            let landed = instant(event.effective, facts.zone);
            let message = format!("commit {} changed the allocation on {landed}, which is in the future", event.commit.short());
            Some(facts.pointed(Finding::new(facts.path, message), "its age cannot be told").help("set this machine's clock right; if it is right, commit that change again with the right date."))
        }
        Verdict::Unknown(gap) => unknown(facts, history, &gap),
    });
    findings
}

fn uncommitted(facts: &Facts<'_>, change: &Change, committed: bool) -> Option<Finding> {
    let (message, label) = if change.base != change.candidate {
        ("the allocation in the file is not the one that is committed", "not committed")
    } else if !committed {
        ("the config as it stands is not committed", "differs from the last commit")
    } else {
        return None;
    };
    let finding = facts.pointed(Finding::new(facts.path, message), label);
    Some(finding.help(format!("commit it first: `git add {0} && git commit -- {0}`.", facts.path)))
}

/// Trading under an override is allowed, and said aloud.
fn overridden(facts: &Facts<'_>, history: &History, start: i64) -> Option<Finding> {
    let event = history.events.iter().find(|event| event.effective > start && event.override_reason.is_some())?;
    let reason = event.override_reason.as_deref().unwrap_or("");
    let message = format!("the cooldown of commit {} is overridden: {reason}", event.commit.short());
    let mut finding = facts.pointed(Finding::new(facts.path, message), "traded under an override");
    finding.level = Level::Warning;
    Some(finding.help("nothing to do if that is meant: the plan and the log carry the reason."))
}

/// What `history-complete` already said is not said again.
fn unknown(facts: &Facts<'_>, history: &History, gap: &Gap) -> Option<Finding> {
    let said = history.events.is_empty() && history.gap().is_some();
    let finding = Finding::new(facts.path, format!("whether the allocation may be traded cannot be told: {}", gap.why));
    (!said).then(|| facts.pointed(finding, "unknown").help(format!("{}.", gap.remedy)).unknown())
}
