//! The rules' pages, for people and for programs.

use super::Paint;
use super::text::broken;
use crate::rules::Page;
use crate::schema::{Sheet, schema_of};
use schemars::JsonSchema;
use serde::Serialize;

/// The schema of what `explain --format json` prints.
pub const SHEET: Sheet = Sheet { file: "explain.schema.json", schema: schema_of::<PagesJson> };

/// What `explain --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "rebalance explain --format json")]
pub struct PagesJson {
    /// The version of the format.
    pub format_version: &'static str,
    /// The pages, in the order of the groups.
    pub rules: Vec<Page>,
}

/// Draws pages for people, an empty line between two.
#[must_use]
pub fn human(pages: &[Page], paint: Paint) -> String {
    pages.iter().map(|page| one(page, paint)).collect::<Vec<_>>().join("\n")
}

fn one(page: &Page, paint: Paint) -> String {
    let mut text = format!("{} ({}, {})\n{}\n", paint.bold(&page.rule), page.group, page.level, page.summary);
    for (name, value) in &page.parameters {
        text.push_str(&format!("  {name}: {value}\n"));
    }
    text.push_str(&format!("\n{}\n{}", paint.bold("Why"), block(&page.why, paint)));
    text.push_str(&format!("\n{}\n{}", paint.bold("What to do"), block(&page.fix, paint)));
    text
}

/// A block of text, indented: paragraphs filled to the width, lists and fenced text line by line.
fn block(text: &str, paint: Paint) -> String {
    let mut out = String::new();
    let mut paragraph = String::new();
    let mut fenced = false;
    for line in text.lines() {
        let own_line = fenced || line.is_empty() || line.starts_with("```") || line.starts_with("- ");
        if own_line && !paragraph.is_empty() {
            out.push_str(&filled(&std::mem::take(&mut paragraph), paint));
        }
        fenced ^= line.starts_with("```");
        if !own_line {
            paragraph.push_str(if paragraph.is_empty() { "" } else { " " });
            paragraph.push_str(line);
        } else if line.starts_with("- ") {
            paragraph.push_str(line);
        } else if !line.starts_with("```") {
            out.push_str(format!("  {line}").trim_end());
            out.push('\n');
        }
    }
    if !paragraph.is_empty() {
        out.push_str(&filled(&paragraph, paint));
    }
    out
}

fn filled(paragraph: &str, paint: Paint) -> String {
    let lines = broken(paragraph, paint.width.saturating_sub(2));
    lines.iter().map(|line| format!("  {line}\n")).collect()
}

/// The pages as one JSON document.
#[must_use]
pub fn json(rules: Vec<Page>) -> String {
    serde_json::to_string_pretty(&PagesJson { format_version: "1.0", rules }).unwrap_or_default() + "\n"
}
