//! `rebalance`: asset allocation as code.
//!
//! The crate is a pure core and a thin shell. Data flows one way:
//!
//! text → [`document`] → [`config`] → [`portfolio`]; facts → [`finding`]s → [`rules::Sound`]; `Sound` + [`holdings`] →
//! [`drift`] → [`trigger`] → [`plan`] → file; file + plan made again + [`journal`] → [`gate::Permit`] → orders ⇄
//! [`broker`] → [`log`].
//!
//! A room imports only from rooms above it in this list; a test reads the list.
//!
//! Invariants, as absences:
//!
//! * No room of the core names a file system, an environment, a network, a process, a clock, git or a terminal.
//! * No binary floating point is in the core. Nothing rounds unless its name says so.
//! * There is no way to plan a portfolio that was not judged: only [`rules::judge`] makes a [`rules::Sound`].
//! * There is no way to apply a plan that did not pass the gate: only [`gate`] makes a [`gate::Permit`], and applying
//!   consumes it.
//! * No rule fails, waits or does IO. What could not be had is a fact of its own, and refuses.
//! * No room but [`repo`] names gix; nothing starts a `git` process.
//! * No room but [`http`] talks to a network.
//! * Nothing in a plan's `meta` decides anything.

// -- core --
pub mod words;
pub mod hash;
pub mod code;
pub mod money;
pub mod zone;
pub mod event;
pub mod document;
pub mod finding;
pub mod csv;
pub mod calendar;
pub mod config;
pub mod suppress;
pub mod schema;
pub mod portfolio;
pub mod holdings;
pub mod fx;
pub mod lots;
pub mod spreadsheet;
pub mod price_history;
pub mod history;
pub mod ex_dividend;
pub mod executed;
pub mod drift;
pub mod trigger;
pub mod expression;
pub mod policy;
pub mod rules;
pub mod difference;
pub mod fix;
pub mod plan;
pub mod performance;
pub mod backtest;
pub mod trade;
pub mod rewrite;
pub mod record;
pub mod valuations;
pub mod cash_flows;
pub mod positions;
pub mod review;
pub mod replay;
pub mod gate;
pub mod batch;

// -- shell --
pub mod disk;
pub mod parquet;
pub mod clock;
pub mod repo;
pub mod journal;
pub mod log;
pub mod http;
pub mod github;
pub mod notify;
pub mod broker;
pub mod apply;
pub mod fault;
pub mod host;
pub mod output;
pub mod cli;
