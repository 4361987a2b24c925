//! The facts about exchange rates: a text as rates, or as what is amiss in it.

use super::held::contradiction;
use super::{form_findings, stamp_subjects};
use crate::document::Reading;
use crate::finding::Finding;
use crate::fx::{self, Fx, FxFile, Wanted};
use crate::schema;

/// The rates of a file, and what is amiss. `path` is the file, as the user named it.
#[must_use]
pub fn rated(path: &str, reading: &Reading, wanted: &Wanted) -> (Option<Fx>, Vec<Finding>) {
    let (file, misread) = FxFile::of(reading);
    let issues = schema::check(&fx::FORM, reading, &misread);
    let mut findings = form_findings(path, reading, &issues, &[]);
    let fx = match Fx::of(&file, wanted) {
        Ok(fx) => Some(fx),
        Err(contradictions) => {
            findings.extend(contradictions.iter().map(|c| contradiction(path, c)));
            stamp_subjects(&mut findings, path, reading);
            None
        }
    };
    (fx.filter(|_| findings.is_empty()), findings)
}
