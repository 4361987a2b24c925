//! An order before it is sent, while it is sent, and when what is left of it is cancelled.
//!
//! An order is a limit order of the day at the Korea Exchange: one without a limit would be reserved for at the highest
//! price of the day, which a whole portfolio cannot pay. How it is looked for must never enter this room.

use super::api::{Call, Posted};
use super::record::{Before, padded, parsed, reference};
use super::{Failure, Kiwoom, NAME, account, unclear};
use crate::broker::settings::World;
use crate::broker::{Ack, BrokerError, Intent, Marks, Sent, krx, on_tick};
use crate::money::{Price, Quantity};
use crate::trade::{Side, Ticket};
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Duration;

const ORDER: &str = "/api/dostk/ordr";
/// Buys.
const BUY: Call = Call { id: "kt10000", path: ORDER };
/// Sells. The body does not say which way: only this does.
const SELL: Call = Call { id: "kt10001", path: ORDER };
/// Cancels.
const CANCEL: Call = Call { id: "kt10003", path: ORDER };
/// A limit order.
const LIMIT: &str = "0";

impl Kiwoom<'_> {
    /// The price at which an order is sent: the plan's limit, on a tick, within the day's limits.
    fn price(&mut self, ticket: &Ticket) -> Result<Price, BrokerError> {
        krx::fits(NAME, ticket)?;
        let quote = self.quote(&ticket.code)?;
        let unfit =
            |why: String| BrokerError::Unfit { why, remedy: "make a new plan when it is traded again".to_owned() };
        if let Some(words) = quote.halted {
            return Err(unfit(format!("{} is not traded: {words}", ticket.code)));
        }
        let price = on_tick(ticket.limit, krx::tick(ticket.limit), ticket.side, quote.lower, quote.upper);
        price.ok_or_else(|| {
            let limits = [quote.lower, quote.upper].map(|limit| limit.unwrap_or_default().to_string());
            unfit(format!("{} at {} is outside of today's limits, {}", ticket.code, ticket.limit, limits.join(" to ")))
        })
    }

    /// How many shares can be bought at an order's price without a receivable.
    pub(super) fn buyable(&mut self, ticket: &Ticket) -> Result<Quantity, BrokerError> {
        let price = self.price(ticket)?;
        match account::buyable(&mut self.api, &ticket.code.0, price) {
            // Not every question is answered at the mock host; the cash that may be spent at a margin of 100 % is.
            Err(Failure::Refused { .. }) if self.world == World::Mock => {
                let cash = account::cash(&mut self.api)?.spendable.decimal();
                let shares = cash.checked_div(price.decimal()).map(|shares| shares.floor()).unwrap_or_default();
                Ok(Quantity::new(shares.max(rust_decimal::Decimal::ZERO)))
            }
            found => Ok(found?),
        }
    }

    /// Writes down how things stand, so that the order can be found.
    pub(super) fn prepared(&mut self, ticket: &Ticket) -> Result<Marks, BrokerError> {
        let account = self.identity()?.text().to_owned();
        let price = self.price(ticket)?;
        let (day, _) = self.today()?;
        let mut orders = BTreeMap::new();
        // What is open first: an order that comes in between is then in the longer list.
        let open = account::open(&mut self.api)?;
        for order in account::orders(&mut self.api, day)?.into_iter().filter(|order| order.code == ticket.code.0) {
            orders.insert(reference(day, &order.number), order.filled.to_string());
        }
        for order in open.into_iter().filter(|order| order.code == ticket.code.0) {
            let filled = Quantity::new(order.quantity.decimal() - order.left.decimal());
            orders.entry(reference(day, &order.number)).or_insert_with(|| filled.to_string());
        }
        let held = self.held(&ticket.code.0)?;
        if let Some(error) = krx::other_day(self.clock.now().timestamp(), self.api.ahead()) {
            return Err(error);
        }
        // The last of all, so that an order is not the first to find out that there is no token.
        self.api.ready()?;
        let before =
            Before { account, day, price: price.to_string(), held: held.to_string(), orders, ahead: self.api.ahead() };
        Ok(Marks { before: before.text(), after: String::new() })
    }

    /// Shares held of a code.
    pub(super) fn held(&mut self, code: &str) -> Result<Quantity, BrokerError> {
        let positions = account::positions(&mut self.api)?;
        Ok(positions.into_iter().find(|position| position.code == code).map_or(Quantity::ZERO, |found| found.held))
    }

    /// Sends an order, once.
    pub(super) fn placed(&mut self, intent: &Intent) -> Sent {
        let Some(before) = Before::read(&intent.before) else {
            return Sent::Refused("what was written down about it cannot be read: it was not sent".to_owned());
        };
        match self.today() {
            Ok((day, _)) if day == before.day => {}
            _ => return Sent::Refused(format!("it was for {}, and that day is over: it was not sent", before.day)),
        }
        let call = match intent.ticket.side {
            Side::Buy => BUY,
            Side::Sell => SELL,
        };
        let body = json!({
            "dmst_stex_tp": "KRX",
            "stk_cd": intent.ticket.code.0,
            "ord_qty": intent.ticket.quantity.to_string(),
            "ord_uv": before.price,
            "trde_tp": LIMIT,
            "cond_uv": "",
        });
        match self.api.post(call, &body) {
            Posted::Taken(number) => Sent::Acknowledged(Ack { reference: reference(before.day, &number), at: None }),
            Posted::Refused(why) => Sent::Refused(why),
            Posted::Delayed(why) => {
                Sent::NotProcessed { why, wait: self.api.pace().between.max(Duration::from_secs(1)) * 2 }
            }
            Posted::Unclear(why) => Sent::Unknown(why),
        }
    }

    /// Asks for what is left of an order to be cancelled.
    pub(super) fn cancelled(&mut self, intent: &Intent, ack: &Ack) -> Result<(), BrokerError> {
        let (day, number) = self.named(ack)?;
        self.ours(intent)?;
        if day != self.today()?.0 {
            // Orders are for a day: nothing is left of it.
            return Ok(());
        }
        let body = json!({
            "dmst_stex_tp": "KRX",
            "orig_ord_no": padded(&number),
            "stk_cd": intent.ticket.code.0,
            "cncl_qty": "0",
        });
        let (broker, remedy) = (NAME, "cancel it in the app of Kiwoom, then go on".to_owned());
        match self.api.post(CANCEL, &body) {
            Posted::Taken(_) => Ok(()),
            Posted::Delayed(why) | Posted::Unclear(why) => Err(BrokerError::Unavailable { broker, why, remedy }),
            Posted::Refused(said) => {
                let open = account::open(&mut self.api)?.into_iter().any(|order| order.number == number);
                if open { Err(BrokerError::Denied { broker, said, remedy }) } else { Ok(()) }
            }
        }
    }

    /// The day and the number of an order.
    pub(super) fn named(&self, ack: &Ack) -> Result<(chrono::NaiveDate, String), BrokerError> {
        parsed(&ack.reference).ok_or_else(|| unclear(&format!("`{}` names no order of Kiwoom's", ack.reference)))
    }

    /// Sees to it that the keys are still of the account that an order was sent from.
    pub(super) fn ours(&mut self, intent: &Intent) -> Result<Before, BrokerError> {
        let before = Before::read(&intent.before);
        let before = before.ok_or_else(|| unclear("what was written down about the order cannot be read"))?;
        if self.identity()?.text() == before.account {
            return Ok(before);
        }
        Err(BrokerError::Unfit {
            why: "the order was sent from another account than the one that these keys are of".to_owned(),
            remedy: format!("set {}, {} and {} as they were, then go on", super::KEY, super::SECRET, super::ENV),
        })
    }
}
