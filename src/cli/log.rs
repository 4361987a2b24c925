//! `rebalance log`: what was executed.

use super::outputs::{Stream, deliver};
use super::{Exit, Fault, Format, Global, Host, records};
use crate::output::{self, Paint};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  rebalance log
  rebalance log --format json";

/// List executed rebalances, oldest first.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct LogArgs {}

/// Runs the command.
pub(super) fn run(global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let log = records::read(global, host)?;
    deliver(global, (Exit::Done, Stream::Out), host, paint, |format, paint| match format {
        Format::Json => output::log::json(log.records()),
        _ => output::log::human(log.records(), paint),
    })
}
