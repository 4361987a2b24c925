//! What a broker says of the market: prices, limits, whether orders are taken, and which orders are open.
//!
//! What follows from it must never enter this file.

use super::Side;
use crate::code::Code;
use crate::money::{Price, Quantity};

/// What the market says of a code now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quote {
    /// The code.
    pub code: Code,
    /// The last price of one share; above zero.
    pub price: Price,
    /// The day's upper limit, where there is one.
    pub upper: Option<Price>,
    /// The day's lower limit, where there is one.
    pub lower: Option<Price>,
    /// The smallest step of a price, where it is told.
    pub tick: Option<Price>,
    /// Why it is not traded now, if it is not.
    pub halted: Option<String>,
}

impl Quote {
    /// A price and nothing else.
    #[must_use]
    pub fn at(code: &Code, price: Price) -> Self {
        Self { code: code.clone(), price, upper: None, lower: None, tick: None, halted: None }
    }
}

/// Whether the market takes orders now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Session {
    /// It does.
    Open,
    /// It does not.
    Closed {
        /// Why not.
        why: String,
        /// When it will, in words, when that is known.
        opens: Option<String>,
    },
}

/// An order that is open at the broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenOrder {
    /// The broker's own name for it.
    pub reference: String,
    /// The code.
    pub code: Code,
    /// Which way.
    pub side: Side,
    /// Shares that are left of it.
    pub quantity: Quantity,
    /// Its limit price, if it has one.
    pub price: Option<Price>,
    /// When it was placed, in the broker's own words.
    pub at: Option<String>,
}
