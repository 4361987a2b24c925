//! What was executed, what it cost, and what it did to the drift.

use super::{Grid, Part, Section, Topic, Words, money, points, signed, untold};
use crate::output::plan::figures::amount;
use crate::review::{Cost, Costs, Execution, Review, Untold};
use crate::trigger::Cause;
use crate::words::{count, percent, short};
use rust_decimal::Decimal;

/// What was executed, by what made it due.
pub(super) fn section(review: &Review) -> Section {
    let mut parts: Vec<Part> = review.executions_untold.iter().map(|why| Part::Warning(not_all(why))).collect();
    parts.push(Part::Line(Words::own(format!("{}.", by_trigger(review)))));
    if !review.executions.is_empty() {
        let row = |one: &Execution| {
            vec![
                Words::own(format!("{}", one.day)),
                Words::of(&one.trigger),
                Words::own(one.filled.to_string()),
                Words::own(money(review, one.traded)),
                Words::own(one.turnover.map_or("–".to_owned(), percent)),
                Words::own(one.costs.total().actual.map_or("–".to_owned(), |cost| money(review, cost))),
            ]
        };
        parts.push(Part::Table(Grid {
            columns: vec!["day", "trigger", "orders", "traded", "turnover", "costs"],
            broken: 1,
            figures: 2,
            rows: review.executions.iter().map(row).collect(),
        }));
    }
    parts.extend(review.executions.iter().map(|one| item(review, one)));
    Section { topic: Topic::Executions, title: "Executions".to_owned(), parts }
}

/// That not all is known of what was executed.
pub(super) fn not_all(why: &Untold) -> Words {
    Words::own("Not all executions are known: ").then(untold(why))
}

/// How many there were, by what made them due: `2 executions: 1 scheduled, 1 drift`.
pub(super) fn by_trigger(review: &Review) -> String {
    let all = count(review.executions.len(), "execution");
    let known: Vec<&str> = Cause::ALL.into_iter().map(Cause::word).collect();
    let number = |word: &str| review.executions.iter().filter(|one| one.trigger == word).count();
    let mut parts: Vec<String> =
        known.iter().filter(|word| number(word) > 0).map(|word| format!("{} {}", number(word), called(word))).collect();
    let other = review.executions.iter().filter(|one| !known.contains(&one.trigger.as_str())).count();
    if other > 0 {
        parts.push(format!("{other} by other causes"));
    }
    if parts.is_empty() {
        format!("No {}", all.trim_start_matches("0 "))
    } else {
        format!("{all}: {}", parts.join(", "))
    }
}

/// A trigger in the guide's words.
fn called(word: &str) -> &str {
    if word == Cause::Drift.word() { "by drift (emergency)" } else { word }
}

/// An execution with its reasons, and what is particular about it.
fn item(review: &Review, one: &Execution) -> Part {
    let mut head = Words::own(format!("{} ", one.day)).quote(&one.trigger);
    if one.planned != one.day {
        head = head.and(format!(", planned for {}", one.planned));
    }
    if let Some(id) = &one.plan_id {
        head = head.and(", plan ").quote(short(id));
    }
    let mut said: Vec<Words> = one.reason.split("; ").filter(|why| !why.is_empty()).map(Words::of).collect();
    if said.is_empty() {
        said.push(Words::own("no reason is in the log"));
    }
    if let Some((flow, currency)) = &one.cash_flow {
        let verb = if flow.is_sign_negative() { "withdrawn" } else { "deposited" };
        said.push(Words::own(format!("{} {verb}", amount(&flow.abs().normalize().to_string(), currency.as_deref()))));
    }
    for order in &one.unfilled {
        let (planned, executed) = (order.planned.0.normalize(), order.executed.0.normalize());
        let how = if executed.is_zero() { "failed: none".to_owned() } else { format!("in part: {executed}") };
        said.push(Words::of(&order.order).and(format!(" {how} of {planned} shares executed")));
    }
    if !one.left_alone.is_empty() {
        said.push(Words::own("left alone because of ex-dividend dates: ").quote(&one.left_alone.join(", ")));
    }
    if one.estimated {
        said.push(Words::own("the broker did not tell all costs: some are estimated"));
    }
    if let Some(cost) = one.costs.total().actual.zip(one.costs.total().estimate).map(|(a, e)| a.saturating_sub(e)) {
        let sign = if cost.is_zero() {
            "as estimated".to_owned()
        } else {
            format!("{} to the estimate", signed(review, cost))
        };
        said.push(Words::own(format!("costs {sign}")));
    }
    Part::Item(head, said)
}

/// What all of it cost beside what the plans expected.
pub(super) fn costs(review: &Review) -> Section {
    let figure = |figure: Option<Decimal>| figure.map_or("–".to_owned(), |figure| money(review, figure));
    let row = |name: &str, cost: Cost| {
        let difference = cost.actual.zip(cost.estimate).map(|(actual, estimate)| actual.saturating_sub(estimate));
        let difference = difference.map_or("–".to_owned(), |difference| signed(review, difference));
        vec![
            Words::own(name),
            Words::own(figure(cost.actual)),
            Words::own(figure(cost.estimate)),
            Words::own(difference),
        ]
    };
    let mut rows: Vec<Vec<Words>> = kinds(&review.costs).map(|(name, cost)| row(name, cost)).collect();
    rows.push(row("total", review.costs.total()));
    let mut parts = vec![Part::Table(Grid {
        columns: vec!["cost", "actual", "estimate", "difference"],
        broken: 0,
        figures: 1,
        rows,
    })];
    parts.extend(share_of_traded(review).map(|share| Part::Line(Words::own(share + "."))));
    parts.extend(unstated(review).map(|text| Part::Warning(Words::own(text + "."))));
    let unexpected = review.executions.iter().filter(|one| one.costs.commission.estimate.is_none()).count();
    if unexpected > 0 {
        let text = format!(
            "{} without estimates in the log: there is nothing to compare with.",
            count(unexpected, "execution")
        );
        parts.push(Part::Line(Words::own(text)));
    }
    Section { topic: Topic::Costs, title: format!("Costs, in {}", review.currency.word()), parts }
}

/// The kinds of cost that are shown: without conversions, where there were none.
pub(in crate::output::report) fn kinds(costs: &Costs) -> impl Iterator<Item = (&'static str, Cost)> {
    let converted = costs.conversion.actual.is_some_and(|cost| !cost.is_zero());
    costs.kinds().into_iter().filter(move |(name, _)| converted || *name != "conversion")
}

/// What it cost of what was traded: `0.12 % of 1,390,800 traded; turnover 6.32 %`.
pub(super) fn share_of_traded(review: &Review) -> Option<String> {
    let traded = review.executions.iter().fold(Decimal::ZERO, |sum, one| sum.saturating_add(one.traded));
    let share = review.costs.total().actual?.checked_div(traded)?;
    let (share, turnover) = (percent(share), percent(review.turnover));
    Some(format!("{share} of {} traded; turnover {turnover}", money(review, traded)))
}

/// That the log does not state every cost of every execution, and what that leaves out.
pub(super) fn unstated(review: &Review) -> Option<String> {
    let stated = |one: &&Execution| one.costs.kinds().iter().all(|(_, cost)| cost.actual.is_some());
    let (all, told) = (review.executions.len(), review.executions.iter().filter(stated).count());
    let silent = all.saturating_sub(told);
    let without =
        format!("{} without fills in the log: of slippage and tax it says nothing", count(silent, "execution"));
    match (silent, told) {
        (0, _) => None,
        (_, 0) => Some(without),
        _ => Some(format!("{without}, and these are of {told} of {all} executions")),
    }
}

/// Weight less target before and after each execution.
pub(super) fn drift(review: &Review) -> Option<Section> {
    let mut parts = Vec::new();
    for one in review.executions.iter().filter(|one| !one.drifts.is_empty()) {
        let figure = |figure: Option<Decimal>| Words::own(figure.map_or("–".to_owned(), points));
        let row = |drift: &crate::review::Drift| {
            vec![Words::own(one.day.to_string()), Words::of(&drift.name), figure(drift.before), figure(drift.after)]
        };
        let rows = one.drifts.iter().map(row).collect();
        parts.push(Part::Table(Grid { columns: vec!["day", "asset", "before", "after"], broken: 1, figures: 2, rows }));
    }
    let title = "Drift before and after, in points".to_owned();
    (!parts.is_empty()).then_some(Section { topic: Topic::Drift, title, parts })
}
