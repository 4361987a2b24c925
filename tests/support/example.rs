//! One example, run as `lint` or `plan` would run it.

use super::page::{Example, edited};
use super::past::{Made, PATH, Row};
use rebalance::calendar::Calendar;
use rebalance::config::{Config, day};
use rebalance::document::{self, Lines, Reading};
use rebalance::ex_dividend::{self, Dividends};
use rebalance::executed::{Executed, Rebalance};
use rebalance::finding::{Finding, Level};
use rebalance::history::{Gap, GapKind, Reach, Standing, collect, message};
use rebalance::holdings::{Holdings, HoldingsFile};
use rebalance::plan::{Ask, Draft, Inputs};
use rebalance::policy::{Policies, Source};
use rebalance::portfolio::Allocation;
use rebalance::repo::RepoError;
use rebalance::rules::facts::{code_sites, held_sites};
use rebalance::rules::{self, Change, Facts, Group, HistoryFacts, Rule, Sound};
use rebalance::schema::{self, Issue};
use rebalance::zone::Zone;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The sample's config.
pub const SAMPLE: &str = include_str!("../../portfolio_config.yaml");
const HOLDINGS: &str = include_str!("../../holdings.yaml");
const HOLDINGS_PATH: &str = "holdings.yaml";

/// The clock of every example: 2026-03-11T00:00:00Z, nine in the morning in Seoul.
const NOW: i64 = 1_773_187_200;
const DAY: i64 = 86_400;

/// What an example comes to: every finding of every rule that runs, and the texts they point into.
pub struct Outcome {
    pub findings: Vec<Finding>,
    texts: BTreeMap<String, String>,
}

impl Outcome {
    /// A finding as examples write it; `usual` is the level that is not worth saying.
    pub fn said(&self, finding: &Finding, usual: &str) -> String {
        let level = if finding.level.word() == usual { String::new() } else { format!("{}: ", finding.level) };
        let file = if finding.path == PATH { String::new() } else { format!("{}:", finding.path) };
        let place = match &finding.place {
            Some(place) => {
                let at = Lines::new(&self.texts[&finding.path]).position(place.span.start);
                format!("{file}{}:{}", at.line, at.column)
            }
            None => finding.path.clone(),
        };
        let why = finding.suppressed.as_ref().map(|why| format!(" (suppressed: {})", why.reason)).unwrap_or_default();
        format!("{place} {level}{}{why}", finding.message)
    }

    /// Other rules than this one with an error, once for each finding.
    pub fn others(&self, rule: &str) -> Vec<String> {
        let counts = |f: &&Finding| f.level == Level::Error && f.suppressed.is_none();
        let errors = self.findings.iter().filter(counts).filter(|f| f.rule != rule);
        errors.map(|f| f.rule.to_string()).collect()
    }
}

/// Everything known about an example before a rule runs.
struct Scene<'e> {
    example: &'e Example,
    rule: &'e Rule,
    policies: Policies,
    row: Row,
    text: Option<String>,
    reading: Reading,
    config: Config,
    issues: Vec<Issue>,
}

/// Runs an example of a rule.
pub fn run(example: &Example, rule: &Rule) -> Outcome {
    let row = row(example);
    let text = edited(last_text(&row.commits), example.file.as_deref(), &example.edit, example.delete);
    let reading = match &text {
        Some(text) => document::read(text.as_bytes()),
        None => Reading { document: None, faults: Vec::new(), refused: Vec::new(), text: String::new() },
    };
    let (config, misread) = Config::of(&reading);
    let issues = schema::check(&schema::CONFIG, &reading, &misread);
    let own = Source { path: format!("policies/{}.yaml", rule.id), bytes: own_file(example, rule).into_bytes() };
    let (policies, none) = rules::policies(&[own]);
    assert_eq!(none, [], "{}, {}", rule.id, example.name);
    let scene = Scene { example, rule, policies, row, text, reading, config, issues };
    if example.plan || rule.group == Group::Plan { scene.plan() } else { scene.lint() }
}

/// The owner's file about the rule.
fn own_file(example: &Example, rule: &Rule) -> String {
    format!("rule: {}\n{}", rule.id, example.policy)
}

/// The history: the sample, 100 days old, and the example's own commits.
fn row(example: &Example) -> Row {
    let sample = Made { time: NOW - 100 * DAY, text: Some(SAMPLE.to_owned()), message: "Begin".to_owned() };
    let mut commits = vec![sample];
    for step in &example.commits {
        let before = last_text(&commits);
        commits.push(Made {
            time: NOW - step.days_ago * DAY + step.seconds_later,
            text: edited(before, step.file.as_deref(), &step.edit, step.delete),
            message: step.message.clone().unwrap_or_else(|| "Change\n\nReason: an example".to_owned()),
        });
    }
    Row { commits, shallow: example.shallow }
}

/// The newest text there was: what is put back when the config was deleted.
fn last_text(commits: &[Made]) -> Option<&str> {
    commits.iter().rev().find_map(|made| made.text.as_deref())
}

impl Scene<'_> {
    fn lint(&self) -> Outcome {
        let groups: &[Group] = match self.text {
            Some(_) => Group::LINT,
            None => &[Group::History],
        };
        let findings = self.with_facts(|facts| rules::run(groups, facts, &self.policies));
        self.outcome(findings, String::new())
    }

    fn plan(&self) -> Outcome {
        let text = edited(Some(HOLDINGS), None, &self.example.holdings_edit, false).unwrap();
        let reading = document::read(text.as_bytes());
        let (file, misread) = HoldingsFile::of(&reading);
        assert_eq!(schema::check(&rebalance::holdings::FORM, &reading, &misread), []);
        let holdings = Holdings::of(&file).unwrap();
        let findings = self.with_facts(|facts| {
            let (sound, findings) = rules::judge(facts, &self.policies);
            let sound = sound.unwrap_or_else(|| panic!("not sound: {findings:?}"));
            self.plan_findings(facts, &sound, &holdings, &file)
        });
        self.outcome(findings, text)
    }

    fn plan_findings(
        &self,
        facts: &Facts<'_>,
        sound: &Sound,
        holdings: &Holdings,
        file: &HoldingsFile,
    ) -> Vec<Finding> {
        let calendar = Calendar::of(sound.portfolio().calendar).unwrap();
        let as_of = self.example.as_of.as_deref().map_or(holdings.as_of, |text| day(text).unwrap());
        let rebalance =
            |text: &String| Rebalance { date: day(text).unwrap(), plan_id: String::new(), left_alone: [].into() };
        let executed =
            Executed { rebalances: self.example.rebalanced.iter().map(rebalance).collect(), ..Executed::default() };
        let dividends = self.dividends(sound);
        let inputs = Inputs {
            sound,
            holdings,
            calendar: &calendar,
            as_of,
            dividends: &dividends,
            fx: &rebalance::fx::Fx::default(),
            executed: &executed,
            ask: &Ask::default(),
        };
        let draft = Draft::make(inputs).unwrap();
        let sites = held_sites(file);
        let head = self.row.commits.last().and_then(|made| made.text.as_ref());
        let plan = draft.facts(HOLDINGS_PATH, &sites, head == self.text.as_ref());
        let facts = Facts { plan: Some(&plan), ..*facts };
        rules::run(Group::PLAN, &facts, &self.policies)
    }

    /// The example's own file of ex-dividend dates.
    fn dividends(&self, sound: &Sound) -> Dividends {
        let Some(text) = &self.example.ex_dividend else { return Dividends::default() };
        let known = sound.portfolio().assets.keys().cloned().collect();
        let (dividends, findings) = ex_dividend::read("ex_dividend.csv", text.as_bytes(), &known);
        assert_eq!(findings, [], "{}", self.example.name);
        dividends
    }

    /// The facts as `cli::gather` makes them.
    fn with_facts<T>(&self, look: impl FnOnce(&Facts<'_>) -> T) -> T {
        let codes = code_sites(&self.config);
        let base = Facts::of_file(PATH, &self.reading, &self.issues, &self.config);
        let zone = self.config.zone().unwrap_or_else(|| Zone::named("Asia/Seoul").unwrap());
        let facts = Facts { codes: &codes, zone, now: NOW, ..base };
        if !self.example.repository {
            let error = RepoError::NotARepository { dir: "/home/kim/portfolio".into() };
            let gap = Gap::new(GapKind::Unreadable, error.to_string(), error.remedy());
            return look(&Facts { history: HistoryFacts::Unknown(&gap), ..facts });
        }
        let window = i64::from(self.policies.largest("days")) * DAY;
        let history = collect(&self.row, self.row.tip(), PATH, Reach::Since(NOW - window));
        let candidate = match &self.text {
            None => Standing::Absent,
            Some(_) => match Allocation::of(&self.config) {
                Some(allocation) => Standing::Allocation(Arc::new(allocation)),
                None => history.tip.clone(),
            },
        };
        let message = self.example.message.as_deref();
        let change = Change {
            base: history.tip.clone(),
            candidate,
            override_reason: message
                .and_then(message::override_reason)
                .or_else(|| self.example.override_reason.clone()),
            reasoned: message.map(|message| message::reason(message).is_some()),
            now: NOW,
            whole: false,
        };
        look(&Facts { history: HistoryFacts::Known { history: &history, change: &change }, ..facts })
    }

    fn outcome(&self, findings: Vec<Finding>, holdings: String) -> Outcome {
        let own = (format!("policies/{}.yaml", self.rule.id), own_file(self.example, self.rule));
        let files = [(PATH.to_owned(), self.reading.text.clone()), (HOLDINGS_PATH.to_owned(), holdings), own];
        Outcome { findings, texts: files.into_iter().collect() }
    }
}
