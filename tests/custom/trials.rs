//! `rebalance lint --test-policies`.

use super::listed;
use super::stage::Stage;
use snapbox::{assert_data_eq, str};

const POLICY: &str = "\
rule: cap
level: off
for_each: asset
expression: asset.target <= 0.15 or asset.sleeve == 'core'
message: '{asset.code} weighs {asset.target}'
tests:
  - name: at the boundary
    expect: pass
    assets:
      - { code: 'A', sleeve: core, target: 0.8 }
      - { code: 'B', sleeve: satellite, target: 0.15 }
  - name: above
    expect: fail
    message: B weighs 0.16
    assets:
      - { code: 'A', sleeve: core, target: 0.8 }
      - { code: 'B', sleeve: satellite, target: 0.160 }
";

#[test]
fn tests_that_hold_pass() {
    let stage = Stage::sample();
    stage.write("policies/cap.yaml", POLICY);
    assert_data_eq!(
        stage.run(&["lint", "--test-policies"]).whole(),
        str![[r#"
ok: 2 tests of 1 rule passed
--- exit 0

"#]]
    );
    assert_eq!(stage.run(&["lint", "--test-policies", "-q"]).whole(), "--- exit 0\n");
    assert_eq!(listed(&stage.run(&["lint", "--test-policies", "--format", "json"])), "# exit 0\n");
}

#[test]
fn nothing_else_is_looked_at() {
    let stage = Stage::sample();
    stage.write("policies/cap.yaml", POLICY);
    stage.write("portfolio_config.yaml", "not a config\n");
    assert_eq!(stage.run(&["lint", "--test-policies"]).code, 0);
}

#[test]
fn a_test_that_fails_is_shown_in_the_policy() {
    let stage = Stage::sample();
    let broken = POLICY.replace("<= 0.15", "< 0.15").replace("B weighs 0.16\n", "B weighs 0.2\n");
    stage.write("policies/cap.yaml", &broken);
    let other = "rule: other\nexpression: assets.sleeve('core').count > 0\ntests:\n  - name: no core\n    expect: fail\n    assets: [{ code: 'A', sleeve: rest, target: 1 }]\n  - name: with core\n    expect: fail\n    assets: [{ code: 'A', sleeve: core, target: 1 }]\n";
    stage.write("policies/other.yaml", other);
    assert_data_eq!(
        stage.run(&["lint", "--test-policies"]).whole(),
        str![[r#"
error[policy-test]: the test "at the boundary" is to pass, and fails: B weighs
                    0.15
 --> policies/cap.yaml:8:13
  |
8 |     expect: pass
  |             ^^^^ it fails
  |
  = help: correct the expression, or the test.

error[policy-test]: the test "above" says something else: B weighs 0.16
  --> policies/cap.yaml:14:14
   |
14 |     message: B weighs 0.2
   |              ^^^^^^^^^^^^ this is not said
   |
   = help: correct the message, or the test.

error[policy-test]: the test "no core" has no result: `other` cannot be told:
                    there is no sleeve "core"
 --> policies/other.yaml:2:20
  |
2 | expression: assets.sleeve('core').count > 0
  |                    ^^^^^^ unknown
3 | tests:
4 |   - name: no core
  |           ------- in this test
  |
  = help: what there is: `rest`.

error[policy-test]: the test "with core" is to fail, and passes
 --> policies/other.yaml:8:13
  |
8 |     expect: fail
  |             ^^^^ it passes
  |
  = help: correct the expression, or the test.

failed: 4 of 4 tests of 2 rules
--- exit 1

"#]]
    );
    assert_data_eq!(
        listed(&stage.run(&["lint", "--test-policies", "--format", "json"])),
        str![[r##"
# policies/cap.yaml:8:13 error[policy-test]: the test "at the boundary" is to pass, and fails: B weighs 0.15
#   help: correct the expression, or the test.
# policies/cap.yaml:14:14 error[policy-test]: the test "above" says something else: B weighs 0.16
#   help: correct the message, or the test.
# policies/other.yaml:2:20 error[policy-test]: the test "no core" has no result: `other` cannot be told: there is no sleeve "core"
#   help: what there is: `rest`.
# policies/other.yaml:8:13 error[policy-test]: the test "with core" is to fail, and passes
#   help: correct the expression, or the test.
# exit 1

"##]]
    );
}

#[test]
fn without_tests_that_is_said() {
    let stage = Stage::sample();
    assert_data_eq!(
        stage.run(&["lint", "--test-policies"]).whole(),
        str![[r#"
ok: no rule of yours has tests
--- exit 0

"#]]
    );
}

#[test]
fn a_policy_that_cannot_be_read_is_no_pass() {
    let stage = Stage::sample();
    stage.write("policies/cap.yaml", POLICY);
    stage.write("policies/other.yaml", "rule: other\nexpression: assets.taget > 0\n");
    assert_data_eq!(
        stage.run(&["lint", "--test-policies"]).whole(),
        str![[r#"
error[schema]: there is no `taget` here
 --> policies/other.yaml:2:20
  |
2 | expression: assets.taget > 0
  |                    ^^^^^ did you mean `target`?
  |
  = help: write `target`.

failed: not every policy file can be read; 2 tests of 1 rule passed
--- exit 1

"#]]
    );
}

#[test]
fn a_test_may_say_the_rest_of_the_portfolio() {
    let stage = Stage::sample();
    let policy = "\
rule: costs
expression: portfolio.commission <= 0.0002 and portfolio.strategy == 'hybrid' and portfolio.threshold == 0.05 and portfolio.base_currency == 'USD'
tests:
  - name: all of it
    expect: pass
    portfolio:
      base_currency: USD
      rebalancing: { strategy: hybrid, drift_trigger: { threshold: 0.05 } }
      costs: { etf_commission_rate: 0.0002, slippage_estimate: 0 }
    assets: [{ code: 'A', sleeve: core, target: 1 }]
";
    stage.write("policies/costs.yaml", policy);
    assert_eq!(stage.run(&["lint", "--test-policies"]).whole(), "ok: 1 test of 1 rule passed\n--- exit 0\n");
    stage.edit("policies/costs.yaml", "etf_commission_rate: 0.0002", "etf_comission_rate: 0.0002");
    let run = stage.run(&["lint", "--test-policies", "--format", "json"]);
    assert_eq!(run.findings(&["error"]), ["schema 9:16 error"]);
}

/// The staged policies are what the next commit would hold.
#[test]
fn staged_policies_are_tested() {
    let stage = Stage::sample();
    stage.write("policies/cap.yaml", &POLICY.replace("<= 0.15", "< 0.15"));
    stage.git(&["add", "-A"]);
    stage.write("policies/cap.yaml", POLICY);
    assert_eq!(stage.run(&["lint", "--test-policies"]).code, 0);
    assert_eq!(stage.run(&["lint", "--test-policies", "--staged"]).code, 1);
}
