//! What differs between two allocations, in the terms of a reviewer: which asset was added, removed, moved to another
//! sleeve, or got another target or band; and which other settings differ between two configs and their policies.
//!
//! Two allocations have no difference exactly when they are equal. Texts, places, git and the order in a file must never
//! enter this room: how a difference is shown is up to whoever shows it.

mod settings;

pub use settings::{About, Setting, policies, settings};

use crate::history::Standing;
use crate::money::Weight;
use crate::portfolio::{Allocation, Code, Share};
use rust_decimal::Decimal;

/// What a difference is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An asset.
    Asset(Code),
    /// A sleeve.
    Sleeve(String),
}

impl Subject {
    /// The code, or the name of the sleeve.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Asset(code) => &code.0,
            Self::Sleeve(name) => name,
        }
    }
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// An asset came.
    Added(Share),
    /// An asset went.
    Removed(Share),
    /// An asset stands in another sleeve.
    Moved {
        /// The sleeve it stood in.
        from: String,
        /// The sleeve it stands in.
        to: String,
    },
    /// A weight is another. A sleeve that came or went has none on one side.
    Weight {
        /// Which one.
        field: Field,
        /// What it was.
        from: Option<Weight>,
        /// What it is.
        to: Option<Weight>,
    },
}

/// A weight of an asset or a sleeve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    /// The target of an asset.
    Target,
    /// The lower edge of its band.
    Min,
    /// The upper edge of its band.
    Max,
    /// The weight of a sleeve.
    Weight,
}

impl Field {
    /// Its key in the config.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Min => "min",
            Self::Max => "max",
            Self::Weight => "weight",
        }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What it is about.
    pub subject: Subject,
    /// What became of it.
    pub what: What,
}

/// Every difference between two allocations: assets by code, then sleeves by name. Nothing stands for an allocation
/// without assets.
///
/// The weight of a sleeve is listed only where it does not simply follow from its assets: when it is not the sum of their
/// targets, before or after. Otherwise the targets say it already.
#[must_use]
pub fn between(before: &Standing, after: &Standing) -> Vec<Difference> {
    let none = Allocation::default();
    let [before, after] = [before, after].map(|standing| match standing {
        Standing::Absent => &none,
        Standing::Allocation(allocation) => allocation.as_ref(),
    });
    let mut all = assets(before, after);
    all.extend(sleeves(before, after, all.is_empty()));
    all
}

fn assets(before: &Allocation, after: &Allocation) -> Vec<Difference> {
    let mut codes: Vec<&Code> = before.assets.keys().chain(after.assets.keys()).collect();
    codes.sort();
    codes.dedup();
    let mut all = Vec::new();
    for code in codes {
        let whats = match (before.assets.get(code), after.assets.get(code)) {
            (Some(old), Some(new)) => shares(old, new),
            (None, Some(new)) => vec![What::Added(new.clone())],
            (Some(old), None) => vec![What::Removed(old.clone())],
            (None, None) => Vec::new(),
        };
        all.extend(whats.into_iter().map(|what| Difference { subject: Subject::Asset(code.clone()), what }));
    }
    all
}

fn shares(old: &Share, new: &Share) -> Vec<What> {
    let mut whats = Vec::new();
    if old.sleeve != new.sleeve {
        whats.push(What::Moved { from: old.sleeve.clone(), to: new.sleeve.clone() });
    }
    let weights =
        [(Field::Target, old.target, new.target), (Field::Min, old.min, new.min), (Field::Max, old.max, new.max)];
    for (field, from, to) in weights.into_iter().filter(|(_, from, to)| from != to) {
        whats.push(What::Weight { field, from: Some(from), to: Some(to) });
    }
    whats
}

/// The sleeves that differ; all of them when nothing else does, so that a difference is never silent.
fn sleeves(before: &Allocation, after: &Allocation, alone: bool) -> Vec<Difference> {
    let mut names: Vec<&String> = before.sleeves.keys().chain(after.sleeves.keys()).collect();
    names.sort();
    names.dedup();
    let differs = names.into_iter().filter(|name| {
        let (old, new) = (before.sleeves.get(*name), after.sleeves.get(*name));
        old != new && (alone || !(follows(before, name) && follows(after, name)))
    });
    let weight = |name: &String| What::Weight {
        field: Field::Weight,
        from: before.sleeves.get(name).copied(),
        to: after.sleeves.get(name).copied(),
    };
    differs.map(|name| Difference { subject: Subject::Sleeve(name.clone()), what: weight(name) }).collect()
}

/// Whether a sleeve's weight is the sum of its targets. Of one that is not there, both are nothing.
fn follows(allocation: &Allocation, name: &str) -> bool {
    let mut targets =
        allocation.assets.values().filter(|share| share.sleeve == name).map(|share| share.target.decimal());
    let sum = targets.try_fold(Decimal::ZERO, |sum, target| sum.checked_add(target));
    sum == Some(allocation.sleeves.get(name).map_or(Decimal::ZERO, |weight| weight.decimal()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::*;
    use std::sync::Arc;

    /// `sleeve weight: code target min max, …` a line.
    fn standing(text: &str) -> Standing {
        if text == "-" {
            return Standing::Absent;
        }
        let mut allocation = Allocation::default();
        let weight = |text: &str| Weight::new(crate::money::decimal(text, crate::money::WEIGHT_PLACES).unwrap());
        for line in text.split(';').map(str::trim).filter(|line| !line.is_empty()) {
            let (head, assets) = line.split_once(':').unwrap();
            let (name, sum) = head.split_once(' ').unwrap();
            allocation.sleeves.insert(name.to_owned(), weight(sum));
            for asset in assets.split(',').map(str::trim).filter(|asset| !asset.is_empty()) {
                let [code, target, min, max] = asset.split(' ').collect::<Vec<_>>().try_into().unwrap();
                let share =
                    Share { sleeve: name.to_owned(), target: weight(target), min: weight(min), max: weight(max) };
                allocation.assets.insert(Code(code.to_owned()), share);
            }
        }
        Standing::Allocation(Arc::new(allocation))
    }

    fn told(before: &str, after: &str) -> String {
        let show = |weight: &Option<Weight>| weight.map_or("-".to_owned(), |weight| weight.decimal().to_string());
        let lines = between(&standing(before), &standing(after)).into_iter().map(|difference| {
            let name = difference.subject.name();
            match &difference.what {
                What::Added(share) => format!("+{name} {} {}", share.sleeve, share.target.decimal()),
                What::Removed(share) => format!("-{name} {} {}", share.sleeve, share.target.decimal()),
                What::Moved { from, to } => format!("{name} {from}>{to}"),
                What::Weight { field, from, to } => format!("{name} {} {}>{}", field.word(), show(from), show(to)),
            }
        });
        lines.collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn every_kind_of_difference_is_listed_once() {
        let base = "core 0.6: a 0.4 0.3 0.5, b 0.2 0.1 0.3; rest 0.4: c 0.4 0.3 0.5";
        let cases = [
            (base, ""),
            ("rest 0.40: c 0.40 0.30 0.5; core 0.6: b 0.2 0.1 0.3, a 0.4 0.3 0.50", ""),
            ("core 0.6: a 0.5 0.3 0.5, b 0.1 0.1 0.3; rest 0.4: c 0.4 0.3 0.5", "a target 0.4>0.5; b target 0.2>0.1"),
            ("core 0.7: a 0.5 0.3 0.5, b 0.2 0.1 0.3; rest 0.3: c 0.3 0.3 0.5", "a target 0.4>0.5; c target 0.4>0.3"),
            ("core 0.6: a 0.4 0.2 0.6, b 0.2 0.1 0.3; rest 0.4: c 0.4 0.3 0.5", "a min 0.3>0.2; a max 0.5>0.6"),
            ("core 0.4: a 0.4 0.3 0.5; rest 0.6: c 0.4 0.3 0.5, b 0.2 0.1 0.3", "b core>rest"),
            ("core 0.6: a 0.4 0.3 0.5, d 0.2 0.1 0.3; rest 0.4: c 0.4 0.3 0.5", "-b core 0.2; +d core 0.2"),
            // A sleeve that does not say the sum of its targets says something of its own.
            ("core 0.7: a 0.4 0.3 0.5, b 0.2 0.1 0.3; rest 0.4: c 0.4 0.3 0.5", "core weight 0.6>0.7"),
            ("core 0.6: a 0.4 0.3 0.5, b 0.2 0.1 0.3; rest 0.4: c 0.4 0.3 0.5; new 0: ", "new weight ->0"),
            ("-", "-a core 0.4; -b core 0.2; -c rest 0.4"),
        ];
        for (after, expected) in cases {
            assert_eq!(told(base, after), expected, "{after}");
        }
    }

    #[test]
    fn nothing_differs_exactly_when_they_are_equal() {
        let texts =
            ["-", "core 1: a 1 0 1", "core 1: a 1 0 1; empty 0:", "core 0.9: a 1 0 1", "rest 1: a 1 0 1", "x 0:"];
        for before in texts {
            for after in texts {
                let same = standing(before) == standing(after);
                assert_eq!(told(before, after).is_empty(), same, "{before} / {after}");
            }
        }
    }
}
