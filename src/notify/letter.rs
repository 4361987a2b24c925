//! A message with what it was made from, as any webhook gets it.

use super::Message;
use super::template::Template;
use crate::schema::{Sheet, schema_of};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// The version of the format; the part before the dot is the major.
pub const FORMAT_VERSION: &str = "1.0";

/// The schema of what a webhook gets.
pub const SHEET: Sheet = Sheet { file: "notification.schema.json", schema: schema_of::<Notification<'static>> };

/// What a message is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A plan; `document` is `plan.json`.
    Plan,
    /// A status; `document` is what `status --format json` prints.
    Status,
    /// A check that could not be made; there is no document.
    Failure,
}

/// A message, and what it was made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Letter<'a> {
    /// What it is about.
    pub kind: Kind,
    /// What it says.
    pub message: Message,
    /// What it was made from, for programs; null where there is nothing.
    pub document: Value,
    /// What a webhook gets instead of our own document.
    pub template: Option<&'a Template>,
}

/// What a webhook gets.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "What rebalance notify sends to a webhook")]
pub(super) struct Notification<'a> {
    /// The version of the format.
    format_version: &'static str,
    /// What it is about.
    kind: Kind,
    /// The message as plain text.
    text: String,
    /// The same in its parts.
    message: &'a Message,
    /// The plan or the status, as `--format json` prints it; null where the check could not be made.
    document: &'a Value,
}

impl<'a> Notification<'a> {
    pub(super) fn of(letter: &'a Letter<'_>) -> Self {
        let (kind, message, document) = (letter.kind, &letter.message, &letter.document);
        Self { format_version: FORMAT_VERSION, kind, text: message.text(), message, document }
    }
}
