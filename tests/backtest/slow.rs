//! Every figure of every policy is that of the slow loop, to 1e-9.

use crate::stage::Stage;
use rust_decimal::Decimal;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// How far a figure may be from the slow loop's, as a part of it; of an amount or a return below 1, of 1.
const TOLERANCE: &str = "0.000000001";

/// A stage with the files of a case.
pub(crate) fn stage(case: &str) -> Stage {
    let stage = Stage::bare_directory();
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/backtest/cases").join(case);
    for file in ["portfolio_config.yaml", "prices.csv"] {
        stage.write(file, &fs::read_to_string(files.join(file)).unwrap());
    }
    stage
}

/// What the program says of the prices on a stage.
pub(crate) fn told(stage: &Stage, args: &[&str]) -> Value {
    let fixed = ["backtest", "--prices", "prices.csv", "--format", "json"];
    let run = stage.run(&[&fixed, args].concat());
    assert_eq!(run.code, 0, "{args:?}: {}", run.whole());
    run.json()
}

fn decimal(value: &Value) -> Option<Decimal> {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    text.parse().or_else(|_| Decimal::from_scientific(&text)).ok()
}

#[test]
fn every_figure_is_that_of_the_slow_loop() {
    let cases: Value = serde_json::from_str(include_str!("expected.json")).unwrap();
    let tolerance: Decimal = TOLERANCE.parse().unwrap();
    let mut compared = 0;
    for case in cases.as_array().unwrap() {
        let args: Vec<&str> = case["args"].as_array().unwrap().iter().map(|arg| arg.as_str().unwrap()).collect();
        let name = case["case"].as_str().unwrap();
        let ours = told(&stage(name), &args);
        let (ours, theirs) = (ours["policies"].as_array().unwrap(), case["policies"].as_array().unwrap());
        assert_eq!(ours.len(), theirs.len(), "{name} {args:?}");
        for (own, wanted) in ours.iter().zip(theirs) {
            for (key, want) in wanted.as_object().unwrap() {
                let have = &own[key];
                let same = match (decimal(have), decimal(want)) {
                    (Some(have), Some(want)) => {
                        let value = decimal(&wanted["final_value"]).unwrap();
                        // Cash is what is left of all: a difference of it is one of the whole.
                        let scale = if key == "final_cash" { value } else { want.abs().max(Decimal::ONE) };
                        (have - want).abs() <= tolerance * scale
                    }
                    _ => have == want,
                };
                assert!(same, "{name} {args:?} {}: {key} is {have}, and {want} by the slow loop", own["policy"]);
                compared += 1;
            }
        }
        assert!(own_proofs(ours), "{name} {args:?}: orders that are not proven best");
    }
    // Every policy, in both modes, with failures and without.
    assert!(compared > 1_000, "{compared}");
}

fn own_proofs(policies: &[Value]) -> bool {
    policies.iter().all(|policy| policy["unproven"] == 0)
}
