//! Every refusal of the gate: what brings it about, its words, its exit code; and that all of them are listed.

use crate::world::{World, day, venue};
use proptest::prelude::*;
use rebalance::disk::RealDisk;
use rebalance::finding::{Finding, Level};
use rebalance::gate::{self, Again, Evidence, Present, Refusal, ResumeEvidence};
use rebalance::plan::file::Override;
use rebalance::plan::{PlanFile, Status};
use std::fs;

fn words(refusals: &[Refusal]) -> Vec<&'static str> {
    refusals.iter().map(Refusal::word).collect()
}

/// What the gate says of the sample's plan after something was done to the world.
fn after(disturb: impl FnOnce(&mut World)) -> Vec<Refusal> {
    let mut world = World::new();
    let plan = world.plan();
    disturb(&mut world);
    world.judge(&plan).map(drop).unwrap_err()
}

/// What the gate says of a plan file that somebody edited.
fn edited(edit: impl FnOnce(String) -> String) -> Vec<Refusal> {
    let world = World::new();
    let text = edit(world.plan().text());
    world.judge_text(text.as_bytes(), None).map(drop).unwrap_err()
}

/// What the gate says of the sample's plan with another body and an id that fits it.
fn forged(forge: impl FnOnce(&mut PlanFile)) -> Vec<Refusal> {
    let world = World::new();
    let mut plan = world.plan();
    forge(&mut plan);
    plan.plan_id = plan.body.id();
    world.judge(&plan).map(drop).unwrap_err()
}

fn finding(unknown: bool) -> Finding {
    let mut finding = Finding::new("portfolio_config.yaml", "the allocation changed 3 days ago").help("wait");
    finding.rule = "allocation-cooldown".into();
    if unknown { finding.unknown() } else { finding }
}

#[test]
fn the_plan_of_the_sample_passes() {
    let world = World::new();
    let plan = world.plan();
    assert_eq!(world.judge(&plan).unwrap().plan(), &plan);
    assert!(world.judge_text(plan.text().as_bytes(), Some(&plan.plan_id)).is_ok());
}

#[test]
fn a_file_that_is_no_plan_is_refused_whatever_else_is_known() {
    type Edit = fn(String) -> String;
    let cases: [(&str, Edit, &str); 4] = [
        ("cut", |text| text[..text.len() / 2].to_owned(), "unreadable"),
        ("an unknown field", |text| text.replacen("\"meta\"", "\"more\": 1, \"meta\"", 1), "unreadable"),
        ("a field twice", |text| text.replacen("\"side\"", "\"side\": \"buy\", \"side\"", 1), "unreadable"),
        ("version", |text| text.replacen("\"1.0\"", "\"2.0\"", 1), "version"),
    ];
    for (case, edit, word) in cases {
        let refusals = edited(edit);
        assert_eq!(words(&refusals), [word], "{case}");
        assert_eq!(gate::exit_code(&refusals), 3, "{case}");
    }
}

#[test]
fn an_edited_plan_is_refused_with_both_hashes_and_what_was_edited() {
    let refusals = edited(|text| text.replacen("\"quantity\": \"21\"", "\"quantity\": \"22\"", 1));
    assert_eq!(words(&refusals), ["edited", "differs"]);
    let Refusal::Differs { diff } = &refusals[1] else { panic!("{refusals:?}") };
    let expected = "--- the plan\n+++ planned again\n";
    assert!(diff.starts_with(expected), "{diff}");
    assert!(diff.contains("-      \"quantity\": \"22\",\n+      \"quantity\": \"21\",\n"), "{diff}");
    assert_eq!(diff.matches("@@ -").count(), 1);
    assert_eq!(gate::exit_code(&refusals), 3);
}

#[test]
fn a_forged_plan_is_refused_because_planning_again_gives_another() {
    let refusals = forged(|plan| plan.body.orders[1].limit_price = "1".to_owned());
    assert_eq!(words(&refusals), ["differs"]);
    let refusals = forged(|plan| plan.body.params.plan_max_age = Some(10));
    assert_eq!(words(&refusals), ["differs"], "an age of 10 days is kept, but it is not the config's");
}

#[test]
fn what_decides_nothing_may_differ() {
    let world = World::new();
    let mut plan = world.plan();
    plan.meta.tool = "another".to_owned();
    plan.meta.created = Some("2030-01-01T00:00:00Z".to_owned());
    assert!(world.judge(&plan).is_ok());
    assert!(world.judge_text(plan.text().replace("  ", "\t").as_bytes(), None).is_ok(), "blanks are no content");
}

#[test]
fn another_plan_than_the_expected_one_is_refused() {
    let world = World::new();
    let plan = world.plan();
    let refusals = world.judge_text(plan.text().as_bytes(), Some("abc")).map(drop).unwrap_err();
    assert_eq!(refusals, [Refusal::NotExpected { expected: "abc".to_owned(), found: plan.plan_id }]);
}

#[test]
fn a_plan_that_says_it_cannot_be_applied_is_refused() {
    let refusals = forged(|plan| plan.body.status = Status::Errored);
    assert_eq!(words(&refusals), ["not-applyable", "differs"]);
    let refusals = forged(|plan| plan.body.orders.clear());
    assert_eq!(words(&refusals), ["not-applyable", "differs"]);
    assert_eq!(refusals[0].to_string(), "the plan has no orders");
}

#[test]
fn a_plan_has_its_days() {
    let limited = |today| {
        let mut world = World::new();
        world.edit("portfolio_config.yaml", "    constraints:\n", "    constraints:\n      plan_max_age: 7\n");
        world.committed = world.text("portfolio_config.yaml").into_bytes();
        let plan = world.plan();
        world.today = day(today);
        world.judge(&plan).map(drop)
    };
    assert!(limited("2026-03-11").is_ok(), "the seventh day is within seven days");
    let refusals = limited("2026-03-12").unwrap_err();
    let (as_of, last, today) = (day("2026-03-04"), day("2026-03-11"), day("2026-03-12"));
    assert_eq!(refusals, [Refusal::Expired { as_of, last, today }]);
    assert_eq!(words(&after(|world| world.today = day("2026-03-03"))), ["early"]);
}

#[test]
fn every_input_that_moved_is_named_with_both_values() {
    type Disturb = fn(&mut World);
    let cases: [(&str, Disturb, &[&str]); 6] = [
        ("config, uncommitted", |w| w.edit("portfolio_config.yaml", "0.35", "0.350"), &["not-committed", "differs"]),
        ("config, committed", commit_another_config, &["config-moved", "differs"]),
        ("policies", |w| w.policies = policy(), &["policies-moved", "differs"]),
        ("holdings", |w| w.edit("holdings.yaml", "KRW: 0", "KRW: 1"), &["holdings-moved", "differs"]),
        ("a comment", |w| w.edit("holdings.yaml", "# TIGER US S&P500", "# S&P500"), &["holdings-moved", "differs"]),
        ("log", write_a_record, &["log-moved", "differs"]),
    ];
    for (case, disturb, expected) in cases {
        let refusals = after(disturb);
        assert_eq!(words(&refusals), expected, "{case}");
        assert_eq!(gate::exit_code(&refusals), 3, "{case}");
        assert!(refusals.iter().all(|refusal| !refusal.remedy().is_empty()), "{case}");
    }
    let message = after(commit_another_config)[0].to_string();
    assert!(message.ends_with(" (by c0ffee 2026-03-05 move a target)"), "{message}");
    let message = after(write_a_record)[0].to_string();
    assert!(message.contains("the plan has no records, now it is 1 record, "), "{message}");
}

fn commit_another_config(world: &mut World) {
    world.edit("portfolio_config.yaml", "0.35", "0.350");
    world.committed = world.text("portfolio_config.yaml").into_bytes();
}

fn policy() -> Vec<rebalance::policy::Source> {
    let bytes = b"rule: cash-floor\nlevel: warning\n".to_vec();
    vec![rebalance::policy::Source { path: "policies/cash-floor.yaml".to_owned(), bytes }]
}

fn write_a_record(world: &mut World) {
    let record = "{\"date\":\"2025-10-02\",\"trigger\":\"scheduled\",\"total_portfolio_value\":1,\"trades\":[],\
                  \"total_trade_amount\":0,\"total_commission\":0,\"pre_drift\":{},\"post_drift\":{},\"notes\":\"\"}\n";
    fs::write(world.log_path(), record).unwrap();
}

#[test]
fn calendar_and_path_are_inputs_too() {
    let refusals = forged(|plan| plan.body.inputs.calendar.days = "other days".to_owned());
    assert_eq!(words(&refusals), ["calendar-moved", "differs"]);
    let refusals = forged(|plan| plan.body.inputs.config.path = "other/portfolio_config.yaml".to_owned());
    assert_eq!(words(&refusals), ["config-elsewhere", "differs"]);
    let refusals = forged(|plan| plan.body.inputs.config.blob = None);
    assert_eq!(words(&refusals), ["config-moved", "differs"], "a plan of an uncommitted config");
}

#[test]
fn a_rule_that_refuses_today_is_a_refusal_and_hides_no_other() {
    let refusals = after(|world| world.findings = vec![finding(false)]);
    assert_eq!(words(&refusals), ["rule"]);
    assert_eq!((gate::exit_code(&refusals), refusals[0].remedy()), (1, vec!["wait".to_owned()]));
    let refusals = after(|world| world.findings = vec![finding(true)]);
    assert_eq!((words(&refusals), gate::exit_code(&refusals)), (vec!["cannot-tell"], 6));
    let refusals = after(|world| world.findings = vec![finding(true), finding(false)]);
    assert_eq!((words(&refusals), gate::exit_code(&refusals)), (vec!["cannot-tell", "rule"], 1));
    let refusals = after(|world| {
        world.findings = vec![finding(false)];
        world.edit("holdings.yaml", "quantity: 250", "quantity: 251");
    });
    assert_eq!((words(&refusals), gate::exit_code(&refusals)), (vec!["holdings-moved", "rule", "differs"], 3));
}

#[test]
fn a_warning_or_a_suppressed_finding_refuses_nothing() {
    let mut warning = finding(false);
    warning.level = Level::Warning;
    let mut suppressed = finding(true);
    suppressed.suppressed = Some(rebalance::finding::Suppressed { reason: "agreed".to_owned() });
    let mut world = World::new();
    let plan = world.plan();
    world.findings = vec![warning, suppressed];
    assert!(world.judge(&plan).is_ok());
}

#[test]
fn an_override_that_is_gone_is_for_the_rules_of_today_to_judge() {
    let mut world = World::new();
    world.overrides = vec![Override { commit: "c0ffee".to_owned(), reason: "moved house".to_owned() }];
    let plan = world.plan();
    assert!(world.judge(&plan).is_ok());
    world.overrides.clear();
    assert!(world.judge(&plan).is_ok(), "the window ended, and nothing else changed");
    world.findings = vec![finding(false)];
    assert_eq!(words(&world.judge(&plan).map(drop).unwrap_err()), ["rule"]);
}

#[test]
fn what_is_left_alone_today_is_not_traded_and_another_asset_may_be() {
    let mut world = World::new();
    let plan = world.plan();
    let frozen = |code: &str| rebalance::ex_dividend::Frozen {
        code: rebalance::code::Code(code.to_owned()),
        date: world.today,
        until: world.today.succ_opt().unwrap(),
    };
    let (traded, other) = (frozen(&plan.body.orders[0].code), frozen("443160"));
    world.near = vec![other];
    assert!(world.judge(&plan).is_ok());
    world.near = vec![traded];
    let refusals = world.judge(&plan).map(drop).unwrap_err();
    assert_eq!((words(&refusals), gate::exit_code(&refusals)), (vec!["ex-dividend"], 1));
    let remedy = refusals[0].remedy();
    assert!(remedy[0].ends_with(&format!("rebalance plan --as-of {} -o plan.json", world.today)), "{remedy:?}");
}

/// What the gate says when planning again gave something else than a body.
fn again(again: Again, findings: &[Finding]) -> Vec<Refusal> {
    let world = World::new();
    let plan = world.plan();
    let inputs = plan.body.inputs.clone();
    let present = Present { findings, inputs: &inputs, commits: &[], near: Ok(&[]), again };
    let journal = world.journal();
    let (today, present) = (world.today, Ok(present));
    gate::judge(Evidence { plan: Ok(plan), expect: None, today, journal: &journal, log: &[], venue: venue(), present })
        .map(drop)
        .unwrap_err()
}

#[test]
fn a_plan_that_cannot_be_made_again_is_refused() {
    assert_eq!(words(&again(Again::Denied, &[finding(false)])), ["rule"]);
    let refusals = again(Again::Denied, &[]);
    assert_eq!((words(&refusals), gate::exit_code(&refusals)), (vec!["not-planned"], 6), "denied by nobody");
    let refusals = again(Again::Impossible("no calendar".to_owned()), &[]);
    assert_eq!((words(&refusals), gate::exit_code(&refusals)), (vec!["not-planned"], 6));
    let world = World::new();
    let journal = world.journal();
    let present = Err("the clone is shallow".to_owned());
    let evidence = Evidence {
        plan: Ok(world.plan()),
        expect: None,
        today: world.today,
        journal: &journal,
        log: &[],
        venue: venue(),
        present,
    };
    assert_eq!(words(&gate::judge(evidence).map(drop).unwrap_err()), ["not-planned"]);
}

#[test]
fn a_plan_in_the_log_is_refused_even_without_its_journal() {
    let world = World::new();
    let plan = world.plan();
    world.apply(&RealDisk, &plan).unwrap();
    fs::remove_dir_all(world.state_directory()).unwrap();
    let refusals = world.judge(&plan).map(drop).unwrap_err();
    let at = "2026-03-05T06:30:00Z".to_owned();
    assert_eq!(refusals[0], Refusal::AlreadyApplied { plan_id: plan.plan_id, at });
    assert_eq!(words(&refusals), ["already-applied"]);
}

#[test]
fn resuming_has_its_own_refusals() {
    let world = World::new();
    let plan = world.plan();
    let disk = crate::mortal::Mortal::new(20, crate::mortal::Last::Undone, crate::mortal::End::Kill);
    world.apply(&disk, &plan).unwrap_err();
    let state = world.journal();
    let mark = rebalance::hash::sha256(world.text("holdings.yaml").as_bytes());
    let mut other = plan.clone();
    other.body.inputs.as_of = "2026-03-05".to_owned();
    other.plan_id = other.body.id();
    let mut edited = plan.clone();
    edited.body.orders.pop();
    let empty = rebalance::replay::State::default();
    let cases = [
        ("right", &plan, &state, "paper", &mark, None),
        ("another plan", &other, &state, "paper", &mark, Some(("unfinished-other", 5))),
        ("edited", &edited, &state, "paper", &mark, Some(("edited", 3))),
        ("never begun", &plan, &empty, "paper", &mark, Some(("not-begun", 3))),
        ("another broker", &plan, &state, "kis", &mark, Some(("other-broker", 3))),
        ("holdings", &plan, &state, "paper", &"?".to_owned(), Some(("holdings-unexplained", 5))),
    ];
    for (case, plan, journal, broker, mark, expected) in cases {
        let evidence =
            ResumeEvidence { plan: Ok(plan.clone()), expect: None, journal, broker, mark: Some(mark), account: None };
        let refused = gate::resume(evidence).map(drop).err();
        let found = refused.as_ref().map(|refusals| (refusals[0].word(), gate::exit_code(refusals)));
        assert_eq!(found, expected, "{case}");
        for refusal in refused.into_iter().flatten() {
            assert!(!refusal.remedy().is_empty() && !refusal.to_string().is_empty(), "{case}");
        }
    }
}

#[test]
fn no_refusals_are_no_leave() {
    assert_eq!(gate::exit_code(&[]), 6);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whichever byte of the body is changed, the plan is refused.
    #[test]
    fn one_changed_byte_is_refused(place in 0_usize..20_000, byte in 0x20_u8..0x7f) {
        let world = World::new();
        let text = world.plan().text();
        let body = text.find("\"body\"").unwrap();
        let at = body + place % (text.len() - body);
        let mut bytes = text.clone().into_bytes();
        prop_assume!(!bytes[at].is_ascii_whitespace() && bytes[at].is_ascii() && bytes[at] != byte && byte != b' ');
        bytes[at] = byte;
        prop_assert!(world.judge_text(&bytes, None).is_err());
    }
}
