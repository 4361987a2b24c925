//! A client that others have written for the real server, on the simulator: what it accepts of it, and what it asks.
//!
//! `.ci/run brokers` runs it, with python-kis from PyPI (which needs typing_extensions and does not say so).

use super::{ACCOUNT, KEY, Kis, SECRET};
use crate::clients::content;
use crate::ledger::{Ledger, Status};
use crate::wire::Server;

#[test]
#[ignore = "needs python-kis: .ci/run brokers"]
fn python_kis() {
    let positions = [("069500", "10", "35555"), ("360750", "250", "16800")];
    let server = Server::start(Kis::new(Ledger::new("2026-03-04T01:00:00Z", "1000000", &positions)));
    content("kis", &[("URL", &server.url), ("KEY", KEY), ("SECRET", SECRET), ("ACCOUNT", ACCOUNT)]);
    let sim = server.protocol();
    sim.ledger.check();
    let orders: Vec<_> = sim.ledger.programs().map(|order| (order.status, order.filled().to_string())).collect();
    assert_eq!(orders, [(Status::Filled, "3".to_owned()), (Status::Open, "0".to_owned())]);
}
