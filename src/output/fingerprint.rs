//! What a finding is recognised by in another run: its rule, its file and what it is about, never its line.

use super::Report;
use crate::hash::sha256;
use std::collections::BTreeMap;

/// The fingerprint of each finding, in the order of the findings. Of findings that are about the same thing, counted from
/// above, the second and every later one has its number in it, whether or not those before are suppressed.
pub(super) fn fingerprints(report: &Report<'_>) -> Vec<String> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    let mut all = Vec::new();
    for finding in report.findings {
        let file = report.base.name(&finding.path).text;
        let text = [&finding.rule, file.as_str(), &finding.subject].join("\0");
        let times = seen.entry(text.clone()).or_default();
        *times += 1;
        let text = if *times > 1 { format!("{text}\0{times}") } else { text };
        all.push(sha256(text.as_bytes()));
    }
    all
}
