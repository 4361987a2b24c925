//! A broker that answers late, in part, wrongly or not at all: what the executor makes of it, in the journal, in the log
//! and in its exit code.

use crate::mortal::{End as Death, Last, Mortal};
use crate::world::{Case, World, clock};
use chrono::{DateTime, TimeDelta, Utc};
use rebalance::apply::{self, Desk, Reason, Step, Stopped, Summary, Wish, Word};
use rebalance::broker::{
    Ack, Broker, BrokerError, Fate, Identity, Intent, Marks, OpenOrder, OrderState, Quote, Sent, Session, Snapshot,
    Standing,
};
use rebalance::clock::{Clock, StillClock};
use rebalance::code::Code;
use rebalance::disk::{Disk, RealDisk};
use rebalance::gate::{self, ResumeEvidence};
use rebalance::journal::{self, Journal, Lock};
use rebalance::money::{Money, Price, Quantity};
use rebalance::plan::PlanFile;
use rebalance::replay::{Candidate, Stage};
use rebalance::trade::{End, Executions, Side, Ticket};
use rust_decimal::Decimal;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::time::Duration;

/// What happens to an order.
#[derive(Clone, Debug)]
enum Course {
    /// It is filled in two parts, at a price that is so much off the plan's.
    Filled(i64),
    /// So many shares are filled, the rest waits to be cancelled.
    Part(i64),
    /// So many shares are filled, then the session ends.
    Expired(i64),
    /// It is taken, and rejected later.
    RejectedLater,
    /// The broker says no.
    Refused,
    /// So many times it is not looked at.
    Busy(u32),
    /// It is taken and the answer is lost. What looking for it gives.
    Lost(Found),
    /// The request is lost.
    Vanished,
    /// It waits until somebody fills it, whatever is asked.
    Stuck,
}

#[derive(Clone, Debug)]
enum Found {
    It,
    Candidates,
    Nothing,
}

/// An order at the exchange.
#[derive(Clone, Debug)]
struct Order {
    client: String,
    ticket: Ticket,
    looked: u32,
    cancelled: bool,
}

/// An exchange that outlives the program.
#[derive(Default)]
struct Exchange {
    courses: RefCell<BTreeMap<String, Course>>,
    orders: RefCell<Vec<Order>>,
    sent: Cell<u32>,
    /// Of how many shares of a code cash or holdings are enough.
    capacity: RefCell<BTreeMap<String, i64>>,
    /// What keeps the market from taking an order in 360750, if something does.
    obstacle: RefCell<Option<Obstacle>>,
}

/// What keeps the market from taking an order.
#[derive(Clone, Debug, PartialEq)]
enum Obstacle {
    /// It is Sunday.
    Closed,
    /// Trading in it is halted.
    Halted,
    /// It stands at its lower limit.
    Edge,
    /// Somebody's order is open in it.
    Stranger,
    /// It says nothing.
    Silent,
}

impl Exchange {
    fn with(courses: &[(&str, Course)]) -> Self {
        let courses = courses.iter().map(|(id, course)| ((*id).to_owned(), course.clone())).collect();
        Self { courses: RefCell::new(courses), ..Self::default() }
    }

    fn course(&self, id: &str) -> Course {
        self.courses.borrow().get(id).cloned().unwrap_or(Course::Filled(0))
    }

    fn set(&self, id: &str, course: Course) {
        self.courses.borrow_mut().insert(id.to_owned(), course);
    }

    fn placed(&self, id: &str) -> usize {
        self.orders.borrow().iter().filter(|order| order.ticket.id == id).count()
    }

    fn place(&self, intent: &Intent) -> Sent {
        let mut orders = self.orders.borrow_mut();
        orders.push(Order {
            client: intent.client_id.clone(),
            ticket: intent.ticket.clone(),
            looked: 0,
            cancelled: false,
        });
        Sent::Acknowledged(Ack { reference: format!("no-{}", orders.len()), at: None })
    }
}

struct Scripted<'a>(&'a Exchange);

fn shares(count: Decimal, ticket: &Ticket, off: i64) -> Executions {
    let price = ticket.price.decimal() + Decimal::from(off);
    Executions::of(Quantity::new(count), Money::new(price * count))
}

impl Broker for Scripted<'_> {
    fn name(&self) -> &'static str {
        "paper"
    }

    fn real_money(&self) -> bool {
        false
    }

    fn fits(&mut self, _: &Ticket) -> Result<(), BrokerError> {
        Ok(())
    }

    fn account(&mut self) -> Result<Option<Identity>, BrokerError> {
        Ok(None)
    }

    fn snapshot(&mut self) -> Result<Snapshot, BrokerError> {
        Ok(Snapshot::default())
    }

    fn quotes(&mut self, codes: &[Code]) -> Result<Vec<Quote>, BrokerError> {
        let quote = |code: &Code| {
            let mut quote = Quote::at(code, Price::new(1.into()));
            match &*self.0.obstacle.borrow() {
                Some(Obstacle::Halted) if code.0 == "360750" => quote.halted = Some("VI".to_owned()),
                Some(Obstacle::Edge) if code.0 == "360750" => quote.lower = Some(quote.price),
                _ => {}
            }
            quote
        };
        Ok(codes.iter().map(quote).collect())
    }

    fn session(&mut self) -> Result<Session, BrokerError> {
        // The first order is taken: it closes meanwhile.
        match &*self.0.obstacle.borrow() {
            Some(Obstacle::Closed) if self.0.sent.get() > 0 => {
                Ok(Session::Closed { why: "it is Sunday".to_owned(), opens: Some("tomorrow".to_owned()) })
            }
            Some(Obstacle::Silent) if self.0.sent.get() > 0 => {
                Err(BrokerError::Unclear { broker: "paper", why: "it says nothing".to_owned() })
            }
            _ => Ok(Session::Open),
        }
    }

    /// Our own are among them.
    fn open_orders(&mut self) -> Result<Vec<OpenOrder>, BrokerError> {
        let open = |reference: &str, side| OpenOrder {
            reference: reference.to_owned(),
            code: Code("360750".to_owned()),
            side,
            quantity: Quantity::new(3.into()),
            price: None,
            at: None,
        };
        let stranger = self.0.obstacle.borrow().as_ref() == Some(&Obstacle::Stranger);
        Ok([open("no-1", Side::Sell)].into_iter().chain(stranger.then(|| open("app-7", Side::Buy))).collect())
    }

    fn mark(&mut self) -> Result<Option<String>, BrokerError> {
        Ok(None)
    }

    fn opening(&mut self, _: &PlanFile) -> Result<String, BrokerError> {
        Ok("open".to_owned())
    }

    fn capacity(&mut self, ticket: &Ticket) -> Result<Quantity, BrokerError> {
        let known = self.0.capacity.borrow().get(&ticket.id).copied();
        Ok(known.map_or(ticket.quantity, |shares| Quantity::new(shares.into())))
    }

    fn prepare(&mut self, _: &Ticket, _: &str) -> Result<Marks, BrokerError> {
        Ok(Marks { before: format!("{} orders", self.0.orders.borrow().len()), after: String::new() })
    }

    fn send(&mut self, intent: &Intent) -> Sent {
        self.0.sent.set(self.0.sent.get() + 1);
        let id = &intent.ticket.id;
        match self.0.course(id) {
            Course::Refused => Sent::Refused("too little".to_owned()),
            Course::Busy(0) => self.0.place(intent),
            Course::Busy(times) => {
                self.0.set(id, Course::Busy(times - 1));
                Sent::NotProcessed { why: "too many requests".to_owned(), wait: Duration::from_secs(2) }
            }
            Course::Lost(_) => {
                self.0.place(intent);
                Sent::Unknown("no answer".to_owned())
            }
            Course::Vanished => Sent::Unknown("no answer".to_owned()),
            _ => self.0.place(intent),
        }
    }

    fn standing(&mut self, _: &Intent, ack: &Ack) -> Result<Standing, BrokerError> {
        let mut orders = self.0.orders.borrow_mut();
        let number: usize = ack.reference.trim_start_matches("no-").parse().unwrap();
        let order = &mut orders[number - 1];
        order.looked += 1;
        let ticket = order.ticket.clone();
        let (state, executed) = match self.0.course(&ticket.id) {
            Course::Filled(off) if order.looked == 1 => (OrderState::Working, shares(1.into(), &ticket, off)),
            Course::Filled(off) => (OrderState::Filled, shares(ticket.quantity.decimal(), &ticket, off)),
            Course::Part(count) if order.cancelled => (OrderState::Cancelled, shares(count.into(), &ticket, 0)),
            Course::Part(count) => (OrderState::Working, shares(count.into(), &ticket, 0)),
            Course::Expired(count) => (OrderState::Expired, shares(count.into(), &ticket, 0)),
            Course::RejectedLater => (OrderState::Rejected("no such code".to_owned()), Executions::NONE),
            Course::Stuck => (OrderState::Working, Executions::NONE),
            _ => (OrderState::Filled, shares(ticket.quantity.decimal(), &ticket, 0)),
        };
        Ok(Standing { state, executed })
    }

    fn cancel(&mut self, _: &Intent, ack: &Ack) -> Result<(), BrokerError> {
        let number: usize = ack.reference.trim_start_matches("no-").parse().unwrap();
        self.0.orders.borrow_mut()[number - 1].cancelled = true;
        Ok(())
    }

    fn reconcile(&mut self, intent: &Intent) -> Fate {
        let orders = self.0.orders.borrow();
        let found = orders.iter().position(|order| order.client == intent.client_id);
        match (self.0.course(&intent.ticket.id), found) {
            (Course::Lost(Found::Candidates), Some(_)) => Fate::NeedsHuman(vec![
                Candidate { reference: "no-1".to_owned(), about: "10:00".to_owned() },
                Candidate { reference: "no-9".to_owned(), about: "10:00".to_owned() },
            ]),
            (Course::Lost(Found::Nothing), _) => Fate::CannotTell(vec!["the list is not whole".to_owned()]),
            (_, Some(place)) => Fate::Placed(Ack { reference: format!("no-{}", place + 1), at: None }),
            (_, None) => Fate::NotPlaced("all lists are without it".to_owned()),
        }
    }
}

/// What happened.
struct Run {
    result: Result<Summary, Box<Stopped>>,
    steps: Vec<String>,
    waited: Duration,
}

impl Run {
    fn code(&self) -> u8 {
        match &self.result {
            Ok(summary) => {
                let left = summary.unfilled.len() + summary.failed.len() + summary.not_started.len();
                if left == 0 { 0 } else { 5 }
            }
            Err(stopped) => stopped.exit_code(),
        }
    }

    fn reason(&self) -> &Reason {
        &self.result.as_ref().unwrap_err().reason
    }

    fn summary(&self) -> &Summary {
        self.result.as_ref().unwrap_or_else(|stopped| &stopped.summary)
    }
}

fn desk<T>(
    world: &World,
    exchange: &Exchange,
    disk: &dyn Disk,
    stop: &dyn Fn() -> bool,
    go: impl FnOnce(&mut Desk<'_>) -> T,
) -> (T, Vec<String>, Duration) {
    let (clock, log): (StillClock, _) = (clock(), world.log_path());
    let mut steps = Vec::new();
    let mut progress = |step: &Step| {
        let json: serde_json::Value = serde_json::from_str(&step.json()).unwrap();
        steps.push(
            format!("{} {}", json["event"].as_str().unwrap(), json["order"].as_str().unwrap_or("")).trim().to_owned(),
        );
    };
    let mut broker = Scripted(exchange);
    let value = go(&mut Desk { disk, broker: &mut broker, log: &log, clock: &clock, stop, progress: &mut progress });
    (value, steps, clock.elapsed())
}

fn apply_on(world: &World, exchange: &Exchange, disk: &dyn Disk, stop: &dyn Fn() -> bool, plan: &PlanFile) -> Run {
    let journal = Journal::open(disk, Lock::take(&world.state_directory()).unwrap()).unwrap();
    let permit = world.judge(plan).unwrap();
    let (result, steps, waited) = desk(world, exchange, disk, stop, |desk| apply::apply(permit, journal, desk));
    Run { result, steps, waited }
}

fn apply(world: &World, exchange: &Exchange, plan: &PlanFile) -> Run {
    apply_on(world, exchange, &RealDisk, &|| false, plan)
}

fn resume(world: &World, exchange: &Exchange, plan: &PlanFile) -> Run {
    go_on(world, exchange, plan, &Wish::default())
}

fn scene(courses: &[(&str, Course)]) -> (World, Exchange, PlanFile) {
    let world = World::new();
    let plan = world.plan();
    (world, Exchange::with(courses), plan)
}

const ORDERS: [&str; 5] = ["sell-091230", "sell-360750", "buy-305080", "buy-305720", "buy-319640"];

fn once(exchange: &Exchange) {
    for id in ORDERS {
        assert_eq!(exchange.placed(id), 1, "{id}");
    }
}

#[test]
fn a_broker_that_moves_no_cash_begins_no_plan_that_converts() {
    let world = World::of(Case { flow: None, converts: true });
    let (plan, before) = (world.plan(), world.text("holdings.yaml"));
    let run = apply(&world, &Exchange::default(), &plan);
    assert!(matches!(run.reason(), Reason::Refused { order: None, error: BrokerError::MovesNoCash { .. } }));
    assert_eq!((run.code(), run.steps.as_slice()), (3, ["summary".to_owned()].as_slice()));
    assert!(world.journal().runs.is_empty() && world.text("holdings.yaml") == before);
}

#[test]
fn fills_are_the_real_ones_and_every_figure_follows_from_them() {
    let (world, exchange, plan) = scene(&[("sell-091230", Course::Filled(-30))]);
    let run = apply(&world, &exchange, &plan);
    assert_eq!(run.code(), 0, "{:?}", run.result);
    assert_eq!(
        &run.steps[..5],
        ["intent sell-091230", "ack sell-091230", "fill sell-091230", "fill sell-091230", "done sell-091230"]
    );
    // 8 × 49,970 instead of 8 × 50,000; 60 × 399,760 / 400,000 rounded up; nothing for slippage, which is in the price.
    assert_eq!((run.summary().sold.as_str(), run.summary().costs.as_str()), ("752560", "210"));
    let log = world.log();
    let record = &log.records()[0];
    assert_eq!(record.fills[0].text().price, "49970");
    assert_eq!((record.fills[0].amount.to_string(), record.fills[0].estimated.len()), ("399760".to_owned(), 2));
    assert_eq!(record.trades[0].amount.to_string(), "399760");
    assert_eq!((record.total_trade_amount.to_string(), record.unfilled.len()), ("1390560".to_owned(), 0));
    once(&exchange);
}

#[test]
fn what_is_not_filled_in_time_is_cancelled_and_the_record_says_so() {
    for (course, end, executed) in [
        (Course::Part(3), End::Cancelled, 3),
        (Course::Part(0), End::Cancelled, 0),
        (Course::Expired(5), End::Expired, 5),
    ] {
        let (world, exchange, plan) = scene(&[("buy-305080", course.clone())]);
        let run = apply(&world, &exchange, &plan);
        assert_eq!(run.code(), 5, "{course:?} {:?}", run.result);
        let summary = run.summary();
        assert!(summary.finished && summary.done.len() == 4, "{summary:?}");
        let unfilled = &summary.unfilled[0];
        assert_eq!(
            (unfilled.order.as_str(), unfilled.end, unfilled.executed.clone()),
            ("buy-305080", end, executed.to_string())
        );
        assert_eq!(run.steps.contains(&"cancel buy-305080".to_owned()), end == End::Cancelled);
        let log = world.log();
        let record = &log.records()[0];
        assert_eq!(
            (record.unfilled[0].planned.to_string(), record.unfilled[0].executed.to_string()),
            ("25".to_owned(), executed.to_string())
        );
        assert_eq!(record.fills.len(), if executed == 0 { 4 } else { 5 });
        assert!(
            rebalance::record::executed(log.records()).rebalances.is_empty(),
            "the schedule is not served by a part"
        );
        assert!(world.journal().unfinished().is_none());
    }
}

#[test]
fn an_order_that_is_refused_is_sent_again_only_when_somebody_goes_on() {
    for course in [Course::Refused, Course::RejectedLater, Course::Vanished] {
        let (world, exchange, plan) = scene(&[("sell-360750", course.clone())]);
        let run = apply(&world, &exchange, &plan);
        assert!(matches!(run.reason(), Reason::NotExecuted { order, .. } if order == "sell-360750"), "{course:?}");
        assert_eq!((run.code(), run.summary().failed.len(), run.summary().not_started.len()), (5, 1, 3));
        exchange.set("sell-360750", Course::Filled(0));
        assert_eq!(resume(&world, &exchange, &plan).code(), 0);
        let state = world.journal();
        assert_eq!(state.runs[0].order("sell-360750").unwrap().attempt, 2);
        let clients: Vec<String> = exchange
            .orders
            .borrow()
            .iter()
            .filter(|o| o.ticket.id == "sell-360750")
            .map(|o| o.client.clone())
            .collect();
        // A broker that had taken the first knows its name: the second goes by another.
        assert_eq!(clients.len(), if matches!(course, Course::RejectedLater) { 2 } else { 1 });
        assert!(clients.len() < 2 || clients[0] != clients[1]);
    }
}

#[test]
fn what_was_not_looked_at_is_sent_again_as_another_attempt() {
    let (world, exchange, plan) = scene(&[("sell-091230", Course::Busy(2))]);
    let run = apply(&world, &exchange, &plan);
    assert_eq!((run.code(), run.waited >= Duration::from_secs(4)), (0, true));
    assert_eq!(world.journal().runs[0].order("sell-091230").unwrap().attempt, 3);
    once(&exchange);
    let (world, exchange, plan) = scene(&[("sell-091230", Course::Busy(99))]);
    let run = apply(&world, &exchange, &plan);
    assert!(matches!(run.reason(), Reason::NotExecuted { .. }));
    assert_eq!((exchange.sent.get(), exchange.placed("sell-091230")), (5, 0), "it gives up");
    exchange.set("sell-091230", Course::Busy(0));
    assert_eq!(resume(&world, &exchange, &plan).code(), 0);
}

#[test]
fn an_answer_that_was_lost_is_looked_for_and_never_sent_again() {
    let (world, exchange, plan) = scene(&[("sell-091230", Course::Lost(Found::It))]);
    let run = apply(&world, &exchange, &plan);
    assert_eq!(run.code(), 0, "{:?}", run.result);
    assert_eq!(&run.steps[..3], ["intent sell-091230", "unknown sell-091230", "ack sell-091230"]);
    once(&exchange);

    for (found, human) in [(Found::Candidates, true), (Found::Nothing, false)] {
        let (world, exchange, plan) = scene(&[("sell-091230", Course::Lost(found))]);
        for again in [false, true] {
            let run = if again { resume(&world, &exchange, &plan) } else { apply(&world, &exchange, &plan) };
            assert_eq!((run.code(), run.summary().in_doubt.as_slice()), (5, &["sell-091230".to_owned()][..]));
            match run.reason() {
                Reason::NeedsHuman { candidates, .. } => assert!(human && candidates.len() == 2),
                Reason::InDoubt { look, .. } => assert!(!human && look == &["the list is not whole"]),
                other => panic!("{other:?}"),
            }
            assert_eq!((exchange.sent.get(), exchange.orders.borrow().len()), (1, 1), "nothing else is sent");
        }
        assert!(
            matches!(&world.journal().runs[0].orders[0].stage, Stage::Unknown(candidates) if candidates.len() == if human { 2 } else { 0 })
        );
        exchange.set("sell-091230", Course::Lost(Found::It));
        assert_eq!(resume(&world, &exchange, &plan).code(), 0);
        once(&exchange);
    }
}

#[test]
fn before_each_order_the_market_is_asked_again_and_what_is_underway_is_followed_all_the_same() {
    for (obstacle, told) in [
        (
            Obstacle::Closed,
            "order sell-360750 was not sent: paper takes no orders now: it is Sunday; it opens tomorrow",
        ),
        (Obstacle::Halted, "order sell-360750 was not sent: 360750 cannot be traded: it is not traded now: VI"),
        (
            Obstacle::Edge,
            "order sell-360750 was not sent: 360750 cannot be traded: nobody buys at its lower limit of 1",
        ),
        (Obstacle::Stranger, "another order is open on 360750: buy 3 x 360750 (app-7)"),
        (Obstacle::Silent, "it says nothing"),
    ] {
        // Lost, so that the run after it has something to follow.
        let (world, exchange, plan) = scene(&[("sell-091230", Course::Lost(Found::Nothing))]);
        assert_eq!(apply(&world, &exchange, &plan).code(), 5);
        exchange.set("sell-091230", Course::Lost(Found::It));
        *exchange.obstacle.borrow_mut() = Some(obstacle.clone());
        for _ in 0..2 {
            let run = resume(&world, &exchange, &plan);
            let stopped = run.result.as_ref().unwrap_err();
            assert!(stopped.to_string().contains(told), "{obstacle:?}: {stopped}");
            assert!(stopped.remedy().iter().any(|remedy| remedy.contains("--resume")), "{:?}", stopped.remedy());
            assert_eq!((run.code(), run.summary().done.len(), exchange.sent.get()), (5, 1, 1), "{obstacle:?}");
        }
        exchange.obstacle.take();
        assert_eq!(resume(&world, &exchange, &plan).code(), 0);
        once(&exchange);
    }
}

#[test]
fn nothing_is_bought_with_money_that_is_not_there() {
    let (world, exchange, plan) = scene(&[]);
    exchange.capacity.borrow_mut().insert("buy-305720".to_owned(), 8);
    let run = apply(&world, &exchange, &plan);
    assert!(matches!(run.reason(), Reason::Unfunded { possible, wanted, .. } if possible == "8" && wanted == "9"));
    assert_eq!((run.code(), exchange.placed("buy-305720")), (5, 0));
    assert!(run.waited >= Duration::from_secs(60), "the money of the sales is waited for");
    exchange.capacity.borrow_mut().clear();
    assert_eq!(resume(&world, &exchange, &plan).code(), 0);
    once(&exchange);
    let (world, exchange, plan) = scene(&[]);
    exchange.capacity.borrow_mut().insert("sell-091230".to_owned(), 0);
    let run = apply(&world, &exchange, &plan);
    assert!(matches!(run.reason(), Reason::Unfunded { .. }) && run.waited == Duration::ZERO, "{:?}", run.result);
}

#[test]
fn told_to_stop_the_order_in_flight_ends_and_no_other_begins() {
    let (world, exchange, plan) = scene(&[]);
    let run = apply_on(&world, &exchange, &RealDisk, &|| exchange.sent.get() >= 2, &plan);
    assert!(matches!(run.reason(), Reason::Interrupted), "{:?}", run.result);
    assert_eq!((run.code(), run.summary().done.len(), run.summary().not_started.len()), (5, 2, 3));
    assert_eq!(resume(&world, &exchange, &plan).code(), 0);
    once(&exchange);
    let (world, exchange, plan) = scene(&[]);
    let run = apply_on(&world, &exchange, &RealDisk, &|| true, &plan);
    assert_eq!((run.code(), exchange.sent.get(), world.journal().runs.len()), (130, 0, 0), "nothing was begun");
}

#[test]
fn an_order_that_cannot_be_brought_to_an_end_stops_everything_and_is_followed_later() {
    let (world, exchange, plan) = scene(&[("sell-091230", Course::Stuck)]);
    let run = apply(&world, &exchange, &plan);
    assert!(matches!(run.reason(), Reason::Waiting { order, .. } if order == "sell-091230"), "{:?}", run.result);
    assert_eq!((run.code(), exchange.sent.get()), (5, 1));
    exchange.set("sell-091230", Course::Filled(0));
    assert_eq!(resume(&world, &exchange, &plan).code(), 0);
    once(&exchange);
}

/// The record, but for the times of its fills: waiting is not the same twice.
fn record(world: &World) -> serde_json::Value {
    let text = world.text("rebalance_log.jsonl");
    assert_eq!(text.lines().count(), 1, "{text}");
    let mut record: serde_json::Value = serde_json::from_str(&text).unwrap();
    record["fills"].as_array_mut().unwrap().iter_mut().for_each(|fill| drop(fill["at"].take()));
    record
}

#[test]
fn killed_anywhere_no_order_is_doubled_and_none_is_lost() {
    let courses = [
        ("sell-091230", Course::Lost(Found::It)),
        ("sell-360750", Course::Busy(1)),
        ("buy-305080", Course::Part(3)),
        ("buy-305720", Course::Filled(10)),
    ];
    let (world, exchange, plan) = scene(&courses);
    let disk = Mortal::immortal();
    assert_eq!(apply_on(&world, &exchange, &disk, &|| false, &plan).code(), 5);
    let (operations, expected) = (disk.operations(), record(&world));
    assert!(operations > 60, "{operations}");
    for (last, death) in [
        (Last::Undone, Death::Kill),
        (Last::Torn, Death::Kill),
        (Last::Undone, Death::PowerCut),
        (Last::Torn, Death::PowerCut),
    ] {
        for at in 0..operations {
            let (world, exchange, plan) = scene(&courses);
            let disk = Mortal::new(at, last, death);
            apply_on(&world, &exchange, &disk, &|| false, &plan).result.unwrap_err();
            let state = journal::read(&RealDisk, &world.state_directory()).unwrap();
            assert_eq!(state, world.journal(), "read twice it says the same");
            match state.run(&plan.plan_id).map(|run| run.finished.is_some()) {
                None => drop(apply(&world, &exchange, &plan)),
                Some(true) => {}
                Some(false) => drop(resume(&world, &exchange, &plan)),
            }
            once(&exchange);
            assert_eq!(record(&world), expected, "{last:?} {death:?} {at}");
            assert!(world.journal().unfinished().is_none());
        }
    }
}

fn go_on(world: &World, exchange: &Exchange, plan: &PlanFile, wish: &Wish) -> Run {
    let journal = Journal::open(&RealDisk, Lock::take(&world.state_directory()).unwrap()).unwrap();
    let evidence = ResumeEvidence {
        plan: Ok(plan.clone()),
        expect: None,
        journal: journal.state(),
        broker: "paper",
        mark: None,
        account: None,
    };
    let permit = gate::resume(evidence).unwrap();
    let (result, steps, waited) =
        desk(world, exchange, &RealDisk, &|| false, |desk| apply::resume(permit, journal, wish, desk));
    Run { result, steps, waited }
}

#[test]
fn a_person_says_which_order_it_is_or_that_it_is_none() {
    let word = |reference: Option<&str>| Wish {
        word: Some(Word { order: "sell-091230".to_owned(), reference: reference.map(str::to_owned) }),
        close: false,
    };
    let (world, exchange, plan) = scene(&[("sell-091230", Course::Lost(Found::Candidates))]);
    assert_eq!(apply(&world, &exchange, &plan).code(), 5);
    let run = go_on(&world, &exchange, &plan, &word(Some("no-7")));
    assert!(matches!(run.reason(), Reason::Misplaced { .. }) && run.code() == 64, "none of the candidates");
    assert_eq!(go_on(&world, &exchange, &plan, &word(Some("no-1"))).code(), 0);
    once(&exchange);

    let (world, exchange, plan) = scene(&[("sell-091230", Course::Lost(Found::Candidates))]);
    apply(&world, &exchange, &plan).result.unwrap_err();
    exchange.orders.borrow_mut().clear();
    exchange.set("sell-091230", Course::Filled(0));
    assert_eq!(go_on(&world, &exchange, &plan, &word(None)).code(), 0);
    once(&exchange);

    let (world, exchange, plan) = scene(&[("sell-360750", Course::Refused)]);
    apply(&world, &exchange, &plan).result.unwrap_err();
    let run = go_on(&world, &exchange, &plan, &word(None));
    assert!(matches!(run.reason(), Reason::Misplaced { .. }), "an order that is done");
}

#[test]
fn a_plan_is_ended_with_what_was_executed() {
    let close = Wish { close: true, ..Wish::default() };
    for (course, done) in [(Course::Refused, 1), (Course::Stuck, 2), (Course::Lost(Found::Nothing), 2)] {
        let (world, exchange, plan) = scene(&[("sell-360750", course.clone())]);
        assert_eq!(apply(&world, &exchange, &plan).code(), 5);
        if done == 2 {
            // What is in flight or in doubt has to be clear first.
            assert!(go_on(&world, &exchange, &plan, &close).result.is_err(), "{course:?}");
            exchange.set("sell-360750", Course::Lost(Found::It));
        }
        let sent = exchange.sent.get();
        let run = go_on(&world, &exchange, &plan, &close);
        assert_eq!((run.code(), run.summary().finished, run.summary().done.len()), (5, true, done), "{course:?}");
        assert_eq!(exchange.sent.get(), sent, "nothing is sent");
        let log = world.log();
        let record = &log.records()[0];
        assert_eq!((record.fills.len(), record.unfilled.len()), (done, 5 - done));
        assert!(world.journal().unfinished().is_none() && world.journal().runs[0].closed.is_some());
    }
}

/// A clock that somebody sets, back and forth, whenever it is looked at. What is waited goes on.
struct Jumping(Cell<i64>, StillClock);

impl Clock for Jumping {
    fn now(&self) -> DateTime<Utc> {
        self.0.set(-self.0.get() * 2 % 1_000_003);
        self.1.now() + TimeDelta::seconds(self.0.get())
    }

    fn elapsed(&self) -> Duration {
        self.1.elapsed()
    }

    fn wait(&self, how_long: Duration) {
        self.1.wait(how_long);
    }
}

#[test]
fn a_clock_that_jumps_changes_times_and_nothing_else() {
    let courses = [("sell-091230", Course::Lost(Found::It)), ("buy-305080", Course::Part(3))];
    let (world, exchange, plan) = scene(&courses);
    apply(&world, &exchange, &plan).result.unwrap();
    let expected = record(&world);
    let (world, exchange, plan) = scene(&courses);
    let (jumping, log) = (Jumping(Cell::new(86_400), clock()), world.log_path());
    let journal = Journal::open(&RealDisk, Lock::take(&world.state_directory()).unwrap()).unwrap();
    let permit = world.judge(&plan).unwrap();
    let mut broker = Scripted(&exchange);
    let mut desk = Desk {
        disk: &RealDisk,
        broker: &mut broker,
        log: &log,
        clock: &jumping,
        stop: &|| false,
        progress: &mut |_| (),
    };
    let summary = apply::apply(permit, journal, &mut desk).unwrap();
    assert!(summary.finished && summary.unfilled.len() == 1, "{summary:?}");
    assert_eq!(record(&world), expected);
    assert!(world.journal().unfinished().is_none());
    once(&exchange);
}
