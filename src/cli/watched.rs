//! A past that is watched: every answer is the repository's own, and a person at a terminal sees how far the reading has
//! come.

use crate::history::{Commit, Gap, Oid, Past, Place, Version, Words};
use crate::output::Progress;
use std::cell::RefCell;

/// A past and the line that says how much of it was read.
pub(super) struct Watched<'p, 'h, 'a> {
    past: &'p dyn Past,
    progress: Option<&'p RefCell<Progress<'h, 'a>>>,
}

impl<'p, 'h, 'a> Watched<'p, 'h, 'a> {
    /// Watches a past; without a line, nobody looks. Several may be watched as one piece of work.
    pub(super) fn new(past: &'p dyn Past, progress: Option<&'p RefCell<Progress<'h, 'a>>>) -> Self {
        Self { past, progress }
    }
}

impl Past for Watched<'_, '_, '_> {
    fn ahead(&self, tip: Oid) {
        self.past.ahead(tip);
    }

    fn commit(&self, id: Oid) -> Result<Commit, Gap> {
        self.past.commit(id)
    }

    fn at(&self, commit: Oid, path: &str) -> Result<Place, Gap> {
        // The walk asks once for each commit it comes by.
        if let Some(progress) = self.progress {
            progress.borrow_mut().step();
        }
        self.past.at(commit, path)
    }

    fn version(&self, blob: Oid) -> Result<Version, Gap> {
        self.past.version(blob)
    }

    fn merge_bases(&self, one: Oid, other: Oid) -> Result<Vec<Oid>, Gap> {
        self.past.merge_bases(one, other)
    }

    fn copies(&self, commit: Oid, blob: Oid) -> Result<Vec<String>, Gap> {
        self.past.copies(commit, blob)
    }

    fn gone(&self, old: Oid, new: Oid) -> Result<Vec<(String, Oid)>, Gap> {
        self.past.gone(old, new)
    }

    fn between(&self, base: Oid, tip: Oid) -> Result<Vec<Oid>, Gap> {
        self.past.between(base, tip)
    }

    fn words(&self, commit: Oid) -> Result<Words, Gap> {
        self.past.words(commit)
    }
}

#[cfg(test)]
mod tests {
    /// The names of the functions of a block that begins with a line.
    fn functions<'t>(text: &'t str, block: &str) -> Vec<&'t str> {
        let rest = text.split_once(block).map_or("", |(_, rest)| rest);
        let body = rest.split_once("\n}\n").map_or("", |(body, _)| body);
        body.lines().filter_map(|line| line.strip_prefix("    fn ")?.split('(').next()).collect()
    }

    #[test]
    fn every_question_is_passed_on() {
        let asked = functions(include_str!("../history/past.rs"), "pub trait Past {");
        assert!(asked.len() > 7, "{asked:?}");
        assert_eq!(functions(include_str!("watched.rs"), "impl Past for Watched<'_, '_, '_> {"), asked);
    }
}
