//! `cost-ceiling`: neither the rates of the config nor what a plan costs are above what the owner pays.

use super::common::{Ratio, compare, shown_above};
use super::{Facts, Setting};
use crate::config::{Field, Portfolio, get};
use crate::finding::Finding;
use crate::money::Rate;
use crate::policy::{Kind, Parameter};
use crate::words::exact_percent;
use std::cmp::Ordering;

/// The limits: of the rates, and of a plan.
pub(super) const PARAMETERS: &[Parameter] = &[
    Parameter { name: "commission", kind: Kind::Rate, meaning: "`costs.etf_commission_rate` is at most this" },
    Parameter { name: "slippage", kind: Kind::Rate, meaning: "`costs.slippage_estimate` is at most this" },
    Parameter {
        name: "tax",
        kind: Kind::Rate,
        meaning: "`costs.etf_tax_rate`, `costs.overseas_etf_tax_rate` and the rates under `taxes` are at most this",
    },
    Parameter {
        name: "of_traded",
        kind: Kind::Rate,
        meaning: "commission, slippage and tax of a plan are at most this of what it buys and sells",
    },
    Parameter {
        name: "of_portfolio",
        kind: Kind::Rate,
        meaning: "commission, slippage and tax of a plan are at most this of the portfolio",
    },
];

/// A rate of the config: the parameter, the key, where it stands.
type Limited = (&'static str, &'static str, fn(&Portfolio) -> Option<&Field<Rate>>);

const RATES: [Limited; 6] = [
    ("commission", "etf_commission_rate", |p| get(p.costs.as_ref())?.etf_commission_rate.as_ref()),
    ("slippage", "slippage_estimate", |p| get(p.costs.as_ref())?.slippage_estimate.as_ref()),
    ("tax", "etf_tax_rate", |p| get(p.costs.as_ref())?.etf_tax_rate.as_ref()),
    ("tax", "overseas_etf_tax_rate", |p| get(p.costs.as_ref())?.overseas_etf_tax_rate.as_ref()),
    ("tax", "kr_other_rate", |p| get(p.taxes.as_ref())?.kr_other_rate.as_ref()),
    ("tax", "overseas_rate", |p| get(p.taxes.as_ref())?.overseas_rate.as_ref()),
];

/// Rates and costs above their limits.
pub(super) fn check(facts: &Facts<'_>, setting: &Setting) -> Vec<Finding> {
    let rates = |portfolio| RATES.iter().filter_map(move |rate| high(facts, setting, portfolio, rate));
    let high = facts.config.portfolio().into_iter().flat_map(rates);
    let parts = facts.plan.into_iter().flat_map(|plan| -> [Part; 2] {
        [
            ("of_traded", "what it trades", plan.costs_of_traded, "sell less at a gain, trade where it costs less"),
            (
                "of_portfolio",
                "the portfolio",
                plan.costs_of_portfolio,
                "rebalance to `destination: band_edge`, which trades less",
            ),
        ]
    });
    high.chain(parts.filter_map(|part| dear(facts, setting, part))).collect()
}

fn high(facts: &Facts<'_>, setting: &Setting, portfolio: &Portfolio, (name, key, field): &Limited) -> Option<Finding> {
    let most = setting.fraction(name)?;
    let field = field(portfolio)?;
    let rate = field.get()?.decimal();
    let finding = Finding::new(facts.path, format!("`{key}` is {rate}, more than the {most} allowed"))
        .at(field.span, format!("at most {most}"))
        .help(format!(
            "correct the rate if it is wrong; otherwise trade where it costs less, or raise `{name}` in {}.",
            setting.file()
        ));
    (rate > most).then_some(finding)
}

/// A limit of a plan's costs: the parameter, what they are a part of, that part, and how to come below.
type Part = (&'static str, &'static str, Ratio, &'static str);

/// The costs of a plan, compared exactly: what is shown is rounded, and decides nothing.
fn dear(facts: &Facts<'_>, setting: &Setting, (name, what, ratio, remedy): Part) -> Option<Finding> {
    let most = setting.fraction(name)?;
    // Figures too large to be compared are too much.
    if compare(ratio, most).is_some_and(Ordering::is_le) {
        return None;
    }
    let shown = shown_above(ratio, most);
    let message = format!("the plan costs {shown} of {what}, more than the {} allowed", exact_percent(most));
    let help = format!("{remedy}, or raise `{name}` in {}.", setting.file());
    Some(Finding::new(facts.plan?.path, message).help(help))
}
