//! A simulator, and the broker opened on it.

use super::{ACCOUNT, KEY, Kis, SECRET};
use crate::desk::{Tied, ticket};
use crate::ledger::Ledger;
use crate::wire::Server;
use rebalance::broker::{self, Broker, BrokerError, Means};
use rebalance::clock::Clock;
use rebalance::disk::RealDisk;
use rebalance::trade::{Side, Ticket};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

pub(super) fn buy(code: &str, quantity: &str, limit: &str) -> Ticket {
    ticket(Side::Buy, code, quantity, limit)
}

pub(super) fn sell(code: &str, quantity: &str, limit: &str) -> Ticket {
    ticket(Side::Sell, code, quantity, limit)
}

/// A simulator and what the broker is opened with.
pub(super) struct World {
    pub(super) server: Server<Kis>,
    directory: tempfile::TempDir,
    env: BTreeMap<String, String>,
    /// Seconds by which our clock is ahead of the simulator's.
    pub(super) ahead: i64,
}

impl World {
    /// The real world, at ten in the morning in Seoul, with a million won and five ETFs.
    pub(super) fn new() -> Self {
        Self::of(Kis::new(Self::ledger("2026-03-04T01:00:00Z")), "real")
    }

    /// The mock world at the same time.
    pub(super) fn mock() -> Self {
        Self::of(Kis::mock(Self::ledger("2026-03-04T01:00:00Z")), "mock")
    }

    /// The real world at another time.
    pub(super) fn at(now: &str) -> Self {
        Self::of(Kis::new(Self::ledger(now)), "real")
    }

    fn ledger(now: &str) -> Ledger {
        let positions = [
            ("069500", "10", "35555"),
            ("091230", "5", "8150"),
            ("305080", "100", "10500"),
            ("319640", "7", "12005"),
            ("360750", "250", "16800"),
        ];
        let mut ledger = Ledger::new(now, "1000000", &positions);
        // As fast as a server is, so that it is the client that has to keep its distance.
        ledger.pace = Duration::from_millis(10);
        ledger
    }

    fn of(sim: Kis, word: &str) -> Self {
        let server = Server::start(sim);
        let directory = tempfile::tempdir().unwrap();
        let env = [
            ("KIS_APP_KEY", KEY),
            ("KIS_APP_SECRET", SECRET),
            ("KIS_ACCOUNT", ACCOUNT),
            ("KIS_ENV", word),
            ("KIS_URL", &server.url),
            ("KIS_TIMEOUT", "1"),
        ];
        let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { server, directory, env, ahead: 0 }
    }

    pub(super) fn set(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Changes the simulator.
    pub(super) fn sim(self, change: impl FnOnce(&mut Kis)) -> Self {
        change(&mut self.server.protocol());
        self
    }

    /// Opens the broker anew, as another run would, and does something with it.
    pub(super) fn with<T>(&self, go: impl FnOnce(&mut dyn Broker, &Tied<'_, Kis>) -> T) -> T {
        let clock = Tied::ahead(&self.server, self.ahead);
        let env = |name: &str| self.env.get(name).cloned();
        let mut broker = (broker::find("kis").unwrap().open)(self.means(&clock, &env)).unwrap();
        go(&mut *broker, &clock)
    }

    /// Whether the broker can be opened.
    pub(super) fn opened(&self) -> Result<(), BrokerError> {
        let clock = Tied::new(&self.server);
        let env = |name: &str| self.env.get(name).cloned();
        (broker::find("kis").unwrap().open)(self.means(&clock, &env)).map(drop)
    }

    fn means<'a>(&'a self, clock: &'a dyn Clock, env: &'a dyn Fn(&str) -> Option<String>) -> Means<'a> {
        Means { disk: &RealDisk, holdings: self.directory(), directory: self.directory(), clock, env }
    }

    /// Where it keeps what it keeps.
    pub(super) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// How many orders of programs were accepted.
    pub(super) fn orders(&self) -> usize {
        self.server.protocol().ledger.programs().count()
    }

    /// The requests so far of a path that ends so.
    pub(super) fn asked(&self, ending: &str) -> Vec<crate::wire::Request> {
        let all = self.server.asked().into_iter().map(|asked| asked.request);
        all.filter(|request| request.path.ends_with(ending)).collect()
    }

    /// Whether something was ever answered with this in it.
    pub(super) fn said(&self, text: &str) -> bool {
        let replies = self.server.asked().into_iter().filter_map(|asked| asked.reply);
        replies.into_iter().any(|reply| String::from_utf8_lossy(&reply.body).contains(text))
    }
}
