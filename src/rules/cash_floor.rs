//! `cash-floor`: the cash left after all orders and costs is at least the reserve.

use super::{Facts, Setting};
use crate::finding::{Finding, Level};
use crate::words::grouped;

/// Cash below the reserve. Where no order takes any of it, that is worth knowing and nothing that could be refused.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some(plan) = facts.plan else { return Vec::new() };
    if plan.cash_after >= plan.reserve {
        return Vec::new();
    }
    let when = if plan.orders > 0 { " after all orders" } else { "" };
    let [after, reserve] = [plan.cash_after, plan.reserve].map(|amount| grouped(&amount.to_string()));
    let message = format!("cash is {after}{when}, below the reserve of {reserve}");
    let mut finding = Finding::new(plan.path, message)
        .help("the next rebalance restores it; otherwise pay in what is missing, or lower the reserve.");
    if plan.cash_after >= plan.cash_before {
        finding.level = Level::Warning;
    }
    vec![finding]
}
