//! What the log says was executed, as planning looks at it.
//!
//! The log's file, its format and its records must never enter this room.

use crate::code::Code;
use crate::money::Money;
use chrono::NaiveDate;
use std::collections::BTreeMap;
use std::collections::BTreeSet;

/// What was executed before the plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Executed {
    /// The full rebalances: those that serve a scheduled date. In the order of the log.
    pub rebalances: Vec<Rebalance>,
    /// What sales gained that is taxed by the year.
    pub realised: Realised,
}

/// A full rebalance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebalance {
    /// The day it was for.
    pub date: NaiveDate,
    /// The plan; empty where the log does not say it.
    pub plan_id: String,
    /// The assets it left alone because of their ex-dividend dates.
    pub left_alone: BTreeSet<Code>,
}

/// What sales of overseas assets gained.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Realised {
    /// Gains by year, losses taken off.
    pub gains: BTreeMap<i32, Money>,
    /// The day of each sale of which it is not said what it gained, with the asset's code, or its name where there is no
    /// code.
    pub untold: Vec<(NaiveDate, String)>,
}
