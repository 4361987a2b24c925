//! Commits, trees and blobs from the object database, each read once.

use super::{MAX_BLOB, object_id, oid};
use crate::history::{Commit, Gap, GapKind, Oid, Place, Words};
use gix::ObjectId;
use gix::objs::{CommitRefIter, Find as _, Kind, TreeRefIter};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// A commit with its tree.
#[derive(Clone)]
struct Read {
    tree: ObjectId,
    commit: Rc<Commit>,
}

/// The last answer for a path, one for each directory on the way: trees below the top seldom change between commits.
#[derive(Default)]
struct Trace {
    path: String,
    steps: Vec<Option<(ObjectId, Place)>>,
}

pub(super) struct Objects {
    git: gix::Repository,
    hash: gix::hash::Kind,
    /// Where a shallow clone was cut, sorted.
    cuts: Vec<ObjectId>,
    shallow: bool,
    partial: bool,
    commits: RefCell<HashMap<Oid, Read>>,
    trace: RefCell<Trace>,
    buffer: RefCell<Vec<u8>>,
}

/// What is at a directory.
pub(super) enum Subtree {
    /// A directory.
    Tree(ObjectId),
    /// Nothing.
    Absent,
    /// Something on the way to it, at this path, is a file, a link or a submodule.
    Blocked(String),
}

impl Objects {
    pub(super) fn new(git: &gix::Repository) -> Result<Self, Gap> {
        let unreadable = |error: gix::Error| {
            Gap::new(
                GapKind::Unreadable,
                format!("the list of commits where this clone is cut cannot be read: {}", super::chain(&error)),
                "fetch all of it: `git fetch --unshallow`",
            )
        };
        let cuts = git.shallow_commits().map_err(unreadable)?;
        let cuts: Vec<ObjectId> = cuts.map(|cuts| cuts.iter().copied().collect()).unwrap_or_default();
        let config = git.config_snapshot();
        let filtered = config.plumbing().sections_by_name("remote").is_some_and(|mut remotes| {
            remotes.any(|remote| remote.value("promisor").is_some_and(|value| value.as_slice() != b"false"))
        });
        Ok(Self {
            git: git.clone(),
            hash: git.object_hash(),
            shallow: !cuts.is_empty(),
            cuts,
            partial: filtered || config.string("extensions.partialClone").is_some(),
            commits: RefCell::default(),
            trace: RefCell::default(),
            buffer: RefCell::default(),
        })
    }

    pub(super) fn is_shallow(&self) -> bool {
        self.shallow
    }

    pub(super) fn is_partial(&self) -> bool {
        self.partial
    }

    pub(super) fn commit(&self, id: Oid) -> Result<Rc<Commit>, Gap> {
        self.read(id).map(|read| read.commit)
    }

    pub(super) fn tree_of(&self, commit: Oid) -> Result<ObjectId, Gap> {
        self.read(commit).map(|read| read.tree)
    }

    fn read(&self, id: Oid) -> Result<Read, Gap> {
        if let Some(read) = self.commits.borrow().get(&id) {
            return Ok(read.clone());
        }
        let object = object_id(id)?;
        let listed = self.cuts.binary_search(&object).is_ok();
        let read = self.with(object, Kind::Commit, |data| {
            let mut parts = CommitRefIter::from_bytes(data, self.hash);
            let tree = parts.tree_id()?;
            let parents: Vec<Oid> = parts.parent_ids().map(|parent| oid(&parent)).collect();
            // git lists a root as well when the depth asked for ends there, but nothing is cut off below it.
            let boundary = listed && !parents.is_empty();
            let time = parts.committer()?.seconds();
            Ok(Read { tree, commit: Rc::new(Commit { parents, time, boundary }) })
        })?;
        self.commits.borrow_mut().insert(id, read.clone());
        Ok(read)
    }

    pub(super) fn words(&self, id: Oid) -> Result<Words, Gap> {
        self.with(object_id(id)?, Kind::Commit, |data| {
            let commit = gix::objs::CommitRef::from_bytes(data, self.hash)?;
            let (author, committer) = (commit.author()?, commit.committer()?);
            Ok(Words {
                author: author.name.to_string(),
                email: author.email.to_string(),
                author_time: author.seconds(),
                committer: committer.name.to_string(),
                message: String::from_utf8_lossy(commit.message).into_owned(),
            })
        })
    }

    /// What stands at a path in a commit.
    pub(super) fn at(&self, commit: Oid, path: &str) -> Result<Place, Gap> {
        let mut tree = self.tree_of(commit)?;
        let mut trace = self.trace.borrow_mut();
        if trace.path != path {
            *trace = Trace { path: path.to_owned(), steps: vec![None; path.split('/').count()] };
        }
        let names: Vec<&str> = path.split('/').collect();
        let mut visited = Vec::with_capacity(names.len());
        let mut place = Place::Absent;
        for (depth, name) in names.iter().enumerate() {
            if let Some((_, known)) = trace.steps.get(depth).and_then(|step| step.filter(|(at, _)| *at == tree)) {
                place = known;
                break;
            }
            visited.push(tree);
            let last = depth + 1 == names.len();
            match self.entry(tree, name)? {
                Some((mode, id)) if last && mode.is_blob() => place = Place::Blob(oid(&id)),
                Some(_) if last => place = Place::Other,
                Some((mode, id)) if mode.is_tree() => tree = id,
                Some(_) | None => break,
            }
        }
        for (step, tree) in trace.steps.iter_mut().zip(visited) {
            *step = Some((tree, place));
        }
        Ok(place)
    }

    /// What is at a directory of a tree (`""` is the tree itself).
    pub(super) fn subtree(&self, top: ObjectId, dir: &str) -> Result<Subtree, Gap> {
        let mut tree = top;
        let mut way = String::new();
        for name in dir.split('/').filter(|name| !name.is_empty() && *name != ".") {
            way.push_str(if way.is_empty() { "" } else { "/" });
            way.push_str(name);
            match self.entry(tree, name)? {
                Some((mode, id)) if mode.is_tree() => tree = id,
                Some(_) => return Ok(Subtree::Blocked(way)),
                None => return Ok(Subtree::Absent),
            }
        }
        Ok(Subtree::Tree(tree))
    }

    /// The names of the files and links directly in a tree, sorted.
    pub(super) fn files_in(&self, tree: ObjectId) -> Result<Vec<String>, Gap> {
        let entries = self.entries(tree)?.into_iter();
        let files = entries.filter(|(_, mode, _)| mode.is_blob_or_symlink());
        Ok(files.map(|(name, _, _)| name).collect())
    }

    /// The entries of a tree in its order; names that are not UTF-8 are replaced, so that they match nothing.
    pub(super) fn entries(&self, tree: ObjectId) -> Result<Vec<(String, gix::objs::tree::EntryMode, ObjectId)>, Gap> {
        self.with(tree, Kind::Tree, |data| {
            TreeRefIter::from_bytes(data, self.hash)
                .map(|entry| entry.map(|entry| (entry.filename.to_string(), entry.mode, entry.oid.to_owned())))
                .collect()
        })
    }

    fn entry(&self, tree: ObjectId, name: &str) -> Result<Option<(gix::objs::tree::EntryMode, ObjectId)>, Gap> {
        self.with(tree, Kind::Tree, |data| {
            for entry in TreeRefIter::from_bytes(data, self.hash) {
                let entry = entry?;
                if entry.filename == name {
                    return Ok(Some((entry.mode, entry.oid.to_owned())));
                }
            }
            Ok(None)
        })
    }

    /// The bytes of a blob; `None` when there are more than [`MAX_BLOB`].
    pub(super) fn blob(&self, id: Oid) -> Result<Option<Vec<u8>>, Gap> {
        let object = object_id(id)?;
        let header = self.git.try_find_header(object).map_err(|error| self.broken(object, &error))?;
        match header {
            None => Err(self.missing(Kind::Blob, object)),
            Some(header) if header.size() > MAX_BLOB => Ok(None),
            Some(_) => self.with(object, Kind::Blob, |data| Ok(Some(data.to_vec()))),
        }
    }

    /// Reads an object of a kind.
    fn with<T>(&self, id: ObjectId, kind: Kind, read: impl FnOnce(&[u8]) -> gix::Result<T>) -> Result<T, Gap> {
        let mut buffer = self.buffer.borrow_mut();
        let found = self.git.objects.try_find(&id, &mut buffer).map_err(|error| self.broken(id, &error))?;
        let data = found.ok_or_else(|| self.missing(kind, id))?;
        if data.kind != kind {
            return Err(Gap::new(
                GapKind::Corrupt,
                format!("object {id} is a {}, not a {kind}", data.kind),
                "see what `git fsck` says, or clone again",
            ));
        }
        read(data.data).map_err(|error| self.broken(id, &error))
    }

    /// The gap of something that is there but cannot be read.
    pub(super) fn broken(&self, what: impl std::fmt::Display, error: &gix::Error) -> Gap {
        if error.is_not_found() && self.partial {
            return partial(format!("{what} cannot be read: {}", super::chain(error)));
        }
        Gap::new(
            GapKind::Corrupt,
            format!("{what} cannot be read: {}", super::chain(error)),
            "see what `git fsck` says, or clone again",
        )
    }

    fn missing(&self, kind: Kind, id: ObjectId) -> Gap {
        if self.partial {
            return partial(format!("{kind} {id} was left out of this partial clone"));
        }
        Gap::new(
            GapKind::MissingObject,
            format!("{kind} {id} is missing"),
            "see what `git fsck` says, bring back the repository this one borrows from, or clone again",
        )
    }
}

fn partial(why: String) -> Gap {
    Gap::new(GapKind::PartialClone, why, "fetch what was left out: `git fetch --refetch --no-filter`")
}
