//! The real yaml-language-server, which is what VS Code, Neovim, Helix and others ask.

use crate::client::Client;
use crate::stage::Stage;
use rebalance::schema::EXAMPLES;
use serde_json::{Value, json};

/// The command of the server.
const COMMAND: &str = "YAML_LANGUAGE_SERVER";

/// A directory as `docs/editor.md` says to set it up, a server, and nothing fetched from anywhere.
struct Desk {
    stage: Stage,
    client: Client,
    opened: usize,
}

impl Desk {
    fn new() -> Self {
        let command = std::env::var(COMMAND).unwrap_or_else(|_| panic!("{COMMAND} names no server: see .ci/run"));
        let stage = Stage::bare_directory();
        for (name, file) in
            [("config", "portfolio_config"), ("holdings", "holdings"), ("fx", "fx"), ("policy", "policy")]
        {
            stage.write(&format!("{file}.schema.json"), &stage.run(&["schema", name]).out);
        }
        let store = json!({ "enable": false });
        let settings = json!({ "yaml": { "schemaStore": store, "validate": true, "completion": true, "hover": true } });
        Self { stage, client: Client::start(&command, settings), opened: 0 }
    }

    /// Opens a text as a file in a directory of the stage. Closing a file clears its diagnostics, so every text has a
    /// name of its own.
    fn open(&mut self, dir: &str, text: &str) -> (String, Vec<String>) {
        self.opened += 1;
        let uri = format!("file://{}{dir}{}.yaml", self.stage.path("").display(), self.opened);
        let found = self.client.diagnostics(&uri, text);
        (uri, found)
    }

    /// A text under the modelines of a file's schema.
    fn with_modelines(&self, schema: &str, text: &str) -> String {
        format!("{}{text}", self.stage.run(&["schema", schema, "--modelines"]).out)
    }

    /// What the server has against a text.
    fn against(&mut self, dir: &str, text: &str) -> Vec<String> {
        let (uri, found) = self.open(dir, text);
        self.client.close(&uri);
        found
    }

    /// What the server proposes at the end of a config's text.
    fn proposals(&mut self, text: &str) -> Vec<Value> {
        let text = self.with_modelines("config", text);
        let (uri, _) = self.open("", &text);
        let last = text.rsplit('\n').next().unwrap();
        let found = self.client.completion(&uri, text.matches('\n').count(), last.len());
        self.client.close(&uri);
        found
    }
}

/// A proposal: what is shown, what is inserted, what is said about it.
fn proposal<'a>(found: &'a [Value], label: &str) -> (&'a str, &'a str) {
    let labels: Vec<&str> = found.iter().filter_map(|item| item["label"].as_str()).collect();
    let item = found.iter().find(|item| item["label"] == label).unwrap_or_else(|| panic!("no {label} in {labels:?}"));
    let said = item["documentation"]["value"].as_str().or(item["documentation"].as_str());
    (item["insertText"].as_str().unwrap(), said.unwrap_or(""))
}

#[test]
#[ignore = "needs yaml-language-server: .ci/run editor"]
fn the_language_server_completes_explains_and_complains() {
    let mut desk = Desk::new();
    files_without_a_fault_have_no_diagnostics(&mut desk);
    faults_are_told_where_they_stand(&mut desk);
    keys_are_completed_with_what_they_mean(&mut desk);
    values_are_completed_with_what_they_mean(&mut desk);
    a_key_is_explained_under_the_pointer(&mut desk);
}

fn files_without_a_fault_have_no_diagnostics(desk: &mut Desk) {
    let sample = desk.stage.read("portfolio_config.yaml");
    let mut files = vec![("config", "", sample), ("holdings", "", desk.stage.read("holdings.yaml"))];
    for (file, example) in EXAMPLES {
        let (schema, dir) = match *file {
            "portfolio_config.schema.json" => ("config", ""),
            "holdings.schema.json" => ("holdings", ""),
            "fx.schema.json" => ("fx", ""),
            "policy.schema.json" => ("policy", "policies/"),
            other => panic!("{other} is no file people write"),
        };
        files.push((schema, dir, (*example).to_owned()));
    }
    for (schema, dir, text) in files {
        let lines: Vec<String> = desk.with_modelines(schema, "").lines().map(str::to_owned).collect();
        // Both lines, the first, the second: the server reads either.
        for head in [lines.join("\n"), lines[0].clone(), lines[1].clone()] {
            let text = format!("{head}\n{text}");
            assert_eq!(desk.against(dir, &text), Vec::<String>::new(), "{text}");
            let found = desk.against(dir, &format!("{text}\nnobody: 1\n"));
            assert!(
                matches!(&*found, [only] if only.ends_with("1 Property nobody is not allowed.")),
                "{head}: {found:?}"
            );
        }
    }
}

fn faults_are_told_where_they_stand(desk: &mut Desk) {
    let sample = desk.stage.read("portfolio_config.yaml");
    for (from, to, wanted) in [
        ("target: 0.35", "taget: 0.35", "20:11 Property taget is not allowed."),
        ("target: 0.35", "taget: 0.35", "18:11 Missing property \"target\"."),
        ("strategy: 'hybrid'", "strategy: 'hybird'", "Value is not accepted. Valid values:"),
        ("target: 0.35", "target: '0.35'", "20:19 Incorrect type. Expected \"number\"."),
        ("max: 0.40", "max: 1.40", "22:16 Value is above the maximum of 1."),
        ("months: [1, 4, 7, 10]", "months: []", "Array has too few items. Expected 1 or more."),
    ] {
        let text = sample.replacen(from, to, 1);
        assert_ne!(text, sample);
        let text = desk.with_modelines("config", &text);
        let found = desk.against("", &text);
        assert!(found.iter().any(|line| line.contains(wanted)), "{wanted}: {found:#?}");
    }
}

fn keys_are_completed_with_what_they_mean(desk: &mut Desk) {
    let found = desk.proposals("portfolio:\n  rebalancing:\n    strategy: 'time'\n    ");
    assert!(found.iter().all(|item| item["label"] != "strategy"), "{found:?}");
    let (insert, said) = proposal(&found, "destination");
    assert_eq!((insert, said.contains("edge of the band")), ("destination: ", true), "{said}");
    let (insert, said) = proposal(&found, "scheduled");
    assert!(insert.contains("months:") && insert.contains("frequency:"), "{insert}");
    assert_eq!(said, "The schedule; `time` and `hybrid` need it.");
    // What is inserted for a whole config asks for every key that must be there.
    let found = desk.proposals("");
    let (insert, _) = proposal(&found, "portfolio");
    for key in ["name:", "base_currency:", "allocation:", "rebalancing:", "strategy:", "costs:"] {
        assert!(insert.contains(key), "{insert}");
    }
    // A snippet is a text that could stand there.
    let found = desk.proposals("portfolio:\n  ");
    let (insert, _) = proposal(&found, "allocation");
    assert!(insert.contains("code: '360750'") && !insert.contains("object Object"), "{insert}");
}

fn values_are_completed_with_what_they_mean(desk: &mut Desk) {
    let found = desk.proposals("portfolio:\n  rebalancing:\n    strategy: ");
    assert_eq!(found.len(), 4, "{found:?}");
    assert_eq!(proposal(&found, "hybrid"), ("hybrid", "The schedule, drift and bands."));
    assert_eq!(proposal(&found, "time"), ("time", "The schedule only."));
    let found = desk.proposals("portfolio:\n  allocation:\n    core:\n      assets:\n        - code: ");
    assert_eq!(proposal(&found, "\"360750\"").0, "\"360750\"");
    let found = desk.proposals("portfolio:\n  allocation:\n    core:\n      assets:\n        - target: ");
    assert_eq!(proposal(&found, "0.35").0, "0.35");
}

fn a_key_is_explained_under_the_pointer(desk: &mut Desk) {
    let text = desk.with_modelines("config", &desk.stage.read("portfolio_config.yaml"));
    let (uri, _) = desk.open("", &text);
    let line = text.lines().position(|line| line.contains("strategy:")).unwrap();
    let said = desk.client.hover(&uri, line, 6);
    assert!(said.contains("`time` looks at the schedule"), "{said}");
    assert!(said.contains("`threshold`: Drift and bands only."), "{said}");
    desk.client.close(&uri);
}
