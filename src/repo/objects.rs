//! Commits, trees and blobs from the object database, each read once.

use super::bytes::{self, Found};
use super::scout::{Ground, Line};
use super::{MAX_BLOB, object_id, oid};
use crate::history::{Commit, Gap, GapKind, Oid, Place, Words};
use gix::ObjectId;
use gix::hashtable::HashMap;
use gix::hashtable::hash_map::Entry;
use gix::objs::tree::EntryMode;
use gix::objs::{Kind, TreeRefIter};
use std::cell::RefCell;
use std::sync::Arc;

/// The last answer for a path, one for each directory on the way: trees below the top seldom change between commits.
#[derive(Default)]
struct Trace {
    path: String,
    steps: Vec<Step>,
    /// The trees that were opened for the answer that is being worked out.
    opened: Vec<ObjectId>,
}

/// A name on the way to a path, and what the last tree that was looked into had below it.
struct Step {
    name: String,
    last: Option<(ObjectId, Place)>,
}

impl Trace {
    /// Ready for a path.
    fn turn(&mut self, path: &str) {
        if self.path != path {
            let step = |name: &str| Step { name: name.to_owned(), last: None };
            *self = Self { path: path.to_owned(), steps: path.split('/').map(step).collect(), opened: Vec::new() };
        }
        self.opened.clear();
    }
}

/// What reading an object gave.
enum Answer<T> {
    Said(T),
    Missing,
    OfKind(Kind),
}

/// Reads an object of a kind.
fn ask<T>(
    objects: &impl gix::objs::Find,
    id: ObjectId,
    kind: Kind,
    buffer: &mut Vec<u8>,
    read: impl FnOnce(&[u8]) -> gix::Result<T>,
) -> gix::Result<Answer<T>> {
    Ok(match objects.try_find(&id, buffer)? {
        None => Answer::Missing,
        Some(data) if data.kind != kind => Answer::OfKind(data.kind),
        Some(data) => Answer::Said(read(data.data)?),
    })
}

/// Reads a commit; none when there is anything wrong with it.
pub(super) fn commit_at(
    objects: &impl gix::objs::Find,
    ground: &Ground,
    id: ObjectId,
    buffer: &mut Vec<u8>,
) -> Option<Found> {
    match ask(objects, id, Kind::Commit, buffer, |data| bytes::commit(data, ground, id)) {
        Ok(Answer::Said(found)) => Some(found),
        _ => None,
    }
}

pub(super) struct Objects {
    git: gix::Repository,
    ground: Ground,
    partial: bool,
    commits: RefCell<HashMap<ObjectId, Found>>,
    line: RefCell<Option<Line>>,
    trace: RefCell<Trace>,
    buffer: RefCell<Vec<u8>>,
    /// The blob that was read last: what stands at a path is asked for by its bytes, by its meaning and to be compared.
    last_blob: RefCell<Option<(ObjectId, Vec<u8>)>>,
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
        let cuts: Arc<[ObjectId]> = cuts.map(|cuts| cuts.iter().copied().collect()).unwrap_or_default();
        let config = git.config_snapshot();
        let filtered = config.plumbing().sections_by_name("remote").is_some_and(|mut remotes| {
            remotes.any(|remote| remote.value("promisor").is_some_and(|value| value.as_slice() != b"false"))
        });
        Ok(Self {
            git: git.clone(),
            ground: Ground { hash: git.object_hash(), cuts },
            partial: filtered || config.string("extensions.partialClone").is_some(),
            commits: RefCell::default(),
            line: RefCell::default(),
            trace: RefCell::default(),
            buffer: RefCell::default(),
            last_blob: RefCell::default(),
        })
    }

    pub(super) fn is_shallow(&self) -> bool {
        !self.ground.cuts.is_empty()
    }

    pub(super) fn is_partial(&self) -> bool {
        self.partial
    }

    pub(super) fn commit(&self, id: Oid) -> Result<Commit, Gap> {
        self.found(id, |found| found.commit.clone())
    }

    pub(super) fn tree_of(&self, commit: Oid) -> Result<ObjectId, Gap> {
        self.found(commit, |found| found.tree)
    }

    /// Says that the first-parent line of a commit will be followed.
    pub(super) fn ahead(&self, tip: Oid) {
        let Ok(tip) = object_id(tip) else { return };
        let mut line = self.line.borrow_mut();
        if line.as_ref().is_none_or(|line| !line.begins_at(tip)) {
            *line = Line::send(tip, self.git.objects.store(), self.ground.clone());
        }
    }

    fn found<T>(&self, id: Oid, answer: impl FnOnce(&Found) -> T) -> Result<T, Gap> {
        let id = object_id(id)?;
        let mut line = self.line.borrow_mut();
        let mut commits = self.commits.borrow_mut();
        if let Some(line) = line.as_mut() {
            line.hand_over(id, |id, found| drop(commits.insert(id, found)));
        }
        let found = match commits.entry(id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                new.insert(self.with(id, Kind::Commit, |data| bytes::commit(data, &self.ground, id))?)
            }
        };
        Ok(answer(found))
    }

    pub(super) fn words(&self, id: Oid) -> Result<Words, Gap> {
        self.with(object_id(id)?, Kind::Commit, |data| {
            let commit = gix::objs::CommitRef::from_bytes(data, self.ground.hash)?;
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
        let trace = &mut *trace;
        trace.turn(path);
        let mut place = Place::Absent;
        for (depth, step) in trace.steps.iter().enumerate() {
            if let Some((_, known)) = step.last.filter(|(at, _)| *at == tree) {
                place = known;
                break;
            }
            trace.opened.push(tree);
            let last = depth + 1 == trace.steps.len();
            match self.entry(tree, &step.name)? {
                Some((mode, id)) if last && mode.is_blob() => place = Place::Blob(oid(&id)),
                Some(_) if last => place = Place::Other,
                Some((mode, id)) if mode.is_tree() => tree = id,
                Some(_) | None => break,
            }
        }
        for (step, tree) in trace.steps.iter_mut().zip(&trace.opened) {
            step.last = Some((*tree, place));
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
    pub(super) fn entries(&self, tree: ObjectId) -> Result<Vec<(String, EntryMode, ObjectId)>, Gap> {
        self.with(tree, Kind::Tree, |data| {
            TreeRefIter::from_bytes(data, self.ground.hash)
                .map(|entry| entry.map(|entry| (entry.filename.to_string(), entry.mode, entry.oid.to_owned())))
                .collect()
        })
    }

    fn entry(&self, tree: ObjectId, name: &str) -> Result<Option<(EntryMode, ObjectId)>, Gap> {
        self.with(tree, Kind::Tree, |data| bytes::entry(data, self.ground.hash, name))
    }

    /// The bytes of a blob; `None` when there are more than [`MAX_BLOB`].
    pub(super) fn blob(&self, id: Oid) -> Result<Option<Vec<u8>>, Gap> {
        let object = object_id(id)?;
        if let Some((_, bytes)) = self.last_blob.borrow().as_ref().filter(|(last, _)| *last == object) {
            return Ok(Some(bytes.clone()));
        }
        let header = self.git.try_find_header(object).map_err(|error| self.broken(object, &error))?;
        match header {
            None => return Err(self.missing(Kind::Blob, object)),
            Some(header) if header.size() > MAX_BLOB => return Ok(None),
            Some(_) => {}
        }
        let bytes = self.with(object, Kind::Blob, |data| Ok(data.to_vec()))?;
        *self.last_blob.borrow_mut() = Some((object, bytes.clone()));
        Ok(Some(bytes))
    }

    /// Reads an object of a kind.
    fn with<T>(&self, id: ObjectId, kind: Kind, read: impl FnOnce(&[u8]) -> gix::Result<T>) -> Result<T, Gap> {
        let mut buffer = self.buffer.borrow_mut();
        match ask(&self.git.objects, id, kind, &mut buffer, read).map_err(|error| self.broken(id, &error))? {
            Answer::Said(said) => Ok(said),
            Answer::Missing => Err(self.missing(kind, id)),
            Answer::OfKind(other) => Err(Gap::new(
                GapKind::Corrupt,
                format!("object {id} is a {other}, not a {kind}"),
                "see what `git fsck` says, or clone again",
            )),
        }
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
