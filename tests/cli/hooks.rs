//! The hooks as git runs them: the program itself, in `.git/hooks`, with a clock that stands.

use crate::base::{branch, change, put};
use crate::stage::{Run, Stage};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const CONFIG: &str = "portfolio_config.yaml";
const COOLDOWN: &str = "error[allocation-cooldown]";
const REASON: &str = "error[change-reason]";
const ZERO: &str = "0000000000000000000000000000000000000000";

/// Installs the three hooks. A commit does not see the reason of another one, so each gets its own environment.
fn install(stage: &Stage) {
    let hooks = [("pre-commit", "lint --staged"), ("commit-msg", "commit-msg \"$1\""), ("pre-push", "pre-push \"$@\"")];
    for (name, command) in hooks {
        let path = stage.path(".git/hooks").join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let program = env!("CARGO_BIN_EXE_rebalance");
        fs::write(&path, format!("#!/bin/sh\nexec '{program}' --now 2026-03-04T00:00:00Z {command}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    }
    fs::copy(stage.path(".git/hooks/pre-commit"), stage.path(".git/hooks/pre-merge-commit")).unwrap();
}

/// Runs git somewhere on the stage: what it and its hooks said, and whether it did it.
fn git_in(stage: &Stage, dir: &Path, reason: Option<&str>, args: &[&str]) -> (String, bool) {
    let mut command = stage.git_command(args, 0);
    command.current_dir(dir);
    if let Some(reason) = reason {
        command.env("REBALANCE_COOLDOWN_OVERRIDE", reason);
    }
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (text, output.status.success())
}

fn git(stage: &Stage, args: &[&str]) -> (String, bool) {
    git_in(stage, &stage.path(""), None, args)
}

#[test]
fn every_way_to_commit_is_judged_by_what_it_commits() {
    let cases: &[(&str, &[&str], &[&str])] = &[
        ("without a reason", &["commit", "-q", "-m", "Raise"], &[REASON]),
        ("with a reason", &["commit", "-q", "-m", "Raise", "-m", "Reason: earnings"], &[]),
        ("-a", &["commit", "-q", "-a", "-m", "Raise"], &[REASON]),
        ("-a with a reason", &["commit", "-q", "-a", "-m", "Raise", "-m", "Earnings."], &[]),
        ("PATH", &["commit", "-q", "-m", "Raise", CONFIG], &[REASON]),
        ("another PATH", &["commit", "-q", "-m", "Notes", "notes"], &[]),
    ];
    for (name, args, expected) in cases {
        let stage = Stage::sample();
        stage.write("notes", "x");
        stage.git(&["add", "notes"]);
        put(&stage, CONFIG, 11);
        if !name.contains("PATH") && !name.contains("-a") {
            stage.git(&["add", CONFIG]);
        }
        install(&stage);
        let (text, done) = git(&stage, args);
        assert_eq!(done, expected.is_empty(), "{name}: {text}");
        assert!(expected.iter().all(|rule| text.contains(rule)), "{name}: {text}");
    }
    let cases: &[(&str, &[&str])] = &[
        ("a second change", &["commit", "-q", "-a", "-m", "Again", "-m", "Reason: more"]),
        ("an amend of another commit", &["commit", "-q", "-a", "--amend", "-m", "Again", "-m", "Reason: more"]),
        ("a second change of the path", &["commit", "-q", "-m", "Again", "-m", "Reason: more", CONFIG]),
    ];
    for (name, args) in cases {
        let stage = branch();
        put(&stage, CONFIG, 12);
        install(&stage);
        let (text, done) = git(&stage, args);
        assert!(!done && text.contains(COOLDOWN), "{name}: {text}");
        let (text, done) = git_in(&stage, &stage.path(""), Some("the fund closes"), args);
        assert!(done, "{name}: {text}");
        assert!(stage.git(&["log", "-1", "--format=%B"]).contains("\nCooldown-Override: the fund closes\n"), "{name}");
    }
}

#[test]
fn the_staged_part_is_judged_and_a_deletion_is_seen() {
    let stage = Stage::sample();
    install(&stage);
    stage.edit(CONFIG, "target: 0.35", "target: 0.40");
    stage.git(&["add", CONFIG]);
    stage.edit(CONFIG, "target: 0.40", "target: 0.35");
    let (text, done) = git(&stage, &["commit", "-q", "-m", "Bad", "-m", "Reason: none"]);
    assert!(!done && text.contains("error[weights-sum]"), "{text}");
    stage.git(&["reset", "-q", "--hard"]);
    stage.edit(CONFIG, "target: 0.35", "target: 0.350");
    stage.git(&["add", CONFIG]);
    stage.edit(CONFIG, "target: 0.350", "target: 0.40");
    let (text, done) = git(&stage, &["commit", "-q", "-m", "Spelling"]);
    assert!(done, "what is not staged is not committed: {text}");

    let stage = branch();
    install(&stage);
    stage.git(&["rm", "-q", CONFIG]);
    let (text, done) = git(&stage, &["commit", "-q", "-m", "Away", "-m", "Reason: none"]);
    assert!(!done && text.contains(COOLDOWN), "{text}");
}

#[test]
fn a_merge_a_subdirectory_and_a_worktree() {
    let merged = |message: &str| {
        let stage = branch();
        stage.git(&["reset", "-q", "--hard", "main~"]);
        change(&stage, 12, message, 0);
        stage.git(&["checkout", "-q", "main"]);
        stage.git(&["checkout", "-q", "-b", "side", "main~"]);
        stage.write("notes", "x");
        stage.commit("Notes", 3);
        install(&stage);
        git(&stage, &["merge", "-q", "--no-ff", "-m", "Merge", "feature"])
    };
    let (text, done) = merged("Raise");
    assert!(!done && text.contains(REASON), "{text}");
    let (text, done) = merged("Raise\n\nReason: earnings");
    assert!(done, "the commits it brings say why: {text}");

    let stage = branch();
    stage.write("deep/er/.keep", "");
    install(&stage);
    put(&stage, CONFIG, 12);
    let args = ["commit", "-q", "-a", "-m", "Again", "-m", "Reason: more"];
    let (text, done) = git_in(&stage, &stage.path("deep/er"), None, &args);
    assert!(!done && text.contains(COOLDOWN), "{text}");
    stage.git(&["checkout", "-q", "."]);
    stage.git(&["worktree", "add", "-q", "-b", "tree", "tree"]);
    put(&stage, "tree/portfolio_config.yaml", 12);
    let (text, done) = git_in(&stage, &stage.path("tree"), None, &args);
    assert!(!done && text.contains(COOLDOWN), "{text}");
    stage.git(&["-C", "tree", "checkout", "-q", "--force", "main~"]);
    let (text, done) = git_in(&stage, &stage.path("tree"), None, &["merge", "-q", "--ff-only", "main"]);
    assert!(done, "a fast-forward commits nothing: {text}");
}

/// The sample, changed three days ago, all of it at a remote, with the hooks installed.
fn pushed() -> Stage {
    let stage = branch();
    stage.git(&["init", "-q", "--bare", "-b", "main", "remote.git"]);
    stage.write(".git/info/exclude", "remote.git\nother\n");
    stage.git(&["remote", "add", "origin", &stage.path("remote.git").display().to_string()]);
    stage.git(&["push", "-q", "origin", "main"]);
    stage.git(&["checkout", "-q", "main"]);
    install(&stage);
    stage
}

/// Commits these targets past the hooks.
fn past(stage: &Stage, points: u32, message: &str) {
    put(stage, CONFIG, points);
    stage.git(&["commit", "-q", "--no-verify", "-a", "-m", message]);
}

#[test]
fn what_slipped_past_the_other_hooks_is_not_pushed() {
    let stage = pushed();
    past(&stage, 12, "Again");
    let (text, done) = git(&stage, &["push", "-q", "origin", "main"]);
    assert!(!done && text.contains(COOLDOWN) && text.contains(REASON) && text.contains("refs/heads/main:"), "{text}");
    let (text, done) = git(&stage, &["push", "-q", "origin", "main:new"]);
    assert!(!done && text.contains(COOLDOWN), "a new branch: {text}");
    let (text, done) = git(&stage, &["push", "-q", "origin", "HEAD:refs/tags/v1"]);
    assert!(!done && text.contains(COOLDOWN), "a tag: {text}");
    let (text, done) = git(&stage, &["push", "-q", "origin", "main~:refs/heads/fine", "main:refs/heads/bad"]);
    assert!(!done && text.contains("refs/heads/bad:") && !text.contains("refs/heads/fine:\nerror"), "{text}");
    past(&stage, 11, "Back");
    let (text, done) = git(&stage, &["push", "-q", "origin", "main"]);
    assert!(done, "as a whole nothing is changed: {text}");
    let (text, done) = git(&stage, &["push", "-q", "origin", "main:gone"]);
    assert!(done, "{text}");
    let (text, done) = git(&stage, &["push", "-q", "origin", ":gone"]);
    assert!(done, "the deletion of a branch: {text}");
    let (text, done) = git(&stage, &["push", "-q", "origin", "main"]);
    assert!(done, "nothing to push: {text}");
    past(&stage, 12, "Again\n\nCooldown-Override: the fund closes");
    let (text, done) = git(&stage, &["push", "-q", "origin", "main"]);
    assert!(done && text.contains("warning[allocation-cooldown]"), "{text}");
}

#[test]
fn a_forced_push_and_what_nobody_fetched() {
    let stage = pushed();
    stage.git(&["reset", "-q", "--hard", "main~"]);
    past(&stage, 13, "Instead\n\nReason: more");
    let (text, done) = git(&stage, &["push", "-q", "--force", "origin", "main"]);
    assert!(!done && text.contains(COOLDOWN), "{text}");

    let stage = pushed();
    stage.git(&["clone", "-q", "remote.git", "other"]);
    stage.write("other/notes", "x");
    stage.git(&["-C", "other", "add", "-A"]);
    stage.git(&["-C", "other", "commit", "-q", "-m", "Notes"]);
    stage.git(&["-C", "other", "push", "-q", "origin", "main"]);
    let (text, done) = git(&stage, &["push", "-q", "--force", "origin", "main"]);
    assert!(!done && text.contains("which is not in this clone") && text.contains("git fetch origin"), "{text}");
}

#[test]
fn the_first_push_and_one_of_something_else() {
    let stage = Stage::sample();
    stage.git(&["init", "-q", "--bare", "-b", "main", "remote.git"]);
    stage.git(&["remote", "add", "origin", &stage.path("remote.git").display().to_string()]);
    install(&stage);
    let (text, done) = git(&stage, &["push", "-q", "origin", "main"]);
    assert!(done, "{text}");
    stage.git(&["checkout", "-q", "--orphan", "pages"]);
    stage.git(&["rm", "-q", "-r", "--cached", "."]);
    stage.write("index.html", "x");
    stage.git(&["add", "index.html"]);
    stage.git(&["commit", "-q", "--no-verify", "-m", "Pages"]);
    let (text, done) = git(&stage, &["push", "-q", "origin", "pages"]);
    assert!(done, "a branch of something else: {text}");
}

#[test]
fn a_push_of_no_commit_and_one_to_an_address() {
    let stage = pushed();
    let file = stage.git(&["hash-object", "-w", CONFIG]);
    for (name, what) in [("file", file.trim()), ("tree", "HEAD^{tree}"), ("both", "file")] {
        stage.git(&["tag", "-m", "x", name, what]);
        let (text, done) = git(&stage, &["push", "-q", "origin", name]);
        assert!(done, "{name}: {text}");
    }
    // Nothing was ever seen at an address, and it is compared with what was seen at the usual remote.
    past(&stage, 12, "Again");
    stage.git(&["commit", "-q", "--no-verify", "--allow-empty", "-m", "Nothing"]);
    let (text, done) = git(&stage, &["push", "-q", "./remote.git", "main:new"]);
    assert!(!done && text.contains(COOLDOWN), "{text}");
}

/// What git would say of a push of `HEAD` onto this.
fn told(stage: &Stage, there: &str) -> String {
    let there = if there == ZERO { ZERO.to_owned() } else { stage.git(&["rev-parse", there]).trim().to_owned() };
    format!("refs/heads/main {} refs/heads/main {there}\n", stage.git(&["rev-parse", "HEAD"]).trim())
}

fn push(stage: &Stage, text: &str) -> Run {
    stage.run_with(text.as_bytes(), &["pre-push", "origin", "url"])
}

#[test]
fn what_git_says_is_read_strictly() {
    let mut stage = pushed();
    past(&stage, 12, "Again\n\nReason: more");
    let line = told(&stage, "main~");
    assert_eq!(push(&stage, "").code, 0, "git has nothing to push");
    assert_eq!(push(&stage, &line).code, 1);
    assert_eq!(push(&stage, &line.replacen("refs/heads/main", "HEAD^{/an old one}", 1)).code, 1, "blanks in a ref");
    let there = line.trim().rsplit(' ').next().unwrap();
    assert_eq!(push(&stage, &format!("(delete) {ZERO} refs/heads/main {there}\n")).code, 0, "a deletion");
    for text in ["nonsense\n", "a b c d\n", "refs/heads/main HEAD refs/heads/main HEAD\n"] {
        let run = push(&stage, text);
        assert!(run.code == 6 && run.err.contains("is not what git says"), "{text}: {}", run.whole());
    }
    let run = stage.run_with(line.as_bytes(), &["pre-push", "--config", "nope.yaml"]);
    assert!(run.code == 6 && run.err.contains("neither in what is pushed nor in HEAD"), "{}", run.whole());

    // pre-commit and prek say it in the environment. Run by hand, without --from-ref and --to-ref, they say nothing.
    stage.env.insert("PRE_COMMIT".to_owned(), "1".to_owned());
    let run = push(&stage, "");
    assert!(run.code == 6 && run.err.contains("it is not said what is pushed"), "{}", run.whole());
    assert_eq!(push(&stage, &line).code, 1, "a push within a hook");
    stage.env.insert("PRE_COMMIT_FROM_REF".to_owned(), "origin/nowhere".to_owned());
    stage.env.insert("PRE_COMMIT_TO_REF".to_owned(), "HEAD".to_owned());
    let run = push(&stage, "");
    assert!(run.code == 6 && run.err.contains("\"origin/nowhere\", which is to be pushed onto"), "{}", run.whole());
    let id = |rev: &str| stage.git(&["rev-parse", rev]).trim().to_owned();
    let (from, to) = (id("main~"), id("main"));
    let variables = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(name, value)| (format!("PRE_COMMIT_{name}"), (*value).to_owned())).collect()
    };
    let remote = [("REMOTE_NAME", "origin"), ("REMOTE_BRANCH", "refs/heads/main"), ("LOCAL_BRANCH", "refs/heads/main")];
    stage.env = variables(&[&remote[..], &[("FROM_REF", &from), ("TO_REF", &to)]].concat());
    assert_eq!(push(&stage, "").code, 1);
    // The same, from a commit that stands below what was seen at the remote.
    stage.env = variables(&[&remote[..], &[("FROM_REF", &format!("{from}~")), ("TO_REF", &to)]].concat());
    assert_eq!(push(&stage, "").code, 1);
    // A new branch of a remote that has others.
    let new = [("REMOTE_NAME", "origin"), ("REMOTE_BRANCH", "refs/heads/new"), ("LOCAL_BRANCH", "refs/heads/main")];
    stage.env = variables(&[&new[..], &[("FROM_REF", &format!("{from}~")), ("TO_REF", &to)]].concat());
    assert_eq!(push(&stage, "").code, 1);
    // Everything that there is, to an empty remote.
    let empty = [("REMOTE_NAME", "empty"), ("REMOTE_BRANCH", "refs/heads/main"), ("LOCAL_BRANCH", "refs/heads/main")];
    stage.env = variables(&empty);
    assert_eq!(push(&stage, "").code, 1, "the commit is judged as it landed");
    stage.git(&["reset", "-q", "--hard", "main~"]);
    assert_eq!(push(&stage, "").code, 0);
}
