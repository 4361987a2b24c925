//! Gathering the policies: the owner's files from the same place as the config, and the committed ones that the cooldown
//! is judged by.

use super::gather::{From, Place, bytes_of, file};
use super::range::Ends;
use super::{Fault, Global, Host};
use crate::finding::Finding;
use crate::history::{Oid, Past};
use crate::policy::{Policies, Source};
use crate::repo::{Content, Repo, RepoError};
use crate::rules;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The policies in effect, what is wrong with their files, and the texts of these.
pub(super) type PolicyFacts = (Policies, Vec<Finding>, BTreeMap<String, String>);

/// Where the owner's policies are: beside the config, unless said otherwise.
pub(super) fn policies_path(global: &Global) -> PathBuf {
    global.policies.clone().unwrap_or_else(|| beside(global))
}

/// The policies directory beside the config.
fn beside(global: &Global) -> PathBuf {
    global.config.parent().unwrap_or(Path::new("")).join("policies")
}

/// The policies in effect: the owner's from the same place as the config.
pub(super) fn read(
    from: &From,
    global: &Global,
    place: &Place,
    ends: Option<&Ends>,
    host: &Host<'_>,
) -> Result<PolicyFacts, Fault> {
    let dir = policies_path(global);
    let sources = match (from, place) {
        (From::Index, Place::Repo { repo, .. }) if global.policies.is_none() => {
            let inside = inside(repo, &dir, host)?;
            committed((&dir, &inside), |dir| repo.list_index(dir), |path| repo.read_index(path))?
        }
        (From::Rev(rev), Place::Repo { repo, .. }) if global.policies.is_none() => {
            at(repo, repo.resolve(rev)?, (&dir, &inside(repo, &dir, host)?))?
        }
        (From::Range { .. } | From::Push { .. }, Place::Repo { repo, .. }) => match (ends, inside(repo, &dir, host)) {
            (Some(ends), Ok(inside)) => at(repo, ends.head, (&dir, &inside))?,
            _ => from_disk(&dir, global.policies.is_some(), host)?,
        },
        _ => from_disk(&dir, global.policies.is_some(), host)?,
    };
    let (policies, findings) = rules::policies(&sources);
    // Whatever directory is named: a change brings no laxer cooldown of its own, nor does the command it is judged by.
    let policies = match place {
        Place::Repo { repo, .. } => {
            let by_base = rules::judged_by_base();
            let policies = policies.no_laxer(&before(from, &beside(global), repo, ends, host)?, &by_base);
            // Those beside the config in the base were asked already.
            let named = if global.policies.is_some() { of_base(global, place, ends, host)? } else { None };
            match named {
                Some(base) => policies.no_laxer(&base, &by_base),
                None => policies,
            }
        }
        _ => policies,
    };
    let texts = sources.into_iter().map(|source| (source.path, String::from_utf8_lossy(&source.bytes).into_owned()));
    Ok((policies, findings, texts.collect()))
}

/// The policies of the commit that the change is a change of: a change does not bring its own, laxer cooldown.
fn before(from: &From, dir: &Path, repo: &Repo, ends: Option<&Ends>, host: &Host<'_>) -> Result<Policies, Fault> {
    let base = match (from, ends) {
        (_, Some(ends)) => return beside_base(repo, ends, dir),
        (From::Rev(rev), None) => parent(repo, repo.resolve(rev)?),
        _ => repo.head()?,
    };
    let sources = match base {
        Some(base) => at(repo, base, (dir, &inside(repo, dir, host)?))?,
        None => Vec::new(),
    };
    Ok(rules::policies(&sources).0)
}

/// The policies that stood beside the config in the base of a range, under the name it had there.
fn beside_base(repo: &Repo, ends: &Ends, dir: &Path) -> Result<Policies, Fault> {
    Ok(rules::policies(&at(repo, ends.base, (dir, &beside_path(&ends.name)))?).0)
}

/// The policies directory beside a config, both as the repository names them.
fn beside_path(config: &str) -> String {
    config.rsplit_once('/').map_or("policies".to_owned(), |(dir, _)| format!("{dir}/policies"))
}

/// The policy files of one side of a difference: those beside the config in the commit, or in the directory that is
/// named with `--policies`.
pub(super) fn of_side(
    repo: &Repo,
    commit: Oid,
    config: &str,
    global: &Global,
    host: &Host<'_>,
) -> Result<Vec<Source>, Fault> {
    let dir = policies_path(global);
    if global.policies.is_some() {
        return match inside(repo, &dir, host) {
            Ok(inside) => at(repo, commit, (&dir, &inside)),
            Err(_) => from_disk(&dir, true, host),
        };
    }
    at(repo, commit, (&dir, &beside_path(config)))
}

/// The policies of the base, by which a range is judged whatever it makes of them: none when no range is judged. With
/// `--policies`, those of that directory in the base, where it has one.
pub(super) fn of_base(
    global: &Global,
    place: &Place,
    ends: Option<&Ends>,
    host: &Host<'_>,
) -> Result<Option<Policies>, Fault> {
    let (Place::Repo { repo, .. }, Some(ends)) = (place, ends) else { return Ok(None) };
    let dir = policies_path(global);
    if global.policies.is_none() {
        return beside_base(repo, ends, &dir).map(Some);
    }
    let Ok(inside) = inside(repo, &dir, host) else { return Ok(None) };
    Ok(Some(rules::policies(&at(repo, ends.base, (&dir, &inside))?).0))
}

/// A directory as the repository names it.
fn inside(repo: &Repo, dir: &Path, host: &Host<'_>) -> Result<String, RepoError> {
    if repo.is_bare() { repo.relative(dir) } else { repo.relative(&host.path(dir)) }
}

/// The policies in a directory of a commit.
fn at(repo: &Repo, commit: Oid, dir: (&Path, &str)) -> Result<Vec<Source>, Fault> {
    committed(dir, |dir| repo.list_at(commit, dir), |path| repo.read_at(commit, path))
}

fn parent(repo: &Repo, commit: Oid) -> Option<Oid> {
    let commit = Past::commit(&repo.lineage(&super::past::parse), commit).ok()?;
    commit.parents.first().copied().filter(|_| !commit.boundary)
}

/// The policies in a directory of git, given as the user names it and as the repository does.
fn committed(
    (dir, inside): (&Path, &str),
    list: impl Fn(&str) -> Result<Vec<String>, RepoError>,
    read: impl Fn(&str) -> Result<Content, RepoError>,
) -> Result<Vec<Source>, Fault> {
    let mut names: Vec<String> = list(inside)?.into_iter().filter(|name| is_policy(name)).collect();
    names.sort();
    // git keeps names as bytes; one that is no text has this sign in it, and could not be asked for by its name.
    if let Some(name) = names.iter().find(|name| name.contains(char::REPLACEMENT_CHARACTER)) {
        return Err(unnamed(&dir.join(name)));
    }
    let mut sources = Vec::new();
    for name in names {
        if let Some(bytes) = bytes_of(read(&format!("{inside}/{name}"))?, &name)? {
            sources.push(Source { path: dir.join(&name).display().to_string(), bytes });
        }
    }
    Ok(sources)
}

pub(super) fn from_disk(dir: &Path, asked_for: bool, host: &Host<'_>) -> Result<Vec<Source>, Fault> {
    let full = host.path(dir);
    let entries = match std::fs::read_dir(&full) {
        Ok(entries) => entries,
        // A link to nowhere is not found either, and yet it is there.
        Err(error)
            if error.kind() == std::io::ErrorKind::NotFound && !asked_for && full.symlink_metadata().is_err() =>
        {
            return Ok(Vec::new());
        }
        Err(error) => return Err(Fault::io("read", dir, &error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| Fault::io("read", dir, &error))?;
        match entry.file_name().into_string() {
            Ok(name) => names.extend(Some(name).filter(|name| is_policy(name))),
            Err(name) if is_policy(&name.to_string_lossy()) => return Err(unnamed(&dir.join(name))),
            Err(_) => {}
        }
    }
    names.sort();
    let source =
        |name: String| Ok(Source { path: dir.join(&name).display().to_string(), bytes: file(&full.join(&name))? });
    names.into_iter().map(source).collect()
}

/// Whether a file of this name is read as a policy.
pub(super) fn is_policy(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    !name.starts_with('.') && (lower.ends_with(".yaml") || lower.ends_with(".yml"))
}

fn unnamed(path: &Path) -> Fault {
    Fault::unknown(format!("the name of {} is not UTF-8", path.display())).hint("rename the file.")
}
