//! `change-reason`: a commit that changes the allocation says why.

use super::{Facts, HistoryFacts, Setting};
use crate::finding::Finding;
use crate::history::Standing;

/// A change whose message gives no reason. While there is no message yet, there is nothing to judge.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let HistoryFacts::Known { change, .. } = facts.history else { return Vec::new() };
    let created = change.base == Standing::Absent;
    if created || change.base == change.candidate || change.reasoned != Some(false) {
        return Vec::new();
    }
    let (message, help) = if change.whole {
        (
            "the allocation is changed, and no commit that changes it says why",
            "add a body to the message of such a commit, or a line `Reason: why`.",
        )
    } else {
        (
            "the commit changes the allocation and does not say why",
            "add a body to the message, or a line `Reason: why`.",
        )
    };
    let finding = facts.pointed(Finding::new(facts.path, message), "changed without a reason");
    vec![finding.help(help)]
}
