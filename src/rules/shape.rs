//! `schema`: the file has the shape its JSON Schema describes, and no asset has two keys that say the same thing.

use super::common::issues;
use super::{Facts, Setting};
use crate::config::Asset;
use crate::finding::Finding;
use crate::schema::IssueKind;

/// The schema's errors, each at its place.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let mut findings = issues(facts, IssueKind::Schema);
    findings.extend(facts.config.assets().filter_map(|(_, asset)| twofold(facts, asset)));
    findings
}

/// What orders are multiples of, said twice. It is said once even if both say the same: one of them is going to be changed.
fn twofold(facts: &Facts<'_>, asset: &Asset) -> Option<Finding> {
    let (part, lot) = (asset.increment.as_ref()?, asset.lot_size.as_ref()?);
    Some(
        Finding::new(facts.path, "an asset has both `increment` and `lot_size`")
            .at(part.span, "parts of a share")
            .with(lot.span, "lots of whole shares")
            .help("keep `increment` if the broker trades parts of a share, `lot_size` if it trades lots of several."),
    )
}
