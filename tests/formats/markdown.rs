//! Markdown: nothing that comes from a file is outside of a code span, and a comment is never too long.

use crate::cases;
use crate::spans::outside;
use rebalance::finding::{Finding, Level};
use rebalance::output::{self, Format, Report};
use std::collections::BTreeMap;

#[test]
fn outside_of_code_spans_stand_our_own_words_alone() {
    for case in cases::all() {
        let text = case.drawn(Format::Markdown);
        for line in text.lines().filter(|line| *line != "<!-- rebalance lint -->") {
            let plain = outside(line).replace(&format!("/{}/", env!("CARGO_PKG_VERSION")), "/");
            for sign in ["<", ">", "@", "|", "\\", "evil", "everyone", "script", "boom", "/close"] {
                assert!(!plain.contains(sign), "{}: {sign} in {line}", case.name);
            }
            let shapes = ["### rebalance lint: ", "- **", "  - ", ": ", ""];
            assert!(shapes.iter().any(|shape| plain.starts_with(shape)), "{line}");
        }
    }
}

fn many(count: usize) -> Vec<Finding> {
    let finding = |i: usize| {
        let level = if i % 100 == 99 { Level::Error } else { Level::Warning };
        let finding = Finding::new("a.yaml", format!("finding {i}, 긴 메시지 {}", "한".repeat(i % 50))).help("do it.");
        Finding { rule: "weights-sum".into(), level, ..finding }
    };
    (0..count).map(finding).collect()
}

#[test]
fn a_comment_fits_and_counts_what_it_cuts() {
    let sources = BTreeMap::new();
    for count in [1, 200, 300, 5_000] {
        let findings = many(count);
        let report = Report::new("a.yaml", &findings, &sources, rebalance::fault::Exit::No);
        let text = output::lint(Format::Markdown, &report, output::Paint::plain());
        assert!(text.len() < 65_000, "{count}: {}", text.len());
        let shown = text.lines().filter(|line| line.starts_with("- **")).count();
        let cut = text.lines().find_map(|line| line.strip_prefix("And ")?.split(' ').next()?.parse().ok());
        assert_eq!(shown + cut.unwrap_or(0), count);
        let errors = text.lines().filter(|line| line.starts_with("- **error**")).count();
        assert_eq!(errors, count / 100, "errors come first");
    }
}

#[test]
fn one_endless_message_takes_no_comment_for_itself() {
    let sources = BTreeMap::new();
    let mut findings = many(2);
    findings[0].message = "`".repeat(1_000_000);
    let report = Report::new("a.yaml", &findings, &sources, rebalance::fault::Exit::No);
    let text = output::lint(Format::Markdown, &report, output::Paint::plain());
    assert!(text.len() < 65_000 && text.contains("finding 1"), "{}", text.len());
    text.lines().for_each(|line| drop(outside(line)));
}
