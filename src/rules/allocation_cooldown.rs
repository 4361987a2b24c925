//! `allocation-cooldown`: the allocation is not changed again before the last change has cooled down.

use super::common::{instant, window};
use super::facts::Change;
use super::{Facts, HistoryFacts, Setting};
use crate::finding::{Finding, Level};
use crate::history::{Event, Gap, History, Verdict, allocation_verdict};
use crate::policy::{Kind, Parameter};
use crate::words::count;

/// How long.
pub(super) const PARAMETERS: &[Parameter] = &[Parameter {
    name: "days",
    kind: Kind::Days,
    meaning: "days of 86,400 seconds between two changes of the allocation",
}];

/// A change that comes too early. Restoring what stood before the window is always allowed.
pub(super) fn check(facts: &Facts<'_>, setting: &Setting) -> Vec<Finding> {
    let HistoryFacts::Known { history, change } = facts.history else { return Vec::new() };
    if change.base == change.candidate {
        return Vec::new();
    }
    let finding = match allocation_verdict(history, &change.candidate, change.now, window(setting)) {
        Verdict::Allowed => None,
        Verdict::Refused { until, by, .. } => Some(refused(facts, change, until, by, setting)),
        Verdict::FutureEvent(event) => Some(from_the_future(facts, event)),
        Verdict::Unknown(gap) => unknown(facts, history, &gap),
    };
    finding.into_iter().collect()
}

fn refused(facts: &Facts<'_>, change: &Change, until: i64, by: &Event, setting: &Setting) -> Finding {
    let days = setting.days("days");
    let label = format!("changed again within {}", count(usize::try_from(days).unwrap_or(usize::MAX), "day"));
    let what = format!("commit {} changed the allocation on {}", by.commit.short(), instant(by.effective, facts.zone));
    if let Some(reason) = &change.override_reason {
        let finding = Finding::new(facts.path, format!("{what}; the cooldown is overridden: {reason}"));
        let mut finding = facts.pointed(finding, label);
        finding.level = Level::Warning;
        return finding.help("the cooldown starts again with this change.");
    }
    let until = instant(until, facts.zone);
    let finding = Finding::new(facts.path, format!("{what}; it may be changed again from {until}"));
    let finding = facts
        .pointed(finding, label)
        .help("wait until then, or restore the allocation that stood before: that is always allowed.");
    if change.whole {
        return finding.help(
            "if it cannot wait: a line `Cooldown-Override: why` in the message of a commit that changes the allocation.",
        );
    }
    finding.help("if it cannot wait: `REBALANCE_COOLDOWN_OVERRIDE='why' git commit`.")
}

fn from_the_future(facts: &Facts<'_>, event: &Event) -> Finding {
    let landed = instant(event.effective, facts.zone);
    let message = format!("commit {} changed the allocation on {landed}, which is in the future", event.commit.short());
    let finding = facts.pointed(Finding::new(facts.path, message), "changed again");
    finding.help("set this machine's clock right; if it is right, commit that change again with the right date.")
}

/// What `history-complete` already said is not said again.
fn unknown(facts: &Facts<'_>, history: &History, gap: &Gap) -> Option<Finding> {
    let said = history.events.is_empty() && history.gap().is_some();
    let finding =
        Finding::new(facts.path, format!("whether the allocation may be changed cannot be told: {}", gap.why));
    (!said).then(|| facts.pointed(finding, "changed").help(format!("{}.", gap.remedy)).unknown())
}
