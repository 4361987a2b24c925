//! `bands-feasible`: some portfolio lies inside all bands at once.

use super::facts::Band;
use super::{Facts, Setting};
use crate::finding::Finding;
use rust_decimal::Decimal;

/// Lower edges that add up to more than 1, or upper edges that add up to less. While exactly one target lies outside its
/// band, that band is the cause, and another rule says it; of several, no change of the targets would help.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some((key, _)) = facts.allocation() else { return Vec::new() };
    let bands = facts.bands();
    let outside = bands.iter().filter(|band| !band.contains_target()).count();
    if bands.len() != facts.config.assets().count() || bands.is_empty() || outside == 1 {
        return Vec::new();
    }
    let sum = |edge: fn(&Band<'_>) -> Decimal| -> Decimal { bands.iter().map(edge).sum() };
    let (least, most) = (sum(|b| b.min.0).normalize(), sum(|b| b.max.0).normalize());
    let mut findings = Vec::new();
    if least > Decimal::ONE {
        let finding = Finding::new(facts.path, format!("the `min` of all assets add up to {least}, more than 1"));
        let finding = finding.at(key, "no portfolio can be inside all these bands");
        let finding = bands.iter().fold(finding, |f, band| f.with(band.min.1, format!("{}", band.min.0)));
        findings.push(finding.help("lower some `min` until they add up to 1 or less."));
    }
    if most < Decimal::ONE {
        let finding = Finding::new(facts.path, format!("the `max` of all assets add up to {most}, less than 1"));
        let finding = finding.at(key, "no portfolio can be inside all these bands");
        let finding = bands.iter().fold(finding, |f, band| f.with(band.max.1, format!("{}", band.max.0)));
        findings.push(finding.help("raise some `max` until they add up to 1 or more."));
    }
    findings
}
