//! Refusals: every reason for which a plan is not applied, in words, with what to do about it.
//!
//! What is looked at to find one must never enter this room.

use super::Unfit;
use crate::plan::file::{FORMAT_VERSION, Status};
use crate::trade::named;
use chrono::NaiveDate;
use std::fmt;

/// A value that moved since the plan was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// What the plan recorded.
    pub recorded: String,
    /// What it is now.
    pub current: String,
}

/// Why a plan is not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// The file is not a plan.
    Unreadable {
        /// Why.
        why: String,
    },
    /// The file's format is of a major version this program does not know.
    Version {
        /// The version.
        found: String,
    },
    /// The plan's id is not the hash of its body.
    Edited {
        /// The id in the file.
        recorded: String,
        /// The hash of the body.
        actual: String,
    },
    /// It is not the plan that was asked for.
    NotExpected {
        /// What was asked for.
        expected: String,
        /// What it is.
        found: String,
    },
    /// It says itself that it cannot be applied.
    NotApplyable {
        /// What it says it is.
        status: Status,
        /// What refused when it was made.
        because: Vec<String>,
    },
    /// It is too old.
    Expired {
        /// The day it is for.
        as_of: NaiveDate,
        /// The last day on which it might have been applied.
        last: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
    /// It is for a day that has not come.
    Early {
        /// The day it is for.
        as_of: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
    /// It was applied before.
    AlreadyApplied {
        /// The plan.
        plan_id: String,
        /// When.
        at: String,
    },
    /// It was begun and not finished.
    Unfinished {
        /// The plan.
        plan_id: String,
        /// When it was begun.
        began: String,
    },
    /// Another plan was begun and not finished.
    UnfinishedOther {
        /// That plan.
        plan_id: String,
        /// When it was begun.
        began: String,
    },
    /// There is nothing to resume: the plan was never begun.
    NotBegun {
        /// The plan.
        plan_id: String,
    },
    /// The plan was begun with another broker.
    OtherBroker(Moved),
    /// The config is not committed as it stands.
    NotCommitted {
        /// Its path.
        path: String,
        /// The blob the plan was made from.
        recorded: String,
    },
    /// The config is not the one the plan was made from.
    ConfigMoved {
        /// Its blobs.
        blob: Moved,
        /// The commits that moved it.
        commits: Vec<String>,
    },
    /// The plan was made from the config at another path.
    ConfigElsewhere(Moved),
    /// The policies in effect are not the plan's.
    PoliciesMoved(Moved),
    /// The holdings are not the plan's.
    HoldingsMoved(Moved),
    /// The file of ex-dividend dates is not the plan's.
    ExDividendMoved(Moved),
    /// The calendar is not the plan's.
    CalendarMoved(Moved),
    /// The exchange rates are not the plan's.
    RatesMoved(Moved),
    /// The log is not the plan's.
    LogMoved(Moved),
    /// The account stands where neither the order in flight nor its absence would have put it.
    HoldingsUnexplained {
        /// The order in flight, or the last one.
        order: Option<String>,
        /// Where the account stands.
        current: String,
        /// Where the journal says it could stand.
        explained: Vec<String>,
    },
    /// The plan is of another account than the orders would go to.
    OtherAccount {
        /// The broker that would be used.
        broker: String,
        /// Which accounts.
        moved: Moved,
    },
    /// The broker cannot carry out the plan, whatever the market does.
    Unfit(Unfit),
    /// What the broker says could not be told.
    NotTold {
        /// The broker.
        broker: String,
        /// Why.
        why: String,
    },
    /// The market takes no orders now.
    Closed {
        /// The broker.
        broker: String,
        /// Why not, and when it will where that is known.
        why: String,
    },
    /// A price has moved too far from the plan's.
    PriceMoved {
        /// The asset's code.
        code: String,
        /// The prices.
        price: Moved,
        /// How far it may move, in percent.
        tolerance: String,
    },
    /// An asset cannot be traded now.
    NotTraded {
        /// Its code.
        code: String,
        /// Why not.
        why: String,
    },
    /// Somebody else's order is open on an asset that the plan trades.
    StrangersOrder {
        /// The asset's code.
        code: String,
        /// The order.
        about: String,
    },
    /// A rule refuses today.
    Rule {
        /// The rule.
        rule: String,
        /// What it says.
        message: String,
        /// What it says to do.
        help: Vec<String>,
    },
    /// A rule cannot tell today.
    CannotTell {
        /// The rule.
        rule: String,
        /// What it says.
        message: String,
        /// What it says to do.
        help: Vec<String>,
    },
    /// An asset the plan trades is within its ex-dividend window today, and was not on the day of the plan.
    ExDividend {
        /// The asset.
        code: String,
        /// Its ex-dividend date.
        date: NaiveDate,
        /// The first session on which it may be traded again.
        until: NaiveDate,
        /// Today.
        today: NaiveDate,
    },
    /// What a plan is judged by could not be gathered, or no plan could be made from it.
    NotPlanned {
        /// Why.
        why: String,
    },
    /// The same inputs give another plan.
    Differs {
        /// The difference of the canonical bodies, as a unified diff.
        diff: String,
    },
}

impl Refusal {
    /// A stable word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "unreadable",
            Self::Version { .. } => "version",
            Self::Edited { .. } => "edited",
            Self::NotExpected { .. } => "not-expected",
            Self::NotApplyable { .. } => "not-applyable",
            Self::Expired { .. } => "expired",
            Self::Early { .. } => "early",
            Self::AlreadyApplied { .. } => "already-applied",
            Self::Unfinished { .. } => "unfinished",
            Self::UnfinishedOther { .. } => "unfinished-other",
            Self::NotBegun { .. } => "not-begun",
            Self::OtherBroker(_) => "other-broker",
            Self::NotCommitted { .. } => "not-committed",
            Self::ConfigMoved { .. } => "config-moved",
            Self::ConfigElsewhere(_) => "config-elsewhere",
            Self::PoliciesMoved(_) => "policies-moved",
            Self::HoldingsMoved(_) => "holdings-moved",
            Self::ExDividendMoved(_) => "ex-dividend-moved",
            Self::CalendarMoved(_) => "calendar-moved",
            Self::RatesMoved(_) => "rates-moved",
            Self::LogMoved(_) => "log-moved",
            Self::HoldingsUnexplained { .. } => "holdings-unexplained",
            Self::OtherAccount { .. } => "other-account",
            Self::Unfit(_) => "unfit",
            Self::NotTold { .. } => "not-told",
            Self::Closed { .. } => "market-closed",
            Self::PriceMoved { .. } => "price-moved",
            Self::NotTraded { .. } => "not-traded",
            Self::StrangersOrder { .. } => "open-order",
            Self::Rule { .. } => "rule",
            Self::CannotTell { .. } => "cannot-tell",
            Self::ExDividend { .. } => "ex-dividend",
            Self::NotPlanned { .. } => "not-planned",
            Self::Differs { .. } => "differs",
        }
    }

    /// The exit code it would have alone.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Unfinished { .. } | Self::UnfinishedOther { .. } | Self::HoldingsUnexplained { .. } => 5,
            Self::Rule { .. }
            | Self::ExDividend { .. }
            | Self::Closed { .. }
            | Self::NotTraded { .. }
            | Self::StrangersOrder { .. } => 1,
            Self::CannotTell { .. } | Self::NotPlanned { .. } | Self::NotTold { .. } => 6,
            _ => 3,
        }
    }

    /// What to do, a sentence each.
    #[must_use]
    pub fn remedy(&self) -> Vec<String> {
        const AGAIN: &str = "make a new plan: rebalance plan -o plan.json";
        let one = |text: &str| vec![text.to_owned()];
        match self {
            Self::NotExpected { .. } => one("apply the plan that was reviewed, or review this one"),
            Self::NotApplyable { status: Status::Complete, .. } => one("nothing needs to be done"),
            Self::Early { as_of, .. } => vec![format!("apply it on {as_of} or later, or {AGAIN}")],
            Self::AlreadyApplied { .. } => one("see what was executed: rebalance log"),
            Self::Unfinished { .. } => one("go on with it: rebalance apply <plan.json> --resume"),
            Self::UnfinishedOther { plan_id, .. } => {
                vec![format!("finish that one first: rebalance apply <its plan.json> --resume --expect {plan_id}")]
            }
            Self::NotBegun { .. } => one("apply it without --resume"),
            Self::OtherBroker(moved) => vec![format!("go on with --broker {}", moved.recorded)],
            Self::NotCommitted { path, .. } => {
                vec![format!("commit it, or put back what is committed: git checkout -- {path}"), AGAIN.to_owned()]
            }
            Self::HoldingsUnexplained { .. } => vec![
                "compare the holdings with the account, and put the file back as one of these states had it".to_owned(),
                "then go on: rebalance apply <plan.json> --resume".to_owned(),
            ],
            Self::OtherAccount { broker, .. } => {
                vec![format!(
                    "apply it where it was made for, or make a new plan: rebalance plan --broker {broker} -o plan.json"
                )]
            }
            Self::Unfit(unfit) => one(&unfit.remedy),
            Self::NotTold { broker, .. } => vec![format!("try again when it can be asked: --broker {broker}")],
            Self::Closed { .. } => one("apply it when the market is open"),
            Self::NotTraded { .. } => one("wait until it is traded again, then make a new plan if prices moved"),
            Self::StrangersOrder { .. } => {
                one("wait until that order is done, or cancel it at the broker; then make a new plan")
            }
            Self::Rule { help, .. } | Self::CannotTell { help, .. } => help.clone(),
            Self::ExDividend { until, today, .. } => vec![
                format!("make a new plan, which leaves it alone: rebalance plan --as-of {today} -o plan.json"),
                format!("or apply this one from {until} on, while nothing else refuses it"),
            ],
            Self::NotPlanned { .. } => one("remove the cause, then make a new plan: rebalance plan -o plan.json"),
            _ => one(AGAIN),
        }
    }
}

impl fmt::Display for Refusal {
    /// What is wrong, one sentence without a period. A diff follows on lines of its own only through its variant.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { why } => write!(f, "the file is not a plan: {why}"),
            Self::Version { found } => {
                write!(f, "the plan's format {found} is not known to this program (it knows {FORMAT_VERSION})")
            }
            Self::Edited { recorded, actual } => {
                write!(f, "the plan was edited: its id is {recorded}, the hash of its body is {actual}")
            }
            Self::NotExpected { expected, found } => write!(f, "the plan is {found}, not {expected}"),
            Self::NotApplyable { status: Status::Complete, .. } => f.write_str("the plan has no orders"),
            Self::NotApplyable { because, .. } if because.is_empty() => {
                f.write_str("the plan says it cannot be applied")
            }
            Self::NotApplyable { because, .. } => {
                write!(f, "the plan says it cannot be applied: {}", because.join("; "))
            }
            Self::Expired { as_of, last, today } => {
                write!(f, "the plan's prices are of {as_of} and could be used until {last}; today is {today}")
            }
            Self::Early { as_of, today } => write!(f, "the plan is for {as_of}, and today is {today}"),
            Self::AlreadyApplied { plan_id, at } => write!(f, "the plan {plan_id} was applied on {at}"),
            Self::Unfinished { began, .. } => write!(f, "the plan was begun on {began} and is not finished"),
            Self::UnfinishedOther { plan_id, began } => {
                write!(f, "another plan, {plan_id}, was begun on {began} and is not finished")
            }
            _ => self.moved(f),
        }
    }
}

impl Refusal {
    fn moved(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut pair = |what: &str, moved: &Moved| {
            write!(f, "{what}: the plan has {}, now it is {}", moved.recorded, moved.current)
        };
        match self {
            Self::OtherBroker(moved) => pair("the plan was begun with another broker", moved),
            Self::ConfigElsewhere(moved) => pair("the config stands at another path", moved),
            Self::PoliciesMoved(moved) => pair("the policies have changed", moved),
            Self::HoldingsMoved(moved) => pair("the holdings have changed", moved),
            Self::ExDividendMoved(moved) => pair("the file of ex-dividend dates has changed", moved),
            Self::CalendarMoved(moved) => pair("the calendar has changed", moved),
            Self::RatesMoved(moved) => pair("the exchange rates have changed", moved),
            Self::LogMoved(moved) => pair("the log has changed", moved),
            Self::ConfigMoved { blob, commits } if commits.is_empty() => pair("the config has changed", blob),
            Self::ConfigMoved { blob, commits } => {
                pair("the config has changed", blob)?;
                write!(f, " (by {})", commits.join("; "))
            }
            Self::NotBegun { plan_id } => write!(f, "the journal does not know the plan {plan_id}: nothing to resume"),
            Self::NotCommitted { path, recorded } => {
                write!(f, "`{path}` is not committed as it stands; the plan was made from blob {recorded}")
            }
            Self::HoldingsUnexplained { order, current, explained } => {
                let order = order.as_deref().map_or_else(|| "before any order".to_owned(), named);
                write!(f, "the holdings are in doubt ({order}): they are {current}, not {}", explained.join(" or "))
            }
            Self::OtherAccount { moved, .. } => {
                write!(
                    f,
                    "the plan is of another account: it was made from {}, orders would go to {}",
                    moved.recorded, moved.current
                )
            }
            Self::Unfit(unfit) => f.write_str(&unfit.why),
            Self::NotTold { broker, why } => write!(f, "what {broker} says could not be told: {why}"),
            Self::Closed { broker, why } => write!(f, "{broker} takes no orders now: {why}"),
            Self::PriceMoved { code, price, tolerance } => {
                let (planned, live) = (&price.recorded, &price.current);
                write!(
                    f,
                    "the price of {code} has moved by more than {tolerance} %: the plan has {planned}, now it is {live}"
                )
            }
            Self::NotTraded { code, why } => write!(f, "{code} cannot be traded: {why}"),
            Self::StrangersOrder { code, about } => write!(f, "another order is open on {code}: {about}"),
            Self::Rule { rule, message, .. } => write!(f, "{rule} refuses today: {message}"),
            Self::CannotTell { rule, message, .. } => write!(f, "{rule} cannot tell today: {message}"),
            Self::ExDividend { code, date, today, .. } => {
                write!(
                    f,
                    "the plan trades {code}, which is left alone today, on {today}: its ex-dividend date is {date}"
                )
            }
            Self::NotPlanned { why } => write!(f, "the plan cannot be made again: {why}"),
            Self::Differs { .. } => f.write_str("planning again gives other figures"),
            _ => Ok(()),
        }
    }
}

/// The exit code of several refusals.
///
/// 5 goes first, because money may be underway; then 3, because such a plan would not be right even if the rules let it
/// pass; then 1; and 6 only when nothing worse is known. No refusals are no reason to go on: that is 6 too.
#[must_use]
pub fn exit_code(refusals: &[Refusal]) -> u8 {
    [5, 3, 1].into_iter().find(|code| refusals.iter().any(|r| r.exit_code() == *code)).unwrap_or(6)
}
