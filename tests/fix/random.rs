//! Properties that hold for the sample with any faults in it.

use super::{dressed, fixed};
use proptest::prelude::*;
use rebalance::config::Config;
use rebalance::document;
use rebalance::money;
use rebalance::portfolio::Allocation;

const SAMPLE: &str = include_str!("../../portfolio_config.yaml");

/// Faults that can be in the sample at once: what stands there, what stands there instead, and what fixing makes of it.
const FAULTS: &[(&str, &str, &str)] = &[
    ("'360750'", "360750", "'360750'"),
    ("'069500'", "069500", "'069500'"),
    ("'305080'", "0o17", "'0o17'"),
    ("target: 0.35", "target: .35", "target: 0.35"),
    ("min: 0.30", "min: 3e-1", "min: 0.3"),
    ("max: 0.40", "maks: 0.40", "maks: 0.40"),
    ("max: 0.08", "maxx: 0.08", "max: 0.08"),
    ("weight: 0.70", "wieght: +.70", "weight: 0.70"),
    ("weight: 0.30", "weight: 3.0e-1", "weight: 0.30"),
    ("[1, 4, 7, 10]", "[7, 4, 10, 1]", "[1, 4, 7, 10]"),
    ("drift_trigger:", "drift_triger:", "drift_trigger:"),
    ("min_trade_amount: 100000", "min_trade_amount: 100_000", "min_trade_amount: 100000"),
    ("etf_tax_rate: 0.0 ", "etf_tax_rate: 0. ", "etf_tax_rate: 0 "),
    ("slippage_estimate: 0.001", "slippage_estimate: 1_0e-4", "slippage_estimate: 1_0e-4"),
    ("  costs:", "  Costs:", "  costs:"),
    ("check_frequency: 'weekly'", "\"check-frequency\": 'weekly'", "\"check_frequency\": 'weekly'"),
];

fn edited(faults: &[usize], fixed: bool) -> String {
    let mut text = SAMPLE.to_owned();
    for &i in faults {
        let (from, to, after) = FAULTS[i];
        // The overseas rate has the shorter key in it.
        let at = text.match_indices(from).find(|(at, _)| !text[..*at].ends_with("overseas_")).unwrap().0;
        text.replace_range(at..at + from.len(), if fixed { after } else { to });
    }
    text
}

fn allocation(text: &str) -> Option<Allocation> {
    Allocation::of(&Config::of(&document::read(text.as_bytes())).0)
}

fn spelling() -> impl Strategy<Value = String> {
    let pieces = vec!["0", "1", "3", "5", ".", "_", "+", "-", "e", "E", "000", "0x", ":", ",", "%", "'", "00"];
    prop::collection::vec(prop::sample::select(pieces), 1..7).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_faults_at_once_are_fixed_as_each_alone_and_nothing_else_moves(
        faults in prop::sample::subsequence((0..FAULTS.len()).collect::<Vec<_>>(), 0..FAULTS.len()),
        dress in 0..4_usize,
    ) {
        let before = &dressed(&edited(&faults, false))[dress];
        let expected = &dressed(&edited(&faults, true))[dress];
        let (text, _) = fixed(before).unwrap();
        prop_assert_eq!(&text, expected);
        prop_assert_eq!(fixed(&text), Ok((text.clone(), 0)));
        if let Some(allocation) = self::allocation(before) {
            prop_assert_eq!(self::allocation(&text), Some(allocation));
        }
    }

    /// Whatever stands where a weight should: it stays, or it is the same exact number afterwards.
    #[test]
    fn a_weight_is_never_another_one(token in spelling(), place in 0..5_usize) {
        let from = ["target: 0.35", "min: 0.30", "max: 0.40", "weight: 0.70", "threshold: 0.05"][place];
        let key = from.split(' ').next().unwrap();
        let before = SAMPLE.replacen(from, &format!("{key} {token}"), 1);
        let (text, count) = fixed(&before).unwrap();
        prop_assert_eq!(fixed(&text), Ok((text.clone(), 0)));
        if count == 0 {
            prop_assert_eq!(text, before);
        } else {
            let at = SAMPLE.find(from).unwrap() + key.len() + 1;
            let new = text[at..].split([' ', '\n']).next().unwrap();
            prop_assert_eq!(money::value(new), money::value(&token));
            prop_assert!(money::is_plain(new) && !money::is_plain(&token), "{} {}", token, new);
            prop_assert_eq!(text.replacen(new, &token, 1).len(), before.len());
        }
    }

    #[test]
    fn any_text_is_left_or_fixed_and_then_at_rest(cut in 0..SAMPLE.len(), with in spelling()) {
        let mut before = SAMPLE.to_owned();
        if before.is_char_boundary(cut) {
            before.insert_str(cut, &with);
        }
        let (text, _) = fixed(&before).unwrap();
        prop_assert_eq!(fixed(&text), Ok((text.clone(), 0)));
    }
}
