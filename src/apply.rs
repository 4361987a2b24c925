//! Applying: a permit's orders, one at a time, each on the medium before and after it is sent.
//!
//! Killed anywhere, nothing is lost and nothing is doubled: what was written says how to go on. Whether a plan may be
//! applied must never enter this room; only a [`Permit`] or a [`ResumePermit`] does.

mod report;
mod stopped;
mod transfer;

pub use report::{NotExecuted, Step, StepLine, Summary};
pub use stopped::{Reason, Stopped};

use crate::schema::{Sheet, schema_of};

use crate::broker::{Ack, Broker, Fate, Intent};
use crate::disk::Disk;
use crate::gate::{Permit, ResumePermit};
use crate::journal::Journal;
use crate::log::Log;
use crate::plan::PlanFile;
use crate::record::Record;
use crate::replay::{Event, Progress, Run, Stage};
use crate::trade::{Fill, Ticket, Transfer};
use chrono::{DateTime, SecondsFormat, Utc};
use std::path::Path;

/// The schema of a line of `apply --format json`.
pub const SHEET: Sheet = Sheet { file: "apply.schema.json", schema: schema_of::<StepLine> };

/// What a plan is applied with.
pub struct Desk<'a> {
    /// Where files are.
    pub disk: &'a dyn Disk,
    /// Who executes.
    pub broker: &'a mut dyn Broker,
    /// The log.
    pub log: &'a Path,
    /// The clock.
    pub clock: &'a mut dyn FnMut() -> DateTime<Utc>,
    /// Who is told what happens, as it happens: after it is on the medium.
    pub progress: &'a mut dyn FnMut(&Step),
}

/// Applies a plan.
///
/// # Errors
/// [`Stopped`]: why it went no further, and what is done, failed and not started.
pub fn apply(permit: Permit, journal: Journal<'_>, desk: &mut Desk<'_>) -> Result<Summary, Box<Stopped>> {
    let (plan, head) = permit.spend();
    let mut execution = Execution { plan, journal, desk };
    let outcome = execution.judged(&head).and_then(|()| execution.begin()).and_then(|()| execution.rest());
    execution.report(outcome)
}

/// Goes on with an unfinished plan.
///
/// # Errors
/// [`Stopped`]: why it went no further, and what is done, failed and not started.
pub fn resume(permit: ResumePermit, journal: Journal<'_>, desk: &mut Desk<'_>) -> Result<Summary, Box<Stopped>> {
    let (plan, head) = permit.spend();
    let mut execution = Execution { plan, journal, desk };
    let outcome = execution.judged(&head).and_then(|()| execution.rest());
    execution.report(outcome)
}

/// A plan on its way.
struct Execution<'e, 'd> {
    plan: PlanFile,
    journal: Journal<'e>,
    desk: &'e mut Desk<'d>,
}

impl Execution<'_, '_> {
    /// The journal must be the one that was judged.
    fn judged(&self, head: &str) -> Result<(), Reason> {
        if self.journal.state().head == head { Ok(()) } else { Err(Reason::Overtaken) }
    }

    fn begin(&mut self) -> Result<(), Reason> {
        // Nothing is begun that could not be carried through.
        Ticket::all(&self.plan.body).map_err(Reason::Malformed)?;
        Transfer::of(&self.plan.body).map_err(Reason::Malformed)?;
        Log::read(self.desk.disk, self.desk.log).map_err(Reason::Log)?;
        let mark = self.desk.broker.opening(&self.plan).map_err(|error| Reason::Refused { order: None, error })?;
        let broker = self.desk.broker.name().to_owned();
        self.write(Event::Begin { broker, mark }).map(drop)
    }

    /// Everything that is not done yet: a deposit comes before the orders it pays for, a withdrawal after those that
    /// raise it.
    fn rest(&mut self) -> Result<(), Reason> {
        let transfer = Transfer::of(&self.plan.body).map_err(Reason::Malformed)?;
        if let Some(deposit) = transfer.filter(Transfer::pays_in) {
            self.transfer(&deposit)?;
        }
        for ticket in Ticket::all(&self.plan.body).map_err(Reason::Malformed)? {
            self.order(&ticket)?;
        }
        if let Some(withdrawal) = transfer.filter(|transfer| !transfer.pays_in()) {
            self.transfer(&withdrawal)?;
        }
        if self.run().is_some_and(|run| !run.logged) {
            self.log()?;
            self.write(Event::Logged)?;
        }
        self.write(Event::Finished).map(drop)
    }

    /// Brings one order from wherever it is to its end.
    fn order(&mut self, ticket: &Ticket) -> Result<(), Reason> {
        let progress = self.run().and_then(|run| run.order(&ticket.id)).cloned();
        match progress.as_ref().map(|progress| &progress.stage) {
            Some(Stage::Done(_)) => Ok(()),
            Some(Stage::Filled(_)) => self.done(ticket),
            Some(Stage::Intent | Stage::Acked(_)) => {
                let executed = self.reconciled(&intent_of(ticket, progress), "the run before ended")?;
                if executed { Ok(()) } else { self.place(ticket) }
            }
            Some(Stage::Failed(_)) | None => self.place(ticket),
        }
    }

    /// Writes the intent down, sends the order once, and writes down what came of it.
    fn place(&mut self, ticket: &Ticket) -> Result<(), Reason> {
        let refused = |error| Reason::Refused { order: Some(ticket.id.clone()), error };
        let (last, attempt) = match self.run() {
            Some(run) => (run.mark().to_owned(), run.order(&ticket.id).map_or(1, |progress| progress.attempt + 1)),
            None => return Err(Reason::Overtaken),
        };
        let marks = self.desk.broker.prepare(ticket, &last).map_err(refused)?;
        let intent = Event::Intent {
            order: ticket.id.clone(),
            attempt,
            before: marks.before.clone(),
            after: marks.after.clone(),
        };
        let at = self.write(intent)?;
        (self.desk.progress)(&Step::intent(ticket, attempt, &at));
        let intent = Intent { ticket: ticket.clone(), attempt, at, before: marks.before, after: marks.after };
        match self.desk.broker.send(&intent) {
            Ok(ack) => self.acknowledged(&intent, ack),
            Err(error) => self.unanswered(&intent, &error.to_string()),
        }
    }

    fn acknowledged(&mut self, intent: &Intent, ack: Ack) -> Result<(), Reason> {
        let order = intent.ticket.id.clone();
        self.write(Event::Ack { order: order.clone(), reference: ack.reference.clone() })?;
        (self.desk.progress)(&Step::Ack { order, reference: ack.reference.clone() });
        match self.desk.broker.fill(intent, &ack) {
            Ok(fill) => self.filled(&intent.ticket, &fill),
            Err(error) => self.unanswered(intent, &error.to_string()),
        }
    }

    /// There was no answer, or the answer was no.
    fn unanswered(&mut self, intent: &Intent, why: &str) -> Result<(), Reason> {
        if self.reconciled(intent, why)? {
            return Ok(());
        }
        Err(Reason::NotExecuted { order: intent.ticket.id.clone(), why: why.to_owned() })
    }

    /// Finds out what became of an order: whether it was executed. Never sends.
    fn reconciled(&mut self, intent: &Intent, why: &str) -> Result<bool, Reason> {
        let order = intent.ticket.id.clone();
        match self.desk.broker.reconcile(intent) {
            Fate::Executed(fill) => self.filled(&intent.ticket, &fill).map(|()| true),
            Fate::NotExecuted => {
                self.write(Event::Failed { order: order.clone(), reason: why.to_owned() })?;
                (self.desk.progress)(&Step::Failed { order, reason: why.to_owned() });
                Ok(false)
            }
            Fate::InDoubt(look) => Err(Reason::InDoubt { order, why: why.to_owned(), look }),
        }
    }

    fn filled(&mut self, ticket: &Ticket, fill: &Fill) -> Result<(), Reason> {
        self.write(Event::Fill(fill.text()))?;
        (self.desk.progress)(&Step::Fill(fill.text()));
        self.done(ticket)
    }

    fn done(&mut self, ticket: &Ticket) -> Result<(), Reason> {
        self.write(Event::Done { order: ticket.id.clone() })?;
        (self.desk.progress)(&Step::Done { order: ticket.id.clone() });
        Ok(())
    }

    /// Sees to it that the record stands in the log, once.
    fn log(&self) -> Result<(), Reason> {
        let fills = self.run().map(Run::fills).unwrap_or_default();
        let record = Record::of(&self.plan, &fills).map_err(Reason::Unrecordable)?;
        let log = Log::read(self.desk.disk, self.desk.log).map_err(Reason::Log)?;
        log.ensure(self.desk.disk, &record).map_err(Reason::Log)
    }

    /// Writes an event, and says when.
    fn write(&mut self, event: Event) -> Result<String, Reason> {
        let at = (self.desk.clock)().to_rfc3339_opts(SecondsFormat::Secs, true);
        self.journal.write(&at, &self.plan.plan_id, event).map_err(Reason::Journal)?;
        Ok(at)
    }

    fn run(&self) -> Option<&Run> {
        self.journal.state().run(&self.plan.plan_id)
    }

    /// What to say at the end.
    fn report(&mut self, outcome: Result<(), Reason>) -> Result<Summary, Box<Stopped>> {
        let summary = Summary::of(&self.plan, self.run());
        let result = match outcome {
            Ok(()) => Ok(summary.clone()),
            Err(reason) => Err(Box::new(Stopped { begun: self.run().is_some(), reason, summary: summary.clone() })),
        };
        (self.desk.progress)(&Step::Summary(summary));
        result
    }
}

fn intent_of(ticket: &Ticket, progress: Option<Progress>) -> Intent {
    let (attempt, at, before, after) = progress.map_or_else(Default::default, |p| (p.attempt, p.at, p.before, p.after));
    Intent { ticket: ticket.clone(), attempt, at, before, after }
}
