//! What is missing, contradicts itself, or is undefined: said with its remedy, and the rest told all the same.

use crate::scenes::{CONFIG, empty_log, morning, one_execution, several_quarters};
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
    for day in ["2025-12-31,305080,", "2026-02-02,069500,", "2026-03-31,091230,"] {
        without(&stage, "valuations.csv", day);
    }
    let run = stage.run(&["report", "--format", "json"]);
    let json = run.json();
    assert_eq!((&json["returns"]["from"], &json["returns"]["to"]), (&"2025-12-30".into(), &"2026-03-30".into()));
    let days = json["returns"]["values"].as_array().unwrap();
    assert!(days.iter().all(|one| one["day"] != "2026-02-02") && run.code == 0);
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
    assert!(remedy.starts_with("correct the holdings;") && code == 6, "{remedy}");
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
fn a_record_of_another_program_counts_as_far_as_it_says() {
    let stage = empty_log();
    let record = r#"{"date": "2026-03-04", "trigger": "scheduled", "total_portfolio_value": 11000000, "trades": [{"ticker": "TIGER US S&P500", "action": "SELL", "amount": 350000}, {"ticker": "TIGER US Treasury 10Y Futures", "action": "BUY", "amount": 250000}], "total_trade_amount": 600000, "total_commission": 90, "pre_drift": {"TIGER US S&P500": 3.18, "TIGER US Treasury 10Y Futures": -2.27}, "post_drift": {"TIGER US S&P500": 0.12, "TIGER US Treasury 10Y Futures": -0.08}, "notes": "2026 Q1 scheduled rebalancing. S&P500 overweight transferred to bonds."}"#;
    stage.write("rebalance_log.jsonl", &format!("{record}\n"));
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
