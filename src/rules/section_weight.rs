//! `section-weight`: the weight of a sleeve is the sum of its assets' targets, and sleeves add up to 1.

use super::{Facts, Setting};
use crate::finding::Finding;
use rust_decimal::Decimal;

/// Sleeves whose weight is not the sum of their targets. A sleeve that alone explains why all targets do not add up to
/// 1 is left to `weights-sum`: one fault, one finding. Sleeves that each match add up to what the targets add up to.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some((_, sums)) = facts.allocation() else { return Vec::new() };
    let total: Decimal = sums.iter().map(|sleeve| sleeve.targets).sum();
    let excess = total - Decimal::ONE;
    let explains = |s: &super::facts::SleeveSum<'_>| !excess.is_zero() && s.excess() == Some(excess);
    let alone = sums.iter().filter(|s| explains(s)).count() == 1;
    let off = sums.iter().filter(|s| s.excess().is_some_and(|e| !e.is_zero()) && !(alone && explains(s)));
    let finding = |sleeve: &super::facts::SleeveSum<'_>| {
        let (weight, span) = sleeve.weight?;
        let message =
            format!("the sleeve `{}` weighs {weight}, and its targets add up to {}", sleeve.name, sleeve.targets);
        let finding = Finding::new(facts.path, message).at(span, format!("its targets add up to {}", sleeve.targets));
        let finding =
            sleeve.sites.iter().fold(finding, |finding, &(target, span)| finding.with(span, format!("{target}")));
        Some(
            finding.help(format!(
                "write `weight: {}`, or change its targets until they add up to {weight}.",
                sleeve.targets
            )),
        )
    };
    off.filter_map(finding).collect()
}
