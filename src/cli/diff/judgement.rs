//! What a change is judged as: by the rules, and by the history and the policies of its base's tip.

use super::Job;
use super::ends::Found;
use super::side::Side;
use crate::cli::gather::{Claims, Told, gap};
use crate::cli::lint::{exit, join, judge};
use crate::cli::{Exit, Fault, Global, Host, policies};
use crate::finding::{Finding, Level};
use crate::history::{Verdict, allocation_verdict, message};
use crate::output::difference::Cooldown;
use crate::rules::{self, Group};

/// A judgement.
pub(super) struct Judgement {
    /// What the rules find in the head, but for those of the history.
    pub(super) findings: Vec<Finding>,
    /// What the history rules say of the change.
    pub(super) judged: Vec<Finding>,
    /// What the cooldown says.
    pub(super) cooldown: Cooldown,
    /// The length of the cooldown.
    pub(super) days: u32,
}

impl Judgement {
    /// Gives the head what it is judged by, and judges it. An allocation that is not changed is not asked about.
    pub(super) fn of(
        found: &Found,
        base: &Side,
        head: &mut Side,
        job: &Job,
        global: &Global,
        host: &mut Host<'_>,
    ) -> Result<Self, Fault> {
        if let Some(tip) = found.tip {
            let of = |global: &Global| {
                let sources = policies::of_side(&found.repo, tip, found.name_at_tip(), global, host)?;
                Ok::<_, Fault>(rules::policies(&sources).0)
            };
            let (by_base, named) = (rules::judged_by_base(), of(global)?);
            // Whatever directory is named: the cooldown is no laxer than by the policies beside the base's config.
            let beside = of(&Global { policies: None, ..global.clone() })?;
            let own = head.gathered.policies.clone();
            head.gathered.policies = own.no_laxer(&named, &by_base).no_laxer(&beside, &by_base);
            head.gathered.base_policies = Some(named);
        }
        let candidate = head.standing();
        // The tip of a branch that is the first of its repository is no change of anything.
        let new = found.tip.is_none() && found.head.is_some();
        // Where both parted in several commits, equal to one of them is not yet unchanged.
        let same = candidate == base.standing() && found.ends.as_ref().is_none_or(|ends| ends.parted.len() == 1);
        if candidate.is_some() && !same && !new {
            let claims = match found.head {
                Some(_) => Claims { reasoned: job.body.as_deref().map(says_why), ..Claims::default() },
                None => Claims::of_environment(host),
            };
            let told = found.told(candidate, &head.gathered.policies, &claims, global, host);
            head.gathered.past = told.unwrap_or_else(|error| Told::Unknown(gap(&error)));
        }
        let (judged, findings) = judge(&head.gathered).into_iter().partition(of_history);
        let setting = head.gathered.policies.setting("allocation-cooldown");
        let days = setting.map_or(0, |setting| setting.days("days"));
        let off = setting.is_none_or(|setting| setting.level == Level::Off);
        Ok(Self { findings, judged, cooldown: cooldown(head, days, off), days })
    }

    /// Adds what another base makes of it: the stricter verdict counts.
    pub(super) fn join(&mut self, other: Self) {
        join(&mut self.findings, other.findings, |finding| finding);
        join(&mut self.judged, other.judged, |finding| finding);
        if strictness(&other.cooldown) > strictness(&self.cooldown) {
            (self.cooldown, self.days) = (other.cooldown, other.days);
        }
    }

    /// What it comes to.
    pub(super) fn exit(&self) -> Exit {
        let all: Vec<Finding> = self.findings.iter().chain(&self.judged).cloned().collect();
        exit(&all, Level::Error)
    }
}

fn says_why(body: &str) -> bool {
    message::request_reason(body).is_some()
}

/// Whether a finding is of a rule that judges the change by its history.
fn of_history(finding: &Finding) -> bool {
    rules::find(&finding.rule).is_some_and(|rule| rule.group == Group::History)
}

/// What the cooldown says, by the policies and the history that the head is judged by.
fn cooldown(head: &Side, days: u32, off: bool) -> Cooldown {
    let (history, change) = match &head.gathered.past {
        _ if head.standing().is_none() => return Cooldown::Unread,
        Told::NotAsked => return Cooldown::Unchanged,
        Told::Unknown(gap) => return Cooldown::Unknown { why: gap.why.clone(), remedy: gap.remedy.clone() },
        Told::Known { change, .. } if change.base == change.candidate => return Cooldown::Unchanged,
        Told::Known { history, change } => (history, change),
    };
    if off {
        return Cooldown::Off;
    }
    let window = i64::from(days) * 86_400;
    let newest = history.events.iter().map(|event| event.effective).max();
    match allocation_verdict(history, &change.candidate, change.now, window) {
        Verdict::Allowed if newest.is_some_and(|at| at > change.now - window) => Cooldown::Restores,
        Verdict::Allowed => Cooldown::Allowed { last: newest },
        Verdict::Refused { until, by, .. } => {
            let by = (by.commit, by.effective);
            match &change.override_reason {
                Some(reason) => Cooldown::Overridden { until, by, reason: reason.clone() },
                None => Cooldown::Refused { until, by },
            }
        }
        Verdict::FutureEvent(event) => Cooldown::Future { by: (event.commit, event.effective) },
        Verdict::Unknown(gap) => Cooldown::Unknown { why: gap.why, remedy: gap.remedy },
    }
}

/// How strict a verdict is; of two refusals the one that lasts longer.
fn strictness(cooldown: &Cooldown) -> (u8, i64) {
    match cooldown {
        Cooldown::Unchanged | Cooldown::Off | Cooldown::Allowed { .. } | Cooldown::Restores => (0, 0),
        Cooldown::Overridden { until, .. } => (1, *until),
        Cooldown::Unread | Cooldown::Unknown { .. } => (2, 0),
        Cooldown::Refused { until, .. } => (3, *until),
        Cooldown::Future { .. } => (4, 0),
    }
}
