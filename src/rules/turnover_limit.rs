//! `turnover-limit`: a plan does not trade more of the portfolio than the config allows.

use super::{Facts, Setting};
use crate::config::get;
use crate::finding::Finding;
use crate::money::{WEIGHT_PLACES, scaled, unscaled};
use crate::words::exact_percent;
use rust_decimal::{Decimal, RoundingStrategy};

/// Turnover above `max_turnover`, compared exactly: what is shown is rounded, and decides nothing.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some(plan) = facts.plan else { return Vec::new() };
    let rebalancing = facts.config.portfolio().and_then(|p| get(p.rebalancing.as_ref()));
    let Some(field) = rebalancing.and_then(|r| get(r.constraints.as_ref())?.max_turnover.as_ref()) else {
        return Vec::new();
    };
    let Some(limit) = field.get().map(|limit| limit.decimal()).filter(|limit| exceeds(plan.turnover, *limit)) else {
        return Vec::new();
    };
    let message =
        format!("the plan turns over {}, more than the {} allowed", shown(plan.turnover, limit), exact_percent(limit));
    let finding = Finding::new(facts.path, message).at(field.span, "the limit");
    vec![finding.help("raise `max_turnover`, or rebalance to `destination: band_edge`, which trades less.")]
}

/// Whether a ratio is more than a limit. Figures too large to be compared are.
fn exceeds((traded, whole): (i128, i128), limit: Decimal) -> bool {
    let sides = || {
        let traded = traded.checked_mul(10_i128.pow(WEIGHT_PLACES))?;
        Some(traded > whole.checked_mul(scaled(limit, WEIGHT_PLACES)?)?)
    };
    sides().unwrap_or(true)
}

/// The ratio as a percentage, rounded to two places of a percent, or up with as many as show that it is too much.
fn shown((traded, whole): (i128, i128), limit: Decimal) -> String {
    let ratio = unscaled(traded, 0).and_then(|traded| traded.checked_div(unscaled(whole, 0)?));
    let Some(ratio) = ratio else { return "too much".to_owned() };
    let near = ratio.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero);
    let up = ratio.round_dp_with_strategy(limit.scale(), RoundingStrategy::AwayFromZero);
    exact_percent(if near > limit { near } else { up })
}
