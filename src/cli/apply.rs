//! `rebalance apply`: trades exactly a plan, once, or not at all.

use super::account::holdings_path;
use super::fills::{self, Keeping};
use super::judgement::{Case, executor, judge, open, resume};
use super::verify::{broken, locked, refuse};
use super::{Exit, Fault, Format, Global, Host, records};
use crate::apply::{self, Desk, Step, Stopped, Summary, Wish, Word};
use crate::broker::{Broker, Means};
use crate::clock::Clock;
use crate::disk::RealDisk;
use crate::gate::{Permit, ResumePermit};
use crate::journal::{self, Journal, Lock};
use crate::output::{self, Paint, Ui};
use clap::Args;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

const EXAMPLES: &str = "\
Examples:
  rebalance plan -o plan.json && rebalance apply plan.json
  rebalance apply plan.json --expect 1f0c…   only the plan a reviewer approved
  rebalance apply plan.json --resume           go on after an interruption
  rebalance apply plan.json --resume --close   end it with what was executed
  rebalance apply plan.json --resume --fills -   say what was filled by hand
  rebalance apply plan.json --format json      one JSON object a line

Nothing overrides a refusal but a new plan.";

/// Apply a plan: exactly its orders, once, or not at all.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ApplyArgs {
    /// The plan
    plan: PathBuf,
    /// The plan_id it must have
    #[arg(long, value_name = "ID")]
    expect: Option<String>,
    /// Who executes, of `rebalance brokers` [default: whose account the plan was made for, else paper, which fills at the
    /// plan's prices into the holdings]
    #[arg(long, value_name = "NAME")]
    broker: Option<String>,
    /// Go on with this plan after an interruption
    #[arg(long)]
    resume: bool,
    /// End the plan with what was executed: nothing more is sent, and the log says what was not
    #[arg(long, requires = "resume")]
    close: bool,
    /// What was filled, for the broker `manual`: the order ticket with its last columns written; with `-` standard input, at
    /// a terminal order by order
    #[arg(long, value_name = "FILE", requires = "resume")]
    fills: Option<PathBuf>,
    /// Say which of the broker's orders one is whose answer was lost
    #[arg(long, value_name = "ORDER=NUMBER", requires = "resume", value_parser = adopted)]
    adopt: Option<Word>,
    /// Say that the broker does not have an order whose answer was lost
    #[arg(long, value_name = "ORDER", requires = "resume", conflicts_with = "adopt")]
    not_placed: Option<String>,
}

/// An order and the broker's name for it.
fn adopted(text: &str) -> Result<Word, String> {
    let (order, reference) = text
        .split_once('=')
        .filter(|(order, reference)| !order.is_empty() && !reference.is_empty())
        .ok_or("write it as buy-069500=0000085100")?;
    Ok(Word { order: order.to_owned(), reference: Some(reference.to_owned()) })
}

impl ApplyArgs {
    fn wish(&self) -> Wish {
        let none = self.not_placed.clone().map(|order| Word { order, reference: None });
        Wish { word: self.adopt.clone().or(none), close: self.close }
    }
}

/// What the gate gave leave to do.
enum Leave {
    Apply(Permit),
    Resume(ResumePermit, Wish),
}

/// Runs the command. The lock is taken before anything is read.
pub(super) fn run(args: &ApplyArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let directory = journal::directory(&host.path(&global.config));
    let lock = Lock::take(&directory).map_err(|error| locked(&error))?;
    let journal = Journal::open(&RealDisk, lock).map_err(|error| broken(&error))?;
    let holdings = host.path(&holdings_path(global));
    let (clock, variables) = (host.clock(), host.env.clone());
    let env = |name: &str| variables.get(name).cloned();
    let means = Means { disk: &RealDisk, holdings: &holdings, directory: &directory, clock: clock.as_ref(), env: &env };
    let entry = executor(args.broker.as_deref(), &args.plan, journal.state(), host)?;
    let mut broker = open(entry, means, global)?;
    own_clock(broker.as_ref(), global)?;
    let case = Case { file: &args.plan, expect: args.expect.as_deref() };
    let judged = if args.resume {
        resume(&case, journal.state(), broker.as_mut(), host)?.map(|permit| Leave::Resume(permit, args.wish()))
    } else {
        judge(&case, journal.state(), Some(broker.as_mut()), global, host)?.map(Leave::Apply)
    };
    if let (Some(fills), Ok(Leave::Resume(permit, _))) = (&args.fills, &judged) {
        let (broker, plan, journal) = (entry.name, permit.plan(), journal.state());
        fills::keep(fills, &Keeping { broker, plan, directory: &directory, journal }, host, paint)?;
    }
    match judged {
        Ok(leave) => execute(leave, journal, (broker.as_mut(), clock.as_ref()), global, host, paint),
        Err(refusals) => Ok(refuse(&refusals, global, host, paint)),
    }
}

/// Refuses to go by another clock than the machine's where real money goes out: whether a plan is too old, the cooldown
/// is over and the market is open are told by it.
fn own_clock(broker: &dyn Broker, global: &Global) -> Result<(), Fault> {
    if global.now.is_none() || !broker.real_money() {
        return Ok(());
    }
    let name = broker.name();
    Err(Fault::usage(format!("--now sets the clock that the gate goes by, and the orders at {name} cost real money"))
        .hint("leave --now out: `apply` then goes by the clock of this machine.")
        .hint(format!("ask what it would say: rebalance verify <plan.json> --broker {name} --now TIME")))
}

fn execute(
    leave: Leave,
    journal: Journal<'_>,
    (broker, clock): (&mut dyn Broker, &dyn Clock),
    global: &Global,
    host: &mut Host<'_>,
    paint: Paint,
) -> Result<Exit, Fault> {
    let log = records::path(global, host);
    let interrupted = host.interruptible()?;
    let stop = || interrupted.load(Ordering::Relaxed);
    let name = broker.name();
    let mut tell = |step: &Step| {
        let text = match global.format {
            Format::Json => step.json() + "\n",
            _ if global.quiet => String::new(),
            _ => output::apply::step(step, paint),
        };
        Ui::new(host, paint).answer(&text);
    };
    let mut desk = Desk { disk: &RealDisk, broker, log: &log, clock, stop: &stop, progress: &mut tell };
    let outcome = match leave {
        Leave::Apply(permit) => apply::apply(permit, journal, &mut desk),
        Leave::Resume(permit, wish) => apply::resume(permit, journal, &wish, &mut desk),
    };
    Ok(finish(outcome, name, global, host, paint))
}

fn finish(
    outcome: Result<Summary, Box<Stopped>>,
    broker: &str,
    global: &Global,
    host: &mut Host<'_>,
    paint: Paint,
) -> Exit {
    let mut ui = Ui::new(host, paint);
    match outcome {
        Ok(summary) if global.format == Format::Json => ended(&summary),
        Ok(summary) => {
            let holdings = holdings_path(global).display().to_string();
            let journal = journal::directory(&global.config).join("journal.jsonl").display().to_string();
            let journal = journal.trim_start_matches("./");
            ui.answer(&output::apply::applied(&summary, broker, &holdings, journal, paint));
            ended(&summary)
        }
        Err(stopped) => {
            ui.note(&output::apply::stopped(&stopped, paint));
            Exit::of(stopped.exit_code())
        }
    }
}

/// The exit code of an apply that came to its end.
fn ended(summary: &Summary) -> Exit {
    let whole = summary.unfilled.is_empty() && summary.failed.is_empty() && summary.not_started.is_empty();
    if whole { Exit::Done } else { Exit::InDoubt }
}
