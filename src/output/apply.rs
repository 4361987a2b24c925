//! Applying for people: each order as it happens, what it came to, and every refusal with its remedy.
//!
//! What a broker says comes from strangers: it is on one line, and nothing in it moves a cursor.

use super::plan::{amount, grouped};
use super::text::{flat, help, short_hashes, wrapped};
use super::{Format, Paint};
use crate::apply::{Step, Stopped, Summary};
use crate::gate::Refusal;
use crate::plan::PlanFile;
use crate::trade::{Kind, Side, kind};
use crate::words::{count, short};
use serde::Serialize;

/// What `verify` prints when every check passed.
#[must_use]
pub fn verified(plan: &PlanFile, file: &str, format: Format, paint: Paint) -> String {
    #[derive(Serialize)]
    struct Verified<'a> {
        format_version: &'static str,
        event: &'static str,
        plan_id: &'a str,
        orders: usize,
    }
    let orders = plan.body.orders.len();
    match format {
        Format::Json => {
            let line = Verified { format_version: "1.0", event: "verified", plan_id: &plan.plan_id, orders };
            serde_json::to_string(&line).unwrap_or_default() + "\n"
        }
        _ => {
            let id = short(&plan.plan_id);
            let orders = count(orders, "order");
            format!(
                "{} plan {id} still matches and may be applied ({orders})\nNext: rebalance apply {file}\n",
                paint.green("ok:")
            )
        }
    }
}

/// Lines of a difference that are shown to people.
const SHOWN_LINES: usize = 30;

/// Every refusal, with its remedy and what differs.
#[must_use]
pub fn refused(refusals: &[Refusal], paint: Paint) -> String {
    let mut text = String::new();
    for refusal in refusals {
        let title = format!(
            "{} {}",
            paint.red(format!("refused[{}]:", refusal.word())),
            short_hashes(&flat(&refusal.to_string()))
        );
        text.push_str(&wrapped(&title, "", paint.width));
        if let Refusal::Differs { diff } = refusal {
            text.push_str(&difference(diff, paint));
        }
        text.extend(refusal.remedy().iter().map(|remedy| help(remedy, paint.width)));
    }
    text + &format!("{}, nothing was executed.\n", count(refusals.len(), "refusal"))
}

fn difference(diff: &str, paint: Paint) -> String {
    let colored = |line: &str| match line.chars().next() {
        Some('-') => paint.red(line),
        Some('+') => paint.green(line),
        _ => line.to_owned(),
    };
    let lines: Vec<&str> = diff.lines().collect();
    let shown: String = lines.iter().take(SHOWN_LINES).map(|line| format!("  {}\n", colored(line))).collect();
    match lines.len().saturating_sub(SHOWN_LINES) {
        0 => shown,
        more => shown + &format!("  and {} (all of them: --format json)\n", count(more, "more line")),
    }
}

/// A step, as it happens. What the summary says is drawn at the end.
#[must_use]
pub fn step(step: &Step, paint: Paint) -> String {
    match step {
        Step::Intent { side, code, ticker, quantity, price, attempt, .. } => {
            let again = if *attempt > 1 { format!(" (attempt {attempt})") } else { String::new() };
            let line = |word: &str| format!("{word} {quantity} x {code} {ticker} at {}{again}", grouped(price));
            match side {
                Side::Sell => paint.red(line("- sell")) + "\n",
                Side::Buy => paint.green(line("+ buy")) + "\n",
            }
        }
        Step::Fill(fill) => format!(
            "    filled at {} = {}; commission {}, slippage {}, tax {}\n",
            grouped(&fill.price),
            amount(&fill.amount, fill.currency.as_deref()),
            grouped(&fill.commission),
            grouped(&fill.slippage),
            grouped(&fill.tax)
        ),
        Step::Transfer { amount: moved, currency, .. } => match moved.strip_prefix('-') {
            Some(taken) => paint.red(format!("- withdraw {}", amount(taken, currency.as_deref()))) + "\n",
            None => paint.green(format!("+ deposit {}", amount(moved, currency.as_deref()))) + "\n",
        },
        Step::Convert { from, to, amount: taken, fee, received, .. } => {
            let line = format!("~ convert {} {from} to {} {to}", grouped(taken), grouped(received));
            format!("{}\n    of that {} {from} for the bank\n", paint.yellow(line), grouped(fee))
        }
        Step::Unknown { order, reason, .. } => {
            format!("    {} {order}: {}\n", paint.yellow("looking for"), flat(reason))
        }
        Step::Cancel { order, reason } => format!("    cancelling what is left of {order}: {reason}\n"),
        Step::Done { order, end } if !end.is_filled() => format!("    {order}: {}\n", paint.yellow(end.word())),
        Step::Failed { order, reason } => format!("    {} {order}: {}\n", paint.red("not executed:"), flat(reason)),
        Step::Ack { .. }
        | Step::Transferred { .. }
        | Step::Converted { .. }
        | Step::Done { .. }
        | Step::Refusal { .. }
        | Step::Summary(_) => String::new(),
    }
}

/// `deposited 500,000`, `withdrew 2,000,000`.
pub(super) fn moved(flow: &str, currency: Option<&str>) -> String {
    match flow.strip_prefix('-') {
        Some(taken) => format!("withdrew {}", amount(taken, currency)),
        None => format!("deposited {}", amount(flow, currency)),
    }
}

/// What an apply came to.
#[must_use]
pub fn applied(summary: &Summary, broker: &str, holdings: &str, journal: &str, paint: Paint) -> String {
    let id = short(&summary.plan_id);
    let log = std::path::Path::new(holdings).with_file_name("rebalance_log.jsonl");
    let log = log.display();
    let of = |wanted: Kind| summary.done.iter().filter(|id| kind(id) == wanted).count();
    let (orders, converted) = (of(Kind::Order), of(Kind::Conversion));
    let converted = if converted == 0 { String::new() } else { format!(", {}", count(converted, "conversion")) };
    let flow = match summary.cash_flow.as_str() {
        "0" => converted,
        flow => format!("{converted}, {}", moved(flow, summary.cash_flow_currency.as_deref())),
    };
    let done = format!(
        "{} plan {id} by the {broker} broker: {}{flow}, sold {}, bought {}, costs {}",
        paint.green("applied:"),
        count(orders, "order"),
        grouped(&summary.sold),
        grouped(&summary.bought),
        grouped(&summary.costs)
    );
    let short = unfinished(summary, paint);
    let next = format!("Next: git add {holdings} {log} {journal} && git commit -m 'Rebalance'");
    format!("\n{}{short}{next}\n", wrapped(&done, "", paint.width))
}

/// The orders of which not all was executed, though the plan is at its end.
fn unfinished(summary: &Summary, paint: Paint) -> String {
    let unfilled = summary
        .unfilled
        .iter()
        .map(|order| format!("{} ({} of {}, {})", order.order, order.executed, order.planned, order.end.word()));
    let failed = summary.failed.iter().map(|failed| format!("{} (not executed)", failed.order));
    let never = summary.not_started.iter().map(|order| format!("{order} (not begun)"));
    let orders: Vec<String> = unfilled.chain(failed).chain(never).collect();
    if orders.is_empty() {
        return String::new();
    }
    let said = format!("{} not all was executed: {}", paint.yellow("in part:"), orders.join(", "));
    let help = "help: what is left is planned anew: rebalance plan -o plan.json";
    wrapped(&said, "", paint.width) + &wrapped(help, "  ", paint.width)
}

/// Why an apply stopped, what became of every order, and what to do.
#[must_use]
pub fn stopped(stopped: &Stopped, paint: Paint) -> String {
    let summary = &stopped.summary;
    let mut text =
        wrapped(&format!("{} {}", paint.red("stopped:"), short_hashes(&flat(&stopped.to_string()))), "", paint.width);
    let failed: Vec<String> = summary.failed.iter().map(|failed| failed.order.clone()).collect();
    let unfilled: Vec<String> = summary.unfilled.iter().map(|order| order.order.clone()).collect();
    let lists = [
        ("done", &summary.done),
        ("failed", &failed),
        ("not all of", &unfilled),
        ("in doubt", &summary.in_doubt),
        ("not started", &summary.not_started),
    ];
    for (word, orders) in lists {
        if !orders.is_empty() {
            text.push_str(&wrapped(&format!("{word}: {}", orders.join(", ")), "  ", paint.width));
        }
    }
    text.extend(stopped.remedy().iter().map(|remedy| help(remedy, paint.width)));
    text
}
