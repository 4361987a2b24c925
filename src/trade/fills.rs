//! Orders on paper: the ticket of a plan for a person to execute, and the fills they write down.
//!
//! The CSV ticket is the form for the fills as well: its last columns are empty. Files must never enter this room.

use super::{Conversion, Executions, Possible, Ticket};
use crate::money::{self, AMOUNT_PLACES, Money, PRICE_PLACES, Price, QUANTITY_PLACES, Quantity, without_thousands};
use crate::words::{count, short, shown};
use rust_decimal::Decimal;
use std::collections::BTreeMap;
use std::fmt;

/// The columns of the ticket; those from `filled_quantity` on are the person's.
const COLUMNS: &str =
    "order,side,code,name,quantity,limit_price,currency,filled_quantity,filled_price,commission,tax,filled_at";

/// A line of fills that is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadFill {
    /// The line, from 1.
    pub line: usize,
    /// Why.
    pub why: String,
    /// What to do.
    pub help: String,
}

impl BadFill {
    /// `number` counts from 0.
    fn of(number: usize, why: &str, help: &str) -> Self {
        Self { line: number + 1, why: why.to_owned(), help: help.to_owned() }
    }
}

impl fmt::Display for BadFill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.why)
    }
}

/// The ticket as CSV, to be filled in.
#[must_use]
pub fn ticket_csv(tickets: &[Ticket]) -> String {
    let mut text = format!("{COLUMNS}\n");
    for ticket in tickets {
        let name = format!("\"{}\"", ticket.ticker.replace('"', "\"\""));
        let Ticket { id, side, code, quantity, limit, currency, .. } = ticket;
        text.push_str(&format!("{id},{},{code},{name},{quantity},{limit},{},,,,,\n", side.word(), currency.word()));
    }
    text
}

/// The ticket as text.
#[must_use]
pub fn ticket_text(plan_id: &str, tickets: &[Ticket], conversions: &[Conversion]) -> String {
    let short = short(plan_id);
    let mut text = format!("Order ticket of plan {short}: {}\n", count(tickets.len(), "order"));
    text.push_str("Sell first, then buy, in this order. Limit orders for the day, and no others.\n");
    text.extend(conversions.iter().map(|one| to_convert(one) + "\n"));
    text.push('\n');
    for (index, ticket) in tickets.iter().enumerate() {
        let Ticket { side, code, ticker, quantity, limit, currency, .. } = ticket;
        let (place, side, currency) = (index + 1, side.word(), currency.word());
        text.push_str(&format!("{place:>3}. {side:<4} {quantity} x {code}  {ticker}\n     limit {limit} {currency}\n"));
    }
    text
}

/// The ticket as Markdown.
#[must_use]
pub fn ticket_markdown(plan_id: &str, tickets: &[Ticket], conversions: &[Conversion]) -> String {
    let short = short(plan_id);
    let mut text = format!(
        "# Order ticket of plan {short}\n\nSell first, then buy, in this order. Limit orders for the day, and no others.\n\n"
    );
    text.extend(conversions.iter().map(|one| to_convert(one) + "\n\n"));
    text.push_str("| order | side | code | name | quantity | limit price |\n|---|---|---|---|--:|--:|\n");
    for ticket in tickets {
        let Ticket { id, side, code, ticker, quantity, limit, currency, .. } = ticket;
        let name = ticker.replace('|', "\\|");
        let (side, currency) = (side.word(), currency.word());
        text.push_str(&format!("| {id} | {side} | {code} | {name} | {quantity} | {limit} {currency} |\n"));
    }
    text
}

/// What a person does about a conversion.
fn to_convert(one: &Conversion) -> String {
    let Conversion { from, to, amount, received, .. } = one;
    let (from, to) = (from.word(), to.word());
    format!("Before the first purchase convert {amount} {from} into {to}: {received} {to} are counted on.")
}

/// Of the orders of a plan, which executions each can have had.
pub type Orders = BTreeMap<String, Possible>;

/// What the first line of fills that are kept begins with.
const KEPT: &str = "# plan_id: ";

/// Fills as they are kept between runs: with the plan that they are of, since ids of orders are the same in every plan.
#[must_use]
pub fn kept(plan_id: &str, text: &str) -> String {
    format!("{KEPT}{plan_id}\n{}", text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The fills of a plan in what was kept; none where it is another's.
#[must_use]
pub fn kept_of<'t>(plan_id: &str, text: &'t str) -> Option<&'t str> {
    let (first, rest) = text.split_once('\n')?;
    (first.strip_prefix(KEPT)? == plan_id).then_some(rest)
}

/// Reads fills: a CSV with the columns `order`, `filled_quantity` and `filled_price`, and perhaps `commission`, `tax` and
/// `filled_at`; others are not looked at. An order has a line for each execution, or one with a quantity of 0 when nothing
/// was executed. A line without a quantity says nothing yet. Where `orders` are given, each line must be able to be of one
/// of them.
///
/// # Errors
/// [`BadFill`] for the first line that is none.
pub fn fills(text: &str, orders: Option<&Orders>) -> Result<BTreeMap<String, Executions>, BadFill> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let Some((first, header)) = lines.next() else { return Err(BadFill::of(0, "there is no header", HEADER)) };
    let columns = Columns::of(first, header)?;
    let mut fills: BTreeMap<String, Executions> = BTreeMap::new();
    for (number, line) in lines {
        let bad = |why: &str, help: &str| BadFill::of(number, why, help);
        let Some(Line { order, price, executed }) = columns.line(number, line)? else { continue };
        let known = orders.map(|orders| {
            orders.get(&order).ok_or_else(|| bad(&format!("the plan has no order `{order}`"), "see the ticket."))
        });
        let known = known.transpose()?;
        if let Some(why) = known.zip(price).and_then(|(known, price)| known.too_bad(&order, price)) {
            return Err(bad(&why, WORSE));
        }
        if let Some(why) = known.and_then(|known| known.too_many(&order, executed.quantity)) {
            return Err(bad(&why, "write the shares that were executed."));
        }
        let all = match fills.remove(&order) {
            Some(before) => before.and(&executed).ok_or_else(|| bad(TOO_LARGE, PLAIN))?,
            None => executed,
        };
        if let Some(why) = known.and_then(|known| known.too_many(&order, all.quantity)) {
            return Err(bad(&why, "its lines are added up: write one for each execution, and none twice."));
        }
        fills.insert(order, all);
    }
    Ok(fills)
}

const HEADER: &str = "fill in the ticket, or begin with the line `order,filled_quantity,filled_price`.";
const QUOTES: &str = "close the quotes, or remove them.";
const TOO_LARGE: &str = "it is larger than is kept exactly";
const PLAIN: &str = "write plain digits, such as `16800` or `0.5`, or `\"1,234,567\"` in quotes.";
const WORSE: &str = "correct it; if it was really executed so, it was not this order: write 0, end the plan with --close, \
                     and correct the holdings by hand.";

/// Where the columns are.
struct Columns {
    order: usize,
    quantity: usize,
    price: usize,
    commission: Option<usize>,
    tax: Option<usize>,
    at: Option<usize>,
}

/// What a line says.
struct Line {
    order: String,
    /// None where nothing was executed.
    price: Option<Price>,
    executed: Executions,
}

impl Columns {
    fn of(number: usize, header: &str) -> Result<Self, BadFill> {
        let header = fields(header).ok_or_else(|| BadFill::of(number, "its quotes do not match", QUOTES))?;
        let place = |name: &str| header.iter().position(|column| column.eq_ignore_ascii_case(name));
        let needed =
            |name: &str| place(name).ok_or_else(|| BadFill::of(number, &format!("it has no column `{name}`"), HEADER));
        let (order, quantity, price) = (needed("order")?, needed("filled_quantity")?, needed("filled_price")?);
        Ok(Self { order, quantity, price, commission: place("commission"), tax: place("tax"), at: place("filled_at") })
    }

    /// What a line says, if it says something.
    fn line(&self, number: usize, line: &str) -> Result<Option<Line>, BadFill> {
        let bad = |why: &str, help: &str| BadFill::of(number, why, help);
        let fields = fields(line).ok_or_else(|| bad("its quotes do not match", QUOTES))?;
        let field = |place: usize| fields.get(place).map(|field| field.trim()).filter(|field| !field.is_empty());
        let Some(shares) = field(self.quantity) else { return Ok(None) };
        let order = field(self.order).ok_or_else(|| bad("it names no order", "see the ticket."))?;
        let figure = |name: &str, text: &str, places| {
            let value = without_thousands(text).and_then(|plain| money::decimal(&plain, places).ok());
            let value = value.filter(|value| !value.is_sign_negative() || value.is_zero());
            value.ok_or_else(|| bad(&format!("`{}` is no {name}", shown(text)), PLAIN))
        };
        let shares = Quantity::new(figure("quantity", shares, QUANTITY_PLACES)?);
        let price = match field(self.price) {
            _ if shares.is_zero() => None,
            Some(text) => Some(Price::new(figure("price", text, PRICE_PLACES)?)),
            None => return Err(bad("it has no price", "write the price of one share.")),
        };
        if price.is_some_and(|price| price <= Price::ZERO) {
            return Err(bad(
                "the price is 0",
                "write the price of one share; a quantity of 0 says that nothing was executed.",
            ));
        }
        let amount = price.map_or(Some(Money::ZERO), |price| price.times(shares));
        let amount = amount.ok_or_else(|| bad(TOO_LARGE, PLAIN))?;
        let cost = |place: Option<usize>, name| {
            let text = place.and_then(field);
            text.map(|text| figure(name, text, AMOUNT_PLACES).map(Money::new)).transpose()
        };
        let (commission, tax) = (cost(self.commission, "commission")?, cost(self.tax, "tax")?);
        let at = self.at.and_then(field).map(str::to_owned);
        if at.as_ref().is_some_and(|at| chrono::DateTime::parse_from_rfc3339(at).is_err()) {
            return Err(bad("`filled_at` is no time", "write it as 2026-03-04T09:00:00+09:00, or leave it empty."));
        }
        let executed = Executions { quantity: shares, amount, commission, tax, at, slippage: Money::ZERO };
        Ok(Some(Line { order: order.to_owned(), price, executed }))
    }
}

impl Executions {
    /// These and others of the same order together; `None` when that does not fit. A cost that one of them does not tell
    /// is not told.
    #[must_use]
    pub fn and(&self, other: &Self) -> Option<Self> {
        let both = |a: Option<Money>, b: Option<Money>| match (a, b) {
            (Some(a), Some(b)) => a.plus(b).map(Some),
            _ => Some(None),
        };
        let shares = self.quantity.decimal().checked_add(other.quantity.decimal())?;
        Some(Self {
            quantity: Quantity::new(shares),
            amount: self.amount.plus(other.amount)?,
            commission: both(self.commission, other.commission)?,
            tax: both(self.tax, other.tax)?,
            slippage: self.slippage.plus(other.slippage)?,
            at: other.at.clone().or_else(|| self.at.clone()),
        })
    }

    /// Whether nothing was executed.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.quantity.decimal() == Decimal::ZERO
    }
}

/// The fields of a line of CSV; a quoted field may have commas, and quotes twice. `None` when its quotes do not match.
fn fields(line: &str) -> Option<Vec<String>> {
    let (mut fields, mut field, mut quoted) = (Vec::new(), String::new(), false);
    let mut chars = line.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, quoted) {
            ('"', true) if chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            ('"', true) => quoted = false,
            ('"', false) if field.trim().is_empty() => {
                field.clear();
                quoted = true;
            }
            (',', false) => fields.push(std::mem::take(&mut field)),
            (c, _) => field.push(c),
        }
    }
    fields.push(field);
    (!quoted).then_some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fills_are_added_up_and_what_is_not_told_stays_untold() {
        let text = "\u{feff}order,name,filled_quantity,filled_price,commission,tax,filled_at\r\n\
            buy-1,\"A, \"\"b\"\"\",\"1,000\",10.5,3,,2026-03-04T09:00:00+09:00\r\n\
            buy-1,x,1,11,1,0,\n\nbuy-2,x,0,,,,\nbuy-3,x,,,,,\n";
        let fills = fills(text, None).unwrap();
        let first = &fills["buy-1"];
        assert_eq!((first.quantity.to_string(), first.amount.to_string()), ("1001".to_owned(), "10511".to_owned()));
        assert_eq!((first.commission, first.tax), (Some(Money::new(4.into())), None));
        assert_eq!(first.at.as_deref(), Some("2026-03-04T09:00:00+09:00"));
        assert!(fills["buy-2"].is_none() && !fills.contains_key("buy-3"));
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        for (text, line) in [
            ("", 1),
            ("order,filled_price\n", 1),
            ("order,filled_quantity,filled_price\nbuy-1,x,1\n", 2),
            ("order,filled_quantity,filled_price\n\nbuy-1,-1,1\n", 3),
            ("order,filled_quantity,filled_price\nbuy-1,1,\n", 2),
            ("order,filled_quantity,filled_price\n,1,1\n", 2),
            ("order,filled_quantity,filled_price\n\"buy-1,1,1\n", 2),
            ("order,filled_quantity,filled_price,filled_at\nbuy-1,1,1,yesterday\n", 2),
            ("order,filled_quantity,filled_price\nbuy-1,1,\"500,00\"\n", 2),
            ("order,filled_quantity,filled_price\nbuy-1,\"1,0\",500\n", 2),
            ("order,filled_quantity,filled_price\nbuy-1,1,0\n", 2),
        ] {
            assert_eq!(fills(text, None).unwrap_err().line, line, "{text:?}");
        }
    }

    #[test]
    fn what_was_kept_is_of_one_plan() {
        let text = kept("abc", "\u{feff}order,filled_quantity,filled_price\nbuy-1,1,1\n");
        let ours = kept_of("abc", &text).unwrap();
        assert_eq!(fills(ours, None).unwrap().len(), 1);
        assert_eq!((kept_of("abd", &text), kept_of("abc", ours), kept_of("", "")), (None, None, None));
    }
}
