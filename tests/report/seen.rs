//! Reports as people see them: one whole, of the others the sections in which they differ.

use crate::scenes::{self, SCENES, in_part, morning, one_execution, sections, several_quarters};
use snapbox::{assert_data_eq, str};
use unicode_width::UnicodeWidthStr;

#[test]
fn an_empty_log() {
    assert_data_eq!(
        sections(&scenes::empty_log().run(&["report"]).out, &["Checklist", "Executions", "Costs", "Returns"]),
        str![[r#"
Checklist
  Number of executions and reasons (scheduled or emergency)
    No executions
  Total trading costs (commission and slippage)
    0 KRW: commission 0, slippage 0, tax 0
  Drift before and after
    nothing was executed
  Portfolio returns against benchmarks
    portfolio 2025-12-31 to 2026-03-31: +2.72 % time-weighted, +2.72 %
      money-weighted (XIRR +11.50 %)
    KOSPI 200 +14.44 %, the portfolio -11.72 points
    360750 TIGER US S&P500 +0.61 %, the portfolio +2.11 points
  Are the target weights still appropriate?
    on 2026-03-31 furthest from its target: TIGER Semiconductor, +3.47 points
    every weight was in its band on every valued day
  Changes of the rules: YAML file and git commit
    no change of the allocation

Executions
  No executions.

Costs, in KRW
  cost        actual  estimate  difference
  commission       0         0           0
  slippage         0         0           0
  tax              0         0           0
  total            0         0           0

Returns, in KRW
  11,059,574 on 2025-12-31, 11,360,474 on 2026-03-31: 0 paid in less taken
    out, +300,900 made.

                            return     ahead  money-w.      XIRR
  portfolio                +2.72 %             +2.72 %  +11.50 %
  KOSPI 200               +14.44 %  -11.72 %  +14.44 %  +72.84 %
  360750 TIGER US S&P500   +0.61 %   +2.11 %   +0.61 %   +2.48 %

  The return is time-weighted, and ahead is the portfolio's less the
    benchmark's; money-w. is the money-weighted return (of a benchmark: your
    flows in it), and XIRR is that as a rate of a year.
  No record of the log confirms what was held: a deposit that was not entered
    would not be noticed.


"#]]
    );
}

#[test]
fn one_execution_is_reported_whole() {
    assert_data_eq!(
        one_execution().run(&["report"]).whole(),
        str![[r#"
Report 2026Q1: 2026-01-01 to 2026-03-31
2026 Long-Term Growth

Checklist
  Number of executions and reasons (scheduled or emergency)
    1 execution: 1 scheduled
  Total trading costs (commission and slippage)
    1,601 KRW: commission 210, slippage 1,391, tax 0
    estimated 1,601, so 0
    0.12 % of 1,390,800 traded; turnover 6.32 %
  Drift before and after
    2026-03-04: largest +3.64 (TIGER Semiconductor) -> -0.45 (KODEX Composite
      Bond (AA- and above) Active)
  Portfolio returns against benchmarks
    portfolio 2025-12-31 to 2026-03-31: +3.04 % time-weighted, +3.04 %
      money-weighted (XIRR +12.92 %)
    KOSPI 200 +14.44 %, the portfolio -11.40 points
    360750 TIGER US S&P500 +0.61 %, the portfolio +2.44 points
  Are the target weights still appropriate?
    on 2026-03-31 furthest from its target: TIGER US S&P500, -1.38 points
    every weight was in its band on every valued day
  Changes of the rules: YAML file and git commit
    no change of the allocation

Executions
  1 execution: 1 scheduled.

  day         trigger    orders     traded  turnover  costs
  2026-03-04  scheduled       5  1,390,800    6.32 %  1,601

  2026-03-04 scheduled, plan 76fa12797421
    the scheduled date 2026-01-02 is due and not served (for 39 sessions)
    no drift has reached its threshold, every weight is in its band
    091230 is furthest, at +3.64 points, and its threshold is 5 points
    costs as estimated

Costs, in KRW
  cost        actual  estimate  difference
  commission     210       210           0
  slippage     1,391     1,391           0
  tax              0         0           0
  total        1,601     1,601           0

  0.12 % of 1,390,800 traded; turnover 6.32 %.

Drift before and after, in points
  day         asset                                        before  after
  2026-03-04  KODEX 200                                     -0.45  -0.45
  2026-03-04  KODEX Composite Bond (AA- and above) Active   -0.45  -0.45
  2026-03-04  KODEX Secondary Battery Industry              -2.73  -0.11
  2026-03-04  TIGER Gold & Silver Futures (H)               -0.91   0.00
  2026-03-04  TIGER Semiconductor                           +3.64   0.00
  2026-03-04  TIGER US S&P500                               +3.18  -0.02
  2026-03-04  TIGER US Treasury 10Y Futures                 -2.27   0.00

Returns, in KRW
  11,059,574 on 2025-12-31, 11,395,950 on 2026-03-31: 0 paid in less taken
    out, +336,376 made.

                            return     ahead  money-w.      XIRR
  portfolio                +3.04 %             +3.04 %  +12.92 %
  KOSPI 200               +14.44 %  -11.40 %  +14.44 %  +72.84 %
  360750 TIGER US S&P500   +0.61 %   +2.44 %   +0.61 %   +2.48 %

  The return is time-weighted, and ahead is the portfolio's less the
    benchmark's; money-w. is the money-weighted return (of a benchmark: your
    flows in it), and XIRR is that as a rate of a year.

Weights
  code    asset                      start      end  target     band  days out
  069500  KODEX 200                15.16 %  14.50 %    15 %  10-20 %      0/65
  091230  TIGER Semiconductor      13.78 %   9.85 %    10 %   5-15 %      0/65
  305080  TIGER US Treasury 10Y    12.73 %  15.51 %    15 %  10-20 %      0/65
          Futures
  305720  KODEX Secondary Battery   7.04 %  10.09 %    10 %   5-15 %      0/65
          Industry
  319640  TIGER Gold & Silver       9.33 %  10.57 %    10 %   5-15 %      0/65
          Futures (H)
  360750  TIGER US S&P500          37.60 %  33.62 %    35 %  30-40 %      0/65
  443160  KODEX Composite Bond      4.36 %   4.87 %     5 %    2-8 %      0/65
          (AA- and above) Active

Allocation changes
  No change.
--- exit 0

"#]]
    );
}

#[test]
fn several_executions_with_cash_that_came_and_went() {
    assert_data_eq!(
        sections(
            &several_quarters().run(&["report", "--quarter", "2026Q2"]).out,
            &["Checklist", "Executions", "Returns"]
        ),
        str![[r#"
Checklist
  Number of executions and reasons (scheduled or emergency)
    2 executions: 1 scheduled, 1 cash-flow
  Total trading costs (commission and slippage)
    5,193 KRW: commission 678, slippage 4,515, tax 0
    estimated 5,193, so 0
    0.12 % of 4,511,790 traded; turnover 18.98 %
  Drift before and after
    2026-04-06: largest +3.08 (TIGER US S&P500) -> +0.4 (TIGER US Treasury 10Y
      Futures)
    2026-05-06: largest -1.97 (TIGER US S&P500) -> +0.08 (KODEX Secondary
      Battery Industry)
  Portfolio returns against benchmarks
    portfolio 2026-03-31 to 2026-06-30: +3.17 % time-weighted, +3.63 %
      money-weighted (XIRR +15.36 %)
    KOSPI 200 +1.85 %, the portfolio +1.32 points
    360750 TIGER US S&P500 -0.60 %, the portfolio +3.77 points
  Are the target weights still appropriate?
    on 2026-06-30 furthest from its target: TIGER US S&P500, -5.52 points
    TIGER US S&P500 was outside its band on 23 of 66 valued days (34.85 %)
  Changes of the rules: YAML file and git commit
    no change of the allocation

Executions
  2 executions: 1 scheduled, 1 cash-flow.

  day         trigger    orders     traded  turnover  costs
  2026-04-06  scheduled       5    858,265    3.78 %    989
  2026-05-06  cash-flow       7  3,653,525   15.20 %  4,204

  2026-04-06 scheduled, plan 1bce9e79786e
    the scheduled date 2026-04-01 is due and not served (for 3 sessions)
    no drift has reached its threshold, every weight is in its band
    360750 is furthest, at +3.08 points, and its threshold is 5 points
    costs as estimated
  2026-05-06 cash-flow, plan 1b5ce89ce939
    3,000,000 KRW is deposited: orders only buy
    the scheduled date 2026-04-01 was served on 2026-04-06 by plan
      1bce9e79786e
    no drift has reached its threshold, every weight is in its band
    360750 is furthest, at -1.97 points, and its threshold is 5 points
    3,000,000 deposited
    costs as estimated

Returns, in KRW
  11,435,950 on 2026-03-31, 15,682,414 on 2026-06-30: +3,750,000 paid in less
    taken out, +496,464 made.

                           return    ahead  money-w.      XIRR
  portfolio               +3.17 %            +3.63 %  +15.36 %
  KOSPI 200               +1.85 %  +1.32 %   +1.40 %   +5.74 %
  360750 TIGER US S&P500  -0.60 %  +3.77 %   -0.13 %   -0.50 %

  The return is time-weighted, and ahead is the portfolio's less the
    benchmark's; money-w. is the money-weighted return (of a benchmark: your
    flows in it), and XIRR is that as a rate of a year.


"#]]
    );
}

#[test]
fn orders_that_were_executed_in_part_or_not_at_all() {
    assert_data_eq!(
        sections(&in_part().run(&["report"]).out, &["Checklist", "Executions", "Costs"]),
        str![[r#"
Checklist
  Number of executions and reasons (scheduled or emergency)
    1 execution: 1 scheduled
    1 execution not executed whole
  Total trading costs (commission and slippage)
    728 KRW: commission 163, slippage 565, tax 0
    estimated 1,250, so -522
    0.07 % of 1,085,685 traded; turnover 4.93 %
  Drift before and after
    2026-03-05: largest +3.64 (TIGER Semiconductor) -> -2.73 (KODEX Secondary
      Battery Industry)
  Portfolio returns against benchmarks
    portfolio 2025-12-31 to 2026-03-31: +2.90 % time-weighted, +2.90 %
      money-weighted (XIRR +12.29 %)
    KOSPI 200 +14.44 %, the portfolio -11.54 points
    360750 TIGER US S&P500 +0.61 %, the portfolio +2.29 points
  Are the target weights still appropriate?
    on 2026-03-31 furthest from its target: KODEX Secondary Battery Industry,
      -2.57 points
    every weight was in its band on every valued day
  Changes of the rules: YAML file and git commit
    no change of the allocation

Executions
  1 execution: 1 scheduled.

  day         trigger    orders     traded  turnover  costs
  2026-03-05  scheduled       4  1,085,685    4.93 %    728

  2026-03-05 scheduled, planned for 2026-03-04, plan 76fa12797421
    the scheduled date 2026-01-02 is due and not served (for 39 sessions)
    no drift has reached its threshold, every weight is in its band
    091230 is furthest, at +3.64 points, and its threshold is 5 points
    sell-360750 in part: 20 of 21 shares executed
    buy-305720 failed: none of 9 shares executed
    the broker did not tell all costs: some are estimated
    costs -522 to the estimate

Costs, in KRW
  cost        actual  estimate  difference
  commission     163       163           0
  slippage       565     1,086        -521
  tax              0         0           0
  total          728     1,250        -522

  0.07 % of 1,085,685 traded; turnover 4.93 %.


"#]]
    );
}

#[test]
fn several_currencies() {
    assert_data_eq!(
        sections(&scenes::foreign().run(&["report"]).out, &["Checklist", "Executions", "Returns"]),
        str![[r#"
Checklist
  Number of executions and reasons (scheduled or emergency)
    1 execution: 1 cash-flow
  Total trading costs (commission and slippage)
    1,356 KRW: commission 178, slippage 1,178, tax 0
    estimated 1,356, so 0
    0.12 % of 1,165,767 traded; turnover 4.72 %
  Drift before and after
    2026-03-04: largest -3.65 (TIGER US Treasury 10Y Futures) -> -1.56 (TIGER
      Gold & Silver Futures (H))
  Portfolio returns against benchmarks
    portfolio 2025-12-31 to 2026-03-31: +1.66 % time-weighted, +1.88 %
      money-weighted (XIRR +7.84 %)
    KOSPI 200 +14.44 %, the portfolio -12.79 points
  Are the target weights still appropriate?
    on 2026-03-31 furthest from its target: TIGER Semiconductor, +46.81 points
    KODEX 200 was outside its band on 65 of 65 valued days (100.00 %)
    TIGER Semiconductor was outside its band on 65 of 65 valued days (100.00
      %)
    TIGER US Treasury 10Y Futures was outside its band on 65 of 65 valued days
      (100.00 %)
    KODEX Secondary Battery Industry was outside its band on 65 of 65 valued
      days (100.00 %)
    TIGER Gold & Silver Futures (H) was outside its band on 65 of 65 valued
      days (100.00 %)
    TIGER US S&P500 was outside its band on 65 of 65 valued days (100.00 %)
    KODEX Composite Bond (AA- and above) Active was outside its band on 33 of
      65 valued days (50.77 %)
  Changes of the rules: YAML file and git commit
    no change of the allocation

Executions
  1 execution: 1 cash-flow.

  day         trigger    orders     traded  turnover  costs
  2026-03-04  cash-flow       5  1,165,767    4.72 %  1,356

  2026-03-04 cash-flow, plan 0c0ef46107f1
    500 USD is deposited: orders only buy
    a rebalance is due as well (scheduled): apply this plan, then plan again
      without --deposit
    the scheduled date 2026-01-02 is due and not served (for 39 sessions)
    no drift has reached its threshold, every weight is in its band
    305080 is furthest, at -3.65 points, and its threshold is 5 points
    500 USD deposited
    costs as estimated

Returns, in KRW
  26,936,295 on 2025-12-31, 28,118,773 on 2026-03-31: +672,415 paid in less
    taken out, +510,063 made.

               return     ahead  money-w.      XIRR
  portfolio   +1.66 %             +1.88 %   +7.84 %
  KOSPI 200  +14.44 %  -12.79 %  +14.45 %  +72.88 %

  The return is time-weighted, and ahead is the portfolio's less the
    benchmark's; money-w. is the money-weighted return (of a benchmark: your
    flows in it), and XIRR is that as a rate of a year.


"#]]
    );
}

#[test]
fn without_prices_the_rest_is_told() {
    let stage = one_execution();
    std::fs::remove_file(stage.path("valuations.csv")).unwrap();
    let run = stage.run(&["report"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    assert!(run.out.contains("there is no valuations.csv; to have it told: write prices"), "{}", run.out);
    let json = stage.run(&["report", "--format", "json"]).json();
    assert_eq!((&json["returns"], &json["returns_untold"]["amiss"]), (&serde_json::Value::Null, &false.into()));
    assert_eq!(json["executions"].as_array().unwrap().len(), 1);
}

#[test]
fn every_line_fits_the_terminal() {
    for (name, scene) in SCENES {
        let mut stage = scene();
        for width in ["80", "60"] {
            stage.env.insert("COLUMNS".to_owned(), width.to_owned());
            let run = stage.run(&["report"]);
            let long = run.out.lines().find(|line| line.width() > width.parse().unwrap());
            assert_eq!(long, None, "{name} in {width} columns");
            assert!(run.out.lines().all(|line| line.trim_end() == line), "{name}");
        }
    }
}

#[test]
fn the_quarter_is_the_last_that_has_ended_or_the_one_that_is_named() {
    let mut stage = one_execution();
    let quarter = |stage: &crate::stage::Stage, options: &[&str]| {
        let args: Vec<&str> = ["report", "--format", "json"].iter().chain(options).copied().collect();
        let json = stage.run(&args).json();
        let text = |key: &str| json[key].as_str().unwrap().to_owned();
        (text("quarter"), text("to"), json["ended"].as_bool().unwrap())
    };
    assert_eq!(quarter(&stage, &[]), ("2026Q1".to_owned(), "2026-03-31".to_owned(), true));
    // At eight in the evening of 31 March in London, it is April in Seoul.
    stage.now = morning("2026-04-01") - 4 * 3_600;
    assert_eq!(quarter(&stage, &[]).0, "2026Q1");
    stage.now -= 6 * 3_600;
    assert_eq!(quarter(&stage, &[]).0, "2025Q4");
    assert_eq!(quarter(&stage, &["--quarter", "2026Q1"]), ("2026Q1".to_owned(), "2026-03-31".to_owned(), false));
    let run = stage.run(&["report", "--quarter", "2026Q3"]);
    assert_eq!(
        (run.code, run.err.as_str()),
        (64, "error: 2026Q3 has not begun\nhelp: name a quarter that has: rebalance report --quarter 2026Q1\n")
    );
    assert_eq!(stage.run(&["report", "--quarter", "Q3"]).code, 64);
}
