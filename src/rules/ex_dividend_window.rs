//! `ex-dividend-window`: an asset near its ex-dividend date is left alone.

use super::{Facts, Setting};
use crate::finding::Finding;

/// Assets that were left alone, and until when.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some(plan) = facts.plan else { return Vec::new() };
    let finding = |frozen: &crate::ex_dividend::Frozen| {
        let message =
            format!("{} is left alone until {}: its ex-dividend date is {}", frozen.code, frozen.until, frozen.date);
        let finding = Finding::new(facts.path, message);
        let site = facts.codes.iter().find(|site| site.text == frozen.code.0);
        let finding = match site {
            Some(site) => finding.at(site.span, "not traded now"),
            None => finding,
        };
        finding.help(format!("plan again from {}, or narrow `ex_dividend_window`.", frozen.until))
    };
    plan.frozen.iter().map(finding).collect()
}
