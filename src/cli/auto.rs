//! The word `auto` in place of a base: which commits a job is about, by what its CI service says and what is at hand.
//!
//! What cannot be told is an error with its remedy, never a guess. No code of a pull request is run here, and nothing of
//! what the service says is believed that the commits at hand do not bear out.

use super::gather::{From, Place};
use super::past::parse;
use super::range::WHOLE_CLONE;
use super::{Fault, Global, Host};
use crate::event::{self, Happening, Push, Request, Untold};
use crate::history::{Oid, Past};
use crate::repo::{Content, Repo, RepoError};
use std::io::Read;
use std::path::Path;

/// What stands for a base that is to be found out.
pub(super) const AUTO: &str = "auto";

/// How a command is told what `auto` could not find out.
pub(super) struct Instead {
    /// Its words for a base.
    pub(super) base: &'static str,
    /// Its words for both ends.
    pub(super) both: &'static str,
}

impl Instead {
    fn base(&self) -> String {
        format!("name the base: {}", self.base)
    }
}

/// What a job is about.
pub(super) struct Found {
    /// What is to be judged.
    pub(super) from: From,
    /// The same by other bases, where one alone does not know enough.
    pub(super) more: Vec<From>,
    /// What the request says of itself, if it is one: a text that may give a reason.
    pub(super) body: Option<String>,
    /// What it is, for people.
    pub(super) what: String,
}

/// Finds out what this job is about.
pub(super) fn find(global: &Global, host: &Host<'_>, instead: &Instead) -> Result<Found, Fault> {
    let happening = happening(host, instead)?;
    match Place::find(&From::WorkTree, &global.config, host) {
        Place::Repo { repo, path } => found(&repo, &path, happening, instead),
        Place::NoRepo(gap) => Err(Fault::unknown(gap.why).hint(format!("{}.", gap.remedy))),
        Place::Nowhere => {
            Err(Fault::unknown("there is no repository").hint("run this in the repository of the config."))
        }
    }
}

/// The largest event that is read; what GitHub sends is at most 25 MB.
const LARGEST_EVENT: u64 = 32 << 20;

/// The event, as GitHub wrote it; none where there is none.
pub(super) fn event_file(host: &Host<'_>) -> Result<Option<Vec<u8>>, Fault> {
    let Some(path) = host.var("GITHUB_EVENT_PATH").map(Path::new) else { return Ok(None) };
    let mut bytes = Vec::new();
    let file = std::fs::File::open(host.path(path));
    let read = file.and_then(|file| file.take(LARGEST_EVENT + 1).read_to_end(&mut bytes));
    read.map_err(|error| Fault::io("read", path, &error))?;
    if bytes.len() as u64 > LARGEST_EVENT {
        return Err(Fault::unknown(format!("{} has more than {LARGEST_EVENT} bytes", path.display()))
            .hint("GITHUB_EVENT_PATH names the event that GitHub wrote; no event is as large."));
    }
    Ok(Some(bytes))
}

fn happening(host: &Host<'_>, instead: &Instead) -> Result<Happening, Fault> {
    let told = if let Some(bytes) = event_file(host)? {
        event::github(host.var("GITHUB_EVENT_NAME").unwrap_or_default(), &String::from_utf8_lossy(&bytes))
    } else if host.var("GITLAB_CI").is_some() {
        event::gitlab(&|name| host.var(name))
    } else {
        Err(Untold::Nowhere)
    };
    told.map_err(|untold| match untold {
        Untold::Nowhere => {
            Fault::unknown("which change this is about cannot be told outside of GitHub Actions and GitLab CI")
                .hint(instead.base())
        }
        Untold::NoChange(what) => Fault::unknown(format!("{what} is about no change that could be judged"))
            .hint("check the config as it stands: rebalance lint")
            .hint(format!("or {}", instead.base())),
        Untold::Missing(what) => {
            Fault::unknown(format!("which change this job is about cannot be told: {what}")).hint(instead.base())
        }
    })
}

fn found(repo: &Repo, path: &str, happening: Happening, instead: &Instead) -> Result<Found, Fault> {
    match happening {
        Happening::Request(request) => of_request(repo, path, request, instead),
        Happening::Group { base, head } => {
            let what = format!("merge queue, {} onto {}", short(&head), short(&base));
            Ok(Found { from: From::Range { base, head }, more: Vec::new(), body: None, what })
        }
        Happening::Push(push) => of_push(repo, push, instead),
    }
}

/// A request is judged by the base that its merge was made with, and by the tip of its target where that has moved on, as
/// this clone has it and as the service knew it.
fn of_request(repo: &Repo, path: &str, request: Request, instead: &Instead) -> Result<Found, Fault> {
    let head = repo.head()?.ok_or_else(|| Fault::unknown("there is no commit yet").hint("check out the change."))?;
    let tip = branch(repo, &request.target)?;
    let parents = Past::commit(&repo.lineage(&parse), head).map_err(RepoError::Gap)?.parents;
    let merged = match &*parents {
        [first, second] if second.to_string() == request.head => Some(*first),
        _ => None,
    };
    let (judged, base) = if let Some(base) = merged {
        (head.to_string(), base)
    } else if head.to_string() == request.head {
        let tip = tip.ok_or_else(|| unfetched(&request.target))?;
        knows(repo, tip, &request)?;
        (request.head.clone(), tip)
    } else if request.of_target && (Some(head) == tip || Some(head.to_string()) == request.known) {
        (request.head.clone(), head)
    } else {
        return Err(Fault::unknown("the commit that is checked out is neither the request's merge nor its head").hint(
            format!("check it out as actions/checkout does, without a ref; or name both ends: {}", instead.both),
        ));
    };
    let more = others(repo, path, (base, &judged), tip, &request)?;
    let number = request.number.map_or(String::new(), |number| format!(" {number}"));
    let also: String = more.iter().map(|tip| format!(" and {}", tip.short())).collect();
    let target = &request.target;
    let what = format!("request{number}, {} into {target}, by {}{also}", short(&request.head), base.short());
    let range = |base: Oid| From::Range { base: base.to_string(), head: judged.clone() };
    Ok(Found { from: range(base), more: more.into_iter().map(range).collect(), body: request.body, what })
}

/// What the target has beyond the base. A merge that was made before says nothing of it.
fn others(
    repo: &Repo,
    path: &str,
    (base, judged): (Oid, &str),
    tip: Option<Oid>,
    request: &Request,
) -> Result<Vec<Oid>, Fault> {
    // What is cut right below the merge is told where that is judged.
    if matches!(repo.resolve(&base.to_string()), Err(RepoError::BadRevision { .. })) {
        return Ok(Vec::new());
    }
    let known = known(repo, request)?;
    // Where nothing is changed, it matters to nobody what stands there by now.
    if let (Some(known), None) = (&request.known, known)
        && !same(repo, path, base, repo.resolve(judged)?)?
    {
        let what = format!("origin/{} has commit {}, which is not in this clone", request.target, short(known));
        return Err(Fault::unknown(what)
            .hint(format!("fetch it: git fetch origin {}", request.target))
            .hint(WHOLE_CLONE));
    }
    let mut bases = vec![base];
    for other in [tip, known].into_iter().flatten() {
        let mut there = false;
        for base in &bases {
            there = there || repo.merge_bases(other, *base).map_err(RepoError::Gap)?.contains(&other);
        }
        if !there {
            bases.push(other);
        }
    }
    bases.remove(0);
    Ok(bases)
}

/// Whether the config is the same in two commits, or says the same allocation.
fn same(repo: &Repo, path: &str, one: Oid, other: Oid) -> Result<bool, Fault> {
    let (one, other) = (repo.read_at(one, path)?, repo.read_at(other, path)?);
    Ok(match (&one, &other) {
        (Content::Blob { bytes: one, .. }, Content::Blob { bytes: other, .. }) => {
            one == other || parse(one).is_some_and(|allocation| parse(other) == Some(allocation))
        }
        _ => false,
    })
}

/// The commit that the service knows the target to have, where this clone has it.
fn known(repo: &Repo, request: &Request) -> Result<Option<Oid>, Fault> {
    match request.known.as_deref().map(|id| repo.resolve(id)) {
        None | Some(Err(RepoError::BadRevision { .. })) => Ok(None),
        Some(other) => Ok(Some(other?)),
    }
}

/// A tip that lacks a commit which the service knows the branch to have is old.
fn knows(repo: &Repo, tip: Oid, request: &Request) -> Result<(), Fault> {
    if request.known.is_none() {
        return Ok(());
    }
    let has = |known| Ok::<_, RepoError>(repo.merge_bases(tip, known).map_err(RepoError::Gap)?.contains(&known));
    if known(repo, request)?.map(has).transpose()?.unwrap_or(false) {
        return Ok(());
    }
    let what = format!("origin/{} in this clone is older than the request", request.target);
    Err(Fault::unknown(what).hint(format!("fetch it: git fetch origin {}", request.target)))
}

/// A push is compared with what stood there before, whether or not it stands on it. A new branch is compared with the
/// default branch.
fn of_push(repo: &Repo, push: Push, instead: &Instead) -> Result<Found, Fault> {
    let Push { before, after, branch: name, default } = push;
    let to = name.clone().unwrap_or_else(|| "a tag".to_owned());
    let found = |from, what: String| Found { from, more: Vec::new(), body: None, what };
    match (before, name, default) {
        (Some(before), ..) => {
            let what = format!("push to {to}, {} by {}", short(&after), short(&before));
            Ok(found(From::Push { before, after }, what))
        }
        // There is nothing that it could be compared with: the commit is judged as it landed.
        (None, Some(name), Some(default)) if name == default => {
            let what = format!("push of {} to {to}, which is new", short(&after));
            Ok(found(From::Rev(after), what))
        }
        (None, _, Some(default)) => {
            let tip = branch(repo, &default)?.ok_or_else(|| unfetched(&default))?;
            let what = format!("push to {to}, which is new, {} by {}", short(&after), tip.short());
            Ok(found(From::Range { base: tip.to_string(), head: after }, what))
        }
        (None, _, None) => {
            Err(Fault::unknown("the branch is new, and what it is to be compared with is not said")
                .hint(instead.base()))
        }
    }
}

/// The tip of a branch of the remote, as this clone knows it; none when it does not.
fn branch(repo: &Repo, name: &str) -> Result<Option<Oid>, Fault> {
    match repo.resolve(&format!("refs/remotes/origin/{name}")) {
        Err(RepoError::BadRevision { .. }) => Ok(None),
        other => Ok(Some(other?)),
    }
}

fn unfetched(branch: &str) -> Fault {
    Fault::unknown(format!("origin/{branch}, which the change is judged by, is not in this clone"))
        .hint(format!("fetch it: git fetch origin {branch}"))
        .hint(WHOLE_CLONE)
}

fn short(id: &str) -> &str {
    id.get(..7).unwrap_or(id)
}
