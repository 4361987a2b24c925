//! `band-width`: bands are neither so narrow that they always trade nor so wide that they never do.

use super::facts::Band;
use super::{Facts, Setting};
use crate::finding::Finding;
use crate::policy::{Kind, Parameter};

/// The limits.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter { name: "min", kind: Kind::Weight, meaning: "`max` less `min` of an asset is at least this" },
    Parameter { name: "max", kind: Kind::Weight, meaning: "`max` less `min` of an asset is at most this" },
];

/// Bands that are too narrow or too wide. An asset with the target 0 is on its way out: its band keeps nothing. A band
/// the wrong way round has no width, and another rule says so.
pub(super) fn check(facts: &Facts<'_>, setting: &Setting) -> Vec<Finding> {
    let judged = |band: &&Band<'_>| !band.target.0.is_zero() && band.min.0 <= band.max.0;
    let finding = |band: &Band<'_>| {
        let width = (band.max.0 - band.min.0).normalize();
        let narrow = setting.fraction("min").filter(|least| width < *least);
        let wide = setting.fraction("max").filter(|most| width > *most);
        let (much, help) = match (narrow, wide) {
            (Some(least), _) => (format!("less than the {least} wanted"), "widen it, or lower `min`"),
            (None, Some(most)) => (format!("more than the {most} allowed"), "narrow it, or raise `max`"),
            (None, None) => return None,
        };
        let finding = Finding::new(facts.path, format!("the band of {} is {width} wide, {much}", band.code))
            .at(band.max.1, format!("`max` less `min` is {width}"))
            .with(band.min.1, "`min`")
            .help(format!("{help} in {}.", setting.file()));
        Some(finding)
    };
    facts.bands().iter().filter(judged).filter_map(finding).collect()
}
