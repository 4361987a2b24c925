//! Applying: a permit's orders, one at a time, each on the medium before and after it is sent.
//!
//! Killed anywhere, nothing is lost and nothing is doubled: what was written says how to go on. Whether a plan may be
//! applied must never enter this room; only a [`Permit`] or a [`ResumePermit`] does.

mod ending;
mod order;
mod report;
mod stopped;
mod transfer;
mod venue;

pub use ending::{Wish, Word};
pub use report::{NotExecuted, Step, StepLine, Summary, Unfilled};
pub use stopped::{Reason, Stopped};
pub use venue::{market, unfit};

use crate::schema::{Sheet, schema_of};

use crate::broker::Broker;
use crate::clock::Clock;
use crate::disk::Disk;
use crate::gate::{Permit, ResumePermit};
use crate::journal::Journal;
use crate::log::Log;
use crate::plan::PlanFile;
use crate::record::Record;
use crate::replay::{Event, Run};
use crate::trade::Act;
use chrono::SecondsFormat;
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
    /// What time it is, and how to wait.
    pub clock: &'a dyn Clock,
    /// Whether somebody asked to stop: the order in flight is brought to its end, and no other is begun.
    pub stop: &'a dyn Fn() -> bool,
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

/// Goes on with an unfinished plan, as somebody wishes.
///
/// # Errors
/// [`Stopped`]: why it went no further, and what is done, failed and not started.
pub fn resume(
    permit: ResumePermit,
    journal: Journal<'_>,
    wish: &Wish,
    desk: &mut Desk<'_>,
) -> Result<Summary, Box<Stopped>> {
    let (plan, head) = permit.spend();
    let mut execution = Execution { plan, journal, desk };
    let outcome = execution
        .judged(&head)
        .and_then(|()| execution.resuming())
        .and_then(|()| execution.decided(wish.word.as_ref()))
        .and_then(|()| if wish.close { execution.close() } else { execution.rest() });
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

    fn resuming(&mut self) -> Result<(), Reason> {
        let resuming = self.desk.broker.resuming(&self.plan.plan_id);
        resuming.map_err(|error| Reason::Refused { order: None, error })
    }

    fn begin(&mut self) -> Result<(), Reason> {
        if (self.desk.stop)() {
            return Err(Reason::Interrupted);
        }
        // Nothing is begun that could not be carried through.
        self.acts()?;
        let refused = |error| Reason::Refused { order: None, error };
        venue::carried(self.desk.broker, &self.plan.body).map_err(refused)?;
        Log::read(self.desk.disk, self.desk.log).map_err(Reason::Log)?;
        let mark = self.desk.broker.opening(&self.plan).map_err(refused)?;
        let broker = self.desk.broker.name().to_owned();
        self.write(Event::Begin { broker, mark }).map(drop)
    }

    /// Everything that is not done yet, one after the other.
    fn rest(&mut self) -> Result<(), Reason> {
        if self.run().is_some_and(|run| run.closed.is_some()) {
            return self.finish();
        }
        for act in self.acts()? {
            match act {
                Act::Order(ticket) => self.order(&ticket)?,
                Act::Move(movement) => self.transfer(&movement)?,
            }
        }
        self.finish()
    }

    /// Everything the plan does, in order.
    fn acts(&self) -> Result<Vec<Act>, Reason> {
        Act::all(&self.plan.body).map_err(Reason::Malformed)
    }

    /// Writes the record, and that nothing is left to do.
    fn finish(&mut self) -> Result<(), Reason> {
        if self.run().is_some_and(|run| !run.logged) {
            self.log()?;
            self.write(Event::Logged)?;
        }
        self.desk.broker.closing().map_err(|error| Reason::Refused { order: None, error })?;
        self.write(Event::Finished).map(drop)
    }

    /// Sees to it that the record stands in the log, once.
    fn log(&self) -> Result<(), Reason> {
        let fills = self.run().map(Run::fills).unwrap_or_default();
        let moved = |id: &str| self.run().is_some_and(|run| run.moved(id));
        let record = Record::of(&self.plan, &fills, &moved).map_err(Reason::Unrecordable)?;
        let log = Log::read(self.desk.disk, self.desk.log).map_err(Reason::Log)?;
        log.ensure(self.desk.disk, &record).map_err(Reason::Log)
    }

    /// Writes an event, and says when.
    fn write(&mut self, event: Event) -> Result<String, Reason> {
        let at = self.time();
        self.journal.write(&at, &self.plan.plan_id, event).map_err(Reason::Journal)?;
        Ok(at)
    }

    fn time(&self) -> String {
        self.desk.clock.now().to_rfc3339_opts(SecondsFormat::Secs, true)
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
