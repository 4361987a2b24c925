//! How an order stands that was taken.
//!
//! That nothing is left of an order does not say that it was filled, nor that it is in no list that it has ended. What
//! follows from it must never enter this room.

use super::account::{self, Listed};
use super::{Kiwoom, unclear};
use crate::broker::{Ack, BrokerError, Intent, OrderState, Standing};
use crate::trade::{Executions, Ticket};
use chrono::NaiveDate;
use std::time::Duration;

/// Between two looks at an order that seems to have ended without a cancellation, in paces.
const AGAIN: u32 = 3;

impl Kiwoom<'_> {
    /// How an order stands.
    pub(super) fn stands(&mut self, intent: &Intent, ack: &Ack) -> Result<Standing, BrokerError> {
        let (day, number) = self.named(ack)?;
        self.ours(intent)?;
        let first = self.seen(&intent.ticket, day, &number)?;
        if !matches!(first.state, OrderState::Rejected(_)) {
            return Ok(first);
        }
        // Two lists are compared, and what one has a moment before the other must not end an order.
        self.clock.wait((self.api.pace().between * AGAIN).max(Duration::from_millis(1)));
        self.seen(&intent.ticket, day, &number)
    }

    fn seen(&mut self, ticket: &Ticket, day: NaiveDate, number: &str) -> Result<Standing, BrokerError> {
        let today = self.today()?.0;
        let listed = account::orders(&mut self.api, day)?;
        let Some(order) = listed.iter().find(|order| order.number == number) else {
            // It was taken, and is not listed yet.
            return match day == today {
                true => Ok(Standing { state: OrderState::Working, executed: Executions::NONE }),
                false => Err(unclear(&format!("the order {number} of {day} is not listed"))),
            };
        };
        if order.code != ticket.code.0 || order.side != ticket.side || order.quantity != ticket.quantity {
            return Err(unclear(&format!("the order {number} of {day} is another one than was sent")));
        }
        let amount = order.average.times(order.filled);
        let amount = amount.ok_or_else(|| unclear("what was executed is more than can be counted"))?;
        let executed = Executions::of(order.filled, amount);
        let changed = listed
            .iter()
            .find(|other| !other.cancels && other.amends && other.original.as_ref() == Some(&order.number));
        if let Some(other) = changed {
            let why = format!("the order {number} of {day} was changed by somebody, and goes on as {}", other.number);
            return Err(unclear(&why));
        }
        let state = if order.filled == order.quantity {
            OrderState::Filled
        } else {
            self.unfilled(order, &listed, day, today)?
        };
        Ok(Standing { state, executed })
    }

    /// What state an order is in of which not all was executed.
    fn unfilled(
        &mut self,
        order: &Listed,
        listed: &[Listed],
        day: NaiveDate,
        today: NaiveDate,
    ) -> Result<OrderState, BrokerError> {
        let cancelled = listed.iter().any(|other| other.cancels && other.original.as_ref() == Some(&order.number));
        if day < today {
            return Ok(if cancelled { OrderState::Cancelled } else { OrderState::Expired });
        }
        if !cancelled && !order.left.is_zero() {
            return Ok(OrderState::Working);
        }
        let open = account::open(&mut self.api)?.into_iter().any(|open| open.number == order.number);
        Ok(match (open, cancelled) {
            (true, _) => OrderState::Working,
            (false, true) => OrderState::Cancelled,
            (false, false) => OrderState::Rejected(match order.received.as_str() {
                "" => "nothing is left of it".to_owned(),
                words => format!("nothing is left of it ({words})"),
            }),
        })
    }
}
