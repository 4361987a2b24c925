//! What is told, in no service's words.

use schemars::JsonSchema;
use serde::Serialize;

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Message {
    /// Its first line.
    pub title: String,
    /// What matters, a sentence each.
    pub lead: Vec<String>,
    /// The rest, a list each.
    pub parts: Vec<Part>,
    /// What to do, a line each.
    pub foot: Vec<String>,
}

/// A list under a heading.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Part {
    /// The heading, without a colon.
    pub heading: String,
    /// Its lines.
    pub lines: Vec<String>,
}

impl Part {
    /// A list, unless it is empty.
    #[must_use]
    pub fn new(heading: impl Into<String>, lines: Vec<String>) -> Option<Self> {
        (!lines.is_empty()).then(|| Self { heading: heading.into(), lines })
    }
}

impl Message {
    /// The message as plain text, complete with its final newline.
    #[must_use]
    pub fn text(&self) -> String {
        let mut blocks = vec![self.title.clone()];
        if !self.lead.is_empty() {
            blocks.push(self.lead.join("\n"));
        }
        for part in &self.parts {
            let lines: String = part.lines.iter().map(|line| format!("\n- {line}")).collect();
            blocks.push(format!("{}:{lines}", part.heading));
        }
        if !self.foot.is_empty() {
            blocks.push(self.foot.join("\n"));
        }
        blocks.join("\n\n") + "\n"
    }
}
