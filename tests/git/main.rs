//! The repository and the walk on repositories that the real `git` made, with pinned dates and without anyone's
//! configuration.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod history;
mod hooks;
mod index;
mod oracle;
mod partial;
mod reading;
mod support;
mod tampered;
