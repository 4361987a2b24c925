//! A holdings file after cash was paid in, taken out or converted.

use super::{RewriteError, cash_edits, edited, number, read};
use crate::config::Currency;
use crate::document::{Document, Edit};
use crate::holdings::Holdings;
use crate::money::Money;
use crate::trade::Movement;

/// The text of a holdings file after cash was moved.
///
/// # Errors
/// See [`RewriteError`].
pub fn transferred(text: &[u8], movement: &Movement) -> Result<String, RewriteError> {
    let (before, document) = read(text)?;
    let mut after = before.clone();
    let mut text = document.text;
    for (currency, change) in movement.changes() {
        let cash = after.cash.entry(currency).or_default();
        let sum = cash.plus(change).ok_or(RewriteError::TooLarge)?;
        if change < Money::ZERO && sum < Money::ZERO {
            return Err(match movement {
                Movement::Transfer(_) => RewriteError::Overspent { cash: sum },
                Movement::Conversion(_) => {
                    RewriteError::NotThere { currency, wanted: Money::new(-change.decimal()), there: *cash }
                }
            });
        }
        *cash = sum;
        cut_dividends(&mut after, currency);
        text = edited(&text, "cash", |document| cash_edits(document, currency, sum))?;
        let dividends = [&before, &after].map(|holdings| holdings.dividends.get(&currency));
        if let [was, Some(left)] = dividends
            && was != Some(left)
        {
            text = edited(&text, "dividends", |document| dividend_edits(document, currency, *left))?;
        }
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
