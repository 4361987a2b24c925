//! One schema error in words a person can act on.

use super::{Keys, Place};
use crate::document::{Edit, Entry, Node, Span, Style};
use crate::money;
use crate::words::{closest, list, shown};
use jsonschema::error::{TypeKind, ValidationErrorKind};
use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::BTreeMap;

/// Which rule an issue belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueKind {
    /// The shape is wrong.
    Schema,
    /// A number is spelt in a way readers disagree about, or cannot be kept exactly.
    Number,
    /// A code stands without quotes.
    Code,
}

/// Something in a file that does not fit its schema.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issue {
    /// Which rule it belongs to.
    pub kind: IssueKind,
    /// Where.
    pub span: Span,
    /// What is wrong, one sentence without a period.
    pub message: String,
    /// Short text beside the place.
    pub label: String,
    /// What to do.
    pub help: Vec<String>,
    /// For an unknown key: the key it was probably meant to be.
    pub means: Option<String>,
    /// For a missing key: the key.
    pub missing: Option<String>,
    /// For an unknown or missing key: the mapping.
    pub mapping: Span,
    /// All that it is about: of an unknown key the whole entry, of an empty value also its key, otherwise the place.
    pub about: Span,
    /// What makes it right and changes nothing else, where there is no doubt: a number's plain spelling, the one key that
    /// can have been meant.
    pub remedy: Option<Edit>,
}

impl Issue {
    pub(super) fn schema(span: Span, message: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            kind: IssueKind::Schema,
            span,
            message: message.into(),
            label: label.into(),
            help: Vec::new(),
            means: None,
            missing: None,
            mapping: span,
            about: span,
            remedy: None,
        }
    }

    fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }
}

/// The issues an error stands for; `parent` is the schema the failing keyword stands in.
pub(super) fn of<'a>(kind: &ValidationErrorKind, place: &Place<'a>, keys: &Keys<'a>, parent: &Value) -> Vec<Issue> {
    match kind {
        ValidationErrorKind::AdditionalProperties { unexpected } => unknown_keys(unexpected, place, keys, parent),
        ValidationErrorKind::Required { property } => vec![missing_key(property.as_str().unwrap_or(""), place)],
        // The committed schema says the type of a word too; that it is none of the words says it better.
        ValidationErrorKind::Type { .. } if parent.get("enum").is_some() => Vec::new(),
        ValidationErrorKind::Type { kind } => vec![about_value(place, wrong_type(kind, place, parent))],
        ValidationErrorKind::UniqueItems => repeated(place).into_iter().collect(),
        ValidationErrorKind::Enum { options } => vec![about_value(place, not_a_word(options, place, parent))],
        ValidationErrorKind::AnyOf { .. } => vec![about_value(place, neither_word_nor_number(parent, place))],
        other => vec![about_value(place, limit(other, place))],
    }
}

/// The issue of a key that is none of the names that may stand there. The only such names are codes.
pub(super) fn of_name<'a>(key: &str, place: &Place<'a>, keys: &Keys<'a>) -> Issue {
    let span = keys.entry(place.node, key).map_or(place.node.span, |entry| entry.key.span);
    let (message, label, help) = not_a_code(key);
    Issue::schema(span, message, label).help(help)
}

/// An issue about a value, whose place is its key where there is no value to point at.
fn about_value(place: &Place<'_>, issue: Issue) -> Issue {
    let value = place.node.span;
    Issue { about: Span { start: issue.span.start.min(value.start), end: value.end }, ..issue }
}

fn name(place: &Place<'_>) -> String {
    match place.key {
        Some((key, _)) if place.item => format!("an item of `{key}`"),
        Some((key, _)) => format!("`{key}`"),
        None => "the file".to_owned(),
    }
}

/// Keys that are not known. Two of them that both seem to mean a third leave it open which does.
fn unknown_keys<'a>(unexpected: &[String], place: &Place<'a>, keys: &Keys<'a>, parent: &Value) -> Vec<Issue> {
    let known: Vec<&str> = parent["properties"].as_object().into_iter().flatten().map(|(k, _)| k.as_str()).collect();
    // A key that is there already is not the one that was meant.
    let absent: Vec<&str> = known.iter().copied().filter(|name| keys.entry(place.node, name).is_none()).collect();
    let of_key = |key: &String| unknown_key(key, keys.entry(place.node, key), place, &known, &absent);
    let mut issues: Vec<Issue> = unexpected.iter().map(of_key).collect();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for edit in issues.iter().filter_map(|issue| issue.remedy.as_ref()) {
        *times.entry(edit.text.clone()).or_default() += 1;
    }
    for issue in &mut issues {
        issue.remedy = issue.remedy.take().filter(|edit| times.get(&edit.text) == Some(&1));
    }
    issues
}

/// The key that was meant, when it can be no other: the one known key a letter away, or two letters of a long one, in
/// whatever case. A suggestion may be bolder than this.
fn certain_key<'a>(key: &str, known: &[&'a str]) -> Option<&'a str> {
    let spelt = key.to_lowercase().replace('-', "_");
    let reach = match key.chars().count() {
        0..=2 => return None,
        3..=7 => 1,
        _ => 2,
    };
    let close = |name: &&&str| name.chars().count().abs_diff(spelt.chars().count()) <= reach;
    let mut near =
        known.iter().filter(close).filter(|name| strsim::damerau_levenshtein(&spelt, &name.to_lowercase()) <= reach);
    let only = near.next()?;
    near.next().is_none().then_some(*only)
}

/// The edit that renames a key, in the quotes it stands in.
fn rename(entry: &Entry, name: &str) -> Edit {
    let Span { start, end } = entry.key.span;
    let span = match entry.key.style {
        Style::Quoted => Span { start: start + 1, end: end - 1 },
        Style::Plain | Style::Block => entry.key.span,
    };
    Edit { span, text: name.to_owned() }
}

/// `known` are the keys that may stand here, `absent` those of them that do not.
fn unknown_key(key: &str, entry: Option<&Entry>, place: &Place<'_>, known: &[&str], absent: &[&str]) -> Issue {
    let span = entry.map_or(place.node.span, |entry| entry.key.span);
    let mut issue = Issue::schema(span, format!("unknown key `{}`", shown(key)), "not a key that can stand here");
    issue.mapping = place.node.span;
    issue.about = entry.map_or(span, Entry::span);
    issue.means = closest(key, absent).map(str::to_owned);
    let certain = certain_key(key, known).filter(|name| issue.means.as_deref() == Some(*name));
    issue.remedy = entry.zip(certain).map(|(entry, name)| rename(entry, name));
    match &issue.means {
        Some(meant) => {
            issue.label = format!("did you mean `{meant}`?");
            let text = format!("write `{meant}`, or remove the key.");
            issue.help(text)
        }
        None => issue.help(format!("remove it; the keys known here are {}.", list(known))),
    }
}

fn missing_key(key: &str, place: &Place<'_>) -> Issue {
    let what = match (place.key, place.item) {
        (Some((parent, _)), true) => format!("an item of `{parent}` has no `{key}`"),
        (Some((parent, _)), false) => format!("`{parent}` has no `{key}`"),
        (None, _) => format!("the file has no `{key}`"),
    };
    let mut issue = Issue::schema(place.of_missing(), what, format!("`{key}` is missing"));
    issue.mapping = place.node.span;
    issue.missing = Some(key.to_owned());
    issue.help(format!("add `{key}: …` to it; `rebalance schema` prints what every key means."))
}

fn wrong_type(kind: &TypeKind, place: &Place<'_>, parent: &Value) -> Issue {
    let wanted = wanted(kind);
    let found = found(place.node);
    let span = if place.node.span.start == place.node.span.end { place.of_missing() } else { place.node.span };
    let found = match place.node.scalar() {
        Some(scalar) if found == "text" && scalar.style == Style::Plain => format!("`{}`", shown(&scalar.text)),
        Some(scalar) if found == "text" && scalar.style == Style::Quoted => "a text in quotes".to_owned(),
        _ => found.to_owned(),
    };
    let issue = Issue::schema(span, format!("{} is {found}, not {wanted}", name(place)), format!("{wanted} is needed"));
    let Some(scalar) = place.node.scalar() else { return issue.help(example(wanted)) };
    let number_wanted = matches!(wanted, "a number" | "a whole number");
    let plain_number = money::is_plain(&scalar.text);
    if number_wanted && scalar.style == Style::Plain && plain_number {
        let message = format!("{} is {}, not {wanted}", name(place), scalar.text);
        return Issue { message, ..issue }.help(example(wanted));
    }
    if number_wanted && scalar.style == Style::Plain {
        return misspelt_number(issue, &scalar.text, wanted, parent);
    }
    if number_wanted && plain_number {
        return issue.help(format!("remove the quotes: `{}`.", scalar.text));
    }
    if wanted == "text" && scalar.style == Style::Plain && !scalar.text.is_empty() {
        let kind = if parent["pattern"] == crate::config::CODE_PATTERN { IssueKind::Code } else { IssueKind::Schema };
        return Issue { kind, ..issue }.help(format!("put it in quotes: `'{}'`.", scalar.text));
    }
    issue.help(example(wanted))
}

fn example(wanted: &str) -> &'static str {
    match wanted {
        "a number" => "write a number, such as 0.35.",
        "a whole number" => "write a whole number, such as 4.",
        "text" => "write a text, best in quotes.",
        "true or false" => "write `true` or `false`.",
        "a mapping" => "write its keys on the lines below it, indented: `key: value`.",
        "a list" => "write its items on the lines below it, each behind a dash: `- item`.",
        _ => "`rebalance schema` prints what can stand here.",
    }
}

fn misspelt_number(issue: Issue, text: &str, wanted: &str, parent: &Value) -> Issue {
    match money::plain_spelling(text) {
        Some(plain) => {
            let message = format!("the number `{}` is not written in plain digits", shown(text));
            let label = "not every YAML reader takes this for the same number".into();
            let certain = money::certain_spelling(text).filter(|plain| fits(plain, parent));
            let remedy = certain.map(|text| Edit { span: issue.span, text });
            let issue = Issue { kind: IssueKind::Number, message, label, remedy, ..issue };
            match plain {
                Some(plain) => issue.help(format!("write `{plain}`.")),
                None => issue.help("write digits and at most one point: 35 % is `0.35`, a thousand is `1000`."),
            }
        }
        None => issue.help(example(wanted)),
    }
}

/// Whether a plain number is one that this place takes: of its kind, within its limits, kept exactly.
fn fits(plain: &str, schema: &Value) -> bool {
    let limit = |name: &str| schema[name].as_number().and_then(|n| n.to_string().parse::<Decimal>().ok());
    let most = limit("maximum");
    let places = match schema["type"].as_str() {
        Some("integer") if plain.contains('.') => return false,
        Some("integer") => 0,
        // A part of a share is above nothing; a weight or a rate may be nothing.
        _ if most == Some(Decimal::ONE) && limit("exclusiveMinimum").is_some() => money::QUANTITY_PLACES,
        _ if most == Some(Decimal::ONE) => money::WEIGHT_PLACES,
        _ => money::PRICE_PLACES,
    };
    money::decimal(plain, places).is_ok_and(|value| {
        most.is_none_or(|most| value <= most)
            && limit("minimum").is_none_or(|least| least <= value)
            && limit("exclusiveMinimum").is_none_or(|below| below < value)
    })
}

fn not_a_word(options: &Value, place: &Place<'_>, parent: &Value) -> Issue {
    let words: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let text = place.node.scalar().map_or_else(|| found(place.node).to_owned(), |s| format!("`{}`", shown(&s.text)));
    let span = if place.node.span.start == place.node.span.end { place.of_missing() } else { place.node.span };
    let message = format!("{} cannot be {text}", name(place));
    let issue = Issue::schema(span, message, "not one of the words allowed here");
    let scalar = place.node.scalar();
    // A word that people know from elsewhere, and that is refused on purpose.
    let refused = scalar.and_then(|s| parent["refused"][s.text.to_lowercase()].as_str());
    let meant = scalar.and_then(|s| closest(&s.text, &words));
    let issue = match (refused, meant) {
        (Some(why), _) => Issue { label: why.to_owned(), ..issue },
        (None, Some(meant)) => Issue { label: format!("did you mean `{meant}`?"), ..issue },
        (None, None) => issue,
    };
    issue.help(format!("the words allowed here are {}.", list(&words)))
}

/// A value that is none of some words and no number of a range, where one of the two is needed.
fn neither_word_nor_number(parent: &Value, place: &Place<'_>) -> Issue {
    let options: Vec<&Value> = parent["anyOf"].as_array().into_iter().flatten().collect();
    let words = options.iter().find_map(|option| option.get("enum")).unwrap_or(&Value::Null);
    let mut issue = not_a_word(words, place, parent);
    let Some(range) = options.iter().find(|option| option.get("minimum").is_some()) else { return issue };
    let or = format!("or a number from {} to {}", range["minimum"], range["maximum"]);
    let bare = place.node.scalar().filter(|scalar| scalar.style == Style::Quoted && money::is_plain(&scalar.text));
    issue.help = match (bare, issue.help.pop()) {
        (Some(scalar), _) => vec![format!("remove the quotes: `{}`.", scalar.text)],
        (None, help) => help.map(|help| format!("{}, {or}.", help.trim_end_matches('.'))).into_iter().collect(),
    };
    issue
}

fn limit(kind: &ValidationErrorKind, place: &Place<'_>) -> Issue {
    use ValidationErrorKind as K;
    let text = &place.node.scalar().map_or_else(String::new, |s| shown(&s.text));
    let name = name(place);
    let (message, label, help) = match kind {
        K::Maximum { limit } => {
            let fraction = limit.as_i64() == Some(1);
            let shares = place.key.is_some_and(|(key, _)| key == "increment");
            let help = match (fraction, shares) {
                (true, true) => "for orders of several shares at a time write `lot_size` instead.",
                (true, false) => "write a fraction of 1: 35 % is `0.35`.",
                (false, _) => "write a smaller number.",
            };
            (format!("{name} is {text}, more than {limit}"), format!("at most {limit}"), help)
        }
        K::Minimum { limit } => {
            (format!("{name} is {text}, less than {limit}"), format!("at least {limit}"), "write a larger number.")
        }
        K::ExclusiveMinimum { limit } => {
            (format!("{name} is {text}, not more than {limit}"), format!("more than {limit}"), "write a larger number.")
        }
        K::MinLength { .. } => (format!("{name} is empty"), "text is needed".into(), "write a name."),
        K::MinItems { .. } => (format!("{name} has no items"), "at least one is needed".into(), "add an item."),
        K::MaxItems { limit } => {
            (format!("{name} has more than {limit} items"), format!("at most {limit}"), "remove some.")
        }
        K::MinProperties { .. } => (format!("{name} is empty"), "at least one is needed".into(), "add a key."),
        K::Pattern { pattern } if pattern == crate::config::CODE_PATTERN => not_a_code(text),
        K::Pattern { .. } => (
            format!("`{text}` is not a date"),
            "a date is needed".into(),
            "write it as YYYY-MM-DD, such as `2026-01-02`.",
        ),
        K::Constant { expected_value } => (
            format!("{name} can only be `{expected_value}`"),
            "nothing else is supported".into(),
            "write what is allowed, or remove the key.",
        ),
        other => (
            format!("{name} does not fit `{}`", other.keyword()),
            String::new(),
            "`rebalance schema` prints what can stand here.",
        ),
    };
    let span = if place.node.span.start == place.node.span.end { place.of_missing() } else { place.node.span };
    Issue::schema(span, message, label).help(help)
}

fn not_a_code(text: &str) -> (String, String, &'static str) {
    let label = "letters and digits, nothing else but `.`, `_` and `-` between";
    let help = "write the exchange's code in quotes, such as `'069500'`.";
    (format!("`{text}` is not a code"), label.to_owned(), help)
}

/// The first item of a list that stands in it before.
fn repeated(place: &Place<'_>) -> Option<Issue> {
    let items = place.node.items();
    let before = |at: usize, item: &Node| items.iter().take(at).any(|other| super::json(other) == super::json(item));
    let item = items.iter().enumerate().find(|(at, item)| before(*at, item))?.1;
    let what = item.scalar().map_or_else(|| "an item".to_owned(), |scalar| format!("`{}`", shown(&scalar.text)));
    let issue = Issue::schema(item.span, format!("{what} stands twice in {}", name(place)), "given again");
    Some(issue.help("keep one of them."))
}

/// A value that fits the schema and still is none: a number with too many digits, a date that no calendar has.
pub(super) fn unfit(span: Span, source: &str, why: &str) -> Issue {
    let issue = Issue::schema(span, format!("`{source}` cannot be used: {why}"), why);
    if money::is_plain(source) {
        return Issue { kind: IssueKind::Number, ..issue }.help("write fewer digits.");
    }
    issue.help("`rebalance schema` prints what can stand here.")
}

fn wanted(kind: &TypeKind) -> &'static str {
    let text = match kind {
        TypeKind::Single(kind) => kind.to_string(),
        TypeKind::Multiple(_) => String::new(),
    };
    match text.as_str() {
        "number" => "a number",
        "integer" => "a whole number",
        "string" => "text",
        "boolean" => "true or false",
        "object" => "a mapping",
        "array" => "a list",
        _ => "what is allowed here",
    }
}

fn found(node: &Node) -> &'static str {
    match super::json(node) {
        Value::Null => "empty",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
