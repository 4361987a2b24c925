//! Why a rebalance is due or is not, in sentences: what the trigger looked at, what it saw, and what it did not look at.
//!
//! Whether one is due must never be decided here.

use super::draft::Draft;
use super::render::{band, in_points};
use crate::config::Strategy;
use crate::drift::{Breach, Line, threshold_of};
use crate::money::Weight;
use crate::portfolio::Asset;
use crate::trigger::{Cause, Owed, Schedule};
use crate::words::{count, exact_percent, exact_points, percent_beside, points_beside};
use rust_decimal::Decimal;

impl Draft<'_> {
    /// Why a rebalance is due or not, a sentence for each thing the strategy looks at.
    #[must_use]
    pub fn why(&self) -> Vec<String> {
        let verdict = &self.trigger;
        let mut why = self.flow_sentences();
        why.extend(verdict.schedule.as_ref().map(of_schedule).unwrap_or_default());
        if let Some(breaches) = &verdict.breaches {
            let lines = self.books.lines.iter().filter(|line| line.breach.is_some());
            why.extend(lines.filter_map(|line| self.breach_sentence(line)));
            if breaches.is_empty() {
                why.push(self.no_breach_sentence());
            }
        }
        why.extend(not_looked_at(self.portfolio().trigger.strategy).map(str::to_owned));
        if verdict.cause == Some(Cause::Manual) {
            why.push("asked for with --trigger manual".to_owned());
        }
        why
    }

    fn breach_sentence(&self, line: &Line) -> Option<String> {
        let asset = self.asset(line)?;
        let weight = |edge: Weight| {
            let weight = self.fine_drift(line.value, Weight::new(Decimal::ZERO), self.books.total);
            percent_beside(weight, edge.decimal())
        };
        let breach = match line.breach? {
            Breach::BelowBand => {
                format!("{} at {} is below its band of {}", line.code, weight(asset.min), band(asset.min, asset.max))
            }
            Breach::AboveBand => {
                format!("{} at {} is above its band of {}", line.code, weight(asset.max), band(asset.min, asset.max))
            }
            Breach::Threshold => {
                let target = exact_percent(asset.target.decimal());
                let (drift, threshold) = self.beside_threshold(line, asset)?;
                format!(
                    "{} has drifted {drift} points from its target of {target}, reaching its threshold of {threshold}",
                    line.code
                )
            }
        };
        Some(match self.frozen.iter().find(|frozen| frozen.code == line.code) {
            Some(frozen) => format!("{breach}, and is left alone until {}", frozen.until),
            None => breach,
        })
    }

    /// The drift of an asset in points, and its threshold; none when drift does not count.
    fn beside_threshold(&self, line: &Line, asset: &Asset) -> Option<(String, String)> {
        let (kind, threshold) = self.portfolio().trigger.drift?;
        let threshold = threshold_of(kind, threshold, asset.target);
        let drift = self.fine_drift(line.value, asset.target, self.books.total);
        let exact = exact_points(threshold).trim_start_matches('+').to_owned();
        Some((points_beside(drift, threshold), exact))
    }

    fn no_breach_sentence(&self) -> String {
        let others = if self.books.lines.iter().any(|line| line.breach.is_some()) { "other " } else { "" };
        let all_is_well = match self.portfolio().trigger.drift {
            Some(_) => format!("no {others}drift has reached its threshold, every {others}weight is in its band"),
            None => format!("every {others}weight is in its band"),
        };
        let furthest = self.books.lines.iter().filter(|line| line.breach.is_none()).filter_map(|line| {
            let drift = self.drift(line.value, self.asset(line)?.target, self.books.total);
            Some((drift.abs(), drift, line))
        });
        let furthest = furthest.max_by(|a, b| a.0.cmp(&b.0).then_with(|| b.2.code.cmp(&a.2.code)));
        match furthest {
            Some((_, drift, line)) => {
                // Where nothing has drifted, no threshold is near.
                let asset = self.asset(line).filter(|_| !drift.is_zero());
                let at = match asset.and_then(|asset| self.beside_threshold(line, asset)) {
                    Some((drift, threshold)) => format!("{drift} points, and its threshold is {threshold}"),
                    None => in_points(drift),
                };
                format!("{all_is_well}; {} is furthest, at {at}", line.code)
            }
            None => "there is nothing else that could drift".to_owned(),
        }
    }
}

/// What a strategy leaves out of account.
fn not_looked_at(strategy: Strategy) -> Option<&'static str> {
    match strategy {
        Strategy::Time => Some("drift and bands are not looked at: the strategy is `time`"),
        Strategy::Threshold => Some("no date is looked at: the strategy is `threshold`"),
        Strategy::Bands => Some("neither dates nor the threshold are looked at: the strategy is `bands`"),
        Strategy::Hybrid => None,
    }
}

fn of_schedule(schedule: &Schedule) -> Vec<String> {
    let Some(latest) = schedule.latest else { return vec!["no date is scheduled".to_owned()] };
    let Some(served) = &schedule.served else {
        let for_long = schedule.due.map(|due| due.sessions).filter(|sessions| *sessions > 0);
        let sessions = usize::try_from(for_long.unwrap_or(0)).unwrap_or(0);
        let so_long = if sessions > 0 { format!(" (for {})", count(sessions, "session")) } else { String::new() };
        return vec![format!("the scheduled date {latest} is due and not served{so_long}")];
    };
    // Another program may have written anything there.
    let id = served.plan_id.get(..12).filter(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let by = id.map_or(String::new(), |id| format!(" by plan {id}"));
    let mut why = vec![format!("the scheduled date {latest} was served on {}{by}", served.date)];
    why.extend(schedule.owed.iter().map(owed));
    why.extend(schedule.waiting.iter().map(|frozen| {
        let (code, date, until) = (&frozen.code, frozen.date, frozen.until);
        format!("{code} was left alone then, and is until {until}, for its ex-dividend date {date}")
    }));
    why
}

/// The sentence of an asset whose window has ended.
fn owed(one: &Owed) -> String {
    match &one.window {
        Some(window) => format!(
            "{} was left alone then for its ex-dividend date {}, and may be traded since {}",
            one.code, window.date, window.until
        ),
        None => format!("{} was left alone then for an ex-dividend date, and may be traded again", one.code),
    }
}
