//! The gate: whether exactly this plan may be applied now, on evidence that was gathered under the lock.
//!
//! Nothing overrides a refusal but a new plan. Nothing is read, asked or changed here; a file system, a clock or a
//! broker must never enter this room.

mod again;
mod market;
mod refusal;
mod resume;

pub use again::Again;
pub use market::{Asked, Market, TOLERANCE, Unfit, Venue};
pub use refusal::{Moved, Refusal, exit_code};
pub use resume::{ResumeEvidence, ResumePermit, resume};

use crate::ex_dividend::Frozen;
use crate::finding::{Certainty, Finding, Level};
use crate::plan::file::{Body, ConfigInput, FileError, Inputs, PlanFile, Status};
use crate::record::Record;
use crate::replay::{Run, State};
use chrono::{Days, NaiveDate};

/// Everything that is looked at before a plan is applied.
#[derive(Debug)]
pub struct Evidence<'a> {
    /// What reading the plan file gave.
    pub plan: Result<PlanFile, FileError>,
    /// The plan that was asked for, if any was.
    pub expect: Option<&'a str>,
    /// Today, in the portfolio's time zone.
    pub today: NaiveDate,
    /// What the journal says.
    pub journal: &'a State,
    /// What the log says.
    pub log: &'a [Record],
    /// The account that orders would go to, and what its market says.
    pub venue: Venue<'a>,
    /// How things stand now, or why that could not be told. Not looked at when the file is not a plan.
    pub present: Result<Present<'a>, String>,
}

/// How things stand now.
#[derive(Debug, Clone)]
pub struct Present<'a> {
    /// What every rule says today.
    pub findings: &'a [Finding],
    /// What a plan made now would record as its inputs; `as_of` is not compared.
    pub inputs: &'a Inputs,
    /// The commits that changed the config since the plan was made, a line each.
    pub commits: &'a [String],
    /// The assets that are within their ex-dividend windows today, or why that cannot be told.
    pub near: Result<&'a [Frozen], &'a str>,
    /// The plan, made again from today's inputs with the recorded prices and date.
    pub again: Again,
}

/// Leave to apply one plan, once. Only [`judge`] gives it, and applying consumes it.
///
/// ```compile_fail
/// # fn take(plan: rebalance::plan::PlanFile) {
/// let permit = rebalance::gate::Permit { plan, head: String::new() }; // private: nothing but `judge` makes one
/// # }
/// ```
///
/// ```compile_fail
/// # fn take(permit: rebalance::gate::Permit, first: rebalance::journal::Journal<'_>, second: rebalance::journal::Journal<'_>,
/// #     desk: &mut rebalance::apply::Desk<'_>) {
/// let _ = rebalance::apply::apply(permit, first, desk);
/// let _ = rebalance::apply::apply(permit, second, desk); // moved: a permit is used once
/// # }
/// ```
///
/// ```compile_fail
/// # fn take(permit: rebalance::gate::Permit) {
/// let another = permit.clone(); // a permit has no copies
/// # }
/// ```
#[derive(Debug)]
pub struct Permit {
    plan: PlanFile,
    /// The journal's last line when this was given: nothing may have happened since.
    head: String,
}

impl Permit {
    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &PlanFile {
        &self.plan
    }

    /// The plan and the journal's last line, used up.
    pub(crate) fn spend(self) -> (PlanFile, String) {
        (self.plan, self.head)
    }
}

/// Judges a plan by the evidence: leave to apply it, or every reason why not.
///
/// # Errors
/// All refusals, in the order of the checks.
pub fn judge(evidence: Evidence<'_>) -> Result<Permit, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let Some(plan) = identified(evidence.plan, evidence.expect, &mut refusals) else { return Err(refusals) };
    refusals.extend(not_applyable(&plan.body));
    refusals.extend(untimely(&plan.body, evidence.today));
    if let Some(begun) = begun(&plan.plan_id, evidence.journal, evidence.log) {
        // What has moved since was moved by that run: nothing else is worth saying.
        refusals.push(begun);
        return Err(refusals);
    }
    let other = market::other_account(plan.body.inputs.broker.as_ref(), &evidence.venue);
    if let Some(other) = other {
        // What another account holds says nothing about this plan.
        refusals.push(other);
        return Err(refusals);
    }
    match &evidence.present {
        Ok(present) => {
            refusals.extend(moved(&plan.body.inputs, present));
            let denied = denials(present.findings);
            let again = again::differs(&plan.body, &present.again, !denied.is_empty());
            refusals.extend(denied);
            refusals.extend(near(&plan.body, present.near, evidence.today));
            refusals.extend(again);
        }
        Err(why) => refusals.push(Refusal::NotPlanned { why: why.clone() }),
    }
    refusals.extend(market::unplaceable(&plan.body, &evidence.venue));
    if refusals.is_empty() { Ok(Permit { plan, head: evidence.journal.head.clone() }) } else { Err(refusals) }
}

/// The plan, when the file is one. Whether it is the right one is in the refusals.
fn identified(
    plan: Result<PlanFile, FileError>,
    expect: Option<&str>,
    refusals: &mut Vec<Refusal>,
) -> Option<PlanFile> {
    let plan = match plan {
        Ok(plan) => plan,
        Err(FileError::Shape(why)) => {
            refusals.push(Refusal::Unreadable { why });
            return None;
        }
        Err(FileError::Inexact) => {
            let why = "it is not byte for byte as it was written".to_owned();
            refusals.push(Refusal::Unreadable { why });
            return None;
        }
        Err(FileError::Version(found)) => {
            refusals.push(Refusal::Version { found });
            return None;
        }
    };
    let actual = plan.body.id();
    if actual != plan.plan_id {
        refusals.push(Refusal::Edited { recorded: plan.plan_id.clone(), actual });
    }
    if let Some(expected) = expect.filter(|expected| !names(expected, &plan.plan_id)) {
        refusals.push(Refusal::NotExpected { expected: expected.to_owned(), found: plan.plan_id.clone() });
    }
    Some(plan)
}

/// Whether an id is the plan's, in whole or by its first twelve digits or more: what the program prints.
fn names(expected: &str, plan_id: &str) -> bool {
    expected.len() >= 12 && plan_id.starts_with(expected)
}

fn not_applyable(body: &Body) -> Option<Refusal> {
    let errors = body.checks.iter().filter(|check| check.level == Level::Error.word() && check.suppressed.is_none());
    let because = errors.map(|check| format!("{}: {}", check.rule, check.message)).collect();
    let status = match body.status {
        Status::Applyable if body.is_idle() => Status::Complete,
        Status::Applyable => return None,
        status => status,
    };
    Some(Refusal::NotApplyable { status, because })
}

fn untimely(body: &Body, today: NaiveDate) -> Option<Refusal> {
    let day = |text: &str| {
        text.parse::<NaiveDate>().map_err(|_| Refusal::Unreadable { why: format!("`{text}` is not a date") })
    };
    let (as_of, data) = match (day(&body.inputs.as_of), day(&body.inputs.data_as_of)) {
        (Ok(as_of), Ok(data)) => (as_of, data),
        (Err(refusal), _) | (_, Err(refusal)) => return Some(refusal),
    };
    if today < as_of {
        return Some(Refusal::Early { as_of, today });
    }
    // An age that leads past the end of the calendar is no limit.
    let last = data.checked_add_days(Days::new(u64::from(body.params.plan_max_age?)))?;
    (last < today).then_some(Refusal::Expired { as_of: data, last, today })
}

/// Whether the plan was applied before, or something is not finished.
fn begun(plan_id: &str, journal: &State, log: &[Record]) -> Option<Refusal> {
    if let Some(run) = journal.unfinished() {
        return Some(match run.plan_id == plan_id {
            true => Refusal::Unfinished { plan_id: run.plan_id.clone(), began: run.began.clone() },
            false => unfinished_other(run),
        });
    }
    if let Some(at) = journal.run(plan_id).and_then(|run| run.finished.as_deref()) {
        return Some(applied(plan_id, at));
    }
    let record = log.iter().find(|record| record.plan_id == plan_id)?;
    let at = record.fills.last().map_or_else(|| record.date.to_string(), |fill| fill.at.clone());
    Some(applied(plan_id, &at))
}

fn applied(plan_id: &str, at: &str) -> Refusal {
    Refusal::AlreadyApplied { plan_id: plan_id.to_owned(), at: at.to_owned() }
}

fn unfinished_other(run: &Run) -> Refusal {
    Refusal::UnfinishedOther { plan_id: run.plan_id.clone(), began: run.began.clone() }
}

fn pair(recorded: &str, current: &str) -> Moved {
    Moved { recorded: recorded.to_owned(), current: current.to_owned() }
}

/// Assets that the plan trades and that would be left alone by a plan of today.
fn near(body: &Body, near: Result<&[Frozen], &str>, today: NaiveDate) -> Vec<Refusal> {
    let frozen = match near {
        Ok(frozen) => frozen,
        Err(why) => return vec![Refusal::NotPlanned { why: why.to_owned() }],
    };
    let traded = |frozen: &&Frozen| body.orders.iter().any(|order| order.code == frozen.code.0);
    let refusal = |frozen: &Frozen| Refusal::ExDividend {
        code: frozen.code.to_string(),
        date: frozen.date,
        until: frozen.until,
        today,
    };
    frozen.iter().filter(traded).map(refusal).collect()
}

/// The inputs that are not the plan's any more.
fn moved(recorded: &Inputs, present: &Present<'_>) -> Vec<Refusal> {
    let current = present.inputs;
    let mut refusals = config_moved(&recorded.config, &current.config, present.commits);
    let mut compare = |refusal: fn(Moved) -> Refusal, recorded: &str, current: &str| {
        if recorded != current {
            refusals.push(refusal(pair(recorded, current)));
        }
    };
    compare(Refusal::ConfigElsewhere, &recorded.config.path, &current.config.path);
    compare(Refusal::PoliciesMoved, &recorded.policies, &current.policies);
    compare(Refusal::HoldingsMoved, &recorded.holdings, &current.holdings);
    let dividends = |inputs: &Inputs| inputs.ex_dividend.clone().unwrap_or_else(|| "no file".to_owned());
    compare(Refusal::ExDividendMoved, &dividends(recorded), &dividends(current));
    compare(Refusal::RatesMoved, &rates(recorded), &rates(current));
    let calendar = |inputs: &Inputs| format!("{} {}", inputs.calendar.id, inputs.calendar.days);
    compare(Refusal::CalendarMoved, &calendar(recorded), &calendar(current));
    let log = |inputs: &Inputs| match &inputs.log.head {
        Some(head) if inputs.log.records == 1 => format!("1 record, {head}"),
        Some(head) => format!("{} records, {head}", inputs.log.records),
        None => "no records".to_owned(),
    };
    compare(Refusal::LogMoved, &log(recorded), &log(current));
    refusals
}

/// The exchange rates in words: the figures, and their file where those are the same.
fn rates(inputs: &Inputs) -> String {
    let Some(fx) = &inputs.fx else { return "no rates".to_owned() };
    let rates: Vec<String> = fx.rates.iter().map(|one| format!("{} {}", one.currency, one.rate)).collect();
    format!("{} of {} ({})", rates.join(", "), fx.as_of, fx.hash)
}

fn config_moved(recorded: &ConfigInput, current: &ConfigInput, commits: &[String]) -> Vec<Refusal> {
    const NONE: &str = "not committed";
    let was = recorded.blob.as_deref().unwrap_or(NONE);
    match current.blob.as_deref() {
        None => vec![Refusal::NotCommitted { path: current.path.clone(), recorded: was.to_owned() }],
        Some(now) if now != was => vec![Refusal::ConfigMoved { blob: pair(was, now), commits: commits.to_vec() }],
        Some(_) => Vec::new(),
    }
}

/// What the rules refuse today.
fn denials(findings: &[Finding]) -> Vec<Refusal> {
    let counted = findings.iter().filter(|finding| finding.level == Level::Error && finding.suppressed.is_none());
    let refusal = |finding: &Finding| {
        let (rule, message, help) = (finding.rule.to_string(), finding.message.clone(), finding.help.clone());
        match finding.certainty {
            Certainty::Definite => Refusal::Rule { rule, message, help },
            Certainty::Unknown => Refusal::CannotTell { rule, message, help },
        }
    };
    counted.map(refusal).collect()
}
