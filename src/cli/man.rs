//! `rebalance man`: manual pages, one for the program and one for each command.

use super::{Exit, Fault, Host};
use crate::disk::write_whole;
use crate::output::{Paint, Ui};
use crate::words::count;
use clap::Args;
use clap_mangen::Man;
use std::fs;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  rebalance man plan | man -l -           read the page of a command
  rebalance man --dir ~/.local/share/man/man1
                                          write every page; then: man rebalance";

/// Print a manual page, or write all of them.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ManArgs {
    /// The command whose page is printed [default: the program's]
    #[arg(conflicts_with = "dir")]
    command: Option<String>,
    /// Write every page into this directory, which is made if it is not there
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

/// Runs the command.
pub(super) fn run(args: &ManArgs, quiet: bool, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let pages = pages()?;
    let text = match &args.dir {
        Some(dir) => {
            let dir = host.path(dir);
            fs::create_dir_all(&dir).map_err(|error| Fault::io("make", &dir, &error))?;
            for (name, page) in &pages {
                let file = dir.join(format!("{name}.1"));
                write_whole(&file, page.as_bytes()).map_err(|error| Fault::io("write", &file, &error))?;
            }
            let told = format!("{} written to {}\n", count(pages.len(), "page"), dir.display());
            if quiet { String::new() } else { told }
        }
        None => {
            let name = args.command.as_ref().map_or("rebalance".to_owned(), |command| format!("rebalance-{command}"));
            let page = pages.into_iter().find(|(known, _)| *known == name);
            page.ok_or_else(|| Fault::usage(format!("there is no page {name}")).hint("rebalance --help"))?.1
        }
    };
    Ui::new(host, paint).answer(&text);
    Ok(Exit::Done)
}

/// Every page: its name and its source.
fn pages() -> Result<Vec<(String, String)>, Fault> {
    let mut program = super::command();
    // Gives each command its full name, and the options of every command.
    program.build();
    let commands = [&program].into_iter().chain(program.get_subcommands());
    commands.map(|command| Ok((name(command).to_owned(), page(command)?))).collect()
}

/// `rebalance`, or `rebalance-plan`.
fn name(command: &clap::Command) -> &str {
    command.get_display_name().unwrap_or_else(|| command.get_name())
}

fn page(command: &clap::Command) -> Result<String, Fault> {
    let mut bytes = Vec::new();
    let version = env!("CARGO_PKG_VERSION");
    let man = Man::new(command.clone().version(version)).title(name(command));
    let man = man.source(format!("rebalance {version}")).manual("rebalance");
    man.render(&mut bytes).map_err(|error| Fault::unknown(format!("the page cannot be made: {error}")))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
