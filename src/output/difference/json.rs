//! A difference for programs.

use super::super::change::ChangeJson;
use super::super::json::{FindingJson, one};
use super::{Cooldown, End, Found, Report, Said, Trades};
use crate::difference::{About, Setting};
use crate::finding::Finding;
use crate::history::Oid;
use crate::plan::Effect;
use crate::plan::effect::Pair;
use crate::plan::file::{Order, Summary};
use crate::schema::{Sheet, schema_of};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeMap;

/// The schema of what `diff --format json` prints.
pub const SHEET: Sheet = Sheet { file: "diff.schema.json", schema: schema_of::<DiffJson> };

/// What `diff --format json` prints.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "rebalance diff --format json")]
pub(super) struct DiffJson {
    /// The version of the format.
    pub format_version: &'static str,
    /// What it is compared with.
    pub base: EndJson,
    /// What is looked at.
    pub head: EndJson,
    /// `identical`, `formatting` when both mean the same, `changed`, or `unknown` when one of them cannot be read.
    pub result: &'static str,
    /// What differs of the allocation: assets by code, then sleeves by name.
    pub changes: Vec<ChangeJson>,
    /// What differs beside it: of the portfolio, of assets, of rules.
    pub settings: Vec<SettingJson>,
    /// What the rules find in the head and not in the base, but for the history.
    pub added: Vec<FindingJson>,
    /// What they found in the base and do not find in the head.
    pub removed: Vec<FindingJson>,
    /// The errors that are in both.
    pub kept: Vec<FindingJson>,
    /// What the cooldown says.
    pub cooldown: CooldownJson,
    /// What the history rules say of the change.
    pub judged: Vec<FindingJson>,
    /// The commits of the range that changed the allocation, newest first; none for the work tree.
    pub commits: Vec<CommitJson>,
    /// The reason that the description of the request gives; null where there is none, and where the allocation is not
    /// changed.
    pub request: Option<String>,
    /// The orders the change would cause; null where nothing differs that orders are worked out from.
    pub trades: Option<TradesJson>,
}

/// One end of a difference.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct EndJson {
    /// The revision as it was named; null for the work tree, and where there is nothing to compare with.
    pub rev: Option<String>,
    /// Its commit; null for the work tree, and in a repository without commits.
    pub commit: Option<String>,
    /// The commit where the head parted from it, when that is another one: then that is compared.
    pub parted: Option<String>,
    /// The config's path in the repository.
    pub path: String,
    /// `read`, `unreadable` when it is no portfolio, or `absent`.
    pub state: &'static str,
}

/// A setting that differs.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct SettingJson {
    /// The asset's code, when it is one of an asset; otherwise null.
    pub code: Option<String>,
    /// The rule's id, when it is one of a rule; otherwise null.
    pub rule: Option<String>,
    /// The path below `portfolio`, the key of the asset, or `level`, `parameters.NAME`, `expression` and so on of the
    /// rule.
    pub key: String,
    /// What it was, in one spelling; null where nothing was said.
    pub from: Option<String>,
    /// What it is; null where nothing is said.
    pub to: Option<String>,
}

/// What the cooldown says.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CooldownJson {
    /// `unchanged`, `allowed`, `restores` (allowed, because it restores what stood), `refused`, `overridden`, `future`
    /// (a change claims to come from there), `unknown`, `unread` (the config is no allocation), or `off`.
    pub verdict: &'static str,
    /// Its length.
    pub days: u32,
    /// The instant at which the change would be allowed, where it is not.
    pub until: Option<String>,
    /// The commit that stands in the way.
    pub by: Option<String>,
    /// When the allocation was changed last, where that is known: by that commit, where there is one.
    pub last: Option<String>,
    /// Why it cannot wait, when it is overridden.
    #[serde(rename = "override")]
    pub override_reason: Option<String>,
    /// Why it cannot be told, when it cannot.
    pub why: Option<String>,
    /// What to do then.
    pub remedy: Option<String>,
}

/// A commit that changed the allocation.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct CommitJson {
    /// Its id.
    pub commit: String,
    /// When it was committed.
    pub time: Option<String>,
    /// Its author's name.
    pub author: String,
    /// The first line of its message.
    pub summary: String,
    /// The reason it gives.
    pub reason: Option<String>,
    /// Why the cooldown is to be overridden.
    #[serde(rename = "override")]
    pub override_reason: Option<String>,
}

/// The orders the change would cause.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct TradesJson {
    /// Whether they are known.
    pub known: bool,
    /// Why they are not, or why those without the change are not.
    pub why: Option<String>,
    /// What to do about it.
    pub remedies: Vec<String>,
    /// The day of the holdings.
    pub as_of: Option<String>,
    /// The currency of all amounts.
    pub currency: Option<String>,
    /// Every asset with an order, with the change or without it.
    pub orders: Vec<PairJson>,
    /// The figures of the orders with the change.
    pub after: Option<Summary>,
    /// The figures of the orders without it.
    pub before: Option<Summary>,
    /// What the rules would say of the plan of these orders.
    pub checks: Vec<FindingJson>,
}

/// The orders of one asset.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct PairJson {
    /// Its code.
    pub code: String,
    /// Its name.
    pub ticker: String,
    /// How many shares more are bought because of the change, sold below zero; null when that is not known.
    pub caused: Option<String>,
    /// The order with the change.
    pub after: Option<Order>,
    /// The order without it.
    pub before: Option<Order>,
}

/// Draws a difference.
pub(super) fn draw(report: &Report<'_>) -> String {
    let document = DiffJson {
        format_version: "1.0",
        base: end(report.base),
        head: end(report.head),
        result: report.same.word(),
        changes: report.changes.iter().map(ChangeJson::of).collect(),
        settings: report.settings.iter().map(setting).collect(),
        added: findings(report, report.added),
        removed: findings(report, report.removed),
        kept: findings(report, report.kept),
        cooldown: cooldown(report),
        judged: findings(report, Found { findings: report.judged, ..report.added }),
        commits: report.said.iter().map(commit).collect(),
        request: report.request.map(str::to_owned),
        trades: trades(report),
    };
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn end(end: &End) -> EndJson {
    EndJson {
        rev: end.name.clone().filter(|_| end.commit.is_some()),
        commit: end.commit.map(|commit| commit.to_string()),
        parted: end.parted.map(|commit| commit.to_string()),
        path: end.path.clone(),
        state: end.state.word(),
    }
}

fn setting(setting: &Setting) -> SettingJson {
    let (code, rule) = match &setting.about {
        About::Portfolio => (None, None),
        About::Asset(code) => (Some(code.0.clone()), None),
        About::Rule(id) => (None, Some(id.clone())),
    };
    SettingJson { code, rule, key: setting.key.clone(), from: setting.from.clone(), to: setting.to.clone() }
}

fn findings(report: &Report<'_>, found: Found<'_>) -> Vec<FindingJson> {
    let places = Report { ..*report };
    let places = places.places(found);
    let lines = places.lines();
    found.findings.iter().map(|finding| one(finding, lines.get(finding.path.as_str()))).collect()
}

fn instant(seconds: i64) -> Option<String> {
    let time = chrono::DateTime::from_timestamp(seconds, 0);
    time.map(|time| time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

fn cooldown(report: &Report<'_>) -> CooldownJson {
    let told = |until: Option<i64>, by: Option<&(Oid, i64)>| CooldownJson {
        verdict: report.cooldown.word(),
        days: report.days,
        until: until.and_then(instant),
        by: by.map(|(commit, _)| commit.to_string()),
        last: by.and_then(|(_, at)| instant(*at)),
        override_reason: None,
        why: None,
        remedy: None,
    };
    match report.cooldown {
        Cooldown::Unchanged | Cooldown::Unread | Cooldown::Off | Cooldown::Restores => told(None, None),
        Cooldown::Allowed { last } => CooldownJson { last: last.and_then(instant), ..told(None, None) },
        Cooldown::Refused { until, by } => told(Some(*until), Some(by)),
        Cooldown::Overridden { until, by, reason } => {
            CooldownJson { override_reason: Some(reason.clone()), ..told(Some(*until), Some(by)) }
        }
        Cooldown::Future { by } => told(None, Some(by)),
        Cooldown::Unknown { why, remedy } => {
            CooldownJson { why: Some(why.clone()), remedy: Some(remedy.clone()), ..told(None, None) }
        }
    }
}

fn commit(said: &Said) -> CommitJson {
    CommitJson {
        commit: said.commit.to_string(),
        time: instant(said.time),
        author: said.author.clone(),
        summary: said.summary.clone(),
        reason: said.reason.clone(),
        override_reason: said.override_reason.clone(),
    }
}

fn trades(report: &Report<'_>) -> Option<TradesJson> {
    let none = TradesJson {
        known: false,
        why: None,
        remedies: Vec::new(),
        as_of: None,
        currency: None,
        orders: Vec::new(),
        after: None,
        before: None,
        checks: Vec::new(),
    };
    Some(match report.trades {
        Trades::NotAsked => return None,
        Trades::None { why } => TradesJson { why: Some(why.clone()), ..none },
        Trades::Unknown { why, remedies } => TradesJson { why: Some(why.clone()), remedies: remedies.clone(), ..none },
        Trades::Known { effect, lost, checks } => TradesJson { why: lost.clone(), ..known(report, effect, checks) },
    })
}

fn known(report: &Report<'_>, effect: &Effect, checks: &[Finding]) -> TradesJson {
    let pair = |pair: &Pair| PairJson {
        code: pair.code.clone(),
        ticker: pair.ticker.clone(),
        caused: pair.caused.map(|shares| shares.normalize().to_string()),
        after: pair.after.clone(),
        before: pair.before.clone(),
    };
    let sources = BTreeMap::new();
    TradesJson {
        known: true,
        why: None,
        remedies: Vec::new(),
        as_of: Some(effect.as_of.clone()),
        currency: Some(effect.currency.clone()),
        orders: effect.pairs.iter().map(pair).collect(),
        after: Some(effect.after.clone()),
        before: effect.before.clone(),
        checks: findings(report, Found { findings: checks, sources: &sources, ..report.added }),
    }
}
