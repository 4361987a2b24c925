//! The life of one order: from wherever the journal has it to its end, each step on the medium before the next.
//!
//! How orders follow each other must never enter this file.

use super::{Execution, Reason, Step, venue};
use crate::broker::{Ack, BrokerError, Fate, Intent, Marks, OrderState, Sent, Standing};
use crate::replay::{Candidate, Event, Progress, Stage};
use crate::trade::{End, Executions, Side, Ticket, client_id};
use std::time::Duration;

/// How often an order is sent again in one run that the broker did not look at.
const TRIES: u32 = 5;
/// How long a purchase waits for the money of the sales before it.
const FUNDING: Duration = Duration::from_secs(60);
/// How long an order that is being cancelled is waited for.
const CANCELLING: Duration = Duration::from_secs(60);
/// How long a broker may fail to say how an order stands.
const SILENCE: Duration = Duration::from_secs(60);

/// What a run before left behind.
pub(super) const BEFORE: &str = "the run before ended";

impl Execution<'_, '_> {
    /// Brings one order from wherever it is to its end.
    pub(super) fn order(&mut self, ticket: &Ticket) -> Result<(), Reason> {
        let Some(progress) = self.run().and_then(|run| run.order(&ticket.id)).cloned() else {
            return self.place(ticket);
        };
        match &progress.stage {
            Stage::Done(_) => Ok(()),
            Stage::Failed(_) => self.place(ticket),
            Stage::Intent | Stage::Unknown(_) => {
                let intent = self.intent_of(ticket, &progress);
                if self.reconciled(&intent, BEFORE)? { Ok(()) } else { self.place(ticket) }
            }
            Stage::Filled
                if progress.fill.as_ref().is_some_and(|fill| fill.quantity.0 == ticket.quantity.decimal()) =>
            {
                self.done(ticket, End::Filled)
            }
            Stage::Acked | Stage::Filled => self.follow_again(ticket, &progress),
        }
    }

    /// What is known of an order that was begun before.
    pub(super) fn intent_of(&self, ticket: &Ticket, progress: &Progress) -> Intent {
        let (at, before, after) = (progress.at.clone(), progress.before.clone(), progress.after.clone());
        // An order that was taken goes by the name it was taken under.
        let taken = progress.taken - u32::from(progress.ack.is_some()).min(progress.taken);
        self.intent(ticket, progress.attempt, taken, at, Marks { before, after })
    }

    fn intent(&self, ticket: &Ticket, attempt: u32, taken: u32, at: String, marks: Marks) -> Intent {
        let state = self.journal.state();
        let others = state.runs.iter().flat_map(|run| run.orders.iter().map(move |order| (run, order)));
        let others = others.filter(|(run, order)| run.plan_id != self.plan.plan_id || order.id != ticket.id);
        Intent {
            ticket: ticket.clone(),
            client_id: client_id(&self.plan.plan_id, &ticket.id, taken),
            attempt,
            at,
            before: marks.before,
            after: marks.after,
            claimed: others.filter_map(|(_, order)| Some(order.ack.as_ref()?.reference.clone())).collect(),
        }
    }

    /// Sends an order, again as another attempt where the broker proved that it did not look at it.
    fn place(&mut self, ticket: &Ticket) -> Result<(), Reason> {
        for tries in 1.. {
            if (self.desk.stop)() {
                return Err(Reason::Interrupted);
            }
            self.taken_now(ticket)?;
            self.funded(ticket)?;
            match self.attempt(ticket)? {
                Tried::Over => break,
                Tried::NotProcessed { why, .. } if tries >= TRIES => {
                    return Err(Reason::NotExecuted { order: ticket.id.clone(), why });
                }
                Tried::NotProcessed { wait, .. } => self.desk.clock.wait(wait),
            }
        }
        Ok(())
    }

    /// The market takes the order now, and nobody else has one in its code: since the plan was judged, which may be days
    /// ago, either can have changed. What is underway is followed all the same.
    fn taken_now(&mut self, ticket: &Ticket) -> Result<(), Reason> {
        let order = ticket.id.clone();
        match self.obstacle(ticket) {
            Ok(None) => Ok(()),
            Ok(Some(why)) => Err(Reason::NotTaken { order, why }),
            Err(error) => Err(Reason::Refused { order: Some(order), error }),
        }
    }

    fn obstacle(&mut self, ticket: &Ticket) -> Result<Option<String>, BrokerError> {
        let broker = &mut *self.desk.broker;
        let market = venue::market(broker, std::slice::from_ref(&ticket.code), self.journal.state())?;
        let obstacle = market.obstacle(broker.name(), &ticket.code.0, ticket.side);
        Ok(obstacle.map(|refusal| refusal.to_string()))
    }

    /// There is enough to sell, or cash that is there to buy with: money that would only be owed is never spent.
    fn funded(&mut self, ticket: &Ticket) -> Result<(), Reason> {
        let refused = |error| Reason::Refused { order: Some(ticket.id.clone()), error };
        let began = self.desk.clock.elapsed();
        loop {
            let capacity = self.desk.broker.capacity(ticket).map_err(refused)?;
            if capacity >= ticket.quantity {
                return Ok(());
            }
            // What was sold can take a moment to become cash that may be spent.
            let waited = self.desk.clock.elapsed().saturating_sub(began);
            if (self.desk.stop)() {
                return Err(Reason::Interrupted);
            }
            if ticket.side == Side::Sell || waited >= FUNDING {
                return Err(Reason::Unfunded {
                    order: ticket.id.clone(),
                    side: ticket.side,
                    wanted: ticket.quantity.to_string(),
                    possible: capacity.to_string(),
                });
            }
            self.desk.clock.wait(self.desk.broker.pace().max(Duration::from_secs(3)));
        }
    }

    /// Writes the intent down, sends the order once, and writes down what came of it.
    fn attempt(&mut self, ticket: &Ticket) -> Result<Tried, Reason> {
        let refused = |error| Reason::Refused { order: Some(ticket.id.clone()), error };
        let Some(run) = self.run() else { return Err(Reason::Overtaken) };
        let last = run.mark().to_owned();
        let (attempt, taken) = run.order(&ticket.id).map_or((1, 0), |progress| (progress.attempt + 1, progress.taken));
        let marks = self.desk.broker.prepare(ticket, &last).map_err(refused)?;
        let at = self.write(Event::Intent {
            order: ticket.id.clone(),
            attempt,
            before: marks.before.clone(),
            after: marks.after.clone(),
        })?;
        (self.desk.progress)(&Step::intent(ticket, attempt, &at));
        let intent = self.intent(ticket, attempt, taken, at, marks);
        let order = ticket.id.clone();
        match self.desk.broker.send(&intent) {
            Sent::Acknowledged(ack) => {
                self.acknowledged(&intent, &ack, false)?;
                self.follow(&intent, &ack).map(|()| Tried::Over)
            }
            Sent::Refused(why) => {
                self.failed(&order, &why)?;
                Err(Reason::NotExecuted { order, why })
            }
            Sent::NotProcessed { why, wait } => {
                self.failed(&order, &why)?;
                Ok(Tried::NotProcessed { why, wait })
            }
            Sent::Unknown(why) => match self.reconciled(&intent, &why)? {
                true => Ok(Tried::Over),
                false => Err(Reason::NotExecuted { order, why }),
            },
        }
    }

    pub(super) fn failed(&mut self, order: &str, why: &str) -> Result<(), Reason> {
        self.write(Event::Failed { order: order.to_owned(), reason: why.to_owned() })?;
        (self.desk.progress)(&Step::Failed { order: order.to_owned(), reason: why.to_owned() });
        Ok(())
    }

    pub(super) fn acknowledged(&mut self, intent: &Intent, ack: &Ack, adopted: bool) -> Result<(), Reason> {
        let (order, reference, at) = (intent.ticket.id.clone(), ack.reference.clone(), ack.at.clone());
        self.write(Event::Ack { order: order.clone(), reference: reference.clone(), at, adopted })?;
        (self.desk.progress)(&Step::Ack { order, reference, adopted });
        Ok(())
    }

    /// Finds out what became of an order whose answer is missing, and brings it to its end if the broker has it: whether
    /// it has. Never sends.
    pub(super) fn reconciled(&mut self, intent: &Intent, why: &str) -> Result<bool, Reason> {
        let order = intent.ticket.id.clone();
        self.unknown(&order, why, &[])?;
        match self.desk.broker.reconcile(intent) {
            Fate::Placed(ack) => {
                self.acknowledged(intent, &ack, true)?;
                self.follow(intent, &ack).map(|()| true)
            }
            Fate::Executed(executed) => {
                self.executed(intent, &executed)?;
                let end = if executed.quantity == intent.ticket.quantity { End::Filled } else { End::Cancelled };
                self.done(&intent.ticket, end).map(|()| true)
            }
            Fate::NotPlaced(_) => {
                self.failed(&order, why)?;
                Ok(false)
            }
            Fate::NeedsHuman(candidates) => {
                self.unknown(&order, why, &candidates)?;
                Err(Reason::NeedsHuman { order, why: why.to_owned(), candidates })
            }
            Fate::CannotTell(look) => Err(Reason::InDoubt { order, why: why.to_owned(), look }),
        }
    }

    fn unknown(&mut self, order: &str, why: &str, candidates: &[Candidate]) -> Result<(), Reason> {
        let (order, reason) = (order.to_owned(), why.to_owned());
        self.write(Event::Unknown { order: order.clone(), reason: reason.clone(), candidates: candidates.to_vec() })?;
        (self.desk.progress)(&Step::Unknown { order, reason, candidates: candidates.to_vec() });
        Ok(())
    }

    /// Goes on watching an order that a run before saw taken.
    fn follow_again(&mut self, ticket: &Ticket, progress: &Progress) -> Result<(), Reason> {
        let intent = self.intent_of(ticket, progress);
        match &progress.ack {
            Some(ack) => self.follow(&intent, &Ack { reference: ack.reference.clone(), at: ack.at.clone() }),
            // Executed under a name that nobody knows: nothing more was to come of it.
            None => self.done(ticket, End::Cancelled),
        }
    }

    /// Watches an order until nothing more comes of it; after a while what is left of it is cancelled.
    fn follow(&mut self, intent: &Intent, ack: &Ack) -> Result<(), Reason> {
        let clock = self.desk.clock;
        let (began, patience) = (clock.elapsed(), self.desk.broker.patience());
        let mut deadline = began.saturating_add(patience.unwrap_or_default());
        let (mut cancelled, mut heard) = (false, began);
        loop {
            match self.desk.broker.standing(intent, ack) {
                Ok(standing) => {
                    heard = clock.elapsed();
                    if self.seen(intent, standing)? {
                        return Ok(());
                    }
                }
                Err(error) if patience.is_none() || clock.elapsed().saturating_sub(heard) >= SILENCE => {
                    return Err(self.silent(intent, &error));
                }
                Err(_) => {}
            }
            if patience.is_none() {
                return Err(self.waiting(intent, ack));
            }
            if clock.elapsed() >= deadline {
                if cancelled {
                    return Err(self.waiting(intent, ack));
                }
                self.cancel(intent, ack)?;
                (cancelled, deadline) = (true, clock.elapsed().saturating_add(CANCELLING));
                continue;
            }
            clock.wait(self.desk.broker.pace());
        }
    }

    fn waiting(&self, intent: &Intent, ack: &Ack) -> Reason {
        let (order, reference) = (intent.ticket.id.clone(), ack.reference.clone());
        Reason::Waiting { order, reference, remedy: self.desk.broker.waiting() }
    }

    fn silent(&self, intent: &Intent, error: &BrokerError) -> Reason {
        let order = intent.ticket.id.clone();
        Reason::InDoubt { order, why: "the broker took it".to_owned(), look: vec![error.to_string()] }
    }

    fn cancel(&mut self, intent: &Intent, ack: &Ack) -> Result<(), Reason> {
        let (order, reason) = (intent.ticket.id.clone(), "not filled in time".to_owned());
        self.write(Event::Cancel { order: order.clone(), reason: reason.clone() })?;
        (self.desk.progress)(&Step::Cancel { order, reason });
        // Whether it could be asked or not: how the order stands says what came of it.
        let _ = self.desk.broker.cancel(intent, ack);
        Ok(())
    }

    /// Writes down what is new about an order that was taken: whether nothing more comes of it.
    fn seen(&mut self, intent: &Intent, standing: Standing) -> Result<bool, Reason> {
        let ticket = &intent.ticket;
        self.executed(intent, &standing.executed)?;
        let whole = standing.executed.quantity == ticket.quantity;
        let none = standing.executed.quantity.is_zero();
        let end = match standing.state {
            _ if whole => End::Filled,
            OrderState::Working => return Ok(false),
            OrderState::Filled => {
                return Err(self.absurd(ticket, &standing.executed, "it says that all of the order is executed"));
            }
            OrderState::Rejected(why) if none => {
                self.failed(&ticket.id, &why)?;
                return Err(Reason::NotExecuted { order: ticket.id.clone(), why });
            }
            OrderState::Rejected(_) => End::Rejected,
            OrderState::Cancelled => End::Cancelled,
            OrderState::Expired => End::Expired,
        };
        self.done(ticket, end).map(|()| true)
    }

    /// Writes down what was executed, when it is more than was known.
    fn executed(&mut self, intent: &Intent, executed: &Executions) -> Result<(), Reason> {
        let ticket = &intent.ticket;
        if executed.quantity.is_zero() {
            return Ok(());
        }
        let known = self.run().and_then(|run| run.order(&ticket.id)).and_then(|progress| progress.fill.as_ref());
        let known = known.map_or_else(Default::default, |fill| fill.quantity.0);
        if known >= executed.quantity.decimal() {
            return Ok(());
        }
        let seen = self.time();
        let Some(fill) = ticket.fill(executed, &seen) else {
            return Err(self.absurd(ticket, executed, "it says what cannot be of this order"));
        };
        self.write(Event::Fill(Box::new(fill.text())))?;
        (self.desk.progress)(&Step::Fill(fill.text()));
        Ok(())
    }

    fn absurd(&self, ticket: &Ticket, executed: &Executions, why: &str) -> Reason {
        let broker = self.desk.broker.name();
        let (shares, amount) = (executed.quantity, executed.amount);
        let look = format!("{broker} says that {shares} of {} shares were executed for {amount}", ticket.quantity);
        Reason::InDoubt { order: ticket.id.clone(), why: why.to_owned(), look: vec![look] }
    }

    fn done(&mut self, ticket: &Ticket, end: End) -> Result<(), Reason> {
        self.write(Event::Done { order: ticket.id.clone(), end })?;
        (self.desk.progress)(&Step::Done { order: ticket.id.clone(), end });
        Ok(())
    }
}

/// What came of one attempt.
enum Tried {
    /// The order has come to its end.
    Over,
    /// The broker did not look at it.
    NotProcessed {
        /// Why.
        why: String,
        /// How long to wait.
        wait: Duration,
    },
}
