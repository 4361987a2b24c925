//! Korea Investment & Securities, over its REST interface: ETFs of the Korea Exchange, in won, with real or play money.
//!
//! The protocol is as the broker's own samples (github.com/koreainvestment/open-trading-api) and captured answers have it.
//! It knows no name of ours for an order, so that an answer that is lost is looked for among its orders, and an order is
//! never sent again before that is certain. Whether an order should be sent must never enter this room.

mod account;
mod api;
mod balance;
mod book;
mod envelope;
mod fate;
mod fields;
mod funds;
mod mark;
mod place;
mod quote;
mod session;
mod settings;
mod trouble;
mod world;

use self::api::Api;
use self::balance::{Balance, balance};
use self::book::{Name, Row, State};
use self::fate::Look;
use self::mark::{Mark, explained, names, traded};
use self::place::{Cancelled, Placed, cancel, nothing_left, place};
use self::trouble::Trouble;
use self::world::World;
use super::{
    Ack, Broker, BrokerError, Entry, Fate, Held, Identity, Intent, Marks, Means, OpenOrder, OrderState, Quote, Sent,
    Session, Snapshot, Standing, krx, on_tick,
};
use crate::code::Code;
use crate::config::Currency;
use crate::money::{Money, Price, Quantity};
use crate::plan::PlanFile;
use crate::trade::{Executions, Ticket};
use chrono::{NaiveDate, NaiveTime};
use rust_decimal::Decimal;
use std::collections::BTreeSet;
use std::time::Duration;

/// Its name in the table.
pub(super) const NAME: &str = "kis";
/// When what is left of an order has gone out, by the clock in Seoul: ten minutes after the close.
const OUT: (u32, u32) = (15, 40);
/// How often a cancellation is tried.
const TRIES: u32 = 4;

/// Its line in the table.
pub(super) const ENTRY: Entry = Entry {
    name: NAME,
    known_as: &["Korea Investment & Securities", "Korea Investment", "한국투자증권", "한국투자"],
    about: "trades at Korea Investment & Securities, with real or with play money, as KIS_ENV says",
    markets: "ETFs of the Korea Exchange, in the regular session",
    currencies: &[Currency::Krw],
    needs: settings::NEEDS,
    rewrites_holdings: false,
    open: |means| Ok(Box::new(Kis::open(means)?)),
};

/// Korea Investment & Securities.
pub(super) struct Kis<'a> {
    api: Api<'a>,
    identity: Identity,
    /// The orders whose cancellation this run has asked for and the broker has taken.
    cancelled: BTreeSet<String>,
}

impl<'a> Kis<'a> {
    /// Opens it. Asks nobody yet.
    fn open(means: Means<'a>) -> Result<Self, BrokerError> {
        let (api, identity) = settings::open(means)?;
        Ok(Self { api, identity, cancelled: BTreeSet::new() })
    }

    /// The day and the time in Seoul.
    fn now(&self) -> Result<(NaiveDate, NaiveTime), BrokerError> {
        let now = krx::in_seoul(self.api.clock().now().timestamp());
        now.ok_or_else(|| BrokerError::Unclear { broker: NAME, why: "the clock shows no date".to_owned() })
    }

    /// The price at which an order is sent: on a tick, no worse than the plan's limit, within the limits of the day.
    fn price(&mut self, ticket: &Ticket) -> Result<Decimal, BrokerError> {
        krx::fits(NAME, ticket)?;
        let quote = quote::quote(&mut self.api, &ticket.code).map_err(Trouble::told)?;
        let (code, side) = (&ticket.code.0, ticket.side.word());
        if let Some(why) = quote.obstacle(ticket.side) {
            let why = format!("no order to {side} {code} is sent: {why}");
            return Err(BrokerError::Unfit { why, remedy: "wait until it is traded, or make a new plan".to_owned() });
        }
        let tick = quote.tick.unwrap_or(Price::new(Decimal::ONE));
        let price = on_tick(ticket.limit, tick, ticket.side, quote.lower, quote.upper);
        let price = price.ok_or_else(|| BrokerError::Unfit {
            why: format!("the exchange takes no order to {side} {code} at {} today", ticket.limit),
            remedy: "make a new plan at today's prices".to_owned(),
        })?;
        Ok(price.decimal())
    }

    /// What the account holds, when nothing of it is borrowed.
    fn balance(&mut self) -> Result<Balance, BrokerError> {
        let balance = balance(&mut self.api).map_err(Trouble::told)?;
        if balance.loans.is_zero() {
            return Ok(balance);
        }
        let why = format!("{} won are borrowed in the account, and loans are not counted here", balance.loans);
        Err(BrokerError::Unfit { why, remedy: "use an account without loans".to_owned() })
    }

    /// The row of an order in the list of its day.
    fn row(&mut self, name: &Name) -> Result<Option<Row>, BrokerError> {
        let rows = book::orders(&mut self.api, name.day).map_err(Trouble::told)?;
        let same = |row: &Row| {
            let branches = [&row.name.branch, &name.branch];
            row.name.number == name.number && (branches[0] == branches[1] || branches.iter().any(|b| b.is_empty()))
        };
        Ok(rows.into_iter().find(same))
    }

    /// How an order stands that is not listed: in the mock world that happens, and the balance says what was executed.
    fn unlisted(&mut self, intent: &Intent, name: &Name) -> Result<Standing, BrokerError> {
        let working = Standing { state: OrderState::Working, executed: Executions::NONE };
        let mark = Mark::parse(&intent.before);
        let (Some(mark), World::Mock) = (mark, self.api.world()) else { return Ok(working) };
        let (code, side) = (intent.ticket.code.0.as_str(), intent.ticket.side);
        let (shares, amount) = book::executed(&mut self.api, name.day, code, side).map_err(Trouble::told)?;
        let (shares, amount) = (shares - mark.sums.0, amount - mark.sums.1);
        let whole = intent.ticket.quantity.decimal();
        if shares < Decimal::ZERO || shares > whole || (shares.is_zero() != amount.is_zero()) {
            let why =
                format!("{shares} of {code} were executed since an order for {whole}: somebody else trades it too");
            return Err(BrokerError::Unclear { broker: NAME, why });
        }
        let executed = Executions::of(Quantity::new(shares), Money::new(amount));
        let state = match shares == whole {
            true => OrderState::Filled,
            false if self.cancelled.contains(&name.to_string()) => OrderState::Cancelled,
            false => OrderState::Working,
        };
        Ok(Standing { state, executed })
    }

    /// What an order that the broker says no to has come to: whether it has it all the same is looked at.
    fn refused(&mut self, intent: &Intent, trouble: &Trouble) -> Sent {
        let looked = Mark::parse(&intent.before).map(|mark| fate::look(&mut self.api, intent, &mark));
        match looked {
            Some(Ok(Look::Nothing)) => Sent::Refused(trouble.to_string()),
            _ => Sent::Unknown(trouble.to_string()),
        }
    }
}

impl Broker for Kis<'_> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn real_money(&self) -> bool {
        let world = self.api.world();
        world.real_money(self.api.base(), world.base())
    }

    fn account(&mut self) -> Result<Option<Identity>, BrokerError> {
        Ok(Some(self.identity.clone()))
    }

    fn snapshot(&mut self) -> Result<Snapshot, BrokerError> {
        let balance = self.balance()?;
        let mut snapshot = Snapshot::default();
        snapshot.cash.insert(Currency::Krw, Money::new(balance.cash));
        for position in balance.positions.into_iter().filter(|position| !position.held.is_zero()) {
            if position.price.is_zero() {
                let why = format!("{} is held and has no price", position.code);
                return Err(BrokerError::Unclear { broker: NAME, why });
            }
            let held = Held {
                quantity: Quantity::new(position.held),
                sellable: Quantity::new(position.sellable),
                price: Price::new(position.price),
                cost: position.cost.map(Price::new),
            };
            snapshot.positions.insert(Code(position.code), held);
        }
        Ok(snapshot)
    }

    fn quotes(&mut self, codes: &[Code]) -> Result<Vec<Quote>, BrokerError> {
        let mut quotes = Vec::new();
        for code in codes {
            krx::known(NAME, code)?;
            quotes.push(quote::quote(&mut self.api, code).map_err(Trouble::told)?);
        }
        Ok(quotes)
    }

    fn session(&mut self) -> Result<Session, BrokerError> {
        Ok(match session::closed(&mut self.api).map_err(Trouble::told)? {
            None => Session::Open,
            Some(why) => Session::Closed { why, opens: krx::opens(self.api.clock().now().timestamp()) },
        })
    }

    /// In the mock world, which does not tell, those that the list of the day shows as open.
    fn open_orders(&mut self) -> Result<Vec<OpenOrder>, BrokerError> {
        let (today, _) = self.now()?;
        let rows = match book::open(&mut self.api, today).map_err(Trouble::told)? {
            Some(rows) => rows,
            None => book::orders(&mut self.api, today).map_err(Trouble::told)?,
        };
        let open = rows.into_iter().filter(|row| row.remaining > Decimal::ZERO && row.state() == State::Open);
        let open = open.map(|row| OpenOrder {
            reference: row.name.to_string(),
            code: Code(row.code),
            side: row.side,
            quantity: Quantity::new(row.remaining),
            price: row.limit.map(Price::new),
            at: row.at.map(|at| at.to_string()),
        });
        Ok(open.collect())
    }

    /// Never: the account is traded in the app as well.
    fn mark(&mut self) -> Result<Option<String>, BrokerError> {
        Ok(None)
    }

    fn fits(&mut self, ticket: &Ticket) -> Result<(), BrokerError> {
        krx::fits(NAME, ticket)
    }

    fn opening(&mut self, _: &PlanFile) -> Result<String, BrokerError> {
        Ok(String::new())
    }

    fn capacity(&mut self, ticket: &Ticket) -> Result<Quantity, BrokerError> {
        let code = ticket.code.0.as_str();
        let shares = match ticket.side {
            crate::trade::Side::Buy => {
                let price = self.price(ticket)?;
                funds::buyable(&mut self.api, code, price)
            }
            crate::trade::Side::Sell => funds::sellable(&mut self.api, code),
        };
        shares.map(Quantity::new).map_err(Trouble::told)
    }

    fn prepare(&mut self, ticket: &Ticket, _: &str) -> Result<Marks, BrokerError> {
        if let Some(why) = session::closed(&mut self.api).map_err(Trouble::told)? {
            let (why, remedy) = (format!("no order is sent: {why}"), "apply it while the exchange trades".to_owned());
            return Err(BrokerError::Unfit { why, remedy });
        }
        let price = self.price(ticket)?;
        let (day, _) = self.now()?;
        let (code, side) = (ticket.code.0.as_str(), ticket.side);
        let balance = self.balance()?;
        let sums = book::executed(&mut self.api, day, code, side).map_err(Trouble::told)?;
        let rows = book::orders(&mut self.api, day).map_err(Trouble::told)?;
        if let Some(error) = krx::other_day(self.api.clock().now().timestamp(), self.api.ahead()) {
            return Err(error);
        }
        let mark = Mark {
            day,
            price,
            held: balance.position(code).map_or(Decimal::ZERO, |position| position.held),
            unexplained: traded(&balance, code, side) - explained(&rows, code, side),
            sums,
            known: names(&rows),
            ahead: self.api.ahead(),
        };
        Ok(Marks { before: mark.text(), after: String::new() })
    }

    fn send(&mut self, intent: &Intent) -> Sent {
        let Some(mark) = Mark::parse(&intent.before) else {
            return Sent::Refused("what was prepared cannot be read".to_owned());
        };
        let ticket = &intent.ticket;
        let order = (ticket.side, ticket.code.0.as_str(), ticket.quantity.decimal(), mark.price);
        match place(&mut self.api, mark.day, order) {
            Placed::Taken(taken) => Sent::Acknowledged(Ack {
                reference: taken.name.to_string(),
                at: (!taken.at.is_empty()).then_some(taken.at),
            }),
            Placed::NotProcessed(trouble) => {
                let wait = if matches!(trouble, Trouble::NotSent { .. }) { 5 } else { 2 };
                Sent::NotProcessed { why: trouble.to_string(), wait: Duration::from_secs(wait) }
            }
            Placed::Refused(trouble) => Sent::Refused(trouble.to_string()),
            Placed::SaidNo(trouble) => self.refused(intent, &trouble),
            Placed::Unknown(trouble) => Sent::Unknown(trouble.to_string()),
        }
    }

    fn standing(&mut self, intent: &Intent, ack: &Ack) -> Result<Standing, BrokerError> {
        let unclear = |why: String| BrokerError::Unclear { broker: NAME, why };
        let name = Name::parse(&ack.reference).ok_or_else(|| unclear(format!("`{}` names no order", ack.reference)))?;
        let Some(row) = self.row(&name)? else { return self.unlisted(intent, &name) };
        let ticket = &intent.ticket;
        if row.code != ticket.code.0 || row.side != ticket.side || row.quantity != ticket.quantity.decimal() {
            return Err(unclear(format!("the order {name} is another one: {}", row.about())));
        }
        let (today, time) = self.now()?;
        let out = NaiveTime::from_hms_opt(OUT.0, OUT.1, 0).is_some_and(|out| time >= out);
        let state = match row.state() {
            State::Filled => OrderState::Filled,
            State::Cancelled => OrderState::Cancelled,
            State::Rejected => OrderState::Rejected(format!("the exchange rejected {} of it", row.rejected)),
            State::Open if name.day < today || name.day == today && out => OrderState::Expired,
            State::Open => OrderState::Working,
        };
        Ok(Standing { state, executed: Executions::of(Quantity::new(row.filled), Money::new(row.amount)) })
    }

    fn cancel(&mut self, _: &Intent, ack: &Ack) -> Result<(), BrokerError> {
        let Some(name) = Name::parse(&ack.reference) else {
            return Err(BrokerError::Unclear { broker: NAME, why: format!("`{}` names no order", ack.reference) });
        };
        let mut last = None;
        for tries in 0..TRIES {
            match cancel(&mut self.api, &name) {
                Cancelled::Asked => {
                    self.cancelled.insert(name.to_string());
                    return Ok(());
                }
                // Nothing is left, or nothing can be: what became of it, the list says.
                Cancelled::Not(trouble) if nothing_left(&trouble) => return Ok(()),
                Cancelled::Not(trouble) => last = Some(trouble),
            }
            self.api.clock().wait(Duration::from_secs(1 << tries));
        }
        Err(last.map_or_else(|| BrokerError::Unclear { broker: NAME, why: String::new() }, Trouble::told))
    }

    fn reconcile(&mut self, intent: &Intent) -> Fate {
        fate::fate(&mut self.api, intent)
    }
}
