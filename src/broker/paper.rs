//! The paper broker: fills every order whole, at the plan's reference price and planned costs, into the holdings file.
//!
//! The hash of that file is where the account stands, so that an order's fate can always be told: the file has either
//! the bytes from before it or those from after it. A network must never enter this room.

use super::{Account, Ack, Broker, BrokerError, Fate, Intent, Marks};
use crate::disk::{directory_of, replace_durably};
use crate::hash::sha256;
use crate::plan::PlanFile;
use crate::rewrite::rewrite;
use crate::trade::{Fill, Ticket};
use std::io;

/// Its name in the table.
pub(super) const NAME: &str = "paper";

/// The paper broker.
pub struct Paper<'a> {
    account: Account<'a>,
    /// The holdings file as the order that was prepared last would leave it.
    prepared: String,
}

impl<'a> Paper<'a> {
    /// The broker of a holdings file.
    #[must_use]
    pub fn new(account: Account<'a>) -> Self {
        Self { account, prepared: String::new() }
    }

    fn io(&self, error: io::Error) -> BrokerError {
        BrokerError::Io { path: self.account.holdings.to_owned(), error }
    }

    fn bytes(&self) -> Result<Vec<u8>, BrokerError> {
        let read = self.account.disk.read(self.account.holdings).map_err(|error| self.io(error))?;
        read.ok_or_else(|| self.io(io::Error::new(io::ErrorKind::NotFound, "there is no such file")))
    }

    /// The file's bytes, when it stands where it was left.
    fn at(&self, expected: &str) -> Result<Vec<u8>, BrokerError> {
        let bytes = self.bytes()?;
        let found = sha256(&bytes);
        if found == expected { Ok(bytes) } else { Err(self.moved(expected, found)) }
    }

    fn moved(&self, expected: &str, found: String) -> BrokerError {
        BrokerError::Moved { path: self.account.holdings.to_owned(), expected: expected.to_owned(), found }
    }
}

impl Broker for Paper<'_> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn mark(&mut self) -> Result<Option<String>, BrokerError> {
        Ok(Some(sha256(&self.bytes()?)))
    }

    fn opening(&mut self, plan: &PlanFile) -> Result<String, BrokerError> {
        let expected = plan.body.inputs.holdings.clone();
        let mut bytes = self.at(&expected)?;
        // A rehearsal: nothing is begun that this file could not be brought through.
        for ticket in Ticket::all(&plan.body).unwrap_or_default() {
            let path = || self.account.holdings.to_owned();
            bytes =
                rewrite(&bytes, &ticket).map_err(|error| BrokerError::Rewrite { path: path(), error })?.into_bytes();
        }
        Ok(expected)
    }

    fn prepare(&mut self, ticket: &Ticket, last: &str) -> Result<Marks, BrokerError> {
        let bytes = self.at(last)?;
        let path = || self.account.holdings.to_owned();
        let text = rewrite(&bytes, ticket).map_err(|error| BrokerError::Rewrite { path: path(), error })?;
        let after = sha256(text.as_bytes());
        self.prepared = text;
        Ok(Marks { before: last.to_owned(), after })
    }

    fn send(&mut self, intent: &Intent) -> Result<Ack, BrokerError> {
        self.at(&intent.before)?;
        let found = sha256(self.prepared.as_bytes());
        if found != intent.after {
            return Err(self.moved(&intent.after, found));
        }
        let replaced = replace_durably(self.account.disk, self.account.holdings, self.prepared.as_bytes());
        replaced.map_err(|error| self.io(error))?;
        Ok(Ack { reference: format!("{NAME}-{}-{}", intent.ticket.id, intent.attempt) })
    }

    fn fill(&mut self, intent: &Intent, _: &Ack) -> Result<Fill, BrokerError> {
        Ok(intent.ticket.filled(&intent.at))
    }

    fn reconcile(&mut self, intent: &Intent) -> Fate {
        let found = match self.bytes() {
            Ok(bytes) => sha256(&bytes),
            Err(error) => return Fate::InDoubt(vec![error.to_string()]),
        };
        if found == intent.before {
            return Fate::NotExecuted;
        }
        let path = self.account.holdings;
        if found != intent.after {
            return Fate::InDoubt(vec![format!(
                "`{}` is {found}; before the order it was {}, after it it would be {}",
                path.display(),
                intent.before,
                intent.after
            )]);
        }
        // The new bytes are there to be read; that they stay after a power cut is not certain before this.
        match self.account.disk.sync_directory(directory_of(path)) {
            Ok(()) => Fate::Executed(Box::new(intent.ticket.filled(&intent.at))),
            Err(error) => Fate::InDoubt(vec![self.io(error).to_string()]),
        }
    }
}
