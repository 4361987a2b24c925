//! The documentation is true: every transcript is what the program prints, every link leads somewhere, every list is
//! the program's own.
//!
//! `SNAPSHOTS=overwrite cargo test --test docs` writes the transcripts anew; read the difference before committing it.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says no by panicking")]

#[path = "cli/stage.rs"]
#[allow(dead_code, reason = "the stage has more than transcripts need")]
mod stage;

#[path = "docs/shell.rs"]
mod shell;

use clap::ValueEnum;
use rebalance::cli::SHEETS;
use rebalance::fault::Exit;
use rebalance::policy::{Kind, Parameter, Setting};
use rebalance::rules;
use serde_json::Value;
use shell::Shell;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The fewest transcripts and commands that would make these tests worth running.
const BLOCKS: usize = 15;
const COMMANDS: usize = 40;

/// What a page says whose transcripts do not begin in a repository with the sample.
const EMPTY: &str = "<!-- The transcripts of this page begin in an empty directory. -->";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// Every page: at the top level and under `docs/`.
fn pages() -> Vec<String> {
    let mut found = Vec::new();
    for dir in ["", "docs", "docs/commands"] {
        for entry in fs::read_dir(root().join(dir)).unwrap() {
            let path = PathBuf::from(dir).join(entry.unwrap().file_name());
            found.extend(Some(path.display().to_string()).filter(|path| path.ends_with(".md")));
        }
    }
    found.sort();
    assert!(found.len() > 8 && found.contains(&"README.md".to_owned()), "{found:?}");
    found
}

/// A page in prose and fenced blocks.
struct Page {
    parts: Vec<Part>,
}

enum Part {
    Prose(Vec<String>),
    Code { language: String, lines: Vec<String> },
}

impl Page {
    fn read(name: &str) -> Self {
        let mut parts = vec![Part::Prose(Vec::new())];
        for line in read(name).lines() {
            match (parts.last_mut().unwrap(), line.strip_prefix("```")) {
                (Part::Prose(_), Some(language)) => {
                    parts.push(Part::Code { language: language.to_owned(), lines: Vec::new() });
                }
                (Part::Code { .. }, Some("")) => parts.push(Part::Prose(Vec::new())),
                (Part::Prose(lines) | Part::Code { lines, .. }, _) => lines.push(line.to_owned()),
            }
        }
        assert!(matches!(parts.last(), Some(Part::Prose(_))), "{name}: a block is not closed");
        Self { parts }
    }

    fn prose(&self) -> String {
        let prose = self.parts.iter().filter_map(|part| match part {
            Part::Prose(lines) => Some(lines.join("\n")),
            Part::Code { .. } => None,
        });
        prose.collect::<Vec<_>>().join("\n")
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for part in &self.parts {
            let (open, lines, close) = match part {
                Part::Prose(lines) => (String::new(), lines, ""),
                Part::Code { language, lines } => (format!("```{language}\n"), lines, "```\n"),
            };
            text.push_str(&open);
            lines.iter().for_each(|line| text.push_str(&format!("{line}\n")));
            text.push_str(close);
        }
        text
    }

    fn transcripts(&mut self) -> impl Iterator<Item = &mut Vec<String>> {
        self.parts.iter_mut().filter_map(|part| match part {
            Part::Code { language, lines } if language == "console" => Some(lines),
            Part::Code { .. } | Part::Prose(_) => None,
        })
    }

    /// The texts between backticks in the prose.
    fn code_spans(&self) -> Vec<String> {
        let prose = self.prose();
        prose
            .lines()
            .flat_map(|line| line.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>())
            .collect()
    }
}

/// A transcript run again: each command, what it prints, and `# exit N` when that is not 0.
fn run(lines: &[String], shell: &mut Shell) -> Vec<String> {
    let mut fresh = Vec::new();
    for line in lines {
        let Some(command) = line.strip_prefix("$ ") else { continue };
        let (printed, code) = shell.run(command);
        fresh.push(line.clone());
        fresh.extend(printed.lines().map(str::to_owned));
        if code != 0 {
            fresh.push(format!("# exit {code}"));
        }
    }
    fresh
}

#[test]
fn transcripts_are_what_the_program_prints() {
    let (mut blocks, mut commands, mut stale) = (0, 0, Vec::new());
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|how| how == "overwrite");
    for name in pages() {
        let mut page = Page::read(&name);
        let mut shell = if page.prose().contains(EMPTY) { Shell::empty() } else { Shell::new() };
        for lines in page.transcripts() {
            assert!(lines.first().is_some_and(|line| line.starts_with("$ ")), "{name}: a transcript begins with `$ `");
            blocks += 1;
            commands += lines.iter().filter(|line| line.starts_with("$ ")).count();
            let fresh = run(lines, &mut shell);
            if *lines != fresh {
                stale.push(format!("{name}:\n{}\n--- is now ---\n{}\n", lines.join("\n"), fresh.join("\n")));
                *lines = fresh;
            }
        }
        if overwrite {
            fs::write(root().join(&name), page.text()).unwrap();
        }
    }
    let stale = if overwrite { Vec::new() } else { stale };
    assert!(stale.is_empty(), "SNAPSHOTS=overwrite cargo test --test docs\n\n{}", stale.join("\n"));
    assert!(blocks >= BLOCKS && commands >= COMMANDS, "{blocks} transcripts, {commands} commands");
}

/// What a shell would be given of a line in a page or in `--help`: the command without what comes before and after it.
fn typed(line: &str) -> Option<Vec<String>> {
    let begins = |word: &&str| !word.contains('=');
    let from = line.split(' ').find(begins).filter(|word| *word == "rebalance").and_then(|word| line.find(word))?;
    // Two spaces part an example from what is said of it.
    let command = line[from..].split("  ").next().unwrap();
    let ends = [" # ", " > ", " >> ", " < ", " | ", " && ", " || ", " 2> "];
    let end = ends.iter().filter_map(|end| command.find(end)).min().unwrap_or(command.len());
    Some(shell::words(command[..end].trim_end_matches(" \\"), "/dir"))
}

/// What is wrong with a command that a page names, as clap sees it.
fn misused(words: &[String]) -> Option<String> {
    let error = rebalance::cli::command().try_get_matches_from(words).err()?;
    let asked = matches!(error.kind(), clap::error::ErrorKind::DisplayHelp | clap::error::ErrorKind::DisplayVersion);
    (!asked).then(|| error.to_string())
}

/// Transcripts are run; what else can be pasted, in blocks for a shell and in the examples of `--help`, is at least what the
/// program takes.
#[test]
fn whatever_can_be_pasted_is_a_command_that_there_is() {
    let mut lines: Vec<(String, String)> = Vec::new();
    for name in pages() {
        for part in Page::read(&name).parts {
            let Part::Code { language, lines: code } = part else { continue };
            if language == "sh" {
                lines.extend(code.into_iter().map(|line| (name.clone(), line)));
            }
        }
    }
    for command in rebalance::cli::command().get_subcommands() {
        let help = command.get_after_help().unwrap().to_string();
        let indented = help.lines().filter_map(|line| line.strip_prefix("  "));
        lines.extend(indented.map(|line| (format!("{} --help", command.get_name()), line.to_owned())));
    }
    let typed: Vec<(String, Vec<String>)> =
        lines.into_iter().filter_map(|(from, line)| Some((from, typed(&line)?))).collect();
    let wrong: Vec<String> =
        typed.iter().filter_map(|(from, words)| Some(format!("{from}: {words:?}: {}", misused(words)?))).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(typed.len() > 80, "{} commands", typed.len());
}

/// A page for each command, which is its help, and a page that lists them.
#[test]
fn the_pages_of_the_commands_are_their_help() {
    let stage = stage::Stage::empty();
    let mut pages = vec![(
        "docs/commands/README.md".to_owned(),
        "# Commands\n\n| command | what it does |\n|---|---|\n".to_owned(),
    )];
    for command in rebalance::cli::command().get_subcommands() {
        let name = command.get_name();
        let about = command.get_about().unwrap();
        pages[0].1.push_str(&format!("| [`rebalance {name}`]({name}.md) | {about} |\n"));
        let help: String =
            stage.run(&[name, "--help"]).out.lines().map(|line| format!("{}\n", line.trim_end())).collect();
        let more = root().join("docs").join(format!("{name}.md")).exists();
        let more = if more { format!("More: [{name}](../{name}.md). ") } else { String::new() };
        pages.push((
            format!("docs/commands/{name}.md"),
            format!("# rebalance {name}\n\n```text\n{help}```\n\n{more}[All commands](README.md)\n"),
        ));
    }
    let made =
        "\nThese pages are what `--help` prints: `SNAPSHOTS=overwrite cargo test --test docs` makes them anew.\n";
    pages[0].1.push_str(made);
    let overwrite = std::env::var_os("SNAPSHOTS").is_some_and(|how| how == "overwrite");
    for (file, fresh) in &pages {
        if overwrite {
            fs::create_dir_all(root().join("docs/commands")).unwrap();
            fs::write(root().join(file), fresh).unwrap();
        }
        let old = fs::read_to_string(root().join(file)).unwrap_or_default();
        assert!(old == *fresh, "{file} is stale: SNAPSHOTS=overwrite cargo test --test docs");
    }
    let found = fs::read_dir(root().join("docs/commands")).unwrap().count();
    assert_eq!(found, pages.len(), "a page of a command that is not there");
}

#[test]
fn the_readme_lints_plans_applies_and_plans_again() {
    let mut readme = Page::read("README.md");
    let lines = readme.transcripts().flat_map(|lines| lines.clone());
    let lines: Vec<String> = lines.filter(|line| line.starts_with("$ ")).collect();
    let expected = ["rebalance lint", "rebalance plan -o plan.json", "rebalance apply plan.json", "rebalance plan"];
    assert_eq!(lines, expected.map(|line| format!("$ {line}")));
}

/// A heading as GitHub names it in links.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = kept.chars().filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.collect::<String>().replace(' ', "-")
}

#[test]
fn links_lead_somewhere() {
    let mut seen = 0;
    for name in pages() {
        let prose = Page::read(&name).prose();
        for (at, _) in prose.match_indices("](") {
            let target = prose[at + 2..].split(')').next().unwrap();
            if target.contains("://") {
                continue;
            }
            seen += 1;
            let (file, fragment) = target.split_once('#').map_or((target, None), |(file, name)| (file, Some(name)));
            let dir = Path::new(&name).parent().unwrap();
            let linked = if file.is_empty() { PathBuf::from(&name) } else { dir.join(file) };
            assert!(root().join(&linked).exists(), "{name} links to {target}, which is not there");
            if let Some(fragment) = fragment {
                let linked = Page::read(&linked.display().to_string()).prose();
                let known = linked.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line) == fragment);
                assert!(known, "{name} links to {target}, and there is no such heading");
            }
        }
    }
    assert!(seen > 20, "{seen} links");
}

#[test]
fn the_two_commands_are_the_ones_that_ci_runs() {
    let (readme, ci) = (read("README.md"), read(".ci/run"));
    for command in ["cargo run --release -- plan", "cargo test"] {
        assert!(readme.lines().any(|line| line == command), "README.md does not say {command}");
        assert!(ci.contains(command), ".ci/run does not run {command}");
    }
}

#[test]
fn commands_and_options_that_are_named_exist() {
    let cli = rebalance::cli::command();
    let global: BTreeSet<String> = longs(&cli);
    let mut named = BTreeSet::new();
    for name in pages() {
        for span in Page::read(&name).code_spans() {
            let mut words = span.split_whitespace();
            if words.by_ref().find(|word| !word.contains('=')) != Some("rebalance") {
                continue;
            }
            let Some(word) = words.next() else { continue };
            if word.chars().any(|c| c.is_ascii_uppercase() || c == '-' && word.starts_with('-')) {
                continue;
            }
            let command = cli.find_subcommand(word);
            let command = command.unwrap_or_else(|| panic!("{name} names `{span}`, and there is no command {word}"));
            named.insert(command.get_name().to_owned());
            let known: BTreeSet<String> = global.union(&longs(command)).cloned().collect();
            for option in words.filter(|word| word.starts_with("--")) {
                let option = option.trim_start_matches("--").split('=').next().unwrap();
                assert!(known.contains(option), "{name} names `{span}`, and {word} has no --{option}");
            }
        }
    }
    for command in cli.get_subcommands() {
        assert!(named.contains(command.get_name()), "no page names {}", command.get_name());
    }
}

fn longs(command: &clap::Command) -> BTreeSet<String> {
    let options = command.get_arguments().filter_map(|argument| argument.get_long().map(str::to_owned));
    options.chain(["help".to_owned(), "version".to_owned()]).collect()
}

/// The rows of the first table below a heading: its cells, without the header.
fn table(page: &str, heading: &str) -> Vec<Vec<String>> {
    let below = page.split_once(&format!("\n{heading}\n")).unwrap_or_else(|| panic!("no heading {heading}")).1;
    let rows = below.lines().skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let cells = |row: &str| row.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    rows.skip(2).map(cells).collect()
}

#[test]
fn every_exit_code_is_in_the_table() {
    let rows = table(&read("README.md"), "## Exit codes");
    let listed: Vec<String> = rows.iter().map(|row| row[0].clone()).collect();
    let known: Vec<String> = Exit::ALL.iter().map(|exit| (*exit as u8).to_string()).collect();
    assert_eq!(listed, known);
}

/// How a rule is run when no policy of the owner's says otherwise.
fn shipped(rule: &rules::Rule) -> Setting {
    rules::policies(&[]).0.setting(rule.id).unwrap().clone()
}

/// `docs/rules.md` is what `explain` prints, so every rule is in it with its group, level and parameters.
#[test]
fn the_page_of_the_rules_is_what_explain_prints() {
    let file = "docs/rules.md";
    let stage = stage::Stage::bare_directory();
    let fresh = stage.run(&["explain", "--all", "--format", "markdown"]).out;
    if std::env::var_os("SNAPSHOTS").is_some_and(|how| how == "overwrite") {
        fs::write(root().join(file), &fresh).unwrap();
    }
    assert!(read(file) == fresh, "{file} is stale: SNAPSHOTS=overwrite cargo test --test docs");
    let headings: Vec<&str> = fresh.lines().filter_map(|line| line.strip_prefix("### ")).collect();
    let known: Vec<&str> = rules::ALL.iter().map(|rule| rule.id).collect();
    assert_eq!(headings, known);
    for id in known {
        assert_eq!(anchor(id), id, "the id is the anchor");
        assert!(fresh.contains(&format!("\n  * [{id}](#{id}) (")), "{id} is not in the contents");
    }
}

#[test]
fn every_parameter_of_a_rule_is_in_the_table() {
    let row = |rule: &rules::Rule, parameter: &Parameter| {
        let default =
            shipped(rule).parameters.get(parameter.name).map_or(String::new(), |value| value.json().to_string());
        let name = |text: &str| format!("`{text}`");
        let kind = parameter.kind.word().to_owned();
        vec![name(rule.id), name(parameter.name), kind, default, parameter.meaning.to_owned()]
    };
    let rows = rules::ALL.iter().flat_map(|rule| rule.parameters.iter().map(|parameter| row(rule, parameter)));
    let known: Vec<Vec<String>> = rows.collect();
    assert_eq!(table(&read("docs/policies.md"), "## Parameters"), known);
    let kinds: Vec<String> = table(&read("docs/policies.md"), "### Kinds").iter().map(|row| row[0].clone()).collect();
    assert_eq!(kinds, Kind::ALL.map(Kind::word));
}

#[test]
fn every_integrity_rule_is_in_the_table() {
    let integrity = table(&read("docs/policies.md"), "## Integrity rules");
    let integrity: Vec<&str> = integrity.iter().map(|row| row[0].trim_matches('`')).collect();
    let known: Vec<&str> = rules::ALL.iter().filter(|rule| rule.integrity()).map(|rule| rule.id).collect();
    assert_eq!(integrity, known);
}

/// The names of all properties of a schema, wherever they are.
fn properties(schema: &Value, found: &mut BTreeSet<String>) {
    match schema {
        Value::Object(entries) => {
            if let Some(Value::Object(properties)) = entries.get("properties") {
                found.extend(properties.keys().cloned());
            }
            entries.values().for_each(|value| properties(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| properties(item, found)),
        _ => {}
    }
}

/// The page that explains the fields of each format. The config's are explained by its schema, in the editor.
const EXPLAINED: [(&str, &str); 10] = [
    ("holdings", "docs/formats.md"),
    ("policy", "docs/policies.md"),
    ("plan", "docs/plan.md"),
    ("lint", "docs/lint.md"),
    ("diff", "docs/diff.md"),
    ("explain", "docs/formats.md"),
    ("log", "docs/apply.md"),
    ("journal", "docs/apply.md"),
    ("apply", "docs/formats.md"),
    ("history", "docs/history.md"),
];

#[test]
fn every_format_and_every_field_of_it_is_explained() {
    let formats = table(&read("docs/formats.md"), "## Schemas");
    let listed: Vec<[&str; 2]> =
        formats.iter().map(|row| [&row[0], &row[2]].map(|cell| cell.trim_matches('`'))).collect();
    let names: Vec<String> =
        SHEETS.iter().map(|(which, _)| which.to_possible_value().unwrap().get_name().to_owned()).collect();
    let known: Vec<[&str; 2]> =
        names.iter().zip(SHEETS).map(|(name, (_, sheet))| [name.as_str(), sheet.file]).collect();
    assert_eq!(listed, known);
    let mut checked = 0;
    let mut of_config = BTreeSet::new();
    properties((rebalance::schema::CONFIG.sheet.schema)().as_value(), &mut of_config);
    for (name, (_, sheet)) in names.iter().zip(SHEETS) {
        let Some((_, page)) = EXPLAINED.iter().find(|(explained, _)| explained == name) else { continue };
        let mut found = BTreeSet::new();
        properties((sheet.schema)().as_value(), &mut found);
        // The tests of a policy hold parts of a config.
        found.retain(|field| name != "policy" || !of_config.contains(field));
        let spans: BTreeSet<String> = Page::read(page).code_spans().into_iter().collect();
        let missing: Vec<&String> = found.iter().filter(|field| !spans.contains(*field)).collect();
        assert!(missing.is_empty(), "{page} does not explain {missing:?} of {name}");
        checked += found.len();
    }
    assert!(checked > 150, "{checked} fields");
}

/// The refusals of the gate as its source lists them: their words.
fn refusals() -> Vec<String> {
    let source = read("src/gate/refusal.rs");
    let body = source.split_once("pub fn word(&self)").unwrap().1.split_once("\n    }\n").unwrap().0;
    let words = body.lines().filter_map(|line| Some(line.split_once("=> \"")?.1.split_once('"')?.0.to_owned()));
    words.collect()
}

#[test]
fn every_refusal_is_in_the_table() {
    let known = refusals();
    assert!(known.len() > 20, "{known:?}");
    let rows = table(&read("docs/apply.md"), "## Refusals");
    let listed: Vec<String> = rows.iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
    assert_eq!(listed, known);
}
