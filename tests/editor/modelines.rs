//! The lines that connect a file with its schema in an editor.

use crate::stage::Stage;
use rebalance::schema::EXAMPLES;
use snapbox::{assert_data_eq, str};

#[test]
fn the_modelines_name_the_schema_beside_the_config() {
    let stage = Stage::bare_directory();
    assert_data_eq!(
        stage.run(&["schema", "--modelines"]).whole(),
        str![[r#"
# yaml-language-server: $schema=./portfolio_config.schema.json
# $schema: ./portfolio_config.schema.json
--- exit 0

"#]]
    );
    assert_data_eq!(
        stage.run(&["schema", "policy", "--modelines"]).whole(),
        str![[r#"
# yaml-language-server: $schema=../policy.schema.json
# $schema: ../policy.schema.json
--- exit 0

"#]]
    );
    assert_data_eq!(
        stage.run(&["schema", "holdings", "--modelines=../h.json"]).whole(),
        str![[r#"
# yaml-language-server: $schema=../h.json
# $schema: ../h.json
--- exit 0

"#]]
    );
}

#[test]
fn modelines_are_for_files_people_write_and_end_at_a_blank() {
    let stage = Stage::bare_directory();
    assert_data_eq!(
        stage.run(&["schema", "plan", "--modelines"]).whole(),
        str![[r#"
--- stderr
error: only files people write have modelines
help: one of config, holdings, fx and policy.
--- exit 64

"#]]
    );
    assert_data_eq!(
        stage.run(&["schema", "--modelines=my schema.json"]).whole(),
        str![[r#"
--- stderr
error: invalid value 'my schema.json' for '--modelines[=<PATH>]': a path without blanks

For more information, try '--help'.
--- exit 64

"#]]
    );
}

/// A config is judged alike with and without the lines, and the examples are files that can be used.
#[test]
fn a_file_with_its_modelines_has_no_findings() {
    for which in ["config", "example"] {
        let stage = Stage::bare_directory();
        let example = |file: &str| EXAMPLES.iter().find(|(name, _)| name.starts_with(file)).unwrap().1;
        let config =
            if which == "config" { stage.read("portfolio_config.yaml") } else { example("portfolio").to_owned() };
        let lines = stage.run(&["schema", "--modelines"]).out;
        stage.write("portfolio_config.yaml", &format!("{lines}{config}"));
        let lines = stage.run(&["schema", "policy", "--modelines"]).out;
        for (i, (_, policy)) in EXAMPLES.iter().filter(|(name, _)| name.starts_with("policy")).enumerate() {
            stage.write(&format!("policies/own-{i}.yaml"), &format!("{lines}{policy}"));
        }
        stage.git(&["init", "-q", "-b", "main"]);
        stage.commit("Start", 100);
        let run = stage.run(&["lint", "--fail-on", "warning"]);
        assert_eq!(run.code, 0, "{which}: {}", run.whole());
        let run = stage.run(&["lint", "--test-policies"]);
        assert_eq!(run.code, 0, "{}", run.whole());
    }
}
