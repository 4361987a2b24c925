//! The plan's last lines: its identity, and the next command.

use super::Next;
use crate::output::Paint;
use crate::plan::{PlanFile, Status};
use crate::words::short;

/// The identity, and what can be done next.
pub(super) fn closing(plan: &PlanFile, next: Next<'_>, paint: Paint) -> String {
    let last = match (plan.body.status, next) {
        (Status::Complete, _) if plan.body.trigger.fired.is_some() => {
            "Nothing to do: no order is worth placing.".to_owned()
        }
        (Status::Complete, _) => "Nothing to do.".to_owned(),
        (Status::Errored, _) => paint.red("This plan cannot be applied: see the errors above."),
        (Status::Applyable, Next::Save { plan, apply }) => {
            format!("Next: rebalance plan{plan} -o plan.json && rebalance apply plan.json{apply}")
        }
        (Status::Applyable, Next::Apply(file)) => format!("Next: rebalance apply {file}"),
        (Status::Applyable, Next::Import(command)) => format!("Next: {command} && rebalance plan -o plan.json"),
    };
    let id = short(&plan.plan_id);
    format!("{}\n{last}\n", paint.dim(format!("Plan {id} ({})", plan.body.status)))
}
