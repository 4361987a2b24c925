//! `rebalance schema`: the JSON Schemas of the files.

use super::{Exit, Fault, Host};
use crate::output::{Paint, Ui};
use crate::schema::{self, Sheet};
use clap::{Args, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  rebalance schema                       of portfolio_config.yaml
  rebalance schema holdings              of holdings.yaml";

/// Print the JSON Schema of a file, for editors and other validators.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct SchemaArgs {
    /// Which file's
    #[arg(default_value = "config")]
    file: Which,
}

/// Every file that has a schema: its name here, and the schema.
pub const SHEETS: &[(Which, &Sheet)] = &[
    (Which::Config, &schema::CONFIG.sheet),
    (Which::Holdings, &crate::holdings::FORM.sheet),
    (Which::Policy, &crate::rules::POLICY.sheet),
    (Which::Plan, &crate::plan::file::SHEET),
    (Which::Lint, &crate::output::LINT_SHEET),
    (Which::Explain, &crate::output::pages::SHEET),
    (Which::Log, &crate::record::SHEET),
    (Which::Journal, &crate::replay::SHEET),
    (Which::Apply, &crate::apply::SHEET),
];

/// A file that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// portfolio_config.yaml
    Config,
    /// holdings.yaml
    Holdings,
    /// policies/*.yaml
    Policy,
    /// plan.json
    Plan,
    /// lint --format json
    Lint,
    /// explain --format json
    Explain,
    /// A line of rebalance_log.jsonl
    Log,
    /// A line of .rebalance/journal.jsonl
    Journal,
    /// A line of apply --format json
    Apply,
}

/// Runs the command.
pub(super) fn run(args: &SchemaArgs, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let text = SHEETS.iter().find(|(which, _)| *which == args.file).map(|(_, sheet)| schema::text(sheet));
    Ui::new(host, paint).answer(&text.unwrap_or_default());
    Ok(Exit::Done)
}
