//! Holdings that are a table: read as they stand, by what the config knows.

use super::gather::file;
use super::{Fault, Global, Host, quoted};
use crate::code::Code;
use crate::config::{Config, CostBasis, Currency, get};
use crate::document::{self, Span};
use crate::finding::{Finding, Label};
use crate::holdings::Lot;
use crate::rules::{self, Held};
use crate::spreadsheet::{self, Codes, Converted, Stated, convert};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Whether a file of holdings is a table, by its name.
pub(super) fn is_table(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv"))
}

/// What the config says that reading a table needs.
#[derive(Default)]
pub(super) struct Known {
    /// The codes of its assets and those kept outside.
    known: BTreeSet<Code>,
    /// What the prices of its assets are in.
    currencies: BTreeMap<Code, Currency>,
    /// Which shares a sale sells, where the config says so.
    basis: Option<CostBasis>,
}

impl Known {
    /// Of the config, as far as it can be read; of none where there is none, which others say.
    pub(super) fn of(global: &Global, host: &Host<'_>) -> Self {
        let Ok(bytes) = file(&host.path(&global.config)) else { return Self::default() };
        let (config, _) = Config::of(&document::read(&bytes));
        let Some(portfolio) = config.portfolio() else { return Self::default() };
        let base = get(portfolio.base_currency.as_ref()).map(|base| base.currency());
        let assets = || config.assets().filter_map(|(_, asset)| Some((get(asset.code.as_ref())?.clone(), asset)));
        let mut known: BTreeSet<Code> = assets().map(|(code, _)| code).collect();
        let outside = get(portfolio.outside.as_ref()).into_iter().flatten();
        known.extend(outside.filter_map(|code| code.get().cloned()));
        let currencies =
            assets().filter_map(|(code, asset)| Some((code, get(asset.currency.as_ref()).copied().or(base)?)));
        let costs = get(portfolio.costs.as_ref());
        let basis = costs.and_then(|costs| get(costs.cost_basis.as_ref()).copied());
        Self { currencies: currencies.collect(), known, basis }
    }

    /// Which shares a sale sells.
    pub(super) fn basis(&self) -> CostBasis {
        self.basis.unwrap_or(CostBasis::Fifo)
    }

    /// How codes are read, and whether they are put right.
    pub(super) fn codes(&self, restore: bool) -> Codes<'_> {
        Codes { known: &self.known, currencies: &self.currencies, restore }
    }
}

/// What a table holds, and its text.
pub(super) fn read(path: &str, bytes: &[u8], global: &Global, host: &Host<'_>) -> (String, Held) {
    let known = Known::of(global, host);
    let text = match spreadsheet::text(path, bytes) {
        Ok(text) => text,
        Err(finding) => return (String::new(), refused(vec![*finding])),
    };
    let read = match convert(path, &text, &Stated::default(), known.codes(false)) {
        Ok(converted) => held(path, &converted, &BTreeMap::new()).1,
        Err(findings) => refused(findings),
    };
    (text, read)
}

fn refused(findings: Vec<Finding>) -> Held {
    Held { shape: Default::default(), holdings: None, findings }
}

/// The `holdings.yaml` of a table, and what it holds, with every place in the table.
pub(super) fn held(path: &str, converted: &Converted, lots: &BTreeMap<Code, Vec<Lot>>) -> (String, Held) {
    let (yaml, origins) = converted.yaml(lots);
    let Held { mut shape, holdings, mut findings } = rules::held(path, &document::read(yaml.as_bytes()));
    let place = |span: Span| {
        let within = |from: &Span| from.start <= span.start && span.end <= from.end;
        origins.iter().find(|(from, _)| within(from)).map(|(_, place)| *place)
    };
    for finding in &mut findings {
        let moved = |label: Label| place(label.span).map(|span| Label { span, ..label });
        finding.place = finding.place.take().and_then(moved);
        finding.labels = std::mem::take(&mut finding.labels).into_iter().filter_map(moved).collect();
        finding.fix = None;
    }
    let entries = shape.positions.iter_mut().filter_map(|field| field.value.as_mut()).flatten();
    for code in entries.filter_map(|entry| entry.value.as_mut()?.code.as_mut()) {
        code.span = place(code.span).unwrap_or(Span { start: 0, end: 0 });
    }
    (yaml, Held { shape, holdings, findings })
}

/// Why a broker that makes what was executed of the holdings cannot do so, and what to do.
pub(super) fn not_rewritten(broker: &str, path: &Path) -> Fault {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    Fault::usage(format!("the broker {broker} rewrites the holdings, and {name} is only read"))
        .hint(format!("make a holdings.yaml of it: {}", import(&name)))
        .hint("then plan and apply with that: rebalance plan -o plan.json")
}

/// The command that makes a holdings.yaml of a table.
pub(super) fn import(table: &str) -> String {
    format!("rebalance import {} -o holdings.yaml", quoted(table))
}

/// With a hint at the table that is there, where holdings are not.
pub(super) fn instead(fault: Fault, path: &Path, host: &Host<'_>) -> Fault {
    let table = path.with_extension("csv");
    match !host.path(path).exists() && host.path(&table).is_file() {
        true => fault.hint(format!("or make them of {}: {}", table.display(), import(&table.display().to_string()))),
        false => fault,
    }
}
