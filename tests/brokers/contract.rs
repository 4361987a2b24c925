//! One suite for every broker in the table: what its trait promises, asked of each in a world of its own. A broker that has
//! no world here fails, and what each comes to is the table of docs/brokers.md.

use crate::alpaca_server::Alpaca;
use crate::bench::{Bench, GUIDE};
use crate::desk::{Drive, Outcome, Tied, books, ticket};
use crate::kis::Kis;
use crate::kiwoom::Kiwoom;
use crate::ledger::{self, Course, Wish};
use crate::wire::{Fault, Reply, Server};
use rebalance::broker::{self, Broker, BrokerError, Means, Sent, Session, Snapshot};
use rebalance::clock::{Clock, StillClock};
use rebalance::disk::RealDisk;
use rebalance::trade::{Side, Ticket};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// What happens to an order, or to the market before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Case {
    Filled,
    Partly,
    Cancelled,
    Refused,
    RejectedLater,
    LostAndTaken,
    LostAndNot,
    TooMuch,
    Fraction,
    Closed,
    Halted,
    Stranger,
}

const CASES: [(Case, &str); 12] = [
    (Case::Filled, "all of it is executed"),
    (Case::Partly, "2 of 5 are executed, then nothing"),
    (Case::Cancelled, "nothing is executed"),
    (Case::Refused, "the broker says no"),
    (Case::RejectedLater, "it is taken, and rejected later"),
    (Case::LostAndTaken, "the answer is lost, and it was taken"),
    (Case::LostAndNot, "the answer is lost, and it was not taken"),
    (Case::TooMuch, "more is to be sold than is held"),
    (Case::Fraction, "it is of 2.5 instead"),
    (Case::Closed, "the market is closed"),
    (Case::Halted, "trading in it is halted"),
    (Case::Stranger, "somebody else's order is open"),
];

/// The shares of the order that it happens to.
fn quantity(case: Case) -> &'static str {
    match case {
        Case::TooMuch => "1000000",
        Case::Fraction => "2.5",
        _ => "5",
    }
}

/// What goes wrong on the wire while an order is sent.
fn faults() -> Vec<(&'static str, Fault)> {
    vec![
        ("reset before it is read", Fault::Reset),
        ("dropped before it is done", Fault::DropBefore),
        ("dropped after it is done", Fault::DropAfter),
        ("dropped in the middle of the answer", Fault::HalfBody),
        ("a gateway's page of status 500, not done", Fault::Instead(Reply::gateway(500))),
        ("a gateway's page of status 500, done", Fault::DoneBut(Reply::gateway(500))),
        ("a gateway's page of status 504, done", Fault::DoneBut(Reply::gateway(504))),
        ("an empty answer, done", Fault::DoneBut(Reply::empty(200))),
        ("a redirect, not done", Fault::Instead(Reply::empty(307).with("Location", "/"))),
        ("no HTTP, done", Fault::DoneBut(Reply::raw("hello"))),
        ("closed between two requests", Fault::CloseAfter),
    ]
}

/// A broker's world.
trait World {
    /// Brings a case about: the order it happens to; none where it cannot happen.
    fn arrange(&self, case: Case, side: Side) -> Option<Ticket>;
    /// Whether orders go over a wire.
    fn wired(&self) -> bool;
    /// Lets something go wrong with the next order on the wire.
    fn fails(&self, fault: Fault);
    /// Opens the broker anew, as another run would.
    fn with(&self, go: &mut dyn FnMut(&mut dyn Broker, &dyn Clock));
    /// The books are in order and say the same.
    fn agrees(&self, outcome: &Outcome, story: &str);
}

/// A simulator.
struct Simulated<B: Bench> {
    server: Server<B>,
    home: TempDir,
    env: BTreeMap<String, String>,
}

impl<B: Bench> Simulated<B> {
    fn world() -> Box<dyn World> {
        let server = Server::start(B::fresh());
        books(&server).ledger().deposit("1000000");
        let lines = B::credentials(&server.url);
        // What is waited passes on the simulator's clock: there is no hurry.
        let usual = lines.lines().filter(|line| !line.contains("PACE=") && !line.contains("REQUESTS_PER_SECOND="));
        let env = usual.filter_map(|line| line.split_once('=')).map(|(a, b)| (a.to_owned(), b.to_owned()));
        Box::new(Self { env: env.collect(), server, home: TempDir::new().unwrap() })
    }

    /// A position at the market's price.
    fn order(&self, side: Side, quantity: &str) -> Ticket {
        let mut books = books(&self.server);
        let ledger = books.ledger();
        let code = ledger.positions.keys().next().unwrap().clone();
        let price = ledger.prices[&code].to_string();
        let currency = broker::find(B::BROKER).unwrap().currencies[0];
        Ticket { currency, ..ticket(side, &code, quantity, &price) }
    }
}

impl<B: Bench> World for Simulated<B> {
    fn arrange(&self, case: Case, side: Side) -> Option<Ticket> {
        let order = self.order(side, quantity(case));
        let next = |course| books(&self.server).ledger().next(course);
        match case {
            Case::Filled | Case::Fraction => next(Course::filled_after(3)),
            Case::Partly => next(Course::part(Decimal::TWO)),
            Case::Cancelled => next(Course::open()),
            Case::Refused => next(Course::Refused("no".to_owned())),
            Case::RejectedLater => next(Course::rejected_after(3, "no")),
            Case::LostAndTaken => self.server.fail_order(1, Fault::DropAfter),
            Case::LostAndNot => self.server.fail_order(1, Fault::DropBefore),
            Case::TooMuch => {}
            Case::Closed => self.server.protocol().close(),
            Case::Halted => self.server.protocol().halt(&order.code.0),
            Case::Stranger => {
                let (code, limit) = (order.code.0.clone(), Some(order.limit.decimal()));
                let wish = Wish { code, side: ledger::Side::Sell, quantity: Decimal::ONE, limit, client: None };
                books(&self.server).ledger().person(wish, &Course::open());
            }
        }
        Some(order)
    }

    fn wired(&self) -> bool {
        true
    }

    fn fails(&self, fault: Fault) {
        self.server.fail_order(1, fault);
    }

    fn with(&self, go: &mut dyn FnMut(&mut dyn Broker, &dyn Clock)) {
        let clock = Tied::new(&self.server);
        opened(B::BROKER, self.home.path(), &clock, &|name| self.env.get(name).cloned(), go);
    }

    fn agrees(&self, outcome: &Outcome, story: &str) {
        outcome.agrees(&self.server, story);
    }
}

/// The plan that orders by hand are of.
const PLAN: &str = "plan";

/// A holdings file.
struct Filed {
    broker: &'static str,
    home: TempDir,
}

impl Filed {
    fn world(broker: &'static str) -> Box<dyn World> {
        let home = TempDir::new().unwrap();
        let holdings = Path::new(env!("CARGO_MANIFEST_DIR")).join("holdings.yaml");
        let text = fs::read_to_string(holdings).unwrap().replace("KRW: 0", "KRW: 1000000");
        fs::write(home.path().join("holdings.yaml"), text).unwrap();
        Box::new(Self { broker, home })
    }

    /// What the person writes down of an order, where a person executes it.
    fn written(&self, order: &Ticket, executed: &str) -> bool {
        let text = format!("order,filled_quantity,filled_price\n{},{executed},{}\n", order.id, order.price);
        let text = rebalance::trade::kept(PLAN, &text);
        let path = broker::fills_path(self.home.path());
        self.broker == broker::MANUAL && fs::write(path, text).is_ok()
    }
}

impl World for Filed {
    fn arrange(&self, case: Case, side: Side) -> Option<Ticket> {
        let (code, _, price) = GUIDE[0];
        let order = ticket(side, code, quantity(case), price);
        let by_hand = self.broker == broker::MANUAL;
        let happens = match case {
            Case::Filled => self.written(&order, "5") || !by_hand,
            Case::Fraction => self.written(&order, "2.5") || !by_hand,
            Case::Partly => self.written(&order, "2"),
            Case::Cancelled => self.written(&order, "0"),
            // A run that was killed after its order was taken, or before.
            Case::LostAndTaken => self.written(&order, "5") || !by_hand,
            Case::LostAndNot | Case::TooMuch => !by_hand,
            Case::Refused | Case::RejectedLater | Case::Closed | Case::Halted | Case::Stranger => false,
        };
        happens.then_some(order)
    }

    fn wired(&self) -> bool {
        false
    }

    fn fails(&self, _: Fault) {
        panic!("there is no wire");
    }

    fn with(&self, go: &mut dyn FnMut(&mut dyn Broker, &dyn Clock)) {
        let clock = StillClock::new("2026-03-04T01:00:00Z".parse().unwrap(), |_| ());
        opened(self.broker, self.home.path(), &clock, &|_| None, &mut |broker, clock| {
            broker.resuming(PLAN).unwrap();
            go(broker, clock);
        });
    }

    fn agrees(&self, _: &Outcome, _: &str) {}
}

fn opened(
    name: &str,
    home: &Path,
    clock: &dyn Clock,
    env: &dyn Fn(&str) -> Option<String>,
    go: &mut dyn FnMut(&mut dyn Broker, &dyn Clock),
) {
    let holdings = home.join("holdings.yaml");
    let means = Means { disk: &RealDisk, holdings: &holdings, directory: home, clock, env };
    let mut broker = (broker::find(name).unwrap().open)(means).unwrap();
    assert_eq!(broker.name(), name);
    go(&mut *broker, clock);
}

/// The world of a broker in the table.
fn world(name: &str) -> Box<dyn World> {
    match name {
        "paper" => Filed::world("paper"),
        "manual" => Filed::world("manual"),
        "kis" => Simulated::<Kis>::world(),
        "kiwoom" => Simulated::<Kiwoom>::world(),
        "alpaca" => Simulated::<Alpaca>::world(),
        name => panic!("the broker {name} has no world in which it is held to its contract"),
    }
}

fn asked<T>(world: &dyn World, go: impl FnOnce(&mut dyn Broker, &dyn Clock) -> T) -> T {
    let (mut go, mut answer) = (Some(go), None);
    world.with(&mut |broker, clock| answer = Some((go.take().unwrap())(broker, clock)));
    answer.unwrap()
}

/// Shares of a code and cash of the order's currency.
fn account(world: &dyn World, order: &Ticket) -> (Decimal, Decimal) {
    let Snapshot { cash, positions } = asked(world, |broker, _| broker.snapshot().unwrap());
    let held = positions.get(&order.code).map_or(Decimal::ZERO, |held| held.quantity.decimal());
    (held, cash.get(&order.currency).map_or(Decimal::ZERO, |cash| cash.decimal()))
}

/// The shares of an outcome.
fn shares(outcome: &Outcome) -> Decimal {
    match outcome {
        Outcome::Filled(shares) | Outcome::Cancelled(shares) | Outcome::Rejected(shares) | Outcome::Expired(shares) => {
            shares.parse().unwrap()
        }
        _ => Decimal::ZERO,
    }
}

/// Brings an order to its end. What was executed is in the account, to the share and to the cent, and nothing else is.
fn driven(world: &dyn World, order: &Ticket, story: &str) -> Outcome {
    let (held, cash) = account(world, order);
    let capacity = asked(world, |broker, _| broker.capacity(order).unwrap());
    assert!(capacity >= order.quantity, "{story}: {capacity}");
    let outcome = asked(world, |broker, clock| clock.drive(broker, order, &[]).0);
    world.agrees(&outcome, story);
    let (now, left) = account(world, order);
    let sign = if order.side == Side::Buy { Decimal::ONE } else { -Decimal::ONE };
    let (moved, executed) = (shares(&outcome), shares(&outcome) * order.price.decimal());
    assert_eq!(now - held, sign * moved, "{story}: {outcome}");
    // Where costs are charged, they come on top.
    let costs = (cash - left) - sign * executed;
    assert!(costs >= Decimal::ZERO && costs <= executed / Decimal::ONE_HUNDRED, "{story}: {outcome}, costs {costs}");
    outcome
}

/// Sends an order and loses its answer; another run looks for it, twice, and it is the same both times.
fn lost(world: &dyn World, order: &Ticket, taken: bool, story: &str) -> Outcome {
    let intent = asked(world, |broker, clock| {
        let intent = clock.intent(broker, order, &[]).unwrap();
        if world.wired() || taken {
            let sent = broker.send(&intent);
            assert!(!world.wired() || matches!(sent, Sent::Unknown(_)), "{story}: {sent:?}");
        }
        intent
    });
    let find = || asked(world, |broker, clock| clock.looked_for(broker, &intent));
    let outcome = find();
    world.agrees(&outcome, story);
    assert_eq!(find(), outcome, "{story}");
    outcome
}

/// What a case comes to, after all that must hold in any case.
fn came_to(name: &str, case: Case, side: Side) -> Option<String> {
    let (world, story) = (world(name), format!("{name}, {case:?}, {side:?}"));
    let world = world.as_ref();
    let order = world.arrange(case, side)?;
    let prepared = |why: &str| {
        let error = asked(world, |broker, clock| clock.intent(broker, &order, &[]).map(drop));
        assert!(error.is_err(), "{story}: {why}");
        world.agrees(&Outcome::NotPlaced, &story);
    };
    Some(match case {
        Case::Filled | Case::Partly | Case::Cancelled | Case::Refused | Case::RejectedLater => {
            driven(world, &order, &story).to_string()
        }
        Case::Fraction => match asked(world, |broker, _| broker.fits(&order)) {
            Ok(()) => driven(world, &order, &story).to_string(),
            Err(error) => {
                assert!(matches!(error, BrokerError::Unfit { .. }), "{story}: {error:?}");
                assert!(error.to_string().contains("2.5 of ") && error.remedy().contains("`increment`"), "{error}");
                // The same order of whole shares is one that it takes, and who does not ask is refused all the same.
                let whole = world.arrange(Case::Filled, side)?;
                asked(world, |broker, _| broker.fits(&whole)).unwrap();
                prepared("only whole shares are ordered");
                "not sent".to_owned()
            }
        },
        Case::LostAndTaken | Case::LostAndNot => lost(world, &order, case == Case::LostAndTaken, &story).to_string(),
        Case::TooMuch => {
            let capacity = asked(world, |broker, _| broker.capacity(&order).unwrap());
            if capacity >= order.quantity {
                prepared("more than is held");
            }
            "not sent".to_owned()
        }
        Case::Closed => {
            let session = asked(world, |broker, _| broker.session().unwrap());
            assert!(matches!(session, Session::Closed { .. }), "{story}: {session:?}");
            "not sent".to_owned()
        }
        Case::Halted => {
            let codes = [order.code.clone()];
            let quotes = asked(world, |broker, _| broker.quotes(&codes).unwrap());
            assert!(quotes[0].obstacle(side).is_some(), "{story}: {quotes:?}");
            prepared("it is halted");
            "not sent".to_owned()
        }
        Case::Stranger => {
            let open = asked(world, |broker, _| broker.open_orders().unwrap());
            assert_eq!(open.len(), 1, "{story}");
            assert_eq!((&open[0].code, open[0].quantity.decimal()), (&order.code, Decimal::ONE), "{story}");
            "not sent".to_owned()
        }
    })
}

fn faulty(name: &str, fault: Fault) -> Option<String> {
    let world = world(name);
    let order = world.arrange(Case::Filled, Side::Buy).filter(|_| world.wired())?;
    world.fails(fault);
    Some(driven(world.as_ref(), &order, &format!("{name}, a fault")).to_string())
}

/// A row of the page: what each broker comes to.
fn row(about: &str, cells: impl Iterator<Item = Option<String>>) -> String {
    let cells = cells.map(|cell| format!(" {} |", cell.unwrap_or_else(|| "–".to_owned())));
    format!("| {about} |{}\n", cells.collect::<String>())
}

#[test]
fn every_broker_keeps_its_contract_and_the_page_says_what_each_comes_to() {
    let names: Vec<&str> = broker::ALL.iter().map(|entry| entry.name).collect();
    let mut table = row("what happens to an order of 5", names.iter().map(|name| Some(format!("`{name}`"))));
    table.push_str(&format!("|---|{}\n", "---|".repeat(names.len())));
    for (case, about) in CASES {
        let cells = names.iter().map(|name| {
            let sold = came_to(name, case, Side::Sell);
            // There is no more to be bought than to be sold of what is too much.
            assert_eq!(came_to(name, case, Side::Buy), sold, "{name}: {case:?} is the same both ways");
            sold
        });
        table.push_str(&row(about, cells));
    }
    for (about, fault) in faults() {
        table.push_str(&row(&format!("its request: {about}"), names.iter().map(|name| faulty(name, fault.clone()))));
    }
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/brokers.md")).unwrap();
    assert!(page.contains(&table), "docs/brokers.md should have\n{table}");
}

#[test]
fn every_broker_says_whose_account_it_is_the_same_each_time_and_no_other_account_is_called_so() {
    for entry in broker::ALL {
        let first = world(entry.name);
        let identity = |world: &dyn World| asked(world, |broker, _| broker.account().unwrap());
        let known = identity(first.as_ref());
        assert_eq!(identity(first.as_ref()), known, "{}", entry.name);
        // A file is known by its hash; an account at a broker by a salted one, which is of this host and these keys.
        assert_eq!(known.is_none(), entry.needs.is_empty(), "{}", entry.name);
        if let Some(known) = known {
            assert_eq!(known.text().len(), 64, "{}", entry.name);
            assert_ne!(identity(world(entry.name).as_ref()), Some(known), "{}", entry.name);
        }
        let none = asked(first.as_ref(), |broker, _| broker.quotes(&[]).unwrap());
        assert!(none.is_empty(), "{}", entry.name);
        let error = asked(first.as_ref(), |broker, _| broker.quotes(&[rebalance::code::Code("NONE/".to_owned())]));
        assert!(error.is_err(), "{}: what is no code has no price", entry.name);
    }
}
