//! The words of the options of `rebalance plan`, as they are typed. What is done about them must never enter this file.

use crate::config::{Currency, Destination, Funding};
use crate::money::{self, MAX_AMOUNT, Money, NumberFault, PRICE_PLACES};
use chrono::NaiveDate;
use clap::ValueEnum;
use rust_decimal::Decimal;

/// A trigger one can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Asked {
    /// Regardless of schedule and drift.
    Manual,
}

/// Where weights may be brought to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum Toward {
    /// To the targets.
    Target,
    /// To the nearest edges of their bands.
    BandEdge,
    /// Halfway between edge and target.
    HalfBand,
}

impl Toward {
    pub(super) fn destination(self) -> Destination {
        match self {
            Self::Target => Destination::Target,
            Self::BandEdge => Destination::BandEdge,
            Self::HalfBand => Destination::HalfBand,
        }
    }
}

/// What may pay for orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Payer {
    /// Each currency for its own.
    Own,
    /// All for all: what one lacks is converted from the others, as a part of the plan.
    Convert,
}

impl Payer {
    pub(super) fn funding(self) -> Funding {
        match self {
            Self::Own => Funding::Own,
            Self::Convert => Funding::Convert,
        }
    }
}

/// A day as an option has it.
pub(in crate::cli) fn day(text: &str) -> Result<NaiveDate, String> {
    crate::config::day(text).ok_or_else(|| "write it as YYYY-MM-DD, such as 2026-03-04".to_owned())
}

/// An amount of cash, and its currency where it says one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Amount(pub(super) Money, pub(super) Option<Currency>);

pub(super) fn amount(text: &str) -> Result<Amount, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let currency = match text.get(digits.len()..).unwrap_or_default() {
        "" => None,
        word => Some(Currency::parse(word).ok_or_else(|| {
            let known = Currency::ALL.map(Currency::word);
            format!("no currency is called `{word}`: one of {}", crate::words::list(&known))
        })?),
    };
    match money::decimal(digits.trim_end_matches(' '), PRICE_PLACES) {
        Ok(amount) if amount > Decimal::ZERO => Ok(Amount(Money::new(amount), currency)),
        Ok(_) => Err("write an amount above 0".to_owned()),
        Err(NumberFault::TooLarge) => Err(format!("write an amount of {MAX_AMOUNT} at most")),
        Err(NumberFault::TooPrecise { places }) => Err(format!("write an amount with {places} decimal places at most")),
        Err(NumberFault::Spelling(_) | NumberFault::NotANumber) => {
            Err("write it in plain digits, such as 500000 or 500USD".to_owned())
        }
    }
}
