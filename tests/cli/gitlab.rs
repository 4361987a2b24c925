//! The job for GitLab that users copy: what it says is what is run, in a checkout as a runner makes it.

use crate::stage::Stage;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const CONFIG: &str = "portfolio_config.yaml";
const ZERO: &str = "0000000000000000000000000000000000000000";

fn template() -> Value {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rebalance.gitlab-ci.yml");
    serde_yaml::from_str(&fs::read_to_string(file).unwrap()).unwrap()
}

fn texts(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

/// A repository on the server, changed on a branch in one commit, and the ids of both ends.
struct Server {
    stage: Stage,
    main: String,
    change: String,
}

impl Server {
    fn new(days_ago: i64, message: &str, change: impl Fn(&Stage)) -> Self {
        let mut stage = Stage::bare_directory();
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        stage.now = i64::try_from(now.as_secs()).unwrap();
        stage.git(&["init", "-q", "-b", "main"]);
        stage.commit("Start", 100);
        stage.edit(CONFIG, "max: 0.40", "max: 0.42");
        stage.commit("Widen\n\nReason: the dollar", days_ago);
        let main = stage.git(&["rev-parse", "HEAD"]).trim().to_owned();
        stage.git(&["switch", "-q", "-c", "change"]);
        change(&stage);
        stage.commit(message, 0);
        let change = stage.git(&["rev-parse", "HEAD"]).trim().to_owned();
        Self { stage, main, change }
    }

    /// A checkout as a runner makes it: detached, with as much of the history as `GIT_DEPTH` says.
    fn checkout(&self, depth: &str) -> PathBuf {
        let dir = self.stage.path("build");
        let _ = fs::remove_dir_all(&dir);
        let url = format!("file://{}", self.stage.path("").display());
        let whole = ["clone", "-q", "--no-checkout", &url, "build"];
        let cut = ["clone", "-q", "--no-checkout", "--no-single-branch", "--depth", depth, &url, "build"];
        self.stage.git(if depth == "0" { &whole } else { &cut });
        self.stage.git(&["-C", "build", "checkout", "-q", "--detach", &self.change]);
        dir
    }

    /// The job, run line by line as a runner does it: the first line that fails ends it.
    fn job(&self, depth: Option<&str>, variables: &[(&str, &str)]) -> (Output, PathBuf) {
        let job = &template()["rebalance"];
        let own = job["variables"].as_object().unwrap();
        let dir = self.checkout(depth.unwrap_or(own["GIT_DEPTH"].as_str().unwrap()));
        let program = Path::new(env!("CARGO_BIN_EXE_rebalance"));
        let lines = [texts(&job["before_script"]), texts(&job["script"])].concat();
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", &lines.join("\n")]).current_dir(&dir).env_clear();
        shell.env("PATH", format!("{}:/usr/bin:/bin", program.parent().unwrap().display()));
        shell.env("HOME", self.stage.path("")).env("GITLAB_CI", "true").env("CI_DEFAULT_BRANCH", "main");
        for (name, value) in own {
            shell.env(name, value.as_str().unwrap());
        }
        (shell.envs(variables.iter().copied()).output().unwrap(), dir)
    }

    fn request(&self, depth: Option<&str>) -> (Output, PathBuf) {
        let variables = [
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &self.main),
            ("CI_COMMIT_BEFORE_SHA", ZERO),
            ("CI_COMMIT_SHA", &self.change),
        ];
        self.job(depth, &variables)
    }
}

fn all(output: &Output) -> String {
    String::from_utf8_lossy(&[output.stdout.as_slice(), &output.stderr].concat()).into_owned()
}

/// Every issue of the report: the rule and how bad it is; each at a line of the config.
fn issues(dir: &Path, report: &str) -> Vec<String> {
    let text = fs::read_to_string(dir.join(report)).unwrap();
    let issues: Vec<Value> = serde_json::from_str(&text).unwrap();
    let issue = |issue: &Value| {
        assert_eq!(issue["location"]["path"], CONFIG, "{issue}");
        assert!(issue["location"]["lines"]["begin"].as_u64() > Some(0), "{issue}");
        format!("{} {}", issue["check_name"].as_str().unwrap(), issue["severity"].as_str().unwrap())
    };
    issues.iter().map(issue).collect()
}

const REMARK: &str = "threshold-reachable info";

#[test]
fn a_good_request_is_green_and_a_bad_one_red() {
    let narrow = |stage: &Stage| stage.edit(CONFIG, "max: 0.42", "max: 0.41");
    let good = Server::new(30, "Narrow\n\nReason: calm", narrow);
    let (output, dir) = good.request(None);
    assert!(output.status.success(), "{}", all(&output));
    let report = template()["rebalance"]["artifacts"]["reports"]["codequality"].as_str().unwrap().to_owned();
    assert_eq!(issues(&dir, &report), [REMARK]);
    assert!(fs::read_to_string(dir.join("rebalance.xml")).unwrap().starts_with("<?xml"));

    let early = Server::new(3, "Narrow\n\nReason: calm", narrow);
    let (output, dir) = early.request(None);
    assert_eq!(output.status.code(), Some(1), "{}", all(&output));
    assert_eq!(issues(&dir, &report), ["allocation-cooldown critical", REMARK]);
    assert!(all(&output).contains("it may be changed again from"), "{}", all(&output));

    let broken = Server::new(30, "Narrow\n\nReason: calm", |stage| stage.edit(CONFIG, "max: 0.42", "max: 0.34"));
    let (output, dir) = broken.request(None);
    assert_eq!(output.status.code(), Some(1), "{}", all(&output));
    assert!(issues(&dir, &report).contains(&"band-contains-target critical".to_owned()));

    let mute = Server::new(30, "Narrow", narrow);
    let (output, _) = mute.request(None);
    assert!(output.status.code() == Some(1) && all(&output).contains("error[change-reason]"), "{}", all(&output));
}

#[test]
fn a_push_to_the_default_branch_is_judged_as_well() {
    let server = Server::new(3, "Narrow\n\nReason: calm", |stage| stage.edit(CONFIG, "max: 0.42", "max: 0.41"));
    let variables = [
        ("CI_PIPELINE_SOURCE", "push"),
        ("CI_COMMIT_BRANCH", "main"),
        ("CI_COMMIT_BEFORE_SHA", server.main.as_str()),
        ("CI_COMMIT_SHA", &server.change),
    ];
    let (output, _) = server.job(None, &variables);
    assert!(output.status.code() == Some(1), "{}", all(&output));
    assert!(all(&output).contains("error[allocation-cooldown]"), "{}", all(&output));
}

#[test]
fn a_clone_that_is_cut_is_red() {
    let server = Server::new(30, "Narrow\n\nReason: calm", |stage| stage.edit(CONFIG, "max: 0.42", "max: 0.41"));
    let (output, _) = server.request(Some("1"));
    assert_eq!(output.status.code(), Some(6), "{}", all(&output));
}

#[test]
fn the_job_is_what_its_page_says() {
    let template = template();
    let job = &template["rebalance"];
    assert_eq!(template.as_object().unwrap().len(), 1, "an included file brings one job and nothing else");
    assert_eq!(job["variables"]["GIT_DEPTH"], "0");
    // GitLab takes variables as texts; a number would be one, and `off` is false to some readers.
    assert!(job["variables"].as_object().unwrap().values().all(Value::is_string), "{job}");
    let rules: Vec<&str> = job["rules"].as_array().unwrap().iter().map(|rule| rule["if"].as_str().unwrap()).collect();
    assert!(rules[0].contains("merge_request_event") && rules[1].contains("$CI_DEFAULT_BRANCH"), "{rules:?}");
    assert_eq!(job["artifacts"]["when"], "always", "the report of a red job is the one that is looked at");
    // Nothing lets a red job pass, and nothing in it is secret.
    for key in ["allow_failure", "retry", "cache", "secrets", "id_tokens", "when"] {
        assert!(job.get(key).is_none(), "{key}");
    }
    let script = texts(&job["script"]).concat();
    for report in job["artifacts"]["reports"].as_object().unwrap().values() {
        assert!(script.contains(report.as_str().unwrap()), "{report} is not written");
    }
    assert!(!script.contains("||") && !script.contains(';'), "{script}");
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/gitlab.md")).unwrap();
    for name in job["variables"].as_object().unwrap().keys().filter(|name| name.starts_with("REBALANCE_")) {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}

#[test]
fn the_options_of_the_script_are_the_programs_own() {
    let line = texts(&template()["rebalance"]["script"]).concat();
    let words: Vec<&str> = line.split_whitespace().map(|word| word.trim_matches('"')).collect();
    let parsed = rebalance::cli::command().try_get_matches_from(words);
    assert_eq!(parsed.map(|matches| matches.subcommand_name().map(str::to_owned)).ok(), Some(Some("lint".to_owned())));
}
