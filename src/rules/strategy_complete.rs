//! `strategy-complete`: the keys the strategy works with are there.

use super::{Facts, Setting};
use crate::config::{Strategy, get};
use crate::finding::Finding;

/// Keys the strategy needs and does not have.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some(rebalancing) = facts.config.portfolio().and_then(|p| get(p.rebalancing.as_ref())) else {
        return Vec::new();
    };
    let Some((field, Some(strategy))) = rebalancing.strategy.as_ref().map(|field| (field, field.get())) else {
        return Vec::new();
    };
    // A misspelt key is one fault, and the schema has named it.
    let misspelt = |key: &str| facts.issues.iter().any(|issue| issue.means.as_deref() == Some(key));
    let scheduled = matches!(strategy, Strategy::Time | Strategy::Hybrid) && rebalancing.scheduled.is_none();
    let drift = matches!(strategy, Strategy::Threshold | Strategy::Hybrid) && rebalancing.drift_trigger.is_none();
    let finding = |key: &str, example: &str| {
        Finding::new(facts.path, format!("the strategy `{}` needs `{key}`", strategy.word()))
            .at(field.span, format!("`{key}` is missing"))
            .help(format!("add `{key}: {example}` under `rebalancing`."))
    };
    let schedule = "{ frequency: quarterly, months: [1, 4, 7, 10], day: first_business_day }";
    // Every asset has a band, so `bands` needs nothing more.
    let missing = [(scheduled, "scheduled", schedule), (drift, "drift_trigger", "{ threshold: 0.05 }")];
    missing
        .into_iter()
        .filter(|m| m.0 && !misspelt(m.1) && !facts.reading.cut())
        .map(|(_, key, example)| finding(key, example))
        .collect()
}
