//! `order-size`: no order of a plan is larger than the config allows.

use super::common::constraints;
use super::{Facts, Setting};
use crate::config::get;
use crate::finding::Finding;
use crate::words::{amount_beside, grouped};

/// The largest order above `max_order_amount`.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some((plan, largest)) = facts.plan.and_then(|plan| Some((plan, plan.largest?))) else { return Vec::new() };
    let Some(field) = constraints(facts).and_then(|limits| limits.max_order_amount.as_ref()) else { return Vec::new() };
    let Some(limit) = field.get().map(|limit| limit.0).filter(|limit| largest.amount > *limit) else {
        return Vec::new();
    };
    let verb = if largest.sells { "sells" } else { "buys" };
    let base = facts.config.portfolio().and_then(|portfolio| get(portfolio.base_currency.as_ref()));
    let places = base.filter(|_| plan.fx_as_of.is_some()).map(|base| base.currency().places());
    let amount = amount_beside(largest.amount.decimal(), limit.decimal(), places);
    let limit = grouped(&limit.to_string());
    let message = format!("an order {verb} {amount} of {}, more than the {limit} allowed", largest.code);
    vec![Finding::new(facts.path, message).at(field.span, "the limit").help(
        "look at its price and quantity; if they are right, raise `max_order_amount`, or rebalance to `destination: \
         band_edge`, which trades less.",
    )]
}
