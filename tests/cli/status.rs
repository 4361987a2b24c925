//! How the portfolio stands, as people and programs are told.

use crate::stage::{NOW, Stage};
use snapbox::{assert_data_eq, str};

const CONFIG: &str = "portfolio_config.yaml";
const DAY: i64 = 86_400;

fn rebalanced() -> Stage {
    let stage = Stage::sample();
    stage.run(&["plan", "-q", "-o", "plan.json"]);
    assert_eq!(stage.run(&["apply", "plan.json"]).code, 0);
    stage
}

#[test]
fn a_date_that_is_due() {
    assert_data_eq!(
        Stage::sample().run(&["status"]).whole(),
        str![[r#"
Portfolio on 2026-03-04: 10,999,975 KRW (cash 0)

  code    asset                  weight   target  drift  band
  069500  KODEX 200             14.55 %  15.00 %  -0.45  10   [----*----]   20
  091230  TIGER Semiconductor   13.64 %  10.00 %  +3.64   5   [----|---*]   15
  305080  TIGER US Treasury     12.73 %  15.00 %  -2.27  10   [--*-|----]   20
          10Y Futures
  305720  KODEX Secondary        7.27 %  10.00 %  -2.73   5   [-*--|----]   15
          Battery Industry
  319640  TIGER Gold & Silver    9.09 %  10.00 %  -0.91   5   [---*|----]   15
          Futures (H)
  360750  TIGER US S&P500       38.18 %  35.00 %  +3.18  30   [----|--*-]   40
  443160  KODEX Composite Bond   4.55 %   5.00 %  -0.45   2   [---*|----]   8
          (AA- and above)
          Active
  [ ] is the band, | the target, * the weight.

A rebalance is due (scheduled):
  the scheduled date 2026-01-02 is due and not served (for 39 sessions)
  no drift has reached its threshold, every weight is in its band; 091230 is
    furthest, at +3.64 points, and its threshold is 5 points

schedule: due since 2026-01-02, 39 sessions ago; next 2026-04-01
cooldown: none; the allocation may be traded
last rebalance: none in the log

Next: rebalance plan -o plan.json
--- exit 0

"#]]
    );
}

#[test]
fn a_date_that_was_served() {
    assert_data_eq!(
        rebalanced().run(&["status"]).whole(),
        str![[r#"
Portfolio on 2026-03-04: 10,998,374 KRW (cash 113,199)

  code    asset                  weight   target  drift  band
  069500  KODEX 200             14.55 %  15.00 %  -0.45  10   [----*----]   20
  091230  TIGER Semiconductor   10.00 %  10.00 %   0.00   5   [----*----]   15
  305080  TIGER US Treasury     15.00 %  15.00 %   0.00  10   [----*----]   20
          10Y Futures
  305720  KODEX Secondary        9.89 %  10.00 %  -0.11   5   [----*----]   15
          Battery Industry
  319640  TIGER Gold & Silver   10.00 %  10.00 %   0.00   5   [----*----]   15
          Futures (H)
  360750  TIGER US S&P500       34.98 %  35.00 %  -0.02  30   [----*----]   40
  443160  KODEX Composite Bond   4.55 %   5.00 %  -0.45   2   [---*|----]   8
          (AA- and above)
          Active
  [ ] is the band, | the target, * the weight.

No rebalance is due:
  the scheduled date 2026-01-02 was served on 2026-03-04 by plan 123a31908372
  no drift has reached its threshold, every weight is in its band; 443160 is
    furthest, at -0.45 points, and its threshold is 5 points

schedule: 2026-01-02 was served on 2026-03-04; next 2026-04-01
cooldown: none; the allocation may be traded
last rebalance: 2026-03-04 (scheduled), 5 trades, plan 123a31908372
--- exit 0

"#]]
    );
}

#[test]
fn a_terminal_with_more_than_ascii_and_wide_names_in_eighty_columns() {
    let mut stage = Stage::sample();
    stage.env.insert("LANG".to_owned(), "ko_KR.UTF-8".to_owned());
    stage.edit(CONFIG, "TIGER US S&P500", "타이거 미국 에스앤피 오백 상장지수 증권투자신탁");
    stage.edit(CONFIG, "max: 0.15", "max: 0.12");
    stage.write("ex_dividend.csv", "code,date\n069500,2026-03-05\n");
    stage.commit("Names", 30);
    let run = stage.run(&["status"]);
    let wide = |line: &&str| unicode_width::UnicodeWidthStr::width(*line) > 80;
    assert_eq!(run.out.lines().find(wide), None);
    assert_data_eq!(
        run.whole(),
        str![[r#"
Portfolio on 2026-03-04: 10,999,975 KRW (cash 0)

  code    asset                  weight   target  drift  band
x 069500  KODEX 200             14.55 %  15.00 %  -0.45  10   [╌╌╌╌◉╌╌╌╌]   20
! 091230  TIGER Semiconductor   13.64 %  10.00 %  +3.64   5   [╌╌╌╌╌╌╎╌╌] ◉ 12
  305080  TIGER US Treasury     12.73 %  15.00 %  -2.27  10   [╌╌◉╌╎╌╌╌╌]   20
          10Y Futures
  305720  KODEX Secondary        7.27 %  10.00 %  -2.73   5   [╌◉╌╌╎╌╌╌╌]   15
          Battery Industry
  319640  TIGER Gold & Silver    9.09 %  10.00 %  -0.91   5   [╌╌╌◉╎╌╌╌╌]   15
          Futures (H)
  360750  타이거 미국 에스앤피  38.18 %  35.00 %  +3.18  30   [╌╌╌╌╎╌╌◉╌]   40
          오백 상장지수
          증권투자신탁
  443160  KODEX Composite Bond   4.55 %   5.00 %  -0.45   2   [╌╌╌◉╎╌╌╌╌]   8
          (AA- and above)
          Active
  [ ] is the band, ╎ the target, ◉ the weight. ! breaches its band or the
    threshold. x is left alone now.

A rebalance is due (scheduled):
  the scheduled date 2026-01-02 is due and not served (for 39 sessions)
  091230 at 13.64 % is above its band of 5 % to 12 %

schedule: due since 2026-01-02, 39 sessions ago; next 2026-04-01
left alone: 069500 until 2026-03-11, for its ex-dividend date 2026-03-05
cooldown: none; the allocation may be traded
last rebalance: none in the log

Next: rebalance plan -o plan.json
--- exit 0

"#]]
    );
}

#[test]
fn the_shape_for_programs() {
    let stage = rebalanced();
    stage.write("ex_dividend.csv", "code,date\n069500,2026-03-05\n");
    assert_data_eq!(
        stage.run(&["status", "--format", "json"]).whole(),
        str![[r#"
{
  "format_version": "1.0",
  "as_of": "2026-03-04",
  "currency": "KRW",
  "total": "10998374",
  "cash": "113199",
  "assets": [
    {
      "code": "069500",
      "ticker": "KODEX 200",
      "sleeve": "core",
      "value": "1599975",
      "weight": "0.145474",
      "target": "0.15",
      "min": "0.1",
      "max": "0.2",
      "drift": "-0.004526",
      "breach": null,
      "left_alone": {
        "ex_dividend_date": "2026-03-05",
        "until": "2026-03-11"
      }
    },
    {
      "code": "091230",
      "ticker": "TIGER Semiconductor",
      "sleeve": "satellite",
      "value": "1100000",
      "weight": "0.100015",
      "target": "0.1",
      "min": "0.05",
      "max": "0.15",
      "drift": "0.000015",
      "breach": null,
      "left_alone": null
    },
    {
      "code": "305080",
      "ticker": "TIGER US Treasury 10Y Futures",
      "sleeve": "core",
      "value": "1650000",
      "weight": "0.150022",
      "target": "0.15",
      "min": "0.1",
      "max": "0.2",
      "drift": "0.000022",
      "breach": null,
      "left_alone": null
    },
    {
      "code": "305720",
      "ticker": "KODEX Secondary Battery Industry",
      "sleeve": "satellite",
      "value": "1088000",
      "weight": "0.098924",
      "target": "0.1",
      "min": "0.05",
      "max": "0.15",
      "drift": "-0.001076",
      "breach": null,
      "left_alone": null
    },
    {
      "code": "319640",
      "ticker": "TIGER Gold & Silver Futures (H)",
      "sleeve": "satellite",
      "value": "1100000",
      "weight": "0.100015",
      "target": "0.1",
      "min": "0.05",
      "max": "0.15",
      "drift": "0.000015",
      "breach": null,
      "left_alone": null
    },
    {
      "code": "360750",
      "ticker": "TIGER US S&P500",
      "sleeve": "core",
      "value": "3847200",
      "weight": "0.349797",
      "target": "0.35",
      "min": "0.3",
      "max": "0.4",
      "drift": "-0.000203",
      "breach": null,
      "left_alone": null
    },
    {
      "code": "443160",
      "ticker": "KODEX Composite Bond (AA- and above) Active",
      "sleeve": "core",
      "value": "500000",
      "weight": "0.045461",
      "target": "0.05",
      "min": "0.02",
      "max": "0.08",
      "drift": "-0.004539",
      "breach": null,
      "left_alone": null
    }
  ],
  "trigger": {
    "fired": null,
    "why": [
      "the scheduled date 2026-01-02 was served on 2026-03-04 by plan 123a31908372",
      "no drift has reached its threshold, every weight is in its band; 443160 is furthest, at -0.45 points, and its threshold is 5 points"
    ]
  },
  "scheduled": {
    "due": null,
    "sessions": null,
    "latest": "2026-01-02",
    "served": "2026-03-04",
    "served_by": "123a3190837266df6dda1c26fb6d757da889bbbee42bc175d879507396380aab",
    "owed": [],
    "next": "2026-04-01"
  },
  "deduction": null,
  "cooldown": {
    "until": null,
    "commit": null,
    "unknown": null
  },
  "committed": true,
  "last": {
    "date": "2026-03-04",
    "trigger": "scheduled",
    "plan_id": "123a3190837266df6dda1c26fb6d757da889bbbee42bc175d879507396380aab",
    "trades": 5
  },
  "checks": []
}
--- exit 0

"#]]
    );
}

#[test]
fn a_table_for_a_comment() {
    let stage = Stage::sample();
    stage.edit(CONFIG, "KODEX 200", "KODEX | `200` @all");
    stage.commit("Names", 30);
    assert_data_eq!(
        stage.run(&["status", "--format", "markdown"]).whole(),
        str![[r#"
<!-- rebalance status -->
### A rebalance is due (scheduled)

- `the scheduled date 2026-01-02 is due and not served (for 39 sessions)`
- `no drift has reached its threshold, every weight is in its band; 091230 is furthest, at +3.64 points, and its threshold is 5 points`

Portfolio on 2026-03-04: 10,999,975 KRW (cash 0)

| code | asset | weight | target | drift | band | |
|---|---|--:|--:|--:|---|---|
| `069500` | ``KODEX /| `200` @all`` | 14.55 % | 15.00 % | -0.45 | 10 % `   [----*----]   ` 20 % |  |
| `091230` | `TIGER Semiconductor` | 13.64 % | 10.00 % | +3.64 | 5 % `   [----/|---*]   ` 15 % |  |
| `305080` | `TIGER US Treasury 10Y Futures` | 12.73 % | 15.00 % | -2.27 | 10 % `   [--*-/|----]   ` 20 % |  |
| `305720` | `KODEX Secondary Battery Industry` | 7.27 % | 10.00 % | -2.73 | 5 % `   [-*--/|----]   ` 15 % |  |
| `319640` | `TIGER Gold & Silver Futures (H)` | 9.09 % | 10.00 % | -0.91 | 5 % `   [---*/|----]   ` 15 % |  |
| `360750` | `TIGER US S&P500` | 38.18 % | 35.00 % | +3.18 | 30 % `   [----/|--*-]   ` 40 % |  |
| `443160` | `KODEX Composite Bond (AA- and above) Active` | 4.55 % | 5.00 % | -0.45 | 2 % `   [---*/|----]   ` 8 % |  |

- schedule: `due since 2026-01-02, 39 sessions ago; next 2026-04-01`
- cooldown: `none; the allocation may be traded`
- last rebalance: `none in the log`
--- exit 0

"#]]
    );
}

#[test]
fn exit_2_only_when_one_is_due_and_it_is_asked_for() {
    let stage = Stage::sample();
    assert_eq!(stage.run(&["status"]).code, 0);
    assert_eq!(stage.run(&["status", "--detailed-exitcode"]).code, 2);
    let stage = rebalanced();
    assert_eq!(stage.run(&["status", "--detailed-exitcode"]).code, 0);
    assert_eq!(stage.run(&["status", "--detailed-exitcode", "--as-of", "2026-04-06"]).code, 2);
}

#[test]
fn status_and_plan_say_the_same() {
    for as_of in ["2026-01-01", "2026-01-05", "2026-03-07", "2026-07-06"] {
        let stage = Stage::sample();
        let status = stage.run(&["status", "--as-of", as_of, "--format", "json"]).json();
        let plan = stage.run(&["plan", "--as-of", as_of, "--format", "json"]).json();
        for key in ["fired", "why"] {
            assert_eq!(status["trigger"][key], plan["body"]["trigger"][key], "{as_of}");
        }
        assert_eq!(status["scheduled"]["next"], plan["body"]["trigger"]["next"], "{as_of}");
        assert_eq!(status["total"], plan["body"]["before"]["total"], "{as_of}");
    }
}

#[test]
fn a_cooldown_that_is_running_is_told_and_is_no_failure() {
    let mut stage = Stage::sample();
    stage.now = NOW;
    stage.edit(CONFIG, "max: 0.40", "max: 0.42");
    stage.commit("Widen\n\nReason: a test", 3);
    let run = stage.run(&["status"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    assert!(
        run.out.contains("changed the allocation; it may be traded from\n  2026-03-08 09:00:00 +09:00"),
        "{}",
        run.out
    );
    let json = stage.run(&["status", "--format", "json"]).json();
    assert_eq!(json["cooldown"]["until"], "2026-03-08T00:00:00Z");
    stage.now = NOW + 5 * DAY;
    let json = stage.run(&["status", "--format", "json"]).json();
    assert!(json["cooldown"]["until"].is_null() && json["cooldown"]["unknown"].is_null());
}

#[test]
fn what_is_not_committed_is_told() {
    let stage = Stage::sample();
    stage.edit(CONFIG, "max: 0.40", "max: 0.42");
    let run = stage.run(&["status"]);
    assert!(run.out.contains("config: not committed as it stands"), "{}", run.out);
    assert_eq!((run.code, stage.run(&["status", "--format", "json"]).json()["committed"].clone()), (0, false.into()));
}

#[test]
fn a_cooldown_that_cannot_be_told_is_exit_6_and_the_status_is_printed() {
    let stage = Stage::bare_directory();
    for options in [&["status"][..], &["status", "--detailed-exitcode"]] {
        let run = stage.run(options);
        assert_eq!(run.code, 6);
        assert!(run.out.starts_with("Portfolio on 2026-03-04"), "{}", run.whole());
        assert!(run.out.contains("cooldown: cannot be told"), "{}", run.out);
    }
}

#[test]
fn a_config_with_errors_is_refused_with_its_findings() {
    let stage = Stage::sample();
    stage.edit(CONFIG, "target: 0.35", "target: 0.36");
    let run = stage.run(&["status"]);
    assert_eq!(run.code, 1);
    assert!(run.out.contains("error[weights-sum]"), "{}", run.out);
}

#[test]
fn taxes_and_a_sizing_that_has_no_answer_do_not_keep_it_from_telling() {
    let stage = Stage::sample();
    stage.edit(CONFIG, "code: '360750'", "code: '360750'\n          tax_class: kr_other");
    stage.commit("Tax", 30);
    assert_eq!(stage.run(&["plan"]).code, 6);
    assert_eq!(stage.run(&["status"]).code, 0);
}
