//! `rebalance pre-push`: the pre-push hook. Judges what is about to be pushed by what stands at the remote, run by git
//! itself or by pre-commit and prek.

use super::gather::{Claims, From, Place, gather};
use super::lint::{exit, join, judge};
use super::{Exit, Fault, Global, Host};
use crate::finding::Level;
use crate::history::Oid;
use crate::output::{self, Format, Paint, Report, Ui};
use crate::repo::{Content, Repo, RepoError};
use clap::Args;
use std::collections::BTreeMap;
use std::io::Read;

const EXAMPLES: &str = "\
Examples:
  rebalance pre-push origin git@example.org:me/portfolio.git

It is what the hook `rebalance-pre-push` runs. As .git/hooks/pre-push it is

  #!/bin/sh
  exec rebalance pre-push \"$@\"

and git tells it on standard input what is pushed where. A change that cannot
wait needs a line `Cooldown-Override: why` in the message of a commit that
changes the allocation.";

/// The pre-push hook: what is pushed keeps the cooldown of what stands at the remote, and says why.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct PrePushArgs {
    /// The remote, as git gives it to the hook
    remote: Option<String>,
    /// Its address, as git gives it to the hook
    url: Option<String>,
}

/// The most that is read of what git says: a line for each ref.
const LIMIT: u64 = 16 << 20;

/// A ref that is about to be pushed.
struct Pushed {
    /// What is pushed: the id of a commit, or a ref.
    local: String,
    /// Where to: a ref of the remote.
    to: String,
    /// What stands there; nothing of a new one.
    there: Option<String>,
}

/// Runs the command.
pub(super) fn run(args: &PrePushArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let remote = host.var("PRE_COMMIT_REMOTE_NAME").or(args.remote.as_deref()).unwrap_or("origin").to_owned();
    let pushed = match framework(host) {
        Some(pushed) => vec![pushed],
        None => from_git(host)?,
    };
    let (repo, path) = match Place::find(&From::WorkTree, &global.config, host) {
        Place::Repo { repo, path } => (repo, path),
        Place::NoRepo(gap) => return Err(Fault::unknown(gap.why).hint(format!("{}.", gap.remedy))),
        Place::Nowhere => return Ok(Exit::Done),
    };
    let push = Push { repo: &repo, path: &path, remote: &remote };
    let mut answers = Vec::new();
    for one in &pushed {
        let answer = match push.sources(one) {
            Ok(sources) if sources.is_empty() => continue,
            Ok(sources) => judged(one, &sources, global, host, paint),
            Err(fault) => Err(fault),
        };
        answers.push(answer.unwrap_or_else(|fault| {
            Ui::new(host, paint).fault(&fault);
            fault.exit
        }));
    }
    if answers.is_empty() && !pushed.is_empty() && !push.at_hand()? {
        return Err(Fault::unknown(format!(
            "{path} is neither in what is pushed nor in HEAD: there is nothing to check"
        ))
        .hint("check --config and the directory."));
    }
    // That the answer is no is certain, whatever could not be told beside it.
    let refused = answers.iter().copied().find(|answer| *answer == Exit::No);
    Ok(refused.or_else(|| answers.into_iter().max()).unwrap_or(Exit::Done))
}

/// What pre-commit and prek say: the first ref that brings new commits.
fn framework(host: &Host<'_>) -> Option<Pushed> {
    let to = host.var("PRE_COMMIT_REMOTE_BRANCH");
    let local = host.var("PRE_COMMIT_TO_REF").or(to.and(host.var("PRE_COMMIT_LOCAL_BRANCH")))?;
    let there = host.var("PRE_COMMIT_FROM_REF").map(str::to_owned);
    Some(Pushed { local: local.to_owned(), to: to.unwrap_or_default().to_owned(), there })
}

/// What git says: `<local ref> <local id> <remote ref> <remote id>` a line. A ref that is deleted changes nothing.
fn from_git(host: &mut Host<'_>) -> Result<Vec<Pushed>, Fault> {
    let mut bytes = Vec::new();
    let read = host.input.by_ref().take(LIMIT + 1).read_to_end(&mut bytes);
    read.map_err(|error| Fault::unknown(format!("cannot read standard input: {error}")))?;
    let odd = || Fault::unknown("standard input is not what git says to a pre-push hook").hint("see `git help hooks`.");
    if bytes.len() as u64 > LIMIT {
        return Err(odd());
    }
    if bytes.is_empty() && host.var("PRE_COMMIT").is_some() {
        return Err(Fault::unknown("it is not said what is pushed")
            .hint("say it: pre-commit run --hook-stage pre-push --from-ref origin/main --to-ref HEAD"));
    }
    let text = String::from_utf8_lossy(&bytes);
    let mut pushed = Vec::new();
    for line in text.lines() {
        // The local ref may be an expression with blanks in it.
        let mut words = line.rsplitn(4, ' ');
        let (Some(there), Some(to), Some(local), Some(_)) = (words.next(), words.next(), words.next(), words.next())
        else {
            return Err(odd());
        };
        if !is_id(there) || !is_id(local) {
            return Err(odd());
        }
        let some = |id: &str| Some(id.to_owned()).filter(|id| id.bytes().any(|byte| byte != b'0'));
        if let Some(local) = some(local) {
            pushed.push(Pushed { local, to: to.to_owned(), there: some(there) });
        }
    }
    Ok(pushed)
}

fn is_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A push to a remote.
struct Push<'a> {
    repo: &'a Repo,
    path: &'a str,
    remote: &'a str,
}

impl Push<'_> {
    /// What is judged of a ref: what is pushed, by each of what is known to stand there. Nothing of a ref that has no
    /// config on either side.
    fn sources(&self, pushed: &Pushed) -> Result<Vec<From>, Fault> {
        // A tag may stand on a file or a tree, which changes no history.
        if self.repo.is_no_commit(&pushed.local) {
            return Ok(Vec::new());
        }
        let local = self.repo.resolve(&pushed.local)?;
        let mut bases = Vec::new();
        let mut sources = Vec::new();
        let tracked = match pushed.to.strip_prefix("refs/heads/") {
            Some(branch) => self.tracked(branch)?,
            None => None,
        };
        if let Some(there) = &pushed.there {
            let there = self.known(there, &pushed.to)?;
            sources.push(From::Push { before: there.to_string(), after: local.to_string() });
            bases.push(there);
        }
        match tracked {
            // What pre-commit says to stand there may be older than what was last seen there.
            Some(tip) if !self.in_one_of(tip, &bases)? => {
                sources.push(From::Push { before: tip.to_string(), after: local.to_string() });
                bases.push(tip);
            }
            Some(_) => {}
            // A new branch is a change of the remote's own, unless it has nothing to do with it.
            None => {
                if let Some(tip) = self.default()?.filter(|tip| !bases.contains(tip))
                    && (self.has(local)? || !self.repo.merge_bases(tip, local).map_err(RepoError::Gap)?.is_empty())
                {
                    sources.push(From::Range { base: tip.to_string(), head: local.to_string() });
                    bases.push(tip);
                }
            }
        }
        if sources.is_empty() {
            sources.push(From::Rev(local.to_string()));
        }
        for commit in bases.iter().chain([&local]) {
            if self.has(*commit)? {
                return Ok(sources);
            }
        }
        Ok(Vec::new())
    }

    /// Whether a commit has the config.
    fn has(&self, commit: Oid) -> Result<bool, RepoError> {
        Ok(self.repo.read_at(commit, self.path)? != Content::Absent)
    }

    /// Whether a commit is one of these or an ancestor of one.
    fn in_one_of(&self, commit: Oid, tips: &[Oid]) -> Result<bool, RepoError> {
        for tip in tips {
            if self.repo.merge_bases(commit, *tip).map_err(RepoError::Gap)?.contains(&commit) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn known(&self, id: &str, to: &str) -> Result<Oid, Fault> {
        self.repo.resolve(id).map_err(|error| match error {
            RepoError::BadRevision { .. } if is_id(id) => {
                let short = id.get(..7).unwrap_or(id);
                Fault::unknown(format!("{to} of {} is at {short}, which is not in this clone", self.remote))
                    .hint(format!("see what stands there first: git fetch {}", self.remote))
            }
            RepoError::BadRevision { .. } => {
                Fault::unknown(format!("{id:?}, which is to be pushed onto, is no commit that this clone has"))
                    .hint(format!("see what stands there first: git fetch {}", self.remote))
            }
            other => other.into(),
        })
    }

    /// A branch of the remote as it was last seen.
    fn tracked(&self, branch: &str) -> Result<Option<Oid>, RepoError> {
        self.seen(self.remote, branch)
    }

    fn seen(&self, remote: &str, branch: &str) -> Result<Option<Oid>, RepoError> {
        match self.repo.resolve(&format!("refs/remotes/{remote}/{branch}")) {
            Err(RepoError::BadRevision { .. }) => Ok(None),
            other => other.map(Some),
        }
    }

    /// The remote's default branch as it was last seen, or what is usually called so; where nothing was ever seen there,
    /// as of an address without a name, that of the usual remote.
    fn default(&self) -> Result<Option<Oid>, RepoError> {
        for remote in [self.remote, "origin"] {
            for name in ["HEAD", "main", "master"] {
                if let Some(tip) = self.seen(remote, name)? {
                    return Ok(Some(tip));
                }
            }
        }
        Ok(None)
    }

    /// Whether there is a config at all, though not in what is pushed.
    fn at_hand(&self) -> Result<bool, Fault> {
        for commit in [self.repo.head()?, self.default()?].into_iter().flatten() {
            if self.has(commit)? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Judges what is pushed to a ref, and prints what was found.
fn judged(
    pushed: &Pushed,
    sources: &[From],
    global: &Global,
    host: &mut Host<'_>,
    paint: Paint,
) -> Result<Exit, Fault> {
    let mut findings = Vec::new();
    let mut texts = BTreeMap::new();
    let mut path = String::new();
    for from in sources {
        let gathered = gather(from, global, host, &Claims::default())?;
        join(&mut findings, judge(&gathered), |finding| finding);
        (texts, path) = (gathered.sources, gathered.path);
    }
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let exit = exit(&findings, Level::Error);
    let report = Report::new(&path, &findings, &texts, exit);
    if exit != Exit::Done || !findings.is_empty() && !global.quiet {
        let text = output::lint(Format::Human, &report, paint);
        let mut ui = Ui::new(host, paint);
        ui.note(&format!("{}:\n", pushed.to));
        ui.answer(&text);
    }
    Ok(exit)
}
