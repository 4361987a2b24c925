//! Moving a plan's cash, into the account, out of it or from one currency to another: once, on the medium before and after,
//! like an order.

use super::order::BEFORE;
use super::{Execution, Reason, Step};
use crate::broker::{Marks, Settled};
use crate::replay::{Event, Moving};
use crate::trade::Movement;

impl Execution<'_, '_> {
    /// Brings a movement of cash from wherever it is to its end.
    pub(super) fn transfer(&mut self, movement: &Movement) -> Result<(), Reason> {
        let begun = self.run().and_then(|run| run.movement(movement.id())).cloned();
        let marks = match begun {
            Some(Moving { moved: true, .. }) => return Ok(()),
            Some(Moving { before, after, .. }) => {
                let marks = Marks { before, after };
                if self.settled(movement, &marks, BEFORE)? {
                    return Ok(());
                }
                let prepared = self.prepared(movement, &marks.before)?;
                if prepared != marks {
                    return Err(Reason::Overtaken);
                }
                marks
            }
            None if (self.desk.stop)() => return Err(Reason::Interrupted),
            None => {
                let last = self.run().map(|run| run.mark().to_owned()).ok_or(Reason::Overtaken)?;
                let Marks { before, after } = self.prepared(movement, &last)?;
                self.leaving(movement, &before, &after)?;
                Marks { before, after }
            }
        };
        match self.desk.broker.transfer(movement, &marks) {
            Ok(()) => self.moved(movement),
            Err(error) => {
                let why = error.to_string();
                if self.settled(movement, &marks, &why)? {
                    return Ok(());
                }
                Err(Reason::NotExecuted { order: movement.id().to_owned(), why })
            }
        }
    }

    fn prepared(&mut self, movement: &Movement, last: &str) -> Result<Marks, Reason> {
        let refused = |error| Reason::Refused { order: Some(movement.id().to_owned()), error };
        self.desk.broker.prepare_transfer(movement, last).map_err(refused)
    }

    /// Finds out whether the cash was moved. Never moves it.
    fn settled(&mut self, movement: &Movement, marks: &Marks, why: &str) -> Result<bool, Reason> {
        match self.desk.broker.settled(movement, marks) {
            Settled::Yes => self.moved(movement).map(|()| true),
            Settled::No => Ok(false),
            Settled::InDoubt(look) => {
                Err(Reason::InDoubt { order: movement.id().to_owned(), why: why.to_owned(), look })
            }
        }
    }

    /// Writes down that it is about to be moved.
    fn leaving(&mut self, movement: &Movement, before: &str, after: &str) -> Result<(), Reason> {
        let (before, after) = (before.to_owned(), after.to_owned());
        let step = match movement {
            Movement::Transfer(transfer) => {
                let amount = transfer.amount.to_string();
                let at = self.write(Event::Transfer { amount: amount.clone(), before, after })?;
                Step::Transfer { amount, currency: self.plan.body.asked.currency.clone(), at }
            }
            Movement::Conversion(one) => {
                let at = self.write(Event::Convert { conversion: one.id.clone(), before, after })?;
                Step::convert(one, &at)
            }
        };
        (self.desk.progress)(&step);
        Ok(())
    }

    fn moved(&mut self, movement: &Movement) -> Result<(), Reason> {
        let (event, step) = match movement {
            Movement::Transfer(transfer) => {
                (Event::Transferred, Step::Transferred { amount: transfer.amount.to_string() })
            }
            Movement::Conversion(one) => {
                let conversion = one.id.clone();
                (Event::Converted { conversion: conversion.clone() }, Step::Converted { conversion })
            }
        };
        self.write(event)?;
        (self.desk.progress)(&step);
        Ok(())
    }
}
