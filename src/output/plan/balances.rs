//! The cash of each currency, where a plan has several.

use super::figures::{grouped, value};
use crate::output::Paint;
use crate::output::text::wrapped;
use crate::plan::file::{Balance, Before, Body, FxInput, Order};

/// The cash of each currency in one line each, with its rate; nothing where one currency is all.
pub(in crate::output) fn balances(before: &Before, fx: Option<&FxInput>, base: &str, paint: Paint) -> String {
    let line = |balance: &Balance| {
        let cash = format!("cash {} {}", balance.currency, grouped(&balance.cash));
        let rate = fx.and_then(|fx| Some((fx, fx.rates.iter().find(|one| one.currency == balance.currency)?)));
        let line = match rate {
            Some((fx, one)) => {
                let worth = value(&balance.value, base, true);
                format!("{cash} at {} of {} is {worth} {base}", grouped(&one.rate), fx.as_of)
            }
            None => cash,
        };
        wrapped(&line, "  ", paint.width)
    };
    before.balances.iter().map(line).collect()
}

/// What becomes of the cash of each currency.
pub(super) fn after(body: &Body, paint: Paint) -> String {
    let mut text = String::new();
    for (before, after) in body.before.balances.iter().zip(&body.after.balances) {
        let own = body.asked.currency.as_deref().unwrap_or(&body.params.currency) == before.currency;
        let flow = match (own, &body.asked.deposit, &body.asked.withdrawal) {
            (true, Some(paid), _) => format!(" + {} deposited", grouped(paid)),
            (true, None, Some(taken)) => format!(" - {} withdrawn", grouped(taken)),
            _ => String::new(),
        };
        let line = format!("~ cash {} {}{flow} -> {}", before.currency, grouped(&before.cash), grouped(&after.cash));
        text.push_str(&paint.yellow(line));
        text.push_str(&format!(" (at least {})\n", grouped(&before.reserve)));
    }
    text
}

/// The rate of an order in another currency, and what it is worth; nothing for others.
pub(super) fn worth(order: &Order, base: &str, paint: Paint) -> String {
    let (Some(currency), Some(rate), Some(worth)) = (&order.currency, &order.fx_rate, &order.value) else {
        return String::new();
    };
    let line = format!("worth {} {base}: 1 {currency} is {}", value(worth, base, true), grouped(rate));
    wrapped(&line, "    ", paint.width)
}
