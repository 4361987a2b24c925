//! How answers look: one file a format, one table, one signature. The only room that writes to a terminal.
//!
//! Deciding anything must never enter this room: the exit code is the same in every format.

pub mod apply;
mod human;
mod json;
pub mod log;
pub mod pages;
mod paint;
pub mod plan;
mod text;

pub use json::LintJson;
pub use paint::{Paint, Ui};

use crate::finding::{Finding, Level};
use crate::schema::{Sheet, schema_of};
use clap::ValueEnum;
use std::collections::BTreeMap;

/// The schema of what `lint --format json` prints.
pub const LINT_SHEET: Sheet = Sheet { file: "lint.schema.json", schema: schema_of::<LintJson> };

/// What a lint found, ready to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// The file that was looked at, as the user named it.
    pub path: &'a str,
    /// The findings, in order.
    pub findings: &'a [Finding],
    /// The texts findings point into, by path.
    pub sources: &'a BTreeMap<String, String>,
}

/// How many findings of each level there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
    /// Infos.
    pub infos: usize,
    /// Suppressed findings, of whatever level.
    pub suppressed: usize,
}

/// A format of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people.
    Human,
    /// For programs.
    Json,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A format: its name and how it draws.
#[derive(Debug, Clone, Copy)]
pub struct Drawer {
    /// The format.
    pub format: Format,
    /// Draws a report, complete with its final newline.
    pub lint: fn(&Report<'_>, Paint) -> String,
}

/// Every format of findings.
pub const DRAWERS: &[Drawer] =
    &[Drawer { format: Format::Human, lint: human::lint }, Drawer { format: Format::Json, lint: json::lint }];

/// Draws findings in a format.
#[must_use]
pub fn lint(format: Format, report: &Report<'_>, paint: Paint) -> String {
    DRAWERS.iter().find(|drawer| drawer.format == format).map(|drawer| (drawer.lint)(report, paint)).unwrap_or_default()
}

/// Draws findings for people, without the closing line.
#[must_use]
pub fn findings(report: &Report<'_>, paint: Paint) -> String {
    human::findings(report, paint)
}

impl Report<'_> {
    /// How many findings of each level there are.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for finding in self.findings {
            match (&finding.suppressed, finding.level) {
                (Some(_), _) => counts.suppressed += 1,
                (None, Level::Error) => counts.errors += 1,
                (None, Level::Warning) => counts.warnings += 1,
                (None, Level::Info) => counts.infos += 1,
                (None, Level::Off) => {}
            }
        }
        counts
    }
}
