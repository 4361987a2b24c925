//! How the portfolio stands: weights in their bands, whether a rebalance is due and why or why not, since when and when
//! next, what is left alone, what the cooldown says, and the last rebalance.
//!
//! Everything was decided before it comes here. What assets are called comes from a file: it stands on one line, and in
//! Markdown in a code span that it cannot end.

mod human;
mod json;
mod markdown;

pub use json::{STATUS_SHEET, StatusJson};

use super::plan::figures::grouped;
use super::{Format, Paint};
use crate::ex_dividend::Frozen;
use crate::finding::Finding;
use crate::plan::file::{Before, FxInput, Trigger, YearTax};
use crate::record::Record;
use crate::words::count;
use crate::zone::Zone;
use chrono::NaiveDate;

/// How a portfolio stands on a day.
#[derive(Debug, Clone)]
pub struct StatusReport<'a> {
    /// The day.
    pub as_of: NaiveDate,
    /// The base currency.
    pub currency: &'a str,
    /// The exchange rates, where there are other currencies.
    pub fx: Option<&'a FxInput>,
    /// The figures.
    pub before: &'a Before,
    /// Whether a rebalance is due, and why or why not.
    pub trigger: &'a Trigger,
    /// What is left alone.
    pub frozen: &'a [Frozen],
    /// The year's gains that are taxed together, when any asset is taxed so.
    pub tax: Option<&'a YearTax>,
    /// What the cooldown says.
    pub cooldown: Cooldown,
    /// Whether the config is committed as it stands.
    pub committed: bool,
    /// The last rebalance in the log.
    pub last: Option<&'a Record>,
    /// What the rules say beside that: errors and warnings.
    pub checks: Vec<&'a Finding>,
    /// The zone in which people are told instants.
    pub zone: Zone,
    /// The options that name other files than the usual ones, and the day, each after a space.
    pub options: &'a str,
}

/// When the allocation may be traded, as far as its own changes decide that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cooldown {
    /// Now.
    Free,
    /// Not before an instant.
    Until {
        /// Seconds since 1970.
        seconds: i64,
        /// The commit of the change that has to cool down.
        commit: String,
    },
    /// It cannot be told.
    Unknown(String),
}

/// Draws a status in a format, complete with its final newline.
#[must_use]
pub fn draw(format: Format, report: &StatusReport<'_>, paint: Paint) -> String {
    match format {
        Format::Json => json::draw(report),
        Format::Markdown => markdown::draw(report, paint),
        _ => human::draw(report, paint),
    }
}

impl StatusReport<'_> {
    /// Whether a rebalance is due, as a sentence without its period.
    pub(super) fn verdict(&self) -> String {
        match &self.trigger.fired {
            Some(cause) => format!("A rebalance is due ({cause})"),
            None => "No rebalance is due".to_owned(),
        }
    }

    /// What is told below the reasons: a word for each, and a sentence.
    pub(super) fn facts(&self) -> Vec<(&'static str, String)> {
        let mut facts = vec![("schedule", self.schedule())];
        facts.extend(self.frozen.iter().map(|frozen| {
            let (code, date, until) = (&frozen.code, frozen.date, frozen.until);
            ("left alone", format!("{code} until {until}, for its ex-dividend date {date}"))
        }));
        facts.extend(self.tax.map(|tax| ("deduction left", self.told_deduction(tax))));
        facts.push(("cooldown", self.told_cooldown()));
        if !self.committed {
            facts.push(("config", "not committed as it stands, and not traded before it is".to_owned()));
        }
        facts.push(("last rebalance", self.told_last()));
        facts
    }

    fn schedule(&self) -> String {
        let due = match (&self.trigger.due_since, self.trigger.due_sessions) {
            (Some(since), Some(n)) if n > 0 => {
                format!("due since {since}, {} ago", count(usize::try_from(n).unwrap_or(0), "session"))
            }
            (Some(since), _) => format!("due since {since}"),
            (None, _) => match (&self.trigger.scheduled, &self.trigger.served) {
                (Some(date), Some(served)) => format!("{date} was served on {served}"),
                _ => "none that the strategy looks at".to_owned(),
            },
        };
        match &self.trigger.next {
            Some(next) => format!("{due}; next {next}"),
            None => due,
        }
    }

    fn told_deduction(&self, tax: &YearTax) -> String {
        let [left, all, realised] = [&tax.left, &tax.deduction, &tax.realised_before].map(|figure| grouped(figure));
        let base = self.currency;
        let told = format!("{left} of {all} {base} free of tax in {}, after gains of {realised}", tax.year);
        match tax.untold.first() {
            Some(sale) => format!("{told}; the log does not say what the sale of {sale} gained"),
            None => told,
        }
    }

    fn told_cooldown(&self) -> String {
        match &self.cooldown {
            Cooldown::Free => "none; the allocation may be traded".to_owned(),
            Cooldown::Until { seconds, commit } => {
                format!("commit {commit} changed the allocation; it may be traded from {}", self.instant(*seconds))
            }
            Cooldown::Unknown(why) => format!("cannot be told: {why}"),
        }
    }

    fn told_last(&self) -> String {
        let Some(last) = self.last else { return "none in the log".to_owned() };
        let trades = count(last.trades.len(), "trade");
        let by = last.plan_id.get(..12).map_or(String::new(), |id| format!(", plan {id}"));
        format!("{} ({}), {trades}{by}", last.date, last.trigger)
    }

    fn instant(&self, seconds: i64) -> String {
        match self.zone.local(seconds) {
            Some(local) => local.format("%Y-%m-%d %H:%M:%S %:z").to_string(),
            None => format!("{seconds} seconds after 1970"),
        }
    }
}
