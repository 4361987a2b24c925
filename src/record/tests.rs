//! Records as lines, what rebalances they tell of, and figures rounded as the guide has them.

use super::books::points;
use super::*;

const GUIDE: &str = r#"{"date": "2026-03-04", "trigger": "scheduled", "total_portfolio_value": 11000000, "trades": [{"ticker": "TIGER US S&P500", "action": "SELL", "amount": 350000}], "total_trade_amount": 600000, "total_commission": 90, "pre_drift": {"TIGER US S&P500": 3.18}, "post_drift": {"TIGER US S&P500": 0.12}, "notes": "2026 Q1"}"#;

#[test]
fn the_guides_own_record_is_read() {
    let read = parse(format!("{GUIDE}\n").as_bytes()).unwrap();
    assert_eq!(read.records[0].pre_drift["TIGER US S&P500"].to_string(), "3.18");
    assert_eq!((read.records[0].plan_id.as_str(), read.torn, read.no_break), ("", false, false));
}

#[test]
fn what_is_read_is_written_again() {
    let record = &parse(GUIDE.as_bytes()).unwrap().records[0];
    assert_eq!(parse(record.line().as_bytes()).unwrap().records, std::slice::from_ref(record));
    assert_eq!(
        record.line().replace(",\"plan_id\":\"\",\"fills\":[]", ""),
        GUIDE.replace(": ", ":").replace(", ", ",")
    );
}

#[test]
fn a_torn_last_line_is_known_from_a_bad_one() {
    let whole = format!("{GUIDE}\n");
    for cut in 1..GUIDE.len() {
        let text = format!("{whole}{}", &GUIDE[..cut]);
        let read = parse(text.as_bytes()).unwrap();
        assert_eq!((read.records.len(), read.whole, read.torn), (1, whole.len(), true), "{cut}");
    }
    let read = parse(format!("{whole}{GUIDE}").as_bytes()).unwrap();
    assert_eq!((read.records.len(), read.torn, read.no_break), (2, false, true));
    let cases = [
        (format!("{whole}{}\n{whole}", &GUIDE[..40]), 2, "EOF"),
        (format!("{whole}\n"), 2, "EOF"),
        (whole.replace("2026-03-04", "2026-3-4"), 1, "not a date"),
        (whole.replace("600000", "6e5"), 1, "not a number"),
        (whole.replace("\"notes\"", "\"note\""), 1, "unknown field"),
        (whole.replace("\"trigger\": \"scheduled\", ", ""), 1, "missing field"),
        (format!("{whole}hello"), 2, "expected"),
    ];
    for (text, line, why) in cases {
        let bad = parse(text.as_bytes()).unwrap_err();
        assert!(bad.line == line && bad.why.contains(why), "{text}: {bad:?}");
    }
}

#[test]
fn only_full_rebalances_serve_a_date() {
    let other = GUIDE.replace("scheduled", "cash-flow").replace("2026-03-04", "2026-03-05");
    let read = parse(format!("{GUIDE}\n{other}\n").as_bytes()).unwrap();
    let dates: Vec<NaiveDate> = executed(&read.records).rebalances.iter().map(|one| one.date).collect();
    assert_eq!(dates, [read.records[0].date]);
}

#[test]
fn what_was_left_alone_is_in_the_line_only_where_something_was() {
    let text = GUIDE.replace("\"notes\"", "\"left_alone\": [\"069500\"], \"notes\"");
    let record = &parse(text.as_bytes()).unwrap().records[0];
    let one = &executed(std::slice::from_ref(record)).rebalances[0];
    assert_eq!(one.left_alone, [Code("069500".to_owned())].into());
    assert!(record.line().ends_with(",\"left_alone\":[\"069500\"]}"), "{}", record.line());
    assert!(!parse(GUIDE.as_bytes()).unwrap().records[0].line().contains("left_alone"));
}

#[test]
fn gains_are_summed_by_year_and_class_and_unknown_ones_are_kept() {
    let sale = |day: &str, class: &str, gain: &str| {
        let fill = format!(
            r#"{{"order":"o","code":"A","side":"sell","quantity":1,"price":1,"amount":1,"commission":0,"slippage":0,"tax":0,{class}{gain}"at":""}}"#
        );
        GUIDE.replace("2026-03-04", day).replace("\"2026 Q1\"", &format!("\"\",\"fills\":[{fill}]"))
    };
    let (overseas, other) = (r#""tax_class":"overseas","#, r#""tax_class":"kr_other","#);
    let lines = [
        sale("2025-12-30", overseas, r#""gain":7,"#),
        sale("2026-01-02", overseas, r#""gain":1200000.5,"#),
        sale("2026-01-03", overseas, r#""gain":-200000,"#),
        sale("2026-01-04", other, r#""gain":5,"#),
        sale("2026-01-05", other, ""),
        sale("2026-01-06", overseas, ""),
        sale("2026-01-07", "", r#""gain":5,"#),
        GUIDE.to_owned(),
    ];
    let records = parse((lines.join("\n") + "\n").as_bytes()).unwrap().records;
    let realised = executed(&records).realised;
    let gains: Vec<_> = realised.gains.iter().map(|(year, gain)| (*year, gain.to_string())).collect();
    assert_eq!(gains, [(2025, "7".to_owned()), (2026, "1000000.5".to_owned())]);
    let untold: Vec<_> = realised.untold.iter().map(|(day, name)| format!("{day} {name}")).collect();
    assert_eq!(untold, ["2026-01-06 A", "2026-01-07 A", "2026-03-04 TIGER US S&P500"]);
}

#[test]
fn points_are_rounded_half_to_even() {
    let figure = |value: i64, target: &str, total: i64| {
        points(Decimal::from(value), target.parse().unwrap(), Decimal::from(total)).unwrap().to_string()
    };
    assert_eq!(figure(4_200_000, "0.35", 11_000_000), "3.18");
    assert_eq!(figure(35, "0.35", 100), "0.00");
    assert_eq!(figure(34, "0.35", 100), "-1.00");
    assert_eq!(figure(100_005, "0.1", 1_000_000), "0.00");
    assert_eq!(figure(100_015, "0.1", 1_000_000), "0.00");
    assert_eq!(figure(100_150, "0.1", 1_000_000), "0.02");
    assert_eq!(figure(100_250, "0.1", 1_000_000), "0.02");
    assert_eq!(figure(99_850, "0.1", 1_000_000), "-0.02");
    assert_eq!(figure(0, "0.35", 0), "-35.00");
}
