//! `code-quoted`: a code that another reader would take for something else stands in quotes.

use super::common::issues;
use super::{Facts, Setting};
use crate::document::{Edit, Span, quoted};
use crate::finding::Finding;
use crate::money;
use crate::schema::IssueKind;
use std::collections::BTreeSet;

/// Codes without quotes that look like a number, a boolean or nothing. One behind a tag has its finding: to remove the
/// tag and to quote it.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let plain = facts.codes.iter().filter(|code| code.plain && !facts.reading.tagged(code.span));
    let bare = plain.filter_map(|code| Some((code, misreading(code.text)?)));
    let finding = |(code, taken): (&super::facts::CodeSite<'_>, String)| {
        let finding = Finding::new(facts.path, format!("the code {} stands without quotes", code.text))
            .at(code.span, format!("other YAML readers take this for {taken}"))
            .help(format!("put it in quotes: `'{}'`.", code.text));
        match is_word(code.text) {
            true => finding,
            false => finding.fix("put it in quotes.", vec![Edit { span: code.span, text: quoted(code.text) }]),
        }
    };
    let mut findings: Vec<Finding> = bare.map(finding).collect();
    // What is no code even as text (`~`, `-5`) is no site, and yet stands where a code is needed.
    let sites: BTreeSet<Span> = facts.codes.iter().map(|code| code.span).collect();
    let known = |issue: &Finding| issue.place.as_ref().is_some_and(|place| sites.contains(&place.span));
    findings.extend(issues(facts, IssueKind::Code).into_iter().filter(|issue| !known(issue)));
    findings
}

/// Words of YAML itself: whoever wrote one may not have meant a code at all, so that quotes would make one up.
fn is_word(text: &str) -> bool {
    ["null", "true", "false"].contains(&text.to_ascii_lowercase().as_str())
}

/// What another YAML reader takes the text for; none when every reader takes it as text.
fn misreading(text: &str) -> Option<String> {
    let octal =
        text.strip_prefix('0').filter(|rest| !rest.is_empty() && rest.bytes().all(|b| (b'0'..=b'7').contains(&b)));
    if let Some(number) = octal.and_then(|digits| u64::from_str_radix(digits, 8).ok()) {
        return Some(format!("the octal number {number}"));
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return Some(format!("the number {}", text.trim_start_matches('0').parse().unwrap_or(0_u128)));
    }
    let lower = text.to_ascii_lowercase();
    if matches!(lower.as_str(), "y" | "n" | "yes" | "no" | "on" | "off" | "true" | "false") {
        return Some("true or false".to_owned());
    }
    if matches!(lower.as_str(), "null" | "~") {
        return Some("nothing".to_owned());
    }
    let numeric = money::is_plain(text) || money::plain_spelling(text).is_some();
    (numeric && text.starts_with(|c: char| c.is_ascii_digit())).then(|| "a number".to_owned())
}

#[cfg(test)]
mod tests {
    use super::misreading;

    #[test]
    fn codes_are_misread_as_other_readers_do() {
        let cases = [
            ("360750", Some("the number 360750")),
            ("069500", Some("the number 69500")),
            ("035720", Some("the octal number 15312")),
            ("1E5", Some("a number")),
            ("0x1F", Some("a number")),
            ("NO", Some("true or false")),
            ("null", Some("nothing")),
            ("0", Some("the number 0")),
            ("VTI", None),
            ("INF", None),
            ("0043B0", None),
            ("BRK.B", None),
        ];
        for (code, expected) in cases {
            assert_eq!(misreading(code).as_deref(), expected, "{code}");
        }
    }
}
