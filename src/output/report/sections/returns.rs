//! What the portfolio and its benchmarks returned.

use super::{Grid, Part, Section, Topic, Words, money, rate, signed, untold, untold_part};
use crate::performance::Undefined;
use crate::review::{Benchmark, Performance, Review, Unvalued};
use crate::words::list;
use rust_decimal::Decimal;

/// What the portfolio returned beside its benchmarks.
pub(super) fn section(review: &Review) -> Section {
    let mut parts = Vec::new();
    match &review.performance {
        Ok(performance) => {
            let (first, last) = (performance.values.first(), performance.values.last());
            let worth = |one: Option<&crate::performance::Valued>| one.map_or(Decimal::ZERO, |one| one.value);
            parts.push(Part::Line(Words::own(format!(
                "{} on {}, {} on {}: {} paid in less taken out, {} made.",
                money(review, worth(first)),
                performance.from,
                money(review, worth(last)),
                performance.to,
                signed(review, performance.net_flow),
                signed(review, performance.gain)
            ))));
            parts.push(Part::Table(table(review, performance)));
            parts.extend(unvalued(performance));
            parts.extend(remarks(review, performance));
        }
        Err(why) => {
            parts.push(untold_part(why));
            let told = review.benchmarks.iter().any(|one| one.outcome.is_ok());
            parts.extend(told.then(|| Part::Table(benchmarks(review, None))));
        }
    }
    if review.performance.as_ref().err().is_none_or(|why| why.amiss) {
        let lacking = |one: &Benchmark| {
            let why = untold(one.outcome.as_ref().err()?);
            Some(Part::Warning(name(one).and(": ").then(why)))
        };
        parts.extend(review.benchmarks.iter().filter_map(lacking));
    }
    if review.benchmarks.is_empty() {
        parts.push(Part::Line(Words::own("No benchmark is named under portfolio.benchmarks in the config.")));
    }
    Section { topic: Topic::Returns, title: format!("Returns, in {}", review.currency.word()), parts }
}

fn table(review: &Review, performance: &Performance) -> Grid {
    let mut grid = benchmarks(review, Some(performance));
    let money = performance.money_weighted.as_ref().ok();
    let figure = |figure: Option<Decimal>| Words::own(figure.map_or("–".to_owned(), rate));
    let row = vec![
        Words::own("portfolio"),
        figure(performance.returned()),
        Words::own(""),
        figure(money.map(|money| money.period)),
        figure(money.and_then(|money| money.yearly)),
    ];
    grid.rows.insert(0, row);
    grid
}

fn benchmarks(review: &Review, performance: Option<&Performance>) -> Grid {
    let own = performance.and_then(Performance::returned);
    let figure = |figure: Option<Decimal>| Words::own(figure.map_or("–".to_owned(), rate));
    let row = |one: &Benchmark| {
        let outcome = one.outcome.as_ref().ok();
        let money = outcome.and_then(|outcome| outcome.same_flows.as_ref().ok());
        let returned = outcome.map(|outcome| outcome.returned);
        let ahead = own.zip(returned).and_then(|(own, other)| own.checked_sub(other));
        vec![
            name(one),
            figure(returned),
            figure(ahead),
            figure(money.map(|money| money.period)),
            figure(money.and_then(|money| money.yearly)),
        ]
    };
    Grid {
        columns: vec!["", "return", "ahead", "money-w.", "XIRR"],
        broken: 0,
        figures: 1,
        rows: review.benchmarks.iter().map(row).collect(),
    }
}

/// What a benchmark is called.
pub(super) fn name(one: &Benchmark) -> Words {
    match &one.ticker {
        Some(ticker) => Words::of(&format!("{} {ticker}", one.name)),
        None => Words::of(&one.name),
    }
}

/// The days with which the returns do not begin or end because prices of them are missing: days in a row that lack the same
/// are told at once.
fn unvalued(performance: &Performance) -> Vec<Part> {
    let moved: Vec<&Unvalued> = performance.unvalued.iter().filter(|one| one.moved).collect();
    let later = |one: &Unvalued| one.day > performance.to;
    let alike = moved.chunk_by(|one, next| one.missing == next.missing && later(one) == later(next));
    let said = alike.filter_map(|days| {
        let (first, last) = (days.first()?, days.last()?);
        let missing: Vec<&str> = first.missing.iter().map(String::as_str).collect();
        let which = match days.len() {
            1 => format!("{} is not valued: ", first.day),
            n => format!("{} to {} ({n} days) are not valued: ", first.day, last.day),
        };
        Some(Part::Warning(Words::own(which).quote(&format!("no price of {}", list(&missing)))))
    });
    said.collect()
}

/// What has to be known of the figures.
fn remarks(review: &Review, performance: &Performance) -> Vec<Part> {
    let mut parts = Vec::new();
    let returns = [
        ("time-weighted", performance.time_weighted.as_ref().err()),
        ("money-weighted", performance.money_weighted.as_ref().err()),
    ];
    for (what, why) in returns {
        parts.extend(why.map(|why| Part::Warning(Words::own(format!("No {what} return: {why}.")))));
    }
    if performance.money_weighted.as_ref().is_ok_and(|money| money.yearly.is_none()) {
        parts.push(Part::Warning(Words::own(format!("No XIRR: {}.", Undefined::TooLarge))));
    }
    for one in &review.benchmarks {
        let Ok(outcome) = &one.outcome else { continue };
        let days = [(outcome.from.0, performance.from), (outcome.to.0, performance.to)];
        if days.iter().any(|(own, wanted)| own != wanted) {
            let text = format!(" has its prices of {} and {}.", outcome.from.0, outcome.to.0);
            parts.push(Part::Line(name(one).and(text)));
        }
        if let Err(why) = &outcome.same_flows {
            parts.push(if why.amiss {
                Part::Warning(name(one).and(": ").then(untold(why)))
            } else {
                Part::Line(name(one).and(": ").quote(&why.why))
            });
        }
    }
    let meaning = "The return is time-weighted, and ahead is the portfolio's less the benchmark's; money-w. is the \
                   money-weighted return (of a benchmark: your flows in it), and XIRR is that as a rate of a year.";
    parts.push(Part::Line(Words::own(meaning)));
    if performance.compared == 0 {
        let text = "No record of the log confirms what was held: a deposit that was not entered would not be noticed.";
        parts.push(Part::Line(Words::own(text)));
    }
    if performance.from >= review.period.first {
        let text = format!("No day before the quarter is valued: the returns begin on {}.", performance.from);
        parts.push(Part::Line(Words::own(text)));
    }
    if performance.to < review.period.last && review.period.ended {
        parts.push(Part::Line(Words::own(format!("The last valued day is {}.", performance.to))));
    }
    parts
}
