//! Gathering the policies: the owner's files from the same place as the config, and the committed ones that the cooldown
//! is judged by.

use super::gather::{From, Place, bytes_of, file};
use super::{Fault, Global, Host};
use crate::finding::Finding;
use crate::history::{Oid, Past};
use crate::policy::{Policies, Source};
use crate::repo::{Content, Repo, RepoError};
use crate::rules;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

type PolicyFacts = (Policies, Vec<Finding>, BTreeMap<String, String>);

/// Where the owner's policies are: beside the config, unless said otherwise.
pub(super) fn policies_path(global: &Global) -> PathBuf {
    global.policies.clone().unwrap_or_else(|| beside(global))
}

/// The policies directory beside the config.
fn beside(global: &Global) -> PathBuf {
    global.config.parent().unwrap_or(Path::new("")).join("policies")
}

/// The policies in effect: the owner's from the same place as the config.
pub(super) fn read(from: &From, global: &Global, place: &Place, host: &Host<'_>) -> Result<PolicyFacts, Fault> {
    let dir = policies_path(global);
    let sources = match (from, place) {
        (From::Index, Place::Repo { repo, .. }) if global.policies.is_none() => {
            committed(&dir, repo, host, |dir| repo.list_index(dir), |path| repo.read_index(path))?
        }
        (From::Rev(rev), Place::Repo { repo, .. }) if global.policies.is_none() => {
            let commit = repo.resolve(rev)?;
            committed(&dir, repo, host, |dir| repo.list_at(commit, dir), |path| repo.read_at(commit, path))?
        }
        _ => from_disk(&dir, global.policies.is_some(), host)?,
    };
    let (policies, findings) = rules::policies(&sources);
    // Whatever directory is named: a change brings no laxer cooldown of its own, nor does the command it is judged by.
    let policies = match place {
        Place::Repo { repo, .. } => {
            policies.no_laxer(&before(from, &beside(global), repo, host)?, &rules::judged_by_base())
        }
        _ => policies,
    };
    let texts = sources.into_iter().map(|source| (source.path, String::from_utf8_lossy(&source.bytes).into_owned()));
    Ok((policies, findings, texts.collect()))
}

/// The policies of the commit that the change is a change of: a change does not bring its own, laxer cooldown.
fn before(from: &From, dir: &Path, repo: &Repo, host: &Host<'_>) -> Result<Policies, Fault> {
    let base = match from {
        From::Rev(rev) => parent(repo, repo.resolve(rev)?),
        _ => repo.head()?,
    };
    let sources = match base {
        Some(base) => committed(dir, repo, host, |dir| repo.list_at(base, dir), |path| repo.read_at(base, path))?,
        None => Vec::new(),
    };
    Ok(rules::policies(&sources).0)
}

fn parent(repo: &Repo, commit: Oid) -> Option<Oid> {
    let commit = Past::commit(&repo.lineage(&super::past::parse), commit).ok()?;
    commit.parents.first().copied().filter(|_| !commit.boundary)
}

fn committed(
    dir: &Path,
    repo: &Repo,
    host: &Host<'_>,
    list: impl Fn(&str) -> Result<Vec<String>, RepoError>,
    read: impl Fn(&str) -> Result<Content, RepoError>,
) -> Result<Vec<Source>, Fault> {
    let inside = if repo.is_bare() { repo.relative(dir)? } else { repo.relative(&host.path(dir))? };
    let mut names: Vec<String> = list(&inside)?.into_iter().filter(|name| is_policy(name)).collect();
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

fn from_disk(dir: &Path, asked_for: bool, host: &Host<'_>) -> Result<Vec<Source>, Fault> {
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
