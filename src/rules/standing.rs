//! Where an id stands that a comment names: whether it is a rule's, and whether that one may be suppressed.

use super::{ALL, find};
use crate::policy::Policies;

/// Where an id stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// A rule that may be suppressed.
    Free,
    /// A rule that may not.
    Bound,
    /// No rule.
    Unknown,
}

impl Standing {
    /// Whether findings of the rule may be suppressed.
    pub(super) fn may(self) -> bool {
        self == Self::Free
    }
}

/// Where an id stands. The one place to ask: rules that policies add are known here or nowhere.
pub(super) fn of(id: &str, policies: &Policies) -> Standing {
    match find(id) {
        Some(rule) if rule.suppressible() => Standing::Free,
        Some(_) => Standing::Bound,
        None if policies.setting(id).is_some() => Standing::Free,
        None => Standing::Unknown,
    }
}

/// Every id that may be suppressed.
pub(super) fn free() -> Vec<&'static str> {
    ALL.iter().filter(|rule| rule.suppressible()).map(|rule| rule.id).collect()
}
