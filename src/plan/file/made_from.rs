//! The parts of a plan that say what it was made from, the config aside.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

wire! {
    /// The account a plan was made for.
    pub struct BrokerInput {
        /// The broker's name in the table.
        pub name: String,
        /// A salted hash of the account's number, from which it cannot be found.
        pub account: String,
    }

    /// The calendar a plan was made with.
    pub struct CalendarInput {
        /// Its market identifier code.
        pub id: String,
        /// SHA-256 of its days.
        pub days: String,
    }

    /// The log a plan was made after.
    pub struct LogInput {
        /// How many records it had.
        pub records: usize,
        /// SHA-256 of its bytes; none while there is no log.
        pub head: Option<String>,
    }
}
