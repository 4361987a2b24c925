//! Orders on paper: the ticket of a plan for a person to execute, and the fills they write down.
//!
//! The CSV ticket is the form for the fills as well: its last columns are empty. Files must never enter this room.

use super::{Conversion, Executions, Ticket};
use crate::money::{self, AMOUNT_PLACES, Money, PRICE_PLACES, Price, QUANTITY_PLACES, Quantity};
use crate::words::count;
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
    let short = plan_id.get(..12).unwrap_or(plan_id);
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
    let short = plan_id.get(..12).unwrap_or(plan_id);
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

/// Reads fills: a CSV with the columns `order`, `filled_quantity` and `filled_price`, and perhaps `commission`, `tax` and
/// `filled_at`; others are not looked at. An order has a line for each execution, or one with a quantity of 0 when nothing
/// was executed. A line without a quantity says nothing yet.
///
/// # Errors
/// [`BadFill`] for the first line that is none.
pub fn fills(text: &str) -> Result<BTreeMap<String, Executions>, BadFill> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let bad = |line: usize, why: &str| BadFill { line: line + 1, why: why.to_owned() };
    let Some((first, header)) = lines.next() else { return Err(bad(0, "there is no header")) };
    let header = fields(header).ok_or_else(|| bad(first, "its quotes do not match"))?;
    let place = |name: &str| header.iter().position(|column| column.eq_ignore_ascii_case(name));
    let needed = |name: &str| place(name).ok_or_else(|| bad(first, &format!("it has no column `{name}`")));
    let (order, quantity, price) = (needed("order")?, needed("filled_quantity")?, needed("filled_price")?);
    let optional = [place("commission"), place("tax"), place("filled_at")];
    let mut fills: BTreeMap<String, Executions> = BTreeMap::new();
    for (number, line) in lines {
        let fields = fields(line).ok_or_else(|| bad(number, "its quotes do not match"))?;
        let field = |place: usize| fields.get(place).map(|field| field.trim()).filter(|field| !field.is_empty());
        let Some(shares) = field(quantity) else { continue };
        let id = field(order).ok_or_else(|| bad(number, "it names no order"))?;
        let figure = |name: &str, text: &str, places| {
            let plain = text.replace(',', "");
            let value = money::decimal(&plain, places).ok().filter(|value| !value.is_sign_negative());
            value.ok_or_else(|| bad(number, &format!("`{text}` is no {name}")))
        };
        let shares = Quantity::new(figure("quantity", shares, QUANTITY_PLACES)?);
        let amount = match field(price) {
            _ if shares.is_zero() => Some(Money::ZERO),
            Some(text) => Price::new(figure("price", text, PRICE_PLACES)?).times(shares),
            None => return Err(bad(number, "it has no price")),
        };
        let amount = amount.ok_or_else(|| bad(number, "it is larger than is kept exactly"))?;
        let cost = |place: Option<usize>, name| {
            let text = place.and_then(field);
            text.map(|text| figure(name, text, AMOUNT_PLACES).map(Money::new)).transpose()
        };
        let [commission, tax, at] = optional;
        let (commission, tax) = (cost(commission, "commission")?, cost(tax, "tax")?);
        let at = at.and_then(field).map(str::to_owned);
        if at.as_ref().is_some_and(|at| chrono::DateTime::parse_from_rfc3339(at).is_err()) {
            return Err(bad(number, "`filled_at` is no time such as 2026-03-04T09:00:00+09:00"));
        }
        let one = Executions { quantity: shares, amount, commission, tax, at, slippage: Money::ZERO };
        let all = match fills.remove(id) {
            Some(before) => before.and(&one).ok_or_else(|| bad(number, "it is larger than is kept exactly"))?,
            None => one,
        };
        fills.insert(id.to_owned(), all);
    }
    Ok(fills)
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
        let fills = fills(text).unwrap();
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
        ] {
            assert_eq!(fills(text).unwrap_err().line, line, "{text:?}");
        }
    }
}
