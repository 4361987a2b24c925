//! The two worlds of Korea Investment & Securities, and the broker opened on them.

use super::{ACCOUNT, KEY, Kis, SECRET};
use crate::ledger::Ledger;
use crate::world::account;
use std::time::Duration;

pub(super) type World = crate::world::World<Kis>;

impl World {
    /// The real world, at ten in the morning in Seoul.
    pub(super) fn new() -> Self {
        Self::at("2026-03-04T01:00:00Z")
    }

    /// The mock world at the same time.
    pub(super) fn mock() -> Self {
        Self::named(Kis::mock(ledger("2026-03-04T01:00:00Z")), "mock")
    }

    /// The real world at another time.
    pub(super) fn at(now: &str) -> Self {
        Self::named(Kis::new(ledger(now)), "real")
    }

    fn named(sim: Kis, word: &str) -> Self {
        let set = |text: &str| text.to_owned();
        Self::of(sim, |url| {
            [
                ("KIS_APP_KEY", set(KEY)),
                ("KIS_APP_SECRET", set(SECRET)),
                ("KIS_ACCOUNT", set(ACCOUNT)),
                ("KIS_ENV", set(word)),
                ("KIS_URL", set(url)),
                ("KIS_TIMEOUT", set("1")),
            ]
        })
    }
}

/// As fast as a server is, so that it is the client that has to keep its distance.
fn ledger(now: &str) -> Ledger {
    let mut ledger = account(now);
    ledger.pace = Duration::from_millis(10);
    ledger
}
