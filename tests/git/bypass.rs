//! Every way around the cooldown that `docs/security.md` knows of, tried on the command itself.
//!
//! What shows in the history is refused or found. What cannot show passes here, and is named on that page with what
//! closes it.

use crate::stage::Stage;

const CONFIG: &str = "portfolio_config.yaml";
const SAMPLE: &str = include_str!("../../portfolio_config.yaml");

/// What is tried, what is done, what is asked, and the errors by rule; none where it passes.
type Case = (&'static str, &'static str, &'static str, &'static [&'static str]);

const STAGED: &str = "lint --staged --format json";
const REV: &str = "lint --rev HEAD --format json";
const COOLDOWN: &[&str] = &["allocation-cooldown"];
const CLOCK: &[&str] = &["commit-clock"];
const BOTH: &[&str] = &["allocation-cooldown", "commit-clock"];

const FOXTROT: &str = "50 git checkout -q -b f\n50 touch\n1 git checkout -q main\n1 commit B\n1 git checkout -q f\n\
                       1 git merge -q -s ours -m m main\n1 git checkout -q -B main\nput C";
const MERGED: &str = "40 git checkout -q -b s\n35 commit B\n30 git checkout -q main\n30 touch\n\
                      1 git merge -q --no-ff -m m s\nput C";

/// Lines are `DAYS-AGO commit X` (the config with allocation X), `touch` (a commit of another file), `rm` (one without
/// the config) or `git …`; `put X` stages a config, `text FILE` stages a policy that switches the cooldown off.
const VISIBLE: &[Case] = &[
    ("nothing", "1 commit B\nput C", STAGED, COOLDOWN),
    ("the change in the past, what comes after", "1 touch\n59 commit B\nput C", STAGED, BOTH),
    ("the change in the past, itself", "1 touch\n59 commit B", REV, CLOCK),
    ("the change in the past, on a quiet repository", "30 touch\n40 commit B\nput C", STAGED, CLOCK),
    ("a backdated commit on top", "1 commit B\n59 touch\nput C", STAGED, COOLDOWN),
    ("a backdated filler beneath", "1 touch\n59 touch\n58 commit B\nput C", STAGED, BOTH),
    ("a backdated filler, long ago", "30 touch\n50 touch\n40 commit B\nput C", STAGED, CLOCK),
    ("the clock set forward, what comes after", "-1 commit B\nput C", STAGED, COOLDOWN),
    ("the clock set forward, itself", "-1 commit B", REV, CLOCK),
    ("the clock set forward, nothing decided", "-1 commit B", "lint --format json", CLOCK),
    ("the clock set forward beneath", "-1 touch\n0 commit B\nput C", STAGED, BOTH),
    (
        "only the author's date in the past",
        "1 commit B\n1 git commit -q --amend --no-edit --date=2020-01-01T00:00:00Z\nput C",
        STAGED,
        COOLDOWN,
    ),
    ("a merge that throws the change away", FOXTROT, STAGED, COOLDOWN),
    ("a merge that lands an old change", MERGED, STAGED, COOLDOWN),
    ("a commit without hooks, judged afterwards", "3 commit B\n1 commit C", REV, COOLDOWN),
    ("changed and undone, then something else", "3 commit B\n2 commit A\nput C", STAGED, COOLDOWN),
    ("deleted and added again", "3 rm\nput C", STAGED, COOLDOWN),
    ("the policy in the same change", "1 commit B\ntext allocation-cooldown\nput C", STAGED, COOLDOWN),
    ("the clock's policy in the same change", "30 touch\n40 commit B\ntext commit-clock\nput C", STAGED, CLOCK),
    (
        "another name in the same change",
        "1 commit B\n0 git mv portfolio_config.yaml other.yaml\nother C",
        "--config other.yaml lint --staged --format json",
        COOLDOWN,
    ),
    ("replace refs", "1 commit B\n0 git replace --graft HEAD\nput C", STAGED, COOLDOWN),
    ("an amend of the last change", "60 commit B\n1 git commit -q --amend --no-edit\nput C", STAGED, COOLDOWN),
];

const HIDDEN: &[Case] = &[
    ("dates that agree with each other", "9 touch\n8 commit B\nput C", STAGED, &[]),
    (
        "a fast-forward to an old branch",
        "40 git checkout -q -b s\n35 commit B\n0 git checkout -q main\n0 git merge -q --ff-only s\nput C",
        STAGED,
        &[],
    ),
    ("history written anew", "1 commit B\n0 git reset -q --hard HEAD~1\nput C", STAGED, &[]),
    ("another config beside it", "1 commit B\nother C", "--config other.yaml lint --staged --format json", &[]),
];

/// The sample with an allocation of its own for each letter.
fn config(letter: &str) -> String {
    let index = letter.bytes().next().unwrap() - b'A';
    SAMPLE.replacen("max: 0.40", &format!("max: 0.4{index}"), 1)
}

fn play(script: &str) -> Stage {
    let stage = Stage::sample();
    for (number, line) in script.lines().map(str::trim).enumerate() {
        let (first, rest) = line.split_once(' ').unwrap();
        let Ok(days) = first.parse() else {
            match first {
                "put" => stage.write(CONFIG, &config(rest)),
                "other" => stage.write("other.yaml", &config(rest)),
                _ => stage.write(&format!("policies/{rest}.yaml"), &format!("rule: {rest}\nlevel: off\n")),
            }
            stage.git(&["add", "-A"]);
            continue;
        };
        let (verb, what) = rest.split_once(' ').unwrap_or((rest, ""));
        match verb {
            "git" => {
                let output = stage.git_command(&what.split(' ').collect::<Vec<_>>(), days).output().unwrap();
                assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
                continue;
            }
            "commit" => stage.write(CONFIG, &config(what)),
            "rm" => std::fs::remove_file(stage.path(CONFIG)).unwrap(),
            _ => stage.write("notes", &format!("{number} on {days}")),
        }
        stage.commit("Change\n\nReason: a test", days);
    }
    stage
}

fn check(cases: &[Case]) {
    for (what, script, question, expected) in cases {
        let run = play(script).run(&question.split(' ').collect::<Vec<_>>());
        let rules: Vec<String> =
            run.findings(&["error"]).iter().map(|f| f.split(' ').next().unwrap().to_owned()).collect();
        assert_eq!(
            (rules, run.code),
            (expected.iter().map(|&id| id.to_owned()).collect(), u8::from(!expected.is_empty())),
            "{what}: {}",
            run.whole()
        );
    }
}

#[test]
fn what_shows_in_the_history_is_refused() {
    check(VISIBLE);
}

#[test]
fn what_cannot_show_passes_and_is_named() {
    check(HIDDEN);
    let page = include_str!("../../docs/security.md");
    for row in ["dated 8 days ago", "fast-forward", "rewritten", "Another config"] {
        assert!(page.contains(row), "docs/security.md does not name {row:?}");
    }
}

#[test]
fn what_slipped_past_every_hook_is_not_traded() {
    for script in ["1 commit B", "1 touch\n59 commit B", "-1 commit B", FOXTROT.rsplit_once('\n').unwrap().0] {
        let run = play(script).run(&["plan"]);
        let refused = ["trade-cooldown", "commit-clock"].iter().any(|rule| run.out.contains(&format!("error[{rule}]")));
        let thrown = script.contains("ours");
        // The side that was thrown away had another allocation; what stands is what stood, and may be traded.
        assert_eq!((refused, run.code), if thrown { (false, 0) } else { (true, 1) }, "{script}: {}", run.whole());
    }
}
