//! `band-order`: the lower edge of a band is not above the upper one.

use super::{Facts, Setting};
use crate::finding::Finding;

/// Bands whose edges are the wrong way round.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let wrong = facts.bands().into_iter().filter(|band| band.min.0 > band.max.0);
    let finding = |band: super::facts::Band<'_>| {
        let message =
            format!("the band of {} is upside down: `min` {} is more than `max` {}", band.code, band.min.0, band.max.0);
        Finding::new(facts.path, message)
            .at(band.min.1, "more than `max`")
            .with(band.max.1, "less than `min`")
            .help(format!("write `min: {}` and `max: {}` if the two were swapped.", band.max.0, band.min.0))
    };
    wrong.map(finding).collect()
}
