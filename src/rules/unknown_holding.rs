//! `unknown-holding`: everything that is held is known to the config.

use super::{Facts, Setting};
use crate::finding::Finding;
use crate::portfolio::Code;

/// Held codes that stand neither in a sleeve nor under `outside`: they would count nowhere and be sold never.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some(plan) = facts.plan else { return Vec::new() };
    let known = |code: &str| facts.codes.iter().any(|site| site.text == code);
    let held = |code: &str| plan.holdings.positions.get(&Code(code.to_owned())).is_some_and(|p| !p.quantity.is_zero());
    let unknown = plan.sites.iter().filter(|site| held(site.text) && !known(site.text));
    let finding = |site: &super::facts::CodeSite<'_>| {
        Finding::new(plan.path, format!("{} is held, and the config does not know it", site.text))
            .at(site.span, "in no sleeve, and not under `outside`")
            .help(format!("list it in a sleeve (`target: 0` sells it), or keep it out of the weights: `outside: ['{}']` under `portfolio`.", site.text))
    };
    unknown.map(finding).collect()
}
