//! What an order costs: commission, slippage, tax, each rounded up to the smallest unit of the order's currency; and how
//! far its price may go. Amounts and costs are in the units of the asset's purse, gains in those of the books: they are
//! taxed in the base currency.
//!
//! An amount may be finer than the currency's smallest unit, where parts of a share are traded. Cash is not: what is paid
//! is rounded up, what is received is rounded down, and the rest is part of the slippage.
//!
//! Whether an order is worth its cost must never enter this room.

mod charges;

pub use charges::{Charge, Commission};

use crate::config::{Currency, TaxClass};
use crate::drift::{Books, Line};
use crate::holdings::Lot;
use crate::lots::{self, Ledger, Taken};
use crate::money::{Money, PRICE_PLACES, QUANTITY_PLACES, Rate, scaled, unscaled};
use crate::portfolio::{Asset, Costs};
use charges::Slip;
use rust_decimal::Decimal;

/// The itemised costs of one order, in the units of its purse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OrderCosts {
    /// The broker's commission.
    pub commission: i128,
    /// What the fill may differ from the reference price by.
    pub slippage: i128,
    /// Tax on the gain of a sale.
    pub tax: i128,
}

impl OrderCosts {
    /// All of them; `None` when they do not fit.
    #[must_use]
    pub fn total(self) -> Option<i128> {
        self.commission.checked_add(self.slippage)?.checked_add(self.tax)
    }

    /// The same in the units of the books, of which a unit of the purse is worth so many.
    #[must_use]
    pub fn times(self, worth: i128) -> Self {
        Self { commission: self.commission * worth, slippage: self.slippage * worth, tax: self.tax * worth }
    }
}

/// How one asset's orders are charged.
#[derive(Debug, Clone)]
pub struct Tariff {
    currency: Currency,
    /// Decimal places of the units of the purse.
    places: u32,
    quantity_places: u32,
    /// Places of the currency's smallest unit, no more than `places`.
    smallest: u32,
    /// The price of a unit of a share in the units of the purse.
    price: i128,
    base: Base,
    commission: Commission,
    slippage: Rate,
    charge: Charge,
    slip: Slip,
    tax: Rate,
    /// Whether gains are taxed with those of the whole year, and not by the sale.
    pooled: bool,
    /// What the shares cost, when that is known.
    lots: Option<Ledger>,
}

/// The base currency: gains are in it.
#[derive(Debug, Clone, Copy)]
struct Base {
    /// Decimal places of the units of the books.
    places: u32,
    /// Places of its smallest unit, no more than `places`.
    smallest: u32,
    /// The price of a unit of a share in the units of the books.
    price: i128,
    /// What a unit of the purse is worth in them.
    worth: i128,
}

/// The rate at which an asset's gains are taxed: of each sale, or above the deduction of the year.
#[must_use]
pub fn tax_rate(asset: &Asset, costs: &Costs) -> Rate {
    match asset.tax_class {
        None => costs.tax,
        Some(TaxClass::KrEquity) => Rate::ZERO,
        Some(TaxClass::KrOther) => costs.taxes.kr_other,
        Some(TaxClass::Overseas) => costs.taxes.overseas,
    }
}

/// What a sale takes of the lots of its position, in the base currency and in the units of the books.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sold {
    /// The amount less what the shares cost, each at the rate of its day, rounded up to the base currency's smallest unit;
    /// below zero for a loss.
    pub gain: i128,
    /// The purchases, oldest first; one without a date when all are an average. Their shares are those of the order, and
    /// their costs add up to the amount less the gain, but for a part of the smallest unit that an amount may have.
    pub lots: Vec<Taken>,
}

impl Tariff {
    /// The tariff of a line of the books; `None` when the costs of its lots do not fit.
    #[must_use]
    pub fn of(
        asset: &Asset,
        costs: &Costs,
        base: Currency,
        line: &Line,
        books: &Books,
        lots: Option<&[Lot]>,
    ) -> Option<Self> {
        let purse = books.purses.get(line.purse)?;
        let lots = match lots {
            // What a lot cost in the base currency is not known without its rate.
            Some(lots) if line.purse > 0 => lots::in_base(lots),
            lots => lots.map(<[Lot]>::to_vec),
        };
        let lots = match lots {
            None => None,
            Some(lots) => Some(Ledger::of(&lots, costs.basis)?),
        };
        let (places, smallest) = (purse.places, purse.currency.places().min(purse.places));
        let commission = Commission {
            rate: costs.commission,
            minimum: at_rate(costs.commission_minimum, purse.rate)?,
            per_order: at_rate(costs.commission_per_order, purse.rate)?,
        };
        Some(Self {
            currency: purse.currency,
            places,
            quantity_places: books.quantity_places,
            smallest,
            price: line.own_price,
            base: Base {
                places: books.places,
                smallest: base.places().min(books.places),
                price: line.price,
                worth: purse.worth,
            },
            commission,
            slippage: costs.slippage,
            charge: commission.charge(places, smallest)?,
            slip: Slip::of(costs.slippage, places, smallest)?,
            tax: tax_rate(asset, costs),
            pooled: asset.tax_class == Some(TaxClass::Overseas),
            lots,
        })
    }

    /// Whether a sale cannot be charged because the purchases are not known.
    #[must_use]
    pub fn needs_lots(&self) -> bool {
        !self.tax.is_zero() && self.lots.is_none()
    }

    /// The costs of trading `shares` (sold below zero), without its part of the tax on a year's pool; `None` when they do
    /// not fit.
    #[must_use]
    pub fn costs(&self, shares: i128) -> Option<OrderCosts> {
        if shares == 0 {
            return Some(OrderCosts::default());
        }
        let amount = self.price.checked_mul(shares.checked_abs()?)?;
        let taxed = shares < 0 && !self.tax.is_zero() && !self.pooled;
        let tax = if taxed { self.tax_on(self.gain(-shares)?)? } else { 0 };
        // A gain that does not fit belongs to no order that could be paid for.
        self.pooled_gain(shares)?;
        let commission = self.charge.of(amount)?;
        Some(OrderCosts { commission, slippage: self.slip.on(amount, shares > 0)?, tax })
    }

    /// The price an order may go to: the reference and the slippage, rounded towards the reference to a tick.
    ///
    /// A fill at the limit therefore never costs more than the slippage that was planned for.
    #[must_use]
    pub fn limit_price(&self, buy: bool) -> Option<i128> {
        let room = self.price.checked_mul(self.slippage.decimal().mantissa())?;
        let room = room.div_euclid(10_i128.checked_pow(self.slippage.decimal().scale())?);
        let tick = tick(self.currency, self.price, self.places - self.quantity_places)?;
        Some(if buy {
            ((self.price + room).div_euclid(tick) * tick).max(self.price)
        } else {
            let low = self.price - room;
            ((low + tick - 1).div_euclid(tick) * tick).min(self.price)
        })
    }

    /// How many of the ledger's parts of a share one of the books' is.
    fn parts(&self) -> Option<i128> {
        10_i128.checked_pow(QUANTITY_PLACES.checked_sub(self.quantity_places)?)
    }

    /// Shares of the books in the parts of the ledger.
    fn in_parts(&self, shares: i128) -> Option<i128> {
        shares.checked_mul(self.parts()?)
    }

    /// The currency's smallest unit, as money is kept here.
    fn unit(&self) -> Option<i128> {
        10_i128.checked_pow(self.places - self.smallest)
    }

    /// The orders (sold below zero) at which costs stop to follow a straight line: where the rate comes to more than the
    /// least commission, where a purchase is used up, and where gains turn into losses or back.
    #[must_use]
    pub fn turns(&self) -> Vec<i128> {
        let mut turns = self.least_commission_ends().map_or(Vec::new(), |shares| vec![shares, -shares]);
        let (mut sold, mut gain) = (0_i128, 0_i128);
        // The ledger counts shares in its own parts, of which one here is a whole number.
        let parts = self.parts().unwrap_or(1);
        for end in self.lots.iter().flat_map(Ledger::ends).map(|end| end.div_euclid(parts)) {
            let Some(after) = self.gain(end) else { continue };
            if (gain < 0) != (after < 0) {
                let part = gain.checked_mul(end - sold).map_or(0, |part| part.div_euclid(gain - after));
                turns.extend([-sold - part, -sold - part - 1]);
            }
            (sold, gain) = (end, after);
            turns.push(-end);
        }
        turns
    }

    /// The largest order that is charged the least commission, when the rate ever comes to more.
    fn least_commission_ends(&self) -> Option<i128> {
        let Commission { rate, minimum, .. } = self.commission;
        let (rate, minimum) = (rate.decimal(), minimum.decimal());
        let places = PRICE_PLACES.max(self.places + rate.scale());
        let each = self.price.checked_mul(rate.mantissa())?;
        let each = each.checked_mul(10_i128.checked_pow(places - self.places - rate.scale())?)?;
        if each <= 0 { None } else { Some(scaled(minimum, places)?.div_euclid(each)) }
    }

    /// How far a cost may be from its line, in the units of the books: each of its parts, and the gain, is rounded up by
    /// itself.
    #[must_use]
    pub fn rounding(&self) -> i128 {
        let own = 10_i128.saturating_pow(self.places - self.smallest).saturating_mul(self.base.worth);
        own.max(10_i128.saturating_pow(self.base.places - self.base.smallest)).saturating_mul(4)
    }

    /// The tax on a gain in the base currency, rounded up to the smallest unit of the order's own.
    fn tax_on(&self, gain: i128) -> Option<i128> {
        own_charge(gain.max(0), self.tax, self.unit()?, self.base.worth)
    }

    /// What an order costs, without its part of the tax on a year's pool, in the units of the books; `None` when it does
    /// not fit.
    #[must_use]
    pub fn cost(&self, shares: i128) -> Option<i128> {
        self.costs(shares)?.total()?.checked_mul(self.base.worth)
    }

    /// The gain of selling shares in the units of the books, rounded up to the base currency's smallest unit.
    fn gain(&self, shares: i128) -> Option<i128> {
        // Shares of no known purchase are all gain; `needs_lots` keeps that from being planned.
        let cost = self.lots.as_ref().map_or(Some(0), |lots| lots.cost(self.in_parts(shares)?))?;
        let Base { places, smallest, price, .. } = self.base;
        let fine = places.max(PRICE_PLACES);
        let amount = shares.checked_mul(price)?.checked_mul(10_i128.checked_pow(fine - places)?)?;
        let cost = cost.checked_mul(10_i128.checked_pow(fine - PRICE_PLACES)?)?;
        let units = -cost.checked_sub(amount)?.div_euclid(10_i128.checked_pow(fine - smallest)?);
        units.checked_mul(10_i128.checked_pow(places - smallest)?)
    }

    /// The gain of an order that counts in the year's pool: 0 for purchases and for assets that are taxed by the sale.
    #[must_use]
    pub fn pooled_gain(&self, shares: i128) -> Option<i128> {
        if self.pooled && shares < 0 { self.gain(shares.checked_neg()?) } else { Some(0) }
    }

    /// What an order sells; none for a purchase, and where the lots are not known.
    #[must_use]
    pub fn sold(&self, shares: i128) -> Option<Sold> {
        let shares = shares.checked_neg().filter(|shares| *shares > 0)?;
        let mut lots = self.lots.as_ref()?.taken(self.in_parts(shares)?)?;
        let (mut exact, mut told) = (0_i128, 0_i128);
        for lot in &mut lots {
            lot.shares /= self.parts()?;
            exact = exact.checked_add(lot.cost)?;
            let all = self.down(exact)?;
            lot.cost = all - told;
            told = all;
        }
        Some(Sold { gain: self.gain(shares)?, lots })
    }

    /// A cost of lots, rounded down to the base currency's smallest unit.
    fn down(&self, cost: i128) -> Option<i128> {
        let Base { places, smallest, .. } = self.base;
        let units = cost.div_euclid(10_i128.checked_pow(PRICE_PLACES.checked_sub(smallest)?)?);
        units.checked_mul(10_i128.checked_pow(places - smallest)?)
    }
}

/// A rate of an amount of the books in the units of a purse, rounded up to a multiple of `unit` of them. `worth` is what
/// a unit of the purse is worth in the books.
pub(super) fn own_charge(amount: i128, rate: Rate, unit: i128, worth: i128) -> Option<i128> {
    let rate = rate.decimal();
    let exact = amount.checked_mul(rate.mantissa())?;
    let step = unit.checked_mul(worth)?.checked_mul(10_i128.checked_pow(rate.scale())?)?;
    (exact.div_euclid(step) + i128::from(exact.rem_euclid(step) != 0)).checked_mul(unit)
}

/// An amount of the base currency in another of which one is worth `rate`, rounded up to [`PRICE_PLACES`].
fn at_rate(amount: Money, rate: Decimal) -> Option<Money> {
    let up = scaled(amount.decimal(), PRICE_PLACES)?.checked_mul(10_i128.checked_pow(rate.scale())?)?;
    let rate = rate.mantissa();
    let own = up.div_euclid(rate) + i128::from(up.rem_euclid(rate) != 0);
    Some(Money::new(unscaled(own, PRICE_PLACES)?))
}

/// The smallest step of a price, in units of 10^-`places`.
///
/// Korean ETFs: 1 won below 2,000, else 5 (Korea Exchange, since December 2023). United States: a cent from 1 dollar,
/// else a hundredth of one (Regulation NMS, rule 612).
fn tick(currency: Currency, price: i128, places: u32) -> Option<i128> {
    let unit = 10_i128.checked_pow(places)?;
    let step = match currency {
        Currency::Krw if price < 2_000 * unit => unit,
        Currency::Krw => 5 * unit,
        Currency::Usd if price >= unit => unit / 100,
        Currency::Usd => unit / 10_000,
        // Their tables depend on the security: the smallest unit is a multiple of no tick, and a limit to it is one that
        // the broker may round.
        Currency::Jpy => unit,
        Currency::Eur | Currency::Gbp | Currency::Hkd | Currency::Cny => unit / 100,
    };
    Some(step.max(1))
}

#[cfg(test)]
mod tests;
