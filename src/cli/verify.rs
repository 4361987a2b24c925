//! `rebalance verify`: everything `apply` checks, without applying.

use super::account::holdings_path;
use super::judgement::{Case, entry, judge, open};
use super::{Exit, Fault, Format, Global, Host};
use crate::apply::Step;
use crate::broker::Means;
use crate::disk::RealDisk;
use crate::gate::{Permit, Refusal, exit_code};
use crate::journal::{self, JournalError, LockError};
use crate::output::{self, Paint, Ui};
use crate::replay::State;
use clap::Args;
use std::path::PathBuf;

const EXAMPLES: &str = "\
Examples:
  rebalance verify plan.json
  rebalance verify plan.json --expect 1f0c…    the id a reviewer approved
  rebalance verify plan.json --format json";

/// Check everything that `apply` checks, without applying: is this plan still exactly right?
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct VerifyArgs {
    /// The plan
    plan: PathBuf,
    /// The plan_id it must have
    #[arg(long, value_name = "ID")]
    expect: Option<String>,
    /// Who would execute it: asked for the account, prices, open orders and whether the market is open
    #[arg(long, value_name = "NAME")]
    broker: Option<String>,
}

/// Runs the command.
pub(super) fn run(args: &VerifyArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let directory = journal::directory(&host.path(&global.config));
    journal::Lock::check(&directory).map_err(|error| locked(&error))?;
    let journal = journal::read(&RealDisk, &directory).map_err(|error| broken(&error))?;
    let case = Case { file: &args.plan, expect: args.expect.as_deref() };
    let judged = match &args.broker {
        Some(name) => asking(name, &case, &journal, global, host)?,
        None => judge(&case, &journal, None, global, host)?,
    };
    match judged {
        Ok(permit) => {
            let text = output::apply::verified(permit.plan(), &args.plan.display().to_string(), global.format, paint);
            Ui::new(host, paint).answer(&text);
            Ok(Exit::Done)
        }
        Err(refusals) => Ok(refuse(&refusals, global, host, paint)),
    }
}

/// Asks the gate, and a broker for what it wants to know.
fn asking(
    name: &str,
    case: &Case<'_>,
    journal: &State,
    global: &Global,
    host: &mut Host<'_>,
) -> Result<Result<Permit, Vec<Refusal>>, Fault> {
    let holdings = host.path(&holdings_path(global));
    let directory = journal::directory(&host.path(&global.config));
    let (clock, variables) = (host.clock(), host.env.clone());
    let env = |name: &str| variables.get(name).cloned();
    let means = Means { disk: &RealDisk, holdings: &holdings, directory: &directory, clock: clock.as_ref(), env: &env };
    let mut broker = open(entry(Some(name))?, means, global)?;
    judge(case, journal, Some(broker.as_mut()), global, host)
}

/// Prints every refusal and gives the exit code they come to.
pub(super) fn refuse(refusals: &[Refusal], global: &Global, host: &mut Host<'_>, paint: Paint) -> Exit {
    let mut ui = Ui::new(host, paint);
    match global.format {
        Format::Json => {
            let lines: String = refusals.iter().map(|refusal| Step::refusal(refusal).json() + "\n").collect();
            ui.answer(&lines);
        }
        _ => ui.note(&output::apply::refused(refusals, paint)),
    }
    Exit::of(exit_code(refusals))
}

/// The fault that another run holds the lock.
pub(super) fn locked(error: &LockError) -> Fault {
    Fault::told(error.exit_code(), error, &error.remedy())
}

/// The fault that the journal cannot be read or written.
pub(super) fn broken(error: &JournalError) -> Fault {
    Fault::told(error.exit_code(), error, &error.remedy())
}
