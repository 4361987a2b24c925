//! An amount of one currency that is converted into another with a plan, as it is carried out.

use super::{Malformed, currency};
use crate::config::Currency;
use crate::money::{self, FX_PLACES, Money, VALUE_PLACES};
use crate::plan::file::{self, Body};
use rust_decimal::Decimal;

/// An amount of one currency that is converted into another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conversion {
    /// Its id: the same for the same two currencies.
    pub id: String,
    /// The currency it is taken from.
    pub from: Currency,
    /// The currency it goes to.
    pub to: Currency,
    /// What is taken, the fee included.
    pub amount: Money,
    /// What the bank keeps of that.
    pub fee: Money,
    /// What is received.
    pub received: Money,
    /// What is lost by it in the base currency.
    pub cost: Decimal,
}

impl Conversion {
    /// The conversions of a plan.
    ///
    /// # Errors
    /// [`Malformed`] for the first that is none, or that stands twice.
    pub fn all(body: &Body) -> Result<Vec<Self>, Malformed> {
        let base = currency(body)?;
        let mut all: Vec<Self> = Vec::new();
        for one in &body.conversions {
            let conversion = Self::of(one, base)?;
            if all.iter().any(|other| other.id == conversion.id) {
                return Err(Malformed { order: one.id.clone(), field: "id", found: one.id.clone() });
            }
            all.push(conversion);
        }
        Ok(all)
    }

    fn of(one: &file::Conversion, base: Currency) -> Result<Self, Malformed> {
        let malformed = |field, found: &str| Malformed { order: one.id.clone(), field, found: found.to_owned() };
        let known = |field, word: &str| Currency::parse(word).ok_or_else(|| malformed(field, word));
        let (from, to) = (known("from", &one.from)?, known("to", &one.to)?);
        if from == to {
            return Err(malformed("to", &one.to));
        }
        if one.id != format!("convert-{}-{}", from.word(), to.word()) {
            return Err(malformed("id", &one.id));
        }
        let figure = |field, text: &str, places: u32, least: Decimal| {
            let value = money::decimal(text, places).ok().filter(|value| *value >= least);
            value.ok_or_else(|| malformed(field, text))
        };
        let smallest = |currency: Currency| Decimal::new(1, currency.places());
        let amount = figure("amount", &one.amount, from.places(), smallest(from))?;
        let received = figure("received", &one.received, to.places(), smallest(to))?;
        let fee = figure("fee", &one.fee, from.places(), Decimal::ZERO)?;
        if fee > amount {
            return Err(malformed("fee", &one.fee));
        }
        for (field, text, own) in [("from_rate", &one.from_rate, from), ("to_rate", &one.to_rate, to)] {
            let rate = figure(field, text, FX_PLACES, Decimal::new(1, FX_PLACES))?;
            if own == base && rate != Decimal::ONE {
                return Err(malformed(field, text));
            }
        }
        let cost = figure("cost", &one.cost, VALUE_PLACES, Decimal::ZERO)?;
        let (amount, fee, received) = (Money::new(amount), Money::new(fee), Money::new(received));
        Ok(Self { id: one.id.clone(), from, to, amount, fee, received, cost })
    }
}
