//! Opening, revisions, paths, and what stands where.

use crate::support::{CONFIG, Sandbox, config, told};
use rebalance::history::message::Comment;
use rebalance::repo::{Content, Repo, RepoError};
use std::fs;
use std::path::Path;

fn text(content: Content) -> String {
    match content {
        Content::Absent => "absent".to_owned(),
        Content::Other => "other".to_owned(),
        Content::Blob { bytes, .. } => String::from_utf8(bytes).unwrap(),
    }
}

#[test]
fn no_repository_is_an_error_with_a_remedy() {
    let dir = tempfile::tempdir().unwrap();
    let error = Repo::open(dir.path()).err().unwrap();
    assert!(matches!(error, RepoError::NotARepository { .. }), "{error:?}");
    assert!(error.remedy().contains("git init"));
    assert!(Repo::open(&dir.path().join("nowhere")).is_err());
}

#[test]
fn revisions_are_commits_or_errors() {
    let sandbox = Sandbox::scripted("-60d A a\n-30d B b\n-30d git tag -a -m t light HEAD~1\n-1d git tag plain");
    let repo = sandbox.open();
    let full = |rev: &str| sandbox.git(&["rev-parse", &format!("{rev}^{{commit}}")]);
    for rev in ["HEAD", "main", "light", "plain", "HEAD~1", "main^", &full("HEAD")[..8]] {
        assert_eq!(repo.resolve(rev).unwrap().to_string(), full(rev), "{rev}");
    }
    for rev in ["HEAD^{tree}", "HEAD:fin", "HEAD:fin/config", "nope", "HEAD~9", "", "main..light", "-x"] {
        let error = repo.resolve(rev).unwrap_err();
        assert!(matches!(error, RepoError::BadRevision { .. }), "{rev}: {error:?}");
        assert!(!error.to_string().is_empty() && !error.remedy().is_empty());
    }
    assert!(matches!(Sandbox::new().open().resolve("HEAD"), Err(RepoError::BadRevision { .. })));
}

#[test]
fn heads_of_every_kind() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.open().head().unwrap(), None);
    assert_eq!(told(&sandbox.open()), "root");
    sandbox.script("-60d A a\n-1d B x\n-1d git checkout -q --detach");
    assert_eq!(told(&sandbox.open()), "x -1d A>B; created a; root");
    sandbox.git(&["tag", "-a", "-m", "t", "v1"]);
    sandbox.git(&["checkout", "-q", "v1"]);
    assert_eq!(told(&sandbox.open()), "x -1d A>B; created a; root");
    fs::write(sandbox.top().join(".git/HEAD"), "garbage\n").unwrap();
    assert!(Repo::open(&sandbox.top()).and_then(|repo| repo.head()).is_err());
}

#[test]
fn a_bare_repository_has_history_and_no_index() {
    let sandbox = Sandbox::scripted("-60d A a\n-1d B x");
    let bare = sandbox.beside("bare.git");
    sandbox.git(&["clone", "-q", "--bare", ".", bare.to_str().unwrap()]);
    let repo = Repo::open(&bare).unwrap();
    assert!(repo.is_bare() && repo.workdir().is_none());
    assert_eq!(told(&repo), "x -1d A>B; created a; root");
    assert_eq!(repo.relative(Path::new("./fin/config")).unwrap(), CONFIG);
    assert!(matches!(repo.relative(Path::new("../config")), Err(RepoError::Outside { .. })));
    assert_eq!(repo.read_index(CONFIG), Err(RepoError::Bare));
    assert_eq!(repo.list_index(""), Err(RepoError::Bare));
    assert!(RepoError::Bare.remedy().contains("--rev"));
}

#[test]
fn what_stands_in_a_commit() {
    let sandbox = Sandbox::scripted("-60d A a\n-30d @ b");
    let (top, repo) = (sandbox.top(), sandbox.open());
    let (first, second) = (repo.resolve("HEAD~1").unwrap(), repo.resolve("HEAD").unwrap());
    assert_eq!(text(repo.read_at(first, CONFIG).unwrap()), config("A"));
    assert_eq!(repo.read_at(second, CONFIG).unwrap(), Content::Other);
    for (path, expected) in [("fin", Content::Other), ("nope", Content::Absent), ("fin/config/deep", Content::Absent)] {
        assert_eq!(repo.read_at(first, path).unwrap(), expected, "{path}");
    }
    fs::create_dir_all(top.join("policies/deeper")).unwrap();
    for name in ["policies/b.yaml", "policies/a.yaml", "policies/deeper/c.yaml", "big"] {
        fs::write(top.join(name), if name == "big" { "x".repeat((1 << 20) + 1) } else { name.to_owned() }).unwrap();
    }
    std::os::unix::fs::symlink("a.yaml", top.join("policies/link.yaml")).unwrap();
    sandbox.script("-1d git add -A\n-1d git commit -q -m c");
    let repo = sandbox.open();
    let head = repo.head().unwrap().unwrap();
    assert_eq!(repo.list_at(head, "policies").unwrap(), ["a.yaml", "b.yaml", "link.yaml"]);
    assert_eq!(repo.list_at(head, "policies/deeper").unwrap(), ["c.yaml"]);
    assert_eq!(repo.list_at(head, "").unwrap(), ["big"]);
    assert!(repo.list_at(head, "nope").unwrap().is_empty());
    assert_eq!(repo.list_at(head, "big"), Err(RepoError::NotADirectory { path: "big".to_owned() }));
    assert_eq!(repo.read_at(head, "big"), Err(RepoError::TooLarge { path: "big".to_owned() }));
    let blob = sandbox.git(&["rev-parse", "HEAD:policies/a.yaml"]);
    assert_eq!(repo.hash_blob(b"policies/a.yaml").unwrap().to_string(), blob);
    assert_eq!(repo.words(head).unwrap().message, "c\n");
}

#[test]
fn paths_are_relative_to_where_the_user_is() {
    let sandbox = Sandbox::scripted("-60d A a");
    let top = sandbox.top();
    let link = sandbox.beside("link");
    std::os::unix::fs::symlink(top.join("fin"), &link).unwrap();
    std::os::unix::fs::symlink("config", top.join("fin/alias")).unwrap();
    let absolute = top.join(CONFIG);
    let linked = link.join("config");
    let cases: &[(&Path, &str, Option<&str>)] = &[
        (&top, "fin/config", Some("fin/config")),
        (&top, "./fin/../fin/config", Some("fin/config")),
        (&top.join("fin"), "config", Some("fin/config")),
        (&top.join("fin"), "../config", Some("config")),
        (&top.join("fin"), "alias", Some("fin/alias")),
        (&top, "gone/deep/config", Some("gone/deep/config")),
        (&link, "config", Some("fin/config")),
        (&top, absolute.to_str().unwrap(), Some("fin/config")),
        (&top, linked.to_str().unwrap(), Some("fin/config")),
        (&top, "../config", None),
        (&top, "/etc/passwd", None),
        (&top, "gone/../../config", None),
        (&top, ".", None),
        (&top, "", None),
    ];
    for (from, given, expected) in cases {
        let got = Repo::open(from).unwrap().relative(Path::new(given));
        match expected {
            Some(path) => assert_eq!(got.as_deref(), Ok(*path), "{given} from {}", from.display()),
            None => assert!(matches!(got, Err(RepoError::Outside { .. })), "{given}: {got:?}"),
        }
    }
    assert_eq!(told(&Repo::open(&link).unwrap()), "created a; root");
}

#[test]
fn comments_start_as_configured() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.open().comment(), Comment::default());
    sandbox.git(&["config", "core.commentChar", ";"]);
    assert_eq!(sandbox.open().comment(), Comment::Starts(";".to_owned()));
    sandbox.git(&["config", "core.commentString", "//"]);
    assert_eq!(sandbox.open().comment(), Comment::Starts("//".to_owned()));
    sandbox.git(&["config", "core.commentString", "auto"]);
    assert_eq!(sandbox.open().comment(), Comment::Auto);
}

#[test]
fn commits_between_two_are_those_a_merge_brought() {
    let sandbox = Sandbox::scripted(
        "-60d A a\n-50d git checkout -q -b s\n-40d A b\n-30d A c\n-20d git checkout -q main\n-10d A d\n\
         -1d git merge -q --no-ff -m m s",
    );
    let repo = sandbox.open();
    let at = |rev| repo.resolve(rev).unwrap();
    assert_eq!(repo.between(at("HEAD^1"), at("HEAD^2")).unwrap(), [at("s"), at("s~1")]);
    assert_eq!(repo.between(at("HEAD"), at("HEAD^2")).unwrap(), []);
    assert_eq!(repo.merge_bases(at("HEAD^1"), at("s")).unwrap(), [at("main~2")]);
}
