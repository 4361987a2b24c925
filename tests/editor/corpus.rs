//! 500 configs with faults of many kinds in them, the same on every run.

use rebalance::schema::EXAMPLES;
use std::collections::BTreeSet;

/// How many there are.
const CASES: usize = 500;
/// What the corpus grows from. It is printed when the comparison fails.
pub(crate) const SEED: u64 = 20_260_304;

/// A config.
pub(crate) struct Case {
    /// Its number and what was done to it.
    pub(crate) name: String,
    /// Its text.
    pub(crate) text: String,
}

/// Values that readers of YAML, and of numbers, think about.
const VALUES: &[&str] = &[
    "0",
    "1",
    "2",
    "12",
    "13",
    "0.5",
    "0.10",
    "1.0",
    "4.0",
    "1.5",
    "-1",
    "-0.0",
    "-0",
    "1000000000000000",
    "1000000000000001",
    "1e-1",
    "1E2",
    "1e400",
    ".5",
    "5.",
    "+0.1",
    "+1",
    "00.1",
    "007",
    "0o17",
    "0x1F",
    "0b11",
    "1_000",
    "0.12345678",
    "0.123456789",
    "0.1234567890123456789",
    "12345678901234567890123",
    "0.30000000000000004",
    "1.00000000000000000001",
    "190:20:30",
    ".inf",
    "-.inf",
    ".nan",
    "NaN",
    "hybrid",
    "KRW",
    "USD",
    "XNYS",
    "overseas",
    "first_business_day",
    "weekly",
    "'quoted'",
    "\"a\\nb\"",
    "\"tab\\t\"",
    "''",
    "' '",
    "2026-01-02",
    "2026-02-30",
    "2026-1-2",
    "'2026-01-02'",
    "2026-01-02T00:00:00Z",
    "2026-01-02 10:00:00",
    "'0.35'",
    "'069500'",
    "069500",
    "035720",
    "true",
    "True",
    "TRUE",
    "false",
    "False",
    "yes",
    "no",
    "on",
    "off",
    "y",
    "n",
    "null",
    "~",
    "Null",
    "",
    "[]",
    "{}",
    "[1, 2]",
    "[4, 1]",
    "[1, 1]",
    "['a', 'b']",
    "[2026-01-02]",
    "{ a: 1 }",
    "@x",
    "`x`",
    "%x",
    "!!str 1",
    "!!int '1'",
    "! x",
    "&a 1",
    "*a",
    "Mars/Olympus",
    "Asia/Seoul",
    "UTC",
    "a b c",
    "a, b",
    "a: b",
    "a #b",
    "가나다",
    "'가'",
    "\"\\u0000\"",
    "AAAAAAAAAAAAAAAAAAAAA",
    "a-b_c.D",
    ".a",
    "=",
    "<<",
    "?",
    "-",
    "- 1",
    "[",
    "}",
    "\"",
    "'",
];

/// Values where they matter: a key, and what it is given.
const AIMED: &[(&str, &str)] = &[
    ("lot_size", "1.0"),
    ("increment", "2"),
    ("increment", "0.0000001"),
    ("increment", ".001"),
    ("plan_max_age", "5.00"),
    ("months", "[1.0, 4, 7, 10]"),
    ("timezone", "Mars/Olympus"),
    ("target", "0.123456789"),
    ("max", "1.00000000000000000001"),
    ("min_trade_amount", "1000000000000000.00001"),
    ("ex_dividend_dates", "[2026-02-30]"),
    ("ex_dividend_dates", "['2026-03-04', 2026-03-05]"),
    ("day", "1.00000000000000000001"),
    ("owner", "="),
    ("owner", "<<"),
    ("name", "'two words'"),
    ("name", "\"two\\nlines\""),
    ("tags", "[1, a]"),
    ("outside", "[069500]"),
    ("outside", "[1E2]"),
    ("calendar", "xkrx"),
    ("avoid_ex_dividend_dates", "yes"),
    ("avoid_ex_dividend_dates", "TRUE"),
    ("tax_loss_harvesting", "True"),
];

/// What can be done to a text: a word for it, and the deed.
type Mutation = (&'static str, fn(&mut Vec<String>, usize, &mut Random));

const MUTATIONS: &[Mutation] = &[
    ("value", |lines, at, random| set(lines, at, value(random))),
    ("value of another key", |lines, at, random| {
        let other = random.below(lines.len());
        if let Some((_, value)) = lines[other].clone().split_once(": ") {
            set(lines, at, value);
        }
    }),
    ("line removed", |lines, at, _| drop(lines.remove(at))),
    ("line given twice", |lines, at, _| lines.insert(at, lines[at].clone())),
    ("lines swapped", |lines, at, random| {
        let other = random.below(lines.len());
        lines.swap(at, other);
    }),
    ("key misspelt", |lines, at, random| {
        let word = lines[at].trim_start().trim_start_matches("- ").split(':').next().unwrap_or("").to_owned();
        let cut = random.below(word.len().max(1));
        if word.is_char_boundary(cut) {
            lines[at] = lines[at].replacen(&word, &format!("{}{}", &word[..cut], word.get(cut + 1..).unwrap_or("")), 1);
        }
    }),
    ("key in capitals", |lines, at, _| {
        if let Some((key, value)) = lines[at].clone().split_once(": ") {
            lines[at] = format!("{}: {value}", key.to_uppercase());
        }
    }),
    ("key in quotes", |lines, at, _| {
        if let Some((key, value)) = lines[at].clone().split_once(": ") {
            let (indent, word) = key.split_at(key.len() - key.trim_start_matches([' ', '-']).len());
            lines[at] = format!("{indent}'{word}': {value}");
        }
    }),
    ("unknown key", |lines, at, random| {
        let key = random.one(&["note", "1", "true", "~", "'069500'", "2026-01-02", "targets", "? a", "<<", "''"]);
        lines.insert(at, format!("{}{key}: {}", indent(&lines[at]), value(random)));
    }),
    ("deeper", |lines, at, _| lines[at].insert_str(0, "  ")),
    ("shallower", |lines, at, _| lines[at] = lines[at].strip_prefix("  ").unwrap_or(&lines[at]).to_owned()),
    ("tab", |lines, at, _| lines[at] = lines[at].replacen("  ", "\t", 1)),
    ("comment", |lines, at, _| lines[at].push_str(" # why")),
    ("comment without its blank", |lines, at, _| lines[at].push_str("#why")),
    ("anchor and alias", |lines, at, _| {
        if let Some((key, value)) = lines[at].clone().split_once(": ") {
            lines[at] = format!("{key}: &again {value}");
            lines.insert(at + 1, format!("{}again: *again", indent(&lines[at])));
        }
    }),
    ("carriage returns", |lines, _, _| lines.iter_mut().for_each(|line| line.push('\r'))),
    ("byte order mark", |lines, _, _| lines[0].insert(0, '\u{feff}')),
    ("second document", |lines, at, _| lines.insert(at, "---".to_owned())),
    ("end of the document", |lines, at, _| lines.insert(at, "...".to_owned())),
    ("directive", |lines, _, _| lines.insert(0, "%YAML 1.2\n---".to_owned())),
    ("cut off", |lines, at, _| lines.truncate(at)),
    ("folded", |lines, at, _| {
        if let Some((key, value)) = lines[at].clone().split_once(": ") {
            lines[at] = format!("{key}: >-\n{}    {value}", indent(&lines[at]));
        }
    }),
];

fn value(random: &mut Random) -> &'static str {
    random.one::<&str>(VALUES)
}

fn indent(line: &str) -> String {
    let list = if line.trim_start().starts_with("- ") { 2 } else { 0 };
    " ".repeat(line.len() - line.trim_start().len() + list)
}

fn set(lines: &mut [String], at: usize, value: &str) {
    if let Some((key, old)) = lines[at].clone().split_once(": ") {
        let comment = old.find(" # ").map_or("", |from| &old[from..]);
        lines[at] = format!("{key}: {value}{comment}");
    }
}

/// The corpus: every value twice, every mutation once, then up to two of anything. Each text differs from every other.
pub(crate) fn corpus() -> Vec<Case> {
    let bases = [include_str!("../../portfolio_config.yaml"), EXAMPLES[0].1];
    let mut random = Random(SEED);
    let mut seen = BTreeSet::new();
    let mut cases: Vec<Case> = Vec::new();
    let mut planned = VALUES
        .iter()
        .chain(VALUES)
        .map(|value| Plan::Value(value))
        .chain(MUTATIONS.iter().map(Plan::Deed))
        .chain(AIMED.iter().map(|(key, value)| Plan::At(key, value)));
    while cases.len() < CASES {
        let plan = planned.next();
        loop {
            let base: Vec<String> = random.one(&bases).lines().map(str::to_owned).collect();
            let (name, lines) = mutated(base.clone(), plan, &mut random);
            let text = lines.join("\n") + "\n";
            if lines != base && seen.insert(text.clone()) {
                cases.push(Case { name: format!("{:03} {name}", cases.len()), text });
                break;
            }
        }
    }
    cases
}

/// What is done first.
#[derive(Clone, Copy)]
enum Plan {
    Value(&'static str),
    At(&'static str, &'static str),
    Deed(&'static Mutation),
}

fn mutated(mut lines: Vec<String>, plan: Option<Plan>, random: &mut Random) -> (String, Vec<String>) {
    let mut done = Vec::new();
    let times = if plan.is_some() { 1 } else { 1 + random.below(2) };
    for _ in 0..times {
        let at = random.below(lines.len().max(1));
        if at >= lines.len() {
            break;
        }
        let mut deed = |(name, deed): &Mutation, random: &mut Random| {
            deed(&mut lines, at, random);
            done.push((*name).to_owned());
        };
        match plan {
            Some(Plan::Deed(mutation)) => deed(mutation, random),
            Some(Plan::At(key, value)) => {
                let has = |line: &String| line.trim_start_matches([' ', '-']).starts_with(&format!("{key}: "));
                if let Some(at) = lines.iter().position(has) {
                    set(&mut lines, at, value);
                }
                done.push(format!("{key} {value}"));
            }
            Some(Plan::Value(value)) => {
                set(&mut lines, at, value);
                done.push(value.to_owned());
            }
            // Most faults are a value.
            None if random.below(2) == 0 => deed(&MUTATIONS[0], random),
            None => deed(random.one(MUTATIONS), random),
        }
    }
    (done.join(", "), lines)
}

/// SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).unwrap()
    }

    fn one<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

#[test]
fn the_corpus_has_everything_and_is_the_same_each_time() {
    let cases = corpus();
    assert!(cases.iter().zip(corpus()).all(|(a, b)| a.text == b.text));
    for (name, _) in MUTATIONS {
        assert!(cases.iter().any(|case| case.name.contains(name)), "{name}");
    }
    for value in VALUES {
        assert!(cases.iter().any(|case| case.name.split_once(' ').is_some_and(|(_, name)| name == *value)), "{value}");
    }
}
