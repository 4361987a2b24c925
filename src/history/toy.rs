//! A commit graph written as a table, for tests.
//!
//! One commit a line: name, parents (`-` for none), time relative to [`NOW`] (`-3d`, `+5m`), content, message. The
//! content is that of the file `c`, or `path=content` pairs with commas: a letter is an allocation, more after the
//! letter changes the blob but not the allocation, `?` cannot be read, `@` is no file, `-` is nothing. A parent that
//! has no line is missing, and `!` before a name is the cut of a shallow clone.
#![allow(clippy::unwrap_used)]

use super::{
    Commit, End, Event, Gap, GapKind, History, Landing, Oid, Past, Place, Reach, Standing, Verdict, Version, Words,
    collect,
};
use crate::money::Weight;
use crate::portfolio::Allocation;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

pub(crate) const NOW: i64 = 1_700_000_000;
pub(crate) const DAY: i64 = 86_400;
pub(crate) const WEEK: i64 = 7 * DAY;

struct Row {
    commit: Commit,
    files: BTreeMap<String, String>,
    message: String,
}

#[derive(Default)]
pub(crate) struct Toy {
    rows: BTreeMap<Oid, Row>,
    last: Option<Oid>,
}

impl Toy {
    pub(crate) fn new(table: &str) -> Self {
        let mut toy = Self::default();
        for line in table.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let mut parts = line.split_whitespace();
            let mut next = || parts.next().unwrap();
            let (name, parents, time, content) = (next(), next(), next(), next());
            let rest = parts.collect::<Vec<_>>().join(" ").replace('|', "\n");
            let (boundary, name) = name.strip_prefix('!').map_or((false, name), |name| (true, name));
            let parents = parents.split(',').filter(|parent| *parent != "-").map(id).collect();
            let pairs = content.split(',').map(|pair| pair.split_once('=').unwrap_or(("c", pair)));
            let files = pairs.filter(|(_, text)| *text != "-").map(|(path, text)| (path.to_owned(), text.to_owned()));
            let commit = Commit { parents, time: instant(time), boundary };
            toy.rows.insert(id(name), Row { commit, files: files.collect(), message: rest });
            toy.last = Some(id(name));
        }
        toy
    }

    /// The history of the last line, for the week before [`NOW`].
    pub(crate) fn week(&self) -> History {
        collect(self, self.last, "c", Reach::Since(NOW - WEEK))
    }

    /// The whole history of the last line.
    pub(crate) fn all(&self) -> History {
        collect(self, self.last, "c", Reach::All)
    }

    fn row(&self, id: Oid) -> Result<&Row, Gap> {
        let missing = || Gap::new(GapKind::MissingObject, format!("{} is missing", name(id)), "bring it back");
        self.rows.get(&id).ok_or_else(missing)
    }

    fn ancestors(&self, id: Oid) -> Result<BTreeSet<Oid>, Gap> {
        let (mut seen, mut pending) = (BTreeSet::new(), vec![id]);
        while let Some(id) = pending.pop() {
            if seen.insert(id) {
                let commit = &self.row(id)?.commit;
                pending.extend(commit.parents.iter().filter(|_| !commit.boundary));
            }
        }
        Ok(seen)
    }
}

impl Past for Toy {
    fn commit(&self, id: Oid) -> Result<Commit, Gap> {
        Ok(self.row(id)?.commit.clone())
    }

    fn at(&self, commit: Oid, path: &str) -> Result<Place, Gap> {
        Ok(match self.row(commit)?.files.get(path).map(String::as_str) {
            None => Place::Absent,
            Some("@") => Place::Other,
            Some(text) => Place::Blob(id(text)),
        })
    }

    fn version(&self, blob: Oid) -> Result<Version, Gap> {
        Ok(match name(blob).chars().next() {
            Some(letter @ 'A'..='Z') => Version::Readable(allocation(letter)),
            _ => Version::Unreadable,
        })
    }

    fn merge_bases(&self, one: Oid, other: Oid) -> Result<Vec<Oid>, Gap> {
        let (one, other) = (self.ancestors(one)?, self.ancestors(other)?);
        let common: BTreeSet<Oid> = one.intersection(&other).copied().collect();
        let mut best = common.clone();
        for id in &common {
            let below = self.ancestors(*id)?;
            best.retain(|base| base == id || !below.contains(base));
        }
        Ok(best.into_iter().collect())
    }

    fn copies(&self, commit: Oid, blob: Oid) -> Result<Vec<String>, Gap> {
        let files = self.row(commit)?.files.iter();
        Ok(files.filter(|(_, text)| id(text) == blob).map(|(path, _)| path.clone()).collect())
    }

    fn gone(&self, old: Oid, new: Oid) -> Result<Vec<(String, Oid)>, Gap> {
        let new = &self.row(new)?.files;
        let files = self.row(old)?.files.iter().filter(|(path, _)| !new.contains_key(*path));
        Ok(files.map(|(path, text)| (path.clone(), id(text))).collect())
    }

    fn between(&self, base: Oid, tip: Oid) -> Result<Vec<Oid>, Gap> {
        let base = self.ancestors(base)?;
        Ok(self.ancestors(tip)?.into_iter().filter(|id| !base.contains(id)).collect())
    }

    fn words(&self, commit: Oid) -> Result<Words, Gap> {
        Ok(Words { message: self.row(commit)?.message.clone(), ..Words::default() })
    }
}

/// The id of a name: its bytes.
fn id(name: &str) -> Oid {
    Oid::new(name.as_bytes()).unwrap()
}

pub(crate) fn name(id: Oid) -> String {
    String::from_utf8(id.as_bytes().to_vec()).unwrap()
}

fn instant(text: &str) -> i64 {
    let (number, unit) = text.split_at(text.len() - 1);
    let unit = match unit {
        "d" => DAY,
        "h" => 3_600,
        "m" => 60,
        _ => 1,
    };
    NOW + number.parse::<i64>().unwrap() * unit
}

/// An instant as a table writes it.
pub(crate) fn spelled(instant: i64) -> String {
    let offset = instant - NOW;
    let units = [(DAY, "d"), (3_600, "h"), (60, "m"), (1, "s")];
    let (unit, letter) = units.into_iter().find(|(unit, _)| offset % unit == 0).unwrap();
    format!("{:+}{letter}", offset / unit)
}

fn allocation(letter: char) -> Arc<Allocation> {
    Arc::new(Allocation { sleeves: BTreeMap::from([(letter.to_string(), Weight::ZERO)]), assets: BTreeMap::new() })
}

pub(crate) fn standing(text: &str) -> Standing {
    match text.chars().next() {
        Some('-') | None => Standing::Absent,
        Some(letter) => Standing::Allocation(allocation(letter)),
    }
}

pub(crate) fn letter(standing: &Standing) -> String {
    match standing {
        Standing::Absent => "-".to_owned(),
        Standing::Allocation(allocation) => allocation.sleeves.keys().next().unwrap().clone(),
    }
}

/// An event in short: `x -3d A>B`, a merge with `^`, a discarded change with the merge that threw it away.
pub(crate) fn brief(event: &Event) -> String {
    let landing = match event.landing {
        Landing::Commit => String::new(),
        Landing::Merge => " ^".to_owned(),
        Landing::Discarded { merge } => format!(" thrown by {}", name(merge)),
    };
    let change = format!("{}>{}", letter(&event.before), letter(&event.after));
    format!("{} {} {change}{landing}", name(event.commit), spelled(event.effective))
}

/// A history in short: its events, then how it ended.
pub(crate) fn told(history: &History) -> String {
    let mut parts: Vec<String> = history.events.iter().map(brief).collect();
    parts.extend(history.created.as_ref().map(|event| format!("created {} {}", name(event.commit), event.path)));
    parts.extend(history.tip_fault.as_ref().map(|gap| format!("tip {:?}", gap.kind)));
    parts.push(match &history.end {
        End::Settled => "settled".to_owned(),
        End::Root => "root".to_owned(),
        End::Unknown(gap) => format!("unknown {:?}", gap.kind),
    });
    parts.extend(history.doubts.iter().map(|doubt| format!("doubt {:?}", doubt.gap.kind)));
    parts.join("; ")
}

pub(crate) fn said(verdict: &Verdict<'_>) -> String {
    match verdict {
        Verdict::Allowed => "allowed".to_owned(),
        Verdict::Refused { until, by, settled } => {
            let settled = settled.as_ref().map_or("nobody knows".to_owned(), letter);
            format!("refused until {} by {}, settled {settled}", spelled(*until), name(by.commit))
        }
        Verdict::Unknown(gap) => format!("unknown {:?}", gap.kind),
        Verdict::FutureEvent(event) => format!("future {}", name(event.commit)),
    }
}
