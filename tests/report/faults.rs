//! What is missing, contradicts itself, or is undefined: said with its remedy, and the rest told all the same.

use crate::scenes::{CONFIG, empty_log, one_execution, partly_priced, several_quarters};
use crate::stage::Stage;
use snapbox::{assert_data_eq, str};

/// Why the returns cannot be told, what to do, and the exit code.
pub(crate) fn untold(stage: &Stage, options: &[&str]) -> (String, String, u8) {
    let args: Vec<&str> = ["report", "--format", "json"].iter().chain(options).copied().collect();
    let run = stage.run(&args);
    let json = run.json();
    assert!(json["returns"].is_null(), "{}", json["returns"]);
    let text = |key: &str| json["returns_untold"][key].as_str().unwrap_or_default().to_owned();
    (text("why"), text("remedy"), run.code)
}

/// Drops the lines of a file that have a text.
pub(crate) fn without(stage: &Stage, file: &str, what: &str) {
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
