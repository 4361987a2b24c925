//! How answers look: one file a format, one table, one signature. The only room that writes to a terminal.
//!
//! Deciding anything must never enter this room: the exit code is the same in every format.

pub mod apply;
mod assets;
pub mod backtest;
pub mod bar;
pub mod brokers;
pub mod change;
pub mod diff;
pub mod difference;
mod file;
mod fingerprint;
mod github;
mod gitlab;
pub mod history;
pub mod html;
mod human;
mod json;
mod junit;
pub mod log;
mod markdown;
pub mod message;
pub mod pages;
mod paint;
pub mod plan;
pub mod plan_difference;
mod progress;
pub mod report;
mod sarif;
pub mod status;
mod text;

pub use file::Base;
pub use json::LintJson;
pub use paint::{Paint, Ui};
pub use progress::Progress;

use crate::document::{Lines, Position};
use crate::fault::Exit;
use crate::finding::{Finding, Level};
use crate::rules::{self, Page};
use crate::schema::{Sheet, schema_of};
use crate::words::count;
use clap::ValueEnum;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;

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
    /// Where other programs look for the files.
    pub base: Base<'a>,
    /// The lowest level that refuses.
    pub fail_on: Level,
    /// What the command answers with.
    pub exit: Exit,
    /// The pages of rules that are not shipped: the owner's own.
    pub pages: &'a [Page],
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, ValueEnum)]
pub enum Format {
    /// For people.
    #[default]
    Human,
    /// For programs.
    Json,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
    /// Annotations in a GitHub Actions log.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// JUnit XML, for CI that shows tests.
    Junit,
    /// For a comment on a pull request.
    Markdown,
    /// For programs, an answer a line.
    Jsonl,
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
pub const DRAWERS: &[Drawer] = &[
    Drawer { format: Format::Human, lint: human::lint },
    Drawer { format: Format::Json, lint: json::lint },
    Drawer { format: Format::Sarif, lint: sarif::lint },
    Drawer { format: Format::Github, lint: github::lint },
    Drawer { format: Format::Gitlab, lint: gitlab::lint },
    Drawer { format: Format::Junit, lint: junit::lint },
    Drawer { format: Format::Markdown, lint: markdown::lint },
];

/// Draws findings in a format.
#[must_use]
pub fn lint(format: Format, report: &Report<'_>, paint: Paint) -> String {
    DRAWERS.iter().find(|drawer| drawer.format == format).map(|drawer| (drawer.lint)(report, paint)).unwrap_or_default()
}

/// Draws a report as Markdown of at most so many bytes, for the summary of a CI step; what does not fit is counted.
#[must_use]
pub fn summary(report: &Report<'_>, limit: usize) -> String {
    markdown::within(report, limit)
}

/// Draws findings for people, without the closing line.
#[must_use]
pub fn findings(report: &Report<'_>, paint: Paint) -> String {
    human::findings(report, paint)
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { errors, warnings, infos, suppressed } = *self;
        write!(f, "{}, {}, {}", count(errors, "error"), count(warnings, "warning"), count(infos, "info"))?;
        if suppressed > 0 { write!(f, ", {suppressed} suppressed") } else { Ok(()) }
    }
}

impl<'a> Report<'a> {
    /// What was found at the level `error` and above, in files that stand where the user is, by shipped rules.
    #[must_use]
    pub fn new(path: &'a str, findings: &'a [Finding], sources: &'a BTreeMap<String, String>, exit: Exit) -> Self {
        let here = Path::new("");
        let base = Base { cwd: here, root: here, dirs: &[] };
        Self { path, findings, sources, base, fail_on: Level::Error, exit, pages: &[] }
    }

    /// The lines of every text, by path.
    fn lines(&self) -> BTreeMap<&'a str, Lines<'a>> {
        self.sources.iter().map(|(path, text)| (path.as_str(), Lines::new(text))).collect()
    }

    /// Both ends of a finding's place, when it has one in a text that is there.
    fn place(&self, finding: &Finding, lines: &BTreeMap<&str, Lines<'_>>) -> Option<(Position, Position)> {
        let lines = lines.get(finding.path.as_str())?;
        Some(lines.range(finding.place.as_ref()?.span))
    }

    /// Where a finding is, in words: the file from the top, the line and the column.
    fn at(&self, finding: &Finding, lines: &BTreeMap<&str, Lines<'_>>) -> String {
        let file = self.base.name(&finding.path).text;
        match self.place(finding, lines) {
            Some((start, _)) => format!("{file}:{}:{}", start.line, start.column),
            None => file,
        }
    }

    /// A text on one line as other programs may have it: without where the files are on this machine.
    fn told(&self, text: &str) -> String {
        let mut told = Cow::Borrowed(text);
        for path in self.sources.keys().filter(|path| Path::new(path).is_absolute() && text.contains(path.as_str())) {
            told = Cow::Owned(told.replace(path, &self.base.name(path).text));
        }
        let root = format!("{}/", self.base.root.display());
        if root.len() > 1 && told.contains(&root) {
            told = Cow::Owned(told.replace(&root, ""));
        }
        text::visible(&told)
    }

    /// The page of a rule: a shipped one, or the owner's.
    fn page(&self, id: &str) -> Option<Cow<'a, Page>> {
        let shipped = rules::find(id).and_then(rules::Rule::read_page);
        shipped.map(Cow::Owned).or_else(|| self.pages.iter().find(|page| page.rule == id).map(Cow::Borrowed))
    }

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
