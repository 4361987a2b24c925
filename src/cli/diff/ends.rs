//! What is compared with what: the words of the command line, and the commits they come to.

use crate::cli::gather::{Claims, From, Place, Told};
use crate::cli::past::Asked;
use crate::cli::range::Ends;
use crate::cli::{Fault, Global, Host};
use crate::history::{Oid, Past, Standing};
use crate::output::Progress;
use crate::output::difference::{End, State};
use crate::policy::Policies;
use crate::repo::{Content, Repo, RepoError};
use std::cell::RefCell;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Range {
    /// `BASE`, or nothing: a revision and the work tree.
    WorkTree {
        /// The revision.
        base: String,
    },
    /// `BASE..HEAD`: two revisions.
    Between {
        /// The one.
        base: String,
        /// The other.
        head: String,
    },
    /// `BASE...HEAD`: what the head changed since it parted from the base.
    Parted {
        /// The base.
        base: String,
        /// The head.
        head: String,
    },
    /// A branch that is new and the first: there is nothing it could be compared with.
    New {
        /// Its tip.
        head: String,
    },
}

impl Range {
    /// Reads the argument. An end that is left out is `HEAD`, as in git. What leaves out so much that `HEAD` would be
    /// compared with itself is a variable that nobody set, and no comparison without a difference.
    pub(super) fn of(text: Option<&str>) -> Result<Self, Fault> {
        if text.is_some_and(|text| matches!(text.trim(), "" | ".." | "..." | "..HEAD" | "...HEAD")) {
            return Err(Fault::usage("the base is empty").hint("name it: rebalance diff main...HEAD"));
        }
        let end = |text: &str| if text.is_empty() { "HEAD".to_owned() } else { text.to_owned() };
        let text = text.unwrap_or("HEAD");
        Ok(match (text.split_once("..."), text.split_once("..")) {
            (Some((base, head)), _) => Self::Parted { base: end(base), head: end(head) },
            (None, Some((base, head))) => Self::Between { base: end(base), head: end(head) },
            (None, None) => Self::WorkTree { base: text.to_owned() },
        })
    }

    /// What was found out about a job.
    pub(super) fn of_job(from: From) -> Self {
        match from {
            From::Range { base, head } => Self::Parted { base, head },
            From::Push { before, after } => Self::Between { base: before, head: after },
            From::Rev(head) => Self::New { head },
            From::WorkTree | From::Index | From::Bytes(_) => Self::WorkTree { base: "HEAD".to_owned() },
        }
    }

    /// The same as it is asked of a range of commits; none for the work tree.
    fn from(&self) -> Option<From> {
        match self.clone() {
            Self::Parted { base, head } => Some(From::Range { base, head }),
            Self::Between { base, head } => Some(From::Push { before: base, after: head }),
            Self::WorkTree { .. } | Self::New { .. } => None,
        }
    }

    /// The argument again.
    pub(super) fn text(&self) -> String {
        match self {
            Self::WorkTree { base } => base.clone(),
            Self::Between { base, head } => format!("{base}..{head}"),
            Self::Parted { base, head } => format!("{base}...{head}"),
            Self::New { head } => head.clone(),
        }
    }
}

/// Both ends, found.
pub(super) struct Found {
    /// The repository.
    pub(super) repo: Box<Repo>,
    /// The config's path in it.
    pub(super) path: String,
    /// The commit whose history and policies judge; none in a repository without one.
    pub(super) tip: Option<Oid>,
    /// The commit that is compared with: the same, or where the head parted from it.
    pub(super) from: Option<Oid>,
    /// The config's name there.
    pub(super) name: String,
    /// The head; none for the work tree.
    pub(super) head: Option<Oid>,
    /// The ends of a range of commits; none for the work tree.
    pub(super) ends: Option<Ends>,
}

impl Found {
    /// Finds the commits.
    pub(super) fn of(range: &Range, place: Place, global: &Global, host: &Host<'_>) -> Result<Self, Fault> {
        let ends = range.from().map(|from| Ends::find(&from, &place)).transpose()?.flatten();
        let (repo, path) = match place {
            Place::Repo { repo, path } => (repo, path),
            Place::NoRepo(gap) => return Err(Fault::unknown(gap.why).hint(format!("{}.", gap.remedy))),
            Place::Nowhere => return Err(Fault::unknown("there is no repository").hint("change to one.")),
        };
        let ends = match (range, ends) {
            (_, Some(ends)) => ends,
            (Range::WorkTree { base } | Range::Parted { base, .. } | Range::Between { base, .. }, None) => {
                return Self::of_work_tree(base, repo, path, global, host);
            }
            (Range::New { head }, None) => {
                let head = Some(crate::cli::range::end(&repo, head)?);
                return Ok(Self { repo, name: path.clone(), path, tip: None, from: None, head, ends: None });
            }
        };
        let here = repo.read_at(ends.head, &path)?;
        let mut parted = Vec::new();
        for commit in &ends.parted {
            let name = ends.name_at(&repo, *commit, &path)?;
            parted.push((repo.read_at(*commit, &name)? == here, *commit, name));
        }
        // Of several commits where they parted, one that differs says more.
        parted.sort_by_key(|(same, ..)| *same);
        let first = parted.into_iter().next().map(|(_, commit, name)| (commit, name));
        let (from, name) = first.unwrap_or_else(|| (ends.base, ends.name.clone()));
        let (tip, head) = (Some(ends.base), Some(ends.head));
        Ok(Self { repo, path, tip, from: Some(from), name, head, ends: Some(ends) })
    }

    fn of_work_tree(
        base: &str,
        repo: Box<Repo>,
        path: String,
        global: &Global,
        host: &Host<'_>,
    ) -> Result<Self, Fault> {
        let unborn = base == "HEAD" && repo.head()?.is_none();
        let tip = if unborn { None } else { Some(crate::cli::range::end(&repo, base)?) };
        let name = match tip {
            Some(tip) => name_before(&repo, tip, &path, global, host)?,
            None => path.clone(),
        };
        Ok(Self { repo, path, tip, from: tip, name, head: None, ends: None })
    }

    /// The config's name in the commit that judges.
    pub(super) fn name_at_tip(&self) -> &str {
        self.ends.as_ref().map_or(&self.name, |ends| &ends.name)
    }

    /// What git says of the head's config as a change of the base's.
    pub(super) fn told(
        &self,
        candidate: Option<Standing>,
        policies: &Policies,
        claims: &Claims,
        global: &Global,
        host: &mut Host<'_>,
    ) -> Result<Told, RepoError> {
        let window = i64::from(policies.largest("days")) * 86_400;
        let now = host.now;
        let progress = RefCell::new(Progress::new(host, global.quiet));
        let asked = Asked { repo: &self.repo, path: &self.path, window, now, claims, progress: Some(&progress) };
        match &self.ends {
            Some(ends) => asked.of_range(ends, candidate),
            None => asked.of_change(self.tip, &From::WorkTree, candidate),
        }
    }

    /// The ends as they are shown.
    pub(super) fn shown(&self, range: &Range, (before, after): (State, State)) -> (End, End) {
        let (base, head) = match range.clone() {
            Range::WorkTree { base } => (base, None),
            Range::Between { base, head } | Range::Parted { base, head } => (base, Some(head)),
            Range::New { head } => (head.clone(), Some(head)),
        };
        let parted = self.from.filter(|from| Some(*from) != self.tip);
        (
            End { name: Some(base), commit: self.tip, parted, path: self.name.clone(), state: before },
            End { name: head, commit: self.head, parted: None, path: self.path.clone(), state: after },
        )
    }
}

/// The config's name in a commit that the work tree is compared with: its own; that of one beside it that is gone; or
/// that of one that has exactly the same content.
fn name_before(repo: &Repo, tip: Oid, path: &str, global: &Global, host: &Host<'_>) -> Result<String, Fault> {
    let claims = Claims::default();
    let asked = Asked { repo, path, window: 0, now: host.now, claims: &claims, progress: None };
    let name = asked.committed_name(tip, &From::WorkTree)?;
    if name != path || repo.read_at(tip, path)? != Content::Absent {
        return Ok(name);
    }
    let Ok(bytes) = crate::cli::gather::own_file(&host.path(&global.config)) else { return Ok(name) };
    let blob = repo.hash_blob(&bytes)?;
    let copies = repo.lineage(&crate::cli::past::parse).copies(tip, blob).map_err(RepoError::Gap)?;
    Ok(copies.into_iter().next().unwrap_or(name))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::*;

    #[test]
    fn ends_that_are_left_out_are_the_head() {
        let parted = |base: &str, head: &str| Range::Parted { base: base.into(), head: head.into() };
        let between = |base: &str, head: &str| Range::Between { base: base.into(), head: head.into() };
        let cases = [
            (None, Range::WorkTree { base: "HEAD".into() }),
            (Some("main"), Range::WorkTree { base: "main".into() }),
            (Some("v1.2"), Range::WorkTree { base: "v1.2".into() }),
            (Some("main...topic"), parted("main", "topic")),
            (Some("main..."), parted("main", "HEAD")),
            (Some("...topic"), parted("HEAD", "topic")),
            (Some("main..topic"), between("main", "topic")),
            (Some("main.."), between("main", "HEAD")),
            (Some("v1.2..v1.3"), between("v1.2", "v1.3")),
        ];
        for (text, expected) in cases {
            assert_eq!(Range::of(text).unwrap(), expected, "{text:?}");
        }
        for text in ["", " ", "..", "...", "..HEAD", "...HEAD"] {
            assert!(Range::of(Some(text)).is_err(), "{text:?}");
        }
    }
}
