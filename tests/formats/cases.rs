//! The cases: what was found, and in which texts.

use rebalance::config::Config;
use rebalance::document::{self, Edit, Span};
use rebalance::fault::Exit;
use rebalance::finding::{Finding, Level, Outcome, Suppressed, outcome};
use rebalance::output::{self, Base, Drawer, Paint, Report};
use rebalance::policy::Source;
use rebalance::rules::facts::code_sites;
use rebalance::rules::{self, Facts, Group, Page};
use rebalance::schema;
use std::collections::BTreeMap;
use std::path::Path;

/// The config's usual name.
pub(crate) const CONFIG: &str = "portfolio_config.yaml";
const SAMPLE: &str = include_str!("../../portfolio_config.yaml");

/// What was found, and in which texts.
pub(crate) struct Case {
    /// Its name, which is its files' name.
    pub(crate) name: &'static str,
    /// What was found.
    pub(crate) findings: Vec<Finding>,
    /// The texts.
    pub(crate) sources: BTreeMap<String, String>,
    /// Pages of the owner's own rules.
    pub(crate) pages: Vec<Page>,
}

impl Case {
    /// What the rules of form, allocation and schedule say about a config.
    fn of(name: &'static str, text: &str) -> Self {
        let reading = document::read(text.as_bytes());
        let (config, misread) = Config::of(&reading);
        let issues = schema::check(&schema::CONFIG, &reading, &misread);
        let codes = code_sites(&config);
        let facts = Facts { codes: &codes, ..Facts::of_file(CONFIG, &reading, &issues, &config) };
        let groups = [Group::Form, Group::Allocation, Group::Schedule];
        let findings = rules::run(&groups, &facts, &rules::policies(&[]).0);
        let sources = BTreeMap::from([(CONFIG.to_owned(), reading.text.clone())]);
        Self { name, findings, sources, pages: Vec::new() }
    }

    fn with(mut self, finding: Finding) -> Self {
        self.findings.push(finding);
        self.findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
        self
    }

    /// What the command answers with.
    pub(crate) fn exit(&self) -> Exit {
        match outcome(&self.findings, Level::Error) {
            Outcome::Pass => Exit::Done,
            Outcome::Fail => Exit::No,
            Outcome::Unknown => Exit::Unknown,
        }
    }

    /// Calls `look` with the report of a run in the directory `book` of a repository.
    pub(crate) fn report<T>(&self, look: impl FnOnce(&Report<'_>) -> T) -> T {
        let base = Base { cwd: Path::new("/home/ann/repo/book"), root: Path::new("/home/ann/repo"), dirs: &[] };
        let report = Report::new(CONFIG, &self.findings, &self.sources, self.exit());
        look(&Report { base, pages: &self.pages, ..report })
    }

    /// The case in a format.
    pub(crate) fn draw(&self, drawer: &Drawer) -> String {
        self.report(|report| (drawer.lint)(report, Paint::plain()))
    }

    /// The case in a format, by its name on the command line.
    pub(crate) fn drawn(&self, format: output::Format) -> String {
        self.report(|report| output::lint(format, report, Paint::plain()))
    }

    /// The findings that count.
    pub(crate) fn counted(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.suppressed.is_none())
    }
}

fn edited(pairs: &[(&str, &str)]) -> String {
    pairs.iter().fold(SAMPLE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}

fn ruled(rule: &'static str, level: Level, finding: Finding) -> Finding {
    Finding { rule: rule.into(), level, ..finding }
}

/// Every case.
pub(crate) fn all() -> Vec<Case> {
    vec![
        clean(),
        Case::of("many-labels", &edited(&[("target: 0.35", "target: 0.40"), ("min: 0.10", "min: 0.16")])),
        korean(),
        Case::of("crlf-and-bom", &format!("\u{feff}{}", edited(&FAULTS).replace('\n', "\r\n"))),
        no_place(),
        suppressed(),
        policy_file(),
        more_than_ten(),
        hostile(),
        own_rule(),
        fixable(),
    ]
}

const FAULTS: [(&str, &str); 3] = [
    ("target: 0.35", "taget: 0.35"),
    ("ticker: 'KODEX 200'", "ticker: '코덱스 😀 200'"),
    ("code: '069500'", "code: 069500 # 한국"),
];

/// The sample without its one finding.
fn clean() -> Case {
    Case::of("clean", &edited(&[("threshold: 0.05", "threshold: 0.03")]))
}

/// Korean and emoji before, in and after a place on its line, as block and in braces.
fn korean() -> Case {
    let braces = "- { ticker: '타이거 👩\u{200d}💻 금', code: 319640, 목표: 0.10, target: 0.10, min: 0.05, max: 0.15 }";
    let block = "- ticker: 'TIGER Gold & Silver Futures (H)'\n          code: '319640'\n          target: 0.10\n          min: 0.05\n          max: 0.15";
    Case::of("korean-and-emoji", &edited(&[("    satellite:", "    위성🛰️:"), (block, braces)]))
}

/// What git could not tell, about no place.
fn no_place() -> Case {
    let gap = Finding::new(CONFIG, "the history ends at a shallow boundary, 3 commits back")
        .help("fetch the rest: `git fetch --unshallow`.")
        .unknown();
    clean().named("no-place-and-unknown").with(ruled("history-complete", Level::Error, gap))
}

fn suppressed() -> Case {
    let mut case = Case::of("suppressed", &edited(&[("target: 0.35", "target: 0.40")]));
    for finding in &mut case.findings {
        finding.suppressed = Some(Suppressed { reason: "agreed with <Ann> | until\nMay".to_owned() });
    }
    case
}

fn policy_file() -> Case {
    let source = |path: &str, text: &str| Source { path: path.to_owned(), bytes: text.as_bytes().to_vec() };
    let sources = [
        source("policies/a b%.yaml", "rule: weights-sun\n"),
        source("/home/ann/elsewhere/policies/mine.yaml", "rule: change-reason\nlevel: eror\n"),
        source("../shared/all.yaml", "rule: trade-cooldown\nparameters: { day: 3 }\n"),
        source("/home/ann/elsewhere/one.yaml", "rule: cash-floor\n"),
        source("two.yaml", "rule: cash-floor\n"),
    ];
    let (_, findings) = rules::policies(&sources);
    assert_eq!(findings.len(), 4);
    let mut case = findings.into_iter().fold(clean().named("policy-files"), Case::with);
    let texts = sources.map(|source| (source.path, String::from_utf8(source.bytes).unwrap()));
    case.sources.extend(texts);
    case
}

/// More of each level than GitHub shows.
fn more_than_ten() -> Case {
    let keys: String = (1..=13).map(|i| format!("  extra_{i}: {i}\n")).collect();
    let text = edited(&[("portfolio:\n", &format!("portfolio:\n{keys}"))]);
    let mut case = Case::of("more-than-ten", &text);
    for i in 0..12 {
        let note = Finding::new(CONFIG, format!("note number {}", i + 1)).help("nothing to do.");
        case = case.with(ruled("threshold-reachable", Level::Info, note));
    }
    case
}

/// A file by somebody who knows every format.
fn hostile() -> Case {
    let evil = "a\\n::error file=x::boom\\n##[error]boom|<script>alert(1)</script>`` ` @everyone #1 https://evil.example [x](1) {0} ]]> --> %0A/close";
    let keys = format!("portfolio:\n  \"{evil}\": 1\n  \"::set-env name=A::b\": 1\n  \"\\e[31mred\\u202e\\0\": 1\n");
    let named = "ticker: \"KODEX @everyone <img src=x> | `200`\"";
    let case = Case::of("hostile", &edited(&[("portfolio:\n", &keys), ("ticker: 'KODEX 200'", named)]));
    let message = "a message\r\n::warning::with a command, \u{1b}]8;;http://evil\u{7} \u{202e}\u{ffff} and ```";
    let place = Span { start: 0, end: 9 };
    let finding =
        Finding::new(CONFIG, message).at(place, "::label\n| \u{1b}[2J").help("do ##[group]this\n::stop-commands::x.");
    let finding = ruled("duplicate-asset", Level::Error, finding);
    let other = Finding::new("policies/x,y:z\u{1b}\n.yaml", "a file with a name of its own").help("rename it.");
    case.with(finding).with(ruled("schema", Level::Warning, other))
}

/// A rule that is not shipped, with a page and without.
fn own_rule() -> Case {
    let mut case = clean().named("own-rules");
    let start = SAMPLE.find("code: '069500'").unwrap();
    let place = Span { start, end: start + 14 };
    for rule in ["no-samsung", "no-bonds"] {
        let finding = Finding::new(CONFIG, "069500 may not be held").at(place, "this one").help("choose another {0}.");
        case = case.with(ruled(rule, Level::Warning, finding));
    }
    let reading = document::read(case.sources[CONFIG].as_bytes());
    rules::stamp_subjects(&mut case.findings, CONFIG, &reading);
    let [rule, group, level, summary, why, fix] =
        ["no-samsung", "custom", "warning", "No { shares } of it.", "Because.", "Sell."].map(str::to_owned);
    case.pages.push(Page { rule, group, level, parameters: Vec::new(), summary, why, fix });
    case
}

/// A safe fix of two edits, one of which only puts text in.
fn fixable() -> Case {
    let mut case = Case::of("fixable", &format!("\u{feff}{}", edited(&[("code: '069500'", "code: 069500")])));
    let text = case.sources[CONFIG].clone();
    let start = text.find("069500").unwrap();
    let quoted = Edit { span: Span { start, end: start + 6 }, text: "'069500'".to_owned() };
    let comment = Edit { span: Span { start: start + 6, end: start + 6 }, text: " # 따옴표 {quoted}".to_owned() };
    let finding = case.findings.iter_mut().find(|finding| finding.rule == "code-quoted").unwrap();
    *finding = finding.clone().fix("Put the code in quotes.", vec![quoted, comment]);
    case
}

impl Case {
    fn named(self, name: &'static str) -> Self {
        Self { name, ..self }
    }
}
