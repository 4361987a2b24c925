//! The answer to a line: the plan, or why there is none.

use crate::document::{Reading, Span, Step};
use crate::finding::{Finding, Level};
use crate::plan::file::Body;
use crate::plan::{Meta, PlanFile, Room};
use crate::schema::{Sheet, schema_of};
use crate::words::count;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

/// The schema of an answer.
pub const ANSWER_SHEET: Sheet = Sheet { file: "batch-answer.schema.json", schema: schema_of::<Answer> };

/// The most findings an answer has.
const MOST: usize = 20;

/// The answer to a line.
#[derive(Debug, JsonSchema)]
#[schemars(title = "rebalance plan --batch, an answer")]
#[allow(dead_code, reason = "only its schema is used: the line of a plan is there before its answer is")]
struct Answer {
    /// The line's id as it came; null when it has none or cannot be read.
    id: Option<super::Id>,
    /// The plan, as in the file that `rebalance plan` saves.
    #[serde(default)]
    plan: Option<PlanFile>,
    /// Why there is none.
    #[serde(default)]
    error: Option<Failure>,
}

/// Why a line has no plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Failure {
    /// What is to be mended.
    pub kind: FailureKind,
    /// What is wrong, a sentence.
    pub message: String,
    /// What to do, a sentence each.
    pub help: Vec<String>,
    /// What the rules found, where they did: the first 20.
    pub findings: Vec<Said>,
}

/// What is to be mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FailureKind {
    /// The line: it is no account.
    Line,
    /// The config: it cannot be read, or nothing may be planned by it.
    Config,
    /// The holdings.
    Holdings,
    /// The exchange rates.
    Fx,
    /// All were read, and no plan follows from them.
    Plan,
}

/// What a rule found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Said {
    /// The rule.
    pub rule: String,
    /// Where: a JSON pointer (RFC 6901) into the line, or file, line and column.
    pub at: Option<String>,
    /// What it found.
    pub message: String,
    /// What to do, a sentence each.
    pub help: Vec<String>,
}

impl Failure {
    /// The line is no account.
    #[must_use]
    pub fn line(message: impl Into<String>) -> Self {
        let help = "docs/batch.md says what a line is; its schema: rebalance schema batch.".to_owned();
        Self { kind: FailureKind::Line, message: message.into(), help: vec![help], findings: Vec::new() }
    }

    /// Something else is wrong.
    #[must_use]
    pub fn other(kind: FailureKind, message: impl Into<String>, help: Vec<String>) -> Self {
        Self { kind, message: message.into(), help, findings: Vec::new() }
    }

    /// Errors were found, and these are the places they are at.
    #[must_use]
    pub fn found(kind: FailureKind, findings: &[Finding], at: impl Fn(&Finding) -> Option<String>) -> Self {
        let errors: Vec<&Finding> =
            findings.iter().filter(|finding| finding.level == Level::Error && finding.suppressed.is_none()).collect();
        let said = |finding: &&Finding| Said {
            rule: finding.rule.to_string(),
            at: at(finding),
            message: finding.message.clone(),
            help: finding.help.clone(),
        };
        let what = match kind {
            FailureKind::Config => "the config cannot be planned by",
            FailureKind::Fx => "the exchange rates cannot be planned with",
            _ => "the holdings cannot be planned with",
        };
        let message = match errors.first() {
            Some(first) if errors.len() == 1 => format!("{what}: {}", first.message),
            Some(first) => format!("{what}: {}, and {} more", first.message, count(errors.len() - 1, "error")),
            None => what.to_owned(),
        };
        Self { kind, message, help: Vec::new(), findings: errors.iter().take(MOST).map(said).collect() }
    }
}

/// The answer to a line that has a plan, complete with its line break.
pub fn planned(id: Option<&RawValue>, body: &Body, meta: &Meta, room: &mut Room, out: &mut String) {
    out.extend(["{\"id\":", id.map_or("null", RawValue::get), ",\"plan\":"]);
    PlanFile::write_line(body, meta, room, out);
    out.push_str("}\n");
}

/// The answer to a line that has none.
pub fn failed(id: Option<&RawValue>, failure: &Failure, out: &mut String) {
    // A struct of texts can always be serialised.
    let failure = serde_json::to_string(failure).unwrap_or_default();
    out.extend(["{\"id\":", id.map_or("null", RawValue::get), ",\"error\":", &failure, "}\n"]);
}

/// A place in a part of a line as a JSON pointer into the line.
#[must_use]
pub fn pointer(part: &str, reading: &Reading, place: Span) -> Option<String> {
    let steps = reading.document.as_ref()?.route(place)?;
    let mut pointer = format!("/{part}");
    for step in steps {
        match step {
            Step::Key(key) => pointer.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Step::Item { index, .. } => pointer.push_str(&format!("/{index}")),
        }
    }
    Some(pointer)
}
