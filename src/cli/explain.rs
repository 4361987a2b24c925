//! `rebalance explain`: what a rule looks for, why, and what to do about it.

use super::outputs::{Stream, deliver};
use super::{Exit, Fault, Format, Global, Host};
use crate::output::{self, Paint};
use crate::rules::{self, Page, Rule};
use crate::words::{closest, list};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  rebalance explain weights-sum
  rebalance explain --all
  rebalance explain --all --format json
  rebalance explain --all --format markdown --output-file rules.md";

/// Explain a rule: what it looks for, why it matters, what to do about a finding.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ExplainArgs {
    /// The rule
    #[arg(required_unless_present = "all", value_name = "RULE")]
    rule: Option<String>,
    /// Every rule
    #[arg(long, conflicts_with = "rule")]
    all: bool,
}

/// Runs the command.
pub(super) fn run(args: &ExplainArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let rules: Vec<&Rule> = match &args.rule {
        Some(id) => vec![rules::find(id).ok_or_else(|| unknown(id))?],
        None => rules::ALL.iter().collect(),
    };
    let pages: Vec<Page> = rules.iter().filter_map(|rule| rule.read_page()).collect();
    deliver(global, (Exit::Done, Stream::Out), host, paint, |format, paint| match format {
        Format::Json => output::pages::json(pages.clone()),
        Format::Markdown => output::pages::markdown(&pages),
        _ => output::pages::human(&pages, paint),
    })
}

fn unknown(id: &str) -> Fault {
    let ids: Vec<&str> = rules::ALL.iter().map(|rule| rule.id).collect();
    let fault = Fault::usage(format!("there is no rule `{id}`"));
    match closest(id, &ids) {
        Some(meant) => fault.hint(format!("did you mean `rebalance explain {meant}`?")),
        None => fault.hint(format!("the rules are {}.", list(&ids))),
    }
}
