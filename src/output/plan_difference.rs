//! The difference of two plans, for people, for programs, and for a comment on a pull request.
//!
//! What differs must never be found here: [`crate::plan::Comparison`] knows that.

use super::markdown::code;
use super::plan::{amount, grouped};
use super::text::{fitted, short_hashes, visible};
use super::{Format, Paint};
use crate::plan::file::Order;
use crate::plan::{Change, Comparison, FORMAT_VERSION, OrderChange, PlanFile};
use crate::schema::{Sheet, schema_of};
use crate::words::{exact_percent, percent, percents_apart};
use rust_decimal::Decimal;
use schemars::JsonSchema;
use serde::Serialize;

/// The schema of the difference as JSON.
pub const SHEET: Sheet = Sheet { file: "plan-diff.schema.json", schema: schema_of::<Document<'static>> };

/// The most lines of a section; the rest is counted.
const LONGEST: usize = 100;
/// A text of several words that is longer stands below its name.
const SENTENCE: usize = 30;

/// One of the two plans.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// The file, as the user named it.
    pub file: &'a str,
    /// The plan.
    pub plan: &'a PlanFile,
    /// Whether its id is not the hash of its body.
    pub edited: bool,
}

/// The difference as JSON.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "rebalance diff a.json b.json --format json")]
pub struct Document<'a> {
    /// The version of the format.
    format_version: &'a str,
    /// Whether the two bodies are the same.
    same: bool,
    /// The first plan.
    from: End<'a>,
    /// The second plan.
    to: End<'a>,
    /// The orders that came, went or are others.
    orders: Vec<OrderJson<'a>>,
    /// Everything else in the bodies that differs.
    changes: Vec<ChangeJson<'a>>,
}

/// A plan that is compared.
#[derive(Debug, Serialize, JsonSchema)]
struct End<'a> {
    /// The file, as it was named.
    file: &'a str,
    /// Its id.
    plan_id: &'a str,
    /// Whether it was edited: its id is not the hash of its body.
    edited: bool,
}

/// An order that is in one plan only, or is another.
#[derive(Debug, Serialize, JsonSchema)]
struct OrderJson<'a> {
    /// Its id.
    id: &'a str,
    /// As it is in the first plan; null when it is not.
    from: Option<&'a Order>,
    /// As it is in the second plan; null when it is not.
    to: Option<&'a Order>,
}

/// A value that differs.
#[derive(Debug, Serialize, JsonSchema)]
struct ChangeJson<'a> {
    /// The keys that lead to it, from the body; of an item of a list its code, rule or commit, or its place.
    at: &'a [String],
    /// What it is in the first plan; null when it is null or not there.
    from: Option<&'a str>,
    /// What it is in the second plan.
    to: Option<&'a str>,
}

/// A line of the difference, and what stands below it.
struct Line {
    sign: char,
    text: String,
    more: Vec<String>,
}

impl Line {
    fn new(sign: char, text: &str) -> Self {
        Self { sign, text: visible(text), more: Vec::new() }
    }

    /// With a value that is too long for the line.
    fn below(mut self, name: &str, from: Option<&str>, to: Option<&str>) -> Self {
        self.more.extend(from.map(|text| visible(&format!("{name} was: {text}"))));
        self.more.extend(to.map(|text| visible(&format!("{name} is: {text}"))));
        self
    }
}

/// Draws a difference, complete with its final newline.
#[must_use]
pub fn draw(format: Format, sides: [Side<'_>; 2], comparison: &Comparison, paint: Paint) -> String {
    match format {
        Format::Json => json(sides, comparison),
        Format::Markdown => markdown(sides, comparison),
        _ => human(sides, comparison, paint),
    }
}

fn json([from, to]: [Side<'_>; 2], comparison: &Comparison) -> String {
    fn end<'a>(side: &Side<'a>) -> End<'a> {
        End { file: side.file, plan_id: &side.plan.plan_id, edited: side.edited }
    }
    let orders = comparison.orders.iter().filter_map(|pair| {
        let id = &pair.to.as_ref().or(pair.from.as_ref())?.id;
        Some(OrderJson { id, from: pair.from.as_ref(), to: pair.to.as_ref() })
    });
    let changes = comparison.changes.iter();
    let document = Document {
        format_version: FORMAT_VERSION,
        same: comparison.is_empty(),
        from: end(&from),
        to: end(&to),
        orders: orders.collect(),
        changes: changes.map(|c| ChangeJson { at: &c.at, from: c.from.as_deref(), to: c.to.as_deref() }).collect(),
    };
    // Structs of text can always be serialised.
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn human(sides: [Side<'_>; 2], comparison: &Comparison, paint: Paint) -> String {
    let [from, to] = sides;
    let named = |side: &Side<'_>| format!("{} ({})", visible(side.file), short(&side.plan.plan_id));
    let heading = match comparison.is_empty() {
        true => format!("{} and {} are the same plan", named(&from), named(&to)),
        false => format!("{} -> {}", named(&from), named(&to)),
    };
    let mut text = fitted(&heading, "", paint.width);
    for (title, lines) in sections(comparison, to.plan) {
        text.push_str(&format!("\n{}\n", paint.bold(format!("{title}:"))));
        for line in lines.iter().take(LONGEST) {
            let whole = format!("{} {}", line.sign, line.text);
            let painted = fitted(&whole, "", paint.width);
            text.extend(painted.lines().map(|one| colored(line.sign, one, paint) + "\n"));
            text.extend(line.more.iter().map(|below| fitted(below, "    ", paint.width)));
        }
        if lines.len() > LONGEST {
            text.push_str(&format!("  and {} more: --format json\n", grouped(&(lines.len() - LONGEST).to_string())));
        }
    }
    text
}

fn colored(sign: char, line: &str, paint: Paint) -> String {
    match sign {
        '+' => paint.green(line),
        '-' => paint.red(line),
        _ => paint.yellow(line),
    }
}

fn markdown(sides: [Side<'_>; 2], comparison: &Comparison) -> String {
    let [from, to] = sides;
    let named = |side: &Side<'_>| format!("{} ({})", code(&visible(side.file)), short(&side.plan.plan_id));
    let mut text = "<!-- rebalance diff of plans -->\n".to_owned();
    text.push_str(&match comparison.is_empty() {
        true => format!("{} and {} are the same plan.\n", named(&from), named(&to)),
        false => format!("{} → {}\n", named(&from), named(&to)),
    });
    for (title, lines) in sections(comparison, to.plan) {
        text.push_str(&format!("\n**{title}**\n\n"));
        for line in lines.iter().take(LONGEST) {
            text.push_str(&format!("- {}\n", code(&format!("{} {}", line.sign, line.text))));
            text.extend(line.more.iter().map(|below| format!("  - {}\n", code(below))));
        }
        if lines.len() > LONGEST {
            text.push_str(&format!("- and {} more\n", grouped(&(lines.len() - LONGEST).to_string())));
        }
    }
    text
}

/// The parts of a difference that are not empty, in the order in which they are read: what is traded first.
fn sections(comparison: &Comparison, to: &PlanFile) -> Vec<(String, Vec<Line>)> {
    let of = |names: &[&str]| -> Vec<&Change> {
        let inside = |change: &&Change| change.at.first().is_some_and(|first| names.contains(&first.as_str()));
        comparison.changes.iter().filter(inside).collect()
    };
    let named = |code: &str| {
        let asset = to.body.before.assets.iter().find(|asset| asset.code == code);
        asset.map_or(code.to_owned(), |asset| format!("{code} {}", asset.ticker))
    };
    let plain = |changes: Vec<&Change>, skip: usize| changes.into_iter().map(|change| line(change, skip)).collect();
    let held = of(&["before"]).into_iter().filter(|change| {
        // Weights and values follow from these.
        let last = change.at.last().map_or("", String::as_str);
        change.at.get(1).is_some_and(|key| key != "assets")
            || !["weight", "value", "drift", "target", "min", "max"].contains(&last)
    });
    let after = of(&["after"]).into_iter().filter(|change| {
        let last = change.at.last().map_or("", String::as_str);
        change.at.get(1).is_some_and(|key| key != "assets") || ["weight", "quantity"].contains(&last)
    });
    let sections = [
        (orders_title(comparison), comparison.orders.iter().map(order).collect()),
        ("Conversions".to_owned(), plain(of(&["conversions"]), 1)),
        ("Figures".to_owned(), plain(of(&["status", "summary"]), 1)),
        ("Weights after".to_owned(), by_asset(after.collect(), &named)),
        ("Made from".to_owned(), plain(of(&["inputs"]), 1)),
        ("Asked for, and why".to_owned(), plain(of(&["asked", "trigger"]), 1)),
        ("Settings".to_owned(), plain(of(&["params"]), 1)),
        ("Holdings and prices".to_owned(), by_asset(held.collect(), &named)),
        ("Checks and overrides".to_owned(), plain(of(&["checks", "overrides"]), 1)),
    ];
    sections.into_iter().filter(|(_, lines): &(String, Vec<Line>)| !lines.is_empty()).collect()
}

fn orders_title(comparison: &Comparison) -> String {
    let n = |kind: fn(&OrderChange) -> bool| comparison.orders.iter().filter(|pair| kind(pair)).count();
    let counts = [
        (n(|pair| pair.from.is_none()), "added"),
        (n(|pair| pair.to.is_none()), "removed"),
        (n(|pair| pair.from.is_some() && pair.to.is_some()), "changed"),
    ];
    let told: Vec<String> = counts.iter().filter(|(n, _)| *n > 0).map(|(n, word)| format!("{n} {word}")).collect();
    format!("Orders, {}", told.join(", "))
}

fn order(pair: &OrderChange) -> Line {
    let whole = |order: &Order| {
        format!(
            "{} {} x {} {} at {} = {}",
            order.side,
            grouped(&order.quantity),
            order.code,
            order.ticker,
            grouped(&order.price),
            amount(&order.amount, order.currency.as_deref())
        )
    };
    match (&pair.from, &pair.to) {
        (Some(from), Some(to)) => changed(from, to),
        (None, Some(to)) => Line::new('+', &whole(to)).below("reason", None, Some(&to.reason)),
        (Some(from), None) => Line::new('-', &whole(from)).below("reason", Some(&from.reason), None),
        (None, None) => Line::new('~', ""),
    }
}

/// What is another about an order that both plans have.
fn changed(from: &Order, to: &Order) -> Line {
    let quantity = match from.quantity == to.quantity {
        true => grouped(&to.quantity),
        false => format!("{} -> {}", grouped(&from.quantity), grouped(&to.quantity)),
    };
    let mut line = Line::new('~', &format!("{} {quantity} x {} {}", to.side, to.code, to.ticker));
    let pairs = [
        ("price", &from.price, &to.price),
        ("exchange rate", &rate(from), &rate(to)),
        ("limit price", &from.limit_price, &to.limit_price),
        ("amount", &from.amount, &to.amount),
        ("weight", &from.weight.after, &to.weight.after),
        ("commission", &from.commission, &to.commission),
        ("slippage", &from.slippage, &to.slippage),
        ("tax", &from.tax, &to.tax),
    ];
    let told = pairs.iter().filter(|(_, from, to)| from != to);
    let told = told.map(|(name, from, to)| format!("{name} {}", both(name, from, to)));
    let told = told.collect::<Vec<String>>().join(", ");
    line.more.extend((!told.is_empty()).then(|| visible(&told)));
    if from.reason != to.reason {
        line = line.below("reason", Some(&from.reason), Some(&to.reason));
    }
    line
}

/// The exchange rate of an order; 1 in the base currency.
fn rate(order: &Order) -> String {
    order.fx_rate.clone().unwrap_or_else(|| "1".to_owned())
}

/// A line for each asset, with everything that differs about it.
fn by_asset(changes: Vec<&Change>, named: &dyn Fn(&str) -> String) -> Vec<Line> {
    let mut lines: Vec<(String, Line)> = Vec::new();
    for change in changes {
        let (Some(code), true) = (change.at.get(2), change.at.get(1).is_some_and(|key| key == "assets")) else {
            lines.push((String::new(), line(change, 1)));
            continue;
        };
        let what = told(change, 3);
        match lines.last_mut() {
            Some((last, line)) if last == code => line.text.push_str(&visible(&format!(", {what}"))),
            _ => {
                let text = format!("{}: {what}", named(code));
                lines.push((code.clone(), Line::new(sign(change), &text)));
            }
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

fn line(change: &Change, skip: usize) -> Line {
    let long = |text: &Option<String>| text.as_ref().is_some_and(|text| text.contains(' ') && text.len() > SENTENCE);
    if !long(&change.from) && !long(&change.to) {
        return Line::new(sign(change), &told(change, skip));
    }
    let name = name(change, skip);
    Line::new(sign(change), &name).below(&name, change.from.as_deref(), change.to.as_deref())
}

fn sign(change: &Change) -> char {
    match (&change.from, &change.to) {
        (None, _) => '+',
        (_, None) => '-',
        _ => '~',
    }
}

/// What a value is called: its keys without the first of them, and without a place in a list.
fn name(change: &Change, skip: usize) -> String {
    let keys = change.at.get(skip..).filter(|keys| !keys.is_empty()).unwrap_or(&change.at);
    let named: Vec<&str> = keys.iter().map(String::as_str).filter(|key| key.parse::<usize>().is_err()).collect();
    named.join(" ").replace('_', " ")
}

/// What became of a value.
fn told(change: &Change, skip: usize) -> String {
    let name = name(change, skip);
    let key = change.at.last().map_or("", String::as_str);
    match (&change.from, &change.to) {
        (Some(from), Some(to)) => format!("{name} {}", both(key, from, to)),
        (Some(from), None) => format!("{name} had {}", figure(key, from)),
        (None, Some(to)) => format!("{name} {}", figure(key, to)),
        (None, None) => name,
    }
}

/// What a value was and is; with all its digits where they would look the same, or as many as tell percentages apart.
fn both(key: &str, from: &str, to: &str) -> String {
    if let ("turnover" | "weight" | "drift", Ok(was), Ok(is)) = (key, from.parse(), to.parse()) {
        return percents_apart(was, is).join(" -> ");
    }
    let (was, is) = (figure(key, from), figure(key, to));
    if was == is { format!("{from} -> {to}") } else { format!("{was} -> {is}") }
}

/// A value as people read it.
fn figure(key: &str, text: &str) -> String {
    let number: Option<Decimal> = text.parse().ok();
    match (key, number) {
        ("turnover" | "weight" | "drift", Some(number)) => percent(number),
        (
            "target" | "min" | "max" | "max_turnover" | "commission_rate" | "slippage_rate" | "conversion_rate"
            | "price_tolerance",
            Some(n),
        ) => exact_percent(n),
        ("id" | "as_of" | "code", _) | (_, None) => short_hashes(text),
        (_, Some(_)) => grouped(text),
    }
}

fn short(id: &str) -> String {
    short_hashes(&visible(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_as_people_read_them() {
        assert_eq!(figure("turnover", "0.063182"), "6.32 %");
        assert_eq!(figure("commission_rate", "0.00015"), "0.015 %");
        assert_eq!(figure("cash_after", "113196"), "113,196");
        assert_eq!(both("weight", "0.349801", "0.349799"), "34.9801 % -> 34.9799 %");
        assert_eq!(both("weight", "0.100015", "0.100026"), "10.002 % -> 10.003 %");
        assert_eq!(both("weight", "0.349801", "0.35"), "34.98 % -> 35.00 %");
        assert_eq!(figure("as_of", "2026-03-04"), "2026-03-04");
        let change =
            Change { at: vec!["inputs".to_owned(), "holdings".to_owned()], from: None, to: Some("a".repeat(64)) };
        assert_eq!(told(&change, 1), "holdings aaaaaaaaaaaa");
    }
}
