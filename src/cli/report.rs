//! `rebalance report`: the review of a quarter. It reads the log, prices and cash flows, and what git says; it trades
//! nothing and plans nothing.

use super::account::{Account, holdings_path};
use super::gather::{From, Place, file_up_to, own_file};
use super::history::{self, Told};
use super::outputs::{Stream, deliver, keep_with_page};
use super::{Exit, Fault, Global, Host, live, records};
use crate::cash_flows::{self, Entry};
use crate::config::{Config, get};
use crate::disk::write_whole;
use crate::document::{self, MAX_BYTES};
use crate::finding::Finding;
use crate::history::{Gap, Standing};
use crate::log::Log;
use crate::output::change::Names;
use crate::output::history::HistoryReport;
use crate::output::report::{self, QuarterReport, draw};
use crate::output::{self, Paint, Report, Ui};
use crate::portfolio::{Allocation, Code, Portfolio};
use crate::review::{Facts, Period, Priced, Quarter, Standings, Untold, review};
use crate::valuations::{self, Known, Valuations};
use chrono::NaiveDate;
use clap::Args;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const EXAMPLES: &str = "\
Examples:
  rebalance report                        the last quarter that has ended
  rebalance report --quarter 2026Q1       another one, also the running one
  rebalance report --html report.html     with charts, for a browser
  rebalance report --format markdown      for an issue or a wiki
  rebalance report --format json          for programs
  rebalance report --broker kis           with what the account holds there

Returns and weights need valuations.csv beside the holdings, a price a line:
`date,code,price`. Money that came or went without a rebalance stands in
cash_flows.csv: `date,kind,currency,amount`.

Exit code 6 when something is missing or contradicts itself, as a price on a
day when cash was paid in: what could be told is printed all the same.";

/// Review a quarter: executions and reasons, costs, drift, returns beside benchmarks, and changes of the allocation.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ReportArgs {
    /// The quarter, as 2026Q1 [default: the last one that has ended]
    #[arg(long, value_name = "QUARTER", value_parser = quarter)]
    quarter: Option<Quarter>,
    /// Write the report with charts to this file as well, as one page for a browser
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Prices by day [default: valuations.csv beside the holdings, if there is one]
    #[arg(long, value_name = "FILE")]
    valuations: Option<PathBuf>,
    /// Ask this broker what is held, instead of reading the holdings, which orders at kis, kiwoom and alpaca do not change
    #[arg(long, value_name = "NAME")]
    broker: Option<String>,
    /// Cash that moved outside of a rebalance [default: cash_flows.csv beside the holdings, if there is one]
    #[arg(long, value_name = "FILE")]
    cash_flows: Option<PathBuf>,
}

fn quarter(text: &str) -> Result<Quarter, String> {
    Quarter::parse(text).ok_or_else(|| "write it as 2026Q1".to_owned())
}

/// Where prices are, unless another file is named.
pub(super) fn valuations_path(global: &Global) -> PathBuf {
    beside(global, "valuations.csv")
}

/// Where cash flows are, unless another file is named.
pub(super) fn cash_flows_path(global: &Global) -> PathBuf {
    beside(global, "cash_flows.csv")
}

fn beside(global: &Global, name: &str) -> PathBuf {
    holdings_path(global).parent().unwrap_or(Path::new("")).join(name)
}

/// Runs the command.
pub(super) fn run(args: &ReportArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let named: Vec<&Path> = [&args.valuations, &args.cash_flows].into_iter().flatten().map(PathBuf::as_path).collect();
    keep_with_page(("report", args.html.as_deref()), &named, global, host)?;
    let owner = Owner::read(global, host)?;
    let today = owner.portfolio.zone.local(host.now).map(|now| now.date_naive());
    let period = today.and_then(|today| Period::of(args.quarter, today)).ok_or_else(|| not_begun(args.quarter))?;
    let log = records::read(global, host)?;
    let lost = records::lost(&log, global, host)?;
    let lost = lost.map(|(why, remedy)| Untold { why, remedy: Some(remedy), amiss: true });
    let sources = Sources::read(args, &owner.portfolio, &owner.benchmarks, &log, global, host)?;
    if !sources.findings.is_empty() {
        for (path, text) in &sources.texts {
            let findings: Vec<Finding> = sources.findings.iter().filter(|one| one.path == *path).cloned().collect();
            let texts = BTreeMap::from([(path.clone(), text.clone())]);
            let report = Report::new(path, &findings, &texts, Exit::Unknown);
            Ui::new(host, paint).note(&output::findings(&report, paint));
        }
        return Err(Fault::unknown("what the report is made from cannot be read").hint("correct it as shown above."));
    }
    let subject = Subject { args, global, owner: &owner, period, log: &log, lost: lost.as_ref(), sources: &sources };
    match Place::find(&From::WorkTree, &global.config, host) {
        Place::Repo { repo, path } => {
            history::told((&repo, &path), None, global, host, |told, host| subject.told(told, host, paint))
        }
        Place::NoRepo(gap) => {
            let standings = Standings(vec![(NaiveDate::MIN, Arc::new(owner.portfolio.allocation.clone()))]);
            let changes = subject.changes(Vec::new(), Some(&gap), &owner.names, host.now);
            subject.deliver(&standings, &changes, host, paint)
        }
        Place::Nowhere => Err(Fault::unknown("there is no repository")),
    }
}

fn not_begun(quarter: Option<Quarter>) -> Fault {
    let quarter = quarter.map_or_else(String::new, |quarter| quarter.to_string());
    Fault::usage(format!("{quarter} has not begun")).hint("name a quarter that has: rebalance report --quarter 2026Q1")
}

/// What the config says.
struct Owner {
    portfolio: Portfolio,
    benchmarks: Vec<String>,
    names: Names,
}

impl Owner {
    fn read(global: &Global, host: &Host<'_>) -> Result<Self, Fault> {
        let reading = document::read(&own_file(&host.path(&global.config))?);
        let (config, _) = Config::of(&reading);
        let portfolio = Portfolio::of(&config).filter(|_| reading.faults.is_empty());
        let unreadable = || {
            let message = format!("{} cannot be read as a config", global.config.display());
            Fault::unknown(message).hint("see what is wrong with it: rebalance lint")
        };
        let portfolio = portfolio.ok_or_else(unreadable)?;
        let listed = config.portfolio().and_then(|portfolio| get(portfolio.benchmarks.as_ref()));
        let benchmarks = listed.into_iter().flatten().filter_map(|name| Some(name.get()?.0.clone())).collect();
        let names = portfolio.assets.iter().map(|(code, asset)| (code.clone(), asset.ticker.clone())).collect();
        Ok(Self { portfolio, benchmarks, names })
    }
}

/// Prices, cash flows and holdings.
#[derive(Default)]
struct Sources {
    valuations: Option<Valuations>,
    account: Option<Account>,
    entries: Vec<Entry>,
    findings: Vec<Finding>,
    /// The texts that findings point into, by path.
    texts: BTreeMap<String, String>,
}

impl Sources {
    /// Reads the files. Without prices nothing is valued, and nobody asks for the others, unless they are named: then what
    /// is wrong with them is said.
    fn read(
        args: &ReportArgs,
        portfolio: &Portfolio,
        benchmarks: &[String],
        log: &Log,
        global: &Global,
        host: &Host<'_>,
    ) -> Result<Self, Fault> {
        let mut sources = Self::default();
        let valuations = there(&args.valuations, valuations_path(global), valuations::LARGEST, host)?;
        if (valuations.is_some() || args.cash_flows.is_some())
            && let Some((path, bytes)) = there(&args.cash_flows, cash_flows_path(global), MAX_BYTES, host)?
        {
            let (entries, findings) = cash_flows::read(&path, &bytes);
            sources.take(path, &bytes, findings);
            sources.entries = entries;
        }
        let Some((path, bytes)) = valuations else { return Ok(sources) };
        let account = account(args.broker.as_deref(), global, host)?;
        let held = account.iter().flat_map(|account| &account.holdings);
        let held = held.flat_map(|holdings| holdings.positions.keys().cloned());
        let traded = log.records().iter().flat_map(|record| &record.fills).map(|fill| Code(fill.code.clone()));
        let own = portfolio.assets.keys().chain(&portfolio.outside).cloned();
        let known = Known { codes: own.chain(held).chain(traded).collect(), benchmarks: benchmarks.to_vec() };
        let (valuations, findings) = valuations::read(&path, &bytes, &known);
        sources.take(path, &bytes, findings);
        if let Some(account) = &account {
            sources.texts.insert(account.path.clone(), account.text.clone());
            sources.findings.extend(account.findings.iter().cloned());
        }
        sources.valuations = Some(valuations);
        sources.account = account;
        Ok(sources)
    }

    fn take(&mut self, path: String, bytes: &[u8], mut findings: Vec<Finding>) {
        findings.iter_mut().for_each(|finding| finding.rule = "schema".into());
        self.findings.extend(findings);
        self.texts.insert(path, String::from_utf8_lossy(bytes).into_owned());
    }
}

/// What is held: as the broker that was named says, or the holdings. What needs none of them is told where they are gone,
/// unless somebody named them.
fn account(broker: Option<&str>, global: &Global, host: &Host<'_>) -> Result<Option<Account>, Fault> {
    let told = broker.map(|name| live::told(Some(name), global, host)).transpose()?.flatten();
    let gone = host.path(&holdings_path(global)).symlink_metadata().is_err_and(|e| e.kind() == ErrorKind::NotFound);
    if gone && told.is_none() && global.holdings.is_none() {
        return Ok(None);
    }
    Account::read(told.as_ref(), global, host).map(Some)
}

/// A file and its bytes. One that nobody named need not be there.
fn there(
    named: &Option<PathBuf>,
    usual: PathBuf,
    most: usize,
    host: &Host<'_>,
) -> Result<Option<(String, Vec<u8>)>, Fault> {
    let given = named.clone().unwrap_or(usual);
    let full = host.path(&given);
    let gone = full.symlink_metadata().is_err_and(|error| error.kind() == ErrorKind::NotFound);
    if gone && named.is_none() {
        return Ok(None);
    }
    Ok(Some((given.display().to_string(), file_up_to(&full, most)?)))
}

/// What is reported on.
struct Subject<'a> {
    args: &'a ReportArgs,
    global: &'a Global,
    owner: &'a Owner,
    period: Period,
    log: &'a Log,
    lost: Option<&'a Untold>,
    sources: &'a Sources,
}

impl Subject<'_> {
    /// Reports with what git says.
    fn told(&self, told: Told<'_>, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
        let standings = self.standings(&told);
        let landed = |seconds| self.owner.portfolio.zone.local(seconds).map(|local| local.date_naive());
        let rows = history::rows(told.history, told.judged, None, |event| {
            landed(event.effective).is_some_and(|day| self.period.has(day))
        });
        let changes = self.changes(rows, told.unknown.as_ref(), told.names, host.now);
        self.deliver(&standings, &changes, host, paint)
    }

    /// The allocations that stood, by what the history says.
    fn standings(&self, told: &Told<'_>) -> Standings {
        let zone = self.owner.portfolio.zone;
        let allocation = |standing: &Standing| match standing {
            Standing::Allocation(allocation) => Some(Arc::clone(allocation)),
            Standing::Absent => None,
        };
        let mut stood: Vec<(NaiveDate, Arc<Allocation>)> = Vec::new();
        let landed = told.history.events.iter().rev().filter(|event| !event.discarded());
        for event in landed {
            let before = allocation(&event.before).filter(|_| stood.is_empty());
            stood.extend(before.map(|before| (NaiveDate::MIN, before)));
            let day = zone.local(event.effective).map(|local| local.date_naive());
            stood.extend(day.zip(allocation(&event.after)));
        }
        if stood.is_empty() {
            let tip = allocation(&told.history.tip);
            let own = || Arc::new(self.owner.portfolio.allocation.clone());
            stood.push((NaiveDate::MIN, tip.unwrap_or_else(own)));
        }
        Standings(stood)
    }

    fn changes<'h>(
        &'h self,
        rows: Vec<crate::output::history::Row<'h>>,
        unknown: Option<&'h Gap>,
        names: &'h Names,
        now: i64,
    ) -> HistoryReport<'h> {
        let zone = self.owner.portfolio.zone;
        HistoryReport { path: "", asset: None, rows, created: None, unknown, names, zone, now }
    }

    fn deliver(
        &self,
        standings: &Standings,
        changes: &HistoryReport<'_>,
        host: &mut Host<'_>,
        paint: Paint,
    ) -> Result<Exit, Fault> {
        let holdings = self.sources.account.as_ref().and_then(|account| account.holdings.as_ref());
        let valuations = self.sources.valuations.as_ref();
        let facts = Facts {
            period: self.period,
            portfolio: &self.owner.portfolio,
            benchmarks: &self.owner.benchmarks,
            records: self.log.records(),
            lost: self.lost,
            priced: valuations.map(|valuations| Priced { valuations, holdings, entries: &self.sources.entries }),
            standings,
        };
        let review = review(&facts).map_err(|error| {
            Fault::unknown(error.to_string()).hint("look for an absurd figure in it: rebalance log --format json")
        })?;
        let report = QuarterReport { name: &self.owner.portfolio.name, review: &review, changes };
        if let Some(html) = &self.args.html {
            let page = report::page(&report);
            write_whole(&host.path(html), page.as_bytes()).map_err(|error| Fault::io("write", html, &error))?;
        }
        let exit = if review.amiss() || changes.unknown.is_some() { Exit::Unknown } else { Exit::Done };
        deliver(self.global, (exit, Stream::Out), host, paint, |format, paint| draw(format, &report, paint))
    }
}
