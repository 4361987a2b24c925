//! `tag-limit`: the assets with a tag together have no more, and no less, than the owner wants.

use super::common::{positioned, unmatched};
use super::facts::Target;
use super::{Facts, Setting};
use crate::document::Span;
use crate::finding::Finding;
use crate::policy::{Kind, Parameter};
use rust_decimal::Decimal;

/// The limits, by tag.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter {
        name: "max",
        kind: Kind::WeightsByName,
        meaning: "by tag: the targets of the assets with it add up to at most this",
    },
    Parameter {
        name: "min",
        kind: Kind::WeightsByName,
        meaning: "by tag: the targets of the assets with it add up to at least this",
    },
];

/// Sums above or below their limits. A sum is only taken when all targets can be read.
pub(super) fn check(facts: &Facts<'_>, setting: &Setting) -> Vec<Finding> {
    let Some(targets) = facts.targets() else { return Vec::new() };
    let limits = |name: &str| -> Vec<(Sum<'_>, Decimal)> {
        let limits = setting.weights(name).iter();
        limits.map(|limit| (Sum::of(&limit.name, &targets), limit.value.decimal())).collect()
    };
    let above = limits("max").into_iter().filter(|(sum, most)| sum.total > *most).map(|(sum, most)| {
        let by = (sum.total - most).normalize();
        let help = format!("lower targets by {by}, or raise `max` of `{}` in {}.", sum.tag, setting.file());
        sum.finding(facts, &format!("more than the {most} allowed")).help(help)
    });
    let below = limits("min").into_iter().filter(|(sum, least)| sum.total < *least).map(|(sum, least)| {
        let by = (least - sum.total).normalize();
        let file = setting.file();
        let help = if sum.sites.is_empty() {
            format!("give assets the tag `{0}`, or remove `{0}` from `min` in {file}.", sum.tag)
        } else {
            format!("raise targets by {by}, or lower `min` of `{}` in {file}.", sum.tag)
        };
        sum.finding(facts, &format!("less than the {least} wanted")).help(help)
    });
    let tags = targets.iter().flat_map(|target| target.tags.iter().copied());
    let untagged = unmatched(setting, "max", tags, &format!("no asset of {} has", facts.path));
    above.chain(below).chain(untagged).collect()
}

/// The targets of the assets with a tag.
struct Sum<'a> {
    tag: &'a str,
    total: Decimal,
    sites: Vec<(Decimal, Span)>,
}

impl<'a> Sum<'a> {
    fn of(tag: &'a str, targets: &[Target<'_>]) -> Self {
        let tagged = targets.iter().filter(|target| target.tags.contains(&tag));
        let sites: Vec<(Decimal, Span)> = tagged.map(|target| (target.weight, target.span)).collect();
        Self { tag, total: sites.iter().map(|site| site.0).sum::<Decimal>().normalize(), sites }
    }

    fn finding(&self, facts: &Facts<'_>, much: &str) -> Finding {
        let message = format!("the targets of the assets tagged `{}` add up to {}, {much}", self.tag, self.total);
        let label = format!("`{}` adds up to {}", self.tag, self.total);
        positioned(facts.pointed(Finding::new(facts.path, message), label), &self.sites)
    }
}
