//! What the orders move and what they cost.

use super::figures::{grouped, percent};
use crate::plan::file::Body;

/// Turnover beside its limit, and the costs.
pub(super) fn costs(body: &Body) -> String {
    let summary = &body.summary;
    let costs = &summary.costs;
    let limit =
        body.params.max_turnover.as_ref().map_or(String::new(), |limit| format!(" (at most {})", percent(limit)));
    format!(
        "Sold {}, bought {}; turnover {}{limit}\nCosts {} {}: commission {}, slippage {}, tax {}\n",
        grouped(&summary.sold),
        grouped(&summary.bought),
        percent(&summary.turnover),
        grouped(&costs.total),
        body.params.currency,
        grouped(&costs.commission),
        grouped(&costs.slippage),
        grouped(&costs.tax)
    )
}
