//! A history in memory: commits in a row, each with the whole text of the config or none.

use rebalance::config::Config;
use rebalance::document;
use rebalance::history::{Commit, Gap, Oid, Past, Place, Version, Words};
use rebalance::portfolio::Allocation;
use std::sync::Arc;

/// Where the config stands.
pub const PATH: &str = "portfolio_config.yaml";

/// A commit.
pub struct Made {
    /// Committer time in unix seconds.
    pub time: i64,
    /// The config; none when it is not there.
    pub text: Option<String>,
    /// The message.
    pub message: String,
}

/// Commits in a row, oldest first.
pub struct Row {
    pub commits: Vec<Made>,
    /// Whether the parents of the oldest one are not at hand.
    pub shallow: bool,
}

impl Row {
    /// The newest commit.
    pub fn tip(&self) -> Option<Oid> {
        self.commits.len().checked_sub(1).map(id)
    }

    fn made(&self, commit: Oid) -> (usize, &Made) {
        let index = usize::from(commit.as_bytes()[0] & 0x7f) - 1;
        (index, &self.commits[index])
    }
}

/// The id of the nth commit: `0101010…` for the oldest.
fn id(index: usize) -> Oid {
    Oid::new(&[u8::try_from(index + 1).unwrap(); 20]).unwrap()
}

/// The id of the nth commit's version of the config; equal texts have equal ids.
fn blob(row: &Row, index: usize) -> Oid {
    let first = row.commits.iter().position(|made| made.text == row.commits[index].text).unwrap();
    Oid::new(&[u8::try_from(first + 1).unwrap() | 0x80; 20]).unwrap()
}

impl Past for Row {
    fn commit(&self, commit: Oid) -> Result<Commit, Gap> {
        let (index, made) = self.made(commit);
        let parents = index.checked_sub(1).map(id).into_iter().collect();
        Ok(Commit { parents, time: made.time, boundary: self.shallow && index == 0 })
    }

    fn at(&self, commit: Oid, path: &str) -> Result<Place, Gap> {
        let (index, made) = self.made(commit);
        let there = path == PATH && made.text.is_some();
        Ok(if there { Place::Blob(blob(self, index)) } else { Place::Absent })
    }

    fn version(&self, blob: Oid) -> Result<Version, Gap> {
        let (_, made) = self.made(blob);
        let allocation = made.text.as_deref().and_then(allocation);
        Ok(allocation.map_or(Version::Unreadable, |allocation| Version::Readable(Arc::new(allocation))))
    }

    fn merge_bases(&self, one: Oid, other: Oid) -> Result<Vec<Oid>, Gap> {
        Ok(vec![one.min(other)])
    }

    fn copies(&self, commit: Oid, blob: Oid) -> Result<Vec<String>, Gap> {
        let here = self.at(commit, PATH)? == Place::Blob(blob);
        Ok(here.then(|| PATH.to_owned()).into_iter().collect())
    }

    fn gone(&self, old: Oid, new: Oid) -> Result<Vec<(String, Oid)>, Gap> {
        Ok(match (self.at(old, PATH)?, self.at(new, PATH)?) {
            (Place::Blob(blob), Place::Absent) => vec![(PATH.to_owned(), blob)],
            _ => Vec::new(),
        })
    }

    fn between(&self, base: Oid, tip: Oid) -> Result<Vec<Oid>, Gap> {
        Ok((self.made(base).0 + 1..=self.made(tip).0).rev().map(id).collect())
    }

    fn words(&self, commit: Oid) -> Result<Words, Gap> {
        Ok(Words { message: self.made(commit).1.message.clone(), ..Words::default() })
    }
}

/// The allocation a text says; none when it cannot be read as one.
pub fn allocation(text: &str) -> Option<Allocation> {
    let reading = document::read(text.as_bytes());
    let (config, _) = Config::of(&reading);
    if reading.faults.is_empty() { Allocation::of(&config) } else { None }
}
