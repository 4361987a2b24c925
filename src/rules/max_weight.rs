//! `max-weight`: no asset and no sleeve has more of the portfolio than the owner allows.

use super::common::{positioned, unmatched};
use super::facts::SleeveSum;
use super::{Facts, Setting};
use crate::config::{Asset, get};
use crate::finding::Finding;
use crate::policy::{Kind, Parameter};
use rust_decimal::Decimal;

/// The limits: one for all, and those of some, which take its place.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter { name: "asset", kind: Kind::Weight, meaning: "the target of an asset is at most this" },
    Parameter {
        name: "assets",
        kind: Kind::WeightsByCode,
        meaning: "the same for single assets by code, in place of `asset`",
    },
    Parameter { name: "sleeve", kind: Kind::Weight, meaning: "the targets of a sleeve add up to at most this" },
    Parameter {
        name: "sleeves",
        kind: Kind::WeightsByName,
        meaning: "the same for single sleeves by name, in place of `sleeve`",
    },
];

/// Targets and sums of targets above their limits, and limits of what is not there.
pub(super) fn check(facts: &Facts<'_>, setting: &Setting) -> Vec<Finding> {
    let assets = facts.config.assets().filter_map(|(_, asset)| heavy_asset(facts, setting, asset));
    let mut findings: Vec<Finding> = assets.collect();
    let Some((_, sums)) = facts.allocation() else { return findings };
    findings.extend(sums.iter().filter_map(|sleeve| heavy_sleeve(facts, setting, sleeve)));
    let names = sums.iter().map(|sleeve| sleeve.name);
    findings.extend(unmatched(setting, "sleeves", names, &format!("is no sleeve of {}", facts.path)));
    if let Some(targets) = facts.targets() {
        let codes = targets.iter().map(|target| target.code);
        findings.extend(unmatched(setting, "assets", codes, &format!("is in no sleeve of {}", facts.path)));
    }
    findings
}

/// What holds for one: its own limit, or the one for all; and the parameter that says it.
fn limit(setting: &Setting, own: &'static str, all: &'static str, name: &str) -> Option<(Decimal, &'static str)> {
    let of_own = setting.weights(own).iter().find(|limit| limit.name == name);
    of_own.map(|limit| (limit.value.decimal(), own)).or_else(|| Some((setting.fraction(all)?, all)))
}

fn heavy_asset(facts: &Facts<'_>, setting: &Setting, asset: &Asset) -> Option<Finding> {
    let code = &get(asset.code.as_ref())?.0;
    let field = asset.target.as_ref()?;
    let target = field.get()?.decimal();
    let (most, parameter) = limit(setting, "assets", "asset", code).filter(|(most, _)| target > *most)?;
    let finding = Finding::new(facts.path, format!("{code} has the target {target}, more than the {most} allowed"));
    let help = format!("lower it to {most} or less, or raise `{parameter}` in {}.", setting.file());
    Some(finding.at(field.span, format!("at most {most}")).help(help))
}

fn heavy_sleeve(facts: &Facts<'_>, setting: &Setting, sleeve: &SleeveSum<'_>) -> Option<Finding> {
    let sum = sleeve.targets;
    let (most, parameter) = limit(setting, "sleeves", "sleeve", sleeve.name).filter(|(most, _)| sum > *most)?;
    let message = format!("the targets of the sleeve `{}` add up to {sum}, more than the {most} allowed", sleeve.name);
    let finding = Finding::new(facts.path, message).at(sleeve.key, format!("at most {most}"));
    let help = format!("lower targets by {}, or raise `{parameter}` in {}.", (sum - most).normalize(), setting.file());
    Some(positioned(finding, &sleeve.sites).help(help))
}
