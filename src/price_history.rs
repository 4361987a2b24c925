//! Price histories: what assets closed at on past days, as facts.
//!
//! A history is complete: every asset has a price on every day. Where the file has none, the last one is carried forward,
//! for so many days, and that is counted. Prices are integers in units of 10^-[`PLACES`]; a price with more digits is
//! rounded half to even. What would have become of a portfolio must never enter this room.

mod build;
mod csv;
mod number;

pub use build::{Builder, Row};
pub use csv::read;

use crate::code::Code;
use crate::config::Currency;
use chrono::NaiveDate;

/// Decimal places of a price.
pub const PLACES: u32 = 10;

/// The largest price, in units of the currency.
pub const MAX_PRICE: i128 = 1_000_000_000_000;

/// What is wanted of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The assets whose prices are needed, each with its currency where that is not the base currency: a column of that name
    /// has the rates.
    pub assets: Vec<(Code, Option<Currency>)>,
    /// The first day that counts.
    pub from: Option<NaiveDate>,
    /// The last day that counts.
    pub to: Option<NaiveDate>,
    /// For how many days in a row a price may be carried forward.
    pub longest_gap: u32,
}

/// Prices of some assets on some days.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// The days, ascending.
    pub days: Vec<NaiveDate>,
    /// The assets, in the order that was asked for.
    pub codes: Vec<Code>,
    /// The prices of the first day, in the order of the assets, then those of the next, in units of 10^-[`PLACES`].
    prices: Vec<i128>,
    /// Prices that were carried forward.
    pub carried: usize,
    /// Days at the beginning that were left out because some asset had no price yet.
    pub before: usize,
    /// Prices that had more digits than are kept, and were rounded.
    pub rounded: usize,
    /// Columns, or codes, that are none of the portfolio's.
    pub ignored: Vec<String>,
}

impl History {
    /// The prices of a day, in the order of the assets; none beyond the last day.
    #[must_use]
    pub fn on(&self, day: usize) -> &[i128] {
        let width = self.codes.len();
        self.prices.get(day * width..(day + 1) * width).unwrap_or_default()
    }

    /// The same with prices rounded half to even to so many places: real orders are paid in the currency's smallest unit.
    ///
    /// # Errors
    /// The asset and the day of the first price that would be nothing.
    pub fn to_places(mut self, places: u32) -> Result<Self, (Code, NaiveDate)> {
        let step = 10_i128.pow(PLACES.saturating_sub(places));
        let width = self.codes.len();
        self.rounded = 0;
        for (at, price) in self.prices.iter_mut().enumerate() {
            let near = number::divided(*price, step) * step;
            if near == 0 {
                return Err((self.codes[at % width].clone(), self.days[at / width]));
            }
            self.rounded += usize::from(near != *price);
            *price = near;
        }
        Ok(self)
    }
}
