//! Help, version, and wrong usage.

use crate::stage::Stage;
use snapbox::{assert_data_eq, str};

#[test]
fn help_is_an_answer() {
    let stage = Stage::bare_directory();
    assert_data_eq!(
        stage.run(&["--help"]).whole(),
        str![[r#"
Asset allocation as code.

Lints portfolio_config.yaml, plans a rebalance to the whole share, and applies
exactly the plan that was reviewed.

Usage: rebalance [OPTIONS] <COMMAND>

Commands:
  lint         Check the config: its form, its weights, its schedule, and what
               git says about changing it
  explain      Explain a rule: what it looks for, why it matters, what to do
               about a finding
  diff         Show what differs between two revisions: targets, bands,
               settings; what the cooldown says; the trades it would cause
  status       Show the drift in its bands, whether a rebalance is due and why,
               the schedule, the cooldown and the last rebalance
  plan         Plan a rebalance: the drift, whether one is due, whole-share
               orders, their costs, the weights after
  show         Show a plan as it was printed when it was made, however old it is
  verify       Check everything that `apply` checks, without applying: is this
               plan still exactly right?
  apply        Apply a plan: exactly its orders, once, or not at all
  log          List executed rebalances, oldest first
  report       Review a quarter: executions and reasons, costs, drift, returns
               beside benchmarks, and changes of the allocation
  brokers      List the brokers: what each needs, and whether it is set up
  history      List every change of the allocation, newest first: when, who,
               what, why, and whether the cooldown was kept
  backtest     Compare policies on past prices: value, return, volatility,
               drawdown, rebalances, costs, tax, time out of band
  comment      Keep one comment of a GitHub pull request up to date: make it,
               change it, or leave it as it is
  notify       Tell people what a plan or the status says: Slack, Discord,
               Telegram, or any webhook
  schema       Print the JSON Schema of a file, for editors and other validators
  commit-msg   The commit-msg hook: a staged allocation change says why, and
               keeps the cooldown or overrides it aloud
  pre-push     The pre-push hook: what is pushed keeps the cooldown of what
               stands at the remote, and says why
  init         Prepare a repository: config, holdings, policies, hooks,
               workflows; with --hooks, git's hooks alone
  import       Make a holdings.yaml of a CSV that a broker or a spreadsheet
               exported
  completions  Print the completion script of a shell
  man          Print a manual page, or write all of them

Options:
  -h, --help
          Print help (see a summary with '-h')

  -V, --version
          Print version

Global options:
      --config <FILE>
          The config
          
          [default: portfolio_config.yaml]

      --holdings <FILE>
          The holdings [default: holdings.yaml beside the config]

      --ex-dividend <FILE>
          Ex-dividend dates [default: ex_dividend.csv beside the holdings, if
          there is one]

      --fx <FILE>
          Exchange rates [default: fx.yaml beside the holdings, if there is one]

      --format <FORMAT>
          How to print the answer [default: human]

          Possible values:
          - human:    For people
          - json:     For programs
          - sarif:    SARIF 2.1.0, for code scanning
          - github:   Annotations in a GitHub Actions log
          - gitlab:   GitLab's code quality report
          - junit:    JUnit XML, for CI that shows tests
          - markdown: For a comment on a pull request
          - jsonl:    For programs, an answer a line

      --output-file <FILE>
          Where the --format before it goes, instead of standard output; both
          may be given again

      --policies <DIR>
          The owner's policies [default: policies beside the config]

      --color <WHEN>
          When to use colour; NO_COLOR is honoured

          Possible values:
          - auto:   On a terminal
          - always: Always
          - never:  Never
          
          [default: auto]

      --now <TIME>
          The clock, as RFC 3339: for tests, and for asking "what if it were
          Monday"; not for an `apply` with real money

  -q, --quiet
          Print less

Examples:
  rebalance lint                         check the config and its history
  rebalance plan -o plan.json            what would be traded, and why
  rebalance apply plan.json              trade exactly that

Exit codes: 0 done, 1 no, 2 changes (with --detailed-exitcode), 3 the plan
does not match, 4 locked, 5 applied in part or in doubt, 6 could not tell,
64 usage.
--- exit 0

"#]]
    );
    assert_eq!(stage.run(&["--version"]).whole(), format!("rebalance {}\n--- exit 0\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn every_command_has_examples_in_its_help() {
    let stage = Stage::bare_directory();
    for command in rebalance::cli::command().get_subcommands() {
        let run = stage.run(&[command.get_name(), "--help"]);
        assert!(run.out.contains("Examples:\n  "), "{}", run.whole());
        let fits = |text: &str| text.lines().all(|line| line.chars().count() <= 80);
        assert!(fits(&run.out), "{}", run.whole());
        // An example that is broken to fit cannot be pasted.
        assert!(fits(&command.get_after_help().unwrap().to_string()), "{}", run.whole());
        assert_eq!(run.code, 0);
    }
}

#[test]
fn wrong_usage_is_64() {
    let stage = Stage::bare_directory();
    for args in [&["frobnicate"][..], &[], &["lint", "--staged", "--rev", "HEAD"], &["plan", "--as-of", "yesterday"]] {
        let run = stage.run(args);
        assert_eq!(run.code, 64, "{args:?}: {}", run.whole());
        assert!(run.out.is_empty() && !run.err.is_empty(), "{args:?}: {}", run.whole());
    }
    assert_data_eq!(
        stage.run(&["lnit"]).whole(),
        str![[r#"
--- stderr
error: unrecognized subcommand 'lnit'

  tip: some similar subcommands exist: 'validate', 'init', 'lint'

Usage: rebalance [OPTIONS] <COMMAND>

For more information, try '--help'.
--- exit 64

"#]]
    );
}

#[test]
fn colour_is_only_there_when_asked_for() {
    let stage = Stage::sample();
    stage.edit("portfolio_config.yaml", "target: 0.35", "target: 0.40");
    assert!(!stage.run(&["lint"]).out.contains('\u{1b}'));
    assert!(stage.run(&["lint", "--color", "always"]).out.contains('\u{1b}'));
    let mut stage = stage;
    stage.env.insert("CLICOLOR_FORCE".into(), "1".into());
    assert!(stage.run(&["lint"]).out.contains('\u{1b}'));
    stage.env.insert("NO_COLOR".into(), "1".into());
    assert!(!stage.run(&["lint"]).out.contains('\u{1b}'));
}

#[test]
fn completions_know_the_commands() {
    let stage = Stage::bare_directory();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = stage.run(&["completions", shell]);
        assert!(run.out.contains("lint") && run.out.contains("plan"), "{shell}");
        assert_eq!(run.code, 0);
    }
}

#[test]
fn every_rule_is_explained() {
    let stage = Stage::bare_directory();
    assert_data_eq!(
        stage.run(&["explain", "weights-sum"]).whole(),
        str![[r#"
weights-sum (allocation, error)
The targets of all assets add up to exactly 1.

Why
  Targets that add up to less leave money that belongs to no asset; targets that
  add up to more promise money that is not there. Each asset is compared with
  its target, so a sum of 1.05 makes everything look underweight at once. The
  sum is taken in exact decimals: 0.1 three times is 0.3, and there is no
  tolerance to hide a mistake in.

What to do
  Change targets until they add up to 1. The finding says by how much they miss
  it, and points at the sleeve when only one does not fit its own `weight`. Cash
  is not an asset here: to keep some, use `cash.reserve`.

https://docs.rs/crate/rebalance-cli/0.1.0/source/docs/rules.md#weights-sum
--- exit 0

"#]]
    );
    let all = stage.run(&["explain", "--all", "--format", "json"]).json();
    let ids: Vec<&str> = all["rules"].as_array().unwrap().iter().map(|rule| rule["rule"].as_str().unwrap()).collect();
    let table: Vec<&str> = rebalance::rules::ALL.iter().map(|rule| rule.id).collect();
    assert_eq!(ids, table);
    assert_data_eq!(
        stage.run(&["explain", "weigths-sum"]).whole(),
        str![[r#"
--- stderr
error: there is no rule `weigths-sum`
help: did you mean `rebalance explain weights-sum`?
--- exit 64

"#]]
    );
}
