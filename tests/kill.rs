//! The real program, killed with SIGKILL at many moments of an apply, and sent on with `--resume`: no order is lost, none
//! is doubled, and the account ends where an undisturbed run leaves it.
//!
//! `REBALANCE_KILLS=500 cargo test --test kill` kills more often.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says no by panicking")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

fn git(dir: &Path, args: &[&str]) {
    let mut command = Command::new("git");
    command.args(args).current_dir(dir).env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    for name in ["GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL"] {
        command.env(name, "ann@example.org");
    }
    for name in ["GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"] {
        command.env_remove(name);
    }
    assert!(command.output().unwrap().status.success(), "git {args:?}");
}

fn start(dir: &Path, args: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rebalance"));
    command.args(args).current_dir(dir).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

fn run(dir: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = start(dir, args).wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), text)
}

/// The sample in a repository of its own, planned.
fn planned() -> TempDir {
    let dir = TempDir::new().unwrap();
    for file in ["portfolio_config.yaml", "holdings.yaml"] {
        fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(file), dir.path().join(file)).unwrap();
    }
    git(dir.path(), &["init", "-q"]);
    git(dir.path(), &["add", "."]);
    git(dir.path(), &["commit", "-q", "-m", "Start"]);
    let (code, text) = run(dir.path(), &["plan", "-q", "-o", "plan.json"]);
    assert_eq!(code, Some(0), "{text}");
    dir
}

/// What is compared: the holdings, and the log without ids and times.
fn end(dir: &Path) -> (String, serde_json::Value) {
    let log = fs::read_to_string(dir.join("rebalance_log.jsonl")).unwrap();
    assert_eq!(log.lines().count(), 1, "one record: {log}");
    let mut record: serde_json::Value = serde_json::from_str(&log).unwrap();
    record["plan_id"].take();
    for fill in record["fills"].as_array_mut().unwrap() {
        fill["at"].take();
    }
    (fs::read_to_string(dir.join("holdings.yaml")).unwrap(), record)
}

#[test]
fn a_killed_apply_goes_on() {
    let undisturbed = planned();
    let began = Instant::now();
    let (code, text) = run(undisturbed.path(), &["apply", "plan.json"]);
    let whole = began.elapsed();
    assert_eq!(code, Some(0), "{text}");
    let expected = end(undisturbed.path());

    let kills: u32 = std::env::var("REBALANCE_KILLS").map_or(24, |kills| kills.parse().unwrap());
    let mut begun = 0;
    for i in 0..kills {
        let dir = planned();
        let mut child = start(dir.path(), &["apply", "plan.json"]);
        std::thread::sleep(whole * i / kills + Duration::from_micros(u64::from(i) * 37));
        child.kill().unwrap();
        child.wait().unwrap();
        let (_, told) = run(dir.path(), &["plan"]);
        let (code, text) = run(dir.path(), &["apply", "plan.json", "--resume"]);
        begun += u32::from(code == Some(0));
        assert!(code != Some(0) || told.contains("and is not finished: go on with it first"), "kill {i}: {told}");
        let never_begun = code == Some(3) && text.contains("refused[not-begun]");
        let all_done = code == Some(3) && text.contains("refused[already-applied]");
        if never_begun {
            let (code, text) = run(dir.path(), &["apply", "plan.json"]);
            assert_eq!(code, Some(0), "kill {i}: {text}");
        } else {
            assert!(code == Some(0) || all_done, "kill {i}: {code:?} {text}");
        }
        assert_eq!(end(dir.path()), expected, "kill {i}");
    }
    println!("{kills} kills, {begun} of them in the middle of an apply");
}
