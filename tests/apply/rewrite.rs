//! Holdings after a trade: the right figures, and every other byte as it was.

use crate::world::holdings;
use proptest::prelude::*;
use rebalance::config::{CostBasis, Currency};
use rebalance::money::{Money, Price, Quantity};
use rebalance::portfolio::Code;
use rebalance::rewrite::{RewriteError, rewrite};
use rebalance::trade::{Side, Ticket};
use rust_decimal::Decimal;

fn ticket(side: Side, code: &str, quantity: i64, price: i64, costs: i64) -> Ticket {
    let word = side.word();
    Ticket {
        id: format!("{word}-{code}"),
        side,
        code: Code(code.to_owned()),
        ticker: "an asset".to_owned(),
        currency: Currency::Krw,
        rate: None,
        quantity: Quantity::new(Decimal::from(quantity)),
        price: Price::new(Decimal::from(price)),
        limit: Price::new(Decimal::from(price)),
        amount: Money::new(Decimal::from(quantity * price)),
        commission: Money::new(Decimal::from(costs)),
        slippage: Money::ZERO,
        tax: Money::ZERO,
        basis: CostBasis::Fifo,
        gain: None,
        tax_class: None,
        lots: Vec::new(),
    }
}

/// (what, before, side, code, quantity, after); the price is 100, the costs are 1.
const CASES: &[(&str, &str, Side, &str, i64, &str)] = &[
    (
        "quantity and cash",
        "as_of: 2026-03-04\ncash: { KRW: 50 } # won\npositions:\n  - { code: '000001', quantity: 5, price: 100 }\n",
        Side::Sell,
        "000001",
        2,
        "as_of: 2026-03-04\ncash: { KRW: 249 } # won\npositions:\n  - { code: '000001', quantity: 3, price: 100 }\n",
    ),
    (
        "a position that is sold whole stays",
        "as_of: 2026-03-04\ncash:\n  KRW: 0\npositions:\n- code: '1'\n  quantity: 2 # two\n  price: 100\n",
        Side::Sell,
        "1",
        2,
        "as_of: 2026-03-04\ncash:\n  KRW: 199\npositions:\n- code: '1'\n  quantity: 0 # two\n  price: 100\n",
    ),
    (
        "a currency that was not there",
        "as_of: 2026-03-04\ncash: {}\npositions: [{ code: '1', quantity: 2, price: 100 }]\n",
        Side::Sell,
        "1",
        1,
        "as_of: 2026-03-04\ncash: {KRW: 99}\npositions: [{ code: '1', quantity: 1, price: 100 }]\n",
    ),
    (
        "lots in brackets, oldest first",
        "as_of: 2026-03-04\ncash: { KRW: 0 }\npositions:\n  - code: '1'\n    quantity: 9\n    price: 100\n    lots: \
         [{ date: 2024-01-02, quantity: 5, cost: 90 }, { date: 2023-01-02, quantity: 4, cost: 80 }]\n",
        Side::Sell,
        "1",
        6,
        "as_of: 2026-03-04\ncash: { KRW: 599 }\npositions:\n  - code: '1'\n    quantity: 3\n    price: 100\n    lots: \
         [{ date: 2024-01-02, quantity: 3, cost: 90 }]\n",
    ),
    (
        "lots on lines, all of them",
        "as_of: 2026-03-04\ncash: { KRW: 0 }\npositions:\n  - code: '1'\n    quantity: 3\n    lots:\n      \
         - date: 2024-01-02 # first\n        quantity: 1\n        cost: 90\n      - date: 2024-02-02\n        \
         quantity: 2\n        cost: 90\n    price: 100\n",
        Side::Sell,
        "1",
        3,
        "as_of: 2026-03-04\ncash: { KRW: 299 }\npositions:\n  - code: '1'\n    quantity: 0\n    lots: []\n    price: 100\n",
    ),
    (
        "a purchase on lines",
        "as_of: 2026-03-04\r\ncash: { KRW: 500 }\r\npositions:\r\n  - code: '1'\r\n    quantity: 1\r\n    price: 100\r\n    \
         lots:\r\n      - date: 2024-01-02\r\n        quantity: 1\r\n        cost: 90\r\n",
        Side::Buy,
        "1",
        2,
        "as_of: 2026-03-04\r\ncash: { KRW: 299 }\r\npositions:\r\n  - code: '1'\r\n    quantity: 3\r\n    price: 100\r\n    \
         lots:\r\n      - date: 2024-01-02\r\n        quantity: 1\r\n        cost: 90\r\n      - date: 2026-03-04\r\n        \
         quantity: 2\r\n        cost: 100\r\n",
    ),
    (
        "a purchase in brackets",
        "as_of: 2026-03-04\ncash: { KRW: 500 }\npositions:\n  - code: '1'\n    quantity: 1\n    price: 100\n    \
         lots: [{ date: 2024-01-02, quantity: 1, cost: 90 }]",
        Side::Buy,
        "1",
        2,
        "as_of: 2026-03-04\ncash: { KRW: 299 }\npositions:\n  - code: '1'\n    quantity: 3\n    price: 100\n    \
         lots: [{ date: 2024-01-02, quantity: 1, cost: 90 }, { date: 2026-03-04, quantity: 2, cost: 100 }]",
    ),
    (
        "the first purchase of a position with lots",
        "as_of: 2026-03-04\ncash: { KRW: 500 }\npositions:\n  - { code: '1', quantity: 0, price: 100, lots: [] }\n",
        Side::Buy,
        "1",
        2,
        "as_of: 2026-03-04\ncash: { KRW: 299 }\npositions:\n  - { code: '1', quantity: 2, price: 100, lots: \
         [{date: 2026-03-04, quantity: 2, cost: 100}] }\n",
    ),
];

#[test]
fn trades_change_what_they_must() {
    for (case, before, side, code, quantity, after) in CASES {
        let text = rewrite(before.as_bytes(), &ticket(*side, code, *quantity, 100, 1));
        assert_eq!(text.as_deref(), Ok(*after), "{case}");
    }
}

/// (what, shares before, lots, shares sold, lots after), by the moving average.
const AVERAGES: &[(&str, i64, &str, i64, &str)] = &[
    (
        "lots in brackets become one: 3 shares cost 32",
        3,
        "[{ date: 2024-01-02, quantity: 1, cost: 10 }, { date: 2024-02-02, quantity: 2, cost: 11 }]",
        1,
        "[{ date: 2024-02-02, quantity: 2, cost: 32, per: 3 }]",
    ),
    (
        "lots on lines keep the newest's place and comments",
        4,
        "\n      - date: 2024-02-02 # new\n        quantity: 2\n        cost: 13\n        \
         per: 1\n      - date: 2024-01-02 # old\n        quantity: 2\n        cost: 10",
        3,
        "\n      - date: 2024-02-02 # new\n        quantity: 1\n        cost: 11.5\n        per: 1",
    ),
    (
        "one lot keeps its cost",
        2,
        "[{ date: 2024-02-02, quantity: 2, cost: 32, per: 3 }]",
        1,
        "[{ date: 2024-02-02, quantity: 1, cost: 32, per: 3 }]",
    ),
    (
        "a fraction is in lowest terms",
        3,
        "[{ date: 2024-02-02, quantity: 2, cost: 32, per: 3 }, { date: 2024-03-02, quantity: 1, cost: 12 }]",
        2,
        "[{ date: 2024-03-02, quantity: 1, cost: 100, per: 9 }]",
    ),
    (
        "all of them",
        3,
        "[{ date: 2024-01-02, quantity: 1, cost: 10 }, { date: 2024-02-02, quantity: 2, cost: 11 }]",
        3,
        "[]",
    ),
];

#[test]
fn by_the_moving_average_a_sale_leaves_one_lot() {
    for (case, held, before, sold, after) in AVERAGES {
        let sale = Ticket { basis: CostBasis::MovingAverage, ..ticket(Side::Sell, "1", *sold, 100, 1) };
        let text = rewrite(file(0, *held, before).as_bytes(), &sale);
        assert_eq!(text.as_deref(), Ok(file(sold * 100 - 1, held - sold, after).as_str()), "{case}");
    }
}

/// Holdings of one position with these lots.
fn file(cash: i64, held: i64, lots: &str) -> String {
    let lots = if lots.starts_with('[') { format!(" {lots}") } else { lots.to_owned() };
    format!(
        "as_of: 2026-03-04\ncash: {{ KRW: {cash} }}\npositions:\n  - code: '1'\n    quantity: {held}\n    lots:{lots}\n    price: 100\n"
    )
}

#[test]
fn what_cannot_be_is_refused() {
    let text = "as_of: 2026-03-04\ncash: { KRW: 100 }\npositions:\n  - { code: '1', quantity: 5, price: 100 }\n";
    let refused = |text: &str, ticket: &Ticket| rewrite(text.as_bytes(), ticket).unwrap_err();
    let unknown = refused(text, &ticket(Side::Buy, "2", 1, 100, 0));
    assert!(matches!(unknown, RewriteError::UnknownCode { .. }), "{unknown}");
    let few = refused(text, &ticket(Side::Sell, "1", 6, 100, 0));
    assert!(matches!(few, RewriteError::TooFew { .. }), "{few}");
    assert!(rewrite(text.as_bytes(), &ticket(Side::Buy, "1", 1, 100, 0)).is_ok(), "the last won may be spent");
    let overspent = refused(text, &ticket(Side::Buy, "1", 1, 100, 1));
    assert_eq!(overspent, RewriteError::Overspent { cash: Money::new(Decimal::NEGATIVE_ONE) });
    for bad in ["", "cash: [", "as_of: 2026-03-04\ncash: { KRW: 0 }\n", &text.replace("price", "prize")] {
        let unreadable = refused(bad, &ticket(Side::Sell, "1", 1, 100, 0));
        assert!(matches!(unreadable, RewriteError::Unreadable { .. }), "{bad:?}: {unreadable}");
        assert!(!unreadable.remedy().is_empty());
    }
    let large = refused(text, &ticket(Side::Buy, "1", 1_000_000_000_000_000, 1, 0));
    assert_eq!(large, RewriteError::TooLarge);
}

/// A position as it is written: its lots on lines, in brackets, or none.
#[derive(Debug, Clone)]
struct Written {
    held: Vec<i64>,
    lots: u8,
    comment: bool,
}

fn written() -> impl Strategy<Value = Written> {
    (prop::collection::vec(1_i64..50, 1..5), 0_u8..3, any::<bool>()).prop_map(|(held, lots, comment)| Written {
        held,
        lots,
        comment,
    })
}

/// The file, in one style; lots are `(day of January 2024, shares)`.
fn render(cash: i64, positions: &[(Written, Vec<(usize, i64)>)]) -> String {
    let mut text = format!("# mine\nas_of: 2026-03-04\ncash: {{ KRW: {cash} }}  # won\npositions:\n");
    for (index, (written, lots)) in positions.iter().enumerate() {
        let quantity: i64 = lots.iter().map(|lot| lot.1).sum();
        let comment = if written.comment { " # 한국 \u{1f600}" } else { "" };
        text += &format!("  - code: '00{index}'{comment}\n    quantity: {quantity}{comment}\n\n    price: 100\n");
        let date = |day: usize| format!("2024-01-{:02}", day + 1);
        let flow = lots.iter().map(|(day, n)| format!("{{ date: {}, quantity: {n}, cost: 90 }}", date(*day)));
        match written.lots {
            0 => {}
            _ if lots.is_empty() => text += "    lots: []\n",
            1 => text += &format!("    lots: [{}]\n", flow.collect::<Vec<_>>().join(", ")),
            _ => {
                text += "    lots:\n";
                for (day, n) in lots {
                    text += &format!("      - date: {}\n        quantity: {n}\n        cost: 90\n", date(*day));
                }
            }
        }
    }
    text
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// A sale leaves the file as it would have been written with the new figures.
    #[test]
    fn a_sale_keeps_all_other_bytes(
        positions in prop::collection::vec(written(), 1..4),
        which in 0_usize..4,
        part in 1_i64..=100,
        cash in 0_i64..1000,
    ) {
        let mut file: Vec<_> = positions
            .into_iter()
            .map(|written| { let lots: Vec<_> = written.held.iter().copied().enumerate().collect(); (written, lots) })
            .collect();
        let which = which % file.len();
        let before = render(cash, &file);
        let held: i64 = file[which].1.iter().map(|lot| lot.1).sum();
        let sold = (held * part / 100).max(1);
        let mut left = sold;
        for lot in &mut file[which].1 {
            let taken = left.min(lot.1);
            lot.1 -= taken;
            left -= taken;
        }
        file[which].1.retain(|lot| lot.1 > 0);
        let after = render(cash + sold * 100 - 7, &file);
        let text = rewrite(before.as_bytes(), &ticket(Side::Sell, &format!("00{which}"), sold, 100, 7));
        prop_assert_eq!(text.as_deref(), Ok(after.as_str()));
    }

    /// A purchase adds up, and takes no line away but the two it changes.
    #[test]
    fn a_purchase_keeps_all_other_lines(positions in prop::collection::vec(written(), 1..4), bought in 1_i64..99) {
        let file: Vec<_> = positions
            .into_iter()
            .map(|written| { let lots: Vec<_> = written.held.iter().copied().enumerate().collect(); (written, lots) })
            .collect();
        let before = render(10_000, &file);
        let after = rewrite(before.as_bytes(), &ticket(Side::Buy, "000", bought, 100, 7)).unwrap();
        let (old, new) = (holdings(before.as_bytes()), holdings(after.as_bytes()));
        let code = Code("000".to_owned());
        let (was, is) = (&old.positions[&code], &new.positions[&code]);
        prop_assert_eq!(is.quantity.decimal() - was.quantity.decimal(), Decimal::from(bought));
        prop_assert_eq!(is.lots.as_ref().map(Vec::len), was.lots.as_ref().map(|lots| lots.len() + 1));
        let lost = before.lines().filter(|line| !after.lines().any(|kept| kept == *line)).count();
        prop_assert!(lost <= 3, "{after}");
    }
}
