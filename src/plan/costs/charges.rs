//! Commission and slippage of an order. What is the same for every order of an asset is worked out once: the solver asks for
//! the costs of many.
//!
//! Taxes, and whether an order is worth its cost, must never enter this file.

use crate::money::{Money, PRICE_PLACES, Rate, scaled};

/// The broker's commission of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Commission {
    /// Of the amount.
    pub rate: Rate,
    /// What it is at least.
    pub minimum: Money,
    /// What comes on top.
    pub per_order: Money,
}

impl Commission {
    /// What is charged for amounts in units of 10^-`places`: the rate of it or the minimum, whichever is more, and the fixed
    /// fee; rounded up once, as one charge, to a multiple of 10^-`smallest`. `None` when a figure does not fit.
    #[must_use]
    pub fn charge(self, places: u32, smallest: u32) -> Option<Charge> {
        let Self { rate, minimum, per_order } = self;
        let rate = rate.decimal();
        let exact_places = places + rate.scale();
        let fine = exact_places.max(PRICE_PLACES);
        Some(Charge {
            rate: rate.mantissa().checked_mul(10_i128.checked_pow(fine - exact_places)?)?,
            minimum: scaled(minimum.decimal(), fine)?,
            per_order: scaled(per_order.decimal(), fine)?,
            unit: 10_i128.checked_pow(fine - smallest)?,
            back: 10_i128.checked_pow(places - smallest)?,
        })
    }
}

/// A commission, ready for amounts of one kind. All but `back` is in parts so fine that nothing is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Charge {
    rate: i128,
    minimum: i128,
    per_order: i128,
    /// The smallest unit of the currency.
    unit: i128,
    /// The same, in the units of amounts.
    back: i128,
}

impl Charge {
    /// The commission of an amount of zero or more, in its units; `None` when it does not fit.
    #[must_use]
    pub fn of(&self, amount: i128) -> Option<i128> {
        let exact = amount.checked_mul(self.rate)?.max(self.minimum).checked_add(self.per_order)?;
        exact.checked_add(self.unit - 1)?.div_euclid(self.unit).checked_mul(self.back)
    }
}

/// What a fill may differ by, and what is lost because cash has no part of its smallest unit: a purchase takes the amount and
/// this, a sale brings the amount less this, and both are whole units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slip {
    /// What is paid and what is received of an amount, each in parts so fine that nothing is rounded.
    paid: i128,
    received: i128,
    /// The smallest unit of the currency, in these parts and in the units of amounts.
    part: i128,
    unit: i128,
}

impl Slip {
    /// That of a rate, for amounts in units of 10^-`places`; `None` when a figure does not fit.
    pub(super) fn of(rate: Rate, places: u32, smallest: u32) -> Option<Self> {
        let rate = rate.decimal();
        let (unit, scale) = (10_i128.checked_pow(places - smallest)?, 10_i128.checked_pow(rate.scale())?);
        Some(Self {
            paid: scale.checked_add(rate.mantissa())?,
            received: scale.checked_sub(rate.mantissa())?,
            part: unit.checked_mul(scale)?,
            unit,
        })
    }

    /// What an amount costs on its way in, or out; `None` when it does not fit.
    pub(super) fn on(&self, amount: i128, buy: bool) -> Option<i128> {
        if buy {
            let paid = amount.checked_mul(self.paid)?.checked_add(self.part - 1)?.div_euclid(self.part);
            paid.checked_mul(self.unit)?.checked_sub(amount)
        } else {
            let received = amount.checked_mul(self.received)?.div_euclid(self.part);
            amount.checked_sub(received.checked_mul(self.unit)?)
        }
    }
}
