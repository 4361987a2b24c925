//! What can be wrong with a repository, and what to do about it.

use crate::history::Gap;
use std::fmt;
use std::path::{Path, PathBuf};

/// Why the repository could not be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RepoError {
    /// There is no repository here.
    NotARepository {
        /// Where it was looked for.
        dir: PathBuf,
    },
    /// The repository uses something that cannot be read.
    Unsupported {
        /// What.
        what: String,
    },
    /// Something of the repository is broken.
    Unreadable {
        /// What.
        what: String,
        /// Why.
        why: String,
    },
    /// A revision names no commit.
    BadRevision {
        /// The revision.
        rev: String,
        /// Why.
        why: String,
        /// Whether the commit may lie behind the cut of a shallow clone.
        shallow: bool,
    },
    /// There is no index, because there is no work tree.
    Bare,
    /// A path is not inside the work tree.
    Outside {
        /// The path.
        path: PathBuf,
        /// The top of the work tree.
        top: PathBuf,
    },
    /// A path is not UTF-8.
    NotUtf8 {
        /// The path.
        path: PathBuf,
    },
    /// A path has merge conflicts in the index.
    Unmerged {
        /// The path.
        path: String,
    },
    /// Something else stands where a directory is looked for.
    NotADirectory {
        /// The path.
        path: String,
    },
    /// A file is larger than [`super::MAX_BLOB`].
    TooLarge {
        /// The path.
        path: String,
    },
    /// An object is missing.
    Gap(Gap),
}

impl RepoError {
    pub(super) fn unreadable(what: impl fmt::Display, error: &dyn std::error::Error) -> Self {
        Self::Unreadable { what: what.to_string(), why: chain(error) }
    }

    /// The error of not being able to open a repository.
    pub(super) fn opening(dir: &Path, error: &gix::Error) -> Self {
        use gix::discover::upwards::Error as Upwards;
        let none = error.iter_errors().any(|error| {
            let upwards = error.downcast_ref::<Upwards>();
            upwards.is_some_and(|error| !matches!(error, Upwards::NoTrustedGitRepository { .. }))
        });
        if none {
            return Self::NotARepository { dir: dir.to_owned() };
        }
        if error.is_unsupported() {
            return Self::Unsupported { what: chain(error) };
        }
        Self::unreadable("the repository", error)
    }

    /// What to do, as a sentence without a period.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self {
            Self::NotARepository { .. } => "run `git init`, or change to the repository of the config".to_owned(),
            Self::Unsupported { .. } => {
                "convert it, for refs with `git refs migrate --ref-format=files`, or use a clone without it".to_owned()
            }
            Self::Unreadable { .. } => "see what `git fsck` and `git status` say, or clone again".to_owned(),
            Self::BadRevision { shallow: true, .. } => {
                "fetch all of the history first: `git fetch --unshallow`, or `fetch-depth: 0`".to_owned()
            }
            Self::BadRevision { .. } => {
                "name a commit, a branch or a tag; `git rev-parse` shows what one is".to_owned()
            }
            Self::Bare => "name a revision with `--rev`, or run this in a work tree".to_owned(),
            Self::Outside { top, .. } => format!("name a file below {}", top.display()),
            Self::NotUtf8 { .. } => "rename the file".to_owned(),
            Self::Unmerged { path } => format!("resolve the conflict, then `git add {path}`"),
            Self::NotADirectory { .. } => {
                "commit a directory: what stands behind a link or in a submodule is no part of the commit".to_owned()
            }
            Self::TooLarge { .. } => "a config has less than a mebibyte; check that the path is right".to_owned(),
            Self::Gap(gap) => gap.remedy.clone(),
        }
    }
}

impl fmt::Display for RepoError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotARepository { dir } => write!(f, "there is no git repository at {} or above it", dir.display()),
            Self::Unsupported { what } => write!(f, "the repository uses what cannot be read: {what}"),
            Self::Unreadable { what, why } => write!(f, "{what} cannot be read: {why}"),
            Self::BadRevision { rev, why, .. } => write!(f, "{rev:?} does not name a commit: {why}"),
            Self::Bare => f.write_str("a bare repository has no index"),
            Self::Outside { path, top } => {
                write!(f, "{} is not inside the repository at {}", path.display(), top.display())
            }
            Self::NotUtf8 { path } => write!(f, "the path {} is not UTF-8", path.display()),
            Self::Unmerged { path } => write!(f, "{path} is unmerged"),
            Self::NotADirectory { path } => write!(f, "{path} is not a directory in git"),
            Self::TooLarge { path } => write!(f, "{path} is larger than a mebibyte"),
            Self::Gap(gap) => f.write_str(&gap.why),
        }
    }
}

impl std::error::Error for RepoError {}

impl From<Gap> for RepoError {
    fn from(gap: Gap) -> Self {
        Self::Gap(gap)
    }
}

/// An error with everything that caused it, since the top alone is often vague.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
