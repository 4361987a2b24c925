//! `rate-plausible`: a rate that looks like a percentage written as a fraction.

use super::{Facts, Setting};
use crate::config::{Field, Portfolio, get};
use crate::finding::Finding;
use crate::money::Rate;
use crate::words::exact_percent;
use rust_decimal::Decimal;

/// A rate: its key, where it stands, and the largest value (in hundredths of a percent) seen in practice.
type Plausible = (&'static str, fn(&Portfolio) -> Option<&Field<Rate>>, i64);

const RATES: [Plausible; 7] = [
    ("etf_commission_rate", |p| get(p.costs.as_ref())?.etf_commission_rate.as_ref(), 100),
    ("slippage_estimate", |p| get(p.costs.as_ref())?.slippage_estimate.as_ref(), 300),
    ("conversion_rate", |p| get(p.costs.as_ref())?.conversion_rate.as_ref(), 300),
    ("etf_tax_rate", |p| get(p.costs.as_ref())?.etf_tax_rate.as_ref(), 6000),
    ("overseas_etf_tax_rate", |p| get(p.costs.as_ref())?.overseas_etf_tax_rate.as_ref(), 6000),
    ("kr_other_rate", |p| get(p.taxes.as_ref())?.kr_other_rate.as_ref(), 6000),
    ("overseas_rate", |p| get(p.taxes.as_ref())?.overseas_rate.as_ref(), 6000),
];

/// Rates above anything seen in practice.
pub(super) fn check(facts: &Facts<'_>, _: &Setting) -> Vec<Finding> {
    let Some(portfolio) = facts.config.portfolio() else { return Vec::new() };
    let finding = |&(key, field, most): &Plausible| {
        let field = field(portfolio)?;
        let rate = field.get()?.decimal();
        let finding = Finding::new(
            facts.path,
            format!("`{key}` is {rate}, that is {}, which is implausibly high", exact_percent(rate)),
        )
        .at(field.span, "read as a fraction, not as a percentage")
        .help(format!("if {rate} % was meant, write `{key}: {}`.", (rate / Decimal::ONE_HUNDRED).normalize()));
        (rate > Decimal::new(most, 4)).then_some(finding)
    };
    RATES.iter().filter_map(finding).collect()
}
