//! The git repository: the only room that names gix.
//!
//! It opens a repository the way git would (hooks, worktrees and `GIT_INDEX_FILE` included), reads commits, trees and
//! the index in process, and implements [`crate::history::Past`]. It only reads. Replace refs, grafts and the
//! commit-graph are ignored, because each of them can show another history than the one that was committed.
//!
//! What a config means must never enter this room: whoever needs allocations passes in the function that reads them.

mod bytes;
mod error;
mod hooks;
mod index;
mod lineage;
mod objects;
mod path;
mod reach;
mod recent;
mod scout;

pub use error::RepoError;
pub use hooks::HooksDir;
pub use lineage::Lineage;

use crate::history::message::Comment;
use crate::history::{Gap, GapKind, Oid, Words};
use crate::portfolio::Allocation;
use error::chain;
use gix::ObjectId;
use objects::{Objects, Subtree};
use std::cell::OnceCell;
use std::path::{Path, PathBuf};

/// The largest blob that is read, in bytes.
pub const MAX_BLOB: u64 = 1 << 20;

/// The most commits [`Repo::between`] returns.
pub const MAX_BETWEEN: usize = 10_000;

/// What stands at a path, with its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing.
    Absent,
    /// A regular file.
    Blob {
        /// The id of its content.
        id: Oid,
        /// Its content.
        bytes: Vec<u8>,
    },
    /// A link, a directory, or a submodule.
    Other,
}

/// An opened repository.
pub struct Repo {
    git: gix::Repository,
    /// Where the user is: paths are relative to it.
    dir: PathBuf,
    objects: Objects,
    head: OnceCell<Option<Oid>>,
    /// The top of the work tree with its links resolved.
    top: OnceCell<PathBuf>,
}

impl Repo {
    /// Opens the repository that `dir` is in, or the one the environment names.
    ///
    /// # Errors
    /// [`RepoError`] when there is none, or it is of a kind that cannot be read.
    pub fn open(dir: &Path) -> Result<Self, RepoError> {
        let dir = std::path::absolute(dir).map_err(|error| RepoError::unreadable(dir.display(), &error))?;
        let options =
            gix::open::Options::default().config_overrides(["core.useReplaceRefs=false", "core.commitGraph=false"]);
        let trust = gix::sec::trust::Mapping { full: options.clone(), reduced: options };
        let found =
            gix::ThreadSafeRepository::discover_with_environment_overrides_opts(&dir, Default::default(), trust);
        let mut git = found.map_err(|error| RepoError::opening(&dir, &error))?.to_thread_local();
        git.objects.ignore_replacements = true;
        git.objects.set_pack_cache(|| Box::<recent::Recent>::default());
        let storage = git.config_snapshot().string("extensions.refStorage");
        if let Some(other) = storage.filter(|storage| storage.as_slice() != b"files") {
            return Err(RepoError::Unsupported { what: format!("the ref storage {other:?}") });
        }
        let objects = Objects::new(&git).map_err(RepoError::Gap)?;
        Ok(Self { git, dir, objects, head: OnceCell::new(), top: OnceCell::new() })
    }

    /// Begins an empty repository in a directory that is there, on the branch that git is configured to begin with, or `main`.
    ///
    /// # Errors
    /// [`RepoError`] when it could not be made.
    pub fn begin(dir: &Path) -> Result<(), RepoError> {
        let made = gix::init(dir).map(drop);
        made.map_err(|error| RepoError::unreadable("the new repository", &error))
    }

    /// The commit that `HEAD` is at; `None` on a branch without a commit. It is read once: whatever is asked of an opened
    /// repository is asked of the same commit.
    ///
    /// # Errors
    /// [`RepoError`] when the ref cannot be read.
    pub fn head(&self) -> Result<Option<Oid>, RepoError> {
        if let Some(known) = self.head.get() {
            return Ok(*known);
        }
        let head = self.read_head()?;
        Ok(*self.head.get_or_init(|| head))
    }

    fn read_head(&self) -> Result<Option<Oid>, RepoError> {
        let unreadable = |error: gix::Error| RepoError::unreadable("HEAD", &error);
        let mut head = self.git.head().map_err(unreadable)?;
        if head.is_unborn() {
            return Ok(None);
        }
        Ok(Some(oid(&head.peel_to_commit().map_err(unreadable)?.id)))
    }

    /// Says that the history of a commit will be asked for, so that it can be read while other things are done. It
    /// changes no answer.
    pub fn ahead(&self, tip: Oid) {
        self.objects.ahead(tip);
    }

    /// The commit a revision names, through tags. What is no commit, a tree for instance, is an error.
    ///
    /// # Errors
    /// [`RepoError::BadRevision`].
    pub fn resolve(&self, rev: &str) -> Result<Oid, RepoError> {
        let bad = |error: gix::Error| RepoError::BadRevision {
            rev: rev.to_owned(),
            why: chain(&error),
            shallow: self.is_shallow(),
        };
        let object = self.git.rev_parse_single(rev).and_then(|id| id.object()).map_err(bad)?;
        Ok(oid(&object.peel_to_commit().map_err(bad)?.id))
    }

    /// Whether this names an object that is there and is no commit, also through tags: a tree, or a file.
    #[must_use]
    pub fn is_no_commit(&self, rev: &str) -> bool {
        let object = self.git.rev_parse_single(rev).and_then(|id| id.object());
        object.and_then(|object| object.peel_tags_to_end()).is_ok_and(|object| object.kind != gix::object::Kind::Commit)
    }

    /// What stands at a path of a commit, with its bytes.
    ///
    /// # Errors
    /// [`RepoError`] when an object is missing or too large.
    pub fn read_at(&self, commit: Oid, path: &str) -> Result<Content, RepoError> {
        use crate::history::Place;
        match self.objects.at(commit, path)? {
            Place::Absent => Ok(Content::Absent),
            Place::Other => Ok(Content::Other),
            Place::Blob(id) => self.content(id, path),
        }
    }

    /// The names of the files that stand directly in a directory of a commit (links too; `""` is the top), sorted.
    /// A directory that is not there has none.
    ///
    /// # Errors
    /// [`RepoError`] when an object is missing, or when there is something else than a directory: what stands behind a
    /// link or in a submodule is not part of the commit.
    pub fn list_at(&self, commit: Oid, dir: &str) -> Result<Vec<String>, RepoError> {
        let tree = self.objects.tree_of(commit)?;
        Ok(match self.objects.subtree(tree, dir)? {
            Subtree::Tree(tree) => self.objects.files_in(tree)?,
            Subtree::Absent => Vec::new(),
            Subtree::Blocked(path) => return Err(RepoError::NotADirectory { path }),
        })
    }

    /// The id these bytes would have as a blob.
    ///
    /// # Errors
    /// [`RepoError`] when they cannot be hashed, which takes bytes made to collide.
    pub fn hash_blob(&self, bytes: &[u8]) -> Result<Oid, RepoError> {
        gix::objs::compute_hash(self.git.object_hash(), gix::objs::Kind::Blob, bytes)
            .map(|id| oid(&id))
            .map_err(|error| RepoError::unreadable("these bytes", &error))
    }

    /// Who said what in a commit.
    ///
    /// # Errors
    /// [`Gap`] when it is missing or unreadable.
    pub fn words(&self, commit: Oid) -> Result<Words, Gap> {
        self.objects.words(commit)
    }

    /// A view for [`crate::history::collect`]; `parse` says what allocation a blob is, if any.
    #[must_use]
    pub fn lineage<'r>(&'r self, parse: &'r dyn Fn(&[u8]) -> Option<Allocation>) -> Lineage<'r> {
        Lineage::new(self, parse)
    }

    /// The top of the work tree; `None` in a bare repository.
    #[must_use]
    pub fn workdir(&self) -> Option<&Path> {
        self.git.workdir()
    }

    /// Whether there is no work tree, and so no index that means anything.
    #[must_use]
    pub fn is_bare(&self) -> bool {
        self.git.workdir().is_none()
    }

    /// Whether history is cut somewhere.
    #[must_use]
    pub fn is_shallow(&self) -> bool {
        self.objects.is_shallow()
    }

    /// Whether objects were left out on purpose when this was cloned.
    #[must_use]
    pub fn is_partial(&self) -> bool {
        self.objects.is_partial()
    }

    /// What starts a comment line in a message file.
    #[must_use]
    pub fn comment(&self) -> Comment {
        let config = self.git.config_snapshot();
        let set = config.string("core.commentString").or_else(|| config.string("core.commentChar"));
        match set.map(|text| text.to_string()) {
            Some(text) if text.eq_ignore_ascii_case("auto") => Comment::Auto,
            Some(text) if !text.is_empty() => Comment::Starts(text),
            _ => Comment::default(),
        }
    }

    /// How git is told to clean messages up (`commit.cleanup`), if it is.
    #[must_use]
    pub fn cleanup(&self) -> Option<String> {
        self.git.config_snapshot().string("commit.cleanup").map(|mode| mode.to_string())
    }

    fn content(&self, id: Oid, path: &str) -> Result<Content, RepoError> {
        match self.objects.blob(id)? {
            Some(bytes) => Ok(Content::Blob { id, bytes }),
            None => Err(RepoError::TooLarge { path: path.to_owned() }),
        }
    }

    fn broken(&self, error: &gix::Error) -> Gap {
        self.objects.broken("the commits of this repository", error)
    }
}

fn oid(id: &gix::oid) -> Oid {
    // An id of gix has 20 or 32 bytes.
    Oid::new(id.as_bytes()).unwrap_or_else(Oid::zero)
}

fn object_id(id: Oid) -> Result<ObjectId, Gap> {
    ObjectId::try_from(id.as_bytes()).map_err(|_| {
        Gap::new(GapKind::Corrupt, format!("{id} is not the id of an object"), "use an id of this repository")
    })
}
