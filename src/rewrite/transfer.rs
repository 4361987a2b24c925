//! A holdings file after cash was paid in or taken out.

use super::{RewriteError, cash_edits, edited, number, read};
use crate::config::Currency;
use crate::document::{Document, Edit};
use crate::holdings::Holdings;
use crate::money::Money;
use crate::trade::Transfer;
use rust_decimal::Decimal;

/// The text of a holdings file after a transfer.
///
/// # Errors
/// See [`RewriteError`].
pub fn transferred(text: &[u8], transfer: &Transfer) -> Result<String, RewriteError> {
    let (before, document) = read(text)?;
    let mut after = before.clone();
    let cash = after.cash.entry(transfer.currency).or_default();
    let sum = cash.plus(transfer.amount).ok_or(RewriteError::TooLarge)?;
    if !transfer.pays_in() && sum.decimal() < Decimal::ZERO {
        return Err(RewriteError::Overspent { cash: sum });
    }
    *cash = sum;
    let currency = transfer.currency;
    cut_dividends(&mut after, currency);
    let mut text = edited(&document.text, "cash", |document| cash_edits(document, currency, sum))?;
    if let Some(left) = after.dividends.get(&currency).filter(|_| before.dividends != after.dividends) {
        text = edited(&text, "dividends", |document| dividend_edits(document, currency, *left))?;
    }
    let (back, _) = read(text.as_bytes()).map_err(|_| RewriteError::Differs)?;
    if back == after { Ok(text) } else { Err(RewriteError::Differs) }
}

/// What came from dividends is a part of the cash: where less cash is left than that, the rest of it was spent.
pub(super) fn cut_dividends(holdings: &mut Holdings, currency: Currency) {
    let cash = holdings.cash.get(&currency).copied().unwrap_or_default();
    if let Some(dividends) = holdings.dividends.get_mut(&currency) {
        *dividends = (*dividends).min(cash.max(Money::ZERO));
    }
}

pub(super) fn dividend_edits(document: &Document, currency: Currency, amount: Money) -> Option<Vec<Edit>> {
    number(document, document.root.get("dividends")?.get(currency.word())?, &amount.to_string())
}
