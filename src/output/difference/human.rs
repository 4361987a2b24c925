//! A difference on a terminal: a sign in the first column, what was, what is.

use super::super::Paint;
use super::super::change::lines;
use super::super::plan::{amount, grouped};
use super::super::text::{fitted, flat, help, visible};
use super::{Cooldown, Report, Said, Same, Trades, figures, figures_before, key, sign, title};
use crate::finding::Finding;
use crate::plan::Effect;
use crate::plan::effect::Pair;
use crate::words::count;

/// The longest list of one kind; the rest is counted.
const LONGEST: usize = 200;

/// Draws a difference.
pub(super) fn draw(report: &Report<'_>, paint: Paint) -> String {
    let mut text = heading(report, paint);
    let parts = [
        changes(report, paint),
        settings(report, paint),
        cooldown(report, paint),
        findings(report, paint),
        trades(report, paint),
    ];
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        text.push('\n');
        text.push_str(&part);
    }
    text
}

/// The first line: what is compared, and what it comes to. Where nothing differs, that is all.
fn heading(report: &Report<'_>, paint: Paint) -> String {
    let parted =
        report.base.parted.map_or(String::new(), |commit| format!(", since they parted at {}", commit.short()));
    let ends = format!("{} -> {}{parted}", report.base.called(), report.head.called());
    let verdict = match report.verdict() {
        "ok" => paint.green("ok:"),
        word => paint.red(format!("{word}:")),
    };
    let line = format!("{verdict} {}: {}", visible(&report.file()), visible(&report.headline()));
    let line = fitted(&line, "", paint.width);
    match report.same {
        Same::Bytes | Same::Meaning => line,
        Same::Nothing | Same::Unknown => line + &fitted(&paint.dim(visible(&ends)), "", paint.width),
    }
}

fn changes(report: &Report<'_>, paint: Paint) -> String {
    let all = lines(report.changes, report.names);
    let shown = all.iter().take(LONGEST).map(|line| painted(line.sign, &line.text(), paint));
    shown.collect::<String>() + &more(all.len(), "asset", report)
}

fn settings(report: &Report<'_>, paint: Paint) -> String {
    let line = |setting: &crate::difference::Setting| {
        let sign = sign(setting);
        let what = match (&setting.from, &setting.to) {
            (Some(from), Some(to)) => format!("{from} -> {to}"),
            (None, Some(to)) => to.clone(),
            (Some(from), None) => format!("had {from}"),
            (None, None) => String::new(),
        };
        painted(sign, &format!("{sign} {}: {}", visible(&key(setting, report.names)), visible(&what)), paint)
    };
    report.settings.iter().take(LONGEST).map(line).collect::<String>() + &more(report.settings.len(), "setting", report)
}

/// A line in the colour of its sign, broken to the width with each part coloured by itself.
fn painted(sign: char, text: &str, paint: Paint) -> String {
    let colored = |line: &str| match sign {
        '+' => paint.green(line),
        '-' => paint.red(line),
        _ => paint.yellow(line),
    };
    fitted(text, "", paint.width).lines().map(|line| colored(line) + "\n").collect()
}

fn more(all: usize, noun: &str, report: &Report<'_>) -> String {
    match all.checked_sub(LONGEST).filter(|more| *more > 0) {
        Some(more) => {
            format!("  and {} (all of them: {} --format json)\n", count(more, &format!("more {noun}")), report.command)
        }
        None => String::new(),
    }
}

fn cooldown(report: &Report<'_>, paint: Paint) -> String {
    let mut text = String::new();
    if let Some(said) = report.cooldown() {
        text.push_str(&fitted(&format!("{} {}", paint.bold("Cooldown:"), visible(&said)), "", paint.width));
        if let Cooldown::Unknown { remedy, .. } = report.cooldown {
            text.push_str(&help(&format!("{}.", visible(remedy)), paint.width));
        }
    }
    for said in report.said.iter().take(LONGEST) {
        text.push_str(&commit(said, paint));
    }
    if let Some(reason) = report.request {
        text.push_str(&fitted(&flat(&format!("the request says why: {reason}")), "  ", paint.width));
    }
    // The cooldown's own finding says what the line above says; its remedy is another.
    for finding in report.judged {
        if finding.rule != "allocation-cooldown" {
            text.push_str(&fitted(&told(finding, paint), "", paint.width));
        }
        text.push_str(&helps(finding, paint));
    }
    text
}

fn commit(said: &Said, paint: Paint) -> String {
    let line = format!("commit {} by {}: {}", said.commit.short(), said.author, said.summary);
    let text = fitted(&flat(&line), "  ", paint.width);
    let words = match (&said.override_reason, &said.reason) {
        (Some(reason), _) => format!("override: {reason}"),
        (None, Some(reason)) => format!("reason: {reason}"),
        (None, None) => "no reason given".to_owned(),
    };
    text + &fitted(&flat(&words), "    ", paint.width)
}

fn told(finding: &Finding, paint: Paint) -> String {
    let word = match finding.level {
        crate::finding::Level::Error => paint.red("error"),
        crate::finding::Level::Warning => paint.yellow("warning"),
        other => other.to_string(),
    };
    format!("{word}[{}]: {}", finding.rule, visible(&finding.message))
}

fn helps(finding: &Finding, paint: Paint) -> String {
    finding.help.iter().map(|text| help(&visible(text), paint.width)).collect()
}

fn findings(report: &Report<'_>, paint: Paint) -> String {
    let [added, removed, kept] = [report.added, report.removed, report.kept].map(|found| found.findings.len());
    if added + removed + kept == 0 {
        return String::new();
    }
    let kept = if kept > 0 { format!(", {} as before", count(kept, "error")) } else { String::new() };
    let mut text = format!("{} {added} added, {removed} removed{kept}\n", paint.bold("Findings:"));
    for (sign, found) in [('-', report.removed), ('+', report.added), (' ', report.kept)] {
        let places = report.places(found);
        let lines = places.lines();
        for finding in found.findings.iter().take(LONGEST) {
            let level = match &finding.suppressed {
                Some(_) => "suppressed".to_owned(),
                None => finding.level.to_string(),
            };
            let (at, message) = (places.at(finding, &lines), visible(&finding.message));
            text.push_str(&painted(sign_of(sign), &format!("{sign} {level}[{}] {at}: {message}", finding.rule), paint));
            if sign != '-' {
                text.push_str(&helps(finding, paint));
            }
        }
        text.push_str(&more(found.findings.len(), "finding", report));
    }
    text
}

/// A finding that is there is nothing good, and one that is gone is.
fn sign_of(sign: char) -> char {
    if sign == '-' { '+' } else { '-' }
}

fn trades(report: &Report<'_>, paint: Paint) -> String {
    let title = paint.bold("Trades:");
    match report.trades {
        Trades::NotAsked => String::new(),
        Trades::None { why } => fitted(&format!("{title} {}", visible(why)), "", paint.width),
        Trades::Unknown { why, remedies } => {
            let text = fitted(&format!("{title} cannot be told: {}", visible(why)), "", paint.width);
            text + &remedies.iter().map(|remedy| help(&visible(remedy), paint.width)).collect::<String>()
        }
        Trades::Known { effect, lost, checks } => known(report, effect, lost.as_deref(), checks, paint),
    }
}

fn known(report: &Report<'_>, effect: &Effect, lost: Option<&str>, checks: &[Finding], paint: Paint) -> String {
    let line = format!(
        "{} {}, to bring the holdings of {} to this allocation",
        paint.bold("Trades:"),
        title(effect),
        effect.as_of
    );
    let mut text = fitted(&line, "", paint.width);
    let (caused, others) = effect.parted();
    for pair in caused.iter().take(LONGEST) {
        text.push_str(&one(pair, paint));
        let reason = pair.after.as_ref().map(|order| fitted(&order.reason, "    ", paint.width));
        text.push_str(&reason.unwrap_or_default());
        text.push_str(&because(pair).map(|words| fitted(&words, "    ", paint.width)).unwrap_or_default());
    }
    text.push_str(&more(caused.len(), "order", report));
    if effect.before.is_some() && !caused.is_empty() && !others.is_empty() {
        text.push_str("  the same without the change:\n");
    }
    text.extend(others.iter().take(LONGEST).map(|pair| one(pair, paint)));
    text.push_str(&more(others.len(), "order", report));
    text.push_str(&fitted(&figures(&effect.after, &effect.currency), "  ", paint.width));
    if let Some(line) = figures_before(effect) {
        text.push_str(&fitted(&line, "  ", paint.width));
    }
    if let Some(why) = lost {
        let line = format!("what would be traded without the change cannot be told: {}", visible(why));
        text.push_str(&fitted(&line, "  ", paint.width));
    }
    for check in checks {
        text.push_str(&fitted(&format!("  {}", told(check, paint)), "", paint.width));
        text.push_str(&helps(check, paint));
    }
    text
}

fn one(pair: &Pair, paint: Paint) -> String {
    let name = visible(&pair.ticker);
    match &pair.after {
        Some(order) => {
            let sign = if order.side == "sell" { '-' } else { '+' };
            let price = grouped(&order.price);
            let amount = amount(&order.amount, order.currency.as_deref());
            let line = format!("{sign} {} {} x {} {name} at {price} = {amount}", order.side, order.quantity, pair.code);
            painted(sign, &line, paint)
        }
        None => painted('~', &format!("~ no order for {} {name} any more", pair.code), paint),
    }
}

/// What the change has to do with an order, where that is known.
pub(super) fn because(pair: &Pair) -> Option<String> {
    let caused = pair.caused?;
    let Some(before) = &pair.before else { return Some("only because of the change".to_owned()) };
    let was = format!("without the change: {} {}", before.side, before.quantity);
    Some(match pair.after.as_ref().filter(|after| after.side == before.side) {
        Some(_) if caused.is_zero() => "the same without the change".to_owned(),
        Some(after) => {
            let more = caused.is_sign_positive() == (after.side == "buy");
            format!("{was}; {} {} because of it", caused.abs().normalize(), if more { "more" } else { "fewer" })
        }
        None => was,
    })
}
