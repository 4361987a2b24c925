//! The rules: plain functions over facts that were gathered before.
//!
//! A rule never reads a file, a clock or a repository, never fails and never waits; a fact that could not be had is a
//! fact of its own. A new rule is a file here, a page under `policies/`, and a line in the table below.

mod asked;
mod common;
mod custom;
pub mod facts;
mod held;
mod owner;
mod page;
mod rated;
mod sheet;
mod shipped;
mod sound;
mod standing;
mod subject;

pub use asked::{Denied, ask};
pub use custom::{TEST_RULE, Tried, try_policies};
pub use facts::{Change, CodeSite, Facts, HistoryFacts, PlanFacts, Said};
pub use held::{Held, held};
pub use owner::policies;
pub use page::{Page, PageParameter, own_pages};
pub use rated::rated;
pub use sheet::POLICY;
pub use sound::{Sound, judge};
pub use subject::stamp_subjects;

use crate::config::Config;
use crate::document::{Reading, Span};
use crate::finding::{Finding, Level};
use crate::policy::{Parameter, Policies, Setting};
use crate::schema::Issue;
use crate::suppress::Suppressions;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A rule.
#[derive(Debug, Clone, Copy)]
pub struct Rule {
    /// Its id: kebab-case, never reused.
    pub id: &'static str,
    /// The group it belongs to.
    pub group: Group,
    /// Its page: defaults, documentation and tests.
    pub page: &'static str,
    /// What can be set; its page gives the defaults.
    pub parameters: &'static [Parameter],
    /// What it looks for.
    pub check: fn(&Facts<'_>, &Setting) -> Vec<Finding>,
}

/// What a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Group {
    /// The text and its shape.
    Form,
    /// The weights and bands.
    Allocation,
    /// The dates.
    Schedule,
    /// The limits the owner sets.
    Policy,
    /// The git history.
    History,
    /// What is held, and what would be traded.
    Plan,
    /// Whatever the owner wrote.
    Custom,
    /// The comments that suppress findings of the others.
    Suppression,
}

impl Group {
    /// What decides whether a config can be planned at all.
    pub const SOUND: &[Self] = &[Self::Form, Self::Allocation, Self::Schedule, Self::Suppression];
    /// What is judged of a config alone.
    pub const LINT: &[Self] =
        &[Self::Form, Self::Allocation, Self::Schedule, Self::Policy, Self::Custom, Self::History, Self::Suppression];
    /// What is judged of a sound config with a plan: whether that may be applied. The owner's limits and own rules are
    /// among them, so that what breaks one is planned, shown and refused.
    pub const PLAN: &[Self] = &[Self::Policy, Self::Custom, Self::History, Self::Plan, Self::Suppression];

    /// The word used in the pages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Allocation => "allocation",
            Self::Schedule => "schedule",
            Self::Policy => "policy",
            Self::History => "history",
            Self::Plan => "plan",
            Self::Custom => "custom",
            Self::Suppression => "suppression",
        }
    }
}

impl Rule {
    /// Whether its findings can neither be suppressed nor lowered: without them no other check means anything.
    #[must_use]
    pub fn integrity(&self) -> bool {
        self.group == Group::Form || self.id == "history-complete"
    }

    /// Whether a comment in the config can suppress its findings.
    ///
    /// Not where every other check builds on it (form, and a code that stands twice has no weight at all), where a
    /// comment would slip past a cooldown or leave a change without its reason (history, `trade-cooldown`), and where
    /// the findings stand in the holdings, for which the config has keys (`outside`, `cash_reserve`).
    #[must_use]
    pub fn suppressible(&self) -> bool {
        match self.group {
            Group::Allocation | Group::Schedule | Group::Policy | Group::Custom | Group::Plan => {
                !matches!(self.id, "duplicate-asset" | "trade-cooldown" | "unknown-holding" | "cash-floor")
            }
            Group::Form | Group::History | Group::Suppression => false,
        }
    }

    /// Whether orders are worked out from what it checks. Then nothing is planned while it finds an error, whatever a
    /// policy or a comment says: a wrong order is worse than no order.
    #[must_use]
    pub fn sizing(&self) -> bool {
        let ids = ["weights-sum", "band-contains-target", "band-order", "bands-feasible", "duplicate-asset"];
        ids.contains(&self.id)
    }
}

/// Declares the rules: the module, and the line in the table. A rule with parameters names the list of them in its
/// module.
macro_rules! rules {
    ($($group:ident { $($module:ident = $id:literal $([$parameters:ident])?,)+ })+) => {
        $($(mod $module;)+)+

        /// Every rule, by group.
        pub const ALL: &[Rule] = &[
            $($(Rule {
                id: $id,
                group: Group::$group,
                page: include_str!(concat!("../../policies/", $id, ".yaml")),
                parameters: rules!(@list $($module::$parameters)?),
                check: $module::check,
            },)+)+
        ];
    };
    (@list) => { &[] };
    (@list $parameters:path) => { $parameters };
}

rules! {
    Form {
        yaml_syntax = "yaml-syntax",
        duplicate_key = "duplicate-key",
        yaml_feature = "yaml-feature",
        shape = "schema",
        number_format = "number-format",
        code_quoted = "code-quoted",
    }
    Allocation {
        weights_sum = "weights-sum",
        section_weight = "section-weight",
        band_contains_target = "band-contains-target",
        band_order = "band-order",
        bands_feasible = "bands-feasible",
        duplicate_asset = "duplicate-asset",
        threshold_reachable = "threshold-reachable",
        rate_plausible = "rate-plausible",
    }
    Schedule {
        schedule_consistent = "schedule-consistent",
        strategy_complete = "strategy-complete",
    }
    Policy {
        max_weight = "max-weight" [PARAMETERS],
        tag_limit = "tag-limit" [PARAMETERS],
        asset_count = "asset-count" [PARAMETERS],
        forbidden_code = "forbidden-code" [PARAMETERS],
        required_code = "required-code" [PARAMETERS],
        cash_at_least = "cash-at-least" [PARAMETERS],
        cost_ceiling = "cost-ceiling" [PARAMETERS],
        band_width = "band-width" [PARAMETERS],
    }
    History {
        history_complete = "history-complete",
        allocation_cooldown = "allocation-cooldown" [PARAMETERS],
        change_reason = "change-reason",
        commit_clock = "commit-clock" [PARAMETERS],
    }
    Plan {
        trade_cooldown = "trade-cooldown" [PARAMETERS],
        unknown_holding = "unknown-holding",
        cash_floor = "cash-floor",
        turnover_limit = "turnover-limit",
        order_size = "order-size",
        order_count = "order-count",
        price_age = "price-age",
        ex_dividend_window = "ex-dividend-window",
        tax_parameters_age = "tax-parameters-age",
    }
    Suppression {
        suppression_form = "suppression-form",
        suppression_expired = "suppression-expired",
        suppression_unused = "suppression-unused",
    }
}

/// The rules that judge a change by the policies that stood before it: a change does not loosen them for itself.
#[must_use]
pub fn judged_by_base() -> Vec<&'static str> {
    let by_history = |rule: &&Rule| rule.group == Group::History || rule.id == "trade-cooldown";
    ALL.iter().filter(by_history).map(|rule| rule.id).collect()
}

/// The rule of an id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.id == id)
}

/// The address of a rule's page; none for an id that no shipped rule has.
///
/// It is the source of `docs/rules.md` as docs.rs keeps it for every version of a published crate: the one public address
/// that is certain to be there and to speak of this version.
#[must_use]
pub fn url(id: &str) -> Option<String> {
    let version = env!("CARGO_PKG_VERSION");
    find(id).map(|rule| format!("https://docs.rs/crate/rebalance-cli/{version}/source/docs/rules.md#{}", rule.id))
}

/// Runs every rule of the groups over the facts, and marks what is suppressed. This is the only place where a finding
/// gets its rule and level.
#[must_use]
pub fn run(groups: &[Group], facts: &Facts<'_>, policies: &Policies) -> Vec<Finding> {
    let mut findings = of_groups(groups, facts, policies, |group| group != Group::Suppression);
    let suppressions = Suppressions::of(facts.reading);
    if !suppressions.all.is_empty() {
        suppressions.apply(&mut findings, facts.path, facts.today(), |id| standing::of(id, policies).may());
    }
    let said = Said { groups, findings: &findings, suppressions: &suppressions, policies };
    let about =
        of_groups(groups, &Facts { said: Some(&said), ..*facts }, policies, |group| group == Group::Suppression);
    findings.extend(about);
    for finding in &mut findings {
        // Where something is refused, the tree may lack what stands in the text: nothing is certain enough to be fixed.
        finding.fix = finding.fix.take().filter(|_| facts.reading.faults.is_empty());
    }
    stamp_subjects(&mut findings, facts.path, facts.reading);
    stamp_held(&mut findings, facts);
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    findings
}

/// A finding about a held code has that code for its subject.
fn stamp_held(findings: &mut [Finding], facts: &Facts<'_>) {
    let Some(plan) = facts.plan else { return };
    let codes: BTreeMap<Span, &str> = plan.sites.iter().map(|site| (site.span, site.text)).collect();
    for finding in findings.iter_mut().filter(|finding| finding.path == plan.path) {
        let code = finding.place.as_ref().and_then(|place| codes.get(&place.span));
        finding.subject = code.map(|code| format!("{code}.code")).unwrap_or_default();
    }
}

/// The findings of the rules of some of the groups.
fn of_groups(groups: &[Group], facts: &Facts<'_>, policies: &Policies, some: impl Fn(Group) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in ALL.iter().filter(|rule| groups.contains(&rule.group) && some(rule.group)) {
        let setting = policies.setting(rule.id).map_or_else(|| Cow::Owned(shipped::of(rule)), Cow::Borrowed);
        // Where the owner sets no figure, there is no limit.
        let unlimited = rule.group == Group::Policy && setting.parameters.is_empty();
        if setting.level != Level::Off && !unlimited {
            findings.extend((rule.check)(facts, &setting).into_iter().map(|f| stamp(rule, setting.level, f)));
        }
    }
    if groups.contains(&Group::Custom) && some(Group::Custom) {
        findings.extend(custom::run(facts, policies));
    }
    findings
}

/// The form findings of a file other than the config, at the shipped levels. Nothing is suppressed in such a file, and a
/// comment that means to is one of them.
#[must_use]
pub fn form_findings(path: &str, reading: &Reading, issues: &[Issue], codes: &[CodeSite<'_>]) -> Vec<Finding> {
    let mut findings = Vec::new();
    let config = Config::default();
    let facts = Facts { codes, ..Facts::of_file(path, reading, issues, &config) };
    for rule in ALL.iter().filter(|rule| rule.group == Group::Form) {
        let setting = Setting::new(Level::Error);
        findings.extend((rule.check)(&facts, &setting).into_iter().map(|f| stamp(rule, Level::Error, f)));
    }
    findings.extend(suppression_form::elsewhere(path, reading));
    stamp_subjects(&mut findings, path, reading);
    findings
}

/// A rule may lower its own finding (an override turns an error into a warning), never raise it.
fn stamp(rule: &Rule, level: Level, mut finding: Finding) -> Finding {
    finding.rule = Cow::Borrowed(rule.id);
    finding.level = finding.level.min(level);
    finding
}
