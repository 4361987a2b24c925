//! Clones that do not have everything.

use crate::support::{CONFIG, Sandbox, told, verdicts};
use rebalance::history::{End, GapKind};
use rebalance::repo::{Repo, RepoError};

/// A clone of the sandbox's repository, over the file protocol so that depth and filters work.
fn clone(sandbox: &Sandbox, args: &[&str]) -> Repo {
    let to = sandbox.beside(&format!("clone{}", args.join("")));
    let url = format!("file://{}", sandbox.top().display());
    sandbox.git(&["config", "uploadpack.allowFilter", "true"]);
    sandbox.run(&sandbox.beside(""), &[&["clone", "-q"], args, &[&url, to.to_str().unwrap()]].concat());
    Repo::open(&to).unwrap()
}

#[test]
fn shallow_clones_know_what_they_do_not_know() {
    let sandbox = Sandbox::scripted("-60d A a\n-2d B x\n-1d Bx c");
    let cases = [
        ("--depth=1", "unknown Shallow", "change unknown Shallow; trade unknown Shallow"),
        ("--depth=2", "unknown Shallow", "change unknown Shallow; trade unknown Shallow"),
        ("--depth=3", "x -2d A>B; created a; root", "change refused until +5d by x; trade refused until +5d by x"),
    ];
    for (depth, expected, verdict) in cases {
        let repo = clone(&sandbox, &[depth]);
        assert_eq!(told(&repo), expected, "{depth}");
        assert_eq!(verdicts(&repo, "C"), verdict, "{depth}");
        assert!(repo.is_shallow() && !repo.is_partial(), "git says so even when only the root is listed");
        sandbox.run(repo.workdir().unwrap(), &["fetch", "-q", "--unshallow"]);
        let whole = Repo::open(repo.workdir().unwrap()).unwrap();
        assert!(!whole.is_shallow());
        assert_eq!(told(&whole), "x -2d A>B; created a; root", "{depth}");
    }
}

#[test]
fn a_change_above_the_cut_is_an_answer() {
    let sandbox = Sandbox::scripted("-60d A a\n-30d A b\n-20d B x\n-1d Bx c");
    let repo = clone(&sandbox, &["--depth=3"]);
    assert_eq!(told(&repo), "x -20d A>B; settled");
    assert_eq!(verdicts(&repo, "C"), "change allowed; trade allowed");
    let deep = repo.resolve("HEAD~3").unwrap_err();
    assert!(matches!(deep, RepoError::BadRevision { shallow: true, .. }));
    assert!(deep.remedy().contains("--unshallow"));
}

#[test]
fn a_parting_behind_the_cut_is_unknown() {
    let sandbox = Sandbox::scripted(
        "-60d A a\n-50d git checkout -q -b s\n-40d A b\n-39d A bb\n-30d git checkout -q main\n-20d B x\n-10d B d\n\
         -1d git merge -q --no-ff -m m s",
    );
    assert_eq!(told(&sandbox.open()), "x -20d A>B; settled");
    let repo = clone(&sandbox, &["--depth=3"]);
    assert_eq!(told(&repo), "unknown Shallow");
    assert_eq!(verdicts(&repo, "C"), "change unknown Shallow; trade unknown Shallow");
}

#[test]
fn a_synthetic_merge_of_a_pull_request() {
    let sandbox = Sandbox::scripted(
        "-60d A a\n-30d B b\n-20d git checkout -q -b pr\n-2d C c\n-1d git checkout -q --detach main\n\
         -1d git merge -q --no-ff -m m pr\n-1d git branch merge",
    );
    let full = sandbox.open();
    assert_eq!(told(&full), "m -1d B>C ^; b -30d A>B; settled");
    for (depth, complete) in [("--depth=1", false), ("--depth=2", false), ("--depth=9", true)] {
        let repo = clone(&sandbox, &[depth, "--branch=merge"]);
        let base = repo.resolve("HEAD^1");
        assert_eq!(base.is_ok(), depth != "--depth=1", "{depth}");
        let Ok(base) = base else { continue };
        let lineage = repo.lineage(&crate::support::parse);
        let history = rebalance::history::collect(&lineage, Some(base), CONFIG, rebalance::history::Reach::All);
        assert_eq!(history.end == End::Root, complete, "{depth}");
    }
}

#[test]
fn partial_clones_name_their_remedy() {
    let sandbox = Sandbox::scripted("-60d A a\n-20d Ax b\n-1d B x");
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let repo = clone(&sandbox, &[filter]);
        assert!(repo.is_partial());
        assert_eq!(told(&repo), "unknown PartialClone", "{filter}");
        assert_eq!(verdicts(&repo, "C"), "change unknown PartialClone; trade unknown PartialClone", "{filter}");
        let history = crate::support::week(&repo);
        let gap = history.gap().unwrap();
        assert_eq!((gap.kind, gap.remedy.contains("--refetch")), (GapKind::PartialClone, true), "{gap}");
        sandbox.run(repo.workdir().unwrap(), &["fetch", "-q", "--refetch", "--no-filter"]);
        assert_eq!(told(&Repo::open(repo.workdir().unwrap()).unwrap()), "x -1d A>B; created a; root", "{filter}");
    }
}

#[test]
fn blobs_that_never_changed_need_not_be_there() {
    let sandbox = Sandbox::scripted("-60d A a\n-20d A b\n-1d A c");
    assert_eq!(told(&clone(&sandbox, &["--filter=blob:none"])), "created a; root");
}
