//! A simulator of a broker at the Korea Exchange, and that broker opened on it. What a broker's own protocol has must never
//! enter this file.

use crate::bench::Bench;
use crate::desk::{Tied, books};
use crate::ledger::Ledger;
use crate::wire::{Request, Server};
use rebalance::broker::{self, Broker, BrokerError, Means};
use rebalance::clock::Clock;
use rebalance::disk::RealDisk;
use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;

/// An account of a million won and five ETFs.
pub(crate) fn account(now: &str) -> Ledger {
    let positions = [
        ("069500", "10", "35555"),
        ("091230", "5", "8150"),
        ("305080", "100", "10500"),
        ("319640", "7", "12005"),
        ("360750", "250", "16800"),
    ];
    Ledger::new(now, "1000000", &positions)
}

/// A simulator and what the broker is opened with.
pub(crate) struct World<B: Bench> {
    pub(crate) server: Server<B>,
    directory: TempDir,
    env: BTreeMap<String, String>,
    /// Seconds by which our clock is ahead of the simulator's.
    pub(crate) ahead: i64,
}

impl<B: Bench> World<B> {
    /// A simulator, and the environment that is made for its address.
    pub(crate) fn of<const N: usize>(sim: B, env: impl FnOnce(&str) -> [(&'static str, String); N]) -> Self {
        let server = Server::start(sim);
        let env = env(&server.url).into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { server, directory: tempfile::tempdir().unwrap(), env, ahead: 0 }
    }

    pub(crate) fn set(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Changes the simulator.
    pub(crate) fn sim(self, change: impl FnOnce(&mut B)) -> Self {
        change(&mut self.server.protocol());
        self
    }

    /// Opens the broker anew, as another run would, and does something with it.
    pub(crate) fn with<T>(&self, go: impl FnOnce(&mut dyn Broker, &Tied<'_, B>) -> T) -> T {
        let clock = Tied::ahead(&self.server, self.ahead);
        let env = |name: &str| self.env.get(name).cloned();
        let mut broker = (broker::find(B::BROKER).unwrap().open)(self.means(&clock, &env)).unwrap();
        go(&mut *broker, &clock)
    }

    /// Whether the broker can be opened.
    pub(crate) fn opened(&self) -> Result<(), BrokerError> {
        let clock = Tied::new(&self.server);
        let env = |name: &str| self.env.get(name).cloned();
        (broker::find(B::BROKER).unwrap().open)(self.means(&clock, &env)).map(drop)
    }

    fn means<'a>(&'a self, clock: &'a dyn Clock, env: &'a dyn Fn(&str) -> Option<String>) -> Means<'a> {
        Means { disk: &RealDisk, holdings: self.directory(), directory: self.directory(), clock, env }
    }

    /// Where it keeps what it keeps.
    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// How many orders of programs were accepted.
    pub(crate) fn orders(&self) -> usize {
        books(&self.server).ledger().programs().count()
    }

    /// The requests so far of a path that ends so.
    pub(crate) fn asked(&self, ending: &str) -> Vec<Request> {
        let all = self.server.asked().into_iter().map(|asked| asked.request);
        all.filter(|request| request.path.ends_with(ending)).collect()
    }

    /// Whether something was ever answered with this in it.
    pub(crate) fn said(&self, text: &str) -> bool {
        let replies = self.server.asked().into_iter().filter_map(|asked| asked.reply);
        replies.into_iter().any(|reply| String::from_utf8_lossy(&reply.body).contains(text))
    }
}
