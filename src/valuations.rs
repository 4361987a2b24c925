//! `valuations.csv`: what a share, an index or a currency was worth on a day, a price a line, below a header.
//!
//! A name is the code of an asset, a benchmark as the config spells it, or a pair of currencies such as `USD/KRW`. What is
//! reckoned with the prices must never enter this room.

use crate::code::Code;
use crate::config::{Currency, day, is_code};
use crate::csv::{self, Cell, Form, Row, lost_zeros};
use crate::document::Span;
use crate::finding::Finding;
use crate::money::{FX_PLACES, NumberFault, PRICE_PLACES, decimal};
use crate::words::{closest, shown};
use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// The largest file: twenty years of a hundred prices a day take about as much.
pub const LARGEST: usize = 16 * 1_048_576;

/// The kind of file.
const FORM: Form = Form {
    header: &["date", "code", "price"],
    row: "a date, a code and a price",
    example: "2026-03-31,069500,35555",
    largest: LARGEST,
    too_large: "keep the prices of the days that reports are made of.",
};

/// What may stand in the column `code`.
#[derive(Debug, Clone, Default)]
pub struct Known {
    /// The codes of the portfolio, of what is held, and of what was traded.
    pub codes: BTreeSet<Code>,
    /// The benchmarks, as the config spells them.
    pub benchmarks: Vec<String>,
}

/// Prices by day and by name.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Valuations(BTreeMap<NaiveDate, BTreeMap<String, Decimal>>);

impl Valuations {
    /// The days that have a price, in order.
    pub fn days(&self) -> impl DoubleEndedIterator<Item = NaiveDate> + '_ {
        self.0.keys().copied()
    }

    /// The price of a name on a day.
    #[must_use]
    pub fn on(&self, day: NaiveDate, name: &str) -> Option<Decimal> {
        self.0.get(&day)?.get(name).copied()
    }

    /// The last price of a name on a day or at most so many days before it, and its day.
    #[must_use]
    pub fn by(&self, day: NaiveDate, name: &str, days: u64) -> Option<(NaiveDate, Decimal)> {
        let first = day.checked_sub_days(Days::new(days)).unwrap_or(NaiveDate::MIN);
        self.0.range(first..=day).rev().find_map(|(day, prices)| Some((*day, *prices.get(name)?)))
    }

    /// What one unit of a currency was worth in another on a day.
    #[must_use]
    pub fn rate(&self, day: NaiveDate, currency: Currency, base: Currency) -> Option<Decimal> {
        if currency == base { Some(Decimal::ONE) } else { self.on(day, &pair(currency, base)) }
    }
}

/// The name of a pair of currencies: what one of the first is worth in the second.
#[must_use]
pub fn pair(currency: Currency, base: Currency) -> String {
    format!("{}/{}", currency.word(), base.word())
}

/// Reads a file: its prices, and what is wrong with it. Codes that are not known may stand in it, because it may serve
/// several portfolios, unless such a code is one of the portfolio's that has lost its zeros.
#[must_use]
pub fn read(path: &str, bytes: &[u8], known: &Known) -> (Valuations, Vec<Finding>) {
    let mut valuations = Valuations::default();
    let mut seen: BTreeMap<(NaiveDate, &str), Span> = BTreeMap::new();
    let findings = csv::read(&FORM, path, bytes, |line| {
        let (date, price) = row(path, line, known)?;
        let name = line.cell(1).text;
        if let Some(before) = seen.insert((date, name), line.span) {
            let finding = Finding::new(path, format!("{} has two prices of {date}", shown(name)));
            let finding = finding.at(line.span, "given again").with(before, "given here");
            return Err(finding.help("remove one of the two lines.").into());
        }
        valuations.0.entry(date).or_default().insert(name.to_owned(), price);
        Ok(())
    });
    (valuations, findings)
}

fn row(path: &str, row: &Row<'_>, known: &Known) -> Result<(NaiveDate, Decimal), Box<Finding>> {
    let (date, name, price) = (row.cell(0), row.cell(1), row.cell(2));
    let day = day(date.text).ok_or_else(|| csv::no_date(path, date))?;
    let places = places(path, name, known)?;
    match decimal(price.text, places) {
        Ok(value) if value > Decimal::ZERO => Ok((day, value)),
        Ok(_) => Err(csv::no_number(path, price, "a price above zero", &NumberFault::NotANumber)),
        Err(fault) => Err(csv::no_number(path, price, "a price", &fault)),
    }
}

/// How many decimal places the price of a name may have, where it is one that may stand there.
fn places(path: &str, name: Cell<'_>, known: &Known) -> Result<u32, Box<Finding>> {
    if let Some((one, other)) = name.text.split_once('/')
        && Currency::parse(one).zip(Currency::parse(other)).is_some_and(|(one, other)| one != other)
    {
        return Ok(FX_PLACES);
    }
    if known.benchmarks.iter().any(|benchmark| benchmark == name.text) {
        return Ok(PRICE_PLACES);
    }
    if is_code(name.text) {
        let code = Code(name.text.to_owned());
        return match code.with_zeros(&known.codes).first() {
            Some(meant) => Err(lost_zeros(path, name, meant)),
            None => Ok(PRICE_PLACES),
        };
    }
    let finding = Finding::new(path, format!("`{}` is neither a code nor a benchmark", shown(name.text)));
    let finding = finding.at(name.span, "a code, a benchmark of the config, or a pair such as `USD/KRW`");
    let names: Vec<&str> = known.benchmarks.iter().map(String::as_str).collect();
    let help = match closest(name.text, &names) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "name it under `portfolio.benchmarks` in the config, or remove the line.".to_owned(),
    };
    Err(finding.help(help).into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::*;
    use crate::document::Lines;

    /// What a file comes to: its prices, then its faults with their places.
    fn told(text: &str) -> String {
        let known = Known {
            codes: [Code("069500".to_owned()), Code("AAPL".to_owned())].into(),
            benchmarks: vec!["KOSPI 200".to_owned()],
        };
        let (valuations, findings) = read("v.csv", text.as_bytes(), &known);
        let lines = Lines::new(text);
        let prices =
            valuations.0.iter().flat_map(|(day, prices)| prices.iter().map(move |(n, p)| format!("{day} {n} {p}")));
        let findings = findings.iter().map(|finding| {
            let at = lines.position(finding.place.as_ref().unwrap().span.start);
            format!("{}:{} {}: {}", at.line, at.column, finding.message, finding.help[0])
        });
        prices.chain(findings).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn prices_are_read_strictly_and_every_fault_has_its_place_and_remedy() {
        let cases = [
            ("date,code,price\n", ""),
            (
                "date,code,price\n2026-03-31,069500,35555\n2026-03-31,\"KOSPI 200\",412.35\n2026-03-31,USD/KRW,1385.5\n",
                "2026-03-31 069500 35555; 2026-03-31 KOSPI 200 412.35; 2026-03-31 USD/KRW 1385.5",
            ),
            (
                "code,date,price\n",
                "1:1 the first line is not `date,code,price`: write `date,code,price` on the first line, and below it a date, a code and a price a line: `2026-03-31,069500,35555`.",
            ),
            (
                "date,code,price\n2026-03-31,069500\n",
                "2:1 the line has 2 fields, not 3: write a date, a code and a price, such as `2026-03-31,069500,35555`.",
            ),
            (
                "date,code,price\n31.3.2026,069500,1\n",
                "2:1 `31.3.2026` is not a date: write it as YYYY-MM-DD, such as `2026-04-29`.",
            ),
            (
                "date,code,price\n2026-03-31,69500,1\n",
                "2:12 69500 is no code of the portfolio, but 069500 is: write `069500`, and have the spreadsheet keep codes as text.",
            ),
            (
                "date,code,price\n2026-03-31,KOSPI200 TR,1\n",
                "2:12 `KOSPI200 TR` is neither a code nor a benchmark: did you mean `KOSPI 200`?",
            ),
            (
                "date,code,price\n2026-03-31,USD/USD,1\n",
                "2:12 `USD/USD` is neither a code nor a benchmark: name it under `portfolio.benchmarks` in the config, or remove the line.",
            ),
            (
                "date,code,price\n2026-03-31,069500,0\n",
                "2:19 `0` is not a price above zero: write digits, and a point before decimals, such as `16800` or `412.35`.",
            ),
            (
                "date,code,price\n2026-03-31,069500,1.23456\n",
                "2:19 `1.23456` has more than 4 decimal places: round it to 4 places.",
            ),
            ("date,code,price\n2026-03-31,069500,1e3\n", "2:19 `1e3` is not spelt as a price: write `1000`."),
            (
                "date,code,price\n2026-03-31,069500,9999999999999999\n",
                "2:19 `9999999999999999` is too large: check the digits.",
            ),
            (
                "date,code,price\n2026-03-31,069500,1\n2026-03-31,069500,2\n",
                "2026-03-31 069500 1; 3:1 069500 has two prices of 2026-03-31: remove one of the two lines.",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(told(text), expected, "{text}");
        }
    }

    #[test]
    fn a_price_is_looked_for_on_a_day_and_shortly_before() {
        let text = "date,code,price\n2025-12-30,069500,10\n2026-03-31,069500,11\n2026-03-31,USD/KRW,1400\n";
        let (valuations, findings) = read("v.csv", text.as_bytes(), &Known::default());
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert!(findings.is_empty());
        assert_eq!(valuations.by(day("2025-12-31"), "069500", 7), Some((day("2025-12-30"), Decimal::TEN)));
        assert_eq!(valuations.by(day("2026-01-07"), "069500", 7), None);
        assert_eq!(valuations.rate(day("2026-03-31"), Currency::Usd, Currency::Krw), Some(Decimal::from(1400)));
        assert_eq!(valuations.rate(day("2026-03-30"), Currency::Krw, Currency::Krw), Some(Decimal::ONE));
        assert_eq!(valuations.days().count(), 2);
    }
}
