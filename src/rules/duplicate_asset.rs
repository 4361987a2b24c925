//! `duplicate-asset`: no code stands in the allocation twice, nor both inside it and outside.

use super::{Facts, Setting};
use crate::document::Span;
use crate::finding::Finding;
use std::collections::BTreeMap;

/// Codes that stand again.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    let mut findings = Vec::new();
    let mut sites: Vec<_> = facts.codes.iter().collect();
    sites.sort_by_key(|site| site.span);
    for code in sites {
        match first.get(code.text) {
            None => {
                first.insert(code.text, code.span);
            }
            Some(&span) => findings.push(
                Finding::new(facts.path, format!("the code {} is listed twice", code.text))
                    .at(code.span, "again here")
                    .with(span, "first here")
                    .help("keep one of the two, and put what belongs to it in one place."),
            ),
        }
    }
    findings
}
