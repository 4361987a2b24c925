//! What `verify` and `apply` share: gathering the evidence about a plan and asking the gate.

use super::account::holdings_path;
use super::live::{self, Statement};
use super::plan::{Made, Wanted, config_input, make};
use super::{Fault, Global, Host, records, show, table};
use crate::apply;
use crate::broker::{self, Broker, BrokerError, Entry, Means};
use crate::clock::Clock;
use crate::disk::RealDisk;
use crate::finding::Level;
use crate::gate::{self, Again, Asked, Evidence, Permit, Present, Refusal, ResumeEvidence, ResumePermit, Unfit, Venue};
use crate::journal;
use crate::plan::PlanFile;
use crate::plan::file::{Body, FxInput, Inputs, LogInput};
use crate::replay::State;
use crate::zone::Zone;
use chrono::NaiveDate;
use std::path::Path;

/// What is judged.
pub(super) struct Case<'a> {
    /// The plan file.
    pub(super) file: &'a Path,
    /// The plan that was asked for.
    pub(super) expect: Option<&'a str>,
}

/// Asks the gate whether a plan may be applied now. `broker` is who would do it; none where nobody is asked.
pub(super) fn judge(
    case: &Case<'_>,
    journal: &State,
    broker: Option<&mut dyn Broker>,
    global: &Global,
    host: &mut Host<'_>,
) -> Result<Result<Permit, Vec<Refusal>>, Fault> {
    let plan = PlanFile::read_exact(&show::read(case.file, host)?);
    let log = records::read(global, host)?;
    let input = plan.as_ref().ok().and_then(|plan| plan.body.inputs.broker.as_ref());
    if let (Some(input), None) = (input, &broker) {
        return Err(live::not_asked(&input.name, &case.file.display().to_string()));
    }
    let known = known(plan.as_ref().ok(), journal, broker, global, host)?;
    let now = match &plan {
        Ok(plan) => Now::of(plan, known.told.clone(), &log.input(), global, host),
        Err(_) => Err("the file is not a plan".to_owned()),
    };
    let zone = now.as_ref().ok().and_then(|now| now.made.gathered.zone()).unwrap_or(Zone::UTC);
    let present = now.as_ref().map_err(Clone::clone).map(|now| Present {
        findings: &now.made.findings,
        inputs: &now.inputs,
        commits: &now.commits,
        near: now.made.near.as_deref().map_err(String::as_str),
        again: again(&now.made),
    });
    let today = today(host.now, zone);
    let (account, unfit) = (known.account.as_deref(), known.unfit.clone());
    let venue = Venue { broker: known.broker, account, unfit, market: known.market.clone() };
    Ok(gate::judge(Evidence { plan, expect: case.expect, today, journal, log: log.records(), venue, present }))
}

/// What a broker says that would apply a plan.
struct Known {
    broker: &'static str,
    account: Option<String>,
    told: Option<Statement>,
    unfit: Option<Unfit>,
    market: Asked,
}

/// Asks the broker which account it is and, if it is the plan's, what it holds and what the market says.
fn known(
    plan: Option<&PlanFile>,
    journal: &State,
    broker: Option<&mut dyn Broker>,
    global: &Global,
    host: &Host<'_>,
) -> Result<Known, Fault> {
    let Some(broker) = broker else {
        let usual = entry(None)?;
        rewritable(usual, global)?;
        return Ok(Known { broker: usual.name, account: None, told: None, unfit: None, market: Asked::No });
    };
    let account = live::account(broker)?;
    let mut known = Known { broker: broker.name(), account, told: None, unfit: None, market: Asked::No };
    let body = plan.map(|plan| &plan.body);
    let made_of = |body: &Body| body.inputs.broker.as_ref().map(|input| &input.account) == known.account.as_ref();
    let Some(body) = body.filter(|body| made_of(body)) else { return Ok(known) };
    let unfit = apply::unfit(broker, body);
    if known.account.is_some() {
        let config = live::config(global, host);
        let as_of = crate::config::day(&body.inputs.data_as_of).unwrap_or_else(|| live::today(config.as_ref(), host));
        known.told = live::statement(broker, &live::codes(config.as_ref()), as_of, &live::recorded(body))?;
        known.market = live::market(broker, body, journal);
    }
    match unfit {
        Ok(unfit) => known.unfit = unfit,
        Err(error) => known.market = Asked::Unknown(error.to_string()),
    }
    Ok(known)
}

/// Asks the gate whether an unfinished plan may go on.
pub(super) fn resume(
    case: &Case<'_>,
    journal: &State,
    broker: &mut dyn Broker,
    host: &Host<'_>,
) -> Result<Result<ResumePermit, Vec<Refusal>>, Fault> {
    let plan = PlanFile::read_exact(&show::read(case.file, host)?);
    let mark = broker.mark().map_err(|error| unwilling(&error))?;
    let account = live::account(broker)?;
    let (name, mark, account) = (broker.name(), mark.as_deref(), account.as_deref());
    Ok(gate::resume(ResumeEvidence { plan, expect: case.expect, journal, broker: name, mark, account }))
}

/// Does something with a broker that was opened for it, without the lock: nothing is sent.
pub(super) fn with_broker<T>(
    entry: &Entry,
    global: &Global,
    host: &Host<'_>,
    ask: impl FnOnce(&mut dyn Broker, &dyn Clock) -> Result<T, Fault>,
) -> Result<T, Fault> {
    let holdings = host.path(&holdings_path(global));
    let directory = journal::directory(&host.path(&global.config));
    let clock = host.clock();
    let env = |name: &str| host.env.get(name).cloned();
    let means = Means { disk: &RealDisk, holdings: &holdings, directory: &directory, clock: clock.as_ref(), env: &env };
    let mut broker = open(entry, means, global)?;
    ask(broker.as_mut(), clock.as_ref())
}

/// Who executes a plan: the broker that is named, else the one that the journal or the plan has, else the first.
pub(super) fn executor(
    named: Option<&str>,
    file: &Path,
    journal: &State,
    host: &Host<'_>,
) -> Result<&'static Entry, Fault> {
    if named.is_some() {
        return entry(named);
    }
    let plan = PlanFile::read_exact(&show::read(file, host)?).ok();
    let begun = plan.as_ref().and_then(|plan| journal.run(&plan.plan_id)).map(|run| run.broker.clone());
    let made = plan.and_then(|plan| plan.body.inputs.broker).map(|input| input.name);
    entry(begun.or(made).as_deref())
}

/// The line of a broker's name in the table; the first of the table when none is given.
pub(super) fn entry(name: Option<&str>) -> Result<&'static Entry, Fault> {
    let entry = match name {
        Some(name) => broker::find(name),
        None => broker::ALL.first(),
    };
    entry.ok_or_else(|| {
        let names: Vec<&str> = broker::ALL.iter().map(|entry| entry.name).collect();
        let name = name.unwrap_or("");
        Fault::usage(format!("there is no broker `{name}`")).hint(format!("one of {}.", crate::words::list(&names)))
    })
}

/// Opens a broker.
pub(super) fn open<'a>(entry: &Entry, means: Means<'a>, global: &Global) -> Result<Box<dyn Broker + 'a>, Fault> {
    rewritable(entry, global)?;
    (entry.open)(means).map_err(|error| unwilling(&error))
}

/// Refuses holdings that are only read to a broker that rewrites them.
fn rewritable(entry: &Entry, global: &Global) -> Result<(), Fault> {
    let holdings = holdings_path(global);
    match entry.rewrites_holdings && table::is_table(&holdings) {
        true => Err(table::not_rewritten(entry.name, &holdings, global)),
        false => Ok(()),
    }
}

/// The fault that a broker does not do what it is asked.
pub(super) fn unwilling(error: &BrokerError) -> Fault {
    Fault::told(error.exit_code(), error, &error.remedy())
}

fn again(made: &Made) -> Again {
    let denied = made.findings.iter().any(|finding| finding.level == Level::Error && finding.suppressed.is_none());
    match (&made.body, &made.fault) {
        (Some(body), _) => Again::Body(Box::new(body.clone())),
        (None, _) if denied => Again::Denied,
        (None, Some(fault)) => Again::Impossible(fault.message.clone()),
        (None, None) => Again::Impossible("the plan cannot be made again".to_owned()),
    }
}

/// How things stand now.
struct Now {
    made: Made,
    inputs: Inputs,
    commits: Vec<String>,
}

impl Now {
    /// Plans again from today's facts with the recorded date, for what was asked for then.
    fn of(
        plan: &PlanFile,
        told: Option<Statement>,
        log: &LogInput,
        global: &Global,
        host: &mut Host<'_>,
    ) -> Result<Self, String> {
        let recorded = &plan.body.inputs;
        let as_of = crate::config::day(&recorded.as_of).ok_or_else(|| format!("`{}` is not a date", recorded.as_of))?;
        let ask = plan.body.asked.ask().ok_or("what the plan says was asked for cannot be")?;
        let wanted = Wanted { as_of: Some(as_of), ask, told };
        let made = make(&wanted, global, host).map_err(|fault| fault.message)?;
        let commits = made.gathered.commits_since(plan.meta.commit.as_deref());
        let inputs = match &made.body {
            Some(body) => body.inputs.clone(),
            // What a config that cannot be planned means is not known: that part is left as it was.
            None => Inputs {
                config: config_input(&made.gathered, recorded.config.semantic.clone()),
                policies: made.gathered.policies.fingerprint.clone(),
                holdings: made.account.hash.clone(),
                broker: made.account.broker.clone(),
                ex_dividend: made.ex_dividend.clone(),
                fx: recorded.fx.as_ref().and_then(|recorded| rates_of(recorded, made.fx.clone()?)),
                log: log.clone(),
                ..recorded.clone()
            },
        };
        Ok(Self { made, inputs, commits })
    }
}

/// Of today's rates those of the currencies that a plan is about.
fn rates_of(recorded: &FxInput, mut today: FxInput) -> Option<FxInput> {
    today.rates.retain(|one| recorded.rates.iter().any(|was| was.currency == one.currency));
    Some(today)
}

fn today(now: i64, zone: Zone) -> NaiveDate {
    zone.local(now).unwrap_or_default().date_naive()
}
