//! `rebalance completions`: tab completion for a shell.

use super::{Exit, Fault, Host};
use crate::output::{Paint, Ui};
use clap::Args;
use clap_complete::Shell;

const EXAMPLES: &str = "\
Examples:
  rebalance completions bash \\
    > ~/.local/share/bash-completion/completions/rebalance
  rebalance completions zsh > ~/.zfunc/_rebalance
  rebalance completions fish > ~/.config/fish/completions/rebalance.fish";

/// Print the completion script of a shell.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Runs the command.
pub(super) fn run(args: &CompletionsArgs, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "rebalance", &mut script);
    Ui::new(host, paint).answer(&String::from_utf8_lossy(&script));
    Ok(Exit::Done)
}
