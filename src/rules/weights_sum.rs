//! `weights-sum`: the targets of all assets add up to exactly 1.

use super::facts::SleeveSum;
use super::{Facts, Setting};
use crate::finding::Finding;
use rust_decimal::Decimal;

/// The sum of all targets, once every one of them can be read.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some((key, sums)) = facts.allocation() else { return Vec::new() };
    let total: Decimal = sums.iter().map(|sleeve| sleeve.targets).sum::<Decimal>().normalize();
    let excess = total - Decimal::ONE;
    if excess.is_zero() {
        return Vec::new();
    }
    let off: Vec<&SleeveSum<'_>> = sums.iter().filter(|s| s.excess() == Some(excess)).collect();
    let culprit = if let [only] = off.as_slice() { Some(*only) } else { None };
    let finding = Finding::new(facts.path, format!("the targets add up to {total}, not 1"));
    let finding = match culprit {
        Some(sleeve) => pointed_at(finding, sleeve),
        None => sums.iter().fold(finding.at(key, format!("adds up to {total}")), |finding, sleeve| {
            finding.with(sleeve.key, format!("its targets add up to {}", sleeve.targets))
        }),
    };
    let (verb, much) = if excess.is_sign_positive() { ("lower", excess) } else { ("raise", -excess) };
    vec![finding.help(format!("{verb} targets by {much} in all, until they add up to 1."))]
}

/// One sleeve's own weight says that the excess is there.
fn pointed_at(finding: Finding, sleeve: &SleeveSum<'_>) -> Finding {
    let label = format!("its targets add up to {}", sleeve.targets);
    let finding = finding.at(sleeve.key, label);
    let finding = match sleeve.weight {
        Some((weight, span)) => finding.with(span, format!("but its weight is {weight}")),
        None => finding,
    };
    sleeve.sites.iter().fold(finding, |finding, &(target, span)| finding.with(span, format!("{target}")))
}
