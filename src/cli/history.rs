//! `rebalance history`: every change of the allocation, when, by whom, why, and whether it kept the cooldown.

use super::gather::{From, Place};
use super::in_force::InForce;
use super::outputs::{Stream, deliver};
use super::watched::Watched;
use super::{Exit, Fault, Global, Host};
use crate::config::{Config, get};
use crate::difference::{Difference, Subject, between};
use crate::document;
use crate::history::kept::{Judge, Kept, Landed, before};
use crate::history::{Event, Gap, History, Past, Reach, Standing, collect};
use crate::output::change::Names;
use crate::output::history::{HistoryReport, Row, draw};
use crate::output::{Paint, Progress};
use crate::portfolio::{Allocation, Code};
use crate::repo::Repo;
use crate::words::{closest, shown};
use crate::zone::Zone;
use clap::Args;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  rebalance history                      every change, newest first
  rebalance history --asset 360750       what became of one asset
  rebalance history --rev origin/main    as another branch tells it
  rebalance history --format markdown    a table for a wiki or a pull request
  rebalance history --format json        for programs

Exit code 6 when it is not all there, as in a shallow clone: what could be told
is printed.";

/// List every change of the allocation, newest first: when, who, what, why, and whether the cooldown was kept.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct HistoryArgs {
    /// The config, instead of --config
    path: Option<PathBuf>,
    /// Only what became of this asset
    #[arg(long, value_name = "CODE")]
    asset: Option<String>,
    /// The history of this revision instead of the checked-out one
    #[arg(long, value_name = "REV")]
    rev: Option<String>,
}

/// Runs the command.
pub(super) fn run(args: &HistoryArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let global = &global.with_config(args.path.as_ref());
    let from = args.rev.clone().map_or(From::WorkTree, From::Rev);
    let (repo, path) = match Place::find(&from, &global.config, host) {
        Place::Repo { repo, path } => (repo, path),
        Place::NoRepo(gap) => return Err(Fault::unknown(gap.why).hint(format!("{}.", gap.remedy))),
        Place::Nowhere => return Err(Fault::unknown("there is no repository")),
    };
    let rev = args.rev.as_deref();
    told((&repo, &path), rev, global, host, |told, host| {
        let history = told.history;
        if never(history) && !host.path(&global.config).is_file() {
            return Err(nowhere(&path, rev, told.born));
        }
        let asset = args.asset.as_ref().map(|text| known(text, history)).transpose()?;
        let created = history.created.as_ref();
        let report = HistoryReport {
            path: &global.config.display().to_string(),
            asset: asset.as_ref(),
            rows: rows(history, told.judged, asset.as_ref(), |_| true),
            created: created.filter(|event| asset.as_ref().is_none_or(|code| has(&event.after, code))),
            unknown: told.unknown.as_ref(),
            names: told.names,
            zone: told.zone.unwrap_or(Zone::UTC),
            now: host.now,
        };
        let exit = if report.unknown.is_some() { Exit::Unknown } else { Exit::Done };
        deliver(global, (exit, Stream::Out), host, paint, |format, paint| draw(format, &report, paint))
    })
}

/// What git says of the allocation, whole.
pub(super) struct Told<'h> {
    /// Every change.
    pub(super) history: &'h History,
    /// What the cooldown that was in force says of each, and how long that was.
    pub(super) judged: Vec<(Landed<'h>, Option<i64>)>,
    /// Why this is not all of it, if so.
    pub(super) unknown: Option<Gap>,
    /// What assets are called.
    pub(super) names: &'h Names,
    /// The zone of the newest config that can be read.
    pub(super) zone: Option<Zone>,
    /// Whether anything is committed.
    pub(super) born: bool,
}

/// Asks git for every change of the allocation, and shows what it says.
pub(super) fn told<R>(
    (repo, path): (&Repo, &str),
    rev: Option<&str>,
    global: &Global,
    host: &mut Host<'_>,
    show: impl FnOnce(Told<'_>, &mut Host<'_>) -> Result<R, Fault>,
) -> Result<R, Fault> {
    let tip = match rev {
        Some(rev) => Some(repo.resolve(rev)?),
        None => repo.head()?,
    };
    let in_force = InForce::new(repo, global, host)?;
    let seen = Seen::default();
    let parse = |bytes: &[u8]| seen.parse(bytes);
    let lineage = repo.lineage(&parse);
    let progress = RefCell::new(Progress::new(host, global.quiet));
    let past = Watched::new(&lineage, Some(&progress));
    let history = collect(&past, tip, path, Reach::All);
    let judged = judge(&past, &history, &in_force);
    drop(progress);
    let unjudged = judged.iter().find_map(|(landed, _)| match &landed.kept {
        Kept::Unknown(gap) => Some(gap),
        _ => None,
    });
    let unknown = unknown(&history).or(unjudged).cloned();
    let (names, zone) = (seen.names.borrow(), *seen.zone.borrow());
    show(Told { history: &history, judged, unknown, names: &names, zone, born: tip.is_some() }, host)
}

/// What the configs that were read say beside the allocation; the newest is read first, and is believed.
#[derive(Default)]
struct Seen {
    names: RefCell<Names>,
    zone: RefCell<Option<Zone>>,
}

impl Seen {
    /// The allocation that some bytes say.
    fn parse(&self, bytes: &[u8]) -> Option<Allocation> {
        let reading = document::read(bytes);
        let (config, _) = Config::of(&reading);
        let allocation = Allocation::of(&config).filter(|_| reading.faults.is_empty())?;
        let mut zone = self.zone.borrow_mut();
        *zone = zone.or(config.zone());
        for (_, asset) in config.assets() {
            if let (Some(code), Some(ticker)) = (get(asset.code.as_ref()), get(asset.ticker.as_ref())) {
                self.names.borrow_mut().entry(code.clone()).or_insert_with(|| ticker.0.clone());
            }
        }
        Some(allocation)
    }
}

/// Every event as the cooldown that was in force saw it.
fn judge<'h>(past: &dyn Past, history: &'h History, in_force: &InForce<'_>) -> Vec<(Landed<'h>, Option<i64>)> {
    let judge = Judge::new(past, history);
    let one = |(index, event): (usize, &'h Event)| {
        if event.discarded() {
            return (judge.landed(index, 0), None);
        }
        let window = before(past, history, index)
            .and_then(|(below, name)| in_force.window((event.commit, &event.path), (below, &name)));
        match window {
            Ok(window) => (judge.landed(index, window), Some(window)),
            Err(gap) => (Landed { kept: Kept::Unknown(gap), ..judge.landed(index, 0) }, None),
        }
    };
    history.events.iter().enumerate().map(one).collect()
}

/// The rows that were asked for: of an asset, and of the changes that are wanted.
pub(super) fn rows<'h>(
    history: &'h History,
    judged: Vec<(Landed<'h>, Option<i64>)>,
    asset: Option<&Code>,
    wanted: impl Fn(&Event) -> bool,
) -> Vec<Row<'h>> {
    let row = |(event, (landed, window)): (&'h Event, _)| {
        let mut differences = between(&event.before, &event.after);
        differences.retain(|one| asset.is_none_or(|code| about(one, code)));
        let told = asset.is_none() || !differences.is_empty();
        told.then_some(Row { event, differences, landed, window })
    };
    history.events.iter().zip(judged).filter(|(event, _)| wanted(event)).filter_map(row).collect()
}

fn about(difference: &Difference, code: &Code) -> bool {
    matches!(&difference.subject, Subject::Asset(subject) if subject == code)
}

/// Why the history is not all there, if so: a hole in it, or a config at the tip that cannot be read.
fn unknown(history: &History) -> Option<&Gap> {
    history.gap().or(history.tip_fault.as_ref())
}

/// Whether no commit was found that has the config, and nothing kept anyone from finding one.
fn never(history: &History) -> bool {
    let found = history.tip != Standing::Absent || !history.events.is_empty() || history.created.is_some();
    !found && unknown(history).is_none()
}

/// The fault of a config that is nowhere: a mistyped path must not look like a quiet history.
fn nowhere(path: &str, rev: Option<&str>, born: bool) -> Fault {
    let place = match (rev, born) {
        (Some(rev), _) => format!("no commit of {rev} has {path}"),
        (None, true) => format!("no commit of HEAD has {path}"),
        (None, false) => format!("nothing is committed yet, and there is no {path}"),
    };
    Fault::unknown(place).hint("check --config and the directory.")
}

fn has(standing: &Standing, code: &Code) -> bool {
    matches!(standing, Standing::Allocation(allocation) if allocation.assets.contains_key(code))
}

/// An asset that is or was in the allocation.
fn known(text: &str, history: &History) -> Result<Code, Fault> {
    let events = history.events.iter().chain(&history.created);
    let standings = events.flat_map(|event| [&event.before, &event.after]).chain([&history.tip]);
    let codes: BTreeSet<&Code> = standings
        .flat_map(|standing| match standing {
            Standing::Allocation(allocation) => allocation.assets.keys().collect(),
            Standing::Absent => Vec::new(),
        })
        .collect();
    if let Some(code) = codes.iter().find(|code| code.0 == text) {
        return Ok((*code).clone());
    }
    let names: Vec<&str> = codes.iter().map(|code| code.0.as_str()).collect();
    let message = format!("no asset `{}` is or was in the allocation", shown(text));
    if let Some(gap) = unknown(history) {
        return Err(
            Fault::unknown(format!("{message}, as far as can be told: {}", gap.why)).hint(format!("{}.", gap.remedy))
        );
    }
    let fault = Fault::usage(message);
    Err(match closest(text, &names) {
        Some(meant) => fault.hint(format!("did you mean `rebalance history --asset {meant}`?")),
        None => fault.hint("`rebalance history` lists every asset that changed."),
    })
}
