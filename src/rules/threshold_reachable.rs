//! `threshold-reachable`: the drift threshold can be reached before the band or 0 % is.

use super::facts::Band;
use super::{Facts, Setting};
use crate::config::{DriftKind, Strategy, get};
use crate::drift::threshold_of;
use crate::finding::Finding;
use crate::money::Weight;
use rust_decimal::Decimal;

/// Assets that leave their band before they can drift by the threshold. Their band is what triggers. No threshold
/// triggers when the strategy is `time` or `bands`, and a target outside its band is another rule's.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let rebalancing = facts.config.portfolio().and_then(|p| get(p.rebalancing.as_ref()));
    let Some(trigger) = rebalancing.and_then(|r| get(r.drift_trigger.as_ref())) else { return Vec::new() };
    let Some((field, Some(&threshold))) = trigger.threshold.as_ref().map(|field| (field, field.get())) else {
        return Vec::new();
    };
    let strategy = get(rebalancing.and_then(|r| r.strategy.as_ref()));
    if matches!(strategy, Some(Strategy::Time | Strategy::Bands)) {
        return Vec::new();
    }
    let kind = get(trigger.kind.as_ref()).copied().unwrap_or(DriftKind::Absolute);
    let finding = |band: &Band<'_>| {
        let needed = threshold_of(kind, threshold, Weight::new(band.target.0));
        let points = (needed * Decimal::ONE_HUNDRED).normalize();
        let message = format!(
            "{} cannot drift {points} points from its target {} inside its band ({} to {})",
            band.code, band.target.0, band.min.0, band.max.0
        );
        Finding::new(facts.path, message)
            .at(band.target.1, "the band decides for this asset, not the threshold")
            .with(field.span, "the threshold")
            .help("nothing to do if the band is meant to decide; otherwise widen the band, or lower the threshold.")
    };
    facts
        .bands()
        .iter()
        .filter(|band| band.contains_target() && !reachable(band, kind, threshold))
        .map(finding)
        .collect()
}

fn reachable(band: &Band<'_>, kind: DriftKind, threshold: Weight) -> bool {
    let needed = threshold_of(kind, threshold, Weight::new(band.target.0));
    let (up, down) = (band.target.0 + needed, band.target.0 - needed);
    band.target.0.is_zero() || up <= band.max.0 || down >= band.min.0
}
