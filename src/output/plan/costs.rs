//! What the orders move and what they cost.

use super::figures::{percent, value};
use crate::plan::file::Body;

/// Turnover beside its limit, and the costs.
pub(super) fn costs(body: &Body) -> String {
    let summary = &body.summary;
    let costs = &summary.costs;
    let base = &body.params.currency;
    let figure = |text: &str| value(text, base, !body.before.balances.is_empty());
    let limit =
        body.params.max_turnover.as_ref().map_or(String::new(), |limit| format!(" (at most {})", percent(limit)));
    let conversion =
        costs.conversion.as_ref().map_or_else(String::new, |cost| format!(", conversion {}", figure(cost)));
    format!(
        "Sold {}, bought {}; turnover {}{limit}\nCosts {} {}: commission {}, slippage {}, tax {}{conversion}\n",
        figure(&summary.sold),
        figure(&summary.bought),
        percent(&summary.turnover),
        figure(&costs.total),
        base,
        figure(&costs.commission),
        figure(&costs.slippage),
        figure(&costs.tax)
    )
}
