//! The policy reader: any file of the owner's gives settings and findings with true places.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rebalance::policy::Source;
use rebalance::rules;

fuzz_target!(|data: &[u8]| {
    // Two files, so that one can be about the same rule as the other.
    let middle = data.windows(3).position(|three| three == b"\0\0\0").unwrap_or(data.len());
    let (first, second) = data.split_at(middle);
    let source = |path: &str, bytes: &[u8]| Source { path: path.to_owned(), bytes: bytes.to_vec() };
    let sources = [source("policies/a.yaml", first), source("policies/b.yaml", second.get(3..).unwrap_or(&[]))];
    let (policies, mut findings) = rules::policies(&sources);
    // The tests of the owner's own rules ask their expressions.
    findings.extend(rules::try_policies(&policies).findings);
    for finding in findings {
        let source = sources.iter().find(|source| source.path == finding.path).map(|source| source.bytes.len());
        // An invalid byte is shown as a character of three.
        let end = finding.place.map_or(0, |place| place.span.end);
        assert!(source.is_some_and(|length| end <= 3 * length + 1), "{}", finding.message);
        assert!(!finding.help.is_empty() && !finding.message.ends_with('.'), "{}", finding.message);
    }
});
