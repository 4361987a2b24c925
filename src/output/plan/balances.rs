//! The cash of each currency, where a plan has several.

use super::figures::{grouped, number, value};
use crate::output::Paint;
use crate::output::text::{fitted, wrapped};
use crate::plan::file::{Balance, Before, Body, Conversion, FxInput, Order};
use rust_decimal::Decimal;

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
        let (was, is) = (grouped(&before.cash), grouped(&after.cash));
        let line = format!("~ cash {} {was}{flow}{} -> {is}", before.currency, converted(body, &before.currency));
        text.push_str(&left(&line, &before.reserve, paint));
    }
    text
}

/// A line of what becomes of cash, with what of it must be left.
pub(super) fn left(line: &str, reserve: &str, paint: Paint) -> String {
    wrapped(&format!("{} (at least {})", paint.yellow(line), grouped(reserve)), "", paint.width)
}

/// What conversions take of a currency, and what they bring of it.
fn converted(body: &Body, currency: &str) -> String {
    let each = body.conversions.iter().filter_map(|one| match currency {
        _ if one.from == currency => Some(format!(" - {}", grouped(&one.amount))),
        _ if one.to == currency => Some(format!(" + {}", grouped(&one.received))),
        _ => None,
    });
    let all: String = each.collect();
    if all.is_empty() { all } else { format!("{all} converted") }
}

/// The conversions in one line each; nothing where nothing is converted.
pub(super) fn conversions(body: &Body, paint: Paint) -> String {
    let base = &body.params.currency;
    let line = |one: &Conversion| {
        let (taken, received) = (grouped(&one.amount), grouped(&one.received));
        let (rate, cost) = (grouped(&rate(one)), value(&one.cost, base, true));
        let line = format!("~ convert {taken} {} to {received} {} at {rate}, costs {cost} {base}", one.from, one.to);
        fitted(&line, "", paint.width).lines().map(|line| paint.yellow(line) + "\n").collect::<String>()
    };
    body.conversions.iter().map(line).collect()
}

/// The rate between two currencies: as it was stated where one of them is the base currency, otherwise how many of the
/// cheaper one of the dearer is, in four decimal places.
fn rate(one: &Conversion) -> String {
    let (from, to) = (number(&one.from_rate), number(&one.to_rate));
    match () {
        () if from == Decimal::ONE => one.to_rate.clone(),
        () if to == Decimal::ONE => one.from_rate.clone(),
        () => {
            let ratio = from.max(to).checked_div(from.min(to)).unwrap_or_default();
            ratio.round_dp(4).normalize().to_string()
        }
    }
}

/// The rate of an order in another currency, and what it is worth; nothing for others.
pub(super) fn worth(order: &Order, base: &str, paint: Paint) -> String {
    let (Some(currency), Some(rate), Some(worth)) = (&order.currency, &order.fx_rate, &order.value) else {
        return String::new();
    };
    let line = format!("worth {} {base}: 1 {currency} is {}", value(worth, base, true), grouped(rate));
    wrapped(&line, "    ", paint.width)
}
