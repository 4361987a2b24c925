//! The job for GitLab fits the schema of GitLab, which check-jsonschema carries along.

use std::path::Path;
use std::process::Command;

/// The command of the validator.
const COMMAND: &str = "CHECK_JSONSCHEMA";

fn valid(command: &str, file: &Path) -> bool {
    let output = Command::new(command).args(["--builtin-schema", "vendor.gitlab-ci"]).arg(file).output();
    output.unwrap().status.success()
}

#[test]
#[ignore = "needs check-jsonschema: .ci/run editor"]
fn the_job_fits_the_schema_of_gitlab() {
    let command = std::env::var(COMMAND).expect("CHECK_JSONSCHEMA names the program");
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rebalance.gitlab-ci.yml");
    assert!(valid(&command, &file));
    // It would say so if it did not.
    let dir = tempfile::TempDir::new().unwrap();
    let text = std::fs::read_to_string(&file).unwrap();
    for (from, to) in
        [("codequality:", "codequalty:"), ("script:\n    - rebalance", "script: 7\n  x:\n    - rebalance")]
    {
        let other = dir.path().join("other.gitlab-ci.yml");
        assert!(text.contains(from), "{from}");
        std::fs::write(&other, text.replacen(from, to, 1)).unwrap();
        assert!(!valid(&command, &other), "{to}");
    }
}
