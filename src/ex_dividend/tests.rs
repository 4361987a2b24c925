//! Windows day by day, and files line by line.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

use super::*;
use crate::calendar::CalendarId;
use crate::config::{Config, day};
use crate::document::{self, Lines};
use proptest::prelude::*;

fn portfolio(window: Option<ExDividendWindow>) -> Portfolio {
    let text = include_str!("../../portfolio_config.yaml");
    let mut portfolio = Portfolio::of(&Config::of(&document::read(text.as_bytes())).0).unwrap();
    portfolio.limits.ex_dividend = window;
    portfolio
}

fn codes() -> BTreeSet<Code> {
    portfolio(None).assets.into_keys().collect()
}

/// What a file comes to: its dates, then its faults with their places.
fn told(bytes: &[u8]) -> String {
    let (dividends, findings) = read("x.csv", bytes, &codes());
    let text = String::from_utf8_lossy(bytes).into_owned();
    let lines = Lines::new(&text);
    let dates = dividends.0.iter().flat_map(|(code, dates)| dates.iter().map(move |date| format!("{code} {date}")));
    let findings = findings.iter().map(|finding| {
        assert!(!finding.help.is_empty());
        let at = finding.place.as_ref().map(|place| lines.position(place.span.start));
        at.map_or(finding.message.clone(), |at| format!("{}:{} {}", at.line, at.column, finding.message))
    });
    dates.chain(findings).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_file_is_read_strictly_and_every_fault_has_its_place() {
    let header = "1:1 the first line is not `code,date`";
    let cases: [(&str, &str); 22] = [
        ("code,date\n", ""),
        ("code,date", ""),
        ("\u{feff}code,date\r\n069500,2026-04-29\r\n\r\n", "069500 2026-04-29"),
        (
            "code,date\n069500,2026-04-29\n069500,2026-01-30\n360750, 2026-04-29 ",
            "069500 2026-01-30; 069500 2026-04-29; 360750 2026-04-29",
        ),
        ("\"code\",\"date\"\n\"069500\" , \"2026-04-29\"\n", "069500 2026-04-29"),
        ("code,date\nAAPL,2026-05-09\n999999,2026-05-09\n", "999999 2026-05-09; AAPL 2026-05-09"),
        ("", header),
        ("\n", header),
        ("069500,2026-04-29\n", header),
        ("date,code\n", header),
        ("Code,Date\n", header),
        ("code,date,note\n", header),
        ("code;date\n", header),
        ("code,date\n069500\n", "2:1 the line has 1 field, not 2"),
        ("code,date\n069500,2026-04-29,\n", "2:1 the line has 3 fields, not 2"),
        ("code,date\n 069500,29/04/2026\n", "2:9 `29/04/2026` is not a date"),
        (
            "code,date\n069500,2026-04-31\n069500,2026-4-1\n",
            "2:8 `2026-04-31` is not a date; 3:8 `2026-4-1` is not a date",
        ),
        ("code,date\nKODEX 200,2026-04-29\n", "2:1 `KODEX 200` is not a code"),
        ("code,date\n69500,2026-04-29\n", "2:1 69500 is no code of the portfolio, but 069500 is"),
        (
            "code,date\n069500,2026-04-29\n\n069500,2026-04-29\n",
            "069500 2026-04-29; 4:1 069500 has the date 2026-04-29 twice",
        ),
        ("code,date\n\"069500,2026-04-29\n", "2:1 a field in quotes does not end where its quotes do"),
        ("code,date\n\"069500\"x,2026-04-29\n", "2:9 a field in quotes does not end where its quotes do"),
    ];
    for (text, expected) in cases {
        assert_eq!(told(text.as_bytes()), expected, "{text:?}");
    }
    assert_eq!(told(b"code,date\n0695\xff0,2026-04-29\n"), "2:5 the file is not UTF-8");
    assert_eq!(told(b"\xff\xfec\0o\0"), "1:1 the file is not UTF-8");
    assert_eq!(told(&vec![b'x'; document::MAX_BYTES + 1]), "the file is larger than 1048576 bytes");
    let many = "code,date\n".to_owned() + &"a\n".repeat(1_000);
    assert_eq!(read("x.csv", many.as_bytes(), &codes()).1.len(), MOST);
}

proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        told(&bytes);
        told(&[b"code,date\n".as_slice(), &bytes].concat());
    }

    #[test]
    fn nor_does_anything_that_looks_like_a_line(text in "(code,date\n)?([0-9\", \t\r\nA-]|069500|2026-04-29|,){0,60}") {
        told(text.as_bytes());
    }

    /// A day is free when it is in no window; otherwise the asset is left alone until the first session that is free.
    #[test]
    fn it_is_what_walking_day_by_day_says(
        id in prop::sample::select(&CalendarId::ALL),
        offsets in prop::collection::btree_set(0u64..120, 0..6),
        before in 0u32..8,
        after in 0u32..8,
    ) {
        let calendar = Calendar::of(id).unwrap();
        let mut portfolio = portfolio(Some(ExDividendWindow { before, after }));
        let code = portfolio.assets.keys().next().unwrap().clone();
        let start = day("2026-01-20").unwrap();
        let dates: Vec<NaiveDate> = offsets.iter().map(|offset| start + chrono::Days::new(*offset)).collect();
        // Half of them in the config, half in a file.
        let (own, others) = dates.split_at(dates.len() / 2);
        portfolio.assets.get_mut(&code).unwrap().ex_dividend = own.to_vec();
        let dividends = Dividends([(code.clone(), others.iter().copied().collect())].into());
        let closed = |session: NaiveDate| dates.iter().any(|date| {
            let ex = calendar.on_or_after(*date).unwrap();
            let away = calendar.sessions_between(ex, session).unwrap();
            (-i64::from(before)..=i64::from(after)).contains(&away)
        });
        for as_of in day("2026-01-01").unwrap().iter_days().take(180) {
            let session = calendar.on_or_after(as_of).unwrap();
            let sessions = calendar.sessions(session, day("2026-12-30").unwrap()).unwrap();
            let until = sessions.iter().copied().find(|session| !closed(*session));
            let found = frozen(&portfolio, &dividends, &calendar, as_of).unwrap();
            let found = found.first().map(|frozen| frozen.until);
            prop_assert_eq!(found, until.filter(|until| *until != session), "{}", as_of);
        }
    }
}

#[test]
fn without_a_window_nothing_is_left_alone() {
    let dividends = Dividends(codes().into_iter().map(|code| (code, [day("2026-03-04").unwrap()].into())).collect());
    let calendar = Calendar::of(CalendarId::Xkrx).unwrap();
    let of = |window| frozen(&portfolio(window), &dividends, &calendar, day("2026-03-04").unwrap()).unwrap().len();
    assert_eq!((of(None), of(Some(ExDividendWindow { before: 0, after: 0 }))), (0, 7));
}
