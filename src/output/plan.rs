//! A plan for people: the drift, why a rebalance is due, the orders with their reasons, costs, the weights after, and
//! the next command. Drawn from the file alone, so that any plan can be shown at any time.

use super::Paint;
use super::text::{help, wrapped};
use crate::plan::file::{Body, Order};
use crate::plan::{PlanFile, Status};
use crate::words::{self, count};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

/// What the reader can do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next<'a> {
    /// The plan was only printed: this command, with `-o plan.json`, saves it.
    Save {
        /// The options this plan was made with, each after a space.
        plan: &'a str,
        /// Those of them that `apply` needs too.
        apply: &'a str,
    },
    /// The plan is in this file.
    Apply(&'a str),
}

/// Draws a plan, complete with its final newline.
#[must_use]
pub fn draw(plan: &PlanFile, next: Next<'_>, paint: Paint) -> String {
    let body = &plan.body;
    let mut text = heading(body, paint);
    text.push_str(&drift(body, paint));
    text.push_str(&trigger(body, paint));
    text.push_str(&left_alone(body));
    if !body.orders.is_empty() {
        text.push_str(&orders(body, paint));
        text.push_str(&costs(body));
        text.push_str(&after(body, paint));
    }
    text.push_str(&checks(body, paint));
    text.push_str(&closing(plan, next, paint));
    text
}

fn heading(body: &Body, paint: Paint) -> String {
    let currency = &body.params.currency;
    let total = grouped(&body.before.total);
    let outside = match body.before.outside.len() {
        0 => String::new(),
        n => format!(", {} kept outside", count(n, "holding")),
    };
    let title = paint.bold(format!("Portfolio on {}: {total} {currency}", body.inputs.as_of));
    format!("{title} (cash {}{outside})\n\n", grouped(&body.before.cash))
}

/// The column of names: the only one that may be broken.
const ASSET_COLUMN: usize = 1;

fn table(paint: Paint, header: &[&str], numbers_from: usize) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_header(header.to_vec());
    table.set_width(u16::try_from(paint.width).unwrap_or(80));
    for (i, column) in table.column_iter_mut().enumerate() {
        column.set_padding((if i == 0 { 2 } else { 0 }, 2));
        if i >= numbers_from {
            column.set_cell_alignment(CellAlignment::Right);
        }
        if i != ASSET_COLUMN {
            column.set_constraint(ColumnConstraint::ContentWidth); // a figure broken in two is another figure
        }
    }
    table
}

fn finish(table: &Table) -> String {
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn drift(body: &Body, paint: Paint) -> String {
    let mut table = table(paint, &["code", "asset", "weight", "target", "drift", "band", ""], 2);
    for asset in &body.before.assets {
        let breach = match asset.breach.as_deref() {
            None => "",
            Some("threshold") => "over threshold",
            Some("below-band") => "below band",
            Some(_) => "above band",
        };
        let band = format!("{}-{} %", short_percent(&asset.min), short_percent(&asset.max));
        table.add_row([
            asset.code.clone(),
            asset.ticker.clone(),
            percent(&asset.weight),
            percent(&asset.target),
            points(&asset.drift),
            band,
            breach.to_owned(),
        ]);
    }
    finish(&table) + "\n"
}

fn trigger(body: &Body, paint: Paint) -> String {
    let fired = match &body.trigger.fired {
        Some(cause) => paint.bold(format!("A rebalance is due ({cause}):")),
        None => paint.bold("No rebalance is due:"),
    };
    let mut text = fired + "\n";
    for why in &body.trigger.why {
        text.push_str(&wrapped(why, "  ", paint.width));
    }
    if let Some(next) = &body.trigger.next {
        text.push_str(&format!("  the next scheduled date is {next}\n"));
    }
    text + "\n"
}

fn left_alone(body: &Body) -> String {
    let alone = body.before.assets.iter().filter_map(|asset| Some((&asset.code, asset.left_alone.as_ref()?)));
    let text: String = alone.map(|(code, why)| format!("  {code}: {why}\n")).collect();
    if text.is_empty() { text } else { format!("Left alone:\n{text}\n") }
}

fn orders(body: &Body, paint: Paint) -> String {
    let mut text = paint.bold(format!("{}:", count(body.orders.len(), "order"))) + "\n";
    for order in &body.orders {
        text.push_str(&one_order(order, paint));
    }
    let (before, after) = (&body.summary.cash_before, &body.summary.cash_after);
    text.push_str(&paint.yellow(format!("~ cash {} -> {}", grouped(before), grouped(after))));
    text.push_str(&format!(" (at least {})\n", grouped(&body.params.reserve)));
    let unchanged = body.before.assets.len().saturating_sub(body.orders.len());
    if unchanged > 0 {
        let floor = grouped(&body.params.min_trade_amount);
        text.push_str(&format!("  {} unchanged (no order below {floor})\n", count(unchanged, "asset")));
    }
    text + "\n"
}

fn one_order(order: &Order, paint: Paint) -> String {
    let sells = order.side == "sell";
    let sign = if sells { "-" } else { "+" };
    let line = format!(
        "{sign} {} {} x {} {} at {} = {}",
        order.side,
        order.quantity,
        order.code,
        order.ticker,
        grouped(&order.price),
        grouped(&order.amount)
    );
    let line = if sells { paint.red(line) } else { paint.green(line) };
    let weight = format!(
        "{} -> {} (target {}, band {} to {}), limit price {}",
        percent(&order.weight.before),
        percent(&order.weight.after),
        percent(&order.weight.target),
        short_percent(&order.weight.min),
        short_percent(&order.weight.max),
        grouped(&order.limit_price)
    );
    format!("{line}\n{}{}", wrapped(&weight, "    ", paint.width), wrapped(&order.reason, "    ", paint.width))
}

fn costs(body: &Body) -> String {
    let summary = &body.summary;
    let costs = &summary.costs;
    let limit =
        body.params.max_turnover.as_ref().map_or(String::new(), |limit| format!(" (at most {})", percent(limit)));
    format!(
        "Sold {}, bought {}; turnover {}{limit}\nCosts {} {}: commission {}, slippage {}, tax {}\n\n",
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

fn after(body: &Body, paint: Paint) -> String {
    let title =
        format!("After: {} {} (cash {})", grouped(&body.after.total), body.params.currency, grouped(&body.after.cash));
    let mut table = table(paint, &["code", "asset", "shares", "weight", "target", "drift"], 2);
    for (before, after) in body.before.assets.iter().zip(&body.after.assets) {
        table.add_row([
            after.code.clone(),
            before.ticker.clone(),
            grouped(&after.quantity),
            percent(&after.weight),
            percent(&before.target),
            points(&after.drift),
        ]);
    }
    let proof = if body.summary.proven {
        let better =
            if body.params.destination == "target" { "come closer to the targets" } else { "trade less to get there" };
        format!("Proven: no other whole-share orders within these limits {better}.")
    } else {
        format!(
            "Not proven: some other orders might be closer, by at most {} of {}.",
            body.summary.gap, body.summary.objective
        )
    };
    format!("{}\n\n{}\n{}\n", paint.bold(title), finish(&table), wrapped(&proof, "", paint.width))
}

fn checks(body: &Body, paint: Paint) -> String {
    let mut text = String::new();
    for check in &body.checks {
        if let Some(reason) = &check.suppressed {
            let said = format!("suppressed[{}]: {}", check.rule, check.message);
            text.push_str(&wrapped(&said, "", paint.width));
            text.push_str(&wrapped(&format!("reason: {reason}"), "  ", paint.width));
            continue;
        }
        let word = match check.level.as_str() {
            "error" => paint.red("error"),
            "warning" => paint.yellow("warning"),
            other => other.to_owned(),
        };
        text.push_str(&wrapped(&format!("{word}[{}]: {}", check.rule, check.message), "", paint.width));
        text.extend(check.help.iter().map(|text| help(text, paint.width)));
    }
    for given in &body.overrides {
        let short = given.commit.get(..7).unwrap_or(&given.commit);
        text.push_str(&wrapped(&format!("override in commit {short}: {}", given.reason), "", paint.width));
    }
    if text.is_empty() { text } else { text + "\n" }
}

fn closing(plan: &PlanFile, next: Next<'_>, paint: Paint) -> String {
    let last = match (plan.body.status, next) {
        (Status::Complete, _) if plan.body.trigger.fired.is_some() => {
            "Nothing to do: no order is worth placing.".to_owned()
        }
        (Status::Complete, _) => "Nothing to do.".to_owned(),
        (Status::Errored, _) => paint.red("This plan cannot be applied: see the errors above."),
        (Status::Applyable, Next::Save { plan, apply }) => {
            format!("Next: rebalance plan{plan} -o plan.json && rebalance apply plan.json{apply}")
        }
        (Status::Applyable, Next::Apply(file)) => format!("Next: rebalance apply {file}"),
    };
    let id = plan.plan_id.get(..12).unwrap_or(&plan.plan_id);
    format!("{}\n{last}\n", paint.dim(format!("Plan {id} ({})", plan.body.status)))
}

/// `1234567.5` as `1,234,567.5`.
#[must_use]
pub fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    fraction.map_or(format!("{sign}{grouped}"), |fraction| format!("{sign}{grouped}.{fraction}"))
}

fn number(text: &str) -> rust_decimal::Decimal {
    text.parse().unwrap_or_default()
}

/// `0.381819` as `38.18 %`.
fn percent(fraction: &str) -> String {
    words::percent(number(fraction))
}

/// `0.30` as `30`, for bands.
fn short_percent(fraction: &str) -> String {
    words::exact_percent(number(fraction)).trim_end_matches(" %").to_owned()
}

/// `0.031819` as `+3.18`.
fn points(fraction: &str) -> String {
    words::points(number(fraction))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_drawn_for_people() {
        assert_eq!(grouped("10999975"), "10,999,975");
        assert_eq!(grouped("-1234.5"), "-1,234.5");
        assert_eq!(grouped("999"), "999");
        assert_eq!(percent("0.381819"), "38.18 %");
        assert_eq!(short_percent("0.30"), "30");
        assert_eq!(points("-0.004546"), "-0.45");
    }
}
