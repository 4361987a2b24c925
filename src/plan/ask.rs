//! What was asked for when the plan was made, beyond what the config says; and how a plan records it.
//!
//! What is done about it must never enter this file.

use super::file::{Asked, Body};
use crate::config::{Currency, Destination, Funding};
use crate::money::{self, Money, PRICE_PLACES};
use crate::trigger::Cause;
use rust_decimal::Decimal;

/// What is asked for. The plan records it, so that it can be made again the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ask {
    /// A rebalance, whether or not one is due.
    pub manual: bool,
    /// Cash that is paid in or taken out, instead of a rebalance.
    pub flow: Option<Flow>,
    /// Its currency; none when it is the base currency.
    pub currency: Option<Currency>,
    /// Where weights are brought to, instead of where the config says.
    pub destination: Option<Destination>,
    /// That what would be left above the reserve is spent.
    pub deploy_cash: bool,
    /// What pays for orders where there are several currencies, instead of what the config says.
    pub funding: Option<Funding>,
}

/// Cash that is paid in or taken out, more than nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    /// Paid in: orders only buy.
    Deposit(Money),
    /// Taken out: orders only sell, and no more than must be.
    Withdrawal(Money),
}

impl Flow {
    /// What it adds to cash, below zero for a withdrawal.
    #[must_use]
    pub fn signed(self) -> Money {
        match self {
            Self::Deposit(amount) => amount,
            Self::Withdrawal(amount) => Money::new(-amount.decimal()),
        }
    }

    /// The option that asks for it, without its dashes.
    #[must_use]
    pub fn option(self) -> &'static str {
        match self {
            Self::Deposit(_) => "deposit",
            Self::Withdrawal(_) => "withdraw",
        }
    }

    /// The word in messages, journals and logs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Deposit(_) => "deposit",
            Self::Withdrawal(_) => "withdrawal",
        }
    }
}

impl Ask {
    /// The same for a portfolio of a base currency: cash in it is in no other.
    #[must_use]
    pub fn of(&self, base: Currency) -> Self {
        Self { currency: self.currency.filter(|currency| *currency != base), ..self.clone() }
    }

    /// As a plan has it.
    #[must_use]
    pub fn recorded(&self) -> Asked {
        let amount = |wanted: fn(Flow) -> Option<Money>| self.flow.and_then(wanted).map(|amount| amount.to_string());
        Asked {
            trigger: self.manual.then(|| Cause::Manual.word().to_owned()),
            deposit: amount(|flow| if let Flow::Deposit(amount) = flow { Some(amount) } else { None }),
            withdrawal: amount(|flow| if let Flow::Withdrawal(amount) = flow { Some(amount) } else { None }),
            destination: self.destination.map(|destination| destination.word().to_owned()),
            deploy_cash: self.deploy_cash,
            currency: self.currency.filter(|_| self.flow.is_some()).map(|currency| currency.word().to_owned()),
            funding: self.funding.map(|funding| funding.word().to_owned()),
        }
    }
}

impl Asked {
    /// What was asked for; none when it cannot have been.
    #[must_use]
    pub fn ask(&self) -> Option<Ask> {
        let manual = match self.trigger.as_deref() {
            None => false,
            Some(word) if word == Cause::Manual.word() => true,
            Some(_) => return None,
        };
        let amount = |text: &str| {
            let amount = money::decimal(text, PRICE_PLACES).ok().filter(|amount| *amount > Decimal::ZERO)?;
            Some(Money::new(amount))
        };
        let flow = match (&self.deposit, &self.withdrawal) {
            (None, None) => None,
            (Some(text), None) => Some(Flow::Deposit(amount(text)?)),
            (None, Some(text)) => Some(Flow::Withdrawal(amount(text)?)),
            (Some(_), Some(_)) => return None,
        };
        let all = [Destination::Target, Destination::BandEdge, Destination::HalfBand];
        let known = |word: &String| all.into_iter().find(|destination| destination.word() == word);
        let destination = match &self.destination {
            None => None,
            Some(word) => Some(known(word)?),
        };
        let known = |word: &String| [Funding::Own, Funding::Convert].into_iter().find(|funding| funding.word() == word);
        let funding = match &self.funding {
            None => None,
            Some(word) => Some(known(word)?),
        };
        let currency = match &self.currency {
            None => None,
            Some(word) => Some(Currency::parse(word).filter(|_| flow.is_some())?),
        };
        Some(Ask { manual, flow, currency, destination, deploy_cash: self.deploy_cash, funding })
    }
}

impl Body {
    /// Whether it neither trades nor moves cash.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        let moves_cash =
            self.asked.deposit.is_some() || self.asked.withdrawal.is_some() || !self.conversions.is_empty();
        self.orders.is_empty() && !moves_cash
    }
}
