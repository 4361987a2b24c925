//! `cash_flows.csv`: cash that came or went outside of a rebalance, an entry a line, below a header.
//!
//! Money that the owner paid in or took out is no gain and no loss; dividends, interest, fees and taxes are. The first are
//! parted from the second by their kind. What is reckoned with the entries must never enter this room.

use crate::config::{Currency, day};
use crate::csv::{self, Form, Row};
use crate::document::MAX_BYTES;
use crate::finding::Finding;
use crate::money::{NumberFault, PRICE_PLACES, decimal};
use crate::words::{closest, list, shown};
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The kind of file.
const FORM: Form = Form {
    header: &["date", "kind", "currency", "amount"],
    row: "a date, a kind, a currency and an amount",
    example: "2026-02-10,deposit,KRW,500000",
    largest: MAX_BYTES,
    too_large: "keep the entries of the years that reports are made of.",
};

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The owner paid it in.
    Deposit,
    /// The owner took it out.
    Withdrawal,
    /// A dividend came in.
    Dividend,
    /// Interest came in.
    Interest,
    /// A fee was taken.
    Fee,
    /// A tax was taken.
    Tax,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 6] = [Self::Deposit, Self::Withdrawal, Self::Dividend, Self::Interest, Self::Fee, Self::Tax];

    /// The word in the file.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Deposit => "deposit",
            Self::Withdrawal => "withdrawal",
            Self::Dividend => "dividend",
            Self::Interest => "interest",
            Self::Fee => "fee",
            Self::Tax => "tax",
        }
    }

    /// Whether it is the owner's doing, and so neither gain nor loss.
    #[must_use]
    pub fn is_external(self) -> bool {
        matches!(self, Self::Deposit | Self::Withdrawal)
    }

    /// Whether cash goes.
    fn takes(self) -> bool {
        matches!(self, Self::Withdrawal | Self::Fee | Self::Tax)
    }
}

/// An entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The day.
    pub day: NaiveDate,
    /// What it is.
    pub kind: Kind,
    /// The currency.
    pub currency: Currency,
    /// What it did to cash: below zero where cash went.
    pub change: Decimal,
    /// Its line in the file, from 1.
    pub line: usize,
}

/// Reads a file: its entries in the order of their days, and what is wrong with it.
#[must_use]
pub fn read(path: &str, bytes: &[u8]) -> (Vec<Entry>, Vec<Finding>) {
    let mut entries = Vec::new();
    let findings = csv::read(&FORM, path, bytes, |line| {
        entries.push(row(path, line)?);
        Ok(())
    });
    entries.sort_by_key(|entry| entry.day);
    (entries, findings)
}

fn row(path: &str, row: &Row<'_>) -> Result<Entry, Box<Finding>> {
    let (date, kind, currency, amount) = (row.cell(0), row.cell(1), row.cell(2), row.cell(3));
    let day = day(date.text).ok_or_else(|| csv::no_date(path, date))?;
    let words = Kind::ALL.map(Kind::word);
    let known = Kind::ALL.into_iter().find(|known| known.word() == kind.text);
    let known = known.ok_or_else(|| word(path, kind, "kind", &words))?;
    let currencies = Currency::ALL.map(Currency::word);
    let own = Currency::parse(currency.text).ok_or_else(|| word(path, currency, "currency", &currencies))?;
    let figure = match decimal(amount.text, PRICE_PLACES.min(own.places())) {
        Ok(figure) if figure > Decimal::ZERO => figure,
        Ok(_) => return Err(csv::no_number(path, amount, "an amount above zero", &NumberFault::NotANumber)),
        Err(fault) => return Err(csv::no_number(path, amount, "an amount", &fault)),
    };
    let change = if known.takes() { -figure } else { figure };
    Ok(Entry { day, kind: known, currency: own, change, line: row.line })
}

/// The finding of a word that is none of those there are.
fn word(path: &str, cell: csv::Cell<'_>, noun: &str, words: &[&str]) -> Box<Finding> {
    let finding = Finding::new(path, format!("`{}` is no {noun}", shown(cell.text)));
    let help = match closest(cell.text, words) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("write one of {}.", list(words)),
    };
    finding.at(cell.span, format!("a {noun} is needed")).help(help).into()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::*;

    fn told(text: &str) -> String {
        let (entries, findings) = read("c.csv", text.as_bytes());
        let entries = entries.iter().map(|e| format!("{} {} {} {}", e.day, e.kind.word(), e.change, e.line));
        let findings = findings.iter().map(|finding| format!("{}: {}", finding.message, finding.help[0]));
        entries.chain(findings).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn entries_are_in_order_and_have_the_sign_of_their_kind() {
        let text = "date,kind,currency,amount\n2026-03-01,fee,KRW,100\n2026-02-10,deposit,KRW,500000\n\
                    2026-03-01,withdrawal,USD,1.25\n2026-03-02,dividend,KRW,7\n2026-03-02,tax,KRW,1\n";
        assert_eq!(
            told(text),
            "2026-02-10 deposit 500000 3; 2026-03-01 fee -100 2; 2026-03-01 withdrawal -1.25 4; \
             2026-03-02 dividend 7 5; 2026-03-02 tax -1 6"
        );
    }

    #[test]
    fn what_is_no_entry_is_told() {
        let cases = [
            ("2026-02-10,deposits,KRW,1", "`deposits` is no kind: did you mean `deposit`?"),
            (
                "2026-02-10,gift,KRW,1",
                "`gift` is no kind: write one of `deposit`, `withdrawal`, `dividend`, `interest`, `fee` and `tax`.",
            ),
            (
                "2026-02-10,deposit,ZZZ,1",
                "`ZZZ` is no currency: write one of `KRW`, `USD`, `JPY`, `EUR`, `GBP`, `HKD` and `CNY`.",
            ),
            (
                "2026-02-10,deposit,KRW,-1",
                "`-1` is not an amount above zero: write digits, and a point before decimals, such as `16800` or `412.35`.",
            ),
            ("2026-02-10,deposit,KRW,1.5", "`1.5` has more than 0 decimal places: round it to 0 places."),
            ("2026-02-30,deposit,KRW,1", "`2026-02-30` is not a date: write it as YYYY-MM-DD, such as `2026-04-29`."),
        ];
        for (line, expected) in cases {
            assert_eq!(told(&format!("date,kind,currency,amount\n{line}\n")), expected);
        }
    }
}
