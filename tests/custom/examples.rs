//! The examples of docs/policies.md are read, and their tests hold.

use rebalance::policy::Source;
use rebalance::rules;
use std::collections::BTreeSet;

const PAGE: &str = include_str!("../../docs/policies.md");

/// The blocks of the page that are rules of one's own.
fn examples() -> Vec<&'static str> {
    let blocks = PAGE.split("```yaml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.filter(|block| block.contains("\nexpression:")).collect()
}

#[test]
fn there_are_ten_and_each_holds() {
    let mut ids = BTreeSet::new();
    for text in examples() {
        let source = Source { path: "policies/example.yaml".to_owned(), bytes: text.as_bytes().to_vec() };
        let (policies, findings) = rules::policies(&[source]);
        assert_eq!(findings, [], "{text}");
        let custom = policies.customs().next().unwrap();
        assert!(ids.insert(custom.id.clone()), "{} stands twice", custom.id);
        assert!(custom.trials.iter().any(|trial| trial.passes), "{}: no test passes", custom.id);
        assert!(custom.trials.iter().any(|trial| !trial.passes), "{}: no test fails", custom.id);
        assert!(custom.message.is_some() && custom.fix.is_some(), "{}", custom.id);
        let tried = rules::try_policies(&policies);
        assert_eq!((tried.findings.as_slice(), tried.tests), ([].as_slice(), custom.trials.len()), "{text}");
    }
    assert_eq!(ids.len(), 10, "{ids:?}");
}

/// Every name an expression may use is in the page, with its use.
#[test]
fn every_name_is_explained() {
    for offer in rebalance::expression::OFFERS {
        let row = format!("| `{}` | {} |", offer.usage, offer.says);
        assert!(PAGE.contains(&row), "docs/policies.md has no row {row}");
    }
}
