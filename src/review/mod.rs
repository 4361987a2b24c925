//! The review of a quarter: what was executed and why, what it cost beside what was expected, what it did to the weights,
//! and what the portfolio returned beside its benchmarks.
//!
//! Facts in, figures out. How figures are shown, and what git says, must never enter this room: the allocations that stood
//! are passed in.

mod benchmarks;
mod execution;
mod period;
mod returns;
mod weights;

pub use benchmarks::{Benchmark, BenchmarkReturn};
pub use execution::{Cost, Costs, Drift, Execution};
pub use period::{Period, Quarter};
pub use returns::{Performance, Unvalued};
pub use weights::{AssetWeights, Standings};

use crate::cash_flows::Entry;
use crate::config::Currency;
use crate::holdings::Holdings;
use crate::portfolio::Portfolio;
use crate::record::Record;
use crate::valuations::Valuations;
use std::fmt;

/// What a review is made of.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The days.
    pub period: Period,
    /// The portfolio, as it is today.
    pub portfolio: &'a Portfolio,
    /// The benchmarks, as the config spells them.
    pub benchmarks: &'a [String],
    /// The log.
    pub records: &'a [Record],
    /// That records are missing from it; none where it is whole.
    pub lost: Option<&'a Untold>,
    /// Prices, what is held today, and cash that moved outside of a rebalance; none where nobody keeps prices.
    pub priced: Option<Priced<'a>>,
    /// The allocations that stood.
    pub standings: &'a Standings,
}

/// What positions and values are made of.
#[derive(Debug, Clone, Copy)]
pub struct Priced<'a> {
    /// The prices.
    pub valuations: &'a Valuations,
    /// What is held today; none where the file is gone. Benchmarks are told without it.
    pub holdings: Option<&'a Holdings>,
    /// Cash that moved outside of a rebalance.
    pub entries: &'a [Entry],
}

/// A figure that cannot be told: why, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    /// Why, a sentence without its period.
    pub why: String,
    /// What to do, a sentence without its period; none where nothing helps.
    pub remedy: Option<String>,
    /// Whether something is missing or contradicts itself, and not merely undefined or not asked for.
    pub amiss: bool,
}

impl Untold {
    /// Something is missing, or contradicts something else.
    fn amiss(why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { why: why.into(), remedy: Some(remedy.into()), amiss: true }
    }

    /// By its nature there is no such figure.
    fn undefined(why: impl fmt::Display, remedy: Option<&str>) -> Self {
        Self { why: why.to_string(), remedy: remedy.map(str::to_owned), amiss: false }
    }
}

/// The review of a quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// The days.
    pub period: Period,
    /// The base currency: that of all amounts.
    pub currency: Currency,
    /// What was executed, oldest first.
    pub executions: Vec<Execution>,
    /// Why that is not all; none where it is.
    pub executions_untold: Option<Untold>,
    /// What that cost.
    pub costs: Costs,
    /// Half of what was traded as a fraction of the portfolio, of all executions together.
    pub turnover: rust_decimal::Decimal,
    /// What the portfolio returned.
    pub performance: Result<Performance, Untold>,
    /// What the benchmarks returned over the same days.
    pub benchmarks: Vec<Benchmark>,
    /// The weights over time, by code; none where there are no values.
    pub weights: Vec<AssetWeights>,
}

/// A figure of the log has more digits than are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLarge;

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the figures of the log have more digits than are kept")
    }
}

impl std::error::Error for TooLarge {}

/// Reviews a quarter.
///
/// # Errors
/// [`TooLarge`]. What merely cannot be told is an answer: [`Untold`].
pub fn review(facts: &Facts<'_>) -> Result<Review, TooLarge> {
    let executions = execution::executions(facts).ok_or(TooLarge)?;
    let costs = Costs::together(&executions).ok_or(TooLarge)?;
    let turnovers = executions.iter().filter_map(|one| one.turnover);
    let turnover = turnovers.fold(rust_decimal::Decimal::ZERO, |sum, one| sum.saturating_add(one));
    // What was held is reckoned back through the log.
    let course = facts.lost.map_or_else(|| returns::course(facts), |lost| Err(lost.clone()));
    let performance = course.as_ref().map_err(Clone::clone).map(|course| course.performance.clone());
    Ok(Review {
        period: facts.period,
        currency: facts.portfolio.currency,
        benchmarks: benchmarks::benchmarks(facts, performance.as_ref().ok()),
        weights: course.as_ref().map(|course| weights::weights(facts, course)).unwrap_or_default(),
        executions,
        executions_untold: facts.lost.cloned(),
        costs,
        turnover,
        performance,
    })
}

impl Review {
    /// Whether something that was asked for could not be told because something is missing or contradicts itself.
    #[must_use]
    pub fn amiss(&self) -> bool {
        let own = match &self.performance {
            Ok(performance) => performance.unvalued.iter().any(|one| one.moved),
            Err(untold) => untold.amiss,
        };
        let untold = |benchmark: &Benchmark| match &benchmark.outcome {
            Ok(outcome) => outcome.same_flows.as_ref().err().is_some_and(|untold| untold.amiss),
            Err(untold) => untold.amiss,
        };
        own || self.executions_untold.is_some() || self.benchmarks.iter().any(untold)
    }
}
