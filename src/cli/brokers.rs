//! `rebalance brokers`: who can execute a plan, what each needs, and whether it is there.

use super::outputs::{Stream, deliver};
use super::{Exit, Fault, Global, Host, live};
use crate::broker;
use crate::config::get;
use crate::output::Paint;
use crate::output::brokers::{Line, Needed, draw};
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  rebalance brokers
  rebalance brokers --format json

Nobody is asked: whether a key is right, only its broker knows.";

/// List the brokers: what each needs, and whether it is set up.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct BrokersArgs {}

/// Runs the command.
pub(super) fn run(global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let named = named(global, host);
    let chosen = named.as_deref().and_then(broker::known);
    let env = |name: &str| host.env.get(name).cloned();
    let line = |entry: &'static broker::Entry| Line {
        name: entry.name,
        about: entry.about,
        markets: entry.markets,
        currencies: entry.currencies.iter().map(|currency| currency.word()).collect(),
        needs: entry.needs.iter().map(Needed::of).collect(),
        missing: entry.configured(&env).err().map(|error| (error.to_string(), error.remedy())),
        named: chosen.is_some_and(|chosen| chosen.name == entry.name),
    };
    let lines: Vec<Line> = broker::ALL.iter().map(line).collect();
    let unknown = named.filter(|_| chosen.is_none());
    deliver(global, (Exit::Done, Stream::Out), host, paint, |format, paint| {
        draw(format, &lines, unknown.as_deref(), paint)
    })
}

/// The broker's name in the config, when there is a config that has one.
fn named(global: &Global, host: &Host<'_>) -> Option<String> {
    get(live::config(global, host)?.portfolio()?.broker.as_ref()).map(|name| name.0.clone())
}
