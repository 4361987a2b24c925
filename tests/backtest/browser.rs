//! The page in headless Chromium: light, dark and on a phone. `.ci/run report` installs what that needs.

use crate::slow::stage;
use std::path::Path;
use std::process::Command;

#[test]
#[ignore = "needs Chromium and playwright-core: .ci/run report"]
fn the_page_is_readable_in_a_browser() {
    let modules = std::env::var("PLAYWRIGHT_MODULES").expect("PLAYWRIGHT_MODULES names a directory of node modules");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/browser.cjs");
    for (case, args) in [("taxes", &[][..]), ("cents", &["--whole-shares"]), ("whole", &["--to", "2020-02-04"])] {
        let stage = stage(case);
        let run = stage.run(&[&["backtest", "--prices", "prices.csv", "--html", "page.html"], args].concat());
        assert_eq!(run.code, 0, "{case}: {}", run.whole());
        let seen =
            ["What became of it", "out of band", "Fall from the highest value before", "Nobody lost their nerve."];
        let mut node = Command::new("node");
        let output = node
            .arg(&script)
            .args([stage.path("page.html"), stage.path("")])
            .args(seen)
            .env("NODE_PATH", &modules)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{case}: {said}");
    }
}
