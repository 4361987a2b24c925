//! The owner's own rules: read from their files, asked of the config, tried on their tests.
//!
//! How an expression is read and answered must never enter here; that is the room `expression`.

mod read;
mod run;
mod trial;

pub(super) use read::{Read, read};
pub(super) use run::run;
pub use trial::{TEST_RULE, Tried, try_policies};
