//! `rebalance diff`: what differs between two revisions of the config, what it is judged as, and what it would trade.

mod ends;
mod judgement;
mod plans;
mod side;
mod trades;

use super::auto::{self, AUTO, Instead};
use super::gather::{Claims, From, Place};
use super::lint::{Top, judge};
use super::outputs::{Stream, deliver, keep_inputs};
use super::past::{Asked, parse};
use super::plan::file_options;
use super::{Exit, Fault, Global, Host};
use crate::config::get;
use crate::difference::{self, About, Difference, Setting};
use crate::finding::{Finding, Level};
use crate::history::{Oid, Past, Words, message};
use crate::output::change::Names;
use crate::output::difference::{End, Found as Shown, Report, Said, Same, State, Trades, draw};
use crate::output::{Paint, Ui};
use crate::portfolio::Code;
use crate::words::quoted;
use crate::zone::Zone;
use clap::Args;
use ends::{Found, Range};
use judgement::Judgement;
use side::Side;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  rebalance diff                  the work tree, as a change of HEAD
  rebalance diff main             the work tree, as a change of main
  rebalance diff main...HEAD      a pull request: what HEAD changed since main
  rebalance diff main..topic      main itself beside topic
  rebalance diff auto             in CI: what the job is about
  rebalance diff main...HEAD --format markdown    as a comment
  rebalance diff --detailed-exitcode              exit 2 when anything differs
  rebalance diff a.json b.json    two plans

Exit codes: 0 done, 1 the change is refused (cooldown, reason, an error in
the config), 2 changes (with --detailed-exitcode), 6 could not tell.";

/// Show what differs between two revisions: targets, bands, settings; what the cooldown says; the trades it would cause
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DiffArgs {
    /// BASE (and the work tree), BASE...HEAD (since they parted), BASE..HEAD (both as they are), or `auto` (what a job of GitHub Actions or GitLab CI is about) [default: HEAD]
    #[arg(value_name = "BASE[...HEAD]")]
    range: Option<String>,
    /// With two plan files, PLAN PLAN: what differs between them
    #[arg(value_name = "PLAN")]
    plan: Option<PathBuf>,
    /// Exit 2 when anything differs
    #[arg(long)]
    detailed_exitcode: bool,
}

/// Runs the command.
pub(super) fn run(args: &DiffArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    global.outputs.files().try_for_each(|file| keep_inputs(file, global, host))?;
    if let (Some(from), Some(to)) = (&args.range, &args.plan) {
        return plans::run([Path::new(from), to], args.detailed_exitcode, global, host, paint);
    }
    let job = Job::of(args, global, host, paint)?;
    let range = &job.range;
    let found = Found::of(range, Place::find(&From::WorkTree, &global.config, host), global, host)?;
    let (base, mut head) = sides(&found, global, host)?;
    // What is in neither under its own name was not deleted but misspelt.
    let known = base.gathered.present && found.name == found.path;
    if !known && !head.gathered.present {
        return Err(nothing(&found, range));
    }
    let mut judgement = Judgement::of(&found, &base, &mut head, &job, global, host)?;
    for other in &job.more {
        let found = Found::of(other, Place::find(&From::WorkTree, &global.config, host), global, host)?;
        let (base, mut head) = sides(&found, global, host)?;
        judgement.join(Judgement::of(&found, &base, &mut head, &job, global, host)?);
    }
    let compared = Compared::of(&base, &head);
    let (before, after) = (judge(&base.gathered), &judgement.findings);
    let (added, removed) = (beyond(after, &before), beyond(&before, after));
    let kept = beyond(after, &added).into_iter().filter(|f| f.level == Level::Error && f.suppressed.is_none());
    let kept: Vec<Finding> = kept.collect();
    let trades = match compared.traded() {
        true => trades::trades(&base, &head, after, global, host),
        false => Trades::NotAsked,
    };
    let said = said(&found, &compared, host);
    let request = job.body.as_deref().and_then(message::request_reason).filter(|_| !compared.changes.is_empty());
    let exit = match (judgement.exit(), &trades) {
        (Exit::No, _) => Exit::No,
        (Exit::Unknown, _) | (_, Trades::Unknown { .. }) => Exit::Unknown,
        _ if base.state() == State::Unreadable => Exit::Unknown,
        _ if args.detailed_exitcode && compared.same == Same::Nothing => Exit::Changes,
        _ => Exit::Done,
    };
    let (base_end, head_end) = found.shown(range, (base.state(), head.state()));
    let command = format!("rebalance diff {}{}", quoted(&job.text), file_options(global));
    let top = Top::of(global, host);
    let report = Report {
        base: &base_end,
        head: &head_end,
        same: compared.same,
        changes: &compared.changes,
        settings: &compared.settings,
        names: &names(&base, &head),
        added: Shown { findings: &added, sources: &head.gathered.sources, base: top.base() },
        removed: Shown { findings: &removed, sources: &base.gathered.sources, base: top.base() },
        kept: Shown { findings: &kept, sources: &head.gathered.sources, base: top.base() },
        judged: &judgement.judged,
        cooldown: &judgement.cooldown,
        days: judgement.days,
        said: &said,
        request: request.as_deref(),
        trades: &trades,
        zone: head.gathered.zone().or_else(|| base.gathered.zone()).unwrap_or(Zone::UTC),
        exit,
        command: &command,
    };
    let stream = if global.quiet && matches!(exit, Exit::Done | Exit::Changes) { Stream::Quiet } else { Stream::Out };
    deliver(global, (exit, stream), host, paint, |format, paint| draw(format, &report, paint))
}

/// What to write where `auto` cannot tell.
const INSTEAD: Instead = Instead { base: "rebalance diff origin/main...HEAD", both: "rebalance diff BASE...HEAD" };

/// What was asked for, and what is known about it.
struct Job {
    /// What is compared.
    range: Range,
    /// What it is judged by as well.
    more: Vec<Range>,
    /// What the request says of itself, if it is one.
    body: Option<String>,
    /// The argument.
    text: String,
}

impl Job {
    fn of(args: &DiffArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Self, Fault> {
        if args.range.as_deref() != Some(AUTO) {
            let range = Range::of(args.range.as_deref())?;
            return Ok(Self { text: range.text(), range, more: Vec::new(), body: None });
        }
        let found = auto::find(global, host, &INSTEAD)?;
        if !global.quiet {
            Ui::new(host, paint).note(&format!("{}\n", found.what));
        }
        let more = found.more.into_iter().map(Range::of_job).collect();
        Ok(Self { range: Range::of_job(found.from), more, body: found.body, text: AUTO.to_owned() })
    }
}

/// Both sides, without history.
fn sides(found: &Found, global: &Global, host: &Host<'_>) -> Result<(Side, Side), Fault> {
    let own = global.config.display().to_string();
    let shown = if found.name == found.path { &own } else { &found.name };
    let base = Side::of_commit(&found.repo, found.from, (&found.name, shown), global, host)?;
    let head = match found.head {
        Some(head) => Side::of_commit(&found.repo, Some(head), (&found.path, &own), global, host)?,
        None => Side::of_work_tree(&found.repo, global, host)?,
    };
    Ok((base, head))
}

/// A comparison of nothing with nothing must not look like one without a difference.
fn nothing(found: &Found, range: &Range) -> Fault {
    let (base, head) = found.shown(range, (State::Absent, State::Absent));
    let name = |end: &End| end.name.clone().unwrap_or_else(|| "the work tree".to_owned());
    Fault::unknown(format!("{} is neither in {} nor in {}", found.path, name(&base), name(&head)))
        .hint("check --config and the directory.")
}

/// What differs.
struct Compared {
    same: Same,
    changes: Vec<Difference>,
    settings: Vec<Setting>,
}

impl Compared {
    fn of(base: &Side, head: &Side) -> Self {
        let nothing = Self { same: Same::Unknown, changes: Vec::new(), settings: Vec::new() };
        if base.state() == State::Unreadable || head.state() == State::Unreadable {
            return nothing;
        }
        if base.bytes == head.bytes {
            return Self { same: Same::Bytes, ..nothing };
        }
        let (Some(before), Some(after)) = (base.standing(), head.standing()) else { return nothing };
        let changes = difference::between(&before, &after);
        // A config that came or went differs in every setting.
        let both = base.gathered.present && head.gathered.present;
        let mut settings =
            if both { difference::settings(&base.gathered.config, &head.gathered.config) } else { Vec::new() };
        settings.extend(difference::policies(&base.policies, &head.policies));
        // Of a policy that cannot be read nobody knows what it means.
        let read = base.gathered.policy_findings.is_empty() && head.gathered.policy_findings.is_empty();
        let same =
            if both && read && changes.is_empty() && settings.is_empty() { Same::Meaning } else { Same::Nothing };
        Self { same, changes, settings }
    }

    /// Whether something differs that orders are worked out from.
    fn traded(&self) -> bool {
        !self.changes.is_empty() || self.settings.iter().any(|setting| !matches!(setting.about, About::Rule(_)))
    }
}

/// The findings that are not in other ones: of the same rule about the same thing, at the same level, with the same words.
/// Of findings that say the same, as many as there are more.
fn beyond(findings: &[Finding], others: &[Finding]) -> Vec<Finding> {
    let key = |finding: &Finding| {
        let suppressed = finding.suppressed.as_ref().map(|suppressed| suppressed.reason.clone());
        (finding.rule.to_string(), finding.level, finding.subject.clone(), finding.message.clone(), suppressed)
    };
    let mut left: BTreeMap<_, usize> = BTreeMap::new();
    for other in others {
        *left.entry(key(other)).or_default() += 1;
    }
    let mut beyond = Vec::new();
    for finding in findings {
        match left.get_mut(&key(finding)) {
            Some(n) if *n > 0 => *n -= 1,
            _ => beyond.push(finding.clone()),
        }
    }
    beyond
}

/// The commits of a range that changed the allocation, as far as that can be told.
fn said(found: &Found, compared: &Compared, host: &Host<'_>) -> Vec<Said> {
    let Some(ends) = found.ends.as_ref().filter(|_| !compared.changes.is_empty()) else { return Vec::new() };
    let claims = Claims::default();
    let asked =
        Asked { repo: &found.repo, path: &found.path, window: 0, now: host.now, claims: &claims, progress: None };
    let lineage = found.repo.lineage(&parse);
    let said = |(commit, words): (Oid, Words)| Said {
        commit,
        time: Past::commit(&lineage, commit).map_or(words.author_time, |commit| commit.time),
        summary: words.message.lines().find(|line| !line.trim().is_empty()).unwrap_or("").trim().to_owned(),
        reason: message::reason(&words.message),
        override_reason: message::override_reason(&words.message),
        author: words.author,
    };
    asked.said(ends).unwrap_or_default().into_iter().map(said).collect()
}

/// The most characters of an asset's name that are shown.
const NAME: usize = 60;

fn short(name: &str) -> String {
    match name.char_indices().nth(NAME) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// What assets are called in the head, or were called in the base.
fn names(base: &Side, head: &Side) -> Names {
    let mut names = Names::new();
    for side in [base, head] {
        for (_, asset) in side.gathered.config.assets() {
            let (code, ticker) = (get(asset.code.as_ref()), get(asset.ticker.as_ref()));
            names.extend(code.zip(ticker).map(|(code, ticker)| (Code(code.0.clone()), short(&ticker.0))));
        }
    }
    names
}
