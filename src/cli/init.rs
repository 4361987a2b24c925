//! `rebalance init`: a new repository from a template, or, with `--hooks`, git's hooks in the one that is there.
//!
//! Nothing that is there is ever overwritten.

mod hooks;
mod repository;
mod templates;
mod write;

use super::{Exit, Fault, Global, Host};
use crate::output::Paint;
use crate::words::one_line;
use clap::Args;
use clap::builder::{PossibleValue, PossibleValuesParser};
use std::path::{Path, PathBuf};
use templates::{Source, TEMPLATES};

const EXAMPLES: &str = "\
Examples:
  rebalance init                      the guide's portfolio, in this directory
  rebalance init --dir etfs --from etf-kr
  rebalance init --from etf-us --dry-run
                                      print what would be written
  rebalance init --action ann/rebalance@0123456789abcdef0123456789abcdef01234567
                                      with workflows that run this commit of it
  rebalance init --hooks              only git's hooks, in this repository

Files that are there already are kept as they are, and listed: only what is
missing is written, all of it or nothing.

The hooks are for those who use neither pre-commit nor prek. Hooks that are
there already are left as they are, and nothing is written then. `--no-verify`
skips hooks: the gate is a job in CI.";

/// Prepare a repository: config, holdings, policies, hooks, workflows; with --hooks, git's hooks alone.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct InitArgs {
    /// Where; it is made if it is not there [default: here]
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
    /// The portfolio it begins with
    #[arg(long, value_name = "TEMPLATE", default_value = "seed", value_parser = names())]
    from: String,
    /// Which rebalance the workflows run: where it is kept on GitHub, and the whole id of a commit
    #[arg(long, value_name = "OWNER/REPO@COMMIT", value_parser = Source::parse)]
    action: Option<Source>,
    /// Begin no git repository where there is none
    #[arg(long)]
    no_git: bool,
    /// Install the hooks of git, and nothing else
    #[arg(long, conflicts_with_all = ["dir", "from", "action", "no_git"])]
    hooks: bool,
    /// Print what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

fn names() -> PossibleValuesParser {
    PossibleValuesParser::new(TEMPLATES.iter().map(|template| PossibleValue::new(template.name).help(template.about)))
}

/// Runs the command.
pub(super) fn run(args: &InitArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    if args.hooks {
        return hooks::run(args, global, host, paint);
    }
    repository::run(args, global, host, paint)
}

/// A path as people are told it: from where they are, when it is below.
fn shown(path: &Path, cwd: &Path) -> String {
    let below = path.strip_prefix(cwd).unwrap_or(path);
    let below = if below.as_os_str().is_empty() { Path::new(".") } else { below };
    one_line(&below.display().to_string()).into_owned()
}
