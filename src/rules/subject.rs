//! What a finding is about, in words that stay the same when lines move.
//!
//! Line numbers must never enter a subject, nor an index where a code is there.

use crate::document::{Document, Node, Reading, Step};
use crate::finding::Finding;
use std::collections::BTreeMap;

/// The longest subject, in characters. A key may be as long as a file, and stand above as many findings as it has lines.
const LONGEST: usize = 200;

/// Gives every finding in a file its subject.
pub fn stamp_subjects(findings: &mut [Finding], path: &str, reading: &Reading) {
    let Some(document) = &reading.document else { return };
    let mut subjects = Subjects { document, codes: BTreeMap::new() };
    for finding in findings.iter_mut().filter(|finding| finding.path == path && finding.subject.is_empty()) {
        finding.subject = subjects.of(finding).unwrap_or_default();
    }
}

/// The finding with a suppression for its subject: a comment is no part of the tree, and is called by what it says.
pub(super) fn of_suppression(mut finding: Finding, words: &str) -> Finding {
    finding.subject = cut(&format!("suppression {words}"));
    finding
}

/// The subjects of one document's places.
struct Subjects<'a> {
    document: &'a Document,
    /// The code in each item that was looked at, by the item's first byte: an item may have many findings.
    codes: BTreeMap<usize, Option<&'a str>>,
}

impl<'a> Subjects<'a> {
    fn of(&mut self, finding: &Finding) -> Option<String> {
        let place = finding.place.as_ref()?.span;
        // The second of two keys is not in the tree; it is called as the first one is.
        let first = || finding.labels.first().map(|label| label.span);
        let document = self.document;
        let steps = document.route(place).or_else(|| document.route(first()?))?;
        Some(self.words(&steps))
    }

    fn words(&mut self, steps: &[Step<'a>]) -> String {
        let mut words: Vec<String> = Vec::new();
        for step in steps {
            match step {
                Step::Key(key) => words.push(cut(key)),
                Step::Item { node, index } => {
                    let outside = words.last().is_some_and(|key| key == "outside");
                    match (self.code(node), node.scalar()) {
                        (Some(code), _) => words = vec![cut(code)],
                        (None, Some(scalar)) if outside => words = vec![cut(&scalar.text)],
                        (None, _) => words.push(index.to_string()),
                    }
                }
            }
        }
        let words = words.join(".");
        let long = words.chars().count().saturating_sub(LONGEST);
        words.chars().skip(long).collect()
    }

    /// The code of an asset or of a position.
    fn code(&mut self, item: &'a Node) -> Option<&'a str> {
        let find = || item.get("code").and_then(Node::scalar).map(|scalar| scalar.text.as_str());
        *self.codes.entry(item.span.start).or_insert_with(|| find().filter(|code| !code.is_empty()))
    }
}

fn cut(word: &str) -> String {
    word.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Span, read};

    fn subject(text: &str, at: &str, label: Option<usize>) -> String {
        let start = text.rfind(at).unwrap();
        let span = |start| Span { start, end: start + at.len() };
        let finding = Finding::new("a.yaml", "x").at(span(start), "here");
        let mut findings = [label.into_iter().fold(finding, |finding, at| finding.with(span(at), "there"))];
        stamp_subjects(&mut findings, "a.yaml", &read(text.as_bytes()));
        findings[0].subject.clone()
    }

    const TEXT: &str = "\
portfolio:
  outside: ['005930']
  allocation:
    core:
      assets:
        - ticker: '가'
          code: '360750'
          target: 0.5
          target: 0.6
        - { ticker: x, max: 1 }
  months: [1, 4]
";

    #[test]
    fn a_subject_names_the_asset_and_its_key_or_the_keys_on_the_way() {
        let subjects = [
            ("'가'", "360750.ticker"),
            ("'360750'", "360750.code"),
            ("'005930'", "005930"),
            ("allocation", "portfolio.allocation"),
            ("max", "portfolio.allocation.core.assets.1.max"),
            ("4", "portfolio.months.1"),
        ];
        for (at, expected) in subjects {
            assert_eq!(subject(TEXT, at, None), expected, "{at}");
        }
    }

    #[test]
    fn the_second_of_two_keys_is_called_as_the_first() {
        assert_eq!(subject(TEXT, "target", TEXT.find("target")), "360750.target");
        assert_eq!(subject(TEXT, "target", None), "");
    }

    #[test]
    fn lines_that_move_change_no_subject() {
        let moved = TEXT.replace("    core:", "    # why\n\n    core:");
        for at in ["'가'", "'360750'", "max"] {
            assert_eq!(subject(&moved, at, None), subject(TEXT, at, None));
        }
    }

    #[test]
    fn a_long_key_makes_no_long_subject() {
        let text = format!("{}: {{ a: 1 }}\n", "k".repeat(1_000));
        assert_eq!(subject(&text, "1", None).len(), LONGEST);
        assert!(subject(&text, "1", None).ends_with("kkk.a"));
    }
}
