//! `tax-parameters-age`: the tax figures a plan is worked out with are of its own year.

use super::{Facts, Setting};
use crate::finding::Finding;
use chrono::Datelike;

/// Figures of a year before the plan's, when any asset is taxed by them.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some((plan, figures)) = facts.plan.and_then(|plan| Some((plan.as_of, plan.tax_figures?))) else {
        return Vec::new();
    };
    if plan.year() <= figures.year() {
        return Vec::new();
    }
    let finding = Finding::new(facts.path, format!("the tax figures are of {figures}, the plan is for {plan}"));
    let stated = facts.config.portfolio().and_then(|portfolio| portfolio.taxes.as_ref());
    let finding = match stated.and_then(|_| facts.key(&["portfolio", "taxes", "as_of"])) {
        Some(span) => finding.at(span, "of a year before"),
        None => finding,
    };
    let year = plan.year();
    vec![finding.help(format!(
        "look up what holds in {year}, correct what differs, and state `taxes: {{ as_of: {year}-01-01 }}` in the config."
    ))]
}
