//! A client that others have written for the real server, on the simulator: what it accepts of it, and what it asks.
//!
//! `REBALANCE_CLIENTS` names a python that has kiwoom-client 0.4.0, from PyPI.

use super::world::World;
use super::{KEY, SECRET};
use crate::ledger::Status;
use std::process::Command;

#[test]
#[ignore = "needs kiwoom-client 0.4.0: REBALANCE_CLIENTS names a python that has it"]
fn kiwoom_client() {
    let python = std::env::var("REBALANCE_CLIENTS").expect("REBALANCE_CLIENTS names a python with kiwoom-client");
    let world = World::new();
    world.server.protocol().page = 2;
    let mut command = Command::new(python);
    command.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/brokers/clients/kiwoom.py"));
    command.envs([("URL", world.server.url.as_str()), ("KEY", KEY), ("SECRET", SECRET), ("NO_PROXY", "127.0.0.1")]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let content = output.status.success() && said.trim_end().ends_with("is content");
    assert!(content, "{said}{}", String::from_utf8_lossy(&output.stderr));
    let sim = world.server.protocol();
    sim.ledger.check();
    let orders: Vec<_> = sim.ledger.programs().map(|order| (order.status, order.filled().to_string())).collect();
    assert_eq!(orders, [(Status::Filled, "3".to_owned()), (Status::Cancelled, "0".to_owned())]);
    drop(sim);
    // What it sends to place an order is what we send: the same fields, under the same operation.
    world.with(|broker, clock| clock.drive(broker, &super::world::buy("069500", "3", "35700"), &[]));
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
