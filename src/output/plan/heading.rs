//! The plan's head: what the portfolio is worth, and on which day.

use super::balances::balances;
use super::figures::value;
use crate::output::Paint;
use crate::output::text::wrapped;
use crate::plan::file::Body;
use crate::words::{count, short};

/// The day, the total and the cash.
pub(super) fn heading(body: &Body, paint: Paint) -> String {
    let currency = &body.params.currency;
    let figure = |text: &str| value(text, currency, !body.before.balances.is_empty());
    let total = figure(&body.before.total);
    let outside = match body.before.outside.len() {
        0 => String::new(),
        n => format!(", {} kept outside", count(n, "holding")),
    };
    let title = paint.bold(format!("Portfolio on {}: {total} {currency}", body.inputs.as_of));
    let excluded = match body.before.excluded.as_str() {
        "0" => String::new(),
        part if part == body.before.cash => ", left out".to_owned(),
        part => format!(", {} of it left out", figure(part)),
    };
    let account = body
        .inputs
        .broker
        .as_ref()
        .map_or_else(String::new, |broker| format!(", of account {} at {}", short(&broker.account), broker.name));
    let line = format!("{title} (cash {}{excluded}{outside}{account})", figure(&body.before.cash));
    let cash = balances(&body.before, body.inputs.fx.as_ref(), currency, paint);
    wrapped(&line, "", paint.width) + &cash + "\n"
}
