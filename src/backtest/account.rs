//! An account in the middle of a backtest: shares and cash. When to trade, and what, must never enter this file.

use super::{BacktestError, MONEY_PLACES, SHARE_PLACES, Traded};
use crate::config::Destination;
use crate::price_history::PLACES;
use chrono::NaiveDate;

/// What a unit of a share times a unit of a price is of a unit of money.
pub(super) const WORTH: i128 = 10_i128.pow(SHARE_PLACES + PLACES - MONEY_PLACES);

/// Shares and cash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Account {
    /// Shares of each asset.
    pub(super) shares: Vec<i128>,
    /// Cash.
    pub(super) cash: i128,
}

/// A day at its close.
#[derive(Debug, Clone, Copy)]
pub(super) struct Close<'a> {
    /// The day.
    pub(super) day: NaiveDate,
    /// The price of each asset.
    pub(super) prices: &'a [i128],
    /// What the shares of each asset are worth.
    pub(super) values: &'a [i128],
    /// What all is worth, cash included.
    pub(super) total: i128,
}

/// Who makes the orders.
pub(super) trait Trader {
    /// Rebalances an account at a close.
    fn trade(
        &mut self,
        account: &mut Account,
        close: &Close<'_>,
        destination: Destination,
    ) -> Result<Traded, BacktestError>;
}

impl Account {
    /// An account with nothing but cash.
    pub(super) fn new(assets: usize, cash: i128) -> Self {
        Self { shares: vec![0; assets], cash }
    }

    /// What the shares are worth at some prices, rounded down, and what all is worth; `None` when it does not fit.
    pub(super) fn values(&self, prices: &[i128], values: &mut Vec<i128>) -> Option<i128> {
        values.clear();
        let mut total = self.cash;
        for (shares, price) in self.shares.iter().zip(prices) {
            let value = worth(*shares, *price)?;
            total = total.checked_add(value)?;
            values.push(value);
        }
        Some(total)
    }
}

/// What shares are worth, rounded down. They are zero or more.
pub(super) fn worth(shares: i128, price: i128) -> Option<i128> {
    Some(shares.checked_mul(price)? / WORTH)
}

/// The most shares that are worth no more than a value, or the fewest that are worth no less.
pub(super) fn shares_worth(value: i128, price: i128, no_less: bool) -> Option<i128> {
    let exact = value.checked_mul(WORTH)?;
    Some(exact / price + i128::from(no_less && exact % price != 0))
}
