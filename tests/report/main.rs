//! The report of a quarter: as people see it, in every format, every figure reckoned again by a program of its own, and the
//! page in a real browser.
//!
//! `SNAPSHOTS=overwrite cargo test --test report` writes the snapshots anew; read the difference before committing it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says no by panicking")]

mod browser;
mod faults;
mod log;
mod pages;
mod recomputed;
mod scenes;
mod seen;
#[path = "../cli/stage.rs"]
#[allow(dead_code, reason = "the stage has more than reports need")]
mod stage;
