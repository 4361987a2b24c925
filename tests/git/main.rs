//! The repository and the walk on repositories that the real `git` made, with pinned dates and without anyone's
//! configuration.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bypass;
mod edges;
mod history;
mod hooks;
mod index;
mod matrix;
mod oracle;
mod partial;
mod reading;
#[path = "../cli/stage.rs"]
#[allow(dead_code, reason = "the commands' own tests use the rest")]
mod stage;
mod support;
mod tampered;
