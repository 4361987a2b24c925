//! Findings as a JUnit report, for CI that shows tests: a suite for each file, a case for each finding.
//!
//! A finding that refuses is a failure, one of a rule that could not tell an error, a suppressed one is skipped, and one
//! below the level that fails is a passed case with its text. A file without findings has one passed case.

use super::text::visible;
use super::{Paint, Report};
use crate::document::Lines;
use crate::finding::{Certainty, Finding};
use std::collections::BTreeMap;
use std::fmt::Write;

/// How many cases there are.
#[derive(Clone, Copy, Default)]
struct Tally {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Tally {
    fn add(&mut self, other: Self) {
        self.tests += other.tests;
        self.failures += other.failures;
        self.errors += other.errors;
        self.skipped += other.skipped;
    }

    fn attributes(self) -> String {
        let Self { tests, failures, errors, skipped } = self;
        format!("tests=\"{tests}\" failures=\"{failures}\" errors=\"{errors}\" skipped=\"{skipped}\"")
    }
}

/// Draws a report.
pub(super) fn lint(report: &Report<'_>, _: Paint) -> String {
    let lines = report.lines();
    let mut files = vec![report.path];
    for finding in report.findings {
        if !files.contains(&finding.path.as_str()) {
            files.push(&finding.path);
        }
    }
    let mut total = Tally::default();
    let mut suites = String::new();
    for file in files {
        let (text, tally) = suite(file, report, &lines);
        suites.push_str(&text);
        total.add(tally);
    }
    let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";
    format!("{head}\n<testsuites name=\"rebalance lint\" {}>\n{suites}</testsuites>\n", total.attributes())
}

fn suite(file: &str, report: &Report<'_>, lines: &BTreeMap<&str, Lines<'_>>) -> (String, Tally) {
    let name = xml(&report.base.name(file).text);
    let mut tally = Tally::default();
    let mut cases = String::new();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let own: Vec<&Finding> = report.findings.iter().filter(|finding| finding.path == file).collect();
    if own.iter().all(|finding| finding.suppressed.is_some()) {
        tally.tests += 1;
        let _ = writeln!(cases, "    <testcase classname=\"{name}\" name=\"no findings\" file=\"{name}\"/>");
    }
    for finding in own {
        let about = if finding.subject.is_empty() { "" } else { ": " };
        let mut case = format!("{}{about}{}", finding.rule, finding.subject);
        let again = times.entry(case.clone()).or_default();
        *again += 1;
        if *again > 1 {
            case.push_str(&format!(" ({again})"));
        }
        let line = report.place(finding, lines).map_or(1, |(start, _)| start.line);
        let (outcome, one) = outcome(finding, report, lines);
        tally.add(one);
        let _ = writeln!(
            cases,
            "    <testcase classname=\"{name}\" name=\"{}\" file=\"{name}\" line=\"{line}\">\n      {outcome}\n    </testcase>",
            xml(&case)
        );
    }
    let head = format!("  <testsuite name=\"{name}\" {}>\n", tally.attributes());
    (head + &cases + "  </testsuite>\n", tally)
}

fn outcome(finding: &Finding, report: &Report<'_>, lines: &BTreeMap<&str, Lines<'_>>) -> (String, Tally) {
    let one = Tally { tests: 1, ..Tally::default() };
    if let Some(suppressed) = &finding.suppressed {
        return (
            format!("<skipped message=\"{}\"/>", xml(&report.told(&suppressed.reason))),
            Tally { skipped: 1, ..one },
        );
    }
    let text = text(finding, report, lines);
    if finding.level < report.fail_on {
        return (format!("<system-out>{text}</system-out>"), one);
    }
    let (word, tally) = match finding.certainty {
        Certainty::Definite => ("failure", Tally { failures: 1, ..one }),
        Certainty::Unknown => ("error", Tally { errors: 1, ..one }),
    };
    let (level, message) = (finding.level, xml(&report.told(&finding.message)));
    (format!("<{word} type=\"{level}\" message=\"{message}\">{text}</{word}>"), tally)
}

/// A finding in lines: where, what, what to do, the rule's page.
fn text(finding: &Finding, report: &Report<'_>, lines: &BTreeMap<&str, Lines<'_>>) -> String {
    let (at, level, rule) = (report.at(finding, lines), finding.level, &finding.rule);
    let mut text = xml(&format!("{at}: {level}[{rule}]: {}", report.told(&finding.message)));
    for help in &finding.help {
        text.push_str(&format!("\nhelp: {}", xml(&report.told(help))));
    }
    if let Some(url) = crate::rules::url(rule) {
        text.push_str(&format!("\n{}", xml(&url)));
    }
    text
}

/// A text on one line, as content or in an attribute. Characters that XML 1.0 has no way to write are written out.
fn xml(text: &str) -> String {
    let mut out = String::new();
    for c in visible(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&apos;"),
            '\u{fffe}' | '\u{ffff}' => out.extend(c.escape_unicode()),
            c => out.push(c),
        }
    }
    out
}
