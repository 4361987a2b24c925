//! `rebalance notify`: tells people what a plan or a status says. It plans nothing and trades nothing.
//!
//! The answer of the check comes first and is the command's own: whatever becomes of a message never hides it.

use super::gather::file;
use super::plan::day;
use super::show::{edited, not_a_plan, read};
use super::status::{Seen, StatusArgs, look};
use super::{Exit, Fault, Global, Host};
use crate::http::{Client, Limits, Patience};
use crate::notify::{self, Failure, Kind, Letter, Service, Template};
use crate::output::message::{of_fault, of_findings, of_plan, of_status};
use crate::output::status::draw;
use crate::output::{Format, Paint, Ui};
use crate::plan::PlanFile;
use crate::words::{count, list};
use chrono::NaiveDate;
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

const EXAMPLES: &str = "\
Examples:
  rebalance notify plan.json               to every service that is set up
  rebalance notify --status                whether a rebalance is due, and why
  rebalance notify plan.json --to slack --to telegram
  rebalance notify plan.json --dry-run     print what would be sent
  rebalance notify --status --to webhook --template message.json

Set up a service by the environment:
  slack      SLACK_WEBHOOK_URL
  discord    DISCORD_WEBHOOK_URL
  telegram   TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID
  webhook    REBALANCE_WEBHOOK_URL, and REBALANCE_WEBHOOK_TOKEN if it wants one

Exit codes are those of the check: 0, or what rebalance status and
rebalance show exit with. Where that is 0, 6 when a message was not delivered.";

/// The largest answer that is read, in bytes: it says that it was taken, or why not.
const LARGEST_ANSWER: u64 = 1 << 20;

/// Tell people what a plan or the status says: Slack, Discord, Telegram, or any webhook.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct NotifyArgs {
    /// The plan to tell of
    #[arg(required_unless_present = "status", conflicts_with = "status")]
    plan: Option<PathBuf>,
    /// Tell how the portfolio stands, and whether a rebalance is due
    #[arg(long)]
    status: bool,
    /// The day the status is for [default: the holdings' own date]
    #[arg(long, value_name = "DATE", value_parser = day, requires = "status")]
    as_of: Option<NaiveDate>,
    /// Exit 2 when the status says that a rebalance is due
    #[arg(long, requires = "status")]
    detailed_exitcode: bool,
    /// Where to; may be given again [default: every service that is set up]
    #[arg(long = "to", value_name = "SERVICE", value_parser = services())]
    to: Vec<String>,
    /// What a webhook gets: JSON with {{title}}, {{lead}}, {{text}} and {{document}} in its texts
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// Print what would be sent, a message a line, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// How long a request may take, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=300))]
    timeout: u64,
}

fn services() -> PossibleValuesParser {
    PossibleValuesParser::new(notify::ALL.iter().map(|service| service.name))
}

/// What is told, and what the check answers with.
struct Told {
    kind: Kind,
    message: notify::Message,
    document: Value,
    exit: Exit,
    /// Why the check could not be made.
    fault: Option<Fault>,
}

/// Runs the command.
pub(super) fn run(args: &NotifyArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let template = args.template.as_deref().map(|path| template(path, host)).transpose()?;
    let services = chosen(args, host)?;
    if template.is_some() && !services.iter().any(|service| service.name == "webhook") {
        return Err(Fault::usage("--template is what a webhook gets, and none is told")
            .hint("add --to webhook, or leave --template out."));
    }
    let told = match &args.plan {
        Some(path) => of_file(path, host)?,
        None => of_look(args, global, host),
    };
    let Told { kind, message, document, exit, fault } = told;
    let letter = Letter { kind, message, document, template: template.as_ref() };
    if args.dry_run {
        let lines = services.iter().flat_map(|service| (service.compose)(&letter));
        let lines: String = lines.map(|payload| format!("{payload}\n")).collect();
        Ui::new(host, paint).answer(&lines);
        return fault.map_or(Ok(exit), Err);
    }
    Ui::new(host, paint).answer(&letter.message.text());
    let failed = deliver(&services, &letter, args, host, paint);
    match (fault, exit) {
        (Some(fault), _) => Err(fault),
        (None, Exit::Done) if !failed.is_empty() => {
            Err(Fault::unknown(format!("{} was not told", list(&failed))).hint("the answer above stands."))
        }
        (None, exit) => Ok(exit),
    }
}

/// The services that were named, or all that are set up.
fn chosen(args: &NotifyArgs, host: &Host<'_>) -> Result<Vec<&'static Service>, Fault> {
    let var = |name: &str| host.var(name).map(str::to_owned);
    let named: Vec<&Service> = args.to.iter().filter_map(|name| notify::find(name)).collect();
    let services: Vec<&Service> = match named.is_empty() {
        true => notify::ALL.iter().filter(|service| service.is_set(&var)).collect(),
        false => named,
    };
    let secrets: Vec<&str> = notify::ALL.iter().filter_map(|service| service.needs.first().copied()).collect();
    match services.is_empty() {
        true => Err(Fault::usage("no service is set up")
            .hint(format!("set one of {}; see rebalance notify --help.", list(&secrets)))),
        false => Ok(services),
    }
}

fn template(path: &Path, host: &Host<'_>) -> Result<Template, Fault> {
    let bytes = file(&host.path(path))?;
    let text = String::from_utf8_lossy(&bytes);
    Template::parse(&text).map_err(|error| {
        Fault::usage(format!("{} is no template: {error}", path.display())).hint(format!("{}.", error.remedy()))
    })
}

/// What a plan says. One that was edited is told to nobody.
fn of_file(path: &Path, host: &Host<'_>) -> Result<Told, Fault> {
    let plan = PlanFile::read(&read(path, host)?).map_err(|error| not_a_plan(path, &error))?;
    if let Some(fault) = edited(&plan, path) {
        return Err(fault);
    }
    let message = of_plan(&plan, &format!("rebalance apply {}", path.display()));
    Ok(Told { kind: Kind::Plan, message, document: parsed(&plan.text()), exit: Exit::Done, fault: None })
}

/// How the portfolio stands. That it cannot be told is told.
fn of_look(args: &NotifyArgs, global: &Global, host: &mut Host<'_>) -> Told {
    let asked = StatusArgs { as_of: args.as_of, detailed_exitcode: args.detailed_exitcode };
    let plain = Paint::plain();
    let failure = |message, exit| Told { kind: Kind::Failure, message, document: Value::Null, exit, fault: None };
    let looked = look(&asked, global, host, |seen, _| {
        Ok(match seen {
            Seen::Status(report, exit) => {
                let document = parsed(&draw(Format::Json, report, plain));
                Told { kind: Kind::Status, message: of_status(report), document, exit, fault: None }
            }
            Seen::Refused(made, exit) => failure(of_findings(&made.findings), exit),
        })
    });
    looked.unwrap_or_else(|fault| Told { fault: Some(fault.clone()), ..failure(of_fault(&fault), fault.exit) })
}

/// A document of ours as a value.
fn parsed(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}

/// Tells each service, and says what came of it: the names of those that were not told.
fn deliver(
    services: &[&'static Service],
    letter: &Letter<'_>,
    args: &NotifyArgs,
    host: &mut Host<'_>,
    paint: Paint,
) -> Vec<&'static str> {
    let env = host.env.clone();
    let var = |name: &str| env.get(name).cloned();
    let limits = Limits { total: Duration::from_secs(args.timeout), largest: LARGEST_ANSWER };
    let client = Client::new(&var, limits);
    let (now, pause) = (host.now, host.pause);
    let mut failed = Vec::new();
    for service in services {
        let mut tell = |text: &str| Ui::new(host, paint).note(&format!("{}: {text}\n", service.name));
        let sent = match &client {
            Ok(client) => notify::send(service, letter, &var, client, &mut Patience::new(now, pause, &mut tell)),
            Err(error) => Err(Failure::Unsendable { why: error.to_string(), remedy: error.remedy() }),
        };
        match sent {
            Ok(sent) => tell(&format!("told in {}", count(sent, "message"))),
            Err(failure) => {
                tell(&format!("not told: {failure}\n  help: {}", failure.remedy()));
                failed.push(service.name);
            }
        }
    }
    failed
}
