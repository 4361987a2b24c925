//! Gathering the facts about the holdings.

use super::gather::file;
use super::{Fault, Global, Host};
use crate::document::{self, Reading};
use crate::finding::Finding;
use crate::holdings::{Holdings, HoldingsFile};
use crate::rules::{self, Held};
use std::path::{Path, PathBuf};

/// The facts about the holdings.
pub(super) struct Account {
    /// The file, as the user named it.
    pub(super) path: String,
    /// Its bytes.
    pub(super) bytes: Vec<u8>,
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
    /// Reads the holdings.
    pub(super) fn read(global: &Global, host: &Host<'_>) -> Result<Self, Fault> {
        let given = holdings_path(global);
        let file_path = host.path(&given);
        let bytes = file(&file_path)?;
        let path = given.display().to_string();
        let reading = document::read(&bytes);
        let Held { shape, holdings, findings } = rules::held(&path, &reading);
        Ok(Self { path, bytes, reading, shape, holdings, findings })
    }
}

/// Where the holdings are.
pub(super) fn holdings_path(global: &Global) -> PathBuf {
    let beside = global.config.parent().unwrap_or(Path::new("")).join("holdings.yaml");
    global.holdings.clone().unwrap_or(beside)
}
