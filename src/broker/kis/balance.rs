//! What is in the account: positions and cash.
//!
//! Cash is the settled cash of the day after tomorrow (`prvs_rcdl_excc_amt`), which counts all trades so far: the deposit of
//! today (`dnca_tot_amt`) does not know what was bought and is not paid yet. What the account is for must never enter
//! this room.

use super::api::Api;
use super::fields::{Fields, Misread};
use super::trouble::Trouble;
use super::world::BALANCE;
use rust_decimal::Decimal;
use serde_json::Value;

/// The names of the place to go on from, in all lists of the domestic market.
pub(super) const PLACE: [&str; 2] = ["CTX_AREA_FK100", "CTX_AREA_NK100"];

/// A position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Position {
    /// The code.
    pub(super) code: String,
    /// Shares held; none once all are sold, until that is settled.
    pub(super) held: Decimal,
    /// Shares that can be sold now.
    pub(super) sellable: Decimal,
    /// The last price.
    pub(super) price: Decimal,
    /// What one share cost on average, where that is told.
    pub(super) cost: Option<Decimal>,
    /// Shares bought today.
    pub(super) bought: Decimal,
    /// Shares sold today.
    pub(super) sold: Decimal,
}

/// What is in an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Balance {
    /// The positions.
    pub(super) positions: Vec<Position>,
    /// Cash, all trades so far settled. It can be owed.
    pub(super) cash: Decimal,
    /// What is borrowed.
    pub(super) loans: Decimal,
}

impl Balance {
    /// The position of a code.
    pub(super) fn position(&self, code: &str) -> Option<&Position> {
        self.positions.iter().find(|position| position.code == code)
    }
}

/// Reads the account, all of it.
///
/// # Errors
/// [`Trouble`], also when it could not be read to its end.
pub(super) fn balance(api: &mut Api<'_>) -> Result<Balance, Trouble> {
    let account = api.account().clone();
    let query = [
        ("CANO", account.number()),
        ("ACNT_PRDT_CD", account.kind()),
        ("AFHR_FLPR_YN", "N"),
        ("OFL_YN", ""),
        ("INQR_DVSN", "02"),
        ("UNPR_DVSN", "01"),
        ("FUND_STTL_ICLD_YN", "N"),
        ("FNCG_AMT_AUTO_RDPT_YN", "N"),
        ("PRCS_DVSN", "00"),
    ];
    let pages = api.pages(BALANCE, &query, PLACE)?;
    read(&pages).map_err(|misread| Trouble::misread(BALANCE.about, misread))
}

fn read(pages: &[Value]) -> Result<Balance, Misread> {
    let mut positions: Vec<Position> = Vec::new();
    for page in pages {
        for row in Fields::list(page, "output1")? {
            let position = Position {
                code: row.said("pdno")?.to_owned(),
                held: row.shares("hldg_qty")?,
                sellable: row.shares("ord_psbl_qty")?,
                price: row.amount("prpr")?,
                cost: row.figure_if(&["pchs_avg_pric"])?.filter(|cost| *cost > Decimal::ZERO),
                bought: row.shares("thdt_buyqty")?,
                sold: row.shares("thdt_sll_qty")?,
            };
            if positions.iter().any(|known| known.code == position.code) {
                return Err(Misread(format!("{} stands in the balance twice", position.code)));
            }
            positions.push(position);
        }
    }
    // The sums are of the whole account; the last page has the newest.
    let sums = pages.last().ok_or_else(|| Misread("there is no page".to_owned()))?;
    let sums = Fields::under(sums, &["output2"])?;
    let loans = sums.figure_if(&["tot_loan_amt"])?.unwrap_or_default();
    Ok(Balance { positions, cash: sums.figure("prvs_rcdl_excc_amt")?, loans })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row(code: &str, held: &str) -> Value {
        json!({ "pdno": code, "hldg_qty": held, "ord_psbl_qty": held, "prpr": "35555", "thdt_buyqty": "1",
                "thdt_sll_qty": "0", "evlu_pfls_rt": "0.00" })
    }

    fn page(rows: &[Value]) -> Value {
        let sums = json!([{ "dnca_tot_amt": "1000000", "prvs_rcdl_excc_amt": "-250", "tot_loan_amt": "0" }]);
        json!({ "output1": rows, "output2": sums })
    }

    #[test]
    fn cash_is_what_is_left_once_everything_is_settled() {
        let balance = read(&[page(&[row("069500", "10")]), page(&[row("360750", "0")])]).unwrap();
        assert_eq!((balance.cash, balance.loans), (Decimal::from(-250), Decimal::ZERO));
        let held: Vec<_> = balance.positions.iter().map(|position| (position.code.as_str(), position.held)).collect();
        assert_eq!(held, [("069500", Decimal::TEN), ("360750", Decimal::ZERO)]);
        assert_eq!(balance.position("069500").unwrap().bought, Decimal::ONE);
        assert_eq!(balance.position("1"), None);
        assert!(read(&[page(&[])]).unwrap().positions.is_empty());
    }

    #[test]
    fn what_cannot_be_read_is_no_balance() {
        let mut bad = Vec::new();
        for name in ["pdno", "hldg_qty", "ord_psbl_qty", "prpr", "thdt_buyqty", "thdt_sll_qty"] {
            for value in [json!(""), json!("x"), json!(5), Value::Null] {
                let mut row = row("069500", "10");
                row[name] = value;
                bad.extend((name != "pdno" || row[name] != "x").then(|| vec![page(&[row])]));
            }
        }
        bad.push(vec![page(&[row("069500", "-1")])]);
        bad.push(vec![page(&[row("069500", "1.5")])]);
        bad.push(vec![page(&[row("069500", "1")]), page(&[row("069500", "1")])]);
        bad.push(vec![json!({ "output1": [], "output2": [] })]);
        bad.push(vec![json!({ "output1": [], "output2": [{ "dnca_tot_amt": "1" }] })]);
        bad.push(vec![json!({ "output2": [{ "prvs_rcdl_excc_amt": "1" }] })]);
        bad.push(Vec::new());
        for pages in bad {
            assert!(read(&pages).is_err(), "{pages:?}");
        }
    }
}
