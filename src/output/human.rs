//! Findings for people: the source line, underlined, the reason, the remedy.

use super::text::{broken, broken_around_code, visible};
use super::{Counts, Paint, Report};
use crate::document::Span;
use crate::fault::Exit;
use crate::finding::{Finding, Level};
use crate::fix::is_fixable;
use crate::rules;
use crate::words::count;
use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level as Mark, Origin, Renderer, Snippet};
use std::ops::Range;

/// Byte order mark: three bytes nobody sees.
const BOM: &str = "\u{feff}";

/// Secondary places shown with one finding; the rest are counted.
const SHOWN_LABELS: usize = 8;

/// Findings shown in full; the rest are counted. Nobody reads more, and each is drawn on the whole text.
const SHOWN_FINDINGS: usize = 100;

/// Draws a report.
pub(super) fn lint(report: &Report<'_>, paint: Paint) -> String {
    let mut text = findings(report, paint);
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&closing(report, report.path, paint));
    text.push_str(&fixable(report));
    text
}

/// Draws the findings, with an empty line between two.
pub(super) fn findings(report: &Report<'_>, paint: Paint) -> String {
    let shown: Vec<&Finding> = report.findings.iter().filter(|finding| finding.suppressed.is_none()).collect();
    let mut blocks: Vec<String> =
        shown.iter().take(SHOWN_FINDINGS).map(|finding| one(finding, report, paint)).collect();
    if let Some(more) = shown.len().checked_sub(SHOWN_FINDINGS).filter(|more| *more > 0) {
        blocks.push(format!("and {} (all of them: --format json)\n", count(more, "more finding")));
    }
    blocks.join("\n")
}

/// The last line: what it came to.
pub(super) fn closing(report: &Report<'_>, path: &str, paint: Paint) -> String {
    let counts = report.counts();
    let word = if report.exit == Exit::Done { paint.green("ok:") } else { paint.red("refused:") };
    let said = if counts == Counts::default() { "no findings".to_owned() } else { counts.to_string() };
    format!("{word} {}: {said}\n", visible(path))
}

/// How many findings `--fix` takes care of, in a line; nothing when there are none.
fn fixable(report: &Report<'_>) -> String {
    let fixable = report.findings.iter().filter(|finding| is_fixable(finding, report.path)).count();
    if fixable > 0 { format!("{fixable} fixable with --fix: rebalance lint --fix\n") } else { String::new() }
}

fn one(finding: &Finding, report: &Report<'_>, paint: Paint) -> String {
    let mark = match finding.level {
        Level::Error => Mark::ERROR,
        Level::Warning => Mark::WARNING,
        Level::Info | Level::Off => Mark::INFO,
    };
    let room = paint.width.saturating_sub(finding.level.word().len() + finding.rule.len() + 4);
    let message = broken(&visible(&finding.message), room).join("\n");
    let title = mark.primary_title(message.as_str()).id(finding.rule.as_ref());
    let title = match rules::url(&finding.rule).filter(|_| paint.links()) {
        Some(url) => title.id_url(url),
        None => title,
    };
    let source = report.sources.get(&finding.path).map(String::as_str);
    let path = visible(&finding.path);
    let group = match (&finding.place, source) {
        (Some(place), Some(source)) => {
            let snippet = Snippet::source(source.trim_start_matches(BOM)).path(path.as_str());
            let primary = AnnotationKind::Primary.span(range(place.span, source)).label(visible(&place.text));
            let more = finding.labels.iter().take(SHOWN_LABELS);
            let related =
                more.map(|label| AnnotationKind::Context.span(range(label.span, source)).label(visible(&label.text)));
            title.element(snippet.annotation(primary).annotations(related))
        }
        _ => title.element(Origin::path(path.as_str())),
    };
    let hidden = finding.labels.len().saturating_sub(SHOWN_LABELS);
    let hidden = (hidden > 0).then(|| format!("{} more like the places shown", count(hidden, "place")));
    let group = hidden.iter().fold(group, |group, text| group.element(Mark::NOTE.message(text.as_str())));
    let digits = source.map_or(0, |source| source.lines().count().max(1).ilog10() as usize + 1);
    let room = paint.width.saturating_sub(digits + " = help: ".len());
    let line = |line: &str| broken_around_code(&visible(line), room).join("\n");
    let help = finding.help.iter().map(|text| text.lines().map(line).collect::<Vec<_>>().join("\n"));
    let group = help.fold(group, |group, text| group.element(Mark::HELP.message(text)));
    draw(&[group], paint)
}

fn draw(groups: &[Group<'_>], paint: Paint) -> String {
    let renderer = if paint.colored() { Renderer::styled() } else { Renderer::plain() };
    let text = renderer.decor_style(DecorStyle::Ascii).term_width(paint.width).render(groups);
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n") + "\n"
}

/// A span in the text without its byte order mark, at least one character wide where there is one, and never past a
/// line's end.
fn range(span: Span, source: &str) -> Range<usize> {
    let skipped = source.len() - source.trim_start_matches(BOM).len();
    let text = &source[skipped..];
    let mut start = span.start.saturating_sub(skipped).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let rest = &text[start..];
    let line = rest.find(['\n', '\r']).unwrap_or(rest.len());
    let wanted = span.end.saturating_sub(skipped).clamp(start, start + line) - start;
    let first = rest.chars().next().filter(|_| line > 0).map_or(0, char::len_utf8);
    let mut width = wanted.max(first);
    while !rest.is_char_boundary(width) {
        width += 1;
    }
    start..start + width
}
