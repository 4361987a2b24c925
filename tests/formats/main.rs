//! Every format of findings: the same cases drawn by all of them, and each read as the program it is for reads it.
//!
//! `SNAPSHOTS=overwrite cargo test --test formats` writes `golden/` anew; read the difference before committing it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says no by panicking")]

mod cases;
mod github;
mod golden;
mod markdown;
mod outputs;
mod reports;
mod sarif;
mod spans;
#[path = "../cli/stage.rs"]
#[allow(dead_code, reason = "the stage has more than formats need")]
mod stage;
