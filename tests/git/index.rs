//! The index: every case in which what is committed next is not what an index seems to hold.

use crate::support::{CONFIG, Sandbox, config};
use rebalance::repo::{Content, RepoError};
use std::fs;

/// What is done to a repository with `A` committed, and what the index then says: a config, or one of the words.
const CASES: &[(&str, &str, &str)] = &[
    ("nothing", "", "A"),
    ("changed, not staged", "+0d put B", "A"),
    ("staged", "+0d put B\n+0d git add -A", "B"),
    ("staged deletion", "+0d git rm -q --cached fin/config", "absent"),
    ("deleted in the work tree only", "+0d put -", "A"),
    ("intent to add", "+0d git rm -q --cached fin/config\n+0d git add -N fin/config", "absent"),
    ("a link", "+0d put @\n+0d git add -A", "other"),
    ("a mode", "+0d git update-index --chmod=+x fin/config", "A"),
    ("version 4", "+0d put B\n+0d git add -A\n+0d git update-index --index-version 4", "B"),
    ("split", "+0d git update-index --split-index\n+0d put B\n+0d git add -A", "B"),
    ("untracked cache", "+0d git update-index --force-untracked-cache\n+0d put B\n+0d git add -A", "B"),
    ("skip-worktree", "+0d git update-index --skip-worktree fin/config\n+0d put B", "A"),
    ("assume-unchanged", "+0d git update-index --assume-unchanged fin/config\n+0d put B", "A"),
    ("sparse index, outside the cone", "+0d git sparse-checkout set --cone --sparse-index other", "A"),
    ("sparse index, inside the cone", "+0d git sparse-checkout set --cone --sparse-index fin", "A"),
    ("sparse checkout without a cone", "+0d git sparse-checkout set --no-cone /other", "A"),
];

fn prepared(script: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.top().join("other")).unwrap();
    fs::write(sandbox.top().join("other/file"), "x").unwrap();
    sandbox.script("-60d A a");
    for line in script.lines() {
        match line.split_once(" put ") {
            Some((_, content)) => sandbox.put(content),
            None => sandbox.script(line),
        }
    }
    sandbox
}

fn said(content: Result<Content, RepoError>) -> String {
    match content.unwrap() {
        Content::Absent => "absent".to_owned(),
        Content::Other => "other".to_owned(),
        Content::Blob { bytes, .. } => String::from_utf8(bytes).unwrap(),
    }
}

#[test]
fn every_case() {
    for (what, script, expected) in CASES {
        let repo = prepared(script).opened();
        let expected = if expected.len() == 1 { config(expected) } else { (*expected).to_owned() };
        assert_eq!(said(repo.1.read_index(CONFIG)), expected, "{what}");
        let listed = repo.1.list_index("fin").unwrap();
        assert_eq!(listed.is_empty(), expected == "absent", "{what}: {listed:?}");
        assert_eq!(repo.1.list_index("other").unwrap(), ["file"], "{what}");
        assert_eq!(said(repo.1.read_index("fin/gone")), "absent", "{what}");
    }
}

impl Sandbox {
    fn opened(self) -> (Self, rebalance::repo::Repo) {
        let repo = self.open();
        (self, repo)
    }
}

#[test]
fn a_sparse_index_is_one() {
    let sandbox = prepared("+0d git sparse-checkout set --cone --sparse-index other");
    assert!(sandbox.git(&["ls-files", "--sparse"]).contains("fin/\n"), "git made no sparse index");
    let repo = sandbox.open();
    assert_eq!(said(repo.read_index("fin")), "other");
    assert_eq!(repo.list_index("").unwrap(), Vec::<String>::new());
}

#[test]
fn conflicts_are_errors() {
    let sandbox =
        Sandbox::scripted("-60d A a\n-50d git checkout -q -b s\n-40d B b\n-40d git checkout -q main\n-30d C c");
    let merge = sandbox.command(&sandbox.top()).args(["merge", "-q", "s"]).output().unwrap();
    assert!(!merge.status.success());
    let repo = sandbox.open();
    let error = repo.read_index(CONFIG).unwrap_err();
    assert_eq!(error, RepoError::Unmerged { path: CONFIG.to_owned() });
    assert_eq!(error.remedy(), "resolve the conflict, then `git add fin/config`");
    assert_eq!(repo.list_index("fin").unwrap(), ["config"]);
}

#[test]
fn an_index_that_is_missing_or_broken() {
    let sandbox = Sandbox::scripted("-60d A a");
    let file = sandbox.top().join(".git/index");
    fs::remove_file(&file).unwrap();
    assert_eq!(said(sandbox.open().read_index(CONFIG)), "absent");
    fs::write(&file, "DIRC garbage").unwrap();
    assert!(matches!(sandbox.open().read_index(CONFIG), Err(RepoError::Unreadable { .. })));
    let unborn = Sandbox::new();
    unborn.put("A");
    assert_eq!(said(unborn.open().read_index(CONFIG)), "absent");
    unborn.git(&["add", "-A"]);
    assert_eq!(said(unborn.open().read_index(CONFIG)), config("A"));
}

#[test]
fn a_submodule_and_a_directory_are_no_config() {
    let inner = Sandbox::scripted("-60d A a");
    let sandbox = Sandbox::scripted("-60d A a");
    sandbox.git(&["submodule", "add", "-q", inner.top().to_str().unwrap(), "sub"]);
    let repo = sandbox.open();
    assert_eq!(said(repo.read_index("sub")), "other");
    assert_eq!(said(repo.read_index("sub/fin/config")), "absent");
    assert_eq!(said(repo.read_index("fin")), "other");
    assert_eq!(repo.list_index("").unwrap(), [".gitmodules"]);
}
