//! What the log says and what it does not, and what contradicts it: positions, cash, costs, and records that are lost.

use crate::faults::{untold, without};
use crate::scenes::{
    GUIDE, cash, empty_log, in_part, mixed, morning, one_execution, prices, sections, several_quarters,
};
use crate::stage::Stage;
use snapbox::{assert_data_eq, str};

#[test]
fn positions_that_do_not_agree_with_the_log_are_refused() {
    let stage = one_execution();
    stage.edit("holdings.yaml", "quantity: 229", "quantity: 230");
    let (why, remedy, code) = untold(&stage, &[]);
    assert_eq!(
        why,
        "before the rebalance of 2026-03-04 (line 1 of the log), 360750 was 250 shares as the log has it, but 251 as \
         reckoned back from the holdings; something between then and today is not known"
    );
    assert!(remedy.starts_with("bring the holdings to what the account holds: ") && code == 6, "{remedy}");
    assert!(remedy.contains("`rebalance report --broker NAME` asks the broker"), "{remedy}");
    // What happened before the quarter is no fault of this one.
    let mut stage = several_quarters();
    stage.now = morning("2026-07-02");
    stage.edit("rebalance_log.jsonl", "\"shares\":{\"069500\":45", "\"shares\":{\"069500\":44");
    assert_eq!(stage.run(&["report"]).code, 0);
    assert_eq!(untold(&stage, &["--quarter", "2026Q1"]).2, 6);
}

#[test]
fn cash_that_moved_without_an_entry_is_noticed() {
    let stage = several_quarters();
    without(&stage, "cash_flows.csv", "2026-05-04,deposit");
    let (why, remedy, code) = untold(&stage, &[]);
    assert!(why.contains("(line 2 of the log), cash in KRW was 153199 as the log has it, but 1053199 as"), "{why}");
    assert!(why.ends_with("; something between then and the rebalance of 2026-05-06 (line 3) is not known"), "{why}");
    assert!(
        remedy.starts_with("enter what came or went without a rebalance in cash_flows.csv") && code == 6,
        "{remedy}"
    );
    let stage = several_quarters();
    stage.edit("cash_flows.csv", "2026-05-20,fee", "2026-07-01,fee");
    let (why, ..) = untold(&stage, &[]);
    assert_eq!(why, "line 6 of the cash flows is of 2026-07-01, and the holdings are known up to 2026-06-30");
}

#[test]
fn cash_without_an_entry_is_noticed_in_a_quarter_without_a_rebalance() {
    let mut stage = one_execution();
    stage.write("valuations.csv", &prices("2025-12-26", "2026-06-30"));
    stage.now = morning("2026-07-02");
    let run = stage.run(&["report", "--format", "json"]);
    assert_eq!((run.code, &run.json()["returns"]["compared"]), (0, &1.into()), "{}", run.whole());
    // Three million were paid in during the second quarter, and nobody wrote it down.
    cash(&stage, 3_000_000);
    let (why, _, code) = untold(&stage, &[]);
    assert!(why.contains("(line 1 of the log), cash in KRW was 0 as the log has it, but 3000000 as"), "{why}");
    assert_eq!(code, 6);
    stage.edit("holdings.yaml", "as_of: 2026-03-04", "as_of: 2026-05-04");
    stage.write("cash_flows.csv", "date,kind,currency,amount\n2026-05-04,deposit,KRW,3000000\n");
    assert_eq!(stage.run(&["report"]).code, 0);
    // Where no record says what was held, that is said.
    let stage = empty_log();
    let run = stage.run(&["report"]);
    assert!(run.out.contains("No record of the log confirms what was held") && run.code == 0, "{}", run.whole());
    // A record of another program is none that says so.
    let mut stage = empty_log();
    stage.write("rebalance_log.jsonl", &format!("{GUIDE}\n"));
    stage.write("valuations.csv", &prices("2025-12-26", "2026-06-30"));
    stage.now = morning("2026-07-02");
    let run = stage.run(&["report", "--format", "json"]);
    assert_eq!((run.code, &run.json()["returns"]["compared"]), (0, &0.into()), "{}", run.whole());
}

#[test]
fn an_entry_of_the_day_of_a_rebalance_counts_on_the_side_that_agrees() {
    let deposit = "date,kind,currency,amount\n2026-03-04,deposit,KRW,500000\n";
    // After the rebalance: its plan did not see the money.
    let stage = one_execution();
    cash(&stage, 500_000);
    stage.write("cash_flows.csv", deposit);
    let run = stage.run(&["report", "--format", "json"]);
    let json = run.json();
    assert_eq!((run.code, &json["returns"]["compared"]), (0, &1.into()), "{}", run.whole());
    assert_eq!(json["returns"]["net_flow"], "500000");
    // Neither before nor after: the amount is wrong.
    stage.edit("cash_flows.csv", "500000", "400000");
    let (_, remedy, code) = untold(&stage, &[]);
    assert!(remedy.contains("check the amount of its line 2, which is of the same day: neither before"), "{remedy}");
    assert_eq!(code, 6);
}

#[test]
fn a_log_that_lacks_what_the_journal_has_is_not_an_empty_quarter() {
    let told = |stage: &Stage| {
        let run = stage.run(&["report", "--format", "json"]);
        let json = run.json();
        assert_eq!((run.code, &json["returns"]), (6, &serde_json::Value::Null), "{}", run.whole());
        let text = |key: &str| json["executions_untold"][key].as_str().unwrap().to_owned();
        (text("why"), text("remedy"))
    };
    let stage = one_execution();
    stage.commit("Rebalance", 29);
    let sound = stage.run(&["report"]);
    let whole = stage.read("rebalance_log.jsonl");
    stage.write("rebalance_log.jsonl", "");
    let (why, remedy) = told(&stage);
    assert!(why.starts_with("rebalance_log.jsonl has no record of plan ") && why.ends_with(" on 2026-03-04"), "{why}");
    assert!(remedy.contains("`git restore rebalance_log.jsonl`"), "{remedy}");
    let run = stage.run(&["report"]);
    assert!(run.out.contains("Not all executions are known: ") && run.out.contains("    not all are known: "));
    // Torn, after the journal had it.
    stage.write("rebalance_log.jsonl", &whole[..whole.len() / 2]);
    assert_eq!(told(&stage).1, remedy);
    // The command that is named brings it back.
    stage.git(&["restore", "rebalance_log.jsonl"]);
    assert_eq!(stage.run(&["report"]).whole(), sound.whole());
}

#[test]
fn a_torn_log_names_the_plan_that_writes_its_record_anew() {
    let stage = one_execution();
    // A crash between the record and the journal's word that it stands: the last line of the log is torn.
    let journal = stage.read(".rebalance/journal.jsonl");
    let until = journal.lines().position(|line| line.contains("\"logged\"")).unwrap();
    let before: String = journal.lines().take(until).map(|line| format!("{line}\n")).collect();
    let log = stage.read("rebalance_log.jsonl");
    stage.write(".rebalance/journal.jsonl", &before);
    stage.write("rebalance_log.jsonl", &log[..log.len() / 2]);
    let run = stage.run(&["report", "--format", "json"]);
    let json = run.json();
    assert_eq!((run.code, json["executions"].as_array().unwrap().len()), (6, 0), "{}", run.whole());
    let text = |key: &str| json["executions_untold"][key].as_str().unwrap();
    assert_eq!(text("why"), "the last line of rebalance_log.jsonl is torn, so that its record is not known");
    assert!(text("remedy").ends_with("`rebalance apply <plan.json> --resume`"), "{}", text("remedy"));
    let resumed = stage.run(&["apply", "-q", "plan.json", "--resume"]);
    assert_eq!(resumed.code, 0, "{}", resumed.whole());
    assert_eq!(stage.read("rebalance_log.jsonl"), log);
    assert_eq!(stage.run(&["report"]).code, 0);
}

#[test]
fn costs_that_no_record_states_are_not_nothing() {
    let stage = mixed();
    let json = stage.run(&["report", "--quarter", "2026Q1", "--format", "json"]).json();
    assert_eq!(json["executions"][0]["costs"]["slippage"]["actual"], serde_json::Value::Null);
    assert_eq!(json["executions"][0]["costs"]["conversion"]["actual"], serde_json::Value::Null);
    assert_eq!(json["costs"]["slippage"]["actual"], json["executions"][1]["costs"]["slippage"]["actual"]);
    let run = stage.run(&["report", "--quarter", "2026Q1"]);
    let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = "1 execution without fills in the log: of slippage and tax it says nothing, and these are of 1 of 2 \
                executions";
    assert_eq!(flat.matches(said).count(), 2, "{}", run.out);
}

#[test]
fn an_order_that_was_not_executed_saved_nothing() {
    let json = in_part().run(&["report", "--format", "json"]).json();
    let costs = &json["costs"]["total"];
    let figure = |key: &str| costs[key].as_str().unwrap().parse::<rust_decimal::Decimal>().unwrap().round();
    assert_ne!(figure("estimate"), 1_601.into(), "an order of which nothing was executed is no part of it");
    assert!(figure("estimate") > 1_000.into() && figure("actual") == 728.into(), "{costs}");
}

#[test]
fn a_record_of_another_program_counts_as_far_as_it_says() {
    let stage = empty_log();
    stage.write("rebalance_log.jsonl", &format!("{GUIDE}\n"));
    let run = stage.run(&["report"]);
    assert_eq!(run.code, 6);
    assert_data_eq!(
        sections(&run.out, &["Checklist", "Executions", "Costs"]),
        str![[r#"
Checklist
  Number of executions and reasons (scheduled or emergency)
    1 execution: 1 scheduled
  Total trading costs (commission and slippage)
    90 KRW: commission 90, slippage –, tax –
    0.02 % of 600,000 traded; turnover 2.73 %
    1 execution without fills in the log: of slippage and tax it says nothing
  Drift before and after
    2026-03-04: largest +3.18 (TIGER US S&P500) -> +0.12 (TIGER US S&P500)
  Portfolio returns against benchmarks
    the rebalance of 2026-03-04 (line 1 of the log) has no fills, so its
      shares are not known; to have it told: ask for a quarter that begins after
      it
  Are the target weights still appropriate?
    there are no values to weigh
  Changes of the rules: YAML file and git commit
    no change of the allocation

Executions
  1 execution: 1 scheduled.

  day         trigger    orders   traded  turnover  costs
  2026-03-04  scheduled       2  600,000    2.73 %     90

  2026-03-04 scheduled
    2026 Q1 scheduled rebalancing. S&P500 overweight transferred to bonds.

Costs, in KRW
  cost        actual  estimate  difference
  commission      90         –           –
  slippage         –         –           –
  tax              –         –           –
  total           90         –           –

  0.02 % of 600,000 traded; turnover 2.73 %.
  1 execution without fills in the log: of slippage and tax it says nothing.
  1 execution without estimates in the log: there is nothing to compare with.


"#]]
    );
    assert_eq!(
        untold(&stage, &[]).0,
        "the rebalance of 2026-03-04 (line 1 of the log) has no fills, so its shares are not known"
    );
}
