//! `cash-at-least`: the config keeps a reserve, and a plan leaves cash, as the owner wants.

use super::common::{compare, shown_below};
use super::{Facts, Setting};
use crate::config::{Amount, Field, get};
use crate::finding::{Finding, Level};
use crate::money::Money;
use crate::policy::{Kind, Parameter};
use crate::schema::Issue;
use crate::words::exact_percent;
use std::cmp::Ordering;

/// The limits.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "amount",
        kind: Kind::Amount,
        meaning: "the reserve of the config, the larger of `cash.reserve` and `cash_reserve`, is at least this",
    },
    Parameter {
        name: "share",
        kind: Kind::Weight,
        meaning: "cash is at least this of positions and cash together after the orders of a plan",
    },
];

/// The keys that lead to a reserve.
const KEYS: [&str; 5] = ["cash", "reserve", "rebalancing", "constraints", "cash_reserve"];

/// A reserve that is too small, and a plan that leaves too little.
pub(super) fn check(facts: &Facts<'_>, setting: &Setting) -> Vec<Finding> {
    small_reserve(facts, setting).into_iter().chain(little_left(facts, setting)).collect()
}

fn small_reserve(facts: &Facts<'_>, setting: &Setting) -> Option<Finding> {
    let least = setting.amount("amount")?;
    let portfolio = facts.config.portfolio()?;
    // What cannot be read, or is misspelt, may hold the reserve; the schema says what is wrong with it.
    let cash = portfolio.cash.as_ref().map(|field| field.get().ok_or(())).transpose().ok()?;
    let rebalancing = portfolio.rebalancing.as_ref().map(|field| field.get().ok_or(())).transpose().ok()?;
    let constraints = rebalancing.and_then(|rebalancing| rebalancing.constraints.as_ref());
    let constraints = constraints.map(|field| field.get().ok_or(())).transpose().ok()?;
    let fields = [cash.and_then(|c| c.reserve.as_ref()), constraints.and_then(|c| c.cash_reserve.as_ref())];
    let meant = |issue: &Issue| issue.means.as_deref().is_some_and(|key| KEYS.contains(&key));
    if fields.iter().flatten().any(|field| field.get().is_none()) || facts.issues.iter().any(meant) {
        return None;
    }
    let amount = |field: &&Field<Amount>| get(Some(field)).map_or(Money::ZERO, |amount| amount.0);
    let largest = fields.into_iter().flatten().max_by_key(amount);
    let there = largest.as_ref().map_or(Money::ZERO, amount);
    if facts.reading.cut() || there >= least {
        return None;
    }
    let finding = Finding::new(facts.path, format!("the reserve is {there}, less than the {least} wanted"));
    let label = format!("at least {least}");
    let finding = match largest.map(|field| field.span).or_else(|| facts.key(&["portfolio", "cash"])) {
        Some(span) => finding.at(span, label),
        None => finding,
    };
    let help =
        format!("write `cash: {{ reserve: {least} }}` under `portfolio`, or lower `amount` in {}.", setting.file());
    Some(finding.help(help))
}

/// Without orders that is worth knowing and nothing that could be refused.
fn little_left(facts: &Facts<'_>, setting: &Setting) -> Option<Finding> {
    let (plan, least) = (facts.plan?, setting.fraction("share")?);
    // Figures too large to be compared are not enough.
    if compare(plan.cash_share, least).is_some_and(Ordering::is_ge) {
        return None;
    }
    let when = if plan.orders > 0 { " after all orders" } else { "" };
    let there = shown_below(plan.cash_share, least);
    let message = format!("cash is {there} of the portfolio{when}, less than the {} wanted", exact_percent(least));
    let mut finding = Finding::new(plan.path, message).help(format!(
        "raise `cash.reserve` in {}, pay in, or lower `share` in {}.",
        facts.path,
        setting.file()
    ));
    if plan.orders == 0 {
        finding.level = Level::Warning;
    }
    Some(finding)
}
