//! What a plan says of conversions, as it is read before anything is done.

use crate::world::{Case, World};
use rebalance::plan::Body;
use rebalance::plan::file::Conversion;
use rebalance::trade::Act;

fn converting() -> World {
    World::of(Case { flow: None, converts: true })
}

#[test]
fn a_conversion_that_cannot_be_is_named_with_its_field() {
    type Edit = fn(&mut Conversion);
    let edits: [(Edit, &str); 16] = [
        (|one| one.from = "CHF".to_owned(), "from"),
        (|one| one.to = String::new(), "to"),
        (|one| one.to = one.from.clone(), "to"),
        (|one| one.id = "convert-USD-KRW".to_owned(), "id"),
        (|one| one.amount = "0".to_owned(), "amount"),
        (|one| one.amount = "-5".to_owned(), "amount"),
        (|one| one.amount = "5.5".to_owned(), "amount"),
        (|one| one.received = "0".to_owned(), "received"),
        (|one| one.received = "1.001".to_owned(), "received"),
        (|one| one.fee = "-1".to_owned(), "fee"),
        (|one| one.fee = one.amount.clone() + "0", "fee"),
        (|one| one.from_rate = "2".to_owned(), "from_rate"),
        (|one| one.to_rate = "0".to_owned(), "to_rate"),
        (|one| one.to_rate = "x".to_owned(), "to_rate"),
        (|one| one.cost = "-1".to_owned(), "cost"),
        (|one| one.cost = "1e3".to_owned(), "cost"),
    ];
    let body = converting().body().unwrap();
    assert!(Act::all(&body).is_ok());
    for (index, (edit, field)) in edits.into_iter().enumerate() {
        let mut edited = body.clone();
        edit(&mut edited.conversions[0]);
        assert_eq!(Act::all(&edited).unwrap_err().field, field, "{index}");
    }
    let twice = Body { conversions: [body.conversions.clone(), body.conversions.clone()].concat(), ..body };
    assert_eq!(Act::all(&twice).unwrap_err().field, "id");
}

#[test]
fn a_conversion_comes_after_what_brings_cash_and_before_what_takes_it() {
    let world = converting();
    let body = world.body().unwrap();
    let ids = |body: &Body| -> Vec<String> { Act::all(body).unwrap().iter().map(|act| act.id().to_owned()).collect() };
    let place = |ids: &[String]| ids.iter().position(|id| id == "convert-KRW-USD").unwrap();
    let sells = body.orders.iter().filter(|order| order.side == "sell").count();
    assert!(sells > 0, "{:?}", body.orders);
    assert_eq!(place(&ids(&body)), sells);
    // A sale that costs more than it brings takes cash as a purchase does.
    let mut losing = body.clone();
    losing.orders[sells - 1].commission = losing.orders[sells - 1].amount.clone() + "0";
    assert_eq!(place(&ids(&losing)), sells - 1);
    assert_eq!(ids(&losing).len(), body.orders.len() + 1);
}
