//! Gathering the facts about the holdings.

use super::gather::file;
use super::{Fault, Global, Host};
use crate::document::{self, Reading};
use crate::finding::Finding;
use crate::holdings::{self, Contradiction, Holdings, HoldingsFile};
use crate::rules;
use crate::rules::facts::held_sites;
use crate::schema;
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
        let (shape, misread) = HoldingsFile::of(&reading);
        let issues = schema::check(&holdings::FORM, &reading, &misread);
        let mut findings = rules::form_findings(&path, &reading, &issues, &held_sites(&shape));
        let holdings = match Holdings::of(&shape) {
            Ok(holdings) => Some(holdings),
            Err(contradictions) => {
                findings.extend(contradictions.iter().map(|c| contradiction(&path, c)));
                rules::stamp_subjects(&mut findings, &path, &reading);
                None
            }
        };
        let holdings = holdings.filter(|_| findings.is_empty());
        Ok(Self { path, bytes, reading, shape, holdings, findings })
    }
}

/// Where the holdings are.
pub(super) fn holdings_path(global: &Global) -> PathBuf {
    let beside = global.config.parent().unwrap_or(Path::new("")).join("holdings.yaml");
    global.holdings.clone().unwrap_or(beside)
}

fn contradiction(path: &str, c: &Contradiction) -> Finding {
    let finding = Finding::new(path, c.message.clone()).at(c.span, c.label.clone()).help(c.help.clone());
    let mut finding = c.related.iter().fold(finding, |finding, (span, text)| finding.with(*span, text.clone()));
    finding.rule = "schema".into();
    finding
}
