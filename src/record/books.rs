//! The figures of a plan as a record tells them: sums in the base currency, trades, and how far weights are from their
//! targets once the fills are in.
//!
//! What a record looks like must never enter this file.

use super::{Trade, Unrecordable, kept, number, value, wrong};
use crate::config::CashPolicy;
use crate::money::{AMOUNT_PLACES, FX_PLACES, PRICE_PLACES, WEIGHT_PLACES, scaled};
use crate::plan::file::Body;
use crate::trade::{Figure, Fill, Side};
use rust_decimal::{Decimal, RoundingStrategy};
use std::collections::BTreeMap;

/// The figures of a plan that drifts are made of.
pub(super) struct Books {
    pub(super) total: Decimal,
    /// Whether cash counts in the total.
    cash: bool,
    assets: Vec<Asset>,
    /// What one unit of each other currency is worth.
    rates: BTreeMap<String, Decimal>,
}

struct Asset {
    code: String,
    name: String,
    /// In the base currency.
    price: Decimal,
    currency: Option<String>,
    value: Decimal,
    target: Decimal,
}

impl Books {
    pub(super) fn of(body: &Body) -> Result<Self, Unrecordable> {
        let unique = |ticker: &str| body.before.assets.iter().filter(|asset| asset.ticker == ticker).count() == 1;
        let mut rates = BTreeMap::new();
        for one in body.inputs.fx.iter().flat_map(|fx| &fx.rates) {
            rates.insert(one.currency.clone(), number(&one.rate, FX_PLACES)?);
        }
        let mut assets = Vec::new();
        for asset in &body.before.assets {
            let name = match unique(&asset.ticker) {
                true => asset.ticker.clone(),
                false => format!("{} ({})", asset.ticker, asset.code),
            };
            assets.push(Asset {
                code: asset.code.clone(),
                name,
                price: number(&asset.price, PRICE_PLACES)?
                    .checked_mul(rate_in(&rates, asset.currency.as_deref())?)
                    .ok_or_else(|| wrong(format!("the price of {} is too large", asset.code)))?,
                currency: asset.currency.clone(),
                value: value(&asset.value)?,
                target: number(&asset.target, WEIGHT_PLACES)?,
            });
        }
        let cash = body.params.cash_policy != CashPolicy::Exclude.word();
        Ok(Self { total: value(&body.before.total)?, cash, assets, rates })
    }

    /// What one unit of a currency is worth in the base currency.
    pub(super) fn rate(&self, currency: Option<&str>) -> Result<Decimal, Unrecordable> {
        rate_in(&self.rates, currency)
    }

    /// A sum over fills in the base currency.
    pub(super) fn sum(&self, fills: &[Fill], figure: impl Fn(&Fill) -> Figure) -> Result<Decimal, Unrecordable> {
        let worth = |fill: &Fill| figure(fill).0.checked_mul(fill.rate());
        let sum = fills.iter().try_fold(Decimal::ZERO, |sum, fill| sum.checked_add(worth(fill)?));
        let sum = sum.ok_or_else(|| wrong("the fills are too large"))?;
        Ok(if self.rates.is_empty() { sum } else { kept(sum) })
    }

    pub(super) fn trade(&self, fill: &Fill) -> Result<Trade, Unrecordable> {
        let asset = self.assets.iter().find(|asset| asset.code == fill.code);
        let asset = asset.ok_or_else(|| wrong(format!("{} was traded and is not in the plan", fill.code)))?;
        let action = fill.side.action().to_owned();
        Ok(Trade { ticker: asset.name.clone(), action, amount: fill.amount, currency: asset.currency.clone() })
    }

    /// Weight less target by name after the fills and what else was added to the cash, in points with two places.
    pub(super) fn drifts(&self, fills: &[Fill], flow: Decimal) -> Result<BTreeMap<String, Figure>, Unrecordable> {
        let fits = |value: Option<Decimal>| value.ok_or_else(|| wrong("the figures are too large"));
        let mut total = self.total;
        if self.cash {
            total = fits(total.checked_add(flow))?;
        }
        let mut after = Vec::new();
        for asset in &self.assets {
            let mut change = Decimal::ZERO;
            for fill in fills.iter().filter(|fill| fill.code == asset.code) {
                let worth = kept(fits(asset.price.checked_mul(fill.quantity.0))?);
                change += if fill.side == Side::Sell { -worth } else { worth };
                if self.cash {
                    let cash = fits(fill.cash_change().and_then(|cash| cash.checked_mul(fill.rate())))?;
                    total = fits(total.checked_add(kept(cash)))?;
                }
            }
            total = fits(total.checked_add(change))?;
            after.push((asset, fits(asset.value.checked_add(change))?));
        }
        after.into_iter().map(|(asset, value)| Ok((asset.name.clone(), points(value, asset.target, total)?))).collect()
    }
}

/// `value / total - target` in points, rounded half to even to two places.
pub(super) fn points(value: Decimal, target: Decimal, total: Decimal) -> Result<Figure, Unrecordable> {
    let exact = || {
        let places = AMOUNT_PLACES + WEIGHT_PLACES;
        let wanted = scaled(target, WEIGHT_PLACES)?.checked_mul(scaled(total, AMOUNT_PLACES)?)?;
        let part = scaled(value, places)?.checked_sub(wanted)?.checked_mul(10_000)?;
        let whole = scaled(total, places)?;
        if whole <= 0 {
            // Of nothing, everything weighs nothing: before the first deposit, after the last withdrawal.
            let mut short = Decimal::ZERO.checked_sub(target.checked_mul(Decimal::ONE_HUNDRED)?)?;
            short = short.round_dp_with_strategy(2, RoundingStrategy::MidpointNearestEven);
            short.rescale(2);
            return Some(short);
        }
        let (quotient, rest) = (part.div_euclid(whole), part.rem_euclid(whole));
        let half = rest.checked_mul(2)?.cmp(&whole);
        let up = half.is_gt() || (half.is_eq() && quotient % 2 != 0);
        Decimal::try_from_i128_with_scale(quotient + i128::from(up), 2).ok()
    };
    exact().map(Figure).ok_or_else(|| wrong("a weight of the plan cannot be told"))
}

fn rate_in(rates: &BTreeMap<String, Decimal>, currency: Option<&str>) -> Result<Decimal, Unrecordable> {
    let Some(currency) = currency else { return Ok(Decimal::ONE) };
    rates.get(currency).copied().ok_or_else(|| wrong(format!("the plan has no rate of {currency}")))
}
