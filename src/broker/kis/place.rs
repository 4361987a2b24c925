//! Placing an order, and cancelling what is left of one.
//!
//! All orders have a limit: one without would be reserved for at the highest price of the day, which a whole portfolio
//! cannot pay. The broker has no name of ours for an order, so that an order that is sent twice is two orders. Whether to
//! send one must never enter this room.

use super::api::{Api, Sent};
use super::book::Name;
use super::envelope::{Class, No};
use super::fields::{Fields, bare};
use super::trouble::Trouble;
use super::world::{BUY, CANCEL, SELL};
use crate::trade::Side;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// The broker has taken an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Taken {
    /// Its name.
    pub(super) name: Name,
    /// When, in the broker's word: HHMMSS in Seoul. Empty when it did not say.
    pub(super) at: String,
}

/// What became of an order that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Placed {
    /// The broker has taken it.
    Taken(Taken),
    /// It was not processed, which is certain. It may be sent again when its cause is gone.
    NotProcessed(Trouble),
    /// It was refused, which is certain.
    Refused(Trouble),
    /// The broker says no in words that prove nothing by themselves.
    SaidNo(Trouble),
    /// Nobody knows.
    Unknown(Trouble),
}

/// Sends an order at a limit, once.
pub(super) fn place(api: &mut Api<'_>, today: NaiveDate, order: (Side, &str, Decimal, Decimal)) -> Placed {
    let (side, code, quantity, price) = order;
    let (account, quantity, price) = (api.account().clone(), quantity.to_string(), price.to_string());
    let mut fields = vec![
        ("CANO", account.number()),
        ("ACNT_PRDT_CD", account.kind()),
        ("PDNO", code),
        ("ORD_DVSN", "00"),
        ("ORD_QTY", quantity.as_str()),
        ("ORD_UNPR", price.as_str()),
        ("EXCG_ID_DVSN_CD", "KRX"),
    ];
    let call = match side {
        Side::Buy => BUY,
        Side::Sell => {
            fields.push(("SLL_TYPE", "01"));
            SELL
        }
    };
    let answer = match api.post(call, &fields) {
        Sent::Done(answer) => answer,
        Sent::Not(trouble) => return became(trouble),
    };
    let unknown = |why: String| Placed::Unknown(Trouble::Unknown { about: call.about, why });
    match Fields::under(&answer.body, &["output"]) {
        Ok(fields) if !bare(fields.text("ODNO")).is_empty() => {
            let (branch, number) = (fields.text("KRX_FWDG_ORD_ORGNO").to_owned(), bare(fields.text("ODNO")).to_owned());
            let name = Name { day: today, branch, number };
            Placed::Taken(Taken { name, at: fields.text("ORD_TMD").to_owned() })
        }
        Ok(_) => unknown("the broker says that it has it, and not what it calls it".to_owned()),
        Err(misread) => unknown(format!("the broker says that it has it, but {}", misread.0)),
    }
}

fn became(trouble: Trouble) -> Placed {
    match &trouble {
        Trouble::NotSent { .. } => Placed::NotProcessed(trouble),
        Trouble::Unclear { .. } | Trouble::Unknown { .. } => Placed::Unknown(trouble),
        Trouble::No { no, .. } => match no.class {
            Class::Busy | Class::Token => Placed::NotProcessed(trouble),
            Class::Barred | Class::Refused => Placed::Refused(trouble),
            Class::Said => Placed::SaidNo(trouble),
            Class::Unknown => Placed::Unknown(trouble),
        },
    }
}

/// What became of a cancellation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Cancelled {
    /// The broker has taken it.
    Asked,
    /// There is nothing left to cancel, or it was not done: the list of orders says which.
    Not(Trouble),
}

/// Asks for all that is left of an order to be cancelled. Asked twice, it is cancelled once.
pub(super) fn cancel(api: &mut Api<'_>, name: &Name) -> Cancelled {
    let account = api.account().clone();
    let number = format!("{:0>10}", name.number);
    let fields = [
        ("CANO", account.number()),
        ("ACNT_PRDT_CD", account.kind()),
        ("KRX_FWDG_ORD_ORGNO", name.branch.as_str()),
        ("ORGN_ODNO", number.as_str()),
        ("ORD_DVSN", "00"),
        ("RVSE_CNCL_DVSN_CD", "02"),
        ("ORD_QTY", "0"),
        ("ORD_UNPR", "0"),
        ("QTY_ALL_ORD_YN", "Y"),
        ("EXCG_ID_DVSN_CD", "KRX"),
    ];
    match api.post(CANCEL, &fields) {
        Sent::Done(_) => Cancelled::Asked,
        Sent::Not(trouble) => Cancelled::Not(trouble),
    }
}

/// Whether a no says that nothing is left to cancel; the second is the mock world's word.
pub(super) fn nothing_left(trouble: &Trouble) -> bool {
    matches!(trouble, Trouble::No { no: No { code, .. }, .. } if ["APBK0927", "40330000"].contains(&code.as_str()))
}
