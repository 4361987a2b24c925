//! Kiwoom's two hosts, and the broker opened on them.

use super::{KEY, Kiwoom, SECRET};
use crate::world::account;
use rebalance::money::Money;
use std::path::PathBuf;

pub(super) fn money(text: &str) -> Money {
    Money::new(text.parse().unwrap())
}

pub(super) type World = crate::world::World<Kiwoom>;

impl World {
    /// The real host, at ten in the morning in Seoul.
    pub(super) fn new() -> Self {
        Self::at("2026-03-04T01:00:00Z")
    }

    /// The real host at another time.
    pub(super) fn at(now: &str) -> Self {
        let set = |text: &str| text.to_owned();
        Self::of(Kiwoom::new(account(now)), |url| {
            [
                ("KIWOOM_APP_KEY", set(KEY)),
                ("KIWOOM_APP_SECRET", set(SECRET)),
                ("KIWOOM_ENV", set("real")),
                ("KIWOOM_URL", set(url)),
                ("KIWOOM_TIMEOUT", set("1")),
            ]
        })
    }

    /// The same as the mock host.
    pub(super) fn mock(self) -> Self {
        self.set("KIWOOM_ENV", "mock")
    }

    /// The files that were left.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.directory().join("tokens")).unwrap();
        let files = entries.map(|entry| entry.unwrap().path());
        files.filter(|path| path.is_file() && !path.ends_with(".gitignore")).collect()
    }
}
