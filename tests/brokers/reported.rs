//! A report of an account at a broker: what is held is what the broker says, since its orders do not change the holdings.

use crate::alpaca_server::Alpaca;
use crate::bench::{Bench, Rig};
use std::fmt::Write;
use std::fs;

#[test]
fn a_report_asks_the_broker_what_is_held() {
    let rig = Rig::<Alpaca>::planned();
    let dir = rig.again();
    let applied = rig.run(dir.path(), 0, &["apply", "-q", "plan.json", "--broker", Alpaca::BROKER]);
    assert_eq!(applied.code, Some(0), "{}", applied.said);
    let mut prices = "date,code,price\n".to_owned();
    for day in ["2026-01-02", "2026-03-04"] {
        for code in ["SPY", "QQQ", "BND", "GLD"] {
            writeln!(prices, "{day},{code},100").unwrap();
        }
    }
    fs::write(dir.path().join("valuations.csv"), prices).unwrap();
    let report = ["report", "--quarter", "2026Q1", "--format", "json"];
    let without = rig.run(dir.path(), 5, &report);
    assert!(without.code == Some(6) && without.said.contains("holdings.yaml"), "{}", without.said);
    let told = rig.run(dir.path(), 5, &[&report[..], &["--broker", Alpaca::BROKER]].concat());
    assert_eq!(told.code, Some(0), "{}", told.said);
    let json: serde_json::Value = serde_json::from_str(&told.said).unwrap();
    assert_eq!(json["returns"]["compared"], 1, "what the log says was held agrees with the account");
    let nobody = rig.run(dir.path(), 5, &[&report[..], &["--broker", "nobody"]].concat());
    assert_eq!(nobody.code, Some(64), "{}", nobody.said);
}
