//! Applying a plan, from outside: the gate, the journal, the paper broker, and the end of the world after every write.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs, unreachable_pub)]

mod by_hand;
mod conversions;
mod crash;
mod gate;
mod interference;
mod market;
mod mortal;
mod plain;
mod rewrite;
mod venue;
mod world;
