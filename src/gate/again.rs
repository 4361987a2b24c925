//! Planning again: whether the same inputs give the same plan today.
//!
//! How a plan is made must never enter this room.

use super::Refusal;
use crate::plan::file::Body;
use similar::TextDiff;

/// What planning again gave.
#[derive(Debug, Clone)]
pub enum Again {
    /// A body.
    Body(Box<Body>),
    /// Nothing, because rules denied the portfolio: the findings say which.
    Denied,
    /// Nothing, because something could not be told.
    Impossible(String),
}

/// Whether planning again gives the same.
pub(super) fn differs(recorded: &Body, again: &Again, denied: bool) -> Option<Refusal> {
    let mut again = match again {
        Again::Body(body) => (**body).clone(),
        Again::Impossible(why) => return Some(Refusal::NotPlanned { why: why.clone() }),
        Again::Denied if denied => return None,
        Again::Denied => return Some(Refusal::NotPlanned { why: "a rule denied the portfolio".to_owned() }),
    };
    // What the rules say today is judged by itself: it depends on the clock, and a plan does not.
    if denied {
        again.status = recorded.status;
    }
    again.checks.clone_from(&recorded.checks);
    again.overrides.clone_from(&recorded.overrides);
    let (old, new) = (recorded.canonical(), again.canonical());
    (old != new).then(|| Refusal::Differs { diff: diff(&old, &new) })
}

fn diff(old: &str, new: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().context_radius(2).header("the plan", "planned again").to_string()
}
