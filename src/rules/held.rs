//! The facts about holdings: a text as what is held, or as what is amiss in it.

use super::facts::held_sites;
use super::{form_findings, stamp_subjects};
use crate::document::Reading;
use crate::finding::Finding;
use crate::holdings::{self, Contradiction, Holdings, HoldingsFile};
use crate::schema;

/// A holdings file that was read.
#[derive(Debug)]
pub struct Held {
    /// Its content.
    pub shape: HoldingsFile,
    /// What is held, when nothing is amiss.
    pub holdings: Option<Holdings>,
    /// What is amiss.
    pub findings: Vec<Finding>,
}

/// What a holdings file holds. `path` is the file, as the user named it.
#[must_use]
pub fn held(path: &str, reading: &Reading) -> Held {
    let (shape, misread) = HoldingsFile::of(reading);
    let issues = schema::check(&holdings::FORM, reading, &misread);
    let mut findings = form_findings(path, reading, &issues, &held_sites(&shape));
    let holdings = match Holdings::of(&shape) {
        Ok(holdings) => Some(holdings),
        Err(contradictions) => {
            findings.extend(contradictions.iter().map(|c| contradiction(path, c)));
            stamp_subjects(&mut findings, path, reading);
            None
        }
    };
    let holdings = holdings.filter(|_| findings.is_empty());
    Held { shape, holdings, findings }
}

pub(super) fn contradiction(path: &str, c: &Contradiction) -> Finding {
    let finding = Finding::new(path, c.message.clone()).at(c.span, c.label.clone()).help(c.help.clone());
    let mut finding = c.related.iter().fold(finding, |finding, (span, text)| finding.with(*span, text.clone()));
    finding.rule = "schema".into();
    finding
}
