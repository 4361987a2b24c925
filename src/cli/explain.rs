//! `rebalance explain`: what a rule looks for, why, and what to do about it.

use super::gather::{From, Place};
use super::outputs::{Stream, deliver};
use super::{Exit, Fault, Format, Global, Host, policies};
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
    /// The rule: a shipped one, or one of your own
    #[arg(required_unless_present = "all", value_name = "RULE")]
    rule: Option<String>,
    /// Every rule
    #[arg(long, conflicts_with = "rule")]
    all: bool,
}

/// Runs the command.
pub(super) fn run(args: &ExplainArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let pages: Vec<Page> = match &args.rule {
        Some(id) => match rules::find(id) {
            Some(rule) => rule.read_page().into_iter().collect(),
            None => vec![own(id, global, host)?],
        },
        None => rules::ALL.iter().filter_map(Rule::read_page).collect(),
    };
    deliver(global, (Exit::Done, Stream::Out), host, paint, |format, paint| match format {
        Format::Json => output::pages::json(pages.clone()),
        Format::Markdown => output::pages::markdown(&pages),
        _ => output::pages::human(&pages, paint),
    })
}

/// The page of a rule of the owner's, as the work tree has it.
fn own(id: &str, global: &Global, host: &Host<'_>) -> Result<Page, Fault> {
    let place = Place::find(&From::WorkTree, &global.config, host);
    let (policies, ..) = policies::read(&From::WorkTree, global, &place, None, host)?;
    let pages = rules::own_pages(&policies);
    let own: Vec<&str> = pages.iter().map(|page| page.rule.as_str()).collect();
    let none = || match policies.setting(id) {
        Some(setting) => Fault::no(format!("the rule `{id}` in {} cannot be read", setting.file()))
            .hint("`rebalance lint` shows what is wrong with it."),
        None => unknown(id, &own),
    };
    pages.iter().find(|page| page.rule == id).cloned().ok_or_else(none)
}

fn unknown(id: &str, own: &[&str]) -> Fault {
    let ids: Vec<&str> = rules::ALL.iter().map(|rule| rule.id).chain(own.iter().copied()).collect();
    let fault = Fault::usage(format!("there is no rule `{id}`"));
    match closest(id, &ids) {
        Some(meant) => fault.hint(format!("did you mean `rebalance explain {meant}`?")),
        None => fault.hint(format!("the rules are {}.", list(&ids))),
    }
}
