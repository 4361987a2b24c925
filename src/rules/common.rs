//! What several rules share.

use super::{Facts, Setting};
use crate::config::{Constraints, get};
use crate::document::FaultKind;
use crate::document::Span;
use crate::finding::{Finding, Level};
use crate::money::{WEIGHT_PLACES, Weight, scaled, unscaled};
use crate::policy::Named;
use crate::schema::IssueKind;
use crate::words::{closest, percent_beside};
use crate::zone::Zone;
use rust_decimal::Decimal;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// The reader's refusals of one kind.
pub(super) fn faults(facts: &Facts<'_>, kind: FaultKind) -> Vec<Finding> {
    let faults = facts.reading.faults.iter().filter(|fault| fault.kind == kind);
    let finding = |fault: &crate::document::Fault| {
        let finding = Finding::new(facts.path, &fault.message).at(fault.span, &fault.label).help(&fault.help);
        fault.related.iter().fold(finding, |finding, (span, text)| finding.with(*span, text))
    };
    faults.map(finding).collect()
}

/// The schema's issues of one kind.
pub(super) fn issues(facts: &Facts<'_>, kind: IssueKind) -> Vec<Finding> {
    let issues = facts.issues.iter().filter(|issue| issue.kind == kind);
    let finding = |issue: &crate::schema::Issue| {
        let finding = Finding::new(facts.path, &issue.message).at(issue.span, &issue.label);
        let finding = issue.help.iter().fold(finding, Finding::help);
        match &issue.remedy {
            Some(edit) => finding.fix(format!("write `{}`.", edit.text), vec![edit.clone()]),
            None => finding,
        }
    };
    issues.map(finding).collect()
}

/// A cooldown's length in seconds: days of 86,400 seconds, so that no change of daylight saving time shortens one.
pub(super) fn window(setting: &Setting) -> i64 {
    i64::from(setting.days("days")) * 86_400
}

/// An instant in the portfolio's time zone: `2026-03-11 09:00:00 +09:00`.
pub(super) fn instant(seconds: i64, zone: Zone) -> String {
    match zone.local(seconds) {
        Some(local) => local.format("%Y-%m-%d %H:%M:%S %:z").to_string(),
        None => format!("{seconds} seconds after 1970"),
    }
}

/// A ratio of two integers in the same unit; the second is not negative.
pub(super) type Ratio = (i128, i128);

/// How a ratio compares with a limit, exactly; none for figures too large to be compared.
pub(super) fn compare((part, whole): Ratio, limit: Decimal) -> Option<Ordering> {
    let part = part.checked_mul(10_i128.pow(WEIGHT_PLACES))?;
    Some(part.cmp(&whole.checked_mul(scaled(limit, WEIGHT_PLACES)?)?))
}

/// The config's limits on orders.
pub(super) fn constraints<'a>(facts: &Facts<'a>) -> Option<&'a Constraints> {
    get(get(facts.config.portfolio()?.rebalancing.as_ref())?.constraints.as_ref())
}

/// A ratio above a limit as a percentage, in as many places as show that it is above: as the plan shows it.
pub(super) fn shown_above(ratio: Ratio, limit: Decimal) -> String {
    value(ratio).map_or_else(|| "too much".to_owned(), |value| percent_beside(value, limit))
}

/// A ratio below a limit as a percentage, in as many places as show that it is below.
pub(super) fn shown_below(ratio: Ratio, limit: Decimal) -> String {
    value(ratio).map_or_else(|| "too little".to_owned(), |value| percent_beside(value, limit))
}

fn value((part, whole): Ratio) -> Option<Decimal> {
    unscaled(part, 0)?.checked_div(unscaled(whole, 0)?)
}

/// With the place of each of several targets.
pub(super) fn positioned(finding: Finding, sites: &[(Decimal, Span)]) -> Finding {
    sites.iter().fold(finding, |finding, &(target, span)| finding.with(span, format!("{target}")))
}

/// Limits of an owner's file that are about nothing in the config; `lacks` says so. Nothing is above them, so they are
/// no error, and one file may serve several configs; but a misspelt name limits nothing, so each is worth a second look.
pub(super) fn unmatched(
    setting: &Setting,
    parameter: &str,
    there: impl IntoIterator<Item = impl Into<String>>,
    lacks: &str,
) -> Vec<Finding> {
    let there: BTreeSet<String> = there.into_iter().map(Into::into).collect();
    let names: Vec<&str> = there.iter().map(String::as_str).collect();
    let finding = |limit: &Named<Weight>| {
        let finding = Finding::new(setting.file(), format!("`{parameter}` limits `{}`, which {lacks}", limit.name));
        let mut finding = match closest(&limit.name, &names) {
            Some(meant) => finding
                .at(limit.span, format!("did you mean `{meant}`?"))
                .help(format!("write `{meant}`, or remove the limit.")),
            None => finding.at(limit.span, "limits nothing").help("remove it, or nothing if it is for another config."),
        };
        finding.level = Level::Warning;
        finding.subject = format!("parameters.{parameter}.{}", limit.name);
        finding
    };
    setting.weights(parameter).iter().filter(|limit| !there.contains(&limit.name)).map(finding).collect()
}
