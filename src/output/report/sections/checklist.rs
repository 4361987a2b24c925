//! The guide's quarterly checklist, each item answered with figures.

use super::executions::{by_trigger, kinds, share_of_traded, unstated};
use super::{Words, money, points, rate, signed, untold};
use crate::output::report::QuarterReport;
use crate::review::{AssetWeights, Execution, Review, Untold};
use crate::words::{count, percent, points as fraction_points};
use rust_decimal::Decimal;

/// An item of the checklist, and its answer.
pub(in crate::output::report) type Answered = (&'static str, Vec<Words>);

/// The checklist.
pub(in crate::output::report) fn checklist(report: &QuarterReport<'_>) -> Vec<Answered> {
    let review = report.review;
    vec![
        ("Number of executions and reasons (scheduled or emergency)", executions(review)),
        ("Total trading costs (commission and slippage)", costs(review)),
        ("Drift before and after", drift(review)),
        ("Portfolio returns against benchmarks", returns(review)),
        ("Are the target weights still appropriate?", targets(review)),
        ("Changes of the rules: YAML file and git commit", rules(report)),
    ]
}

fn executions(review: &Review) -> Vec<Words> {
    let mut said = vec![Words::own(by_trigger(review))];
    let partial = review.executions.iter().filter(|one| !one.unfilled.is_empty()).count();
    if partial > 0 {
        said.push(Words::own(format!("{} not executed whole", count(partial, "execution"))));
    }
    let lost = |why: &Untold| Words::own("not all are known: ").quote(&why.why);
    said.extend(review.executions_untold.as_ref().map(lost));
    said
}

fn costs(review: &Review) -> Vec<Words> {
    let figure = |figure: Option<Decimal>| figure.map_or("–".to_owned(), |figure| money(review, figure));
    let kinds: Vec<String> =
        kinds(&review.costs).map(|(name, cost)| format!("{name} {}", figure(cost.actual))).collect();
    let (total, currency) = (review.costs.total(), review.currency.word());
    let mut said = vec![Words::own(format!("{} {currency}: {}", figure(total.actual), kinds.join(", ")))];
    if let Some((actual, estimate)) = total.actual.zip(total.estimate).filter(|_| !review.executions.is_empty()) {
        let difference = signed(review, actual.saturating_sub(estimate));
        said.push(Words::own(format!("estimated {}, so {difference}", money(review, estimate))));
    }
    said.extend(share_of_traded(review).map(Words::own));
    said.extend(unstated(review).map(Words::own));
    said
}

/// For each execution the largest drift before and after.
fn drift(review: &Review) -> Vec<Words> {
    let largest = |one: &Execution, of: fn(&crate::review::Drift) -> Option<Decimal>| {
        let known = one.drifts.iter().filter_map(|drift| Some((of(drift)?, drift.name.clone())));
        known.max_by_key(|(drift, _)| drift.abs())
    };
    let line = |one: &Execution| {
        let (before, name) = largest(one, |drift| drift.before)?;
        let words = Words::own(format!("{}: largest {} (", one.day, points(before))).quote(&name);
        let after = largest(one, |drift| drift.after);
        Some(match after {
            Some((after, name)) => words.and(format!(") -> {} (", points(after))).quote(&name).and(")"),
            None => words.and(")"),
        })
    };
    let said: Vec<Words> = review.executions.iter().filter_map(line).collect();
    if said.is_empty() { vec![Words::own("nothing was executed")] } else { said }
}

fn returns(review: &Review) -> Vec<Words> {
    let performance = match &review.performance {
        Ok(performance) => performance,
        Err(why) => return vec![untold(why)],
    };
    let own = performance.returned();
    let money = performance.money_weighted.as_ref().ok();
    let shown = |figure: Option<Decimal>| figure.map_or("not defined".to_owned(), rate);
    let mut said = vec![Words::own(format!(
        "portfolio {} to {}: {} time-weighted, {} money-weighted (XIRR {})",
        performance.from,
        performance.to,
        shown(own),
        shown(money.map(|money| money.period)),
        shown(money.and_then(|money| money.yearly))
    ))];
    for one in &review.benchmarks {
        said.push(match &one.outcome {
            Ok(outcome) => {
                let ahead = own.and_then(|own| own.checked_sub(outcome.returned));
                let ahead =
                    ahead.map_or(String::new(), |ahead| format!(", the portfolio {} points", fraction_points(ahead)));
                super::returns::name(one).and(format!(" {}{ahead}", rate(outcome.returned)))
            }
            Err(why) => super::returns::name(one).and(": ").quote(&why.why),
        });
    }
    said
}

/// What there is to judge the targets by: where the weights are, and how long they were outside their bands.
fn targets(review: &Review) -> Vec<Words> {
    let Some((furthest, one)) =
        review.weights.iter().filter_map(|one| Some((last_drift(one)?, one))).max_by_key(|(drift, _)| drift.abs())
    else {
        return vec![Words::own("there are no values to weigh")];
    };
    let day = one.weights.last().map(|(day, _)| day.to_string()).unwrap_or_default();
    let head = Words::own(format!("on {day} furthest from its target: ")).quote(&one.ticker);
    let mut said = vec![head.and(format!(", {} points", fraction_points(furthest)))];
    let out: Vec<&AssetWeights> = review.weights.iter().filter(|one| one.out_of_band_days > 0).collect();
    if out.is_empty() {
        said.push(Words::own("every weight was in its band on every valued day"));
    }
    for one in out {
        let part =
            Decimal::from(one.out_of_band_days).checked_div(Decimal::from(one.weights.len())).unwrap_or_default();
        let text = format!(
            " was outside its band on {} of {} valued days ({})",
            one.out_of_band_days,
            one.weights.len(),
            percent(part)
        );
        said.push(Words::of(&one.ticker).and(text));
    }
    said
}

/// Weight less target on the last day.
fn last_drift(one: &AssetWeights) -> Option<Decimal> {
    one.weights.last()?.1.checked_sub(one.target?)
}

fn rules(report: &QuarterReport<'_>) -> Vec<Words> {
    let changes = report.changes;
    let mut said = vec![match changes.rows.is_empty() {
        true => Words::own("no change of the allocation"),
        false => Words::own(changes.total()),
    }];
    said.extend(changes.unknown.map(|gap| Words::own("not all of the history is known: ").quote(&gap.why)));
    let unreasoned = changes.rows.iter().filter(|row| row.event.reason.is_none()).count();
    if unreasoned > 0 {
        said.push(Words::own(format!("{} without a reason", count(unreasoned, "change"))));
    }
    said
}
