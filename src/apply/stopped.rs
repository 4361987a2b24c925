//! Why an apply went no further, in words, with what to do about it.
//!
//! What was done before must never enter this room; the journal knows that.

use super::report::Summary;
use crate::broker::BrokerError;
use crate::journal::JournalError;
use crate::log::LogError;
use crate::record::Unrecordable;
use crate::replay::Candidate;
use crate::trade::{Kind, Malformed, Side, kind, named};
use std::fmt;

/// Why an apply went no further.
#[derive(Debug)]
pub enum Reason {
    /// The journal is not the one that was judged.
    Overtaken,
    /// An order of the plan cannot be read.
    Malformed(Malformed),
    /// The journal could not be written.
    Journal(JournalError),
    /// The broker did not take the order, before anything was sent.
    Refused {
        /// The order; none before the first.
        order: Option<String>,
        /// Why.
        error: BrokerError,
    },
    /// The market does not take the order now; it was not sent.
    NotTaken {
        /// The order.
        order: String,
        /// Why.
        why: String,
    },
    /// The order was proven not to have been executed.
    NotExecuted {
        /// The order.
        order: String,
        /// Why.
        why: String,
    },
    /// What became of the order cannot be told.
    InDoubt {
        /// The order.
        order: String,
        /// Why there was no answer.
        why: String,
        /// What a person has to look at.
        look: Vec<String>,
    },
    /// Several of the broker's orders could be the one whose answer was lost: a person has to say.
    NeedsHuman {
        /// The order.
        order: String,
        /// Why there was no answer.
        why: String,
        /// The broker's orders that it could be.
        candidates: Vec<Candidate>,
    },
    /// Fewer shares can be sold than are to be, or there is cash for fewer than are to be bought.
    Unfunded {
        /// The order.
        order: String,
        /// Which way.
        side: Side,
        /// Shares that are to be ordered.
        wanted: String,
        /// Shares that can be.
        possible: String,
    },
    /// The order is at the broker and not at its end.
    Waiting {
        /// The order.
        order: String,
        /// The broker's own name for it.
        reference: String,
        /// What to do about it.
        remedy: String,
    },
    /// What a person said of the order cannot be said of it.
    Misplaced {
        /// The order.
        order: String,
        /// Why not.
        why: String,
    },
    /// Somebody asked to stop.
    Interrupted,
    /// The log could not be read or written.
    Log(LogError),
    /// There is no record of what was done.
    Unrecordable(Unrecordable),
}

/// An apply that went no further.
#[derive(Debug)]
pub struct Stopped {
    /// Whether the plan was begun, so that only `--resume` goes on.
    pub begun: bool,
    /// Why.
    pub reason: Reason,
    /// How far it got.
    pub summary: Summary,
}

/// How a plan is ended that cannot be carried through any more.
const CLOSE: &str = "or end the plan with what was executed: rebalance apply <plan.json> --resume --close";
const GO_ON: &str = "then go on: rebalance apply <plan.json> --resume";

impl Stopped {
    /// The exit code: 5 once the plan was begun, whatever the reason.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match &self.reason {
            Reason::Misplaced { .. } => 64,
            _ if self.begun => 5,
            Reason::Overtaken | Reason::Malformed(_) | Reason::Unrecordable(_) => 3,
            Reason::Refused { error, .. } => error.exit_code(),
            Reason::Interrupted => 130,
            Reason::NotExecuted { .. }
            | Reason::NotTaken { .. }
            | Reason::InDoubt { .. }
            | Reason::NeedsHuman { .. }
            | Reason::Waiting { .. }
            | Reason::Unfunded { .. } => 5,
            Reason::Journal(error) => error.exit_code(),
            Reason::Log(error) => error.exit_code(),
        }
    }

    /// What to do, a sentence each.
    #[must_use]
    pub fn remedy(&self) -> Vec<String> {
        let first = match &self.reason {
            Reason::Overtaken => "look at what the other run did: rebalance log".to_owned(),
            Reason::Malformed(_) | Reason::Unrecordable(_) => "make a new plan: rebalance plan -o plan.json".to_owned(),
            Reason::Journal(error) => error.remedy(),
            Reason::Refused { error, .. } => error.remedy(),
            Reason::NotExecuted { .. } => "remove the cause".to_owned(),
            Reason::NotTaken { .. } => "wait until it is taken".to_owned(),
            Reason::InDoubt { .. } => {
                "compare the holdings with the account; nothing is sent until it is clear".to_owned()
            }
            Reason::NeedsHuman { order, .. } => {
                return vec![
                    "look at the orders in the broker's app, and whether one of them is this one".to_owned(),
                    format!("if one is: rebalance apply <plan.json> --resume --adopt {order}=<its number>"),
                    format!("if none is: rebalance apply <plan.json> --resume --not-placed {order}"),
                ];
            }
            Reason::Unfunded { side: Side::Buy, .. } => "see that the cash is there, without credit".to_owned(),
            Reason::Unfunded { side: Side::Sell, .. } => "see what keeps the shares: an open order, say".to_owned(),
            Reason::Waiting { remedy, .. } if remedy.contains("--resume") => return vec![remedy.clone()],
            Reason::Waiting { remedy, .. } => remedy.clone(),
            Reason::Misplaced { .. } => {
                "see which orders are in doubt: rebalance apply <plan.json> --resume".to_owned()
            }
            Reason::Interrupted if self.begun => return vec![GO_ON.replacen("then g", "g", 1)],
            Reason::Interrupted => "start it again when it suits".to_owned(),
            Reason::Log(error) => error.remedy(),
        };
        let then = self.begun.then(|| GO_ON.to_owned());
        let ends = match &self.reason {
            Reason::NotExecuted { .. } | Reason::NotTaken { .. } | Reason::Unfunded { .. } => true,
            Reason::Refused { order: Some(order), .. } => self.begun && kind(order) == Kind::Conversion,
            _ => false,
        };
        let close = ends.then(|| CLOSE.to_owned());
        std::iter::once(first).chain(then).chain(close).collect()
    }
}

impl fmt::Display for Stopped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            Reason::Overtaken => f.write_str("another run wrote to the journal since this plan was judged"),
            Reason::Malformed(malformed) => malformed.fmt(f),
            Reason::Journal(error) => error.fmt(f),
            Reason::Refused { order: Some(order), error } => {
                let done = if kind(order) == Kind::Conversion { "made" } else { "sent" };
                write!(f, "{} was not {done}: {error}", named(order))
            }
            Reason::Refused { order: None, error } => error.fmt(f),
            Reason::NotTaken { order, why } => write!(f, "{} was not sent: {why}", named(order)),
            Reason::NotExecuted { order, why } => write!(f, "{} was not executed: {why}", named(order)),
            Reason::InDoubt { order, why, look } => {
                write!(f, "whether {} was executed is not known ({why}): {}", named(order), look.join("; "))
            }
            Reason::NeedsHuman { order, why, candidates } if candidates.is_empty() => {
                write!(f, "whether the broker has {} is not known ({why})", named(order))
            }
            Reason::NeedsHuman { order, why, candidates } => {
                let orders =
                    candidates.iter().map(|candidate| format!("{} ({})", candidate.reference, candidate.about));
                let orders: Vec<String> = orders.collect();
                write!(f, "which order of the broker {} is, is not known ({why}): {}", named(order), orders.join("; "))
            }
            Reason::Unfunded { order, side, wanted, possible } => {
                let what =
                    if *side == Side::Sell { "can be sold" } else { "can be bought with the cash that is there" };
                write!(f, "{} was not sent: {possible} of {wanted} shares {what}", named(order))
            }
            Reason::Waiting { order, reference, .. } => {
                write!(f, "{} is at the broker as {reference} and not at its end", named(order))
            }
            Reason::Misplaced { order, why } => write!(f, "nothing can be said of {}: {why}", named(order)),
            Reason::Interrupted => f.write_str("interrupted: no more orders are begun"),
            Reason::Log(error) => error.fmt(f),
            Reason::Unrecordable(why) => why.fmt(f),
        }
    }
}

impl std::error::Error for Stopped {}
