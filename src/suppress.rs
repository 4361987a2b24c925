//! Suppressions: comments of the config that say of a finding that it is meant to be so, and why.
//!
//! `# rebalance: ignore[rule-id, other-id] until=2026-12-31 -- reason` on the line of a finding's primary place, or on a
//! line of its own above it. A comment that begins with `rebalance:`, in these letters, is one of these or is misspelt;
//! so is one that names `ignore` in some other way that was meant so. All other comments are nobody's business.
//!
//! Which rules there are, and which of them may be suppressed, must never enter this room.

mod read;

use crate::document::{Document, Lines, Reading, Span};
use crate::finding::{Finding, Suppressed};
use chrono::NaiveDate;
use std::collections::BTreeMap;

/// One comment that suppresses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The comment.
    pub span: Span,
    /// The rules it names.
    pub ids: Vec<Named>,
    /// The last day on which it counts, and where that stands.
    pub until: Option<(NaiveDate, Span)>,
    /// Why.
    pub reason: String,
    /// The line it is about, from 1; none where nothing follows it.
    pub line: Option<usize>,
}

/// A rule that a suppression names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The id, as it is written.
    pub id: String,
    /// Where.
    pub span: Span,
}

/// A comment that was meant to suppress and does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misspelt {
    /// What is wrong in it.
    pub span: Span,
    /// What is wrong, as a sentence without a period.
    pub message: String,
    /// A short text beside the place.
    pub label: String,
    /// What to do, as a sentence.
    pub help: String,
}

/// All suppressions of a text.
#[derive(Debug, Clone, Default)]
pub struct Suppressions<'a> {
    /// Those that count, in file order.
    pub all: Vec<Suppression>,
    /// Those that were meant to.
    pub misspelt: Vec<Misspelt>,
    lines: Option<Lines<'a>>,
    /// Where each rule is named, by the line that is meant.
    index: BTreeMap<usize, BTreeMap<String, Vec<(usize, usize)>>>,
}

impl Suppression {
    /// The rules it names and its reason, as other programs may tell it from another one.
    #[must_use]
    pub fn words(&self) -> String {
        let ids: Vec<&str> = self.ids.iter().map(|named| named.id.as_str()).collect();
        format!("{}: {}", ids.join(", "), self.reason)
    }

    /// Whether its last day is over.
    #[must_use]
    pub fn expired(&self, today: NaiveDate) -> bool {
        self.until.is_some_and(|(last, _)| last < today)
    }
}

impl Misspelt {
    /// What it says from the wrong place on.
    #[must_use]
    pub fn words<'a>(&self, text: &'a str) -> &'a str {
        text.get(self.span.start..).and_then(|rest| rest.split(['\n', '\r']).next()).unwrap_or("").trim()
    }
}

impl<'a> Suppressions<'a> {
    /// The suppressions of a text; none of one that could not be read.
    #[must_use]
    pub fn of(reading: &'a Reading) -> Self {
        let mut suppressions = Self::default();
        let Some(document) = &reading.document else { return suppressions };
        let told = document.comments.iter().enumerate().filter_map(|(i, comment)| Some((i, read::read(comment)?)));
        let told: Vec<_> = told.collect();
        if told.is_empty() {
            return suppressions;
        }
        let lines = Lines::new(&document.text);
        let about = about(document, &lines);
        for (i, told) in told {
            match told {
                Ok(said) => suppressions.push(Suppression { line: about.get(i).copied().flatten(), ..said }),
                Err(misspelt) => suppressions.misspelt.push(*misspelt),
            }
        }
        suppressions.lines = Some(lines);
        suppressions
    }

    fn push(&mut self, suppression: Suppression) {
        if let Some(line) = suppression.line {
            let here = self.index.entry(line).or_default();
            for (j, named) in suppression.ids.iter().enumerate() {
                here.entry(named.id.clone()).or_default().push((self.all.len(), j));
            }
        }
        self.all.push(suppression);
    }

    /// The suppression of a rule's finding whose primary place begins at a byte: its number among all, and that of the
    /// id in it. The first in the file where there are several: the others change nothing.
    #[must_use]
    pub fn over(&self, rule: &str, at: usize, today: NaiveDate) -> Option<(usize, usize)> {
        let line = self.lines.as_ref()?.position(at).line;
        let places = self.index.get(&line)?.get(rule)?;
        places.iter().copied().find(|(i, _)| !self.all[*i].expired(today))
    }

    /// Marks the findings of a file that are suppressed, of the rules that may be.
    pub fn apply(&self, findings: &mut [Finding], path: &str, today: NaiveDate, may: impl Fn(&str) -> bool) {
        for finding in findings.iter_mut().filter(|finding| finding.path == path && may(&finding.rule)) {
            let Some(place) = &finding.place else { continue };
            if let Some((i, _)) = self.over(&finding.rule, place.span.start, today) {
                finding.suppressed = Some(Suppressed { reason: self.all[i].reason.clone() });
            }
        }
    }
}

/// The line each comment is about: its own, when something stands before it there, or else the next one that has more on
/// it than a comment.
fn about(document: &Document, lines: &Lines<'_>) -> Vec<Option<usize>> {
    let mut about = vec![None; document.comments.len()];
    let mut below = None;
    let mut line = lines.position(document.text.len()).line;
    // From the last line to the first, so that each is looked at once.
    let blank = |from: usize, to: usize, below: &mut Option<usize>| {
        for line in (from..to).rev().filter(|line| !lines.line(*line).trim().is_empty()) {
            *below = Some(line);
        }
    };
    for (i, comment) in document.comments.iter().enumerate().rev() {
        let at = lines.position(comment.span.start);
        blank(at.line + 1, line + 1, &mut below);
        line = at.line;
        let text = lines.line(line).trim_start_matches('\u{feff}');
        let alone = text.trim_start_matches([' ', '\t']).len() + at.column == text.len() + 1;
        if !alone {
            below = Some(line);
        }
        about[i] = below;
        line -= 1;
    }
    about
}

#[cfg(test)]
mod tests;
