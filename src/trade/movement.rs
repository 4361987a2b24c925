//! What a plan does to an account, in the order in which it is done: orders, and cash that is moved beside them.

use super::{Conversion, Malformed, Ticket, Transfer};
use crate::config::Currency;
use crate::money::Money;
use crate::plan::file::Body;

/// Cash that is moved with a plan beside its orders.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Movement {
    /// Paid in or taken out.
    Transfer(Transfer),
    /// Converted into another currency.
    Conversion(Conversion),
}

impl Movement {
    /// What it goes by where orders have ids: `deposit`, `withdrawal`, `convert-KRW-USD`.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Transfer(transfer) => transfer.word(),
            Self::Conversion(conversion) => &conversion.id,
        }
    }

    /// What it does to the cash of each currency; what is taken comes first.
    #[must_use]
    pub fn changes(&self) -> Vec<(Currency, Money)> {
        match self {
            Self::Transfer(transfer) => vec![(transfer.currency, transfer.amount)],
            Self::Conversion(conversion) => {
                let taken = Money::new(-conversion.amount.decimal());
                vec![(conversion.from, taken), (conversion.to, conversion.received)]
            }
        }
    }
}

/// One thing that a plan does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// An order is sent.
    Order(Box<Ticket>),
    /// Cash is moved.
    Move(Movement),
}

impl Act {
    /// Everything a plan does, in order: a deposit comes before the orders it pays for, and a withdrawal after those that
    /// raise it. Conversions come after the orders that bring cash and before those that take it, so that no currency runs
    /// below zero on the way.
    ///
    /// # Errors
    /// [`Malformed`] for the first that is not what it should be.
    pub fn all(body: &Body) -> Result<Vec<Self>, Malformed> {
        let transfer = Transfer::of(body)?;
        let conversions = Conversion::all(body)?;
        let tickets = Ticket::all(body)?;
        let takes = |ticket: &Ticket| ticket.cash_change().is_none_or(|change| change < Money::ZERO);
        let last = match conversions.is_empty() {
            true => tickets.len(),
            false => tickets.iter().position(takes).unwrap_or(tickets.len()),
        };
        let flow = |pays_in: bool| {
            let transfer = transfer.filter(|transfer| transfer.pays_in() == pays_in);
            transfer.map(|transfer| Self::Move(Movement::Transfer(transfer)))
        };
        let mut acts: Vec<Self> = flow(true).into_iter().collect();
        let mut orders = tickets.into_iter().map(|ticket| Self::Order(Box::new(ticket)));
        acts.extend(orders.by_ref().take(last));
        acts.extend(conversions.into_iter().map(|conversion| Self::Move(Movement::Conversion(conversion))));
        acts.extend(orders);
        acts.extend(flow(false));
        Ok(acts)
    }

    /// What it goes by.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Order(ticket) => &ticket.id,
            Self::Move(movement) => movement.id(),
        }
    }
}
