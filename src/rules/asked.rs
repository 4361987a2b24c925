//! Levels that somebody asks for at one run, on top of all policy files.
//!
//! What a rule looks for must never enter this file, nor how one asks.

use super::{Group, find, judged_by_base};
use crate::finding::Level;
use crate::policy::Policies;
use crate::words::{closest, list};

/// Why a level is not given to a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Denied {
    /// What is wrong, without a period.
    pub message: String,
    /// What to do, with one.
    pub help: String,
}

/// Gives a rule a level, whatever the policies say.
///
/// Integrity rules cannot be lowered, by nobody. Nor can the rules that judge a change by the policies that stood before
/// it: the command of a hook or of a workflow stands in the repository, and would be a way for a change to loosen them
/// for itself. A rule that looks at a plan has no part in a lint.
///
/// # Errors
/// [`Denied`] with the reason.
pub fn ask(policies: &mut Policies, id: &str, level: Level) -> Result<(), Denied> {
    let denied = |message: String, help: &str| Err(Denied { message, help: help.to_owned() });
    let Some(stands) = policies.setting(id).map(|setting| setting.level) else { return Err(unknown(policies, id)) };
    let rule = find(id);
    if rule.is_some_and(|rule| rule.group == Group::Plan) {
        return denied(
            format!("`{id}` looks at a plan, and `lint` makes none"),
            "set its level in a policy file: `rebalance plan` and `rebalance apply` go by that.",
        );
    }
    if level < stands && rule.is_some_and(super::Rule::integrity) {
        return denied(
            format!("`{id}` cannot be lowered below {stands}"),
            "leave it out: without this rule no other check means anything.",
        );
    }
    if level < stands && judged_by_base().contains(&id) {
        return denied(
            format!("`{id}` cannot be lowered for one run: a change is judged by the policies that stood before it"),
            "commit a policy file that lowers it first; or override the cooldown with a reason: \
             `REBALANCE_COOLDOWN_OVERRIDE='why'`.",
        );
    }
    policies.set_level(id, level);
    Ok(())
}

fn unknown(policies: &Policies, id: &str) -> Denied {
    let ids: Vec<&str> = policies.ids().collect();
    let help = match closest(id, &ids) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("the rules are {}.", list(&ids)),
    };
    Denied { message: format!("there is no rule `{id}`"), help }
}
