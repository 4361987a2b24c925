//! A report of an account at a broker: what is held is what the broker says, since its orders do not change the holdings.

use crate::bench::{Bench, GUIDE, Rig};
use crate::kis::Kis;
use std::fmt::Write;
use std::fs;

#[test]
fn a_report_asks_the_broker_what_is_held() {
    let rig = Rig::<Kis>::planned();
    let dir = rig.again();
    let applied = rig.run(dir.path(), 0, &["apply", "-q", "plan.json", "--broker", Kis::BROKER]);
    assert_eq!(applied.code, Some(0), "{}", applied.said);
    let mut prices = "date,code,price\n".to_owned();
    for day in ["2026-01-02", "2026-03-04"] {
        for (code, _, price) in GUIDE {
            writeln!(prices, "{day},{code},{price}").unwrap();
        }
    }
    fs::write(dir.path().join("valuations.csv"), prices).unwrap();
    let report = ["report", "--quarter", "2026Q1", "--format", "json"];
    let without = rig.run(dir.path(), 5, &report);
    assert!(without.code == Some(6) && without.said.contains("holdings.yaml"), "{}", without.said);
    let asking = [&report[..], &["--broker", Kis::BROKER]].concat();
    // The shares agree. The broker does not tell its commission, which the log has estimated, and took none.
    let told = rig.run(dir.path(), 5, &asking);
    let cash = "cash in KRW was 0 as the log has it, but 210 as reckoned back from the holdings";
    assert!(told.code == Some(6) && told.said.contains(cash), "{}", told.said);
    let entry = "date,kind,currency,amount\n2026-03-04,interest,KRW,210\n";
    fs::write(dir.path().join("cash_flows.csv"), entry).unwrap();
    let told = rig.run(dir.path(), 5, &asking);
    assert_eq!(told.code, Some(0), "{}", told.said);
    let json: serde_json::Value = serde_json::from_str(&told.said).unwrap();
    assert_eq!(json["returns"]["compared"], 1, "what the log says was held agrees with the account");
    let nobody = rig.run(dir.path(), 5, &[&report[..], &["--broker", "nobody"]].concat());
    assert!(nobody.code != Some(0) && nobody.said.contains("nobody"), "{}", nobody.said);
}
