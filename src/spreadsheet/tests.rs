use super::cell::{any_day, has_two_readings};
use super::*;
use crate::code::Code;
use crate::config::{CostBasis, Currency};
use chrono::NaiveDate;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Codes that are read as the config with these has them.
fn with<T>(restore: bool, read: impl FnOnce(Codes<'_>) -> T) -> T {
    let known: BTreeSet<Code> = ["069500", "360750", "0000Z0", "VOO", "SUM"].map(|code| Code(code.to_owned())).into();
    let currencies = [(Code("VOO".to_owned()), Currency::Usd), (Code("069500".to_owned()), Currency::Krw)].into();
    read(Codes { known: &known, currencies: &currencies, base: Currency::Krw, restore })
}

fn read(text: &str, restore: bool) -> Result<String, Vec<String>> {
    with(restore, |codes| {
        convert("h.csv", text, &Stated::default(), codes)
            .map(|converted| converted.yaml(&BTreeMap::new()).0)
            .map_err(|findings| findings.into_iter().map(|finding| finding.message).collect())
    })
}

fn encoded(text: &str, encoding: usize) -> Vec<u8> {
    match encoding {
        0 => text.as_bytes().to_vec(),
        1 => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        _ => encoding_rs::EUC_KR.encode(text).0.into_owned(),
    }
}

#[test]
fn a_mark_that_could_be_either_has_two_readings() {
    for (text, two) in [("1.234", true), ("1,234", true), ("1234", false), ("1,234,567", false), ("1.23", false)] {
        assert_eq!(has_two_readings(text), two, "{text}");
    }
}

#[test]
fn dates_are_read_as_exports_write_them() {
    let day = NaiveDate::from_ymd_opt(2026, 3, 4);
    assert_eq!(["2026-03-04", "2026/03/04", "2026.03.04", "20260304"].map(any_day), [day; 4]);
    assert_eq!(["2026-3-4", "26-03-04", "20261304", "", "03/04/2026"].map(any_day), [None; 5]);
}

#[test]
fn what_spreadsheets_do_to_a_table_changes_nothing() {
    let plain = read("as_of,code,quantity,price\n2026-03-04,069500,1,5\n,KRW,0,\n", false).unwrap();
    for text in [
        "as_of\tcode\tquantity\tprice\n2026/03/04\t'069500\t1\t5\n\tKRW\t0\t\n",
        "as_of;code;quantity;price\n20260304;=\"069500\";1;5\n;KRW;0;\n",
        "as_of|code|quantity|price\n20260304|\"=\"\"069500\"\"\"|1|5\n|KRW|0|\n",
        "잔고, 2026\n\n기준일, 종목 코드 ,보유수량(주),현재가(원),비고\n2026.03.04,\"069500\" , 1 ,5,x\n\n,KRW,0,,\n",
        "AS_OF,Code,Quantity,PRICE,,\n2026-03-04,\u{a0}069500\u{3000},1,5.0,,\n,KRW,0,1\n합계,,,5\n",
        "as_of,code,quantity,price,매입단가,평가금액\n2026-03-04,069500,\"1\",\"5\",\"4,000\",5\n\"\",KRW,0,,,\nTotal,,1,,,5\n",
        "code,name,as_of,price,quantity\n069500,\"KODEX 200, \"\"A\"\"\nB\",2026-03-04,5,1\nKRW,,,-,0\n",
        "as_of,code,quantity,price,통화\n2026-03-04,069500,1,5,KRW\n,KRW,0,,원\n",
    ] {
        assert_eq!(read(text, false), Ok(plain.clone()), "{text}");
        let decoded = super::text("h.csv", text.replace('\n', "\r").as_bytes()).unwrap();
        assert_eq!(decoded, text);
    }
}

#[test]
fn what_is_not_certain_is_refused() {
    let header = "as_of,code,quantity,price\n";
    let cases = [
        (format!("{header}2026-03-04,069500,1,234,35555\n,KRW,0,\n"), "the line has more fields than the header"),
        (format!("{header}2026-03-04,069500, \"1,234\",5\n,KRW,0,\n"), "blanks stand before the quotes of a field"),
        (format!("{header}2026-03-04,069500,1,5\n,KRW,1,\"1,200,000\"\n"), "the line of cash has a price"),
        (format!("{header}2026-03-04,069500,(1),5\n,KRW,0,\n"), "`(1)` is not a quantity"),
        (format!("{header}2026-03-04,069500,1,₩5\n,KRW,0,\n"), "`₩5` is not a price"),
        (format!("{header}2026-03-04,069500,1,5E3\n,KRW,0,\n"), "`5E3` is not a price"),
        (format!("{header}2026-03-04,069500,1,5.00001\n,KRW,0,\n"), "`5.00001` is not a price"),
        (format!("{header}2026-03-04,,1,5\n,KRW,0,\n"), "the line has no code"),
        (format!("{header}2026-03-04,삼성,1,5\n,KRW,0,\n"), "`삼성` is not a code"),
        (format!("{header}2026-03-04,US9229083632,1,5\n,KRW,0,\n"), "US9229083632 stands where a code is needed"),
        ("as_of\tcode\tquantity\tprice\n2026-03-04\t069500\t1.234\t5\n".to_owned(), "`1.234` has two readings"),
        ("as_of\tcode\tquantity\tprice\n2026-03-04\t069500\t1,234\t5\n".to_owned(), "`1,234` has two readings"),
        ("as_of;code;quantity;price\n2026-03-04;069500;1;35.555\n;KRW;0;\n".to_owned(), "`35.555` has two readings"),
        (
            "as_of,code,quantity,price,currency\n2026-03-04,7203,100,2800,JPY\n,KRW,0,,\n".to_owned(),
            "7203 is in JPY, and the config does not know it",
        ),
        (
            "as_of,code,quantity,price,currency\n2026-03-04,69500,100,2800,USD\n,KRW,0,,\n".to_owned(),
            "69500 is in USD, and the config does not know it",
        ),
        (
            "as_of,code,quantity,price,currency\n2026-03-04,VOO,1,5,KRW\n,KRW,0,,\n".to_owned(),
            "VOO is in USD, and its line is in KRW",
        ),
        (
            "as_of,code,quantity,price,currency\n2026-03-04,VOO,1,5,XYZ\n,KRW,0,,\n".to_owned(),
            "`XYZ` is not a currency that is known",
        ),
        ("as_of,code,quantity,수량,price\n".to_owned(), "two columns could be `quantity`"),
        ("as_of,code,quantity\n".to_owned(), "the file has no column `price`"),
    ];
    for (text, message) in cases {
        assert_eq!(read(&text, true).unwrap_err()[0], message, "{text}");
    }
}

#[test]
fn a_code_that_is_called_like_a_sum_is_a_position() {
    let of = |header: &str, lines: &str| {
        let table = format!("{header}\n{lines}\nKRW,0,,2026-03-04\n");
        with(false, |codes| convert("h.csv", &table, &Stated::default(), codes)).map(|read| {
            let held: Vec<String> = read.quantities().map(|(code, shares, _)| format!("{code} {shares}")).collect();
            (held.join(", "), read.sums)
        })
    };
    let header = "code,quantity,price,as_of";
    for (line, held, sums) in [
        // Known to the config, whatever else the line has; or with all that a position has.
        ("SUM,7,5,", "SUM 7", 0),
        ("TOTAL,7,5,", "TOTAL 7", 0),
        ("TOTAL,7,,", "", 1),
        ("Total,,35,", "", 1),
        (",7,35,", "", 0),
        ("합계,7,35,", "", 1),
        ("합계,,35,", "", 1),
    ] {
        match of(header, line) {
            Ok(read) => assert_eq!(read, (held.to_owned(), sums), "{line}"),
            Err(findings) => assert_eq!((line, findings[0].message.as_str()), (",7,35,", "the line has no code")),
        }
    }
    assert_eq!(of(header, "SUM,,5,").unwrap_err()[0].message, "the quantity is missing");
}

#[test]
fn what_is_said_beside_a_file_does_not_contradict_it() {
    let text = "as_of,code,quantity,price\n2026-03-04,069500,1,5\n,KRW,7,\n";
    let said = |day: &str, cash: u32| {
        let stated = Stated { as_of: any_day(day), cash: [(Currency::Krw, cash.into())].into(), ..Stated::default() };
        with(false, |codes| convert("h.csv", text, &stated, codes))
            .map(|_| ())
            .map_err(|findings| findings.into_iter().map(|finding| finding.message).collect::<Vec<_>>())
    };
    assert_eq!(said("2026-03-04", 7), Ok(()));
    let both = ["the file is of 2026-03-04, and --as-of says 2026-03-05", "the file has 7 KRW, and --cash says 8"];
    assert_eq!(said("2026-03-05", 8), Err(both.map(str::to_owned).to_vec()));
}

#[test]
fn trades_leave_lots_that_explain_what_is_held_or_none() {
    let held = "as_of,code,quantity,price\n2026-03-04,069500,15,5\n,KRW,0,\n";
    let held = with(false, |codes| convert("h.csv", held, &Stated::default(), codes)).unwrap();
    let header = "매매일자,종목명,종목코드,구분,대출일자,매수수량,매도단가,매도수량,매수금액\n";
    let of = |rows: &str, basis| {
        let made = with(false, |codes| lots("t.csv", &format!("{header}{rows}"), ("h.csv", &held), basis, codes));
        made.map(|made| held.yaml(&made.lots).0).map_err(|findings| findings[0].message.clone())
    };
    let rows = "2025/02/03,K,069500,현금,,,6,5,\n2024/01/02,K,069500,현금,,10,,,\"1,000\"\n\
                2025/02/03,K,069500,현금,,10,,0,\"1,001\"\n합계,,,,,20,,5,\"2,001\"\n";
    let fifo = of(rows, CostBasis::Fifo).unwrap();
    assert!(fifo.contains("{ date: 2024-01-02, quantity: 5, cost: 100 }"), "{fifo}");
    assert!(fifo.contains("{ date: 2025-02-03, quantity: 10, cost: 100.1 }"), "{fifo}");
    let average = of(rows, CostBasis::MovingAverage).unwrap();
    assert!(average.contains("{ date: 2025-02-03, quantity: 15, cost: 100.05 }"), "{average}");
    let uneven = of("2024/01/02,K,069500,,,15,,,1000\n", CostBasis::Fifo).unwrap();
    assert!(uneven.contains("{ date: 2024-01-02, quantity: 15, cost: 1000, per: 15 }"), "{uneven}");
    // Two lines of a day: one sells what the other bought.
    let day = "2024/01/02,K,069500,,,5,6,8,500\n2024/01/02,K,069500,,,18,,,1800\n";
    assert!(of(day, CostBasis::Fifo).unwrap().contains("{ date: 2024-01-02, quantity: 15, cost: 100 }"));
    for (rows, message) in [
        ("2024/01/02,K,069500,,,10,,,1000\n", "the trades leave 10 shares of 069500, and 15 are held"),
        ("2024/01/02,K,069500,,,5,6,9,500\n", "9 shares of 069500 are sold, and 5 were bought before in this file"),
        ("2024/01/02,K,069500,,,15,,,\n", "a purchase has a quantity and an amount, or neither"),
        ("2024/01/02,K,069500,신용,,15,,,1000\n", "the trade was made on credit"),
        ("2024/01/02,K,069500,현금,2024/01/02,15,,,1000\n", "the trade was made on credit"),
        ("2024/01/02,K,069500,,,-15,,,1000\n", "the 매수수량 is below 0"),
        ("2026/03/05,K,069500,,,15,,,1000\n", "the trade is of 2026-03-05, and the holdings are of 2026-03-04"),
        ("2024/01/02,K,69500,,,15,,,1000\n", "69500 is 069500, it seems"),
        ("어제,K,069500,,,15,,,1000\n", "`어제` is not a date"),
        (
            "2024/01/02,K,069500,,,15,,,1000\n2024/01/02,K,360750,,,1,,,1000\n",
            "the trades leave 1 shares of 360750, and the holdings have none",
        ),
    ] {
        assert_eq!(of(rows, CostBasis::Fifo), Err(message.to_owned()), "{rows}");
    }
    let other = with(false, |codes| lots("t.csv", "a,b\n1,2\n", ("h.csv", &held), CostBasis::Fifo, codes));
    assert!(other.unwrap_err()[0].message.starts_with("no line has the columns `종목코드`"));
}

#[test]
fn a_place_is_that_of_the_field() {
    let text = "\n\nas_of,code,quantity,price\n\n2026-03-04,\"069500\",\"1,23\"  ,5\n,KRW,0,\n";
    let findings = with(false, |codes| convert("h.csv", text, &Stated::default(), codes)).unwrap_err();
    let place = findings[0].place.as_ref().unwrap().span;
    assert_eq!(&text[place.start..place.end], "\"1,23\"");
    let rows = table::rows("h.csv", "\n\n a ,,b\n\n,\"c\n d\",\n", b',').unwrap();
    let whole: Vec<(usize, usize)> = rows.iter().map(|row| (row.span.start, row.span.end)).collect();
    assert_eq!(whole, [(3, 8), (10, 18)]);
}

proptest! {
    #[test]
    fn holdings_come_back_whatever_they_are_written_in(
        positions in prop::collection::btree_map(100_000_u32..999_999, (0_u64..10_000_000, 1_u64..9_999_999), 0..8),
        cash in 0_u64..1_000_000_000_000,
        encoding in 0_usize..3,
        end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
        thousands in any::<bool>(),
    ) {
        let number = |n: u64| match thousands {
            true => format!("\"{}\"", crate::output::plan::grouped(&n.to_string())),
            false => n.to_string(),
        };
        let mut text = format!("기준일,종목명,종목코드,보유수량,현재가\n2026-03-04,원,KRW,{},\n", number(cash));
        let list = if positions.is_empty() { " []" } else { "" };
        let mut yaml = format!("as_of: 2026-03-04\ncash: {{ KRW: {cash} }}\npositions:{list}\n");
        for (code, (quantity, price)) in &positions {
            text.push_str(&format!(",\"타이거, 미국\",{code},{},{}\n", number(*quantity), number(*price)));
            yaml.push_str(&format!("  - code: '{code}'\n    quantity: {quantity}\n    price: {price}\n"));
        }
        let decoded = super::text("h.csv", &encoded(&text.replace('\n', end), encoding)).unwrap();
        prop_assert_eq!(&decoded, &text);
        prop_assert_eq!(read(&decoded, false), Ok(yaml));
    }

    #[test]
    fn no_bytes_make_it_fail_otherwise_than_by_findings(
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        lines in "[a-z,\"\n0-9;\t='가-힣]{0,120}",
    ) {
        let below = format!("code,quantity,price,as_of\n{lines}");
        for text in [super::text("h.csv", &bytes).unwrap_or_default(), lines, below] {
            let _ = read(&text, true);
            for delimiter in [b',', b'\t', b';'] {
                for row in table::rows("h.csv", &text, delimiter).into_iter().flatten() {
                    prop_assert!(text.get(row.span.start..row.span.end).is_some());
                }
            }
        }
    }
}
