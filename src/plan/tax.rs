//! The tax on a year's gains of overseas assets together: what is free of it, what each order bears, what waiting saves.
//!
//! Losses are taken off gains, and the deduction is used by what was realised before first. What an asset's sale gains is
//! `costs`' to say. Whether to wait must never be decided in this file.

use super::costs::own_charge;
use super::draft::{Draft, DraftOrder, Inputs, PlanError};
use super::file::{LotSold, TaxParams, Waiting, YearTax};
use super::sizing::{Levy, SizingError};
use crate::config::{Currency, TaxClass};
use crate::drift::{Books, Purse};
use crate::money::{Money, Rate, rounded_up, scaled};
use crate::portfolio::Taxes;
use chrono::{Datelike, Month, NaiveDate};

/// The gains of a year before this plan, and how the rest is taxed. Money is in the units of the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pool {
    /// The year.
    pub year: i32,
    /// The part of a year's gains that is free of tax.
    pub deduction: i128,
    /// Gains realised before, losses taken off.
    pub realised: i128,
    /// Sales of which it is not known what they gained.
    pub untold: Vec<String>,
    rate: Rate,
    places: u32,
    smallest: u32,
}

/// A part of the pool for the orders of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Part {
    /// What is free of tax of their gains, in the units of the books.
    pub(super) allowance: i128,
    /// The smallest unit of the currency in the units of its purse, and what a unit of the purse is worth in those of the
    /// books.
    pub(super) unit: i128,
    pub(super) worth: i128,
}

impl Pool {
    /// The year's pool; none when no asset of the portfolio is in it.
    ///
    /// # Errors
    /// [`SizingError::TooLarge`] when a figure does not fit.
    pub fn of(inputs: &Inputs<'_>, places: u32) -> Result<Option<Self>, PlanError> {
        let assets = &inputs.sound.portfolio().assets;
        if !assets.values().any(|asset| asset.tax_class == Some(TaxClass::Overseas)) {
            return Ok(None);
        }
        Self::with(inputs, places).map(Some).ok_or(PlanError::Sizing(SizingError::TooLarge))
    }

    fn with(inputs: &Inputs<'_>, places: u32) -> Option<Self> {
        let portfolio = inputs.sound.portfolio();
        let year = inputs.as_of.year();
        let realised = &inputs.executed.realised;
        let known = |name: &str| {
            let mut pooled = portfolio.assets.iter().filter(|(_, asset)| asset.tax_class == Some(TaxClass::Overseas));
            pooled.any(|(code, asset)| code.0 == name || asset.ticker == name)
        };
        let untold = realised.untold.iter().filter(|(day, name)| day.year() == year && known(name));
        let before = [realised.gains.get(&year), inputs.holdings.realised.get(&year)];
        let before = before.into_iter().flatten().try_fold(Money::ZERO, |sum, gain| sum.plus(*gain))?;
        // What is finer than the books is rounded up, as a gain is.
        let realised = -down(Money::new(-before.decimal()), places)?;
        let pool = Self::after(year, realised, &portfolio.costs.taxes, portfolio.currency, places)?;
        let smallest = portfolio.currency.places().min(places);
        Some(Self { untold: untold.map(|(day, name)| format!("{name} on {day}")).collect(), smallest, ..pool })
    }

    /// The pool of a year of which all gains are known, in units of 10^-`places`; tax is rounded up to such a unit. `None`
    /// when the deduction does not fit.
    #[must_use]
    pub fn after(year: i32, realised: i128, taxes: &Taxes, currency: Currency, places: u32) -> Option<Self> {
        // The deduction is in won: where amounts are not, it is not applied.
        let deduction = if currency == Currency::Krw { taxes.deduction } else { Money::ZERO };
        let deduction = down(deduction, places)?;
        Some(Self { year, deduction, realised, untold: Vec::new(), rate: taxes.overseas, places, smallest: places })
    }

    /// The part of a purse that is free of so much tax.
    pub(super) fn part(&self, purse: &Purse, allowance: i128) -> Part {
        let smallest = purse.currency.places().min(purse.places);
        Part { allowance, unit: 10_i128.pow(purse.places - smallest), worth: purse.worth }
    }

    /// The tax on the gains of one currency's orders as the solver is told it; `gain` is that of a leg's order.
    pub(super) fn levy<'a>(&self, part: Part, gain: &'a dyn Fn(usize, i128) -> i128) -> Levy<'a> {
        let rate = self.rate.decimal();
        Levy {
            allowance: part.allowance,
            rate: (rate.mantissa(), 10_i128.pow(rate.scale())),
            unit: part.unit * part.worth,
            gain,
        }
    }

    /// Adds to the tax of each order what it bears of the tax on all of its currency, of whose gains so much is free as
    /// `allowances` say; `None` when it does not fit.
    pub(super) fn allot(&self, orders: &mut [DraftOrder], books: &Books, allowances: &[i128]) -> Option<()> {
        for (index, (purse, allowance)) in books.purses.iter().zip(allowances).enumerate() {
            let part = self.part(purse, *allowance);
            let own = || orders.iter().filter(|order| order.purse == index);
            let gains: Vec<i128> = own().map(|order| order.pooled).collect();
            let borne = allotted(&gains, |gain| self.in_purse(part, gain))?;
            let mut borne = borne.into_iter();
            for order in orders.iter_mut().filter(|order| order.purse == index) {
                order.costs.tax = order.costs.tax.checked_add(borne.next()?)?;
            }
        }
        Some(())
    }

    /// The tax on the gains of one currency's orders, in the units of its purse.
    pub(super) fn in_purse(&self, part: Part, gains: i128) -> Option<i128> {
        own_charge(gains.checked_sub(part.allowance)?.max(0), self.rate, part.unit, part.worth)
    }

    /// What is still free of tax. Losses made before add to it. While a gain is not known, nothing is: the tax is never
    /// understated.
    #[must_use]
    pub fn allowance(&self) -> i128 {
        if self.untold.is_empty() { self.deduction.saturating_sub(self.realised).max(0) } else { 0 }
    }

    /// The tax on gains together, rounded up to the currency's smallest unit; `None` when it does not fit.
    #[must_use]
    pub fn tax(&self, gains: i128) -> Option<i128> {
        self.on(gains.checked_sub(self.allowance())?)
    }

    fn on(&self, taxed: i128) -> Option<i128> {
        let tax = rounded_up(taxed.max(0), self.places, self.rate, self.smallest)?;
        tax.checked_mul(10_i128.checked_pow(self.places - self.smallest)?)
    }

    /// What waiting for the next year saves, if what is above the deduction now is then sold under a fresh one, at the
    /// same prices and with no other sales.
    #[must_use]
    pub fn saved_by_waiting(&self, gains: i128) -> Option<i128> {
        let taxed = gains.checked_sub(self.allowance())?.max(0);
        self.on(taxed)?.checked_sub(self.on(taxed.checked_sub(self.deduction)?)?)
    }
}

/// What each of some gains bears of the tax on all of them, in their order: the increase it causes. Losses are taken off
/// first, so that none bears less than nothing.
fn allotted(gains: &[i128], tax: impl Fn(i128) -> Option<i128>) -> Option<Vec<i128>> {
    let mut sum = gains.iter().filter(|gain| **gain < 0).try_fold(0_i128, |sum, gain| sum.checked_add(*gain))?;
    let mut before = tax(sum)?;
    let mut borne = Vec::new();
    for gain in gains {
        sum = sum.checked_add((*gain).max(0))?;
        let now = tax(sum)?;
        borne.push(now - before);
        before = now;
    }
    Some(borne)
}

impl Draft<'_> {
    /// The day the tax figures are of, when any asset is taxed by them.
    pub(super) fn tax_figures(&self) -> Option<NaiveDate> {
        let portfolio = self.portfolio();
        portfolio.assets.values().find(|asset| asset.tax_class.is_some())?;
        Some(portfolio.costs.taxes.as_of)
    }

    pub(super) fn tax_params(&self) -> TaxParams {
        let taxes = &self.portfolio().costs.taxes;
        TaxParams {
            as_of: taxes.as_of.to_string(),
            kr_other_rate: taxes.kr_other.to_string(),
            overseas_rate: taxes.overseas.to_string(),
            overseas_deduction: taxes.deduction.to_string(),
        }
    }

    /// The lots an order sells.
    pub(super) fn lots_sold(&self, order: &DraftOrder) -> Vec<LotSold> {
        let lots = order.sold.iter().flat_map(|sold| &sold.lots);
        let lot = |lot: &crate::lots::Taken| LotSold {
            date: lot.date.map(|date| date.to_string()),
            quantity: self.books.shares(lot.shares).to_string(),
            cost: self.books.money(lot.cost).to_string(),
        };
        lots.map(lot).collect()
    }

    /// The tax on the year's gains, as a plan has it; before there are orders, what is free of it. `None` when no asset is
    /// taxed so, or a figure does not fit.
    pub fn year_tax(&self) -> Option<YearTax> {
        let pool = self.pool.as_ref()?;
        let money = |units| self.books.money(units).to_string();
        let gains = self.pooled_gains();
        let (allowance, tax) = (pool.allowance(), pool.tax(gains)?);
        let next = self.inputs.calendar.first_session_of_month(pool.year + 1, Month::January);
        let waiting = (tax > 0)
            .then(|| pool.saved_by_waiting(gains))
            .flatten()
            .map(|saves| Waiting { until: next.ok().map(|day| day.to_string()), saves: money(saves) });
        Some(YearTax {
            year: pool.year,
            deduction: money(pool.deduction),
            realised_before: money(pool.realised),
            gains: money(gains),
            used: money(gains.clamp(0, allowance)),
            left: money(if pool.untold.is_empty() { (allowance_with(pool) - gains).max(0) } else { 0 }),
            taxed: money((gains - allowance).max(0)),
            tax: money(tax),
            waiting,
            untold: pool.untold.clone(),
        })
    }

    /// The gains of all orders that count in the pool, losses taken off.
    fn pooled_gains(&self) -> i128 {
        self.orders.iter().map(|order| order.pooled).sum()
    }
}

/// The deduction less what was realised, which is below zero when more was.
fn allowance_with(pool: &Pool) -> i128 {
    pool.deduction.saturating_sub(pool.realised)
}

/// An amount in the units of the books, rounded down.
fn down(amount: Money, places: u32) -> Option<i128> {
    let amount = amount.decimal();
    let up = places.max(amount.scale());
    Some(scaled(amount, up)?.div_euclid(10_i128.checked_pow(up - places)?))
}

#[cfg(test)]
mod laws;
