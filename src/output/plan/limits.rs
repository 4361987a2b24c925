//! The limits of the config beside the figures they are about, kept or not.

use super::figures::{grouped, number};
use crate::config::Currency;
use crate::output::Paint;
use crate::output::text::wrapped;
use crate::plan::file::Body;
use crate::words::{amount_beside, count};
use chrono::NaiveDate;

/// A line of the limits that are set, and the blank line after it and the costs; turnover and cash stand beside theirs.
pub(super) fn limits(body: &Body, paint: Paint) -> String {
    let mut kept = Vec::new();
    if let Some(most) = body.params.max_orders {
        kept.push(format!("{} of at most {most}", count(body.orders.len(), "order")));
    }
    if let Some(most) = &body.params.max_order_amount {
        let base = Currency::parse(&body.params.currency).filter(|_| !body.before.balances.is_empty());
        let largest = amount_beside(number(&body.summary.largest_order), number(most), base.map(Currency::places));
        kept.push(format!("largest order {largest} of at most {}", grouped(most)));
    }
    if let Some(most) = body.params.max_price_age {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
        let rates = body.inputs.fx.as_ref().map(|fx| day(&fx.as_of));
        let of = rates.into_iter().fold(day(&body.inputs.data_as_of), NaiveDate::min);
        let age = (day(&body.inputs.as_of) - of).num_days();
        let age = count(usize::try_from(age).unwrap_or_default(), "day");
        // The check looks at the day of the plan or today, whichever is later.
        let judged = body.checks.iter().any(|check| check.rule == "price-age");
        let when = if judged { format!(" on {}", body.inputs.as_of) } else { String::new() };
        kept.push(format!("prices {age} old{when} of at most {most}"));
    }
    let mut text = match kept.is_empty() {
        true => String::new(),
        false => wrapped(&format!("Limits: {}", kept.join("; ")), "", paint.width),
    };
    if !text.is_empty() || !body.is_idle() {
        text.push('\n');
    }
    text
}
