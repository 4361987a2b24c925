//! The ledger itself: what orders come to, on its own clock.

use crate::ledger::{Course, Happening, Ledger, Refusal, Side, Status, Wish};
use rust_decimal::Decimal;
use std::time::Duration;

fn number(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn ledger() -> Ledger {
    Ledger::new("2026-03-04T01:00:00Z", "1000", &[("A", "10", "20"), ("B", "0", "5")])
}

fn wish(code: &str, side: Side, quantity: &str, limit: Option<&str>) -> Wish {
    Wish { code: code.to_owned(), side, quantity: number(quantity), limit: limit.map(number), client: None }
}

#[test]
fn an_order_within_the_market_is_filled_at_the_market_s_price() {
    let mut books = ledger();
    books.place(wish("A", Side::Sell, "4", Some("19"))).unwrap();
    books.place(wish("B", Side::Buy, "2.5", Some("6"))).unwrap();
    books.check();
    assert_eq!(books.cash, number("1067.5"));
    assert_eq!((books.positions["A"].quantity, books.positions["A"].cost), (number("6"), number("120")));
    assert_eq!((books.positions["B"].quantity, books.positions["B"].bought), (number("2.5"), number("2.5")));
    assert!(books.orders.iter().all(|order| order.status == Status::Filled && order.left().is_zero()));
    assert_eq!(books.orders[1].mean(), Some(number("5")));
}

#[test]
fn an_order_outside_the_market_stays_open_and_keeps_what_it_needs() {
    let mut books = ledger();
    let buy = books.place(wish("B", Side::Buy, "200", Some("4"))).unwrap();
    let sell = books.place(wish("A", Side::Sell, "8", Some("21"))).unwrap();
    assert_eq!((books.free_cash(), books.free_shares("A")), (number("200"), number("2")));
    let refused = books.place(wish("B", Side::Buy, "51", Some("4"))).unwrap_err();
    assert_eq!(refused, Refusal::Cash { free: number("200"), needed: number("204") });
    assert_eq!(books.place(wish("A", Side::Sell, "3", None)).unwrap_err(), Refusal::Shares { free: number("2") });
    assert_eq!(books.place(wish("C", Side::Sell, "3", None)).unwrap_err(), Refusal::Code);
    assert!(books.cancel(buy) && books.cancel(sell) && !books.cancel(sell) && !books.cancel(9));
    assert_eq!((books.free_cash(), books.free_shares("A")), (number("1000"), number("10")));
    assert_eq!(books.orders[0].lost(), number("200"));
    books.check();
}

#[test]
fn what_was_said_happens_on_the_clock() {
    let mut books = ledger();
    books.commission = number("0.01");
    books.next(Course::parts(number("1"), 3));
    books.next(Course::rejected_after(2, "limit up"));
    books.next(Course::Refused("closed".to_owned()));
    for _ in 0..2 {
        books.place(wish("A", Side::Buy, "4", Some("20"))).unwrap();
    }
    let refused = books.place(wish("A", Side::Buy, "4", Some("20"))).unwrap_err();
    assert_eq!(refused, Refusal::Said("closed".to_owned()));
    let seen = |books: &Ledger| -> Vec<_> { books.orders.iter().map(|o| (o.status, o.filled(), o.left())).collect() };
    let (one, four, none) = (number("1"), number("4"), number("0"));
    assert_eq!(seen(&books), [(Status::Open, one, number("3")), (Status::Open, none, four)]);
    books.tick();
    books.tick();
    assert_eq!(seen(&books), [(Status::Open, one, number("3")), (Status::Rejected, none, none)]);
    assert_eq!((books.orders[1].why.as_deref(), books.orders[1].lost()), (Some("limit up"), four));
    books.tick();
    assert_eq!(seen(&books)[0], (Status::Filled, four, none));
    assert_eq!(books.cash, number("919.2"));
    assert_eq!(books.orders[0].ended, Some(books.now));
    books.check();
}

#[test]
fn an_order_ends_in_every_way_there_is() {
    let mut books = ledger();
    let after = |happening| Course::Accepted(vec![(Duration::from_secs(3), happening)]);
    let courses = [
        (Course::filled_after(3), Status::Filled, "4"),
        (Course::part(number("1")), Status::Open, "1"),
        (after(Happening::Fill(Some(number("3")))), Status::Open, "3"),
        (after(Happening::Cancel), Status::Cancelled, "0"),
        (after(Happening::Expire), Status::Expired, "0"),
    ];
    for (course, _, _) in &courses {
        books.next(course.clone());
        books.place(wish("B", Side::Buy, "4", Some("5"))).unwrap();
    }
    books.pass(Duration::from_secs(3));
    for (order, (_, status, filled)) in books.orders.iter().zip(&courses) {
        assert_eq!((order.status, order.filled()), (*status, number(filled)));
        assert_eq!(order.ended.is_some(), *status != Status::Open);
    }
    books.check();
}

#[test]
fn an_order_is_shown_when_its_time_has_come_and_a_person_s_twin_beside_it() {
    let mut books = ledger();
    books.hidden = Duration::from_secs(5);
    books.next_with_twin(Course::open());
    books.place(Wish { client: Some("x".to_owned()), ..wish("B", Side::Buy, "10", Some("5")) }).unwrap();
    let again = books.place(Wish { client: Some("x".to_owned()), ..wish("A", Side::Sell, "1", None) });
    assert_eq!(again.unwrap_err(), Refusal::Name);
    assert_eq!((books.listed().count(), books.orders.len(), books.programs().count()), (0, 2, 1));
    books.pass(Duration::from_secs(4));
    assert_eq!(books.listed().count(), 0);
    books.tick();
    let listed: Vec<_> = books.listed().map(|order| (order.number, order.at, order.wish.client.clone())).collect();
    assert_eq!(listed, [(1, books.orders[0].at, Some("x".to_owned())), (2, books.orders[0].at, None)]);
}

#[test]
#[should_panic(expected = "the cash is not what the orders make of it")]
fn books_that_do_not_add_up_are_found() {
    let mut books = ledger();
    books.place(wish("A", Side::Sell, "4", None)).unwrap();
    books.cash += Decimal::ONE;
    books.check();
}
