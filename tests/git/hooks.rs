//! Inside real hooks: git tells them by environment variables what is being committed.
//!
//! The hook is this test program itself, started for one test that does nothing unless it is told to.

use crate::support::{CONFIG, Sandbox, config};
use rebalance::repo::{Content, Repo};
use std::env;
use std::fs;
use std::path::Path;

const REPORT: &str = "REBALANCE_TEST_REPORT";

/// What a hook sees, written to the file named in the environment.
#[test]
fn child() {
    let Some(report) = env::var_os(REPORT) else { return };
    let repo = Repo::open(Path::new(".")).unwrap();
    let path = repo.relative(Path::new(CONFIG)).unwrap();
    let staged = match repo.read_index(&path).unwrap() {
        Content::Blob { bytes, .. } => String::from_utf8(bytes).unwrap(),
        Content::Absent => "absent".to_owned(),
        Content::Other => "other".to_owned(),
    };
    let head = repo.head().unwrap().map_or("unborn".to_owned(), |id| id.to_string());
    fs::write(report, format!("{head}\n{staged}")).unwrap();
}

/// Commits in a directory with a hook installed; what the hook saw: `HEAD`, and the config it would commit.
fn seen(sandbox: &Sandbox, dir: &Path, args: &[&str]) -> (String, String) {
    let hooks = sandbox.beside("hooks");
    fs::create_dir_all(&hooks).unwrap();
    let program = env::current_exe().unwrap();
    let script = format!("#!/bin/sh\nexec '{}' --exact hooks::child >&2\n", program.display());
    fs::write(hooks.join("pre-commit"), script).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    fs::set_permissions(hooks.join("pre-commit"), mode).unwrap();
    let report = sandbox.beside("report");
    let hooks = format!("core.hooksPath={}", hooks.display());
    let mut git = sandbox.command(dir);
    let output = git.env(REPORT, &report).args(["-c", &hooks]).args(args).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = fs::read_to_string(&report).unwrap();
    let (head, staged) = text.split_once('\n').unwrap();
    (head.to_owned(), staged.to_owned())
}

#[test]
fn a_hook_sees_what_will_be_committed() {
    let cases: &[(&str, &[&str], &str)] = &[
        ("commit -a", &["commit", "-q", "-a", "-m", "x"], "B"),
        ("commit PATH", &["commit", "-q", "-m", "x", CONFIG], "B"),
        ("commit another PATH", &["commit", "-q", "-m", "x", "other"], "A"),
        ("amend of everything", &["commit", "-q", "-a", "--amend", "-m", "x"], "B"),
        ("amend of the message", &["commit", "-q", "--amend", "-m", "x"], "A"),
    ];
    for (what, args, expected) in cases {
        let sandbox = Sandbox::scripted("-60d A a");
        fs::write(sandbox.top().join("other"), "x").unwrap();
        sandbox.script("-50d git add other\n-50d git commit -q -m b");
        fs::write(sandbox.top().join("other"), "y").unwrap();
        sandbox.put("B");
        let head = sandbox.git(&["rev-parse", "HEAD"]);
        assert_eq!(seen(&sandbox, &sandbox.top(), args), (head, config(expected)), "{what}");
    }
}

#[test]
fn a_hook_in_other_places() {
    let sandbox = Sandbox::new();
    sandbox.put("A");
    sandbox.git(&["add", "-A"]);
    let first = seen(&sandbox, &sandbox.top(), &["commit", "-q", "-m", "a"]);
    assert_eq!(first, ("unborn".to_owned(), config("A")));

    let head = sandbox.git(&["rev-parse", "HEAD"]);
    sandbox.put("B");
    let below = seen(&sandbox, &sandbox.top().join("fin"), &["commit", "-q", "-a", "-m", "b"]);
    assert_eq!(below, (head.clone(), config("B")), "git runs hooks at the top");

    let tree = sandbox.beside("tree");
    sandbox.git(&["worktree", "add", "-q", "-b", "other", tree.to_str().unwrap(), &head]);
    fs::write(tree.join(CONFIG), config("C")).unwrap();
    assert_eq!(seen(&sandbox, &tree, &["commit", "-q", "-a", "-m", "c"]), (head, config("C")));

    let head = sandbox.git(&["rev-parse", "HEAD"]);
    let deleted = seen(&sandbox, &sandbox.top(), &["rm", "-q", "--cached", CONFIG]);
    assert_ne!(deleted.0, head, "`git rm` runs no hook, so this is the report of before");
    let deleted = seen(&sandbox, &sandbox.top(), &["commit", "-q", "-m", "d"]);
    assert_eq!(deleted, (head, "absent".to_owned()));
}
