//! The verdicts on commit graphs written as tables.

use super::super::toy::{DAY, NOW, Toy, WEEK, said, standing};
use super::*;

/// What a case shows, the commits, a candidate, what the verdict on it says.
type Case = (&'static str, &'static str, &'static str, &'static str);

/// The table's verdict now; of refusals also that they hold until the instant they name, and no longer.
fn check(cases: &[Case], judge: fn(&History, &Standing, i64, i64) -> String, until: fn(&str) -> Option<i64>) {
    for (what, table, candidate, expected) in cases {
        let toy = Toy::new(table);
        let candidate = standing(candidate);
        for history in [toy.week(), toy.all()] {
            let got = judge(&history, &candidate, NOW, WEEK);
            assert_eq!(got, *expected, "{what}");
            let Some(instant) = until(&got) else { continue };
            assert!(judge(&history, &candidate, instant - 1, WEEK).starts_with("refused"), "{what}, a second early");
            assert_eq!(judge(&history, &candidate, instant, WEEK), "allowed", "{what}, at the instant");
        }
    }
}

fn change(history: &History, candidate: &Standing, now: i64, window: i64) -> String {
    said(&allocation_verdict(history, candidate, now, window))
}

fn trade(history: &History, current: &Standing, now: i64, window: i64) -> String {
    said(&trading_verdict(history, current, now, window))
}

/// The instant a refusal names, where the history is whole enough for it to be held to.
fn instant(said: &str) -> Option<i64> {
    let rest = said.strip_prefix("refused until +")?;
    let (number, _) = rest.split_once("d by").filter(|_| !said.contains("nobody knows"))?;
    Some(NOW + number.parse::<i64>().ok()? * DAY)
}

#[test]
fn a_new_allocation() {
    let cases: &[Case] = &[
        ("no commit", "", "A", "allowed"),
        ("creating", "a - -9d -", "A", "allowed"),
        ("right after creating", "a - -1h A", "B", "allowed"),
        ("after a quiet week", "a - -30d A\nb a -8d B", "C", "allowed"),
        ("exactly a week", "a - -30d A\nb a -7d B", "C", "allowed"),
        ("a day early", "a - -30d A\nb a -6d B", "C", "refused until +1d by b, settled A"),
        ("what stands", "a - -30d A\nb a -1d B", "B", "allowed"),
        ("undo", "a - -30d A\nb a -3d B", "A", "allowed"),
        ("undo of two", "a - -30d A\nb a -3d B\nc b -2d C", "A", "allowed"),
        (
            "half an undo, allowed once it is what stood",
            "a - -30d A\nb a -3d B\nc b -2d C",
            "B",
            "refused until +4d by c, settled A",
        ),
        (
            "change and undo are two events",
            "a - -30d A\nb a -3d B\nc b -2d A",
            "C",
            "refused until +5d by c, settled A",
        ),
        ("deleting", "a - -30d A\nb a -3d B", "-", "refused until +4d by b, settled A"),
        ("undoing a deletion", "a - -30d A\nb a -3d -", "A", "allowed"),
        ("creating something else after a deletion", "a - -30d A\nb a -3d -", "B", "refused until +4d by b, settled A"),
        (
            "an override is an event",
            "a - -30d A\nb a -3d B x||Cooldown-Override: y",
            "C",
            "refused until +4d by b, settled A",
        ),
        ("undo to the creation", "a - -5d A\nb a -3d B", "A", "allowed"),
        ("backdated", "a - -60d A\nb a -3d Ax\nc b -50d B", "C", "refused until +4d by c, settled A"),
        ("a broken tip may be mended", "a - -60d A\nb a -3d ?", "B", "allowed"),
    ];
    check(cases, change, instant);
}

#[test]
fn a_new_allocation_after_a_merge_threw_a_side_away() {
    let cases: &[Case] = &[
        (
            "foxtrot over a change of yesterday",
            "a - -60d A\nf a -50d A\nx a -3d B\nm f,x -2d A",
            "C",
            "refused until +5d by x, settled A",
        ),
        (
            "foxtrot over an old change: nobody can tell which line was lived by",
            "a - -60d A\nf a -50d A\nx a -20d B\nm f,x -2d A",
            "B",
            "refused until +5d by x, settled nobody knows",
        ),
        (
            "and so an undo cannot be proven either",
            "a - -60d A\nf a -50d A\nx a -20d B\nm f,x -2d A\nn m -1d C",
            "A",
            "refused until +5d by n, settled nobody knows",
        ),
        (
            "undo past a thrown away side that agrees",
            "a - -60d A\nf a -50d A\nx a -3d B\nm f,x -2d A\nn m -1d C",
            "A",
            "allowed",
        ),
        ("an old branch merged", "a - -60d A\ns a -59d A\np a -30d B\nm p,s -2d B", "C", "allowed"),
        ("a change landed", "a - -60d A\ns a -35d B\nm a,s -2d B", "C", "refused until +5d by m, settled A"),
    ];
    check(cases, change, |_| None);
}

#[test]
fn a_new_allocation_with_holes_and_wrong_clocks() {
    let cases: &[Case] = &[
        ("not even the tip", "b gone -1d @", "-", "unknown MissingObject"),
        ("cut, nothing found", "!a - -1d A", "B", "unknown Shallow"),
        ("cut, nothing changes", "!a - -1d A", "A", "allowed"),
        ("cut below a change", "!a - -30d A\nb a -3d B", "C", "refused until +4d by b, settled nobody knows"),
        ("cut below what may have stood", "!a - -30d A\nb a -3d B", "A", "unknown Shallow"),
        ("cut below a settled change", "!a - -30d A\nb a -9d B", "C", "allowed"),
        ("cut below, undo proven", "!a - -30d A\nb a -9d B\nc b -1d C", "B", "allowed"),
        ("a side is missing", "a - -30d A\nm a,gone -1d A", "B", "unknown MissingObject"),
        ("a side is missing, undo", "a - -30d A\nm a,gone -2d A\nb m -1d B", "A", "unknown MissingObject"),
        (
            "a side is missing, refused anyway",
            "a - -30d A\nm a,gone -2d A\nb m -1d B",
            "C",
            "refused until +6d by b, settled nobody knows",
        ),
        ("a side is missing long ago", "a - -30d A\nm a,gone2 -9d A", "B", "unknown MissingObject"),
        ("clocks differ by ten minutes", "a - -30d A\nb a +10m B", "C", "refused until +10090m by b, settled A"),
        ("the future", "a - -30d A\nb a +11m B", "C", "future b"),
        ("undoing the future", "a - -30d A\nb a +11m B", "A", "allowed"),
        ("a future below", "a - -30d A\nf a +1d Ax\nb f -2d B", "C", "future b"),
    ];
    check(cases, change, |_| None);
}

#[test]
fn trading() {
    let cases: &[Case] = &[
        ("a fresh config", "a - -1h A", "A", "allowed"),
        ("a quiet week", "a - -30d A\nb a -7d B", "B", "allowed"),
        ("changed", "a - -30d A\nb a -3d B", "B", "refused until +4d by b, settled A"),
        ("changed and undone", "a - -30d A\nb a -3d B\nc b -2d A", "A", "allowed"),
        ("changed twice", "a - -30d A\nb a -3d B\nc b -2d C", "C", "refused until +5d by c, settled A"),
        ("changed twice back", "a - -30d A\nb a -9d B\nc b -3d C\nd c -2d B", "B", "allowed"),
        ("overridden", "a - -30d A\nb a -3d B x||Cooldown-Override: y", "B", "allowed"),
        (
            "an override lifts nothing beneath it",
            "a - -30d A\nb a -3d B\nc b -2d C x||Cooldown-Override: y",
            "C",
            "refused until +4d by b, settled A",
        ),
        (
            "nor above it",
            "a - -30d A\nb a -3d B x||Cooldown-Override: y\nc b -2d C",
            "C",
            "refused until +5d by c, settled A",
        ),
        (
            "back to what an override made",
            "a - -30d A\nb a -3d B x||Cooldown-Override: y\nc b -2d C\nd c -1d B",
            "B",
            "allowed",
        ),
        (
            "overridden twice in a row",
            "a - -30d A\nb a -3d B x||Cooldown-Override: y\nc b -2d C x||Cooldown-Override: z",
            "C",
            "allowed",
        ),
        ("landed by a merge", "a - -60d A\ns a -35d B\nm a,s -2d B", "B", "refused until +5d by m, settled A"),
        (
            "landed by a merge with an override on the branch",
            "a - -60d A\ns a -35d B x||Cooldown-Override: y\nm a,s -2d B",
            "B",
            "allowed",
        ),
        ("deleted and added again", "a - -30d A\nb a -3d -\nc b -2d A", "A", "allowed"),
        ("not what is committed", "a - -30d A", "B", "unknown NotAnAllocation"),
    ];
    check(cases, trade, instant);
}

#[test]
fn trading_with_sides_holes_and_wrong_clocks() {
    let cases: &[Case] = &[
        ("a side that agrees", "a - -60d A\nf a -50d A\nx a -3d B\nm f,x -2d A", "A", "allowed"),
        (
            "a side that had something else",
            "a - -60d A\nf a -50d A\nx a -20d B\nm f,x -2d A",
            "A",
            "refused until +5d by x, settled nobody knows",
        ),
        (
            "overridden by the merge that threw it away",
            "a - -60d A\nf a -50d A\nx a -20d B\nm f,x -2d A x||Cooldown-Override: y",
            "A",
            "allowed",
        ),
        (
            "an override on the side is none for throwing it away",
            "a - -60d A\nf a -50d A\nx a -20d B x||Cooldown-Override: y\nm f,x -2d A",
            "A",
            "refused until +5d by x, settled nobody knows",
        ),
        ("cut", "!a - -1d A", "A", "unknown Shallow"),
        ("cut below a change", "!a - -30d A\nb a -3d B", "B", "refused until +4d by b, settled nobody knows"),
        ("cut below an override", "!a - -30d A\nb a -3d B x||Cooldown-Override: y", "B", "unknown Shallow"),
        ("cut below a settled change", "!a - -30d A\nb a -9d B", "B", "allowed"),
        ("a side is missing", "a - -30d A\nm a,gone -1d A", "A", "unknown MissingObject"),
        ("not even the tip", "b gone -1d @", "-", "unknown MissingObject"),
        ("the tip is broken", "a - -30d A\nb a -9d ?", "A", "unknown NotAnAllocation"),
        ("the tip is a link", "a - -30d A\nb a -9d @", "A", "unknown NotAFile"),
        ("the future", "a - -30d A\nb a +11m B", "B", "future b"),
        ("the future, overridden", "a - -30d A\nb a +11m B x||Cooldown-Override: y", "B", "future b"),
    ];
    check(cases, trade, |_| None);
}

#[test]
fn a_history_that_is_too_short_proves_nothing() {
    let history = Toy::new("a - -30d A\nb a -6d B").week();
    let short =
        super::super::collect(&Toy::new("a - -30d A\nb a -6d B\nc b -5d C"), None, "c", super::super::Reach::All);
    assert_eq!(change(&short, &standing("B"), NOW, WEEK), "allowed");
    assert_eq!(change(&history, &standing("C"), NOW, 60 * DAY), "refused until +54d by b, settled A");
    let toy = Toy::new("a - -30d A\nb a -8d B");
    assert_eq!(change(&toy.week(), &standing("A"), NOW, 60 * DAY), "unknown TooShort");
    assert_eq!(trade(&toy.week(), &standing("B"), NOW, 60 * DAY), "refused until +52d by b, settled nobody knows");
}

#[test]
fn instants_at_the_ends_of_time_do_not_wrap() {
    let history = Toy::new("a - -30d A\nb a -3d B").all();
    assert_eq!(change(&history, &standing("C"), i64::MIN, WEEK), "future b");
    assert_eq!(change(&history, &standing("C"), i64::MAX, WEEK), "allowed");
    let refused = allocation_verdict(&history, &standing("C"), NOW, i64::MAX);
    assert!(matches!(refused, Verdict::Refused { until: i64::MAX, .. }), "{refused:?}");
}

#[test]
fn a_history_told_by_hand_is_judged_the_same() {
    for table in
        ["a - -30d A\nb a -3d B", "a - -30d A\nb a -9d B\nc b -2d C x||Cooldown-Override: y", "!a - -30d A\nb a -3d B"]
    {
        let collected = Toy::new(table).all();
        let told = History::told(collected.tip.clone(), collected.events.clone(), collected.end.clone());
        for candidate in ["A", "B", "C", "D"].map(standing) {
            assert_eq!(change(&told, &candidate, NOW, WEEK), change(&collected, &candidate, NOW, WEEK), "{table}");
            assert_eq!(trade(&told, &candidate, NOW, WEEK), trade(&collected, &candidate, NOW, WEEK), "{table}");
        }
    }
    let foxtrot = Toy::new("a - -60d A\nf a -50d A\nx a -3d B\nm f,x -2d A\nn m -1d C").all();
    let told = History::told(foxtrot.tip.clone(), foxtrot.events.clone(), foxtrot.end.clone());
    assert_eq!(change(&told, &standing("A"), NOW, WEEK), "refused until +5d by n, settled nobody knows");
}
