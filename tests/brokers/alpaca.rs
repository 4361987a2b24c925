//! The broker `alpaca` against a server that speaks Alpaca's protocol: what it asks, what it makes of the answers, and that
//! an order is there once whatever goes wrong.

use crate::alpaca_server::{self as there, ACCOUNT, Alpaca, KEY, SECRET};
use crate::desk::Drive;
use crate::ledger::{Course, Side as Way, Status, Wish};
use crate::wire::{Fault, Reply, Server};
use chrono::{DateTime, Utc};
use rebalance::broker::{self, Ack, Broker, BrokerError, Fate, Intent, Means, OrderState, Sent, Session};
use rebalance::clock::{Clock, StillClock};
use rebalance::code::Code;
use rebalance::config::Currency;
use rebalance::disk::RealDisk;
use rebalance::money::{Money, Quantity};
use rebalance::trade::{Side, Ticket, client_id};
use rust_decimal::Decimal;
use serde_json::json;
use std::path::Path;
use std::time::Duration;

/// A Wednesday, half past ten in New York.
const NOW: &str = "2026-03-04T15:30:00Z";

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// An account with 10,000 dollars, 20 SPY, no QQQ, and 3.25 of a fund that trades below a dollar.
fn server() -> Server<Alpaca> {
    Server::start(Alpaca::new(
        NOW,
        "10000",
        &[("SPY", "20", "500.10"), ("QQQ", "0", "400"), ("PENY", "3.25", "0.4567")],
    ))
}

/// What the broker is opened with.
fn env(url: &str) -> impl Fn(&str) -> Option<String> {
    let url = url.to_owned();
    move |name| match name {
        "APCA_API_KEY_ID" => Some(KEY.to_owned()),
        "APCA_API_SECRET_KEY" => Some(SECRET.to_owned()),
        "ALPACA_ENV" => Some("paper".to_owned()),
        "APCA_API_BASE_URL" => Some(format!("{url}/v2")),
        "ALPACA_DATA_URL" => Some(url.clone()),
        _ => None,
    }
}

/// Does something with the broker at a server, on a clock that stands.
fn with<T>(server: &Server<Alpaca>, act: impl FnOnce(&mut dyn Broker, &StillClock) -> T) -> T {
    let clock = StillClock::new(NOW.parse::<DateTime<Utc>>().unwrap(), |_| ());
    let env = env(&server.url);
    let nowhere = Path::new("/nowhere");
    let means = Means { disk: &RealDisk, holdings: nowhere, directory: nowhere, clock: &clock, env: &env };
    let mut broker = (broker::find("alpaca").unwrap().open)(means).unwrap();
    act(&mut *broker, &clock)
}

fn ticket(side: Side, code: &str, quantity: &str, limit: &str) -> Ticket {
    Ticket { currency: Currency::Usd, ..crate::desk::ticket(side, code, quantity, limit) }
}

/// An intent of an order that was prepared, under its own name.
fn intent(broker: &mut dyn Broker, ticket: Ticket) -> Intent {
    let clock = StillClock::new(NOW.parse::<DateTime<Utc>>().unwrap(), |_| ());
    let client_id = client_id("plan", &ticket.id, 0);
    Intent { client_id, ..clock.intent(broker, &ticket, &[]).unwrap() }
}

fn taken(sent: Sent) -> Ack {
    match sent {
        Sent::Acknowledged(ack) => ack,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_account_and_the_market_are_read_exactly() {
    let server = server();
    server.protocol().ledger.price("SPY", "500.10995");
    with(&server, |broker, _| {
        let account = broker.account().unwrap().unwrap();
        assert!(!format!("{account:?}").contains(ACCOUNT));
        assert_eq!(broker.account().unwrap().unwrap(), account);
        let snapshot = broker.snapshot().unwrap();
        assert_eq!(snapshot.cash, [(Currency::Usd, Money::new(number("10000")))].into());
        let seen: Vec<_> = snapshot
            .positions
            .iter()
            .map(|(code, held)| {
                format!(
                    "{} {} {} {} {:?}",
                    code.0,
                    held.quantity,
                    held.sellable,
                    held.price,
                    held.cost.map(|cost| cost.to_string())
                )
            })
            .collect();
        assert_eq!(seen, ["PENY 3.25 3.25 0.4567 Some(\"0.4567\")", "SPY 20 20 500.11 Some(\"500.1\")"]);
        let codes = ["QQQ", "SPY", "PENY"].map(|code| Code(code.to_owned()));
        let quotes = broker.quotes(&codes).unwrap();
        let seen: Vec<_> = quotes.iter().map(|q| format!("{} {} {}", q.code.0, q.price, q.tick.unwrap())).collect();
        assert_eq!(seen, ["QQQ 400 0.01", "SPY 500.11 0.01", "PENY 0.4567 0.0001"]);
        assert!(quotes.iter().all(|quote| quote.halted.is_none()));
        assert_eq!(broker.session().unwrap(), Session::Open);
        assert!(broker.quotes(&[Code("360750".to_owned())]).is_err());
        assert!(broker.quotes(&[Code("../orders".to_owned())]).is_err());
    });
    server.protocol().open = false;
    server.protocol().halted.insert("QQQ".to_owned());
    with(&server, |broker, _| {
        assert!(matches!(broker.session().unwrap(), Session::Closed { opens: Some(_), .. }));
        assert!(broker.quotes(&[Code("QQQ".to_owned())]).unwrap()[0].halted.is_some());
        let error = broker.prepare(&ticket(Side::Buy, "QQQ", "1", "401"), "").unwrap_err();
        assert!(matches!(error, BrokerError::Unfit { .. }), "{error}");
    });
}

#[test]
fn an_order_is_asked_for_as_it_is_planned() {
    let server = server();
    with(&server, |broker, _| {
        let intent = intent(broker, ticket(Side::Buy, "QQQ", "2.5", "401.239"));
        let asked = server.lines().len();
        let ack = taken(broker.send(&intent));
        assert_eq!(server.lines().len(), asked + 1, "one request");
        let standing = broker.standing(&intent, &ack).unwrap();
        assert_eq!(standing.state, OrderState::Filled);
        let executed = standing.executed;
        assert_eq!((executed.quantity.to_string(), executed.amount.to_string()), ("2.5".into(), "1000".into()));
        assert_eq!((executed.commission, executed.at.as_deref()), (None, Some("2026-03-04T15:30:02Z")));
    });
    let posted = server.asked().into_iter().find(|asked| asked.request.method == "POST").unwrap().request;
    let expected = json!({
        "symbol": "QQQ", "qty": "2.5", "side": "buy", "type": "limit", "time_in_force": "day", "limit_price": "401.23",
        "extended_hours": false, "client_order_id": client_id("plan", "buy-QQQ", 0),
    });
    assert_eq!(posted.json(), expected, "a cent is the smallest step, and a purchase pays no more than its limit");
    server.protocol().ledger.check();
}

/// A fault of the one order request; what `send` makes of it; whether the order is there afterwards.
type Row = (&'static str, Fault, fn(&Sent) -> bool, bool);

#[test]
fn whatever_goes_wrong_with_an_order_it_is_there_once() {
    let unknown = |sent: &Sent| matches!(sent, Sent::Unknown(_));
    let refused = |sent: &Sent| matches!(sent, Sent::Refused(_));
    let limited = |sent: &Sent| matches!(sent, Sent::NotProcessed { wait, .. } if *wait == Duration::from_secs(7));
    let taken = |sent: &Sent| matches!(sent, Sent::Acknowledged(_));
    let said = |status, code| Reply::json(status, &json!({ "code": code, "message": "no" }));
    let reset = NOW.parse::<DateTime<Utc>>().unwrap().timestamp() + 7;
    let table: Vec<Row> = vec![
        ("reset before reading", Fault::Reset, unknown, false),
        ("dropped before", Fault::DropBefore, unknown, false),
        ("dropped after", Fault::DropAfter, unknown, true),
        ("half of the body", Fault::HalfBody, unknown, true),
        ("500 before", Fault::Instead(Reply::gateway(500)), unknown, false),
        ("500 after", Fault::DoneBut(Reply::gateway(500)), unknown, true),
        ("503 in JSON", Fault::Instead(said(503, 50_310_000)), unknown, false),
        ("504 after", Fault::DoneBut(Reply::gateway(504)), unknown, true),
        ("408", Fault::Instead(Reply::empty(408)), unknown, false),
        ("a gateway's 403", Fault::Instead(Reply::gateway(403)), unknown, false),
        ("a redirect", Fault::Instead(Reply::empty(307).with("Location", "/v2/orders")), unknown, false),
        ("200 without JSON", Fault::DoneBut(Reply::text(200, "text/html", "<html>")), unknown, true),
        ("200 of nothing", Fault::DoneBut(Reply::json(200, &json!({}))), unknown, true),
        ("no HTTP", Fault::DoneBut(Reply::raw("hello\r\n\r\n")), unknown, true),
        ("429", Fault::Instead(there::limited(reset)), limited, false),
        ("401", Fault::Instead(said(401, 40_110_000)), refused, false),
        ("403", Fault::Instead(said(403, 40_310_000)), refused, false),
        ("422", Fault::Instead(said(422, 42_210_000)), refused, false),
        ("422 although it was taken", Fault::DoneBut(said(422, 40_010_001)), taken, true),
        ("closed after the answer", Fault::CloseAfter, taken, true),
    ];
    for (name, fault, expected, done) in table {
        let server = server();
        server.fail_order(1, fault);
        with(&server, |broker, clock| {
            let intent = intent(broker, ticket(Side::Buy, "QQQ", "2", "401"));
            let sent = broker.send(&intent);
            assert!(expected(&sent), "{name}: {sent:?}");
            let orders = |at: &str| {
                let ledger = &server.protocol().ledger;
                assert_eq!(
                    ledger.programs().count(),
                    usize::from(done) + usize::from(at == "again" && !done),
                    "{name}: {at}"
                );
            };
            orders("sent");
            let posts = server.lines().iter().filter(|line| line.starts_with("POST")).count();
            assert_eq!(posts, 1, "{name}: one request");
            let fate = broker.reconcile(&intent);
            match &fate {
                Fate::Placed(ack) => assert!(done && ack.reference == there::id(1), "{name}"),
                Fate::NotPlaced(_) => assert!(!done && clock.elapsed() >= Duration::from_secs(60), "{name}"),
                other => panic!("{name}: {other:?}"),
            }
            orders("looked for");
            // Sent again against all rules, it is still there once.
            let again = broker.send(&intent);
            assert!(matches!(&again, Sent::Acknowledged(ack) if ack.reference == there::id(1)), "{name}: {again:?}");
            orders("again");
        });
        server.protocol().ledger.check();
    }
}

#[test]
fn an_order_that_is_taken_when_nobody_waits_any_more_is_found() {
    let server = server();
    // The client waits for ten seconds.
    server.fail_order(1, Fault::DoneLate(Duration::from_secs(11)));
    with(&server, |broker, _| {
        let intent = intent(broker, ticket(Side::Buy, "QQQ", "2", "401"));
        let sent = broker.send(&intent);
        assert!(matches!(&sent, Sent::Unknown(why) if why.contains("too long")), "{sent:?}");
        let came = (0..1000).find(|_| {
            std::thread::sleep(Duration::from_millis(5));
            server.protocol().ledger.programs().count() == 1
        });
        assert!(came.is_some());
        assert!(matches!(broker.reconcile(&intent), Fate::Placed(_)));
    });
}

#[test]
fn an_order_that_shows_late_is_found_and_one_of_long_ago_is_not_waited_for() {
    let server = server();
    server.protocol().ledger.pace = Duration::from_secs(5);
    server.protocol().ledger.hidden = Duration::from_secs(30);
    server.fail_order(1, Fault::DropAfter);
    with(&server, |broker, clock| {
        let intent = intent(broker, ticket(Side::Buy, "QQQ", "2", "401"));
        broker.send(&intent);
        assert!(matches!(broker.reconcile(&intent), Fate::Placed(_)));
        assert!(clock.elapsed() >= Duration::from_secs(25));
        let old = Intent { at: "2026-03-03T15:30:00Z".to_owned(), client_id: "rb-old".to_owned(), ..intent };
        let before = clock.elapsed();
        assert!(matches!(broker.reconcile(&old), Fate::NotPlaced(_)));
        assert!(clock.elapsed() - before < Duration::from_secs(10));
    });
}

#[test]
fn nothing_is_proven_by_an_answer_that_is_not_alpaca_s() {
    let absent = Reply::json(404, &json!({ "message": "endpoint not found." }));
    for reply in [absent, Reply::gateway(404), Reply::gateway(500), Reply::empty(200), there::no(401, 40_110_000, "no")]
    {
        let server = server();
        let asks = |_: &Alpaca, request: &crate::wire::Request| request.path == "/v2/orders:by_client_order_id";
        server.fail(1, 1000, Fault::Instead(reply.clone()), asks);
        with(&server, |broker, _| {
            let intent = intent(broker, ticket(Side::Buy, "QQQ", "2", "401"));
            let fate = broker.reconcile(&intent);
            assert!(matches!(&fate, Fate::CannotTell(look) if look.len() == 2), "{reply:?}: {fate:?}");
            // A refusal that cannot be looked after is none either.
            server.fail_order(1, Fault::Instead(there::no(422, 42_210_000, "no")));
            assert!(matches!(broker.send(&intent), Sent::Unknown(_)), "{reply:?}");
        });
    }
}

#[test]
fn another_order_under_our_id_is_for_a_person() {
    let server = server();
    with(&server, |broker, _| {
        let intent = intent(broker, ticket(Side::Buy, "QQQ", "2", "401"));
        let client = Some(intent.client_id.clone());
        let wish =
            Wish { code: "QQQ".into(), side: Way::Buy, quantity: number("3"), limit: Some(number("401")), client };
        server.protocol().ledger.place(wish).unwrap();
        let fate = broker.reconcile(&intent);
        let Fate::NeedsHuman(candidates) = &fate else { panic!("{fate:?}") };
        assert!(candidates[0].about.starts_with("buy 3 QQQ at 401, filled, of 2026-03-04"), "{candidates:?}");
        assert!(matches!(broker.send(&intent), Sent::Unknown(why) if why.contains("another order under this id")));
        assert!(broker.standing(&intent, &Ack { reference: there::id(1), at: None }).is_err());
    });
    assert_eq!(server.protocol().ledger.programs().count(), 1);
}

#[test]
fn a_refusal_says_why_and_leaves_nothing() {
    let server = server();
    with(&server, |broker, _| {
        let mut refused = |ticket: Ticket| {
            let intent = intent(broker, ticket);
            match broker.send(&intent) {
                Sent::Refused(why) => why,
                other => panic!("{other:?}"),
            }
        };
        assert!(refused(ticket(Side::Buy, "QQQ", "200", "401")).contains("insufficient buying power (status 403)"));
        assert!(refused(ticket(Side::Sell, "SPY", "21", "400")).contains("insufficient qty"));
        server.protocol().ledger.next(Course::Refused(format!("no: {SECRET}\r\n{}", "a".repeat(999))));
        let said = refused(ticket(Side::Buy, "QQQ", "1", "401"));
        assert!(
            said.contains("no: [secret]") && !said.contains(SECRET) && said.len() < 250 && !said.contains('\n'),
            "{said}"
        );
    });
    server.protocol().whole.insert("QQQ".to_owned());
    with(&server, |broker, _| {
        let part = broker.prepare(&ticket(Side::Buy, "QQQ", "1.5", "401"), "").unwrap_err();
        assert!(part.to_string().contains("only whole shares can") && part.remedy().contains("increment"), "{part}");
        assert!(broker.prepare(&ticket(Side::Buy, "ZZZZ", "1", "401"), "").is_err());
    });
    assert_eq!(server.protocol().ledger.orders.len(), 0);
}

#[test]
fn what_is_left_of_an_order_is_cancelled_once() {
    let server = server();
    server.protocol().ledger.next(Course::part(number("4")));
    with(&server, |broker, _| {
        let intent = intent(broker, ticket(Side::Sell, "SPY", "10", "499"));
        let ack = taken(broker.send(&intent));
        let standing = broker.standing(&intent, &ack).unwrap();
        assert_eq!((standing.state, standing.executed.quantity.to_string()), (OrderState::Working, "4".to_owned()));
        server.fail_line("DELETE", 1, Fault::DropAfter);
        assert!(broker.cancel(&intent, &ack).is_err());
        broker.cancel(&intent, &ack).unwrap();
        let standing = broker.standing(&intent, &ack).unwrap();
        assert_eq!(
            (standing.state, standing.executed.amount.to_string()),
            (OrderState::Cancelled, "2000.4".to_owned())
        );
    });
    assert_eq!(server.protocol().ledger.orders[0].status, Status::Cancelled);
    server.protocol().ledger.check();
}

#[test]
fn a_late_rejection_and_a_replacement_are_told() {
    let server = server();
    server.protocol().ledger.next(Course::rejected_after(3, "halted"));
    server.protocol().ledger.next(Course::open());
    with(&server, |broker, _| {
        let first = intent(broker, ticket(Side::Buy, "QQQ", "1", "401"));
        let ack = taken(broker.send(&first));
        let mut states = (0..4).map(|_| broker.standing(&first, &ack).unwrap().state);
        assert_eq!(states.next(), Some(OrderState::Working));
        assert!(matches!(states.last(), Some(OrderState::Rejected(_))));
        let second = intent(broker, ticket(Side::Buy, "SPY", "1", "501"));
        let ack = taken(broker.send(&second));
        server.protocol().replaced.insert(2);
        assert!(broker.standing(&second, &ack).unwrap_err().to_string().contains("replaced"));
    });
}

#[test]
fn all_pages_of_open_orders_are_read_or_none() {
    let server = server();
    {
        let ledger = &mut server.protocol().ledger;
        let wish = Wish {
            code: "SPY".into(),
            side: Way::Buy,
            quantity: number("0.001"),
            limit: Some(number("1")),
            client: None,
        };
        for i in 0..1203 {
            ledger.person(wish.clone(), &Course::open());
            // Five at the same time.
            ledger.pass(Duration::from_millis(if i % 5 == 0 { 300 } else { 0 }));
        }
    }
    with(&server, |broker, _| {
        let orders = broker.open_orders().unwrap();
        let ids: std::collections::BTreeSet<_> = orders.iter().map(|order| order.reference.clone()).collect();
        assert_eq!((orders.len(), ids.len()), (1203, 1203));
        assert_eq!(server.lines().len(), 3);
        assert!(orders.iter().all(|order| order.quantity == Quantity::new(number("0.001")) && order.side == Side::Buy));
    });
    server.protocol().ledger.orders.iter_mut().for_each(|order| order.at = NOW.parse().unwrap());
    with(&server, |broker, _| {
        let error = broker.open_orders().unwrap_err();
        assert!(error.to_string().contains("again and again"), "{error}");
    });
}

#[test]
fn cash_is_what_is_there_and_nothing_that_is_lent() {
    let server = server();
    server.protocol().account.insert("buying_power", json!("40000"));
    let capacity = |side, code: &str, limit: &str| {
        with(&server, |broker, _| broker.capacity(&ticket(side, code, "1", limit)).unwrap().to_string())
    };
    assert_eq!(capacity(Side::Buy, "QQQ", "300"), "33.333333");
    assert_eq!(capacity(Side::Sell, "SPY", "300"), "20");
    assert_eq!(capacity(Side::Sell, "QQQ", "300"), "0");
    let open = |side, quantity: &str, limit: &str| Wish {
        code: "SPY".into(),
        side,
        quantity: number(quantity),
        limit: Some(number(limit)),
        client: None,
    };
    server.protocol().ledger.person(open(Way::Buy, "10", "400"), &Course::open());
    server.protocol().ledger.person(open(Way::Sell, "5", "900"), &Course::open());
    assert_eq!((capacity(Side::Buy, "QQQ", "300"), capacity(Side::Sell, "SPY", "300")), ("20".into(), "15".into()));
    server.protocol().account.insert("buying_power", json!("450"));
    assert_eq!(capacity(Side::Buy, "QQQ", "300"), "1.5");
    server.protocol().ledger.person(Wish { limit: None, ..open(Way::Buy, "1", "1") }, &Course::open());
    let unknown = with(&server, |broker, _| broker.capacity(&ticket(Side::Buy, "QQQ", "1", "300")).unwrap_err());
    assert!(unknown.to_string().contains("what an open order takes is not told"), "{unknown}");
}

#[test]
fn an_account_that_may_not_trade_and_keys_that_are_wrong_are_told() {
    for (name, value) in
        [("trading_blocked", json!(true)), ("status", json!("ONBOARDING")), ("account_blocked", json!(true))]
    {
        let server = server();
        server.protocol().account.insert(name, value);
        let error = with(&server, |broker, _| broker.capacity(&ticket(Side::Buy, "QQQ", "1", "300")).unwrap_err());
        assert!(matches!(error, BrokerError::Denied { .. }), "{name}: {error}");
    }
    let server = server();
    server.fail_request(1, Fault::Instead(there::no(401, 40_110_000, &format!("bad key {KEY} {SECRET}"))));
    let error = with(&server, |broker, _| broker.snapshot().unwrap_err());
    assert!(
        error.to_string().contains("bad key [secret] [secret]") && error.remedy().contains("ALPACA_ENV"),
        "{error}"
    );
}

#[test]
fn what_only_reads_is_asked_again_and_waits_as_long_as_alpaca_says() {
    let server = server();
    let reset = NOW.parse::<DateTime<Utc>>().unwrap().timestamp() + 17;
    server.fail_request(1, Fault::Instead(there::limited(reset)));
    server.fail_request(2, Fault::DropAfter);
    server.fail_request(3, Fault::Instead(Reply::gateway(502)));
    with(&server, |broker, clock| {
        assert_eq!(broker.session().unwrap(), Session::Open);
        assert_eq!(clock.elapsed(), Duration::from_secs(17 + 4 + 8));
        server.fail(1, 4, Fault::DropBefore, |_, _| true);
        assert!(matches!(broker.session(), Err(BrokerError::Unavailable { .. })));
        assert!(server.failed());
    });
}

#[test]
fn parts_of_a_cent_are_not_counted_as_cash() {
    for (said, counted) in [("1000.1299", "1000.12"), ("0.009999", "0"), ("-0.001", "-0.01"), ("5", "5")] {
        let server = server();
        let body = json!({ "currency": "USD", "cash": said });
        server.fail(1, 9, Fault::Instead(Reply::json(200, &body)), |_, request| request.path == "/v2/account");
        let snapshot = with(&server, |broker, _| broker.snapshot().unwrap());
        assert_eq!(snapshot.cash, [(Currency::Usd, Money::new(number(counted)))].into(), "{said}");
    }
}

#[test]
fn half_an_account_is_none() {
    for (path, body) in [
        ("/v2/positions", json!([{ "symbol": "SPY", "qty": "1", "side": "long" }])),
        ("/v2/positions", json!([{ "symbol": "SPY", "qty": "x", "current_price": "1" }])),
        ("/v2/positions", json!([{ "symbol": "SPY", "qty": "-5", "side": "short", "current_price": "1" }])),
        ("/v2/positions", json!({})),
        ("/v2/account", json!({ "currency": "USD" })),
        ("/v2/account", json!({ "currency": "EUR", "cash": "1" })),
        ("/v2/account", json!({ "currency": "USD", "cash": "1e3" })),
    ] {
        let server = server();
        server.fail(1, 9, Fault::Instead(Reply::json(200, &body)), move |_, request| request.path == path);
        let error = with(&server, |broker, _| broker.snapshot().unwrap_err());
        assert!([3, 6].contains(&error.exit_code()), "{body}: {error}");
    }
}
