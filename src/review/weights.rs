//! Weights over time, in the bands that stood.

use super::Facts;
use super::returns::{Course, Values};
use crate::config::CashPolicy;
use crate::portfolio::{Allocation, Code};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::sync::Arc;

/// The allocations that stood, each from the end of a day on, in order; the first stood before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standings(pub Vec<(NaiveDate, Arc<Allocation>)>);

impl Standings {
    /// What stood at the end of a day.
    #[must_use]
    pub fn on(&self, day: NaiveDate) -> Option<&Allocation> {
        let stood = self.0.iter().rev().find(|(since, _)| *since <= day).or(self.0.first());
        stood.map(|(_, allocation)| allocation.as_ref())
    }
}

/// The weight of an asset on the days on which the portfolio was valued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AssetWeights {
    /// Its code.
    pub code: String,
    /// What it is called; its code, where the config does not know it any more.
    pub ticker: String,
    /// What it weighed on each day.
    pub weights: Vec<(NaiveDate, Decimal)>,
    /// The band on each of these days, where the allocation had the asset.
    pub bands: Vec<(NaiveDate, Decimal, Decimal)>,
    /// The target on the last day, where the allocation had the asset.
    pub target: Option<Decimal>,
    /// On how many of the days it was outside its band.
    pub out_of_band_days: usize,
}

/// The weights of all assets, by code.
pub(super) fn weights(facts: &Facts<'_>, course: &Course) -> Vec<AssetWeights> {
    let Some(priced) = facts.priced else { return Vec::new() };
    let values = Values { facts, priced, timeline: &course.timeline };
    let days = course.performance.values.iter().map(|one| one.day);
    let totals: Vec<(NaiveDate, Decimal)> = days.filter_map(|day| Some((day, total(&values, day)?))).collect();
    let mut codes: std::collections::BTreeSet<String> =
        facts.portfolio.assets.keys().map(|code| code.0.clone()).collect();
    codes.extend(totals.iter().flat_map(|(day, _)| course.timeline.on(*day).shares.keys().cloned()));
    codes.into_iter().map(|code| asset(&values, code, &totals)).collect()
}

/// What weights are of on a day: cash counts unless the config excludes it. None where that is nothing.
fn total(values: &Values<'_>, day: NaiveDate) -> Option<Decimal> {
    let whole = values.of(day).ok()?;
    let excluded = match values.facts.portfolio.cash {
        CashPolicy::Exclude => values.cash(day, values.timeline.on(day))?,
        CashPolicy::Reinvest => Decimal::ZERO,
    };
    whole.checked_sub(excluded).filter(|total| *total > Decimal::ZERO)
}

fn asset(values: &Values<'_>, code: String, totals: &[(NaiveDate, Decimal)]) -> AssetWeights {
    let key = Code(code.clone());
    let (mut weights, mut bands, mut out_of_band_days, mut target) = (Vec::new(), Vec::new(), 0, None);
    for (day, total) in totals {
        let shares = values.timeline.on(*day).shares.get(&code).copied().unwrap_or_default();
        let worth = if shares.is_zero() { Some(Decimal::ZERO) } else { values.worth(*day, &code, shares) };
        let Some(weight) = worth.and_then(|worth| worth.checked_div(*total)) else { continue };
        weights.push((*day, weight));
        let share = values.facts.standings.on(*day).and_then(|allocation| allocation.assets.get(&key));
        target = share.map(|share| share.target.decimal());
        if let Some(share) = share {
            let (low, high) = (share.min.decimal(), share.max.decimal());
            out_of_band_days += usize::from(weight < low || weight > high);
            bands.push((*day, low, high));
        }
    }
    let ticker = values.facts.portfolio.assets.get(&key).map_or(code.clone(), |asset| asset.ticker.clone());
    AssetWeights { code, ticker, weights, bands, target, out_of_band_days }
}
