//! Policies side by side: what they came to, what they cost, and what such figures cannot show.
//!
//! Everything was worked out before it comes here.

mod html;
mod human;
mod json;

pub use html::draw as draw_page;
pub use json::{BACKTEST_SHEET, BacktestJson};

use super::{Format, Paint};
use crate::backtest::{MONEY_PLACES, Outcome, Shares, Terms};
use crate::config::DriftKind;
use crate::money::unscaled;
use crate::words::exact_percent;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// What no backtest can show, in a sentence each.
pub const CANNOT_SHOW: [&str; 5] = [
    "This is one past, and the policy that did best in it need not do best in the next.",
    "Every order is taken to be filled in full at the close by which it was decided: the spread, the depth of the market and \
     your own effect on it are no more than the slippage that was assumed.",
    "What the price file leaves out is left out here: dividends unless its prices are adjusted for them, fund fees unless they \
     are in the prices, funds that were closed, and what it costs to change money.",
    "Today's rules of tax and today's costs are applied to all of the past.",
    "Nobody lost their nerve.",
];

/// A backtest, ready to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct BacktestReport<'a> {
    /// What was asked for.
    pub terms: &'a Terms<'a>,
    /// What became of it.
    pub outcomes: &'a [Outcome],
    /// The price file, as the user named it.
    pub path: &'a str,
    /// SHA-256 of it.
    pub sha256: &'a str,
}

/// Draws a backtest in a format, complete with its final newline.
#[must_use]
pub fn draw(format: Format, report: &BacktestReport<'_>, paint: Paint) -> String {
    match format {
        Format::Json => json::draw(report),
        _ => human::draw(report, paint),
    }
}

impl BacktestReport<'_> {
    /// The first day and the last.
    fn span(&self) -> (NaiveDate, NaiveDate) {
        let days = &self.terms.history.days;
        (days.first().copied().unwrap_or_default(), days.last().copied().unwrap_or_default())
    }

    /// The part of all days but the first at whose end some weight was outside its band.
    fn outside(&self, outcome: &Outcome) -> Decimal {
        let days = self.terms.history.days.len().saturating_sub(1);
        Decimal::from(outcome.outside).checked_div(Decimal::from(days)).unwrap_or_default()
    }

    /// How fine orders are, in a word.
    fn shares(&self) -> &'static str {
        match self.terms.shares {
            Shares::Fractional => "fractional",
            Shares::Whole => "whole",
        }
    }

    /// Commission and slippage, as fractions of what is traded.
    fn rates(&self) -> [Decimal; 2] {
        let costs = &self.terms.sound.portfolio().costs;
        let [commission, slippage] = [self.terms.commission, self.terms.slippage];
        [commission.unwrap_or(costs.commission).decimal(), slippage.unwrap_or(costs.slippage).decimal()]
    }
}

/// An amount as a decimal.
fn money(units: i128) -> Decimal {
    unscaled(units, MONEY_PLACES).unwrap_or(Decimal::MAX)
}

/// The threshold of a policy, in words; none where it has none.
fn threshold(outcome: &Outcome) -> Option<String> {
    let (kind, threshold) = outcome.rules.trigger.as_ref()?.drift?;
    let points = (threshold.decimal() * Decimal::ONE_HUNDRED).normalize();
    Some(match kind {
        DriftKind::Absolute => format!("{points} points"),
        DriftKind::Relative => format!("{} of the target", exact_percent(threshold.decimal())),
        DriftKind::Either => format!("{points} points or 25 % of the target"),
    })
}
