//! Following one first-parent line from its tip towards the root.
//!
//! Nothing here recurses, so that depth costs no stack.

use super::rename::{origin, standing};
use super::time::effective;
use super::trail::Doubt;
use super::{Commit, End, Gap, GapKind, Oid, Parents, Past, Place, Reach, Standing, UNSHALLOW};
use std::cell::OnceCell;
use std::collections::BTreeMap;

/// A change found on a line.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) commit: Oid,
    pub(super) path: String,
    pub(super) time: i64,
    pub(super) effective: i64,
    pub(super) parents: Parents,
    pub(super) before: Standing,
    pub(super) after: Standing,
    /// What stands at the path in the commit, byte for byte.
    place: Place,
}

/// A merge on a line one of whose other sides has another allocation.
#[derive(Debug, Clone)]
pub(super) struct Fork {
    pub(super) merge: Oid,
    pub(super) first: Oid,
    pub(super) other: Oid,
    pub(super) path: String,
    /// What the merge has.
    pub(super) kept: Standing,
    /// Committer time of the merge.
    pub(super) time: i64,
    /// When the merge took effect.
    pub(super) at: i64,
    /// How many changes were found above it.
    pub(super) above: usize,
}

/// A line as far as it was followed.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) tip: Standing,
    pub(super) tip_fault: Option<Gap>,
    /// Whether not even the tip could be told, so that `tip` means nothing.
    pub(super) lost: bool,
    pub(super) changes: Vec<Change>,
    pub(super) created: Option<Change>,
    /// What stood below the oldest change.
    pub(super) bottom: Standing,
    pub(super) end: End,
    /// The commit of the known line it ran into, if it did.
    pub(super) joined: Option<Oid>,
    visited: Visited,
    pub(super) forks: Vec<Fork>,
    pub(super) doubts: Vec<Doubt>,
}

impl Line {
    /// How many changes were found above a commit; none when it is not on the line.
    pub(super) fn above(&self, commit: Oid) -> Option<usize> {
        let visited = &self.visited;
        visited.index.get_or_init(|| visited.order.iter().copied().collect()).get(&commit).copied()
    }

    /// How many commits were followed.
    pub(super) fn followed(&self) -> usize {
        self.visited.order.len()
    }
}

/// Every commit of a line, with the number of changes found above it. Most lines are never asked, so that the index is
/// made when the first question comes; by then the line is whole.
#[derive(Debug, Default)]
struct Visited {
    order: Vec<(Oid, usize)>,
    index: OnceCell<BTreeMap<Oid, usize>>,
}

/// Follows the line of `tip` until `reach`, the root, a hole, or a commit of `known`.
pub(super) fn follow(past: &dyn Past, tip: Oid, path: &str, reach: Reach, known: Option<&Line>) -> Line {
    let line = Line {
        tip: Standing::Absent,
        tip_fault: None,
        lost: false,
        changes: Vec::new(),
        created: None,
        bottom: Standing::Absent,
        end: End::Root,
        joined: None,
        visited: Visited::default(),
        forks: Vec::new(),
        doubts: Vec::new(),
    };
    let mut walker =
        Walker { past, reach, known, path: path.to_owned(), cursor: tip, holder: tip, place: Place::Absent, line };
    if known.is_none() {
        past.ahead(tip);
    }
    walker.line.end = match walker.start() {
        Ok(()) => walker.run().unwrap_or_else(End::Unknown),
        Err(gap) => {
            walker.line.lost = true;
            walker.line.tip_fault = Some(gap.clone());
            End::Unknown(gap)
        }
    };
    walker.line
}

struct Walker<'p> {
    past: &'p dyn Past,
    reach: Reach,
    known: Option<&'p Line>,
    path: String,
    /// The commit whose parents are looked at next.
    cursor: Oid,
    /// The oldest commit seen that has the standing allocation in a readable form.
    holder: Oid,
    /// What the holder has at the path.
    place: Place,
    line: Line,
}

impl Walker<'_> {
    /// Reads the tip, or the newest commit below it whose config can be read.
    fn start(&mut self) -> Result<(), Gap> {
        let place = self.past.at(self.cursor, &self.path)?;
        let first = standing(self.past, place)?;
        if first.is_none() {
            self.line.tip_fault = Some(unreadable(&self.path, self.cursor, place));
        }
        let (holder, place, found) = match first {
            Some(found) => (self.cursor, place, found),
            None => readable(self.past, self.cursor, &self.path)?,
        };
        (self.holder, self.place) = (holder, place);
        self.line.tip = found.clone();
        self.line.bottom = found;
        Ok(())
    }

    fn run(&mut self) -> Result<End, Gap> {
        loop {
            if self.known.is_some_and(|known| known.above(self.cursor).is_some()) {
                self.line.joined = Some(self.cursor);
                return Ok(End::Settled);
            }
            let commit = self.past.commit(self.cursor)?;
            self.line.visited.order.push((self.cursor, self.line.changes.len()));
            if commit.boundary {
                return Err(cut(self.cursor));
            }
            let Some(&parent) = commit.parents.first() else {
                match self.root()? {
                    Some(end) => return Ok(end),
                    None => continue,
                }
            };
            if self.known.is_none() {
                self.forks(&commit, parent);
            }
            if self.step(parent)? {
                return Ok(End::Settled);
            }
        }
    }

    /// Compares the standing allocation with the first parent's; true when the walk is over.
    fn step(&mut self, parent: Oid) -> Result<bool, Gap> {
        let place = self.past.at(parent, &self.path)?;
        self.cursor = parent;
        if place == self.place {
            self.holder = parent;
            return Ok(false);
        }
        let Some(before) = standing(self.past, place)? else { return Ok(false) };
        let over = before != self.line.bottom && self.record(before)?;
        (self.holder, self.place) = (parent, place);
        Ok(over)
    }

    /// Notes that the holder changed what stood before it; true when that is as far as was asked for.
    fn record(&mut self, before: Standing) -> Result<bool, Gap> {
        let commit = self.past.commit(self.holder)?;
        let (at, hole) = effective(self.past, self.holder)?;
        self.line.doubts.extend(hole.map(|gap| Doubt { at: i64::MAX, gap }));
        let after = std::mem::replace(&mut self.line.bottom, before.clone());
        self.line.changes.push(Change {
            commit: self.holder,
            path: self.path.clone(),
            time: commit.time,
            effective: at,
            parents: commit.parents.clone(),
            before,
            after,
            place: self.place,
        });
        Ok(self.settled(at))
    }

    /// At the root: the oldest change is the creation if nothing stood before it. If the config had another name
    /// then, the walk goes on under that name.
    fn root(&mut self) -> Result<Option<End>, Gap> {
        if self.line.bottom != Standing::Absent {
            self.record(Standing::Absent)?;
        }
        let Some(created) = self.line.changes.pop() else { return Ok(Some(End::Root)) };
        self.line.bottom = created.after.clone();
        let from = match (created.parents.first(), created.place) {
            (Some(&parent), Place::Blob(blob)) => {
                origin(self.past, created.commit, parent, &self.path, blob)?.map(|path| (parent, path))
            }
            _ => None,
        };
        let Some((parent, path)) = from else {
            self.line.created = Some(created);
            return Ok(Some(End::Root));
        };
        // What was seen below the creation was seen under a name that the config did not have there.
        let above = self.line.changes.len();
        let order = &mut self.line.visited.order;
        order.truncate(order.iter().rposition(|(id, _)| *id == created.commit).map_or(0, |last| last + 1));
        self.line.forks.retain(|fork| order.iter().any(|(id, _)| *id == fork.merge));
        (self.holder, self.place, self.path) = (created.commit, created.place, path);
        let over = self.step(parent)?;
        if let Some(change) = self.line.changes.get_mut(above) {
            change.path = created.path;
        }
        Ok(over.then_some(End::Settled))
    }

    /// Whether something that took effect at this instant is as far as was asked for.
    fn settled(&self, at: i64) -> bool {
        matches!(self.reach, Reach::Since(start) if at <= start)
    }

    /// Notes the other sides of a merge that have another allocation. What cannot be told becomes a doubt.
    fn forks(&mut self, commit: &Commit, first: Oid) {
        for &other in commit.parents.iter().skip(1) {
            let differs = self.differs(other).unwrap_or(true);
            if !differs {
                continue;
            }
            let (at, hole) = effective(self.past, self.cursor).unwrap_or((commit.time, None));
            if hole.is_none() && self.settled(at) {
                continue;
            }
            self.line.doubts.extend(hole.map(|gap| Doubt { at: i64::MAX, gap }));
            self.line.forks.push(Fork {
                merge: self.cursor,
                first,
                other,
                path: self.path.clone(),
                kept: self.line.bottom.clone(),
                time: commit.time,
                at,
                above: self.line.changes.len(),
            });
        }
    }

    fn differs(&self, other: Oid) -> Result<bool, Gap> {
        let place = self.past.at(other, &self.path)?;
        Ok(place != self.place && standing(self.past, place)?.as_ref() != Some(&self.line.bottom))
    }
}

/// The newest commit on the line below `id` whose config can be read, with what it has. At the root, nothing.
pub(super) fn readable(past: &dyn Past, id: Oid, path: &str) -> Result<(Oid, Place, Standing), Gap> {
    let mut id = id;
    loop {
        let place = past.at(id, path)?;
        if let Some(found) = standing(past, place)? {
            return Ok((id, place, found));
        }
        let commit = past.commit(id)?;
        if commit.boundary {
            return Err(cut(id));
        }
        match commit.parents.first() {
            Some(parent) => id = *parent,
            None => return Ok((id, Place::Absent, Standing::Absent)),
        }
    }
}

/// The gap at the cut of a shallow clone.
fn cut(id: Oid) -> Gap {
    Gap::new(GapKind::Shallow, format!("history is cut at commit {} (shallow clone)", id.short()), UNSHALLOW)
}

/// The gap of a config that is there but says no allocation.
fn unreadable(path: &str, id: Oid, place: Place) -> Gap {
    match place {
        Place::Other => Gap::new(
            GapKind::NotAFile,
            format!("{path} is not a regular file in commit {}", id.short()),
            "commit the config itself, not a link, a directory or a submodule",
        ),
        Place::Absent | Place::Blob(_) => Gap::new(
            GapKind::NotAnAllocation,
            format!("{path} in commit {} cannot be read as an allocation", id.short()),
            "commit a config that `rebalance lint` passes",
        ),
    }
}
