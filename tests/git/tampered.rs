//! Repositories that are broken, or made to tell another history.

use crate::support::{DAY, NOW, Sandbox, told, verdicts};
use rebalance::repo::{Repo, RepoError};
use std::fs;
use std::path::PathBuf;

const TOLD: &str = "x -1d A>B; created a; root";

fn changed() -> Sandbox {
    Sandbox::scripted("-60d A a\n-30d A b\n-1d B x\n-1h Bx c")
}

fn loose(sandbox: &Sandbox, rev: &str) -> PathBuf {
    let id = sandbox.git(&["rev-parse", rev]);
    sandbox.top().join(".git/objects").join(&id[..2]).join(&id[2..])
}

#[test]
fn replace_refs_and_grafts_show_nothing_else() {
    let sandbox = changed();
    sandbox.git(&["replace", "--graft", "HEAD", "HEAD~3"]);
    assert!(!sandbox.git(&["log", "--format=%s"]).contains('x'), "git is fooled");
    assert_eq!(sandbox.told(), TOLD);

    let sandbox = changed();
    sandbox.git(&["replace", "HEAD:fin/config", "HEAD~3:fin/config"]);
    assert_eq!(sandbox.told(), TOLD);

    let sandbox = changed();
    let line = sandbox.git(&["rev-parse", "HEAD", "HEAD~3"]).replace('\n', " ");
    fs::create_dir_all(sandbox.top().join(".git/info")).unwrap();
    fs::write(sandbox.top().join(".git/info/grafts"), line).unwrap();
    assert!(!sandbox.git(&["log", "--format=%s"]).contains('x'), "git is fooled");
    assert_eq!(sandbox.told(), TOLD);
}

#[test]
fn a_forged_cut_is_a_cut() {
    let sandbox = changed();
    fs::write(sandbox.top().join(".git/shallow"), sandbox.git(&["rev-parse", "HEAD"]) + "\n").unwrap();
    assert_eq!(sandbox.told(), "unknown Shallow");
    fs::write(sandbox.top().join(".git/shallow"), "garbage\n").unwrap();
    assert!(Repo::open(&sandbox.top()).is_err());
}

#[test]
fn missing_and_broken_objects_are_holes() {
    let cases = [
        ("HEAD~3", "x -1d A>B; unknown MissingObject", "x -1d A>B; unknown Corrupt"),
        ("HEAD~2", "unknown MissingObject", "unknown Corrupt"),
        ("HEAD", "cannot", "cannot"),
        ("HEAD^{tree}", "tip MissingObject; unknown MissingObject", "tip Corrupt; unknown Corrupt"),
        ("HEAD~1:fin", "unknown MissingObject", "unknown Corrupt"),
        ("HEAD~1:fin/config", "unknown MissingObject", "unknown Corrupt"),
    ];
    for (rev, missing, broken) in cases {
        for (fault, expected) in [("missing", missing), ("broken", broken)] {
            let sandbox = changed();
            let file = loose(&sandbox, rev);
            fs::remove_file(&file).unwrap();
            if fault == "broken" {
                fs::write(&file, "garbage").unwrap();
            }
            let repo = sandbox.open();
            if repo.head().is_err() {
                assert_eq!(expected, "cannot", "{rev} {fault}");
                continue;
            }
            assert_eq!(told(&repo), expected, "{rev} {fault}");
            for candidate in ["C", "-"] {
                let verdict = verdicts(&repo, candidate);
                assert!(!verdict.contains("allowed"), "{rev} {fault}: {verdict}");
            }
        }
    }
}

#[test]
fn an_edited_commit_graph_changes_nothing() {
    let sandbox = changed();
    sandbox.git(&["commit-graph", "write", "--reachable"]);
    let file = sandbox.top().join(".git/objects/info/commit-graph");
    let mut bytes = fs::read(&file).unwrap();
    let year = |time: i64| ((time - 365 * DAY) as u32).to_be_bytes();
    for time in [NOW - DAY, NOW - 3_600] {
        let old = (time as u32).to_be_bytes();
        let at = bytes.windows(4).position(|window| window == old).expect("the time stands in the graph");
        bytes[at..at + 4].copy_from_slice(&year(time));
    }
    let mut permissions = fs::metadata(&file).unwrap().permissions();
    std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o644);
    fs::set_permissions(&file, permissions).unwrap();
    fs::write(&file, bytes).unwrap();
    assert_eq!(sandbox.told(), TOLD);
}

#[test]
fn a_graph_older_than_the_tip_changes_nothing() {
    let sandbox = Sandbox::scripted("-60d A a\n-50d git commit-graph write --reachable\n-1d B x");
    assert_eq!(sandbox.told(), TOLD);
}

#[test]
fn borrowed_objects_are_read_and_missed() {
    let sandbox = changed();
    let to = sandbox.beside("borrower");
    sandbox.run(&sandbox.beside(""), &["clone", "-q", "--shared", "repo", "borrower"]);
    assert_eq!(told(&Repo::open(&to).unwrap()), TOLD);
    fs::rename(sandbox.top(), sandbox.beside("away")).unwrap();
    let gone = Repo::open(&to).and_then(|repo| repo.head());
    assert!(gone.is_err(), "{gone:?}");
}

#[test]
fn reftable_is_refused_by_name() {
    let sandbox = Sandbox::with(&["--ref-format=reftable"]);
    sandbox.script("-60d A a");
    let error = Repo::open(&sandbox.top()).err().unwrap();
    assert_eq!(error, RepoError::Unsupported { what: "the ref storage \"reftable\"".to_owned() });
    assert!(error.remedy().contains("git refs migrate"));
}

#[test]
fn packed_history_is_the_same_history() {
    let sandbox = changed();
    sandbox.git(&["gc", "-q", "--aggressive", "--prune=now"]);
    assert_eq!(sandbox.told(), TOLD);
}

#[test]
fn a_repository_of_someone_else_is_read() {
    let sandbox = changed();
    let own = std::os::unix::fs::MetadataExt::uid(&fs::metadata(sandbox.top()).unwrap());
    let give = |uid| std::os::unix::fs::chown(sandbox.top().join(".git"), Some(uid), None);
    // Only the superuser can give files away, as in a container; for anyone else there is nothing to see.
    if give(own + 4_242).is_ok() {
        assert_eq!(sandbox.told(), TOLD);
        give(own).unwrap();
    }
}

#[test]
fn a_long_history_is_followed_to_its_root() {
    let sandbox = Sandbox::new();
    let mut stream = String::new();
    for mark in 1..=3_000_i64 {
        let time = NOW - 60 * DAY + mark;
        stream += &format!("commit refs/heads/main\nmark :{mark}\ncommitter K <k@e> {time} +0000\ndata 1\na\n");
        if mark == 1 {
            let text = crate::support::config("A");
            stream += &format!("M 100644 inline {}\ndata {}\n{text}\n", crate::support::CONFIG, text.len());
        }
    }
    crate::oracle::import(&sandbox, &stream);
    assert_eq!(sandbox.told(), "created a; root");
}
