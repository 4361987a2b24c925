//! The command: files, streams, exit codes.

use crate::stage::Stage;
use rebalance::disk::{Disk, RealDisk, Staged, replace_unmoved};
use snapbox::{assert_data_eq, str};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const CONFIG: &str = "portfolio_config.yaml";

/// The sample with two faults that can be fixed, one that cannot, and a misspelt key above them.
fn faulty() -> Stage {
    let stage = Stage::sample();
    stage.edit(CONFIG, "'069500'", "069500");
    stage.edit(CONFIG, "target: 0.35", "taget: .35");
    stage.edit(CONFIG, "max: 0.20", "max: 20%");
    stage
}

const FIXES: [(&str, &str); 2] = [("069500", "'069500'"), ("taget: .35", "target: 0.35")];

fn fixed_text(stage: &Stage) -> String {
    FIXES.iter().fold(stage.read(CONFIG), |text, (from, to)| text.replacen(from, to, 1))
}

#[test]
fn lint_says_how_many_it_could_fix() {
    let stage = faulty();
    let run = stage.run(&["lint"]);
    let closing: Vec<&str> = run.out.lines().rev().take(2).collect();
    assert_eq!(
        closing,
        ["2 fixable with --fix: rebalance lint --fix", "refused: portfolio_config.yaml: 3 errors, 0 warnings, 1 info"]
    );
    let clean = Stage::sample().run(&["lint"]);
    assert!(!clean.out.contains("fixable"), "{}", clean.whole());
}

#[test]
fn what_can_be_fixed_is_and_the_rest_is_said() {
    let stage = faulty();
    let expected = fixed_text(&stage);
    let run = stage.run(&["lint", "--fix"]);
    assert_eq!(stage.read(CONFIG), expected);
    assert_data_eq!(
        run.whole(),
        str![[r#"
error[number-format]: the number `20%` is not written in plain digits
  --> portfolio_config.yaml:25:16
   |
25 |           max: 20%
   |                ^^^ not every YAML reader takes this for the same number
   |
   = help: write digits and at most one point: 35 % is `0.35`, a thousand is
           `1000`.

info[threshold-reachable]: 443160 cannot drift 5 points from its target 0.05
                           inside its band (0.02 to 0.08)
  --> portfolio_config.yaml:33:19
   |
33 |           target: 0.05
...
64 |       threshold: 0.05 # Emergency rebalancing when +/-5% deviation
   |                  ---- the threshold
   |
   = help: nothing to do if the band is meant to decide; otherwise widen the
           band, or lower the threshold.

refused: portfolio_config.yaml: 1 error, 0 warnings, 1 info
--- stderr
fixed 3 findings in portfolio_config.yaml
--- exit 1

"#]]
    );
    let again = stage.run(&["lint", "--fix"]);
    assert_eq!((again.err.as_str(), again.out, again.code), ("", run.out, 1));
    assert_eq!(stage.read(CONFIG), expected);
}

/// The exit code is that of what is left: nothing that fails, here.
#[test]
fn a_file_that_is_fixed_whole_passes() {
    let stage = Stage::sample();
    let sample = stage.read(CONFIG);
    stage.edit(CONFIG, "'069500'", "069500");
    let run = stage.run(&["lint", "--fix", "--quiet"]);
    assert_eq!((run.out.as_str(), run.err.as_str(), run.code), ("", "", 0));
    assert_eq!(stage.read(CONFIG), sample);
    let json = faulty().run(&["lint", "--fix", "--format", "json"]);
    assert_eq!(json.findings(&["error"]), ["number-format 25:16 error"]);
    assert_eq!(json.err, "fixed 3 findings in portfolio_config.yaml\n");
}

#[test]
fn a_diff_is_shown_and_nothing_is_written() {
    let stage = faulty();
    let (before, expected) = (stage.read(CONFIG), fixed_text(&stage));
    let run = stage.run(&["lint", "--fix", "--diff"]);
    assert_eq!(stage.read(CONFIG), before);
    assert_data_eq!(
        run.whole(),
        str![[r#"
--- a/portfolio_config.yaml
+++ b/portfolio_config.yaml
@@ -15,11 +15,11 @@
       assets:
         - ticker: 'TIGER US S&P500'
           code: '360750'
-          taget: .35
+          target: 0.35
           min: 0.30
           max: 0.40
         - ticker: 'KODEX 200'
-          code: 069500
+          code: '069500'
           target: 0.15
           min: 0.10
           max: 20%
--- stderr
would fix 3 findings in portfolio_config.yaml
--- exit 1

"#]]
    );
    let coloured = stage.run(&["lint", "--fix", "--diff", "--color", "always"]);
    assert!(coloured.out.contains("\u{1b}[31m-          code: 069500\u{1b}[0m\n"), "{}", coloured.out);
    // Git takes it as it is.
    stage.write("fix.patch", &run.out);
    stage.git(&["apply", "fix.patch"]);
    assert_eq!(stage.read(CONFIG), expected);
    let none = Stage::sample().run(&["lint", "--fix", "--diff"]);
    assert_eq!((none.out.as_str(), none.err.as_str(), none.code), ("", "nothing to fix in portfolio_config.yaml\n", 0));
}

#[test]
fn a_diff_has_no_other_format_and_no_file() {
    let stage = faulty();
    let diff = stage.run(&["lint", "--fix", "--diff"]);
    assert_eq!(stage.run(&["lint", "--fix", "--diff", "--format", "human"]), diff);
    for options in [&["--format", "json"][..], &["--format", "sarif"], &["--format", "human", "--output-file", "a"]] {
        let run = stage.run(&[&["lint", "--fix", "--diff"], options].concat());
        assert_eq!((run.code, run.out.as_str()), (64, ""), "{options:?}: {}", run.whole());
        assert!(run.err.contains("--diff takes neither") && run.err.contains("--diff > fixes.diff"), "{}", run.err);
    }
    assert!(!stage.path("a").exists());
}

#[test]
fn a_diff_of_other_line_ends_and_no_last_one_is_applied_by_git() {
    let stage = Stage::sample();
    let text = stage.read(CONFIG).replace('\n', "\r\n");
    let text = text.trim_end().replacen("'069500'", "069500", 1).replacen("0.001 #", ".001 #", 1);
    stage.write(CONFIG, &text);
    let run = stage.run(&["lint", "--fix", "--diff"]);
    assert!(run.out.contains("\\ No newline at end of file"), "{}", run.out);
    stage.write("fix.patch", &run.out);
    stage.git(&["apply", "fix.patch"]);
    assert_eq!(stage.read(CONFIG), text.replacen("069500", "'069500'", 1).replacen(" .001 #", " 0.001 #", 1));
}

/// Standard input goes to standard output with its fixes, and as it came where there are none.
#[test]
fn standard_input_is_passed_through() {
    let stage = faulty();
    let (before, expected) = (stage.read(CONFIG), fixed_text(&stage));
    let run = stage.run_with(before.as_bytes(), &["lint", "--stdin", "--fix"]);
    assert_eq!((run.out.as_str(), run.code), (expected.as_str(), 1));
    assert!(run.err.starts_with("fixed 3 findings in portfolio_config.yaml\nerror[number-format]: "), "{}", run.err);
    let again = stage.run_with(expected.as_bytes(), &["lint", "--stdin", "--fix", "--quiet"]);
    assert_eq!((again.out.as_str(), again.code), (expected.as_str(), 1));
    let broken = "a: 'b\n";
    let run = stage.run_with(broken.as_bytes(), &["lint", "--stdin", "--fix"]);
    assert_eq!((run.out.as_str(), run.code), (broken, 1));
    let diff = stage.run_with(before.as_bytes(), &["lint", "--stdin", "--fix", "--diff"]);
    assert_eq!((diff.out, diff.code), (stage.run(&["lint", "--fix", "--diff"]).out, 1));
    assert_eq!(stage.read(CONFIG), before);
}

#[test]
fn only_the_work_tree_is_fixed() {
    let stage = faulty();
    for args in [&["--staged"][..], &["--rev", "HEAD"]] {
        let run = stage.run(&[&["lint", "--fix"], args].concat());
        assert_eq!(run.code, 64, "{}", run.whole());
    }
    assert_eq!(stage.run(&["lint", "--diff"]).code, 64);
}

#[test]
fn nothing_is_fixed_where_the_answer_may_not_be_written() {
    let stage = faulty();
    let before = stage.read(CONFIG);
    for file in [CONFIG, "holdings.yaml", ".git/index"] {
        let run = stage.run(&["lint", "--fix", "--format", "json", "--output-file", file]);
        assert!(run.code == 64 && run.err.contains("is what the answer is made from"), "{}", run.whole());
        assert_eq!((stage.read(CONFIG), run.out.as_str()), (before.clone(), ""), "{file}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_is_refused_and_permissions_are_kept() {
    use std::os::unix::fs::PermissionsExt;
    let stage = faulty();
    let mode = |mode| fs::set_permissions(stage.path(CONFIG), fs::Permissions::from_mode(mode)).unwrap();
    let kept = || fs::metadata(stage.path(CONFIG)).unwrap().permissions().mode() & 0o777;
    mode(0o640);
    assert_eq!((stage.run(&["lint", "--fix"]).code, kept()), (1, 0o640));
    let stage = faulty();
    fs::rename(stage.path(CONFIG), stage.path("real.yaml")).unwrap();
    std::os::unix::fs::symlink("real.yaml", stage.path(CONFIG)).unwrap();
    let before = stage.read("real.yaml");
    let run = stage.run(&["lint", "--fix"]);
    assert_eq!((run.code, stage.read("real.yaml")), (6, before));
    assert!(run.err.contains("portfolio_config.yaml is a link"), "{}", run.whole());
}

#[cfg(unix)]
#[test]
fn a_file_that_may_not_be_written_is_left_and_said() {
    use std::os::unix::fs::PermissionsExt;
    let stage = faulty();
    let before = stage.read(CONFIG);
    fs::set_permissions(stage.path(CONFIG), fs::Permissions::from_mode(0o444)).unwrap();
    let run = stage.run(&["lint", "--fix"]);
    assert_eq!((run.code, run.out.as_str(), stage.read(CONFIG)), (6, "", before));
    assert!(run.err.starts_with("error: cannot write portfolio_config.yaml"), "{}", run.err);
    let left = fs::read_dir(stage.path(""))
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().starts_with(".rebalance-"));
    assert_eq!(left.count(), 0);
}

/// A disk on which somebody else saves the file while the new one is being written.
#[derive(Debug)]
struct Busy;

impl Disk for Busy {
    fn read(&self, path: &Path) -> io::Result<Option<Vec<u8>>> {
        RealDisk.read(path)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        RealDisk.append(path, bytes)
    }

    fn cut(&self, path: &Path, length: u64) -> io::Result<()> {
        RealDisk.cut(path, length)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        RealDisk.sync(path)
    }

    fn sync_directory(&self, path: &Path) -> io::Result<()> {
        RealDisk.sync_directory(path)
    }

    fn stage(&self, path: &Path, bytes: &[u8]) -> io::Result<Staged> {
        let staged = RealDisk.stage(path, bytes);
        fs::write(path, "theirs")?;
        staged
    }

    fn swap(&self, staged: Staged) -> io::Result<()> {
        RealDisk.swap(staged)
    }

    fn keep(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        RealDisk.keep(path, bytes)
    }

    fn list(&self, directory: &Path) -> io::Result<Vec<PathBuf>> {
        RealDisk.list(directory)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        RealDisk.remove(path)
    }
}

#[test]
fn what_somebody_else_saved_meanwhile_is_not_lost() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("file");
    fs::write(&path, "old").unwrap();
    assert!(!replace_unmoved(&Busy, &path, b"old", b"new").unwrap());
    assert_eq!(fs::read(&path).unwrap(), b"theirs");
    assert!(!replace_unmoved(&RealDisk, &path, b"old", b"new").unwrap());
    assert!(replace_unmoved(&RealDisk, &path, b"theirs", b"new").unwrap());
    assert_eq!(fs::read(&path).unwrap(), b"new");
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1);
}
