//! The changes of the allocation, newest first: for people, for programs, and as a table for a wiki or a pull request.
//!
//! Whatever a commit says of itself comes from strangers: on a terminal it is on one line and nothing in it moves a
//! cursor, in Markdown it stands in a code span that it cannot end.

mod human;
mod json;
mod markdown;

pub use json::{EventJson, HISTORY_SHEET, HistoryJson};

use super::change::{self, ChangeLine, Names};
use super::text::flat;
use super::{Format, Paint};
use crate::difference::Difference;
use crate::history::kept::{Kept, Landed};
use crate::history::{Event, FUTURE_TOLERANCE, Gap, Landing};
use crate::portfolio::Code;
use crate::words::{ago, count, span};
use crate::zone::Zone;

/// A history, ready to be drawn.
#[derive(Debug, Clone)]
pub struct HistoryReport<'a> {
    /// The config, as the user named it.
    pub path: &'a str,
    /// The asset that was asked for, when it was one.
    pub asset: Option<&'a Code>,
    /// The changes, newest first.
    pub rows: Vec<Row<'a>>,
    /// The commit that created the config, where it is known and part of the answer.
    pub created: Option<&'a Event>,
    /// Why this is not all of it, if so.
    pub unknown: Option<&'a Gap>,
    /// What assets are called.
    pub names: &'a Names,
    /// The zone in which people are told instants.
    pub zone: Zone,
    /// The clock.
    pub now: i64,
}

/// A change.
#[derive(Debug, Clone)]
pub struct Row<'a> {
    /// The change.
    pub event: &'a Event,
    /// What it changed, as far as it was asked for.
    pub differences: Vec<Difference>,
    /// What the cooldown says of it.
    pub landed: Landed<'a>,
    /// The cooldown that was in force when it landed, in seconds; 0 when there was none. None where nothing was judged by
    /// it.
    pub window: Option<i64>,
}

/// Draws a history in a format, complete with its final newline.
#[must_use]
pub fn draw(format: Format, report: &HistoryReport<'_>, paint: Paint) -> String {
    match format {
        Format::Json => json::draw(report),
        Format::Markdown => markdown::draw(report),
        _ => human::draw(report, paint),
    }
}

impl HistoryReport<'_> {
    /// An instant as clocks in the portfolio's zone show it, and how long ago it is.
    pub(in crate::output) fn when(&self, seconds: i64) -> (String, String) {
        (self.instant(seconds), ago(seconds, self.now))
    }

    fn instant(&self, seconds: i64) -> String {
        match self.zone.local(seconds) {
            Some(local) => local.format("%Y-%m-%d %H:%M:%S %:z").to_string(),
            None => format!("{seconds} seconds after 1970"),
        }
    }

    /// The differences of a row, a line for each asset and each sleeve.
    pub(in crate::output) fn lines(&self, row: &Row<'_>) -> Vec<ChangeLine> {
        change::lines(&row.differences, self.names)
    }

    /// What the cooldown says of a change, in words, and what somebody else says of that: the reason of an override, or
    /// what keeps it from being told.
    pub(in crate::output) fn cooldown(&self, row: &Row<'_>) -> (String, Option<String>) {
        let said = match &row.landed.kept {
            Kept::Overridden => row.event.override_reason.as_deref(),
            Kept::Unknown(gap) => Some(gap.why.as_str()),
            _ => None,
        };
        (self.verdict(row), said.map(|said| cut(&flat(said))))
    }

    fn verdict(&self, row: &Row<'_>) -> String {
        let window = row.window.unwrap_or(0);
        match &row.landed.kept {
            Kept::Alone => {
                format!("kept, {}{}", self.distance(row), if window == 0 { "; none was in force" } else { "" })
            }
            Kept::Restored => {
                format!("kept, {}, because it restored what stood {} before", self.distance(row), span(window))
            }
            Kept::Overridden => format!("overridden, {}", self.distance(row)),
            Kept::Broken => format!("broken, {} ({} asked for)", self.distance(row), span(window)),
            Kept::Discarded => self.discarded(row.event),
            Kept::Unknown(_) => "cannot be told".to_owned(),
        }
    }

    fn discarded(&self, event: &Event) -> String {
        match event.landing {
            Landing::Discarded { merge } => {
                format!("discarded, thrown away by merge {} on {}", merge.short(), self.instant(event.effective))
            }
            Landing::Commit | Landing::Merge => "discarded".to_owned(),
        }
    }

    /// How long after the change before it.
    fn distance(&self, row: &Row<'_>) -> String {
        match row.landed.previous {
            Some(previous) => {
                let after = span(row.event.effective.saturating_sub(previous.effective));
                format!("{after} after {}", previous.commit.short())
            }
            None => "the first change".to_owned(),
        }
    }

    /// What is odd about the time of a change, if anything is.
    fn odd_time(&self, event: &Event) -> Option<String> {
        if event.effective > self.now.saturating_add(FUTURE_TOLERANCE) {
            return Some("counts from the future: that clock was wrong, or this one is".to_owned());
        }
        let moved = event.effective != event.time && !event.discarded();
        moved.then(|| format!("counts from {}, the time of an older commit", self.instant(event.effective)))
    }

    /// What there is, in one line: how many changes, and how they kept the cooldown.
    pub(in crate::output) fn total(&self) -> String {
        let words = ["kept", "overridden", "broken", "discarded", "cannot be told"];
        let place = |row: &Row<'_>| match row.landed.kept {
            Kept::Alone | Kept::Restored => 0,
            Kept::Overridden => 1,
            Kept::Broken => 2,
            Kept::Discarded => 3,
            Kept::Unknown(_) => 4,
        };
        let parts: Vec<String> = words
            .iter()
            .enumerate()
            .map(|(i, word)| (self.rows.iter().filter(|row| place(row) == i).count(), word))
            .filter(|(n, _)| *n > 0)
            .map(|(n, word)| format!("{n} {word}"))
            .collect();
        format!("{}: {}", count(self.rows.len(), "change"), parts.join(", "))
    }

    /// What is said where there is no change, with names as `quote` writes them.
    fn nothing(&self, quote: impl Fn(&str) -> String) -> String {
        let what = match self.asset {
            Some(code) => format!("No change of {}", quote(&code.0)),
            None => "No change".to_owned(),
        };
        let path = quote(self.path);
        match (self.unknown, self.created) {
            (Some(_), _) => format!("{what} was found in {path}."),
            (None, Some(created)) => {
                let day =
                    self.zone.local(created.effective).map_or(String::new(), |day| format!(" on {}", day.date_naive()));
                format!("{what} since {path} was created{day}.")
            }
            (None, None) => format!("{what}: {path} is not committed yet."),
        }
    }
}

/// Who made a commit, on one line.
pub(in crate::output) fn author(event: &Event) -> String {
    let words = &event.words;
    let name = [&words.author, &words.email].into_iter().find(|text| !text.trim().is_empty());
    cut(&flat(name.map_or("nobody", String::as_str)))
}

/// Why a change was made, if anyone said so.
pub(in crate::output) fn reason(event: &Event) -> Option<String> {
    event.reason.as_deref().map(|reason| cut(&flat(reason)))
}

/// The first line of a commit's message.
pub(in crate::output) fn summary(event: &Event) -> String {
    cut(&flat(event.summary()))
}

/// The most characters of a text that people are shown; programs get all of it.
const LONGEST: usize = 400;

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// What the creation of a config says.
fn creation(event: &Event) -> String {
    let assets = match &event.after {
        crate::history::Standing::Allocation(allocation) => allocation.assets.len(),
        crate::history::Standing::Absent => 0,
    };
    format!("created with {}, which is no change", count(assets, "asset"))
}
