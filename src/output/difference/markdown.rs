//! A difference as a comment on a pull request: the verdict first, the changes as a table, the orders folded away.
//!
//! Whatever comes from a file or a commit stands in a code span that it cannot end, on one line, without the sign that
//! parts the cells of a table. A comment is never too long: what does not fit is counted, with the command that prints it.

use super::super::change::Names;
use super::super::markdown::code;
use super::super::plan::{amount, grouped};
use super::super::text::{flat, visible};
use super::human::because;
use super::{Cooldown, Found, Report, Said, Trades, figures, figures_before, key, sign, title};
use crate::difference::{Difference, Setting, Subject, What};
use crate::finding::Finding;
use crate::money::Weight;
use crate::plan::Effect;
use crate::plan::effect::Pair;
use crate::words::{count, exact_percent, exact_points};

/// What each part may take at most, in bytes, and besides what the parts before it have left. GitHub takes 65,536
/// characters, and whoever posts a comment adds a mark of its own.
const CHANGES: usize = 22_000;
const SETTINGS: usize = 7_000;
const JUDGED: usize = 6_000;
const FINDINGS: usize = 10_000;
const TRADES: usize = 14_000;
/// What the line that counts the rest takes at most.
const LAST_LINE: usize = 1_000;
/// The longest name in a cell and the longest sentence, in characters.
const NAME: usize = 80;
const SENTENCE: usize = 300;

/// Draws a difference.
pub(super) fn draw(report: &Report<'_>) -> String {
    let mut text = heading(report);
    let mut room = 0;
    type Part = fn(&Report<'_>, usize) -> String;
    let parts: [(usize, Part); 5] =
        [(JUDGED, judged), (CHANGES, changes), (SETTINGS, settings), (FINDINGS, findings), (TRADES, trades)];
    for (share, part) in parts {
        room += share;
        let drawn = part(report, room);
        room = room.saturating_sub(drawn.len());
        text.push_str(&drawn);
    }
    // No comment tells where the files are on the machine that made it.
    let root = format!("{}/", report.added.base.root.display());
    if root.len() > 1 { text.replace(&root, "") } else { text }
}

/// A text in a code span that fits a cell of a table.
fn cell(text: &str, longest: usize) -> String {
    let mut shown = visible(text);
    if let Some((at, _)) = shown.char_indices().nth(longest) {
        shown.truncate(at);
        shown.push('…');
    }
    code(&shown.replace('|', "\\u{7c}"))
}

fn heading(report: &Report<'_>) -> String {
    let parted = match report.base.parted {
        Some(commit) => format!(", since they parted at `{}`", commit.short()),
        None => String::new(),
    };
    let (base, head) = (cell(&report.base.called(), NAME), cell(&report.head.called(), NAME));
    format!(
        "### rebalance diff: {}\n\n{}: {}\n\n{base} to {head}{parted}\n",
        report.verdict(),
        cell(&report.file(), SENTENCE),
        cell(&report.headline(), SENTENCE),
    )
}

/// As many rows as fit, below a head; the rest is counted.
fn rows(head: &str, rows: &[String], noun: &str, (report, limit): (&Report<'_>, usize)) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let mut text = head.to_owned();
    for (i, row) in rows.iter().enumerate() {
        if text.len() + row.len() + LAST_LINE > limit {
            let more = count(rows.len() - i, &format!("more {noun}"));
            let command = cell(&format!("{} --format json", report.command), SENTENCE / 2);
            text.push_str(&format!("\nAnd {more}. All of them: {command}\n"));
            break;
        }
        text.push_str(row);
    }
    text
}

fn judged(report: &Report<'_>, limit: usize) -> String {
    let mut items = Vec::new();
    if let Some(said) = report.cooldown() {
        items.push(format!("- **cooldown** {}\n", cell(&said, SENTENCE)));
        if let Cooldown::Unknown { remedy, .. } = report.cooldown {
            items.push(format!("  - {}\n", cell(remedy, SENTENCE)));
        }
    }
    for finding in report.judged {
        // The cooldown's own finding says what the line above says; its remedy is another.
        let cooldown = finding.rule == "allocation-cooldown";
        items.push(if cooldown { remedies(finding) } else { item(finding, None) + &remedies(finding) });
    }
    items.extend(report.said.iter().map(commit));
    items.extend(report.request.map(|reason| format!("- the request says why: {}\n", cell(&flat(reason), SENTENCE))));
    rows("\n", &items, "line", (report, limit))
}

fn commit(said: &Said) -> String {
    let words = match (&said.override_reason, &said.reason) {
        (Some(reason), _) => format!("override: {}", cell(&flat(reason), SENTENCE)),
        (None, Some(reason)) => format!("reason: {}", cell(&flat(reason), SENTENCE)),
        (None, None) => "no reason given".to_owned(),
    };
    let (author, summary) = (cell(&flat(&said.author), NAME), cell(&flat(&said.summary), NAME));
    format!("- commit `{}` by {author}: {summary}\n  - {words}\n", said.commit.short())
}

/// A finding, at its place where it has one.
fn item(finding: &Finding, at: Option<&str>) -> String {
    let at = at.map_or(String::new(), |at| format!(" at {}", cell(at, SENTENCE)));
    let level = match &finding.suppressed {
        Some(_) => "suppressed",
        None => finding.level.word(),
    };
    format!("- **{level}** {}{at}: {}\n", cell(&finding.rule, NAME), cell(&finding.message, SENTENCE))
}

/// What to do about a finding.
fn remedies(finding: &Finding) -> String {
    finding.help.iter().take(3).map(|help| format!("  - {}\n", cell(help, SENTENCE))).collect()
}

fn changes(report: &Report<'_>, limit: usize) -> String {
    let head = "\n| | | | from | to | |\n|---|---|---|---|---|---|\n";
    let all: Vec<String> = report.changes.iter().map(|difference| change(difference, report.names)).collect();
    rows(head, &all, "change", (report, limit))
}

fn change(difference: &Difference, names: &Names) -> String {
    let subject = match &difference.subject {
        Subject::Asset(code) => match names.get(code) {
            Some(name) => format!("{code} {name}"),
            None => code.to_string(),
        },
        Subject::Sleeve(name) => format!("sleeve {name}"),
    };
    let percent = |weight: &Weight| exact_percent(weight.decimal());
    let share = |share: &crate::portfolio::Share| {
        format!("{} ({} to {})", percent(&share.target), percent(&share.min), percent(&share.max))
    };
    let (sign, what, from, to, points) = match &difference.what {
        What::Added(new) => ("+", format!("added in {}", cell(&new.sleeve, NAME)), String::new(), share(new), None),
        What::Removed(old) => {
            ("-", format!("removed from {}", cell(&old.sleeve, NAME)), share(old), String::new(), None)
        }
        What::Moved { from, to } => ("~", "sleeve".to_owned(), cell(from, NAME), cell(to, NAME), None),
        What::Weight { field, from, to } => {
            let points = from.zip(*to).map(|(from, to)| exact_points(to.decimal() - from.decimal()));
            let sign = match (from, to) {
                (None, _) => "+",
                (_, None) => "-",
                _ => "~",
            };
            let shown = |weight: &Option<Weight>| weight.as_ref().map(percent).unwrap_or_default();
            (sign, field.word().to_owned(), shown(from), shown(to), points)
        }
    };
    let points = points.unwrap_or_default();
    format!("| {sign} | {} | {what} | {from} | {to} | {points} |\n", cell(&subject, NAME))
}

fn settings(report: &Report<'_>, limit: usize) -> String {
    let row = |setting: &Setting| {
        let value = |value: &Option<String>| value.as_ref().map(|text| cell(text, NAME)).unwrap_or_default();
        let key = cell(&key(setting, report.names), 2 * NAME);
        format!("| {} | {key} | {} | {} |\n", sign(setting), value(&setting.from), value(&setting.to))
    };
    let all: Vec<String> = report.settings.iter().map(row).collect();
    rows("\n| | setting | from | to |\n|---|---|---|---|\n", &all, "setting", (report, limit))
}

fn findings(report: &Report<'_>, limit: usize) -> String {
    let mut text = String::new();
    let kinds =
        [("Findings added", report.added), ("Findings removed", report.removed), ("Errors as before", report.kept)];
    for (i, (word, found)) in kinds.into_iter().enumerate() {
        let items = items(report, found, i != 1);
        let head = format!("\n{word}: {}\n\n", items.len());
        text.push_str(&rows(&head, &items, "finding", (report, limit / 3)));
    }
    text
}

fn items(report: &Report<'_>, found: Found<'_>, help: bool) -> Vec<String> {
    let places = report.places(found);
    let lines = places.lines();
    let mut sorted: Vec<&Finding> = found.findings.iter().collect();
    sorted.sort_by_key(|finding| (finding.suppressed.is_some(), std::cmp::Reverse(finding.level)));
    let drawn = |finding: &Finding| {
        let told = Finding { message: places.told(&finding.message), ..finding.clone() };
        let remedies = if help { remedies(finding) } else { String::new() };
        item(&told, Some(&places.at(finding, &lines))) + &remedies
    };
    sorted.into_iter().map(drawn).collect()
}

fn trades(report: &Report<'_>, limit: usize) -> String {
    match report.trades {
        Trades::NotAsked => String::new(),
        Trades::None { why } => format!("\nTrades: {}\n", cell(why, SENTENCE)),
        Trades::Unknown { why, remedies } => {
            let mut text = format!("\nTrades cannot be told: {}\n", cell(why, SENTENCE));
            remedies.iter().take(3).for_each(|remedy| text.push_str(&format!("- {}\n", cell(remedy, SENTENCE))));
            text
        }
        Trades::Known { effect, lost, checks } => known(effect, lost.as_deref(), checks, (report, limit)),
    }
}

fn known(effect: &Effect, lost: Option<&str>, checks: &[Finding], (report, limit): (&Report<'_>, usize)) -> String {
    let mut text = format!("\n<details><summary>Trades: {}</summary>\n\n", title(effect));
    text.push_str(&format!("To bring the holdings of {} to this allocation:\n", effect.as_of));
    let (caused, others) = effect.parted();
    let all: Vec<String> = caused.into_iter().chain(others).map(one).collect();
    let head = "\n| | asset | order | price | amount | |\n|---|---|---|---|---|---|\n";
    text.push_str(&rows(head, &all, "order", (report, limit * 2 / 3)));
    text.push_str(&format!("\n- {}\n", figures(&effect.after, &effect.currency)));
    if let Some(line) = figures_before(effect) {
        text.push_str(&format!("- {line}\n"));
    }
    if let Some(why) = lost {
        text.push_str(&format!("- without the change: cannot be told, {}\n", cell(why, SENTENCE)));
    }
    let checks: Vec<String> = checks.iter().map(|check| item(check, None) + &remedies(check)).collect();
    text.push_str(&rows("", &checks, "finding", (report, limit / 4)));
    text + "\n</details>\n"
}

fn one(pair: &Pair) -> String {
    let asset = cell(&format!("{} {}", pair.code, pair.ticker), NAME);
    let because = because(pair).unwrap_or_default();
    match &pair.after {
        Some(order) => {
            let sign = if order.side == "sell" { "-" } else { "+" };
            let price = grouped(&order.price);
            let amount = amount(&order.amount, order.currency.as_deref());
            format!("| {sign} | {asset} | {} {} | {price} | {amount} | {because} |\n", order.side, order.quantity)
        }
        None => format!("| ~ | {asset} | none any more | | | {because} |\n"),
    }
}
