//! The code of an asset. What the asset is must never enter this room.

use std::collections::BTreeSet;
use std::fmt;

/// The code of an asset, as text: `069500` is not the number 69,500.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub String);

impl Code {
    /// The codes among those known that this one would be with its leading zeros; none where it is known itself.
    #[must_use]
    pub fn with_zeros<'k>(&self, known: &'k BTreeSet<Self>) -> Vec<&'k Self> {
        if known.contains(self) {
            return Vec::new();
        }
        let bare = self.0.trim_start_matches('0');
        let lost = |other: &&Self| other.0.len() > self.0.len() && other.0.trim_start_matches('0') == bare;
        known.iter().filter(lost).collect()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
