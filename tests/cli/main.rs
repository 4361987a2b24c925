//! Commands as people run them: in a real repository, in this process, with stdout, stderr and exit code compared whole.
//!
//! `SNAPSHOTS=overwrite cargo test --test cli` writes the snapshots anew; read the difference before committing it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says no by panicking")]

mod applying;
mod auto;
mod base;
mod batch;
mod changes;
mod converting;
mod currencies;
mod diff;
mod diff_markdown;
mod dividends;
mod faults;
mod flows;
mod fractions;
mod gitlab;
mod help;
mod history;
mod hooks;
mod importing;
mod installing;
mod manual;

mod plan_diff;
mod planning;
mod policies;
#[path = "../formats/spans.rs"]
mod spans;
mod stage;
mod starting;
mod status;
mod suppressing;
mod taxes;
mod wording;
