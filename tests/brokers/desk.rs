//! What every broker's own tests do with it: orders as the executor brings them to their end, a clock that is the
//! simulator's, and whether what came of it agrees with the ledger. What is on the wire must never enter this file.

use crate::ledger::{Ledger, Status};
use crate::wire::{Fault, Protocol, Reply, Server};
use chrono::{DateTime, SecondsFormat, Utc};
use rebalance::broker::{Ack, Broker, BrokerError, Fate, Intent, OrderState, Sent};
use rebalance::clock::Clock;
use rebalance::code::Code;
use rebalance::config::{CostBasis, Currency};
use rebalance::money::{Money, Price, Quantity};
use rebalance::trade::{Side, Ticket};
use rust_decimal::Decimal;
use std::cell::Cell;
use std::fmt;
use std::sync::MutexGuard;
use std::time::Duration;

/// A protocol with books behind it.
pub(crate) trait Kept: Protocol {
    /// Its books; none where the account is a file.
    fn ledger(&mut self) -> Option<&mut Ledger>;
}

/// The books of a simulator, as long as nobody else may look into them.
pub(crate) struct Books<'a, P>(MutexGuard<'a, P>);

impl<P: Kept> Books<'_, P> {
    pub(crate) fn ledger(&mut self) -> &mut Ledger {
        self.0.ledger().expect("a simulator has books")
    }
}

/// The books of a simulator.
pub(crate) fn books<P: Kept>(server: &Server<P>) -> Books<'_, P> {
    Books(server.protocol())
}

/// An order in won.
pub(crate) fn ticket(side: Side, code: &str, quantity: &str, limit: &str) -> Ticket {
    let number = |text: &str| text.parse::<Decimal>().unwrap();
    Ticket {
        id: format!("{}-{code}", side.word()),
        side,
        code: Code(code.to_owned()),
        ticker: format!("ETF {code}"),
        currency: Currency::Krw,
        rate: None,
        quantity: Quantity::new(number(quantity)),
        price: Price::new(number(limit)),
        limit: Price::new(number(limit)),
        amount: Money::new(number(quantity) * number(limit)),
        commission: Money::ZERO,
        slippage: Money::ZERO,
        tax: Money::ZERO,
        basis: CostBasis::Fifo,
        gain: None,
        tax_class: None,
        lots: Vec::new(),
    }
}

/// An order to buy, in won.
pub(crate) fn buy(code: &str, quantity: &str, limit: &str) -> Ticket {
    ticket(Side::Buy, code, quantity, limit)
}

/// An order to sell, in won.
pub(crate) fn sell(code: &str, quantity: &str, limit: &str) -> Ticket {
    ticket(Side::Sell, code, quantity, limit)
}

/// What goes wrong on any wire with the request of an order of 10: the fault, how the order ends where nobody else trades,
/// and how many were accepted.
pub(crate) fn wire_faults() -> Vec<(&'static str, Fault, &'static str, usize)> {
    vec![
        ("reset before it was read", Fault::Reset, "not placed", 0),
        ("dropped before it was done", Fault::DropBefore, "not placed", 0),
        ("dropped after it was done", Fault::DropAfter, "filled 10", 1),
        ("dropped in the middle of the answer", Fault::HalfBody, "filled 10", 1),
        ("answered too late", Fault::AnsweredLate(Duration::from_millis(1500)), "filled 10", 1),
        ("closed after the answer", Fault::CloseAfter, "filled 10", 1),
        ("a page of status 500, not done", Fault::Instead(Reply::gateway(500)), "not placed", 0),
        ("a page of status 500, done", Fault::DoneBut(Reply::gateway(500)), "filled 10", 1),
        ("a page of status 502, done", Fault::DoneBut(Reply::gateway(502)), "filled 10", 1),
        ("a page of status 503, done", Fault::DoneBut(Reply::gateway(503)), "filled 10", 1),
        ("a page of status 504, not done", Fault::Instead(Reply::gateway(504)), "not placed", 0),
        ("no HTTP, done", Fault::DoneBut(Reply::raw("hello")), "filled 10", 1),
        ("an empty answer, done", Fault::DoneBut(Reply::empty(200)), "filled 10", 1),
        ("a redirect, not done", Fault::Instead(Reply::empty(302).with("Location", "/")), "not placed", 0),
    ]
}

/// How an order ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Filled(String),
    Cancelled(String),
    Rejected(String),
    Expired(String),
    Refused,
    NotPlaced,
    NeedsHuman(Vec<String>),
    CannotTell(Vec<String>),
    /// It was never processed, however often it was sent.
    NeverProcessed,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Filled(shares) => write!(f, "filled {shares}"),
            Self::Cancelled(shares) => write!(f, "cancelled {shares}"),
            Self::Rejected(shares) => write!(f, "rejected {shares}"),
            Self::Expired(shares) => write!(f, "expired {shares}"),
            Self::Refused => f.write_str("refused"),
            Self::NotPlaced => f.write_str("not placed"),
            Self::NeedsHuman(candidates) => write!(f, "needs a human: {}", candidates.len()),
            Self::CannotTell(_) => f.write_str("cannot tell"),
            Self::NeverProcessed => f.write_str("never processed"),
        }
    }
}

impl Outcome {
    /// Whether it agrees with the ledger: the ledger is in order, no order was placed twice, and the one that was placed
    /// ended so.
    pub(crate) fn agrees<P: Kept>(&self, server: &Server<P>, name: &str) {
        let mut sim = books(server);
        let ledger = sim.ledger();
        ledger.check();
        let orders: Vec<_> = ledger.programs().map(|order| (order.status, order.filled().to_string())).collect();
        let one = |status, shares: &String| vec![(status, shares.clone())];
        let expected = match self {
            Self::Filled(shares) => one(Status::Filled, shares),
            Self::Cancelled(shares) => one(Status::Cancelled, shares),
            Self::Rejected(shares) => one(Status::Rejected, shares),
            // The day may be over before the ledger is told so.
            Self::Expired(shares) if orders == one(Status::Open, shares) => return,
            Self::Expired(shares) => one(Status::Expired, shares),
            Self::Refused | Self::NotPlaced | Self::NeverProcessed => Vec::new(),
            Self::NeedsHuman(_) | Self::CannotTell(_) => return assert!(orders.len() <= 1, "{name}: {orders:?}"),
        };
        assert_eq!(orders, expected, "{name}");
    }
}

/// A clock that is the simulator's: what is waited passes there.
pub(crate) struct Tied<'a, P: Kept> {
    server: &'a Server<P>,
    waited: Cell<Duration>,
    /// Seconds by which it is ahead of the simulator's.
    ahead: i64,
    /// Whether a part of what is waited really passes.
    slow: Cell<bool>,
}

impl<'a, P: Kept> Tied<'a, P> {
    pub(crate) fn new(server: &'a Server<P>) -> Self {
        Self { server, waited: Cell::new(Duration::ZERO), ahead: 0, slow: Cell::new(false) }
    }

    /// One that is ahead by so many seconds.
    pub(crate) fn ahead(server: &'a Server<P>, ahead: i64) -> Self {
        Self { ahead, ..Self::new(server) }
    }

    /// Really waits a part of what it is asked to, where something else has to go on meanwhile.
    pub(crate) fn slow(&self, slow: bool) -> &Self {
        self.slow.set(slow);
        self
    }
}

/// Orders on a clock, as the executor brings them to their end.
pub(crate) trait Drive: Clock {
    /// Prepares an order as the executor does.
    fn intent(&self, broker: &mut dyn Broker, ticket: &Ticket, claimed: &[String]) -> Result<Intent, BrokerError> {
        let last = broker.mark()?.unwrap_or_default();
        let marks = broker.prepare(ticket, &last)?;
        Ok(Intent {
            ticket: ticket.clone(),
            client_id: "rb-0".to_owned(),
            attempt: 1,
            at: self.now().to_rfc3339_opts(SecondsFormat::Secs, true),
            before: marks.before,
            after: marks.after,
            claimed: claimed.to_vec(),
        })
    }

    /// Brings an order to its end as the executor does.
    fn drive(&self, broker: &mut dyn Broker, ticket: &Ticket, claimed: &[String]) -> (Outcome, Option<Ack>) {
        for _ in 0..5 {
            let intent = self.intent(broker, ticket, claimed).unwrap();
            match broker.send(&intent) {
                Sent::Acknowledged(ack) => return (self.follow(broker, &intent, &ack), Some(ack)),
                Sent::Refused(_) => return (Outcome::Refused, None),
                Sent::NotProcessed { wait, .. } => self.wait(wait),
                Sent::Unknown(_) => return (self.looked_for(broker, &intent), None),
            }
        }
        (Outcome::NeverProcessed, None)
    }

    /// Looks for an order and brings it to its end.
    fn looked_for(&self, broker: &mut dyn Broker, intent: &Intent) -> Outcome {
        match broker.reconcile(intent) {
            Fate::Placed(ack) => self.follow(broker, intent, &ack),
            Fate::Executed(executed) => Outcome::Filled(executed.quantity.to_string()),
            Fate::NotPlaced(_) => Outcome::NotPlaced,
            Fate::NeedsHuman(candidates) => {
                let told = candidates.into_iter().map(|one| format!("{}: {}", one.reference, one.about));
                Outcome::NeedsHuman(told.collect())
            }
            Fate::CannotTell(look) => Outcome::CannotTell(look),
        }
    }

    /// Waits for an order's end, and cancels what is left of it when that takes too long.
    fn follow(&self, broker: &mut dyn Broker, intent: &Intent, ack: &Ack) -> Outcome {
        let begun = self.elapsed();
        let mut cancelled = false;
        for _ in 0..1000 {
            let standing = broker.standing(intent, ack).unwrap();
            let shares = standing.executed.quantity.to_string();
            match standing.state {
                OrderState::Filled => return Outcome::Filled(shares),
                OrderState::Cancelled => return Outcome::Cancelled(shares),
                OrderState::Rejected(_) => return Outcome::Rejected(shares),
                OrderState::Expired => return Outcome::Expired(shares),
                OrderState::Working => {}
            }
            if !cancelled && self.elapsed() - begun > broker.patience().unwrap_or_default() {
                broker.cancel(intent, ack).unwrap();
                cancelled = true;
            }
            self.wait(broker.pace());
        }
        panic!("it never ends");
    }
}

impl<C: Clock + ?Sized> Drive for C {}

impl<P: Kept> Clock for Tied<'_, P> {
    fn now(&self) -> DateTime<Utc> {
        books(self.server).ledger().now + chrono::TimeDelta::seconds(self.ahead)
    }

    fn elapsed(&self) -> Duration {
        self.waited.get()
    }

    fn wait(&self, how_long: Duration) {
        if self.slow.get() {
            std::thread::sleep(how_long / 50);
        }
        self.waited.set(self.waited.get() + how_long);
        books(self.server).ledger().pass(how_long);
    }
}
