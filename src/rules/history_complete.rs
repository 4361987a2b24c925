//! `history-complete`: the history that the other rules judge by can be told.

use super::{Facts, HistoryFacts, Setting};
use crate::finding::Finding;
use crate::history::{Gap, GapKind};

/// A history that is cut, broken or not there. A change that was found above the cut is an answer all the same.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let gap = match facts.history {
        HistoryFacts::NotAsked => None,
        HistoryFacts::Unknown(gap) => Some(gap),
        HistoryFacts::Known { history, .. } if history.events.is_empty() => history.gap(),
        HistoryFacts::Known { .. } => None,
    };
    let fault = match facts.history {
        HistoryFacts::Known { history, .. } => history.tip_fault.as_ref().filter(|gap| !is_content(gap)),
        _ => None,
    };
    gap.or(fault).map(|gap| finding(facts, gap)).into_iter().collect()
}

/// A committed config that says no allocation is mended by committing another one; it is no hole.
fn is_content(gap: &Gap) -> bool {
    matches!(gap.kind, GapKind::NotAnAllocation | GapKind::NotAFile)
}

fn finding(facts: &Facts<'_>, gap: &Gap) -> Finding {
    let finding = Finding::new(facts.path, format!("the history of the allocation cannot be told: {}", gap.why));
    facts.pointed(finding, "unknown since when this allocation stands").help(format!("{}.", gap.remedy)).unknown()
}
