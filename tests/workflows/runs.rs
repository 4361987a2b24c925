//! The action on pull requests, in a merge queue and on a push: annotations, SARIF, the comment, the exit code.

use crate::files::{steps, text};
use crate::job::{Edits, Job, id};
use crate::server::{Fault, Server};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::Command;

/// One point from 305720 to 091230.
const MOVE: Edits = &[
    ("code: '091230'\n          target: 0.10", "code: '091230'\n          target: 0.11"),
    ("code: '305720'\n          target: 0.10", "code: '305720'\n          target: 0.09"),
];
/// One more.
const AGAIN: Edits = &[
    ("code: '091230'\n          target: 0.11", "code: '091230'\n          target: 0.12"),
    ("code: '305720'\n          target: 0.09", "code: '305720'\n          target: 0.08"),
];
/// Targets that add up to 1.05.
const WRONG: Edits = &[("target: 0.35", "target: 0.40")];

fn sarif(file: &str) -> Vec<String> {
    let read: Value = serde_json::from_str(&fs::read_to_string(file).unwrap()).unwrap();
    assert_eq!(read["version"], "2.1.0");
    let results = read["runs"][0]["results"].as_array().unwrap();
    let errors = results.iter().filter(|result| result["level"] == "error");
    errors.map(|result| result["ruleId"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_good_change_is_reviewed_in_one_comment() {
    let server = Server::new();
    let job = Job::new(&server, &[], MOVE);
    let ran = job.run();
    assert_eq!(ran.code, 0, "{}", ran.log);
    assert!(!ran.log.contains("::error"), "{}", ran.log);
    assert_eq!(sarif(&ran.outputs["lint.sarif-file"]), [""; 0]);
    assert_eq!(ran.outputs["Send the findings to code scanning.sarif_file"], ran.outputs["lint.sarif-file"]);
    assert_eq!(ran.outputs["lint.exit-code"], "0");
    let body = server.bodies().remove(0);
    assert!(body.starts_with("<!-- rebalance:review -->\n### rebalance diff: "), "{body}");
    assert!(body.contains("`2 changes of the allocation`") && body.contains("| ~ | `091230 "), "{body}");
    assert!(body.contains("Trades: 5 orders"), "{body}");
    assert_eq!(
        fs::read_to_string(&ran.outputs["review.review-file"]).unwrap().trim_end(),
        body.split_once('\n').unwrap().1.trim_end()
    );
    assert!(job.stage.read("summary.md").contains("### rebalance lint: ok"));

    // Pushed again, it is the same comment.
    let again = job.run();
    assert!(again.code == 0 && again.log.contains("unchanged https://"), "{}", again.log);
    assert_eq!((server.bodies().len(), server.asked("POST"), server.asked("PATCH")), (1, 1, 0));
}

#[test]
fn a_change_too_soon_is_refused_and_the_comment_says_so() {
    let server = Server::new();
    let job = Job::new(&server, &[("Raise semiconductors\n\nReason: earnings", 2, MOVE)], AGAIN);
    let ran = job.run();
    assert_eq!(ran.code, 1, "{}", ran.log);
    assert!(ran.log.contains("::error ") && ran.log.contains("allocation-cooldown"), "{}", ran.log);
    assert_eq!(sarif(&ran.outputs["lint.sarif-file"]), ["rebalance/allocation-cooldown"]);
    assert_eq!(server.bodies().len(), 1);
    assert!(server.bodies()[0].contains("cooldown"), "{}", server.bodies()[0]);
    // All of it was done before it failed.
    assert_eq!(ran.steps.last().unwrap(), "Answer");
}

#[test]
fn a_wrong_config_is_annotated_where_it_is_wrong() {
    let server = Server::new();
    let ran = Job::new(&server, &[], WRONG).run();
    assert_eq!(ran.code, 1, "{}", ran.log);
    let annotation = ran.log.lines().find(|line| line.contains("weights-sum")).unwrap();
    assert!(annotation.starts_with("::error file=portfolio_config.yaml,line="), "{annotation}");
    assert_eq!(server.bodies().len(), 1);
}

#[test]
fn a_history_that_is_cut_off_is_no_pass() {
    let server = Server::new();
    let job = Job::new(&server, &[("Notes", 30, &[("# portfolio_config.yaml", "# the portfolio")])], MOVE);
    for depth in [1, 2] {
        job.checkout(Some(depth));
        let ran = job.run();
        assert_eq!(ran.code, 6, "depth {depth}: {}", ran.log);
        assert!(ran.log.contains("fetch-depth: 0"), "depth {depth}: {}", ran.log);
        assert_eq!(server.bodies().len(), 1, "depth {depth}");
        assert!(server.bodies()[0].contains("could not tell"), "{}", server.bodies()[0]);
    }
}

#[test]
fn a_queue_and_a_push_are_judged_and_not_commented() {
    for event in ["merge_group", "push"] {
        for (main, change, code) in [(&[][..], MOVE, 0), (&[("Raise\n\nReason: more", 2, MOVE)], AGAIN, 1)] {
            let server = Server::new();
            let mut job = Job::new(&server, main, change);
            job.as_event(event);
            let ran = job.run();
            assert_eq!(ran.code, code, "{event}: {}", ran.log);
            assert_eq!(server.state().asked.len(), 0, "{event}");
            assert!(!ran.outputs.contains_key("review.review-file"), "{event}");
        }
    }
}

#[test]
fn a_fork_is_judged_and_its_review_is_in_the_summary() {
    for (main, change, code) in [(&[][..], MOVE, 0), (&[("Raise\n\nReason: more", 2, MOVE)], AGAIN, 1)] {
        let server = Server::new();
        let job = Job::new(&server, main, change);
        job.pull_request(2);
        server.fail("POST", &[Fault::Status(403, &[], "Resource not accessible by integration")]);
        let ran = job.run();
        assert_eq!(ran.code, code, "{}", ran.log);
        assert!(ran.log.contains("it is in the step's summary"), "{}", ran.log);
        assert!(job.stage.read("summary.md").contains("### rebalance diff: "));
        assert!(server.bodies().is_empty());
    }
}

#[test]
fn a_comment_that_cannot_be_written_fails_the_job() {
    let server = Server::new();
    let job = Job::new(&server, &[], MOVE);
    server.fail("POST", &[Fault::Status(403, &[], "Resource not accessible by integration")]);
    let ran = job.run();
    assert_eq!(ran.code, 6, "{}", ran.log);
    assert!(ran.log.contains("permissions: pull-requests: write"), "{}", ran.log);
    let mut quiet = Job::new(&server, &[], MOVE);
    quiet.inputs.insert("comment", "false".into());
    assert_eq!(quiet.run().code, 0);
}

#[test]
fn inputs_are_texts_and_never_commands() {
    let server = Server::new();
    for (input, value) in [
        ("config", "$(touch pwned).yaml"),
        ("config", "`touch pwned`; touch pwned"),
        ("config", "--help"),
        ("base", "$(touch pwned)"),
        ("base", "--help"),
        ("fail-on", "error; touch pwned"),
        ("comment-name", "$(touch pwned)"),
    ] {
        let mut job = Job::new(&server, &[], MOVE);
        job.inputs.insert(input, value.to_owned());
        let ran = job.run();
        assert_ne!(ran.code, 0, "{input}={value}: {}", ran.log);
    }
}

#[test]
fn cargo_is_run_where_the_action_is_and_does_what_no_pull_request_says() {
    let server = Server::new();
    let job = Job::new(&server, &[], MOVE);
    job.stage.write("work/.cargo/config.toml", "[build]\nrustc-wrapper = \"./pwned\"\n");
    job.stage.write("work/rust-toolchain.toml", "[toolchain]\npath = \".\"\n");
    job.stage.write("work/.rebalance/bin/rebalance", "#!/bin/sh\ntouch pwned\n");
    assert_eq!(job.run().code, 0);
    let log = job.stage.read("cargo.log");
    let root = env!("CARGO_MANIFEST_DIR");
    assert!(log.starts_with(&format!("{root} install --locked --quiet --path . --root ")), "{log}");
    // It is built once: what is there is taken.
    assert_eq!(job.run().code, 0);
    assert_eq!(job.stage.read("cargo.log").lines().count(), 1);
}

#[test]
fn the_workflow_to_call_finds_its_own_commit_or_ends() {
    let own = steps(".github/workflows/review.yml").into_iter().find(|step| step["id"] == "own").unwrap();
    let dir = tempfile::tempdir().unwrap();
    let output = dir.path().join("output");
    let run = |job: &str| {
        fs::write(&output, "").unwrap();
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-eo", "pipefail", "-c", own["run"].as_str().unwrap()]);
        let out = bash.env("JOB", job).env("GITHUB_OUTPUT", &output).output().unwrap();
        (out.status.code().unwrap(), fs::read_to_string(&output).unwrap())
    };
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let job = |commit: &str| format!("{{\"workflow_repository\": \"ann/rebalance\", \"workflow_sha\": \"{commit}\"}}");
    assert_eq!(run(&job(commit)), (0, format!("repository=ann/rebalance\ncommit={commit}\n")));
    for without in ["{}", "{\"status\": \"success\"}", "null", &job("main"), &job(""), &job(&format!("{commit}\\nx=y"))]
    {
        let (code, output) = run(without);
        assert!(code != 0 && output.is_empty(), "{without}: {code} {output}");
    }
}

#[test]
fn what_is_built_is_all_that_the_key_is_made_of() {
    // A file that is compiled in and not in the key would let an old program be taken for this one.
    let script = text("setup/places.sh");
    let (_, rest) = script.split_once("find ").unwrap();
    let named: Vec<&str> = rest.split(" -type").next().unwrap().split(' ').collect();
    // Tests are not a part of the program.
    let tests = |file: &Path| file.file_name().is_some_and(|name| name == "tests.rs" || name == "laws.rs");
    for file in walk("src").into_iter().filter(|file| !tests(file)) {
        for part in fs::read_to_string(&file).unwrap().split("include_str!(\"").skip(1) {
            let included = file.parent().unwrap().join(part.split('"').next().unwrap());
            let Ok(included) = included.canonicalize() else { continue };
            let inside = included.strip_prefix(fs::canonicalize(env!("CARGO_MANIFEST_DIR")).unwrap()).unwrap();
            let covered = inside.ancestors().any(|part| named.contains(&part.to_str().unwrap()));
            assert!(covered, "{} is compiled in and not in the key", inside.display());
        }
    }
    assert!(named.contains(&"Cargo.lock") && text("action.yml").contains("steps.places.outputs.key"));
}

fn walk(dir: &str) -> Vec<std::path::PathBuf> {
    let mut pending = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(dir)];
    let mut found = Vec::new();
    while let Some(path) = pending.pop() {
        match path.is_dir() {
            true => pending.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path())),
            false => found.push(path),
        }
    }
    found
}

#[test]
fn the_commits_of_a_job_are_what_they_seem() {
    let server = Server::new();
    let job = Job::new(&server, &[], MOVE);
    let parents = job.stage.git(&["-C", "work", "log", "-1", "--format=%P"]);
    assert_eq!(parents.trim(), format!("{} {}", id(&job.stage, "main"), id(&job.stage, "feature")));
}
