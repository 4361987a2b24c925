//! One side of a difference: the config as it stands there, its own policies, and what the rules find in it.

use crate::cli::gather::{Gathered, Told, bytes_of, own_file};
use crate::cli::policies::{self, policies_path};
use crate::cli::{Fault, Global, Host};
use crate::config::Config;
use crate::document::{self, Reading};
use crate::history::{Oid, Standing};
use crate::output::difference::State;
use crate::policy::{Policies, Source};
use crate::portfolio::{Allocation, Portfolio};
use crate::repo::Repo;
use crate::rules::{self, Sound};
use crate::schema;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A side.
pub(super) struct Side {
    /// The facts about it, without history.
    pub(super) gathered: Gathered,
    /// The policies that stand beside it, as they are.
    pub(super) policies: Policies,
    /// Everything that was read of it, byte for byte.
    pub(super) bytes: (Option<Vec<u8>>, Vec<Source>),
}

impl Side {
    /// The config of a commit at a path, and the policies beside it; of no commit, nothing. The file is called `shown`.
    pub(super) fn of_commit(
        repo: &Repo,
        commit: Option<Oid>,
        (path, shown): (&str, &str),
        global: &Global,
        host: &Host<'_>,
    ) -> Result<Self, Fault> {
        let Some(commit) = commit else { return Ok(Self::of(None, Vec::new(), shown, host)) };
        let bytes = bytes_of(repo.read_at(commit, path)?, path)?;
        let sources = policies::of_side(repo, commit, path, global, host)?;
        Ok(Self::of(bytes, sources, shown, host))
    }

    /// The config in the work tree, and the policies beside it.
    pub(super) fn of_work_tree(repo: &Repo, global: &Global, host: &Host<'_>) -> Result<Self, Fault> {
        if repo.is_bare() {
            return Err(Fault::usage("a bare repository has no work tree").hint("name two revisions: main...topic"));
        }
        let full = host.path(&global.config);
        let gone = full.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
        let bytes = if gone { None } else { Some(own_file(&full)?) };
        let sources = policies::from_disk(&policies_path(global), global.policies.is_some(), host)?;
        Ok(Self::of(bytes, sources, &global.config.display().to_string(), host))
    }

    fn of(bytes: Option<Vec<u8>>, sources: Vec<Source>, path: &str, host: &Host<'_>) -> Self {
        let reading = match &bytes {
            Some(bytes) => document::read(bytes),
            None => Reading { document: None, faults: Vec::new(), refused: Vec::new(), text: String::new() },
        };
        let (config, misread) = Config::of(&reading);
        let issues = schema::check(&schema::CONFIG, &reading, &misread);
        let (own, policy_findings) = rules::policies(&sources);
        let text = |source: &Source| (source.path.clone(), String::from_utf8_lossy(&source.bytes).into_owned());
        let mut texts: BTreeMap<String, String> = sources.iter().map(text).collect();
        texts.insert(path.to_owned(), reading.text.clone());
        let gathered = Gathered {
            path: path.to_owned(),
            reading,
            config,
            issues,
            present: bytes.is_some(),
            policies: own.clone(),
            base_policies: None,
            policy_findings,
            past: Told::NotAsked,
            sources: texts,
            tracked: None,
            now: host.now,
        };
        Self { gathered, policies: own, bytes: (bytes, sources) }
    }

    /// What can be read of it.
    pub(super) fn state(&self) -> State {
        let gathered = &self.gathered;
        match (gathered.present, Portfolio::of(&gathered.config)) {
            (false, _) => State::Absent,
            (true, Some(_)) if gathered.reading.faults.is_empty() => State::Read,
            (true, _) => State::Unreadable,
        }
    }

    /// The allocation; none when it cannot be read as one.
    pub(super) fn standing(&self) -> Option<Standing> {
        match self.gathered.present {
            false => Some(Standing::Absent),
            // As the history reads it: what has a fault anywhere says nothing.
            true if !self.gathered.reading.faults.is_empty() => None,
            true => Allocation::of(&self.gathered.config).map(|allocation| Standing::Allocation(Arc::new(allocation))),
        }
    }

    /// The portfolio, when it may be planned.
    pub(super) fn sound(&self) -> Option<Sound> {
        if !self.gathered.present || !self.gathered.policy_findings.is_empty() {
            return None;
        }
        let codes = self.gathered.codes();
        rules::judge(&self.gathered.facts(&codes), &self.gathered.policies).0
    }
}
