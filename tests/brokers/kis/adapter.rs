//! The broker against its simulator when all is well, and when it is told no.

use super::world::World;
use super::{ACCOUNT, KEY, Kis, Lists, SECRET, TOKEN};
use crate::bench::Bench;
use crate::desk::{Drive, Outcome, buy, sell};
use crate::ledger::Course;
use crate::wire::Fault;
use rebalance::broker::{BrokerError, Sent, Session};
use rebalance::code::Code;
use rebalance::config::Currency;
use std::time::Duration;

fn code(text: &str) -> Code {
    Code(text.to_owned())
}

#[test]
fn the_account_is_read_whole_and_exactly() {
    for world in [
        World::new(),
        World::mock(),
        World::new().sim(|sim| sim.page = 2),
        World::new().sim(|sim| sim.otherwise = true),
    ] {
        world.server.protocol().ledger.commission = "0.00015".parse().unwrap();
        world.with(|broker, _| {
            let found = broker.snapshot().unwrap();
            // What is settled the day after tomorrow, not today's deposit.
            assert_eq!(found.cash[&Currency::Krw].to_string(), "1000000");
            let positions =
                found.positions.iter().map(|(code, held)| format!("{code} {} {}", held.quantity, held.price));
            let positions: Vec<_> = positions.collect();
            assert_eq!(
                positions,
                ["069500 10 35555", "091230 5 8150", "305080 100 10500", "319640 7 12005", "360750 250 16800"]
            );
            let held = &found.positions[&code("360750")];
            assert_eq!(
                (held.sellable.to_string(), held.cost.unwrap().to_string()),
                ("250".to_owned(), "16800".to_owned())
            );
            let quotes = broker.quotes(&[code("360750"), code("069500")]).unwrap();
            let figures = |at: usize| {
                let quote = &quotes[at];
                [quote.price, quote.lower.unwrap(), quote.upper.unwrap(), quote.tick.unwrap()]
                    .map(|price| price.to_string())
            };
            assert_eq!(figures(0), ["16800", "11760", "21840", "5"]);
            assert_eq!(figures(1), ["35555", "24885", "46220", "5"]);
            assert_eq!(broker.session().unwrap(), Session::Open);
            assert!(broker.open_orders().unwrap().is_empty());
            // Without a receivable; with one it would be 56.
            assert_eq!(broker.capacity(&buy("069500", "1", "35700")).unwrap().to_string(), "28");
            assert_eq!(broker.capacity(&sell("360750", "1", "16700")).unwrap().to_string(), "250");
            assert_eq!(broker.capacity(&sell("229200", "1", "16700")).unwrap().to_string(), "0");
        });
        assert!(world.asked("inquire-balance").iter().all(|request| request.header("custtype") == "P"));
    }
}

#[test]
fn a_plan_knows_the_account_by_a_hash() {
    let world = World::new();
    let identity = world.with(|broker, _| broker.account().unwrap().unwrap());
    assert_eq!(identity.text().len(), 64);
    let other = world.set("KIS_ACCOUNT", "81201281-01");
    assert_ne!(other.with(|broker, _| broker.account().unwrap().unwrap()), identity);
}

#[test]
fn what_it_is_told_is_checked_before_anybody_is_asked() {
    for (name, value) in [
        ("KIS_ENV", "Real"),
        ("KIS_ENV", ""),
        ("KIS_ACCOUNT", "canary-9"),
        ("KIS_ACCOUNT", "81201280-29"),
        ("KIS_URL", "http://example.org"),
        ("KIS_TIMEOUT", "0"),
        ("KIS_REQUESTS_PER_SECOND", "1.5"),
        ("KIS_APP_KEY", ""),
    ] {
        let world = World::new().set(name, value);
        let error = world.opened().unwrap_err();
        assert!(matches!(error, BrokerError::Credentials(_)), "{error:?}");
        assert!(error.to_string().contains(name) && !error.to_string().contains("canary"), "{error}");
        assert!(world.server.lines().is_empty());
    }
    // Faster than the broker takes requests is for a simulator alone.
    let world = World::new().set("KIS_REQUESTS_PER_SECOND", "21");
    assert!(world.opened().is_ok());
    let error = world.set("KIS_URL", "").opened().unwrap_err();
    assert!(error.to_string().contains("only on this machine may two requests be made within 50 ms"), "{error}");
}

#[test]
fn what_is_sent_is_one_limit_order_on_a_tick() {
    let world = World::new();
    world.with(|broker, clock| {
        assert_eq!(clock.drive(broker, &buy("069500", "3", "35732.775"), &[]).0, Outcome::Filled("3".to_owned()));
        assert_eq!(clock.drive(broker, &sell("360750", "21", "16633"), &[]).0, Outcome::Filled("21".to_owned()));
    });
    let orders = world.asked("order-cash");
    let sent: Vec<_> = orders.iter().map(|order| format!("{} {}", order.header("tr_id"), order.json())).collect();
    assert_eq!(
        sent,
        [
            r#"TTTC0012U {"CANO":"81201280","ACNT_PRDT_CD":"01","PDNO":"069500","ORD_DVSN":"00","ORD_QTY":"3","ORD_UNPR":"35730","EXCG_ID_DVSN_CD":"KRX"}"#,
            r#"TTTC0011U {"CANO":"81201280","ACNT_PRDT_CD":"01","PDNO":"360750","ORD_DVSN":"00","ORD_QTY":"21","ORD_UNPR":"16635","EXCG_ID_DVSN_CD":"KRX","SLL_TYPE":"01"}"#,
        ]
    );
    assert_eq!(orders[0].header("content-type"), "application/json");
    world.server.protocol().ledger.check();
}

#[test]
fn the_mock_world_has_ids_of_its_own_and_is_asked_once_a_second() {
    let world = World::mock();
    world.with(|broker, clock| {
        assert_eq!(clock.drive(broker, &buy("069500", "3", "35700"), &[]).0, Outcome::Filled("3".to_owned()));
        assert_eq!(clock.drive(broker, &sell("360750", "1", "16600"), &[]).0, Outcome::Filled("1".to_owned()));
    });
    assert_eq!(
        world.asked("order-cash").iter().map(|order| order.header("tr_id").to_owned()).collect::<Vec<_>>(),
        ["VTTC0012U", "VTTC0011U"]
    );
    assert!(!world.said("EGW00201") && !world.said("90000000"), "it was asked too often, or for what it does not have");
    let real = World::new();
    real.with(|broker, clock| drop(clock.drive(broker, &buy("069500", "3", "35700"), &[])));
    assert!(!real.said("EGW00201"));
}

#[test]
fn what_cannot_be_sent_is_refused_before_it_is() {
    let world = World::new().sim(|sim| sim.halted.extend(["091230".to_owned()]));
    world.with(|broker, _| {
        for (ticket, why) in [
            (
                buy("091230", "1", "8200"),
                "no order to buy 091230 is sent: it is not traded now: trading in it is halted",
            ),
            (buy("069500", "1", "10000"), "the exchange takes no order to buy 069500 at 10000 today"),
            (sell("069500", "1", "99000"), "the exchange takes no order to sell 069500 at 99000 today"),
            (buy("SPY", "1", "35700"), "`SPY` is no code of the Korea Exchange, where kis trades"),
        ] {
            let error = broker.prepare(&ticket, "").unwrap_err();
            assert!(matches!(error, BrokerError::Unfit { .. }), "{error:?}");
            assert_eq!(error.to_string(), why);
        }
        // Beyond the highest price of the day nothing is asked for more than that.
        let marks = broker.prepare(&buy("069500", "1", "99000"), "").unwrap();
        assert!(marks.before.contains(r#""price":"46220""#), "{}", marks.before);
        assert!(!marks.before.contains("81201280"), "{}", marks.before);
    });
    let loans = World::new().sim(|sim| sim.loans = 5.into());
    let error = loans.with(|broker, _| broker.snapshot().unwrap_err());
    assert!(error.to_string().contains("borrowed"), "{error}");
    assert_eq!(world.orders() + loans.orders(), 0);
}

#[test]
fn orders_are_sent_in_the_session_only() {
    let holiday = World::new().sim(|sim| sim.holidays.extend(["2026-03-04".parse::<chrono::NaiveDate>().unwrap()]));
    for (world, why, opens) in [
        (World::at("2026-03-06T06:30:00Z"), "it is 15:30 in Seoul", Some("2026-03-09 at 09:00 in Seoul")),
        (World::at("2026-03-04T23:59:00Z"), "it is 08:59 in Seoul", Some("2026-03-05 at 09:00 in Seoul")),
        (World::at("2026-03-07T03:00:00Z"), "closed on 2026-03-07", Some("2026-03-09 at 09:00 in Seoul")),
        (holiday, "the broker says that the market is closed on 2026-03-04", None),
    ] {
        world.with(|broker, _| {
            let Session::Closed { why: told, opens: next } = broker.session().unwrap() else {
                panic!("{why}: it is open")
            };
            assert!(told.contains(why), "{told}");
            assert!(opens.is_none() || next.as_deref() == opens, "{next:?}");
            assert!(broker.prepare(&buy("069500", "1", "35700"), "").unwrap_err().to_string().contains(why));
        });
    }
    // The broker asks to be asked once a day only, by however many runs.
    let world = World::new();
    for _ in 0..2 {
        world.with(|broker, _| assert_eq!(broker.session().unwrap(), Session::Open));
    }
    assert_eq!(world.asked("chk-holiday").len(), 1);
}

#[test]
fn a_token_is_asked_for_once_for_all_runs_and_nobody_else_can_read_it() {
    let world = World::new().sim(|sim| sim.issues_slowly = true);
    for _ in 0..3 {
        world.with(|broker, _| drop(broker.snapshot().unwrap()));
    }
    assert_eq!(world.server.protocol().issued, 1);
    let tokens = std::fs::read_dir(world.directory().join("tokens")).unwrap();
    let mut found = 0;
    for path in tokens.map(|entry| entry.unwrap().path()) {
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains(KEY) && !text.contains(SECRET) && !text.contains("81201280"), "{}", path.display());
        if text.contains(TOKEN) {
            found += 1;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt;
                assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
            }
        }
    }
    assert_eq!(found, 1);
    // One that ended early is replaced; too soon for another one is waited for.
    world.server.protocol().tokens.clear();
    world.with(|broker, _| drop(broker.snapshot().unwrap()));
    assert!(world.said("EGW00133"));
    assert_eq!(world.server.protocol().issued, 2);
}

#[test]
fn nothing_secret_is_in_what_is_told() {
    let world = World::new();
    world.server.fail(1, 1, Fault::Echo(Kis::denial), |_, request| request.path.ends_with("inquire-balance"));
    let told = world.with(|broker, _| broker.snapshot().unwrap_err());
    for secret in [KEY, SECRET, TOKEN, &ACCOUNT[..8]] {
        assert!(!format!("{told} {told:?} {}", told.remedy()).contains(secret), "{told}");
    }
    assert!(told.remedy().contains("KIS_ACCOUNT"), "{}", told.remedy());
}

#[test]
fn a_list_is_read_to_its_end_or_not_at_all() {
    for (lists, good) in [
        (Lists::Whole, true),
        (Lists::Changed(3), true),
        (Lists::Changed(4), false),
        (Lists::SameKey, false),
        (Lists::NoKey, false),
        (Lists::NoWord, false),
    ] {
        let world = World::new().sim(|sim| (sim.lists, sim.page) = (lists, 2));
        world.with(|broker, _| {
            assert_eq!(broker.snapshot().map(|found| found.positions.len()).ok(), good.then_some(5), "{lists:?}");
        });
    }
}

#[test]
fn what_is_not_filled_in_time_is_cancelled_and_what_was_filled_counts() {
    for (name, course, outcome) in [
        ("later", Course::filled_after(30), Outcome::Filled("10".to_owned())),
        ("in parts", Course::parts(4.into(), 30), Outcome::Filled("10".to_owned())),
        ("a part", Course::part(4.into()), Outcome::Cancelled("4".to_owned())),
        ("nothing", Course::open(), Outcome::Cancelled("0".to_owned())),
        ("rejected late", Course::rejected_after(20, "BUY REJECT"), Outcome::Rejected("0".to_owned())),
    ] {
        for otherwise in [false, true] {
            let world = World::new().sim(|sim| sim.otherwise = otherwise);
            world.server.protocol().ledger.next(course.clone());
            let (found, _) = world.with(|broker, clock| clock.drive(broker, &buy("069500", "10", "35700"), &[]));
            assert_eq!(found, outcome, "{name} {otherwise}");
            outcome.agrees(&world.server, name);
        }
    }
}

#[test]
fn in_the_mock_world_the_sums_say_what_the_list_does_not() {
    for (name, course, outcome) in [
        ("at once", Course::filled(), Outcome::Filled("10".to_owned())),
        ("in parts", Course::parts(4.into(), 30), Outcome::Filled("10".to_owned())),
        ("a part", Course::part(4.into()), Outcome::Cancelled("4".to_owned())),
    ] {
        let world = World::mock();
        world.server.protocol().ledger.next(course);
        let (found, _) = world.with(|broker, clock| clock.drive(broker, &buy("069500", "10", "35700"), &[]));
        assert_eq!(found, outcome, "{name}");
        outcome.agrees(&world.server, name);
    }
}

#[test]
fn what_is_left_at_the_end_of_the_day_has_gone_out() {
    let world = World::at("2026-03-04T06:29:00Z");
    world.server.protocol().ledger.next(Course::part(4.into()));
    let (intent, ack) = world.with(|broker, clock| {
        let intent = clock.intent(broker, &buy("069500", "10", "35700"), &[]).unwrap();
        let Sent::Acknowledged(ack) = broker.send(&intent) else { panic!("it is taken") };
        (intent, ack)
    });
    world.server.protocol().ledger.pass(Duration::from_secs(86_400));
    // Another run, on another day.
    let found = world.with(|broker, clock| clock.follow(broker, &intent, &ack));
    assert_eq!(found, Outcome::Expired("4".to_owned()));
}

#[test]
fn strangers_orders_are_seen() {
    let world = World::new();
    let wish = crate::ledger::Wish {
        code: "069500".to_owned(),
        side: crate::ledger::Side::Sell,
        quantity: 2.into(),
        limit: Some(36_000.into()),
        client: None,
    };
    world.server.protocol().ledger.person(wish, &Course::open());
    let open = world.with(|broker, _| broker.open_orders().unwrap());
    let told: Vec<_> =
        open.iter().map(|order| format!("{} {} {}", order.code, order.side.word(), order.quantity)).collect();
    assert_eq!(told, ["069500 sell 2"]);
}
