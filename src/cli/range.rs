//! A range: what a head changed since it parted from a base. It is judged once, as a whole, by the history and the
//! policies of the base's tip.
//!
//! How a base is found in the facts of a CI service must never enter this file.

use super::gather::{From, Place, Told};
use super::past::{Asked, parse};
use super::watched::Watched;
use super::{CONFIG, Fault};
use crate::history::{
    Clocks, Gap, GapKind, History, Latest, Oid, Past, Place as Stands, Reach, Standing, UNSHALLOW, Verdict, Version,
    Words, allocation_verdict, collect, message, standing,
};
use crate::repo::{Content, Lineage, MAX_BETWEEN, Repo, RepoError};
use crate::rules::Change;

/// Both ends of a range, and what lies between them.
pub(super) struct Ends {
    /// The tip of the base.
    pub(super) base: Oid,
    /// The head.
    pub(super) head: Oid,
    /// Where the head parted from the base: the best common ancestors, or the base's tip when there are none.
    pub(super) parted: Vec<Oid>,
    /// The config's name in the base's tip.
    pub(super) name: String,
}

impl Ends {
    /// The ends that are asked for; none when no range is.
    pub(super) fn find(from: &From, place: &Place) -> Result<Option<Self>, Fault> {
        match (from, place) {
            (From::Range { base, head }, Place::Repo { repo, path }) => {
                let (base, head) = (end(repo, base)?, end(repo, head)?);
                let parted = repo.merge_bases(base, head).map_err(RepoError::Gap)?;
                Self::of(repo, path, (base, head), parted).map(Some)
            }
            (From::Push { before, after }, Place::Repo { repo, path }) => {
                Self::of(repo, path, (end(repo, before)?, end(repo, after)?), Vec::new()).map(Some)
            }
            _ => Ok(None),
        }
    }

    fn of(repo: &Repo, path: &str, (base, head): (Oid, Oid), mut parted: Vec<Oid>) -> Result<Self, Fault> {
        if parted.is_empty() {
            parted.push(base);
        }
        let name = name_in(repo, base, head, path)?;
        Ok(Self { base, head, parted, name })
    }

    /// The config's name in a commit before the head.
    pub(super) fn name_at(&self, repo: &Repo, commit: Oid, path: &str) -> Result<String, RepoError> {
        if commit == self.base { Ok(self.name.clone()) } else { name_in(repo, commit, self.head, path) }
    }

    /// The config's bytes in the head; `None` when the range deletes it.
    pub(super) fn read(&self, repo: &Repo, path: &str) -> Result<Option<Vec<u8>>, Fault> {
        let bytes = super::gather::bytes_of(repo.read_at(self.head, path)?, path)?;
        let before = |commit: &Oid| Ok::<_, Fault>(repo.read_at(*commit, path)? != Content::Absent);
        if bytes.is_some() || before(&self.base)? || self.parted.iter().map(before).any(|there| there.unwrap_or(true)) {
            return Ok(bytes);
        }
        Err(Fault::unknown(format!("{path} is neither in {} nor in {}", self.head.short(), self.base.short()))
            .hint("check --config and the directory: a check that looks at no file does not pass."))
    }
}

/// What makes a CI service clone all of it.
pub(super) const WHOLE_CLONE: &str =
    "on GitHub, `fetch-depth: 0` under `with:` of actions/checkout; on GitLab, `GIT_DEPTH: 0`.";

/// The commit at an end.
pub(super) fn end(repo: &Repo, rev: &str) -> Result<Oid, Fault> {
    repo.resolve(rev).map_err(|error| match error {
        RepoError::BadRevision { .. } => no_end(repo, rev),
        other => other.into(),
    })
}

/// Why something is no end, and what to do.
fn no_end(repo: &Repo, rev: &str) -> Fault {
    if rev.trim().is_empty() {
        return Fault::usage("an end of the range is empty").hint("name a commit, such as origin/main.");
    }
    if let Some((base, head)) = rev.split_once("...").or_else(|| rev.split_once("..")) {
        let head = if head.is_empty() { "HEAD" } else { head };
        return Fault::usage(format!("{rev:?} is a range, and one commit is asked for"))
            .hint(format!("name each of its ends: --base {base} --head {head}"));
    }
    if repo.is_no_commit(rev) {
        return Fault::usage(format!("{rev:?} is no commit")).hint("name a commit, a branch, or a tag of one.");
    }
    let branch = rev.strip_prefix("origin/").unwrap_or(rev);
    let id = matches!(branch.len(), 40 | 64) && branch.chars().all(|c| c.is_ascii_hexdigit());
    let plain = branch.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '-' | '_' | '.'));
    // Nothing is missing in a whole clone: `HEAD^` of its first commit is nowhere.
    if !id && !plain && !repo.is_shallow() {
        return Fault::unknown(format!("{rev:?} is no commit that this clone has"))
            .hint("name a commit, a branch or a tag; `git rev-parse` shows what one is.");
    }
    let fetch = if id {
        format!("`git fetch origin {branch}`")
    } else if plain {
        format!("`git fetch origin {branch}`, then name it `origin/{branch}`")
    } else {
        "`git fetch --unshallow`".to_owned()
    };
    Fault::unknown(format!("{rev:?} is no commit that this clone has"))
        .hint(format!("fetch it: {fetch}."))
        .hint(WHOLE_CLONE)
}

impl Asked<'_, '_, '_> {
    /// What a range changed, by the history of its base's tip and the words of its own commits.
    pub(super) fn of_range(&self, ends: &Ends, candidate: Option<Standing>) -> Result<Told, RepoError> {
        let lineage = self.repo.lineage(&parse);
        self.whole(ends)?;
        let past = Watched::new(&lineage, self.progress);
        let since = Reach::Since(self.now - self.window);
        let mut history = collect(&past, Some(ends.base), &ends.name, since);
        let mut stood = Vec::new();
        for commit in &ends.parted {
            stood.push(self.stood(&lineage, *commit, ends, &history)?);
        }
        let first = stood.first().cloned().unwrap_or_else(|| history.tip.clone());
        let candidate = candidate.unwrap_or_else(|| first.clone());
        // With several places where it parted, whatever differs from any of them is a change.
        let base = stood.iter().find(|standing| **standing != candidate).cloned().unwrap_or(first);
        // Where the base has come to the same, merging changes nothing.
        let base = if candidate == history.tip { candidate.clone() } else { base };
        let (mut override_reason, mut reasoned) = (None, self.claims.reasoned == Some(true));
        if base != candidate {
            self.settle(&history, &base, &candidate)?;
            for (_, words) in self.said(ends)? {
                override_reason = override_reason.or_else(|| message::override_reason(&words.message));
                reasoned |= message::reason(&words.message).is_some();
            }
        }
        // A config that the base has got in the meantime is not created once more.
        let base = if base == Standing::Absent && candidate != base { history.tip.clone() } else { base };
        also(&mut history.clocks, collect(&past, Some(ends.head), self.path, since).clocks);
        let change = Change { base, candidate, override_reason, reasoned: Some(reasoned), now: self.now, whole: true };
        Ok(Told::Known { history: Box::new(history), change: Box::new(change) })
    }

    /// In a shallow clone, a cut between the ends hides where they parted and whose commits are whose. Of more commits than
    /// are listed, the rest may be cut.
    fn whole(&self, ends: &Ends) -> Result<(), RepoError> {
        if !self.repo.is_shallow() {
            return Ok(());
        }
        let lineage = self.repo.lineage(&parse);
        for (one, other) in [(ends.base, ends.head), (ends.head, ends.base)] {
            let between = self.repo.between(one, other)?;
            let many = between.len() >= MAX_BETWEEN;
            for id in between {
                if many || Past::commit(&lineage, id)?.boundary {
                    return Err(RepoError::Gap(Gap::new(
                        GapKind::Shallow,
                        format!("history is cut within the range, at or below commit {} (shallow clone)", id.short()),
                        UNSHALLOW,
                    )));
                }
            }
        }
        Ok(())
    }

    /// What stood in a commit where the head parted from the base.
    fn stood(&self, lineage: &Lineage<'_>, at: Oid, ends: &Ends, history: &History) -> Result<Standing, RepoError> {
        if at == ends.base {
            return Ok(history.tip.clone());
        }
        let name = name_in(self.repo, at, ends.head, self.path)?;
        if let Some(standing) = stands(lineage, at, &name)? {
            return Ok(standing);
        }
        let older = collect(lineage, Some(at), &name, Reach::Since(i64::MAX));
        match older.gap() {
            Some(gap) => Err(RepoError::Gap(gap.clone())),
            None => Ok(older.tip),
        }
    }

    /// Both sides changed the allocation since they parted. What they come to together is in neither of them, so nothing
    /// proves that it restores what stood.
    fn settle(&self, history: &History, base: &Standing, candidate: &Standing) -> Result<(), RepoError> {
        let moved = *base != history.tip && *candidate != history.tip;
        let recent = history.events.iter().any(|event| event.effective > self.now - self.window);
        let verdict = allocation_verdict(history, candidate, self.now, self.window);
        if moved && recent && verdict == Verdict::Allowed {
            return Err(RepoError::Gap(Gap::new(
                GapKind::TooShort,
                "the base and the change both changed the allocation since they parted, and what they come to together \
                 is in neither",
                "bring the change up to date with its base, for instance `git merge origin/main`, and look again",
            )));
        }
        Ok(())
    }

    /// The commits of the range that changed the allocation, newest first. A merge did when it has
    /// another one than each of its parents.
    pub(super) fn said(&self, ends: &Ends) -> Result<Vec<(Oid, Words)>, RepoError> {
        let lineage = &self.repo.lineage(&parse);
        let mut commits = Vec::new();
        for id in self.repo.between(ends.base, ends.head)? {
            let here = self.seen(lineage, id, ends)?;
            let parents = &Past::commit(lineage, id)?.parents;
            let mut changed = true;
            for parent in parents.iter() {
                changed &= self.seen(lineage, *parent, ends)? != here;
            }
            if changed {
                commits.push((id, self.repo.words(id)?));
            }
        }
        Ok(commits)
    }

    /// What stands in a commit under the config's name or under that which it has in the base; `None` when it cannot be
    /// read as an allocation.
    fn seen(&self, lineage: &Lineage<'_>, at: Oid, ends: &Ends) -> Result<Option<Standing>, Gap> {
        match stands(lineage, at, self.path)? {
            Some(Standing::Absent) if ends.name != self.path => stands(lineage, at, &ends.name),
            other => Ok(other),
        }
    }
}

/// The times that cannot be right on the line of the head, beside those on the line of the base: a branch may land as it
/// is, and a push did.
fn also(clocks: &mut Clocks, own: Clocks) {
    for wrong in own.backwards {
        if clocks.backwards.iter().all(|known| known.commit != wrong.commit) {
            clocks.backwards.push(wrong);
        }
    }
    let last = |latest: &Option<Latest>| latest.as_ref().map(|latest| latest.time);
    if last(&own.latest) > last(&clocks.latest) {
        clocks.latest = own.latest;
    }
}

/// What stands at a path of a commit; `None` when it cannot be read as an allocation.
fn stands(lineage: &Lineage<'_>, commit: Oid, path: &str) -> Result<Option<Standing>, Gap> {
    standing(lineage, lineage.at(commit, path)?)
}

/// The config's name in a commit: its own; or that of a config which the head does not have any more; or that of which
/// the head's is a copy; or that of another one in its directory or above. Giving a config a new name, or naming a new
/// file, starts no new history; only where there was none, and beside the directories of others, a config is created.
fn name_in(repo: &Repo, commit: Oid, head: Oid, path: &str) -> Result<String, RepoError> {
    let lineage = repo.lineage(&parse);
    if repo.read_at(commit, path)? != Content::Absent {
        return Ok(path.to_owned());
    }
    let here = stands(&lineage, head, path)?;
    let mut gone = Vec::new();
    for (name, blob) in lineage.gone(commit, head)? {
        if let Version::Readable(allocation) = lineage.version(blob)? {
            gone.push((name, Standing::Allocation(allocation)));
        }
    }
    // The one that makes it a change, since any of them may be the one that was lived by.
    let other = gone.iter().find(|(_, standing)| Some(standing) != here.as_ref()).or(gone.first());
    if let Some((name, _)) = other {
        return Ok(name.clone());
    }
    if let Stands::Blob(blob) = lineage.at(head, path)?
        && let Some(name) = lineage.copies(commit, blob)?.first()
    {
        return Ok(name.clone());
    }
    for dir in path.match_indices('/').map(|(at, _)| &path[..at]).rev().chain([""]) {
        if let Some(name) = config_in(repo, commit, dir, path)? {
            return Ok(name);
        }
    }
    Ok(path.to_owned())
}

/// A config that stands directly in a directory of a commit, the usual name first.
fn config_in(repo: &Repo, commit: Oid, dir: &str, like: &str) -> Result<Option<String>, RepoError> {
    let lineage = repo.lineage(&parse);
    let ending = |name: &str| name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    let mut names = repo.list_at(commit, dir)?;
    names.retain(|name| matches!(ending(name).as_deref(), Some("yaml" | "yml")) || ending(name) == ending(like));
    names.sort_by_key(|name| name != CONFIG);
    for name in names {
        let path = if dir.is_empty() { name } else { format!("{dir}/{name}") };
        if matches!(stands(&lineage, commit, &path)?, Some(Standing::Allocation(_))) {
            return Ok(Some(path));
        }
    }
    Ok(None)
}
