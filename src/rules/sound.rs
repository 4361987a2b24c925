//! The type that says a portfolio was judged: only [`judge`] makes one.

use super::{Facts, Group, run};
use crate::finding::{Finding, Level};
use crate::policy::Policies;
use crate::portfolio::Portfolio;

/// A portfolio that no error rule about form, allocation or schedule denied. It is the only thing that is planned.
///
/// ```compile_fail
/// # fn take(portfolio: rebalance::portfolio::Portfolio) {
/// let sound = rebalance::rules::Sound { portfolio }; // private: nothing but `judge` makes one
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    portfolio: Portfolio,
}

impl Sound {
    /// The portfolio.
    #[must_use]
    pub fn portfolio(&self) -> &Portfolio {
        &self.portfolio
    }
}

/// Judges form, allocation and schedule: the findings, and the portfolio when none of them is an error.
#[must_use]
pub fn judge(facts: &Facts<'_>, policies: &Policies) -> (Option<Sound>, Vec<Finding>) {
    let findings = run(Group::SOUND, facts, policies);
    let denied = findings.iter().any(|finding| finding.level == Level::Error && finding.suppressed.is_none());
    let refused_text = !facts.reading.faults.is_empty() || !facts.issues.is_empty();
    let portfolio = if denied || refused_text { None } else { Portfolio::of(facts.config) };
    (portfolio.map(|portfolio| Sound { portfolio }), findings)
}
