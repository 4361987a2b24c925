//! The index: what the next commit will contain.

use super::objects::Subtree;
use super::{Content, Repo, RepoError, oid};
use gix::bstr::{BStr, ByteSlice};
use gix::index::entry::{Flags, Mode, Stage};
use gix::index::{Entry, State};
use std::collections::BTreeSet;

impl Repo {
    /// What stands at a path in the index.
    ///
    /// `GIT_INDEX_FILE` is honoured, so this is what `git commit -a` and `git commit PATH` will commit as well. A file
    /// that is only intended to be added is absent, since the commit will not contain it; a file outside a sparse
    /// index is looked up in the directory that stands for it.
    ///
    /// # Errors
    /// [`RepoError::Unmerged`] for a path with conflicts, [`RepoError::Bare`] without a work tree, others when the
    /// index or an object cannot be read.
    pub fn read_index(&self, path: &str) -> Result<Content, RepoError> {
        let index = self.load_index()?;
        let name: &BStr = path.as_bytes().as_bstr();
        if let Some(entry) = index.entry_by_path_and_stage(name, Stage::Unconflicted) {
            return self.staged(entry, path);
        }
        if [Stage::Base, Stage::Ours, Stage::Theirs].iter().any(|s| index.entry_by_path_and_stage(name, *s).is_some()) {
            return Err(RepoError::Unmerged { path: path.to_owned() });
        }
        for (prefix, tree) in sparse_directories(&index) {
            let Some(rest) = path.strip_prefix(&prefix) else { continue };
            let (dir, file) = rest.rsplit_once('/').unwrap_or(("", rest));
            let tree = match self.objects.subtree(tree, dir)? {
                Subtree::Tree(tree) => tree,
                Subtree::Absent => return Ok(Content::Absent),
                Subtree::Blocked(_) => return Ok(Content::Other),
            };
            let found = self.objects.entries(tree)?.into_iter().find(|(name, _, _)| name == file);
            return match found {
                None => Ok(Content::Absent),
                Some((_, mode, id)) if mode.is_blob() => self.content(oid(&id), path),
                Some(_) => Ok(Content::Other),
            };
        }
        let below = format!("{path}/");
        let directory = index.prefixed_entries(below.as_bytes().as_bstr()).is_some_and(|entries| !entries.is_empty());
        Ok(if directory { Content::Other } else { Content::Absent })
    }

    /// The names of the files that stand directly in a directory of the index (links too; `""` is the top), sorted.
    ///
    /// # Errors
    /// As [`Repo::read_index`]; [`RepoError::NotADirectory`] when something else stands there. A name with conflicts is listed, and reading it is the error.
    pub fn list_index(&self, dir: &str) -> Result<Vec<String>, RepoError> {
        let index = self.load_index()?;
        let prefix = if dir.is_empty() { String::new() } else { format!("{dir}/") };
        let mut names = BTreeSet::new();
        for entry in index.entries() {
            // An entry is a file, a link or a submodule: a directory has none of its own.
            let blocked = prefix.strip_prefix(&*entry.path(&index).to_str_lossy()).is_some_and(|r| r.starts_with('/'));
            if blocked && !entry.mode.is_sparse() && !entry.flags.contains(Flags::INTENT_TO_ADD) {
                return Err(RepoError::NotADirectory { path: entry.path(&index).to_str_lossy().into_owned() });
            }
            let file = entry.mode.contains(Mode::FILE) || entry.mode == Mode::SYMLINK;
            if !file || entry.flags.contains(Flags::INTENT_TO_ADD) {
                continue;
            }
            let path = entry.path(&index).to_str_lossy();
            if let Some(name) = path.strip_prefix(&prefix).filter(|name| !name.contains('/')) {
                names.insert(name.to_owned());
            }
        }
        for (above, tree) in sparse_directories(&index) {
            let Some(rest) = prefix.strip_prefix(&above) else { continue };
            match self.objects.subtree(tree, rest)? {
                Subtree::Tree(tree) => names.extend(self.objects.files_in(tree)?),
                Subtree::Absent => {}
                Subtree::Blocked(path) => return Err(RepoError::NotADirectory { path: format!("{above}{path}") }),
            }
        }
        Ok(names.into_iter().collect())
    }

    fn load_index(&self) -> Result<gix::worktree::Index, RepoError> {
        if self.is_bare() {
            return Err(RepoError::Bare);
        }
        self.git.index_or_empty().map_err(|error| RepoError::unreadable("the index", &error))
    }

    fn staged(&self, entry: &Entry, path: &str) -> Result<Content, RepoError> {
        if entry.flags.contains(Flags::INTENT_TO_ADD) {
            Ok(Content::Absent)
        } else if entry.mode == Mode::FILE || entry.mode == Mode::FILE_EXECUTABLE {
            self.content(oid(&entry.id), path)
        } else {
            Ok(Content::Other)
        }
    }
}

/// The directories of a sparse index that stand for everything below them, with a `/` at the end.
fn sparse_directories(index: &State) -> Vec<(String, gix::ObjectId)> {
    if !index.is_sparse() {
        return Vec::new();
    }
    let entries = index.entries().iter().filter(|entry| entry.mode.is_sparse());
    entries.map(|entry| (entry.path(index).to_str_lossy().into_owned(), entry.id)).collect()
}
