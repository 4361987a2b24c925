//! One change of the allocation.

use super::trail::Step;
use super::{Oid, Standing, Words};

/// How a change came to where it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Landing {
    /// By an ordinary commit on the first-parent line.
    Commit,
    /// By a merge on the first-parent line, from the commits it brought.
    Merge,
    /// Not at all: made on a side that this merge threw away.
    Discarded {
        /// The merge.
        merge: Oid,
    },
}

/// A change of the allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// The commit that landed it; of a discarded change, the commit that made it (the merge itself when no single
    /// commit did).
    pub commit: Oid,
    /// The path of the config in that commit.
    pub path: String,
    /// Committer time as the commit says it.
    pub time: i64,
    /// When it counts as landed: never earlier than any of the next [`super::LOOK_BACK`] ancestors, and, of a
    /// discarded change, never earlier than the merge that threw it away.
    pub effective: i64,
    /// Who said what in the commit.
    pub words: Words,
    /// What stood before.
    pub before: Standing,
    /// What stood after.
    pub after: Standing,
    /// How it landed.
    pub landing: Landing,
    /// Why, if anyone said so: in the commit or, for a merge, in a commit it brought that changed the allocation.
    pub reason: Option<String>,
    /// Why the cooldown was overridden, if it was: said in the same places, and for a discarded change in the merge.
    pub override_reason: Option<String>,
}

impl Event {
    /// Whether a merge threw this change away.
    #[must_use]
    pub fn discarded(&self) -> bool {
        matches!(self.landing, Landing::Discarded { .. })
    }

    /// The change as a step of the line it is on.
    pub(super) fn step(&self) -> Step {
        Step {
            at: self.effective,
            before: self.before.clone(),
            after: self.after.clone(),
            overridden: self.override_reason.is_some(),
        }
    }

    /// The first line of the message.
    #[must_use]
    pub fn summary(&self) -> &str {
        self.words.message.lines().find(|line| !line.trim().is_empty()).map_or("", str::trim)
    }
}
