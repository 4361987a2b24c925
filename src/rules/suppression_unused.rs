//! `suppression-unused`: a suppression suppresses something.

use super::subject::of_suppression;
use super::{Facts, Group, Said, Setting, find, standing};
use crate::finding::{Finding, Level};
use crate::suppress::{Named, Suppression};
use std::collections::BTreeSet;

/// Rules that a suppression names and that find nothing there. Judged of the groups that were run, and only while none of
/// them has an error that counts: one error hides others, and with them what a suppression is for.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let some = |said: &&Said<'_>| !said.suppressions.all.is_empty() && whole(facts, said);
    let Some(said) = facts.said.filter(some) else { return Vec::new() };
    let today = facts.today();
    let live = said.suppressions.all.iter().enumerate().filter(|(_, suppression)| !suppression.expired(today));
    let names = live
        .flat_map(|(i, suppression)| suppression.ids.iter().enumerate().map(move |(j, id)| ((i, j), suppression, id)));
    let used = used(facts, said);
    let unused = names.filter(|(place, _, named)| run(said, named) && !used.contains(place));
    let about = |suppression: &Suppression, id: &str| format!("{id} of {}", suppression.words());
    unused.map(|(_, all, named)| of_suppression(finding(facts, said, named), &about(all, &named.id))).collect()
}

fn whole(facts: &Facts<'_>, said: &Said<'_>) -> bool {
    let by_history = |finding: &Finding| find(&finding.rule).is_some_and(|rule| rule.group == Group::History);
    let error = |finding: &Finding| finding.level == Level::Error && finding.suppressed.is_none();
    facts.reading.faults.is_empty()
        && facts.issues.is_empty()
        && !said.findings.iter().any(|finding| error(finding) && !by_history(finding))
}

/// Whether the rule may be suppressed, and was asked.
fn run(said: &Said<'_>, named: &Named) -> bool {
    let asked = find(&named.id).is_none_or(|rule| said.groups.contains(&rule.group));
    asked && standing::of(&named.id, said.policies).may()
}

/// The names that suppress a finding: the number of the suppression, and that of the name in it.
fn used(facts: &Facts<'_>, said: &Said<'_>) -> BTreeSet<(usize, usize)> {
    let own = said.findings.iter().filter(|finding| finding.path == facts.path);
    let over = |finding: &Finding| {
        let at = finding.place.as_ref()?.span.start;
        said.suppressions.over(&finding.rule, at, facts.today())
    };
    own.filter_map(over).collect()
}

fn finding(facts: &Facts<'_>, said: &Said<'_>, named: &Named) -> Finding {
    let id = &named.id;
    let off = said.policies.setting(id).is_some_and(|setting| setting.level == Level::Off);
    let label = if off { "this rule is off" } else { "this rule finds nothing here" };
    Finding::new(facts.path, format!("nothing of `{id}` is suppressed by this"))
        .at(named.span, label)
        .help("remove it; what it is for stands on the same line, or on the next one that is no comment.")
}
