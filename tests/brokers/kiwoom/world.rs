//! A simulator, and the broker opened on it.

use super::{KEY, Kiwoom, SECRET};
use crate::desk::{Tied, ticket};
use crate::ledger::Ledger;
use crate::wire::Server;
use rebalance::broker::{self, Broker, Means};
use rebalance::clock::Clock;
use rebalance::disk::RealDisk;
use rebalance::money::Money;
use rebalance::trade::{Side, Ticket};
use std::collections::BTreeMap;
use std::path::PathBuf;

pub(super) fn money(text: &str) -> Money {
    Money::new(text.parse().unwrap())
}

pub(super) fn buy(code: &str, quantity: &str, limit: &str) -> Ticket {
    ticket(Side::Buy, code, quantity, limit)
}

pub(super) fn sell(code: &str, quantity: &str, limit: &str) -> Ticket {
    ticket(Side::Sell, code, quantity, limit)
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
    pub(super) fn with<T>(&self, go: impl FnOnce(&mut dyn Broker, &Tied<'_, Kiwoom>) -> T) -> T {
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
}
