//! Formats on the command line: the exit code is the same in all of them, and each goes where it was told to.

use crate::cases::CONFIG;
use crate::stage::{Run, Stage};
use clap::ValueEnum;
use rebalance::cli::Host;
use rebalance::output::{ColorWhen, Format, Paint};
use std::collections::BTreeMap;
use std::fs;

/// The names of all formats of findings.
fn formats() -> Vec<String> {
    let of_findings = Format::value_variants().iter().filter(|format| **format != Format::Jsonl);
    of_findings.map(|format| format.to_possible_value().unwrap().get_name().to_owned()).collect()
}

/// Stages with every exit code of `lint`.
fn stages() -> Vec<(&'static str, Stage, u8)> {
    let edited = |file: &str, from: &str, to: &str| {
        let stage = Stage::sample();
        stage.edit(file, from, to);
        stage
    };
    let bare = Stage::bare_directory();
    let policy = Stage::sample();
    policy.write("policies/own.yaml", "rule: weights-sun\n");
    vec![
        ("the sample", Stage::sample(), 0),
        ("a wrong sum", edited(CONFIG, "target: 0.35", "target: 0.40"), 1),
        ("not YAML", edited(CONFIG, "portfolio:", "portfolio: ["), 1),
        ("no history", bare, 6),
        ("a wrong policy", policy, 1),
    ]
}

#[test]
fn every_format_has_the_same_exit_code() {
    for (name, stage, code) in stages() {
        for format in formats() {
            let run = stage.run(&["lint", "--format", &format]);
            assert_eq!((run.code, run.err.as_str()), (code, ""), "{name} in {format}: {}", run.whole());
            assert!(run.out.ends_with('\n'), "{name} in {format}");
            let quiet = stage.run(&["lint", "-q", "--format", &format]);
            assert_eq!(quiet.code, code);
            assert_eq!(quiet.out.is_empty(), code == 0 && format == "human", "{name} in {format}");
        }
    }
}

#[test]
fn one_run_gives_every_format_its_place() {
    let (_, stage, code) = stages().remove(1);
    let mut args = vec!["lint".to_owned()];
    for format in formats().iter().filter(|format| *format != "json") {
        args.extend(["--format".to_owned(), format.clone(), "--output-file".to_owned(), format!("out.{format}")]);
    }
    args.extend(["--format".to_owned(), "json".to_owned()]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let run = stage.run(&args);
    assert_eq!((run.code, run.err.as_str()), (code, ""));
    assert_eq!(run.out, stage.run(&["lint", "--format", "json"]).out);
    for format in formats().iter().filter(|format| *format != "json") {
        assert_eq!(stage.read(&format!("out.{format}")), stage.run(&["lint", "--format", format]).out, "{format}");
    }
}

#[test]
fn formats_may_stand_before_and_after_the_command() {
    let stage = Stage::sample();
    let json = stage.run(&["lint", "--format", "json"]).out;
    let ways: [&[&str]; 3] = [
        &["--format", "json", "--output-file", "a.json", "lint", "--format", "markdown"],
        &["--format", "json", "lint", "--output-file", "a.json", "--format", "markdown"],
        &["lint", "--format=markdown", "--format=json", "--output-file=a.json"],
    ];
    for way in ways {
        let run = stage.run(way);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{way:?}");
        assert!(run.out.starts_with("<!-- rebalance lint -->\n"), "{way:?}");
        assert_eq!(stage.read("a.json"), json, "{way:?}");
        fs::remove_file(stage.path("a.json")).unwrap();
    }
}

#[test]
fn colour_and_links_never_go_to_a_file() {
    let (_, stage, _) = stages().remove(1);
    stage.run(&["lint", "--color", "always", "--format", "human", "--output-file", "a.txt"]);
    assert!(!stage.read("a.txt").contains('\u{1b}'));
}

/// Whether the rule's id is a link, on a terminal or not.
fn linked(when: ColorWhen, terminal: bool, variable: Option<&str>) -> bool {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let host = Host {
        cwd: std::env::temp_dir(),
        env: variable.into_iter().map(|name| (name.to_owned(), "1".to_owned())).collect::<BTreeMap<_, _>>(),
        now: 0,
        out: &mut out,
        err: &mut err,
        input: Box::new(std::io::empty()),
        out_is_terminal: terminal,
        err_is_terminal: terminal,
        lost: false,
        columns: None,
        pause: |_| (),
        live: Default::default(),
    };
    let paint = Paint::of(when, &host);
    let case = crate::cases::all().remove(1);
    let text = case.report(|report| rebalance::output::lint(Format::Human, report, paint));
    let url = rebalance::rules::url("weights-sum").unwrap();
    let found = text.contains(&format!("\u{1b}]8;;{url}\u{1b}\\"));
    assert_eq!(found, text.contains("\u{1b}]8;"), "{text}");
    found
}

#[test]
fn a_rule_is_a_link_to_its_page_on_a_terminal_with_colour() {
    assert!(linked(ColorWhen::Auto, true, None));
    assert!(linked(ColorWhen::Always, true, Some("NO_COLOR")));
    assert!(!linked(ColorWhen::Auto, true, Some("NO_COLOR")));
    assert!(!linked(ColorWhen::Never, true, None));
    assert!(!linked(ColorWhen::Always, false, None));
    assert!(!linked(ColorWhen::Auto, false, None));
}

/// What is wrong with a command line, and how it goes on.
const WRONG: &[(&[&str], &str, &str)] = &[
    (&["lint", "--format", "json", "--format", "sarif"], "two formats go to standard output", "--output-file"),
    (
        &["lint", "--format", "json", "--output-file", "a", "--format", "sarif", "--output-file", "./a"],
        "two formats go to ./a",
        "a place of its own",
    ),
    (&["lint", "--output-file", "a"], "--output-file a has no --format before it", "--format json --output-file a"),
    (&["lint", "--output-file", "a", "--format", "json"], "--output-file a has no --format before it", "say what"),
    (
        &["lint", "--format", "json", "--output-file", "a", "--output-file", "b"],
        "--output-file b is the second file of one --format",
        "say what",
    ),
    (&["--format", "sarif", "plan"], "rebalance plan does not print sarif", "it prints `human`, `json` and `jsonl`"),
    (&["--format", "junit", "explain", "schema"], "rebalance explain does not print junit", "`markdown`"),
    (&["--format", "json", "schema"], "rebalance schema has one answer", "--help"),
    (
        &["--format", "json", "--output-file", "a", "apply", "plan.json"],
        "rebalance apply prints to standard output only",
        "> a",
    ),
    (
        &["lint", "--format", "json", "--output-file", CONFIG],
        "portfolio_config.yaml is what the answer is made from",
        "another file",
    ),
    (
        &["log", "--format", "json", "--output-file", "./holdings.yaml"],
        "./holdings.yaml is what the answer is made from",
        "another file",
    ),
    (
        &["plan", "-o", "p.json", "--format", "json", "--output-file", "p.json"],
        "the plan and another answer go to p.json",
        "another file",
    ),
];

#[test]
fn a_command_line_that_makes_no_sense_is_refused() {
    let stage = Stage::sample();
    for (args, message, hint) in WRONG {
        let run = stage.run(args);
        assert_eq!((run.code, run.out.as_str()), (64, ""), "{args:?}: {}", run.whole());
        assert!(run.err.contains(&format!("error: {message}")) && run.err.contains(hint), "{args:?}: {}", run.err);
    }
    let run = stage.run(&["plan", "--format", "sarif"]);
    assert!(run.code == 64 && run.err.contains("[possible values: human, json, jsonl]"), "{}", run.whole());
    assert_eq!(stage.git(&["status", "--porcelain"]), "", "nothing was written");
}

#[test]
fn a_policy_is_not_written_over() {
    let stage = Stage::sample();
    stage.write("policies/own.yaml", "rule: weights-sum\n");
    let run = stage.run(&["lint", "--format", "json", "--output-file", "policies/own.yaml"]);
    assert_eq!((run.code, stage.read("policies/own.yaml").as_str()), (64, "rule: weights-sum\n"));
}

#[test]
fn what_git_and_the_journal_keep_is_not_written_over() {
    let stage = Stage::sample();
    stage.write("book/portfolio_config.yaml", &stage.read(CONFIG));
    stage.write(".rebalance/journal.jsonl", "kept");
    let index = fs::read(stage.path(".git/index")).unwrap();
    let files = [
        ".git/index",
        ".git/HEAD",
        ".git/config",
        "./book/../.git/new.json",
        ".git",
        ".rebalance/journal.jsonl",
        ".rebalance/new.json",
        "policies",
        "./policies",
    ];
    for file in files {
        for args in [&["lint", "--format", "json", "--output-file", file][..], &["plan", "-o", file]] {
            let run = stage.run(args);
            let said = format!("error: {file} is what the answer is made from");
            assert!(run.code == 64 && run.err.contains(&said), "{args:?}: {}", run.whole());
        }
    }
    assert_eq!(fs::read(stage.path(".git/index")).unwrap(), index);
    assert_eq!(stage.read(".rebalance/journal.jsonl"), "kept");
    for file in ["book/policies", "book/.rebalance"] {
        let run = stage.run(&["lint", "book/portfolio_config.yaml", "--format", "json", "--output-file", file]);
        assert_eq!(run.code, 64, "{file}: {}", run.whole());
    }
    assert!(!stage.path("policies").exists() && !stage.path("book/policies").exists());
    assert_eq!(stage.run(&["lint", "--format", "json", "--output-file", "book/policies"]).code, 0, "not this config's");
}

#[test]
fn a_file_that_cannot_be_written_is_said_and_hides_no_worse_answer() {
    for (name, stage, code) in stages() {
        let file = ["--format", "json", "--output-file", "nowhere/a.json"];
        let run = stage.run(&[&["lint", "--format", "human"], &file[..]].concat());
        assert_eq!(run.code, if code == 0 { 6 } else { code }, "{name}");
        assert!(run.err.contains("error: cannot write nowhere/a.json"), "{name}: {}", run.whole());
        assert_eq!(run.out, stage.run(&["lint"]).out, "{name}");
    }
}

#[test]
fn other_commands_write_files_too() {
    let stage = Stage::sample();
    for command in [&["plan"][..], &["log"], &["explain", "schema"]] {
        let run = |rest: &[&str]| -> Run { stage.run(&[command, rest].concat()) };
        let json = run(&["--format", "json"]).out;
        let both = run(&["--format", "human", "--format", "json", "--output-file", "a.json"]);
        assert_eq!((both.out, both.code), (run(&[]).out, 0), "{command:?}");
        assert_eq!(stage.read("a.json"), json, "{command:?}");
    }
}

#[test]
fn paths_are_from_the_top_of_the_repository() {
    let stage = Stage::sample();
    stage.write("book/portfolio_config.yaml", &stage.read(CONFIG).replace("target: 0.35", "target: 0.40"));
    for (format, path) in [("github", "file=book/"), ("gitlab", "\"path\": \"book/"), ("sarif", "\"uri\": \"book/")] {
        let run = stage.run_in("book", &["lint", "--format", format]);
        assert!(run.out.contains(path), "{}", run.whole());
        let absolute = stage.path("book/portfolio_config.yaml").canonicalize().unwrap().display().to_string();
        let run = stage.run(&["lint", "--format", format, &absolute]);
        assert!(run.out.contains(path) && !run.out.contains("[DIR]"), "{}", run.whole());
    }
}

#[cfg(unix)]
#[test]
fn paths_and_fingerprints_do_not_depend_on_where_one_stands() {
    let stage = Stage::bare_directory();
    stage.write("w/sub/x.yaml", &stage.read(CONFIG).replace("target: 0.35", "target: 0.40"));
    stage.write("w/sub/policies/own.yaml", "rule: weights-sun\n");
    stage.git(&["init", "-q", "w"]);
    std::os::unix::fs::symlink(stage.path("w/sub"), stage.path("link")).unwrap();
    std::os::unix::fs::symlink(stage.path("w"), stage.path("w/sub/up")).unwrap();
    let absolute = stage.path("link/x.yaml").display().to_string();
    let stands = [
        ("w", "sub/x.yaml"),
        ("w/sub", "x.yaml"),
        ("", "w/sub/x.yaml"),
        ("", "link/x.yaml"),
        ("link", "x.yaml"),
        ("", "link/../sub/x.yaml"),
        ("w/sub", "up/sub/x.yaml"),
        ("", absolute.as_str()),
    ];
    for format in ["sarif", "github", "gitlab", "junit"] {
        let run = |(dir, path): (&str, &str)| stage.run_in(dir, &["lint", path, "--format", format]);
        let usual = run(stands[0]);
        assert!(usual.out.contains("sub/x.yaml") && usual.out.contains("sub/policies/own.yaml"), "{}", usual.whole());
        for stand in stands {
            assert_eq!(run(stand), usual, "{stand:?} in {format}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_leads_to_no_input() {
    let stage = Stage::sample();
    stage.write("real.json", "old");
    for (link, target) in [("link.json", "real.json"), ("config.json", CONFIG)] {
        std::os::unix::fs::symlink(stage.path(target), stage.path(link)).unwrap();
    }
    let write = |file: &str| stage.run(&["lint", "--format", "json", "--output-file", file]).code;
    assert_eq!((write("link.json"), write("config.json")), (0, 64));
    assert!(fs::symlink_metadata(stage.path("link.json")).unwrap().is_symlink());
    assert_eq!(stage.read("real.json"), stage.run(&["lint", "--format", "json"]).out);
}

#[cfg(unix)]
#[test]
fn a_link_to_what_is_not_there_is_the_same_place() {
    let stage = Stage::sample();
    for (link, target) in [("a", "missing"), ("b", "a"), ("loop", "loop"), ("own", "policies"), ("kept", ".git/new")] {
        std::os::unix::fs::symlink(target, stage.path(link)).unwrap();
    }
    let lint = ["lint", "--format", "json", "--output-file"];
    for (one, other) in [("a", "missing"), ("missing", "b"), ("b", "a")] {
        let run = stage.run(&[&lint[..], &[one, "--format", "sarif", "--output-file", other]].concat());
        let said = format!("two formats go to {other}");
        assert!(run.code == 64 && run.err.contains(&said), "{one} {other}: {}", run.whole());
    }
    for file in ["own", "kept"] {
        assert_eq!(stage.run(&[&lint[..], &[file]].concat()).code, 64, "{file}");
    }
    assert_ne!(stage.run(&[&lint[..], &["loop"]].concat()).code, 64, "it ends");
}

/// A stage whose runner takes a summary, which already holds so many bytes.
fn with_summary(held: usize) -> Stage {
    let (_, mut stage, _) = stages().remove(1);
    stage.write("summary.md", &"x".repeat(held));
    let path = stage.path("summary.md").display().to_string();
    stage.env.insert("GITHUB_STEP_SUMMARY".to_owned(), path);
    stage
}

#[test]
fn the_summary_of_a_step_gets_the_report() {
    let stage = with_summary(3);
    stage.run(&["lint", "--format", "json"]);
    assert_eq!(stage.read("summary.md"), "xxx", "only for github");
    let run = stage.run(&["lint", "--format", "github"]);
    assert_eq!((run.code, run.err.as_str()), (1, ""));
    let markdown = stage.run(&["lint", "--format", "markdown"]).out;
    assert_eq!(stage.read("summary.md"), format!("xxx\n{markdown}"));
}

#[test]
fn a_summary_stays_below_the_limit_and_a_failure_hides_nothing() {
    const LIMIT: usize = 1 << 20;
    for held in [LIMIT - 12_000, LIMIT - 10, LIMIT + 10] {
        let stage = with_summary(held);
        let keys: String = (0..200).map(|i| format!("  extra_{i}: {i}\n")).collect();
        stage.edit(CONFIG, "portfolio:\n", &format!("portfolio:\n{keys}"));
        let run = stage.run(&["lint", "--format", "github"]);
        assert_eq!(run.code, 1);
        let summary = stage.read("summary.md");
        assert!(summary.len() <= LIMIT.max(held), "{}", summary.len());
        let told = if held < LIMIT - 10_000 { summary.contains("\nAnd 1") } else { run.err.contains("is full") };
        assert!(told, "{held}: {}", run.err);
    }
    let mut stage = with_summary(0);
    stage.env.insert("GITHUB_STEP_SUMMARY".to_owned(), "/nowhere/at/all".to_owned());
    let run = stage.run(&["lint", "--format", "github"]);
    assert_eq!(run.code, 1);
    assert!(
        run.out.contains("::error file=") && run.err.contains("cannot write the step's summary"),
        "{}",
        run.whole()
    );
}
