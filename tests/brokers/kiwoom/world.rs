//! A simulator, the broker opened on it, and a clock that is the simulator's own.

use super::{KEY, Kiwoom, SECRET};
use crate::desk::ticket;
use crate::ledger::{Ledger, Status};
use crate::wire::Server;
use chrono::{DateTime, SecondsFormat, Utc};
use rebalance::broker::{self, Ack, Broker, BrokerError, Fate, Intent, Means, OrderState, Sent};
use rebalance::clock::Clock;
use rebalance::disk::RealDisk;
use rebalance::money::Money;
use rebalance::trade::{Side, Ticket};
use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

pub(super) fn money(text: &str) -> Money {
    Money::new(text.parse().unwrap())
}

pub(super) fn buy(code: &str, quantity: &str, limit: &str) -> Ticket {
    ticket(Side::Buy, code, quantity, limit)
}

pub(super) fn sell(code: &str, quantity: &str, limit: &str) -> Ticket {
    ticket(Side::Sell, code, quantity, limit)
}

/// How an order ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    Filled(String),
    Cancelled(String),
    Rejected(String),
    Expired(String),
    Refused,
    NotPlaced,
    NeedsHuman(Vec<String>),
    CannotTell(Vec<String>),
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
            Self::NeedsHuman(candidates) => write!(f, "needs a human: {candidates:?}"),
            Self::CannotTell(look) => write!(f, "cannot tell: {look:?}"),
        }
    }
}

/// A simulator and what the broker is opened with.
pub(super) struct World {
    pub(super) server: Server<Kiwoom>,
    directory: tempfile::TempDir,
    env: BTreeMap<String, String>,
}

impl World {
    /// At ten in the morning in Seoul, with a million won and five ETFs.
    pub(super) fn new() -> Self {
        Self::at("2026-03-04T01:00:00Z")
    }

    pub(super) fn at(now: &str) -> Self {
        let positions = [
            ("069500", "10", "35555"),
            ("091230", "5", "8150"),
            ("305080", "100", "10500"),
            ("319640", "7", "12005"),
            ("360750", "250", "16800"),
        ];
        let server = Server::start(Kiwoom::new(Ledger::new(now, "1000000", &positions)));
        let directory = tempfile::tempdir().unwrap();
        let env = [
            ("KIWOOM_APP_KEY", KEY),
            ("KIWOOM_APP_SECRET", SECRET),
            ("KIWOOM_ENV", "real"),
            ("KIWOOM_URL", &server.url),
            ("KIWOOM_TIMEOUT", "1"),
        ];
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { server, directory, env }
    }

    pub(super) fn mock(mut self) -> Self {
        self.set("KIWOOM_ENV", "mock");
        self
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.env.insert(name.to_owned(), value.to_owned());
    }

    /// Opens the broker anew and does something with it.
    pub(super) fn with<T>(&self, go: impl FnOnce(&mut dyn Broker, &Tied<'_>) -> T) -> T {
        let clock = Tied::new(&self.server);
        let env = |name: &str| self.env.get(name).cloned();
        let mut broker = (broker::find("kiwoom").unwrap().open)(self.means(&clock, &env)).unwrap();
        go(&mut *broker, &clock)
    }

    /// Why the broker cannot be opened.
    pub(super) fn opened(&self) -> Result<(), String> {
        let clock = Tied::new(&self.server);
        let env = |name: &str| self.env.get(name).cloned();
        let opened = (broker::find("kiwoom").unwrap().open)(self.means(&clock, &env));
        opened.map(drop).map_err(|error| error.to_string())
    }

    fn means<'a>(&'a self, clock: &'a dyn Clock, env: &'a dyn Fn(&str) -> Option<String>) -> Means<'a> {
        Means { disk: &RealDisk, holdings: self.directory.path(), directory: self.directory.path(), clock, env }
    }

    /// How many orders of programs were accepted.
    pub(super) fn orders(&self) -> usize {
        self.server.protocol().ledger.programs().count()
    }

    /// Whether something was ever answered with this in it.
    pub(super) fn said(&self, text: &str) -> bool {
        let replies = self.server.asked().into_iter().filter_map(|asked| asked.reply);
        replies.into_iter().any(|reply| String::from_utf8_lossy(&reply.body).contains(text))
    }

    /// The files that were left.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.directory.path().join("tokens")).unwrap();
        let files = entries.map(|entry| entry.unwrap().path());
        files.filter(|path| path.is_file() && !path.ends_with(".gitignore")).collect()
    }

    /// The ledger is in order, and says the same as how an order ended.
    pub(super) fn agrees(&self, outcome: &Outcome, name: &str) {
        let sim = self.server.protocol();
        sim.ledger.check();
        let orders: Vec<_> = sim.ledger.programs().map(|order| (order.status, order.filled().to_string())).collect();
        let one = |status, shares: &String| vec![(status, shares.clone())];
        let expected = match outcome {
            Outcome::Filled(shares) => one(Status::Filled, shares),
            Outcome::Cancelled(shares) => one(Status::Cancelled, shares),
            Outcome::Rejected(shares) => one(Status::Rejected, shares),
            Outcome::Expired(shares) => one(Status::Expired, shares),
            Outcome::Refused | Outcome::NotPlaced => Vec::new(),
            Outcome::NeedsHuman(_) | Outcome::CannotTell(_) => return assert!(orders.len() <= 1, "{name}: {orders:?}"),
        };
        assert_eq!(orders, expected, "{name}");
    }
}

/// A clock that is the simulator's: what is waited passes there.
pub(super) struct Tied<'a> {
    server: &'a Server<Kiwoom>,
    waited: Cell<Duration>,
    slow: Cell<bool>,
}

impl<'a> Tied<'a> {
    fn new(server: &'a Server<Kiwoom>) -> Self {
        Self { server, waited: Cell::new(Duration::ZERO), slow: Cell::new(false) }
    }

    /// Waits a part of what it is asked to, where something else has to go on meanwhile.
    pub(super) fn slow(&self, slow: bool) -> &Self {
        self.slow.set(slow);
        self
    }

    /// Prepares an order as the executor does.
    pub(super) fn intent(
        &self,
        broker: &mut dyn Broker,
        ticket: &Ticket,
        claimed: &[String],
    ) -> Result<Intent, BrokerError> {
        let marks = broker.prepare(ticket, "")?;
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
    pub(super) fn drive(&self, broker: &mut dyn Broker, ticket: &Ticket, claimed: &[String]) -> (Outcome, Option<Ack>) {
        for _ in 0..5 {
            let intent = self.intent(broker, ticket, claimed).unwrap();
            match broker.send(&intent) {
                Sent::Acknowledged(ack) => return (self.follow(broker, &intent, &ack), Some(ack)),
                Sent::Refused(_) => return (Outcome::Refused, None),
                Sent::NotProcessed { wait, .. } => self.wait(wait),
                Sent::Unknown(_) => return (self.looked_for(broker, &intent), None),
            }
        }
        panic!("it was never looked at");
    }

    /// Looks for an order and brings it to its end.
    pub(super) fn looked_for(&self, broker: &mut dyn Broker, intent: &Intent) -> Outcome {
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
            if !cancelled && self.elapsed() - begun > broker.patience().unwrap() {
                broker.cancel(intent, ack).unwrap();
                cancelled = true;
            }
            self.wait(broker.pace());
        }
        panic!("it never ends");
    }
}

impl Clock for Tied<'_> {
    fn now(&self) -> DateTime<Utc> {
        self.server.protocol().ledger.now
    }

    fn elapsed(&self) -> Duration {
        self.waited.get()
    }

    fn wait(&self, how_long: Duration) {
        if self.slow.get() {
            std::thread::sleep(how_long / 50);
        }
        self.waited.set(self.waited.get() + how_long);
        self.server.protocol().ledger.pass(how_long);
    }
}
