//! The strict YAML reader and the edits, from outside.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod accepted;
mod edits;
mod faults;
mod hostile;
mod laws;
mod model;
mod places;
mod random;
mod spans;
mod suite;
