//! `suppression-expired`: a suppression is gone by the day after its last.

use super::subject::of_suppression;
use super::{Facts, Setting};
use crate::finding::Finding;

/// Suppressions whose last day is over: what they covered counts again. A plan is judged after its config, of which this
/// was said then.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some(said) = facts.said.filter(|_| facts.plan.is_none()) else { return Vec::new() };
    let over = said.suppressions.all.iter().filter_map(|suppression| {
        let (last, span) = suppression.until.filter(|_| suppression.expired(facts.today()))?;
        let message = format!("this suppression ended with {last}: what it covered counts again");
        let finding = Finding::new(facts.path, message).at(span, format!("today is {}", facts.today()));
        let finding = finding.help("remove it, or look at its reason again and give it a later day.");
        Some(of_suppression(finding, &suppression.words()))
    });
    over.collect()
}
