//! A status for programs.

use super::{Cooldown, StatusReport};
use crate::finding::{Certainty, Finding};
use crate::plan::file::{AssetBefore, Balance, FxInput};
use crate::schema::{Sheet, schema_of};
use chrono::{DateTime, SecondsFormat};
use schemars::JsonSchema;
use serde::Serialize;

/// The schema of what `status --format json` prints.
pub const STATUS_SHEET: Sheet = Sheet { file: "status.schema.json", schema: schema_of::<StatusJson> };

/// What `status --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "rebalance status --format json")]
pub struct StatusJson {
    /// The version of the format.
    pub format_version: &'static str,
    /// The day.
    pub as_of: String,
    /// The currency of all amounts.
    pub currency: String,
    /// What weights are of.
    pub total: String,
    /// Cash.
    pub cash: String,
    /// The cash of each currency; not there where one currency is all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub balances: Vec<Balance>,
    /// The exchange rates; not there where one currency is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fx: Option<FxInput>,
    /// The assets by code.
    pub assets: Vec<AssetJson>,
    /// Whether a rebalance is due.
    pub trigger: TriggerJson,
    /// The schedule.
    pub scheduled: ScheduledJson,
    /// What is still free of tax of the year's gains that are taxed together; null when no asset is taxed so.
    pub deduction: Option<DeductionJson>,
    /// What the cooldown says.
    pub cooldown: CooldownJson,
    /// Whether the config is committed as it stands: only then is it traded.
    pub committed: bool,
    /// The last rebalance in the log; null when there is none.
    pub last: Option<LastJson>,
    /// What the rules say beside that: errors and warnings.
    pub checks: Vec<CheckJson>,
}

/// An asset.
#[derive(Debug, Serialize, JsonSchema)]
pub struct AssetJson {
    /// Its code.
    pub code: String,
    /// Its name.
    pub ticker: String,
    /// Its sleeve.
    pub sleeve: String,
    /// Shares times price.
    pub value: String,
    /// Its weight, rounded to six places.
    pub weight: String,
    /// Its target.
    pub target: String,
    /// Lower edge of its band.
    pub min: String,
    /// Upper edge of its band.
    pub max: String,
    /// Weight less target, rounded to six places.
    pub drift: String,
    /// What it breaches: `threshold`, `below-band` or `above-band`; null when nothing.
    pub breach: Option<String>,
    /// Why it is left alone; null when it is not.
    pub left_alone: Option<LeftAloneJson>,
}

/// Why an asset is left alone.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LeftAloneJson {
    /// The ex-dividend date; the last one, where windows run into each other.
    pub ex_dividend_date: String,
    /// The first session on which it may be traded again.
    pub until: String,
}

/// Whether a rebalance is due.
#[derive(Debug, Serialize, JsonSchema)]
pub struct TriggerJson {
    /// `scheduled`, `drift`, or another cause; null when none is due.
    pub fired: Option<String>,
    /// Why or why not, a sentence each.
    pub why: Vec<String>,
}

/// The schedule.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ScheduledJson {
    /// Since when something is due by it; null when nothing is.
    pub due: Option<String>,
    /// Sessions since then; null when nothing is due.
    pub sessions: Option<i64>,
    /// The latest scheduled date; null where the strategy looks at none.
    pub latest: Option<String>,
    /// The day on which that was served; null when it was not.
    pub served: Option<String>,
    /// The plan that served it; null when it was not, or the log does not say.
    pub served_by: Option<String>,
    /// Assets that every rebalance since that date left alone because of their ex-dividend dates.
    pub owed: Vec<String>,
    /// The next scheduled date; null where the strategy looks at none, or the calendar does not reach so far.
    pub next: Option<String>,
}

/// What of a year's gains of assets of the class `overseas` is free of tax.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeductionJson {
    /// The year.
    pub year: i32,
    /// The part of its gains that is free of tax.
    pub deduction: String,
    /// Gains realised in it, losses taken off, as the log and the holdings say.
    pub realised: String,
    /// What is left of the deduction.
    pub left: String,
    /// Sales in the log of which it does not say what they gained. While there are any, nothing counts as left.
    pub untold: Vec<String>,
}

/// What the cooldown says of trading the allocation.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CooldownJson {
    /// From when it may be traded, as RFC 3339 in UTC; null when it may be now, and when that cannot be told.
    pub until: Option<String>,
    /// The commit of the change that has to cool down; null when none has.
    pub commit: Option<String>,
    /// Why it cannot be told; null when it can.
    pub unknown: Option<String>,
}

/// The last rebalance in the log.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LastJson {
    /// The day of its plan.
    pub date: String,
    /// What made it due.
    pub trigger: String,
    /// The plan; null where the log does not say.
    pub plan_id: Option<String>,
    /// How many trades it had.
    pub trades: usize,
}

/// What a rule says.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CheckJson {
    /// The rule.
    pub rule: String,
    /// `error` or `warning`.
    pub level: String,
    /// Whether it could not tell rather than said no.
    pub unknown: bool,
    /// What it says.
    pub message: String,
    /// What to do.
    pub help: Vec<String>,
}

/// Draws a status.
pub(super) fn draw(report: &StatusReport<'_>) -> String {
    let trigger = report.trigger;
    let (until, commit, unknown) = match &report.cooldown {
        Cooldown::Free => (None, None, None),
        Cooldown::Until { seconds, commit } => (Some(instant(*seconds)), Some(commit.clone()), None),
        Cooldown::Unknown(why) => (None, None, Some(why.clone())),
    };
    let status = StatusJson {
        format_version: "1.0",
        as_of: report.as_of.to_string(),
        currency: report.currency.to_owned(),
        total: report.before.total.clone(),
        cash: report.before.cash.clone(),
        balances: report.before.balances.clone(),
        fx: report.fx.cloned(),
        assets: report.before.assets.iter().map(|one| asset(report, one)).collect(),
        trigger: TriggerJson { fired: trigger.fired.clone(), why: trigger.why.clone() },
        scheduled: ScheduledJson {
            due: trigger.due_since.clone(),
            sessions: trigger.due_sessions,
            latest: trigger.scheduled.clone(),
            served: trigger.served.clone(),
            served_by: trigger.served_by.clone(),
            owed: trigger.owed.clone(),
            next: trigger.next.clone(),
        },
        deduction: report.tax.map(|tax| DeductionJson {
            year: tax.year,
            deduction: tax.deduction.clone(),
            realised: tax.realised_before.clone(),
            left: tax.left.clone(),
            untold: tax.untold.clone(),
        }),
        cooldown: CooldownJson { until, commit, unknown },
        committed: report.committed,
        last: report.last.map(|last| LastJson {
            date: last.date.to_string(),
            trigger: last.trigger.clone(),
            plan_id: Some(last.plan_id.clone()).filter(|id| !id.is_empty()),
            trades: last.trades.len(),
        }),
        checks: report.checks.iter().map(|finding| check(finding)).collect(),
    };
    serde_json::to_string_pretty(&status).unwrap_or_default() + "\n"
}

fn asset(report: &StatusReport<'_>, asset: &AssetBefore) -> AssetJson {
    let frozen = report.frozen.iter().find(|frozen| frozen.code.0 == asset.code);
    AssetJson {
        code: asset.code.clone(),
        ticker: asset.ticker.clone(),
        sleeve: asset.sleeve.clone(),
        value: asset.value.clone(),
        weight: asset.weight.clone(),
        target: asset.target.clone(),
        min: asset.min.clone(),
        max: asset.max.clone(),
        drift: asset.drift.clone(),
        breach: asset.breach.clone(),
        left_alone: frozen
            .map(|frozen| LeftAloneJson { ex_dividend_date: frozen.date.to_string(), until: frozen.until.to_string() }),
    }
}

fn check(finding: &Finding) -> CheckJson {
    CheckJson {
        rule: finding.rule.to_string(),
        level: finding.level.word().to_owned(),
        unknown: finding.certainty == Certainty::Unknown,
        message: finding.message.clone(),
        help: finding.help.clone(),
    }
}

fn instant(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Secs, true)
}
