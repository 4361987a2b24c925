//! A job: the steps of action.yml, as a runner runs them.

use crate::files::yaml;
use crate::server::{REPOSITORY, Server, TOKEN};
use crate::stage::Stage;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

/// A repository with a pull request, and what GitHub says of it.
pub(crate) struct Job<'a> {
    pub(crate) stage: Stage,
    pub(crate) server: &'a Server,
    pub(crate) event: &'static str,
    pub(crate) inputs: BTreeMap<&'static str, String>,
}

/// What a job came to.
#[derive(Debug)]
pub(crate) struct Ran {
    /// Everything on standard output and standard error.
    pub(crate) log: String,
    /// The exit code of the step that ended it; 0 if none did.
    pub(crate) code: i32,
    /// The outputs of each step, as `id.name`.
    pub(crate) outputs: BTreeMap<String, String>,
    /// The names of the steps that were run, those of other actions too.
    pub(crate) steps: Vec<String>,
}

impl<'a> Job<'a> {
    /// A pull request that does this to the config, on a branch that left main after what `main` does.
    pub(crate) fn new(server: &'a Server, main: &[(&str, i64, Edits)], change: Edits) -> Self {
        let mut stage = Stage::sample();
        stage.now = chrono::Utc::now().timestamp();
        for (message, days_ago, edits) in main {
            edit(&stage, edits);
            stage.commit(message, *days_ago);
        }
        stage.git(&["checkout", "-q", "-b", "feature"]);
        edit(&stage, change);
        stage.commit("Move a point\n\nReason: earnings", 0);
        stage.git(&["checkout", "-q", "main"]);
        let (base, head) = (id(&stage, "main"), id(&stage, "feature"));
        stage.git(&["checkout", "-q", "--detach", "main"]);
        stage.git(&["merge", "-q", "--no-ff", "-m", &format!("Merge {head} into {base}"), "feature"]);
        stage.git(&["update-ref", "refs/pull/7/merge", "HEAD"]);
        stage.git(&["checkout", "-q", "main"]);
        let job = Self { stage, server, event: "pull_request", inputs: BTreeMap::new() };
        job.checkout(None);
        job.pull_request(1);
        job
    }

    /// Checks the merge out as actions/checkout does.
    pub(crate) fn checkout(&self, depth: Option<u8>) {
        let work = self.stage.path("work");
        if work.exists() {
            fs::remove_dir_all(&work).unwrap();
        }
        let url = format!("file://{}", self.stage.path("").display());
        let spec = "+refs/pull/7/merge:refs/remotes/pull/7/merge";
        self.stage.git(&["init", "-q", "-b", "none", "work"]);
        match depth {
            None => self.stage.git(&["-C", "work", "fetch", "-q", &url, "+refs/heads/*:refs/remotes/origin/*", spec]),
            Some(depth) => self.stage.git(&["-C", "work", "fetch", "-q", &format!("--depth={depth}"), &url, spec]),
        };
        self.stage.git(&["-C", "work", "checkout", "-q", "--detach", "refs/remotes/pull/7/merge"]);
    }

    /// The event of a pull request from the repository of this id into the repository 1.
    pub(crate) fn pull_request(&self, from: u64) {
        let event = json!({
            "action": "synchronize",
            "number": 7,
            "pull_request": {
                "number": 7,
                "title": "$(touch pwned) ::error::pwned",
                "user": { "login": "ann" },
                "body": null,
                "head": { "ref": "$(touch pwned)", "sha": id(&self.stage, "feature"), "repo": { "id": from } },
                "base": { "ref": "main", "sha": id(&self.stage, "main"), "repo": { "id": 1 } },
            },
            "repository": { "full_name": REPOSITORY, "default_branch": "main" },
        });
        self.stage.write("event.json", &event.to_string());
    }

    /// The same change in a merge queue, or as a push.
    pub(crate) fn as_event(&mut self, name: &'static str) {
        let (base, head) = (id(&self.stage, "main"), id(&self.stage, "refs/pull/7/merge"));
        let event = match name {
            "merge_group" => {
                json!({ "merge_group": { "base_sha": base, "head_sha": head, "base_ref": "refs/heads/main" } })
            }
            _ => json!({
                "ref": "refs/heads/main", "before": base, "after": head, "deleted": false,
                "repository": { "full_name": REPOSITORY, "default_branch": "main" },
            }),
        };
        self.stage.write("event.json", &event.to_string());
        self.event = name;
    }

    /// A cargo that writes down where and how it was run, and installs the program that was built for this test.
    fn cargo(&self) {
        let program = env!("CARGO_BIN_EXE_rebalance");
        let log = self.stage.path("cargo.log").display().to_string();
        self.stage.write("bin/cargo", &format!(
            "#!/bin/sh\necho \"$PWD $*\" >>'{log}'\nwhile [ $# -gt 0 ]; do\n  if [ \"$1\" = --root ]; then root=$2; fi\n  shift\ndone\nmkdir -p \"$root/bin\"\nln -s '{program}' \"$root/bin/rebalance\"\n"
        ));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            fs::set_permissions(self.stage.path("bin/cargo"), fs::Permissions::from_mode(0o755)).unwrap();
        }
    }

    /// What an expression is, as far as action.yml has any.
    fn value(&self, expression: &str, outputs: &BTreeMap<String, String>, action: &Value) -> String {
        if let Some(input) = expression.strip_prefix("inputs.") {
            let default = action["inputs"][input]["default"].as_str().unwrap_or_else(|| panic!("no input {input}"));
            return self.inputs.get(input).cloned().unwrap_or_else(|| self.filled(default, outputs, action));
        }
        if let Some(output) = expression.strip_prefix("steps.") {
            return outputs.get(&output.replace(".outputs.", ".")).cloned().unwrap_or_default();
        }
        match expression {
            "github.token" => TOKEN.to_owned(),
            "github.event_name" => self.event.to_owned(),
            // Named by a commit, and so built from source.
            "github.action_ref" => "0123456789abcdef0123456789abcdef01234567".to_owned(),
            "github.action_repository" => "ann/rebalance".to_owned(),
            "github.action_path" => env!("CARGO_MANIFEST_DIR").to_owned(),
            "github.workspace" => self.stage.path("work").display().to_string(),
            "runner.os" => "Linux".to_owned(),
            "runner.arch" => "X64".to_owned(),
            other => panic!("what is {other}?"),
        }
    }

    /// A text with its expressions filled in.
    fn filled(&self, text: &str, outputs: &BTreeMap<String, String>, action: &Value) -> String {
        let mut parts = text.split("${{");
        let mut all = parts.next().unwrap().to_owned();
        for part in parts {
            let (expression, rest) = part.split_once("}}").unwrap();
            all.push_str(&self.value(expression.trim(), outputs, action));
            all.push_str(rest);
        }
        all
    }

    /// Whether a condition holds: comparisons with texts, joined by `&&`.
    fn holds(&self, condition: &Value, outputs: &BTreeMap<String, String>, action: &Value) -> bool {
        let Some(condition) = condition.as_str() else { return true };
        condition.split("&&").all(|part| {
            let (left, right, equal) = match part.split_once(" == ") {
                Some((left, right)) => (left, right, true),
                None => part.split_once(" != ").map(|(left, right)| (left, right, false)).unwrap(),
            };
            (self.value(left.trim(), outputs, action) == right.trim().trim_matches('\'')) == equal
        })
    }

    /// Runs the action.
    pub(crate) fn run(&self) -> Ran {
        self.cargo();
        let action = yaml("action.yml");
        let mut ran = Ran { log: String::new(), code: 0, outputs: BTreeMap::new(), steps: Vec::new() };
        fs::create_dir_all(self.stage.path("temp")).unwrap();
        for step in action["runs"]["steps"].as_array().unwrap() {
            if !self.holds(&step["if"], &ran.outputs, &action) {
                continue;
            }
            ran.steps.push(step["name"].as_str().unwrap().to_owned());
            if step["run"].is_string() {
                self.script(step, &action, &mut ran);
            } else {
                for (name, value) in step["with"].as_object().unwrap() {
                    let value = self.filled(value.as_str().unwrap(), &ran.outputs, &action);
                    ran.outputs.insert(format!("{}.{name}", step["name"].as_str().unwrap()), value);
                }
            }
            if ran.code != 0 {
                break;
            }
        }
        assert!(!ran.log.contains(TOKEN), "{}", ran.log);
        for file in ["work/pwned", "pwned"] {
            assert!(!self.stage.path(file).exists(), "{file} was made");
        }
        ran
    }

    fn script(&self, step: &Value, action: &Value, ran: &mut Ran) {
        self.stage.write("step.sh", step["run"].as_str().unwrap());
        self.stage.write("output.txt", "");
        let fill = |text: &Value, ran: &Ran| self.filled(text.as_str().unwrap(), &ran.outputs, action);
        let dir = step.get("working-directory").map_or(".".to_owned(), |dir| fill(dir, ran));
        let path = format!("{}:{}", self.stage.path("bin").display(), std::env::var("PATH").unwrap());
        let file = |name: &str| self.stage.path(name).display().to_string();
        let mut command = Command::new("bash");
        command.args(["--noprofile", "--norc", "-eo", "pipefail", &file("step.sh")]);
        command.current_dir(self.stage.path("work").join(dir)).env_clear().env("PATH", path).env("HOME", file("temp"));
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        for (name, value) in [
            ("CI", "true".to_owned()),
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_WORKSPACE", file("work")),
            ("GITHUB_OUTPUT", file("output.txt")),
            ("GITHUB_STEP_SUMMARY", file("summary.md")),
            ("GITHUB_EVENT_PATH", file("event.json")),
            ("GITHUB_EVENT_NAME", self.event.to_owned()),
            ("GITHUB_REPOSITORY", REPOSITORY.to_owned()),
            ("GITHUB_SERVER_URL", "https://github.com".to_owned()),
            ("GITHUB_API_URL", self.server.url.clone()),
            ("GITHUB_RUN_ID", "42".to_owned()),
            ("RUNNER_TEMP", file("temp")),
        ] {
            command.env(name, value);
        }
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            command.env(name, fill(value, ran));
        }
        let output = command.output().unwrap();
        ran.log.push_str(&String::from_utf8_lossy(&output.stdout));
        ran.log.push_str(&String::from_utf8_lossy(&output.stderr));
        ran.code = output.status.code().unwrap();
        let id = step["id"].as_str().unwrap_or_default();
        for line in self.stage.read("output.txt").lines() {
            let (name, value) = line.split_once('=').unwrap();
            ran.outputs.insert(format!("{id}.{name}"), value.to_owned());
        }
    }
}

/// Replacements in the config, each the first of its kind.
pub(crate) type Edits<'a> = &'a [(&'a str, &'a str)];

fn edit(stage: &Stage, edits: Edits) {
    edits.iter().for_each(|(from, to)| stage.edit("portfolio_config.yaml", from, to));
}

pub(crate) fn id(stage: &Stage, rev: &str) -> String {
    stage.git(&["rev-parse", rev]).trim().to_owned()
}
