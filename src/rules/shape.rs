//! `schema`: the file has the shape its JSON Schema describes.

use super::common::issues;
use super::{Facts, Setting};
use crate::finding::Finding;
use crate::schema::IssueKind;

/// The schema's errors, each at its place.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    issues(facts, IssueKind::Schema)
}
