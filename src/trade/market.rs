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

    /// Why an order cannot be executed now, whatever its price; a sentence without a period. At a limit of the day there
    /// is nobody on the other side.
    #[must_use]
    pub fn obstacle(&self, side: Side) -> Option<String> {
        let halted = self.halted.as_ref().map(|why| format!("it is not traded now: {why}"));
        let edge = match side {
            Side::Buy => self.upper.filter(|upper| self.price >= *upper).map(|at| ("sells", "upper", at)),
            Side::Sell => self.lower.filter(|lower| self.price <= *lower).map(|at| ("buys", "lower", at)),
        };
        halted.or_else(|| edge.map(|(does, which, at)| format!("nobody {does} at its {which} limit of {at}")))
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

impl Session {
    /// Why no order is taken, and when one will be; none while it is open.
    #[must_use]
    pub fn closed(&self) -> Option<String> {
        let Self::Closed { why, opens } = self else { return None };
        let opens = opens.as_ref().map_or_else(String::new, |opens| format!("; it opens {opens}"));
        Some(format!("{why}{opens}"))
    }
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

impl OpenOrder {
    /// As a person looks for it: which way, how much, at which price, when, and the broker's name for it.
    #[must_use]
    pub fn about(&self) -> String {
        let price = self.price.map_or_else(String::new, |price| format!(" at {price}"));
        let at = self.at.as_ref().map_or_else(String::new, |at| format!(", placed {at}"));
        format!("{} {} x {}{price}{at} ({})", self.side.word(), self.quantity, self.code, self.reference)
    }
}
