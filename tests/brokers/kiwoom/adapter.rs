//! The broker itself against its simulator: what it reads, what it sends, and what it makes of every fault.

use super::world::{World, money};
use super::{ACCOUNT, KEY, Kiwoom, Lists, SECRET, TOKEN};
use crate::bench::Bench;
use crate::desk::{Drive, Outcome, buy, sell, wire_faults};
use crate::ledger::{Course, Side, Wish};
use crate::wire::{Fault, Reply};
use rebalance::broker::{BrokerError, Sent, Session};
use rebalance::code::Code;
use rebalance::config::Currency;
use serde_json::json;
use std::time::Duration;

#[test]
fn the_account_is_read_whole_and_exactly() {
    let world = World::new();
    world.server.protocol().page = 2;
    world.server.protocol().ledger.commission = "0.00015".parse().unwrap();
    world.with(|broker, _| {
        let found = broker.snapshot().unwrap();
        assert_eq!(found.cash[&Currency::Krw], money("1000000"));
        let positions: Vec<_> =
            found.positions.iter().map(|(code, held)| format!("{code} {} {}", held.quantity, held.price)).collect();
        assert_eq!(
            positions,
            ["069500 10 35555", "091230 5 8150", "305080 100 10500", "319640 7 12005", "360750 250 16800"]
        );
        let held = &found.positions[&Code("360750".to_owned())];
        assert_eq!((held.sellable.to_string(), held.cost.unwrap().to_string()), ("250".to_owned(), "16800".to_owned()));
        let quotes = broker.quotes(&[Code("360750".to_owned()), Code("069500".to_owned())]).unwrap();
        let limits = |at: usize| {
            [quotes[at].price, quotes[at].lower.unwrap(), quotes[at].upper.unwrap(), quotes[at].tick.unwrap()]
                .map(|p| p.to_string())
        };
        assert_eq!(limits(0), ["16800", "11760", "21840", "5"]);
        assert_eq!(limits(1), ["35555", "24885", "46220", "5"]);
        assert_eq!(broker.session().unwrap(), Session::Open);
        // Cash for 27 of them, and a bit; the commission is what makes it 28 no more.
        assert_eq!(broker.capacity(&buy("069500", "1", "35700")).unwrap().to_string(), "28");
        assert_eq!(broker.capacity(&sell("360750", "1", "16700")).unwrap().to_string(), "250");
        assert_eq!(broker.capacity(&sell("229200", "1", "16700")).unwrap().to_string(), "0");
    });
}

#[test]
fn a_plan_knows_the_account_by_a_hash_that_differs_by_host() {
    let world = World::new();
    let identity = world.with(|broker, _| broker.account().unwrap().unwrap());
    assert!(identity.text().len() == 64 && !identity.text().contains(ACCOUNT));
    let other = World::new();
    assert_ne!(other.with(|broker, _| broker.account().unwrap().unwrap()), identity);
}

#[test]
fn a_list_that_does_not_end_is_an_error_and_never_a_shorter_list() {
    for list in [Lists::SamePage, Lists::SameKey, Lists::NoKey, Lists::Missing] {
        let world = World::new();
        let wish = Wish {
            code: "069500".to_owned(),
            side: Side::Buy,
            quantity: "1".parse().unwrap(),
            limit: Some("30000".parse().unwrap()),
            client: None,
        };
        world.server.protocol().ledger.person(wish, &Course::open());
        world.server.protocol().list = list;
        world.server.protocol().page = 2;
        world.with(|broker, _| {
            for error in [
                broker.snapshot().map(drop),
                broker.open_orders().map(drop),
                broker.prepare(&buy("069500", "1", "35700"), "").map(drop),
            ] {
                assert!(matches!(error, Err(BrokerError::Unclear { .. })), "{list:?}: {error:?}");
            }
        });
    }
}

#[test]
fn what_is_sent_is_one_limit_order_on_a_tick() {
    let world = World::new();
    world.with(|broker, clock| {
        let (outcome, _) = clock.drive(broker, &buy("069500", "3", "35732.775"), &[]);
        assert_eq!(outcome, Outcome::Filled("3".to_owned()));
        let (outcome, _) = clock.drive(broker, &sell("360750", "21", "16633"), &[]);
        assert_eq!(outcome, Outcome::Filled("21".to_owned()));
    });
    let asked = world.server.asked();
    let orders: Vec<_> = asked.iter().filter(|asked| asked.request.path == "/api/dostk/ordr").collect();
    let bodies: Vec<_> =
        orders.iter().map(|asked| format!("{} {}", asked.request.header("api-id"), asked.request.json())).collect();
    assert_eq!(
        bodies,
        [
            r#"kt10000 {"dmst_stex_tp":"KRX","stk_cd":"069500","ord_qty":"3","ord_uv":"35730","trde_tp":"0","cond_uv":""}"#,
            r#"kt10001 {"dmst_stex_tp":"KRX","stk_cd":"360750","ord_qty":"21","ord_uv":"16635","trde_tp":"0","cond_uv":""}"#,
        ]
    );
    let headers = &orders[0].request;
    assert_eq!(headers.header("content-type"), "application/json;charset=UTF-8");
    assert_eq!((headers.header("cont-yn"), headers.header("next-key")), ("N", ""));
    world.server.protocol().ledger.check();
}

#[test]
fn what_cannot_be_sent_is_refused_before_it_is() {
    let world = World::new();
    world.server.protocol().halted.insert("091230".to_owned());
    world.with(|broker, _| {
        for (ticket, why) in [
            (buy("091230", "1", "8200"), "091230 is not traded: 거래정지"),
            (buy("069500", "1", "10000"), "069500 at 10000 is outside of today's limits, 24885 to 46220"),
            (sell("069500", "1", "99000"), "069500 at 99000 is outside of today's limits, 24885 to 46220"),
            (buy("069500", "1.5", "35700"), "1.5 of 069500 cannot be ordered: only whole shares can"),
            (buy("AAPL", "1", "35700"), "`AAPL` is no code of the Korea Exchange, where kiwoom trades"),
        ] {
            let error = broker.prepare(&ticket, "").unwrap_err();
            assert!(matches!(error, BrokerError::Unfit { .. }), "{error:?}");
            assert_eq!(error.to_string(), why);
        }
        // Beyond the upper limit nothing is asked for more than that.
        let marks = broker.prepare(&buy("069500", "1", "99000"), "").unwrap();
        assert!(marks.before.contains(r#""price":"46220""#), "{}", marks.before);
    });
    assert_eq!(world.orders(), 0);
}

#[test]
fn outside_of_the_session_it_says_when_the_market_opens() {
    let world = World::at("2026-03-06T06:30:00Z");
    world.with(|broker, _| {
        let Session::Closed { why, opens } = broker.session().unwrap() else { panic!("it is open") };
        assert_eq!(why, "it is 15:30 in Seoul, and the Korea Exchange trades from 09:00 to 15:30");
        assert_eq!(opens.as_deref(), Some("2026-03-09 at 09:00 in Seoul"));
    });
}

/// What becomes of an order to buy 10 of 069500 whose request goes wrong, at the real host: how it ends, and how many
/// orders were accepted.
pub(super) fn faults() -> Vec<(&'static str, Fault, &'static str, usize)> {
    let limited = || Reply::json(429, &json!({ "message": "Too Many Requests" }));
    let no = |message: &str| Reply::json(200, &json!({ "return_code": 20, "return_msg": message }));
    let own = vec![
        // Placed when nobody waited for it any more: it is found, and that it is ours may be for a person to say.
        ("done too late", Fault::DoneLate(Duration::from_millis(1500)), "filled 10|needs a human", 1),
        ("1999, not done", Fault::Special("unexpected"), "not placed", 0),
        ("1999, done", Fault::Special("unexpected, done"), "filled 10", 1),
        ("a code that nobody knows, done", Fault::Special("unknown code, done"), "filled 10", 1),
        ("taken, without a number", Fault::Special("no number"), "filled 10", 1),
        ("taken, with a number of zeros", Fault::Special("number of zeros"), "filled 10", 1),
        ("an array, done", Fault::Special("an array, done"), "filled 10", 1),
        ("padded with spaces", Fault::Special("padded"), "filled 10", 1),
        ("too many requests", Fault::Special("limited"), "filled 10", 1),
        ("too many requests, status 429", Fault::Instead(limited()), "filled 10", 1),
        ("a token that has ended", Fault::Special("stale"), "filled 10", 1),
        ("closed", Fault::Instead(no("[2000](RC4058:모의투자 장종료)")), "refused", 0),
    ];
    [wire_faults(), own].concat()
}

#[test]
fn whatever_goes_wrong_with_an_order_it_is_placed_at_most_once_and_told_as_it_is() {
    for (name, fault, expected, accepted) in faults() {
        let slow = matches!(fault, Fault::DoneLate(_));
        let world = World::new();
        world.server.fail_order(1, fault);
        let (outcome, _) =
            world.with(|broker, clock| clock.slow(slow).drive(broker, &buy("069500", "10", "35700"), &[]));
        let told = outcome.to_string();
        assert!(expected.split('|').any(|expected| told.starts_with(expected)), "{name}: {told}");
        assert_eq!(world.orders(), accepted, "{name}");
        outcome.agrees(&world.server, name);
    }
}

#[test]
fn at_the_mock_host_an_order_that_is_not_listed_is_never_proven_not_to_be_there() {
    for (name, fault, expected, accepted) in faults() {
        if expected != "not placed" {
            continue;
        }
        let world = World::new().mock();
        world.server.fail_order(1, fault);
        let (outcome, _) = world.with(|broker, clock| clock.drive(broker, &buy("069500", "10", "35700"), &[]));
        let Outcome::CannotTell(look) = &outcome else { panic!("{name}: {outcome}") };
        assert!(look.iter().any(|look| look.contains("mock")), "{name}: {look:?}");
        assert_eq!(world.orders(), accepted, "{name}");
    }
}

#[test]
fn an_order_that_comes_to_be_listed_late_is_found_and_not_taken_for_lost() {
    for seconds in [1, 5, 15, 30, 45] {
        let world = World::new();
        world.server.protocol().ledger.hidden = Duration::from_secs(seconds);
        world.server.fail_order(1, Fault::DropAfter);
        let (outcome, _) = world.with(|broker, clock| clock.drive(broker, &buy("069500", "10", "35700"), &[]));
        assert_eq!(outcome.to_string(), "filled 10", "{seconds}");
        assert_eq!(world.orders(), 1);
        // One that was answered, and is not listed yet, is at work.
        let world = World::new();
        world.server.protocol().ledger.hidden = Duration::from_secs(seconds);
        let (outcome, _) = world.with(|broker, clock| clock.drive(broker, &buy("069500", "10", "35700"), &[]));
        assert_eq!(outcome.to_string(), "filled 10", "{seconds}");
    }
}

#[test]
fn clocks_that_differ_do_not_matter_once_they_were_compared() {
    for ahead in [-120, -3, 0, 3, 120] {
        for (fault, expected) in [(Fault::DropAfter, "filled 10"), (Fault::DropBefore, "not placed")] {
            let world = World::new();
            world.server.protocol().ahead = ahead;
            world.server.fail_order(1, fault);
            let (outcome, _) = world.with(|broker, clock| clock.drive(broker, &buy("069500", "10", "35700"), &[]));
            assert_eq!(outcome.to_string(), expected, "{ahead}");
        }
    }
    // Where the server does not say what time it is, a person has to say whether it is ours.
    let world = World::new();
    world.server.protocol().dated = false;
    world.server.fail_order(1, Fault::DropAfter);
    let (outcome, _) = world.with(|broker, clock| clock.drive(broker, &buy("069500", "10", "35700"), &[]));
    let Outcome::NeedsHuman(candidates) = outcome else { panic!("{outcome}") };
    assert_eq!(
        candidates,
        ["2026-03-04/0000139: buy 10 of 069500 at 35700, ordered at 10:00:08 by REST API, 10 executed"]
    );
}

#[test]
fn an_order_that_somebody_else_placed_alike_is_never_taken_for_ours() {
    // At the same second, beside ours.
    let world = World::new();
    world.server.protocol().ledger.next_with_twin(Course::filled());
    world.server.fail_order(1, Fault::DropAfter);
    let (outcome, _) = world.with(|broker, clock| clock.drive(broker, &buy("069500", "10", "35700"), &[]));
    let Outcome::NeedsHuman(candidates) = outcome else { panic!("{outcome}") };
    assert_eq!(candidates.len(), 2, "{candidates:?}");
    assert!(candidates[1].contains("영웅문S"), "{candidates:?}");
    // At the same second, in the place of ours: an order of ours has shown by which channel they come.
    let world = World::new();
    let outcome = world.with(|broker, clock| {
        let (_, first) = clock.drive(broker, &sell("360750", "1", "16700"), &[]);
        world.server.fail_order(1, Fault::Special("another's, not done"));
        clock.drive(broker, &buy("069500", "10", "35700"), &[first.unwrap().reference]).0
    });
    let Outcome::NeedsHuman(candidates) = outcome else { panic!("{outcome}") };
    assert_eq!(candidates.len(), 1, "{candidates:?}");
}

#[test]
fn while_a_list_is_broken_nothing_is_concluded_and_later_it_is_found() {
    for list in [Lists::SamePage, Lists::SameKey, Lists::NoKey, Lists::Missing] {
        let world = World::new();
        world.with(|broker, clock| {
            let intent = clock.intent(broker, &buy("069500", "10", "35700"), &[]).unwrap();
            world.server.fail_order(1, Fault::DropAfter);
            assert!(matches!(broker.send(&intent), Sent::Unknown(_)));
            world.server.protocol().list = list;
            world.server.protocol().page = 1;
            let outcome = clock.looked_for(broker, &intent);
            assert!(matches!(outcome, Outcome::CannotTell(_)), "{list:?}: {outcome}");
            world.server.protocol().list = Lists::Whole;
            assert_eq!(clock.looked_for(broker, &intent).to_string(), "filled 10", "{list:?}");
        });
        assert_eq!(world.orders(), 1);
    }
}

#[test]
fn shares_that_the_lists_do_not_explain_are_no_proof_that_nothing_was_bought() {
    let world = World::new();
    world.with(|broker, clock| {
        let intent = clock.intent(broker, &buy("069500", "10", "35700"), &[]).unwrap();
        world.server.fail_order(1, Fault::DropAfter);
        assert!(matches!(broker.send(&intent), Sent::Unknown(_)));
        // The shares are there, and the order never comes to be listed.
        world.server.protocol().ledger.orders[0].visible = "2027-01-01T00:00:00Z".parse().unwrap();
        let Outcome::CannotTell(look) = clock.looked_for(broker, &intent) else { panic!("it was told") };
        assert_eq!(look[0], "20 shares of 069500 are held, and the orders that are listed explain 10");
    });
}

#[test]
fn on_a_later_day_what_became_of_an_order_is_still_found() {
    for (fault, expected) in [(Fault::DropAfter, "filled 10"), (Fault::DropBefore, "not placed")] {
        let world = World::new();
        world.with(|broker, clock| {
            let intent = clock.intent(broker, &buy("069500", "10", "35700"), &[]).unwrap();
            world.server.fail_order(1, fault);
            assert!(matches!(broker.send(&intent), Sent::Unknown(_)));
            world.server.protocol().ledger.pass(Duration::from_secs(2 * 86_400));
            assert_eq!(clock.looked_for(broker, &intent).to_string(), expected);
            // What was for another day is not sent any more.
            assert!(matches!(broker.send(&intent), Sent::Refused(_)));
        });
    }
}

#[test]
fn orders_end_as_the_exchange_ends_them() {
    let four = || "4".parse().unwrap();
    for (name, course, leaves, expected) in [
        ("in two parts", Course::parts(four(), 20), false, "filled 10"),
        ("after a while", Course::filled_after(90), false, "filled 10"),
        ("a part, the rest cancelled", Course::part(four()), false, "cancelled 4"),
        ("a part, the rest cancelled and still listed", Course::part(four()), true, "cancelled 4"),
        ("nothing, cancelled", Course::open(), false, "cancelled 0"),
        ("rejected late", Course::rejected_after(3, "limit up"), false, "rejected 0"),
        ("refused", Course::Refused("no".to_owned()), false, "refused"),
    ] {
        let world = World::new();
        world.server.protocol().leaves = leaves;
        world.server.protocol().ledger.next(course);
        let (outcome, ack) = world.with(|broker, clock| clock.drive(broker, &buy("069500", "10", "35700"), &[]));
        assert_eq!(outcome.to_string(), expected, "{name}");
        outcome.agrees(&world.server, name);
        if let Some(ack) = ack {
            // Cancelled once more, nothing happens; and on another day nothing is left.
            world.with(|broker, clock| {
                let intent = clock.intent(broker, &buy("069500", "10", "35700"), &[]).unwrap();
                assert!(broker.cancel(&intent, &ack).is_ok(), "{name}");
                world.server.protocol().ledger.pass(Duration::from_secs(86_400));
                assert!(broker.cancel(&intent, &ack).is_ok(), "{name}");
            });
        }
    }
}

#[test]
fn an_order_that_a_person_changed_is_not_told_to_have_ended() {
    let world = World::new();
    world.server.protocol().ledger.next(Course::open());
    world.with(|broker, clock| {
        let intent = clock.intent(broker, &buy("069500", "10", "35700"), &[]).unwrap();
        let Sent::Acknowledged(ack) = broker.send(&intent) else { panic!("it was not taken") };
        world.server.protocol().change(1);
        let error = broker.standing(&intent, &ack).unwrap_err();
        let said = "the answer of kiwoom is not understood: the order 139 of 2026-03-04 was changed by somebody, and goes on as 700000";
        assert_eq!(error.to_string(), said);
    });
}

#[test]
fn a_token_is_asked_for_once_and_again_when_it_was_taken_back() {
    let world = World::new();
    let again = |world: &World| world.with(|broker, _| broker.snapshot().map(drop));
    again(&world).unwrap();
    again(&world).unwrap();
    assert_eq!(world.server.protocol().issued, 1);
    world.server.protocol().revoke();
    again(&world).unwrap();
    assert_eq!(world.server.protocol().issued, 2);
    // One that is never taken is not asked for again and again.
    world.server.fail(1, 99, Fault::Special("stale"), |_, request| request.path != "/oauth2/token");
    let error = again(&world).unwrap_err();
    assert!(matches!(&error, BrokerError::Denied { said, .. } if said.contains("8005")), "{error}");
    assert_eq!(world.server.protocol().issued, 3);
    #[cfg(unix)]
    for file in world.files().into_iter().filter(|file| file.extension().is_none_or(|ending| ending != "lock")) {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{}", file.display());
    }
}

#[test]
fn whatever_goes_wrong_with_a_question_it_is_asked_again_or_refused() {
    let html = || Reply::gateway(502);
    let no = |message: &str| Reply::json(200, &json!({ "return_code": 2, "return_msg": message }));
    for (name, path, times, fault, expected) in [
        ("dropped once", "kt00018", 1, Fault::DropAfter, "read"),
        ("torn once", "kt00018", 1, Fault::HalfBody, "read"),
        ("reset three times", "kt00018", 3, Fault::Reset, "read"),
        ("a page of status 502", "kt00018", 1, Fault::Instead(html()), "read"),
        ("too many requests", "kt00018", 3, Fault::Special("limited"), "read"),
        ("too many requests for ever", "kt00018", 99, Fault::Special("limited"), "unavailable"),
        ("nobody there", "kt00018", 99, Fault::Reset, "unavailable"),
        ("1999 for ever", "kt00018", 99, Fault::Special("unexpected"), "unavailable"),
        ("wrong", "kt00018", 99, Fault::Instead(no("[1511:필수]")), "denied"),
        ("an array", "kt00001", 99, Fault::Instead(Reply::json(200, &json!([]))), "unavailable"),
        ("padded with spaces", "kt00001", 1, Fault::Special("padded"), "read"),
        ("a token dropped once", "", 1, Fault::DropAfter, "read"),
        ("a token torn once", "", 1, Fault::HalfBody, "read"),
        ("a token refused once", "", 1, Fault::Special("limited"), "read"),
        ("no token for ever", "", 99, Fault::DropBefore, "unavailable"),
        ("a token that is none", "", 99, Fault::Instead(Reply::json(200, &json!({ "return_code": 0 }))), "unclear"),
    ] {
        let world = World::new();
        // The request for a token names no operation.
        world.server.fail(1, times, fault, move |_, request| match path {
            "" => request.path == "/oauth2/token",
            id => request.header("api-id") == id,
        });
        let found = world.with(|broker, _| broker.snapshot());
        let told = match &found {
            Ok(found) => {
                assert_eq!(found.positions.len(), 5, "{name}");
                "read"
            }
            Err(BrokerError::Unavailable { .. }) => "unavailable",
            Err(BrokerError::Denied { .. }) => "denied",
            Err(BrokerError::Unclear { .. }) => "unclear",
            Err(error) => panic!("{name}: {error:?}"),
        };
        assert_eq!(told, expected, "{name}: {found:?}");
        if let Err(error) = found {
            assert!(error.exit_code() == 6 && !error.remedy().is_empty(), "{name}");
        }
    }
}

#[test]
fn an_answer_in_which_something_is_missing_or_is_no_figure_is_named_and_not_guessed() {
    for (id, field, value, said) in [
        ("kt00018", "rmnd_qty", json!("many"), "`rmnd_qty` cannot be `many`"),
        ("kt00018", "rmnd_qty", json!("1.5"), "`rmnd_qty` cannot be `1.5`"),
        ("kt00018", "cur_prc", json!(null), "`cur_prc` is missing"),
        ("kt00018", "stk_cd", json!("A6950"), "`stk_cd` cannot be `A6950`"),
        ("kt00018", "stk_cd", json!("A069500"), "069500 is held in two rows"),
        ("kt00001", "d2_entra", json!(""), "`d2_entra` cannot be ``"),
        ("kt00007", "io_tp_nm", json!("?"), "`io_tp_nm` does not say which way: `?`"),
        ("kt00007", "ord_no", json!("0000000"), "an order has no `ord_no`"),
        ("kt00007", "cntr_qty", json!("0000000011"), "of the order 139 there is more than was ordered"),
        ("kt00007", "cntr_uv", json!("0000000000"), "the order 139 was executed at no price"),
        ("ka10001", "cur_prc", json!("0"), "069500 has no price between its limits"),
        ("ka10001", "upl_pric", json!("+100"), "069500 has no price between its limits"),
        ("ka10001", "stk_cd", json!("360750"), "asked for 069500, it tells another price"),
        ("ka00001", "acctNo", json!("x"), "`acctNo` is no account number"),
    ] {
        let world = World::new();
        world.with(|broker, clock| {
            clock.drive(broker, &buy("069500", "10", "35700"), &[]);
        });
        world.server.protocol().wrong = Some((id, field, value));
        let found = world.with(|broker, _| match id {
            "kt00018" | "kt00001" => broker.snapshot().map(drop),
            "ka10001" => broker.quotes(&[Code("069500".to_owned())]).map(drop),
            "ka00001" => broker.account().map(drop),
            _ => broker.prepare(&buy("069500", "1", "35700"), "").map(drop),
        });
        let error = found.unwrap_err();
        assert!(matches!(error, BrokerError::Unclear { .. }), "{id} {field}: {error:?}");
        assert!(error.to_string().contains(said), "{id} {field}: {error}");
    }
}

#[test]
fn nothing_secret_is_said_or_kept_where_others_read() {
    let world = World::new();
    let mut said = Vec::new();
    world.with(|broker, clock| {
        said.push(format!("{:?}", broker.account()));
        let intent = clock.intent(broker, &buy("069500", "10", "35700"), &[]).unwrap();
        said.push(format!("{intent:?}"));
        world.server.fail(1, 99, Fault::Echo(Kiwoom::denial), |_, request| request.path != "/oauth2/token");
        said.push(format!("{:?}", broker.send(&intent)));
        let error = broker.snapshot().unwrap_err();
        said.push(format!("{error} {error:?} {}", error.remedy()));
        said.push(format!("{:?}", broker.reconcile(&intent)));
    });
    for canary in [KEY, SECRET, TOKEN, ACCOUNT] {
        assert!(!said.iter().any(|said| said.contains(canary)), "{canary}: {said:?}");
    }
    for file in world.files() {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(![KEY, SECRET, ACCOUNT].iter().any(|canary| text.contains(canary)), "{}: {text}", file.display());
    }
}

#[test]
fn the_pace_is_kept_and_an_answer_that_it_was_not_is_waited_out() {
    let world = World::new();
    world.server.protocol().rate = Some(1);
    world.server.protocol().ledger.pace = Duration::from_millis(20);
    let (outcome, _) = world.with(|broker, clock| clock.drive(broker, &buy("069500", "10", "35700"), &[]));
    assert_eq!(outcome.to_string(), "filled 10");
    assert!(!world.said("1700"), "the pace was not kept");
    world.server.fail(1, 2, Fault::Special("limited"), |_, _| true);
    world.with(|broker, _| broker.snapshot()).unwrap();
    assert!(world.said("1700"));
}

#[test]
fn settings_that_cannot_be_used_are_named() {
    for (name, value, message) in [
        ("KIWOOM_ENV", "demo", "KIWOOM_ENV cannot be used: it is neither real nor mock"),
        ("KIWOOM_ENV", "", "kiwoom is not set up: `KIWOOM_ENV` missing"),
        ("KIWOOM_APP_SECRET", "", "kiwoom is not set up: `KIWOOM_APP_SECRET` missing"),
        ("KIWOOM_PACE", "fast", "KIWOOM_PACE cannot be used: it is no whole number from 0 to 60000"),
        ("KIWOOM_TIMEOUT", "601", "KIWOOM_TIMEOUT cannot be used: it is no whole number from 1 to 600"),
    ] {
        let error = World::new().set(name, value).opened().unwrap_err();
        assert_eq!(error.to_string(), message);
    }
    // Faster than Kiwoom takes requests is for a simulator alone.
    let world = World::new().set("KIWOOM_PACE", "199");
    assert!(world.opened().is_ok());
    let why = "KIWOOM_PACE cannot be used: only on this machine may two requests be made within 200 ms";
    assert_eq!(world.set("KIWOOM_URL", "").opened().unwrap_err().to_string(), why);
    let error = World::new().set("KIWOOM_URL", "http://api.example.org").opened().unwrap_err();
    assert!(error.to_string().contains("KIWOOM_URL"), "{error}");
}

#[test]
fn an_account_with_debts_and_keys_that_are_none_are_refused() {
    let world = World::new().set("KIWOOM_APP_SECRET", "another");
    let error = world.with(|broker, _| broker.snapshot()).unwrap_err();
    assert!(matches!(&error, BrokerError::Denied { said, .. } if said.contains("8001")), "{error:?}");
    assert_eq!(error.exit_code(), 6);
    let world = World::new();
    world.server.protocol().loan = "1".parse().unwrap();
    let error = world.with(|broker, _| broker.snapshot()).unwrap_err();
    assert_eq!(error.to_string(), "kiwoom says no: the account has a loan (`tot_loan_amt`), which is not handled");
    let world = World::new();
    world.server.protocol().absent.insert("kt00011");
    let error = world.with(|broker, _| broker.capacity(&buy("069500", "1", "35700"))).unwrap_err();
    assert!(matches!(error, BrokerError::Denied { .. }), "{error:?}");
    // At the mock host, which does not answer every question, the cash at a margin of 100 % counts.
    let world = World::new().mock();
    world.server.protocol().absent.extend(["kt00011", "ka10100"]);
    assert_eq!(world.with(|broker, _| broker.capacity(&buy("069500", "1", "35700"))).unwrap().to_string(), "28");
}

#[test]
fn what_a_run_that_died_left_behind_is_found_by_the_next_one_and_found_again() {
    for (name, fault, expected, accepted) in faults() {
        let world = World::new();
        let intent = world.with(|broker, clock| {
            let intent = clock.intent(broker, &buy("069500", "10", "35700"), &[]).unwrap();
            world.server.fail_order(1, fault);
            // Whatever it says, nobody has written it down.
            let _ = broker.send(&intent);
            intent
        });
        if name.ends_with("too late") {
            std::thread::sleep(Duration::from_millis(700));
        }
        let placed = world.orders();
        assert!(placed <= accepted, "{name}");
        for minutes in [0, 10] {
            world.server.protocol().ledger.pass(Duration::from_secs(60 * minutes));
            let outcome = world.with(|broker, clock| clock.looked_for(broker, &intent));
            let told = if placed == 0 { "not placed" } else { expected };
            assert!(told.split('|').any(|told| outcome.to_string().starts_with(told)), "{name}: {outcome}");
            assert_eq!(world.orders(), placed, "{name}");
        }
    }
}

/// The page says of every fault how it ends.
#[test]
fn the_page_has_every_fault_as_it_ends() {
    let page = include_str!("../../../docs/brokers/kiwoom.md");
    let ends = |expected: &str, mock: bool| match expected {
        "filled 10" => "filled",
        "not placed" if mock => "cannot tell",
        "not placed" => "not placed",
        "refused" => "refused",
        either if either.starts_with("filled 10|needs a human") => "filled, or needs a human",
        other => panic!("the page has no word for {other}"),
    };
    let rows = faults().into_iter().map(|(name, _, expected, accepted)| {
        format!("| {name} | {accepted} | {} | {} |\n", ends(expected, false), ends(expected, true))
    });
    let table: String = rows.collect();
    assert!(page.contains(&table), "docs/brokers/kiwoom.md should have\n{table}");
}
