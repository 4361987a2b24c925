//! `number-format`: numbers are spelt the one way every reader agrees on, and can be kept exactly.

use super::common::issues;
use super::{Facts, Setting};
use crate::finding::Finding;
use crate::schema::IssueKind;

/// Numbers in other spellings, or with more digits than are kept.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    issues(facts, IssueKind::Number)
}
