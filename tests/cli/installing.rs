//! `rebalance init --hooks`, and the hooks it writes run by the real git with the real program.

use crate::stage::Stage;
use snapbox::{assert_data_eq, str};
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{SystemTime, UNIX_EPOCH};

const CONFIG: &str = "portfolio_config.yaml";
const NAMES: [&str; 4] = ["pre-commit", "pre-merge-commit", "commit-msg", "pre-push"];

/// The sample, committed 100 days before the present: hooks know no other clock.
fn stage() -> Stage {
    let mut stage = Stage::bare_directory();
    stage.now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()).unwrap();
    stage.git(&["init", "-q", "-b", "main"]);
    stage.commit("Start", 100);
    stage
}

fn hooked() -> Stage {
    let stage = stage();
    let run = stage.run(&["init", "--hooks"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    stage
}

/// Where the program is, before everything else on the path.
fn path() -> String {
    let program = Path::new(env!("CARGO_BIN_EXE_rebalance"));
    format!("{}:{}", program.parent().unwrap().display(), std::env::var("PATH").unwrap())
}

/// git with the program on its path, today.
fn git(stage: &Stage, args: &[&str]) -> Command {
    let mut command = stage.git_command(args, 0);
    command.env("PATH", path()).env_remove("REBALANCE_COOLDOWN_OVERRIDE");
    command
}

/// What a git command said, after it did or did not succeed as expected.
fn said(command: &mut Command, succeeds: bool) -> String {
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned();
    assert_eq!(status.success(), succeeds, "{command:?}: {text}");
    text
}

/// Gives 091230 another target, and stages it.
fn shift(stage: &Stage, from: &str, to: &str, other: (&str, &str)) {
    let target = |code: &str, target: &str| format!("code: '{code}'\n          target: {target}");
    stage.edit(CONFIG, &target("091230", from), &target("091230", to));
    stage.edit(CONFIG, &target("305720", other.0), &target("305720", other.1));
    stage.git(&["add", CONFIG]);
}

#[test]
fn what_is_written() {
    let stage = stage();
    assert_data_eq!(
        stage.run(&["init", "--hooks", "--dry-run"]).whole(),
        str![[r#"
+ .git/hooks/pre-commit: would be written; it judges the staged config
    #!/bin/sh
    # Written by `rebalance init --hooks`, which writes it anew: changes in it are lost.
    # It judges the staged config.
    if ! command -v rebalance >/dev/null 2>&1; then
      echo 'pre-commit: rebalance is not on PATH, so that nothing was checked, and nothing goes on.' >&2
      echo 'help: install it from its repository with: cargo install --path .' >&2
      exit 6
    fi
    exec rebalance lint --staged
+ .git/hooks/pre-merge-commit: would be written; it judges the config that a merge stages
    #!/bin/sh
    # Written by `rebalance init --hooks`, which writes it anew: changes in it are lost.
    # It judges the config that a merge stages.
    if ! command -v rebalance >/dev/null 2>&1; then
      echo 'pre-merge-commit: rebalance is not on PATH, so that nothing was checked, and nothing goes on.' >&2
      echo 'help: install it from its repository with: cargo install --path .' >&2
      exit 6
    fi
    exec rebalance lint --staged
+ .git/hooks/commit-msg: would be written; it asks for the reason of a change
    #!/bin/sh
    # Written by `rebalance init --hooks`, which writes it anew: changes in it are lost.
    # It asks for the reason of a change.
    if ! command -v rebalance >/dev/null 2>&1; then
      echo 'commit-msg: rebalance is not on PATH, so that nothing was checked, and nothing goes on.' >&2
      echo 'help: install it from its repository with: cargo install --path .' >&2
      exit 6
    fi
    exec rebalance commit-msg "$1"
+ .git/hooks/pre-push: would be written; it judges what is pushed by what stands there
    #!/bin/sh
    # Written by `rebalance init --hooks`, which writes it anew: changes in it are lost.
    # It judges what is pushed by what stands there.
    if ! command -v rebalance >/dev/null 2>&1; then
      echo 'pre-push: rebalance is not on PATH, so that nothing was checked, and nothing goes on.' >&2
      echo 'help: install it from its repository with: cargo install --path .' >&2
      exit 6
    fi
    exec rebalance pre-push "$@"
--- exit 0

"#]]
    );
    assert!(NAMES.iter().all(|name| !stage.path(".git/hooks").join(name).exists()), "nothing was written");
    assert_data_eq!(
        stage.run(&["init", "--hooks"]).whole(),
        str![[r#"
+ .git/hooks/pre-commit: written; it judges the staged config
+ .git/hooks/pre-merge-commit: written; it judges the config that a merge stages
+ .git/hooks/commit-msg: written; it asks for the reason of a change
+ .git/hooks/pre-push: written; it judges what is pushed by what stands there
The hooks are installed in .git/hooks.
`--no-verify` skips them; the gate is a job in CI.
--- exit 0

"#]]
    );
    for name in NAMES {
        let mode = fs::metadata(stage.path(".git/hooks").join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o500, 0o500, "{name}");
    }
    // Again: nothing happens.
    let before = fs::metadata(stage.path(".git/hooks/commit-msg")).unwrap().modified().unwrap();
    assert_data_eq!(
        stage.run(&["init", "--hooks"]).whole(),
        str![[r#"
  .git/hooks/pre-commit: unchanged; it judges the staged config
  .git/hooks/pre-merge-commit: unchanged; it judges the config that a merge stages
  .git/hooks/commit-msg: unchanged; it asks for the reason of a change
  .git/hooks/pre-push: unchanged; it judges what is pushed by what stands there
The hooks are installed in .git/hooks.
`--no-verify` skips them; the gate is a job in CI.
--- exit 0

"#]]
    );
    assert_eq!(fs::metadata(stage.path(".git/hooks/commit-msg")).unwrap().modified().unwrap(), before);
    // Ours, but another version, and one that git would not run.
    let text = stage.read(".git/hooks/pre-commit");
    stage.write(".git/hooks/pre-commit", &(text.clone() + "# more\n"));
    fs::set_permissions(stage.path(".git/hooks/commit-msg"), PermissionsExt::from_mode(0o644)).unwrap();
    let run = stage.run(&["init", "--hooks"]);
    assert_eq!(run.out.matches("written anew").count(), 2, "{}", run.whole());
    assert_eq!(stage.read(".git/hooks/pre-commit"), text);
    assert_eq!(fs::read_dir(stage.path(".git/hooks")).unwrap().filter(is_left_over).count(), 0);
}

fn is_left_over(entry: &std::io::Result<fs::DirEntry>) -> bool {
    entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".rebalance")
}

#[test]
fn a_hook_of_somebody_else_stays_and_nothing_is_written() {
    let stage = stage();
    let hooks = stage.path(".git/hooks");
    stage.write(".git/hooks/commit-msg", "#!/bin/sh\nexit 0\n");
    assert_data_eq!(
        stage.run(&["init", "--hooks"]).whole(),
        str![[r#"
--- stderr
error: `commit-msg` in .git/hooks is not a hook that `rebalance init` wrote: nothing was written
help: add to commit-msg: rebalance commit-msg "$1" || exit $?
help: then run this again; or use the hooks with pre-commit or prek, as the README says.
--- exit 1

"#]]
    );
    assert_eq!(stage.run(&["init", "--hooks", "--dry-run"]).code, 1);
    assert_eq!(stage.read(".git/hooks/commit-msg"), "#!/bin/sh\nexit 0\n");
    assert!(!hooks.join("pre-commit").exists());
    // With the line that the help gives it is one of ours.
    stage.write(".git/hooks/commit-msg", "#!/bin/sh\nrebalance commit-msg \"$1\" || exit $?\nexit 0\n");
    assert_eq!(stage.run(&["init", "--hooks"]).code, 1, "git would not run it");
    fs::set_permissions(hooks.join("commit-msg"), PermissionsExt::from_mode(0o755)).unwrap();
    let run = stage.run(&["init", "--hooks"]);
    assert!(run.code == 0 && run.out.contains("commit-msg: not ours, and calls rebalance"), "{}", run.whole());
    assert!(stage.read(".git/hooks/commit-msg").ends_with("exit 0\n"));
    shift(&stage, "0.10", "0.11", ("0.10", "0.09"));
    assert!(said(&mut git(&stage, &["commit", "-m", "Raise"]), false).contains("error[change-reason]"));
    NAMES.iter().for_each(|name| fs::remove_file(hooks.join(name)).unwrap());
    // A link, also one to nowhere; a directory; an empty file; bytes that are no text; the mark in another place.
    symlink("nowhere", hooks.join("pre-commit")).unwrap();
    assert_eq!(stage.run(&["init", "--hooks"]).code, 1);
    fs::remove_file(hooks.join("pre-commit")).unwrap();
    fs::create_dir(hooks.join("pre-commit")).unwrap();
    assert_eq!(stage.run(&["init", "--hooks"]).code, 1);
    fs::remove_dir(hooks.join("pre-commit")).unwrap();
    for bytes in
        [&b""[..], b"\x7fELF\xff\xfe", b"#!/bin/sh\n# Written by hand\n", b"#!/bin/sh\n\n# Written by `rebalance"]
    {
        fs::write(hooks.join("pre-commit"), bytes).unwrap();
        let run = stage.run(&["init", "--hooks"]);
        assert_eq!((run.code, fs::read(hooks.join("pre-commit")).unwrap().as_slice()), (1, bytes), "{}", run.whole());
        assert!(!hooks.join("commit-msg").exists());
    }
}

#[test]
fn wrong_usage_says_what_there_is() {
    let stage = stage();
    for option in [&["--dir", "x"][..], &["--from", "seed"], &["--no-git"]] {
        let args: Vec<&str> = ["init", "--hooks"].iter().chain(option).copied().collect();
        assert_eq!(stage.run(&args).code, 64, "{args:?}");
    }
    assert_eq!(stage.run(&["--policies", "p", "init", "--hooks"]).code, 64);
    assert_eq!(stage.run(&["init", "--hooks", "--format", "json"]).code, 64);
    let run = stage.run(&["init", "--hooks", "--config", "elsewhere.yaml"]);
    assert!(run.code == 6 && run.err.contains("no elsewhere.yaml"), "{}", run.whole());
    stage.git(&["clone", "-q", "--bare", ".", "bare.git"]);
    let run = stage.run_in("bare.git", &["init", "--hooks"]);
    assert!(run.code == 1 && run.err.contains("bare"), "{}", run.whole());
    assert_eq!(Stage::bare_directory().run(&["init", "--hooks"]).code, 6);
}

#[test]
fn commits_are_judged() {
    let stage = hooked();
    stage.write("notes.txt", "x");
    stage.git(&["add", "notes.txt"]);
    said(&mut git(&stage, &["commit", "-m", "Notes"]), true);

    stage.edit(CONFIG, "target: 0.35", "target: 0.40");
    stage.git(&["add", CONFIG]);
    let text = said(&mut git(&stage, &["commit", "-m", "Bad", "-m", "Reason: none"]), false);
    assert!(text.contains("error[weights-sum]"), "{text}");
    stage.git(&["checkout", "-q", "HEAD", "--", CONFIG]);

    shift(&stage, "0.10", "0.11", ("0.10", "0.09"));
    let text = said(&mut git(&stage, &["commit", "-m", "Raise"]), false);
    assert!(text.contains("error[change-reason]"), "{text}");
    said(&mut git(&stage, &["commit", "-m", "Raise", "-m", "Reason: earnings"]), true);

    shift(&stage, "0.11", "0.12", ("0.09", "0.08"));
    let text = said(&mut git(&stage, &["commit", "-m", "Again", "-m", "Reason: more"]), false);
    assert!(text.contains("error[allocation-cooldown]"), "{text}");
    let mut again = git(&stage, &["commit", "-m", "Again"]);
    said(again.env("REBALANCE_COOLDOWN_OVERRIDE", "the fund closes"), true);
    let message = stage.git(&["log", "-1", "--format=%B"]);
    assert!(message.contains("\nCooldown-Override: the fund closes\n"), "{message}");

    stage.git(&["rm", "-q", CONFIG]);
    let text = said(&mut git(&stage, &["commit", "-m", "Away", "-m", "Reason: none"]), false);
    assert!(text.contains("error[allocation-cooldown]"), "{text}");
    // Hooks are a courtesy.
    said(&mut git(&stage, &["commit", "-q", "--no-verify", "-m", "Away"]), true);
}

#[test]
fn a_merge_is_judged() {
    let stage = hooked();
    stage.git(&["switch", "-q", "-c", "side"]);
    shift(&stage, "0.10", "0.11", ("0.10", "0.09"));
    said(&mut git(&stage, &["commit", "-q", "-m", "Raise"]), false);
    said(&mut git(&stage, &["commit", "-q", "--no-verify", "-m", "Raise"]), true);
    stage.git(&["switch", "-q", "main"]);
    let text = said(&mut git(&stage, &["merge", "--no-ff", "-m", "Merge", "side"]), false);
    assert!(text.contains("error[change-reason]"), "{text}");
    stage.git(&["merge", "--abort"]);
    said(&mut git(&stage, &["merge", "--no-ff", "-m", "Merge", "-m", "Reason: earnings", "side"]), true);
    // What makes the config bad is seen before there is a message.
    stage.git(&["switch", "-q", "side"]);
    stage.edit(CONFIG, "max: 0.40", "max: 0.34");
    stage.git(&["add", CONFIG]);
    said(&mut git(&stage, &["commit", "-q", "--no-verify", "-m", "Narrow"]), true);
    stage.git(&["switch", "-q", "main"]);
    let text = said(&mut git(&stage, &["merge", "--no-ff", "-m", "Merge", "-m", "Reason: more", "side"]), false);
    assert!(text.contains("error[band-contains-target]"), "{text}");
}

#[test]
fn a_merge_may_have_its_override_in_what_it_brings() {
    let stage = hooked();
    stage.git(&["switch", "-q", "-c", "side"]);
    shift(&stage, "0.10", "0.11", ("0.10", "0.09"));
    stage.git(&["commit", "-q", "--no-verify", "-m", "Raise\n\nCooldown-Override: the fund closes"]);
    stage.git(&["switch", "-q", "main"]);
    stage.edit(CONFIG, "max: 0.40", "max: 0.41");
    stage.git(&["commit", "-q", "--no-verify", "-a", "-m", "Widen\n\nReason: it swings more"]);
    let text = said(&mut git(&stage, &["merge", "--no-ff", "-m", "Merge", "side"]), true);
    assert_eq!(text.matches("overridden: the fund closes").count(), 2, "{text}");
    stage.git(&["reset", "-q", "--hard", "main~2"]);
    stage.git(&["switch", "-q", "side"]);
    stage.git(&["commit", "-q", "--no-verify", "--amend", "-m", "Raise\n\nReason: earnings"]);
    stage.git(&["switch", "-q", "main"]);
    stage.edit(CONFIG, "max: 0.40", "max: 0.41");
    stage.git(&["commit", "-q", "--no-verify", "-a", "-m", "Widen\n\nReason: it swings more"]);
    let text = said(&mut git(&stage, &["merge", "--no-ff", "-m", "Merge", "side"]), false);
    assert!(text.contains("error[allocation-cooldown]"), "{text}");
}

#[test]
fn a_push_is_judged() {
    let stage = hooked();
    stage.git(&["init", "-q", "--bare", "remote.git"]);
    stage.git(&["remote", "add", "origin", "remote.git"]);
    said(&mut git(&stage, &["push", "-q", "origin", "main"]), true);
    shift(&stage, "0.10", "0.11", ("0.10", "0.09"));
    said(&mut git(&stage, &["commit", "-q", "--no-verify", "-m", "Raise"]), true);
    let text = said(&mut git(&stage, &["push", "-q", "origin", "main"]), false);
    assert!(text.contains("error[change-reason]"), "{text}");
    said(&mut git(&stage, &["commit", "-q", "--amend", "-m", "Raise", "-m", "Reason: earnings"]), true);
    said(&mut git(&stage, &["push", "-q", "origin", "main"]), true);
}

#[test]
fn from_wherever_one_commits() {
    let stage = hooked();
    fs::create_dir_all(stage.path("deep/er")).unwrap();
    shift(&stage, "0.10", "0.11", ("0.10", "0.09"));
    let mut below = git(&stage, &["commit", "-m", "Raise"]);
    assert!(said(below.current_dir(stage.path("deep/er")), false).contains("error[change-reason]"));

    // A linked work tree has the same hooks, and its own index.
    stage.git(&["worktree", "add", "-q", "-b", "other", "tree", "HEAD"]);
    let run = stage.run_in("tree", &["init", "--hooks"]);
    assert!(run.out.matches("unchanged").count() == NAMES.len() && run.code == 0, "{}", run.whole());
    let tree = stage.path("tree");
    let text = fs::read_to_string(tree.join(CONFIG)).unwrap();
    fs::write(tree.join(CONFIG), text.replace("target: 0.35", "target: 0.40")).unwrap();
    let mut there = git(&stage, &["commit", "-a", "-m", "Bad", "-m", "Reason: none"]);
    assert!(said(there.current_dir(&tree), false).contains("error[weights-sum]"));
    said(git(&stage, &["commit", "-m", "Raise", "-m", "Reason: earnings"]).current_dir(stage.path("deep")), true);
}

#[test]
fn the_hooks_are_where_git_looks_for_them() {
    // A path of the repository's own, relative to the top; written from below it.
    let stage = stage();
    fs::create_dir_all(stage.path("deep")).unwrap();
    stage.git(&["config", "core.hooksPath", ".githooks"]);
    let run = stage.run_in("deep", &["init", "--hooks", "--config", "../portfolio_config.yaml"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    let told = stage.git(&["rev-parse", "--path-format=absolute", "--git-path", "hooks"]);
    assert_eq!(PathBuf::from(told.trim()), stage.path(".githooks").canonicalize().unwrap());
    assert!(!stage.path(".git/hooks/pre-commit").exists());
    shift(&stage, "0.10", "0.11", ("0.10", "0.09"));
    assert!(said(&mut git(&stage, &["commit", "-m", "Raise"]), false).contains("error[change-reason]"));

    // Switched off.
    stage.git(&["config", "core.hooksPath", "/dev/null"]);
    let run = stage.run(&["init", "--hooks"]);
    assert!(run.code == 1 && run.err.contains("/dev/null is not a directory"), "{}", run.whole());
    stage.git(&["config", "core.hooksPath", ""]);
    assert_eq!(stage.run(&["init", "--hooks"]).code, 6);
}

#[test]
fn the_hooks_of_every_repository_are_not_touched() {
    let stage = stage();
    stage.write("gitconfig", &format!("[core]\n\thooksPath = {}\n", stage.path("all").display()));
    let program = |stage: &Stage| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rebalance"));
        command.args(["init", "--hooks"]).current_dir(stage.path("")).env("GIT_CONFIG_GLOBAL", stage.path("gitconfig"));
        command
    };
    let text = said(&mut program(&stage), false);
    assert!(text.contains("the hooks of every repository") && text.contains("git config core.hooksPath /"), "{text}");
    assert!(!stage.path("all").exists());
    // As the help says.
    let own = text.split("git config core.hooksPath ").nth(1).unwrap().lines().next().unwrap();
    stage.git(&["config", "core.hooksPath", own]);
    said(&mut program(&stage), true);
    assert!(stage.path(".git/hooks/pre-commit").exists());
}

#[test]
fn a_config_below_has_its_path_in_the_hooks() {
    let stage = stage();
    let dir = "fin/it's $HOME";
    fs::create_dir_all(stage.path(dir)).unwrap();
    stage.git(&["mv", CONFIG, &format!("{dir}/c.yaml")]);
    stage.git(&["commit", "-q", "-m", "Move"]);
    let run = stage.run_in(dir, &["init", "--hooks", "--config", "c.yaml"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    stage.edit(&format!("{dir}/c.yaml"), "target: 0.35", "target: 0.40");
    stage.git(&["add", "-A"]);
    let text = said(&mut git(&stage, &["commit", "-m", "Bad", "-m", "Reason: none"]), false);
    assert!(text.contains("error[weights-sum]"), "{text}");
}

#[test]
fn without_the_program_nothing_is_committed() {
    let stage = hooked();
    shift(&stage, "0.10", "0.11", ("0.10", "0.09"));
    let mut commit = git(&stage, &["commit", "-m", "Raise", "-m", "Reason: earnings"]);
    let text = said(commit.env("PATH", "/usr/bin:/bin"), false);
    assert!(text.contains("rebalance is not on PATH") && text.contains("cargo install"), "{text}");
}

#[test]
fn nothing_is_changed_where_nothing_can_be_written() {
    let stage = stage();
    let hooks = stage.path(".git/hooks");
    // A file where a directory is needed; root writes into directories that are read-only.
    fs::remove_dir_all(&hooks).unwrap();
    stage.git(&["config", "core.hooksPath", "portfolio_config.yaml/hooks"]);
    let run = stage.run(&["init", "--hooks"]);
    assert_eq!(run.code, 6, "{}", run.whole());
    stage.git(&["config", "--unset", "core.hooksPath"]);
    assert_eq!(stage.run(&["init", "--hooks"]).code, 0, "a directory that is not there is made");
    assert!(hooks.join("commit-msg").exists());
}
