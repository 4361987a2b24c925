//! The difference of two revisions, for people, for programs, and for a comment on a pull request.
//!
//! What differs, and what it is judged as, must never enter this room.

mod human;
mod json;
mod markdown;

pub use json::SHEET;

use super::change::Names;
use super::plan::grouped;
use super::{Base, Format, Paint};
use crate::difference::{About, Difference, Setting};
use crate::fault::Exit;
use crate::finding::{Finding, Level};
use crate::history::Oid;
use crate::plan::Effect;
use crate::plan::file::Summary;
use crate::words::{self, count};
use crate::zone::Zone;
use std::collections::BTreeMap;

/// What can be read of a config.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum State {
    /// There is none.
    #[default]
    Absent,
    /// It is no portfolio.
    Unreadable,
    /// All of it.
    Read,
}

impl State {
    /// The word used in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Unreadable => "unreadable",
            Self::Read => "read",
        }
    }
}

/// One end of a difference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct End {
    /// The revision as it was named; none for the work tree. With no commit, there is nothing.
    pub name: Option<String>,
    /// The commit; none for the work tree, and in a repository without commits.
    pub commit: Option<Oid>,
    /// Where the head parted from it, when that is another commit: then that is what is compared.
    pub parted: Option<Oid>,
    /// The config's path in the repository.
    pub path: String,
    /// What can be read of it.
    pub state: State,
}

impl End {
    /// What it is called: the revision and its commit, or the work tree.
    fn called(&self) -> String {
        match (&self.name, self.commit) {
            (None, _) => "the work tree".to_owned(),
            (Some(name), Some(commit)) if !commit.to_string().starts_with(name) => {
                format!("{name} ({})", commit.short())
            }
            (Some(name), Some(_)) => name.chars().take(12).collect(),
            (Some(_), None) => "nothing".to_owned(),
        }
    }
}

/// How much of the two configs and their policies is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    /// Every byte.
    Bytes,
    /// What they mean.
    Meaning,
    /// Neither.
    Nothing,
    /// That cannot be told: one of them cannot be read.
    Unknown,
}

impl Same {
    /// The word used in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Bytes => "identical",
            Self::Meaning => "formatting",
            Self::Nothing => "changed",
            Self::Unknown => "unknown",
        }
    }
}

/// What the cooldown says of the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cooldown {
    /// The allocation is not changed.
    Unchanged,
    /// The config cannot be read as an allocation.
    Unread,
    /// The rule is off in the policies.
    Off,
    /// The change is allowed.
    Allowed {
        /// When the allocation was changed last, as far as is known.
        last: Option<i64>,
    },
    /// The change is allowed because it restores what stood when the window began.
    Restores,
    /// Not before an instant.
    Refused {
        /// The instant.
        until: i64,
        /// The change that stands in the way, and when it landed.
        by: (Oid, i64),
    },
    /// It would be refused, and a commit says why it cannot wait.
    Overridden {
        /// When it would be allowed.
        until: i64,
        /// The change that stands in the way, and when it landed.
        by: (Oid, i64),
        /// Why it cannot wait.
        reason: String,
    },
    /// A change claims to come from the future.
    Future {
        /// The change, and when it claims to have landed.
        by: (Oid, i64),
    },
    /// It cannot be told.
    Unknown {
        /// Why.
        why: String,
        /// What to do.
        remedy: String,
    },
}

impl Cooldown {
    /// The word used in JSON.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Unread => "unread",
            Self::Off => "off",
            Self::Allowed { .. } => "allowed",
            Self::Restores => "restores",
            Self::Refused { .. } => "refused",
            Self::Overridden { .. } => "overridden",
            Self::Future { .. } => "future",
            Self::Unknown { .. } => "unknown",
        }
    }
}

/// A commit of the range that changed the allocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The commit.
    pub commit: Oid,
    /// Its committer time, in seconds since 1970-01-01T00:00:00Z.
    pub time: i64,
    /// Its author's name.
    pub author: String,
    /// The first line of its message.
    pub summary: String,
    /// The reason it gives.
    pub reason: Option<String>,
    /// Why the cooldown is to be overridden.
    pub override_reason: Option<String>,
}

/// The orders the change would cause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trades {
    /// Nothing differs that orders are worked out from.
    NotAsked,
    /// There are none to be shown.
    None {
        /// Why.
        why: String,
    },
    /// They cannot be told.
    Unknown {
        /// Why.
        why: String,
        /// What to do.
        remedies: Vec<String>,
    },
    /// These.
    Known {
        /// The orders with the change and without it.
        effect: Box<Effect>,
        /// Why those without it cannot be told, if so.
        lost: Option<String>,
        /// What the rules would say of a plan of these orders.
        checks: Vec<Finding>,
    },
}

/// Findings, and the texts and the directory they are placed in.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// The findings.
    pub findings: &'a [Finding],
    /// The texts by path.
    pub sources: &'a BTreeMap<String, String>,
    /// Where other programs look for the files.
    pub base: Base<'a>,
}

/// A difference, ready to be drawn.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// What it is compared with.
    pub base: &'a End,
    /// What is looked at.
    pub head: &'a End,
    /// How much is the same.
    pub same: Same,
    /// What differs of the allocation.
    pub changes: &'a [Difference],
    /// What differs beside it.
    pub settings: &'a [Setting],
    /// What assets are called.
    pub names: &'a Names,
    /// What the rules find in the head and not in the base, but for the history.
    pub added: Found<'a>,
    /// What they found in the base and do not find in the head.
    pub removed: Found<'a>,
    /// The errors that are in both.
    pub kept: Found<'a>,
    /// What the history rules say of the change.
    pub judged: &'a [Finding],
    /// What the cooldown says.
    pub cooldown: &'a Cooldown,
    /// The length of the cooldown in days.
    pub days: u32,
    /// The commits of the range that changed the allocation, newest first.
    pub said: &'a [Said],
    /// The reason that the description of the request gives, where one is asked for.
    pub request: Option<&'a str>,
    /// The orders.
    pub trades: &'a Trades,
    /// How instants are shown.
    pub zone: Zone,
    /// What the command answers with.
    pub exit: Exit,
    /// The command that prints all of it.
    pub command: &'a str,
}

impl Report<'_> {
    /// The findings as a report of their own, which knows where they are.
    fn places<'f>(&'f self, found: Found<'f>) -> super::Report<'f> {
        super::Report {
            path: &self.head.path,
            findings: found.findings,
            sources: found.sources,
            base: found.base,
            fail_on: Level::Error,
            exit: self.exit,
            pages: &[],
        }
    }

    /// What it comes to, in a word.
    fn verdict(&self) -> &'static str {
        match self.exit {
            Exit::Done | Exit::Changes => "ok",
            Exit::Unknown => "could not tell",
            _ => "refused",
        }
    }

    /// How much differs, in a phrase; of what is the same, a sentence without a period.
    fn headline(&self) -> String {
        if let (State::Unreadable, _) | (_, State::Unreadable) = (self.base.state, self.head.state) {
            let which = |end: &End| if end.name.is_none() { "the work tree".to_owned() } else { end.called() };
            let sides: Vec<String> =
                [self.base, self.head].into_iter().filter(|end| end.state == State::Unreadable).map(which).collect();
            return format!("cannot be compared: it is no portfolio in {}", sides.join(" and in "));
        }
        match (self.same, self.base.state, self.head.state) {
            (Same::Bytes, ..) => return "no difference".to_owned(),
            (Same::Meaning, ..) => return "formatting only: it means the same".to_owned(),
            (_, State::Absent, State::Read) => return format!("created, {}", self.counted()),
            (_, State::Read, State::Absent) => return format!("deleted, {}", self.counted()),
            _ => {}
        }
        self.counted()
    }

    fn counted(&self) -> String {
        let rules = self.settings.iter().filter(|setting| matches!(setting.about, About::Rule(_))).count();
        let counts = [
            (self.changes.len(), "change of the allocation", "changes of the allocation"),
            (self.settings.len() - rules, "other setting", "other settings"),
            (rules, "setting of a rule", "settings of rules"),
        ];
        let shown = counts.into_iter().enumerate().filter(|(i, (n, ..))| *i == 0 || *n > 0);
        let text = shown.map(|(_, (n, one, many))| if n == 1 { format!("1 {one}") } else { format!("{n} {many}") });
        text.collect::<Vec<_>>().join(", ")
    }

    /// The file: one path, or both when it was renamed.
    fn file(&self) -> String {
        match (self.base.path == self.head.path, self.base.state) {
            (false, State::Read | State::Unreadable) => format!("{} -> {}", self.base.path, self.head.path),
            _ => self.head.path.clone(),
        }
    }

    /// An instant as clocks at the portfolio's place show it.
    fn instant(&self, seconds: i64) -> String {
        match self.zone.local(seconds) {
            Some(local) => local.format("%Y-%m-%d %H:%M:%S %:z").to_string(),
            None => format!("{seconds} seconds after 1970"),
        }
    }

    /// Whether the policies make the cooldown less than an error.
    fn lenient(&self) -> bool {
        self.judged.iter().any(|finding| finding.rule == "allocation-cooldown" && finding.level < Level::Error)
    }

    /// What the cooldown says, in a sentence without a period; nothing where there is nothing to judge.
    fn cooldown(&self) -> Option<String> {
        let days = count(usize::try_from(self.days).unwrap_or(usize::MAX), "day");
        let landed = |(commit, at): &(Oid, i64)| {
            format!("commit {} changed the allocation on {}", commit.short(), self.instant(*at))
        };
        Some(match self.cooldown {
            Cooldown::Unchanged => return None,
            Cooldown::Unread => "cannot be told: the config cannot be read as an allocation".to_owned(),
            Cooldown::Off => "not judged: allocation-cooldown is off in the policies".to_owned(),
            Cooldown::Allowed { last: Some(at) } => {
                format!("allowed: the last change was on {}, and {days} have passed", self.instant(*at))
            }
            Cooldown::Allowed { last: None } => format!("allowed: no change within {days}"),
            Cooldown::Restores => format!("allowed: it restores the allocation that stood {days} ago"),
            Cooldown::Refused { until, by } if self.lenient() => {
                format!("too early until {}, which is no error by the policies: {}", self.instant(*until), landed(by))
            }
            Cooldown::Refused { until, by } => {
                format!("refused until {}: {}", self.instant(*until), landed(by))
            }
            Cooldown::Overridden { until, by, reason } => {
                format!("overridden: {reason} (it would be refused until {}: {})", self.instant(*until), landed(by))
            }
            Cooldown::Future { by } => format!("refused: {}, which is in the future", landed(by)),
            Cooldown::Unknown { why, .. } => format!("cannot be told: {why}"),
        })
    }
}

/// Draws a difference, complete with its final newline.
#[must_use]
pub fn draw(format: Format, report: &Report<'_>, paint: Paint) -> String {
    match format {
        Format::Json => json::draw(report),
        Format::Markdown => markdown::draw(report),
        _ => human::draw(report, paint),
    }
}

/// The key of a setting with what it is about: `rebalancing.strategy`, `069500 tags`, `rule max-weight level`.
fn key(setting: &Setting, names: &Names) -> String {
    match &setting.about {
        About::Portfolio => setting.key.clone(),
        About::Asset(code) => match names.get(code) {
            Some(name) => format!("{code} {name}: {}", setting.key),
            None => format!("{code}: {}", setting.key),
        },
        About::Rule(id) => format!("rule {id}: {}", setting.key),
    }
}

/// The sign of a setting.
fn sign(setting: &Setting) -> char {
    match (&setting.from, &setting.to) {
        (None, _) => '+',
        (_, None) => '-',
        _ => '~',
    }
}

/// How many orders there are, and how many of them the change has to do with.
fn title(effect: &Effect) -> String {
    let orders = count(effect.after.orders, "order");
    match (effect.parted().0.len(), &effect.before) {
        (_, None) => orders,
        (0, Some(_)) => format!("{orders}, the same as without the change"),
        (1, Some(_)) => format!("{orders}, 1 difference because of the change"),
        (n, Some(_)) => format!("{orders}, {n} differences because of the change"),
    }
}

/// Turnover and costs without the change, where they are others.
fn figures_before(effect: &Effect) -> Option<String> {
    let told = |summary| figures(summary, &effect.currency);
    let before = told(effect.before.as_ref()?);
    (!effect.is_none() || before != told(&effect.after)).then(|| format!("without the change: {before}"))
}

/// Turnover and costs in a phrase.
fn figures(summary: &Summary, currency: &str) -> String {
    let costs = &summary.costs;
    let conversion =
        costs.conversion.as_ref().map_or_else(String::new, |cost| format!(", conversion {}", grouped(cost)));
    format!(
        "turnover {}, costs {} {currency} (commission {}, slippage {}, tax {}{conversion})",
        words::percent(summary.turnover.parse().unwrap_or_default()),
        grouped(&costs.total),
        grouped(&costs.commission),
        grouped(&costs.slippage),
        grouped(&costs.tax)
    )
}
