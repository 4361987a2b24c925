//! Fixes: what is fixed, what is left alone, and that nothing else is ever touched.
//!
//! A case is two files, named after its fault: the text before and the text after. Where both are the same, there is no
//! safe fix.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says no by panicking")]

mod command;
mod random;

#[path = "../cli/stage.rs"]
#[allow(dead_code, reason = "the stage has more than these tests need")]
mod stage;

use rebalance::fix::{Fixed, Refused, fix};
use std::collections::BTreeMap;
use std::fs;

/// 2026-03-04T00:00:00Z.
const NOW: i64 = 1_772_582_400;

/// A text after fixing it, and the number of findings fixed.
fn fixed(text: &str) -> Result<(String, usize), Refused> {
    let policies = rebalance::rules::policies(&[]).0;
    let Fixed { text: new, count } = fix("portfolio_config.yaml", text.as_bytes(), &policies, NOW)?;
    assert_eq!(new.is_some(), count > 0);
    Ok((new.unwrap_or_else(|| text.to_owned()), count))
}

/// The cases by their fault.
fn cases() -> BTreeMap<String, (String, String)> {
    let mut cases = BTreeMap::new();
    for entry in fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fix/cases")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let fault = name.strip_suffix(".before.yaml").or(name.strip_suffix(".after.yaml")).unwrap().to_owned();
        let read = |which: &str| fs::read_to_string(path.with_file_name(format!("{fault}.{which}.yaml"))).unwrap();
        cases.insert(fault.clone(), (read("before"), read("after")));
    }
    assert!(cases.len() > 40, "{}", cases.len());
    cases
}

/// The ways a file may be written that say nothing.
fn dressed(text: &str) -> [String; 4] {
    [text.to_owned(), text.replace('\n', "\r\n"), format!("\u{feff}{text}"), text.trim_end_matches('\n').to_owned()]
}

#[test]
fn every_case_comes_to_what_its_file_says_however_it_is_written() {
    for (fault, (before, after)) in cases() {
        for (before, after) in dressed(&before).iter().zip(dressed(&after)) {
            let (text, count) = fixed(before).unwrap_or_else(|refused| panic!("{fault}: {}", refused.why));
            assert_eq!(text, after, "{fault}");
            assert_eq!(count > 0, *before != after, "{fault}");
            assert_eq!(fixed(&text), Ok((after, 0)), "{fault}: fixed twice");
        }
    }
}

/// A case is worth nothing where it is no fault, and one that is fixed whole has none afterwards.
#[test]
fn every_case_has_its_fault() {
    let stage = stage::Stage::bare_directory();
    for (fault, (before, after)) in cases() {
        let lint = |text: &str| {
            stage.write("portfolio_config.yaml", text);
            let json = stage.run(&["lint", "--format", "json"]).json();
            let all = json["findings"].as_array().unwrap().clone();
            all.into_iter().filter(|f| f["rule"] != "history-complete" && f["rule"] != "threshold-reachable").count()
        };
        // A sleeve may have any name, and a suppressed finding is one.
        if fault != "the name of a sleeve" {
            assert!(lint(&before) > 0, "{fault}");
        }
        if before != after {
            assert_eq!(lint(&after), 0, "{fault}");
        }
    }
}

/// A key that is put right may show that something is missing under it. That was there before, and nobody could see it.
#[test]
fn what_a_misspelt_key_hid_is_no_reason_to_leave_it() {
    let sample = include_str!("../../portfolio_config.yaml");
    let without = sample.replacen("    strategy: 'hybrid'\n", "", 1);
    let before = without.replacen("  rebalancing:", "  rebalncing:", 1).replacen("target: 0.35", "target: .35", 1);
    assert_eq!(fixed(&before), Ok((without, 2)));
}
