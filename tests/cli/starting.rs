//! `rebalance init`: repositories begun from every template, and what is there already.

use crate::stage::Stage;
use rebalance::cli::SHEETS;
use snapbox::{assert_data_eq, str};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

const CONFIG: &str = "portfolio_config.yaml";

/// The templates, as `--help` lists them.
fn templates() -> Vec<String> {
    let cli = rebalance::cli::command();
    let init = cli.find_subcommand("init").unwrap();
    let from = init.get_arguments().find(|argument| argument.get_id() == "from").unwrap();
    let names: Vec<String> = from.get_possible_values().iter().map(|value| value.get_name().to_owned()).collect();
    assert_eq!(names, ["seed", "etf-kr", "etf-us"]);
    names
}

/// Every file below a directory and what is in it, git's own aside.
fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut pending = vec![dir.to_owned()];
    while let Some(path) = pending.pop() {
        if path.is_dir() {
            pending.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
            pending.retain(|path| !path.ends_with(".git"));
        } else {
            found.insert(path.strip_prefix(dir).unwrap().display().to_string(), fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn what_is_written_and_what_is_next() {
    let stage = Stage::empty();
    assert_data_eq!(
        stage.run(&["init", "--dir", "etfs"]).whole(),
        str![[r#"
+ portfolio_config.yaml: written
+ holdings.yaml: written
+ policies/allocation-cooldown.yaml: written
+ policies/max-weight.yaml: written
+ portfolio_config.schema.json: written
+ holdings.schema.json: written
+ policy.schema.json: written
+ .gitignore: written
+ .pre-commit-config.yaml: written
+ .github/workflows/rebalance.yml: written
+ .github/workflows/rebalance-check.yml: written
+ .github/workflows/rebalance-apply.yml: written
+ README.md: written

13 files written, a git repository begun.
note: the workflows name `OWNER/rebalance` at a commit of zeros. Write where you
  keep rebalance, and the commit that you trust, into .github/workflows.

Next:
  cd etfs
  git add . && git commit -m 'Start the portfolio'
  pre-commit install || rebalance init --hooks
  rebalance status
  rebalance plan -o plan.json
--- exit 0

"#]]
    );
    assert_eq!(stage.read("etfs/.git/HEAD"), "ref: refs/heads/main\n");
    // Again, on another day: what is there is kept, and nothing else is said of it.
    let mut stage = stage;
    stage.now += 86_400;
    assert_data_eq!(
        stage.run_in("etfs", &["init"]).whole(),
        str![[r#"
  portfolio_config.yaml: unchanged
  holdings.yaml: is there already, and kept as it is
  policies/allocation-cooldown.yaml: unchanged
  policies/max-weight.yaml: unchanged
  portfolio_config.schema.json: unchanged
  holdings.schema.json: unchanged
  policy.schema.json: unchanged
  .gitignore: unchanged
  .pre-commit-config.yaml: unchanged
  .github/workflows/rebalance.yml: unchanged
  .github/workflows/rebalance-check.yml: unchanged
  .github/workflows/rebalance-apply.yml: unchanged
  README.md: unchanged

0 files written, 1 kept.

Next:
  pre-commit install || rebalance init --hooks
  rebalance status
  rebalance plan -o plan.json
--- exit 0

"#]]
    );
}

#[test]
fn every_template_lints_clean_and_is_planned_and_applied() {
    for name in templates() {
        let stage = Stage::empty();
        let run = stage.run(&["init", "--from", &name]);
        assert_eq!((run.code, run.err.as_str()), (0, ""), "{}", run.whole());
        for when in ["before", "after"] {
            let lint = stage.run(&["lint", "--fail-on", "info", "--format", "json"]);
            assert_eq!(lint.code, 0, "{name}, {when} the first commit: {}", lint.whole());
            let summary = &lint.json()["summary"];
            let counts = ["errors", "warnings", "infos", "suppressed"].map(|key| summary[key].as_u64().unwrap());
            assert_eq!(counts, [0, 0, 0, u64::from(name == "seed")], "{name}: {summary}");
            if when == "before" {
                stage.commit("Start the portfolio", 0);
            }
        }
        assert_eq!(stage.run(&["status", "--detailed-exitcode"]).code, 2, "{name}: a rebalance is due");
        let plan = stage.run(&["plan", "-o", "plan.json"]);
        assert!(plan.code == 0 && plan.out.contains("(applyable)"), "{name}: {}", plan.whole());
        let apply = stage.run(&["apply", "plan.json"]);
        assert_eq!(apply.code, 0, "{name}: {}", apply.whole());
        // What is for this machine alone is not offered to git, and the rest is.
        let offered = stage.git(&["status", "--porcelain", "-uall"]);
        let offered: BTreeSet<&str> = offered.lines().map(|line| &line[3..]).collect();
        assert_eq!(offered, ["holdings.yaml", "rebalance_log.jsonl", ".rebalance/journal.jsonl"].into(), "{name}");
        let again = stage.run(&["plan"]);
        assert!(again.out.contains("Nothing to do."), "{name}: {}", again.whole());
    }
}

/// Comments and the day aside, the first template is the guide's own portfolio.
#[test]
fn the_seed_is_the_guide_s() {
    let (begun, guide) = (Stage::empty(), Stage::bare_directory());
    begun.run(&["init"]);
    for file in [CONFIG, "holdings.yaml"] {
        let bare = |stage: &Stage| -> Vec<String> {
            let text = stage.read(file);
            text.lines().filter(|line| !line.trim_start().starts_with('#')).map(str::to_owned).collect()
        };
        assert_eq!(bare(&begun), bare(&guide), "{file}");
    }
}

/// An editor finds what the first lines name, and it is what this version reads.
#[test]
fn modelines_lead_to_the_schemas() {
    let stage = Stage::empty();
    stage.run(&["init"]);
    let mut seen = 0;
    for (file, bytes) in tree(&stage.path("")) {
        let text = String::from_utf8(bytes).unwrap();
        let Some(path) = text.strip_prefix("# yaml-language-server: $schema=") else {
            let edited = file == CONFIG || file == "holdings.yaml" || file.starts_with("policies/");
            assert!(!edited, "{file} has no modeline");
            continue;
        };
        let path = stage.path(&file).parent().unwrap().join(path.lines().next().unwrap());
        let name = path.file_name().unwrap().to_str().unwrap();
        let (_, sheet) = SHEETS.iter().find(|(_, sheet)| sheet.file == name).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), rebalance::schema::text(sheet), "{file}");
        seen += 1;
    }
    assert_eq!(seen, 4);
}

#[test]
fn a_dry_run_shows_all_of_it_and_writes_nothing() {
    for name in templates() {
        let stage = Stage::empty();
        let shown = stage.run(&["init", "--from", &name, "--dir", "x", "--dry-run"]);
        assert_eq!(shown.code, 0, "{}", shown.whole());
        assert_eq!(fs::read_dir(stage.path("")).unwrap().count(), 0);
        stage.run(&["init", "--from", &name, "--dir", "x"]);
        let written = tree(&stage.path("x"));
        assert_eq!(shown.out.lines().filter(|line| line.starts_with("+ ")).count(), written.len());
        for (file, bytes) in written {
            let line = format!("+ {file}: would be written");
            let (_, below) = shown.out.split_once(&line).unwrap_or_else(|| panic!("{name}: no {line}"));
            let text = String::from_utf8(bytes).unwrap();
            let mut below = below.lines();
            match below.next().unwrap() {
                "" => text.lines().for_each(|line| assert_eq!(below.next().unwrap(), format!("    {line}").trim_end())),
                rest => {
                    let command = rest.split('`').nth(1).unwrap();
                    let args: Vec<&str> = command.split(' ').skip(1).collect();
                    assert_eq!(stage.run(&args).out, text, "{command}");
                }
            }
        }
    }
}

#[test]
fn what_is_there_is_never_overwritten() {
    let whole = Stage::empty();
    whole.run(&["init"]);
    let files = tree(&whole.path(""));
    assert_eq!(files.len(), 13);
    // Each file in its turn is somebody else's, as a file, as a link to nowhere, or as a directory.
    for file in files.keys() {
        for kind in ["file", "link", "directory"] {
            let stage = Stage::empty();
            stage.write(file, "mine\n");
            if kind != "file" {
                fs::remove_file(stage.path(file)).unwrap();
            }
            match kind {
                "link" => std::os::unix::fs::symlink("nowhere", stage.path(file)).unwrap(),
                "directory" => fs::create_dir(stage.path(file)).unwrap(),
                _ => {}
            }
            let run = stage.run(&["init"]);
            assert_eq!(run.code, 0, "{file}: {}", run.whole());
            assert!(run.out.contains(&format!("  {file}: is there already, and kept as it is\n")), "{}", run.whole());
            let meta = fs::symlink_metadata(stage.path(file)).unwrap();
            match kind {
                "link" => assert!(meta.is_symlink() && !stage.path("nowhere").exists(), "{file}"),
                "directory" => assert_eq!(fs::read_dir(stage.path(file)).unwrap().count(), 0, "{file}"),
                _ => assert_eq!(stage.read(file), "mine\n"),
            }
            for (other, bytes) in &files {
                let portfolio = other == "holdings.yaml" || other.starts_with("policies/");
                match fs::read(stage.path(other)) {
                    Ok(found) if other != file => assert_eq!(found, *bytes, "{other} beside {file}"),
                    Err(_) if other != file => assert!(portfolio && file == CONFIG, "{other} beside {file}"),
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn a_config_of_one_s_own_is_left_with_its_own_account() {
    let stage = Stage::sample();
    fs::remove_file(stage.path("holdings.yaml")).unwrap();
    stage.write(".gitignore", "/target\n.rebalance/lock\n");
    stage.write("README.md", "# Mine\n");
    assert_data_eq!(
        stage.run(&["init"]).whole(),
        str![[r#"
  portfolio_config.yaml: is there already, and kept as it is
  holdings.yaml: left out: it would not fit the portfolio_config.yaml that is there
  policies/allocation-cooldown.yaml: left out: it would not fit the portfolio_config.yaml that is there
  policies/max-weight.yaml: left out: it would not fit the portfolio_config.yaml that is there
+ portfolio_config.schema.json: written
+ holdings.schema.json: written
+ policy.schema.json: written
  .gitignore: is there already, and kept as it is
+ .pre-commit-config.yaml: written
+ .github/workflows/rebalance.yml: written
+ .github/workflows/rebalance-check.yml: written
+ .github/workflows/rebalance-apply.yml: written
  README.md: is there already, and kept as it is

7 files written, 3 kept.
note: add to .gitignore:
  .rebalance/tokens/
  .rebalance/ticket.*
  .rebalance/fills.csv
  .rebalance/manual-*.json
  plan.json
note: the workflows name `OWNER/rebalance` at a commit of zeros. Write where you
  keep rebalance, and the commit that you trust, into .github/workflows.

Next:
  git add .github .pre-commit-config.yaml holdings.schema.json policy.schema.json portfolio_config.schema.json && git commit -m 'Start the portfolio'
  pre-commit install || rebalance init --hooks
  rebalance status
  rebalance plan -o plan.json
--- exit 0

"#]]
    );
    assert!(!stage.path("holdings.yaml").exists() && !stage.path("policies").exists());
    assert_eq!(stage.run(&["lint"]).code, 0);
}

#[test]
fn all_of_it_or_nothing() {
    // A file is where a directory has to be.
    let stage = Stage::empty();
    stage.write(".github/workflows", "mine\n");
    let run = stage.run(&["init"]);
    assert!(run.code == 6 && run.err.contains("nothing was written"), "{}", run.whole());
    assert_eq!(tree(&stage.path("")).keys().collect::<Vec<_>>(), [".github/workflows"]);
    assert!(!stage.path(".git").exists());
    // A link to nowhere is where a directory has to be, which is only seen when it is made.
    let stage = Stage::empty();
    std::os::unix::fs::symlink("nowhere", stage.path("policies")).unwrap();
    let run = stage.run(&["init"]);
    assert!(run.code == 6 && run.err.contains("nothing was written"), "{}", run.whole());
    assert_eq!(fs::read_dir(stage.path("")).unwrap().count(), 1, "{}", run.whole());
}

#[test]
fn where_it_cannot_be() {
    let stage = Stage::empty();
    stage.write("file", "x");
    for dir in ["file", "file/below"] {
        let run = stage.run(&["init", "--dir", dir]);
        assert_data_eq!(
            run.whole(),
            str![[r#"
--- stderr
error: [DIR]/file is not a directory
help: name another with --dir DIR; it is made if it is not there.
--- exit 64

"#]]
        );
    }
    stage.git(&["init", "-q", "--bare", "bare.git"]);
    assert_data_eq!(
        stage.run(&["init", "--dir", "bare.git"]).whole(),
        str![[r#"
--- stderr
error: a bare repository has no work tree to write to
help: run this in a clone of it.
--- exit 1

"#]]
    );
    for (option, value) in [("--config", "x.yaml"), ("--holdings", "h.yaml"), ("--policies", "p"), ("--fx", "f.yaml")] {
        assert_eq!(stage.run(&[option, value, "init"]).code, 64, "{option}");
    }
    for source in ["ann/rebalance", "ann/rebalance@v1", "rebalance@0123456789abcdef0123456789abcdef01234567"] {
        let run = stage.run(&["init", "--action", source]);
        assert!(run.code == 64 && run.err.contains("OWNER/REPO@COMMIT"), "{}", run.whole());
    }
    assert!(!stage.path(CONFIG).exists());
}

#[cfg(unix)]
#[test]
fn a_directory_that_takes_no_files_is_said() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::empty();
    fs::create_dir(stage.path("closed")).unwrap();
    fs::set_permissions(stage.path("closed"), fs::Permissions::from_mode(0o555)).unwrap();
    // Nobody keeps root out.
    if fs::write(stage.path("closed/probe"), "x").is_ok() {
        return;
    }
    let run = stage.run(&["init", "--dir", "closed"]);
    assert!(run.code == 6 && run.err.contains("Permission denied") && run.err.contains("nothing was written"));
}

#[test]
fn a_repository_is_begun_only_where_there_is_none() {
    let stage = Stage::empty();
    let run = stage.run(&["init", "--no-git"]);
    assert!(run.out.contains("\nNext:\n  git init\n  git add ."), "{}", run.whole());
    assert!(!stage.path(".git").exists());
    // In one: at its top nothing is begun, and below it is said what does not work there.
    let stage = Stage::empty();
    stage.git(&["init", "-q", "-b", "trunk"]);
    let run = stage.run(&["init"]);
    assert!(!run.out.contains("repository begun") && !run.out.contains("git init"), "{}", run.whole());
    assert_eq!(stage.read(".git/HEAD"), "ref: refs/heads/trunk\n");
    let run = stage.run(&["init", "--dir", "deep/er"]);
    assert!(run.out.contains("inside the repository at") && run.out.contains("\n  git init\n"), "{}", run.whole());
    assert!(!stage.path("deep/er/.git").exists());
}

#[test]
fn the_workflows_run_what_is_named() {
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let stage = Stage::empty();
    let run = stage.run(&["init", "--action", &format!("ann/funds@{commit}")]);
    assert!(!run.out.contains("OWNER"), "{}", run.whole());
    let mut uses = BTreeSet::new();
    for (file, bytes) in tree(&stage.path("")) {
        let text = String::from_utf8(bytes).unwrap();
        assert!(file == "README.md" || !text.contains("OWNER"), "{file}");
        uses.extend(text.lines().filter_map(|line| Some(line.split_once("uses: ann/")?.1.to_owned())));
    }
    assert_eq!(uses, [format!("funds/setup@{commit}"), format!("funds@{commit}")].into());
}

/// The commands that are told next, pasted into a shell, with the real git and the real program.
#[test]
fn the_next_commands_work_as_they_stand() {
    for name in templates() {
        let mut stage = Stage::empty();
        stage.now = chrono::Utc::now().timestamp();
        let run = stage.run(&["init", "--from", &name, "--dir", "my funds"]);
        let next: String =
            run.out.split_once("\nNext:\n").unwrap().1.lines().map(|line| format!("{}\n", &line[2..])).collect();
        assert!(next.starts_with("cd 'my funds'\ngit add ."), "{next}");
        let git = stage.git_command(&[], 0);
        let mut shell = Command::new("sh");
        shell.args(["-ec", &next]).current_dir(stage.path(""));
        for (name, value) in git.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        let program = Path::new(env!("CARGO_BIN_EXE_rebalance")).parent().unwrap();
        // No pre-commit is on it, so that the hooks are git's own.
        let path = std::env::var_os("PATH").unwrap();
        let path = std::env::split_paths(&path).filter(|dir| !dir.join("pre-commit").exists());
        let path = std::env::join_paths([program.to_owned()].into_iter().chain(path)).unwrap();
        let output = shell.env("PATH", path).output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{next}: {said}");
        assert!(said.contains("The hooks are installed in .git/hooks.") && said.contains("(applyable)"), "{said}");
    }
}
