//! Backtests: what would have become of a portfolio under several policies, on past prices.
//!
//! The model is stated in `docs/backtest.md`, exactly enough to be computed again by others, and a test does. Triggers are
//! those of [`crate::trigger`] and [`crate::drift`], taxes those of [`crate::plan`]; in whole shares, orders are sized by the
//! planner itself. Shares are integers in units of 10^-[`SHARE_PLACES`], money in units of 10^-[`MONEY_PLACES`]. A file, a
//! clock or a random number must never enter this room: failures are drawn from a hash.

mod account;
mod draw;
mod fractional;
mod lots;
mod policy;
mod run;
mod statistics;
mod whole;

pub use policy::{Kind, Policy, Rules};
pub use run::{priced, run};
pub use statistics::Figures;

use crate::code::Code;
use crate::config::{CheckFrequency, Currency};
use crate::money::{Money, Rate};
use crate::plan::PlanError;
use crate::price_history::History;
use crate::rules::Sound;
use chrono::NaiveDate;

/// Decimal places of a number of shares.
pub const SHARE_PLACES: u32 = 12;
/// Decimal places of an amount of money.
pub const MONEY_PLACES: u32 = 12;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Terms<'a> {
    /// The portfolio.
    pub sound: &'a Sound,
    /// The prices, in the base currency.
    pub history: &'a History,
    /// The policies.
    pub policies: &'a [Policy],
    /// The money that is there on the first day.
    pub initial: Money,
    /// Whether orders are those the planner would make, or exact.
    pub shares: Shares,
    /// When drift is looked at.
    pub check: CheckFrequency,
    /// Commission, instead of the config's rate.
    pub commission: Option<Rate>,
    /// Slippage, instead of the config's.
    pub slippage: Option<Rate>,
    /// The part of rebalances that fail.
    pub failures: Rate,
    /// What decides which.
    pub seed: u64,
}

/// How fine orders are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shares {
    /// Any part of a share: the targets are met exactly.
    Fractional,
    /// Whole lots, smallest orders and fees as the planner has them.
    Whole,
}

/// What became of the portfolio under a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The policy.
    pub policy: Policy,
    /// What it does.
    pub rules: Rules,
    /// Value, return, risk.
    pub figures: Figures,
    /// Cash at the end, in units of 10^-[`MONEY_PLACES`].
    pub cash: i128,
    /// Rebalances by the schedule; the first purchase is none.
    pub scheduled: usize,
    /// Rebalances by drift.
    pub drift: usize,
    /// Rebalances that failed.
    pub failed: usize,
    /// Everything that was traded, the first purchase included.
    pub traded: Traded,
    /// Days at whose end some weight was outside its band; the first day is none.
    pub outside: usize,
}

/// Orders and their costs, in units of 10^-[`MONEY_PLACES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Traded {
    /// Orders.
    pub orders: usize,
    /// What was bought and sold.
    pub amount: i128,
    /// Commission.
    pub commission: i128,
    /// Slippage.
    pub slippage: i128,
    /// Tax.
    pub tax: i128,
    /// Rebalances whose orders are the best that were found, and not proven to be the best there are.
    pub unproven: usize,
}

impl Traded {
    /// Both together.
    fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            orders: self.orders + other.orders,
            amount: self.amount.checked_add(other.amount)?,
            commission: self.commission.checked_add(other.commission)?,
            slippage: self.slippage.checked_add(other.slippage)?,
            tax: self.tax.checked_add(other.tax)?,
            unproven: self.unproven + other.unproven,
        })
    }

    /// Commission and slippage.
    #[must_use]
    pub fn costs(&self) -> i128 {
        self.commission.saturating_add(self.slippage)
    }
}

/// Why there is no outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BacktestError {
    /// Some figure is larger than is kept exactly.
    TooLarge,
    /// All of it was lost to costs on a day.
    Lost(NaiveDate),
    /// A price is less than half of the smallest unit of the currency that orders are paid in.
    TooSmall {
        /// The asset.
        code: Code,
        /// The day.
        day: NaiveDate,
        /// The currency.
        currency: Currency,
    },
    /// The planner made no orders on a day.
    Plan {
        /// The day.
        day: NaiveDate,
        /// Why.
        error: PlanError,
    },
}
