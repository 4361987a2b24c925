//! What the walk may ask of a repository.
//!
//! [`Past`] is the only door: whoever implements it reads commits, trees and blobs, and this crate's history is told
//! from its answers alone. How objects are stored must never enter this file.

use crate::portfolio::Allocation;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// The remedy for a clone that is cut off.
pub const UNSHALLOW: &str =
    "fetch all of it: `git fetch --unshallow`, or `fetch-depth: 0` for actions/checkout, or GIT_DEPTH: 0 on GitLab";

/// The id of an object: 20 bytes with SHA-1, 32 with SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid {
    len: u8,
    bytes: [u8; 32],
}

impl Oid {
    /// The id with these bytes; `None` when there are none or more than 32.
    #[must_use]
    pub fn new(raw: &[u8]) -> Option<Self> {
        let mut bytes = [0; 32];
        bytes.get_mut(..raw.len()).filter(|slot| !slot.is_empty())?.copy_from_slice(raw);
        Some(Self { len: u8::try_from(raw.len()).ok()?, bytes })
    }

    /// The id that no object has, as git writes a ref that is not there.
    #[must_use]
    pub fn zero() -> Self {
        Self { len: 20, bytes: [0; 32] }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.len)).unwrap_or(&self.bytes)
    }

    /// The first seven hexadecimal digits, for people.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string().chars().take(7).collect()
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What kind of hole keeps history from being told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GapKind {
    /// The clone is shallow and its cut was reached.
    Shallow,
    /// An object that has to be there is not.
    MissingObject,
    /// An object was left out on purpose when the repository was cloned.
    PartialClone,
    /// An object is there but cannot be read.
    Corrupt,
    /// A ref or another file of the repository cannot be read.
    Unreadable,
    /// What stands at the path is a link, a directory or a submodule.
    NotAFile,
    /// The config in the commit cannot be read as an allocation.
    NotAnAllocation,
    /// The history at hand was collected for a shorter time than is now asked about.
    TooShort,
}

/// Why history cannot be told, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Which kind of hole.
    pub kind: GapKind,
    /// What is wrong, as a sentence without a period.
    pub why: String,
    /// What to do, as a sentence without a period; a command where there is one.
    pub remedy: String,
}

impl Gap {
    /// A gap of this kind.
    pub fn new(kind: GapKind, why: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { kind, why: why.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.why, self.remedy)
    }
}

impl std::error::Error for Gap {}

/// A commit as the walk needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// All parents, the first one first.
    pub parents: Parents,
    /// Committer time in unix seconds.
    pub time: i64,
    /// Whether a shallow clone was cut here: the parents named are not at hand.
    pub boundary: bool,
}

/// The parents of a commit, the first one first. Nearly every commit has one, which takes no memory of its own.
#[derive(Debug, Clone)]
pub enum Parents {
    /// One.
    One(Oid),
    /// Any number.
    Many(Vec<Oid>),
}

impl Default for Parents {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl Deref for Parents {
    type Target = [Oid];

    fn deref(&self) -> &[Oid] {
        match self {
            Self::One(parent) => std::slice::from_ref(parent),
            Self::Many(parents) => parents,
        }
    }
}

impl PartialEq for Parents {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Parents {}

impl FromIterator<Oid> for Parents {
    fn from_iter<I: IntoIterator<Item = Oid>>(parents: I) -> Self {
        let mut parents = parents.into_iter();
        match (parents.next(), parents.next()) {
            (Some(only), None) => Self::One(only),
            (first, second) => Self::Many(first.into_iter().chain(second).chain(parents).collect()),
        }
    }
}

/// Who said what in a commit.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    /// Name of the author.
    pub author: String,
    /// Address of the author.
    pub email: String,
    /// Author time in unix seconds: information only, anyone can choose it.
    pub author_time: i64,
    /// Name of the committer.
    pub committer: String,
    /// The whole message; bytes that are not UTF-8 are replaced.
    pub message: String,
}

/// What stands at a path in a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Nothing.
    Absent,
    /// A regular file with this content.
    Blob(Oid),
    /// A link, a directory, or a submodule.
    Other,
}

/// What a blob says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Version {
    /// An allocation.
    Readable(Arc<Allocation>),
    /// Nothing that can be read as one.
    Unreadable,
}

/// A commit graph with a file of interest in it.
///
/// Every answer may be a [`Gap`]; an implementation never guesses and never skips. Answers about the same object are
/// asked for more than once, so an implementation keeps them.
pub trait Past {
    /// Says that the first-parent line of a commit is about to be followed, for whoever can read ahead. It changes no
    /// answer.
    fn ahead(&self, tip: Oid) {
        let _ = tip;
    }

    /// A commit.
    ///
    /// # Errors
    /// [`Gap`] when it is missing or unreadable.
    fn commit(&self, id: Oid) -> Result<Commit, Gap>;

    /// What stands at a path (with `/`, relative to the top) in a commit.
    ///
    /// # Errors
    /// [`Gap`] when the commit or a tree on the way is missing or unreadable.
    fn at(&self, commit: Oid, path: &str) -> Result<Place, Gap>;

    /// The allocation a blob says.
    ///
    /// # Errors
    /// [`Gap`] when the blob is missing.
    fn version(&self, blob: Oid) -> Result<Version, Gap>;

    /// The best common ancestors of two commits: none when they share no history.
    ///
    /// # Errors
    /// [`Gap`] when that cannot be told, for instance because the clone is shallow.
    fn merge_bases(&self, one: Oid, other: Oid) -> Result<Vec<Oid>, Gap>;

    /// The regular files of a commit that have exactly this content, by path.
    ///
    /// # Errors
    /// [`Gap`] when a tree is missing or unreadable.
    fn copies(&self, commit: Oid, blob: Oid) -> Result<Vec<String>, Gap>;

    /// The regular files of `old` whose path `new` does not have, with their content, by path.
    ///
    /// # Errors
    /// [`Gap`] when a tree is missing or unreadable.
    fn gone(&self, old: Oid, new: Oid) -> Result<Vec<(String, Oid)>, Gap>;

    /// The commits reachable from `tip` and not from `base`, newest first.
    ///
    /// # Errors
    /// [`Gap`] when a commit is missing or unreadable.
    fn between(&self, base: Oid, tip: Oid) -> Result<Vec<Oid>, Gap>;

    /// Who said what in a commit.
    ///
    /// # Errors
    /// [`Gap`] when it is missing or unreadable.
    fn words(&self, commit: Oid) -> Result<Words, Gap>;
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn parents_are_what_they_were_made_of() {
        let ids: Vec<Oid> = (1..=3).map(|byte| Oid::new(&[byte]).unwrap()).collect();
        for count in 0..=3 {
            let parents: Parents = ids.iter().take(count).copied().collect();
            assert_eq!(*parents, ids[..count]);
            assert_eq!(parents, Parents::Many(ids[..count].to_vec()));
        }
    }

    #[test]
    fn an_id_has_one_to_thirty_two_bytes() {
        assert_eq!(Oid::new(&[]), None);
        assert_eq!(Oid::new(&[1; 33]), None);
        assert_eq!(Oid::new(&[0xab; 20]).unwrap().to_string(), "ab".repeat(20));
        assert_eq!(Oid::new(&[0x12; 32]).unwrap().to_string(), "12".repeat(32));
        assert_eq!(Oid::new(&[0x12; 32]).unwrap().short(), "1212121");
        assert_ne!(Oid::new(&[1, 0]), Oid::new(&[1]));
    }
}
