//! A rule's page as people read it. The pages are compiled in and trusted, so ordinary serde reads them.

use super::{Group, Rule, shipped};
use crate::finding::Level;
use crate::policy::{Custom, Policies};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a page says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Page {
    /// The rule's id.
    pub rule: String,
    /// The group it belongs to.
    pub group: String,
    /// How much its findings weigh when no policy of the owner's says otherwise.
    pub level: String,
    /// Its parameters.
    pub parameters: Vec<PageParameter>,
    /// What it says, in a sentence.
    pub summary: String,
    /// Why it matters.
    pub why: String,
    /// What to do about a finding.
    pub fix: String,
}

/// A parameter of a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PageParameter {
    /// Its name in a policy file.
    pub name: String,
    /// What can be written for it: `days`, `minutes`, `count`, `weight`, `rate`, `amount`, `codes`, `weights by code` or `weights
    /// by name`.
    pub kind: String,
    /// Its value when no policy of the owner's sets it: a number for days and counts, otherwise text, since decimals are
    /// texts; a list or an object of these. Null when nothing is set, and nothing checked.
    #[schemars(extend("type" = ["integer", "string", "array", "object", "null"]))]
    pub default: Option<serde_json::Value>,
    /// What it does.
    pub meaning: String,
}

/// The pages of the owner's own rules, in alphabetical order: what their files say of them.
#[must_use]
pub fn own_pages(policies: &Policies) -> Vec<Page> {
    let page = |custom: &Custom| Page {
        rule: custom.id.clone(),
        group: Group::Custom.word().to_owned(),
        level: policies.setting(&custom.id).map_or(Level::Error, |setting| setting.level).word().to_owned(),
        parameters: Vec::new(),
        summary: custom.summary.clone().unwrap_or_else(|| format!("A rule of the owner's, in {}.", custom.path)),
        why: custom.why.clone().unwrap_or_else(|| format!("Asked is `{}`.", custom.expression.text.trim())),
        fix: custom.fix.clone().unwrap_or_else(|| format!("See {}.", custom.path)),
    };
    policies.customs().map(page).collect()
}

/// The words of a page.
#[derive(Deserialize)]
struct Words {
    summary: String,
    why: String,
    fix: String,
}

impl Rule {
    /// The rule's page; none when it cannot be read, which a test holds against every page.
    #[must_use]
    pub fn read_page(&self) -> Option<Page> {
        let Words { summary, why, fix } = serde_yaml::from_str(self.page).ok()?;
        let setting = shipped::of(self);
        let parameters = self.parameters.iter().map(|parameter| PageParameter {
            name: parameter.name.to_owned(),
            kind: parameter.kind.word().to_owned(),
            default: setting.parameters.get(parameter.name).map(crate::policy::Value::json),
            meaning: parameter.meaning.to_owned(),
        });
        Some(Page {
            rule: self.id.to_owned(),
            group: self.group.word().to_owned(),
            level: setting.level.word().to_owned(),
            parameters: parameters.collect(),
            summary,
            why,
            fix,
        })
    }
}
