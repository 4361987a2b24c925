//! The simulators against clients that others have written for the real brokers: what these accept, and what they ask.
//!
//! The clients are on PyPI. `.ci/run brokers` installs them, pinned in `clients/requirements.txt`, and runs these tests;
//! `REBALANCE_CLIENTS` names the python that has them.

use std::process::Command;

/// Runs a client's script, which says `… is content` when all is as it has to be.
pub(crate) fn content(script: &str, env: &[(&str, &str)]) {
    let python = std::env::var("REBALANCE_CLIENTS").expect("REBALANCE_CLIENTS names a python with the clients");
    let mut command = Command::new(python);
    command.arg(format!("{}/tests/brokers/clients/{script}.py", env!("CARGO_MANIFEST_DIR")));
    // A home of its own: some clients keep tokens there.
    let home = tempfile::tempdir().unwrap();
    command.envs(env.iter().copied()).env("HOME", home.path()).current_dir(home.path());
    for proxy in ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env_remove(proxy);
    }
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let content = output.status.success() && said.trim_end().ends_with("is content");
    assert!(content, "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
#[ignore = "needs alpaca-py: .ci/run brokers"]
fn alpaca_py() {
    use crate::alpaca_server::{Alpaca, KEY, SECRET};
    let there = Alpaca::new(
        "2026-03-04T15:30:00Z",
        "10000",
        &[("SPY", "20", "500.10"), ("QQQ", "0", "400"), ("PENY", "3.25", "0.4567")],
    );
    let server = crate::wire::Server::start(there);
    content("with_alpaca_py", &[("URL", &server.url), ("KEY", KEY), ("SECRET", SECRET)]);
    let ledger = &server.protocol().ledger;
    ledger.check();
    assert_eq!(ledger.programs().count(), 3);
}
