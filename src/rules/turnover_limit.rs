//! `turnover-limit`: a plan does not trade more of the portfolio than the config allows.

use super::common::{compare, constraints, shown_above};
use super::{Facts, Setting};
use crate::finding::Finding;
use crate::words::exact_percent;
use std::cmp::Ordering;

/// Turnover above `max_turnover`, compared exactly: what is shown is rounded, and decides nothing.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some(plan) = facts.plan else { return Vec::new() };
    let Some(field) = constraints(facts).and_then(|limits| limits.max_turnover.as_ref()) else { return Vec::new() };
    let Some(limit) = field.get().map(|limit| limit.decimal()) else { return Vec::new() };
    // Figures too large to be compared are too much.
    if compare(plan.turnover, limit).is_some_and(Ordering::is_le) {
        return Vec::new();
    }
    let message = format!(
        "the plan turns over {}, more than the {} allowed",
        shown_above(plan.turnover, limit),
        exact_percent(limit)
    );
    let finding = Finding::new(facts.path, message).at(field.span, "the limit");
    vec![finding.help("raise `max_turnover`, or rebalance to `destination: band_edge`, which trades less.")]
}
