//! The repository as the history room asks it.

use super::{Repo, object_id, oid};
use crate::history::{Commit, Gap, Oid, Past, Place, Version, Words};
use crate::portfolio::Allocation;
use gix::ObjectId;
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

/// A repository together with the function that reads allocations.
pub struct Lineage<'r> {
    repo: &'r Repo,
    parse: &'r dyn Fn(&[u8]) -> Option<Allocation>,
    versions: RefCell<HashMap<Oid, Version>>,
}

impl<'r> Lineage<'r> {
    pub(super) fn new(repo: &'r Repo, parse: &'r dyn Fn(&[u8]) -> Option<Allocation>) -> Self {
        Self { repo, parse, versions: RefCell::default() }
    }

    /// Visits the regular files of a tree that another one does not share as a whole directory.
    fn files(&self, top: ObjectId, other: Option<ObjectId>, visit: &mut dyn FnMut(&str, Oid, bool)) -> Result<(), Gap> {
        let objects = &self.repo.objects;
        let mut pending = vec![(String::new(), top, other)];
        while let Some((dir, tree, other)) = pending.pop() {
            let theirs: HashMap<String, _> = match other {
                Some(other) => objects.entries(other)?.into_iter().map(|(name, mode, id)| (name, (mode, id))).collect(),
                None => HashMap::new(),
            };
            for (name, mode, id) in objects.entries(tree)? {
                let path = if dir.is_empty() { name.clone() } else { format!("{dir}/{name}") };
                let twin = theirs.get(&name);
                if mode.is_tree() {
                    let twin = twin.filter(|(mode, _)| mode.is_tree()).map(|(_, id)| *id);
                    if twin != Some(id) {
                        pending.push((path, id, twin));
                    }
                } else if mode.is_blob() {
                    visit(&path, oid(&id), twin.is_some_and(|(mode, _)| !mode.is_tree()));
                }
            }
        }
        Ok(())
    }
}

impl Past for Lineage<'_> {
    fn ahead(&self, tip: Oid) {
        self.repo.objects.ahead(tip);
    }

    fn commit(&self, id: Oid) -> Result<Commit, Gap> {
        self.repo.objects.commit(id)
    }

    fn at(&self, commit: Oid, path: &str) -> Result<Place, Gap> {
        self.repo.objects.at(commit, path)
    }

    fn version(&self, blob: Oid) -> Result<Version, Gap> {
        if let Some(version) = self.versions.borrow().get(&blob) {
            return Ok(version.clone());
        }
        let bytes = self.repo.objects.blob(blob)?;
        let allocation = bytes.and_then(|bytes| (self.parse)(&bytes));
        let version = allocation.map_or(Version::Unreadable, |allocation| Version::Readable(Arc::new(allocation)));
        self.versions.borrow_mut().insert(blob, version.clone());
        Ok(version)
    }

    fn merge_bases(&self, one: Oid, other: Oid) -> Result<Vec<Oid>, Gap> {
        self.repo.merge_bases(one, other)
    }

    fn copies(&self, commit: Oid, blob: Oid) -> Result<Vec<String>, Gap> {
        object_id(blob)?;
        let tree = self.repo.objects.tree_of(commit)?;
        let mut found = Vec::new();
        self.files(tree, None, &mut |path, id, _| {
            if id == blob {
                found.push(path.to_owned());
            }
        })?;
        found.sort();
        Ok(found)
    }

    fn gone(&self, old: Oid, new: Oid) -> Result<Vec<(String, Oid)>, Gap> {
        let tree = |commit| self.repo.objects.tree_of(commit);
        let mut found = Vec::new();
        self.files(tree(old)?, Some(tree(new)?), &mut |path, id, stays| {
            if !stays {
                found.push((path.to_owned(), id));
            }
        })?;
        found.sort();
        Ok(found)
    }

    fn between(&self, base: Oid, tip: Oid) -> Result<Vec<Oid>, Gap> {
        self.repo.between(base, tip)
    }

    fn words(&self, commit: Oid) -> Result<Words, Gap> {
        self.repo.words(commit)
    }
}
