//! `rebalance import`: a holdings.yaml of a table that was exported.

use super::gather::file;
use super::outputs::{Stream, deliver, keep_inputs};
use super::plan::file_options;
use super::table::{Known, held};
use super::{Exit, Fault, Global, Host};
use crate::config::Currency;
use crate::disk::write_whole;
use crate::finding::Finding;
use crate::money::{PRICE_PLACES, decimal};
use crate::output::{self, Paint, Report, Ui};
use crate::spreadsheet::{COLUMNS, Converted, Stated, Traced, convert, lots, text};
use crate::words::{count, list};
use chrono::NaiveDate;
use clap::Args;
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  rebalance import holdings.csv                     print a holdings.yaml
  rebalance import holdings.csv -o holdings.yaml    write it
  rebalance import export.csv --columns code=ISU,quantity=QTY,price=LAST \\
    --as-of 2026-03-04 --cash KRW=1200000 -o holdings.yaml
  rebalance import export.csv --fix                 put lost zeros back
  rebalance import export.csv --trades trades.csv   with lots, for taxes
  rebalance import export.csv -o holdings.yaml --format json
                                                    what is amiss, for programs";

/// Make a holdings.yaml of a CSV that a broker or a spreadsheet exported.
///
/// Reads UTF-8 and CP949. What the file does not say for certain is a finding, and nothing is written.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ImportArgs {
    /// The table: a code, a quantity and a price a line; cash on a line whose code is its currency, such as KRW
    #[arg(value_name = "FILE")]
    table: PathBuf,
    /// Where to write it [default: standard output]
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it is there
    #[arg(long, requires = "output")]
    overwrite: bool,
    /// What the columns code, quantity, price, as_of and currency are called in the file
    #[arg(long, value_name = "NAME=COLUMN", value_delimiter = ',', value_parser = column)]
    columns: Vec<(String, String)>,
    /// The day it is of, where it has no column as_of
    #[arg(long, value_name = "DATE", value_parser = super::plan::day)]
    as_of: Option<NaiveDate>,
    /// Cash, where it has no line for it
    #[arg(long, value_name = "CURRENCY=AMOUNT", value_parser = cash)]
    cash: Vec<(Currency, Decimal)>,
    /// Realised trades as KIS exports them, for the lots
    #[arg(long, value_name = "FILE")]
    trades: Option<PathBuf>,
    /// Put right codes that lost their leading zeros, or that are written as A069500 or as an ISIN
    #[arg(long)]
    fix: bool,
}

/// What was read.
struct Imported {
    converted: Converted,
    traced: Traced,
    yaml: String,
}

/// Runs the command.
pub(super) fn run(args: &ImportArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    match &args.output {
        Some(output) => writable(output, args, global, host)?,
        None if global.outputs.is_piped() => {
            return Err(Fault::usage("what is amiss and the holdings cannot both go to standard output")
                .hint("name a file for the holdings: -o holdings.yaml"));
        }
        None => {}
    }
    let stated = stated(args)?;
    let (table, trades) = (Source::read(&args.table, host)?, args.trades.as_ref());
    let trades = trades.map(|path| Source::read(path, host)).transpose()?;
    let known = Known::of(global, host)?;
    let read = import(&table, trades.as_ref(), &stated, args.fix, &known);
    let imported = match read {
        Ok(imported) => imported,
        Err(findings) => {
            let sources = [Some(table), trades].into_iter().flatten().filter_map(Source::told).collect();
            return report(&findings, &sources, args, global, host, paint);
        }
    };
    match &args.output {
        Some(output) => write_whole(&host.path(output), imported.yaml.as_bytes())
            .map_err(|error| Fault::io("write", output, &error))?,
        None => Ui::new(host, paint).answer(&imported.yaml),
    }
    if !global.quiet {
        Ui::new(host, paint).note(&told(args, &imported, global));
    }
    report(&[], &BTreeMap::new(), args, global, host, paint)
}

/// A file that was read, and its text unless it has none.
struct Source {
    path: String,
    text: Result<String, Box<Finding>>,
}

impl Source {
    fn read(path: &Path, host: &Host<'_>) -> Result<Self, Fault> {
        let bytes = file(&host.path(path))?;
        let path = path.display().to_string();
        Ok(Self { text: text(&path, &bytes), path })
    }

    fn text(&self) -> Result<&str, Vec<Finding>> {
        self.text.as_deref().map_err(|finding| vec![(**finding).clone()])
    }

    /// As findings refer to it.
    fn told(self) -> Option<(String, String)> {
        Some((self.path, self.text.ok()?))
    }
}

fn import(
    table: &Source,
    trades: Option<&Source>,
    stated: &Stated,
    fix: bool,
    known: &Known,
) -> Result<Imported, Vec<Finding>> {
    let codes = known.codes(fix);
    let converted = convert(&table.path, table.text()?, stated, codes)?;
    let traced = match trades {
        Some(trades) => lots(&trades.path, trades.text()?, (&table.path, &converted), known.basis(), codes)?,
        None => Traced::default(),
    };
    let (yaml, held) = held(&table.path, &converted, &traced.lots);
    if held.holdings.is_some() { Ok(Imported { converted, traced, yaml }) } else { Err(held.findings) }
}

/// Prints what is amiss; for people nothing where nothing is.
fn report(
    findings: &[Finding],
    sources: &BTreeMap<String, String>,
    args: &ImportArgs,
    global: &Global,
    host: &mut Host<'_>,
    paint: Paint,
) -> Result<Exit, Fault> {
    let (exit, stream) = if findings.is_empty() { (Exit::Done, Stream::Quiet) } else { (Exit::No, Stream::Out) };
    let table = args.table.display().to_string();
    let path = findings.first().map_or(&table, |finding| &finding.path);
    let report = Report::new(path, findings, sources, exit);
    let read = Global { holdings: Some(args.table.clone()), ..global.clone() };
    deliver(&read, (exit, stream), host, paint, |format, paint| output::lint(format, &report, paint))
}

/// What is said beside the file, each thing once.
fn stated(args: &ImportArgs) -> Result<Stated, Fault> {
    let twice = |option: &str, what: &str| {
        Err(Fault::usage(format!("{option} says twice what {what} is")).hint("say it once."))
    };
    let mut stated = Stated { as_of: args.as_of, ..Stated::default() };
    for (name, column) in &args.columns {
        if stated.columns.insert(name.clone(), column.clone()).is_some() {
            return twice("--columns", name);
        }
    }
    for (currency, amount) in &args.cash {
        if stated.cash.insert(*currency, *amount).is_some() {
            return twice("--cash", currency.word());
        }
    }
    Ok(stated)
}

/// Whether the answer may go there: nothing is replaced without being asked to, and never what it is made from.
fn writable(output: &Path, args: &ImportArgs, global: &Global, host: &Host<'_>) -> Result<(), Fault> {
    // The holdings are what is made here, and may be named; nothing else that is read may.
    for input in [Some(&args.table), args.trades.as_ref()].into_iter().flatten() {
        keep_inputs(output, &Global { holdings: Some(input.clone()), ..global.clone() }, host)?;
    }
    if host.path(output).symlink_metadata().is_ok() && !args.overwrite {
        return Err(Fault::usage(format!("{} is there already", output.display()))
            .hint("add --overwrite to replace it, or name another file."));
    }
    Ok(())
}

/// What was read, in a few lines.
fn told(args: &ImportArgs, imported: &Imported, global: &Global) -> String {
    let (converted, traced) = (&imported.converted, &imported.traced);
    let mut restored: Vec<&(String, crate::code::Code)> = converted.restored.iter().chain(&traced.restored).collect();
    restored.sort();
    restored.dedup();
    let mut told: String = restored.iter().map(|(was, code)| format!("put right: {was} is {code}\n")).collect();
    if converted.sums > 0 {
        told.push_str(&format!("passed over: {} of sums\n", count(converted.sums, "line")));
    }
    let positions = count(converted.quantities().count(), "position");
    told.push_str(&format!("read: {positions} of {}\n", converted.as_of()));
    let held = converted.quantities().filter(|(code, shares, _)| !shares.is_zero() && !traced.lots.contains_key(*code));
    let without: Vec<&str> = held.map(|(code, ..)| code.0.as_str()).collect();
    if args.trades.is_some() && !without.is_empty() {
        told.push_str(&format!("no trade, and so no lots: {}\n", list(&without)));
    }
    if let Some(output) = &args.output {
        let usual = output == Path::new("holdings.yaml") && global.config == Path::new(super::CONFIG);
        let holdings = if usual { None } else { Some(output.clone()) };
        let options = file_options(&Global { holdings, ..global.clone() });
        told.push_str(&format!("Next: rebalance plan{options} -o plan.json\n"));
    }
    told
}

fn column(text: &str) -> Result<(String, String), String> {
    let (name, column) = text.split_once('=').ok_or("write NAME=COLUMN, such as quantity=QTY")?;
    match COLUMNS.contains(&name) && !column.trim().is_empty() {
        true => Ok((name.to_owned(), column.to_owned())),
        false => Err(format!("the columns that can be named are {}", list(&COLUMNS))),
    }
}

fn cash(text: &str) -> Result<(Currency, Decimal), String> {
    let (name, amount) = text.split_once('=').ok_or("write CURRENCY=AMOUNT, such as KRW=1200000")?;
    let words = Currency::ALL.map(Currency::word);
    let currency = Currency::parse(name).ok_or_else(|| format!("the currencies are {}", list(&words)))?;
    let amount = decimal(amount, PRICE_PLACES).map_err(|_| "write the amount in plain digits, such as 1200000")?;
    Ok((currency, amount))
}
