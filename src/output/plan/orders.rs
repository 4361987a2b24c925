//! The orders, a reason a line, and what they leave of the cash.

use super::figures::{amount, grouped, percent, short_percent};
use super::{balances, tax};
use crate::output::Paint;
use crate::output::text::{fitted, visible, wrapped};
use crate::plan::file::{Body, Order};
use crate::words::count;

/// The orders, the cash beside its limit, and how many assets stay as they are.
pub(super) fn orders(body: &Body, paint: Paint) -> String {
    let heading = match body.orders.len() {
        0 => "No orders:".to_owned(),
        n => format!("{}:", count(n, "order")),
    };
    let mut text = paint.bold(heading) + "\n";
    let flow = match body.summary.cash_flow.as_str() {
        "0" => String::new(),
        flow => match flow.strip_prefix('-') {
            Some(amount) => format!(" - {} withdrawn", grouped(amount)),
            None => format!(" + {} deposited", grouped(flow)),
        },
    };
    let (sells, buys): (Vec<&Order>, Vec<&Order>) = body.orders.iter().partition(|order| order.side == "sell");
    let draw = |order: &Order| one_order(order, &body.params.currency, paint);
    text.extend(sells.into_iter().map(draw));
    text.push_str(&balances::conversions(body, paint));
    text.extend(buys.into_iter().map(draw));
    if body.before.balances.is_empty() {
        let (before, after) = (&body.summary.cash_before, &body.summary.cash_after);
        let line = format!("~ cash {}{flow} -> {}", grouped(before), grouped(after));
        text.push_str(&balances::left(&line, &body.params.reserve, paint));
    } else {
        text.push_str(&balances::after(body, paint));
    }
    if body.params.deploy_cash {
        text.push_str("    spent above that, counted as an asset whose target is 0\n");
    }
    let unchanged = body.before.assets.len().saturating_sub(body.orders.len());
    if unchanged > 0 {
        let floor = match body.params.min_trade_amount.as_str() {
            "0" => String::new(),
            floor => format!(" (no order below {})", grouped(floor)),
        };
        text.push_str(&wrapped(&format!("{} unchanged{floor}", count(unchanged, "asset")), "  ", paint.width));
    }
    text + "\n"
}

fn one_order(order: &Order, base: &str, paint: Paint) -> String {
    let sells = order.side == "sell";
    let currency = order.currency.as_deref();
    let sign = if sells { "-" } else { "+" };
    let line = format!(
        "{sign} {} {} x {} {} at {} = {}",
        order.side,
        order.quantity,
        order.code,
        visible(&order.ticker),
        grouped(&order.price),
        amount(&order.amount, currency)
    );
    let paints = |line: &str| if sells { paint.red(line) } else { paint.green(line) } + "\n";
    let line: String = fitted(&line, "", paint.width).lines().map(paints).collect();
    let weight = format!(
        "{} -> {} (target {}, band {} to {}), limit price {}",
        percent(&order.weight.before),
        percent(&order.weight.after),
        percent(&order.weight.target),
        short_percent(&order.weight.min),
        short_percent(&order.weight.max),
        grouped(&order.limit_price)
    );
    let (weight, reason) = (wrapped(&weight, "    ", paint.width), wrapped(&order.reason, "    ", paint.width));
    let worth = balances::worth(order, base, paint);
    format!("{line}{worth}{weight}{reason}{}", tax::order(order, paint))
}
