//! What every plan must have, whatever it is a plan of: whole plans of random accounts, made from the text of their
//! files and judged by the text of the plan.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a panic is how a test says no")]

mod accounts;
mod again;
mod brute;
mod conversions;
mod currencies;
mod every;
#[path = "../sizing/instance.rs"]
#[allow(dead_code, reason = "only the source of randomness is used here")]
mod instance;
mod ledger;
mod levels;
mod optimum;
mod planning;
mod teeth;
mod triggers;
