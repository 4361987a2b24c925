//! What a sale gains and what tax it bears; the tax on the year's gains, and what waiting would save.

use super::figures::{amount, grouped, number};
use crate::output::Paint;
use crate::output::text::wrapped;
use crate::plan::file::{Body, LotSold, Order, YearTax};
use crate::words;

/// The most purchases that are named with an order.
const NAMED: usize = 4;

/// The gain of an order and the purchases it is of; nothing where that is not known.
pub(super) fn order(order: &Order, paint: Paint) -> String {
    let Some(gain) = &order.gain else { return String::new() };
    let class = order.tax_class.as_ref().map_or(String::new(), |class| format!("{class}, "));
    let gained = match gain.strip_prefix('-') {
        Some(loss) => format!("loss {}", grouped(loss)),
        None => format!("gain {}", grouped(gain)),
    };
    let text =
        format!("{gained} ({class}tax {}): {}", amount(&order.tax, order.currency.as_deref()), lots(&order.lots));
    wrapped(&text, "    ", paint.width)
}

fn lots(lots: &[LotSold]) -> String {
    let lot = |lot: &LotSold| match &lot.date {
        Some(date) => format!("{} of {date} cost {}", grouped(&lot.quantity), grouped(&lot.cost)),
        None => format!("at the average, {} cost {}", grouped(&lot.quantity), grouped(&lot.cost)),
    };
    let mut named: Vec<String> = lots.iter().take(NAMED).map(lot).collect();
    if lots.len() > NAMED {
        named.push(format!("{} more", words::count(lots.len() - NAMED, "purchase")));
    }
    named.join(", ")
}

/// The year's tax, and of which day the figures are; nothing where no asset has a tax class.
pub(super) fn tax(body: &Body, paint: Paint) -> String {
    let sells_classed = |order: &Order| order.side == "sell" && order.tax_class.is_some();
    let year = body.summary.tax.as_ref();
    if year.is_none() && !body.orders.iter().any(sells_classed) {
        return String::new();
    }
    let mut text = year.map_or(String::new(), |year| year_tax(body, year, paint));
    let figures = format!("Tax figures are of {}; nothing here is advice.", body.params.taxes.as_of);
    text.push_str(&wrapped(&figures, "", paint.width));
    text
}

fn year_tax(body: &Body, tax: &YearTax, paint: Paint) -> String {
    let currency = &body.params.currency;
    // Losses add to what is free of tax: then more is left than the year began with.
    let (deduction, left) = (number(&tax.deduction), number(&tax.left));
    let free = match left > deduction {
        true => format!(
            "{} {currency} of gains are free of tax, {} of the year and {} for its losses",
            grouped(&tax.left),
            grouped(&tax.deduction),
            grouped(&(left - deduction).normalize().to_string())
        ),
        false => format!("of the {} free of tax {} {currency} are left", grouped(&tax.deduction), grouped(&tax.left)),
    };
    let gains = format!(
        "Overseas gains of {}: {} before, {} by this plan; {free}",
        tax.year,
        grouped(&tax.realised_before),
        grouped(&tax.gains)
    );
    let mut text = wrapped(&gains, "", paint.width);
    for sale in &tax.untold {
        let untold = format!("the log does not say what the sale of {sale} gained: nothing counts as free of tax");
        text.push_str(&wrapped(&untold, "  ", paint.width));
    }
    if let Some(waiting) = &tax.waiting {
        let rate = words::exact_percent(body.params.taxes.overseas_rate.parse().unwrap_or_default());
        let taxed = format!("{} {currency} are taxed: {rate} is {}", grouped(&tax.taxed), grouped(&tax.tax));
        text.push_str(&wrapped(&taxed, "  ", paint.width));
        if number(&waiting.saves).is_zero() {
            return text;
        }
        let until = match &waiting.until {
            Some(day) => format!("{day} (the first session of the year)"),
            None => format!("{}", tax.year + 1),
        };
        let saves = format!(
            "waiting until {until} would save {} {currency}, if they were sold then at the same prices and with no other \
             sales that year",
            grouped(&waiting.saves)
        );
        text.push_str(&wrapped(&saves, "  ", paint.width));
    }
    text
}
