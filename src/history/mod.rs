//! What git history says of the allocation: every change, when it landed, who made it and why, and what the cooldown
//! follows from that.
//!
//! The walk asks a [`Past`] and answers with a [`History`]. Nothing in it stops because of a date alone: a backdated
//! commit on top must not hide what lies below it. There are three answers, never two: changed at some time, never
//! changed, and *unknown* (a [`Gap`], with its remedy), which is no permission.
//!
//! Git objects, files, the environment and the clock must never enter this room: `now` is an argument, and instants
//! are unix seconds.

mod clock;
pub mod cooldown;
mod event;
pub mod kept;
mod line;
pub mod message;
mod past;
mod rename;
mod time;
#[cfg(test)]
pub(crate) mod toy;
mod trail;
mod walk;

pub use clock::{Backwards, Clocks, Latest};
pub use cooldown::{FUTURE_TOLERANCE, Verdict, allocation_verdict, trading_verdict};
pub use event::{Event, Landing};
pub use past::{Commit, Gap, GapKind, Oid, Parents, Past, Place, UNSHALLOW, Version, Words};
pub use rename::standing;
pub use time::LOOK_BACK;
pub use walk::collect;

use crate::portfolio::Allocation;
use std::sync::Arc;
use trail::{Doubt, Side, Trail};

/// What stood at the config's path at some commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// No config.
    Absent,
    /// A config with this allocation.
    Allocation(Arc<Allocation>),
}

/// How far back a history is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Until the first change that took effect at or before this instant, which is kept.
    Since(i64),
    /// To the root.
    All,
}

/// Where the first-parent line of a history ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// At a change that took effect at or before the instant asked for: the last of the events.
    Settled,
    /// At the root: nothing is older.
    Root,
    /// At a hole.
    Unknown(Gap),
}

/// Every change of the allocation, as far back as was asked for.
#[derive(Debug, Clone)]
pub struct History {
    /// The newest allocation that can be read.
    pub tip: Standing,
    /// Why the config at the tip itself cannot be read, if so: then `tip` is that of the newest commit where it can.
    /// If a hole leaves none, nothing may follow from `tip`, and the verdicts say so.
    pub tip_fault: Option<Gap>,
    /// The changes, newest first, with those that a merge threw away.
    ///
    /// With [`Reach::Since`] the last one, which lies before that instant, may be the creation or a plain rename:
    /// nobody needs to know, so nobody looked.
    pub events: Vec<Event>,
    /// The commit that created the config, when the walk came so far. Creating is not a change.
    pub created: Option<Event>,
    /// Where the walk ended.
    pub end: End,
    /// What the times on the line say of each other.
    pub clocks: Clocks,
    /// Whether not even the tip could be told, so that `tip` means nothing.
    lost: bool,
    /// Holes beside the line.
    doubts: Vec<Doubt>,
    trail: Trail,
    sides: Vec<Side>,
}

impl History {
    /// A history told by hand instead of collected, newest event first: for whoever judges one without a repository.
    ///
    /// What stood on a side that an event says was discarded is unknown here, so that nothing in its window is proven.
    #[must_use]
    pub fn told(tip: Standing, events: Vec<Event>, end: End) -> Self {
        let (thrown, kept): (Vec<&Event>, Vec<&Event>) = events.iter().partition(|event| event.discarded());
        let trail = Trail {
            steps: kept.iter().map(|event| event.step()).collect(),
            bottom: kept.last().map_or(&tip, |event| &event.before).clone(),
            complete: end == End::Root,
        };
        let sides = thrown.iter().map(|event| Side {
            at: event.effective,
            overridden: event.override_reason.is_some(),
            trail: Trail { steps: Vec::new(), bottom: event.before.clone(), complete: false },
        });
        let sides = sides.collect();
        let (clocks, doubts) = (Clocks::default(), Vec::new());
        Self { tip, tip_fault: None, lost: false, events, created: None, end, clocks, doubts, trail, sides }
    }

    /// Why the answer "no change" cannot be relied upon, if so.
    #[must_use]
    pub fn gap(&self) -> Option<&Gap> {
        match &self.end {
            End::Unknown(gap) => Some(gap),
            End::Settled | End::Root => self.doubts.first().map(|doubt| &doubt.gap),
        }
    }

    /// The newest event that took effect later than `now` by more than [`FUTURE_TOLERANCE`].
    #[must_use]
    pub fn future(&self, now: i64) -> Option<&Event> {
        self.events.iter().find(|event| event.effective > now.saturating_add(FUTURE_TOLERANCE))
    }

    /// What stood at this instant on the first-parent line; of a config that did not exist yet, what it was created
    /// with. `None` when the history does not reach so far.
    #[must_use]
    pub fn stood_at(&self, instant: i64) -> Option<&Standing> {
        self.trail.stood_at(instant)
    }
}
