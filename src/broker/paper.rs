//! The paper broker: fills every order whole, at the plan's reference price and planned costs, into the holdings file.
//!
//! The hash of that file is where the account stands, so that an order's fate can always be told: the file has either
//! the bytes from before it or those from after it. A network must never enter this room.

use super::{
    Ack, Broker, BrokerError, Entry, Fate, Held, Identity, Intent, Marks, Means, OpenOrder, OrderState, Quote, Sent,
    Session, Settled, Snapshot, Standing,
};
use crate::code::Code;
use crate::disk::{directory_of, replace_durably};
use crate::hash::sha256;
use crate::holdings::{Holdings, Lot};
use crate::money::Quantity;
use crate::plan::PlanFile;
use crate::rewrite::{RewriteError, rewrite, stated, transferred};
use crate::trade::{Act, Executions, Movement, Ticket};
use std::io;

/// Its name in the table.
const NAME: &str = "paper";

/// Its line in the table.
pub(super) const ENTRY: Entry = Entry {
    name: NAME,
    known_as: &[],
    about: "fills every order at the plan's prices and costs, into the holdings file",
    markets: "any",
    currencies: &[],
    needs: &[],
    rewrites_holdings: true,
    open: |means| Ok(Box::new(Paper::new(means))),
};

/// The paper broker.
pub struct Paper<'a> {
    means: Means<'a>,
    /// The holdings file as what was prepared last would leave it.
    prepared: String,
}

impl<'a> Paper<'a> {
    /// The broker of a holdings file.
    #[must_use]
    pub fn new(means: Means<'a>) -> Self {
        Self { means, prepared: String::new() }
    }

    fn io(&self, error: io::Error) -> BrokerError {
        BrokerError::Io { path: self.means.holdings.to_owned(), error }
    }

    fn bytes(&self) -> Result<Vec<u8>, BrokerError> {
        let read = self.means.disk.read(self.means.holdings).map_err(|error| self.io(error))?;
        read.ok_or_else(|| self.io(io::Error::new(io::ErrorKind::NotFound, "there is no such file")))
    }

    /// The file's bytes, when it stands where it was left.
    fn at(&self, expected: &str) -> Result<Vec<u8>, BrokerError> {
        let bytes = self.bytes()?;
        let found = sha256(&bytes);
        if found == expected { Ok(bytes) } else { Err(self.moved(expected, found)) }
    }

    fn moved(&self, expected: &str, found: String) -> BrokerError {
        BrokerError::Moved { path: self.means.holdings.to_owned(), expected: expected.to_owned(), found }
    }

    fn rewritten<T>(&self, result: Result<T, RewriteError>) -> Result<T, BrokerError> {
        result.map_err(|error| BrokerError::Rewrite { path: self.means.holdings.to_owned(), error })
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
        let replaced = replace_durably(self.means.disk, self.means.holdings, self.prepared.as_bytes());
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
        let path = self.means.holdings;
        if found != after {
            return Settled::InDoubt(vec![format!(
                "`{}` is {found}; before the {named} it was {before}, after it it would be {after}",
                path.display(),
            )]);
        }
        // The new bytes are there to be read; that they stay after a power cut is not certain before this.
        match self.means.disk.sync_directory(directory_of(path)) {
            Ok(()) => Settled::Yes,
            Err(error) => Settled::InDoubt(vec![self.io(error).to_string()]),
        }
    }
}

impl Paper<'_> {
    /// The hash of the file.
    pub(super) fn hash(&self) -> Result<String, BrokerError> {
        Ok(sha256(&self.bytes()?))
    }

    /// The hash of what the file says but cash and prices: the day, shares and lots.
    pub(super) fn held(&self) -> Result<String, BrokerError> {
        let holdings = self.holdings()?;
        let mut text = holdings.as_of.to_string();
        for (code, position) in &holdings.positions {
            text.push_str(&format!("\n{code} {}", position.quantity));
            for Lot { date, quantity, cost, per, rate } in position.lots.iter().flatten() {
                let rate = rate.map_or_else(String::new, |rate| rate.normalize().to_string());
                text.push_str(&format!(" {date} {quantity} {cost} {per} {rate}"));
            }
        }
        Ok(sha256(text.as_bytes()))
    }

    /// Writes what was prepared last.
    pub(super) fn enter(&mut self, marks: &Marks) -> Result<(), BrokerError> {
        self.replace(&marks.before, &marks.after)
    }

    fn holdings(&self) -> Result<Holdings, BrokerError> {
        self.rewritten(stated(&self.bytes()?))
    }
}

impl Broker for Paper<'_> {
    fn name(&self) -> &'static str {
        NAME
    }

    fn real_money(&self) -> bool {
        false
    }

    fn account(&mut self) -> Result<Option<Identity>, BrokerError> {
        Ok(None)
    }

    fn snapshot(&mut self) -> Result<Snapshot, BrokerError> {
        let holdings = self.holdings()?;
        let held = holdings.positions.into_iter().filter(|(_, position)| !position.quantity.is_zero());
        let held = held.map(|(code, position)| {
            let (quantity, price) = (position.quantity, position.price);
            (code, Held { quantity, sellable: quantity, price, cost: None })
        });
        Ok(Snapshot { cash: holdings.cash, positions: held.collect() })
    }

    fn quotes(&mut self, codes: &[Code]) -> Result<Vec<Quote>, BrokerError> {
        let holdings = self.holdings()?;
        let quote = |code: &Code| match holdings.positions.get(code) {
            Some(position) => Ok(Quote::at(code, position.price)),
            None => self.rewritten(Err(RewriteError::UnknownCode { code: code.clone() })),
        };
        codes.iter().map(quote).collect()
    }

    fn session(&mut self) -> Result<Session, BrokerError> {
        Ok(Session::Open)
    }

    fn open_orders(&mut self) -> Result<Vec<OpenOrder>, BrokerError> {
        Ok(Vec::new())
    }

    fn mark(&mut self) -> Result<Option<String>, BrokerError> {
        Ok(Some(self.hash()?))
    }

    /// Any: it is a line of a file, and `opening` rehearses all of them.
    fn fits(&mut self, _: &Ticket) -> Result<(), BrokerError> {
        Ok(())
    }

    fn opening(&mut self, plan: &PlanFile) -> Result<String, BrokerError> {
        let expected = plan.body.inputs.holdings.clone();
        let mut bytes = self.at(&expected)?;
        // A rehearsal: nothing is begun that this file could not be brought through.
        for act in Act::all(&plan.body).unwrap_or_default() {
            let text = match &act {
                Act::Order(ticket) => rewrite(&bytes, ticket),
                Act::Move(movement) => transferred(&bytes, movement),
            };
            bytes = self.rewritten(text)?.into_bytes();
        }
        Ok(expected)
    }

    fn prepare(&mut self, ticket: &Ticket, last: &str) -> Result<Marks, BrokerError> {
        let bytes = self.at(last)?;
        let text = self.rewritten(rewrite(&bytes, ticket))?;
        Ok(self.keep(text, last))
    }

    /// All of it: what the file does not have, `prepare` refuses.
    fn capacity(&mut self, ticket: &Ticket) -> Result<Quantity, BrokerError> {
        Ok(ticket.quantity)
    }

    fn send(&mut self, intent: &Intent) -> Sent {
        match self.replace(&intent.before, &intent.after) {
            Ok(()) => Sent::Acknowledged(Ack {
                reference: format!("{NAME}-{}-{}", intent.ticket.id, intent.attempt),
                at: None,
            }),
            // Whether the file was replaced, its bytes say.
            Err(error) => Sent::Unknown(error.to_string()),
        }
    }

    fn standing(&mut self, intent: &Intent, _: &Ack) -> Result<Standing, BrokerError> {
        match self.stands(&intent.before, &intent.after, "order") {
            Settled::Yes => {
                Ok(Standing { state: OrderState::Filled, executed: Executions::as_planned(&intent.ticket) })
            }
            Settled::No | Settled::InDoubt(_) => Err(self.moved(&intent.after, self.hash()?)),
        }
    }

    /// An order that was taken is done.
    fn cancel(&mut self, _: &Intent, _: &Ack) -> Result<(), BrokerError> {
        Ok(())
    }

    fn reconcile(&mut self, intent: &Intent) -> Fate {
        match self.stands(&intent.before, &intent.after, "order") {
            Settled::Yes => Fate::Executed(Executions::as_planned(&intent.ticket)),
            Settled::No => Fate::NotPlaced("the holdings are as they were before it".to_owned()),
            Settled::InDoubt(look) => Fate::CannotTell(look),
        }
    }

    fn moves_cash(&self) -> bool {
        true
    }

    fn prepare_transfer(&mut self, movement: &Movement, last: &str) -> Result<Marks, BrokerError> {
        let text = self.rewritten(transferred(&self.at(last)?, movement))?;
        Ok(self.keep(text, last))
    }

    fn transfer(&mut self, _: &Movement, marks: &Marks) -> Result<(), BrokerError> {
        self.replace(&marks.before, &marks.after)
    }

    fn settled(&mut self, movement: &Movement, marks: &Marks) -> Settled {
        let named = match movement {
            Movement::Transfer(transfer) => transfer.word(),
            Movement::Conversion(_) => "conversion",
        };
        self.stands(&marks.before, &marks.after, named)
    }
}
