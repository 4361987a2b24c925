//! A history for programs.

use super::{HistoryReport, Row};
use crate::history::kept::Kept;
use crate::history::{Event, Landing, Standing};
use crate::output::change::ChangeJson;
use crate::schema::{Sheet, schema_of};
use chrono::{DateTime, SecondsFormat};
use schemars::JsonSchema;
use serde::Serialize;

/// The schema of what `history --format json` prints.
pub const HISTORY_SHEET: Sheet = Sheet { file: "history.schema.json", schema: schema_of::<HistoryJson> };

/// What `history --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "rebalance history --format json")]
pub struct HistoryJson {
    /// The version of the format.
    pub format_version: &'static str,
    /// Whether this is all of it.
    pub complete: bool,
    /// Why it is not, and where it ends; null when it is.
    pub unknown: Option<String>,
    /// What to do about that; null when there is nothing to do.
    pub remedy: Option<String>,
    /// The config, as it was named.
    pub path: String,
    /// The asset that was asked for; null when it was all of them.
    pub asset: Option<String>,
    /// The changes, newest first.
    pub events: Vec<EventJson>,
    /// The commit that created the config; null where that is not known, or not part of what was asked for.
    pub created: Option<CreationJson>,
}

/// A change of the allocation.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventJson {
    /// The commit that landed it; of a discarded change, the one that made it.
    pub commit: String,
    /// The commit's own time, as RFC 3339 in UTC.
    pub time: String,
    /// From when it counts: never earlier than its ancestors, and of a discarded change never earlier than the merge.
    pub effective: String,
    /// The name of the author.
    pub author: String,
    /// The first line of the message.
    pub summary: String,
    /// Why it was made; null when nobody said so.
    pub reason: Option<String>,
    /// Why it could not wait; null when nobody said so.
    pub r#override: Option<String>,
    /// The path of the config in the commit.
    pub path: String,
    /// How it landed: `commit`, `merge`, or `discarded` by a merge.
    pub landing: &'static str,
    /// The merge that threw it away; null when it landed.
    pub merge: Option<String>,
    /// What it changed.
    pub changes: Vec<ChangeJson>,
    /// What the cooldown says of it.
    pub cooldown: CooldownJson,
}

/// What the cooldown says of a change, at the instant it landed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CooldownJson {
    /// Whether it was kept; null when that cannot be told, and of a discarded change.
    pub kept: Option<bool>,
    /// The commit of the change before it, by the instant it counts from; null when there is none.
    pub previous: Option<String>,
    /// How many seconds after that one it landed; null when there is none.
    pub seconds: Option<i64>,
    /// `kept`, `restored` (kept, because it restored what stood when the window began), `overridden`, `broken`,
    /// `discarded` or `unknown`.
    pub verdict: &'static str,
    /// The cooldown in seconds that was in force; null of a discarded change, and when that cannot be told.
    pub window: Option<i64>,
    /// Why it cannot be told; null when it can.
    pub unknown: Option<String>,
}

/// The commit that created the config.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CreationJson {
    /// The commit.
    pub commit: String,
    /// Its time, as RFC 3339 in UTC.
    pub time: String,
    /// The name of its author.
    pub author: String,
    /// The first line of its message.
    pub summary: String,
    /// The path of the config in it.
    pub path: String,
    /// How many assets there were.
    pub assets: usize,
}

impl EventJson {
    /// A change for programs.
    #[must_use]
    pub fn of(row: &Row<'_>) -> Self {
        let event = row.event;
        let (landing, merge) = match event.landing {
            Landing::Commit => ("commit", None),
            Landing::Merge => ("merge", None),
            Landing::Discarded { merge } => ("discarded", Some(merge.to_string())),
        };
        Self {
            commit: event.commit.to_string(),
            time: instant(event.time),
            effective: instant(event.effective),
            author: event.words.author.clone(),
            summary: event.summary().to_owned(),
            reason: event.reason.clone(),
            r#override: event.override_reason.clone(),
            path: event.path.clone(),
            landing,
            merge,
            changes: row.differences.iter().map(ChangeJson::of).collect(),
            cooldown: cooldown(row),
        }
    }
}

/// Draws a history.
pub(super) fn draw(report: &HistoryReport<'_>) -> String {
    let document = HistoryJson {
        format_version: "1.0",
        complete: report.unknown.is_none(),
        unknown: report.unknown.map(|gap| gap.why.clone()),
        remedy: report.unknown.map(|gap| gap.remedy.clone()),
        path: report.path.to_owned(),
        asset: report.asset.map(|code| code.0.clone()),
        events: report.rows.iter().map(EventJson::of).collect(),
        created: report.created.map(creation),
    };
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn cooldown(row: &Row<'_>) -> CooldownJson {
    let (kept, verdict, unknown) = match &row.landed.kept {
        Kept::Alone => (Some(true), "kept", None),
        Kept::Restored => (Some(true), "restored", None),
        Kept::Overridden => (Some(false), "overridden", None),
        Kept::Broken => (Some(false), "broken", None),
        Kept::Discarded => (None, "discarded", None),
        Kept::Unknown(gap) => (None, "unknown", Some(gap.why.clone())),
    };
    CooldownJson {
        kept,
        previous: row.landed.previous.map(|event| event.commit.to_string()),
        seconds: row.landed.previous.map(|event| row.event.effective.saturating_sub(event.effective)),
        verdict,
        window: row.window,
        unknown,
    }
}

fn creation(event: &Event) -> CreationJson {
    let assets = match &event.after {
        Standing::Allocation(allocation) => allocation.assets.len(),
        Standing::Absent => 0,
    };
    CreationJson {
        commit: event.commit.to_string(),
        time: instant(event.time),
        author: event.words.author.clone(),
        summary: event.summary().to_owned(),
        path: event.path.clone(),
        assets,
    }
}

/// The first and the last second that RFC 3339 can say.
const YEARS: (i64, i64) = (-62_167_219_200, 253_402_300_799);

/// An instant in UTC; one that RFC 3339 cannot say is the nearest that it can.
fn instant(seconds: i64) -> String {
    let time = DateTime::from_timestamp(seconds.clamp(YEARS.0, YEARS.1), 0).unwrap_or_default();
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}
