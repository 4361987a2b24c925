//! Holdings as a table: a code, a quantity and a price a line, cash by the code of its currency.
//!
//! What comes out is the text of a `holdings.yaml`, which has one reader. Lots are asked for elsewhere.

use super::cell::Cell;
use super::code::{Codes, code};
use super::table::{Column, Mapping, Row, Table, Wanted, table};
use super::{MOST, faulty};
use crate::code::Code;
use crate::config::Currency;
use crate::document::Span;
use crate::finding::Finding;
use crate::holdings::Lot;
use crate::money::{PRICE_PLACES, QUANTITY_PLACES};
use crate::words::{quoted, shown};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The columns of holdings, and what they are called where nobody says otherwise.
const WANTED: [Column; 5] = [
    Column {
        name: "code",
        known: &["code", "symbol", "ticker", "종목코드", "종목번호", "단축코드"],
        needed: true,
        figures: false,
    },
    Column {
        name: "quantity",
        known: &["quantity", "shares", "보유수량", "잔고수량", "수량"],
        needed: true,
        figures: true,
    },
    Column { name: "price", known: &["price", "현재가", "종가"], needed: true, figures: true },
    Column { name: "as_of", known: &["as_of", "기준일", "기준일자"], needed: false, figures: false },
    Column { name: "currency", known: &["currency", "통화", "통화코드"], needed: false, figures: false },
];

/// The columns of holdings that a mapping can name.
pub const COLUMNS: [&str; 5] = ["code", "quantity", "price", "as_of", "currency"];

/// What is stated beside the file.
#[derive(Debug, Clone, Default)]
pub struct Stated {
    /// The day it is of.
    pub as_of: Option<NaiveDate>,
    /// Cash by currency.
    pub cash: BTreeMap<Currency, Decimal>,
    /// What the columns are called.
    pub columns: Mapping,
}

/// Cash by currency, and where it stands when it stands in the file.
type Balances = BTreeMap<Currency, (Decimal, Option<Span>)>;

/// A position.
#[derive(Debug, Clone)]
struct Held {
    quantity: Decimal,
    price: Decimal,
    /// The code, the quantity, the price.
    places: [Span; 3],
}

/// Holdings that were read out of a table.
#[derive(Debug, Clone)]
pub struct Converted {
    as_of: NaiveDate,
    cash: Balances,
    positions: BTreeMap<Code, Held>,
    /// Codes that were put right, as they stood.
    pub restored: Vec<(String, Code)>,
    /// How many lines of sums were passed over.
    pub sums: usize,
}

impl Converted {
    /// The day.
    #[must_use]
    pub fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// The shares of each position, and where they stand.
    pub fn quantities(&self) -> impl Iterator<Item = (&Code, Decimal, Span)> {
        self.positions.iter().map(|(code, held)| (code, held.quantity, held.places[1]))
    }

    /// The text of a `holdings.yaml`, and where in the table each of its values stood.
    #[must_use]
    pub fn yaml(&self, lots: &BTreeMap<Code, Vec<Lot>>) -> (String, Vec<(Span, Span)>) {
        let mut text = format!("as_of: {}\ncash: {{", self.as_of);
        let mut origins = Vec::new();
        for (i, (currency, (amount, place))) in self.cash.iter().enumerate() {
            text.push_str(&format!("{} {}: ", if i == 0 { "" } else { "," }, currency.word()));
            let start = text.len();
            text.push_str(&amount.to_string());
            origins.extend(place.map(|place| (Span { start, end: text.len() }, place)));
        }
        text.push_str(if self.positions.is_empty() { " }\npositions: []\n" } else { " }\npositions:\n" });
        for (code, held) in &self.positions {
            let values = [format!("'{code}'"), held.quantity.to_string(), held.price.to_string()];
            let keys = ["  - code: ", "    quantity: ", "    price: "];
            for ((key, value), place) in keys.into_iter().zip(values).zip(held.places) {
                text.push_str(key);
                let start = text.len();
                text.push_str(&value);
                origins.push((Span { start, end: text.len() }, place));
                text.push('\n');
            }
            if let Some(lots) = lots.get(code) {
                text.push_str(&lots_text(lots));
            }
        }
        (text, origins)
    }
}

fn lots_text(lots: &[Lot]) -> String {
    if lots.is_empty() {
        return "    lots: []\n".to_owned();
    }
    let line = |lot: &Lot| {
        let per = if lot.per.decimal() == Decimal::ONE { String::new() } else { format!(", per: {}", lot.per) };
        format!("      - {{ date: {}, quantity: {}, cost: {}{per} }}\n", lot.date, lot.quantity, lot.cost)
    };
    lots.iter().fold("    lots:\n".to_owned(), |text, lot| text + &line(lot))
}

/// Reads holdings out of the text of a table. `path` is the file, as the user named it.
///
/// # Errors
/// What is wrong with it, each at its place.
pub fn convert(path: &str, text: &str, stated: &Stated, codes: Codes<'_>) -> Result<Converted, Vec<Finding>> {
    let remedy = format!("say what it is called: rebalance import {} --columns ", quoted(path));
    let wanted = Wanted { columns: &WANTED, codes: codes.known, mapping: &stated.columns, remedy: &remedy };
    let table = table(path, text, &wanted)?;
    let (cash, positions) = (BTreeMap::new(), BTreeMap::new());
    let mut read = Read { path, table: &table, codes, cash, has_cash: false, positions, as_of: None };
    let (mut restored, mut findings) = (Vec::new(), Vec::new());
    for row in &table.rows {
        match read.line(row) {
            Ok(put_right) => restored.extend(put_right),
            Err(finding) => findings.push(*finding),
        }
        if findings.len() == MOST {
            break;
        }
    }
    let Read { cash, has_cash, positions, as_of, .. } = read;
    let as_of = day(path, as_of, stated, table.header).map_err(|finding| findings.push(*finding)).ok();
    let silent = !has_cash && stated.cash.is_empty();
    let cash = if silent { Err(no_cash(path, table.header, codes.base)) } else { balances(path, cash, stated) };
    let cash = cash.map_err(|finding| findings.push(*finding)).unwrap_or_default();
    match as_of {
        Some(as_of) if findings.is_empty() => Ok(Converted { as_of, cash, positions, restored, sums: table.sums }),
        _ => Err(findings),
    }
}

/// The day the file is of, which is said once.
fn day(path: &str, read: Option<(NaiveDate, Span)>, stated: &Stated, header: Span) -> Result<NaiveDate, Box<Finding>> {
    match (read, stated.as_of) {
        (Some((day, at)), Some(said)) if day != said => {
            let finding = Finding::new(path, format!("the file is of {day}, and --as-of says {said}"));
            Err(Box::new(faulty(finding.at(at, format!("{day}"))).help("leave --as-of out, or export that day.")))
        }
        (Some((day, _)), _) | (None, Some(day)) => Ok(day),
        (None, None) => {
            let finding = Finding::new(path, "the file does not say of which day it is");
            let finding = faulty(finding.at(header, "no column `as_of`, or nothing in it"));
            let name = quoted(path);
            let help = format!("add a column `as_of`, or say it: rebalance import {name} --as-of YYYY-MM-DD");
            Err(Box::new(finding.help(help)))
        }
    }
}

/// Cash, as the file and the user state it.
fn balances(path: &str, read: BTreeMap<Currency, (Decimal, Span)>, stated: &Stated) -> Result<Balances, Box<Finding>> {
    for (currency, said) in &stated.cash {
        if let Some((amount, at)) = read.get(currency).filter(|(amount, _)| amount != said) {
            let word = currency.word();
            let finding = Finding::new(path, format!("the file has {amount} {word}, and --cash says {said}"));
            return Err(Box::new(faulty(finding.at(*at, "cash")).help("leave --cash out, or correct one of them.")));
        }
    }
    let stated = stated.cash.iter().map(|(currency, amount)| (*currency, (*amount, None)));
    let read = read.into_iter().map(|(currency, (amount, span))| (currency, (amount, Some(span))));
    Ok(stated.chain(read).collect())
}

/// That nobody says how much cash there is: not said is not none.
fn no_cash(path: &str, header: Span, base: Currency) -> Box<Finding> {
    let finding = Finding::new(path, "the file does not say how much cash there is").at(header, "no line has it");
    let (name, cash) = (quoted(path), base.word());
    let finding = faulty(finding).help(format!("add a line whose code is `{cash}` and whose quantity is the amount."));
    Box::new(finding.help(format!("or say how much: rebalance import {name} --cash {cash}=AMOUNT")))
}

/// What was read so far.
struct Read<'a> {
    path: &'a str,
    table: &'a Table,
    codes: Codes<'a>,
    cash: BTreeMap<Currency, (Decimal, Span)>,
    /// Whether a line is of cash, even one that is refused.
    has_cash: bool,
    positions: BTreeMap<Code, Held>,
    as_of: Option<(NaiveDate, Span)>,
}

impl Read<'_> {
    /// Reads a line; its code as it stood and as it is, where it was put right.
    fn line(&mut self, row: &Row) -> Result<Option<(String, Code)>, Box<Finding>> {
        let missing = Cell { text: String::new(), span: row.span };
        let cell = |column: &str| self.table.cell(row, column).unwrap_or(&missing);
        let [code_cell, quantity, price] = ["code", "quantity", "price"].map(cell);
        self.has_cash |= Currency::parse(&code_cell.text).is_some();
        self.same_day(cell("as_of"))?;
        let stated = self.currency(cell("currency"))?;
        if let Some(currency) = Currency::parse(&code_cell.text) {
            self.same_currency(cell("currency"), stated, Some(currency), code_cell)?;
            self.no_price(price)?;
            let amount = quantity.figure(self.path, PRICE_PLACES, "amount")?;
            return match self.cash.insert(currency, (amount, quantity.span)) {
                Some((_, first)) => Err(self.twice(currency.word(), code_cell.span, first)),
                None => Ok(None),
            };
        }
        let (own, put_right) = code(self.path, code_cell, stated, self.codes)?;
        self.same_currency(cell("currency"), stated, self.codes.currencies.get(&own).copied(), code_cell)?;
        self.not_dropped(cell("currency"), stated, &own)?;
        let held = Held {
            quantity: quantity.positive(self.path, QUANTITY_PLACES, "quantity")?,
            price: price.positive(self.path, PRICE_PLACES, "price")?,
            places: [code_cell.span, quantity.span, price.span],
        };
        match self.positions.insert(own.clone(), held) {
            Some(first) => Err(self.twice(&own.0, code_cell.span, first.places[0])),
            None => Ok(put_right.then(|| (code_cell.text.clone(), own))),
        }
    }

    /// The day of a line, which is that of every line.
    fn same_day(&mut self, cell: &Cell) -> Result<(), Box<Finding>> {
        if cell.text.is_empty() {
            return Ok(());
        }
        let day = cell.day(self.path)?;
        let (first, at) = *self.as_of.get_or_insert((day, cell.span));
        if first == day {
            return Ok(());
        }
        let finding = cell.finding(self.path, "the lines are of different days", format!("{day}"));
        Err(Box::new(finding.with(at, format!("{first}")).help("export all positions on one day.")))
    }

    /// The currency that a line states.
    fn currency(&self, cell: &Cell) -> Result<Option<Currency>, Box<Finding>> {
        let word = match cell.text.as_str() {
            "" => return Ok(None),
            "원" | "원화" => "KRW".to_owned(),
            text => text.to_uppercase(),
        };
        Currency::parse(&word).map(Some).ok_or_else(|| {
            let words = Currency::ALL.map(Currency::word);
            let message = format!("`{}` is not a currency that is known", shown(&cell.text));
            let finding = cell.finding(self.path, message, "its currency");
            Box::new(finding.help(format!("write one of {}.", crate::words::list(&words))))
        })
    }

    /// A price in another currency than the config's is another price.
    fn same_currency(
        &self,
        cell: &Cell,
        stated: Option<Currency>,
        known: Option<Currency>,
        code: &Cell,
    ) -> Result<(), Box<Finding>> {
        match (stated, known) {
            (Some(stated), Some(known)) if stated != known => {
                let (stated, known) = (stated.word(), known.word());
                let message = format!("{} is in {known}, and its line is in {stated}", shown(&code.text));
                let finding = cell.finding(self.path, message, "another currency").with(code.span, "its code");
                let help = "correct the line, or the `currency` of the asset in the config.";
                Err(Box::new(finding.help(help)))
            }
            _ => Ok(()),
        }
    }

    /// Holdings have no currencies of their own: of a code that the config lacks, the one that is stated would be lost. The
    /// base currency is what it has anyway.
    fn not_dropped(&self, cell: &Cell, stated: Option<Currency>, own: &Code) -> Result<(), Box<Finding>> {
        let foreign = stated.filter(|stated| *stated != self.codes.base);
        let Some(word) = foreign.filter(|_| !self.codes.known.contains(own)).map(Currency::word) else { return Ok(()) };
        let message = format!("{own} is in {word}, and the config does not know it");
        let finding = cell.finding(self.path, message, "its currency would be lost");
        let help = format!(
            "list it in the config with `currency: {word}`, or keep it out of the weights there: `outside: ['{own}']`."
        );
        Err(Box::new(finding.help(help)))
    }

    /// Cash is an amount: what stands in the column of prices must not be one.
    fn no_price(&self, cell: &Cell) -> Result<(), Box<Finding>> {
        if ["", "0", "1", "-"].contains(&cell.text.as_str()) {
            return Ok(());
        }
        let finding = cell.finding(self.path, "the line of cash has a price", "a price, or the amount?");
        Err(Box::new(finding.help("write the amount as the quantity, and leave the price empty.")))
    }

    fn twice(&self, what: &str, here: Span, first: Span) -> Box<Finding> {
        let finding = Finding::new(self.path, format!("{what} is there twice")).at(here, "again here");
        Box::new(faulty(finding.with(first, "first here")).help("put both into one line."))
    }
}
