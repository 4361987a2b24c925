//! The walk on commit graphs written as tables.

use super::super::toy::{Toy, told};

/// What a case shows, the commits, what the week before now tells, what everything tells.
type Case = (&'static str, &'static str, &'static str, &'static str);

fn check(cases: &[Case]) {
    for (what, table, week, all) in cases {
        let toy = Toy::new(table);
        assert_eq!(told(&toy.week()), *week, "{what}, the week");
        assert_eq!(told(&toy.all()), *all, "{what}, everything");
    }
}

#[test]
fn lines() {
    check(&[
        ("creating is no change", "a - -1d A", "created a c; root", "created a c; root"),
        ("created late", "a - -9d -\nb a -1d A", "created b c; root", "created b c; root"),
        ("never there", "a - -9d -\nb a -1d -", "root", "root"),
        (
            "two changes",
            "a - -30d A\nb a -20d B\nc b -19d Bx\nd c -2d C",
            "d -2d B>C; b -20d A>B; settled",
            "d -2d B>C; b -20d A>B; created a c; root",
        ),
        ("formatting only", "a - -30d A\nb a -2d Ax\nc b -1d Axx", "created a c; root", "created a c; root"),
        (
            "change and undo",
            "a - -30d A\nb a -2d B\nc b -1d A",
            "c -1d B>A; b -2d A>B; created a c; root",
            "c -1d B>A; b -2d A>B; created a c; root",
        ),
        (
            "deleting and adding again are two changes",
            "a - -30d A\nb a -2d -\nc b -1d A",
            "c -1d ->A; b -2d A>-; created a c; root",
            "c -1d ->A; b -2d A>-; created a c; root",
        ),
        (
            "deleted long ago, added again now",
            "a - -30d A\nb a -20d -\nc b -1d A",
            "c -1d ->A; b -20d A>-; settled",
            "c -1d ->A; b -20d A>-; created a c; root",
        ),
        (
            "unreadable versions are looked through",
            "a - -30d A\nb a -3d ?\nc b -2d ?x\nd c -1d B",
            "d -1d A>B; created a c; root",
            "d -1d A>B; created a c; root",
        ),
        (
            "broken and mended without a change",
            "a - -30d A\nb a -3d ?\nc b -2d @\nd c -1d Ax",
            "created a c; root",
            "created a c; root",
        ),
        (
            "an unreadable tip is a fault, and the line goes on",
            "a - -30d A\nb a -3d B\nc b -2d ?",
            "b -3d A>B; created a c; tip NotAnAllocation; root",
            "b -3d A>B; created a c; tip NotAnAllocation; root",
        ),
        (
            "a link at the tip",
            "a - -30d A\nb a -2d @",
            "created a c; tip NotAFile; root",
            "created a c; tip NotAFile; root",
        ),
        ("unreadable from the start", "a - -3d ?", "tip NotAnAllocation; root", "tip NotAnAllocation; root"),
        ("readable at last", "a - -3d ?\nb a -1d A", "created b c; root", "created b c; root"),
    ]);
}

#[test]
fn times() {
    check(&[
        (
            "a backdated tip hides nothing",
            "a - -60d A\nb a -1d B\nc b -59d Bx",
            "b -1d A>B; created a c; root",
            "b -1d A>B; created a c; root",
        ),
        (
            "a backdated change is as late as what it builds on",
            "a - -60d A\nb a -1d Ax\nc b -59d B",
            "c -1d A>B; created a c; root",
            "c -1d A>B; created a c; root",
        ),
        (
            "two backdated in a row",
            "a - -60d A\nb a -1d Ax\nc b -59d Axx\nd c -58d B",
            "d -1d A>B; created a c; root",
            "d -1d A>B; created a c; root",
        ),
        (
            "a late ancestor on another side counts too",
            "a - -60d A\ns a -1d A\nm a,s -40d A\nd m -39d B",
            "d -1d A>B; created a c; root",
            "d -1d A>B; created a c; root",
        ),
        (
            "exactly at the window's beginning is where it ends",
            "a - -60d A\nb a -7d B\nc b -604799s C",
            "c -604799s B>C; b -7d A>B; settled",
            "c -604799s B>C; b -7d A>B; created a c; root",
        ),
    ]);
}

#[test]
fn merges() {
    check(&[
        (
            "a merge lands an old change now",
            "a - -60d A\ns a -35d B\np a -30d A\nm p,s -2d B",
            "m -2d A>B ^; created a c; root",
            "m -2d A>B ^; created a c; root",
        ),
        (
            "an old branch is harmless",
            "a - -60d A\ns a -59d A\np a -30d B\nm p,s -2d B",
            "p -30d A>B; settled",
            "p -30d A>B; created a c; root",
        ),
        (
            "foxtrot: the side thrown away changed yesterday",
            "a - -60d A\nf a -50d A\nx a -1d B\nm f,x -1h A",
            "x -1h A>B thrown by m; created a c; root",
            "x -1h A>B thrown by m; created a c; root",
        ),
        (
            "foxtrot: an old change is thrown away now",
            "a - -60d A\nf a -50d A\nx a -20d B\nm f,x -1d A",
            "x -1d A>B thrown by m; created a c; root",
            "x -1d A>B thrown by m; created a c; root",
        ),
        (
            "thrown away long ago",
            "a - -60d A\nf a -50d A\nx a -40d B\nm f,x -30d A",
            "created a c; root",
            "x -30d A>B thrown by m; created a c; root",
        ),
        (
            "all changes of the side, none of what both share",
            "a - -60d A\nb a -50d B\nf b -4d B\nx b -3d C\ny x -2d D\nm f,y -1d B",
            "y -1d C>D thrown by m; x -1d B>C thrown by m; b -50d A>B; settled",
            "y -1d C>D thrown by m; x -1d B>C thrown by m; b -50d A>B; created a c; root",
        ),
        (
            "octopus: every side is looked at",
            "a - -60d A\nx a -3d A\ny a -2d B\nm a,x,y -1d A",
            "y -1d A>B thrown by m; created a c; root",
            "y -1d A>B thrown by m; created a c; root",
        ),
        (
            "a conflict solved in a third way",
            "a - -60d A\nx a -3d B\ny a -2d C\nm x,y -1d D",
            "y -1d A>C thrown by m; m -1d B>D ^; x -3d A>B; created a c; root",
            "y -1d A>C thrown by m; m -1d B>D ^; x -3d A>B; created a c; root",
        ),
        (
            "the main line hung under an empty one",
            "r - -90d -\na r -60d A\nm r,a -1d B",
            "a -1d ->A thrown by m; created m c; root",
            "a -1d ->A thrown by m; created m c; root",
        ),
        (
            "an unrelated line with another config",
            "a - -60d A\no - -50d B\nm o,a -1d B",
            "m -1d A>B thrown by m; created o c; root",
            "m -1d A>B thrown by m; created o c; root",
        ),
        (
            "an unrelated line without a config",
            "a - -60d A\no - -50d -\nm a,o -1d A",
            "created a c; root",
            "created a c; root",
        ),
        (
            "criss-cross: one of the bases has it",
            "a - -60d A\nx a -50d B\ny a -49d A\np x,y -40d B\nq y,x -39d B\nr p -30d C\nm r,q -2d C",
            "r -30d B>C; settled",
            "r -30d B>C; x -50d A>B; created a c; root",
        ),
        (
            "a merge under an unreadable tip",
            "a - -60d A\nf a -50d A\nx a -1d B\nm f,x -1h ?",
            "x -1h A>B thrown by m; created a c; tip NotAnAllocation; root",
            "x -1h A>B thrown by m; created a c; tip NotAnAllocation; root",
        ),
    ]);
}

#[test]
fn renames() {
    check(&[
        (
            "a merge below a rename is judged by the name of then",
            "r - -60d old=A\ns r -50d old=A,c=B\nm r,s -3d old=A,c=?\nc m -2d c=A",
            "created r old; root",
            "created r old; root",
        ),
        (
            "an exact rename is followed",
            "a - -60d old=A\nb a -3d old=B\nd b -1d c=B",
            "b -3d A>B; created a old; root",
            "b -3d A>B; created a old; root",
        ),
        (
            "a rename with a change is a change",
            "a - -60d old=A\nd a -1d c=B",
            "d -1d A>B; created a old; root",
            "d -1d A>B; created a old; root",
        ),
        (
            "a rename with another comment is none",
            "a - -60d old=A,x=?\nd a -1d c=Ax",
            "created a old; root",
            "created a old; root",
        ),
        (
            "a copy brings its past along",
            "a - -60d old=A\nb a -3d old=B\nd b -1d old=B,c=B",
            "b -3d A>B; created a old; root",
            "b -3d A>B; created a old; root",
        ),
        (
            "a name that comes back is no rename",
            "a - -60d c=A\nb a -3d spare=A\nd b -1d c=A",
            "d -1d ->A; b -3d A>-; created a c; root",
            "d -1d ->A; b -3d A>-; created a c; root",
        ),
        (
            "a side thrown away under the old name",
            "a - -60d old=A\nx a -3d old=B\nb a -50d c=A\nm b,x -1d c=A",
            "x -1d A>B thrown by m; b -50d ->A; settled",
            "x -1d A>B thrown by m; created a old; root",
        ),
        (
            "an old branch with the old name is harmless",
            "a - -60d old=A\nx a -3d old=Ax\nb a -50d c=B\nm b,x -1d c=B",
            "b -50d ->B; settled",
            "b -50d A>B; created a old; root",
        ),
    ]);
}

#[test]
fn holes() {
    check(&[
        ("cut at once", "!b a -1d A", "unknown Shallow", "unknown Shallow"),
        ("cut below a change", "!b a -9d A\nc b -2d B", "c -2d A>B; unknown Shallow", "c -2d A>B; unknown Shallow"),
        ("cut below a settled change", "!b a -9d A\nc b -8d B", "c -8d A>B; settled", "c -8d A>B; unknown Shallow"),
        ("a missing parent", "b a -1d A", "unknown MissingObject", "unknown MissingObject"),
        (
            "a time that rests on a missing commit",
            "a - -60d A\nb a,gone -9d B",
            "b -9d A>B ^; settled; doubt MissingObject",
            "b -9d A>B ^; created a c; root; doubt MissingObject",
        ),
        (
            "a side that is missing",
            "a - -60d A\nb a -50d B\nm b,gone -1d B",
            "b -50d A>B; settled; doubt MissingObject",
            "b -50d A>B; created a c; root; doubt MissingObject",
        ),
        ("a missing tip", "", "root", "root"),
    ]);
}

#[test]
fn reasons_come_from_what_a_merge_brought() {
    let toy = Toy::new(
        "a - -60d A\n\
         s a -35d B one||Reason: rates|Cooldown-Override: now\n\
         t s -34d B two||Reason: not about the allocation\n\
         m a,t -2d B merge",
    );
    let history = toy.week();
    assert_eq!(history.events[0].reason.as_deref(), Some("rates"));
    assert_eq!(history.events[0].override_reason.as_deref(), Some("now"));
    assert_eq!(history.events[0].summary(), "merge");
}
