//! `band-contains-target`: an asset's target lies inside its own band.

use super::facts::Band;
use super::{Facts, Setting};
use crate::finding::Finding;

/// Targets outside their band. A band whose edges are the wrong way round is left to `band-order`.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let outside =
        facts.bands().into_iter().filter(|b| b.min.0 <= b.max.0 && (b.target.0 < b.min.0 || b.target.0 > b.max.0));
    outside.map(|band| finding(facts, &band)).collect()
}

fn finding(facts: &Facts<'_>, band: &Band<'_>) -> Finding {
    let ((edge, span), key, relation) =
        if band.target.0 < band.min.0 { (band.min, "min", "below") } else { (band.max, "max", "above") };
    let target = band.target.0;
    let message =
        format!("the target {target} of {} is {relation} its own band ({} to {})", band.code, band.min.0, band.max.0);
    Finding::new(facts.path, message)
        .at(span, format!("`{key}` {edge} excludes the target"))
        .with(band.target.1, format!("the target is {target}"))
        .help(format!("write `{key}: {target}` or a wider band, or move the target."))
}
