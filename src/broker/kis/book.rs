//! The orders of a day as the broker lists them, and what became of each.
//!
//! An order is known by its day, its branch and its number together. That nothing remains of it does not say that it was
//! filled: it may have been rejected or cancelled. Whose order it is must never enter this room.

use super::api::Api;
use super::balance::PLACE;
use super::fields::{Fields, Misread, bare};
use super::trouble::Trouble;
use super::world::{Call, OPEN, ORDERS, World};
use crate::trade::Side;
use chrono::{NaiveDate, NaiveTime};
use rust_decimal::Decimal;
use serde_json::Value;
use std::fmt;

/// The name of an order.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Name {
    /// The day.
    pub(super) day: NaiveDate,
    /// The branch that numbered it.
    pub(super) branch: String,
    /// The number, without zeros in front.
    pub(super) number: String,
}

impl Name {
    /// Reads what [`fmt::Display`] has written.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.splitn(3, '-');
        let day = NaiveDate::parse_from_str(parts.next()?, "%Y%m%d").ok()?;
        let (branch, number) = (parts.next()?.to_owned(), parts.next()?.to_owned());
        Some(Self { day, branch, number }).filter(|name| !name.number.is_empty())
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}", self.day.format("%Y%m%d"), self.branch, self.number)
    }
}

/// An order in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    /// Its name.
    pub(super) name: Name,
    /// Whether it changes or cancels another one.
    pub(super) amends: bool,
    /// Which way.
    pub(super) side: Side,
    /// The code.
    pub(super) code: String,
    /// Shares ordered.
    pub(super) quantity: Decimal,
    /// The limit; none of an order without one.
    pub(super) limit: Option<Decimal>,
    /// When it was ordered, by the clock in Seoul.
    pub(super) at: Option<NaiveTime>,
    /// Shares executed.
    pub(super) filled: Decimal,
    /// What was paid or received for them.
    pub(super) amount: Decimal,
    /// Shares that can still be executed.
    pub(super) remaining: Decimal,
    /// Shares that were rejected.
    pub(super) rejected: Decimal,
    /// Shares that were cancelled.
    pub(super) cancelled: Decimal,
    /// Whether the broker marks it as cancelled.
    pub(super) marked: bool,
    /// By which way it came, in the broker's word; empty where that is not told.
    pub(super) channel: String,
}

/// What became of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It can still be executed, or the list does not say what became of the rest.
    Open,
    /// All of it was executed.
    Filled,
    /// What was not executed was rejected.
    Rejected,
    /// What was not executed was cancelled.
    Cancelled,
}

impl Row {
    /// What became of it, by its four quantities together.
    pub(super) fn state(&self) -> State {
        let ended = self.filled + self.rejected + self.cancelled;
        if self.filled >= self.quantity {
            State::Filled
        } else if self.rejected > Decimal::ZERO && ended >= self.quantity {
            State::Rejected
        } else if self.remaining.is_zero() && (ended >= self.quantity || self.marked) {
            State::Cancelled
        } else {
            State::Open
        }
    }

    /// What people want to know of it.
    pub(super) fn about(&self) -> String {
        let at = self.at.map_or_else(|| "at an unknown time".to_owned(), |at| format!("at {at} in Seoul"));
        let limit = self.limit.map_or_else(|| "the market's price".to_owned(), |limit| limit.to_string());
        let channel = if self.channel.is_empty() { String::new() } else { format!(" by {}", self.channel) };
        let (side, code, quantity) = (self.side.word(), &self.code, self.quantity);
        format!("{side} {quantity} of {code} at {limit}, ordered {at}{channel}, {} executed", self.filled)
    }
}

/// The orders of a day, of all codes, complete.
///
/// # Errors
/// [`Trouble`], also when the list could not be read to its end.
pub(super) fn orders(api: &mut Api<'_>, day: NaiveDate) -> Result<Vec<Row>, Trouble> {
    listed(api, day, "").map(|(rows, _)| rows)
}

/// What was executed of a code on a day in all, one way, as the sums of the list tell it: shares, and what was paid or
/// received for them. The mock world has these sums even where it does not list the orders.
///
/// # Errors
/// [`Trouble`].
pub(super) fn executed(
    api: &mut Api<'_>,
    day: NaiveDate,
    code: &str,
    side: Side,
) -> Result<(Decimal, Decimal), Trouble> {
    let (_, sums) = queried(api, day, code, side_code(Some(side)))?;
    let sums = sums.ok_or_else(|| Misread("there are no sums".to_owned()));
    sums.map_err(|misread| Trouble::misread(ORDERS.about, misread))
}

type Listed = (Vec<Row>, Option<(Decimal, Decimal)>);

fn listed(api: &mut Api<'_>, day: NaiveDate, code: &str) -> Result<Listed, Trouble> {
    queried(api, day, code, side_code(None))
}

fn side_code(side: Option<Side>) -> &'static str {
    match side {
        None => "00",
        Some(Side::Sell) => "01",
        Some(Side::Buy) => "02",
    }
}

fn queried(api: &mut Api<'_>, day: NaiveDate, code: &str, side: &str) -> Result<Listed, Trouble> {
    let (account, date) = (api.account().clone(), day.format("%Y%m%d").to_string());
    let query = [
        ("CANO", account.number()),
        ("ACNT_PRDT_CD", account.kind()),
        ("INQR_STRT_DT", date.as_str()),
        ("INQR_END_DT", date.as_str()),
        ("SLL_BUY_DVSN_CD", side),
        ("INQR_DVSN", "00"),
        ("PDNO", code),
        ("CCLD_DVSN", "00"),
        ("ORD_GNO_BRNO", ""),
        ("ODNO", ""),
        ("INQR_DVSN_3", "00"),
        ("INQR_DVSN_1", ""),
        // The default would hide what was ordered elsewhere than at the exchange.
        ("EXCG_ID_DVSN_CD", "ALL"),
    ];
    let pages = api.pages(ORDERS, &query, PLACE)?;
    let read = || {
        let mut all = Vec::new();
        for page in &pages {
            all.extend(rows(page, "output1", day)?);
        }
        // Only who asks for the sums needs them.
        let sums = pages.last().and_then(|page| Fields::under(page, &["output2"]).ok());
        let sums = sums.and_then(|sums| Some((sums.shares("tot_ccld_qty").ok()?, sums.amount("tot_ccld_amt").ok()?)));
        Ok((all, sums))
    };
    read().map_err(|misread| Trouble::misread(ORDERS.about, misread))
}

/// The orders that can still be executed; none where the world does not tell.
///
/// # Errors
/// [`Trouble`], also when the list could not be read to its end.
pub(super) fn open(api: &mut Api<'_>, today: NaiveDate) -> Result<Option<Vec<Row>>, Trouble> {
    if api.world() == World::Mock {
        return Ok(None);
    }
    let account = api.account().clone();
    let query =
        [("CANO", account.number()), ("ACNT_PRDT_CD", account.kind()), ("INQR_DVSN_1", "0"), ("INQR_DVSN_2", "0")];
    let pages = api.pages(OPEN, &query, PLACE)?;
    let about = |call: Call| move |misread| Trouble::misread(call.about, misread);
    let mut all = Vec::new();
    for page in &pages {
        all.extend(rows(page, "output", today).map_err(about(OPEN))?);
    }
    Ok(Some(all))
}

fn rows(page: &Value, name: &str, day: NaiveDate) -> Result<Vec<Row>, Misread> {
    Fields::list(page, name)?.into_iter().map(|fields| row(fields, day)).collect()
}

/// A row of either list. That of open orders has no day, because it is today, and no quantities that have ended.
fn row(fields: Fields<'_>, today: NaiveDate) -> Result<Row, Misread> {
    let number = bare(fields.said("odno")?).to_owned();
    let wrong = |name: &str| Misread(format!("`{name}` of the order {number} is {:?}", fields.text(name)));
    let day = match fields.text("ord_dt") {
        "" => today,
        text => NaiveDate::parse_from_str(text, "%Y%m%d").map_err(|_| wrong("ord_dt"))?,
    };
    let side = match fields.text("sll_buy_dvsn_cd") {
        "01" => Side::Sell,
        "02" => Side::Buy,
        _ => return Err(wrong("sll_buy_dvsn_cd")),
    };
    let (quantity, filled) = (fields.shares("ord_qty")?, fields.shares("tot_ccld_qty")?);
    let limit = fields.amount("ord_unpr")?;
    let remaining = match fields.any(&["rmn_qty", "psbl_qty"]) {
        "" => return Err(Misread(format!("the order {number} has no `rmn_qty` and no `psbl_qty`"))),
        _ => fields.shares_if(&["rmn_qty", "psbl_qty"])?,
    };
    Ok(Row {
        name: Name { day, branch: fields.text("ord_gno_brno").to_owned(), number: number.clone() },
        amends: !bare(fields.text("orgn_odno")).is_empty(),
        side,
        code: fields.said("pdno")?.to_owned(),
        quantity,
        limit: (!limit.is_zero()).then_some(limit),
        at: NaiveTime::parse_from_str(fields.text("ord_tmd"), "%H%M%S").ok(),
        filled,
        amount: if filled.is_zero() { Decimal::ZERO } else { fields.amount("tot_ccld_amt")? },
        remaining,
        rejected: fields.shares_if(&["rjct_qty"])?,
        // The broker spells it in two ways.
        cancelled: fields.shares_if(&["cncl_cfrm_qty", "cnc_cfrm_qty"])?,
        marked: fields.text("cncl_yn") == "Y",
        channel: fields.text("ordr_empno").to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A row as it was captured from the real server, in a public repository; account, name and address generalised.
    fn captured() -> Value {
        json!({ "ord_dt": "20251217", "ord_gno_brno": "03930", "odno": "0000085100", "orgn_odno": "",
            "ord_dvsn_name": "시장가", "sll_buy_dvsn_cd": "02", "sll_buy_dvsn_cd_name": "현금매수", "pdno": "088350",
            "ord_qty": "1", "ord_unpr": "0", "ord_tmd": "094414", "tot_ccld_qty": "1", "avg_prvs": "3145", "cncl_yn": "",
            "tot_ccld_amt": "3145", "loan_dt": "", "ordr_empno": "OpnAPI", "ord_dvsn_cd": "01", "cncl_cfrm_qty": "0",
            "rmn_qty": "0", "rjct_qty": "0", "infm_tmd": "", "excg_dvsn_cd": "12", "excg_id_dvsn_cd": "SOR" })
    }

    fn with(changes: &[(&str, &str)]) -> Result<Row, Misread> {
        let mut row = captured();
        for (name, value) in changes {
            row[*name] = (*value).into();
        }
        let page = json!({ "output1": [row] });
        rows(&page, "output1", NaiveDate::default()).map(|rows| rows[0].clone())
    }

    #[test]
    fn a_captured_row_is_read() {
        let row = with(&[]).unwrap();
        assert_eq!(row.name.to_string(), "20251217-03930-85100");
        assert_eq!(Name::parse("20251217-03930-85100"), Some(row.name.clone()));
        assert_eq!((row.side, row.limit, row.state(), row.amends), (Side::Buy, None, State::Filled, false));
        assert_eq!((row.amount, row.channel.as_str()), (Decimal::from(3145), "OpnAPI"));
        assert_eq!(
            row.about(),
            "buy 1 of 088350 at the market's price, ordered at 09:44:14 in Seoul by OpnAPI, 1 executed"
        );
        for bad in ["", "20251217", "x-03930-85100", "20251217-03930-"] {
            assert_eq!(Name::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn nothing_remaining_is_not_filled() {
        let ten = [("ord_qty", "10"), ("tot_ccld_qty", "0"), ("tot_ccld_amt", "0")];
        for (changes, state) in [
            (vec![("rmn_qty", "10")], State::Open),
            (vec![("rmn_qty", "0"), ("rjct_qty", "10")], State::Rejected),
            (vec![("rmn_qty", "0"), ("cncl_cfrm_qty", "10")], State::Cancelled),
            (vec![("rmn_qty", "0"), ("cncl_yn", "Y")], State::Cancelled),
            (vec![("rmn_qty", "0"), ("tot_ccld_qty", "4"), ("cncl_cfrm_qty", "6")], State::Cancelled),
            (vec![("rmn_qty", "0"), ("tot_ccld_qty", "4"), ("rjct_qty", "6")], State::Rejected),
            (vec![("rmn_qty", "6"), ("tot_ccld_qty", "4")], State::Open),
            // Neither filled nor rejected nor cancelled: it is not said what became of the rest.
            (vec![("rmn_qty", "0"), ("tot_ccld_qty", "4")], State::Open),
            (vec![("rmn_qty", "0")], State::Open),
            (vec![("rmn_qty", "0"), ("tot_ccld_qty", "10"), ("cncl_yn", "N")], State::Filled),
        ] {
            let row = with(&[&ten[..], &changes].concat()).unwrap();
            assert_eq!(row.state(), state, "{changes:?}");
        }
        let mut other = captured();
        other.as_object_mut().unwrap().remove("cncl_cfrm_qty");
        other["cnc_cfrm_qty"] = "7".into();
        let page = json!({ "output1": [other] });
        assert_eq!(rows(&page, "output1", NaiveDate::default()).unwrap()[0].cancelled, Decimal::from(7));
    }

    #[test]
    fn what_is_not_essential_may_be_missing_and_the_rest_may_not() {
        for good in
            [[("infm_tmd", "x")], [("ord_tmd", "")], [("ordr_empno", "")], [("rjct_qty", "")], [("cncl_yn", "N")]]
        {
            assert!(with(&good).is_ok(), "{good:?}");
        }
        assert!(with(&[("orgn_odno", "0000085099")]).unwrap().amends);
        assert!(!with(&[("orgn_odno", "0000000000")]).unwrap().amends);
        for bad in [
            ("odno", ""),
            ("ord_dt", "2025"),
            ("sll_buy_dvsn_cd", "00"),
            ("pdno", ""),
            ("ord_qty", ""),
            ("ord_unpr", "x"),
            ("tot_ccld_qty", ""),
            ("tot_ccld_amt", ""),
            ("rmn_qty", ""),
            ("rjct_qty", "-1"),
        ] {
            assert!(with(&[bad]).is_err(), "{bad:?}");
        }
    }
}
