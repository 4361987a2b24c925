//! Why a rebalance is due or not, and which assets are left alone and why.

use crate::output::Paint;
use crate::output::text::wrapped;
use crate::plan::file::Body;

/// Whether a rebalance is due, a reason a line, and the next date.
pub(super) fn trigger(body: &Body, paint: Paint) -> String {
    let fired = match &body.trigger.fired {
        Some(_) if body.summary.cash_flow != "0" => paint.bold("Cash moves:"),
        Some(cause) => paint.bold(format!("A rebalance is due ({cause}):")),
        None => paint.bold("No rebalance is due:"),
    };
    let mut text = fired + "\n";
    for why in &body.trigger.why {
        text.push_str(&wrapped(why, "  ", paint.width));
    }
    if let Some(next) = &body.trigger.next {
        text.push_str(&format!("  the next scheduled date is {next}\n"));
    }
    text + "\n"
}

/// The assets that are not traded now, and why.
pub(super) fn left_alone(body: &Body, paint: Paint) -> String {
    let alone = body.before.assets.iter().filter_map(|asset| Some((&asset.code, asset.left_alone.as_ref()?)));
    let text: String = alone.map(|(code, why)| wrapped(&format!("{code}: {why}"), "  ", paint.width)).collect();
    if text.is_empty() { text } else { format!("{}\n{text}\n", paint.bold("Left alone:")) }
}
