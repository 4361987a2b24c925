//! What the files say: what is pinned, what may be done, what is executed.

use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// Everything that runs on GitHub, here or at a user's.
const FILES: [&str; 8] = [
    "action.yml",
    "setup/action.yml",
    ".github/workflows/ci.yml",
    ".github/workflows/release.yml",
    ".github/workflows/review.yml",
    "docs/review.yml",
    "templates/workflows/check.yml",
    "templates/workflows/apply.yml",
];
/// Composite actions, whose steps say what runs them.
const ACTIONS: [&str; 2] = ["action.yml", "setup/action.yml"];
/// What a user's repository runs beside the review.
const OWN: [&str; 2] = ["templates/workflows/check.yml", "templates/workflows/apply.yml"];
/// What a user's repository runs.
const REVIEWS: [&str; 2] = [".github/workflows/review.yml", "docs/review.yml"];
/// Where the user writes which commit of which repository.
const PLACEHOLDERS: [&str; 2] = [
    "OWNER/rebalance@0000000000000000000000000000000000000000",
    "OWNER/rebalance/setup@0000000000000000000000000000000000000000",
];

pub(crate) fn text(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

pub(crate) fn yaml(file: &str) -> Value {
    serde_yaml::from_str(&text(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// The steps of all jobs of a workflow, or of a composite action.
pub(crate) fn steps(file: &str) -> Vec<Value> {
    let read = yaml(file);
    let jobs = read["jobs"].as_object().into_iter().flat_map(|jobs| jobs.values());
    let lists = jobs.map(|job| &job["steps"]).chain([&read["runs"]["steps"]]);
    let steps: Vec<Value> = lists.filter_map(Value::as_array).flatten().cloned().collect();
    assert!(!steps.is_empty(), "{file} has no steps");
    steps
}

fn keys(value: &Value) -> BTreeSet<String> {
    value.as_object().map(|map| map.keys().cloned().collect()).unwrap_or_default()
}

#[test]
fn every_workflow_of_this_repository_is_looked_at() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflows");
    let found: BTreeSet<String> =
        fs::read_dir(dir).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, ["ci.yml", "release.yml", "review.yml"].map(str::to_owned).into());
}

#[test]
fn no_expression_stands_in_a_script() {
    for file in FILES {
        for step in steps(file) {
            let script = step["run"].as_str().unwrap_or_default();
            assert!(!script.contains("${{"), "{file}: {script}");
            assert!(step["name"].is_string(), "{file}: a step without a name");
            assert!(!ACTIONS.contains(&file) || script.is_empty() || step["shell"] == "bash", "{file}: {script}");
        }
    }
}

#[test]
fn every_action_is_one_that_is_trusted_and_pinned() {
    let trusted = [
        "actions/checkout",
        "actions/attest-build-provenance",
        "actions/cache",
        "actions/download-artifact",
        "actions/upload-artifact",
        "github/codeql-action/upload-sarif",
    ];
    for file in FILES {
        for step in steps(file) {
            let Some(uses) = step["uses"].as_str() else { continue };
            if PLACEHOLDERS.contains(&uses) || uses == "./rebalance" {
                continue;
            }
            let (name, commit) = uses.split_once('@').unwrap();
            assert!(trusted.contains(&name), "{file}: {uses}");
            assert!(commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit()), "{file}: {uses}");
            let line = text(file).lines().find(|line| line.contains(uses)).unwrap().to_owned();
            let version = line.split_once(" # v").unwrap_or_else(|| panic!("{file}: {line}")).1;
            assert_eq!(version.split('.').filter(|part| part.parse::<u32>().is_ok()).count(), 3, "{file}: {line}");
        }
    }
}

#[test]
fn one_action_has_one_pin() {
    let mut pins = BTreeSet::new();
    for step in FILES.iter().flat_map(|file| steps(file)) {
        pins.extend(
            step["uses"]
                .as_str()
                .and_then(|uses| uses.split_once('@'))
                .map(|(name, pin)| (name.to_owned(), pin.to_owned())),
        );
    }
    let names: BTreeSet<&String> = pins.iter().map(|(name, _)| name).collect();
    assert_eq!(names.len(), pins.len(), "{pins:?}");
}

/// Days may lie between a plan and its approval. Without a ref, a job has the commit of the run's first moment.
#[test]
fn what_is_approved_is_applied_to_the_branch_as_it_is_then() {
    let jobs = yaml("templates/workflows/apply.yml");
    let checkout = |job: &str| {
        let steps = jobs["jobs"][job]["steps"].as_array().unwrap().clone();
        steps.into_iter().find(|step| step["uses"].as_str().is_some_and(|uses| uses.starts_with("actions/checkout@")))
    };
    assert_eq!(checkout("apply").unwrap()["with"]["ref"], "${{ github.ref }}");
    assert_eq!(jobs["jobs"]["apply"]["environment"], "rebalance");
}

#[test]
fn permissions_are_the_least() {
    for (file, wanted) in [
        (".github/workflows/ci.yml", "contents: read"),
        (
            ".github/workflows/release.yml",
            "contents: read; contents: read; attestations: write, contents: write, id-token: write",
        ),
        ("templates/workflows/check.yml", "contents: read"),
        ("templates/workflows/apply.yml", "contents: read; contents: write"),
        (".github/workflows/review.yml", "actions: read, contents: read, pull-requests: write, security-events: write"),
        ("docs/review.yml", "actions: read, contents: read, pull-requests: write, security-events: write"),
    ] {
        let read = yaml(file);
        assert_eq!(read["permissions"], serde_json::json!({}), "{file}");
        let mut jobs = Vec::new();
        for job in read["jobs"].as_object().unwrap().values() {
            let permissions = job["permissions"].as_object().unwrap();
            let mut told: Vec<String> =
                permissions.iter().map(|(name, level)| format!("{name}: {}", level.as_str().unwrap())).collect();
            told.sort();
            jobs.push(told.join(", "));
            assert!(job["timeout-minutes"].is_u64(), "{file}");
        }
        assert_eq!(jobs.join("; "), wanted, "{file}");
        assert!(read["concurrency"]["group"].is_string(), "{file}");
    }
}

#[test]
fn nothing_runs_with_a_secret_or_where_a_fork_s_text_decides() {
    for file in FILES {
        let text = text(file);
        // Those of a user's own begin by a schedule or by hand, and have an environment.
        assert!(OWN.contains(&file) || !text.contains("secrets."), "{file} has secrets");
        for never in ["pull_request_target:", "workflow_run:", "issue_comment:", "secrets: inherit"] {
            assert!(!text.contains(never), "{file} has {never}");
        }
        for never in ["pull_request.title", "pull_request.body", "head_ref", "head.ref", "head.label"] {
            assert!(!text.contains(never), "{file} has {never}");
        }
        for step in
            steps(file).iter().filter(|step| step["uses"].as_str().is_some_and(|uses| uses.contains("checkout@")))
        {
            assert_eq!(step["with"]["persist-credentials"], false, "{file}");
        }
    }
    assert_eq!(keys(&yaml(OWN[0])["on"]), ["schedule", "workflow_dispatch"].map(str::to_owned).into());
    assert_eq!(keys(&yaml(OWN[1])["on"]), ["workflow_dispatch".to_owned()].into());
    let guarded = |file: &str, job: &str| yaml(file)["jobs"][job]["environment"].as_str().map(str::to_owned);
    assert_eq!(guarded(OWN[0], "check").as_deref(), Some("notify"));
    assert_eq!((guarded(OWN[1], "plan"), guarded(OWN[1], "apply").as_deref()), (None, Some("rebalance")));
    let events = keys(&yaml("docs/review.yml")["on"]);
    assert_eq!(events, ["merge_group", "pull_request", "push"].map(str::to_owned).into());
    assert_eq!(keys(&yaml(".github/workflows/review.yml")["on"]), ["workflow_call".to_owned()].into());
}

#[test]
fn the_token_is_where_it_is_needed_and_nowhere_else() {
    let with_token: Vec<Value> =
        steps("action.yml").into_iter().filter(|step| step.to_string().contains("token")).collect();
    let names: Vec<&Value> = with_token.iter().map(|step| &step["name"]).collect();
    // The script that installs hands it to `gh` and to nothing else: `release.rs` looks.
    assert_eq!(names, ["Install the program", "Comment"]);
    assert_eq!(with_token[0]["env"]["TOKEN"], "${{ inputs.token }}");
    assert_eq!(with_token[1]["env"]["GITHUB_TOKEN"], "${{ inputs.token }}");
}

#[test]
fn a_review_has_the_whole_history_of_the_merge() {
    for file in REVIEWS {
        let steps = steps(file);
        let checkout = |step: &&Value| step["uses"].as_str().is_some_and(|uses| uses.starts_with("actions/checkout@"));
        let portfolio = steps.iter().find(checkout).unwrap();
        assert_eq!(portfolio["with"]["fetch-depth"], 0, "{file}");
        // Without a ref, it is the commit of the event: the merge.
        assert!(portfolio["with"].get("ref").is_none() && portfolio["with"].get("repository").is_none(), "{file}");
    }
}

#[test]
fn the_workflow_to_call_runs_its_own_commit_beside_the_portfolio() {
    let steps = steps(".github/workflows/review.yml");
    let by = |name: &str| steps.iter().find(|step| step["name"] == name).unwrap();
    let (portfolio, own, review) = (by("Check out the portfolio"), by("Check out rebalance"), by("Review"));
    assert_eq!(portfolio["with"]["path"], "portfolio");
    assert_eq!(own["with"]["path"], "rebalance");
    assert_eq!(own["with"]["ref"], "${{ steps.own.outputs.commit }}");
    assert_eq!(review["uses"], "./rebalance");
    assert_eq!(review["with"]["working-directory"], "portfolio");
}

#[test]
fn the_workflow_to_call_hands_on_every_input() {
    let action = keys(&yaml("action.yml")["inputs"]);
    let own = keys(&yaml(".github/workflows/review.yml")["on"]["workflow_call"]["inputs"]);
    let steps = steps(".github/workflows/review.yml");
    let given = steps.iter().find(|step| step["name"] == "Review").unwrap()["with"].as_object().unwrap().clone();
    assert!(own.len() > 4);
    for (name, value) in given {
        assert!(action.contains(&name), "action.yml has no input {name}");
        let handed = format!("${{{{ inputs.{name} }}}}");
        assert!(name == "working-directory" || value == handed.as_str() && own.contains(&name), "{name}: {value}");
    }
    for input in own {
        assert!(
            action.contains(&input) && text(".github/workflows/review.yml").contains(&format!("inputs.{input} }}}}"))
        );
    }
}

#[test]
fn the_page_shows_what_is_to_be_copied() {
    let page = text("docs/github.md");
    assert!(
        page.contains(&format!("```yaml\n{}```", text("docs/review.yml"))),
        "docs/github.md shows another docs/review.yml"
    );
    let inputs = yaml("action.yml")["inputs"].clone();
    for (name, input) in inputs.as_object().unwrap() {
        let default = input["default"].as_str().unwrap();
        let row =
            format!("| `{name}` | {} |", if name == "token" { "the job's".to_owned() } else { format!("`{default}`") });
        assert!(page.contains(&row), "docs/github.md has no row {row}");
    }
    for output in keys(&yaml("action.yml")["outputs"]) {
        assert!(page.contains(&format!("`{output}`")), "docs/github.md does not name the output {output}");
    }
}
