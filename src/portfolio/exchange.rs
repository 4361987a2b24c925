//! What pays for orders where there are several currencies, as the config says it, and the text that a config is known by.
//!
//! How much is converted must never enter this file.

use super::{Portfolio, optional};
use crate::config::{self, Funding, get};
use crate::money::Rate;
use std::fmt;

/// What pays for the orders of a currency, and what it costs to convert another into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exchange {
    /// Whether anything is converted.
    pub funding: Funding,
    /// What the bank keeps of an amount that is converted.
    pub rate: Rate,
}

impl Exchange {
    /// Nothing is converted, and nothing is said of what it would cost.
    pub const NONE: Self = Self { funding: Funding::Own, rate: Rate::ZERO };

    /// What a config says; `None` where that cannot be read.
    pub(super) fn of(p: &config::Portfolio, rebalancing: &config::Rebalancing) -> Option<Self> {
        let default = config::Constraints::default();
        let constraints = optional(&rebalancing.constraints)?.unwrap_or(&default);
        Some(Self {
            funding: optional(&constraints.funding)?.copied().unwrap_or(Funding::Own),
            rate: optional(&get(p.costs.as_ref())?.conversion_rate)?.copied().unwrap_or(Rate::ZERO),
        })
    }
}

/// What a plan knows its config by is this text. What was added to configs since the first plans is in it where something is
/// said of it, so that a config which says nothing of it means what it meant.
impl fmt::Debug for Portfolio {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every field by name: one that is new cannot be forgotten.
        let Self {
            name,
            currency,
            broker,
            zone,
            calendar,
            outside,
            allocation,
            assets,
            trigger,
            destination,
            limits,
            costs,
            cash,
            dividends,
            deploy_cash,
            exchange,
        } = self;
        let mut text = f.debug_struct("Portfolio");
        text.field("name", name).field("currency", currency).field("broker", broker).field("zone", zone);
        text.field("calendar", calendar).field("outside", outside).field("allocation", allocation);
        text.field("assets", assets).field("trigger", trigger).field("destination", destination);
        text.field("limits", limits).field("costs", costs).field("cash", cash).field("dividends", dividends);
        text.field("deploy_cash", deploy_cash);
        if *exchange != Exchange::NONE {
            text.field("exchange", exchange);
        }
        text.finish()
    }
}
