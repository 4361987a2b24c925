//! A draft with what the rules say of it: the plan's body. The one place where they come together, so that no two
//! commands judge the same draft differently.

use super::draft::{Draft, Provenance};
use super::file::{Body, Override};
use crate::finding::Finding;
use crate::policy::Policies;
use crate::rules::{self, CodeSite, Facts, Group};

/// The holdings a draft was made from, as the rules point into them.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The holdings file, as the user named it.
    pub path: &'a str,
    /// Where each held code stands in it.
    pub sites: &'a [CodeSite<'a>],
}

impl Draft<'_> {
    /// The body, and every finding of the rules about the plan. `facts` are those of the config.
    #[must_use]
    pub fn judged(
        &self,
        facts: &Facts<'_>,
        policies: &Policies,
        source: Source<'_>,
        provenance: Provenance,
        overrides: Vec<Override>,
    ) -> (Body, Vec<Finding>) {
        let committed = provenance.config.blob.is_some();
        let plan = self.facts(source.path, source.sites, committed);
        let said = rules::run(Group::PLAN, &Facts { plan: Some(&plan), ..*facts }, policies);
        (self.body(provenance, &said, overrides), said)
    }
}
