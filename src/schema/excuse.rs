//! What a schema says against a text only because the reader refused something in it.
//!
//! An alias is read as nothing, a merge key brings no keys: the schema then misses what people believe to be there. One
//! cause is one finding, and the refusal is that finding.

use super::Issue;
use crate::document::{Document, Kind, Node, Reading, Span};
use std::collections::BTreeSet;

/// The places that were refused, and the mappings that lack keys because of it.
pub(super) struct Excuse<'a> {
    reading: &'a Reading,
    holed: BTreeSet<Span>,
}

impl<'a> Excuse<'a> {
    pub(super) fn of(reading: &'a Reading, document: &Document) -> Self {
        let mut excuse = Self { reading, holed: BTreeSet::new() };
        excuse.search(&document.root);
        excuse
    }

    /// Whether an issue is about something that holds a refused place, about a key that a refused key may have brought
    /// or that a second document may have, or about the value behind a tag.
    pub(super) fn covers(&self, issue: &Issue) -> bool {
        let missing = issue.missing.is_some() && (self.reading.cut() || self.holed.contains(&issue.mapping));
        missing || self.count(issue.about) > 0 || self.reading.tagged(issue.span)
    }

    /// How many refused places lie in a span.
    fn count(&self, span: Span) -> usize {
        let before = |at: usize| self.reading.refused.partition_point(|place| place.start < at);
        before(span.end).saturating_sub(before(span.start))
    }

    /// Notes every mapping with a refused key: one that has places in none of its entries.
    fn search(&mut self, node: &Node) {
        if self.count(node.span) == 0 {
            return;
        }
        match &node.kind {
            Kind::Scalar(_) => {}
            Kind::Seq(items) => items.iter().for_each(|item| self.search(item)),
            Kind::Map(entries) => {
                let inside: usize = entries.iter().map(|entry| self.count(entry.span())).sum();
                if inside < self.count(node.span) {
                    self.holed.insert(node.span);
                }
                entries.iter().for_each(|entry| self.search(&entry.value));
            }
        }
    }
}
