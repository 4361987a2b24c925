//! How a person ends what the program cannot: a word about an order that only they can tell, and the end of a plan with
//! what was executed.
//!
//! Nothing is sent here.

use super::order::BEFORE;
use super::{Execution, Reason};
use crate::broker::Ack;
use crate::replay::{Event, Run, Stage};
use crate::trade::{Act, Ticket};

/// What somebody wishes who goes on with an unfinished plan.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wish {
    /// What they say of an order that the program cannot tell about.
    pub word: Option<Word>,
    /// Whether the plan is to be ended with what was executed, instead of going on.
    pub close: bool,
}

/// What a person says of an order whose answer was lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// The order.
    pub order: String,
    /// The broker's name for it; none when the broker does not have it.
    pub reference: Option<String>,
}

impl Execution<'_, '_> {
    /// Writes down what a person says of an order, when it is one that nobody else can tell about.
    pub(super) fn decided(&mut self, word: Option<&Word>) -> Result<(), Reason> {
        let Some(word) = word else { return Ok(()) };
        let misplaced = |why: &str| Reason::Misplaced { order: word.order.clone(), why: why.to_owned() };
        let progress = self.run().and_then(|run| run.order(&word.order)).cloned();
        let progress = progress.ok_or_else(|| misplaced("it was not begun"))?;
        let Stage::Unknown(candidates) = &progress.stage else {
            return Err(misplaced("nothing about it has to be said by a person"));
        };
        let ticket = self.tickets()?.into_iter().find(|ticket| ticket.id == word.order);
        let ticket = ticket.ok_or_else(|| misplaced("the plan does not have it"))?;
        let Some(reference) = &word.reference else {
            return self.failed(&word.order, "a person looked: the broker does not have it");
        };
        if !candidates.is_empty() && !candidates.iter().any(|candidate| candidate.reference == *reference) {
            return Err(misplaced("it is none of the broker's orders that it could be"));
        }
        let ack = Ack { reference: reference.clone(), at: None };
        let intent = self.intent_of(&ticket, &progress);
        // It must be an order that the broker knows, and one that this can be.
        let standing = self.desk.broker.standing(&intent, &ack);
        let standing = standing.map_err(|error| Reason::Refused { order: Some(word.order.clone()), error })?;
        if standing.executed.quantity > ticket.quantity {
            return Err(misplaced("more was executed of that order than this one has"));
        }
        self.acknowledged(&intent, &ack, true)
    }

    fn tickets(&self) -> Result<Vec<Ticket>, Reason> {
        Ticket::all(&self.plan.body).map_err(Reason::Malformed)
    }

    /// Ends the plan with what was executed: an order in flight is brought to its end, and nothing more is sent.
    pub(super) fn close(&mut self) -> Result<(), Reason> {
        for ticket in self.tickets()? {
            let Some(progress) = self.run().and_then(|run| run.order(&ticket.id)).cloned() else { continue };
            match progress.stage {
                Stage::Done(_) | Stage::Failed(_) => {}
                Stage::Intent | Stage::Unknown(_) => {
                    let intent = self.intent_of(&ticket, &progress);
                    self.reconciled(&intent, BEFORE)?;
                }
                Stage::Acked | Stage::Filled => self.order(&ticket)?,
            }
        }
        for act in self.acts()? {
            let open = self.run().and_then(Run::moving).is_some_and(|moving| moving.id == act.id());
            match act {
                Act::Move(movement) if open => self.transfer(&movement)?,
                _ => {}
            }
        }
        if self.run().is_some_and(|run| run.closed.is_none()) {
            self.write(Event::Closed { reason: "somebody asked for it".to_owned() })?;
        }
        self.finish()
    }
}
