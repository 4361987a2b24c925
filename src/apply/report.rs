//! What is told of an apply: each step as it happens, and what it came to.
//!
//! How that is drawn must never enter this room, nor why an apply stopped.

use crate::gate::Refusal;
use crate::plan::PlanFile;
use crate::replay::{Candidate, Moving, Run, Stage};
use crate::trade::{Act, Conversion, End, Fill, Side, Ticket, Transfer};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

/// The version of the lines of JSON.
const FORMAT_VERSION: &str = "1.0";

/// A step, as it happened. Each is one line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum Step {
    /// An order is about to be sent.
    Intent {
        /// The order.
        order: String,
        /// Which way.
        side: Side,
        /// The asset's code.
        code: String,
        /// The asset's name.
        ticker: String,
        /// Shares.
        quantity: String,
        /// The reference price.
        price: String,
        /// The worst price.
        limit_price: String,
        /// Shares times the reference price.
        amount: String,
        /// The currency of the prices and the amount. Absent where it is the base currency.
        #[serde(skip_serializing_if = "Option::is_none")]
        currency: Option<String>,
        /// Which attempt.
        attempt: u32,
        /// When, RFC 3339 in UTC.
        at: String,
    },
    /// The broker has taken it.
    Ack {
        /// The order.
        order: String,
        /// The broker's own name for it.
        reference: String,
        /// Whether its answer was lost and it was found among the broker's orders; not there when it was not.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        #[schemars(default)]
        adopted: bool,
    },
    /// Whether the broker has it is not known: it is being looked for.
    Unknown {
        /// The order.
        order: String,
        /// Why.
        reason: String,
        /// The broker's orders that it could be, when a person has to say which.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        #[schemars(default)]
        candidates: Vec<Candidate>,
    },
    /// So much of it was executed so far.
    Fill(Fill<String>),
    /// What is left of it is about to be cancelled.
    Cancel {
        /// The order.
        order: String,
        /// Why.
        reason: String,
    },
    /// Nothing more will come of it.
    Done {
        /// The order.
        order: String,
        /// How it ended; not there when it was filled whole.
        #[serde(skip_serializing_if = "End::is_filled")]
        #[schemars(default)]
        end: End,
    },
    /// The plan's cash is about to be moved.
    Transfer {
        /// How much, below zero when it is taken out.
        amount: String,
        /// The currency of it. Absent where it is the base currency.
        #[serde(skip_serializing_if = "Option::is_none")]
        currency: Option<String>,
        /// When, RFC 3339 in UTC.
        at: String,
    },
    /// It was moved.
    Transferred {
        /// How much, below zero when it was taken out.
        amount: String,
    },
    /// An amount of the plan is about to be converted.
    Convert {
        /// The conversion.
        conversion: String,
        /// The currency it is taken from.
        from: String,
        /// The currency it goes to.
        to: String,
        /// What is taken, the fee included, in the first.
        amount: String,
        /// What the bank keeps of that, in the first.
        fee: String,
        /// What is received, in the second.
        received: String,
        /// When, RFC 3339 in UTC.
        at: String,
    },
    /// It was converted.
    Converted {
        /// The conversion.
        conversion: String,
    },
    /// It was proven not to have been executed.
    Failed {
        /// The order.
        order: String,
        /// Why.
        reason: String,
    },
    /// The gate refuses the plan.
    Refusal {
        /// A stable word for the reason.
        refusal: &'static str,
        /// What is wrong.
        message: String,
        /// What to do.
        help: Vec<String>,
        /// The difference from the plan made again, when that is the reason.
        #[serde(skip_serializing_if = "Option::is_none")]
        diff: Option<String>,
        /// The exit code it would have alone.
        exit_code: u8,
    },
    /// What it came to.
    Summary(Summary),
}

impl Step {
    pub(super) fn intent(ticket: &Ticket, attempt: u32, at: &str) -> Self {
        Self::Intent {
            order: ticket.id.clone(),
            side: ticket.side,
            code: ticket.code.0.clone(),
            ticker: ticket.ticker.clone(),
            quantity: ticket.quantity.to_string(),
            price: ticket.price.to_string(),
            limit_price: ticket.limit.to_string(),
            amount: ticket.amount.to_string(),
            currency: ticket.rate.map(|_| ticket.currency.word().to_owned()),
            attempt,
            at: at.to_owned(),
        }
    }

    pub(super) fn convert(one: &Conversion, at: &str) -> Self {
        Self::Convert {
            conversion: one.id.clone(),
            from: one.from.word().to_owned(),
            to: one.to.word().to_owned(),
            amount: one.amount.to_string(),
            fee: one.fee.to_string(),
            received: one.received.to_string(),
            at: at.to_owned(),
        }
    }

    /// A refusal of the gate as a step.
    #[must_use]
    pub fn refusal(refusal: &Refusal) -> Self {
        Self::Refusal {
            refusal: refusal.word(),
            message: refusal.to_string(),
            help: refusal.remedy(),
            diff: match refusal {
                Refusal::Differs { diff } => Some(diff.clone()),
                _ => None,
            },
            exit_code: refusal.exit_code(),
        }
    }

    /// The line of JSON, without a line break.
    #[must_use]
    pub fn json(&self) -> String {
        let line = StepLine { format_version: FORMAT_VERSION.to_owned(), step: self.clone() };
        // Serialising structs of text and integers cannot fail.
        serde_json::to_string(&line).unwrap_or_default()
    }
}

/// A line of JSON of an apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(title = "rebalance apply --format json, a line")]
pub struct StepLine {
    /// The version of the format.
    pub format_version: String,
    /// What happened.
    #[serde(flatten)]
    pub step: Step,
}

/// An order that was not executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct NotExecuted {
    /// The order.
    pub order: String,
    /// Why.
    pub reason: String,
}

/// An order that is over and of which not all was executed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unfilled {
    /// The order.
    pub order: String,
    /// Shares that were planned.
    pub planned: String,
    /// Shares that were executed.
    pub executed: String,
    /// How it ended.
    pub end: End,
}

/// What an apply came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Summary {
    /// The plan.
    pub plan_id: String,
    /// Whether every order is executed and the record is in the log.
    pub finished: bool,
    /// The orders that were executed. Here and below a deposit or withdrawal goes by that word, a conversion by its id.
    pub done: Vec<String>,
    /// The orders that were not executed, and why.
    pub failed: Vec<NotExecuted>,
    /// The orders that are over and of which not all was executed; not there when there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub unfilled: Vec<Unfilled>,
    /// The orders at the broker, and those of which that is not known.
    pub in_doubt: Vec<String>,
    /// The orders that were never sent.
    pub not_started: Vec<String>,
    /// Cash that was paid in, or taken out below zero.
    pub cash_flow: String,
    /// The currency of it. Absent where it is the base currency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cash_flow_currency: Option<String>,
    /// Sum of the amounts sold, in the base currency.
    pub sold: String,
    /// Sum of the amounts bought, in the base currency.
    pub bought: String,
    /// Commission, slippage and tax of what was executed, and what was lost by what was converted, in the base currency.
    pub costs: String,
}

impl Summary {
    pub(super) fn of(plan: &PlanFile, run: Option<&Run>) -> Self {
        let (mut done, mut failed, mut in_doubt, mut not_started) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let mut unfilled = Vec::new();
        let transfer = Transfer::of(&plan.body).ok().flatten();
        let conversions = Conversion::all(&plan.body).unwrap_or_default();
        // What cannot be read was refused before anything was done: then the orders are listed as they stand.
        let acts = Act::all(&plan.body).ok();
        let ids = |acts: Vec<Act>| acts.iter().map(|act| act.id().to_owned()).collect::<Vec<String>>();
        let ids = acts.map_or_else(|| plan.body.orders.iter().map(|order| order.id.clone()).collect(), ids);
        for id in ids {
            let Some(order) = plan.body.orders.iter().find(|order| order.id == id) else {
                match run.and_then(|run| run.movement(&id)) {
                    Some(Moving { moved: true, .. }) => done.push(id),
                    Some(_) => in_doubt.push(id),
                    None => not_started.push(id),
                }
                continue;
            };
            let progress = run.and_then(|run| run.order(&id));
            let executed = progress.and_then(|progress| progress.fill.as_ref()).map(|fill| fill.quantity.0);
            let whole = executed.is_some_and(|executed| executed.to_string() == order.quantity);
            match progress.map(|progress| &progress.stage) {
                Some(Stage::Done(End::Filled)) => done.push(id),
                Some(Stage::Filled) if whole => done.push(id),
                Some(Stage::Done(end)) => unfilled.push(Unfilled {
                    order: id,
                    planned: order.quantity.clone(),
                    executed: executed.unwrap_or_default().to_string(),
                    end: *end,
                }),
                Some(Stage::Failed(reason)) => failed.push(NotExecuted { order: id, reason: reason.clone() }),
                Some(Stage::Intent | Stage::Unknown(_) | Stage::Acked | Stage::Filled) => in_doubt.push(id),
                None => not_started.push(id),
            }
        }
        let fills = run.map(Run::fills).unwrap_or_default();
        let moved = |id: &str| run.is_some_and(|run| run.moved(id));
        let flow = transfer.filter(|transfer| moved(transfer.word())).map(|transfer| transfer.amount.decimal());
        let converted = conversions.iter().filter(|one| moved(&one.id)).map(|one| one.cost);
        // What is too large for a figure was refused before anything was executed.
        let worth = |fill: &Fill, figure: Decimal| figure.checked_mul(fill.rate()).unwrap_or(Decimal::MAX);
        let amount = |side| total(fills.iter().filter(|f| f.side == side).map(|fill| worth(fill, fill.amount.0)));
        let costs = |fill: &Fill| worth(fill, fill.commission.0 + fill.slippage.0 + fill.tax.0);
        Self {
            plan_id: plan.plan_id.clone(),
            finished: run.is_some_and(|run| run.finished.is_some()),
            done,
            failed,
            unfilled,
            in_doubt,
            not_started,
            cash_flow: total(flow.into_iter()),
            cash_flow_currency: plan.body.asked.currency.clone().filter(|_| flow.is_some()),
            sold: amount(Side::Sell),
            bought: amount(Side::Buy),
            costs: total(fills.iter().map(costs).chain(converted)),
        }
    }
}

fn total(figures: impl Iterator<Item = Decimal>) -> String {
    figures.sum::<Decimal>().normalize().to_string()
}
