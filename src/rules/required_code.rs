//! `required-code`: what the owner always wants is in the portfolio.

use super::{Facts, Setting};
use crate::finding::Finding;
use crate::policy::{Kind, Named, Parameter};

/// The codes.
pub(super) const PARAMETERS: &[Parameter] =
    &[Parameter { name: "codes", kind: Kind::Codes, meaning: "each of these is in a sleeve with a target above 0" }];

/// Codes that are missing, or have the target 0. Judged when every asset can be read: an unread one may be it.
pub(super) fn check(facts: &Facts<'_>, setting: &Setting) -> Vec<Finding> {
    let Some(targets) = facts.targets() else { return Vec::new() };
    let finding = |named: &Named<()>| {
        let code = &named.name;
        let found: Vec<_> = targets.iter().filter(|target| target.code == code).collect();
        if found.iter().any(|target| !target.weight.is_zero()) {
            return None;
        }
        let help = format!("give it a target, or take it out of `codes` in {}.", setting.file());
        let finding = match found.first() {
            Some(target) => Finding::new(facts.path, format!("{code} is required, and its target is 0"))
                .at(target.span, "a target above 0 is needed"),
            None => {
                let finding = Finding::new(facts.path, format!("{code} is required, and is in no sleeve"));
                facts.pointed(finding, format!("{code} is missing"))
            }
        };
        Some(finding.help(help))
    };
    setting.codes("codes").iter().filter_map(finding).collect()
}
