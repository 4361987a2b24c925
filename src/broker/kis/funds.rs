//! What can be bought or sold at this moment.
//!
//! What can be bought is what can be paid for without a receivable (`nrcvb_buy_qty`): some accounts may buy more than they
//! can pay, and this program never does. Whether to trade must never enter this room.

use super::api::Api;
use super::balance::balance;
use super::fields::Fields;
use super::trouble::Trouble;
use super::world::{ORDERABLE, SELLABLE, World};
use rust_decimal::Decimal;

/// Shares that can be bought at a limit.
///
/// # Errors
/// [`Trouble`].
pub(super) fn buyable(api: &mut Api<'_>, code: &str, price: Decimal) -> Result<Decimal, Trouble> {
    let (account, price) = (api.account().clone(), price.to_string());
    let query = [
        ("CANO", account.number()),
        ("ACNT_PRDT_CD", account.kind()),
        ("PDNO", code),
        ("ORD_UNPR", price.as_str()),
        ("ORD_DVSN", "00"),
        ("CMA_EVLU_AMT_ICLD_YN", "N"),
        ("OVRS_ICLD_YN", "N"),
    ];
    let answer = api.get(ORDERABLE, &query)?;
    let quantity = Fields::under(&answer.body, &["output"]).and_then(|fields| fields.shares("nrcvb_buy_qty"));
    quantity.map_err(|misread| Trouble::misread(ORDERABLE.about, misread))
}

/// Shares of a code that can be sold. The mock world tells it in the balance alone.
///
/// # Errors
/// [`Trouble`].
pub(super) fn sellable(api: &mut Api<'_>, code: &str) -> Result<Decimal, Trouble> {
    if api.world() == World::Mock {
        return Ok(balance(api)?.position(code).map_or(Decimal::ZERO, |position| position.sellable));
    }
    let account = api.account().clone();
    let answer = api.get(SELLABLE, &[("CANO", account.number()), ("ACNT_PRDT_CD", account.kind()), ("PDNO", code)])?;
    // The portal calls it `output1`, the broker's own program reads `output`.
    let quantity = Fields::under(&answer.body, &["output", "output1"]).and_then(|fields| fields.shares("ord_psbl_qty"));
    quantity.map_err(|misread| Trouble::misread(SELLABLE.about, misread))
}
