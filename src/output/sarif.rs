//! Findings as SARIF 2.1.0 (OASIS standard, with errata 01), for code scanning.
//!
//! Results carry everything a finding has, suppressed ones too. Nothing about the machine, no absolute path and no line
//! number in a fingerprint may enter this file.

use super::fingerprint::fingerprints;
use super::pages::remedy;
use super::text::visible;
use super::{Paint, Report};
use crate::document::{Edit, Lines, Span};
use crate::fault::Exit;
use crate::finding::{Certainty, Finding, Fix, Label, Level};
use crate::rules::{self, Page};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";
/// What paths are relative to: the top of the repository, wherever it is.
const ROOT: &str = "%SRCROOT%";

/// Draws a report.
pub(super) fn lint(report: &Report<'_>, _: Paint) -> String {
    let texts: BTreeMap<&str, Text<'_>> =
        report.sources.iter().map(|(path, text)| (path.as_str(), Text::new(text))).collect();
    let mut ids: Vec<&str> = report.findings.iter().map(|finding| finding.rule.as_ref()).collect();
    ids.sort_unstable();
    ids.dedup();
    let rules: Vec<Value> = ids.iter().map(|id| rule(id, report)).collect();
    let known = report.findings.iter().zip(fingerprints(report));
    let results: Vec<Value> = known
        .map(|(finding, fingerprint)| {
            let index = ids.binary_search(&finding.rule.as_ref()).unwrap_or_default();
            result(finding, index, &fingerprint, report, texts.get(finding.path.as_str()))
        })
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "rebalance",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "informationUri": "https://crates.io/crates/rebalance-cli",
                "rules": rules,
            } },
            "invocations": [{
                "executionSuccessful": report.exit != Exit::Unknown,
                "exitCode": report.exit as u8,
            }],
            "originalUriBaseIds": { ROOT: { "description": { "text": "the top of the repository" } } },
            "newlineSequences": ["\r\n", "\n", "\r"],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

/// What a rule is, from its page; of a rule without one, its id.
fn rule(id: &str, report: &Report<'_>) -> Value {
    let mut rule = Map::new();
    rule.insert("id".into(), json!(format!("rebalance/{}", visible(id))));
    let Some(page) = report.page(id) else {
        rule.insert("shortDescription".into(), message(&format!("the rule {} of the owner's policies", visible(id))));
        return Value::Object(rule);
    };
    let Page { level, group, .. } = page.as_ref();
    rule.insert("shortDescription".into(), message(&page.summary));
    rule.insert("fullDescription".into(), message(&page.why));
    let (mut help, markdown) = (message(&page.fix), escaped(&remedy(&page)));
    help["markdown"] = Value::String(markdown);
    rule.insert("help".into(), help);
    if let Some(url) = rules::url(id) {
        rule.insert("helpUri".into(), json!(url));
    }
    let level = Level::parse(level).map_or("none", word);
    rule.insert("defaultConfiguration".into(), json!({ "level": level }));
    rule.insert("properties".into(), json!({ "tags": [group] }));
    Value::Object(rule)
}

fn result(finding: &Finding, index: usize, fingerprint: &str, report: &Report<'_>, text: Option<&Text<'_>>) -> Value {
    let file = location_of(&finding.path, report);
    let certainty = match finding.certainty {
        Certainty::Definite => "definite",
        Certainty::Unknown => "unknown",
    };
    let mut said = vec![format!("{}.", report.told(&finding.message))];
    said.extend(finding.help.iter().map(|help| format!("help: {}", report.told(help))));
    let suppressed = finding.suppressed.iter();
    let suppressions: Vec<Value> =
        suppressed.map(|s| json!({ "kind": "inSource", "justification": report.told(&s.reason) })).collect();
    let mut result = json!({
        "ruleId": format!("rebalance/{}", visible(&finding.rule)),
        "ruleIndex": index,
        "level": word(finding.level),
        "message": message(&said.join("\n")),
        "locations": [place(&file, finding.place.as_ref(), text)],
        "partialFingerprints": { "rebalance/v1": fingerprint },
        "suppressions": suppressions,
        "properties": { "subject": visible(&finding.subject), "certainty": certainty },
    });
    if !finding.labels.is_empty() {
        let related = finding.labels.iter().enumerate().map(|(i, label)| {
            let mut location = place(&file, Some(label), text);
            location["id"] = json!(i + 1);
            location["message"] = message(&report.told(&label.text));
            location
        });
        result["relatedLocations"] = related.collect();
    }
    if let (Some(fix), Some(text)) = (&finding.fix, text) {
        result["fixes"] = json!([repair(fix, &file, text)]);
    }
    result
}

fn word(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Info => "note",
        Level::Off => "none",
    }
}

/// A location: the file, and where in it, when that is known.
fn place(file: &Value, label: Option<&Label>, text: Option<&Text<'_>>) -> Value {
    let mut physical = json!({ "artifactLocation": file });
    if let (Some(label), Some(text)) = (label, text) {
        physical["region"] = text.region(label.span);
    }
    json!({ "physicalLocation": physical })
}

fn repair(fix: &Fix, file: &Value, text: &Text<'_>) -> Value {
    let replacement =
        |edit: &Edit| json!({ "deletedRegion": text.region(edit.span), "insertedContent": { "text": edit.text } });
    let replacements: Vec<Value> = fix.edits.iter().map(replacement).collect();
    json!({
        "description": message(&visible(&fix.title)),
        "artifactChanges": [{ "artifactLocation": file, "replacements": replacements }],
    })
}

/// A file, relative to the top of the repository; one outside of it by its last part alone.
fn location_of(path: &str, report: &Report<'_>) -> Value {
    let name = report.base.name(path);
    let mut location = json!({ "uri": uri(&name.text) });
    if name.inside {
        location["uriBaseId"] = json!(ROOT);
    }
    location
}

/// A relative path as a URI reference (RFC 3986).
fn uri(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes().map(|b| if plain(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

/// A message object. In its text, braces stand for arguments unless doubled, and `[…](…)` is a link.
fn message(text: &str) -> Value {
    json!({ "text": escaped(&text.replace("](", "] (")) })
}

fn escaped(text: &str) -> String {
    text.trim_end().replace('{', "{{").replace('}', "}}")
}

/// A text whose places are counted in every unit SARIF knows.
struct Text<'a> {
    text: &'a str,
    lines: Lines<'a>,
    /// Characters before every [`STRIDE`]th byte, or before the character that byte is in.
    marks: Vec<usize>,
    /// Whether the text is the file byte for byte: a replacement character may stand for bytes that were none.
    exact: bool,
}

const STRIDE: usize = 1024;
const BOM: &str = "\u{feff}";

impl<'a> Text<'a> {
    fn new(text: &'a str) -> Self {
        let mut marks = Vec::new();
        for (count, (byte, c)) in text.char_indices().enumerate() {
            let end = byte + c.len_utf8();
            (marks.len()..end.div_ceil(STRIDE)).for_each(|_| marks.push(count));
        }
        Self { text, lines: Lines::new(text), marks, exact: !text.contains(char::REPLACEMENT_CHARACTER) }
    }

    /// Characters before a byte at the beginning of a character, a byte order mark aside.
    fn chars(&self, byte: usize) -> usize {
        let mut from = byte / STRIDE * STRIDE;
        while !self.text.is_char_boundary(from) {
            from -= 1;
        }
        let marked = self.marks.get(byte / STRIDE).copied();
        let (from, before) = marked.map_or((0, 0), |before| (from, before));
        let all = before + self.text.get(from..byte).unwrap_or("").chars().count();
        all - usize::from(byte > 0 && self.text.starts_with(BOM))
    }

    /// A region: its lines and columns, its characters, and its bytes where the text is the file byte for byte.
    fn region(&self, span: Span) -> Value {
        let first = if self.text.starts_with(BOM) { BOM.len() } else { 0 };
        let span = Span { start: span.start.max(first), end: span.end.max(first) };
        let (start, end) = self.lines.range(span);
        let (from, to) = (self.chars(start.byte), self.chars(end.byte));
        let mut region = json!({
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
            "charOffset": from,
            "charLength": to - from,
        });
        if self.exact {
            region["byteOffset"] = json!(start.byte);
            region["byteLength"] = json!(end.byte - start.byte);
        }
        region
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_counted_from_the_nearest_mark() {
        let text = format!("{BOM}{}끝", "한😀a\r\n".repeat(700));
        let counted = Text::new(&text);
        for (count, (byte, _)) in text.char_indices().enumerate().skip(1) {
            assert_eq!(counted.chars(byte), count - 1, "{byte}");
        }
        assert_eq!(counted.chars(text.len()), text.chars().count() - 1);
        assert_eq!(Text::new("").chars(0), 0);
    }

    #[test]
    fn a_path_becomes_a_uri_reference() {
        assert_eq!(uri("a b/한:c%.yaml"), "a%20b/%ED%95%9C%3Ac%25.yaml");
    }

    #[test]
    fn no_text_becomes_a_placeholder_or_a_link() {
        assert_eq!(message("{0} [here](1)\n")["text"], "{{0}} [here] (1)");
    }
}
