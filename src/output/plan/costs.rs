//! What the orders move and what they cost.

use super::figures::{number, percent, value};
use crate::output::Paint;
use crate::output::text::wrapped;
use crate::plan::file::Body;
use crate::words::{exact_percent, percent_beside};
use rust_decimal::Decimal;

/// Turnover beside its limit, and the costs.
pub(super) fn costs(body: &Body, paint: Paint) -> String {
    let summary = &body.summary;
    let costs = &summary.costs;
    let base = &body.params.currency;
    let figure = |text: &str| value(text, base, !body.before.balances.is_empty());
    let turnover = match &body.params.max_turnover {
        Some(limit) => {
            let limit = number(limit);
            format!("{} (at most {})", percent_beside(turnover(body), limit), exact_percent(limit))
        }
        None => percent(&summary.turnover),
    };
    let conversion =
        costs.conversion.as_ref().map_or_else(String::new, |cost| format!(", conversion {}", figure(cost)));
    let traded = format!("Sold {}, bought {}; turnover {turnover}", figure(&summary.sold), figure(&summary.bought));
    let costs = format!(
        "Costs {} {}: commission {}, slippage {}, tax {}{conversion}",
        figure(&costs.total),
        base,
        figure(&costs.commission),
        figure(&costs.slippage),
        figure(&costs.tax)
    );
    wrapped(&traded, "", paint.width) + &wrapped(&costs, "", paint.width)
}

/// The turnover with all its digits: what the plan has is rounded, and may look as if it were at its limit.
fn turnover(body: &Body) -> Decimal {
    let summary = &body.summary;
    let exact = || {
        let total = number(&body.before.total);
        let whole = total.max(total.checked_add(number(&summary.cash_flow))?);
        let traded = number(&summary.sold).checked_add(number(&summary.bought))?;
        traded.checked_div(whole.checked_mul(Decimal::TWO)?)
    };
    exact().unwrap_or_else(|| number(&summary.turnover))
}
