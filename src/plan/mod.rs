//! The plan: which orders, of how many shares, at what cost, and why.
//!
//! Same inputs, same bytes. A clock, a file or a broker must never enter this room; only a [`crate::rules::Sound`]
//! portfolio does.

mod ask;
mod compact;
mod compare;
mod conversion;
pub mod costs;
pub mod draft;
pub mod effect;
pub mod file;
mod flow;
mod funding;
mod judged;
mod render;
mod size;
pub mod sizing;
pub mod tax;
mod why;

pub use ask::{Ask, Flow};
pub use compact::Room;
pub use compare::{Change, Comparison, OrderChange};
pub use conversion::DraftConversion;
pub use draft::{Draft, Inputs, PlanError, Provenance};
pub use effect::Effect;
pub use file::{Body, FORMAT_VERSION, Meta, PlanFile, Status};
pub use judged::Source;
