//! What stood when on one line of history.

use super::{Gap, Standing};

/// One change on a line.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// When it took effect.
    pub(super) at: i64,
    pub(super) before: Standing,
    pub(super) after: Standing,
    /// Whether it carries an override.
    pub(super) overridden: bool,
}

/// The changes of one line, newest first.
#[derive(Debug, Clone)]
pub(super) struct Trail {
    pub(super) steps: Vec<Step>,
    /// What stood below the oldest step, as far as anyone looked.
    pub(super) bottom: Standing,
    /// Whether nothing older changed it: the line was followed to its root, or to where it meets a known one.
    pub(super) complete: bool,
}

impl Trail {
    /// What stood at an instant; `None` when the line was not followed so far.
    pub(super) fn stood_at(&self, instant: i64) -> Option<&Standing> {
        let step = self.steps.iter().find(|step| step.at <= instant);
        step.map(|step| &step.after).or_else(|| self.complete.then_some(&self.bottom))
    }
}

/// A side whose allocation a merge threw away.
#[derive(Debug, Clone)]
pub(super) struct Side {
    /// When the merge took effect.
    pub(super) at: i64,
    /// Whether the merge's own message carries an override.
    pub(super) overridden: bool,
    /// What stood on that side, in its own times.
    pub(super) trail: Trail,
}

/// A hole beside the line: a merge whose other side could not be looked at, or a time that rests on missing commits.
/// Changes may be missing because of it, but those that were found stand.
#[derive(Debug, Clone)]
pub(super) struct Doubt {
    /// When a change hidden by it would have taken effect.
    pub(super) at: i64,
    pub(super) gap: Gap,
}
