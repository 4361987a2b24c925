//! The code of an asset. What the asset is must never enter this room.

use std::fmt;

/// The code of an asset, as text: `069500` is not the number 69,500.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code(pub String);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
