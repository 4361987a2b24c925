//! No trigger, no orders; and a trigger exactly when the rules of the account have one.

use crate::accounts::Account;
use crate::levels::breaches;
use crate::planning::{Plan, same};

/// Whether a rebalance is due by the strategy, the schedule and the figures.
pub(crate) fn due(account: &Account) -> bool {
    account.flow != 0 || rebalance_due(account)
}

/// Whether one would be due if no cash flowed. What may not be traded makes nothing due by its drift.
fn rebalance_due(account: &Account) -> bool {
    let scheduled = account.strategy != "threshold" && !account.served;
    let drifted = account.assets.iter().any(|a| !a.blocked && breaches(account, a, a.price * a.held, account.total()));
    scheduled || (account.strategy != "time" && drifted)
}

/// What fired is what is due.
pub(crate) fn fires_when_due(account: &Account, plan: &Plan) -> Result<(), String> {
    same("fired", plan.said("/trigger/fired").is_ok(), due(account))?;
    let flows = plan.said("/trigger/fired") == Ok("cash-flow");
    same("for the cash that flows", flows, account.flow != 0)?;
    let breached = plan.list("/before/assets")?.iter().filter(|asset| !asset["breach"].is_null()).count();
    let breaching = account.assets.iter().filter(|a| breaches(account, a, a.price * a.held, account.total()));
    same("breaches", breached, breaching.count())
}

/// Nothing is traded, and no cash moves, unless something fired.
pub(crate) fn no_trigger_no_orders(_: &Account, plan: &Plan) -> Result<(), String> {
    if plan.said("/trigger/fired").is_ok() {
        return Ok(());
    }
    same("orders", plan.list("/orders")?.len(), 0)?;
    same("cash", plan.said("/after/cash")?, plan.said("/before/cash")?)?;
    same("status", plan.said("/status")?, "complete")
}
