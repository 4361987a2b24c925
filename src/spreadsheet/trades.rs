//! The lots that trades leave: KIS's list of realised trades (기간별 매매손익), whose lines have what was bought and what
//! was sold of a code on a day.
//!
//! Columns: 매매일자, 종목코드, 매수수량, 매수금액, 매도수량; 구분 and 대출일자 tell what was bought on credit; others are
//! passed over. Lots are only lots when the trades explain every share that is held: purchases before the file begins are
//! never made up.

use super::cell::Cell;
use super::code::{Codes, code};
use super::holdings::Converted;
use super::table::{Column, Mapping, Row, Table, Wanted, table};
use super::{MOST, faulty};
use crate::code::Code;
use crate::config::CostBasis;
use crate::document::Span;
use crate::finding::Finding;
use crate::holdings::Lot;
use crate::lots::left;
use crate::money::{PRICE_PLACES, Price, QUANTITY_PLACES, Quantity};
use chrono::NaiveDate;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// The columns, as KIS calls them.
const WANTED: [Column; 7] = [
    Column { name: "종목코드", known: &["종목코드"], needed: true, figures: false },
    Column { name: "매매일자", known: &["매매일자"], needed: true, figures: false },
    Column { name: "매수수량", known: &["매수수량"], needed: true, figures: true },
    Column { name: "매수금액", known: &["매수금액"], needed: true, figures: true },
    Column { name: "매도수량", known: &["매도수량"], needed: true, figures: true },
    Column { name: "구분", known: &["구분"], needed: false, figures: false },
    Column { name: "대출일자", known: &["대출일자"], needed: false, figures: false },
];

/// What trades come to.
#[derive(Debug, Clone, Default)]
pub struct Traced {
    /// The lots of each code that was traded.
    pub lots: BTreeMap<Code, Vec<Lot>>,
    /// Codes that were put right, as they stood.
    pub restored: Vec<(String, Code)>,
}

/// What was traded of a code on a day, as a line says it.
struct Trade {
    day: NaiveDate,
    code: Code,
    bought: Decimal,
    paid: Decimal,
    sold: Decimal,
    place: Span,
}

/// The lots that trades leave of what is held. Purchases of a day come before its sales.
///
/// # Errors
/// What is wrong with the file, and where it does not explain what is held: as findings in it, or in the table of the
/// holdings.
pub fn lots(
    path: &str,
    text: &str,
    (held_path, held): (&str, &Converted),
    basis: CostBasis,
    codes: Codes<'_>,
) -> Result<Traced, Vec<Finding>> {
    let remedy = "export the list (기간별 매매손익) again, with its column ";
    let wanted = Wanted { columns: &WANTED, codes: codes.known, mapping: &Mapping::new(), remedy };
    let table = table(path, text, &wanted)?;
    let (mut findings, mut trades, mut restored) = (Vec::new(), Vec::new(), Vec::new());
    for row in &table.rows {
        match trade(path, row, &table, codes).and_then(|read| not_later(path, read, held.as_of())) {
            Ok((trade, put_right)) => {
                restored.extend(put_right.map(|was| (was, trade.code.clone())));
                trades.push(trade);
            }
            Err(finding) => findings.push(*finding),
        }
        if findings.len() == MOST {
            break;
        }
    }
    if !findings.is_empty() {
        return Err(findings);
    }
    let lots = trace(path, &trades, basis).map_err(|finding| vec![*finding])?;
    let unexplained = unexplained((path, &trades), (held_path, held), &lots);
    if unexplained.is_empty() { Ok(Traced { lots, restored }) } else { Err(unexplained) }
}

/// Goes through the trades day by day.
fn trace(path: &str, trades: &[Trade], basis: CostBasis) -> Result<BTreeMap<Code, Vec<Lot>>, Box<Finding>> {
    let purchases = trades.iter().filter(|trade| !trade.bought.is_zero()).map(|trade| (trade.day, false, trade));
    let sales = trades.iter().filter(|trade| !trade.sold.is_zero()).map(|trade| (trade.day, true, trade));
    let mut steps: Vec<_> = purchases.chain(sales).collect();
    steps.sort_by_key(|(day, sale, _)| (*day, *sale));
    let mut lots: BTreeMap<Code, Vec<Lot>> = BTreeMap::new();
    for (_, is_sale, trade) in steps {
        let own = lots.entry(trade.code.clone()).or_default();
        if is_sale {
            *own = sale(path, trade, own, basis)?;
        } else {
            own.push(purchase(trade));
        }
    }
    Ok(lots)
}

/// Reads a line, and its code as it stood where it was put right.
fn trade(path: &str, row: &Row, table: &Table, codes: Codes<'_>) -> Result<(Trade, Option<String>), Box<Finding>> {
    let missing = Cell { text: String::new(), span: row.span };
    let cell = |column: &str| table.cell(row, column).unwrap_or(&missing);
    let day = cell("매매일자").day(path)?;
    let (own, put_right) = code(path, cell("종목코드"), None, codes)?;
    let figure = |column: &'static str, places: u32| match cell(column).text.as_str() {
        "" | "-" => Ok(Decimal::ZERO),
        _ => cell(column).positive(path, places, column),
    };
    let bought = figure("매수수량", QUANTITY_PLACES)?;
    let paid = figure("매수금액", PRICE_PLACES)?;
    let sold = figure("매도수량", QUANTITY_PLACES)?;
    if bought.is_zero() != paid.is_zero() {
        let finding = cell("매수금액").finding(path, "a purchase has a quantity and an amount, or neither", "매수금액");
        let finding = finding.with(cell("매수수량").span, "매수수량");
        return Err(Box::new(finding.help("complete the line as the broker shows it.")));
    }
    on_credit(path, cell("구분"), cell("대출일자"))?;
    let put_right = put_right.then(|| cell("종목코드").text.clone());
    Ok((Trade { day, code: own, bought, paid, sold, place: row.span }, put_right))
}

/// What was bought with borrowed money is not held as other shares are.
fn on_credit(path: &str, kind: &Cell, loan: &Cell) -> Result<(), Box<Finding>> {
    let lent = loan.text.contains(|c: char| ('1'..='9').contains(&c));
    let credit = ["신용", "융자", "대주", "대출"].iter().any(|word| kind.text.contains(word));
    if !lent && !credit {
        return Ok(());
    }
    let cell = if credit { kind } else { loan };
    let finding = cell.finding(path, "the trade was made on credit", "a loan");
    Err(Box::new(finding.help("write its lots into the holdings.yaml by hand, and remove the lines of its code here.")))
}

fn not_later(
    path: &str,
    read: (Trade, Option<String>),
    as_of: NaiveDate,
) -> Result<(Trade, Option<String>), Box<Finding>> {
    if read.0.day <= as_of {
        return Ok(read);
    }
    let message = format!("the trade is of {}, and the holdings are of {as_of}", read.0.day);
    let finding = Finding::new(path, message).at(read.0.place, "later than the holdings");
    Err(Box::new(faulty(finding).help(format!("export the trades up to {as_of}, or the holdings again."))))
}

/// A purchase: the cost of a share where that comes out even, or that of all of them.
fn purchase(trade: &Trade) -> Lot {
    let each = trade.paid.checked_div(trade.bought).filter(|each| each.normalize().scale() <= PRICE_PLACES);
    let even = each.filter(|each| each.checked_mul(trade.bought) == Some(trade.paid));
    let (cost, per) = even.map_or((trade.paid, trade.bought), |each| (each, Decimal::ONE));
    let (cost, per) = (Price::new(cost), Quantity::new(per));
    Lot { date: trade.day, quantity: Quantity::new(trade.bought), cost, per, rate: None }
}

fn sale(path: &str, trade: &Trade, lots: &[Lot], basis: CostBasis) -> Result<Vec<Lot>, Box<Finding>> {
    let there: Decimal = lots.iter().map(|lot| lot.quantity.decimal()).sum();
    let rest = if there < trade.sold { None } else { left(lots, Quantity::new(trade.sold), basis) };
    rest.ok_or_else(|| {
        let (code, sold) = (&trade.code, trade.sold);
        let message = format!("{sold} shares of {code} are sold, and {there} were bought before in this file");
        let finding = Finding::new(path, message).at(trade.place, "bought before the file begins");
        Box::new(faulty(finding).help("export the trades from before the first purchase on."))
    })
}

/// Where what the trades leave is not what is held.
fn unexplained(
    (path, trades): (&str, &[Trade]),
    (held_path, held): (&str, &Converted),
    lots: &BTreeMap<Code, Vec<Lot>>,
) -> Vec<Finding> {
    const FROM: &str = "export the trades from before the first purchase to the day of the holdings.";
    let total = |lots: &[Lot]| -> Decimal { lots.iter().map(|lot| lot.quantity.decimal()).sum() };
    let mut findings = Vec::new();
    let mut known = BTreeSet::new();
    for (code, quantity, place) in held.quantities() {
        known.insert(code);
        let Some(left) = lots.get(code).map(|lots| total(lots)).filter(|left| *left != quantity) else { continue };
        let message = format!("the trades leave {left} shares of {code}, and {quantity} are held");
        findings.push(faulty(Finding::new(held_path, message).at(place, "not what the trades leave")).help(FROM));
    }
    for (code, left) in lots.iter().map(|(code, lots)| (code, total(lots))) {
        let trade = trades.iter().filter(|trade| trade.code == *code).max_by_key(|trade| trade.day);
        let Some(trade) = trade.filter(|_| !known.contains(code) && !left.is_zero()) else { continue };
        let message = format!("the trades leave {left} shares of {code}, and the holdings have none");
        findings.push(faulty(Finding::new(path, message).at(trade.place, "its last trade")).help(FROM));
    }
    findings
}
