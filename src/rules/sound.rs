//! The type that says a portfolio was judged: only [`judge`] makes one.

use super::{ALL, Facts, Group, Rule, run, shipped, stamp};
use crate::config::CashPolicy;
use crate::finding::{Finding, Level};
use crate::policy::Policies;
use crate::portfolio::{Costs, Portfolio, Trigger};

/// A portfolio that no error rule about form, allocation, schedule or suppressions denied. It is the only thing that is planned.
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

    /// The same allocation under other terms, to see what would have become of it: nothing that was judged of its form,
    /// weights and bands is touched.
    ///
    /// Prices are of one currency, cash counts, and no ex-dividend date is looked at: past prices tell none of it.
    #[must_use]
    pub(crate) fn supposing(&self, trigger: Trigger, costs: Costs) -> Self {
        let mut portfolio = Portfolio { trigger, costs, ..self.portfolio.clone() };
        portfolio.limits.ex_dividend = None;
        (portfolio.cash, portfolio.dividends) = (CashPolicy::Reinvest, CashPolicy::Reinvest);
        for asset in portfolio.assets.values_mut() {
            asset.currency = portfolio.currency;
        }
        Self { portfolio }
    }
}

/// Judges form, allocation and schedule: the findings, and the portfolio when none of them is an error.
///
/// An error that orders would be worked out from denies the portfolio also when a policy lowers its rule or a comment
/// suppresses it: either keeps `lint` quiet, and neither makes a sum right. The finding then counts here, and says so.
#[must_use]
pub fn judge(facts: &Facts<'_>, policies: &Policies) -> (Option<Sound>, Vec<Finding>) {
    let mut findings = run(Group::SOUND, facts, policies);
    for rule in ALL.iter().filter(|rule| rule.sizing()) {
        insist(rule, facts, policies, &mut findings);
    }
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let denied = findings.iter().any(|finding| finding.level == Level::Error && finding.suppressed.is_none());
    let refused_text = !facts.reading.faults.is_empty() || !facts.issues.is_empty();
    let portfolio = if denied || refused_text { None } else { Portfolio::of(facts.config) };
    (portfolio.map(|portfolio| Sound { portfolio }), findings)
}

/// Makes the errors of a rule count that orders are worked out from.
fn insist(rule: &Rule, facts: &Facts<'_>, policies: &Policies, findings: &mut Vec<Finding>) {
    let setting = policies.setting(rule.id).cloned().unwrap_or_else(|| shipped::of(rule));
    let lowered = setting.level < Level::Error;
    if lowered {
        findings.retain(|finding| finding.rule != rule.id);
        let again = (rule.check)(facts, &setting).into_iter().map(|finding| stamp(rule, Level::Error, finding));
        findings.extend(again);
    }
    let own = findings.iter_mut().filter(|f| f.rule == rule.id && f.level == Level::Error);
    for finding in own {
        if lowered || finding.suppressed.take().is_some() {
            finding.help.push(QUIET.to_owned());
        }
    }
}

/// Said where `lint` is quiet and a plan is not made.
const QUIET: &str = "a policy or a comment quiets this for `lint` only: orders are sized by it, so nothing is planned.";
