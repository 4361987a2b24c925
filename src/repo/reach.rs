//! Which commits can be reached from which, by their parents alone.
//!
//! gix answers such questions in the order of dates, as git does, and is not certain where dates run backwards. Anyone can
//! make them run backwards, so its answers are taken for what they cannot lack, and what is too much is taken out here.

use super::{MAX_BETWEEN, Repo, object_id, oid};
use crate::history::{Gap, GapKind, Oid};
use std::cmp::Reverse;
use std::collections::HashSet;

/// What a walk over all parents came to.
struct Walked {
    /// The commits it came through, with their times.
    commits: Vec<(i64, Oid)>,
    /// Whether it came to a commit without parents at hand.
    to_the_end: bool,
}

impl Repo {
    /// The best common ancestors of two commits.
    ///
    /// # Errors
    /// [`Gap`] when commits are missing, or when a shallow clone shows none: there may well be some.
    pub fn merge_bases(&self, one: Oid, other: Oid) -> Result<Vec<Oid>, Gap> {
        let found = self.git.merge_bases_many(object_id(one)?, &[object_id(other)?]);
        let bases: Vec<Oid> = found.map_err(|error| self.broken(&error))?.iter().map(|id| oid(id)).collect();
        if bases.is_empty() && self.is_shallow() {
            return Err(Gap::new(
                GapKind::Shallow,
                format!("where {} and {} parted lies behind the cut of a shallow clone", one.short(), other.short()),
                "fetch all of it: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout",
            ));
        }
        // Where dates run backwards there are ancestors of the best ones among them.
        let mut best = bases.clone();
        for base in bases {
            if best.len() < 2 {
                break;
            }
            let below: HashSet<Oid> = self.walk(base, &HashSet::new())?.commits.into_iter().map(|(_, id)| id).collect();
            best.retain(|other| *other == base || !below.contains(other));
        }
        Ok(best)
    }

    /// The commits reachable from `tip` and not from `base`, newest first, at most [`MAX_BETWEEN`].
    ///
    /// # Errors
    /// [`Gap`] when a commit is missing or unreadable, or where the two parted cannot be told.
    pub fn between(&self, base: Oid, tip: Oid) -> Result<Vec<Oid>, Gap> {
        let bases: HashSet<Oid> = self.merge_bases(base, tip)?.into_iter().collect();
        let mut found = self.walk(tip, &bases)?;
        // Whatever both can reach is one of the bases or below one. A walk that only ever ended at bases came through
        // nothing below them; one that went on to the end may have come past them.
        if found.to_the_end {
            let mut below = HashSet::new();
            for base in &bases {
                below.extend(self.walk(*base, &HashSet::new())?.commits.into_iter().map(|(_, id)| id));
            }
            found.commits.retain(|(_, id)| !below.contains(id));
        }
        found.commits.sort_by_key(|(time, _)| Reverse(*time));
        Ok(found.commits.into_iter().map(|(_, id)| id).take(MAX_BETWEEN).collect())
    }

    /// Every commit that can be reached from one, itself included, without passing any of some.
    fn walk(&self, from: Oid, ends: &HashSet<Oid>) -> Result<Walked, Gap> {
        let mut walked = Walked { commits: Vec::new(), to_the_end: false };
        let (mut seen, mut pending) = (HashSet::from([from]), vec![from]);
        while let Some(id) = pending.pop() {
            if ends.contains(&id) {
                continue;
            }
            let commit = self.objects.commit(id)?;
            walked.commits.push((commit.time, id));
            walked.to_the_end |= commit.boundary || commit.parents.is_empty();
            let parents = commit.parents.iter().filter(|_| !commit.boundary);
            pending.extend(parents.filter(|parent| seen.insert(**parent)));
        }
        Ok(walked)
    }
}
