//! The sizing solver, through its public interface only.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod brute;
mod brute_force;
mod edges;
mod instance;
mod properties;
mod sample;
