//! `yaml-feature`: no anchors, aliases, merge keys, tags or second documents.

use super::common::faults;
use super::{Facts, Setting};
use crate::document::FaultKind;
use crate::finding::Finding;

/// The reader's refused features.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    faults(facts, FaultKind::Feature)
}
