//! The rules' pages, for people, for programs, and as the documentation of the rules.

use super::Paint;
use super::text::{broken, wrapped};
use crate::rules::{self, Page, PageParameter};
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
    if let Some(url) = rules::url(&page.rule) {
        text.push_str(&format!("\n{}\n", paint.dim(url)));
    }
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

/// What the page of all rules says of itself.
const OPENING: &str = "\
# Rules

Every rule that is shipped, with its reason and its remedy. `rebalance explain RULE` prints one of them,
`rebalance explain --all --format markdown` this page. Levels and parameters are the shipped ones;
[your own policies](policies.md) change them. [lint.md](lint.md) says how rules are run.
";

/// One page as Markdown, or the documentation of many: a table of contents by group, and a heading for each rule, so that
/// its id is its anchor.
#[must_use]
pub fn markdown(pages: &[Page]) -> String {
    if let [page] = pages {
        return section(page, "#");
    }
    let mut contents = String::new();
    let mut sections = String::new();
    for (i, page) in pages.iter().enumerate() {
        let (id, group) = (&page.rule, &page.group);
        if i == 0 || pages.get(i - 1).is_some_and(|before| before.group != *group) {
            contents.push_str(&format!("* [{group}](#{group})\n"));
            sections.push_str(&format!("\n## {group}\n"));
        }
        contents.push_str(&format!("  * [{id}](#{id}) ({}): {}\n", page.level, page.summary));
        sections.push_str(&format!("\n{}", section(page, "###")));
    }
    format!("{OPENING}\n{contents}{sections}")
}

fn section(page: &Page, mark: &str) -> String {
    let mut text = format!("{mark} {}\n\n{}\n\n", page.rule, page.summary);
    text.push_str(&format!("* group: {}\n* level: {}", page.group, page.level));
    let integrity = rules::find(&page.rule).is_some_and(rules::Rule::integrity);
    text.push_str(if integrity { ", which cannot be lowered\n" } else { "\n" });
    for parameter in &page.parameters {
        let default = parameter.default.as_ref().map_or("not set".to_owned(), |value| format!("default {value}"));
        text.push_str(&format!("* `{}` ({}, {default}): {}\n", parameter.name, parameter.kind, parameter.meaning));
    }
    format!("{text}\n{}", remedy(page))
}

/// Why a rule is there and what to do about its findings, as Markdown.
pub(super) fn remedy(page: &Page) -> String {
    format!("**Why.** {}\n\n**What to do.** {}\n", page.why.trim_end(), page.fix.trim_end())
}
