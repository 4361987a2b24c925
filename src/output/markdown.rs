//! Findings as Markdown, for a comment on a pull request or the summary of a CI step.
//!
//! Whatever comes from a file stands in a code span that it cannot end, on one line: there nothing is markup, a mention,
//! a reference to an issue, a link or a quick action.

use super::text::visible;
use super::{Paint, Report};
use crate::document::Lines;
use crate::fault::Exit;
use crate::finding::{Certainty, Finding};
use crate::rules;
use crate::words::count;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The largest comment, in bytes. GitHub takes 65,536 characters.
pub(super) const COMMENT: usize = 64_900;
/// What the line that counts the rest takes at most.
pub(super) const LAST_LINE: usize = 160;
/// The longest message, in characters. It may quote a key that is as long as a file.
const LONGEST: usize = 2_000;

/// Draws a report that fits a comment.
pub(super) fn lint(report: &Report<'_>, _: Paint) -> String {
    within(report, COMMENT)
}

/// Draws a report of at most so many bytes, errors first. What does not fit is counted.
pub(super) fn within(report: &Report<'_>, limit: usize) -> String {
    let lines = report.lines();
    let mut shown: Vec<&Finding> = report.findings.iter().filter(|finding| finding.suppressed.is_none()).collect();
    shown.sort_by_key(|finding| Reverse(finding.level));
    let mut text = head(report);
    for (i, finding) in shown.iter().enumerate() {
        let item = item(finding, report, &lines);
        if text.len() + item.len() + LAST_LINE > limit {
            let more = count(shown.len() - i, "more finding");
            text.push_str(&format!("\nAnd {more}. All of them: `rebalance lint --format json`\n"));
            break;
        }
        text.push_str(&item);
    }
    text
}

fn head(report: &Report<'_>) -> String {
    let verdict = match report.exit {
        Exit::Done => "ok",
        Exit::Unknown => "could not tell",
        _ => "refused",
    };
    let file = code(&report.base.name(report.path).text);
    let gap = if report.findings.iter().any(|finding| finding.suppressed.is_none()) { "\n" } else { "" };
    format!("<!-- rebalance lint -->\n### rebalance lint: {verdict}\n\n{file}: {}\n{gap}", report.counts())
}

fn item(finding: &Finding, report: &Report<'_>, lines: &BTreeMap<&str, Lines<'_>>) -> String {
    let rule = code(&finding.rule);
    let rule = rules::url(&finding.rule).map_or(rule.clone(), |url| format!("[{rule}]({url})"));
    let (at, message) = (code(&report.at(finding, lines)), code(&report.told(&finding.message)));
    let unknown = if finding.certainty == Certainty::Unknown { " (the rule could not tell)" } else { "" };
    let mut text = format!("- **{}** {rule} at {at}: {message}{unknown}\n", finding.level);
    for help in &finding.help {
        text.push_str(&format!("  - {}\n", code(&report.told(help))));
    }
    text
}

/// A text in a code span.
pub(super) fn code(text: &str) -> String {
    let mut shown: String = visible(text);
    if let Some((at, _)) = shown.char_indices().nth(LONGEST) {
        shown.truncate(at);
        shown.push('…');
    }
    let longest = shown.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let edge = |c: Option<char>| c.is_none_or(|c| c == '`' || c == ' ');
    let pad = if edge(shown.chars().next()) || edge(shown.chars().next_back()) { " " } else { "" };
    format!("{fence}{pad}{shown}{pad}{fence}")
}
