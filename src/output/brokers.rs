//! The brokers, for people and for programs: what each needs, and whether it is there; never what is there.

use super::text::wrapped;
use super::{Format, Paint};
use crate::broker::Need;
use crate::schema::{Sheet, schema_of};
use schemars::JsonSchema;
use serde::Serialize;

/// The schema of `brokers --format json`.
pub const SHEET: Sheet = Sheet { file: "brokers.schema.json", schema: schema_of::<BrokersJson> };

/// A broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it does.
    pub about: &'static str,
    /// Where it trades.
    pub markets: &'static str,
    /// The currencies of its orders; none where it takes any.
    pub currencies: Vec<&'static str>,
    /// What it can be told.
    pub needs: Vec<Needed>,
    /// What keeps it from being used, and what to do.
    pub missing: Option<(String, String)>,
    /// Whether the config names it.
    pub named: bool,
}

/// The brokers as one JSON document.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "rebalance brokers --format json")]
pub struct BrokersJson<'a> {
    /// The version of the format.
    format_version: &'static str,
    /// Every broker; the first is the default.
    brokers: Vec<BrokerJson<'a>>,
    /// The broker's name in the config, when none of these is meant by it.
    unknown: Option<&'a str>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct BrokerJson<'a> {
    /// Its name on the command line.
    name: &'a str,
    /// What it does.
    about: &'a str,
    /// Where it trades.
    markets: &'a str,
    /// The currencies of its orders; none where it takes any.
    currencies: &'a [&'a str],
    /// What it can be told, by the environment or the file of credentials.
    needs: &'a [Needed],
    /// Whether all that it needs is there.
    configured: bool,
    /// Why it is not, when it is not.
    why: Option<&'a str>,
    /// Whether the config names it.
    named_by_config: bool,
}

/// A credential or setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Needed {
    /// Its name.
    name: &'static str,
    /// What it is.
    about: &'static str,
    /// Whether it must be there.
    required: bool,
}

impl Needed {
    /// What a broker needs, without what of it is secret.
    #[must_use]
    pub fn of(need: &Need) -> Self {
        Self { name: need.name, about: need.about, required: need.required }
    }
}

/// Draws the brokers. `unknown` is the broker's name in the config, when none of them is meant by it.
#[must_use]
pub fn draw(format: Format, lines: &[Line], unknown: Option<&str>, paint: Paint) -> String {
    match format {
        Format::Json => json(lines, unknown),
        _ => human(lines, unknown, paint),
    }
}

fn json(lines: &[Line], unknown: Option<&str>) -> String {
    fn broker(line: &Line) -> BrokerJson<'_> {
        BrokerJson {
            name: line.name,
            about: line.about,
            markets: line.markets,
            currencies: &line.currencies,
            needs: &line.needs,
            configured: line.missing.is_none(),
            why: line.missing.as_ref().map(|(why, _)| why.as_str()),
            named_by_config: line.named,
        }
    }
    let document = BrokersJson { format_version: "1.0", brokers: lines.iter().map(broker).collect(), unknown };
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn human(lines: &[Line], unknown: Option<&str>, paint: Paint) -> String {
    let mut text: String = lines.iter().map(|line| one(line, paint)).collect();
    if let Some(name) = unknown {
        let said = format!("The config names the broker `{name}`, which is none of these: choose one with --broker.");
        text.push_str(&wrapped(&said, "", paint.width));
    }
    text
}

fn one(line: &Line, paint: Paint) -> String {
    let named = if line.named { " (named by the config)" } else { "" };
    let mut text = format!("{}{named}\n", paint.bold(line.name));
    let mut say = |said: &str| text.push_str(&wrapped(said, "  ", paint.width));
    say(line.about);
    let currencies = if line.currencies.is_empty() { "any currency".to_owned() } else { line.currencies.join(", ") };
    say(&format!("markets: {}; {currencies}", line.markets));
    for need in &line.needs {
        let optional = if need.required { "" } else { " (optional)" };
        say(&format!("{}{optional}: {}", need.name, need.about));
    }
    match &line.missing {
        None => say(&paint.green("ready")),
        Some((why, remedy)) => {
            say(&format!("{}: {why}", paint.yellow("not ready")));
            say(&format!("help: {remedy}"));
        }
    }
    text
}
