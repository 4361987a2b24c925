//! `rebalance status`: how the portfolio stands, and whether a rebalance is due. It trades nothing and plans nothing.

use super::account::Account;
use super::dividends::DividendFile;
use super::gather::{Claims, From, Gathered, gather};
use super::lint::exit;
use super::outputs::{Stream, deliver, keep_inputs};
use super::plan::{Made, calendar, day, file_options, print_findings};
use super::rates::RatesFile;
use super::unplanned::plan_fault;
use super::{Exit, Fault, Global, Host, records};
use crate::finding::{Certainty, Finding, Level};
use crate::history::{Verdict, trading_verdict};
use crate::log::Log;
use crate::output::Paint;
use crate::output::status::{Cooldown, StatusReport, draw};
use crate::plan::{Ask, Draft, Inputs};
use crate::record;
use crate::rules::facts::held_sites;
use crate::rules::{self, Group, Sound};
use crate::zone::Zone;
use chrono::NaiveDate;
use clap::Args;

const EXAMPLES: &str = "\
Examples:
  rebalance status                        is a rebalance due, and why or why not
  rebalance status --as-of 2026-07-01     as if it were that day
  rebalance status --detailed-exitcode    exit 2 when one is due, for CI
  rebalance status --format markdown      for a comment or a wiki
  rebalance status --format json          for programs

Exit code 6 when the cooldown cannot be told, as in a shallow clone: the status
is printed all the same.";

/// The rules whose findings are told in words of their own.
const TOLD: [&str; 2] = ["trade-cooldown", "ex-dividend-window"];

/// Show the drift in its bands, whether a rebalance is due and why, the schedule, the cooldown and the last rebalance.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct StatusArgs {
    /// The day it is for [default: the holdings' own date]
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub(super) as_of: Option<NaiveDate>,
    /// Exit 2 when a rebalance is due
    #[arg(long)]
    pub(super) detailed_exitcode: bool,
}

/// Runs the command.
pub(super) fn run(args: &StatusArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    global.outputs.files().try_for_each(|file| keep_inputs(file, global, host))?;
    look(args, global, host, |seen, host| match seen {
        Seen::Status(report, exit) => {
            deliver(global, (exit, Stream::Out), host, paint, |format, paint| draw(format, report, paint))
        }
        Seen::Refused(made, exit) => print_findings(made, exit, global, host, paint),
    })
}

/// What there is to see.
pub(super) enum Seen<'a> {
    /// How the portfolio stands, and what the command answers with.
    Status(&'a StatusReport<'a>, Exit),
    /// Why that cannot be worked out.
    Refused(&'a Made, Exit),
}

/// Looks at the portfolio, and shows what is seen.
pub(super) fn look<R>(
    args: &StatusArgs,
    global: &Global,
    host: &mut Host<'_>,
    show: impl FnOnce(Seen<'_>, &mut Host<'_>) -> Result<R, Fault>,
) -> Result<R, Fault> {
    let mut gathered = gather(&From::WorkTree, global, host, &Claims::default())?;
    let account = Account::read(None, global, host)?;
    let dividends = DividendFile::read(&gathered, global, host)?;
    gathered.sources.insert(account.path.clone(), account.text.clone());
    gathered.sources.extend(dividends.source.clone());
    let rates = RatesFile::read(&gathered, &account, None, global, host)?;
    gathered.sources.extend(rates.source.clone());
    let log = records::read(global, host)?;
    let codes = gathered.codes();
    let (sound, mut findings) = rules::judge(&gathered.facts(&codes), &gathered.policies);
    drop(codes);
    let read = [&gathered.policy_findings, &account.findings, &dividends.findings, &rates.findings];
    findings.extend(read.into_iter().flatten().cloned());
    let unread = read.into_iter().any(|found| !found.is_empty());
    let Some(sound) = sound.filter(|_| !unread) else {
        findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        let exit = exit(&findings, Level::Error);
        let made = Made {
            gathered,
            account,
            ex_dividend: dividends.hash,
            fx: None,
            near: Ok(Vec::new()),
            findings,
            body: None,
            fault: None,
        };
        return show(Seen::Refused(&made, exit), host);
    };
    let (dividends, rates) = (&dividends, &rates);
    let subject = Subject { gathered: &gathered, account: &account, dividends, rates, log: &log };
    subject.look(&sound, args, global, |report, exit| show(Seen::Status(report, exit), host))
}

/// What the status is of.
struct Subject<'a> {
    gathered: &'a Gathered,
    account: &'a Account,
    dividends: &'a DividendFile,
    rates: &'a RatesFile,
    log: &'a Log,
}

impl Subject<'_> {
    fn look<R>(
        &self,
        sound: &Sound,
        args: &StatusArgs,
        global: &Global,
        show: impl FnOnce(&StatusReport<'_>, Exit) -> Result<R, Fault>,
    ) -> Result<R, Fault> {
        let Some(holdings) = &self.account.holdings else { return Err(Fault::unknown("the holdings cannot be read")) };
        let calendar = calendar(sound)?;
        let executed = record::executed(self.log.records());
        let as_of = args.as_of.unwrap_or(holdings.as_of);
        let inputs = Inputs {
            sound,
            holdings,
            calendar: &calendar,
            as_of,
            dividends: &self.dividends.dates,
            fx: &self.rates.fx,
            executed: &executed,
            ask: &Ask::default(),
        };
        let draft = Draft::look(inputs).map_err(|error| plan_fault(&error))?;
        let said = self.said(&draft);
        let (before, trigger) = (draft.before(), draft.trigger_body());
        let tax = draft.year_tax();
        let fx = draft.fx_input(self.rates.hash.clone());
        let last = self.log.records().iter().max_by_key(|record| record.date);
        let options = match args.as_of {
            Some(day) => format!("{} --as-of {day}", file_options(global)),
            None => file_options(global),
        };
        let report = StatusReport {
            as_of,
            currency: sound.portfolio().currency.word(),
            fx: fx.as_ref(),
            before: &before,
            trigger: &trigger,
            frozen: &draft.frozen,
            tax: tax.as_ref(),
            cooldown: self.cooldown(&said),
            committed: self.committed(),
            last,
            checks: said.iter().filter(told).collect(),
            zone: self.gathered.zone().unwrap_or(Zone::UTC),
            options: &options,
        };
        let due = args.detailed_exitcode && trigger.fired.is_some();
        let exit = match exit(&counted(&said), Level::Error) {
            Exit::Done if due => Exit::Changes,
            exit => exit,
        };
        show(&report, exit)
    }

    /// What the rules of history and plan say of the portfolio as it stands, without an order.
    fn said(&self, draft: &Draft<'_>) -> Vec<Finding> {
        let codes = self.gathered.codes();
        let sites = held_sites(&self.account.shape);
        let facts = draft.facts(&self.account.path, &sites, self.committed());
        let facts = rules::Facts { plan: Some(&facts), ..self.gathered.facts(&codes) };
        rules::run(Group::PLAN, &facts, &self.gathered.policies)
    }

    fn committed(&self) -> bool {
        self.gathered.tracked.as_ref().is_some_and(|tracked| tracked.blob.is_some())
    }

    /// What the trading cooldown says, for as long as the policies have one.
    fn cooldown(&self, said: &[Finding]) -> Cooldown {
        let setting = self.gathered.policies.setting("trade-cooldown").filter(|setting| setting.level != Level::Off);
        let Some(setting) = setting else { return Cooldown::Free };
        let unknown = said.iter().find(|finding| finding.certainty == Certainty::Unknown);
        let Some((history, change)) = self.gathered.known() else {
            let why = unknown.map_or("the history was not asked", |finding| finding.message.as_str());
            return Cooldown::Unknown(why.to_owned());
        };
        let window = i64::from(setting.days("days")) * 86_400;
        match trading_verdict(history, &change.base, change.now, window) {
            Verdict::Allowed => Cooldown::Free,
            Verdict::Refused { until, by, .. } => {
                Cooldown::Until { seconds: until, commit: by.commit.short().to_string() }
            }
            Verdict::Unknown(gap) => Cooldown::Unknown(gap.why),
            Verdict::FutureEvent(event) => {
                Cooldown::Unknown(format!("commit {} is dated in the future", event.commit.short()))
            }
        }
    }
}

/// Whether a finding is told by itself: it weighs something, counts, and no line of the status says it already.
fn told(finding: &&Finding) -> bool {
    finding.suppressed.is_none() && finding.level >= Level::Warning && !in_words(finding)
}

/// Whether a line of the status says it: a cooldown that is running, a config that is not committed, a window.
fn in_words(finding: &Finding) -> bool {
    TOLD.contains(&finding.rule.as_ref()) && finding.certainty == Certainty::Definite
}

/// The findings that decide the exit code: what a line of the status says is an answer and no failure.
fn counted(said: &[Finding]) -> Vec<Finding> {
    said.iter().filter(|finding| !in_words(finding)).cloned().collect()
}
