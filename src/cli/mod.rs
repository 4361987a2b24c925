//! The command line: one file a command. The shell is thin: it gathers facts, asks the core, and prints.

mod account;
mod apply;
mod auto;
mod backtest;
mod batch;
mod brokers;
mod comment;
mod commit_msg;
mod completions;
mod diff;
mod dividends;
mod explain;
mod fills;
mod fix;
mod gather;
mod history;
mod import;
mod in_force;
mod init;
mod judgement;
mod lint;
mod live;
mod log;
mod man;
mod notify;
mod outputs;
mod past;
mod plan;
mod policies;
mod pre_push;
mod range;
mod rates;
mod records;
mod report;
mod schema;
mod show;
mod status;
mod step_summary;
mod table;
mod trials;
mod unplanned;
mod verify;
mod watched;

pub use self::schema::SHEETS;
pub use crate::fault::{Exit, Fault};
pub use crate::host::Host;
use crate::output::{ColorWhen, Format};
use crate::output::{Paint, Ui};
use clap::error::ErrorKind;
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand};
use outputs::Outputs;
use std::ffi::OsString;
use std::path::PathBuf;

/// Asset allocation as code.
///
/// Lints portfolio_config.yaml, plans a rebalance to the whole share, and applies exactly the plan that was reviewed.
#[derive(Debug, Parser)]
#[command(name = "rebalance", version, max_term_width = 80, after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  rebalance lint                         check the config and its history
  rebalance plan -o plan.json            what would be traded, and why
  rebalance apply plan.json              trade exactly that

Exit codes: 0 done, 1 no, 2 changes (with --detailed-exitcode), 3 the plan
does not match, 4 locked, 5 applied in part or in doubt, 6 could not tell,
64 usage.";

/// The config's usual name.
pub(crate) const CONFIG: &str = "portfolio_config.yaml";

/// Options every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The config
    #[arg(long, global = true, value_name = "FILE", default_value = CONFIG)]
    config: PathBuf,
    /// The holdings [default: holdings.yaml beside the config]
    #[arg(long, global = true, value_name = "FILE")]
    holdings: Option<PathBuf>,
    /// Ex-dividend dates [default: ex_dividend.csv beside the holdings, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    ex_dividend: Option<PathBuf>,
    /// Exchange rates [default: fx.yaml beside the holdings, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    fx: Option<PathBuf>,
    /// The owner's policies [default: policies beside the config]
    #[arg(long, global = true, value_name = "DIR")]
    policies: Option<PathBuf>,
    /// When to use colour; NO_COLOR is honoured
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    color: ColorWhen,
    /// The clock, as RFC 3339: for tests, and for asking "what if it were Monday"; not for an `apply` with real money
    #[arg(long, global = true, value_name = "TIME", value_parser = instant)]
    now: Option<i64>,
    /// Print less
    #[arg(short, long, global = true)]
    quiet: bool,
    /// What is drawn, and where it goes.
    #[arg(skip)]
    outputs: Outputs,
    /// What goes to standard output.
    #[arg(skip)]
    format: Format,
}

impl Global {
    /// The same with another config, when one is given.
    fn with_config(&self, path: Option<&PathBuf>) -> Self {
        let config = path.unwrap_or(&self.config).clone();
        Self { config, ..self.clone() }
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    #[command(alias = "validate")]
    Lint(lint::LintArgs),
    Explain(explain::ExplainArgs),
    Diff(diff::DiffArgs),
    Status(status::StatusArgs),
    Plan(plan::PlanArgs),
    Show(show::ShowArgs),
    Verify(verify::VerifyArgs),
    Apply(apply::ApplyArgs),
    Log(log::LogArgs),
    Report(report::ReportArgs),
    Brokers(brokers::BrokersArgs),
    History(history::HistoryArgs),
    Backtest(backtest::BacktestArgs),
    Comment(comment::CommentArgs),
    Notify(notify::NotifyArgs),
    Schema(schema::SchemaArgs),
    CommitMsg(commit_msg::CommitMsgArgs),
    PrePush(pre_push::PrePushArgs),
    Init(init::InitArgs),
    Import(import::ImportArgs),
    Completions(completions::CompletionsArgs),
    Man(man::ManArgs),
}

/// Parses the arguments, runs the command, and returns the exit code.
pub fn run(args: Vec<OsString>, host: &mut Host<'_>) -> u8 {
    let parsed = command().try_get_matches_from(args).and_then(|matches| {
        let cli = Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command()))?;
        Ok((cli, matches))
    });
    let (mut cli, matches) = match parsed {
        Ok(parsed) => parsed,
        Err(error) => return usage(&error, host),
    };
    if let Some(now) = cli.global.now {
        host.now = now;
        host.live.clock = false;
    }
    let paint = Paint::of(cli.global.color, host);
    let result = Outputs::of(&matches, host).and_then(|outputs| {
        cli.global.format = outputs.format();
        cli.global.outputs = outputs;
        dispatch(&cli, host, paint)
    });
    let (code, fault) = match result {
        Ok(exit) => (exit as u8, None),
        Err(fault) => (fault.code(), Some(fault)),
    };
    if let Some(fault) = fault {
        Ui::new(host, paint).fault(&fault);
    }
    if host.lost {
        let fault = Fault::unknown("the answer could not be written").hint("check where standard output goes.");
        Ui::new(host, paint).fault(&fault);
        return if code == Exit::Done as u8 { fault.code() } else { code };
    }
    code
}

fn dispatch(cli: &Cli, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let global = &cli.global;
    match &cli.command {
        Command::Lint(args) => lint::run(args, global, host, paint),
        Command::Explain(args) => explain::run(args, global, host, paint),
        Command::Diff(args) => diff::run(args, global, host, paint),
        Command::Status(args) => status::run(args, global, host, paint),
        Command::Plan(args) => plan::run(args, global, host, paint),
        Command::Show(args) => show::run(args, global, host, paint),
        Command::Verify(args) => verify::run(args, global, host, paint),
        Command::Apply(args) => apply::run(args, global, host, paint),
        Command::Log(_) => log::run(global, host, paint),
        Command::Report(args) => report::run(args, global, host, paint),
        Command::Brokers(_) => brokers::run(global, host, paint),
        Command::History(args) => history::run(args, global, host, paint),
        Command::Backtest(args) => backtest::run(args, global, host, paint),
        Command::Comment(args) => comment::run(args, host, paint),
        Command::Notify(args) => notify::run(args, global, host, paint),
        Command::Schema(args) => schema::run(args, host, paint),
        Command::CommitMsg(args) => commit_msg::run(args, global, host, paint),
        Command::PrePush(args) => pre_push::run(args, global, host, paint),
        Command::Import(args) => import::run(args, global, host, paint),
        Command::Init(args) => init::run(args, global, host, paint),
        Command::Completions(args) => completions::run(args, host, paint),
        Command::Man(args) => man::run(args, global.quiet, host, paint),
    }
}

/// Prints what clap has to say. Its own exit code 2 means something else here.
fn usage(error: &clap::Error, host: &mut Host<'_>) -> u8 {
    let asked = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    let paint = Paint::of(ColorWhen::Auto, host);
    let text = if paint.colored() { error.render().ansi().to_string() } else { error.render().to_string() };
    let mut ui = Ui::new(host, paint);
    if asked {
        ui.answer(&text);
        Exit::Done as u8
    } else {
        ui.note(&text);
        Exit::Usage as u8
    }
}

/// The command as clap describes it, for completions and documentation.
#[must_use]
pub fn command() -> clap::Command {
    outputs::with_options(Cli::command())
}

fn instant(text: &str) -> Result<i64, String> {
    let time = chrono::DateTime::parse_from_rfc3339(text);
    time.map(|time| time.timestamp()).map_err(|_| "write it as 2026-03-04T09:00:00+09:00".to_owned())
}
