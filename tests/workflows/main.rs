//! What runs on GitHub: the files read as what they mean, and the action's own scripts run for real, by bash, with a
//! real repository, the built program, and a server that speaks GitHub's API.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

#[path = "../cli/stage.rs"]
#[allow(dead_code, reason = "the stage has more than these tests need")]
mod stage;

#[path = "../brokers/wire.rs"]
#[allow(dead_code, reason = "the server has more than these tests need")]
mod wire;

#[path = "../comment/server.rs"]
#[allow(dead_code, reason = "the server can do more than these tests need")]
mod server;

mod files;
mod job;
mod release;
mod runs;
