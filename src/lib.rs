//! `rebalance`: asset allocation as code.

// -- core --
pub mod words;
pub mod hash;
pub mod code;
pub mod money;
pub mod document;
pub mod finding;
pub mod calendar;
pub mod config;
pub mod schema;
pub mod portfolio;
pub mod holdings;
pub mod history;
pub mod ex_dividend;
pub mod drift;
pub mod trigger;
pub mod policy;
pub mod rules;
pub mod plan;
pub mod trade;
pub mod rewrite;
pub mod record;
pub mod replay;
pub mod gate;

// -- shell --
pub mod disk;
pub mod repo;
pub mod journal;
pub mod log;
pub mod broker;
pub mod apply;
