//! `order-count`: a plan has no more orders than the config allows.

use super::common::constraints;
use super::{Facts, Setting};
use crate::finding::Finding;
use crate::words::count;

/// More orders than `max_orders`.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some(plan) = facts.plan else { return Vec::new() };
    let Some(field) = constraints(facts).and_then(|limits| limits.max_orders.as_ref()) else { return Vec::new() };
    let Some(limit) = field.get().map(|limit| limit.0).filter(|limit| plan.orders > *limit as usize) else {
        return Vec::new();
    };
    let message = format!("the plan has {}, more than the {limit} allowed", count(plan.orders, "order"));
    vec![
        Finding::new(facts.path, message)
            .at(field.span, "the limit")
            .help("raise `max_orders`, or `min_trade_amount`, so that small orders fall away."),
    ]
}
