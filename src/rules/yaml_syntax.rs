//! `yaml-syntax`: the text is YAML that can be read at all.

use super::common::faults;
use super::{Facts, Setting};
use crate::document::FaultKind;
use crate::finding::Finding;

/// The reader's syntax faults.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    faults(facts, FaultKind::Syntax)
}
