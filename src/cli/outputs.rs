//! `--format` and `--output-file`: what an answer is drawn as, and where it goes.
//!
//! Both may be given before or after the command's name, and again. What an answer says must never enter this file.

use super::account::holdings_path;
use super::policies::{is_policy, policies_path};
use super::{Exit, Fault, Global, Host, dividends, rates, records, report};
use crate::disk::write_whole;
use crate::journal;
use crate::output::{Format, Paint, Ui};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches, ValueEnum, value_parser};
use std::path::{Path, PathBuf};

/// What each command can be asked for: its formats, and whether they go to files. A command that is not here has one
/// answer.
const TAKES: &[(&str, &[Format], bool)] = &[
    ("lint", FINDINGS, true),
    ("explain", &[Format::Human, Format::Json, Format::Markdown], true),
    ("diff", &[Format::Human, Format::Json, Format::Markdown], true),
    ("status", &[Format::Human, Format::Json, Format::Markdown], true),
    ("plan", &[Format::Human, Format::Json, Format::Jsonl], true),
    ("show", PLAIN, true),
    ("verify", PLAIN, false),
    ("apply", PLAIN, false),
    ("log", PLAIN, true),
    ("report", &[Format::Human, Format::Json, Format::Markdown], true),
    ("brokers", PLAIN, true),
    ("import", FINDINGS, true),
    ("backtest", PLAIN, true),
    ("history", &[Format::Human, Format::Json, Format::Markdown], true),
    ("commit-msg", PLAIN, false),
];

const PLAIN: &[Format] = &[Format::Human, Format::Json];
const FINDINGS: &[Format] =
    &[Format::Human, Format::Json, Format::Sarif, Format::Github, Format::Gitlab, Format::Junit, Format::Markdown];

/// Where both options stand in the help: one after the other, below the files that are read.
const ORDER: usize = 4;

/// A format and where it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Output {
    /// What is drawn.
    pub(super) format: Format,
    /// The file it goes to; standard output without one.
    pub(super) file: Option<PathBuf>,
}

/// What was asked for, in the order of the command line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Outputs(Vec<Output>);

/// The command line with both options, before the command's name and after it.
pub(super) fn with_options(command: clap::Command) -> clap::Command {
    let command = options(command, Format::value_variants(), true);
    command.mut_subcommands(|sub| match TAKES.iter().find(|(name, ..)| *name == sub.get_name()) {
        Some((_, formats, files)) => options(sub, formats, *files),
        None => sub,
    })
}

fn options(command: clap::Command, formats: &[Format], files: bool) -> clap::Command {
    let names = PossibleValuesParser::new(formats.iter().filter_map(Format::to_possible_value));
    let format = Arg::new("format")
        .long("format")
        .value_name("FORMAT")
        .action(ArgAction::Append)
        .value_parser(names.map(|name| Format::from_str(&name, false).unwrap_or_default()))
        .help("How to print the answer [default: human]")
        .help_heading("Global options")
        .display_order(ORDER);
    let file = Arg::new("output-file")
        .long("output-file")
        .value_name("FILE")
        .action(ArgAction::Append)
        .value_parser(value_parser!(PathBuf))
        .help("Where the --format before it goes, instead of standard output; both may be given again")
        .help_heading("Global options")
        .display_order(ORDER);
    let command = command.arg(format);
    if files { command.arg(file) } else { command }
}

impl Outputs {
    /// What the command line asks for; wrong usage when it makes no sense.
    pub(super) fn of(matches: &ArgMatches, host: &Host<'_>) -> Result<Self, Fault> {
        let (name, sub) = matches.subcommand().unwrap_or(("", matches));
        let mut outputs = Vec::new();
        for level in [matches, sub] {
            for given in given(level) {
                match (given, outputs.last_mut()) {
                    (Given::Format(format), _) => outputs.push(Output { format, file: None }),
                    (Given::File(file), Some(Output { file: none @ None, .. })) => {
                        *none = Some(file).filter(|file| file != Path::new("-"));
                    }
                    (Given::File(file), last) => return Err(misplaced(&file, last.is_some())),
                }
            }
        }
        taken(name, &outputs)?;
        distinct(&outputs, host)?;
        Ok(Self(outputs))
    }

    /// What goes to standard output, or the first of what goes elsewhere; people's format when nothing was asked for.
    pub(super) fn format(&self) -> Format {
        let out = self.0.iter().find(|output| output.file.is_none()).or(self.0.first());
        out.map_or(Format::Human, |output| output.format)
    }

    /// The formats that were asked for.
    pub(super) fn formats(&self) -> impl Iterator<Item = Format> {
        self.0.iter().map(|output| output.format)
    }

    /// Whether a format was asked for.
    pub(super) fn has(&self, format: Format) -> bool {
        self.0.iter().any(|output| output.format == format)
    }

    /// Whether the answer is the one for people, on standard output.
    pub(super) fn is_usual(&self) -> bool {
        self.0.iter().all(|output| output.format == Format::Human && output.file.is_none())
    }

    /// Whether an answer for programs goes to standard output.
    pub(super) fn is_piped(&self) -> bool {
        self.0.iter().any(|output| output.format != Format::Human && output.file.is_none())
    }

    /// The files that are written.
    pub(super) fn files(&self) -> impl Iterator<Item = &Path> {
        self.0.iter().filter_map(|output| output.file.as_deref())
    }
}

enum Given {
    Format(Format),
    File(PathBuf),
}

/// Both options of one level of the command line, in their order.
fn given(matches: &ArgMatches) -> Vec<Given> {
    let formats = placed::<Format>(matches, "format").map(|(place, format)| (place, Given::Format(format)));
    let files = placed::<PathBuf>(matches, "output-file").map(|(place, file)| (place, Given::File(file)));
    let mut all: Vec<(usize, Given)> = formats.chain(files).collect();
    all.sort_by_key(|(place, _)| *place);
    all.into_iter().map(|(_, given)| given).collect()
}

/// The values of an option with their places; none where a command has no such option, which clap must not be asked.
fn placed<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, id: &str) -> impl Iterator<Item = (usize, T)> {
    let values: Vec<T> =
        matches.try_get_many::<T>(id).ok().flatten().map(|values| values.cloned().collect()).unwrap_or_default();
    let places: Vec<usize> =
        if values.is_empty() { Vec::new() } else { matches.indices_of(id).map(Iterator::collect).unwrap_or_default() };
    places.into_iter().zip(values)
}

fn misplaced(file: &Path, second: bool) -> Fault {
    let file = file.display();
    let message = match second {
        true => format!("--output-file {file} is the second file of one --format"),
        false => format!("--output-file {file} has no --format before it"),
    };
    Fault::usage(message).hint(format!("say what goes there: --format json --output-file {file}"))
}

/// Refuses what a command does not print.
fn taken(name: &str, outputs: &[Output]) -> Result<(), Fault> {
    let Some((_, formats, files)) = TAKES.iter().find(|(command, ..)| *command == name) else {
        let one = Fault::usage(format!("rebalance {name} has one answer and takes no --format"));
        return if outputs.is_empty() { Ok(()) } else { Err(one.hint(format!("rebalance {name} --help"))) };
    };
    let word = |format: Format| format.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    if let Some(other) = outputs.iter().find(|output| !formats.contains(&output.format)) {
        let known: Vec<String> = formats.iter().copied().map(word).collect();
        let known: Vec<&str> = known.iter().map(String::as_str).collect();
        let fault = Fault::usage(format!("rebalance {name} does not print {}", word(other.format)));
        return Err(fault.hint(format!("it prints {}.", crate::words::list(&known))));
    }
    match outputs.iter().find_map(|output| output.file.as_ref()).filter(|_| !files) {
        Some(file) => Err(Fault::usage(format!("rebalance {name} prints to standard output only"))
            .hint(format!("send that to the file: rebalance {name} … > {}", file.display()))),
        None => Ok(()),
    }
}

/// Two answers do not go to one place.
fn distinct(outputs: &[Output], host: &Host<'_>) -> Result<(), Fault> {
    let place = |output: &Output| output.file.as_deref().map(|file| real(file, host));
    for (i, output) in outputs.iter().enumerate() {
        if outputs[..i].iter().any(|before| place(before) == place(output)) {
            let place = match &output.file {
                Some(file) => file.display().to_string(),
                None => "standard output".to_owned(),
            };
            return Err(Fault::usage(format!("two formats go to {place}"))
                .hint("give each a place of its own: --format human --format sarif --output-file lint.sarif"));
        }
    }
    Ok(())
}

/// Links that lead to links, as far as they are followed where none of them leads to a file.
const LINKS: usize = 40;

/// A file as it can be compared: all links resolved, also one that leads to a file that is not there yet.
fn real(file: &Path, host: &Host<'_>) -> PathBuf {
    let mut full = host.path(file);
    for _ in 0..LINKS {
        let Ok(link) = full.read_link() else { break };
        full = full.parent().unwrap_or(Path::new("")).join(link);
    }
    let named = || Some(full.parent()?.canonicalize().ok()?.join(full.file_name()?));
    full.canonicalize().ok().or_else(named).unwrap_or(full.clone())
}

/// An answer never takes the place of what it was made from, nor of anything in the directories of the journal and of git.
pub(super) fn keep_inputs(file: &Path, global: &Global, host: &Host<'_>) -> Result<(), Fault> {
    keep(file, &[], global, host)
}

/// The same where other files were named that the answer is made from.
pub(super) fn keep(file: &Path, also: &[&Path], global: &Global, host: &Host<'_>) -> Result<(), Fault> {
    let policies = policies_path(global);
    let (dividends, fx) = (dividends::path(global), rates::path(global));
    let (valuations, cash_flows) = (report::valuations_path(global), report::cash_flows_path(global));
    let log = records::path(global, host);
    let inputs = [&global.config, &holdings_path(global), &log, &dividends, &fx, &valuations, &cash_flows, &policies];
    let mut inputs = inputs.into_iter().map(PathBuf::as_path).chain(also.iter().copied());
    let target = real(file, host);
    let named = file.file_name().and_then(|name| name.to_str()).is_some_and(is_policy);
    let policy = named && target.parent() == Some(real(&policies, host).as_path());
    let git = |path: &Path| path.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git"));
    let kept = git(&target) || target.starts_with(real(&journal::directory(&global.config), host));
    if policy || kept || inputs.any(|input| real(input, host) == target) {
        return Err(
            Fault::usage(format!("{} is what the answer is made from", file.display())).hint("name another file.")
        );
    }
    Ok(())
}

/// The same for the answers and the page of a command: the page is a file, and not one that another answer goes to.
pub(super) fn keep_with_page(
    (command, page): (&str, Option<&Path>),
    also: &[&Path],
    global: &Global,
    host: &Host<'_>,
) -> Result<(), Fault> {
    global.outputs.files().chain(page).try_for_each(|file| keep(file, also, global, host))?;
    let Some(page) = page else { return Ok(()) };
    let name = |fault: Fault| Err(fault.hint(format!("name another file: rebalance {command} --html {command}.html")));
    if page == Path::new("-") {
        return name(Fault::usage("--html needs a file, and cannot be standard output"));
    }
    match global.outputs.files().any(|file| real(file, host) == real(page, host)) {
        true => name(Fault::usage(format!("the page and another answer go to {}", page.display()))),
        false => Ok(()),
    }
}

/// Where an answer goes that goes to no file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    /// Standard output.
    Out,
    /// Standard output, but for the answer for people, which is not printed.
    Quiet,
    /// Standard error.
    Err,
}

/// Draws an answer in every format that was asked for and brings each to its place: what the command answers with.
///
/// Files are always written. A file that cannot be written is
/// said, and is the answer where that was better.
pub(super) fn deliver(
    global: &Global,
    (exit, stream): (Exit, Stream),
    host: &mut Host<'_>,
    paint: Paint,
    draw: impl Fn(Format, Paint) -> String,
) -> Result<Exit, Fault> {
    let usual = [Output { format: Format::Human, file: None }];
    let outputs = if global.outputs.0.is_empty() { &usual } else { global.outputs.0.as_slice() };
    outputs.iter().filter_map(|output| output.file.as_deref()).try_for_each(|file| keep_inputs(file, global, host))?;
    let mut answer = exit;
    for output in outputs {
        match &output.file {
            None if stream == Stream::Quiet && output.format == Format::Human => {}
            None if stream == Stream::Err => Ui::new(host, paint).note(&draw(output.format, paint)),
            None => Ui::new(host, paint).answer(&draw(output.format, paint)),
            Some(file) => {
                let text = draw(output.format, Paint::plain());
                if let Err(error) = write_whole(&host.path(file), text.as_bytes()) {
                    let fault = Fault::io("write", file, &error);
                    Ui::new(host, paint).fault(&fault);
                    answer = if matches!(exit, Exit::Done | Exit::Changes) { fault.exit } else { exit };
                }
            }
        }
    }
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_says_what_it_prints() {
        let command = crate::cli::command();
        let takes = |name: &str| TAKES.iter().find(|(command, ..)| *command == name);
        for sub in command.get_subcommands() {
            let ids: Vec<&str> = sub.get_arguments().map(|argument| argument.get_id().as_str()).collect();
            assert_eq!(ids.contains(&"format"), takes(sub.get_name()).is_some(), "{}", sub.get_name());
        }
        for (name, ..) in TAKES {
            assert!(command.find_subcommand(name).is_some(), "{name}");
        }
        let drawn: Vec<Format> = crate::output::DRAWERS.iter().map(|drawer| drawer.format).collect();
        assert_eq!(takes("lint").unwrap().1, drawn);
        let lines = |format: &&Format| **format != Format::Jsonl;
        assert!(Format::value_variants().iter().filter(lines).eq(drawn.iter()));
    }
}
