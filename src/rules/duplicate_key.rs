//! `duplicate-key`: no key is given twice.

use super::common::faults;
use super::{Facts, Setting};
use crate::document::FaultKind;
use crate::finding::Finding;

/// The reader's duplicate keys.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    faults(facts, FaultKind::DuplicateKey)
}
