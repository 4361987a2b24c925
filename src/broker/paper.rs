//! The paper broker: fills every order whole, at the plan's reference price and planned costs, into the holdings file.
//!
//! The hash of that file is where the account stands, so that an order's fate can always be told: the file has either
//! the bytes from before it or those from after it. A network must never enter this room.

use super::{Account, Ack, Broker, BrokerError, Fate, Intent, Marks, Settled};
use crate::disk::{directory_of, replace_durably};
use crate::hash::sha256;
use crate::plan::PlanFile;
use crate::rewrite::{RewriteError, rewrite, transferred};
use crate::trade::{Fill, Ticket, Transfer};
use std::io;

/// Its name in the table.
pub(super) const NAME: &str = "paper";

/// The paper broker.
pub struct Paper<'a> {
    account: Account<'a>,
    /// The holdings file as what was prepared last would leave it.
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

    fn rewritten(&self, text: Result<String, RewriteError>) -> Result<String, BrokerError> {
        text.map_err(|error| BrokerError::Rewrite { path: self.account.holdings.to_owned(), error })
    }

    /// Keeps a text for when it is written.
    fn keep(&mut self, text: String, last: &str) -> Marks {
        let after = sha256(text.as_bytes());
        self.prepared = text;
        Marks { before: last.to_owned(), after }
    }

    /// Writes what was prepared, in one step.
    fn replace(&mut self, before: &str, after: &str) -> Result<(), BrokerError> {
        self.at(before)?;
        let found = sha256(self.prepared.as_bytes());
        if found != after {
            return Err(self.moved(after, found));
        }
        let replaced = replace_durably(self.account.disk, self.account.holdings, self.prepared.as_bytes());
        replaced.map_err(|error| self.io(error))
    }

    /// Whether the file has the bytes from after a step, `named` so, or those from before it.
    fn stands(&self, before: &str, after: &str, named: &str) -> Settled {
        let found = match self.bytes() {
            Ok(bytes) => sha256(&bytes),
            Err(error) => return Settled::InDoubt(vec![error.to_string()]),
        };
        if found == before {
            return Settled::No;
        }
        let path = self.account.holdings;
        if found != after {
            return Settled::InDoubt(vec![format!(
                "`{}` is {found}; before the {named} it was {before}, after it it would be {after}",
                path.display(),
            )]);
        }
        // The new bytes are there to be read; that they stay after a power cut is not certain before this.
        match self.account.disk.sync_directory(directory_of(path)) {
            Ok(()) => Settled::Yes,
            Err(error) => Settled::InDoubt(vec![self.io(error).to_string()]),
        }
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
        let transfer = Transfer::of(&plan.body).unwrap_or_default();
        if let Some(deposit) = transfer.filter(Transfer::pays_in) {
            bytes = self.rewritten(transferred(&bytes, &deposit))?.into_bytes();
        }
        for ticket in Ticket::all(&plan.body).unwrap_or_default() {
            bytes = self.rewritten(rewrite(&bytes, &ticket))?.into_bytes();
        }
        if let Some(withdrawal) = transfer.filter(|transfer| !transfer.pays_in()) {
            self.rewritten(transferred(&bytes, &withdrawal))?;
        }
        Ok(expected)
    }

    fn prepare(&mut self, ticket: &Ticket, last: &str) -> Result<Marks, BrokerError> {
        let bytes = self.at(last)?;
        let text = self.rewritten(rewrite(&bytes, ticket))?;
        Ok(self.keep(text, last))
    }

    fn send(&mut self, intent: &Intent) -> Result<Ack, BrokerError> {
        self.replace(&intent.before, &intent.after)?;
        Ok(Ack { reference: format!("{NAME}-{}-{}", intent.ticket.id, intent.attempt) })
    }

    fn fill(&mut self, intent: &Intent, _: &Ack) -> Result<Fill, BrokerError> {
        Ok(intent.ticket.filled(&intent.at))
    }

    fn reconcile(&mut self, intent: &Intent) -> Fate {
        match self.stands(&intent.before, &intent.after, "order") {
            Settled::Yes => Fate::Executed(Box::new(intent.ticket.filled(&intent.at))),
            Settled::No => Fate::NotExecuted,
            Settled::InDoubt(look) => Fate::InDoubt(look),
        }
    }

    fn prepare_transfer(&mut self, transfer: &Transfer, last: &str) -> Result<Marks, BrokerError> {
        let text = self.rewritten(transferred(&self.at(last)?, transfer))?;
        Ok(self.keep(text, last))
    }

    fn transfer(&mut self, _: &Transfer, marks: &Marks) -> Result<(), BrokerError> {
        self.replace(&marks.before, &marks.after)
    }

    fn settled(&mut self, transfer: &Transfer, marks: &Marks) -> Settled {
        self.stands(&marks.before, &marks.after, transfer.word())
    }
}
