//! What the log says was executed, as planning looks at it.
//!
//! The log's file, its format and its records must never enter this room.

use chrono::NaiveDate;

/// What was executed before the plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Executed {
    /// The days of full rebalances: those that serve a scheduled date. In any order.
    pub rebalances: Vec<NaiveDate>,
}
