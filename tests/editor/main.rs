//! The schemas as editors and other validators see them.
//!
//! Three tests ask a program of someone else and are ignored by a plain `cargo test`: `.ci/run editor` installs both
//! programs and runs them.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    missing_docs,
    reason = "a panic is how a test says no"
)]

#[path = "../cli/stage.rs"]
#[allow(dead_code, reason = "the stage has more than these tests need")]
mod stage;

mod client;
mod corpus;
mod gitlab;
mod independent;
mod modelines;
mod server;
mod text;
