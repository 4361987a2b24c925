//! Gathering facts: the config from where it was asked for, its history, the policies, the holdings.
//!
//! Nothing here judges anything.

use super::past::{Asked, changing, tracked};
use super::policies::PolicyFacts;
use super::range::Ends;
use super::{Fault, Global, Host, policies};
use crate::config::Config;
use crate::document::{self, MAX_BYTES, Reading};
use crate::finding::Finding;
use crate::history::{Gap, GapKind, History, Oid, Standing};
use crate::output::Progress;
use crate::policy::Policies;
use crate::portfolio::Allocation;
use crate::repo::{Content, Repo, RepoError};
use crate::rules::facts::code_sites;
use crate::rules::{Change, CodeSite, Facts, HistoryFacts};
use crate::schema::{self, Issue};
use crate::zone::Zone;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Where the config is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum From {
    /// The work tree.
    WorkTree,
    /// The index: what the next commit would hold.
    Index,
    /// A revision.
    Rev(String),
    /// What a head changed since it parted from a base, judged by that base.
    Range {
        /// A revision: the tip of the base.
        base: String,
        /// A revision.
        head: String,
    },
    /// What a push made of what stood there before, judged by that, whether or not it stands on it.
    Push {
        /// A revision.
        before: String,
        /// A revision.
        after: String,
    },
    /// Bytes that came without a repository.
    Bytes(Vec<u8>),
}

/// The facts about a config.
pub(super) struct Gathered {
    /// The file, as the user named it.
    pub(super) path: String,
    /// What reading it gave.
    pub(super) reading: Reading,
    /// Its content.
    pub(super) config: Config,
    /// What does not fit its schema.
    pub(super) issues: Vec<Issue>,
    /// Whether there is a file at all.
    pub(super) present: bool,
    /// The policies in effect.
    pub(super) policies: Policies,
    /// Those of the base, which a range is judged by as well.
    pub(super) base_policies: Option<Policies>,
    /// What is wrong with the policy files.
    pub(super) policy_findings: Vec<Finding>,
    /// What git says.
    pub(super) past: Told,
    /// The texts that findings may point into, by path.
    pub(super) sources: BTreeMap<String, String>,
    /// Where the config stands in git.
    pub(super) tracked: Option<Tracked>,
    /// The clock: seconds since 1970-01-01T00:00:00Z. A commit is judged by its own time, which `past` knows.
    pub(super) now: i64,
}

/// What git says.
pub(super) enum Told {
    NotAsked,
    Unknown(Gap),
    Known { history: Box<History>, change: Box<Change> },
}

/// Where a config stands in git.
pub(super) struct Tracked {
    /// The repository.
    pub(super) repo: Box<Repo>,
    /// Its path in the repository.
    pub(super) path: String,
    /// Its blob in the checked-out commit, when that is what was read (line ends aside, where all are CRLF).
    pub(super) blob: Option<Oid>,
    /// The checked-out commit.
    pub(super) head: Option<Oid>,
    /// That commit's committer time.
    pub(super) head_time: Option<i64>,
}

/// What the commit that is judged says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Claims {
    /// Why the cooldown is to be overridden.
    pub(super) override_reason: Option<String>,
    /// Whether it gives a reason; `None` while there is no message.
    pub(super) reasoned: Option<bool>,
    /// The commits that are being merged, as long as git has not written them down.
    pub(super) merging: Vec<String>,
}

impl Told {
    /// The same for the rules.
    pub(super) fn facts(&self) -> HistoryFacts<'_> {
        match self {
            Self::NotAsked => HistoryFacts::NotAsked,
            Self::Unknown(gap) => HistoryFacts::Unknown(gap),
            Self::Known { history, change } => HistoryFacts::Known { history, change },
        }
    }
}

impl Claims {
    /// What the environment says: an override, which the commit-msg hook will write.
    pub(super) fn of_environment(host: &Host<'_>) -> Self {
        let asked = host.var("REBALANCE_COOLDOWN_OVERRIDE").map(|reason| reason.trim().to_owned());
        // So `git merge` tells its hooks: the one before the commit runs before there is a MERGE_HEAD.
        let merging = host.env.keys().filter_map(|name| name.strip_prefix("GITHEAD_")).map(str::to_owned).collect();
        Self { override_reason: asked.filter(|reason| !reason.is_empty()), reasoned: None, merging }
    }
}

impl Gathered {
    /// The facts for the rules.
    pub(super) fn facts<'a>(&'a self, codes: &'a [CodeSite<'a>]) -> Facts<'a> {
        let history = self.past.facts();
        let base = Facts::of_file(&self.path, &self.reading, &self.issues, &self.config);
        let now = self.known().map_or(self.now, |(_, change)| change.now);
        Facts { codes, history, zone: self.zone().unwrap_or(Zone::UTC), now, ..base }
    }

    /// The time zone of the config, when it can be told.
    pub(super) fn zone(&self) -> Option<Zone> {
        self.config.zone()
    }

    /// The commits that changed the config since another one, newest first, a line each; none when that cannot be told.
    pub(super) fn commits_since(&self, commit: Option<&str>) -> Vec<String> {
        let told = || {
            let tracked = self.tracked.as_ref()?;
            let base = tracked.repo.resolve(commit?).ok()?;
            let commits = changing(&tracked.repo, base, tracked.head?, &tracked.path)?;
            let line = |(id, text): &(Oid, String)| format!("{} {}", id.short(), text.lines().next().unwrap_or(""));
            Some(commits.iter().map(line).collect())
        };
        told().unwrap_or_default()
    }

    /// The codes of the config with their places.
    pub(super) fn codes(&self) -> Vec<CodeSite<'_>> {
        code_sites(&self.config)
    }

    /// Says whether the message gives a reason.
    pub(super) fn set_reasoned(&mut self, reasoned: bool) {
        if let Told::Known { change, .. } = &mut self.past {
            change.reasoned = Some(reasoned);
        }
    }

    /// The history and the change that is judged by it, when they are known.
    pub(super) fn known(&self) -> Option<(&History, &Change)> {
        match &self.past {
            Told::Known { history, change } => Some((history, change)),
            Told::NotAsked | Told::Unknown(_) => None,
        }
    }
}

/// The facts about a config that came without a repository, by policies that were read before.
pub(super) fn gather_text(bytes: &[u8], policies: PolicyFacts, global: &Global, now: i64) -> Gathered {
    let (policies, policy_findings, mut sources) = policies;
    let path = global.config.display().to_string();
    let reading = document::read(bytes);
    let (config, misread) = Config::of(&reading);
    let issues = schema::check(&schema::CONFIG, &reading, &misread);
    sources.insert(path.clone(), reading.text.clone());
    Gathered {
        path,
        reading,
        config,
        issues,
        present: true,
        policies,
        base_policies: None,
        policy_findings,
        past: Told::NotAsked,
        sources,
        tracked: None,
        now,
    }
}

/// Gathers the facts about the config.
pub(super) fn gather(from: &From, global: &Global, host: &mut Host<'_>, claims: &Claims) -> Result<Gathered, Fault> {
    let path = global.config.display().to_string();
    let place = Place::find(from, &global.config, host);
    place.ahead(from);
    let ends = Ends::find(from, &place)?;
    let bytes = read(from, &global.config, &place, ends.as_ref(), host)?;
    let (policies, policy_findings, mut sources) = policies::read(from, global, &place, ends.as_ref(), host)?;
    let base_policies = policies::of_base(global, &place, ends.as_ref(), host)?;
    let present = bytes.is_some();
    let reading = match &bytes {
        Some(bytes) => document::read(bytes),
        None => Reading { document: None, faults: Vec::new(), refused: Vec::new(), text: String::new() },
    };
    let (config, misread) = Config::of(&reading);
    let issues = schema::check(&schema::CONFIG, &reading, &misread);
    sources.insert(path.clone(), reading.text.clone());
    let candidate = if present {
        Allocation::of(&config).map(|a| Standing::Allocation(Arc::new(a)))
    } else {
        Some(Standing::Absent)
    };
    let window = i64::from(policies.largest("days")) * 86_400;
    let (past, tracked) = match place {
        Place::Nowhere => (Told::NotAsked, None),
        Place::NoRepo(gap) => (Told::Unknown(gap), None),
        Place::Repo { repo, path } => {
            let now = host.now;
            let progress = RefCell::new(Progress::new(host, global.quiet));
            let asked = Asked { repo: &repo, path: &path, window, now, claims, progress: Some(&progress) };
            let past = asked.told(from, ends.as_ref(), candidate);
            (past.unwrap_or_else(|error| Told::Unknown(gap(&error))), Some(tracked(repo, path, bytes.as_deref())))
        }
    };
    let now = host.now;
    Ok(Gathered {
        path,
        reading,
        config,
        issues,
        present,
        policies,
        base_policies,
        policy_findings,
        past,
        sources,
        tracked,
        now,
    })
}

/// Where the config is in git, if anywhere.
pub(super) enum Place {
    /// Nobody asked.
    Nowhere,
    /// There is no repository that could be read.
    NoRepo(Gap),
    /// Here.
    Repo { repo: Box<Repo>, path: String },
}

impl Place {
    pub(super) fn find(from: &From, config: &Path, host: &Host<'_>) -> Self {
        if matches!(from, From::Bytes(_)) {
            return Self::Nowhere;
        }
        let full = host.path(config);
        let dir = full.parent().filter(|dir| dir.is_dir()).unwrap_or(&host.cwd);
        let found = Repo::open(dir).and_then(|repo| {
            let path = if repo.is_bare() { repo.relative(config)? } else { repo.relative(&full)? };
            Ok(Self::Repo { repo: Box::new(repo), path })
        });
        found.unwrap_or_else(|error| Self::NoRepo(gap(&error)))
    }

    /// Lets the history be read while the files are. What is wrong with it is said when it is asked for.
    fn ahead(&self, from: &From) {
        let Self::Repo { repo, .. } = self else { return };
        let tip = match from {
            From::Rev(rev) | From::Range { base: rev, .. } | From::Push { before: rev, .. } => repo.resolve(rev).ok(),
            _ => repo.head().ok().flatten(),
        };
        tip.into_iter().for_each(|tip| repo.ahead(tip));
    }
}

pub(super) fn gap(error: &RepoError) -> Gap {
    match error {
        RepoError::Gap(gap) => gap.clone(),
        other => Gap::new(GapKind::Unreadable, other.to_string(), other.remedy()),
    }
}

/// The config's bytes; `None` when it is not there and that is an answer.
fn read(
    from: &From,
    config: &Path,
    place: &Place,
    ends: Option<&Ends>,
    host: &mut Host<'_>,
) -> Result<Option<Vec<u8>>, Fault> {
    match (from, place) {
        (From::Bytes(bytes), _) => Ok(Some(bytes.clone())),
        (From::WorkTree, _) => own_file(&host.path(config)).map(Some),
        (_, Place::NoRepo(gap)) => Err(Fault::unknown(gap.why.clone()).hint(format!("{}.", gap.remedy))),
        (_, Place::Nowhere) => Ok(None),
        (From::Index, Place::Repo { repo, path }) => {
            let staged = bytes_of(repo.read_index(path)?, path)?;
            let committed = |head| Ok::<_, Fault>(repo.read_at(head, path)? != Content::Absent);
            match staged {
                None if !repo.head()?.map(committed).transpose()?.unwrap_or(false) => Err(nowhere(path)),
                other => Ok(other),
            }
        }
        (From::Rev(rev), Place::Repo { repo, path }) => {
            let bytes = bytes_of(repo.read_at(repo.resolve(rev)?, path)?, path)?;
            let absent = || Fault::unknown(format!("{path} is not in {rev}")).hint("name a revision that has it.");
            bytes.ok_or_else(absent).map(Some)
        }
        (From::Range { .. } | From::Push { .. }, Place::Repo { repo, path }) => {
            ends.map_or(Ok(None), |ends| ends.read(repo, path))
        }
    }
}

/// A check that looks at the wrong file must not pass.
fn nowhere(path: &str) -> Fault {
    Fault::unknown(format!("{path} is neither staged nor committed: there is nothing to check"))
        .hint("check --config and the directory, or stage the file: git add portfolio_config.yaml")
}

/// The config's bytes. Git would commit a link as a link.
pub(super) fn own_file(path: &Path) -> Result<Vec<u8>, Fault> {
    if std::fs::symlink_metadata(path).is_ok_and(|meta| meta.is_symlink()) {
        return Err(Fault::unknown(format!("{} is a link", path.display())).hint("put the file itself there."));
    }
    file(path)
}

pub(super) fn bytes_of(content: Content, path: &str) -> Result<Option<Vec<u8>>, Fault> {
    match content {
        Content::Absent => Ok(None),
        Content::Blob { bytes, .. } => Ok(Some(bytes)),
        Content::Other => Err(Fault::unknown(format!("{path} is not a regular file"))
            .hint("commit the file itself, not a link or a submodule.")),
    }
}

/// A regular file's bytes; of one that is too large, as many as show that it is.
pub(super) fn file(path: &Path) -> Result<Vec<u8>, Fault> {
    file_up_to(path, MAX_BYTES)
}

/// The same with another size that is too large.
pub(super) fn file_up_to(path: &Path, most: usize) -> Result<Vec<u8>, Fault> {
    let meta = std::fs::metadata(path).map_err(|error| Fault::io("read", path, &error))?;
    if meta.is_dir() {
        return Err(Fault::unknown(format!("{} is a directory", path.display())).hint("name the file in it."));
    }
    if !meta.is_file() {
        return Err(Fault::unknown(format!("{} is not a regular file", path.display())).hint("name a file."));
    }
    // One more than there is, so that the end is seen without another look for room.
    let room = usize::try_from(meta.len()).map_or(most, |length| length.min(most) + 1);
    let mut bytes = Vec::with_capacity(room);
    let open = std::fs::File::open(path).map_err(|error| Fault::io("read", path, &error))?;
    open.take(most as u64 + 1).read_to_end(&mut bytes).map_err(|error| Fault::io("read", path, &error))?;
    Ok(bytes)
}
