//! Hostile input through the whole lint: it is answered, in every format, with work that grows as the input does.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a panic is how a test says no"
)]

mod families;
mod run;
mod whole;
mod work;
