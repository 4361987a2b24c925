//! The orders that a change of the config would cause on today's holdings.

use super::side::Side;
use crate::calendar::Calendar;
use crate::cli::account::{Account, holdings_path};
use crate::cli::dividends::DividendFile;
use crate::cli::plan::calendar;
use crate::cli::rates::RatesFile;
use crate::cli::unplanned::plan_fault;
use crate::cli::{Exit, Fault, Global, Host};
use crate::ex_dividend::Dividends;
use crate::executed::Executed;
use crate::finding::{Finding, Level};
use crate::fx::Fx;
use crate::holdings::Holdings;
use crate::output::difference::Trades;
use crate::plan::{Ask, Draft, Effect, Inputs};
use crate::rules::facts::held_sites;
use crate::rules::{self, Facts, Group, HistoryFacts, Sound};

/// What would be traded, whatever is due and whatever has to cool down first.
pub(super) fn trades(base: &Side, head: &Side, found: &[Finding], global: &Global, host: &Host<'_>) -> Trades {
    if !head.gathered.present {
        return Trades::None { why: "there is no config any more, so nothing would be traded".to_owned() };
    }
    let path = holdings_path(global);
    let gone = host.path(&path).symlink_metadata().is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound);
    if gone && global.holdings.is_none() {
        return Trades::None { why: format!("there is no {}, so trades are not shown", path.display()) };
    }
    let Some(sound) = head.sound() else {
        return Trades::None { why: "no orders are worked out from a config with errors".to_owned() };
    };
    let told = Account::read(None, global, host).and_then(|account| {
        let dividends = DividendFile::read(&head.gathered, global, host)?;
        let rates = RatesFile::read(&head.gathered, &account, None, global, host)?;
        effect(base, head, &sound, (&account, &dividends, &rates), found)
    });
    told.unwrap_or_else(|fault| match fault.exit {
        Exit::No => Trades::None { why: fault.message },
        _ => Trades::Unknown { why: fault.message, remedies: fault.hints },
    })
}

fn effect(
    base: &Side,
    head: &Side,
    sound: &Sound,
    (account, dividends, rates): (&Account, &DividendFile, &RatesFile),
    found: &[Finding],
) -> Result<Trades, Fault> {
    let Some(holdings) = &account.holdings else { return Err(unread(&account.path, &account.findings)) };
    if !dividends.findings.is_empty() {
        let path = dividends.source.as_ref().map_or("", |(path, _)| path.as_str());
        return Err(unread(path, &dividends.findings));
    }
    if !rates.findings.is_empty() {
        let path = rates.source.as_ref().map_or("", |(path, _)| path.as_str());
        return Err(unread(path, &rates.findings));
    }
    let anyway = (&dividends.dates, &rates.fx, &Executed::default(), &Ask { manual: true, ..Ask::default() });
    let new = calendar(sound)?;
    let after = draft(sound, holdings, &new, anyway)?;
    let sound_before = base.sound();
    let old = sound_before.as_ref().map(calendar).transpose()?;
    let before =
        sound_before.as_ref().zip(old.as_ref()).map(|(sound, calendar)| draft(sound, holdings, calendar, anyway));
    let (before, lost) = match before {
        Some(Ok(before)) => (Some(before), None),
        Some(Err(fault)) => (None, Some(fault.message)),
        None if base.gathered.present => (None, Some("no orders are worked out from a config with errors".to_owned())),
        None => (None, None),
    };
    let checks = checks(head, &after, account, found);
    Ok(Trades::Known { effect: Box::new(Effect::of(before.as_ref(), &after)), lost, checks })
}

fn draft<'a>(
    sound: &'a Sound,
    holdings: &'a Holdings,
    calendar: &'a Calendar,
    (dividends, fx, executed, ask): (&'a Dividends, &'a Fx, &'a Executed, &'a Ask),
) -> Result<Draft<'a>, Fault> {
    let as_of = holdings.as_of;
    let inputs = Inputs { sound, holdings, calendar, as_of, dividends, fx, executed, ask };
    Draft::make(inputs).map_err(|error| plan_fault(&error))
}

/// What the rules would say of the plan of these orders and have not said of the config, and what would keep it from
/// being applied.
fn checks(head: &Side, draft: &Draft<'_>, account: &Account, found: &[Finding]) -> Vec<Finding> {
    let codes = head.gathered.codes();
    let sites = held_sites(&account.shape);
    let plan = draft.facts(&account.path, &sites, true);
    let facts = Facts { plan: Some(&plan), history: HistoryFacts::NotAsked, ..head.gathered.facts(&codes) };
    let mut said = rules::run(&[Group::Policy, Group::Custom, Group::Plan], &facts, &head.gathered.policies);
    said.retain(|finding| {
        let same = |other: &Finding| (&other.rule, &other.message) == (&finding.rule, &finding.message);
        finding.suppressed.is_none() && finding.level >= Level::Warning && !found.iter().any(same)
    });
    said
}

/// A file that is there and cannot be read.
fn unread(path: &str, findings: &[Finding]) -> Fault {
    let first = findings.first().map_or("it cannot be read", |finding| finding.message.as_str());
    Fault::unknown(format!("{path}: {first}")).hint("see where: rebalance plan")
}
