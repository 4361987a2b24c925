//! A page under `policies/`, read with serde.

use serde::Deserialize;
use std::collections::BTreeMap;

/// A page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    pub rule: String,
    pub group: String,
    pub level: String,
    #[serde(default)]
    pub parameters: BTreeMap<String, serde_json::Value>,
    pub summary: String,
    pub why: String,
    pub fix: String,
    pub examples: Vec<Example>,
}

/// An example: what is done to the sample, and what the rule then says.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    pub name: String,
    /// The owner's file about the rule, below its first line, which is `rule: ` and the id.
    #[serde(default)]
    pub policy: String,
    /// Whether a plan is made; always for the rules about plans.
    #[serde(default)]
    pub plan: bool,
    /// Commits on top of the sample's own, which is 100 days old; oldest first.
    #[serde(default)]
    pub commits: Vec<Step>,
    /// The whole text of the config, in place of the last committed one.
    #[serde(default)]
    pub file: Option<String>,
    /// Replacements in it.
    #[serde(default)]
    pub edit: Vec<Edit>,
    /// Whether the config is deleted.
    #[serde(default)]
    pub delete: bool,
    /// Replacements in the sample's holdings.
    #[serde(default)]
    pub holdings_edit: Vec<Edit>,
    /// Whether the clone is cut at the sample's commit.
    #[serde(default)]
    pub shallow: bool,
    /// Whether there is a git repository at all.
    #[serde(default = "yes")]
    pub repository: bool,
    /// Why the cooldown is to be overridden, as `REBALANCE_COOLDOWN_OVERRIDE` says it.
    #[serde(default, rename = "override")]
    pub override_reason: Option<String>,
    /// The message of the commit that is about to be made.
    #[serde(default)]
    pub message: Option<String>,
    /// The day a plan is made for; the holdings' own by default.
    #[serde(default)]
    pub as_of: Option<String>,
    /// The days of full rebalances in the log.
    #[serde(default)]
    pub rebalanced: Vec<String>,
    /// The file of ex-dividend dates beside the holdings.
    #[serde(default)]
    pub ex_dividend: Option<String>,
    /// The rule's findings: `line:column message`, with the level before the message where it is not the page's, and the
    /// file in front where it is not the config or where there is no place.
    pub expect: Vec<String>,
    /// Other rules with an error.
    #[serde(default)]
    pub also: Vec<String>,
}

fn yes() -> bool {
    true
}

/// A commit.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    pub days_ago: i64,
    /// Seconds after that.
    #[serde(default)]
    pub seconds_later: i64,
    #[serde(default)]
    pub file: Option<String>,
    #[serde(default)]
    pub edit: Vec<Edit>,
    #[serde(default)]
    pub delete: bool,
    #[serde(default)]
    pub message: Option<String>,
}

/// A replacement. What is replaced occurs once, or the `nth` of several is meant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edit {
    pub from: String,
    pub to: String,
    #[serde(default)]
    pub nth: Option<usize>,
}

impl Edit {
    fn apply(&self, text: &str) -> String {
        let places: Vec<usize> = text.match_indices(&self.from).map(|(at, _)| at).collect();
        let at = match (self.nth, places.as_slice()) {
            (None, [only]) => *only,
            (None, _) => panic!("{:?} occurs {} times", self.from, places.len()),
            (Some(nth), _) => {
                *places.get(nth - 1).unwrap_or_else(|| panic!("{:?} occurs {} times", self.from, places.len()))
            }
        };
        format!("{}{}{}", &text[..at], self.to, &text[at + self.from.len()..])
    }
}

/// A text after an example or a commit: replaced as a whole or in part, or gone.
pub fn edited(text: Option<&str>, file: Option<&str>, edits: &[Edit], delete: bool) -> Option<String> {
    if delete {
        return None;
    }
    let start = file.or(text).map(str::to_owned);
    start.map(|text| edits.iter().fold(text, |text, edit| edit.apply(&text)))
}
