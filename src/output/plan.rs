//! A plan for people: the drift, why a rebalance is due, the orders with their reasons, costs, the weights after, and
//! the next command. Drawn from the file alone, so that any plan can be shown at any time.
//!
//! A part of the plan is a file of this room; [`draw`] puts them in their order.

mod after;
pub(super) mod balances;
mod checks;
mod closing;
mod costs;
pub(super) mod figures;
mod heading;
mod limits;
mod orders;
mod tax;
mod trigger;

pub use figures::{amount, grouped};

use super::Paint;
use super::assets::{key, weights};
use crate::plan::PlanFile;
use crate::plan::file::Body;

/// What the reader can do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next<'a> {
    /// The plan was only printed: this command, with `-o plan.json`, saves it.
    Save {
        /// The options this plan was made with, each after a space.
        plan: &'a str,
        /// Those of them that `apply` needs too.
        apply: &'a str,
    },
    /// The plan is in this file.
    Apply(&'a str),
    /// The holdings are a file that is only read: this command makes one of them that can be applied to.
    Import(&'a str),
}

/// Draws a plan, complete with its final newline.
#[must_use]
pub fn draw(plan: &PlanFile, next: Next<'_>, paint: Paint) -> String {
    let body = &plan.body;
    let mut text = heading::heading(body, paint);
    text.push_str(&drift(body, paint));
    text.push_str(&trigger::trigger(body, paint));
    text.push_str(&trigger::left_alone(body, paint));
    if !body.is_idle() {
        text.push_str(&orders::orders(body, paint));
        text.push_str(&costs::costs(body, paint));
        text.push_str(&tax::tax(body, paint));
    }
    text.push_str(&limits::limits(body, paint));
    if !body.is_idle() {
        text.push_str(&after::after(body, paint));
    }
    text.push_str(&checks::checks(body, paint));
    text.push_str(&closing::closing(plan, next, paint));
    text
}

/// The weights before, in their bands.
fn drift(body: &Body, paint: Paint) -> String {
    let assets = &body.before.assets;
    format!("{}{}\n", weights(assets, paint), key(assets, paint))
}
