//! What is converted so that no purse ends below what has to be left in it: how much of which currency, and what that costs.
//!
//! The least that does is converted, the base currency first. What is taken is a whole number of its currency's smallest
//! units, and so is what is received, rounded down; the bank's fee is rounded up. Which orders need it must never enter this
//! file.

use crate::money::Rate;

/// The cash of a currency before conversions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Till {
    /// Cash above what has to be left, below zero when some is missing, in the units of the purse.
    pub(super) spare: i128,
    /// The currency's smallest unit in those of the purse.
    pub(super) unit: i128,
    /// What a unit of the purse is worth in the units of the books.
    pub(super) worth: i128,
}

/// An amount that is converted. Amounts are in the units of their purses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DraftConversion {
    /// The purse it is taken from.
    pub from: usize,
    /// The purse it goes to.
    pub to: usize,
    /// What is taken, the fee included.
    pub amount: i128,
    /// What the bank keeps of that.
    pub fee: i128,
    /// What is received.
    pub received: i128,
    /// What is lost by it, in the units of the books.
    pub cost: i128,
}

impl Till {
    /// What the currency's smallest unit is worth.
    fn unit_worth(&self) -> Option<i128> {
        self.unit.checked_mul(self.worth)
    }
}

/// The least amounts that leave no till short, from the first tills that have something to spare, in the units of each
/// purse; and what is missing in all when there is not enough, in the units of the books, its fee included. `None` when a
/// figure does not fit.
pub(super) fn conversions(tills: &[Till], rate: Rate) -> Option<(Vec<DraftConversion>, i128)> {
    let mut left: Vec<i128> = tills.iter().map(|till| till.spare.div_euclid(till.unit)).collect();
    let (mut made, mut missing) = (Vec::new(), 0_i128);
    for to in 0..tills.len() {
        for from in 0..tills.len() {
            let (there, short) = (left[from], -left[to]);
            if there <= 0 || short <= 0 {
                continue;
            }
            let pair = Pair { from: tills[from], to: tills[to], rate };
            let received = pair.received(there)?.min(short);
            let Some(amount) = pair.least(received).filter(|_| received > 0) else { continue };
            // What the last units taken would bring too, the bank pays out as well.
            let received = pair.received(amount)?;
            left[from] -= amount;
            left[to] += received;
            made.push(pair.conversion(from, to, amount, received)?);
        }
        let short = (-left[to]).max(0);
        missing = missing.checked_add(with_fee(short.checked_mul(tills[to].unit_worth()?)?, rate)?)?;
    }
    Some((made, missing))
}

/// A value and the fee for it.
fn with_fee(value: i128, rate: Rate) -> Option<i128> {
    let (kept, scale) = parts(rate)?;
    // Where the bank keeps all of it, no amount does.
    if kept >= scale {
        return value.checked_mul(2);
    }
    let exact = value.checked_mul(scale)?;
    Some(exact.div_euclid(scale - kept) + i128::from(exact.rem_euclid(scale - kept) != 0))
}

/// A rate as a number of parts and how many there are.
fn parts(rate: Rate) -> Option<(i128, i128)> {
    let rate = rate.decimal().normalize();
    Some((rate.mantissa(), 10_i128.checked_pow(rate.scale())?))
}

/// Two currencies, of which one is converted into the other. Amounts are in smallest units here.
struct Pair {
    from: Till,
    to: Till,
    rate: Rate,
}

impl Pair {
    /// What the bank keeps of an amount.
    fn fee(&self, amount: i128) -> Option<i128> {
        let (kept, scale) = parts(self.rate)?;
        let exact = amount.checked_mul(kept)?;
        Some(exact.div_euclid(scale) + i128::from(exact.rem_euclid(scale) != 0))
    }

    /// What is received for an amount.
    fn received(&self, amount: i128) -> Option<i128> {
        let value = (amount - self.fee(amount)?).checked_mul(self.from.unit_worth()?)?;
        Some(value.div_euclid(self.to.unit_worth()?))
    }

    /// The least amount for which so much is received; none when no amount does, or it does not fit.
    fn least(&self, received: i128) -> Option<i128> {
        let (kept, scale) = parts(self.rate)?;
        if kept >= scale {
            return None;
        }
        // Less than this does not do even if the fee is not rounded up. How much more does is a unit of the fee, and what is
        // kept of that in turn.
        let value = with_fee(received.checked_mul(self.to.unit_worth()?)?, self.rate)?;
        let unit = self.from.unit_worth()?;
        let mut low = value.div_euclid(unit) + i128::from(value.rem_euclid(unit) != 0);
        let mut high = low.checked_add(scale.div_euclid(scale - kept) + 2)?;
        while low < high {
            let middle = low + (high - low) / 2;
            if self.received(middle)? >= received {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        Some(low)
    }

    fn conversion(&self, from: usize, to: usize, amount: i128, received: i128) -> Option<DraftConversion> {
        let fee = self.fee(amount)?.checked_mul(self.from.unit)?;
        let (amount, received) = (amount.checked_mul(self.from.unit)?, received.checked_mul(self.to.unit)?);
        let cost = amount.checked_mul(self.from.worth)?.checked_sub(received.checked_mul(self.to.worth)?)?;
        Some(DraftConversion { from, to, amount, fee, received, cost })
    }
}
