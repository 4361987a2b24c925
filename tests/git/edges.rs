//! What a repository can be besides: cut under a worktree, in quarantine, with a config that is none.

use crate::stage::Stage;
use crate::support::{CONFIG, DAY, NOW, Sandbox, config, told, told_all};
use rebalance::repo::Repo;
use std::env;
use std::fs;
use std::path::Path;

const REPORT: &str = "REBALANCE_TEST_EDGE_REPORT";

#[test]
fn a_worktree_of_a_cut_clone_is_cut() {
    let sandbox = Sandbox::scripted("-60d A a\n-2d B x\n-1d Bx c");
    let url = format!("file://{}", sandbox.top().display());
    sandbox.run(&sandbox.beside(""), &["clone", "-q", "--depth=2", &url, "cut"]);
    sandbox.run(&sandbox.beside("cut"), &["worktree", "add", "-q", "-b", "other", "../tree"]);
    let repo = Repo::open(&sandbox.beside("tree").join("fin")).unwrap();
    assert!(repo.is_shallow());
    assert_eq!(told(&repo), "unknown Shallow");
}

#[test]
fn a_config_that_is_none_is_a_fault_of_the_tip() {
    let sandbox = Sandbox::scripted("-60d A a");
    let below = sandbox.top().join(CONFIG);
    fs::remove_file(&below).unwrap();
    fs::create_dir(&below).unwrap();
    fs::write(below.join("file"), "x").unwrap();
    sandbox.script("-1d git add -A\n-1d git commit -q -m b");
    assert_eq!(sandbox.told(), "created a; tip NotAFile; root", "a directory");

    let inner = Sandbox::scripted("-60d A a");
    let sandbox = Sandbox::scripted("-60d A a\n-2d git rm -q fin/config");
    sandbox.git(&["submodule", "add", "-q", inner.top().to_str().unwrap(), CONFIG]);
    sandbox.script("-1d git commit -q -m b");
    assert_eq!(sandbox.told(), "created a; tip NotAFile; root", "a submodule");

    let sandbox = Sandbox::scripted("-60d A a");
    fs::write(sandbox.top().join(CONFIG), "version https://git-lfs.github.com/spec/v1\noid sha256:00\n").unwrap();
    sandbox.script("-1d git commit -q -a -m b");
    assert_eq!(sandbox.told(), "created a; tip NotAnAllocation; root", "a pointer to a large file");

    fs::write(sandbox.top().join(CONFIG), config("B") + &"#".repeat(1 << 20)).unwrap();
    sandbox.script("-1d git commit -q -a -m c");
    assert_eq!(sandbox.told(), "created a; tip NotAnAllocation; root", "more than a mebibyte");
}

#[test]
fn line_ends_are_no_change() {
    let stage = Stage::sample();
    stage.git(&["config", "core.autocrlf", "true"]);
    let path = "portfolio_config.yaml";
    let text = stage.read(path).replace('\n', "\r\n");
    stage.write(path, &text);
    let clean = |stage: &Stage, args: &[&str]| {
        let run = stage.run(&[args, &["--format", "json"]].concat());
        assert_eq!((run.findings(&["error", "warning"]), run.code), (vec![], 0), "{args:?}");
    };
    clean(&stage, &["lint"]);
    stage.git(&["config", "core.autocrlf", "false"]);
    stage.commit("With CR", 1);
    clean(&stage, &["lint"]);
    clean(&stage, &["lint", "--rev", "HEAD"]);
}

/// A line so long that other threads read it ahead, with a hole or a cut deep in it.
#[test]
fn what_is_read_ahead_is_the_same() {
    let sandbox = Sandbox::new();
    let mut stream = String::new();
    for mark in 1..=2_000 {
        let time = NOW - 60 * DAY + mark;
        stream += &format!("commit refs/heads/main\nmark :{mark}\ncommitter K <k@e> {time} +0000\ndata 1\na\n");
        let content = [(1, "A"), (500, "B")].iter().find(|(at, _)| *at == mark);
        if let Some((_, content)) = content {
            let text = config(content);
            stream += &format!("M 100644 inline {CONFIG}\ndata {}\n{text}\n", text.len());
        }
    }
    crate::oracle::import(&sandbox, &stream);
    let whole = format!("a {:+}s A>B; created a; root", -60 * DAY + 500);
    assert_eq!(told_all(&sandbox.open()), whole);
    // As git packs them, the newest first: then one more goes ahead.
    sandbox.git(&["repack", "-a", "-d", "-f", "-q"]);
    for _ in 0..3 {
        assert_eq!(told_all(&sandbox.open()), whole);
    }
    let deep = sandbox.git(&["rev-parse", "main~1000"]);
    let cuts = sandbox.top().join(".git/shallow");
    fs::write(&cuts, format!("{deep}\n")).unwrap();
    assert_eq!(told_all(&sandbox.open()), "unknown Shallow");
    fs::remove_file(&cuts).unwrap();
    // The objects, each in a file of its own, and one of them gone.
    let pack = fs::read_dir(sandbox.top().join(".git/objects/pack")).unwrap().map(|entry| entry.unwrap().path());
    let pack = pack.filter(|path| path.extension().is_some_and(|kind| kind == "pack")).collect::<Vec<_>>();
    let away = sandbox.beside("pack");
    fs::rename(sandbox.top().join(".git/objects/pack"), &away).unwrap();
    for file in pack {
        let stream = fs::File::open(away.join(file.file_name().unwrap())).unwrap();
        let mut git = sandbox.command(&sandbox.top());
        assert!(git.args(["unpack-objects", "-q"]).stdin(stream).status().unwrap().success());
    }
    fs::remove_file(sandbox.top().join(".git/objects").join(&deep[..2]).join(&deep[2..])).unwrap();
    assert_eq!(told_all(&sandbox.open()), "unknown MissingObject");
}

/// What a hook or a command with another environment sees: the tip of the history, or the error.
#[test]
fn child() {
    let Some(report) = env::var_os(REPORT) else { return };
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).unwrap();
    let repo = Repo::open(Path::new("."));
    let answer = match (repo, line.split(' ').nth(1)) {
        (Ok(repo), Some(new)) => repo.resolve(new).map(|_| "resolved".to_owned()).unwrap_or_else(|e| e.to_string()),
        (Ok(repo), None) => told(&repo),
        (Err(error), _) => error.to_string(),
    };
    fs::write(report, answer).unwrap();
}

#[test]
fn a_list_of_cuts_from_the_environment_is_believed() {
    let sandbox = Sandbox::scripted("-60d A a\n-2d B x\n-1d Bx c");
    let list = sandbox.beside("cuts");
    fs::write(&list, sandbox.git(&["rev-parse", "HEAD"]) + "\n").unwrap();
    let report = sandbox.beside("report");
    let mut command = std::process::Command::new(env::current_exe().unwrap());
    command.args(["--exact", "edges::child"]).current_dir(sandbox.top()).stdin(std::process::Stdio::null());
    let output = command.env(REPORT, &report).env("GIT_SHALLOW_FILE", &list).output().unwrap();
    assert!(output.status.success());
    assert_eq!(fs::read_to_string(&report).unwrap(), "unknown Shallow");
}

#[test]
fn objects_in_quarantine_are_an_error() {
    let sandbox = Sandbox::scripted("-60d A a");
    let bare = sandbox.beside("bare.git");
    sandbox.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let script = format!("#!/bin/sh\nexec '{}' --exact edges::child >&2\n", env::current_exe().unwrap().display());
    let hook = bare.join("hooks/pre-receive");
    fs::create_dir_all(bare.join("hooks")).unwrap();
    fs::write(&hook, script).unwrap();
    fs::set_permissions(&hook, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    sandbox.script("-1d B x");
    let report = sandbox.beside("report");
    let mut git = sandbox.command(&sandbox.top());
    let output = git.env(REPORT, &report).args(["push", "-q", bare.to_str().unwrap(), "main"]).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer = fs::read_to_string(&report).unwrap();
    assert!(answer.contains("does not name a commit"), "{answer}");
}
