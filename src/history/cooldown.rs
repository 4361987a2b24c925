//! The two cooldowns, as verdicts on a [`History`].
//!
//! Both look at a window that ends now. An event lies in it while `now - effective < window`: exactly at the window's
//! length it is out. Whoever cannot prove that something is allowed gets no permission: a hole in the history is
//! [`Verdict::Unknown`], unless what is known already forbids it.

use super::{End, Event, Gap, GapKind, History, Standing};
use std::collections::BTreeSet;

/// How many seconds into the future an event may lie: clocks differ.
pub const FUTURE_TOLERANCE: i64 = 600;

/// What a cooldown says.
#[derive(Debug, Clone, PartialEq)]
pub enum Verdict<'h> {
    /// Go ahead.
    Allowed,
    /// Not before `until`.
    Refused {
        /// The earliest instant at which it is allowed, if nothing else happens.
        until: i64,
        /// The newest change that stands in the way.
        by: &'h Event,
        /// The allocation that stood when the window began; `None` when the history does not reach so far or when
        /// a discarded side makes it ambiguous.
        settled: Option<Standing>,
    },
    /// Cannot be told.
    Unknown(Gap),
    /// A change claims to come from the future, so that no age can be told.
    FutureEvent(&'h Event),
}

/// May the allocation become `candidate` now?
///
/// * It may when it is the one that stands, since then nothing changes.
/// * It may when it restores what stood when the window began, even if holes lie deeper or times are wrong: undoing an
///   impulse is always allowed. This takes proof: the history must reach to the window's beginning, and a side thrown
///   away by a merge inside the window must have had the same allocation then.
/// * Otherwise it may when no event, discarded ones included, lies in the window. Overrides change nothing here: an
///   overridden change is an event like any other.
///
/// A refusal is definite as soon as one event lies in the window, whatever the holes below it, with one exception: if
/// `candidate` is the oldest allocation known above a hole, it may well be the one that stood, so that is unknown.
#[must_use]
pub fn allocation_verdict<'h>(history: &'h History, candidate: &Standing, now: i64, window_secs: i64) -> Verdict<'h> {
    if let Some(gap) = history.gap().filter(|_| history.lost) {
        return Verdict::Unknown(gap.clone());
    }
    if *candidate == history.tip {
        return Verdict::Allowed;
    }
    let at = Moment::new(history, now, window_secs);
    if at.settled().is_some_and(|settled| settled == candidate) {
        return Verdict::Allowed;
    }
    if let Some(event) = history.future(now) {
        return Verdict::FutureEvent(event);
    }
    let Some(by) = at.newest() else {
        return at.hole().map_or(Verdict::Allowed, Verdict::Unknown);
    };
    if let Some(gap) = at.hole().filter(|_| candidate == at.base()) {
        return Verdict::Unknown(gap);
    }
    let allowed = |later: &Moment<'_>| later.newest().is_none() || later.settled() == Some(candidate);
    Verdict::Refused { until: at.first_instant(allowed), by, settled: at.settled().cloned() }
}

/// May `current`, the allocation that is committed, be traded towards now?
///
/// * It may when it is what stood when the window began, by the same proof as in [`allocation_verdict`].
/// * It may when it was reached from there by overrides alone. Overrides are followed oldest first: what stood is
///   accepted, and a change in the window that carries an override and starts from something accepted makes its result
///   accepted too. An override therefore lifts its own change and nothing that was changed beneath it.
/// * A merge in the window that throws a side away refuses, unless that side had `current` when the window began, or
///   the merge's own message carries an override: which of the two lines people lived by cannot be told.
///
/// Creating the config is not a change, so a fresh config may be traded at once.
#[must_use]
pub fn trading_verdict<'h>(history: &'h History, current: &Standing, now: i64, window_secs: i64) -> Verdict<'h> {
    if let Some(fault) = &history.tip_fault {
        return Verdict::Unknown(fault.clone());
    }
    if *current != history.tip {
        return Verdict::Unknown(not_the_tip());
    }
    let at = Moment::new(history, now, window_secs);
    if at.settled() == Some(current) {
        return Verdict::Allowed;
    }
    if let Some(event) = history.future(now) {
        return Verdict::FutureEvent(event);
    }
    let tradable = |moment: &Moment<'_>| moment.accepted(current) && moment.sides_agree(current);
    if tradable(&at) {
        return at.hole().map_or(Verdict::Allowed, Verdict::Unknown);
    }
    let Some(by) = at.blocking() else {
        return Verdict::Unknown(at.hole().unwrap_or_else(not_the_tip));
    };
    let allowed = |later: &Moment<'_>| later.hole().is_none() && tradable(later);
    Verdict::Refused { until: at.first_instant(allowed), by, settled: at.settled().cloned() }
}

/// A history seen with a window that ends at some instant.
struct Moment<'h> {
    history: &'h History,
    window: i64,
    /// When the window begins; events up to and including this instant are out of it.
    start: i64,
}

impl<'h> Moment<'h> {
    fn new(history: &'h History, now: i64, window: i64) -> Self {
        Self { history, window, start: now.saturating_sub(window) }
    }

    /// The newest event in the window.
    fn newest(&self) -> Option<&'h Event> {
        let inside = self.history.events.iter().filter(|event| event.effective > self.start);
        inside.reduce(|newest, event| if event.effective > newest.effective { event } else { newest })
    }

    /// The newest event in the window that no override accounts for, or else the newest.
    fn blocking(&self) -> Option<&'h Event> {
        let inside = || self.history.events.iter().filter(|event| event.effective > self.start);
        inside().find(|event| event.override_reason.is_none()).or_else(|| inside().next())
    }

    /// What stood when the window began, if that is proven: the line reaches so far, and no side thrown away in the
    /// window had anything else.
    fn settled(&self) -> Option<&'h Standing> {
        let settled = self.history.trail.stood_at(self.start)?;
        let mut sides = self.history.sides.iter().filter(|side| side.at > self.start);
        let agree = sides.all(|side| side.trail.stood_at(self.start) == Some(settled));
        (agree && self.doubt().is_none()).then_some(settled)
    }

    /// What stood when the window began, or the oldest that is known above a hole.
    fn base(&self) -> &'h Standing {
        self.history.trail.stood_at(self.start).unwrap_or(&self.history.trail.bottom)
    }

    /// A hole beside the line that matters to the window.
    fn doubt(&self) -> Option<&'h Gap> {
        self.history.doubts.iter().find(|doubt| doubt.at > self.start).map(|doubt| &doubt.gap)
    }

    /// Why the absence of events in the window cannot be relied upon.
    fn hole(&self) -> Option<Gap> {
        if self.history.trail.stood_at(self.start).is_some() {
            return self.doubt().cloned();
        }
        Some(match &self.history.end {
            End::Unknown(gap) => gap.clone(),
            End::Settled | End::Root => Gap::new(
                GapKind::TooShort,
                "the history was collected for a shorter time than the window",
                "collect it from the window's beginning",
            ),
        })
    }

    /// Whether overrides in the window lead to `current` from what stood when it began, or they are the same.
    fn accepted(&self, current: &Standing) -> bool {
        let mut accepted = vec![self.base()];
        let inside: Vec<_> = self.history.trail.steps.iter().take_while(|step| step.at > self.start).collect();
        for step in inside.into_iter().rev() {
            if step.overridden && accepted.contains(&&step.before) {
                accepted.push(&step.after);
            }
        }
        accepted.contains(&current)
    }

    /// Whether no side thrown away in the window speaks against `current`.
    fn sides_agree(&self, current: &Standing) -> bool {
        let mut sides = self.history.sides.iter().filter(|side| side.at > self.start && !side.overridden);
        sides.all(|side| side.trail.stood_at(self.start) == Some(current))
    }

    /// The first instant after which an event leaves the window and `allowed` holds; at the latest when all have left.
    fn first_instant(&self, allowed: impl Fn(&Moment<'_>) -> bool) -> i64 {
        let inside = self.history.events.iter().map(|event| event.effective).filter(|time| *time > self.start);
        let exits: BTreeSet<i64> = inside.map(|time| time.saturating_add(self.window)).collect();
        let moment = |instant: &i64| Moment::new(self.history, *instant, self.window);
        let first = exits.iter().copied().find(|instant| allowed(&moment(instant)));
        first.or_else(|| exits.last().copied()).unwrap_or(i64::MAX)
    }
}

/// The gap of being asked to trade an allocation that is not the committed one.
fn not_the_tip() -> Gap {
    Gap::new(
        GapKind::NotAnAllocation,
        "the allocation to be traded is not the one that is committed",
        "commit it first; only a committed allocation is traded",
    )
}

#[cfg(test)]
mod tests;
