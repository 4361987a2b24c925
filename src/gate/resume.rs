//! The gate of a plan that was begun and not finished.
//!
//! Rules are not asked again, nor is the config: the plan passed them when it was begun, and half a rebalance is nobody's
//! wish. What
//! became of an order must never be decided here; that is the broker's to find out.

use super::market::{self, Asked, Venue};
use super::{Refusal, applied, identified, pair, unfinished_other};
use crate::plan::file::{FileError, PlanFile};
use crate::replay::{Run, Stage, State};

/// Everything that is looked at before an unfinished plan goes on.
#[derive(Debug)]
pub struct ResumeEvidence<'a> {
    /// What reading the plan file gave.
    pub plan: Result<PlanFile, FileError>,
    /// The plan that was asked for, if any was.
    pub expect: Option<&'a str>,
    /// What the journal says.
    pub journal: &'a State,
    /// The broker that would go on.
    pub broker: &'a str,
    /// Where the account stands, in that broker's own words; for `paper` the SHA-256 of the holdings file. `None` for a
    /// broker whose account moves by itself, which reconciles every order anyway.
    pub mark: Option<&'a str>,
    /// The account's salted hash; none where the account is a file.
    pub account: Option<&'a str>,
}

/// Leave to go on with one unfinished plan, once. Only [`resume`] gives it, and going on consumes it.
///
/// ```compile_fail
/// # fn take(plan: rebalance::plan::PlanFile) {
/// let permit = rebalance::gate::ResumePermit { plan, head: String::new() }; // private: nothing but `resume` makes one
/// # }
/// ```
///
/// ```compile_fail
/// # fn take(permit: rebalance::gate::ResumePermit, first: rebalance::journal::Journal<'_>, second: rebalance::journal::Journal<'_>,
/// #     desk: &mut rebalance::apply::Desk<'_>) {
/// let _ = rebalance::apply::resume(permit, first, desk);
/// let _ = rebalance::apply::resume(permit, second, desk); // moved: a permit is used once
/// # }
/// ```
#[derive(Debug)]
pub struct ResumePermit {
    plan: PlanFile,
    head: String,
}

impl ResumePermit {
    /// The plan.
    #[must_use]
    pub fn plan(&self) -> &PlanFile {
        &self.plan
    }

    /// The plan and the journal's last line, used up.
    pub(crate) fn spend(self) -> (PlanFile, String) {
        (self.plan, self.head)
    }
}

/// Judges whether an unfinished plan may go on: leave to do so, or every reason why not.
///
/// # Errors
/// All refusals, in the order of the checks.
pub fn resume(evidence: ResumeEvidence<'_>) -> Result<ResumePermit, Vec<Refusal>> {
    let mut refusals = Vec::new();
    let Some(plan) = identified(evidence.plan, evidence.expect, &mut refusals) else { return Err(refusals) };
    // An order that is underway is looked for whatever the market does.
    let venue = Venue { broker: evidence.broker, account: evidence.account, unfit: None, market: Asked::No };
    match evidence.journal.unfinished() {
        Some(run) if run.plan_id == plan.plan_id => {
            if run.broker != evidence.broker {
                refusals.push(Refusal::OtherBroker(pair(&run.broker, evidence.broker)));
            } else if let Some(other) = market::other_account(plan.body.inputs.broker.as_ref(), &venue) {
                refusals.push(other);
            } else if let Some(mark) = evidence.mark {
                refusals.extend(unexplained(run, mark));
            }
        }
        Some(run) => refusals.push(unfinished_other(run)),
        None => refusals.extend(match evidence.journal.run(&plan.plan_id) {
            Some(run) => Some(applied(&plan.plan_id, run.finished.as_deref().unwrap_or_default())),
            None => Some(Refusal::NotBegun { plan_id: plan.plan_id.clone() }),
        }),
    }
    if refusals.is_empty() { Ok(ResumePermit { plan, head: evidence.journal.head.clone() }) } else { Err(refusals) }
}

/// Whether the account stands where the journal cannot have left it.
fn unexplained(run: &Run, mark: &str) -> Option<Refusal> {
    let open = run.open();
    let explained = match (open, run.moving()) {
        (Some(order), _) => vec![order.before.clone(), order.after.clone()],
        (None, Some(moving)) => vec![moving.before.clone(), moving.after.clone()],
        (None, None) => vec![run.mark().to_owned()],
    };
    let order = open.or_else(|| run.orders.iter().rfind(|order| !matches!(order.stage, Stage::Failed(_))));
    let order = match run.moving() {
        Some(moving) => Some(moving.id.clone()),
        None => order.map(|order| order.id.clone()),
    };
    (!explained.iter().any(|known| known == mark)).then(|| Refusal::HoldingsUnexplained {
        order,
        current: mark.to_owned(),
        explained,
    })
}
