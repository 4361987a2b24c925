//! `rebalance lint`: is the config sound, and may it be changed now?

use super::auto::{self, AUTO, Found, Instead};
use super::fix::{self, Made};
use super::gather::{Claims, From, Gathered, gather};
use super::outputs::{Stream, deliver, keep_inputs};
use super::policies::policies_path;
use super::{Exit, Fault, Format, Global, Host, step_summary, trials};
use crate::finding::{Finding, Level, Outcome, outcome};
use crate::history::message;
use crate::output::{self, Base, Paint, Report, Ui};
use crate::policy::Policies;
use crate::repo::Repo;
use crate::rules::{self, Group, Page};
use crate::words::{closest, list};
use clap::Args;
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  rebalance lint                    the work tree
  rebalance lint --staged           what the next commit would hold
  rebalance lint --rev v1.2         a commit, judged when it landed
  rebalance lint --base origin/main  a pull request, judged as a whole
  rebalance lint --base auto        the same in CI, which says what it is about
  rebalance lint --rule rate-plausible=error    stricter, for this run
  rebalance lint --format json      for programs
  rebalance lint --format human --format sarif --output-file lint.sarif
  rebalance lint --test-policies    run the tests of your own rules
  git show HEAD:portfolio_config.yaml | rebalance lint --stdin    text only
  rebalance lint --fix --diff       what would be fixed
  rebalance lint --fix              fix it, and print what is left

To change a staged allocation within the cooldown:
  REBALANCE_COOLDOWN_OVERRIDE='why' git commit";

/// What to write where `auto` cannot tell.
const INSTEAD: Instead = Instead { base: "--base origin/main", both: "--base REV --head REV" };

/// Check the config: its form, its weights, its schedule, and what git says about changing it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct LintArgs {
    /// The config, instead of --config
    path: Option<PathBuf>,
    /// Look at what the next commit would hold
    #[arg(long, conflicts_with_all = ["rev", "stdin", "base"])]
    staged: bool,
    /// Look at a commit, judged when it landed
    #[arg(long, value_name = "REV", conflicts_with_all = ["stdin", "base"])]
    rev: Option<String>,
    /// Look at what HEAD changed since it parted from REV, as a whole, by the history and the policies of REV; `auto`
    /// takes both from GitHub Actions or GitLab CI
    #[arg(long, value_name = "REV", conflicts_with = "stdin")]
    base: Option<String>,
    /// With --base: look at what REV changed, instead of HEAD
    #[arg(long, value_name = "REV", requires = "base")]
    head: Option<String>,
    /// With --base: a text that may say why, such as the body of a pull request; an override in it does not count
    #[arg(long, value_name = "FILE", requires = "base")]
    message: Option<PathBuf>,
    /// Look at standard input, without history
    #[arg(long)]
    stdin: bool,
    /// Make the safe fixes in the work tree, then print what is left; with --stdin, print the fixed text
    #[arg(long, conflicts_with_all = ["rev", "staged", "base"])]
    fix: bool,
    /// Print the fixes as a diff instead of making them; exit 1 when there are any
    #[arg(long, requires = "fix")]
    diff: bool,
    /// The lowest level that fails
    #[arg(long, value_name = "LEVEL", default_value = "error", value_parser = level)]
    fail_on: Level,
    /// Give a rule another level for this run: off, info, warning or error
    #[arg(long = "rule", value_name = "ID=LEVEL", value_parser = asked)]
    rules: Vec<(String, Level)>,
    /// Run the tests of your own rules in the policies, and nothing else
    #[arg(long, conflicts_with_all = ["stdin", "base", "fail_on", "rules", "fix", "diff"])]
    test_policies: bool,
}

fn level(word: &str) -> Result<Level, String> {
    let level = Level::parse(word).filter(|level| *level != Level::Off);
    level.ok_or_else(|| "one of error, warning, info".to_owned())
}

fn asked(text: &str) -> Result<(String, Level), String> {
    let (id, word) = text.split_once('=').ok_or_else(|| "write it as ID=LEVEL, such as weights-sum=off".to_owned())?;
    let words = Level::ALL.map(Level::word);
    let level = Level::parse(word).ok_or_else(|| match closest(word, &words) {
        Some(meant) => format!("there is no level `{word}`; did you mean `{meant}`?"),
        None => format!("there is no level `{word}`; the levels are {}", list(&words)),
    })?;
    Ok((id.to_owned(), level))
}

/// Gives the rules the levels that are asked for, each once.
fn ask(args: &LintArgs, policies: &mut Policies) -> Result<(), Fault> {
    let mut seen = BTreeSet::new();
    for (id, level) in &args.rules {
        if !seen.insert(id) {
            return Err(Fault::usage(format!("--rule gives `{id}` two levels")).hint("keep one of them."));
        }
        rules::ask(policies, id, *level).map_err(|denied| Fault::usage(denied.message).hint(denied.help))?;
    }
    Ok(())
}

/// Runs the command.
pub(super) fn run(args: &LintArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Exit, Fault> {
    let global = &global.with_config(args.path.as_ref());
    if args.diff && !global.outputs.is_usual() {
        return Err(Fault::usage("a diff is printed as it is: --diff takes neither --format nor --output-file")
            .hint("send it to a file: rebalance lint --fix --diff > fixes.diff"));
    }
    // Before anything is fixed.
    global.outputs.files().try_for_each(|file| keep_inputs(file, global, host))?;
    let Asked { from, more, body } = source(args, global, host, paint)?;
    if args.test_policies {
        return trials::run(&from, global, host, paint);
    }
    let claims = claims(args, body.as_deref(), host)?;
    let mut gathered = facts_of(args, &from, global, host, &claims)?;
    if args.fix {
        match fix::fix(&from, &gathered, args.diff, global, host, paint)? {
            Made::Shown(exit) => return Ok(exit),
            Made::Nothing => {}
            Made::Written => gathered = facts_of(args, &from, global, host, &claims)?,
            Made::Printed(text) => {
                gathered = facts_of(args, &From::Bytes(text.into_bytes()), global, host, &claims)?;
            }
        }
    }
    let mut findings = judge(&gathered);
    let mut pages = own_pages(&gathered);
    for from in &more {
        let other = facts_of(args, from, global, host, &claims)?;
        join(&mut findings, judge(&other), |finding| finding);
        pages.extend(own_pages(&other));
    }
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    let mut known = BTreeSet::new();
    pages.retain(|page| known.insert(page.rule.clone()));
    let exit = exit(&findings, args.fail_on);
    let top = Top::of(global, host);
    let report = Report {
        base: top.base(),
        fail_on: args.fail_on,
        pages: &pages,
        ..Report::new(&gathered.path, &findings, &gathered.sources, exit)
    };
    let stream = match (args.fix && args.stdin, global.quiet && exit == Exit::Done) {
        // Standard output has the fixed text of standard input.
        (true, _) => Stream::Err,
        (false, true) => Stream::Quiet,
        (false, false) => Stream::Out,
    };
    let answer = deliver(global, (exit, stream), host, paint, |format, paint| output::lint(format, &report, paint))?;
    if global.outputs.has(Format::Github) {
        step_summary::append(&report, host, paint);
    }
    Ok(answer)
}

/// What is said of the change from outside: an override in the environment, which the commit-msg hook will write, or the
/// text that a range comes with.
fn claims(args: &LintArgs, body: Option<&str>, host: &Host<'_>) -> Result<Claims, Fault> {
    let says = |text: &str| message::request_reason(text).is_some();
    let reasoned = match &args.message {
        Some(file) => {
            let bytes = std::fs::read(host.path(file)).map_err(|error| Fault::io("read", file, &error))?;
            Some(says(&String::from_utf8_lossy(&bytes)) || body.is_some_and(says))
        }
        None => body.map(says),
    };
    Ok(Claims { reasoned, ..Claims::of_environment(host) })
}

/// The facts, with the levels of this run.
fn facts_of(
    args: &LintArgs,
    from: &From,
    global: &Global,
    host: &mut Host<'_>,
    claims: &Claims,
) -> Result<Gathered, Fault> {
    let mut gathered = gather(from, global, host, claims)?;
    ask(args, &mut gathered.policies)?;
    if let Some(base) = &mut gathered.base_policies {
        for (id, level) in &args.rules {
            // What cannot be asked of any rule was refused above; one that the base does not know has nothing to be given.
            let _ = rules::ask(base, id, *level);
        }
    }
    Ok(gathered)
}

/// Where the files of a report are, for those who look for them from the top of a repository.
pub(super) struct Top {
    cwd: PathBuf,
    root: PathBuf,
    dirs: Vec<(PathBuf, PathBuf)>,
}

impl Top {
    /// The top of the config's repository, wherever the user stands; without one the directory where that is. It is
    /// looked for when other programs are what the answer is for.
    pub(super) fn of(global: &Global, host: &Host<'_>) -> Self {
        let elsewhere = [Format::Sarif, Format::Github, Format::Gitlab, Format::Junit, Format::Markdown];
        if !elsewhere.into_iter().any(|format| global.outputs.has(format)) {
            return Self { cwd: host.cwd.clone(), root: host.cwd.clone(), dirs: Vec::new() };
        }
        let cwd = real_dir(&host.cwd);
        let config = global.config.parent().unwrap_or(Path::new("")).to_owned();
        let policies = policies_path(global);
        let dirs: Vec<(PathBuf, PathBuf)> =
            [config, policies].map(|dir| (dir.clone(), real_dir(&host.path(&dir)))).into();
        let top = dirs.first().and_then(|(_, dir)| {
            let top = Repo::open(dir).ok()?.workdir()?.canonicalize().ok()?;
            dir.starts_with(&top).then_some(top)
        });
        Self { root: top.unwrap_or_else(|| cwd.clone()), cwd, dirs }
    }

    /// What paths are relative to.
    pub(super) fn base(&self) -> Base<'_> {
        Base { cwd: &self.cwd, root: &self.root, dirs: &self.dirs }
    }
}

/// A directory with its links resolved, as far as it is there: that of an old commit may be gone.
fn real_dir(dir: &Path) -> PathBuf {
    let real = |there: &Path| Some(there.canonicalize().ok()?.join(dir.strip_prefix(there).ok()?));
    dir.ancestors().find_map(real).unwrap_or_else(|| dir.to_owned())
}

/// What is looked at.
struct Asked {
    from: From,
    /// What it is judged by as well.
    more: Vec<From>,
    /// What the request says of itself, if it is one.
    body: Option<String>,
}

fn source(args: &LintArgs, global: &Global, host: &mut Host<'_>, paint: Paint) -> Result<Asked, Fault> {
    let one = |from| Asked { from, more: Vec::new(), body: None };
    if args.stdin {
        let mut bytes = Vec::new();
        let limit = crate::document::MAX_BYTES as u64 + 1;
        let read = host.input.by_ref().take(limit).read_to_end(&mut bytes);
        read.map_err(|error| Fault::unknown(format!("cannot read standard input: {error}")))?;
        // The fixed text is printed whole or not at all: somebody writes it over the file.
        if args.fix && bytes.len() > crate::document::MAX_BYTES {
            let message = format!("standard input has more than {} bytes", crate::document::MAX_BYTES);
            return Err(Fault::unknown(message).hint("nothing is printed, since the end of it was not read."));
        }
        return Ok(one(From::Bytes(bytes)));
    }
    Ok(one(match (&args.rev, args.staged, &args.base) {
        (Some(rev), ..) => From::Rev(rev.clone()),
        (None, true, _) => From::Index,
        (None, false, None) => From::WorkTree,
        (None, false, Some(base)) if base == AUTO => {
            if args.head.is_some() {
                return Err(Fault::usage("--base auto finds out the head, too").hint("name both ends, or none."));
            }
            let Found { from, more, body, what } = auto::find(global, host, &INSTEAD)?;
            if !global.quiet {
                Ui::new(host, paint).note(&format!("{what}\n"));
            }
            return Ok(Asked { from, more, body });
        }
        (None, false, Some(base)) => {
            From::Range { base: base.clone(), head: args.head.clone().unwrap_or_else(|| "HEAD".to_owned()) }
        }
    }))
}

/// Every finding about the config and the policies, by file and place. Of a config that is not there only git's side
/// is judged: deleting it is a change like any other.
pub(super) fn judge(gathered: &Gathered) -> Vec<Finding> {
    let codes = gathered.codes();
    let facts = gathered.facts(&codes);
    let groups: &[Group] = if gathered.present { Group::LINT } else { &[Group::History] };
    let mut findings = rules::run(groups, &facts, &gathered.policies);
    if let Some(base) = gathered.base_policies.as_ref().filter(|_| gathered.present) {
        join(&mut findings, rules::run(&BY_BASE, &facts, base), held);
    }
    findings.extend(gathered.policy_findings.iter().cloned());
    findings.extend(unjudged(gathered, &findings));
    findings.sort_by(|a, b| a.sort_key().cmp(&b.sort_key()));
    findings
}

/// What a range is judged for by the policies of its base as well. Form has no levels, history has its own way with two
/// policies, and comments are judged once.
const BY_BASE: [Group; 4] = [Group::Allocation, Group::Schedule, Group::Policy, Group::Custom];

/// Adds what another look at the same change found; what both found is one finding, at the higher level.
pub(super) fn join(findings: &mut Vec<Finding>, others: Vec<Finding>, mark: fn(Finding) -> Finding) {
    for found in others {
        let same = |own: &&mut Finding| {
            (&own.rule, &own.path, &own.place, &own.message) == (&found.rule, &found.path, &found.place, &found.message)
        };
        match findings.iter_mut().find(same) {
            Some(own) if own.level >= found.level => {}
            Some(own) => *own = mark(found),
            None => findings.push(mark(found)),
        }
    }
}

/// What the policies of the base find: a change is held to them, whatever it makes of them itself.
fn held(finding: Finding) -> Finding {
    finding.help(
        "this is what the policies of the base say; what they are to say from now on is a change before this one.",
    )
}

/// The pages of the owner's rules that findings may be of, those of the change before those of its base.
fn own_pages(gathered: &Gathered) -> Vec<Page> {
    let mut pages = rules::own_pages(&gathered.policies);
    pages.extend(gathered.base_policies.iter().flat_map(rules::own_pages));
    pages
}

/// A config whose allocation could not be read was not judged; that must never look like a pass.
fn unjudged(gathered: &Gathered, findings: &[Finding]) -> Option<Finding> {
    let read = !gathered.present || crate::portfolio::Portfolio::of(&gathered.config).is_some();
    if read || findings.iter().any(|finding| finding.level == Level::Error && finding.suppressed.is_none()) {
        return None;
    }
    let mut finding =
        Finding::new(&gathered.path, "the config cannot be read as a portfolio, and no rule says why").unknown();
    finding.rule = "schema".into();
    Some(finding.help("report this with the config."))
}

/// What findings come to as an exit code.
pub(super) fn exit(findings: &[Finding], fail_on: Level) -> Exit {
    match outcome(findings, fail_on) {
        Outcome::Pass => Exit::Done,
        Outcome::Fail => Exit::No,
        Outcome::Unknown => Exit::Unknown,
    }
}
