//! The fixes: whatever the bytes, what is fixed stays fixed, and says the same as before.
#![no_main]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is how a fuzz target says no")]

#[path = "../../hostile/run.rs"]
#[allow(dead_code, reason = "the other targets have the rest")]
mod run;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| run::fix_for_good(data));
