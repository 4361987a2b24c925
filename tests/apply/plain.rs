//! Nothing goes wrong: the figures of the sample, to the won.

use crate::world::{HOLDINGS, World};
use rebalance::apply::{Step, StepLine};
use rebalance::disk::RealDisk;
use rebalance::replay::Stage;

#[test]
fn the_plan_of_the_sample_is_the_known_optimum() {
    let plan = World::new().plan();
    let ids: Vec<_> = plan.body.orders.iter().map(|order| order.id.as_str()).collect();
    assert_eq!(ids, ["sell-091230", "sell-360750", "buy-305080", "buy-305720", "buy-319640"]);
    assert_eq!((plan.body.summary.costs.total.as_str(), plan.body.after.cash.as_str()), ("1601", "113199"));
    assert_eq!(plan.body.trigger.fired.as_deref(), Some("scheduled"));
}

#[test]
fn applying_changes_quantities_and_cash_and_nothing_else() {
    let world = World::new();
    let plan = world.plan();
    let summary = world.apply(&RealDisk, &plan).unwrap();
    assert!(summary.finished && summary.failed.is_empty() && summary.not_started.is_empty());
    assert_eq!((summary.sold.as_str(), summary.bought.as_str(), summary.costs.as_str()), ("752800", "638000", "1601"));
    let expected = HOLDINGS
        .replace("KRW: 0", "KRW: 113199")
        .replace("quantity: 250", "quantity: 229")
        .replace("quantity: 30", "quantity: 22")
        .replace("quantity: 140", "quantity: 165")
        .replace("quantity: 25\n", "quantity: 34\n")
        .replace("quantity: 80", "quantity: 88");
    assert_eq!(world.text("holdings.yaml"), expected);
}

#[test]
fn the_record_has_the_guides_fields_with_exact_numbers() {
    let world = World::new();
    let plan = world.plan();
    world.apply(&RealDisk, &plan).unwrap();
    let text = world.text("rebalance_log.jsonl");
    let value: serde_json::Value = serde_json::from_str(text.trim_end()).unwrap();
    let keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
    let expected = [
        "date",
        "trigger",
        "total_portfolio_value",
        "trades",
        "total_trade_amount",
        "total_commission",
        "pre_drift",
        "post_drift",
        "notes",
        "plan_id",
        "fills",
        "estimates",
        "held",
    ];
    assert_eq!(keys, expected);
    let head = "{\"date\":\"2026-03-04\",\"trigger\":\"scheduled\",\"total_portfolio_value\":10999975,\"trades\":[\
                {\"ticker\":\"TIGER Semiconductor\",\"action\":\"SELL\",\"amount\":400000},\
                {\"ticker\":\"TIGER US S&P500\",\"action\":\"SELL\",\"amount\":352800},";
    assert!(text.starts_with(head), "{text}");
    assert!(text.contains("\"total_trade_amount\":1390800,\"total_commission\":210,\"pre_drift\":{"), "{text}");
    assert_eq!(value["pre_drift"]["TIGER US S&P500"].to_string(), "3.18");
    assert_eq!(value["pre_drift"]["TIGER US Treasury 10Y Futures"].to_string(), "-2.27");
    assert_eq!(value["post_drift"]["TIGER US Treasury 10Y Futures"].to_string(), "0.00");
    assert_eq!(value["notes"].as_str().unwrap(), plan.body.trigger.why.join("; "));
    assert_eq!(value["fills"][1]["slippage"].to_string(), "353");
    assert_eq!(value["estimates"][1]["order"], value["fills"][1]["order"]);
    for field in ["quantity", "price", "commission", "slippage", "tax"] {
        assert_eq!(value["estimates"][1][field], value["fills"][1][field], "the paper broker fills as planned");
    }
    assert_eq!(value["held"]["cash"], serde_json::json!({ "KRW": 0 }));
    assert_eq!(value["held"]["shares"]["360750"], serde_json::json!(250));
    assert_eq!(value["plan_id"].as_str().unwrap(), plan.plan_id);
}

#[test]
fn the_figures_of_the_record_are_those_of_the_plan() {
    let world = World::new();
    let plan = world.plan();
    world.apply(&RealDisk, &plan).unwrap();
    let log = world.log();
    let record = &log.records()[0];
    for (before, after) in plan.body.before.assets.iter().zip(&plan.body.after.assets) {
        for (shown, recorded) in [(&before.drift, &record.pre_drift), (&after.drift, &record.post_drift)] {
            let exact: rust_decimal::Decimal = shown.parse().unwrap();
            let away = (exact * rust_decimal::Decimal::ONE_HUNDRED - recorded[&before.ticker].0).abs();
            assert!(away <= rust_decimal::Decimal::new(51, 4), "{} {shown} {:?}", before.code, recorded);
        }
    }
    let served = rebalance::record::executed(log.records()).rebalances;
    assert_eq!((served.len(), served[0].date), (1, crate::world::day("2026-03-04")));
    assert_eq!((&served[0].plan_id, served[0].left_alone.len()), (&log.records()[0].plan_id, 0));
    assert_eq!((log.input().records, log.torn()), (1, false));
}

#[test]
fn the_journal_knows_every_order_as_done() {
    let world = World::new();
    let plan = world.plan();
    world.apply(&RealDisk, &plan).unwrap();
    let state = world.journal();
    let run = state.run(&plan.plan_id).unwrap();
    assert_eq!(run.orders.len(), 5);
    assert!(run.orders.iter().all(|order| matches!(order.stage, Stage::Done(_)) && order.attempt == 1));
    assert_eq!(run.finished.as_deref(), Some("2026-03-05T06:30:00Z"));
    assert!(state.unfinished().is_none());
}

#[test]
fn afterwards_there_is_nothing_to_do_and_applying_again_is_refused() {
    let world = World::new();
    let plan = world.plan();
    world.apply(&RealDisk, &plan).unwrap();
    assert_eq!(world.body().unwrap().status, rebalance::plan::Status::Complete);
    let before = world.outcome();
    let halt = world.apply(&RealDisk, &plan).unwrap_err();
    assert_eq!(halt.exit_code(), 3);
    assert!(halt.message().contains("was applied on 2026-03-05T06:30:00Z"), "{}", halt.message());
    let halt = world.resume(&RealDisk, &plan).unwrap_err();
    assert_eq!(halt.exit_code(), 3);
    assert_eq!(world.outcome(), before);
}

#[test]
fn steps_are_told_as_lines_of_json() {
    let world = World::new();
    let plan = world.plan();
    let lock = rebalance::journal::Lock::take(&world.state_directory()).unwrap();
    let journal = rebalance::journal::Journal::open(&RealDisk, lock).unwrap();
    let permit = world.judge(&plan).unwrap();
    let mut lines = Vec::new();
    world.with_desk(&RealDisk, |desk| {
        let mut progress = |step: &Step| {
            fits::<StepLine>(&step.json());
            lines.push(step.json());
        };
        let mut desk = rebalance::apply::Desk {
            disk: desk.disk,
            broker: &mut *desk.broker,
            log: desk.log,
            clock: desk.clock,
            stop: desk.stop,
            progress: &mut progress,
        };
        rebalance::apply::apply(permit, journal, &mut desk).unwrap();
    });
    let events: Vec<String> = lines
        .iter()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].as_str().unwrap().to_owned())
        .collect();
    let mut expected = ["intent", "ack", "fill", "done"].repeat(5);
    expected.push("summary");
    assert_eq!(events, expected);
    assert!(
        lines[0].starts_with("{\"format_version\":\"1.0\",\"event\":\"intent\",\"order\":\"sell-091230\""),
        "{}",
        lines[0]
    );
}

/// A line against the schema of its type.
fn fits<T: schemars::JsonSchema>(line: &str) {
    let schema = schemars::schema_for!(T);
    let validator = jsonschema::validator_for(schema.as_value()).unwrap();
    let value: serde_json::Value = serde_json::from_str(line).unwrap();
    let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{line}: {errors:?}");
}

#[test]
fn every_line_fits_its_schema() {
    let world = World::new();
    let plan = world.plan();
    let permit = world.judge(&plan).unwrap();
    world.apply(&RealDisk, &plan).unwrap();
    fits::<rebalance::record::Record>(world.text("rebalance_log.jsonl").trim_end());
    for line in world.text(".rebalance/journal.jsonl").lines() {
        let (body, _) = line.rsplit_once(",\"hash\":").unwrap();
        fits::<rebalance::replay::Line>(&format!("{body}}}"));
    }
    let lock = rebalance::journal::Lock::take(&world.state_directory()).unwrap();
    let journal = rebalance::journal::Journal::open(&RealDisk, lock).unwrap();
    let stopped = world.with_desk(&RealDisk, |desk| rebalance::apply::apply(permit, journal, desk)).unwrap_err();
    let refusal = rebalance::gate::Refusal::Differs { diff: "-a\n+b\n".to_owned() };
    for step in [Step::Summary(stopped.summary), Step::refusal(&refusal)] {
        fits::<StepLine>(&step.json());
    }
}
