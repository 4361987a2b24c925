//! Orders in any part of a share: every target is met exactly, after what it costs to get there.
//!
//! Costs make the portfolio smaller, and what is aimed at is a part of what is left. What is left is found by trying: from
//! the whole, the costs of aiming at it are taken off, until that changes nothing. A smallest order and lots belong to real
//! orders, which the planner makes; they must never enter this file.

use super::account::{Account, Close, Trader, shares_worth, worth};
use super::lots::Lots;
use super::{BacktestError, MONEY_PLACES, Traded};
use crate::config::{Currency, Destination, TaxClass};
use crate::money::{Rate, WEIGHT_PLACES, rounded_up, scaled};
use crate::plan::costs::{Charge, Commission, tax_rate};
use crate::plan::tax::Pool;
use crate::portfolio::{Asset, Costs, Taxes};
use chrono::Datelike;

/// How often what is left is tried; each time what it is off by shrinks by the largest rate.
const TRIES: usize = 64;
/// How far below what is left is aimed at where trying did not settle, and how far inside its band an edge is, so that it is
/// inside also then. In units of money.
const SLACK: i128 = 128;

/// One asset, as far as orders need it. Weights are in units of 10^-[`WEIGHT_PLACES`].
struct Leg {
    target: i128,
    min: i128,
    max: i128,
    tax: Rate,
    pooled: bool,
    lots: Lots,
}

/// Who makes the orders.
pub(super) struct Fractional {
    legs: Vec<Leg>,
    reserve: i128,
    commission: Charge,
    slippage: Rate,
    taxes: Taxes,
    currency: Currency,
    /// The gains of a year that are taxed together.
    realised: (i32, i128),
}

/// What an aim comes to.
struct Aimed {
    shares: Vec<i128>,
    values: Vec<i128>,
    traded: Traded,
    /// What is left when everything is paid.
    left: i128,
    /// The gains that are taxed with those of the year.
    pooled: i128,
}

impl Fractional {
    /// For some assets; `None` when a figure does not fit.
    pub(super) fn new<'a>(
        assets: impl Iterator<Item = &'a Asset>,
        costs: &Costs,
        reserve: i128,
        currency: Currency,
    ) -> Option<Self> {
        let weight = |weight: crate::money::Weight| scaled(weight.decimal(), WEIGHT_PLACES);
        let leg = |asset: &Asset| {
            Some(Leg {
                target: weight(asset.target)?,
                min: weight(asset.min)?,
                max: weight(asset.max)?,
                tax: tax_rate(asset, costs),
                pooled: asset.tax_class == Some(TaxClass::Overseas),
                lots: Lots::new(costs.basis),
            })
        };
        let commission = Commission {
            rate: costs.commission,
            minimum: costs.commission_minimum,
            per_order: costs.commission_per_order,
        };
        let commission = commission.charge(MONEY_PLACES, MONEY_PLACES)?;
        let (slippage, taxes) = (costs.slippage, costs.taxes.clone());
        let legs = assets.map(leg).collect::<Option<Vec<Leg>>>()?;
        Some(Self { legs, reserve, commission, slippage, taxes, currency, realised: (0, 0) })
    }

    /// The shares to hold when so much is left.
    fn shares(&self, account: &Account, close: &Close<'_>, aim: i128, to: Destination) -> Option<Vec<i128>> {
        let one = 10_i128.pow(WEIGHT_PLACES);
        let invested = (aim - self.reserve).max(0);
        let targets: Vec<i128> =
            self.legs.iter().map(|leg| Some(leg.target.checked_mul(invested)? / one)).collect::<Option<_>>()?;
        if to == Destination::Target {
            let all = targets.iter().zip(close.prices);
            return all.map(|(value, price)| shares_worth(*value, *price, false)).collect();
        }
        let mut shares = account.shares.clone();
        let (mut cash, mut wanted) = (aim, close.values.to_vec());
        for (at, leg) in self.legs.iter().enumerate() {
            let (low, high) = (leg.min.checked_mul(aim)?, leg.max.checked_mul(aim)?);
            let (low, high) = (low / one + i128::from(low % one != 0) + SLACK, high / one - SLACK);
            let (value, price) = (close.values[at], close.prices[at]);
            if value > high {
                (wanted[at], shares[at]) = (high, shares_worth(high, price, false)?);
            } else if value < low {
                (wanted[at], shares[at]) = (low, shares_worth(low, price, true)?);
            }
            cash -= worth(shares[at], price)?;
        }
        // Those at the same edge are equally far: by what they are wanted at, rounding does not put them in an order.
        let mut order: Vec<(i128, usize)> =
            targets.iter().zip(&wanted).enumerate().map(|(at, (target, value))| (target - value, at)).collect();
        order.sort_unstable();
        raise(&mut shares, &order, close, self.reserve - cash)?;
        Some(shares)
    }

    /// What it comes to when so much is aimed at.
    fn aimed(&self, account: &Account, close: &Close<'_>, aim: i128, to: Destination) -> Option<Aimed> {
        let shares = self.shares(account, close, aim, to)?;
        let mut values = Vec::with_capacity(shares.len());
        let (mut traded, mut pooled) = (Traded::default(), 0_i128);
        for (at, leg) in self.legs.iter().enumerate() {
            let value = worth(shares[at], close.prices[at])?;
            values.push(value);
            let amount = value.checked_sub(close.values[at])?;
            if amount == 0 {
                continue;
            }
            let paid = amount.abs();
            traded.orders += 1;
            traded.amount += paid;
            traded.commission += self.commission.of(paid)?;
            traded.slippage += rounded_up(paid, MONEY_PLACES, self.slippage, MONEY_PLACES)?;
            let sold = account.shares[at] - shares[at];
            if sold > 0 && !leg.tax.is_zero() {
                let gain = paid - leg.lots.cost(sold)?;
                match leg.pooled {
                    true => pooled += gain,
                    false => traded.tax += rounded_up(gain.max(0), MONEY_PLACES, leg.tax, MONEY_PLACES)?,
                }
            }
        }
        traded.tax += self.pool(close)?.tax(pooled)?;
        let left = close.total.checked_sub(traded.costs().checked_add(traded.tax)?)?;
        Some(Aimed { shares, values, traded, left, pooled })
    }

    /// The year's gains before this day.
    fn pool(&self, close: &Close<'_>) -> Option<Pool> {
        let year = close.day.year();
        let realised = if self.realised.0 == year { self.realised.1 } else { 0 };
        Pool::after(year, realised, &self.taxes, self.currency, MONEY_PLACES)
    }

    /// Aims until what is left is what was aimed at. Where costs take more than they leave, nothing is.
    fn settled(&self, account: &Account, close: &Close<'_>, to: Destination) -> Result<Aimed, BacktestError> {
        let aimed = |aim| self.aimed(account, close, aim, to).ok_or(BacktestError::TooLarge);
        let mut aim = close.total;
        for _ in 0..TRIES {
            let aimed = aimed(aim)?;
            if aimed.left == aim {
                return Ok(aimed);
            }
            aim = aimed.left;
        }
        // Rounding, or a fee that comes and goes with an order, keeps it from settling: a little less is always there.
        for _ in 0..TRIES {
            let less = aim - SLACK;
            let aimed = aimed(less)?;
            if aimed.left >= less {
                return Ok(aimed);
            }
            aim = aim.min(aimed.left);
        }
        Err(BacktestError::Lost(close.day))
    }
}

/// Sells more where cash would be short: in some order, of assets so far below their targets, down to the target at most.
fn raise(shares: &mut [i128], order: &[(i128, usize)], close: &Close<'_>, short: i128) -> Option<()> {
    let mut short = short;
    for &(below, at) in order {
        if short <= 0 || below >= 0 {
            break;
        }
        let price = close.prices[at];
        let before = worth(shares[at], price)?;
        shares[at] = shares_worth(before - short.min(-below), price, false)?;
        short -= before - worth(shares[at], price)?;
    }
    Some(())
}

impl Trader for Fractional {
    fn trade(&mut self, account: &mut Account, close: &Close<'_>, to: Destination) -> Result<Traded, BacktestError> {
        let aimed = self.settled(account, close, to)?;
        if aimed.left <= 0 {
            return Err(BacktestError::Lost(close.day));
        }
        for (at, leg) in self.legs.iter_mut().enumerate() {
            let more = aimed.shares[at] - account.shares[at];
            if more > 0 {
                leg.lots.buy(more, close.prices[at]).ok_or(BacktestError::TooLarge)?;
            } else {
                leg.lots.sell(-more);
            }
        }
        let year = close.day.year();
        let before = if self.realised.0 == year { self.realised.1 } else { 0 };
        self.realised = (year, before + aimed.pooled);
        account.cash = aimed.left - aimed.values.iter().sum::<i128>();
        account.shares = aimed.shares;
        Ok(aimed.traded)
    }
}
