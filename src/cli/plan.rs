//! `rebalance plan`: what would be traded, why, and at what cost.

mod words;

pub(super) use words::day;

use super::account::{Account, holdings_path};
use super::dividends::DividendFile;
use super::gather::{Claims, From, Gathered, gather};
use super::lint::exit;
use super::live::{self, Statement};
use super::outputs::{Stream, deliver, keep_inputs};
use super::rates::RatesFile;
use super::unplanned::plan_fault;
use super::{Exit, Fault, Format, Global, Host, records, table};
use crate::batch::Defaults;
use crate::calendar::Calendar;
use crate::config::Currency;
use crate::disk::{RealDisk, write_whole};
use crate::ex_dividend::{self, Frozen};
use crate::finding::{Finding, Level};
use crate::hash::sha256;
use crate::journal;
use crate::log::Log;
use crate::money::Money;
use crate::output::plan::{Next, draw};
use crate::output::{self, Paint, Report, Ui};
use crate::plan::file::{Body, ConfigInput, FxInput, Override};
use crate::plan::{Ask, Draft, Flow, Inputs, Meta, PlanFile, Provenance, Source, Status};
use crate::record;
use crate::rules::facts::held_sites;
use crate::rules::{self, Group, Sound};
use crate::words::{quoted, short};
use chrono::NaiveDate;
use clap::Args;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use words::{Amount, Asked, Payer, Toward, amount};

const EXAMPLES: &str = "\
Examples:
  rebalance plan                               print what would be traded
  rebalance plan -o plan.json                  and save it, to be applied
  rebalance plan --as-of 2026-07-01            as if it were that day
  rebalance plan --trigger manual              even if nothing is due
  rebalance plan --deposit 500000              invest new money: orders only buy
  rebalance plan --withdraw 2000000            sell only what has to be sold
  rebalance plan --deposit 500USD              in another currency
  rebalance plan --destination band_edge       trade only back into the bands
  rebalance plan --funding convert             convert where a currency lacks
  rebalance plan --broker NAME -o plan.json    of the account at a broker
  rebalance plan --detailed-exitcode           exit 2 when there are orders
  rebalance plan --batch < accounts.jsonl      one plan a line";

/// Plan a rebalance: the drift, whether one is due, whole-share orders, their costs, the weights after.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct PlanArgs {
    /// Save the plan here
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// The day it is for [default: the holdings' own date]
    #[arg(long, value_name = "DATE", value_parser = day)]
    as_of: Option<NaiveDate>,
    /// Rebalance even if nothing is due
    #[arg(long, value_name = "TRIGGER")]
    trigger: Option<Asked>,
    /// Cash that is paid in, in the base currency or as 500USD: orders only buy
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    #[arg(conflicts_with_all = ["withdraw", "trigger"])]
    deposit: Option<Amount>,
    /// Cash that is taken out: orders sell only what must be sold for it
    #[arg(long, value_name = "AMOUNT", value_parser = amount, allow_negative_numbers = true)]
    #[arg(conflicts_with = "trigger")]
    withdraw: Option<Amount>,
    /// Where weights are brought to, instead of where the config says
    #[arg(long, value_name = "WHERE")]
    destination: Option<Toward>,
    /// Spend what would be left above the reserve, as if cash were an asset whose target is 0
    #[arg(long, conflicts_with = "withdraw")]
    deploy_cash: bool,
    /// What pays for orders where there are several currencies, instead of what the config says
    #[arg(long, value_name = "WHAT")]
    funding: Option<Payer>,
    /// Whose account it is for: cash, quantities and prices are asked there instead of read from the holdings (see
    /// `rebalance brokers`) [default: the config's, when it is set up and no --holdings is given]
    #[arg(long, value_name = "NAME", conflicts_with = "batch")]
    broker: Option<String>,
    /// Exit 2 when there are orders, or cash moves
    #[arg(long)]
    detailed_exitcode: bool,
    /// Plan many accounts: one a line of JSON on standard input, its plan a line on standard output (docs/batch.md)
    #[arg(long, conflicts_with_all = ["output", "detailed_exitcode"])]
    batch: bool,
    /// With --batch: how many are planned at once [default: one for each core]
    #[arg(long, value_name = "N", requires = "batch")]
    jobs: Option<NonZeroUsize>,
}

impl PlanArgs {
    fn ask(&self) -> Ask {
        let flow = self.deposit.map(|one| Flow::Deposit(one.0)).or(self.withdraw.map(|one| Flow::Withdrawal(one.0)));
        let currency = self.deposit.or(self.withdraw).and_then(|one| one.1);
        let deploy_cash = self.deploy_cash;
        Ask {
            manual: self.trigger.is_some(),
            deploy_cash,
            flow,
            currency,
            destination: self.destination.map(Toward::destination),
            funding: self.funding.map(Payer::funding),
        }
    }
}

/// Which plan is wanted.
pub(super) struct Wanted {
    /// The day it is for; the holdings' own when none is given.
    pub(super) as_of: Option<NaiveDate>,
    /// What is asked for.
    pub(super) ask: Ask,
    /// What an account at a broker holds; none when the holdings are of the file.
    pub(super) told: Option<Statement>,
}

/// Everything planning came to.
pub(super) struct Made {
    /// The facts about the config.
    pub(super) gathered: Gathered,
    /// The facts about the holdings.
    pub(super) account: Account,
    /// SHA-256 of the file of ex-dividend dates, when there is one.
    pub(super) ex_dividend: Option<String>,
    /// The assets that are within their ex-dividend windows today, when there is a plan; or why that cannot be told.
    pub(super) near: Near,
    /// SHA-256 of the file of exchange rates, when there is one and it counts.
    pub(super) fx: Option<FxInput>,
    /// Every finding of every rule, by file and place.
    pub(super) findings: Vec<Finding>,
    /// The plan, when it could be computed.
    pub(super) body: Option<Body>,
    /// Why it could not, when findings do not say it.
    pub(super) fault: Option<Fault>,
}

/// The assets within their ex-dividend windows today, or why that cannot be told.
type Near = Result<Vec<Frozen>, String>;

/// Runs the command.
pub(super) fn run(args: &PlanArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    if !args.batch && global.outputs.has(Format::Jsonl) {
        return Err(Fault::usage("jsonl is for many accounts").hint("rebalance plan --batch, or --format json."));
    }
    global.outputs.files().try_for_each(|file| keep_inputs(file, global, host))?;
    let (as_of, ask) = (args.as_of, args.ask());
    if args.batch {
        return super::batch::run(Defaults { as_of, ask }, args.jobs, global, host, paint);
    }
    let wanted = Wanted { as_of, ask, told: live::told(args.broker.as_deref(), global, host)? };
    live::movable(wanted.told.as_ref(), &wanted.ask)?;
    let made = make(&wanted, global, host)?;
    let exit = exit(&made.findings, Level::Error);
    let Some(body) = made.body else {
        let answer = print_findings(&made, exit, global, host, paint)?;
        return match made.fault {
            Some(fault) => Err(fault),
            None if exit == Exit::Done => Err(Fault::unknown("no plan can be made, and no rule says why")
                .hint("report this with the config and the holdings.")),
            None => Ok(answer),
        };
    };
    let plan = PlanFile::new(body, meta(&made.gathered, global));
    if let Some(file) = &args.output {
        not_an_input(file, global, host)?;
        save(&plan, file, host)?;
    }
    let changes = args.detailed_exitcode && !plan.body.is_idle();
    let exit = if exit == Exit::Done && changes { Exit::Changes } else { exit };
    let answer = print(&plan, args, exit, global, host, paint)?;
    warn_of_unfinished(global, host, paint)?;
    Ok(answer)
}

/// Gathers the facts, judges them, and plans when that is possible.
pub(super) fn make(wanted: &Wanted, global: &Global, host: &mut Host<'_>) -> Result<Made, Fault> {
    let mut gathered = gather(&From::WorkTree, global, host, &Claims::default())?;
    let account = Account::read(wanted.told.as_ref(), global, host)?;
    gathered.sources.insert(account.path.clone(), account.text.clone());
    let dividends = DividendFile::read(&gathered, global, host)?;
    gathered.sources.extend(dividends.source.clone());
    let rates = RatesFile::read(&gathered, &account, wanted.ask.currency, global, host)?;
    gathered.sources.extend(rates.source.clone());
    let log = records::read(global, host)?;
    let codes = gathered.codes();
    let facts = gathered.facts(&codes);
    let (sound, mut findings) = rules::judge(&facts, &gathered.policies);
    findings.extend(gathered.policy_findings.iter().cloned());
    let read = [&account.findings, &dividends.findings, &rates.findings];
    findings.extend(read.into_iter().flatten().cloned());
    let unread = !gathered.policy_findings.is_empty() || read.into_iter().any(|found| !found.is_empty());
    let planned = match (sound, &account.holdings) {
        (Some(sound), Some(_)) if !unread => {
            draft(&sound, wanted, &gathered, (&account, &dividends, &rates), &log, &mut findings)
        }
        _ => {
            findings.extend(rules::run(&[Group::Policy, Group::History], &facts, &gathered.policies));
            Ok(None)
        }
    };
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let (body, near, fault) = match planned {
        Ok(Some((body, near))) => (Some(body), near, None),
        Ok(None) => (None, Ok(Vec::new()), None),
        Err(fault) => (None, Ok(Vec::new()), Some(fault)),
    };
    drop(codes);
    let fx = rates.input();
    Ok(Made { gathered, account, ex_dividend: dividends.hash, fx, near, findings, body, fault })
}

fn draft(
    sound: &Sound,
    wanted: &Wanted,
    gathered: &Gathered,
    (account, dividends, rates): (&Account, &DividendFile, &RatesFile),
    log: &Log,
    findings: &mut Vec<Finding>,
) -> Result<Option<(Body, Near)>, Fault> {
    let Some(holdings) = &account.holdings else { return Ok(None) };
    let calendar = calendar(sound)?;
    let executed = record::executed(log.records());
    let as_of = wanted.as_of.unwrap_or(holdings.as_of);
    let ask = wanted.ask.of(sound.portfolio().currency);
    let inputs = Inputs {
        sound,
        holdings,
        calendar: &calendar,
        as_of,
        dividends: &dividends.dates,
        fx: &rates.fx,
        executed: &executed,
        ask: &ask,
    };
    let draft = Draft::make(inputs).map_err(|error| plan_fault(&error))?;
    if wanted.ask.deploy_cash && !draft.deploys_cash() {
        return Err(Fault::usage("cash can only be deployed where weights are brought to their targets")
            .hint("plan without --deploy-cash, or with --destination target"));
    }
    live::converts(wanted.told.as_ref(), &draft.conversions)?;
    let codes = gathered.codes();
    let facts = gathered.facts(&codes);
    let near = ex_dividend::frozen(sound.portfolio(), &dividends.dates, &calendar, facts.today());
    let sites = held_sites(&account.shape);
    let source = Source { path: &account.path, sites: &sites };
    let (ex_dividend, fx) = (dividends.hash.clone(), rates.hash.clone());
    let provenance = Provenance { ex_dividend, fx, ..provenance(sound, gathered, account, log) };
    let (body, said) = draft.judged(&facts, &gathered.policies, source, provenance, overrides(gathered));
    findings.extend(said);
    Ok(Some((body, near.map_err(|error| error.to_string()))))
}

fn provenance(sound: &Sound, gathered: &Gathered, account: &Account, log: &Log) -> Provenance {
    // The debug form of the domain: ordered, exact, without comments or spelling. Only ever compared with one made by
    // the same version.
    let semantic = sha256(format!("{:?}", sound.portfolio()).as_bytes());
    Provenance {
        config: config_input(gathered, semantic),
        policies: gathered.policies.fingerprint.clone(),
        holdings: account.hash.clone(),
        broker: account.broker.clone(),
        ex_dividend: None,
        fx: None,
        log: log.input(),
    }
}

/// The config as a plan records it.
pub(super) fn config_input(gathered: &Gathered, semantic: String) -> ConfigInput {
    let tracked = gathered.tracked.as_ref();
    let name = Path::new(&gathered.path).file_name().map(|name| name.to_string_lossy().into_owned());
    ConfigInput {
        path: tracked.map(|t| t.path.clone()).or(name).unwrap_or_default(),
        blob: tracked.and_then(|t| t.blob).map(|blob| blob.to_string()),
        semantic,
    }
}

/// The overrides in force: of changes in the longest cooldown's window.
pub(super) fn overrides(gathered: &Gathered) -> Vec<Override> {
    let Some((history, change)) = gathered.known() else { return Vec::new() };
    let window = i64::from(gathered.policies.largest("days")) * 86_400;
    let inside = history.events.iter().filter(|event| event.effective > change.now - window);
    let given = inside.filter_map(|event| Some((event.commit, event.override_reason.clone()?)));
    given.map(|(commit, reason)| Override { commit: commit.to_string(), reason }).collect()
}

/// The calendar of a portfolio.
pub(super) fn calendar(sound: &Sound) -> Result<Calendar, Fault> {
    Calendar::of(sound.portfolio().calendar)
        .map_err(|error| Fault::unknown(error.to_string()).hint("report this: the calendar is compiled in."))
}

pub(super) fn meta(gathered: &Gathered, global: &Global) -> Meta {
    let tracked = gathered.tracked.as_ref();
    let seconds = global.now.or_else(|| tracked.and_then(|tracked| tracked.head_time));
    let created = seconds.and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0));
    Meta {
        created: created.map(|time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string()),
        tool: concat!("rebalance ", env!("CARGO_PKG_VERSION")).to_owned(),
        commit: tracked.and_then(|tracked| tracked.head).map(|head| head.to_string()),
    }
}

/// A plan never takes the place of what it was made from, nor of another answer.
fn not_an_input(output: &Path, global: &Global, host: &Host<'_>) -> Result<(), Fault> {
    keep_inputs(output, global, host)?;
    match global.outputs.files().any(|file| host.path(file) == host.path(output)) {
        true => Err(Fault::usage(format!("the plan and another answer go to {}", output.display()))
            .hint("name another file: -o plan.json")),
        false => Ok(()),
    }
}

/// Writes the plan: all of it or nothing.
fn save(plan: &PlanFile, path: &Path, host: &Host<'_>) -> Result<(), Fault> {
    write_whole(&host.path(path), plan.text().as_bytes()).map_err(|error| Fault::io("write", path, &error))
}

fn print(
    plan: &PlanFile,
    args: &PlanArgs,
    exit: Exit,
    global: &Global,
    host: &mut Host<'_>,
    paint: Paint,
) -> Result<Exit, Fault> {
    let file = args.output.as_ref().map(|file| file.display().to_string());
    let (apply_options, options) = options(args, global);
    let target = file.map(|file| quoted(&file) + &apply_options);
    let holdings = holdings_path(global);
    let only_read = plan.body.inputs.broker.is_none() && table::is_table(&holdings);
    let import = only_read.then(|| table::import(&holdings, global));
    let quiet = global.quiet && plan.body.status != Status::Errored;
    let stream = if quiet { Stream::Quiet } else { Stream::Out };
    deliver(global, (exit, stream), host, paint, |format, paint| {
        let save = Next::Save { plan: &options, apply: &apply_options };
        match format {
            Format::Json => plan.text(),
            _ => {
                let apply = target.as_deref().map_or(save, Next::Apply);
                draw(plan, import.as_deref().map_or(apply, Next::Import), paint)
            }
        }
    })
}

/// Says that an apply was interrupted: the holdings are on the way, and no other plan will be applied before it is done.
fn warn_of_unfinished(global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<(), Fault> {
    let directory = journal::directory(&host.path(&global.config));
    let state = journal::read(&RealDisk, &directory).map_err(|error| super::verify::broken(&error))?;
    if let Some(run) = state.unfinished() {
        let id = short(&run.plan_id);
        let text = format!("plan {id} was begun on {} and is not finished: go on with it first,", run.began);
        Ui::new(host, paint)
            .note(&format!("{} {text} rebalance apply <its file> --resume\n", paint.yellow("warning:")));
    }
    Ok(())
}

/// The option that names another config than the usual one, after a space.
pub(super) fn config_option(global: &Global) -> String {
    let usual = global.config == Path::new(super::CONFIG);
    if usual { String::new() } else { format!(" --config {}", quoted(&global.config.display().to_string())) }
}

/// The options that name other files than the usual ones, each after a space.
pub(super) fn file_options(global: &Global) -> String {
    let mut files = config_option(global);
    let paths = [("holdings", &global.holdings), ("ex-dividend", &global.ex_dividend)];
    for (name, path) in paths.into_iter().chain([("fx", &global.fx), ("policies", &global.policies)]) {
        if let Some(path) = path {
            files.push_str(&format!(" --{name} {}", quoted(&path.display().to_string())));
        }
    }
    files
}

/// The options that `apply` needs to find the same files, and all that the plan was made with.
fn options(args: &PlanArgs, global: &Global) -> (String, String) {
    let files = file_options(global);
    let mut all = files.clone();
    if let Some(broker) = &args.broker {
        all.push_str(&format!(" --broker {}", quoted(broker)));
    }
    if let Some(day) = args.as_of {
        all.push_str(&format!(" --as-of {day}"));
    }
    if args.trigger.is_some() {
        all.push_str(" --trigger manual");
    }
    if let Some(flow) = args.ask().flow {
        let amount = Money::new(flow.signed().decimal().abs());
        let currency = args.ask().currency.map_or("", Currency::word);
        all.push_str(&format!(" --{} {amount}{currency}", flow.option()));
    }
    if let Some(destination) = args.ask().destination {
        all.push_str(&format!(" --destination {}", destination.word()));
    }
    if args.deploy_cash {
        all.push_str(" --deploy-cash");
    }
    if let Some(funding) = args.ask().funding {
        all.push_str(&format!(" --funding {}", funding.word()));
    }
    (files, all)
}

/// Prints what keeps a plan from being computed.
pub(super) fn print_findings(
    made: &Made,
    exit: Exit,
    global: &Global,
    host: &mut Host<'_>,
    paint: Paint,
) -> Result<Exit, Fault> {
    let refused = |finding: &&Finding| finding.level == Level::Error && finding.suppressed.is_none();
    if made.fault.is_some() && made.findings.iter().find(refused).is_none() {
        return Ok(exit); // the fault says it
    }
    print_all(&made.gathered, &made.findings, exit, global, host, paint)
}

/// Prints findings, under the name of the file that the first of the errors is in.
pub(super) fn print_all(
    gathered: &Gathered,
    findings: &[Finding],
    exit: Exit,
    global: &Global,
    host: &mut Host<'_>,
    paint: Paint,
) -> Result<Exit, Fault> {
    let sources: &BTreeMap<String, String> = &gathered.sources;
    let error = findings.iter().find(|finding| finding.level == Level::Error && finding.suppressed.is_none());
    let path = error.map_or(&gathered.path, |finding| &finding.path);
    let report = Report::new(path, findings, sources, exit);
    deliver(global, (exit, Stream::Out), host, paint, |format, paint| output::lint(format, &report, paint))
}
