//! The rules' pages, for people and for programs.

use super::Paint;
use super::text::{broken, wrapped};
use crate::rules::{Page, PageParameter};
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
    if !page.parameters.is_empty() {
        text.push_str(&format!("\n{}\n", paint.bold("Parameters")));
        page.parameters.iter().for_each(|parameter| text.push_str(&about(parameter, paint)));
    }
    text.push_str(&format!("\n{}\n{}", paint.bold("Why"), block(&page.why, paint)));
    text.push_str(&format!("\n{}\n{}", paint.bold("What to do"), block(&page.fix, paint)));
    text
}

/// A parameter: its name, its kind and its default, and what it does.
fn about(parameter: &PageParameter, paint: Paint) -> String {
    let default = parameter.default.as_ref().map_or("not set".to_owned(), |value| format!("default {value}"));
    let head = format!("  {} ({}, {default}):", parameter.name, parameter.kind);
    wrapped(&format!("{} {}", head.trim_start(), parameter.meaning), "  ", paint.width)
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
