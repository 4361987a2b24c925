//! Brokers: who executes orders, one file each.
//!
//! A broker sends an order once when it is told to, says what came of it, and can find out what became of an order
//! whose answer was lost. Whether an order should be sent must never enter this room.

mod error;
mod paper;

pub use error::BrokerError;
pub use paper::Paper;

use crate::disk::Disk;
use crate::plan::PlanFile;
use crate::trade::{Fill, Ticket, Transfer};
use std::path::Path;

/// An order that is about to be sent: it stands in the journal, on the medium.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The order.
    pub ticket: Ticket,
    /// Which attempt, from 1.
    pub attempt: u32,
    /// When it was written down, RFC 3339 in UTC.
    pub at: String,
    /// Where the account stood, in the broker's own words.
    pub before: String,
    /// Where it stands once the order is filled, in the broker's own words.
    pub after: String,
}

/// Where an account stands before an order and after it, in the broker's own words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marks {
    /// Before.
    pub before: String,
    /// After.
    pub after: String,
}

/// The broker has taken an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ack {
    /// The broker's own name for it.
    pub reference: String,
}

/// What became of an order whose answer is missing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It was executed.
    Executed(Box<Fill>),
    /// It is proven not to have been executed.
    NotExecuted,
    /// It cannot be told; what a person has to look at, a sentence each.
    InDoubt(Vec<String>),
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

/// A broker.
///
/// For an order: `prepare`, then the intent is written down, then `send`, once. An answer that is missing is looked for
/// with `reconcile`, never by sending again.
pub trait Broker {
    /// Its name in the table.
    fn name(&self) -> &'static str;

    /// Where the account stands, when nothing but this program moves it.
    ///
    /// # Errors
    /// When that cannot be told.
    fn mark(&mut self) -> Result<Option<String>, BrokerError>;

    /// Where the account stands before a plan. Refuses when the plan was made for another state of it.
    ///
    /// # Errors
    /// When it is not where the plan says, or that cannot be told.
    fn opening(&mut self, plan: &PlanFile) -> Result<String, BrokerError>;

    /// Everything that is needed to find out later whether an order was executed. `last` is where the account was left
    /// by the order before. Must not change anything.
    ///
    /// # Errors
    /// When the order cannot be sent.
    fn prepare(&mut self, ticket: &Ticket, last: &str) -> Result<Marks, BrokerError>;

    /// Sends an order. Must send at most once.
    ///
    /// # Errors
    /// When there is no answer, or the answer is no; `reconcile` then finds out which.
    fn send(&mut self, intent: &Intent) -> Result<Ack, BrokerError>;

    /// What came of an order that was taken.
    ///
    /// # Errors
    /// When that cannot be told now.
    fn fill(&mut self, intent: &Intent, ack: &Ack) -> Result<Fill, BrokerError>;

    /// What became of an order whose answer is missing. Must not send anything.
    fn reconcile(&mut self, intent: &Intent) -> Fate;

    /// Everything that is needed to find out later whether a plan's cash was moved. `last` is where the account was left.
    /// Must not change anything.
    ///
    /// # Errors
    /// When it cannot be moved.
    fn prepare_transfer(&mut self, transfer: &Transfer, last: &str) -> Result<Marks, BrokerError>;

    /// Moves a plan's cash, at most once.
    ///
    /// # Errors
    /// When it was not moved, or that is not certain; `settled` then finds out which.
    fn transfer(&mut self, transfer: &Transfer, marks: &Marks) -> Result<(), BrokerError>;

    /// Whether a plan's cash was moved. Must not move anything.
    fn settled(&mut self, transfer: &Transfer, marks: &Marks) -> Settled;
}

/// What a broker is opened with.
#[derive(Clone, Copy)]
pub struct Account<'a> {
    /// Where files are.
    pub disk: &'a dyn Disk,
    /// The holdings file.
    pub holdings: &'a Path,
}

/// A line of the table.
pub struct Entry {
    /// The name on the command line.
    pub name: &'static str,
    /// What it does, a sentence without a period.
    pub about: &'static str,
    /// Opens it.
    pub open: for<'a> fn(Account<'a>) -> Box<dyn Broker + 'a>,
}

/// Every broker; the first is the default.
pub const ALL: &[Entry] = &[Entry {
    name: paper::NAME,
    about: "fills every order at the plan's prices and costs, into the holdings file",
    open: |account| Box::new(Paper::new(account)),
}];

/// The broker of a name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.name == name)
}
