//! What passes between the executor and a broker about one order.
//!
//! Protocols must never enter this file.

use crate::replay::Candidate;
use crate::trade::{Executions, Ticket};
use std::time::Duration;

/// An order that is about to be sent: it stands in the journal, on the medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The order.
    pub ticket: Ticket,
    /// Our own name for it, the same whenever it is looked for: see [`crate::trade::client_id`].
    pub client_id: String,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// When it was written down, RFC 3339 in UTC.
    pub at: String,
    /// What [`super::Broker::prepare`] recorded, in the broker's own words.
    pub before: String,
    /// Where the account stands once the order is filled, in the broker's own words; empty where that cannot be said.
    pub after: String,
    /// The broker's names of all other orders that the journal knows: none of them is this one.
    pub claimed: Vec<String>,
}

/// What is needed to find out later whether an order was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// How things stand before.
    pub before: String,
    /// Where the account stands after; empty where that cannot be said.
    pub after: String,
}

/// The broker has taken an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// The broker's own name for it: all that is needed to find it again, on any later day.
    pub reference: String,
    /// When the broker took it, in its own words.
    pub at: Option<String>,
}

/// What came of sending an order, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The broker has it.
    Acknowledged(Ack),
    /// The broker said no, and it is proven that it does not have it. Its own words.
    Refused(String),
    /// It was not looked at (too many requests, a token that ran out), and it is proven that the broker does not have it:
    /// after so long a wait it may be sent again, as another attempt.
    NotProcessed {
        /// Why.
        why: String,
        /// How long to wait.
        wait: Duration,
    },
    /// Everything else: no answer, half an answer, an answer that is not understood. It may have it.
    Unknown(String),
}

/// How an order that was taken stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// What state it is in.
    pub state: OrderState,
    /// All that was executed of it so far.
    pub executed: Executions,
}

/// What state an order is in that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderState {
    /// More may come of it.
    Working,
    /// All of it was executed.
    Filled,
    /// The broker or the exchange did not want it, or what was left of it. Their words.
    Rejected(String),
    /// It, or what was left of it, was cancelled.
    Cancelled,
    /// It, or what was left of it, went out at the end of the session.
    Expired,
}

/// What became of an order whose answer is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// The broker has it: this one.
    Placed(Ack),
    /// So much of it was executed, though it is not known under which name. Nothing more will come of it.
    Executed(Executions),
    /// It is proven that the broker does not have it and will not have it.
    NotPlaced(String),
    /// Several orders at the broker could be it, or one that may be somebody else's: a person has to say.
    NeedsHuman(Vec<Candidate>),
    /// It cannot be told now; what a person has to look at, a sentence each.
    CannotTell(Vec<String>),
}

/// Whether cash that was to be moved was moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It was.
    Yes,
    /// It is proven that it was not.
    No,
    /// It cannot be told; what a person has to look at, a sentence each.
    InDoubt(Vec<String>),
}
