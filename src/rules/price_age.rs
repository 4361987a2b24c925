//! `price-age`: the prices of a plan are no older than the config allows.

use super::common::constraints;
use super::{Facts, Setting};
use crate::finding::Finding;
use crate::words::count;

/// Prices older than `max_price_age`, on the day of the plan or today, whichever is later. What is due is judged by prices
/// as much as orders are, so a plan without orders is no exception.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some(plan) = facts.plan else { return Vec::new() };
    let Some(field) = constraints(facts).and_then(|limits| limits.max_price_age.as_ref()) else { return Vec::new() };
    let Some(limit) = field.get().map(|limit| i64::from(limit.0)) else { return Vec::new() };
    let (of, today) = (plan.holdings.as_of, facts.today());
    let (when, day) = if plan.as_of >= today { ("on the day of the plan", plan.as_of) } else { ("today", today) };
    let age = (day - of).num_days();
    if age <= limit {
        return Vec::new();
    }
    let days = count(usize::try_from(age).unwrap_or(usize::MAX), "day");
    let message = format!("the prices of {of} are {days} old {when}, more than the {limit} allowed");
    vec![
        Finding::new(facts.path, message)
            .at(field.span, "the limit")
            .help("put the prices of today and their date into the holdings and plan again, or raise `max_price_age`."),
    ]
}
