//! Gathering the facts about exchange rates.

use super::account::{Account, holdings_path};
use super::gather::{Gathered, file};
use super::{Fault, Global, Host};
use crate::config::{Currency, get};

use crate::document;
use crate::finding::Finding;
use crate::fx::{Fx, Wanted};
use crate::hash::sha256;
use crate::plan::file::{FxInput, FxRate};
use crate::rules;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The facts about the file.
#[derive(Default)]
pub(super) struct RatesFile {
    /// Its name and its text, when there is one.
    pub(super) source: Option<(String, String)>,
    /// SHA-256 of its bytes, when there is one.
    pub(super) hash: Option<String>,
    /// The rates; none when there is no file, or something is amiss in it.
    pub(super) fx: Fx,
    /// What is amiss.
    pub(super) findings: Vec<Finding>,
}

impl RatesFile {
    /// Reads the file, where there is more than one currency. One that nobody named need not be there: what has no rate
    /// then is told when it is asked for.
    pub(super) fn read(
        gathered: &Gathered,
        account: &Account,
        also: Option<Currency>,
        global: &Global,
        host: &Host<'_>,
    ) -> Result<Self, Fault> {
        let wanted = wanted(gathered, account, also);
        if wanted.currencies.is_empty() && global.fx.is_none() {
            return Ok(Self::default());
        }
        let given = path(global);
        let full = host.path(&given);
        let gone = full.symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
        if gone && global.fx.is_none() {
            return Ok(Self::default());
        }
        let bytes = file(&full)?;
        let path = given.display().to_string();
        let reading = document::read(&bytes);
        let (fx, findings) = rules::rated(&path, &reading, &wanted);
        Ok(Self {
            source: Some((path, reading.text)),
            hash: Some(sha256(&bytes)),
            fx: fx.unwrap_or_default(),
            findings,
        })
    }
}

impl RatesFile {
    /// The rates as a plan records them, all that the file has.
    pub(super) fn input(&self) -> Option<FxInput> {
        let rate = |(currency, rate): (&Currency, &rust_decimal::Decimal)| FxRate {
            currency: currency.word().to_owned(),
            rate: rate.to_string(),
        };
        let rates = self.fx.rates.iter().map(rate).collect();
        Some(FxInput { as_of: self.fx.as_of?.to_string(), hash: self.hash.clone()?, rates })
    }
}

/// What the config and the holdings need rates of.
fn wanted(gathered: &Gathered, account: &Account, also: Option<Currency>) -> Wanted {
    let base = gathered.config.portfolio().and_then(|portfolio| get(portfolio.base_currency.as_ref()).copied());
    let assets = gathered.config.assets().filter_map(|(_, asset)| get(asset.currency.as_ref()).copied());
    let cash = account.holdings.iter().flat_map(|holdings| &holdings.cash);
    let cash = cash.filter(|(_, amount)| !amount.is_zero()).map(|(currency, _)| *currency);
    let mut currencies: BTreeSet<Currency> = assets.chain(cash).chain(also).collect();
    if let Some(base) = base {
        currencies.remove(&base.currency());
    }
    Wanted { base, currencies }
}

/// Where the file is: beside the holdings, unless another is named.
pub(super) fn path(global: &Global) -> PathBuf {
    let beside = holdings_path(global).parent().unwrap_or(Path::new("")).join("fx.yaml");
    global.fx.clone().unwrap_or(beside)
}
