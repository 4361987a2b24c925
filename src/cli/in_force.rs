//! How long the cooldown was that was in force when a commit landed: the stricter one of the policies it brought and of
//! those committed before it, as `lint --rev` judges it.

use super::gather::gap;
use super::policies::{from_disk, is_policy, policies_path};
use super::{Fault, Global, Host};
use crate::finding::Level;
use crate::history::{Gap, GapKind, Oid};
use crate::policy::{Policies, Source};
use crate::repo::{Content, Repo};
use crate::rules;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The policy files of a commit: their paths and contents.
type Files = Vec<(String, Oid)>;

/// Asks for the cooldown of commits. Each set of policy files is read once.
pub(super) struct InForce<'a> {
    repo: &'a Repo,
    /// The policies of a directory that was named: they are believed as they are, beside the committed ones.
    named: Option<Policies>,
    read: RefCell<BTreeMap<Files, Policies>>,
    lengths: RefCell<BTreeMap<(Files, Files), i64>>,
}

impl<'a> InForce<'a> {
    /// Of a repository, with the policies directory that was named on the command line, if one was.
    pub(super) fn new(repo: &'a Repo, global: &Global, host: &Host<'_>) -> Result<Self, Fault> {
        let named = match &global.policies {
            Some(_) => Some(rules::policies(&from_disk(&policies_path(global), true, host)?).0),
            None => None,
        };
        Ok(Self { repo, named, read: RefCell::default(), lengths: RefCell::default() })
    }

    /// The cooldown in seconds for a commit with the config at a path, on the commit below it with the config at another;
    /// 0 when it was switched off.
    pub(super) fn window(&self, commit: (Oid, &str), below: (Option<Oid>, &str)) -> Result<i64, Gap> {
        let own = if self.named.is_some() { Files::new() } else { self.files(commit.0, commit.1)? };
        let before = match below.0 {
            Some(id) => self.files(id, below.1)?,
            None => Files::new(),
        };
        let key = (own, before);
        if let Some(length) = self.lengths.borrow().get(&key) {
            return Ok(*length);
        }
        let read = self.read.borrow();
        let of = |files: &Files| read.get(files).cloned().unwrap_or_else(|| rules::policies(&[]).0);
        let brought = self.named.clone().unwrap_or_else(|| of(&key.0));
        let policies = brought.no_laxer(&of(&key.1), &rules::judged_by_base());
        let setting = policies.setting("allocation-cooldown").filter(|setting| setting.level != Level::Off);
        let length = setting.map_or(0, |setting| i64::from(setting.days("days")) * 86_400);
        self.lengths.borrow_mut().insert(key, length);
        Ok(length)
    }

    /// The policy files beside a config in a commit, read.
    fn files(&self, commit: Oid, config: &str) -> Result<Files, Gap> {
        let dir = config.rsplit_once('/').map_or("policies".to_owned(), |(dir, _)| format!("{dir}/policies"));
        let names = self.repo.list_at(commit, &dir).map_err(|error| gap(&error))?;
        let (mut files, mut sources) = (Files::new(), Vec::new());
        for name in names.into_iter().filter(|name| is_policy(name)) {
            let path = format!("{dir}/{name}");
            match self.repo.read_at(commit, &path).map_err(|error| gap(&error))? {
                Content::Blob { id, bytes } => {
                    files.push((path.clone(), id));
                    sources.push(Source { path, bytes });
                }
                Content::Absent | Content::Other => return Err(unreadable(&path, commit)),
            }
        }
        self.read.borrow_mut().entry(files.clone()).or_insert_with(|| rules::policies(&sources).0);
        Ok(files)
    }
}

/// The gap of a policy that is a link, a submodule, or has a name that is no text.
fn unreadable(path: &str, commit: Oid) -> Gap {
    Gap::new(
        GapKind::NotAFile,
        format!("the policy {path} in commit {} cannot be read", commit.short()),
        "commit policies as regular files whose names are UTF-8",
    )
}
