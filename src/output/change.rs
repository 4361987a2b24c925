//! Differences of allocations as they are shown: one place for their words and their JSON, so that every command that
//! lists changes lists the same ones.
//!
//! What a difference is must never enter this file: [`crate::difference`] knows that.

use super::Paint;
use super::text::visible;
use crate::difference::{Difference, Subject, What};
use crate::money::Weight;
use crate::portfolio::{Code, Share};
use crate::words::{exact_percent, exact_points};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// What assets are called, for people: the allocation has only codes.
pub type Names = BTreeMap<Code, String>;

/// One difference of two allocations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ChangeJson {
    /// The asset's code; null when a sleeve changed.
    pub code: Option<String>,
    /// The sleeve's name, when the sleeve itself changed; otherwise null.
    pub sleeve: Option<String>,
    /// `asset` when an asset came or went, `sleeve` when it moved to another, `target`, `min` or `max` of an asset, or
    /// `weight` of a sleeve.
    pub field: &'static str,
    /// What it was; null when there was none.
    pub from: Option<ValueJson>,
    /// What it is; null when there is none.
    pub to: Option<ValueJson>,
    /// By how many points of the portfolio a weight changed: from 0.1 to 0.11 it is 1. Null when it is no weight, or
    /// there is none on one side.
    pub points: Option<String>,
}

/// A side of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum ValueJson {
    /// A weight as a decimal, or the name of a sleeve.
    Text(String),
    /// All that an allocation says of an asset.
    Asset(ShareJson),
}

/// All that an allocation says of an asset.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ShareJson {
    /// The sleeve it stands in.
    pub sleeve: String,
    /// Its target, as a decimal.
    pub target: String,
    /// The lower edge of its band.
    pub min: String,
    /// The upper edge of its band.
    pub max: String,
}

impl ChangeJson {
    /// A difference for programs.
    #[must_use]
    pub fn of(difference: &Difference) -> Self {
        let (code, sleeve) = match &difference.subject {
            Subject::Asset(code) => (Some(code.0.clone()), None),
            Subject::Sleeve(name) => (None, Some(name.clone())),
        };
        let weight = |weight: &Weight| ValueJson::Text(weight.decimal().to_string());
        let (field, from, to, points) = match &difference.what {
            What::Added(share) => ("asset", None, Some(ShareJson::of(share)), None),
            What::Removed(share) => ("asset", Some(ShareJson::of(share)), None, None),
            What::Moved { from, to } => {
                ("sleeve", Some(ValueJson::Text(from.clone())), Some(ValueJson::Text(to.clone())), None)
            }
            What::Weight { field, from, to } => {
                let points = moved(*from, *to).map(|by| (by * Decimal::ONE_HUNDRED).normalize().to_string());
                (field.word(), from.as_ref().map(weight), to.as_ref().map(weight), points)
            }
        };
        Self { code, sleeve, field, from, to, points }
    }
}

impl ShareJson {
    fn of(share: &Share) -> ValueJson {
        let [target, min, max] = [share.target, share.min, share.max].map(|weight| weight.decimal().to_string());
        ValueJson::Asset(Self { sleeve: share.sleeve.clone(), target, min, max })
    }
}

/// Every difference about one asset or one sleeve, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeLine {
    /// `+` when it came, `-` when it went, `~` when it is another.
    pub sign: char,
    /// The code and the asset's name, or the word sleeve and its name; on one line, with nothing in it that a terminal
    /// obeys.
    pub subject: String,
    /// What became of it: `target 10 % -> 11 % (+1 point)`.
    pub text: String,
}

impl ChangeLine {
    /// The whole line.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{} {}: {}", self.sign, self.subject, self.text)
    }

    /// A text in the colour of the sign.
    #[must_use]
    pub fn painted(&self, text: &str, paint: Paint) -> String {
        match self.sign {
            '+' => paint.green(text),
            '-' => paint.red(text),
            _ => paint.yellow(text),
        }
    }
}

/// Differences in words, a line for each asset and each sleeve, in the order they are given.
#[must_use]
pub fn lines(differences: &[Difference], names: &Names) -> Vec<ChangeLine> {
    let mut lines: Vec<(&Subject, ChangeLine)> = Vec::new();
    for difference in differences {
        let (sign, text) = told(difference);
        match lines.last_mut() {
            Some((subject, line)) if *subject == &difference.subject => {
                line.text.push_str(&format!(", {text}"));
            }
            _ => {
                let subject = called(&difference.subject, names);
                lines.push((&difference.subject, ChangeLine { sign, subject, text }));
            }
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

/// An asset's code and name, or a sleeve's name.
fn called(subject: &Subject, names: &Names) -> String {
    let text = match subject {
        Subject::Asset(code) => match names.get(code) {
            Some(name) => format!("{} {name}", code.0),
            None => code.0.clone(),
        },
        Subject::Sleeve(name) => format!("sleeve {name}"),
    };
    visible(&text)
}

/// What became of it, and its sign.
fn told(difference: &Difference) -> (char, String) {
    let asset = |share: &Share| {
        let [target, min, max] = [share.target, share.min, share.max].map(percent);
        format!("target {target}, band {min} to {max}, in {}", visible(&share.sleeve))
    };
    match &difference.what {
        What::Added(share) => ('+', format!("added, {}", asset(share))),
        What::Removed(share) => ('-', format!("removed, had {}", asset(share))),
        What::Moved { from, to } => ('~', format!("moved from {} to {}", visible(from), visible(to))),
        What::Weight { field, from, to } => {
            let word = field.word();
            match (from, to) {
                (Some(from), Some(to)) => {
                    let points = exact_points(to.decimal() - from.decimal());
                    ('~', format!("{word} {} -> {} ({points})", percent(*from), percent(*to)))
                }
                (None, Some(to)) => ('+', format!("added, {word} {}", percent(*to))),
                (Some(from), None) => ('-', format!("removed, had {word} {}", percent(*from))),
                (None, None) => ('~', word.to_owned()),
            }
        }
    }
}

fn percent(weight: Weight) -> String {
    exact_percent(weight.decimal())
}

fn moved(from: Option<Weight>, to: Option<Weight>) -> Option<Decimal> {
    Some(to?.decimal() - from?.decimal())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::*;
    use crate::difference::Field;
    use crate::money::{WEIGHT_PLACES, decimal};

    fn weight(text: &str) -> Weight {
        Weight::new(decimal(text, WEIGHT_PLACES).unwrap())
    }

    fn share() -> Share {
        Share { sleeve: "위성".to_owned(), target: weight("0.125"), min: weight("0"), max: weight("0.2") }
    }

    fn of(code: &str, what: What) -> Difference {
        Difference { subject: Subject::Asset(Code(code.to_owned())), what }
    }

    fn to(field: Field, from: &str, to: &str) -> What {
        What::Weight { field, from: Some(weight(from)), to: Some(weight(to)) }
    }

    fn differences() -> Vec<Difference> {
        vec![
            of("a", to(Field::Target, "0.1", "0.11")),
            of("a", to(Field::Max, "0.2", "0.15000001")),
            of("b", What::Added(share())),
            of("c", What::Removed(share())),
            of("d", What::Moved { from: "core".to_owned(), to: "위성\u{1b}[2J".to_owned() }),
            Difference {
                subject: Subject::Sleeve("new".to_owned()),
                what: What::Weight { field: Field::Weight, from: None, to: Some(weight("0")) },
            },
        ]
    }

    #[test]
    fn in_words_an_asset_has_one_line() {
        let names = Names::from([(Code("a".to_owned()), "KODEX\u{202e} 200".to_owned())]);
        let told: Vec<String> = lines(&differences(), &names).iter().map(ChangeLine::text).collect();
        assert_eq!(
            told,
            [
                "~ a KODEX\\u{202e} 200: target 10 % -> 11 % (+1 point), max 20 % -> 15.000001 % (-4.999999 points)",
                "+ b: added, target 12.5 %, band 0 % to 20 %, in 위성",
                "- c: removed, had target 12.5 %, band 0 % to 20 %, in 위성",
                "~ d: moved from core to 위성\\u{1b}[2J",
                "+ sleeve new: added, weight 0 %",
            ]
        );
    }

    #[test]
    fn in_json_a_change_has_one_shape() {
        let told: Vec<String> =
            differences().iter().map(|one| serde_json::to_string(&ChangeJson::of(one)).unwrap()).collect();
        assert_eq!(
            told,
            [
                r#"{"code":"a","sleeve":null,"field":"target","from":"0.1","to":"0.11","points":"1"}"#,
                r#"{"code":"a","sleeve":null,"field":"max","from":"0.2","to":"0.15000001","points":"-4.999999"}"#,
                r#"{"code":"b","sleeve":null,"field":"asset","from":null,"to":{"sleeve":"위성","target":"0.125","min":"0","max":"0.2"},"points":null}"#,
                r#"{"code":"c","sleeve":null,"field":"asset","from":{"sleeve":"위성","target":"0.125","min":"0","max":"0.2"},"to":null,"points":null}"#,
                r#"{"code":"d","sleeve":null,"field":"sleeve","from":"core","to":"위성\u001b[2J","points":null}"#,
                r#"{"code":null,"sleeve":"new","field":"weight","from":null,"to":"0","points":null}"#,
            ]
        );
    }
}
