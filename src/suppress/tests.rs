//! What a comment says, and which line it is about.

use super::*;
use crate::document;

/// What one text comes to: `line ids until reason` of each suppression, and `place: message` of each misspelt one.
fn told(text: &str) -> Vec<String> {
    let reading = document::read(text.as_bytes());
    assert_eq!(reading.faults, [], "{text}");
    let suppressions = Suppressions::of(&reading);
    let all = suppressions.all.iter().map(|s| {
        let ids: Vec<&str> = s.ids.iter().map(|named| &text[named.span.start..named.span.end]).collect();
        let until = s.until.map(|(day, span)| format!("{day}={}", &text[span.start..span.end])).unwrap_or_default();
        format!("{:?} [{}] {until} {}", s.line, ids.join(" "), s.reason)
    });
    let misspelt = suppressions.misspelt.iter().map(|m| {
        assert!(m.help.ends_with('.') && !m.message.ends_with('.'), "{m:?}");
        format!("{:?}: {}", &text[m.span.start..m.span.end], m.message)
    });
    all.chain(misspelt).collect()
}

#[test]
fn a_suppression_is_read_with_its_places() {
    let cases = [
        ("a: 1 # rebalance: ignore[x] -- why", "Some(1) [x]  why"),
        ("a: 1 #rebalance:ignore [ x,y-z ]--why so # really", "Some(1) [x y-z]  why so # really"),
        ("a: 1 # rebalance: ignore[x] until=2026-12-31 -- why", "Some(1) [x] 2026-12-31=2026-12-31 why"),
        ("a: 1 # rebalance: ignore[x] until=2026-12-31-- why", "Some(1) [x] 2026-12-31=2026-12-31 why"),
        ("a: 1 # rebalance: ignore[x] -- 이유는 금리 --- 참고", "Some(1) [x]  이유는 금리 --- 참고"),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text), [expected], "{text}");
    }
}

#[test]
fn what_was_meant_to_suppress_is_never_passed_over() {
    let cases = [
        ("# rebalance:", "\"# rebalance:\": a comment for `rebalance` says nothing"),
        ("# rebalance: ignores[x] -- w", "\"ignores\": a comment for `rebalance` says `ignores`, which means nothing"),
        ("# rebalance: IGNORE[x] -- w", "\"IGNORE\": a comment for `rebalance` says `IGNORE`, which means nothing"),
        ("# rebalance: ignore(x) -- w", "\"\": this suppression names no rule"),
        ("# rebalance: ignore x -- w", "\"\": this suppression names no rule"),
        ("# rebalance: ignore[x,] -- w", "\"[x,]\": this suppression names no rule"),
        ("# rebalance: ignore[x, x] -- w", "\"x\": this suppression names `x` twice"),
        ("# rebalance: ignore[x -- w", "\"[\": the bracket of this suppression is not closed"),
        ("# rebalance: ignore[x] - w", "\"-\": `-` cannot stand here in a suppression"),
        ("# rebalance: ignore[x] w", "\"w\": `w` cannot stand here in a suppression"),
        ("# rebalance: ignore[x] --", "\"--\": this suppression gives no reason"),
        ("# rebalance: ignore[x] until= -- w", "\"\": `` is no day of the calendar"),
        ("# rebalance: ignore[x] until=31.12.2026 -- w", "\"31.12.2026\": `31.12.2026` is no day of the calendar"),
        (
            "# rebalance: ignore[x] until=2026-12-31 until=2027-12-31 -- w",
            "\"2027-12-31\": this suppression has two last days",
        ),
        ("# REBALANCE: ignore[x] -- w", "\"REBALANCE: ignore\": this comment looks like a suppression and is none"),
        ("# rebalance : ignore[x] -- w", "\"rebalance : ignore\": this comment looks like a suppression and is none"),
        ("## rebalance: ignore[x] -- w", "\"rebalance: ignore\": this comment looks like a suppression and is none"),
        ("# rebalance-ignore x", "\"rebalance-ignore\": this comment looks like a suppression and is none"),
        ("# rebalnce: ignore[x] -- w", "\"rebalnce: ignore\": this comment looks like a suppression and is none"),
        ("# ignore[x] -- w", "\"ignore\": this comment looks like a suppression and is none"),
        ("# Rebalance: [x] -- w", "\"Rebalance\": this comment looks like a suppression and is none"),
        (
            "# wide # rebalance: ignore[x] -- w",
            "\"rebalance: ignore\": this comment looks like a suppression and is none",
        ),
    ];
    for (comment, expected) in cases {
        assert_eq!(told(&format!("a: 1 {comment}\n")), [expected], "{comment}");
    }
}

#[test]
fn any_sign_between_the_words_is_a_misspelling() {
    let signs = ["：", "； ", "; ", ", ", "/", " = ", "->", " → ", "\u{a0}", " (", "_", ". ", ""];
    for (sign, verb) in signs.into_iter().flat_map(|sign| [(sign, "ignore"), (sign, "ignores")]) {
        for front in ["# rebalance", "# wide; Rebalance"] {
            let comment = format!("{front}{sign}{verb}[x] -- w");
            let told = told(&format!("a: 1 {comment}\n"));
            assert!(
                told.len() == 1 && told[0].ends_with("looks like a suppression and is none"),
                "{comment}: {told:?}"
            );
        }
    }
    assert_eq!(told("a: 1 # rebalance： ignore x -- w\n").len(), 1);
    assert_eq!(told("a: 1 # rebalance：[x] -- w\n").len(), 1);
}

#[test]
fn other_comments_are_nobodys_business() {
    let comments = [
        "# Emergency rebalancing when +/-5% deviation",
        "# Rebalance: every quarter",
        "# rebalance once a year, ignore small drift",
        "# rebalance ignored assets too",
        "# rebalance, ignore small drift",
        "# rebalance (ignores small drift)",
        "# Rebalancing rules",
        "# type: ignore[x]",
        "# zizmor: ignore[x]",
        "# we ignore [this]",
        "# ignore",
        "#",
    ];
    for comment in comments {
        assert_eq!(told(&format!("a: 1 {comment}\n")), [] as [&str; 0], "{comment}");
    }
    assert_eq!(told("a: |\n  # rebalance: ignore[x] -- text, not a comment\nb: '# rebalance: x'\n"), [] as [&str; 0]);
}

#[test]
fn a_comment_is_about_its_own_line_or_the_next_one_with_more_on_it() {
    let mark = "# rebalance: ignore[x] -- w";
    let line = |text: &str| {
        let text = text.replace('@', mark);
        told(&text).iter().map(|told| told.split(" [").next().unwrap_or("").to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(line("@\na: 1\n"), ["Some(2)"]);
    assert_eq!(line("\u{feff}@\r\n\r\n# more\r\n  \r\na: 1 # end\r\n"), ["Some(5)"]);
    assert_eq!(line("a: 1\r@\rb: 1\r"), ["Some(3)"]);
    assert_eq!(line("@\n  @\na: 1 @\n"), ["Some(3)", "Some(3)", "Some(3)"]);
    assert_eq!(line("a: 1\n@\n# nothing\n"), ["None"]);
    assert_eq!(line("a: 1\n@"), ["None"]);
    assert_eq!(line("a: [ @\n  1 ]\n"), ["Some(1)"]);
    assert_eq!(line("a:\n  @\n  - |\n    # text\n"), ["Some(3)"]);
}

#[test]
fn the_first_of_two_counts_and_an_expired_one_does_not() {
    let text = "# rebalance: ignore[x] until=2026-03-10 -- a\n# rebalance: ignore[y, x] -- b\na: 1 # rebalance: ignore[x] -- c\n";
    let reading = document::read(text.as_bytes());
    let suppressions = Suppressions::of(&reading);
    let at = text.find("a: 1").unwrap_or(0);
    let day = |text: &str| crate::config::day(text).unwrap_or_default();
    assert_eq!(suppressions.over("x", at, day("2026-03-10")), Some((0, 0)));
    assert_eq!(suppressions.over("x", at, day("2026-03-11")), Some((1, 1)));
    assert_eq!(suppressions.over("z", at, day("2026-03-10")), None);
    let mut findings = vec![Finding::new("f", "m").at(Span { start: at, end: at }, "l"), Finding::new("f", "m")];
    findings.iter_mut().for_each(|finding| finding.rule = "x".into());
    suppressions.apply(&mut findings, "g", day("2026-03-11"), |_| true);
    suppressions.apply(&mut findings, "f", day("2026-03-11"), |_| false);
    assert!(findings.iter().all(|finding| finding.suppressed.is_none()));
    suppressions.apply(&mut findings, "f", day("2026-03-11"), |_| true);
    let reasons: Vec<_> = findings.iter().map(|f| f.suppressed.as_ref().map(|s| s.reason.as_str())).collect();
    assert_eq!(reasons, [Some("b"), None]);
}
