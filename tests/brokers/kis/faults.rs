//! Every fault of the reference's section 8.5 that a broker can see: at most one order, and no end that the ledger does
//! not agree with.

use super::Kis;
use super::world::World;
use crate::desk::{Drive, Outcome, buy, sell, wire_faults};
use crate::ledger::Course;
use crate::wire::{Fault, Reply, Server};
use rebalance::broker::{Fate, Sent};
use std::time::Duration;

/// A request that is done when nobody waits for it any more: the order may come before we look, or after, and then at a
/// time that proves nothing.
const LATE: &str = "filled 10|needs a human: 1|cannot tell";

/// What becomes of an order in the real world whose request goes wrong: the fault, how it ends, how many were accepted.
fn table() -> Vec<(&'static str, Fault, &'static str, usize)> {
    let own = vec![
        ("done too late", Fault::DoneLate(Duration::from_millis(1500)), LATE, 1),
        ("EGW00201", Fault::Special("EGW00201"), "filled 10", 1),
        ("EGW00215", Fault::Special("EGW00215"), "filled 10", 1),
        ("a token that ended", Fault::Special("stale"), "filled 10", 1),
        ("EGW00301", Fault::Special("EGW00301"), "not placed", 0),
        ("EGW00301, done", Fault::Special("EGW00301, done"), "filled 10", 1),
        ("EGW00302", Fault::Special("EGW00302"), "not placed", 0),
        ("EGW00302, done", Fault::Special("EGW00302, done"), "filled 10", 1),
        ("EGW00203, done", Fault::Special("EGW00203, done"), "filled 10", 1),
        ("OPSQ0008, done", Fault::Special("OPSQ0008, done"), "filled 10", 1),
        ("maintenance", Fault::Special("maintenance"), "not placed", 0),
        ("maintenance, done", Fault::Special("maintenance, done"), "filled 10", 1),
        ("not in session", Fault::Special("APBK0918"), "refused", 0),
        ("a no that nobody knows", Fault::Special("said no"), "refused", 0),
        ("a no that nobody knows, done", Fault::Special("said no, done"), "filled 10", 1),
        ("a strange result, done", Fault::Special("a strange result, done"), "filled 10", 1),
        ("no number", Fault::Special("no number, done"), "filled 10", 1),
        ("no output", Fault::Special("no output, done"), "filled 10", 1),
        ("lost, and somebody else's of the same second", Fault::Special("another's"), "needs a human: 1", 0),
    ];
    [wire_faults(), own].concat()
}

fn drive(world: &World) -> Outcome {
    drive_at(world, false)
}

/// The same, where the server may take its time.
fn drive_at(world: &World, slow: bool) -> Outcome {
    world.with(|broker, clock| clock.slow(slow).drive(broker, &buy("069500", "10", "35700"), &[]).0)
}

#[test]
fn no_fault_doubles_an_order_or_says_what_is_not_so() {
    for (name, fault, expected, accepted) in table() {
        let world = World::new();
        let late = matches!(fault, Fault::DoneLate(_));
        world.server.fail_order(1, fault);
        let outcome = drive_at(&world, late);
        assert!(world.server.failed(), "{name}: the fault has not come");
        ended(&outcome, expected, (world.orders(), accepted), name);
        outcome.agrees(&world.server, name);
    }
}

/// It ended in one of these ways, and as many orders were accepted as are said; of a late one, perhaps none yet.
fn ended(outcome: &Outcome, expected: &str, (orders, accepted): (usize, usize), name: &str) {
    let said = outcome.to_string();
    assert!(expected.split('|').any(|way| way == said), "{name}: {outcome:?}");
    assert!(orders == accepted || (expected == LATE && orders < accepted), "{name}: {orders} orders");
}

/// The same in the mock world, whose list of orders stays empty: what was filled is told by its sums, and what is not told
/// is for a person.
#[test]
fn in_the_mock_world_absence_proves_nothing() {
    for (name, fault, expected, accepted) in table() {
        let world = World::mock();
        let late = matches!(fault, Fault::DoneLate(_));
        world.server.fail_order(1, fault);
        let outcome = drive_at(&world, late);
        let expected = match expected {
            "not placed" | "needs a human: 1" => "cannot tell",
            expected => expected,
        };
        ended(&outcome, expected, (world.orders(), accepted), name);
        outcome.agrees(&world.server, name);
    }
}

#[test]
fn an_order_that_is_listed_late_is_found() {
    for hidden in [5, 15, 30, 55] {
        let world = World::new();
        world.server.protocol().ledger.hidden = Duration::from_secs(hidden);
        world.server.fail_order(1, Fault::DropAfter);
        let outcome = drive(&world);
        assert_eq!(outcome, Outcome::Filled("10".to_owned()), "{hidden}");
        outcome.agrees(&world.server, "hidden");
    }
    // And one whose answer came is waited for.
    let world = World::new();
    world.server.protocol().ledger.hidden = Duration::from_secs(30);
    assert_eq!(drive(&world), Outcome::Filled("10".to_owned()));
}

#[test]
fn a_twin_of_the_same_second_is_for_a_person() {
    let world = World::new();
    world.server.protocol().ledger.next_with_twin(Course::filled());
    world.server.fail_order(1, Fault::DropAfter);
    let outcome = drive(&world);
    let Outcome::NeedsHuman(candidates) = &outcome else { panic!("{outcome:?}") };
    assert!(candidates.len() == 2 && candidates.iter().any(|told| told.contains("by OpnAPI")), "{candidates:?}");
    assert!(
        candidates.iter().all(|told| told.contains("buy 10 of 069500 at 35700, ordered at 10:00:")),
        "{candidates:?}"
    );
    outcome.agrees(&world.server, "twin");
}

#[test]
fn clocks_may_differ_and_may_not_be_known_to() {
    for ahead in [-120, 120] {
        let mut world = World::new();
        world.ahead = ahead;
        world.server.fail_order(1, Fault::DropAfter);
        assert_eq!(drive(&world), Outcome::Filled("10".to_owned()), "{ahead}");
        // Without the broker's clock nobody can say whether it is the order of our time.
        let mut world = World::new().sim(|sim| sim.dated = false);
        world.ahead = ahead;
        world.server.fail_order(1, Fault::DropAfter);
        assert_eq!(drive(&world).to_string(), "needs a human: 1", "{ahead}");
    }
}

#[test]
fn what_is_claimed_by_another_order_is_not_this_one() {
    let world = World::new();
    world.with(|broker, clock| {
        let mut first = clock.intent(broker, &buy("069500", "5", "35700"), &[]).unwrap();
        let Sent::Acknowledged(ack) = broker.send(&first) else { panic!("it is taken") };
        // The same order again, with what was known before the first, as if the lists had been late.
        first.claimed = vec![ack.reference];
        assert!(matches!(broker.reconcile(&first), Fate::NotPlaced(_)));
    });
}

/// What the run after a crash finds: the order was sent, or was not, on that day or the day before.
#[test]
fn the_next_run_finds_what_the_one_before_left() {
    for (name, sent, later, expected) in [
        ("sent, the same minute", true, 60, "filled 10"),
        ("sent, the next day", true, 86_400, "filled 10"),
        ("not sent, the same minute", false, 60, "not placed"),
        ("not sent, the next day", false, 86_400, "not placed"),
        ("not sent, long after", false, 100 * 86_400, "cannot tell"),
    ] {
        let world = World::new();
        let intent = world.with(|broker, clock| {
            let intent = clock.intent(broker, &buy("069500", "10", "35700"), &[]).unwrap();
            if sent {
                assert!(matches!(broker.send(&intent), Sent::Acknowledged(_)));
            }
            intent
        });
        world.server.protocol().ledger.pass(Duration::from_secs(later));
        let outcome = world.with(|broker, clock| clock.looked_for(broker, &intent));
        assert_eq!(outcome.to_string(), expected, "{name}: {outcome:?}");
        outcome.agrees(&world.server, name);
    }
}

#[test]
fn somebody_who_trades_meanwhile_is_no_proof() {
    // Ours was lost, and 10 were bought by hand with another limit: listed, so explained.
    let world = World::new();
    world.server.fail(1, 1, Fault::DropBefore, |_: &Kis, request| request.path.ends_with("order-cash"));
    let by_hand = |server: &Server<Kis>| {
        let wish = crate::ledger::Wish {
            code: "069500".to_owned(),
            side: crate::ledger::Side::Buy,
            quantity: 10.into(),
            limit: Some(36_000.into()),
            client: None,
        };
        server.protocol().ledger.person(wish, &Course::filled());
    };
    let outcome = world.with(|broker, clock| {
        let intent = clock.intent(broker, &buy("069500", "10", "35700"), &[]).unwrap();
        assert!(matches!(broker.send(&intent), Sent::Unknown(_)));
        by_hand(&world.server);
        clock.looked_for(broker, &intent)
    });
    assert_eq!(outcome, Outcome::NotPlaced);
    // In the mock world the same cannot be told from ours.
    let world = World::mock();
    let outcome = world.with(|broker, clock| {
        let intent = clock.intent(broker, &sell("360750", "3", "16600"), &[]).unwrap();
        clock.looked_for(broker, &intent)
    });
    assert_eq!(outcome.to_string(), "cannot tell");
}

#[test]
fn reading_survives_what_goes_wrong_once() {
    let faults = [
        Fault::Reset,
        Fault::DropBefore,
        Fault::HalfBody,
        Fault::Instead(Reply::gateway(500)),
        Fault::Special("EGW00201"),
        Fault::Special("stale"),
        Fault::Special("maintenance"),
        Fault::CloseAfter,
    ];
    for (n, fault) in faults.into_iter().enumerate() {
        let world = World::new();
        world.server.fail(1, 1, fault, |_: &Kis, request| request.path.ends_with("inquire-balance"));
        world.with(|broker, _| assert_eq!(broker.snapshot().unwrap().positions.len(), 5, "{n}"));
        assert!(world.server.failed());
    }
}

#[test]
fn a_cancellation_that_is_lost_is_asked_for_again_and_done_once() {
    for fault in [Fault::DropBefore, Fault::DropAfter, Fault::Special("EGW00201"), Fault::Special("EGW00302, done")] {
        let world = World::new();
        world.server.protocol().ledger.next(Course::part(4.into()));
        world.server.fail(1, 1, fault, |_: &Kis, request| request.path.ends_with("order-rvsecncl"));
        let outcome = drive(&world);
        assert_eq!(outcome, Outcome::Cancelled("4".to_owned()));
        outcome.agrees(&world.server, "cancel");
        assert!(world.server.failed());
    }
}
