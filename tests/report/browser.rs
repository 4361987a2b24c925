//! The page in headless Chromium: light, dark and on a phone. `.ci/run report` installs what that needs.

use crate::scenes::SCENES;
use std::path::Path;
use std::process::Command;

#[test]
#[ignore = "needs Chromium and playwright-core: .ci/run report"]
fn the_page_is_readable_in_a_browser() {
    let modules = std::env::var("PLAYWRIGHT_MODULES").expect("PLAYWRIGHT_MODULES names a directory of node modules");
    for (name, scene) in SCENES {
        let stage = scene();
        let run = stage.run(&["report", "--html", "report.html"]);
        assert!(matches!(run.code, 0 | 6), "{name}: {}", run.whole());
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/browser.cjs");
        let output = Command::new("node")
            .arg(script)
            .arg(stage.path("report.html"))
            .env("NODE_PATH", &modules)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{name}: {said}");
    }
}
