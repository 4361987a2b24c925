//! What the rules said of the plan, and the overrides in force.

use crate::output::Paint;
use crate::output::text::{help, wrapped};
use crate::plan::file::Body;

/// The checks with their remedies, and the overrides.
pub(super) fn checks(body: &Body, paint: Paint) -> String {
    let mut text = String::new();
    for check in &body.checks {
        if let Some(reason) = &check.suppressed {
            let said = format!("suppressed[{}]: {}", check.rule, check.message);
            text.push_str(&wrapped(&said, "", paint.width));
            text.push_str(&wrapped(&format!("reason: {reason}"), "  ", paint.width));
            continue;
        }
        let word = match check.level.as_str() {
            "error" => paint.red("error"),
            "warning" => paint.yellow("warning"),
            other => other.to_owned(),
        };
        text.push_str(&wrapped(&format!("{word}[{}]: {}", check.rule, check.message), "", paint.width));
        text.extend(check.help.iter().map(|text| help(text, paint.width)));
    }
    for given in &body.overrides {
        let short = given.commit.get(..7).unwrap_or(&given.commit);
        text.push_str(&wrapped(&format!("override in commit {short}: {}", given.reason), "", paint.width));
    }
    if text.is_empty() { text } else { text + "\n" }
}
