//! `rebalance comment` against a server that speaks GitHub's API over real TCP: pages, accounts, limits, failures.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

#[path = "../cli/stage.rs"]
#[allow(dead_code, reason = "the stage has more than these tests need")]
mod stage;

#[path = "../brokers/wire.rs"]
#[allow(dead_code, reason = "the server has more than these tests need")]
mod wire;

mod faults;
mod keeping;
mod server;

use server::{REPOSITORY, Server, TOKEN};
use stage::{Run, Stage};

/// A job of the pull request 7, with the server for GitHub.
fn job(server: &Server) -> Stage {
    let mut stage = Stage::bare_directory();
    event(&stage, 1, Some(1), "ann");
    let event = stage.path("event.json").display().to_string();
    let summary = stage.path("summary.md").display().to_string();
    for (name, value) in [
        ("GITHUB_API_URL", server.url.as_str()),
        ("GITHUB_REPOSITORY", REPOSITORY),
        ("GITHUB_EVENT_PATH", &event),
        ("GITHUB_STEP_SUMMARY", &summary),
        ("GITHUB_TOKEN", TOKEN),
        // Nothing goes through a proxy to this machine itself.
        ("HTTPS_PROXY", "http://127.0.0.1:9"),
    ] {
        stage.env.insert(name.to_owned(), value.to_owned());
    }
    stage.write("review.md", "### Two changes\n");
    stage
}

/// The event of a pull request from the repository `head` to the repository `base`, by their ids.
fn event(stage: &Stage, base: u64, head: Option<u64>, author: &str) {
    let head = head.map_or("null".to_owned(), |id| format!("{{\"id\": {id}}}"));
    let event = format!(
        r#"{{"pull_request": {{"number": 7, "user": {{"login": "{author}"}}, "head": {{"repo": {head}}}, "base": {{"repo": {{"id": {base}}}}}}}}}"#
    );
    stage.write("event.json", &event);
}

/// Runs the command, and sees that the token is nowhere.
fn comment(stage: &Stage, options: &[&str]) -> Run {
    let args: Vec<&str> = ["comment", "review.md"].iter().chain(options).copied().collect();
    let run = stage.run(&args);
    assert!(!run.whole().contains(TOKEN), "{}", run.whole());
    let summary = std::fs::read_to_string(stage.path("summary.md")).unwrap_or_default();
    assert!(!summary.contains(TOKEN), "{summary}");
    run
}
