//! What a plan or a status says, as a message to people: what matters first, a fact a line.

use super::plan::figures::{percent, points, short_percent};
use super::plan::grouped;
use super::status::StatusReport;
use super::text::visible;
use crate::fault::Fault;
use crate::finding::{Finding, Level};
use crate::notify::{Message, Part};
use crate::plan::PlanFile;
use crate::plan::file::{AssetBefore, Before, Body, Conversion, Order, Status};
use crate::words::{count, short};

/// What the guide calls it.
const TITLE: &str = "ETF Rebalancing Check Results";

/// What a plan says. `apply` is the command that applies it.
#[must_use]
pub fn of_plan(plan: &PlanFile, apply: &str) -> Message {
    let body = &plan.body;
    let verdict = match &body.trigger.fired {
        Some(_) if body.summary.cash_flow != "0" => "Cash moves".to_owned(),
        Some(cause) => format!("A rebalance is due ({cause})"),
        None => "No rebalance is due".to_owned(),
    };
    let (sells, buys): (Vec<&Order>, Vec<&Order>) = body.orders.iter().partition(|order| order.side == "sell");
    let conversions = body.conversions.iter().map(conversion);
    let orders = sells.into_iter().map(order).chain(conversions).chain(buys.into_iter().map(order)).collect();
    let short = short(&plan.plan_id);
    let mut foot = vec![format!("Plan {short} ({})", body.status)];
    match body.status {
        Status::Applyable => foot.push(format!("Next: {apply}")),
        Status::Errored => foot.push("It is for reading only: a check refused it.".to_owned()),
        Status::Complete => {}
    }
    let parts = [
        Part::new("Required Trade Orders", orders),
        Part::new("Figures", figures(body)),
        Part::new("Weights", weights(&body.before)),
        Part::new("Left alone", body.before.assets.iter().filter_map(left_alone).collect()),
        Part::new("Checks", body.checks.iter().filter(|check| check.suppressed.is_none()).map(check).collect()),
        Part::new("Cooldown overrides", body.overrides.iter().map(overridden).collect()),
    ];
    message(title(&body.inputs.as_of), lead(verdict, &body.trigger.why), parts, foot)
}

/// What a status says.
#[must_use]
pub fn of_status(report: &StatusReport<'_>) -> Message {
    let facts = report.facts().into_iter().map(|(word, said)| format!("{word}: {said}")).collect();
    let total =
        format!("{} {} (cash {})", grouped(&report.before.total), report.currency, grouped(&report.before.cash));
    let foot = match report.trigger.fired {
        Some(_) => vec![format!("Next: rebalance plan -o plan.json{}", report.options)],
        None => Vec::new(),
    };
    let parts = [
        Part::new("Portfolio", vec![total]),
        Part::new("Weights", weights(report.before)),
        Part::new("Facts", facts),
        Part::new("Checks", report.checks.iter().map(|found| finding(found)).collect()),
    ];
    message(title(&report.as_of.to_string()), lead(report.verdict(), &report.trigger.why), parts, foot)
}

/// That a check could not be made, because of what was found.
#[must_use]
pub fn of_findings(findings: &[Finding]) -> Message {
    let errors = findings.iter().filter(|found| found.level == Level::Error && found.suppressed.is_none());
    let errors: Vec<String> = errors.map(|found| format!("{}: {}", found.path, finding(found))).collect();
    let lead = vec![format!("The check could not be made: {}.", count(errors.len(), "error"))];
    message(TITLE.to_owned(), lead, [Part::new("Errors", errors)], vec!["Next: rebalance lint".to_owned()])
}

/// That a check could not be made at all.
#[must_use]
pub fn of_fault(fault: &Fault) -> Message {
    let lead = vec![format!("The check could not be made: {}.", fault.message)];
    message(TITLE.to_owned(), lead, [], fault.hints.clone())
}

fn title(day: &str) -> String {
    format!("{TITLE}, {day}")
}

fn lead(verdict: String, why: &[String]) -> Vec<String> {
    std::iter::once(verdict + ".").chain(why.iter().map(|why| format!("{why}."))).collect()
}

/// A message with nothing in it that hides or turns round what is read.
fn message<const N: usize>(title: String, lead: Vec<String>, parts: [Option<Part>; N], foot: Vec<String>) -> Message {
    let plain = |lines: Vec<String>| lines.iter().map(|line| visible(line)).collect();
    let part = |part: Part| Part { lines: plain(part.lines), ..part };
    Message { title, lead: plain(lead), parts: parts.into_iter().flatten().map(part).collect(), foot: plain(foot) }
}

fn order(order: &Order) -> String {
    let side = if order.side == "sell" { "Sell" } else { "Buy" };
    let (price, amount) = (grouped(&order.price), grouped(&order.amount));
    format!("{side} {} x {} {} at {price} = {amount}: {}", order.quantity, order.code, order.ticker, order.reason)
}

fn conversion(one: &Conversion) -> String {
    let [taken, received, cost] = [&one.amount, &one.received, &one.cost].map(|figure| grouped(figure));
    format!("Convert {taken} {} to {received} {}: costs {cost}", one.from, one.to)
}

fn figures(body: &Body) -> Vec<String> {
    let summary = &body.summary;
    let total = format!("total {} {}", grouped(&body.before.total), body.params.currency);
    if body.is_idle() {
        return vec![total];
    }
    let costs = &summary.costs;
    let (sold, bought) = (grouped(&summary.sold), grouped(&summary.bought));
    let conversion =
        costs.conversion.as_ref().map_or_else(String::new, |cost| format!(", conversion {}", grouped(cost)));
    let (commission, slippage, tax) = (grouped(&costs.commission), grouped(&costs.slippage), grouped(&costs.tax));
    vec![
        total,
        format!("sold {sold}, bought {bought}; turnover {}", percent(&summary.turnover)),
        format!("costs {}: commission {commission}, slippage {slippage}, tax {tax}{conversion}", grouped(&costs.total)),
        format!("cash {} -> {}", grouped(&summary.cash_before), grouped(&summary.cash_after)),
    ]
}

/// Every weight; what breaches comes first.
fn weights(before: &Before) -> Vec<String> {
    let mut assets: Vec<&AssetBefore> = before.assets.iter().collect();
    assets.sort_by_key(|asset| asset.breach.is_none());
    assets.into_iter().map(weight).collect()
}

fn weight(asset: &AssetBefore) -> String {
    let breach = asset.breach.as_ref().map_or(String::new(), |breach| format!(" [{breach}]"));
    format!(
        "{} {}: {}, target {}, drift {}, band {}-{} %{breach}",
        asset.code,
        asset.ticker,
        percent(&asset.weight),
        percent(&asset.target),
        points(&asset.drift),
        short_percent(&asset.min),
        short_percent(&asset.max)
    )
}

fn left_alone(asset: &AssetBefore) -> Option<String> {
    Some(format!("{}: {}", asset.code, asset.left_alone.as_ref()?))
}

fn check(check: &crate::plan::file::Check) -> String {
    format!("{} {}: {}", check.level, check.rule, check.message)
}

fn finding(finding: &Finding) -> String {
    format!("{} {}: {}", finding.level, finding.rule, finding.message)
}

fn overridden(given: &crate::plan::file::Override) -> String {
    format!("commit {}: {}", given.commit.get(..7).unwrap_or(&given.commit), given.reason)
}
