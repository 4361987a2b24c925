//! Gathering the facts about the holdings.

use super::gather::file;
use super::live::Statement;
use super::{Fault, Global, Host, table};
use crate::document;
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
    /// Its text, to which places refer.
    pub(super) text: String,
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
        let Some(told) = told else { return Self::of_file(global, host) };
        let path = format!("the account at {}", told.input.name);
        let (text, held) = document(&path, told.text.as_bytes());
        Ok(Self::new(path, told.hash.clone(), Some(told.input.clone()), text, held))
    }

    fn of_file(global: &Global, host: &Host<'_>) -> Result<Self, Fault> {
        let given = holdings_path(global);
        let bytes = file(&host.path(&given)).map_err(|fault| table::instead(fault, &given, global, host))?;
        let path = given.display().to_string();
        let (text, held) = match table::is_table(&given) {
            true => table::read(&path, &bytes, global, host)?,
            false => document(&path, &bytes),
        };
        Ok(Self::new(path, sha256(&bytes), None, text, held))
    }

    fn new(path: String, hash: String, broker: Option<BrokerInput>, text: String, held: Held) -> Self {
        let Held { shape, holdings, findings } = held;
        Self { path, hash, broker, text, shape, holdings, findings }
    }
}

/// What a document holds, and its text.
fn document(path: &str, bytes: &[u8]) -> (String, Held) {
    let reading = document::read(bytes);
    let held = rules::held(path, &reading);
    (reading.text, held)
}

/// Where the holdings are.
pub(super) fn holdings_path(global: &Global) -> PathBuf {
    let beside = global.config.parent().unwrap_or(Path::new("")).join("holdings.yaml");
    global.holdings.clone().unwrap_or(beside)
}
