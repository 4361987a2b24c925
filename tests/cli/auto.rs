//! `lint --base auto`: jobs of GitHub Actions and GitLab CI, checked out as their runners do, with events in the shape
//! that the services publish.

use crate::base::{COOLDOWN, branch, change, quiet, refused, told};
use crate::stage::{Run, Stage};
use serde_json::{Value, json};
use snapbox::{assert_data_eq, str};

pub(crate) const ZERO: &str = "0000000000000000000000000000000000000000";

pub(crate) fn id(stage: &Stage, rev: &str) -> String {
    stage.git(&["rev-parse", rev]).trim().to_owned()
}

/// Makes the ref that GitHub makes for a pull request: the branch merged into main as it is now.
pub(crate) fn merge_ref(stage: &Stage) {
    let (base, head) = (id(stage, "main"), id(stage, "feature"));
    stage.git(&["checkout", "-q", "--detach", "main"]);
    stage.git(&["merge", "-q", "--no-ff", "-m", &format!("Merge {head} into {base}"), "feature"]);
    stage.git(&["update-ref", "refs/pull/7/merge", "HEAD"]);
    stage.git(&["checkout", "-q", "feature"]);
}

/// Checks a ref out beside, with all branches, or with nothing but this many commits of the ref.
pub(crate) fn checkout(stage: &Stage, what: &str, depth: Option<u8>) {
    let url = format!("file://{}", stage.path("").display());
    let spec = format!("+{what}:refs/remotes/pull/7/merge");
    stage.git(&["init", "-q", "-b", "none", "work"]);
    match depth {
        None => stage.git(&["-C", "work", "fetch", "-q", &url, "+refs/heads/*:refs/remotes/origin/*", &spec]),
        Some(depth) => stage.git(&["-C", "work", "fetch", "-q", &format!("--depth={depth}"), &url, &spec]),
    };
    stage.git(&["-C", "work", "checkout", "-q", "--detach", "refs/remotes/pull/7/merge"]);
}

/// The part of GitHub's `pull_request` payload that is documented for every action, with some of what stands around it.
pub(crate) fn pull_request(stage: &Stage, base: &str, body: &Value) -> Value {
    json!({
        "action": "synchronize",
        "number": 7,
        "pull_request": {
            "url": "https://api.github.com/repos/ann/portfolio/pulls/7",
            "number": 7,
            "state": "open",
            "title": "Raise semiconductors",
            "user": { "login": "ann", "id": 1 },
            "body": body,
            "merged": false,
            "merge_commit_sha": ZERO,
            "head": { "label": "ann:feature", "ref": "feature", "sha": id(stage, "feature"), "repo": { "fork": false } },
            "base": { "label": "ann:main", "ref": "main", "sha": base, "repo": { "default_branch": "main" } },
            "author_association": "OWNER",
        },
        "repository": { "full_name": "ann/portfolio", "default_branch": "main" },
        "sender": { "login": "ann", "type": "User" },
    })
}

pub(crate) fn push(before: &str, after: &str, name: &str) -> Value {
    json!({
        "ref": name,
        "before": before,
        "after": after,
        "created": before == ZERO,
        "deleted": after == ZERO,
        "forced": false,
        "base_ref": null,
        "commits": [],
        "repository": { "full_name": "ann/portfolio", "default_branch": "main" },
        "pusher": { "name": "ann", "email": "ann@example.org" },
    })
}

/// Runs the job of an event of GitHub.
pub(crate) fn github(stage: &mut Stage, name: &str, event: &Value) -> Run {
    stage.write("event.json", &event.to_string());
    stage.env.insert("GITHUB_EVENT_PATH".into(), stage.path("event.json").display().to_string());
    stage.env.insert("GITHUB_EVENT_NAME".into(), name.into());
    job(stage)
}

fn job(stage: &Stage) -> Run {
    stage.run_in("work", &["lint", "--base", "auto", "--format", "json"])
}

fn gitlab(stage: &mut Stage, variables: &[(&str, &str)]) -> Run {
    stage.env.clear();
    stage.env.insert("GITLAB_CI".into(), "true".into());
    stage.env.extend(variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    job(stage)
}

#[test]
fn a_pull_request_is_judged_by_what_its_merge_was_made_with() {
    let mut stage = branch();
    change(&stage, 12, "Again\n\nReason: more", 0);
    merge_ref(&stage);
    checkout(&stage, "refs/pull/7/merge", None);
    // The event names an older commit of the base, as it does where the branch was not brought up to date.
    let event = pull_request(&stage, &id(&stage, "main~"), &Value::Null);
    let run = github(&mut stage, "pull_request", &event);
    assert_eq!(told(&run), refused(&[COOLDOWN]));
    let (base, head) = (id(&stage, "main"), id(&stage, "feature"));
    assert_eq!(run.err, format!("request 7, {} into main, by {}\n", &head[..7], &base[..7]));
    assert_eq!(stage.run_in("work", &["lint", "--base", "auto", "-q"]).err, "");
    assert_eq!(stage.run_in("work", &["lint", "--base", "auto", "--head", "HEAD"]).code, 64);
}

#[test]
fn a_cut_history_is_told_apart_from_none() {
    for (depth, code, hint) in [(Some(1), 6, true), (Some(2), 6, true), (None, 0, false)] {
        let mut stage = quiet();
        change(&stage, 12, "Raise\n\nReason: more", 0);
        stage.git(&["checkout", "-q", "main"]);
        stage.write("notes", "x");
        stage.commit("Notes", 30);
        stage.git(&["checkout", "-q", "feature"]);
        merge_ref(&stage);
        checkout(&stage, "refs/pull/7/merge", depth);
        let event = pull_request(&stage, &id(&stage, "main"), &Value::Null);
        let run = github(&mut stage, "pull_request", &event);
        assert_eq!(run.code, code, "{depth:?}: {}", run.whole());
        assert_eq!(run.whole().contains("fetch-depth: 0"), hint, "{depth:?}: {}", run.whole());
    }
}

#[test]
fn the_body_of_a_request_gives_a_reason_and_no_override() {
    let mut stage = quiet();
    change(&stage, 12, "Raise", 0);
    merge_ref(&stage);
    checkout(&stage, "refs/pull/7/merge", None);
    let main = id(&stage, "main");
    for (body, expected) in [
        (Value::Null, refused(&["change-reason"])),
        (json!("<!-- what and why -->\n"), refused(&["change-reason"])),
        (json!("Earnings."), (vec![], 0)),
        (json!("## Why\r\n\r\nReason: earnings"), (vec![], 0)),
    ] {
        let event = pull_request(&stage, &main, &body);
        assert_eq!(told(&github(&mut stage, "pull_request", &event)), expected, "{body}");
    }
    let mut stage = branch();
    change(&stage, 12, "Again\n\nReason: more", 0);
    merge_ref(&stage);
    checkout(&stage, "refs/pull/7/merge", None);
    let event = pull_request(&stage, &id(&stage, "main"), &json!("Cooldown-Override: it is urgent"));
    assert_eq!(told(&github(&mut stage, "pull_request", &event)), refused(&[COOLDOWN]));
}

#[test]
fn a_merge_that_was_made_before_is_judged_by_the_base_of_today() {
    for (moved, expected) in [(false, (vec![], 0)), (true, refused(&[COOLDOWN]))] {
        let mut stage = quiet();
        change(&stage, 12, "Raise\n\nReason: more", 0);
        merge_ref(&stage);
        let known = id(&stage, "main");
        stage.git(&["checkout", "-q", "main"]);
        if moved {
            change(&stage, 11, "Raise semiconductors\n\nReason: earnings", 1);
        } else {
            stage.write("notes", "x");
            stage.commit("Notes", 1);
        }
        checkout(&stage, "refs/pull/7/merge", None);
        let event = pull_request(&stage, &known, &Value::Null);
        let run = github(&mut stage, "pull_request", &event);
        assert_eq!(told(&run), expected);
        let bases = [known, id(&stage, "main")];
        assert!(run.err.ends_with(&format!(", by {} and {}\n", &bases[0][..7], &bases[1][..7])), "{}", run.err);
    }
}

#[test]
fn a_merge_that_is_older_than_what_the_service_knows() {
    for changes in [true, false] {
        let mut stage = quiet();
        if changes {
            change(&stage, 12, "Raise\n\nReason: more", 0);
        } else {
            stage.write("notes", "x");
            stage.commit("Notes", 0);
        }
        merge_ref(&stage);
        // What the target is at now was never fetched, or never by its name.
        checkout(&stage, "refs/pull/7/merge", None);
        stage.git(&["checkout", "-q", "main"]);
        change(&stage, 11, "Raise semiconductors\n\nReason: earnings", 1);
        let event = pull_request(&stage, &id(&stage, "main"), &Value::Null);
        let run = github(&mut stage, "pull_request", &event);
        assert_eq!(run.code, if changes { 6 } else { 0 }, "{}", run.whole());
        assert_eq!(run.err.contains("help: fetch it: git fetch origin main\n"), changes, "{}", run.err);
        stage.git(&["-C", "work", "update-ref", "-d", "refs/remotes/origin/main"]);
        let run = github(&mut stage, "pull_request", &event);
        assert_eq!(run.code, if changes { 6 } else { 0 }, "{}", run.whole());
        let url = format!("file://{}", stage.path("").display());
        stage.git(&["-C", "work", "fetch", "-q", &url, "main"]);
        let run = github(&mut stage, "pull_request", &event);
        assert_eq!(told(&run), if changes { refused(&[COOLDOWN]) } else { (vec![], 0) });
    }
}

#[test]
fn the_head_of_a_request_is_judged_by_the_tip_of_its_target() {
    let mut stage = branch();
    change(&stage, 12, "Again\n\nReason: more", 0);
    checkout(&stage, "refs/heads/feature", None);
    let main = id(&stage, "main");
    let event = pull_request(&stage, &main, &Value::Null);
    assert_eq!(told(&github(&mut stage, "pull_request", &event)), refused(&[COOLDOWN]));
    // An old origin/main knows nothing of what was changed since.
    stage.git(&["-C", "work", "update-ref", "refs/remotes/origin/main", &format!("{main}~")]);
    let run = job(&stage);
    assert!(run.code == 6 && run.err.contains("older than the request"), "{}", run.whole());
    stage.git(&["-C", "work", "update-ref", "-d", "refs/remotes/origin/main"]);
    let run = job(&stage);
    assert_data_eq!(
        run.whole(),
        str![[r#"
--- stderr
error: origin/main, which the change is judged by, is not in this clone
help: fetch it: git fetch origin main
help: on GitHub, `fetch-depth: 0` under `with:` of actions/checkout; on GitLab, `GIT_DEPTH: 0`.
--- exit 6

"#]]
    );
    // Something else is checked out.
    stage.git(&["-C", "work", "checkout", "-q", "--detach", "HEAD~2"]);
    let run = job(&stage);
    assert!(run.code == 6 && run.err.contains("neither the request's merge nor its head"), "{}", run.whole());
}

#[test]
fn with_the_target_checked_out_the_head_is_judged_where_it_is_at_hand() {
    let mut stage = branch();
    change(&stage, 12, "Again\n\nReason: more", 0);
    checkout(&stage, "refs/heads/main", None);
    let event = pull_request(&stage, &id(&stage, "main"), &Value::Null);
    assert_eq!(told(&github(&mut stage, "pull_request_target", &event)), refused(&[COOLDOWN]));
    let run = github(&mut stage, "pull_request", &event);
    assert_eq!(run.code, 6, "for this event the merge is checked out: {}", run.whole());
    std::fs::remove_dir_all(stage.path("work")).unwrap();
    checkout(&stage, "refs/heads/main", Some(50));
    let run = github(&mut stage, "pull_request_target", &event);
    assert!(run.code == 6 && run.err.contains("git fetch origin"), "{}", run.whole());
}

#[test]
fn a_merge_queue_is_judged_by_what_stands_before_it() {
    let mut stage = quiet();
    stage.git(&["checkout", "-q", "-b", "first"]);
    change(&stage, 11, "First\n\nReason: earnings", 0);
    stage.git(&["checkout", "-q", "-b", "second"]);
    change(&stage, 12, "Second\n\nReason: more", 0);
    checkout(&stage, "refs/heads/second", None);
    for (base, head, expected) in [("main", "first", (vec![], 0)), ("first", "second", refused(&[COOLDOWN]))] {
        let event = json!({
            "action": "checks_requested",
            "merge_group": {
                "head_sha": id(&stage, head),
                "head_ref": "refs/heads/gh-readonly-queue/main/pr-7-0123",
                "base_ref": "refs/heads/main",
                "base_sha": id(&stage, base),
                "head_commit": { "id": id(&stage, head), "message": "Second" },
            },
            "repository": { "full_name": "ann/portfolio", "default_branch": "main" },
        });
        assert_eq!(told(&github(&mut stage, "merge_group", &event)), expected, "{head}");
    }
}

#[test]
fn a_push_is_judged_by_what_stood_there() {
    let mut stage = branch();
    let before = id(&stage, "HEAD");
    change(&stage, 12, "Again\n\nReason: more", 0);
    let after = id(&stage, "HEAD");
    // A forced push of what never saw the change of three days ago.
    stage.git(&["checkout", "-q", "-b", "forced", "main~"]);
    change(&stage, 13, "Instead\n\nReason: more", 0);
    let forced = id(&stage, "HEAD");
    // And one of which the clock was set ahead.
    stage.git(&["checkout", "-q", "-b", "ahead", "main"]);
    change(&stage, 14, "Later\n\nCooldown-Override: it is urgent", 0);
    change(&stage, 15, "Later\n\nReason: more", -9);
    let ahead = id(&stage, "HEAD");
    checkout(&stage, "refs/heads/feature", None);
    let main = "refs/heads/main";
    let absent = "0123456789012345678901234567890123456789";
    let cases = [
        ("on top", push(&before, &after, main), refused(&[COOLDOWN])),
        ("forced", push(&before, &forced, main), refused(&[COOLDOWN])),
        ("ahead of its time", push(&id(&stage, "ahead~"), &ahead, main), refused(&[COOLDOWN, "commit-clock"])),
        ("nothing of it", push(&before, &before, main), (vec![], 0)),
        ("a new branch", push(ZERO, &after, "refs/heads/feature"), refused(&[COOLDOWN])),
        ("a new branch like main", push(ZERO, &before, "refs/heads/feature"), (vec![], 0)),
        ("a tag", push(ZERO, &after, "refs/tags/v1"), refused(&[COOLDOWN])),
        ("the first of all", push(ZERO, &before, main), (vec![], 0)),
    ];
    for (name, event, expected) in cases {
        let run = github(&mut stage, "push", &event);
        assert_eq!(told(&run), expected, "{name}: {}", run.whole());
    }
    for event in [push(absent, &after, main), push(&before, ZERO, main), push("HEAD", &after, main)] {
        let run = github(&mut stage, "push", &event);
        assert_eq!(run.code, 6, "{}", run.whole());
    }
    assert!(
        github(&mut stage, "push", &push(absent, &after, main)).err.contains(&format!("git fetch origin {absent}"))
    );
}

#[test]
fn what_is_about_no_change_is_not_judged_as_one() {
    let mut stage = branch();
    checkout(&stage, "refs/heads/feature", None);
    let run = job(&stage);
    assert_data_eq!(
        run.whole(),
        str![[r#"
--- stderr
error: which change this is about cannot be told outside of GitHub Actions and GitLab CI
help: name the base: --base origin/main
--- exit 6

"#]]
    );
    // What is no event, however much of it there is.
    for (path, said) in [("/dev/zero", "has more than 33554432 bytes"), ("/dev/null", "the event file is not JSON")] {
        stage.env.insert("GITHUB_EVENT_PATH".into(), path.into());
        let run = job(&stage);
        assert!(run.code == 6 && run.err.contains(said), "{path}: {}", run.whole());
    }
    for name in ["schedule", "workflow_dispatch", "issue_comment", "workflow_run"] {
        let run = github(&mut stage, name, &json!({ "repository": { "default_branch": "main" } }));
        assert!(run.code == 6 && run.err.contains("rebalance lint\n"), "{}", run.whole());
    }
    stage.env.insert("GITHUB_EVENT_PATH".into(), "nowhere.json".into());
    assert_eq!(job(&stage).code, 6);
    for source in ["schedule", "web", "trigger", "parent_pipeline"] {
        let run = gitlab(&mut stage, &[("CI_PIPELINE_SOURCE", source), ("CI_COMMIT_SHA", ZERO)]);
        assert!(run.code == 6 && run.err.contains("is about no change"), "{}", run.whole());
    }
}

#[test]
fn gitlab_says_it_in_variables() {
    let mut stage = branch();
    change(&stage, 12, "Again", 0);
    merge_ref(&stage);
    checkout(&stage, "refs/pull/7/merge", None);
    let (main, feature, merge) = (id(&stage, "main"), id(&stage, "feature"), id(&stage, "refs/pull/7/merge"));
    let request = [
        ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ("CI_MERGE_REQUEST_IID", "7"),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
        ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &main),
        ("CI_COMMIT_BEFORE_SHA", ZERO),
    ];
    let merged = [
        ("CI_COMMIT_SHA", merge.as_str()),
        ("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", &feature),
        ("CI_MERGE_REQUEST_TARGET_BRANCH_SHA", &main),
    ];
    let run = gitlab(&mut stage, &[&request[..], &merged].concat());
    assert_eq!(told(&run), refused(&[COOLDOWN, "change-reason"]), "{}", run.whole());
    let said = [("CI_MERGE_REQUEST_DESCRIPTION", "Earnings.")];
    assert_eq!(told(&gitlab(&mut stage, &[&request[..], &merged, &said].concat())), refused(&[COOLDOWN]));

    let pushed = [("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_SHA", feature.as_str()), ("CI_COMMIT_BRANCH", "main")];
    let before = |id: &'static str| ("CI_COMMIT_BEFORE_SHA", id);
    let default = [("CI_DEFAULT_BRANCH", "main")];
    let on_top = [("CI_COMMIT_BEFORE_SHA", main.as_str())];
    assert_eq!(gitlab(&mut stage, &[&pushed[..], &on_top, &default].concat()).code, 1);
    assert_eq!(gitlab(&mut stage, &[&pushed[..], &[before(ZERO)], &default].concat()).code, 1);
    let run = gitlab(&mut stage, &[&pushed[..], &[before(ZERO)]].concat());
    assert!(run.code == 6 && run.err.contains("the branch is new"), "{}", run.whole());

    // A pipeline of the branch alone, with origin/main as it was fetched.
    stage.git(&["-C", "work", "checkout", "-q", "--detach", &feature]);
    let detached = [&request[..], &[("CI_COMMIT_SHA", feature.as_str())]].concat();
    assert_eq!(told(&gitlab(&mut stage, &detached)), refused(&[COOLDOWN, "change-reason"]));
    stage.git(&["-C", "work", "update-ref", "refs/remotes/origin/main", &format!("{main}~")]);
    assert_eq!(gitlab(&mut stage, &detached).code, 6, "an old origin/main");
}
