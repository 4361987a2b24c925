//! `rebalance schema`: the JSON Schemas of the files.

use super::{Exit, Fault, Host};
use crate::output::{Paint, Ui};
use crate::schema::{self, Sheet};
use clap::{Args, ValueEnum};

const EXAMPLES: &str = "\
Examples:
  rebalance schema                       of portfolio_config.yaml
  rebalance schema holdings              of holdings.yaml

For completion and checks in an editor, beside the config:
  rebalance schema > portfolio_config.schema.json
  rebalance schema --modelines           two lines for the top of the config";

/// Print the JSON Schema of a file, for editors and other validators.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct SchemaArgs {
    /// Which file's
    #[arg(default_value = "config")]
    file: Which,
    /// Print the lines that make an editor use the schema instead; PATH is the schema's, seen from the file
    #[arg(long, value_name = "PATH", num_args = 0..=1, require_equals = true, value_parser = path)]
    modelines: Option<Option<String>>,
}

/// Editors end the path at the first blank.
fn path(text: &str) -> Result<String, String> {
    let fits = !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || c.is_control());
    if fits { Ok(text.to_owned()) } else { Err("a path without blanks".to_owned()) }
}

/// The files people write, and where the schema of each is looked for: beside the config.
const EDITED: &[(Which, &str)] =
    &[(Which::Config, "./"), (Which::Holdings, "./"), (Which::Fx, "./"), (Which::Policy, "../")];

/// Every file that has a schema: its name here, and the schema.
pub const SHEETS: &[(Which, &Sheet)] = &[
    (Which::Config, &schema::CONFIG.sheet),
    (Which::Holdings, &crate::holdings::FORM.sheet),
    (Which::Fx, &crate::fx::FORM.sheet),
    (Which::Policy, &crate::rules::POLICY.sheet),
    (Which::Plan, &crate::plan::file::SHEET),
    (Which::Batch, &crate::batch::SHEET),
    (Which::BatchAnswer, &crate::batch::ANSWER_SHEET),
    (Which::Lint, &crate::output::LINT_SHEET),
    (Which::Diff, &crate::output::difference::SHEET),
    (Which::PlanDiff, &crate::output::plan_difference::SHEET),
    (Which::Explain, &crate::output::pages::SHEET),
    (Which::Log, &crate::record::SHEET),
    (Which::Journal, &crate::replay::SHEET),
    (Which::Apply, &crate::apply::SHEET),
    (Which::Brokers, &crate::output::brokers::SHEET),
    (Which::History, &crate::output::history::HISTORY_SHEET),
    (Which::Status, &crate::output::status::STATUS_SHEET),
    (Which::Backtest, &crate::output::backtest::BACKTEST_SHEET),
    (Which::Report, &crate::output::report::REPORT_SHEET),
    (Which::Notification, &crate::notify::SHEET),
];

/// A file that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Which {
    /// portfolio_config.yaml
    Config,
    /// holdings.yaml
    Holdings,
    /// fx.yaml
    Fx,
    /// policies/*.yaml
    Policy,
    /// plan.json
    Plan,
    /// A line that plan --batch reads
    Batch,
    /// A line that plan --batch prints
    BatchAnswer,
    /// lint --format json
    Lint,
    /// diff --format json
    Diff,
    /// diff a.json b.json --format json
    PlanDiff,
    /// explain --format json
    Explain,
    /// A line of rebalance_log.jsonl
    Log,
    /// A line of .rebalance/journal.jsonl
    Journal,
    /// A line of apply --format json
    Apply,
    /// brokers --format json
    Brokers,
    /// history --format json
    History,
    /// status --format json
    Status,
    /// backtest --format json
    Backtest,
    /// report --format json
    Report,
    /// What notify sends to a webhook
    Notification,
}

/// The schema of a file.
pub(super) fn sheet(file: Which) -> Option<&'static Sheet> {
    SHEETS.iter().find(|(which, _)| *which == file).map(|(_, sheet)| *sheet)
}

/// The modelines of a file people write, whose schema lies where it is looked for; `None` for other files.
pub(super) fn edited(file: Which) -> Option<String> {
    let (_, from) = EDITED.iter().find(|(which, _)| *which == file)?;
    Some(lines(&format!("{from}{}", sheet(file)?.file)))
}

/// Runs the command.
pub(super) fn run(args: &SchemaArgs, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let text = match &args.modelines {
        Some(path) => modelines(args.file, path.as_deref())?,
        None => sheet(args.file).map(schema::text).unwrap_or_default(),
    };
    Ui::new(host, paint).answer(&text);
    Ok(Exit::Done)
}

fn modelines(file: Which, path: Option<&str>) -> Result<String, Fault> {
    let usual = edited(file).ok_or_else(|| {
        Fault::usage("only files people write have modelines").hint("one of config, holdings, fx and policy.")
    })?;
    Ok(path.map_or(usual, lines))
}

/// The first line is for yaml-language-server (VS Code, Neovim, Helix and others), the second for JetBrains' editors.
fn lines(path: &str) -> String {
    format!("# yaml-language-server: $schema={path}\n# $schema: {path}\n")
}
