//! Gathering the facts about the holdings.

use super::gather::file;
use super::live::Statement;
use super::{Fault, Global, Host};
use crate::document::{self, Reading};
use crate::finding::Finding;
use crate::hash::sha256;
use crate::holdings::{Holdings, HoldingsFile};
use crate::plan::file::BrokerInput;
use crate::rules::{self, Held};
use std::path::{Path, PathBuf};

/// The facts about the holdings.
pub(super) struct Account {
    /// The file, as the user named it.
    pub(super) path: String,
    /// What a plan records of it: SHA-256 of the file, or of what an account at a broker holds.
    pub(super) hash: String,
    /// The account at a broker; none when this is a file.
    pub(super) broker: Option<BrokerInput>,
    /// What reading it gave.
    pub(super) reading: Reading,
    /// Its content.
    pub(super) shape: HoldingsFile,
    /// What is held, when nothing is amiss.
    pub(super) holdings: Option<Holdings>,
    /// What is amiss.
    pub(super) findings: Vec<Finding>,
}

impl Account {
    /// Reads the holdings: the file, or what an account at a broker said.
    pub(super) fn read(told: Option<&Statement>, global: &Global, host: &Host<'_>) -> Result<Self, Fault> {
        let (path, bytes, hash, broker) = match told {
            Some(told) => {
                let path = format!("the account at {}", told.input.name);
                (path, told.text.clone().into_bytes(), told.hash.clone(), Some(told.input.clone()))
            }
            None => {
                let given = holdings_path(global);
                let bytes = file(&host.path(&given))?;
                let hash = sha256(&bytes);
                (given.display().to_string(), bytes, hash, None)
            }
        };
        let reading = document::read(&bytes);
        let Held { shape, holdings, findings } = rules::held(&path, &reading);
        Ok(Self { path, hash, broker, reading, shape, holdings, findings })
    }
}

/// Where the holdings are.
pub(super) fn holdings_path(global: &Global) -> PathBuf {
    let beside = global.config.parent().unwrap_or(Path::new("")).join("holdings.yaml");
    global.holdings.clone().unwrap_or(beside)
}
