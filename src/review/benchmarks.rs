//! What the benchmarks returned over the days of the portfolio.

use super::{Facts, Performance, Untold};
use crate::performance::{MoneyWeighted, Undefined, money_weighted};
use crate::portfolio::Code;
use crate::valuations::Valuations;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// How many days old the price of a benchmark may be: exchanges have holidays of their own.
const BENCHMARK_DAYS: u64 = 7;

/// A benchmark.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Benchmark {
    /// As the config spells it.
    pub name: String,
    /// The name of the asset, where it is the code of one.
    pub ticker: Option<String>,
    /// What it returned.
    pub outcome: Result<BenchmarkReturn, Untold>,
}

/// What a benchmark returned: the change of its price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BenchmarkReturn {
    /// The day of its first price, and the price.
    pub from: (NaiveDate, Decimal),
    /// The day of its last price, and the price.
    pub to: (NaiveDate, Decimal),
    /// The last price by the first, less 1.
    pub returned: Decimal,
    /// What one unit grew to by each day that has a price.
    pub growth: Vec<(NaiveDate, Decimal)>,
    /// What the portfolio's flows would have returned in it.
    pub same_flows: Result<MoneyWeighted, Untold>,
}

/// What the benchmarks returned over the days of the portfolio; where it has none, over those of the period.
pub(super) fn benchmarks(facts: &Facts<'_>, performance: Option<&Performance>) -> Vec<Benchmark> {
    let one = |name: &String| Benchmark {
        name: name.clone(),
        ticker: facts.portfolio.assets.get(&Code(name.clone())).map(|asset| asset.ticker.clone()),
        outcome: match facts.priced {
            Some(priced) => outcome(facts, priced.valuations, name, performance),
            None => Err(Untold { why: "there is no valuations.csv".to_owned(), remedy: None, amiss: false }),
        },
    };
    facts.benchmarks.iter().map(one).collect()
}

fn outcome(
    facts: &Facts<'_>,
    valuations: &Valuations,
    name: &str,
    performance: Option<&Performance>,
) -> Result<BenchmarkReturn, Untold> {
    let day_before = facts.period.first.pred_opt().unwrap_or(facts.period.first);
    let ends = performance.map_or((day_before, facts.period.last), |one| (one.from, one.to));
    let price = |day| valuations.by(day, name, BENCHMARK_DAYS).ok_or_else(|| no_price(name, day));
    let (from, to) = (price(ends.0)?, price(ends.1)?);
    let grown = |price: Decimal| price.checked_div(from.1);
    let growth = valuations.days().filter(|day| (from.0..=to.0).contains(day));
    let growth = growth.filter_map(|day| Some((day, grown(valuations.on(day, name)?)?))).collect();
    let returned = grown(to.1).and_then(|grown| grown.checked_sub(Decimal::ONE));
    let returned = returned.ok_or_else(|| Untold::undefined(Undefined::TooLarge, None))?;
    if from.0 >= to.0 {
        return Err(Untold::undefined(Undefined::NoDay, None));
    }
    let same_flows = match performance {
        Some(performance) => same_flows(performance, to.1, price),
        None => Err(Untold::undefined("the portfolio's flows are not known", None)),
    };
    Ok(BenchmarkReturn { from, to, returned, growth, same_flows })
}

/// What the portfolio's flows would have returned, had they bought and sold the benchmark at its price of their day.
fn same_flows(
    performance: &Performance,
    last: Decimal,
    price: impl Fn(NaiveDate) -> Result<(NaiveDate, Decimal), Untold>,
) -> Result<MoneyWeighted, Untold> {
    let too_large = || Untold::undefined(Undefined::TooLarge, None);
    let mut flows = performance.flows();
    let mut left = Decimal::ZERO;
    for (day, flow) in &flows {
        let grown = last.checked_div(price(*day)?.1).and_then(|grown| flow.checked_mul(grown));
        left = grown.and_then(|grown| left.checked_add(grown)).ok_or_else(too_large)?;
        if left < Decimal::ZERO && *flow < Decimal::ZERO {
            let why = format!("on {day} more would have been taken out of it than was in it");
            return Err(Untold::undefined(why, None));
        }
    }
    flows.push((performance.to, -left));
    money_weighted(&flows).map_err(|undefined| Untold::undefined(undefined, None))
}

fn no_price(name: &str, day: NaiveDate) -> Untold {
    Untold::amiss(
        format!("valuations.csv has no price of {name} on {day} or in the {BENCHMARK_DAYS} days before"),
        format!("add its price: `{day},{name},…`"),
    )
}
