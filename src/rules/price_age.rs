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
    // Exchange rates are prices: the older of the two counts.
    let (what, of) = match plan.fx_as_of {
        Some(day) if day < plan.holdings.as_of => ("exchange rates", day),
        _ => ("prices", plan.holdings.as_of),
    };
    let today = facts.today();
    let (when, day) = if plan.as_of >= today { ("on the day of the plan", plan.as_of) } else { ("today", today) };
    let age = (day - of).num_days();
    if age <= limit {
        return Vec::new();
    }
    let days = count(usize::try_from(age).unwrap_or(usize::MAX), "day");
    let message = format!("the {what} of {of} are {days} old {when}, more than the {limit} allowed");
    vec![Finding::new(facts.path, message).at(field.span, "the limit").help(match what {
        "prices" => {
            "put the prices of today and their date into the holdings and plan again, or raise `max_price_age`."
        }
        _ => "put the rates of today and their date into fx.yaml and plan again, or raise `max_price_age`.",
    })]
}
