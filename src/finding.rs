//! Findings: what a rule saw, where, how sure it is, and what to do about it.
//!
//! A finding is data. How it is drawn must never enter this room, nor who looks at it.

use crate::document::{Edit, Span};
use crate::words::one_line;
use std::borrow::Cow;
use std::fmt;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The rule is not run.
    Off,
    /// Worth knowing.
    Info,
    /// Worth a second look.
    Warning,
    /// Nothing is planned or applied while it stands.
    Error,
}

impl Level {
    /// All levels, weakest first.
    pub const ALL: [Self; 4] = [Self::Off, Self::Info, Self::Warning, Self::Error];

    /// The word used in policies and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// What it does, in a sentence.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Off => "The rule is not run.",
            Self::Info => "Worth knowing.",
            Self::Warning => "Worth a second look.",
            Self::Error => "Nothing is planned or applied while it stands.",
        }
    }

    /// The level of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.word() == word)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Whether the rule saw a fault or could not look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// The answer is no.
    Definite,
    /// The rule could not tell, and so does not let pass.
    Unknown,
}

/// A place that belongs to a finding, with a short text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where, in the finding's file.
    pub span: Span,
    /// What is there.
    pub text: String,
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppressed {
    /// The reason given.
    pub reason: String,
}

/// A change of the text that does what a finding asks for and nothing else: it never changes a weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, a sentence with a period.
    pub title: String,
    /// The edits, in the finding's file.
    pub edits: Vec<Edit>,
}

/// What a rule saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id; filled in by the runner.
    pub rule: Cow<'static, str>,
    /// Its weight; filled in by the runner from the policies.
    pub level: Level,
    /// What is wrong, one sentence without a period.
    pub message: String,
    /// The file, as the user named it.
    pub path: String,
    /// The one primary place, with a short text; none when the finding is about something outside the file's text.
    pub place: Option<Label>,
    /// Other places that belong to it.
    pub labels: Vec<Label>,
    /// What to do, a sentence each: the next command, or text to paste.
    pub help: Vec<String>,
    /// The safe fix, where there is one.
    pub fix: Option<Fix>,
    /// What it is about, in words that stay the same when lines move: an asset's code and its key, or the path of keys;
    /// filled in by the runner.
    pub subject: String,
    /// Whether the rule saw a fault or could not look.
    pub certainty: Certainty,
    /// Why it does not count, if so.
    pub suppressed: Option<Suppressed>,
}

/// A sentence of a finding, which may quote a name from the file, is one line whatever the name.
fn line(text: String) -> String {
    match one_line(&text) {
        Cow::Borrowed(_) => text,
        Cow::Owned(escaped) => escaped,
    }
}

impl Finding {
    /// A definite finding about a file.
    #[must_use]
    pub fn new(path: &str, message: impl Into<String>) -> Self {
        Self {
            rule: Cow::Borrowed(""),
            level: Level::Error,
            message: line(message.into()),
            path: path.to_owned(),
            place: None,
            labels: Vec::new(),
            help: Vec::new(),
            fix: None,
            subject: String::new(),
            certainty: Certainty::Definite,
            suppressed: None,
        }
    }

    /// With its primary place.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.place = Some(Label { span, text: line(text.into()) });
        self
    }

    /// With another place.
    #[must_use]
    pub fn with(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: line(text.into()) });
        self
    }

    /// With a remedy.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(line(text.into()));
        self
    }

    /// With its safe fix.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, edits: Vec<Edit>) -> Self {
        self.fix = Some(Fix { title: title.into(), edits });
        self
    }

    /// As something that could not be told.
    #[must_use]
    pub fn unknown(mut self) -> Self {
        self.certainty = Certainty::Unknown;
        self
    }

    /// Where it sorts: by file, then by place, then by rule.
    #[must_use]
    pub fn sort_key(&self) -> (&str, usize, &str) {
        (&self.path, self.place.as_ref().map_or(0, |place| place.span.start), &self.rule)
    }
}

/// What a set of findings comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing at or above the level asked about.
    Pass,
    /// A rule said no.
    Fail,
    /// No rule said no, but at least one could not tell.
    Unknown,
}

/// The outcome of findings against the lowest level that counts. A definite no wins over not knowing.
#[must_use]
pub fn outcome(findings: &[Finding], fail_on: Level) -> Outcome {
    let counted: Vec<_> = findings.iter().filter(|f| f.suppressed.is_none() && f.level >= fail_on).collect();
    if counted.is_empty() {
        Outcome::Pass
    } else if counted.iter().any(|f| f.certainty == Certainty::Definite) {
        Outcome::Fail
    } else {
        Outcome::Unknown
    }
}
