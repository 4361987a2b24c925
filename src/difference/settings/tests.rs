//! The settings by what they mean: what is a change of one, what is none, and that none is left out.
#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

use super::*;
use crate::document;
use crate::policy::Source;

const SAMPLE: &str = include_str!("../../../portfolio_config.yaml");
/// Every key is used in it.
const EVERYTHING: &str = include_str!("../../../schema/portfolio_config.example.yaml");

fn config(text: &str) -> Config {
    let reading = document::read(text.as_bytes());
    assert!(reading.faults.is_empty(), "{:?}", reading.faults);
    let (config, misread) = Config::of(&reading);
    assert!(misread.is_empty(), "{misread:?}");
    config
}

fn told(settings: &[Setting]) -> String {
    let show = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    let line = |s: &Setting| {
        let about = match &s.about {
            About::Portfolio => String::new(),
            About::Asset(code) => format!("{code}."),
            About::Rule(id) => format!("{id}."),
        };
        format!("{about}{} {}>{}", s.key, show(&s.from), show(&s.to))
    };
    settings.iter().map(line).collect::<Vec<_>>().join("; ")
}

fn edited(from: &str, to: &str) -> String {
    assert!(SAMPLE.contains(from), "{from}");
    told(&settings(&config(SAMPLE), &config(&SAMPLE.replacen(from, to, 1))))
}

/// What is edited into what, and what that means.
const CASES: &[(&str, &str, &str)] = &[
    ("strategy: 'hybrid'", "strategy: time", "rebalancing.strategy hybrid>time"),
    ("[1, 4, 7, 10]", "[10, 7, 4, 1]", ""),
    ("[1, 4, 7, 10]", "[2, 5, 8, 11]", "rebalancing.scheduled.months [1, 4, 7, 10]>[2, 5, 8, 11]"),
    (
        "day: 'first_business_day'",
        "day: last_business_day",
        "rebalancing.scheduled.day first_business_day>last_business_day",
    ),
    (
        "day: 'first_business_day'",
        "day: 15",
        "rebalancing.scheduled.day first_business_day>15; rebalancing.scheduled.convention ->following",
    ),
    ("threshold: 0.05", "threshold: 0.0500", ""),
    ("threshold: 0.05", "threshold: 0.04", "rebalancing.drift_trigger.threshold 0.05>0.04"),
    ("threshold: 0.05", "type: absolute\n      threshold: 0.05", ""),
    ("threshold: 0.05", "type: either\n      threshold: 0.05", "rebalancing.drift_trigger.type absolute>either"),
    ("min_trade_amount: 100000", "min_trade_amount: 50000", "rebalancing.constraints.min_trade_amount 100000>50000"),
    ("min_trade_amount: 100000", "min_trade_amount: 100000.0", ""),
    ("tax_loss_harvesting: false", "max_turnover: 0.2", "rebalancing.constraints.max_turnover ->0.2"),
    (
        "tax_loss_harvesting: false",
        "ex_dividend_before: 3\n      ex_dividend_after: 5",
        "rebalancing.constraints.ex_dividend_after ->5",
    ),
    ("slippage_estimate: 0.001", "slippage_estimate: 0.002", "costs.slippage_estimate 0.001>0.002"),
    ("etf_tax_rate: 0.0 #", "etf_tax_rate: 0 #", ""),
    ("etf_tax_rate: 0.0 #", "cost_basis: fifo\n    etf_tax_rate: 0.0 #", ""),
    (
        "etf_tax_rate: 0.0 #",
        "cost_basis: moving_average\n    etf_tax_rate: 0.0 #",
        "costs.cost_basis fifo>moving_average",
    ),
    ("etf_tax_rate: 0.0 #", "commission_minimum: 0\n    etf_tax_rate: 0.0 #", ""),
    (
        "etf_tax_rate: 0.0 #",
        "commission_minimum: 500\n    commission_per_order: 10.50\n    etf_tax_rate: 0.0 #",
        "costs.commission_minimum 0>500; costs.commission_per_order 0>10.5",
    ),
    ("etf_tax_rate: 0.0 #", "conversion_rate: 0.0\n    etf_tax_rate: 0.0 #", ""),
    ("etf_tax_rate: 0.0 #", "conversion_rate: 0.0020\n    etf_tax_rate: 0.0 #", "costs.conversion_rate 0>0.002"),
    ("tax_loss_harvesting: false", "funding: own", ""),
    ("tax_loss_harvesting: false", "funding: convert", "rebalancing.constraints.funding own>convert"),
    ("base_currency: 'KRW'", "timezone: Asia/Seoul\n  calendar: XKRX\n  base_currency: KRW", ""),
    (
        "base_currency: 'KRW'",
        "base_currency: USD",
        "base_currency KRW>USD; timezone Asia/Seoul>America/New_York; calendar XKRX>XNYS",
    ),
    ("name: '2026 Long-Term Growth'", "name: other", ""),
    ("owner: 'youngjukim'", "owner: ann", ""),
    ("ticker: 'KODEX 200'", "ticker: '코덱스 200'", ""),
    ("  # Cost", "  cash: { policy: exclude, reserve: 1 }\n  #", "cash.policy reinvest>exclude; cash.reserve 0>1"),
    ("  # Cost", "  cash: { policy: reinvest }\n  #", ""),
    ("    overseas_etf_tax_rate: 0.22", "    #", ""),
    ("  # Cost", "  taxes: { as_of: 2026-01-01, kr_other_rate: 0.1540, overseas_deduction: 2500000.00 }\n  #", ""),
    (
        "  # Cost",
        "  taxes: { as_of: 2027-01-01, kr_other_rate: 0.2, overseas_rate: 0.25, overseas_deduction: 1 }\n  #",
        "taxes.as_of 2026-01-01>2027-01-01; taxes.kr_other_rate 0.154>0.2; taxes.overseas_rate ->0.25; \
         taxes.overseas_deduction 2500000>1",
    ),
    ("  # Cost", "  outside: ['B', 'A']\n  #", r#"outside ->["A","B"]"#),
    ("code: '069500'", "code: '069500'\n          lot_size: 1\n          currency: KRW", ""),
    (
        "code: '069500'",
        "code: '069500'\n          lot_size: 10\n          tags: [b, 'a\", c']\n          currency: USD",
        r#"069500.tags ->["a\", c","b"]; 069500.lot_size 1>10; 069500.currency KRW>USD"#,
    ),
    ("code: '069500'", "code: '069500'\n          increment: 1.0", ""),
    ("code: '069500'", "code: '069500'\n          increment: 0.0010", "069500.increment 1>0.001"),
    ("code: '069500'", "code: '069501'\n          tax_class: overseas", "069501.tax_class ->overseas"),
];

#[test]
fn every_setting_is_compared_by_what_it_means() {
    for (from, to, expected) in CASES {
        assert_eq!(edited(from, to), *expected, "{to}");
    }
}

/// The leaves of a tree, each by its keys. Lists of mappings are entered, other lists are leaves.
fn leaves(value: &Json, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Json::Object(entries) => entries.iter().for_each(|(key, value)| {
            let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            leaves(value, &path, found);
        }),
        Json::Array(items) if items.iter().any(Json::is_object) => {
            items.iter().for_each(|item| leaves(item, path, found));
        }
        _ => {
            found.insert(path.to_owned());
        }
    }
}

/// A key that is in neither list would make a change of it look like one of formatting.
#[test]
fn every_key_of_a_config_is_a_setting_or_part_of_the_allocation_or_a_name() {
    let tree = crate::schema::json(&document::read(EVERYTHING.as_bytes()).document.unwrap().root);
    let mut found = BTreeSet::new();
    leaves(&tree["portfolio"], "", &mut found);
    let mut known: BTreeSet<String> = OF_PORTFOLIO.iter().map(|(key, _)| (*key).to_owned()).collect();
    known.extend(["name", "owner"].map(str::to_owned));
    found.retain(|key| !key.starts_with("allocation."));
    assert_eq!(found, known);
    let mut of_assets = BTreeSet::new();
    for sleeve in tree["portfolio"]["allocation"].as_object().unwrap().values() {
        leaves(&sleeve["assets"], "", &mut of_assets);
    }
    let mut known: BTreeSet<String> = OF_ASSET.iter().map(|(key, ..)| (*key).to_owned()).collect();
    known.extend([CURRENCY, "ticker", "code", "target", "min", "max"].map(str::to_owned));
    assert_eq!(of_assets, known);
    for (key, read) in OF_PORTFOLIO {
        assert!(read(config(EVERYTHING).portfolio().unwrap()).is_some(), "{key} is not read");
    }
}

#[test]
fn policies_differ_by_level_parameter_and_condition() {
    let of = |texts: &[&str]| {
        let source = |(i, text): (usize, &&str)| Source { path: format!("{i}.yaml"), bytes: text.as_bytes().to_vec() };
        let sources: Vec<Source> = texts.iter().enumerate().map(source).collect();
        let (policies, findings) = crate::rules::policies(&sources);
        assert!(findings.is_empty(), "{findings:?}");
        policies
    };
    let own = "rule: small\nlevel: warning\nfor_each: asset\nexpression: asset.target < 0.5\n";
    let cases: &[(&[&str], &[&str], &str)] = &[
        (&[], &["# nothing but words\nrule: max-weight\nsummary: mine\n"], ""),
        (&[], &["rule: change-reason\nlevel: off\n"], "change-reason.level error>off"),
        (&["rule: allocation-cooldown\nparameters: { days: 14 }\n"], &[], "allocation-cooldown.parameters.days 14>7"),
        (
            &["rule: forbidden-code\nparameters: { codes: [B, A] }\n"],
            &["rule: forbidden-code\nparameters: { codes: [A, B] }\n"],
            "",
        ),
        (
            &[],
            &["rule: max-weight\nparameters: { asset: 0.40, assets: { 'B': 0.1, 'A': 0.2 } }\n"],
            r#"max-weight.parameters.asset ->0.4; max-weight.parameters.assets ->{"A":"0.2","B":"0.1"}"#,
        ),
        (&[], &[own], "small.expression ->asset.target < 0.5; small.for_each ->asset; small.level ->warning"),
        (&[own], &[&own.replace("0.5", "0.6")], "small.expression asset.target < 0.5>asset.target < 0.6"),
        (&[own], &[&(own.to_owned() + "why: because\n")], ""),
    ];
    for (before, after, expected) in cases {
        assert_eq!(told(&policies(&of(before), &of(after))), *expected, "{after:?}");
    }
}
