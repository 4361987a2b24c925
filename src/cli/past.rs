//! Asking git about the config: what changed, from what, and by which commit.

use super::gather::{Claims, From, Told, Tracked};
use super::range::Ends;
use super::watched::Watched;
use crate::config::Config;
use crate::document;
use crate::history::{History, Oid, Past, Reach, Standing, collect, message};
use crate::output::Progress;
use crate::portfolio::Allocation;
use crate::repo::{Content, Repo, RepoError};
use crate::rules::Change;
use std::cell::RefCell;

/// The allocation some bytes say; none when they cannot be read as one.
pub(super) fn parse(bytes: &[u8]) -> Option<Allocation> {
    let reading = document::read(bytes);
    let (config, _) = Config::of(&reading);
    if reading.faults.is_empty() { Allocation::of(&config) } else { None }
}

/// A question to git.
pub(super) struct Asked<'a, 'h, 'p> {
    pub(super) repo: &'a Repo,
    pub(super) path: &'a str,
    pub(super) window: i64,
    pub(super) now: i64,
    pub(super) claims: &'a Claims,
    /// Where it says how far it has come; none for a short question.
    pub(super) progress: Option<&'a RefCell<Progress<'h, 'p>>>,
}

impl Asked<'_, '_, '_> {
    /// What git says of the config that was read from there.
    pub(super) fn told(
        &self,
        from: &From,
        ends: Option<&Ends>,
        candidate: Option<Standing>,
    ) -> Result<Told, RepoError> {
        match (from, ends) {
            (From::Rev(rev), _) => self.of_commit(self.repo.resolve(rev)?),
            (_, Some(ends)) => self.of_range(ends, candidate),
            _ => self.of_change(self.repo.head()?, from, candidate),
        }
    }

    /// What is being looked at, as a change of what is committed. Of a config whose allocation cannot be read there is
    /// no change to judge; other rules say what is wrong with it.
    pub(super) fn of_change(
        &self,
        tip: Option<Oid>,
        from: &From,
        candidate: Option<Standing>,
    ) -> Result<Told, RepoError> {
        let path = match tip {
            Some(head) => self.committed_name(head, from)?,
            None => self.path.to_owned(),
        };
        let lineage = self.repo.lineage(&parse);
        let past = Watched::new(&lineage, self.progress);
        let history = collect(&past, tip, &path, Reach::Since(self.now - self.window));
        let base = history.tip.clone();
        let candidate = candidate.unwrap_or_else(|| base.clone());
        let brought = self.brought(tip, &path);
        let change = Change {
            base,
            candidate,
            override_reason: self.claims.override_reason.clone().or(brought.override_reason),
            reasoned: self.claims.reasoned.map(|own| own || brought.reasoned == Some(true)),
            now: self.now,
            whole: false,
        };
        Ok(Told::Known { history: Box::new(history), change: Box::new(change) })
    }

    /// The config's name in a commit: its own, or, of a config that is not there, that of one beside it which the next
    /// commit would not have any more. A rename is no creation.
    pub(super) fn committed_name(&self, head: Oid, from: &From) -> Result<String, RepoError> {
        if self.repo.read_at(head, self.path)? != Content::Absent {
            return Ok(self.path.to_owned());
        }
        let dir = self.path.rsplit_once('/').map_or("", |(dir, _)| dir);
        for name in self.repo.list_at(head, dir)? {
            let other = if dir.is_empty() { name } else { format!("{dir}/{name}") };
            let gone = match from {
                From::Index => self.repo.read_index(&other)? == Content::Absent,
                _ => self.repo.workdir().is_some_and(|top| !top.join(&other).exists()),
            };
            let was = gone.then(|| self.repo.read_at(head, &other)).transpose()?;
            if matches!(was, Some(Content::Blob { bytes, .. }) if parse(&bytes).is_some()) {
                return Ok(other);
            }
        }
        Ok(self.path.to_owned())
    }

    /// What the commits of a merge that is being made say of their changes of the config.
    fn brought(&self, head: Option<Oid>, path: &str) -> Claims {
        let merging: Vec<Oid> = match self.repo.resolve("MERGE_HEAD") {
            Ok(theirs) => vec![theirs],
            Err(_) => self.claims.merging.iter().filter_map(|id| self.repo.resolve(id).ok()).collect(),
        };
        let mut claims = Claims::default();
        for theirs in merging {
            for (_, text) in head.and_then(|head| changing(self.repo, head, theirs, path)).unwrap_or_default() {
                claims.override_reason = claims.override_reason.or_else(|| message::override_reason(&text));
                claims.reasoned = claims.reasoned.max(Some(message::reason(&text).is_some()));
            }
        }
        claims
    }

    /// A commit, judged when it landed, or now if it claims to land later: what it changed, by the history before it and
    /// by its own message.
    fn of_commit(&self, commit: Oid) -> Result<Told, RepoError> {
        let lineage = self.repo.lineage(&parse);
        let past = Watched::new(&lineage, self.progress);
        let this = Past::commit(&past, commit).map_err(RepoError::Gap)?;
        let own = collect(&past, Some(commit), self.path, Reach::Since(this.time - 1));
        let event = own.events.iter().find(|event| event.commit == commit);
        let now = event.map_or(self.now, |event| event.effective.min(self.now));
        let parent = this.parents.first().copied().filter(|_| !this.boundary);
        let (tip, path) = match event {
            Some(_) => (parent, self.name_before(&own, commit)),
            None => (Some(commit), self.path.to_owned()),
        };
        let mut history = collect(&past, tip, &path, Reach::Since(now - self.window));
        history.clocks.clone_from(&own.clocks);
        let (base, candidate) = match event {
            Some(event) => (event.before.clone(), event.after.clone()),
            None => (history.tip.clone(), history.tip.clone()),
        };
        let change = Change {
            base,
            candidate,
            override_reason: event.and_then(|event| event.override_reason.clone()),
            reasoned: event.map(|event| event.reason.is_some()),
            now,
            whole: false,
        };
        Ok(Told::Known { history: Box::new(history), change: Box::new(change) })
    }

    /// The config's name before a commit: that of the next older change, or of the creation.
    fn name_before(&self, own: &History, commit: Oid) -> String {
        let older = own.events.iter().filter(|event| !event.discarded()).find(|event| event.commit != commit);
        older.or(own.created.as_ref()).map_or_else(|| self.path.to_owned(), |event| event.path.clone())
    }
}

/// The commits from `base` to `tip` in which the config is not what it is in the first parent, newest first, with their
/// messages; none when that cannot be told.
pub(super) fn changing(repo: &Repo, base: Oid, tip: Oid, path: &str) -> Option<Vec<(Oid, String)>> {
    let lineage = repo.lineage(&parse);
    let mut commits = Vec::new();
    for id in repo.between(base, tip).ok()? {
        let parents = &Past::commit(&lineage, id).ok()?.parents;
        let here = lineage.at(id, path).ok()?;
        let before = parents.first().map(|parent| lineage.at(*parent, path)).transpose().ok()?;
        if Some(here) != before {
            commits.push((id, repo.words(id).ok()?.message));
        }
    }
    Some(commits)
}

/// Where a config stands in git.
pub(super) fn tracked(repo: Box<Repo>, path: String, bytes: Option<&[u8]>) -> Tracked {
    let head = repo.head().ok().flatten();
    let committed = head.and_then(|head| repo.read_at(head, &path).ok());
    let blob = match (committed, bytes) {
        (Some(Content::Blob { id, bytes: committed }), Some(bytes)) if same(&committed, bytes) => Some(id),
        _ => None,
    };
    let head_time = head.and_then(|head| Some(Past::commit(&repo.lineage(&parse), head).ok()?.time));
    Tracked { repo, path, blob, head, head_time }
}

/// Whether a file is what is committed; a work tree may have CRLF on every line where git keeps LF.
fn same(committed: &[u8], bytes: &[u8]) -> bool {
    let lines = |bytes: &[u8]| bytes.iter().filter(|byte| **byte == b'\n').count();
    let ends = bytes.windows(2).filter(|pair| *pair == b"\r\n").count();
    let without: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'\r').collect();
    let whole_crlf = ends == lines(bytes) && ends + without.len() == bytes.len() && committed == without.as_slice();
    committed == bytes || whole_crlf
}
