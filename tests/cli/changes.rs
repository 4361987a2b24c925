//! `rebalance history`: every change of the allocation as it is listed, on repositories made by the real git.

use crate::stage::{Run, Stage};
use serde_json::Value;
use snapbox::{assert_data_eq, str};
use std::fs;
use std::path::Path;

const CONFIG: &str = "portfolio_config.yaml";
const DAY: i64 = 86_400;

/// Gives 091230 a target and takes it from 305720, or gives it back.
fn shift(stage: &Stage, to: &str) {
    let points: i64 = to.parse().unwrap();
    let text = stage.read(CONFIG);
    let lines: Vec<&str> = text.lines().collect();
    let mut fresh = Vec::new();
    for (i, line) in lines.iter().enumerate() {
        let above = if i > 0 { lines[i - 1] } else { "" };
        fresh.push(match (above.contains("code: '091230'"), above.contains("code: '305720'")) {
            (true, _) => format!("          target: 0.{points:02}"),
            (_, true) => format!("          target: 0.{:02}", 20 - points),
            _ => (*line).to_owned(),
        });
    }
    stage.write(CONFIG, &(fresh.join("\n") + "\n"));
}

/// A repository from lines of `DAYS POINTS MESSAGE`, a commit each: so many days ago, with this target for 091230. `|` in
/// a message is a line break; `git …` in the place of points and message is run then.
fn told(script: &str) -> Stage {
    let stage = Stage::sample();
    script.lines().map(str::trim).filter(|line| !line.is_empty()).for_each(|line| play(&stage, line));
    stage
}

fn play(stage: &Stage, line: &str) {
    let (days, rest) = line.split_once(' ').unwrap();
    let days: i64 = days.parse().unwrap();
    if let Some(command) = rest.strip_prefix("git ") {
        let words: Vec<&str> = command.split(' ').collect();
        let output = stage.git_command(&words, days).output().unwrap();
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        return;
    }
    let (points, message) = rest.split_once(' ').unwrap();
    if points == "-" {
        fs::remove_file(stage.path(CONFIG)).unwrap();
    } else {
        shift(stage, points);
    }
    stage.commit(&message.replace('|', "\n"), days);
}

/// The changes in short: what each says, what became of 091230, and what the cooldown says.
fn brief(run: &Run) -> String {
    let json = run.json();
    let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let events = json["events"].as_array().unwrap().iter().map(|event| {
        let changes = event["changes"].as_array().unwrap().iter().filter(|change| change["code"] == "091230");
        let side = |side: &Value| text(if side.is_object() { &side["target"] } else { side });
        let changes: Vec<String> = changes
            .map(|change| format!("{} {}>{}", text(&change["field"]), side(&change["from"]), side(&change["to"])))
            .collect();
        let cooldown = &event["cooldown"];
        let days = cooldown["seconds"].as_i64().map_or(String::new(), |seconds| format!(" after {}d", seconds / DAY));
        let why = event["reason"].as_str().map_or(String::new(), |why| format!(" ({why})"));
        format!("{}: {} {}{days}{why}", text(&event["summary"]), changes.join(" "), text(&cooldown["verdict"]))
    });
    let mut parts: Vec<String> = events.collect();
    parts.extend(json["created"]["summary"].as_str().map(|summary| format!("created {summary}")));
    if json["complete"] == false {
        parts.push(format!("incomplete, exit {}", run.code));
    }
    parts.join("; ")
}

fn short(stage: &Stage) -> String {
    brief(&stage.run(&["history", "--format", "json"]))
}

#[test]
fn every_verdict_as_people_read_it() {
    let stage = told(
        "60 11 Raise semiconductors||Reason: earnings
         58 12 Raise again
         57 13 또 올린다||Cooldown-Override: 펀드가 청산된다
         54 11 Back||It was too much, and the long reason that somebody gave for it goes on and on: 한국어로도 길게 쓴 이유
         2 10 Down",
    );
    assert_data_eq!(
        stage.run(&["history"]).whole(),
        str![[r#"
2026-03-02 09:00:00 +09:00 (2 days ago)  90eb1ab  Ann
  Down
  ~ 091230 TIGER Semiconductor: target 11 % -> 10 % (-1 point)
  ~ 305720 KODEX Secondary Battery Industry: target 9 % -> 10 % (+1 point)
  why: no reason was given
  cooldown: kept, 52 days after 2fe8881

2026-01-09 09:00:00 +09:00 (54 days ago)  2fe8881  Ann
  Back
  ~ 091230 TIGER Semiconductor: target 13 % -> 11 % (-2 points)
  ~ 305720 KODEX Secondary Battery Industry: target 7 % -> 9 % (+2 points)
  why: It was too much, and the long reason that somebody gave for it goes on
    and on: 한국어로도 길게 쓴 이유
  cooldown: broken, 3 days after 25a2ad4 (7 days asked for)

2026-01-06 09:00:00 +09:00 (57 days ago)  25a2ad4  Ann
  또 올린다
  ~ 091230 TIGER Semiconductor: target 12 % -> 13 % (+1 point)
  ~ 305720 KODEX Secondary Battery Industry: target 8 % -> 7 % (-1 point)
  cooldown: overridden, 1 day after b2c7fc8: 펀드가 청산된다

2026-01-05 09:00:00 +09:00 (58 days ago)  b2c7fc8  Ann
  Raise again
  ~ 091230 TIGER Semiconductor: target 11 % -> 12 % (+1 point)
  ~ 305720 KODEX Secondary Battery Industry: target 9 % -> 8 % (-1 point)
  why: no reason was given
  cooldown: broken, 2 days after 6fe7f26 (7 days asked for)

2026-01-03 09:00:00 +09:00 (60 days ago)  6fe7f26  Ann
  Raise semiconductors
  ~ 091230 TIGER Semiconductor: target 10 % -> 11 % (+1 point)
  ~ 305720 KODEX Secondary Battery Industry: target 10 % -> 9 % (-1 point)
  why: earnings
  cooldown: kept, the first change

2025-11-24 09:00:00 +09:00 (3 months ago)  1dcb560  Ann
  Start
  created with 7 assets, which is no change

5 changes: 2 kept, 1 overridden, 2 broken
--- exit 0

"#]]
    );
    assert_data_eq!(
        stage.run(&["history", "--format", "markdown"]).whole(),
        str![[r#"
<!-- rebalance history -->
### History of `portfolio_config.yaml`

| when | who | what | why | cooldown |
|---|---|---|---|---|
| 2026-03-02 09:00:00 +09:00<br>2 days ago<br>`90eb1ab` | `Ann` | `Down`<br>`~ 091230 TIGER Semiconductor: target 11 % -> 10 % (-1 point)`<br>`~ 305720 KODEX Secondary Battery Industry: target 9 % -> 10 % (+1 point)` | not said | kept, 52 days after 2fe8881 |
| 2026-01-09 09:00:00 +09:00<br>54 days ago<br>`2fe8881` | `Ann` | `Back`<br>`~ 091230 TIGER Semiconductor: target 13 % -> 11 % (-2 points)`<br>`~ 305720 KODEX Secondary Battery Industry: target 7 % -> 9 % (+2 points)` | `It was too much, and the long reason that somebody gave for it goes on and on: 한국어로도 길게 쓴 이유` | broken, 3 days after 25a2ad4 (7 days asked for) |
| 2026-01-06 09:00:00 +09:00<br>57 days ago<br>`25a2ad4` | `Ann` | `또 올린다`<br>`~ 091230 TIGER Semiconductor: target 12 % -> 13 % (+1 point)`<br>`~ 305720 KODEX Secondary Battery Industry: target 8 % -> 7 % (-1 point)` | `펀드가 청산된다` | overridden, 1 day after b2c7fc8<br>`펀드가 청산된다` |
| 2026-01-05 09:00:00 +09:00<br>58 days ago<br>`b2c7fc8` | `Ann` | `Raise again`<br>`~ 091230 TIGER Semiconductor: target 11 % -> 12 % (+1 point)`<br>`~ 305720 KODEX Secondary Battery Industry: target 9 % -> 8 % (-1 point)` | not said | broken, 2 days after 6fe7f26 (7 days asked for) |
| 2026-01-03 09:00:00 +09:00<br>60 days ago<br>`6fe7f26` | `Ann` | `Raise semiconductors`<br>`~ 091230 TIGER Semiconductor: target 10 % -> 11 % (+1 point)`<br>`~ 305720 KODEX Secondary Battery Industry: target 10 % -> 9 % (-1 point)` | `earnings` | kept, the first change |
| 2025-11-24 09:00:00 +09:00<br>3 months ago<br>`1dcb560` | `Ann` | `Start`<br>created with 7 assets, which is no change | | |

5 changes: 2 kept, 1 overridden, 2 broken.
--- exit 0

"#]]
    );
    assert_data_eq!(
        stage.run(&["history", "--asset", "360750"]).whole(),
        str![[r#"
No change of 360750 since portfolio_config.yaml was created on 2025-11-24.
--- exit 0

"#]]
    );
}

#[test]
fn one_change_for_programs() {
    let stage = told("8 11 Raise semiconductors||Reason: earnings");
    assert_data_eq!(
        stage.run(&["history", "--format", "json"]).whole(),
        str![[r#"
{
  "format_version": "1.0",
  "complete": true,
  "unknown": null,
  "remedy": null,
  "path": "portfolio_config.yaml",
  "asset": null,
  "events": [
    {
      "commit": "cd459a8d014618347d04e8e9c95ce998ad63da79",
      "time": "2026-02-24T00:00:00Z",
      "effective": "2026-02-24T00:00:00Z",
      "author": "Ann",
      "summary": "Raise semiconductors",
      "reason": "earnings",
      "override": null,
      "path": "portfolio_config.yaml",
      "landing": "commit",
      "merge": null,
      "changes": [
        {
          "code": "091230",
          "sleeve": null,
          "field": "target",
          "from": "0.1",
          "to": "0.11",
          "points": "1"
        },
        {
          "code": "305720",
          "sleeve": null,
          "field": "target",
          "from": "0.1",
          "to": "0.09",
          "points": "-1"
        }
      ],
      "cooldown": {
        "kept": true,
        "previous": null,
        "seconds": null,
        "verdict": "kept",
        "window": 604800,
        "unknown": null
      }
    }
  ],
  "created": {
    "commit": "1dcb560d18664834010157d200885ce615d626ef",
    "time": "2025-11-24T00:00:00Z",
    "author": "Ann",
    "summary": "Start",
    "path": "portfolio_config.yaml",
    "assets": 7
  }
}
--- exit 0

"#]]
    );
}

/// What happened, and what is told of it.
const CASES: &[(&str, &str)] = &[
    ("", "created Start"),
    ("9 11 a\n2 12 b", "b: target 0.11>0.12 kept after 7d; a: target 0.1>0.11 kept; created Start"),
    ("9 11 a\n3 12 b", "b: target 0.11>0.12 broken after 6d; a: target 0.1>0.11 kept; created Start"),
    (
        "9 11 a\n3 12 b||Cooldown-Override: now",
        "b: target 0.11>0.12 overridden after 6d (now); a: target 0.1>0.11 kept; created Start",
    ),
    ("9 11 a\n3 10 b||Reason: no", "b: target 0.11>0.1 restored after 6d (no); a: target 0.1>0.11 kept; created Start"),
    // An override that nobody needed is a reason and no override.
    ("9 11 a||Cooldown-Override: now", "a: target 0.1>0.11 kept (now); created Start"),
    // A change of words is none.
    ("9 11 a\n3 git commit -q --allow-empty -m words", "a: target 0.1>0.11 kept; created Start"),
    // Deleted, and added again with another allocation, a day later.
    (
        "20 - gone\n19 git checkout -q HEAD~1 -- portfolio_config.yaml\n19 12 again",
        "again: asset ->0.12 broken after 1d; gone: asset 0.1>- kept; created Start",
    ),
    // A merge that brings a change: it counts from the merge, and gives the reason that it brought.
    (
        "30 git switch -q -c side\n30 11 a||Reason: earnings\n5 git switch -q main\n5 git merge -q --no-ff -m m side",
        "m: target 0.1>0.11 kept (earnings); created Start",
    ),
    // A merge that throws a change away, which counts from the merge.
    (
        "30 git switch -q -c side\n30 11 a\n9 git switch -q main\n9 git merge -q -s ours -m m side\n3 12 b",
        "b: target 0.1>0.12 broken after 6d; a: target 0.1>0.11 discarded; created Start",
    ),
    // Backdated: it counts from the newest of its ancestors.
    ("9 11 a\n50 12 b", "b: target 0.11>0.12 broken after 0d; a: target 0.1>0.11 kept; created Start"),
    // An octopus that brings a change with its reason.
    (
        "30 git switch -q -c x\n30 git commit -q --allow-empty -m x\n30 git switch -q -c y main\n29 11 a||Reason: earnings\n\
         9 git switch -q main\n9 git merge -q --no-ff -m m x y",
        "m: target 0.1>0.11 kept (earnings); created Start",
    ),
    // From the future.
    ("9 11 a\n-3 12 b", "b: target 0.11>0.12 kept after 12d; a: target 0.1>0.11 kept; created Start"),
];

#[test]
fn what_git_has_is_what_is_told() {
    for (script, expected) in CASES {
        let stage = told(script);
        assert_eq!(short(&stage), *expected, "{script}");
    }
}

#[test]
fn a_plain_rename_is_followed_and_one_with_a_change_is_a_change() {
    let stage = told("9 11 a\n3 git mv portfolio_config.yaml c.yaml\n3 git commit -q -m r");
    let of = |file: &str| stage.run(&["history", file, "--format", "json"]);
    assert_eq!(brief(&of("c.yaml")), "a: target 0.1>0.11 kept; created Start");
    assert_eq!(of("c.yaml").json()["events"][0]["path"], CONFIG);
    // Under its old name it was deleted.
    assert_eq!(brief(&of(CONFIG)), "r: asset 0.11>- broken after 6d; a: target 0.1>0.11 kept; created Start");
    stage.git(&["mv", "c.yaml", "d.yaml"]);
    stage.edit("d.yaml", "target: 0.11", "target: 0.12");
    stage.edit("d.yaml", "target: 0.09", "target: 0.08");
    stage.commit("s", 3);
    assert_eq!(brief(&of("d.yaml")), "s: target 0.11>0.12 broken after 6d; a: target 0.1>0.11 kept; created Start");
}

#[test]
fn the_cooldown_is_the_one_that_was_in_force() {
    let policy = |days: u32| format!("rule: allocation-cooldown\nlevel: error\nparameters: {{ days: {days} }}\n");
    let stage = told("90 11 a\n80 12 b");
    stage.write("policies/cooldown.yaml", &policy(30));
    stage.commit("Thirty days", 79);
    play(&stage, "60 13 c");
    // The change that brings a shorter one is judged by the longer one; the next is not.
    stage.write("policies/cooldown.yaml", &policy(3));
    play(&stage, "50 14 d");
    play(&stage, "45 15 e");
    // Switched off.
    stage.write("policies/cooldown.yaml", "rule: allocation-cooldown\nlevel: off\n");
    stage.commit("No cooldown", 44);
    play(&stage, "43 16 f");
    let run = stage.run(&["history", "--format", "json"]);
    let json = run.json();
    let told: Vec<String> = json["events"]
        .as_array()
        .unwrap()
        .iter()
        .map(|event| {
            let cooldown = &event["cooldown"];
            let window = cooldown["window"].as_i64().unwrap() / DAY;
            format!("{} {} {window}", event["summary"].as_str().unwrap(), cooldown["verdict"].as_str().unwrap())
        })
        .collect();
    assert_eq!(told, ["f kept 0", "e kept 3", "d broken 30", "c broken 30", "b kept 7", "a kept 7"]);
}

#[test]
fn an_asset_has_a_history_of_its_own() {
    let stage = told("60 11 a\n40 12 b");
    stage.edit(CONFIG, "max: 0.40", "max: 0.42");
    stage.commit("c", 20);
    let of = |code: &str| brief(&stage.run(&["history", "--asset", code, "--format", "json"]));
    assert_eq!(of("091230"), "b: target 0.11>0.12 kept after 20d; a: target 0.1>0.11 kept; created Start");
    let json = stage.run(&["history", "--asset", "360750", "--format", "json"]).json();
    assert_eq!(json["events"].as_array().unwrap().len(), 1);
    assert_eq!(json["events"][0]["changes"].as_array().unwrap().len(), 1);
    assert_eq!((&json["asset"], &json["events"][0]["changes"][0]["code"]), (&"360750".into(), &"360750".into()));
    assert_data_eq!(
        stage.run(&["history", "--asset", "069500"]).whole(),
        str![[r#"
No change of 069500 since portfolio_config.yaml was created on 2025-11-24.
--- exit 0

"#]]
    );
    assert_data_eq!(
        stage.run(&["history", "--asset", "09123"]).whole(),
        str![[r#"
--- stderr
error: no asset `09123` is or was in the allocation
help: did you mean `rebalance history --asset 091230`?
--- exit 64

"#]]
    );
    assert_data_eq!(
        stage.run(&["history", "--asset", "what\u{1b}[2Jever"]).whole(),
        str![[r#"
--- stderr
error: no asset `what/u{1b}[2Jever` is or was in the allocation
help: `rebalance history` lists every asset that changed.
--- exit 64

"#]]
    );
}

#[test]
fn what_is_not_all_there_says_so() {
    let stage = told("60 11 a\n40 12 b");
    let url = format!("file://{}", stage.path("").display());
    stage.git(&["clone", "-q", "--depth", "2", &url, "shallow"]);
    let run = stage.run(&["history", "shallow/portfolio_config.yaml"]);
    assert_data_eq!(
        run.whole(),
        str![[r#"
2026-01-23 09:00:00 +09:00 (40 days ago)  8c65f9e  Ann
  b
  ~ 091230 TIGER Semiconductor: target 11 % -> 12 % (+1 point)
  ~ 305720 KODEX Secondary Battery Industry: target 9 % -> 8 % (-1 point)
  why: no reason was given
  cooldown: cannot be told: history is cut at commit b8a432b (shallow clone)

1 change: 1 cannot be told

incomplete: history is cut at commit b8a432b (shallow clone)
help: fetch all of it: `git fetch --unshallow`, or `fetch-depth: 0` for
  actions/checkout, or GIT_DEPTH: 0 on GitLab.
--- exit 6

"#]]
    );
    let run = stage.run(&["history", "shallow/portfolio_config.yaml", "--format", "json"]);
    assert_eq!(brief(&run), "b: target 0.11>0.12 unknown; incomplete, exit 6");
    let json = run.json();
    assert!(json["unknown"].as_str().unwrap().contains("shallow"), "{json}");
    assert!(json["remedy"].as_str().unwrap().contains("--unshallow"), "{json}");
    let run = stage.run(&["history", "shallow/portfolio_config.yaml", "--format", "markdown"]);
    assert!(run.out.contains("**Incomplete**") && run.code == 6, "{}", run.whole());
    let run = stage.run(&["history", "shallow/portfolio_config.yaml", "--asset", "nothing"]);
    assert!(run.err.contains("as far as can be told") && run.code == 6, "{}", run.whole());

    // At the very tip.
    stage.git(&["clone", "-q", "--depth", "1", &url, "tip"]);
    let run = stage.run(&["history", "tip/portfolio_config.yaml"]);
    assert!(run.out.starts_with("No change was found in tip/portfolio_config.yaml.\n"), "{}", run.whole());
    assert_eq!(run.code, 6);

    // A blob that is not there.
    stage.git(&["config", "uploadpack.allowFilter", "true"]);
    stage.git(&["clone", "-q", "--no-checkout", "--filter=blob:none", &url, "partial"]);
    let run = stage.run(&["history", "partial/portfolio_config.yaml", "--format", "json"]);
    assert_eq!((run.json()["complete"].clone(), run.code), (false.into(), 6), "{}", run.whole());

    // A config at the tip that says no allocation.
    stage.write(CONFIG, "portfolio: {}\n");
    stage.commit("Broken", 3);
    let run = stage.run(&["history", "--format", "json"]);
    let all = "b: target 0.11>0.12 kept after 20d; a: target 0.1>0.11 kept; created Start; incomplete, exit 6";
    assert_eq!(brief(&run), all);
    assert!(run.json()["unknown"].as_str().unwrap().contains("cannot be read as an allocation"), "{}", run.out);
}

#[test]
fn where_there_is_nothing_to_tell() {
    let nowhere = Stage::bare_directory();
    let run = nowhere.run(&["history"]);
    assert!(run.err.contains("no git repository") && run.err.contains("git init"), "{}", run.whole());
    assert_eq!((run.out.as_str(), run.code), ("", 6));

    nowhere.git(&["init", "-q", "-b", "main"]);
    assert_data_eq!(
        nowhere.run(&["history"]).whole(),
        str![[r#"
No change: portfolio_config.yaml is not committed yet.
--- exit 0

"#]]
    );
    let run = nowhere.run(&["history", "elsewhere.yaml"]);
    assert!(run.err.contains("nothing is committed yet") && run.code == 6, "{}", run.whole());

    let stage = Stage::sample();
    assert_data_eq!(
        stage.run(&["history"]).whole(),
        str![[r#"
No change since portfolio_config.yaml was created on 2025-11-24.
--- exit 0

"#]]
    );
    assert_data_eq!(
        stage.run(&["history", "portfolio.yaml"]).whole(),
        str![[r#"
--- stderr
error: no commit of HEAD has portfolio.yaml
help: check --config and the directory.
--- exit 6

"#]]
    );
    stage.git(&["switch", "-q", "--orphan", "empty"]);
    let run = stage.run(&["history", "--rev", "main"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    let run = stage.run(&["history", "--rev", "nothing"]);
    assert!(run.err.contains("does not name a commit") && run.code == 6, "{}", run.whole());
}

#[test]
fn from_wherever_one_stands() {
    let stage = told("60 11 a\n40 12 b");
    let expected = short(&stage);
    let json = ["--format", "json"];
    fs::create_dir_all(stage.path("a/b")).unwrap();
    let run = |dir: &str, args: &[&str]| brief(&stage.run_in(dir, &[args, &json].concat()));
    assert_eq!(run("a/b", &["history", "../../portfolio_config.yaml"]), expected);
    assert_eq!(run("a", &["history", "--config", "../portfolio_config.yaml"]), expected);
    stage.git(&["worktree", "add", "-q", "-b", "other", "tree", "HEAD~1"]);
    assert_eq!(run("tree", &["history"]), "a: target 0.1>0.11 kept; created Start");
    assert_eq!(run("tree", &["history", "--rev", "main"]), expected);
    stage.git(&["clone", "-q", "--bare", ".", "bare.git"]);
    assert_eq!(run("bare.git", &["history"]), expected);
    assert_eq!(run("bare.git", &["history", "--rev", "HEAD~1"]), "a: target 0.1>0.11 kept; created Start");
    // What is not committed is no part of it.
    shift(&stage, "15");
    assert_eq!(short(&stage), expected);
}

/// What a commit may say of itself to be more than a text.
const HOSTILE: &str = "x \u{1b}]0;owned\u{7}\u{1b}[2J | y | `z` ``| <script>alert(1)</script> \u{202e}txt @everyone #1\\| \
                       [a](http://b) <!-- c\r\n\r\nReason: </td> | --> \u{9b}31m `";

#[test]
fn hostile_words_stay_words() {
    let stage = Stage::sample();
    shift(&stage, "11");
    stage.git(&["add", "-A"]);
    let author = "Ev\u{1b}[31mil | `name` <b> \u{202e}";
    let mut commit = stage.git_command(&["commit", "-q", "--cleanup=verbatim", "-m", HOSTILE], 5);
    assert!(commit.env("GIT_AUTHOR_NAME", author).status().unwrap().success());
    for format in ["human", "markdown"] {
        let run = stage.run(&["history", "--format", format]);
        let wild = |c: char| (c.is_control() && c != '\n') || c == '\u{202e}' || c == '\u{9b}';
        assert!(!run.out.contains(wild), "{format}: {}", run.out.escape_debug());
        assert!(run.out.lines().all(|line| format == "markdown" || unicode_width::UnicodeWidthStr::width(line) <= 80));
        assert_data_eq!(
            run.whole(),
            if format == "human" {
                str![[r#"
2026-02-27 09:00:00 +09:00 (5 days ago)  6c90e7a  Ev/u{1b}[31mil | `name` b
  /u{202e}
  x /u{1b}]0;owned/u{7}/u{1b}[2J | y | `z` ``| <script>alert(1)</script>
    /u{202e}txt @everyone #1/| [a](http://b) <!-- c
  ~ 091230 TIGER Semiconductor: target 10 % -> 11 % (+1 point)
  ~ 305720 KODEX Secondary Battery Industry: target 10 % -> 9 % (-1 point)
  why: </td> | --> /u{9b}31m `
  cooldown: kept, the first change

2025-11-24 09:00:00 +09:00 (3 months ago)  1dcb560  Ann
  Start
  created with 7 assets, which is no change

1 change: 1 kept
--- exit 0

"#]]
            } else {
                str![[r#"
<!-- rebalance history -->
### History of `portfolio_config.yaml`

| when | who | what | why | cooldown |
|---|---|---|---|---|
| 2026-02-27 09:00:00 +09:00<br>5 days ago<br>`6c90e7a` | ``Ev/u{1b}[31mil /| `name` b /u{202e}`` | ```x /u{1b}]0;owned/u{7}/u{1b}[2J /| y /| `z` ``/| <script>alert(1)</script> /u{202e}txt @everyone #1//| [a](http://b) <!-- c```<br>`~ 091230 TIGER Semiconductor: target 10 % -> 11 % (+1 point)`<br>`~ 305720 KODEX Secondary Battery Industry: target 10 % -> 9 % (-1 point)` | `` </td> /| --> /u{9b}31m ` `` | kept, the first change |
| 2025-11-24 09:00:00 +09:00<br>3 months ago<br>`1dcb560` | `Ann` | `Start`<br>created with 7 assets, which is no change | | |

1 change: 1 kept.
--- exit 0

"#]]
            }
        );
    }
    let markdown = stage.run(&["history", "--format", "markdown"]).out;
    for row in markdown.lines().filter(|line| line.starts_with('|')) {
        assert_eq!(cells(row), 5, "{row}");
    }
    let json = stage.run(&["history", "--format", "json"]).json();
    assert_eq!(json["events"][0]["author"], "Ev\u{1b}[31mil | `name` b \u{202e}");
}

/// How many cells a row of a table has for whoever reads Markdown: a pipe after a backslash is none.
fn cells(row: &str) -> usize {
    row.char_indices().filter(|(at, c)| *c == '|' && !row[..*at].ends_with('\\')).count() - 1
}

#[test]
fn a_commit_that_changed_hundreds_of_assets_hides_no_other() {
    let stage = told("9 11 a");
    let asset = |i: u32| format!("\n        - {{ ticker: 'Asset {i}', code: 'A{i:05}', target: 0, min: 0, max: 0.1 }}");
    let many: String = (0..900).map(asset).collect();
    stage.edit(CONFIG, "max: 0.40", &format!("max: 0.40{many}"));
    stage.commit("Many\n\nReason: test", 1);
    let run = stage.run(&["history", "--format", "markdown"]);
    let rows: Vec<&str> = run.out.lines().filter(|line| line.starts_with("| 20")).collect();
    assert_eq!(rows.len(), 3, "{}", run.out);
    let shown = rows[0].matches("<br>`+ ").count();
    assert!(shown > 50 && rows[0].contains(&format!("<br>and {} more |", 900 - shown)), "{}", rows[0]);
    assert!(run.out.len() < 65_000 && cells(rows[0]) == 5, "{}", run.out);
}

#[test]
fn colour_is_for_those_who_want_it() {
    let mut stage = told("9 11 a\n3 12 b");
    let run = stage.run(&["history", "--color", "always"]);
    assert!(run.out.contains("\u{1b}[31mcooldown:"), "{}", run.out);
    stage.env.insert("CLICOLOR_FORCE".to_owned(), "1".to_owned());
    assert!(stage.run(&["history"]).out.contains('\u{1b}'));
    stage.env.insert("NO_COLOR".to_owned(), "1".to_owned());
    assert!(!stage.run(&["history"]).out.contains('\u{1b}'));
}

#[test]
fn a_wide_name_is_broken_by_its_width() {
    let stage = Stage::sample();
    let name = "코덱스미국에스앤피오백".repeat(8);
    stage.edit(CONFIG, "ticker: 'TIGER Semiconductor'", &format!("ticker: '{name}'"));
    shift(&stage, "11");
    stage.commit(&"이유없이올린다".repeat(20), 3);
    let run = stage.run(&["history"]);
    assert!(run.out.lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80), "{}", run.out);
    assert!(run.out.contains("091230"), "{}", run.out);
}

#[test]
fn every_answer_fits_its_schema() {
    let schema = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/history.schema.json")).unwrap();
    let schema = jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap();
    for (script, _) in CASES {
        let json = told(script).run(&["history", "--format", "json"]).json();
        let errors: Vec<String> = schema.iter_errors(&json).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{script}: {errors:?}");
    }
}

#[test]
fn an_answer_goes_to_a_file_as_well() {
    let stage = told("9 11 a");
    let run = stage.run(&["history", "--format", "json", "--output-file", "history.json", "--format", "human"]);
    assert_eq!(run.code, 0);
    assert!(run.out.contains("091230 TIGER Semiconductor"), "{}", run.out);
    assert_eq!(stage.read("history.json"), stage.run(&["history", "--format", "json"]).out);
    let run = stage.run(&["history", "--format", "sarif"]);
    assert_eq!(run.code, 64, "{}", run.whole());
}
