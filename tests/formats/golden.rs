//! Every case in every format, and what holds for all of them.

use crate::cases::{self, Case};
use rebalance::output::{DRAWERS, Drawer, Format};
use snapbox::data::{Data, DataFormat};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn golden() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/golden")
}

fn file(case: &Case, drawer: &Drawer) -> PathBuf {
    let ending = match drawer.format {
        Format::Human => "human.txt",
        Format::Json => "json",
        Format::Sarif => "sarif",
        Format::Github => "github.txt",
        Format::Gitlab => "gitlab.json",
        Format::Junit => "junit.xml",
        Format::Markdown => "md",
        Format::Jsonl => unreachable!("findings are not drawn in lines"),
    };
    golden().join(format!("{}.{ending}", case.name))
}

fn each(mut look: impl FnMut(&Case, &Drawer, &str)) {
    for case in cases::all() {
        for drawer in DRAWERS {
            look(&case, drawer, &case.draw(drawer));
        }
    }
}

#[test]
fn every_case_in_every_format_is_as_it_was() {
    let mut files = BTreeSet::new();
    each(|case, drawer, text| {
        let file = file(case, drawer);
        let text = text.replace(env!("CARGO_PKG_VERSION"), "[VERSION]");
        snapbox::assert_data_eq!(text, Data::read_from(&file, Some(DataFormat::Text)).raw());
        files.insert(file);
    });
    let committed = std::fs::read_dir(golden()).unwrap().map(|entry| entry.unwrap().path());
    assert_eq!(committed.collect::<BTreeSet<_>>(), files, "a golden file of no case");
}

#[test]
fn every_format_ends_its_last_line_and_has_no_control_characters() {
    each(|case, drawer, text| {
        let (name, format) = (case.name, drawer.format);
        assert!(text.ends_with('\n') && !text.ends_with("\n\n"), "{name} in {format:?}");
        let hidden = text.chars().find(|c| c.is_control() && *c != '\n');
        assert_eq!(hidden, None, "{name} in {format:?}");
    });
}

#[test]
fn every_finding_is_in_every_format_or_counted() {
    each(|case, drawer, text| {
        for rule in case.counted().map(|finding| finding.rule.as_ref()) {
            assert!(text.contains(rule), "{} in {:?} lacks {rule}", case.name, drawer.format);
        }
        let total = case.counted().count();
        let told = match drawer.format {
            Format::Human => text.lines().filter(|line| line.contains("]: ") && !line.starts_with(' ')).count(),
            Format::Json => count(text, "findings", |finding| finding["suppressed"].is_null()),
            Format::Sarif => {
                let log: serde_json::Value = serde_json::from_str(text).unwrap();
                let results = log["runs"][0]["results"].as_array().unwrap();
                assert_eq!(results.len(), case.findings.len(), "{}: suppressed ones are carried", case.name);
                results.iter().filter(|result| result["suppressions"].as_array().unwrap().is_empty()).count()
            }
            Format::Github => text.lines().filter(|line| line.starts_with("::") || line.starts_with("  ")).count(),
            Format::Gitlab => serde_json::from_str::<Vec<serde_json::Value>>(text).unwrap().len(),
            Format::Junit => text.matches("<testcase ").count() - text.matches("<skipped ").count() - passed(text),
            Format::Markdown => text.lines().filter(|line| line.starts_with("- **")).count(),
            Format::Jsonl => unreachable!("findings are not drawn in lines"),
        };
        assert_eq!(told, total, "{} in {:?}", case.name, drawer.format);
    });
}

fn count(text: &str, list: &str, keep: impl Fn(&serde_json::Value) -> bool) -> usize {
    let document: serde_json::Value = serde_json::from_str(text).unwrap();
    document[list].as_array().unwrap().iter().filter(|finding| keep(finding)).count()
}

fn passed(junit: &str) -> usize {
    junit.matches("name=\"no findings\"").count()
}

#[test]
fn no_format_for_other_programs_tells_where_the_files_are_on_this_machine() {
    each(|case, drawer, text| {
        let own = matches!(drawer.format, Format::Human | Format::Json);
        assert!(own || !text.contains("/home/ann"), "{} in {:?}", case.name, drawer.format);
        let named = case.counted().count() == 0 || text.contains("book/");
        assert!(own || named, "{} in {:?}", case.name, drawer.format);
    });
}
