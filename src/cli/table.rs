//! Holdings that are a table: read as they stand, by what the config knows.

use super::account::holdings_path;
use super::gather::file;
use super::live::{config, today};
use super::plan::{config_option, file_options};
use super::{Fault, Global, Host};
use crate::code::Code;
use crate::config::{Config, CostBasis, Currency, get};
use crate::document::{self, Span};
use crate::finding::{Finding, Label};
use crate::holdings::Lot;
use crate::rules::{self, Held};
use crate::spreadsheet::{self, Codes, Converted, Stated, convert};
use crate::words::quoted;
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
    /// The portfolio's own currency, where the config says so.
    base: Option<Currency>,
    /// Which shares a sale sells, where the config says so.
    basis: Option<CostBasis>,
}

impl Known {
    /// Of the config, as far as it can be read; of none where none is named and none is there.
    ///
    /// # Errors
    /// There is one, or one is named, and it cannot be read.
    pub(super) fn of(global: &Global, host: &Host<'_>) -> Result<Self, Fault> {
        let path = host.path(&global.config);
        if global.config == Path::new(super::CONFIG) && !path.exists() {
            return Ok(Self::default());
        }
        let (config, _) = Config::of(&document::read(&file(&path)?));
        let Some(portfolio) = config.portfolio() else { return Ok(Self::default()) };
        let base = get(portfolio.base_currency.as_ref()).map(|base| base.currency());
        let assets = || config.assets().filter_map(|(_, asset)| Some((get(asset.code.as_ref())?.clone(), asset)));
        let mut known: BTreeSet<Code> = assets().map(|(code, _)| code).collect();
        let outside = get(portfolio.outside.as_ref()).into_iter().flatten();
        known.extend(outside.filter_map(|code| code.get().cloned()));
        let currencies =
            assets().filter_map(|(code, asset)| Some((code, get(asset.currency.as_ref()).copied().or(base)?)));
        let costs = get(portfolio.costs.as_ref());
        let basis = costs.and_then(|costs| get(costs.cost_basis.as_ref()).copied());
        Ok(Self { currencies: currencies.collect(), known, base, basis })
    }

    /// Which shares a sale sells.
    pub(super) fn basis(&self) -> CostBasis {
        self.basis.unwrap_or(CostBasis::Fifo)
    }

    /// How codes are read, and whether they are put right.
    pub(super) fn codes(&self, restore: bool) -> Codes<'_> {
        let base = self.base.unwrap_or(Currency::Krw);
        Codes { known: &self.known, currencies: &self.currencies, base, restore }
    }
}

/// What a table holds, and its text.
///
/// # Errors
/// The config cannot be read.
pub(super) fn read(path: &str, bytes: &[u8], global: &Global, host: &Host<'_>) -> Result<(String, Held), Fault> {
    let known = Known::of(global, host)?;
    let text = match spreadsheet::text(path, bytes) {
        Ok(text) => text,
        Err(finding) => return Ok((String::new(), refused(vec![*finding]))),
    };
    let read = match convert(path, &text, &Stated::default(), known.codes(false)) {
        Ok(converted) => held(path, &converted, &BTreeMap::new()).1,
        Err(findings) => refused(findings),
    };
    Ok((text, read))
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
pub(super) fn not_rewritten(broker: &str, table: &Path, global: &Global) -> Fault {
    let usual = Global { holdings: None, ..global.clone() };
    Fault::usage(format!("the broker {broker} rewrites the holdings, and {} is only read", table.display()))
        .hint(format!("make a holdings.yaml of it: {}", import(table, global)))
        .hint(format!("then plan and apply with that: rebalance plan{} -o plan.json", file_options(&usual)))
}

/// The command that makes of a table the holdings that are read where none are named.
pub(super) fn import(table: &Path, global: &Global) -> String {
    command(table, "", &holdings_path(&Global { holdings: None, ..global.clone() }), global)
}

/// The command that makes holdings of a table. The config goes with it, because it says which codes there are.
fn command(table: &Path, options: &str, output: &Path, global: &Global) -> String {
    let [table, output] = [table, output].map(|path| quoted(&path.display().to_string()));
    format!("rebalance import {table}{options} -o {output}{}", config_option(global))
}

/// With a hint at the table that is there, where holdings are not: the command that makes them of it.
pub(super) fn instead(fault: Fault, path: &Path, global: &Global, host: &Host<'_>) -> Fault {
    let table = path.with_extension("csv");
    match !host.path(path).exists() && host.path(&table).is_file() {
        true => fault.hint(made_of(&table, path, global, host)),
        false => fault,
    }
}

/// How holdings are made of a table, with all that it takes: what can be put right is named, and what it does not say is
/// not made up.
fn made_of(table: &Path, output: &Path, global: &Global, host: &Host<'_>) -> String {
    let (name, known) = (table.display().to_string(), Known::of(global, host).unwrap_or_default());
    let text = file(&host.path(table)).ok().and_then(|bytes| spreadsheet::text(&name, &bytes).ok());
    let read = |as_of| convert(&name, text.as_ref()?, &Stated { as_of, ..Stated::default() }, known.codes(true)).ok();
    let today = today(config(global, host).as_ref(), host);
    let (converted, day) = match read(None) {
        Some(converted) => (Some(converted), None),
        None => (read(Some(today)), Some(today)),
    };
    let Some(converted) = converted else {
        return format!(
            "or see what is amiss in {name} before they are made of it: {}",
            command(table, "", output, global)
        );
    };
    let (mut options, mut but) = (String::new(), String::new());
    if let Some(day) = day {
        options.push_str(&format!(" --as-of {day}"));
        but.push_str(&format!(", if it is of {day}"));
    }
    if !converted.restored.is_empty() {
        options.push_str(" --fix");
        let mut right: Vec<String> = converted.restored.iter().map(|(was, code)| format!("{was} is {code}")).collect();
        right.dedup();
        but.push_str(&format!(", with codes put right ({})", right.join(", ")));
    }
    format!("or make them of {name}{but}: {}", command(table, &options, output, global))
}
