//! `suppression-form`: a comment that is meant to suppress a finding can do so, and says why.

use super::standing::{self, Standing};
use super::subject::of_suppression;
use super::{Facts, Setting, find};
use crate::document::{Reading, Span};
use crate::finding::{Finding, Level};
use crate::policy::Policies;
use crate::suppress::{Misspelt, Named, Suppressions};
use crate::words::{closest, list};
use std::borrow::Cow;

/// Misspelt suppressions, ids of no rule, and ids of rules that cannot be suppressed. A plan is judged after its config,
/// of which this was said then.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some(said) = facts.said.filter(|_| facts.plan.is_none()) else { return Vec::new() };
    let misspelt = said
        .suppressions
        .misspelt
        .iter()
        .map(|misspelt| of_suppression(of_misspelt(facts.path, misspelt), misspelt.words(&facts.reading.text)));
    let names = said.suppressions.all.iter().flat_map(|all| all.ids.iter().map(move |named| (all, named)));
    let wrong = names.filter_map(|(all, named)| {
        let finding = of_name(facts.path, named, said.policies)?;
        Some(of_suppression(finding, &format!("{} of {}", named.id, all.words())))
    });
    misspelt.chain(wrong).collect()
}

fn of_misspelt(path: &str, misspelt: &Misspelt) -> Finding {
    Finding::new(path, &misspelt.message).at(misspelt.span, &misspelt.label).help(&misspelt.help)
}

fn of_name(path: &str, named: &Named, policies: &Policies) -> Option<Finding> {
    let id = named.id.as_str();
    let free = standing::free();
    Some(match standing::of(id, policies) {
        Standing::Free => return None,
        Standing::Bound => Finding::new(path, format!("`{id}` cannot be suppressed"))
            .at(named.span, "this rule is never suppressed")
            .help(match find(id).map(|rule| rule.id) {
                Some("unknown-holding") => "say what the position is: list its code under `outside`.".to_owned(),
                _ => format!("remove it, and do what the finding asks for; `rebalance explain {id}` says why."),
            }),
        Standing::Unknown => {
            let finding = Finding::new(path, format!("there is no rule `{id}`"));
            match closest(id, &free) {
                Some(meant) => {
                    finding.at(named.span, format!("did you mean `{meant}`?")).help(format!("write `{meant}`."))
                }
                None => finding
                    .at(named.span, "unknown rule")
                    .help(format!("the rules that can be suppressed are {}.", list(&free))),
            }
        }
    })
}

/// Suppressions in a file that is not the config: they do nothing, and nobody is left to think otherwise.
pub(super) fn elsewhere(path: &str, reading: &Reading) -> Vec<Finding> {
    let suppressions = Suppressions::of(reading);
    let misspelt = suppressions.misspelt.iter().map(|m| (m.span, m.words(&reading.text).to_owned()));
    let all = suppressions.all.iter().map(|s| (s.span, s.words())).chain(misspelt);
    let finding = |(span, words): (Span, String)| {
        let finding = Finding::new(path, "a suppression does nothing in this file").at(span, "not read here");
        let mut finding = finding.help("remove it: findings are suppressed in the config, on their line or above it.");
        finding.rule = Cow::Borrowed("suppression-form");
        finding.level = Level::Error;
        of_suppression(finding, &words)
    };
    all.map(finding).collect()
}
