//! A holdings file after cash was paid in or taken out.

use super::{RewriteError, cash_edits, edited, read};
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
    let (what, amount): (_, Money) = ("cash", *cash);
    let text = edited(&document.text, what, |document| cash_edits(document, transfer.currency, amount))?;
    let (back, _) = read(text.as_bytes()).map_err(|_| RewriteError::Differs)?;
    if back == after { Ok(text) } else { Err(RewriteError::Differs) }
}
