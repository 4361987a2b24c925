//! Which event may follow which: the state machine of a journal.
//!
//! One plan at a time, one order at a time, each step once. How a line is written must never enter this room.

use super::{Acked, Event, Illegal, Moving, Progress, Run, Stage, State};
use crate::trade::{End, Fill, Kind, kind};

impl Event {
    /// The word in the file.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Begin { .. } => "begin",
            Self::Intent { .. } => "intent",
            Self::Ack { .. } => "ack",
            Self::Unknown { .. } => "unknown",
            Self::Fill(_) => "fill",
            Self::Cancel { .. } => "cancel",
            Self::Done { .. } => "done",
            Self::Failed { .. } => "failed",
            Self::Transfer { .. } => "transfer",
            Self::Transferred => "transferred",
            Self::Convert { .. } => "convert",
            Self::Converted { .. } => "converted",
            Self::Closed { .. } => "closed",
            Self::Logged => "logged",
            Self::Finished => "finished",
        }
    }

    fn illegal(&self, why: impl Into<String>) -> Illegal {
        Illegal { event: self.word(), why: why.into() }
    }
}

impl State {
    /// Takes an event in.
    pub(super) fn take(&mut self, time: &str, plan_id: &str, event: &Event) -> Result<(), Illegal> {
        let open = self.runs.last_mut().filter(|run| run.finished.is_none());
        match (event, open) {
            (Event::Begin { .. }, Some(run)) => Err(event.illegal(format!("plan {} is not finished", run.plan_id))),
            (Event::Begin { broker, mark }, None) => {
                if self.run(plan_id).is_some() {
                    return Err(event.illegal("this plan was applied before"));
                }
                self.runs.push(Run::begun(plan_id, time, broker, mark));
                Ok(())
            }
            (_, None) => Err(event.illegal("no plan was begun")),
            (_, Some(run)) if run.plan_id != plan_id => Err(event.illegal(format!("plan {} was begun", run.plan_id))),
            (_, Some(run)) => run.take(time, event),
        }
    }
}

impl Run {
    fn begun(plan_id: &str, time: &str, broker: &str, mark: &str) -> Self {
        Self {
            plan_id: plan_id.to_owned(),
            began: time.to_owned(),
            broker: broker.to_owned(),
            opening: mark.to_owned(),
            standing: mark.to_owned(),
            orders: Vec::new(),
            moves: Vec::new(),
            closed: None,
            logged: false,
            finished: None,
        }
    }

    /// An order that was begun.
    #[must_use]
    pub fn order(&self, id: &str) -> Option<&Progress> {
        self.orders.iter().find(|order| order.id == id)
    }

    /// The order that is at the broker, or may be, if there is one.
    #[must_use]
    pub fn open(&self) -> Option<&Progress> {
        self.orders.iter().find(|order| matches!(order.stage, Stage::Intent | Stage::Unknown(_) | Stage::Acked))
    }

    /// Its cash, when it is not known whether that was moved.
    #[must_use]
    pub fn moving(&self) -> Option<&Moving> {
        self.moves.iter().find(|moving| !moving.moved)
    }

    /// Cash that was about to be moved.
    #[must_use]
    pub fn movement(&self, id: &str) -> Option<&Moving> {
        self.moves.iter().find(|moving| moving.id == id)
    }

    /// Whether cash was moved.
    #[must_use]
    pub fn moved(&self, id: &str) -> bool {
        self.movement(id).is_some_and(|moving| moving.moved)
    }

    /// Where the account stood after the last order that was filled, or after its cash was moved if that was later.
    #[must_use]
    pub fn mark(&self) -> &str {
        &self.standing
    }

    /// What came of the orders, in order.
    #[must_use]
    pub fn fills(&self) -> Vec<Fill> {
        self.orders.iter().filter_map(|order| order.fill.clone()).collect()
    }

    fn take(&mut self, time: &str, event: &Event) -> Result<(), Illegal> {
        match event {
            Event::Intent { order, attempt, before, after } => {
                let progress = Progress {
                    id: order.clone(),
                    attempt: *attempt,
                    at: time.to_owned(),
                    before: before.clone(),
                    after: after.clone(),
                    ack: None,
                    taken: self.order(order).map_or(0, |order| order.taken),
                    fill: None,
                    stage: Stage::Intent,
                };
                self.intend(progress).map_err(|why| event.illegal(why))
            }
            Event::Transfer { amount, before, after } => {
                let id = if amount.starts_with('-') { "withdrawal" } else { "deposit" }.to_owned();
                let (before, after) = (before.clone(), after.clone());
                self.depart(Moving { id, before, after, moved: false }).map_err(|why| event.illegal(why))
            }
            Event::Convert { conversion, before, after } => {
                let (id, before, after) = (conversion.clone(), before.clone(), after.clone());
                self.depart(Moving { id, before, after, moved: false }).map_err(|why| event.illegal(why))
            }
            Event::Transferred => self.arrive(|id| kind(id) == Kind::Transfer).map_err(|why| event.illegal(why)),
            Event::Converted { conversion } => self.arrive(|id| id == conversion).map_err(|why| event.illegal(why)),
            Event::Logged => {
                if self.moving().is_some() {
                    return Err(event.illegal("the cash is not moved"));
                }
                let settled = |stage: &Stage| match stage {
                    Stage::Done(_) => true,
                    Stage::Failed(_) => self.closed.is_some(),
                    _ => false,
                };
                let unsettled = self.orders.iter().find(|order| !settled(&order.stage));
                if let Some(order) = unsettled {
                    return Err(event.illegal(format!("order {} is not done", order.id)));
                }
                if self.logged {
                    return Err(event.illegal("it was logged before"));
                }
                self.logged = true;
                Ok(())
            }
            Event::Closed { reason } => {
                if self.logged || self.closed.is_some() {
                    return Err(event.illegal("the plan was ended before"));
                }
                self.idle().map_err(|why| event.illegal(why))?;
                self.closed = Some(reason.clone());
                Ok(())
            }
            Event::Finished if !self.logged => Err(event.illegal("it was not logged")),
            Event::Finished => {
                self.finished = Some(time.to_owned());
                Ok(())
            }
            _ => self.advance(event),
        }
    }

    fn intend(&mut self, progress: Progress) -> Result<(), String> {
        self.going()?;
        self.idle()?;
        let place = self.orders.iter_mut().find(|order| order.id == progress.id);
        let expected = place.as_ref().map_or(1, |order| order.attempt + 1);
        if progress.attempt != expected {
            return Err(format!("attempt {} of order {} where {expected} is next", progress.attempt, progress.id));
        }
        match place {
            Some(order) if matches!(order.stage, Stage::Done(_)) => {
                return Err(format!("order {} is done", order.id));
            }
            Some(order) => *order = progress,
            None => self.orders.push(progress),
        }
        Ok(())
    }

    /// Something may still be begun.
    fn going(&self) -> Result<(), String> {
        match (self.logged, &self.closed) {
            (true, _) => Err("the plan is logged already".to_owned()),
            (_, Some(_)) => Err("the plan is ended with what was executed".to_owned()),
            (false, None) => Ok(()),
        }
    }

    /// Nothing is begun that is not done.
    fn idle(&self) -> Result<(), String> {
        let busy = self.orders.iter().find(|o| !matches!(o.stage, Stage::Done(_) | Stage::Failed(_)));
        match busy {
            Some(order) => Err(format!("order {} is not done", order.id)),
            None if self.moving().is_some() => Err("the cash is not moved".to_owned()),
            None => Ok(()),
        }
    }

    fn depart(&mut self, moving: Moving) -> Result<(), String> {
        self.going()?;
        self.idle()?;
        // Cash is paid in or taken out once, and each conversion is made once.
        let same = |other: &Moving| {
            other.id == moving.id || [&other.id, &moving.id].into_iter().all(|id| kind(id) == Kind::Transfer)
        };
        if self.moves.iter().any(same) {
            return Err("the cash was moved before".to_owned());
        }
        self.moves.push(moving);
        Ok(())
    }

    fn arrive(&mut self, is_it: impl Fn(&str) -> bool) -> Result<(), String> {
        let moving = self.moves.iter_mut().find(|moving| !moving.moved && is_it(&moving.id));
        let moving = moving.ok_or("no cash was to be moved")?;
        moving.moved = true;
        self.standing.clone_from(&moving.after);
        Ok(())
    }

    /// Moves one order a stage on.
    fn advance(&mut self, event: &Event) -> Result<(), Illegal> {
        let id = match event {
            Event::Ack { order, .. }
            | Event::Unknown { order, .. }
            | Event::Cancel { order, .. }
            | Event::Done { order, .. }
            | Event::Failed { order, .. } => order,
            Event::Fill(fill) => &fill.order,
            _ => return Err(event.illegal("it names no order")),
        };
        let Some(order) = self.orders.iter_mut().find(|order| order.id == *id) else {
            return Err(event.illegal(format!("order {id} was not begun")));
        };
        order.advance(event).map_err(|why| event.illegal(why))?;
        if order.stage == Stage::Filled {
            self.standing.clone_from(&order.after);
        }
        Ok(())
    }
}

impl Progress {
    fn advance(&mut self, event: &Event) -> Result<(), String> {
        self.stage = match (event, &self.stage) {
            (Event::Ack { reference, at, .. }, Stage::Intent | Stage::Unknown(_)) => {
                self.ack = Some(Acked { reference: reference.clone(), at: at.clone() });
                self.taken += 1;
                Stage::Acked
            }
            (Event::Unknown { candidates, .. }, Stage::Intent | Stage::Unknown(_)) => {
                Stage::Unknown(candidates.clone())
            }
            (Event::Fill(fill), Stage::Intent | Stage::Unknown(_) | Stage::Acked | Stage::Filled) => {
                let fill = fill.figures().map_err(|malformed| malformed.to_string())?;
                if self.fill.as_ref().is_some_and(|before| before.quantity.0 >= fill.quantity.0) {
                    return Err(format!("of order {} no more was executed than before", self.id));
                }
                self.fill = Some(fill);
                Stage::Filled
            }
            (Event::Cancel { .. }, Stage::Acked | Stage::Filled) => self.stage.clone(),
            (Event::Done { end, .. }, Stage::Filled) => Stage::Done(*end),
            (Event::Done { end: end @ (End::Cancelled | End::Expired), .. }, Stage::Acked) => Stage::Done(*end),
            (Event::Failed { reason, .. }, Stage::Intent | Stage::Unknown(_) | Stage::Acked) => {
                Stage::Failed(reason.clone())
            }
            (_, stage) => return Err(format!("order {} is {}", self.id, stage.word())),
        };
        Ok(())
    }
}

impl Stage {
    /// How far, as a word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Intent => "about to be sent",
            Self::Unknown(_) => "not known to the broker for certain",
            Self::Acked => "taken by the broker",
            Self::Filled => "filled",
            Self::Done(_) => "done",
            Self::Failed(_) => "not executed",
        }
    }
}
