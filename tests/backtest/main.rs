//! Backtests: held to an independent slow loop, to their own laws, and to what users see.
//!
//! `slow.py` beside this file is the slow loop, `expected.json` what it says of `cases.json`; `.ci/run backtest` makes sure of
//! that, and runs both on prices of real markets.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says no by panicking")]

#[path = "../cli/stage.rs"]
#[allow(dead_code, reason = "the stage has more than these tests need")]
mod stage;

mod browser;
mod files;
mod laws;
mod parquet;
mod slow;
mod told;
