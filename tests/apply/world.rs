//! A copy of the sample in a directory of its own, and everything a command would gather about it.

use chrono::{DateTime, NaiveDate, Utc};
use rebalance::apply::{self, Desk, Step, Stopped, Summary, Wish};
use rebalance::broker::{self, Broker, Means, Paper};
use rebalance::calendar::Calendar;
use rebalance::clock::StillClock;
use rebalance::config::{Config, Currency};
use rebalance::disk::{Disk, RealDisk};
use rebalance::document;
use rebalance::ex_dividend::Dividends;
use rebalance::finding::Finding;
use rebalance::fx::Fx;
use rebalance::gate::{self, Again, Asked, Evidence, Present, Refusal, ResumeEvidence, Venue};
use rebalance::hash::sha256;
use rebalance::holdings::{Holdings, HoldingsFile};
use rebalance::journal::{self, Journal, Lock};
use rebalance::log::{self, Log};
use rebalance::plan::costs::Tariff;
use rebalance::plan::draft::DraftOrder;
use rebalance::plan::file::{ConfigInput, FileError, Inputs as Recorded, Override};
use rebalance::plan::{Ask, Body, Draft, Flow, Inputs, Meta, PlanFile, Provenance};
use rebalance::policy::Source;
use rebalance::replay::{self, State};
use rebalance::rules::facts::code_sites;
use rebalance::rules::{self, Facts, Sound};
use rebalance::schema;
use std::fs;
use std::path::PathBuf;
use std::sync::Mutex;

pub const CONFIG: &str = include_str!("../../portfolio_config.yaml");
pub const HOLDINGS: &str = include_str!("../../holdings.yaml");

/// The known optimum of the sample: shares by code, sold below zero.
const OPTIMUM: [(&str, i128); 5] = [("091230", -8), ("305080", 25), ("305720", 9), ("319640", 8), ("360750", -21)];

pub struct World {
    pub directory: tempfile::TempDir,
    pub today: NaiveDate,
    /// The committed config; what stands in the directory may differ from it.
    pub committed: Vec<u8>,
    pub policies: Vec<Source>,
    pub findings: Vec<Finding>,
    /// What is left alone today.
    pub near: Vec<rebalance::ex_dividend::Frozen>,
    pub overrides: Vec<Override>,
    pub ask: Ask,
    /// What other currencies are worth.
    pub fx: Fx,
}

/// Which cash moves with the orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Case {
    /// Paid in or taken out.
    pub flow: Option<Flow>,
    /// Whether some assets are priced in dollars, for which won are converted.
    pub converts: bool,
}

impl World {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("portfolio_config.yaml"), CONFIG).unwrap();
        fs::write(directory.path().join("holdings.yaml"), HOLDINGS).unwrap();
        Self {
            directory,
            today: day("2026-03-05"),
            committed: CONFIG.as_bytes().to_vec(),
            policies: Vec::new(),
            findings: Vec::new(),
            near: Vec::new(),
            overrides: Vec::new(),
            ask: Ask::default(),
            fx: Fx::default(),
        }
    }

    pub fn of(case: Case) -> Self {
        if case.converts { Self::converting(case.flow) } else { Self::with_flow(case.flow) }
    }

    /// A world of won and dollars in which all currencies pay for all orders, and there are won only.
    fn converting(flow: Option<Flow>) -> Self {
        let mut world = Self::with_flow(flow);
        let config = "portfolio_config.yaml";
        for code in ["360750", "091230"] {
            let code = format!("code: '{code}'\n");
            world.edit(config, &code, &format!("{code}          currency: USD\n"));
        }
        world.edit(config, "min_trade_amount", "funding: convert\n      min_trade_amount");
        world.edit(config, "slippage_estimate", "conversion_rate: 0.002\n    slippage_estimate");
        world.edit("holdings.yaml", "quantity: 250\n    price: 16800", "quantity: 20\n    price: 121.25");
        world.edit("holdings.yaml", "quantity: 30\n    price: 50000", "quantity: 12\n    price: 36.15");
        world.edit("holdings.yaml", "cash: { KRW: 0 }", "cash: { KRW: 700000 }");
        world.committed = fs::read(world.path(config)).unwrap();
        world.fx = Fx { as_of: Some(day("2026-03-04")), rates: [(Currency::Usd, "1385.5".parse().unwrap())].into() };
        world
    }

    /// A world in which cash moves.
    pub fn with_flow(flow: Option<Flow>) -> Self {
        Self { ask: Ask { flow, ..Ask::default() }, ..Self::new() }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.text(name);
        assert!(text.contains(from), "{name} has no {from:?}");
        fs::write(self.path(name), text.replacen(from, to, 1)).unwrap();
    }

    pub fn state_directory(&self) -> PathBuf {
        journal::directory(&self.path("portfolio_config.yaml"))
    }

    pub fn log_path(&self) -> PathBuf {
        log::path(&self.path("holdings.yaml"))
    }

    pub fn journal(&self) -> State {
        journal::read(&RealDisk, &self.state_directory()).unwrap()
    }

    pub fn log(&self) -> Log {
        Log::read(&RealDisk, &self.log_path()).unwrap()
    }

    fn config_input(&self) -> ConfigInput {
        let bytes = fs::read(self.path("portfolio_config.yaml")).unwrap();
        let blob = (bytes == self.committed).then(|| sha256(&bytes)[..40].to_owned());
        ConfigInput { path: "portfolio_config.yaml".to_owned(), blob, semantic: "the same".to_owned() }
    }

    /// What `plan` would make of the directory now.
    pub fn body(&self) -> Result<Body, String> {
        let sound = sound(&fs::read(self.path("portfolio_config.yaml")).unwrap()).ok_or("not sound")?;
        let bytes = fs::read(self.path("holdings.yaml")).unwrap();
        let holdings = holdings(&bytes);
        let log = self.log();
        let executed = rebalance::record::executed(log.records());
        let calendar = Calendar::of(sound.portfolio().calendar).unwrap();
        let as_of = day("2026-03-04");
        let inputs = Inputs {
            sound: &sound,
            holdings: &holdings,
            calendar: &calendar,
            as_of,
            dividends: &Dividends::default(),
            fx: &self.fx,
            executed: &executed,
            ask: &self.ask,
        };
        let mut draft = Draft::make(inputs).map_err(|error| format!("{error:?}"))?;
        let known = self.ask.flow.is_none() && self.fx.rates.is_empty();
        if draft.trigger.cause.is_some() && known {
            optimise(&mut draft);
        }
        let provenance = Provenance {
            config: self.config_input(),
            policies: rebalance::rules::policies(&self.policies).0.fingerprint,
            holdings: sha256(&bytes),
            broker: None,
            ex_dividend: None,
            fx: self.fx.as_of.map(|_| "f".repeat(64)),
            log: log.input(),
        };
        Ok(draft.body(provenance, &[], self.overrides.clone()))
    }

    pub fn plan(&self) -> PlanFile {
        let meta = Meta { created: None, tool: "rebalance test".to_owned(), commit: None };
        PlanFile::new(self.body().unwrap(), meta)
    }

    pub fn judge(&self, plan: &PlanFile) -> Result<gate::Permit, Vec<Refusal>> {
        self.judge_text(plan.text().as_bytes(), None)
    }

    pub fn judge_text(&self, text: &[u8], expect: Option<&str>) -> Result<gate::Permit, Vec<Refusal>> {
        let state = self.journal();
        self.judge_with(PlanFile::read(text), expect, &state)
    }

    pub fn judge_with(
        &self,
        plan: Result<PlanFile, FileError>,
        expect: Option<&str>,
        journal: &State,
    ) -> Result<gate::Permit, Vec<Refusal>> {
        let log = self.log();
        let commits = ["c0ffee 2026-03-05 move a target".to_owned()];
        let body = self.body();
        let inputs = body.as_ref().map_or_else(|_| self.inputs(), |body| body.inputs.clone());
        let again = body.map_or_else(Again::Impossible, |body| Again::Body(Box::new(body)));
        let present =
            Present { findings: &self.findings, inputs: &inputs, commits: &commits, near: Ok(&self.near), again };
        let records = log.records();
        let venue = venue();
        gate::judge(Evidence { plan, expect, today: self.today, journal, log: records, venue, present: Ok(present) })
    }

    fn inputs(&self) -> Recorded {
        let untouched = Self::with_flow(self.ask.flow).body().unwrap().inputs;
        Recorded { config: self.config_input(), ..untouched }
    }

    /// Judges and applies, as `rebalance apply` does.
    pub fn apply(&self, disk: &dyn Disk, plan: &PlanFile) -> Result<Summary, Halt> {
        let lock = Lock::take(&self.state_directory()).map_err(Halt::Lock)?;
        let journal = Journal::open(disk, lock).map_err(Halt::Journal)?;
        let permit = self.judge_with(Ok(plan.clone()), None, journal.state()).map_err(Halt::Refused)?;
        self.with_desk(disk, |desk| apply::apply(permit, journal, desk)).map_err(Halt::Stopped)
    }

    /// Judges and goes on, as `rebalance apply --resume` does.
    pub fn resume(&self, disk: &dyn Disk, plan: &PlanFile) -> Result<Summary, Halt> {
        let lock = Lock::take(&self.state_directory()).map_err(Halt::Lock)?;
        let journal = Journal::open(disk, lock).map_err(Halt::Journal)?;
        let holdings = self.path("holdings.yaml");
        let (clock, directory) = (clock(), self.state_directory());
        let means =
            Means { disk: &RealDisk, holdings: &holdings, directory: &directory, clock: &clock, env: &|_| None };
        let mut paper = Paper::new(means);
        let mark = paper.mark().unwrap();
        let permit = gate::resume(ResumeEvidence {
            plan: Ok(plan.clone()),
            expect: None,
            journal: journal.state(),
            broker: paper.name(),
            mark: mark.as_deref(),
            account: None,
        });
        let permit = permit.map_err(Halt::Refused)?;
        self.with_desk(disk, |desk| apply::resume(permit, journal, &Wish::default(), desk)).map_err(Halt::Stopped)
    }

    pub fn with_desk<T>(&self, disk: &dyn Disk, go: impl FnOnce(&mut Desk<'_>) -> T) -> T {
        let (holdings, log) = (self.path("holdings.yaml"), self.log_path());
        let entry = broker::find("paper").unwrap();
        let (clock, directory) = (clock(), self.state_directory());
        let means = Means { disk, holdings: &holdings, directory: &directory, clock: &clock, env: &|_| None };
        let mut broker = (entry.open)(means).unwrap();
        let mut progress = |step: &Step| drop(step.json());
        let (broker, stop) = (&mut *broker, &|| false);
        go(&mut Desk { disk, broker, log: &log, clock: &clock, stop, progress: &mut progress })
    }

    /// The holdings, the log and what the journal came to: everything that must not depend on crashes.
    pub fn outcome(&self) -> (String, String, Vec<String>) {
        let runs = self.journal().runs;
        let run = |run: &replay::Run| {
            let fills: Vec<_> = run.orders.iter().map(|o| format!("{} {}", o.id, o.stage.word())).collect();
            let moved: Vec<_> = run.moves.iter().map(|moving| (moving.id.clone(), moving.moved)).collect();
            let (logged, finished) = (run.logged, run.finished.is_some());
            format!("{} {:?} {fills:?} {moved:?} {logged} {finished}", run.plan_id, run.fills())
        };
        (self.text("holdings.yaml"), self.text("rebalance_log.jsonl"), runs.iter().map(run).collect())
    }
}

/// Why a command did not get through.
#[derive(Debug)]
pub enum Halt {
    Lock(journal::LockError),
    Journal(journal::JournalError),
    Refused(Vec<Refusal>),
    Stopped(Box<Stopped>),
}

impl Halt {
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Lock(error) => error.exit_code(),
            Self::Journal(error) => error.exit_code(),
            Self::Refused(refusals) => gate::exit_code(refusals),
            Self::Stopped(stopped) => stopped.exit_code(),
        }
    }

    pub fn message(&self) -> String {
        match self {
            Self::Lock(error) => error.to_string(),
            Self::Journal(error) => error.to_string(),
            Self::Refused(refusals) => refusals.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"),
            Self::Stopped(stopped) => stopped.to_string(),
        }
    }
}

/// The account is a file, and nobody is asked about the market.
pub fn venue() -> Venue<'static> {
    Venue { broker: "paper", account: None, unfit: None, market: Asked::No }
}

pub fn clock() -> StillClock {
    StillClock::new("2026-03-05T06:30:00Z".parse::<DateTime<Utc>>().unwrap(), |_| ())
}

pub fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// The portfolio of a config; judged once, because thousands of worlds have the same.
pub fn sound(bytes: &[u8]) -> Option<Sound> {
    static KNOWN: Mutex<Vec<(Vec<u8>, Option<Sound>)>> = Mutex::new(Vec::new());
    if let Some((_, sound)) = KNOWN.lock().unwrap().iter().find(|(known, _)| known == bytes) {
        return sound.clone();
    }
    let sound = judged(bytes);
    KNOWN.lock().unwrap().push((bytes.to_vec(), sound.clone()));
    sound
}

fn judged(bytes: &[u8]) -> Option<Sound> {
    let reading = document::read(bytes);
    let (config, misread) = Config::of(&reading);
    let issues = schema::check(&schema::CONFIG, &reading, &misread);
    let codes = code_sites(&config);
    let facts = Facts { codes: &codes, ..Facts::of_file("portfolio_config.yaml", &reading, &issues, &config) };
    // What the shipped policies say of the sample is for other tests.
    let lenient = Source { path: "x.yaml".to_owned(), bytes: b"rule: threshold-reachable\nlevel: info\n".to_vec() };
    rules::judge(&facts, &rebalance::rules::policies(&[lenient]).0).0
}

pub fn holdings(bytes: &[u8]) -> Holdings {
    Holdings::of(&HoldingsFile::of(&document::read(bytes)).0).unwrap()
}

/// Puts the known optimum into a draft, as the solver does.
fn optimise(draft: &mut Draft<'_>) {
    let portfolio = draft.portfolio();
    let mut orders = Vec::new();
    for (index, line) in draft.books.lines.iter().enumerate() {
        let Some((_, shares)) = OPTIMUM.into_iter().find(|(code, _)| *code == line.code.0) else { continue };
        let asset = draft.asset(line).unwrap();
        let lots = draft.inputs.holdings.positions.get(&line.code).and_then(|position| position.lots.as_deref());
        let tariff = Tariff::of(asset, &portfolio.costs, portfolio.currency, line, &draft.books, lots).unwrap();
        let limit = tariff.limit_price(shares > 0).unwrap();
        let costs = tariff.costs(shares).unwrap();
        let (amount, sold) = (line.price * shares.abs(), tariff.sold(shares));
        let (purse, value) = (line.purse, amount);
        orders.push(DraftOrder { line: index, purse, shares, amount, value, limit, costs, sold, pooled: 0 });
    }
    orders.sort_by_key(|order| (order.shares > 0, order.line));
    draft.shares = draft.books.lines.iter().map(|line| line.held).collect();
    draft.cash_after = draft.books.cash;
    for order in &orders {
        draft.shares[order.line] += order.shares;
        draft.cash_after -= order.shares.signum() * order.amount + order.costs.total().unwrap();
    }
    draft.orders = orders;
    draft.sizing = None;
}
