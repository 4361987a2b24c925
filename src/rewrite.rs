//! A holdings file after a trade: the quantity, the cash and the lots change, every other byte stays.
//!
//! The text is edited, read back, and must say exactly what the trade should have made of the holdings; otherwise there
//! is no new text. Files and brokers must never enter this room.

mod transfer;

pub use transfer::transferred;

use crate::config::Currency;
use crate::document::{self, Document, Edit, Node, Reading};
use crate::holdings::{Holdings, HoldingsFile, Lot};
use crate::lots;
use crate::money::{Money, Price, Quantity};
use crate::portfolio::Code;
use crate::schema;
use crate::trade::{Side, Ticket};
use rust_decimal::Decimal;
use std::fmt;

/// Why there is no new text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RewriteError {
    /// The file cannot be used as it stands.
    Unreadable {
        /// Why.
        why: String,
    },
    /// The file does not have the code.
    UnknownCode {
        /// The code.
        code: Code,
    },
    /// More would be sold than is held.
    TooFew {
        /// The code.
        code: Code,
        /// What is held.
        held: Quantity,
        /// What would be sold.
        sold: Quantity,
    },
    /// Cash would fall below zero.
    Overspent {
        /// What cash would be.
        cash: Money,
    },
    /// More would be converted than there is.
    NotThere {
        /// The currency.
        currency: Currency,
        /// What is to be converted.
        wanted: Money,
        /// What there is.
        there: Money,
    },
    /// A figure would be larger than is kept exactly.
    TooLarge,
    /// The file is written in a way that cannot be edited for certain.
    NoPlace {
        /// What could not be changed.
        what: &'static str,
    },
    /// The edited text does not say what it should.
    Differs,
}

impl RewriteError {
    /// What to do.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Unreadable { .. } => "correct the holdings, then make a new plan",
            Self::UnknownCode { .. } => "add the position with a quantity of 0 and its price, then make a new plan",
            Self::TooFew { .. } | Self::Overspent { .. } | Self::TooLarge => "make a new plan",
            Self::NotThere { .. } => "see that the cash is there",
            Self::NoPlace { .. } | Self::Differs => {
                "write the holdings as plain `key: value` lines, as the sample has them, then make a new plan"
            }
        }
    }
}

impl fmt::Display for RewriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { why } => write!(f, "the holdings cannot be used: {why}"),
            Self::UnknownCode { code } => write!(f, "the holdings have no position {code}"),
            Self::TooFew { code, held, sold } => write!(f, "{sold} shares of {code} would be sold, {held} are held"),
            Self::Overspent { cash } => write!(f, "cash would be {cash}"),
            Self::NotThere { currency, wanted, there } => {
                write!(f, "{wanted} {} are to be converted, and {there} are there", currency.word())
            }
            Self::TooLarge => f.write_str("a figure would be larger than this tool keeps exactly"),
            Self::NoPlace { what } => write!(f, "the {what} cannot be changed without touching anything else"),
            Self::Differs => f.write_str("the edited holdings would not say what the trade makes of them"),
        }
    }
}

/// The text of a holdings file after an order was filled whole at its reference price and its planned costs.
///
/// Lots are sold oldest first; by the moving average they become one. A purchase becomes a lot where the position has lots; its date is the holdings' own,
/// because that is the day its price is of. A position that is sold whole stays, because its price is needed.
///
/// # Errors
/// See [`RewriteError`].
pub fn rewrite(text: &[u8], ticket: &Ticket) -> Result<String, RewriteError> {
    let (before, document) = read(text)?;
    let after = traded(&before, ticket)?;
    let mut text = document.text;
    for change in changes(&before, &after, ticket) {
        text = change.make(&text, ticket)?;
    }
    let (back, _) = read(text.as_bytes()).map_err(|_| RewriteError::Differs)?;
    if back == after { Ok(text) } else { Err(RewriteError::Differs) }
}

/// The holdings that a file states.
///
/// # Errors
/// [`RewriteError::Unreadable`] when it is not faultless.
pub fn stated(text: &[u8]) -> Result<Holdings, RewriteError> {
    read(text).map(|(holdings, _)| holdings)
}

/// The holdings that a file states, and its tree.
///
/// # Errors
/// [`RewriteError::Unreadable`] when it is not faultless.
fn read(text: &[u8]) -> Result<(Holdings, Document), RewriteError> {
    let unreadable = |why: String| RewriteError::Unreadable { why };
    let reading = document::read(text);
    if let Some(fault) = reading.faults.first() {
        return Err(unreadable(fault.message.clone()));
    }
    let (file, misread) = HoldingsFile::of(&reading);
    if let Some(issue) = schema::check(&crate::holdings::FORM, &reading, &misread).first() {
        return Err(unreadable(issue.message.clone()));
    }
    let holdings = Holdings::of(&file).map_err(|contradictions| {
        unreadable(contradictions.first().map_or_else(|| "it is incomplete".to_owned(), |c| c.message.clone()))
    })?;
    let Reading { document, .. } = reading;
    let document = document.ok_or_else(|| unreadable("it is empty".to_owned()))?;
    Ok((holdings, document))
}

/// What a trade makes of holdings.
fn traded(before: &Holdings, ticket: &Ticket) -> Result<Holdings, RewriteError> {
    let mut after = before.clone();
    let day = after.as_of;
    let unknown = || RewriteError::UnknownCode { code: ticket.code.clone() };
    let position = after.positions.get_mut(&ticket.code).ok_or_else(unknown)?;
    let (held, shares) = (position.quantity.decimal(), ticket.quantity.decimal());
    let left = match ticket.side {
        Side::Sell => held.checked_sub(shares),
        Side::Buy => held.checked_add(shares),
    };
    let left = left.ok_or(RewriteError::TooLarge)?;
    if left < Decimal::ZERO {
        let (held, sold) = (position.quantity, ticket.quantity);
        return Err(RewriteError::TooFew { code: ticket.code.clone(), held, sold });
    }
    position.quantity = Quantity::new(left);
    position.price.times(position.quantity).ok_or(RewriteError::TooLarge)?;
    if let Some(lots) = &mut position.lots {
        match ticket.side {
            Side::Buy => {
                let per = Quantity::new(Decimal::ONE);
                lots.push(Lot { date: day, quantity: ticket.quantity, cost: ticket.price, per, rate: ticket.rate });
            }
            Side::Sell => *lots = lots::left(lots, ticket.quantity, ticket.basis).ok_or(RewriteError::TooLarge)?,
        }
    }
    let cash = after.cash.entry(ticket.currency).or_default();
    let had = *cash;
    *cash = ticket.cash_change().and_then(|change| cash.plus(change)).ok_or(RewriteError::TooLarge)?;
    if cash.decimal() < Decimal::ZERO && *cash < had {
        return Err(RewriteError::Overspent { cash: *cash });
    }
    transfer::cut_dividends(&mut after, ticket.currency);
    Ok(after)
}

/// One change of the text. Each is made on the text that the one before it left.
enum Change {
    Quantity(Quantity),
    Cash(Currency, Money),
    Dividends(Currency, Money),
    /// Takes a lot out; its place is that among the lots in the order of the file.
    RemoveLot(usize),
    LotQuantity(usize, Quantity),
    LotCost(usize, Price),
    LotPer(usize, Quantity),
    LotRate(usize, Decimal),
    AddLot(Lot),
}

fn changes(before: &Holdings, after: &Holdings, ticket: &Ticket) -> Vec<Change> {
    let mut changes = Vec::new();
    if let Some(cash) = after.cash.get(&ticket.currency) {
        changes.push(Change::Cash(ticket.currency, *cash));
    }
    if let Some(left) = after.dividends.get(&ticket.currency).filter(|_| before.dividends != after.dividends) {
        changes.push(Change::Dividends(ticket.currency, *left));
    }
    if let (Some(old), Some(new)) = (before.positions.get(&ticket.code), after.positions.get(&ticket.code)) {
        changes.push(Change::Quantity(new.quantity));
        if let (Some(old), Some(new)) = (&old.lots, &new.lots) {
            changes.extend(lot_changes(old, new, ticket));
        }
    }
    changes
}

fn lot_changes(old: &[Lot], new: &[Lot], ticket: &Ticket) -> Vec<Change> {
    if ticket.side == Side::Buy {
        return new.last().cloned().map(Change::AddLot).into_iter().collect();
    }
    // The oldest are gone; the first that is left may have become smaller, or stand for all by the moving average.
    let gone = old.len() - new.len();
    let mut changes = Vec::new();
    if let (Some(was), Some(is)) = (old.get(gone), new.first()) {
        changes.extend((was.quantity != is.quantity).then_some(Change::LotQuantity(gone, is.quantity)));
        changes.extend((was.cost != is.cost).then_some(Change::LotCost(gone, is.cost)));
        changes.extend((was.per != is.per).then_some(Change::LotPer(gone, is.per)));
        changes.extend(is.rate.filter(|_| was.rate != is.rate).map(|rate| Change::LotRate(gone, rate)));
    }
    changes.extend((0..gone).rev().map(Change::RemoveLot));
    changes
}

impl Change {
    fn make(&self, text: &str, ticket: &Ticket) -> Result<String, RewriteError> {
        edited(text, self.what(), |document| self.edits(document, ticket))
    }

    fn what(&self) -> &'static str {
        match self {
            Self::Quantity(_) => "quantity",
            Self::Cash(..) => "cash",
            Self::Dividends(..) => "dividends",
            Self::RemoveLot(_) | Self::AddLot(_) => "lots",
            Self::LotQuantity(..) | Self::LotCost(..) | Self::LotPer(..) | Self::LotRate(..) => "lots",
        }
    }

    fn edits(&self, document: &Document, ticket: &Ticket) -> Option<Vec<Edit>> {
        let position = position(document, &ticket.code)?;
        let number = |node: &Node, value: String| number(document, node, &value);
        match self {
            Self::Quantity(quantity) => number(position.get("quantity")?, quantity.to_string()),
            Self::Cash(currency, amount) => cash_edits(document, *currency, *amount),
            Self::Dividends(currency, amount) => transfer::dividend_edits(document, *currency, *amount),
            Self::RemoveLot(age) => {
                let lots = position.get("lots")?;
                document::remove_item(document, lots, by_age(lots, *age)?)
            }
            Self::LotQuantity(age, quantity) => number(lot(position, *age)?.get("quantity")?, quantity.to_string()),
            Self::LotCost(age, cost) => number(lot(position, *age)?.get("cost")?, cost.to_string()),
            Self::LotPer(age, per) => {
                let lot = lot(position, *age)?;
                match lot.get("per") {
                    Some(node) => number(node, per.to_string()),
                    None => document::insert_key(document, lot, "per", &per.to_string()),
                }
            }
            Self::LotRate(age, rate) => number(lot(position, *age)?.get("fx_rate")?, rate.to_string()),
            Self::AddLot(lot) => {
                let (date, quantity, cost) = (lot.date.to_string(), lot.quantity.to_string(), lot.cost.to_string());
                let rate = lot.rate.map(|rate| rate.to_string());
                let mut fields = vec![("date", date.as_str()), ("quantity", &quantity), ("cost", &cost)];
                fields.extend(rate.as_ref().map(|rate| ("fx_rate", rate.as_str())));
                document::append_item(document, position.get("lots")?, &fields)
            }
        }
    }
}

/// A text with its edits made; `what` they are about is named when there is no place for them.
fn edited(
    text: &str,
    what: &'static str,
    edits: impl Fn(&Document) -> Option<Vec<Edit>>,
) -> Result<String, RewriteError> {
    let reading = document::read(text.as_bytes());
    let document = reading.document.filter(|_| reading.faults.is_empty()).ok_or(RewriteError::NoPlace { what })?;
    let edits = edits(&document).ok_or(RewriteError::NoPlace { what })?;
    document::apply(text, &edits).ok_or(RewriteError::NoPlace { what })
}

fn number(document: &Document, node: &Node, value: &str) -> Option<Vec<Edit>> {
    Some(vec![document::replace_scalar(document, node, value)?])
}

fn cash_edits(document: &Document, currency: Currency, amount: Money) -> Option<Vec<Edit>> {
    let cash = document.root.get("cash")?;
    match cash.get(currency.word()) {
        Some(node) => number(document, node, &amount.to_string()),
        None => document::insert_key(document, cash, currency.word(), &amount.to_string()),
    }
}

fn position<'a>(document: &'a Document, code: &Code) -> Option<&'a Node> {
    let is_it = |node: &&Node| node.get("code").and_then(Node::scalar).is_some_and(|scalar| scalar.text == code.0);
    document.root.get("positions")?.items().iter().find(is_it)
}

fn lot(position: &Node, age: usize) -> Option<&Node> {
    let lots = position.get("lots")?;
    lots.items().get(by_age(lots, age)?)
}

/// Where the lot of an age stands in the file: 0 is the oldest, those of one day in the order of the file.
fn by_age(lots: &Node, age: usize) -> Option<usize> {
    let mut dates = Vec::new();
    for (place, lot) in lots.items().iter().enumerate() {
        dates.push((lot.get("date")?.scalar()?.text.clone(), place));
    }
    // Dates are written `2026-03-04`: their order as texts is their order in time.
    dates.sort();
    dates.get(age).map(|(_, place)| *place)
}
