//! A history for people: a few lines for each change.

use super::{HistoryReport, Row, author, creation, reason, summary};
use crate::history::kept::Kept;
use crate::history::{Event, Landing};
use crate::output::Paint;
use crate::output::text::{fitted, flat};

/// Draws a history.
pub(super) fn draw(report: &HistoryReport<'_>, paint: Paint) -> String {
    let mut text = String::new();
    for row in &report.rows {
        text.push_str(&change(report, row, paint));
        text.push('\n');
    }
    if report.rows.is_empty() {
        text.push_str(&format!("{}\n", report.nothing(flat)));
    } else {
        text.extend(report.created.map(|event| created(report, event, paint)));
        text.push_str(&fitted(&report.total(), "", paint.width));
    }
    if let Some(gap) = report.unknown {
        text.push_str(&format!("\n{}", part("incomplete:", &flat(&gap.why), |word| paint.red(word), "", paint)));
        text.push_str(&part("help:", &format!("{}.", flat(&gap.remedy)), |word| paint.bold(word), "", paint));
    }
    text
}

fn change(report: &HistoryReport<'_>, row: &Row<'_>, paint: Paint) -> String {
    let mut text = head(report, row.event, paint);
    for line in report.lines(row) {
        let whole = fitted(&line.text(), "  ", paint.width);
        text.extend(whole.lines().map(|part| format!("{}\n", line.painted(part, paint))));
    }
    match reason(row.event) {
        // The reason of an override stands beside it already.
        Some(_) if row.event.reason == row.event.override_reason && row.landed.kept == Kept::Overridden => {}
        Some(reason) => text.push_str(&part("why:", &reason, |word| paint.bold(word), "  ", paint)),
        None => text.push_str(&part("why:", "no reason was given", |word| paint.yellow(word), "  ", paint)),
    }
    if let Some(odd) = report.odd_time(row.event) {
        text.push_str(&part("when:", &odd, |word| paint.yellow(word), "  ", paint));
    }
    let color = |word: &str| match row.landed.kept {
        Kept::Alone | Kept::Restored => paint.green(word),
        Kept::Broken | Kept::Unknown(_) => paint.red(word),
        Kept::Overridden | Kept::Discarded => paint.yellow(word),
    };
    let cooldown = match report.cooldown(row) {
        (verdict, Some(said)) => format!("{verdict}: {said}"),
        (verdict, None) => verdict,
    };
    text + &part("cooldown:", &cooldown, color, "  ", paint)
}

/// When, which commit, who, and what they called it.
fn head(report: &HistoryReport<'_>, event: &Event, paint: Paint) -> String {
    let (instant, ago) = report.when(event.time);
    let merge = if event.landing == Landing::Merge { "merge " } else { "" };
    let line = format!("{instant} ({ago})  {merge}{}  {}", event.commit.short(), author(event));
    let mut text = String::new();
    for line in fitted(&line, "", paint.width).lines() {
        text.push_str(&format!("{}\n", paint.dim(line)));
    }
    for line in fitted(&summary(event), "  ", paint.width).lines() {
        text.push_str(&format!("{}\n", paint.bold(line)));
    }
    text
}

fn created(report: &HistoryReport<'_>, event: &Event, paint: Paint) -> String {
    let text = head(report, event, paint);
    format!("{text}{}\n", fitted(&creation(event), "  ", paint.width))
}

/// A word in colour and what follows it.
fn part(word: &str, text: &str, color: impl Fn(&str) -> String, indent: &str, paint: Paint) -> String {
    fitted(&format!("{word} {text}"), indent, paint.width).replacen(word, &color(word), 1)
}
