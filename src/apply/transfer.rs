//! Moving a plan's cash: once, on the medium before and after, like an order.

use super::order::BEFORE;
use super::{Execution, Reason, Step};
use crate::broker::{Marks, Settled};
use crate::replay::{Event, Moving};
use crate::trade::Transfer;

impl Execution<'_, '_> {
    /// Brings the transfer from wherever it is to its end.
    pub(super) fn transfer(&mut self, transfer: &Transfer) -> Result<(), Reason> {
        let begun = self.run().and_then(|run| run.transfer.clone());
        let marks = match begun {
            Some(Moving { moved: true, .. }) => return Ok(()),
            Some(Moving { before, after, .. }) => {
                let marks = Marks { before, after };
                if self.settled(transfer, &marks, BEFORE)? {
                    return Ok(());
                }
                let prepared = self.prepared(transfer, &marks.before)?;
                if prepared != marks {
                    return Err(Reason::Overtaken);
                }
                marks
            }
            None if (self.desk.stop)() => return Err(Reason::Interrupted),
            None => {
                let last = self.run().map(|run| run.mark().to_owned()).ok_or(Reason::Overtaken)?;
                let Marks { before, after } = self.prepared(transfer, &last)?;
                let amount = transfer.amount.to_string();
                let (from, to) = (before.clone(), after.clone());
                let at = self.write(Event::Transfer { amount: amount.clone(), before: from, after: to })?;
                let currency = self.plan.body.asked.currency.clone();
                (self.desk.progress)(&Step::Transfer { amount, currency, at });
                Marks { before, after }
            }
        };
        match self.desk.broker.transfer(transfer, &marks) {
            Ok(()) => self.moved(transfer),
            Err(error) => {
                let why = error.to_string();
                if self.settled(transfer, &marks, &why)? {
                    return Ok(());
                }
                Err(Reason::NotExecuted { order: transfer.word().to_owned(), why })
            }
        }
    }

    fn prepared(&mut self, transfer: &Transfer, last: &str) -> Result<Marks, Reason> {
        let refused = |error| Reason::Refused { order: Some(transfer.word().to_owned()), error };
        self.desk.broker.prepare_transfer(transfer, last).map_err(refused)
    }

    /// Finds out whether the cash was moved. Never moves it.
    fn settled(&mut self, transfer: &Transfer, marks: &Marks, why: &str) -> Result<bool, Reason> {
        match self.desk.broker.settled(transfer, marks) {
            Settled::Yes => self.moved(transfer).map(|()| true),
            Settled::No => Ok(false),
            Settled::InDoubt(look) => {
                Err(Reason::InDoubt { order: transfer.word().to_owned(), why: why.to_owned(), look })
            }
        }
    }

    fn moved(&mut self, transfer: &Transfer) -> Result<(), Reason> {
        self.write(Event::Transferred)?;
        (self.desk.progress)(&Step::Transferred { amount: transfer.amount.to_string() });
        Ok(())
    }
}
