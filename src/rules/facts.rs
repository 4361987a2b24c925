//! The facts rules look at, gathered before any of them runs.

use super::Group;
use crate::config::{Config, get};
use crate::document::{Reading, Span};
use crate::ex_dividend::Frozen;
use crate::finding::Finding;
use crate::history::{Gap, History, Standing};
use crate::holdings::Holdings;
use crate::money::Money;
use crate::policy::Policies;
use crate::schema::Issue;
use crate::suppress::Suppressions;
use crate::zone::Zone;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Everything a rule may look at.
#[derive(Debug, Clone, Copy)]
pub struct Facts<'a> {
    /// The file, as the user named it.
    pub path: &'a str,
    /// What reading its text gave.
    pub reading: &'a Reading,
    /// What does not fit its schema.
    pub issues: &'a [Issue],
    /// Its content, as far as it could be read; empty for a file that is not the config.
    pub config: &'a Config,
    /// The codes that stand in it.
    pub codes: &'a [CodeSite<'a>],
    /// What git says.
    pub history: HistoryFacts<'a>,
    /// What is held and would be traded; only where a plan is made.
    pub plan: Option<&'a PlanFacts<'a>>,
    /// How instants are shown.
    pub zone: Zone,
    /// The clock: seconds since 1970-01-01T00:00:00Z.
    pub now: i64,
    /// What the other rules of the run said; filled in by the runner for the rules about suppressions.
    pub said: Option<&'a Said<'a>>,
}

/// What the other rules of a run said.
#[derive(Debug)]
pub struct Said<'a> {
    /// The groups that were run.
    pub groups: &'a [Group],
    /// Their findings, suppressed ones among them.
    pub findings: &'a [Finding],
    /// The comments that suppress.
    pub suppressions: &'a Suppressions<'a>,
    /// The policies in effect.
    pub policies: &'a Policies,
}

/// A code and where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CodeSite<'a> {
    /// The code.
    pub text: &'a str,
    /// Where.
    pub span: Span,
    /// Whether it stands without quotes.
    pub plain: bool,
}

/// What git says about the file.
#[derive(Debug, Clone, Copy)]
pub enum HistoryFacts<'a> {
    /// Nobody asked: the text came without a repository on purpose.
    NotAsked,
    /// It could not be told.
    Unknown(&'a Gap),
    /// It is known, as far as `history` says.
    Known {
        /// The events of the base, newest first.
        history: &'a History,
        /// The change that is judged.
        change: &'a Change,
    },
}

/// A change of the allocation, from what is committed to what is being looked at.
#[derive(Debug, Clone)]
pub struct Change {
    /// What is committed.
    pub base: Standing,
    /// What is being looked at.
    pub candidate: Standing,
    /// The reason for which the cooldown is to be overridden.
    pub override_reason: Option<String>,
    /// Whether the message gives a reason; `None` while there is no message yet.
    pub reasoned: Option<bool>,
    /// The clock: seconds since 1970-01-01T00:00:00Z.
    pub now: i64,
    /// Whether it is several commits that are judged as a whole.
    pub whole: bool,
}

/// What is held and would be traded.
#[derive(Debug, Clone, Copy)]
pub struct PlanFacts<'a> {
    /// The holdings file, as the user named it.
    pub path: &'a str,
    /// What is held.
    pub holdings: &'a Holdings,
    /// Where each held code stands in the holdings file.
    pub sites: &'a [CodeSite<'a>],
    /// Cash in the base currency before the orders, with what is paid in or taken out of it.
    pub cash_before: Money,
    /// Cash in it after the orders.
    pub cash_after: Money,
    /// Cash in it that must be left.
    pub reserve: Money,
    /// The day of the exchange rates, where there are other currencies.
    pub fx_as_of: Option<NaiveDate>,
    /// What is bought and sold together, and twice what the weights are of, in the same unit: their ratio is the
    /// turnover.
    pub turnover: (i128, i128),
    /// Cash after the orders, and positions and cash after them.
    pub cash_share: (i128, i128),
    /// Costs of all orders, and what is bought and sold together.
    pub costs_of_traded: (i128, i128),
    /// Costs of all orders, and what the weights are of.
    pub costs_of_portfolio: (i128, i128),
    /// How many orders there are.
    pub orders: usize,
    /// The largest order.
    pub largest: Option<LargestOrder<'a>>,
    /// The day of the plan.
    pub as_of: NaiveDate,
    /// Whether the config is committed as it stands, byte for byte.
    pub committed: bool,
    /// The day the tax figures are of, when any asset is taxed by them.
    pub tax_figures: Option<NaiveDate>,
    /// Assets left alone because of an ex-dividend date.
    pub frozen: &'a [Frozen],
}

/// The largest order of a plan.
#[derive(Debug, Clone, Copy)]
pub struct LargestOrder<'a> {
    /// The asset's code.
    pub code: &'a str,
    /// Whether it sells.
    pub sells: bool,
    /// Its amount.
    pub amount: Money,
}

/// A sleeve's targets, all of them readable.
#[derive(Debug, Clone)]
pub struct SleeveSum<'a> {
    /// The sleeve's name.
    pub name: &'a str,
    /// Where its key stands.
    pub key: Span,
    /// Its weight and where it stands, when it can be read.
    pub weight: Option<(Decimal, Span)>,
    /// The sum of its targets.
    pub targets: Decimal,
    /// Each target and where it stands.
    pub sites: Vec<(Decimal, Span)>,
}

impl SleeveSum<'_> {
    /// How much more its targets add up to than its weight says.
    #[must_use]
    pub fn excess(&self) -> Option<Decimal> {
        Some(self.targets - self.weight?.0)
    }
}

/// An asset's target, where it stands, and its tags.
#[derive(Debug, Clone)]
pub struct Target<'a> {
    /// The asset's code.
    pub code: &'a str,
    /// The target.
    pub weight: Decimal,
    /// Where the target stands.
    pub span: Span,
    /// The asset's tags.
    pub tags: Vec<&'a str>,
}

/// An asset's target and band with their places, all readable.
#[derive(Debug, Clone, Copy)]
pub struct Band<'a> {
    /// The asset's code.
    pub code: &'a str,
    /// The target.
    pub target: (Decimal, Span),
    /// The lower edge.
    pub min: (Decimal, Span),
    /// The upper edge.
    pub max: (Decimal, Span),
}

impl Band<'_> {
    /// Whether its target lies inside it, edges included.
    #[must_use]
    pub fn contains_target(&self) -> bool {
        self.min.0 <= self.target.0 && self.target.0 <= self.max.0
    }
}

impl<'a> Facts<'a> {
    /// The facts of a file of which only the form is looked at.
    #[must_use]
    pub fn of_file(path: &'a str, reading: &'a Reading, issues: &'a [Issue], config: &'a Config) -> Self {
        Self {
            path,
            reading,
            issues,
            config,
            codes: &[],
            history: HistoryFacts::NotAsked,
            plan: None,
            zone: Zone::UTC,
            now: 0,
            said: None,
        }
    }

    /// The day it is by the clock, where the portfolio is.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.zone.local(self.now).unwrap_or_default().date_naive()
    }

    /// The place of the `allocation` key's value, and every sleeve's sum. `None` while a sleeve or a target cannot be
    /// read, or a sleeve has no assets: a sum of some is no sum, and the schema says what is wrong.
    #[must_use]
    pub fn allocation(&self) -> Option<(Span, Vec<SleeveSum<'a>>)> {
        let field = self.config.portfolio()?.allocation.as_ref()?;
        let mut sums = Vec::new();
        for (name, sleeve) in &field.get()?.0 {
            let entry = sleeve.get()?;
            let mut sites = Vec::new();
            for asset in get(entry.assets.as_ref())? {
                let target = asset.get()?.target.as_ref()?;
                sites.push((target.get()?.decimal(), target.span));
            }
            sums.push(SleeveSum {
                name: name.get()?,
                key: name.span,
                weight: entry.weight.as_ref().and_then(|w| Some((w.get()?.decimal(), w.span))),
                targets: sites.iter().map(|site| site.0).sum::<Decimal>().normalize(),
                sites,
            });
        }
        let whole = !self.reading.cut() && !sums.is_empty() && sums.iter().all(|sleeve| !sleeve.sites.is_empty());
        whole.then_some((self.allocation_key()?, sums))
    }

    /// Every asset with its target, tags and place. `None` while a part of it cannot be read.
    #[must_use]
    pub fn targets(&self) -> Option<Vec<Target<'a>>> {
        self.allocation()?;
        let target = |asset: &'a crate::config::Asset| {
            let field = asset.target.as_ref()?;
            let tags = match &asset.tags {
                Some(tags) => tags.get()?.iter().map(|tag| Some(tag.get()?.0.as_str())).collect::<Option<_>>()?,
                None => Vec::new(),
            };
            let code = get(asset.code.as_ref())?.0.as_str();
            Some(Target { code, weight: field.get()?.decimal(), span: field.span, tags })
        };
        self.config.assets().map(|(_, asset)| target(asset)).collect()
    }

    /// Where the key `allocation` stands, if it does.
    fn allocation_key(&self) -> Option<Span> {
        let root = &self.reading.document.as_ref()?.root;
        Some(root.get("portfolio")?.entry("allocation")?.key.span)
    }

    /// Where the last key of a path stands, or the last of them that is there.
    #[must_use]
    pub fn key(&self, path: &[&str]) -> Option<Span> {
        let mut node = &self.reading.document.as_ref()?.root;
        let mut found = None;
        for key in path {
            let Some(entry) = node.entry(key) else { break };
            found = Some(entry.key.span);
            node = &entry.value;
        }
        found
    }

    /// A finding about the allocation as a whole, placed at its key.
    #[must_use]
    pub fn pointed(&self, finding: Finding, label: impl Into<String>) -> Finding {
        match self.allocation_key() {
            Some(span) => finding.at(span, label),
            None => finding,
        }
    }

    /// The assets whose target and band can all be read, in file order.
    #[must_use]
    pub fn bands(&self) -> Vec<Band<'a>> {
        let band = |asset: &'a crate::config::Asset| {
            let edge = |field: &Option<crate::config::Field<crate::money::Weight>>| {
                field.as_ref().and_then(|f| Some((f.get()?.decimal(), f.span)))
            };
            Some(Band {
                code: get(asset.code.as_ref())?.0.as_str(),
                target: edge(&asset.target)?,
                min: edge(&asset.min)?,
                max: edge(&asset.max)?,
            })
        };
        self.config.assets().filter_map(|(_, asset)| band(asset)).collect()
    }
}

/// The codes of a config with their places: those of the assets, then those kept outside.
#[must_use]
pub fn code_sites(config: &Config) -> Vec<CodeSite<'_>> {
    let outside = config.portfolio().and_then(|p| get(p.outside.as_ref())).into_iter().flatten();
    let fields = config.assets().filter_map(|(_, asset)| asset.code.as_ref()).chain(outside);
    fields.filter_map(|f| Some(CodeSite { text: &f.get()?.0, span: f.span, plain: f.plain })).collect()
}

/// The codes of a holdings file with their places.
#[must_use]
pub fn held_sites(file: &crate::holdings::HoldingsFile) -> Vec<CodeSite<'_>> {
    let fields = file.positions().filter_map(|position| position.code.as_ref());
    fields.filter_map(|f| Some(CodeSite { text: &f.get()?.0, span: f.span, plain: f.plain })).collect()
}
