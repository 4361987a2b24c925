//! Every figure of a report reckoned again, by a program that shares nothing with this one.

use crate::scenes::{SCENES, clock, in_part, one_execution};
use crate::stage::Stage;
use rust_decimal::Decimal;
use std::path::Path;
use std::process::Command;

/// Runs the program on what a stage has, and on a report of it.
fn recompute(stage: &Stage, name: &str, options: &[&str]) -> String {
    let args: Vec<&str> = ["report", "--format", "json"].iter().chain(options).copied().collect();
    let run = stage.run(&args);
    assert!(matches!(run.code, 0 | 6), "{name}: {}", run.whole());
    stage.write("report.json", &run.out);
    let (sound, said) = reckoned(stage);
    assert!(sound, "{name}: {said}");
    said
}

/// Whether the program finds every figure as it should be, and what it says.
fn reckoned(stage: &Stage) -> (bool, String) {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/report/recompute.py");
    let output = Command::new("python3")
        .arg("-B")
        .arg(script)
        .arg(stage.path(""))
        .arg(clock(stage))
        .output()
        .expect("python3 is needed");
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.success(), said)
}

#[test]
fn every_figure_of_every_scene() {
    for (name, scene) in SCENES {
        let stage = scene();
        let said = recompute(&stage, name, &[]);
        assert!(said.contains(" figures agree"), "{name}: {said}");
        for quarter in ["2026Q1", "2025Q4"] {
            recompute(&stage, name, &["--quarter", quarter]);
        }
    }
}

/// Figures that are moved by two billionths.
const FIGURES: [&str; 12] = [
    "/returns/time_weighted",
    "/returns/money_weighted/xirr",
    "/returns/money_weighted/period",
    "/returns/closing",
    "/returns/values/5/value",
    "/benchmarks/0/returned",
    "/benchmarks/1/money_weighted/xirr",
    "/turnover",
    "/weights/3/days/4/weight",
    "/executions/0/drift/2/before",
    "/executions/0/costs/slippage/estimate",
    "/costs/commission/actual",
];

#[test]
fn a_figure_that_is_wrong_is_found() {
    let stage = one_execution();
    recompute(&stage, "one execution", &[]);
    let sound: serde_json::Value = serde_json::from_str(&stage.read("report.json")).unwrap();
    for figure in FIGURES {
        let mut wrong = sound.clone();
        let place = wrong.pointer_mut(figure).unwrap_or_else(|| panic!("there is no {figure}"));
        let moved = place.as_str().unwrap().parse::<Decimal>().unwrap() + Decimal::new(2, 9);
        *place = moved.to_string().into();
        stage.write("report.json", &wrong.to_string());
        let (sound, said) = reckoned(&stage);
        assert!(!sound && said.contains("reckoned again it is"), "{figure}: {said}");
    }
}

/// What is no figure by itself, and something that it is not: an answer loses its last digit.
const OTHERS: [(&str, &str); 9] = [
    ("/ended", "false"),
    ("/to", "\"2026-03-30\""),
    ("/returns/compared", "2"),
    ("/returns/unvalued", "[{\"day\":\"2026-03-31\",\"missing\":[\"069500\"],\"moved\":true}]"),
    ("/executions/0/estimated", "false"),
    ("/executions/0/left_alone", "[\"069500\"]"),
    ("/checklist/1/answer/0", "\"729 KRW: commission 163, slippage 565, tax 0\""),
    ("/checklist/2/answer/0", "\"\""),
    ("/checklist/4/answer/0", "\"\""),
];

#[test]
fn a_word_that_is_wrong_is_found() {
    let stage = in_part();
    recompute(&stage, "in part", &[]);
    let sound: serde_json::Value = serde_json::from_str(&stage.read("report.json")).unwrap();
    for (place, other) in OTHERS {
        let mut wrong = sound.clone();
        let found = wrong.pointer_mut(place).unwrap_or_else(|| panic!("there is no {place}"));
        let other: serde_json::Value = serde_json::from_str(other).unwrap();
        assert_ne!(*found, other, "{place}");
        *found = other;
        stage.write("report.json", &wrong.to_string());
        let (sound, said) = reckoned(&stage);
        assert!(!sound && said.contains("reckoned again it is"), "{place}: {said}");
    }
}
