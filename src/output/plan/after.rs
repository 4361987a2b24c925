//! The weights after the orders, and what is proven of them.

use super::figures::{grouped, percent, points};
use super::table::{finish, table};
use crate::output::Paint;
use crate::output::text::wrapped;
use crate::plan::file::Body;

/// The weights after, and the proof in words.
pub(super) fn after(body: &Body, paint: Paint) -> String {
    let title =
        format!("After: {} {} (cash {})", grouped(&body.after.total), body.params.currency, grouped(&body.after.cash));
    let mut table = table(paint, &["code", "asset", "shares", "weight", "target", "drift"], 2);
    for (before, after) in body.before.assets.iter().zip(&body.after.assets) {
        table.add_row([
            after.code.clone(),
            before.ticker.clone(),
            grouped(&after.quantity),
            percent(&after.weight),
            percent(&before.target),
            points(&after.drift),
        ]);
    }
    let proof = if body.summary.proven {
        let better =
            if body.params.destination == "target" { "come closer to the targets" } else { "trade less to get there" };
        let parts = body.orders.iter().any(|order| order.quantity.contains('.'));
        let whole = if parts { "" } else { "whole-share " };
        format!("Proven: no other {whole}orders within these limits {better}.")
    } else {
        format!(
            "Not proven: some other orders might be closer, by at most {} of {}.",
            body.summary.gap, body.summary.objective
        )
    };
    format!("{}\n\n{}\n{}\n", paint.bold(title), finish(&table), wrapped(&proof, "", paint.width))
}
