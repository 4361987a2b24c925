//! Parts of shares: planned to the increment, paid in whole units of cash, applied and gone on with.

use crate::stage::Stage;
use rust_decimal::Decimal;
use serde_json::Value;

/// The sample, where some assets are traded in parts, and one part of an asset that is not is held.
fn stage(increment: &str) -> Stage {
    let stage = Stage::sample();
    for code in ["360750", "305720", "443160"] {
        let line = format!("code: '{code}'");
        stage.edit("portfolio_config.yaml", &line, &format!("{line}\n          increment: {increment}"));
    }
    stage.edit("holdings.yaml", "quantity: 250", "quantity: 250.4375");
    stage.edit("holdings.yaml", "quantity: 30\n", "quantity: 30.5\n");
    stage.commit("Parts of shares", 50);
    stage
}

fn decimal(value: &Value) -> Decimal {
    value.as_str().unwrap().parse().unwrap()
}

fn sum(list: &Value, key: &str) -> Decimal {
    list.as_array().unwrap().iter().map(|item| decimal(&item[key])).sum()
}

fn plan(stage: &Stage) -> Value {
    let run = stage.run(&["plan", "-q", "-o", "plan.json"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    serde_json::from_str(&stage.read("plan.json")).unwrap()
}

/// What must hold of every plan, to the last digit.
fn accounts(body: &Value) {
    let (before, after) = (&body["before"], &body["after"]);
    let costs = ["commission", "slippage", "tax"].map(|cost| sum(&body["orders"], cost));
    let spent: Decimal = costs.iter().copied().sum();
    assert_eq!(spent, decimal(&body["summary"]["costs"]["total"]));
    let all = |side: &Value| sum(&side["assets"], "value") + decimal(&side["cash"]);
    assert_eq!(all(before), all(after) + spent);
    let mut cash = decimal(&before["cash"]);
    for order in body["orders"].as_array().unwrap() {
        let [quantity, price, amount] = ["quantity", "price", "amount"].map(|key| decimal(&order[key]));
        assert_eq!(quantity * price, amount, "{order}");
        let costs: Decimal = ["commission", "slippage", "tax"].map(|key| decimal(&order[key])).iter().copied().sum();
        let moved = if order["side"] == "sell" { amount - costs } else { -amount - costs };
        assert_eq!(moved.normalize().scale(), 0, "cash moves by whole won: {order}");
        cash += moved;
        assert!(cash >= Decimal::ZERO, "{order}");
    }
    assert_eq!(cash, decimal(&after["cash"]));
}

#[test]
fn parts_come_closer_to_the_targets_than_whole_shares() {
    let mut last = decimal(&plan(&stage("1"))["body"]["summary"]["objective"]);
    for increment in ["0.1", "0.01", "0.001"] {
        let stage = stage(increment);
        let body = plan(&stage)["body"].clone();
        accounts(&body);
        let now = decimal(&body["summary"]["objective"]);
        assert!(now <= last, "{increment}: {now} after {last}");
        last = now;
        for order in body["orders"].as_array().unwrap() {
            let fine = ["360750", "305720", "443160"].contains(&order["code"].as_str().unwrap());
            let step: Decimal = if fine { increment.parse().unwrap() } else { Decimal::ONE };
            assert_eq!(decimal(&order["quantity"]) % step, Decimal::ZERO, "{order}");
        }
    }
}

#[test]
fn what_is_planned_is_applied_to_the_part() {
    let stage = stage("0.001");
    let plan = plan(&stage);
    let run = stage.run(&["apply", "plan.json"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    let holdings = stage.read("holdings.yaml");
    for asset in plan["body"]["after"]["assets"].as_array().unwrap() {
        let line = format!("quantity: {}\n", asset["quantity"].as_str().unwrap());
        assert!(holdings.contains(&line), "{line}{holdings}");
    }
    assert!(holdings.contains(&format!("KRW: {} ", plan["body"]["after"]["cash"].as_str().unwrap())), "{holdings}");
    let log = stage.run(&["log", "--format", "json"]).json();
    let fills = log["records"][0]["fills"].as_array().unwrap();
    for (fill, order) in fills.iter().zip(plan["body"]["orders"].as_array().unwrap()) {
        for key in ["quantity", "amount", "slippage"] {
            assert_eq!(fill[key].to_string(), order[key].as_str().unwrap());
        }
    }
    let again = stage.run(&["plan"]);
    assert!(again.out.ends_with("Nothing to do.\n"), "{}", again.out);
}

#[test]
fn a_part_of_an_asset_of_whole_shares_goes_with_the_last_of_them() {
    let stage = stage("1");
    let body = plan(&stage)["body"].clone();
    accounts(&body);
    let quantity = |body: &Value, code: &str| {
        let order = body["orders"].as_array().unwrap().iter().find(|order| order["code"] == code).unwrap();
        order["quantity"].as_str().unwrap().to_owned()
    };
    assert_eq!(Decimal::ZERO, quantity(&body, "360750").parse::<Decimal>().unwrap() % Decimal::ONE);
    // Not wanted any more: all of it goes, the odd part as well.
    let target = "code: '360750'\n          increment: 1\n          target: 0.35\n          min: 0.30";
    stage.edit("portfolio_config.yaml", target, "code: '360750'\n          target: 0\n          min: 0");
    let other = "code: '069500'\n          target: 0.15\n          min: 0.10\n          max: 0.20";
    stage.edit(
        "portfolio_config.yaml",
        other,
        "code: '069500'\n          target: 0.50\n          min: 0.10\n          max: 0.60",
    );
    stage.commit("Sell it\n\nReason: a test.", 30);
    let body = plan(&stage)["body"].clone();
    accounts(&body);
    assert_eq!(quantity(&body, "360750"), "250.4375");
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    assert!(stage.read("holdings.yaml").contains("quantity: 0\n"));
}

#[test]
fn lots_are_sold_by_the_part_and_taxed() {
    let stage = stage("0.0001");
    stage.edit("portfolio_config.yaml", "increment: 0.0001", "increment: 0.0001\n          tax_class: kr_other");
    let lots = "quantity: 250.4375\n    lots:\n      - { date: 2024-01-02, quantity: 10.4375, cost: 15000 }\n      \
                - { date: 2025-01-02, quantity: 240, cost: 16000 }";
    stage.edit("holdings.yaml", "quantity: 250.4375", lots);
    stage.commit("Taxed", 20);
    let body = plan(&stage)["body"].clone();
    accounts(&body);
    let order = body["orders"].as_array().unwrap().iter().find(|order| order["code"] == "360750").unwrap();
    let first: Decimal = "10.4375".parse().unwrap();
    let [quantity, price] = ["quantity", "price"].map(|key| decimal(&order[key]));
    let gain = first * (price - Decimal::from(15_000)) + (quantity - first) * (price - Decimal::from(16_000));
    assert!(quantity > first);
    assert_eq!(decimal(&order["tax"]), (gain * "0.154".parse::<Decimal>().unwrap()).ceil());
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    let left = ("250.4375".parse::<Decimal>().unwrap() - quantity).normalize();
    let holdings = stage.read("holdings.yaml");
    assert!(
        !holdings.contains("10.4375") && holdings.contains(&format!("quantity: {left}, cost: 16000")),
        "{holdings}"
    );
}

#[test]
fn figures_that_would_not_be_exact_are_refused() {
    let stage = stage("0.000001");
    stage.edit("holdings.yaml", "quantity: 250.4375", "quantity: 250.437512");
    stage.edit("holdings.yaml", "price: 50000", "price: 900000000000");
    stage.edit("holdings.yaml", "KRW: 0", "KRW: 999999999999999");
    stage.commit("Too large", 20);
    let run = stage.run(&["plan"]);
    assert!(run.err.contains("larger or finer than this tool keeps exactly"), "{}", run.whole());
    assert_eq!(run.code, 6);
}
