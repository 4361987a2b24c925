//! Cash that is paid in or taken out with a plan, as it is moved.

use super::Malformed;
use crate::config::Currency;
use crate::money::Money;
use crate::plan::Flow;
use crate::plan::file::Body;

/// Cash that is paid in or taken out with a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// Its currency.
    pub currency: Currency,
    /// How much, below zero when it is taken out.
    pub amount: Money,
}

/// The words a transfer goes by where orders go by their ids.
const WORDS: [&str; 2] = ["deposit", "withdrawal"];
/// How the ids of conversions begin.
const CONVERT: &str = "convert-";

impl Transfer {
    /// The transfer of a plan, if it has one.
    ///
    /// # Errors
    /// [`Malformed`] when what was asked for cannot be.
    pub fn of(body: &Body) -> Result<Option<Self>, Malformed> {
        let base = super::currency(body)?;
        let asked = body.asked.ask().ok_or_else(|| Malformed {
            order: "of the plan".to_owned(),
            field: "asked",
            found: body.asked.deposit.clone().or_else(|| body.asked.withdrawal.clone()).unwrap_or_default(),
        })?;
        let currency = asked.currency.unwrap_or(base);
        Ok(asked.flow.map(|flow| Self { currency, amount: flow.signed() }))
    }

    /// Whether it is paid in: then it comes before all orders, otherwise after them.
    #[must_use]
    pub fn pays_in(&self) -> bool {
        self.amount > Money::ZERO
    }

    /// `deposit` or `withdrawal`: what it is called where orders have ids.
    #[must_use]
    pub fn word(&self) -> &'static str {
        let (positive, negative) = (Flow::Deposit(self.amount), Flow::Withdrawal(self.amount));
        if self.pays_in() { positive.word() } else { negative.word() }
    }
}

/// An order or a movement of cash in a sentence: `order sell-069500`, `the deposit`, `the conversion convert-KRW-USD`.
#[must_use]
pub fn named(id: &str) -> String {
    match kind(id) {
        Kind::Transfer => format!("the {id}"),
        Kind::Conversion => format!("the conversion {id}"),
        Kind::Order => format!("order {id}"),
    }
}

/// What an id is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// An order.
    Order,
    /// Cash that is paid in or taken out.
    Transfer,
    /// Cash that is converted.
    Conversion,
}

/// What an id is of.
#[must_use]
pub fn kind(id: &str) -> Kind {
    match id {
        _ if WORDS.contains(&id) => Kind::Transfer,
        _ if id.starts_with(CONVERT) => Kind::Conversion,
        _ => Kind::Order,
    }
}
