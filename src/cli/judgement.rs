//! What `verify` and `apply` share: gathering the evidence about a plan and asking the gate.

use super::plan::{Made, Wanted, config_input, make};
use super::{Fault, Global, Host, records, show};
use crate::broker::{self, Broker, BrokerError, Entry, Means};
use crate::finding::Level;
use crate::gate::{self, Again, Evidence, Permit, Present, Refusal, ResumeEvidence, ResumePermit};
use crate::hash::sha256;
use crate::plan::PlanFile;
use crate::plan::file::{Inputs, LogInput};
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

/// Asks the gate whether a plan may be applied now.
pub(super) fn judge(
    case: &Case<'_>,
    journal: &State,
    global: &Global,
    host: &mut Host<'_>,
) -> Result<Result<Permit, Vec<Refusal>>, Fault> {
    let plan = PlanFile::read_exact(&show::read(case.file, host)?);
    let log = records::read(global, host)?;
    let now = match &plan {
        Ok(plan) => Now::of(plan, &log.input(), global, host),
        Err(_) => Err("the file is not a plan".to_owned()),
    };
    let zone = now.as_ref().ok().and_then(|now| now.made.gathered.zone()).unwrap_or(Zone::UTC);
    let present = now.as_ref().map_err(Clone::clone).map(|now| Present {
        findings: &now.made.findings,
        inputs: &now.inputs,
        commits: &now.commits,
        again: again(&now.made),
    });
    let today = today(host.now, zone);
    Ok(gate::judge(Evidence { plan, expect: case.expect, today, journal, log: log.records(), present }))
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
    let name = broker.name();
    let mark = mark.as_deref();
    Ok(gate::resume(ResumeEvidence { plan, expect: case.expect, journal, broker: name, mark }))
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
pub(super) fn open<'a>(entry: &Entry, means: Means<'a>) -> Result<Box<dyn Broker + 'a>, Fault> {
    (entry.open)(means).map_err(|error| unwilling(&error))
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
    fn of(plan: &PlanFile, log: &LogInput, global: &Global, host: &mut Host<'_>) -> Result<Self, String> {
        let recorded = &plan.body.inputs;
        let as_of = crate::config::day(&recorded.as_of).ok_or_else(|| format!("`{}` is not a date", recorded.as_of))?;
        let ask = plan.body.asked.ask().ok_or("what the plan says was asked for cannot be")?;
        let wanted = Wanted { as_of: Some(as_of), ask };
        let made = make(&wanted, global, host).map_err(|fault| fault.message)?;
        let commits = made.gathered.commits_since(plan.meta.commit.as_deref());
        let inputs = match &made.body {
            Some(body) => body.inputs.clone(),
            // What a config that cannot be planned means is not known: that part is left as it was.
            None => Inputs {
                config: config_input(&made.gathered, recorded.config.semantic.clone()),
                policies: made.gathered.policies.fingerprint.clone(),
                holdings: sha256(&made.account.bytes),
                ex_dividend: made.ex_dividend.clone(),
                log: log.clone(),
                ..recorded.clone()
            },
        };
        Ok(Self { made, inputs, commits })
    }
}

fn today(now: i64, zone: Zone) -> NaiveDate {
    zone.local(now).unwrap_or_default().date_naive()
}
