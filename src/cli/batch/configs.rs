//! The configs a batch is planned by: each is read and judged once, with its history, and kept for the lines that come.

use super::super::gather::{Claims, From, Gathered, Place, Told, gather, gather_text};
use super::super::plan::{calendar, config_input, meta, overrides};
use super::super::policies::{self, PolicyFacts};
use super::super::{Fault, Global, Host};
use crate::batch::{Basis, Failure, FailureKind, INLINE, Line, pointer};
use crate::calendar::{Calendar, CalendarId};
use crate::config::Config;
use crate::document::{Lines, Reading};
use crate::finding::Finding;
use crate::hash::sha256;
use crate::plan::Meta;
use crate::plan::file::{ConfigInput, Override};
use crate::policy::Policies;
use crate::rules::facts::code_sites;
use crate::rules::{self, Facts, HistoryFacts, Sound};
use crate::schema::Issue;
use crate::zone::Zone;
use std::collections::{BTreeMap, VecDeque};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};

/// How many bytes of lines are kept as the names of configs: what follows from a config is a few times as large.
const ROOM: usize = 4 << 20;

/// A config that accounts can be planned by.
pub(super) struct Known {
    path: String,
    reading: Reading,
    config: Config,
    zone: Zone,
    issues: Vec<Issue>,
    policies: Policies,
    past: Told,
    now: i64,
    sound: Sound,
    calendar: Arc<Calendar>,
    input: ConfigInput,
    overrides: Vec<Override>,
    meta: Meta,
}

impl Known {
    /// Does something with what accounts are planned by.
    pub(super) fn with<T>(&self, then: impl FnOnce(&Basis<'_>) -> T) -> T {
        let codes = code_sites(&self.config);
        let history = self.past.facts();
        let now = match history {
            HistoryFacts::Known { change, .. } => change.now,
            _ => self.now,
        };
        let base = Facts::of_file(&self.path, &self.reading, &self.issues, &self.config);
        let facts = Facts { codes: &codes, history, zone: self.zone, now, ..base };
        then(&Basis {
            sound: &self.sound,
            facts: &facts,
            policies: &self.policies,
            calendar: &self.calendar,
            config: &self.input,
            overrides: &self.overrides,
            meta: &self.meta,
        })
    }
}

/// What became of a config.
pub(super) type Answer = Arc<Result<Known, Failure>>;

/// Every config that was asked for, as far as there is room: those asked for first are forgotten first.
pub(super) struct Configs {
    global: Global,
    cwd: PathBuf,
    env: BTreeMap<String, String>,
    now: i64,
    /// The policies that configs in lines are judged by.
    policies: OnceLock<Result<PolicyFacts, Failure>>,
    calendars: Mutex<BTreeMap<CalendarId, Arc<Calendar>>>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct Kept {
    configs: BTreeMap<Arc<str>, Arc<OnceLock<Answer>>>,
    order: VecDeque<Arc<str>>,
    bytes: usize,
}

impl Kept {
    /// The place of a config, which is empty when nobody asked for it before.
    fn place(&mut self, name: &str) -> Arc<OnceLock<Answer>> {
        if let Some(place) = self.configs.get(name) {
            return Arc::clone(place);
        }
        while self.bytes + name.len() > ROOM {
            let Some(first) = self.order.pop_front() else { break };
            self.bytes -= first.len();
            self.configs.remove(&first);
        }
        let place = Arc::new(OnceLock::new());
        let name: Arc<str> = name.into();
        self.bytes += name.len();
        self.order.push_back(Arc::clone(&name));
        self.configs.insert(name, Arc::clone(&place));
        place
    }
}

impl Configs {
    /// None is known yet.
    pub(super) fn new(global: &Global, host: &Host<'_>) -> Self {
        let (cwd, env) = (host.cwd.clone(), host.env.clone());
        let global = Global { quiet: true, ..global.clone() };
        let (policies, calendars, kept) = (OnceLock::new(), Mutex::default(), Mutex::default());
        Self { global, cwd, env, now: host.now, policies, calendars, kept }
    }

    /// The config of a line.
    pub(super) fn of(&self, line: &Line<'_>) -> Answer {
        let place = match self.kept.lock() {
            Ok(mut kept) => kept.place(line.config.get()),
            Err(_) => Arc::default(),
        };
        Arc::clone(place.get_or_init(|| Arc::new(self.read(line))))
    }

    /// Reads a config, with its history where it is a file, and judges it.
    fn read(&self, line: &Line<'_>) -> Result<Known, Failure> {
        let Some(path) = line.path()? else {
            let policies = self.policies.get_or_init(|| {
                self.asked(|host| policies::read(&From::Bytes(Vec::new()), &self.global, &Place::Nowhere, None, host))
            });
            let text = line.config.get().as_bytes();
            let gathered = gather_text(text, policies.clone()?, &self.global, self.now);
            let mut known = self.known(gathered, |gathered, finding| {
                pointer("config", &gathered.reading, finding.place.as_ref()?.span)
            })?;
            INLINE.clone_into(&mut known.input.path);
            return Ok(known);
        };
        let global = self.global.with_config(Some(&PathBuf::from(path)));
        let gathered = self.asked(|host| gather(&From::WorkTree, &global, host, &Claims::default()))?;
        self.known(gathered, |_, _| None)
    }

    /// What the command's host answers, seen from a thread that has it not: it reads files and prints nothing.
    fn asked<T>(&self, ask: impl FnOnce(&mut Host<'_>) -> Result<T, Fault>) -> Result<T, Failure> {
        let (mut out, mut err) = (io::sink(), io::sink());
        let mut host = Host {
            cwd: self.cwd.clone(),
            env: self.env.clone(),
            now: self.now,
            out: &mut out,
            err: &mut err,
            input: Box::new(io::empty()),
            out_is_terminal: false,
            err_is_terminal: false,
            lost: false,
            columns: None,
            pause: |_| (),
            live: Default::default(),
        };
        // An answer goes to other programs: where the files are on this machine stays here.
        let here = format!("{}/", self.cwd.display().to_string().trim_end_matches('/'));
        ask(&mut host)
            .map_err(|fault| Failure::other(FailureKind::Config, fault.message.replace(&here, ""), fault.hints))
    }

    /// A config as a batch knows it; or why it cannot be planned by. `place` says where a finding in a line is.
    fn known(
        &self,
        gathered: Gathered,
        place: impl Fn(&Gathered, &Finding) -> Option<String>,
    ) -> Result<Known, Failure> {
        let codes = gathered.codes();
        let (sound, mut findings) = rules::judge(&gathered.facts(&codes), &gathered.policies);
        drop(codes);
        findings.extend(gathered.policy_findings.iter().cloned());
        let Some(sound) = sound.filter(|_| gathered.policy_findings.is_empty()) else {
            let at = |finding: &Finding| {
                let own = (finding.path == gathered.path).then(|| place(&gathered, finding)).flatten();
                own.or_else(|| in_file(&gathered, finding))
            };
            return Err(Failure::found(FailureKind::Config, &findings, at));
        };
        let semantic = sha256(format!("{:?}", sound.portfolio()).as_bytes());
        Ok(Known {
            calendar: self.calendar(&sound)?,
            sound,
            input: config_input(&gathered, semantic),
            overrides: overrides(&gathered),
            meta: meta(&gathered, &self.global),
            path: gathered.path,
            zone: gathered.config.zone().unwrap_or(Zone::UTC),
            reading: gathered.reading,
            config: gathered.config,
            issues: gathered.issues,
            policies: gathered.policies,
            past: gathered.past,
            now: gathered.now,
        })
    }

    /// The calendar of a portfolio, read once.
    fn calendar(&self, sound: &Sound) -> Result<Arc<Calendar>, Failure> {
        let id = sound.portfolio().calendar;
        let kept = || self.calendars.lock().ok();
        if let Some(calendar) = kept().and_then(|kept| kept.get(&id).cloned()) {
            return Ok(calendar);
        }
        let calendar = Arc::new(self.asked(|_| calendar(sound))?);
        if let Some(mut kept) = kept() {
            kept.insert(id, Arc::clone(&calendar));
        }
        Ok(calendar)
    }
}

/// Where a finding is in a file.
fn in_file(gathered: &Gathered, finding: &Finding) -> Option<String> {
    let text = gathered.sources.get(&finding.path)?;
    let (start, _) = Lines::new(text).range(finding.place.as_ref()?.span);
    Some(format!("{}:{}:{}", finding.path, start.line, start.column))
}
