//! Gathering the facts about ex-dividend dates that stand in a file.

use super::account::holdings_path;
use super::gather::{Gathered, file};
use super::{Fault, Global, Host};
use crate::config::get;
use crate::ex_dividend::{self, Dividends};
use crate::finding::Finding;
use crate::hash::sha256;
use std::path::{Path, PathBuf};

/// The facts about the file.
#[derive(Default)]
pub(super) struct DividendFile {
    /// Its name and its text, when there is one.
    pub(super) source: Option<(String, String)>,
    /// SHA-256 of its bytes, when there is one.
    pub(super) hash: Option<String>,
    /// The dates in it.
    pub(super) dates: Dividends,
    /// What is amiss.
    pub(super) findings: Vec<Finding>,
}

impl DividendFile {
    /// Reads the file. One that nobody named need not be there.
    pub(super) fn read(gathered: &Gathered, global: &Global, host: &Host<'_>) -> Result<Self, Fault> {
        let given = path(global);
        let full = host.path(&given);
        let gone = full.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
        if gone && global.ex_dividend.is_none() {
            return Ok(Self::default());
        }
        let bytes = file(&full)?;
        let known = gathered.config.assets().filter_map(|(_, asset)| get(asset.code.as_ref()).cloned()).collect();
        let path = given.display().to_string();
        let (dates, mut findings) = ex_dividend::read(&path, &bytes, &known);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        findings.iter_mut().for_each(|finding| finding.rule = "schema".into());
        Ok(Self { source: Some((path, text)), hash: Some(sha256(&bytes)), dates, findings })
    }
}

/// Where the file is: beside the holdings, unless another is named.
pub(super) fn path(global: &Global) -> PathBuf {
    let beside = holdings_path(global).parent().unwrap_or(Path::new("")).join("ex_dividend.csv");
    global.ex_dividend.clone().unwrap_or(beside)
}
