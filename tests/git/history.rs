//! The walk on whole histories.

use crate::support::{CONFIG, NOW, Sandbox, parse, spelled, told, told_all, verdicts, week};
use rebalance::history::{Past as _, Place, Reach, collect};

/// What a case shows, its script, what the week before now tells, what everything tells, the verdicts on `Z`.
type Case = (&'static str, &'static str, &'static str, &'static str, &'static str);

const REFUSED: &str = "change refused until +6d by x; trade refused until +6d by x";
const ALLOWED: &str = "change allowed; trade allowed";

fn check(cases: &[Case]) {
    for (what, script, week, all, verdict) in cases {
        let repo = Sandbox::scripted(script).open_kept();
        assert_eq!(told(&repo.1), *week, "{what}, the week");
        assert_eq!(told_all(&repo.1), *all, "{what}, everything");
        assert_eq!(verdicts(&repo.1, "Z"), *verdict, "{what}, the verdicts");
    }
}

impl Sandbox {
    fn open_kept(self) -> (Self, rebalance::repo::Repo) {
        let repo = self.open();
        (self, repo)
    }
}

#[test]
fn lines() {
    check(&[
        ("unborn", "", "root", "root", ALLOWED),
        ("the root has it", "-1d A a", "created a; root", "created a; root", ALLOWED),
        ("changed", "-30d A a\n-1d B x", "x -1d A>B; created a; root", "x -1d A>B; created a; root", REFUSED),
        ("formatting", "-30d A a\n-1d Ax x", "created a; root", "created a; root", ALLOWED),
        (
            "a mode is no allocation",
            "-30d A a\n-1d git update-index --chmod=+x fin/config\n-1d git commit -q -m x",
            "created a; root",
            "created a; root",
            ALLOWED,
        ),
        (
            "deleted and added again",
            "-30d A a\n-2d - b\n-1d A x",
            "x -1d ->A; b -2d A>-; created a; root",
            "x -1d ->A; b -2d A>-; created a; root",
            "change refused until +6d by x; trade allowed",
        ),
        ("a link and back", "-30d A a\n-2d @ b\n-1d A x", "created a; root", "created a; root", ALLOWED),
        (
            "a link at the tip",
            "-30d A a\n-1d @ x",
            "created a; tip NotAFile; root",
            "created a; tip NotAFile; root",
            "change allowed; trade unknown NotAFile",
        ),
        (
            "broken at the tip",
            "-30d A a\n-1d ? x",
            "created a; tip NotAnAllocation; root",
            "created a; tip NotAnAllocation; root",
            "change allowed; trade unknown NotAnAllocation",
        ),
    ]);
}

#[test]
fn dates() {
    check(&[
        (
            "a backdated tip hides nothing",
            "-60d A a\n-1d B x\n-59d Bx y",
            "x -1d A>B; created a; root",
            "x -1d A>B; created a; root",
            REFUSED,
        ),
        (
            "a backdated change",
            "-60d A a\n-1d Ax b\n-59d B x",
            "x -1d A>B; created a; root",
            "x -1d A>B; created a; root",
            REFUSED,
        ),
        (
            "two backdated in a row",
            "-60d A a\n-1d Ax b\n-59d Axx c\n-58d B x",
            "x -1d A>B; created a; root",
            "x -1d A>B; created a; root",
            REFUSED,
        ),
        (
            "the future",
            "-60d A a\n+1h B x",
            "x +1h A>B; created a; root",
            "x +1h A>B; created a; root",
            "change future x; trade future x",
        ),
        (
            "amending renews the committer's time",
            "-60d A a\n-30d B b\n-1d git commit -q --amend -m x",
            "x -1d A>B; created a; root",
            "x -1d A>B; created a; root",
            REFUSED,
        ),
    ]);
}

#[test]
fn merges() {
    check(&[
        (
            "a merge lands an old change now",
            "-60d A a\n-35d git checkout -q -b s\n-35d B b\n-30d git checkout -q main\n-1d git merge -q --no-ff -m x s",
            "x -1d A>B ^; created a; root",
            "x -1d A>B ^; created a; root",
            REFUSED,
        ),
        (
            "an old branch is harmless",
            "-60d A a\n-50d git branch s\n-30d B b\n-29d git checkout -q s\n-29d git commit -q --allow-empty -m c\n\
             -2d git checkout -q main\n-2d git merge -q --no-ff -m m s",
            "b -30d A>B; settled",
            "b -30d A>B; created a; root",
            ALLOWED,
        ),
        (
            "foxtrot over a change of yesterday",
            "-60d A a\n-50d git checkout -q -b f\n-50d git commit -q --allow-empty -m f\n-1d git checkout -q main\n\
             -1d B x\n-1d git checkout -q f\n-1d git merge -q -s ours -m m main\n-1d git checkout -q -B main",
            "x -1d A>B thrown by m; created a; root",
            "x -1d A>B thrown by m; created a; root",
            "change refused until +6d by x; trade allowed",
        ),
        (
            "foxtrot over an old change",
            "-60d A a\n-50d git checkout -q -b f\n-50d git commit -q --allow-empty -m f\n-1d git checkout -q main\n\
             -20d B x\n-1d git checkout -q f\n-1d git merge -q -s ours -m m main\n-1d git checkout -q -B main",
            "x -1d A>B thrown by m; created a; root",
            "x -1d A>B thrown by m; created a; root",
            REFUSED,
        ),
        (
            "octopus",
            "-60d A a\n-50d git checkout -q -b s\n-50d git commit -q --allow-empty -m s\n\
             -50d git checkout -q -b t main\n-3d B x\n-3d git checkout -q main\n-2d git commit -q --allow-empty -m b\n\
             -1d git merge -q -s ours -m m s t",
            "x -1d A>B thrown by m; created a; root",
            "x -1d A>B thrown by m; created a; root",
            "change refused until +6d by x; trade allowed",
        ),
        (
            "octopus that lands a change",
            "-60d A a\n-50d git checkout -q -b s\n-50d git commit -q --allow-empty -m s\n\
             -50d git checkout -q -b t main\n-30d B b\n-3d git checkout -q main\n-1d git merge -q -m x s t",
            "x -1d A>B ^; created a; root",
            "x -1d A>B ^; created a; root",
            REFUSED,
        ),
    ]);
}

/// A date that is later than those above it makes an old commit look like the place where two branches parted.
#[test]
fn where_branches_parted_is_no_matter_of_dates() {
    let sandbox = Sandbox::scripted(
        "-60d A a\n-1d git checkout -q -b e\n-1d git commit -q --allow-empty -m e\n-40d git checkout -q main\n\
         -40d git merge -q --no-ff -m g e\n-30d C x\n-20d D y\n-10d git checkout -q e\n\
         -10d git merge -q -s ours -m o main~1\n-2d git checkout -q main\n-2d git merge -q -s ours -m m e",
    );
    let (repo, rev) = (sandbox.open(), |rev: &str| sandbox.git(&["rev-parse", rev]));
    let at = |rev: &str| repo.resolve(rev).unwrap();
    assert_eq!(repo.merge_bases(at("main^1"), at("main^2")).unwrap(), [at("main~2")]);
    assert_eq!(sandbox.git(&["merge-base", "--all", "main^1", "main^2"]), rev("main~2"));
    assert_eq!(told_all(&repo), "m -1d A>D thrown by m; y -1d C>D; x -1d A>C; created a; root");
}

#[test]
fn renames() {
    check(&[
        (
            "an exact rename",
            "-60d A a\n-30d B b\n-20d git mv fin old\n-20d git commit -q -m c\n-1d git mv old fin\n-1d git commit -q -m d",
            "d -1d ->B; c -20d B>-; settled",
            "d -1d ->B; c -20d B>-; b -30d A>B; created a; root",
            "change refused until +6d by d; trade refused until +6d by d",
        ),
        (
            "with a change",
            "-60d A a\n-30d git mv fin old\n-30d git commit -q -m b\n-1d git rm -q -r old\n-1d B x",
            "x -1d ->B; b -30d A>-; settled",
            "x -1d ->B; b -30d A>-; created a; root",
            REFUSED,
        ),
    ]);
    let sandbox = Sandbox::scripted("-60d A a\n-3d B b\n-1d git mv fin new\n-1d git commit -q -m c");
    let repo = sandbox.open();
    let lineage = repo.lineage(&parse);
    let moved = collect(&lineage, repo.head().unwrap(), "new/config", Reach::Since(NOW - 7 * 86_400));
    assert_eq!(spelled(&repo, &moved), "b -3d A>B; created a; root");
    sandbox.script("-1d git mv new/config c\n-1d git commit -q -m d");
    std::fs::write(sandbox.top().join("d"), crate::support::config("C")).unwrap();
    sandbox.script("-1h git rm -q c\n-1h git add d\n-1h git commit -q -m x");
    let repo = sandbox.open();
    let changed = collect(&repo.lineage(&parse), repo.head().unwrap(), "d", Reach::All);
    assert_eq!(spelled(&repo, &changed), "x -1h B>C; b -3d A>B; created a; root");
    assert_eq!(changed.events[0].path, "d");
}

#[test]
fn words_come_from_the_commits_that_changed_it() {
    let sandbox = Sandbox::scripted(
        "-60d A a\n-35d git checkout -q -b s\n-35d B b||Reason: rates fell|Cooldown-Override: now|\n\
         -34d Bx c||Reason: a comment\n-30d git checkout -q main\n-1d git merge -q --no-ff -m x s",
    );
    let history = week(&sandbox.open());
    let event = &history.events[0];
    assert_eq!(event.reason.as_deref(), Some("rates fell"));
    assert_eq!(event.override_reason.as_deref(), Some("now"));
    assert_eq!((event.words.author.as_str(), event.words.email.as_str()), ("Kim", "kim@example.org"));
    assert_eq!(event.words.author_time, event.time);
}

#[test]
fn sha256_and_worktrees_and_submodules() {
    let sandbox = Sandbox::with(&["--object-format=sha256"]);
    sandbox.script("-60d A a\n-1d B x");
    assert_eq!(sandbox.told(), "x -1d A>B; created a; root");
    assert_eq!(sandbox.open().head().unwrap().unwrap().to_string(), sandbox.git(&["rev-parse", "HEAD"]));

    let sandbox = Sandbox::scripted("-60d A a\n-30d git branch other\n-1d B x");
    let tree = sandbox.beside("tree");
    sandbox.git(&["worktree", "add", "-q", tree.to_str().unwrap(), "other"]);
    let repo = rebalance::repo::Repo::open(&tree.join("fin")).unwrap();
    assert_eq!(told(&repo), "created a; root");
    assert_eq!(repo.relative("config".as_ref()).unwrap(), CONFIG);

    let outer = Sandbox::scripted("-60d A a");
    outer.git(&["submodule", "add", "-q", sandbox.top().to_str().unwrap(), "sub"]);
    outer.git(&["commit", "-q", "-m", "b"]);
    let repo = outer.open();
    let through = repo.lineage(&parse).at(repo.head().unwrap().unwrap(), "sub/fin/config").unwrap();
    assert_eq!(through, Place::Absent);
    let at = repo.lineage(&parse).at(repo.head().unwrap().unwrap(), "sub").unwrap();
    assert_eq!(at, Place::Other);
    assert_eq!(told(&rebalance::repo::Repo::open(&outer.top().join("sub")).unwrap()), "x -1d A>B; created a; root");
}
