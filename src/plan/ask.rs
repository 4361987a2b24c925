//! What was asked for when the plan was made, beyond what the config says.
//!
//! How it was asked for, at a command line or in a file, must never enter this file.

/// What is asked for. The plan records it, so that it can be made again the same.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ask {
    /// A rebalance, whether or not one is due.
    pub manual: bool,
}
