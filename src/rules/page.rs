//! A rule's page as people read it. The pages are compiled in and trusted, so ordinary serde reads them.

use super::Rule;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a page says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Page {
    /// The rule's id.
    pub rule: String,
    /// The group it belongs to.
    pub group: String,
    /// How much its findings weigh when no policy of the owner's says otherwise.
    pub level: String,
    /// Its parameters.
    #[serde(default)]
    pub parameters: BTreeMap<String, u32>,
    /// What it says, in a sentence.
    pub summary: String,
    /// Why it matters.
    pub why: String,
    /// What to do about a finding.
    pub fix: String,
}

impl Rule {
    /// The rule's page; none when it cannot be read, which a test holds against every page.
    #[must_use]
    pub fn read_page(&self) -> Option<Page> {
        serde_yaml::from_str(self.page).ok()
    }
}
