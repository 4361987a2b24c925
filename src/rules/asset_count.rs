//! `asset-count`: the portfolio is made of no fewer, and no more, assets than the owner wants.

use super::{Facts, Setting};
use crate::finding::Finding;
use crate::policy::{Kind, Parameter};
use crate::words::count;

/// The limits.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter { name: "min", kind: Kind::Count, meaning: "at least so many assets have a target above 0" },
    Parameter { name: "max", kind: Kind::Count, meaning: "at most so many assets have a target above 0" },
];

/// Too few or too many. An asset with the target 0 is on its way out and is not counted.
pub(super) fn check(facts: &Facts<'_>, setting: &Setting) -> Vec<Finding> {
    let Some(targets) = facts.targets() else { return Vec::new() };
    let wanted = targets.iter().filter(|target| !target.weight.is_zero()).count();
    let there = count(wanted, "asset");
    let finding = |much: &str, help: &str| {
        let message = format!("{there} {} a target above 0, {much}", if wanted == 1 { "has" } else { "have" });
        let finding = facts.pointed(Finding::new(facts.path, message), there.clone());
        finding.help(format!("{help} in {}.", setting.file()))
    };
    // A count that does not fit is larger than any limit.
    let number = u32::try_from(wanted).unwrap_or(u32::MAX);
    let few = setting.count("min").filter(|least| number < *least);
    let few = few.map(|least| finding(&format!("fewer than the {least} wanted"), "add assets, or lower `min`"));
    let many = setting.count("max").filter(|most| number > *most);
    let many = many.map(|most| finding(&format!("more than the {most} allowed"), "remove assets, or raise `max`"));
    few.into_iter().chain(many).collect()
}
