//! GitLab's and JUnit's reports, read as those programs read them.

use crate::cases;
use rebalance::output::Format;
use roxmltree::{Document, Node};
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn gitlab_has_every_field_it_asks_for() {
    for case in cases::all() {
        let issues: Vec<Value> = serde_json::from_str(&case.drawn(Format::Gitlab)).unwrap();
        let mut prints = BTreeSet::new();
        for issue in &issues {
            assert!(!issue["description"].as_str().unwrap().is_empty());
            assert!(!issue["check_name"].as_str().unwrap().is_empty());
            assert!(["blocker", "critical", "major", "minor", "info"].contains(&issue["severity"].as_str().unwrap()));
            let path = issue["location"]["path"].as_str().unwrap();
            assert!(!path.starts_with('/') && !path.starts_with("./") && !path.contains(".."), "{path}");
            assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
            prints.insert(issue["fingerprint"].as_str().unwrap().to_owned());
        }
        assert_eq!(prints.len(), issues.len(), "{}", case.name);
    }
}

fn elements<'a>(node: Node<'a, 'a>, name: &'a str) -> Vec<Node<'a, 'a>> {
    node.descendants().filter(|node| node.has_tag_name(name)).collect()
}

#[test]
fn junit_is_xml_and_its_sums_are_right() {
    for case in cases::all() {
        let text = case.drawn(Format::Junit);
        let document = Document::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", case.name));
        let root = document.root_element();
        assert!(root.has_tag_name("testsuites"));
        for node in std::iter::once(root).chain(elements(root, "testsuite")) {
            for (sum, element) in
                [("tests", "testcase"), ("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]
            {
                let said: usize = node.attribute(sum).unwrap().parse().unwrap();
                assert_eq!(said, elements(node, element).len(), "{}: {sum}", case.name);
            }
        }
        for suite in elements(root, "testsuite") {
            let names: Vec<_> =
                elements(suite, "testcase").iter().map(|case| case.attribute("name").unwrap()).collect();
            assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len(), "{}: {names:?}", case.name);
        }
        let files: BTreeSet<&str> = case.findings.iter().map(|finding| finding.path.as_str()).collect();
        assert!(elements(root, "testsuite").len() >= files.len().max(1));
    }
}

#[test]
fn junit_says_what_passed_failed_and_could_not_be_told() {
    let junit = |name: &str| {
        let case = cases::all().into_iter().find(|case| case.name == name).unwrap();
        let text = case.drawn(Format::Junit);
        let document = Document::parse(&text).unwrap();
        ["failures", "errors", "skipped"].map(|sum| document.root_element().attribute(sum).unwrap().to_owned())
    };
    assert_eq!(junit("clean"), ["0", "0", "0"]);
    assert_eq!(junit("many-labels"), ["2", "0", "0"]);
    assert_eq!(junit("no-place-and-unknown"), ["0", "1", "0"]);
    assert_eq!(junit("suppressed"), ["0", "0", "2"]);
}

#[test]
fn text_of_a_file_comes_back_from_the_xml() {
    let case = cases::all().into_iter().find(|case| case.name == "hostile").unwrap();
    let text = case.drawn(Format::Junit);
    let document = Document::parse(&text).unwrap();
    let messages: Vec<_> = elements(document.root_element(), "failure")
        .iter()
        .map(|f| f.attribute("message").unwrap().to_owned())
        .collect();
    assert!(messages.iter().any(|message| message.contains("boom|<sc…`")), "{messages:?}");
}
