//! What is missing, contradicts itself, or is undefined: said with its remedy, and the rest told all the same.

use crate::scenes::{
    CONFIG, GUIDE, empty_log, in_part, mixed, morning, one_execution, partly_priced, several_quarters,
};
use crate::stage::Stage;
use snapbox::{assert_data_eq, str};

/// Why the returns cannot be told, what to do, and the exit code.
fn untold(stage: &Stage, options: &[&str]) -> (String, String, u8) {
    let args: Vec<&str> = ["report", "--format", "json"].iter().chain(options).copied().collect();
    let run = stage.run(&args);
    let json = run.json();
    assert!(json["returns"].is_null(), "{}", json["returns"]);
    let text = |key: &str| json["returns_untold"][key].as_str().unwrap_or_default().to_owned();
    (text("why"), text("remedy"), run.code)
}

/// Drops the lines of a file that have a text.
fn without(stage: &Stage, file: &str, what: &str) {
    let text = stage.read(file);
    assert!(text.contains(what), "{what}");
    let kept: String = text.lines().filter(|line| !line.contains(what)).map(|line| format!("{line}\n")).collect();
    stage.write(file, &kept);
}

#[test]
fn what_is_missing_is_named() {
    let stage = several_quarters();
    without(&stage, "valuations.csv", "2026-05-20,305080,");
    let (why, remedy, code) = untold(&stage, &[]);
    assert_eq!(why, "valuations.csv has no price of `305080` on 2026-05-20, when cash was paid in");
    assert_eq!((remedy.as_str(), code), ("add the prices of `305080` on 2026-05-20", 6));
    let stage = one_execution();
    let (why, _, code) = untold(&stage, &["--quarter", "2025Q3"]);
    assert_eq!((why.as_str(), code), ("valuations.csv has no prices from 2025-07-01 to 2025-09-30", 6));
    without(&stage, "valuations.csv", ",443160,");
    let (why, _, code) = untold(&stage, &[]);
    assert_eq!((why.as_str(), code), ("valuations.csv has no price of `443160` on 2026-03-31", 6));
}

#[test]
fn without_holdings_the_rest_is_told() {
    let stage = one_execution();
    let before = stage.run(&["report", "--format", "json"]).json();
    std::fs::remove_file(stage.path("holdings.yaml")).unwrap();
    let (why, remedy, code) = untold(&stage, &[]);
    assert_eq!((why.as_str(), code), ("there are no holdings, from which positions are reckoned back", 6));
    assert!(remedy.contains("`git checkout -- holdings.yaml`") && remedy.contains("`--holdings`"), "{remedy}");
    let after = stage.run(&["report", "--format", "json"]).json();
    for told in ["executions", "costs", "turnover", "changes", "quarter"] {
        assert_eq!(after[told], before[told], "{told}");
    }
    assert_eq!(before["benchmarks"].as_array().unwrap().len(), after["benchmarks"].as_array().unwrap().len());
    assert!(after["benchmarks"][0]["returned"].is_string(), "{}", after["benchmarks"]);
    // Who names a file means it.
    let named = stage.run(&["report", "--holdings", "holdings.yaml"]);
    assert!(named.code == 6 && named.err.contains("cannot read"), "{}", named.whole());
}

#[test]
fn a_day_that_lacks_a_price_is_passed_over_where_it_may_be() {
    let stage = one_execution();
    without(&stage, "valuations.csv", "2026-02-02,069500,");
    let run = stage.run(&["report", "--format", "json"]);
    let json = run.json();
    assert_eq!((&json["returns"]["from"], &json["returns"]["to"]), (&"2025-12-31".into(), &"2026-03-31".into()));
    let days = json["returns"]["values"].as_array().unwrap();
    assert!(days.iter().all(|one| one["day"] != "2026-02-02") && run.code == 0);
    let unvalued = serde_json::json!([{ "day": "2026-02-02", "missing": ["069500"], "moved": false }]);
    assert_eq!(json["returns"]["unvalued"], unvalued);
}

#[test]
fn a_day_that_lacks_a_price_does_not_shorten_the_quarter_without_a_word() {
    let flat = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    for (line, from, to, said) in [
        ("2026-03-31,319640,", "2025-12-31", "2026-03-30", "2026-03-31 is not valued: no price of `319640`"),
        ("2025-12-31,305080,", "2025-12-30", "2026-03-31", "2025-12-31 is not valued: no price of `305080`"),
    ] {
        let stage = one_execution();
        without(&stage, "valuations.csv", line);
        let run = stage.run(&["report", "--html", "r.html"]);
        assert_eq!(run.code, 6, "{}", run.whole());
        assert!(flat(&run.out).contains(said), "{}", run.out);
        assert!(flat(&run.out).contains(&format!("portfolio {from} to {to}: +")), "{}", run.out);
        let page = stage.read("r.html");
        assert!(page.contains(&format!("Return, time-weighted, {from} to {to}")) && page.contains(said));
        let json = stage.run(&["report", "--format", "json"]).json();
        assert_eq!((&json["returns"]["from"], &json["returns"]["to"]), (&from.into(), &to.into()));
    }
    let run = partly_priced().run(&["report"]);
    let said = "2026-03-30 to 2026-03-31 (2 days) are not valued: no price of `319640`";
    assert!(flat(&run.out).contains(said) && run.code == 6, "{}", run.out);
}

#[test]
fn a_quarter_in_which_no_day_is_valued_has_no_returns() {
    let stage = one_execution();
    let text = stage.read("valuations.csv");
    let before = |line: &&str| line.starts_with("date") || line.starts_with("2025-");
    let kept: String = text.lines().filter(before).map(|line| format!("{line}\n")).collect();
    stage.write("valuations.csv", &kept);
    let (why, remedy, code) = untold(&stage, &[]);
    assert_eq!((why.as_str(), code), ("valuations.csv has no prices from 2026-01-01 to 2026-03-31", 6));
    assert!(remedy.starts_with("write prices of every asset that is held"), "{remedy}");
    stage.write("valuations.csv", &format!("{kept}2026-03-31,069500,36120\n"));
    let (why, _, code) = untold(&stage, &[]);
    assert!(why.starts_with("valuations.csv has no price of `091230`, `305080`") && code == 6, "{why}");
    assert!(why.ends_with(" on 2026-03-31"), "{why}");
}

#[test]
fn a_benchmark_without_prices() {
    let stage = empty_log();
    without(&stage, "valuations.csv", "2025-12-31,KOSPI 200,");
    let json = stage.run(&["report", "--format", "json"]).json();
    assert_eq!(json["benchmarks"][0]["from"], "2025-12-30", "a holiday of another exchange");
    without(&stage, "valuations.csv", ",KOSPI 200,");
    let run = stage.run(&["report"]);
    assert_eq!(run.code, 6);
    let wanted = "KOSPI 200 on 2025-12-31";
    let flat = run.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(&format!("valuations.csv has no price of {wanted} or in the 7 days before")), "{}", run.out);
    assert!(flat.contains(&format!("KOSPI 200: valuations.csv has no price of {wanted}")), "{}", run.out);
    assert!(flat.contains("to have it told: add its price: `2025-12-31,KOSPI 200,…`"), "{}", run.out);
    let json = stage.run(&["report", "--format", "json"]).json();
    assert!(json["benchmarks"][0]["returned"].is_null() && json["returns"]["time_weighted"].is_string());
}

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
    stage.write("valuations.csv", &crate::scenes::prices("2025-12-26", "2026-06-30"));
    stage.now = morning("2026-07-02");
    let run = stage.run(&["report", "--format", "json"]);
    assert_eq!((run.code, &run.json()["returns"]["compared"]), (0, &1.into()), "{}", run.whole());
    // Three million were paid in during the second quarter, and nobody wrote it down.
    let text = stage.read("holdings.yaml");
    let (before, rest) = text.split_once("KRW: ").unwrap();
    let (amount, rest) = rest.split_once(' ').unwrap();
    let amount: i64 = amount.parse().unwrap();
    stage.write("holdings.yaml", &format!("{before}KRW: {} {rest}", amount + 3_000_000));
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
    stage.write("valuations.csv", &crate::scenes::prices("2025-12-26", "2026-06-30"));
    stage.now = morning("2026-07-02");
    let run = stage.run(&["report", "--format", "json"]);
    assert_eq!((run.code, &run.json()["returns"]["compared"]), (0, &0.into()), "{}", run.whole());
}

#[test]
fn an_entry_of_the_day_of_a_rebalance_counts_on_the_side_that_agrees() {
    let deposit = "date,kind,currency,amount\n2026-03-04,deposit,KRW,500000\n";
    // After the rebalance: its plan did not see the money.
    let stage = one_execution();
    let text = stage.read("holdings.yaml");
    let (before, rest) = text.split_once("KRW: ").unwrap();
    let (amount, rest) = rest.split_once(' ').unwrap();
    let amount: i64 = amount.parse().unwrap();
    stage.write("holdings.yaml", &format!("{before}KRW: {} {rest}", amount + 500_000));
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
fn a_gain_of_a_few_days_has_a_return_and_no_xirr() {
    let stage = empty_log();
    let lines = stage.read("valuations.csv");
    let last = "2026-01-02";
    let one = |line: &str| {
        let (day, rest) = line.split_once(',').unwrap();
        let (name, price) = rest.split_once(',').unwrap();
        let price: rust_decimal::Decimal = price.parse().unwrap_or_default();
        let price = if day == last { price * rust_decimal::Decimal::from(2) } else { price };
        (day == "2025-12-31" || day == last).then(|| format!("{day},{name},{price}\n"))
    };
    let kept: String = lines.lines().filter_map(one).collect();
    stage.write("valuations.csv", &format!("date,code,price\n{kept}"));
    let run = stage.run(&["report", "--format", "json"]);
    let json = run.json();
    let money = &json["returns"]["money_weighted"];
    assert!(money["period"].is_string() && money["xirr"].is_null() && run.code == 0, "{money}");
    assert_eq!(money["undefined"], "the rate has more digits than are kept");
    let run = stage.run(&["report"]);
    assert!(run.out.contains("No XIRR: the rate has more digits than are kept."), "{}", run.out);
}

#[test]
fn a_benchmark_from_which_more_would_have_been_taken_says_so() {
    // All but a little is taken out, after the benchmark fell to a tenth.
    let stage = empty_log();
    let text = stage.read("valuations.csv");
    let fallen = |line: &str| match line.strip_prefix("2026-02-10,KOSPI 200,") {
        Some(_) => "2026-02-10,KOSPI 200,1\n".to_owned(),
        None => format!("{line}\n"),
    };
    stage.write("valuations.csv", &text.lines().map(fallen).collect::<String>());
    stage.edit("holdings.yaml", "as_of: 2026-03-04", "as_of: 2026-03-31");
    stage.write("cash_flows.csv", "date,kind,currency,amount\n2026-02-10,withdrawal,KRW,5000000\n");
    let run = stage.run(&["report", "--format", "json"]);
    let json = run.json();
    assert_eq!(
        json["benchmarks"][0]["money_weighted"]["undefined"],
        "on 2026-02-10 more would have been taken out of it than was in it"
    );
    assert_eq!(run.code, 0);
    let run = stage.run(&["report"]);
    assert!(run.out.contains("KOSPI 200: on 2026-02-10 more would have been taken"), "{}", run.out);
}

#[test]
fn a_record_of_another_program_counts_as_far_as_it_says() {
    let stage = empty_log();
    stage.write("rebalance_log.jsonl", &format!("{GUIDE}\n"));
    let run = stage.run(&["report"]);
    assert_eq!(run.code, 6);
    assert_data_eq!(
        run.out.split("\nReturns").next().unwrap().to_owned(),
        str![[r#"
Report 2026Q1: 2026-01-01 to 2026-03-31
2026 Long-Term Growth

Checklist
  Number of executions and reasons (scheduled or emergency)
    1 execution: 1 scheduled
  Total trading costs (commission and slippage)
    90 KRW: commission 90, slippage 0, tax 0
    0.02 % of 600,000 traded; turnover 2.73 %
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
  slippage         0         –           –
  tax              0         –           –
  total           90         –           –

  0.02 % of 600,000 traded; turnover 2.73 %.
  1 execution without fills in the log: of slippage and tax it says nothing.
  1 execution without estimates in the log: there is nothing to compare with.

Drift before and after, in points
  day         asset                          before  after
  2026-03-04  TIGER US S&P500                 +3.18  +0.12
  2026-03-04  TIGER US Treasury 10Y Futures   -2.27  -0.08

"#]]
    );
    assert_eq!(
        untold(&stage, &[]).0,
        "the rebalance of 2026-03-04 (line 1 of the log) has no fills, so its shares are not known"
    );
}

#[test]
fn faults_of_the_files_are_shown_where_they_are() {
    let stage = one_execution();
    stage.write("valuations.csv", "date,code,price\n2026-03-31,69500,1\n");
    stage.write("cash_flows.csv", "date,kind,currency,amount\n2026-03-20,dividends,KRW,1\n");
    assert_data_eq!(
        stage.run(&["report"]).whole(),
        str![[r#"
--- stderr
error[schema]: `dividends` is no kind
 --> cash_flows.csv:2:12
  |
2 | 2026-03-20,dividends,KRW,1
  |            ^^^^^^^^^ a kind is needed
  |
  = help: did you mean `dividend`?
error[schema]: 69500 is no code of the portfolio, but 069500 is
 --> valuations.csv:2:12
  |
2 | 2026-03-31,69500,1
  |            ^^^^^ its leading zeros are lost
  |
  = help: write `069500`, and have the spreadsheet keep codes as text.
error: what the report is made from cannot be read
help: correct it as shown above.
--- exit 6

"#]]
    );
    let run = stage.run(&["report", "--valuations", "none.csv"]);
    assert!(run.code == 6 && run.err.contains("none.csv"), "{}", run.whole());
    // A file that was named is read also where there are no prices.
    std::fs::remove_file(stage.path("valuations.csv")).unwrap();
    assert_eq!(stage.run(&["report"]).code, 0, "the usual file of cash flows is not asked for");
    let run = stage.run(&["report", "--cash-flows", "nofile.csv"]);
    assert!(run.code == 6 && run.err.contains("nofile.csv"), "{}", run.whole());
    let run = stage.run(&["report", "--cash-flows", "cash_flows.csv"]);
    assert!(run.code == 6 && run.err.contains("cash_flows.csv:2:12"), "{}", run.whole());
}

#[test]
fn undefined_returns_say_why() {
    // One valued day alone.
    let stage = empty_log();
    let day: String = stage
        .read("valuations.csv")
        .lines()
        .filter(|line| line.contains("2026-03-31"))
        .map(|line| format!("{line}\n"))
        .collect();
    stage.write("valuations.csv", &format!("date,code,price\n{day}"));
    let json = stage.run(&["report", "--format", "json"]).json();
    assert_eq!(json["returns"]["time_weighted_undefined"], "the period has no whole day");
    assert_eq!(json["returns"]["money_weighted"]["undefined"], "the period has no whole day");
    // Nothing held until money came.
    let stage = empty_log();
    let empty = stage.read("holdings.yaml");
    let emptied: String = empty
        .lines()
        .map(|line| match line.trim_start().starts_with("quantity:") {
            true => "    quantity: 0\n".to_owned(),
            false => format!("{line}\n"),
        })
        .collect();
    stage.write(
        "holdings.yaml",
        &emptied.replace("KRW: 0", "KRW: 500000").replace("as_of: 2026-03-04", "as_of: 2026-03-31"),
    );
    stage.write("cash_flows.csv", "date,kind,currency,amount\n2026-02-10,deposit,KRW,500000\n");
    let json = stage.run(&["report", "--format", "json"]).json();
    assert_eq!(json["returns"]["time_weighted_undefined"], "the portfolio was worth nothing on 2025-12-31");
    assert_eq!(json["returns"]["money_weighted"]["xirr"], "0");
}

#[test]
fn the_page_and_the_answers_take_the_place_of_nothing() {
    let stage = one_execution();
    let page = |file: &str, options: &[&str]| {
        let args: Vec<&str> = ["report", "--html", file].iter().chain(options).copied().collect();
        stage.run(&args)
    };
    for file in ["valuations.csv", "cash_flows.csv", "rebalance_log.jsonl", "holdings.yaml", CONFIG, ".git/x", "-"] {
        let run = page(file, &[]);
        assert_eq!(run.code, 64, "{file}: {}", run.whole());
    }
    stage.write("other.csv", &stage.read("valuations.csv"));
    assert_eq!(page("other.csv", &["--valuations", "other.csv"]).code, 64);
    assert_eq!(page("a.html", &["--format", "json", "--output-file", "a.html"]).code, 64);
    assert!(!stage.path("a.html").exists());
    stage.write("real.html", "");
    std::os::unix::fs::symlink("real.html", stage.path("l.html")).unwrap();
    assert_eq!(page("real.html", &["--format", "json", "--output-file", "l.html"]).code, 64, "a link to the page");
    assert_eq!(stage.read("real.html"), "");
    let run = page("nowhere/a.html", &[]);
    assert!(run.code == 6 && run.err.contains("nowhere/a.html"), "{}", run.whole());
    assert_eq!(stage.run(&["lint", "--format", "json", "--output-file", "valuations.csv"]).code, 64);
}

#[test]
fn outside_of_a_repository_the_changes_are_unknown() {
    let stage = one_execution();
    std::fs::remove_dir_all(stage.path(".git")).unwrap();
    let run = stage.run(&["report", "--format", "json"]);
    let json = run.json();
    assert_eq!((run.code, &json["changes_untold"]["amiss"]), (6, &true.into()));
    assert!(json["returns"]["time_weighted"].is_string());
    stage.edit(CONFIG, "  allocation:", "  allocatoin:");
    assert_eq!(stage.run(&["report"]).code, 6);
}
