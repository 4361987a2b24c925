//! What the shipped pages set: the level and the parameters at the head of each, and the hash of these heads.
//!
//! A page is YAML like an owner's file, and the strict reader could read every one of them. But all are read each time
//! the program starts, and to read them so would take longer than to lint a config: the form that all of them have is
//! read here line by line, and only what has another is left to the reader. A test holds both ways equal.

use super::{ALL, Rule, owner};
use crate::document;
use crate::finding::Level;
use crate::policy::{Kind, PolicyFile, Setting, Value};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// What all shipped pages set.
pub(super) struct Shipped {
    /// The settings by rule.
    pub(super) settings: BTreeMap<Cow<'static, str>, Setting>,
    /// SHA-256 of the heads, ready for what is laid over them.
    pub(super) hash: Sha256,
}

/// The pages never change while the program runs, so they are read once.
static SHIPPED: LazyLock<Shipped> = LazyLock::new(|| {
    let mut hash = Sha256::new();
    ALL.iter().for_each(|rule| hash.update(head(rule.page).as_bytes()));
    Shipped { settings: ALL.iter().map(|rule| (Cow::Borrowed(rule.id), read(rule))).collect(), hash }
});

/// What all shipped pages set.
pub(super) fn shipped() -> &'static Shipped {
    &SHIPPED
}

/// What a shipped page sets.
pub(super) fn of(rule: &Rule) -> Setting {
    SHIPPED.settings.get(rule.id).cloned().unwrap_or_else(|| read(rule))
}

fn read(rule: &Rule) -> Setting {
    by_line(rule).unwrap_or_else(|| by_reader(rule))
}

/// The part of a shipped page that sets something. A test holds the order of the keys.
fn head(page: &str) -> &str {
    page.split_once("\nsummary:").map_or(page, |(head, _)| head)
}

/// A head of plain words and whole numbers, a key a line; none when there is anything else in it.
fn by_line(rule: &Rule) -> Option<Setting> {
    let mut level = None;
    let mut parameters = BTreeMap::new();
    let mut below = false;
    for line in head(rule.page).lines().filter(|line| !line.is_empty()) {
        if let Some(given) = line.strip_prefix("  ").filter(|_| below) {
            let (name, number) = given.split_once(": ")?;
            parameters.insert(name.to_owned(), number_of(rule, name, number)?);
            continue;
        }
        below = line == "parameters:";
        match line.split_once(": ") {
            Some(("level", word)) => level = Some(Level::parse(word)?),
            Some(("rule" | "group", _)) => {}
            None if below => {}
            _ => return None,
        }
    }
    Some(Setting { parameters, ..Setting::new(level?) })
}

/// A whole number of a parameter that is one, spelt plainly.
fn number_of(rule: &Rule, name: &str, number: &str) -> Option<Value> {
    let plain = number.bytes().all(|byte| byte.is_ascii_digit()) && !number.starts_with('0');
    let number = number.parse().ok().filter(|_| plain)?;
    match rule.parameters.iter().find(|parameter| parameter.name == name)?.kind {
        Kind::Days => Some(Value::Days(number)),
        Kind::Minutes => Some(Value::Minutes(number)),
        _ => None,
    }
}

/// The same by the reader of the owner's files. A test holds every page readable; one that were not would be run at full
/// weight.
fn by_reader(rule: &Rule) -> Setting {
    let reading = document::read(head(rule.page).as_bytes());
    let (file, _) = PolicyFile::of(&reading);
    let (parameters, _) = owner::read(rule, &reading);
    let level = crate::config::get(file.level.as_ref()).map_or(Level::Error, |level| level.0);
    Setting { parameters, ..Setting::new(level) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::*;
    use crate::rules::find;

    #[test]
    fn both_ways_read_every_page_alike() {
        for rule in ALL {
            assert_eq!(by_line(rule), Some(by_reader(rule)), "{}", rule.id);
        }
    }

    #[test]
    fn what_has_another_form_is_left_to_the_reader() {
        let cooldown = find("allocation-cooldown").unwrap();
        let head = "rule: allocation-cooldown\ngroup: history\nlevel: error\n";
        let table = [
            ("parameters:\n  days: 9\n", true),
            ("parameters: { days: 9 }\n", false),
            ("parameters:\n  days: 09\n", false),
            ("parameters:\n  days: '9'\n", false),
            ("parameters:\n  day: 9\n", false),
            ("  days: 9\n", false),
            ("# a comment\n", false),
            ("level: loud\n", false),
        ];
        for (rest, expected) in table {
            let page = format!("{head}{rest}\nsummary: x\n").leak();
            assert_eq!(by_line(&Rule { page, ..*cooldown }).is_some(), expected, "{rest}");
        }
    }
}
