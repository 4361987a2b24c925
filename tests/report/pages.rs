//! Reports as Markdown and as a page: one whole, and that what others wrote is never markup.

use crate::scenes::{self, several_quarters};
use snapbox::{assert_data_eq, str};

#[test]
fn an_override_and_a_broken_cooldown() {
    assert_data_eq!(
        scenes::cooldowns().run(&["report", "--format", "markdown"]).whole(),
        str![[r#"
<!-- rebalance report -->
### Report 2026Q1: 2026-01-01 to 2026-03-31

`2026 Long-Term Growth`

#### Checklist

- Number of executions and reasons (scheduled or emergency)
  - 1 execution: 1 scheduled
- Total trading costs (commission and slippage)
  - 1,601 KRW: commission 210, slippage 1,391, tax 0
  - estimated 1,601, so 0
  - 0.12 % of 1,390,800 traded; turnover 6.32 %
- Drift before and after
  - 2026-03-04: largest +3.64 (`TIGER Semiconductor`) -> -0.45 (`KODEX Composite Bond (AA- and above) Active`)
- Portfolio returns against benchmarks
  - portfolio 2025-12-31 to 2026-03-31: +3.04 % time-weighted, +3.04 % money-weighted (XIRR +12.92 %)
  - `KOSPI 200` +14.44 %, the portfolio -11.40 points
  - `360750 TIGER US S&P500` +0.61 %, the portfolio +2.44 points
- Are the target weights still appropriate?
  - on 2026-03-31 furthest from its target: `TIGER US S&P500`, -1.38 points
  - every weight was in its band on every valued day
- Changes of the rules: YAML file and git commit
  - 4 changes: 2 kept, 1 overridden, 1 broken
  - 1 change without a reason

#### Executions

- 1 execution: 1 scheduled.

| day | trigger | orders | traded | turnover | costs |
| --- | --- | --: | --: | --: | --: |
| 2026-03-04 | `scheduled` | 5 | 1,390,800 | 6.32 % | 1,601 |

- 2026-03-04 `scheduled`, plan `76fa12797421`
  - `the scheduled date 2026-01-02 is due and not served (for 39 sessions)`
  - `no drift has reached its threshold, every weight is in its band`
  - `091230 is furthest, at +3.64 points, and its threshold is 5 points`
  - costs as estimated

#### Costs, in KRW

| cost | actual | estimate | difference |
| --- | --: | --: | --: |
| commission | 210 | 210 | 0 |
| slippage | 1,391 | 1,391 | 0 |
| tax | 0 | 0 | 0 |
| total | 1,601 | 1,601 | 0 |

- 0.12 % of 1,390,800 traded; turnover 6.32 %.

#### Drift before and after, in points

| day | asset | before | after |
| --- | --- | --: | --: |
| 2026-03-04 | `KODEX 200` | -0.45 | -0.45 |
| 2026-03-04 | `KODEX Composite Bond (AA- and above) Active` | -0.45 | -0.45 |
| 2026-03-04 | `KODEX Secondary Battery Industry` | -2.73 | -0.11 |
| 2026-03-04 | `TIGER Gold & Silver Futures (H)` | -0.91 | 0.00 |
| 2026-03-04 | `TIGER Semiconductor` | +3.64 | 0.00 |
| 2026-03-04 | `TIGER US S&P500` | +3.18 | -0.02 |
| 2026-03-04 | `TIGER US Treasury 10Y Futures` | -2.27 | 0.00 |

#### Returns, in KRW

- 11,059,574 on 2025-12-31, 11,395,950 on 2026-03-31: 0 paid in less taken out, +336,376 made.

|  | return | ahead | money-w. | XIRR |
| --- | --: | --: | --: | --: |
| portfolio | +3.04 % |  | +3.04 % | +12.92 % |
| `KOSPI 200` | +14.44 % | -11.40 % | +14.44 % | +72.84 % |
| `360750 TIGER US S&P500` | +0.61 % | +2.44 % | +0.61 % | +2.48 % |

- The return is time-weighted, and ahead is the portfolio's less the benchmark's; money-w. is the money-weighted return (of a benchmark: your flows in it), and XIRR is that as a rate of a year.

#### Weights

| code | asset | start | end | target | band | days out |
| --- | --- | --: | --: | --: | --: | --: |
| `069500` | `KODEX 200` | 15.16 % | 14.50 % | 15 % | 10-20 % | 0/65 |
| `091230` | `TIGER Semiconductor` | 13.78 % | 9.85 % | 10 % | 5-15 % | 0/65 |
| `305080` | `TIGER US Treasury 10Y Futures` | 12.73 % | 15.51 % | 15 % | 10-20 % | 0/65 |
| `305720` | `KODEX Secondary Battery Industry` | 7.04 % | 10.09 % | 10 % | 5-15 % | 0/65 |
| `319640` | `TIGER Gold & Silver Futures (H)` | 9.33 % | 10.57 % | 10 % | 5-15 % | 0/65 |
| `360750` | `TIGER US S&P500` | 37.60 % | 33.62 % | 35 % | 30-40 % | 0/65 |
| `443160` | `KODEX Composite Bond (AA- and above) Active` | 4.36 % | 4.87 % | 5 % | 2-8 % | 0/65 |

#### Allocation changes

- 4 changes: 2 kept, 1 overridden, 1 broken.
- 2026-03-31 09:00:00 +09:00  3381218  `Ann`
  - `Back`
  - `~ 091230 TIGER Semiconductor: target 13 % -> 10 % (-3 points)`
  - `~ 305720 KODEX Secondary Battery Industry: target 7 % -> 10 % (+3 points)`
  - why: `too much`
  - cooldown: kept, 15 days after 426faa0
- 2026-03-16 09:00:00 +09:00  426faa0  `Ann`
  - `` And again <b>| `now` ``
  - `~ 091230 TIGER Semiconductor: target 12 % -> 13 % (+1 point)`
  - `~ 305720 KODEX Secondary Battery Industry: target 8 % -> 7 % (-1 point)`
  - why: no reason was given
  - cooldown: broken, 4 days after 92818e0 (7 days asked for)
- 2026-03-12 09:00:00 +09:00  92818e0  `Ann`
  - `Again`
  - `~ 091230 TIGER Semiconductor: target 11 % -> 12 % (+1 point)`
  - `~ 305720 KODEX Secondary Battery Industry: target 9 % -> 8 % (-1 point)`
  - why: `the index changed`
  - cooldown: overridden, 2 days after 91aa06a: `the index changed`
- 2026-03-10 09:00:00 +09:00  91aa06a  `Ann`
  - `Raise semiconductors`
  - `~ 091230 TIGER Semiconductor: target 10 % -> 11 % (+1 point)`
  - `~ 305720 KODEX Secondary Battery Industry: target 10 % -> 9 % (-1 point)`
  - why: `earnings`
  - cooldown: kept, the first change
--- exit 0

"#]]
    );
}

#[test]
fn what_others_wrote_is_never_markup() {
    let stage = scenes::cooldowns();
    stage.edit(scenes::CONFIG, "name: '2026 Long-Term Growth'", "name: '<script>alert(1)</script>'");
    stage.edit(scenes::CONFIG, "ticker: 'KODEX 200'", "ticker: 'KODEX | `200` <b>'");
    stage.commit("Names", 0);
    let run = stage.run(&["report", "--html", "r.html", "--format", "markdown"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    let page = stage.read("r.html");
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !page.contains("<script"));
    assert!(page.contains("KODEX | `200` &lt;b&gt;") && page.contains("And again &lt;b&gt;| `now`"));
    assert!(
        run.out.contains("``KODEX \\| `200` <b>``") && run.out.contains("`` And again <b>| `now` ``"),
        "{}",
        run.out
    );
}

#[test]
fn the_page_is_the_same_every_time_and_says_what_the_report_says() {
    let stage = several_quarters();
    assert_eq!(stage.run(&["report", "-q", "--html", "a.html"]).code, 0);
    assert_eq!(stage.run(&["report", "--quarter", "2026Q2", "--html", "b.html", "--format", "json"]).code, 0);
    let (page, again) = (stage.read("a.html"), stage.read("b.html"));
    assert_eq!(page, again);
    let json = stage.run(&["report", "--format", "json"]).json();
    for heading in ["Checklist", "Executions", "Costs, in KRW", "Returns, in KRW", "Weights", "Allocation changes"] {
        assert!(page.contains(&format!("<h2>{heading}</h2>")), "{heading}");
    }
    let charts = page.matches("<figure class=\"chart\">").count();
    let executions = json["executions"].as_array().unwrap().len();
    let weights = json["weights"].as_array().unwrap().len();
    // One of costs, one of returns, one of the value.
    assert_eq!(charts, 3 + executions + weights);
    assert!(!page.contains("://") && page.ends_with("</html>\n"));
}
