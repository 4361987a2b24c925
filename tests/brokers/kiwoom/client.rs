//! A client that others have written for the real server, on the simulator: what it accepts of it, and what it asks.
//!
//! `.ci/run brokers` runs it, with kiwoom-client from PyPI.

use super::world::World;
use super::{KEY, SECRET};
use crate::clients::content;
use crate::desk::Drive;
use crate::ledger::Status;

#[test]
#[ignore = "needs kiwoom-client: .ci/run brokers"]
fn kiwoom_client() {
    let world = World::new();
    world.server.protocol().page = 2;
    content("kiwoom", &[("URL", &world.server.url), ("KEY", KEY), ("SECRET", SECRET)]);
    let sim = world.server.protocol();
    sim.ledger.check();
    let orders: Vec<_> = sim.ledger.programs().map(|order| (order.status, order.filled().to_string())).collect();
    assert_eq!(orders, [(Status::Filled, "3".to_owned()), (Status::Cancelled, "0".to_owned())]);
    drop(sim);
    // What it sends to place an order is what we send: the same fields, under the same operation.
    world.with(|broker, clock| clock.drive(broker, &crate::desk::buy("069500", "3", "35700"), &[]));
    let placed =
        |asked: &crate::wire::Asked| (asked.request.header("api-id") == "kt10000").then(|| asked.request.json());
    let bodies: Vec<_> = world.server.asked().iter().filter_map(placed).collect();
    let fields = |body: &serde_json::Value| {
        let mut names: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(fields(&bodies[0]), fields(bodies.last().unwrap()));
    assert_eq!(bodies[0]["ord_uv"], bodies.last().unwrap()["ord_uv"]);
}
