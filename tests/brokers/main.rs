//! Brokers against servers that speak their protocols over real HTTP, with a ledger behind them and faults on command.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a panic is how a test says no")]
#![allow(clippy::print_stdout, reason = "the kills say how many they were")]

mod alpaca;
mod alpaca_server;
mod bench;
mod books;
mod by_hand;
mod clients;
mod contract;
mod desk;
mod dice;
mod exchange;
mod kill;
mod kis;
mod kiwoom;
mod ledger;
mod refusals;
mod reported;
#[cfg(unix)]
mod siege;
#[cfg(unix)]
mod signals;
mod unfit;
mod wire;
mod world;
