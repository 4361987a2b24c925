//! What holds of every backtest.

use crate::slow::{stage, told};
use crate::stage::Stage;
use rust_decimal::Decimal;
use serde_json::Value;

const CASES: [&str; 4] = ["fractional", "taxes", "whole", "cents"];

fn figure(policy: &Value, key: &str) -> Decimal {
    policy[key].as_str().map_or_else(|| policy[key].to_string(), str::to_owned).parse().unwrap()
}

fn policies(stage: &Stage, args: &[&str]) -> Vec<Value> {
    told(stage, args)["policies"].as_array().unwrap().clone()
}

#[test]
fn costs_never_help_and_no_cash_is_made() {
    for case in CASES {
        for mode in [&[][..], &["--whole-shares"]] {
            let stage = stage(case);
            let of = |more: &[&str]| policies(&stage, &[mode, more].concat());
            let (dear, free) = (of(&[]), of(&["--commission", "0", "--slippage", "0%"]));
            for (dear, free) in dear.iter().zip(&free) {
                assert!(figure(dear, "final_cash") >= Decimal::ZERO, "{case} {mode:?} {dear}");
                let [commission, slippage, costs] = ["commission", "slippage", "costs"].map(|key| figure(dear, key));
                assert_eq!(commission + slippage, costs, "{case} {mode:?} {dear}");
                assert!(costs > figure(free, "costs"), "{case} {mode:?} {dear}");
                assert_eq!(
                    dear["rebalances"],
                    (figure(dear, "scheduled") + figure(dear, "drift")).to_string().parse::<u64>().unwrap()
                );
            }
            // Who never trades again pays for the first purchase only, and each won is one won less to grow.
            let initial = figure(&told(&stage, mode), "initial");
            let grown = |policy: &Value| figure(policy, "final_value") / (initial - figure(policy, "costs"));
            // Where a reserve is kept, that does not grow.
            if mode.is_empty() && case != "taxes" {
                let difference = (grown(&dear[0]) - grown(&free[0])).abs();
                assert!(difference < Decimal::new(1, 9), "{case}: {difference}");
            }
        }
    }
}

#[test]
fn a_policy_is_the_same_alone_and_among_others() {
    for case in CASES {
        let stage = stage(case);
        let failing = ["--failure-rate", "20%", "--seed", "5"];
        for policy in policies(&stage, &failing) {
            let name = policy["policy"].as_str().unwrap();
            let alone = policies(&stage, &[&failing[..], &["--policy", name]].concat());
            assert_eq!(alone, std::slice::from_ref(&policy), "{case} {name}");
        }
    }
}

#[test]
fn when_all_fails_every_policy_is_the_first_purchase() {
    for mode in [&["--failure-rate", "1"][..], &["--failure-rate", "100%", "--whole-shares"]] {
        let all = policies(&stage("whole"), mode);
        for policy in &all {
            assert_eq!(policy["final_value"], all[0]["final_value"], "{policy}");
            assert_eq!(policy["rebalances"], 0, "{policy}");
        }
        assert!(all[1..].iter().all(|policy| figure(policy, "failed") > Decimal::ZERO));
    }
}

#[test]
fn money_times_a_thousand_is_a_thousand_times_the_money() {
    let stage = stage("fractional");
    let of = |initial: &str| policies(&stage, &["--initial", initial]);
    for (small, large) in of("1000000").iter().zip(&of("1000000000")) {
        for key in ["total_return", "volatility", "max_drawdown", "out_of_band"] {
            let difference = (figure(small, key) - figure(large, key)).abs();
            assert!(difference <= Decimal::new(1, 10), "{key}: {small} {large}");
        }
    }
}

#[test]
fn whole_shares_come_near_to_fractional_ones_with_enough_money() {
    let stage = stage("fractional");
    let of = |more: &[&str]| policies(&stage, &[&["--initial", "500000000000"], more].concat());
    for (whole, exact) in of(&["--whole-shares"]).iter().zip(&of(&[])) {
        let difference = (figure(whole, "total_return") - figure(exact, "total_return")).abs();
        // What costs take, the solver takes from all alike, and exact orders from each by its weight.
        assert!(difference < Decimal::new(2, 4), "{whole} {exact}");
        assert_eq!(whole["rebalances"], exact["rebalances"], "{whole}");
    }
}

#[test]
fn a_tighter_threshold_trades_more_and_strays_less() {
    let stage = stage("fractional");
    let all = policies(
        &stage,
        &["--policy", "threshold_absolute=1%", "--policy", "threshold_absolute=5%", "--check", "daily"],
    );
    assert!(figure(&all[0], "rebalances") > figure(&all[1], "rebalances"));
    assert!(figure(&all[0], "costs") > figure(&all[1], "costs"));
}

#[test]
fn a_part_of_the_history_is_a_history() {
    let stage = stage("fractional");
    let (from, to) = ("2019-06-03", "2021-06-03");
    let part = told(&stage, &["--from", from, "--to", to]);
    let text = stage.read("prices.csv");
    let (header, rows) = text.split_once('\n').unwrap();
    let kept: Vec<&str> = rows.lines().filter(|row| row[..10] >= *from && row[..10] <= *to).collect();
    stage.write("prices.csv", &format!("{header}\n{}\n", kept.join("\n")));
    let whole = told(&stage, &[]);
    assert_eq!((&part["policies"], &part["from"], &part["days"]), (&whole["policies"], &whole["from"], &whole["days"]));
}
