//! What Kiwoom knows of an account and of the market: holdings, cash, orders, prices.
//!
//! The names of the fields are those of Kiwoom's own samples: kt00018 and kt00001 for the account, kt00011 for what can
//! be bought without a receivable, kt00007 and ka10075 for orders, ka10001 and ka10100 for a symbol. What to do about
//! any of it must never enter this room.

use super::Failure;
use super::api::{Api, Call};
use super::figures::{Row, amount, code, order_number, price, quantity, text};
use crate::money::{Money, Price, Quantity};
use crate::trade::Side;
use chrono::{NaiveDate, NaiveTime};
use serde_json::json;

const ACCOUNT: &str = "/api/dostk/acnt";
const STOCK: &str = "/api/dostk/stkinfo";

/// Whose account it is.
const NUMBER: Call = Call { id: "ka00001", path: ACCOUNT };
/// Cash.
const CASH: Call = Call { id: "kt00001", path: ACCOUNT };
/// Orders of a day, with what was executed of them.
const ORDERS: Call = Call { id: "kt00007", path: ACCOUNT };
/// How much can be bought.
const BUYABLE: Call = Call { id: "kt00011", path: ACCOUNT };
/// Positions.
const BALANCE: Call = Call { id: "kt00018", path: ACCOUNT };
/// Orders that are open.
const OPEN: Call = Call { id: "ka10075", path: ACCOUNT };
/// The price of a symbol.
const PRICE: Call = Call { id: "ka10001", path: STOCK };
/// Whether a symbol is traded.
const STATE: Call = Call { id: "ka10100", path: STOCK };

/// A position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Position {
    /// The code.
    pub(super) code: String,
    /// Shares held, those bought today with them and those sold today without.
    pub(super) held: Quantity,
    /// Shares that can be sold now.
    pub(super) sellable: Quantity,
    /// The last price.
    pub(super) price: Price,
    /// What a share cost on average, where that is told.
    pub(super) cost: Option<Price>,
    /// Shares bought today.
    pub(super) bought: Quantity,
    /// Shares sold today.
    pub(super) sold: Quantity,
}

/// Cash, in won.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cash {
    /// What there will be when everything of today is settled, two days on.
    pub(super) settled: Money,
    /// What can be spent now without a receivable.
    pub(super) spendable: Money,
}

/// An order as the account's list has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    /// Its number, without the zeros before it.
    pub(super) number: String,
    /// The order that it changes or cancels, if it is no order of its own.
    pub(super) original: Option<String>,
    /// The code.
    pub(super) code: String,
    /// Which way.
    pub(super) side: Side,
    /// Shares ordered.
    pub(super) quantity: Quantity,
    /// The limit; nought for an order at any price.
    pub(super) limit: Price,
    /// Shares executed.
    pub(super) filled: Quantity,
    /// Their average price.
    pub(super) average: Price,
    /// Shares that are still open.
    pub(super) left: Quantity,
    /// When it was ordered, by clocks in Seoul.
    pub(super) at: Option<NaiveTime>,
    /// By which channel, in their words.
    pub(super) channel: String,
    /// How it was received, in their words.
    pub(super) received: String,
    /// Whether it is a cancellation that was confirmed.
    pub(super) cancels: bool,
    /// Whether it changes the price or the shares of another order, which goes on under its number.
    pub(super) amends: bool,
}

/// An order that is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Open {
    /// Its number, without the zeros before it.
    pub(super) number: String,
    /// The code.
    pub(super) code: String,
    /// Which way.
    pub(super) side: Side,
    /// The order that it changes or cancels, if it is no order of its own.
    pub(super) original: Option<String>,
    /// Shares ordered.
    pub(super) quantity: Quantity,
    /// Shares that are still open.
    pub(super) left: Quantity,
    /// The limit; nought for an order at any price.
    pub(super) limit: Price,
    /// When it was ordered, by clocks in Seoul.
    pub(super) at: Option<NaiveTime>,
}

/// What the market says of a symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quote {
    /// The last price.
    pub(super) last: Price,
    /// The highest price of the day that an order may have.
    pub(super) highest: Price,
    /// The lowest.
    pub(super) lowest: Price,
}

/// The number of the account that the keys are of.
pub(super) fn number(api: &mut Api<'_>) -> Result<String, Failure> {
    let row = api.ask(NUMBER, &json!({}))?;
    let number = text(&row, "acctNo").filter(|number| number.len() >= 8 && number.bytes().all(|b| b.is_ascii_digit()));
    number.ok_or_else(|| unreadable("`acctNo` is no account number"))
}

/// Every position.
pub(super) fn positions(api: &mut Api<'_>) -> Result<Vec<Position>, Failure> {
    let body = json!({ "qry_tp": "1", "dmst_stex_tp": "KRX" });
    let (first, rows) = api.list(BALANCE, &body, "acnt_evlt_remn_indv_tot")?;
    for (name, what) in
        [("tot_loan_amt", "a loan"), ("tot_crd_loan_amt", "credit"), ("tot_crd_ls_amt", "borrowed shares")]
    {
        // One that is not there says nothing; one that is empty says that there is none.
        if text(&first, name).as_deref() != Some("") && !amount(&first, name)?.is_zero() {
            return Err(Failure::Refused { why: format!("the account has {what} (`{name}`), which is not handled") });
        }
    }
    let mut positions: Vec<Position> = Vec::new();
    for row in &rows {
        let position = Position {
            code: code(row, "stk_cd")?,
            held: quantity(row, "rmnd_qty")?,
            sellable: quantity(row, "trde_able_qty")?,
            price: price(row, "cur_prc")?,
            cost: price(row, "pur_pric").ok().filter(|cost| !cost.is_zero()),
            bought: quantity(row, "tdy_buyq")?,
            sold: quantity(row, "tdy_sellq")?,
        };
        if positions.iter().any(|known| known.code == position.code) {
            return Err(unreadable(&format!("{} is held in two rows", position.code)));
        }
        positions.push(position);
    }
    Ok(positions)
}

/// The cash.
pub(super) fn cash(api: &mut Api<'_>) -> Result<Cash, Failure> {
    let row = api.ask(CASH, &json!({ "qry_tp": "3" }))?;
    Ok(Cash { settled: amount(&row, "d2_entra")?, spendable: amount(&row, "100stk_ord_alow_amt")? })
}

/// How many shares can be bought at a price without a receivable.
pub(super) fn buyable(api: &mut Api<'_>, code: &str, limit: Price) -> Result<Quantity, Failure> {
    let row = api.ask(BUYABLE, &json!({ "stk_cd": code, "uv": limit.to_string() }))?;
    quantity(&row, "min_ord_alowq")
}

/// Every order of a day, at every exchange.
pub(super) fn orders(api: &mut Api<'_>, day: NaiveDate) -> Result<Vec<Listed>, Failure> {
    let body = json!({
        "ord_dt": day.format("%Y%m%d").to_string(),
        "qry_tp": "1",
        "stk_bond_tp": "0",
        "sell_tp": "0",
        "stk_cd": "",
        "fr_ord_no": "",
        "dmst_stex_tp": "%",
    });
    let (_, rows) = api.list(ORDERS, &body, "acnt_ord_cntr_prps_dtl")?;
    let mut orders: Vec<Listed> = Vec::new();
    for row in &rows {
        let order = listed(row)?;
        if orders.iter().any(|known| known.number == order.number) {
            return Err(unreadable(&format!("the order {} is listed twice", order.number)));
        }
        orders.push(order);
    }
    Ok(orders)
}

fn listed(row: &Row) -> Result<Listed, Failure> {
    let (quantity_, filled) = (quantity(row, "ord_qty")?, quantity(row, "cntr_qty")?);
    let words = |name: &str| text(row, name).map(|text| super::answer::quoted(&text)).unwrap_or_default();
    let order = Listed {
        number: order_number(row, "ord_no").ok_or_else(|| unreadable("an order has no `ord_no`"))?,
        original: order_number(row, "ori_ord"),
        code: code(row, "stk_cd")?,
        side: side(row)?,
        quantity: quantity_,
        limit: price(row, "ord_uv")?,
        filled,
        average: if filled.is_zero() { Price::ZERO } else { price(row, "cntr_uv")? },
        left: quantity(row, "ord_remnq")?,
        at: text(row, "ord_tm").and_then(|text| clock(&text)),
        channel: words("comm_ord_tp"),
        received: words("acpt_tp"),
        // 취소, 확인: a cancellation, confirmed.
        cancels: words("mdfy_cncl").contains("취소") && words("acpt_tp").contains("확인"),
        // 정정: a change.
        amends: words("mdfy_cncl").contains("정정"),
    };
    let more = |part: Quantity| order.original.is_none() && part > order.quantity;
    if more(order.filled) || more(order.left) {
        return Err(unreadable(&format!("of the order {} there is more than was ordered", order.number)));
    }
    if !order.filled.is_zero() && order.average.is_zero() {
        return Err(unreadable(&format!("the order {} was executed at no price", order.number)));
    }
    Ok(order)
}

/// Every order that is open, at every exchange.
pub(super) fn open(api: &mut Api<'_>) -> Result<Vec<Open>, Failure> {
    let body = json!({ "all_stk_tp": "0", "trde_tp": "0", "stk_cd": "", "stex_tp": "0" });
    let (_, rows) = api.list(OPEN, &body, "oso")?;
    let open = |row: &Row| {
        Ok(Open {
            number: order_number(row, "ord_no").ok_or_else(|| unreadable("an order has no `ord_no`"))?,
            code: code(row, "stk_cd")?,
            side: side(row)?,
            original: order_number(row, "orig_ord_no"),
            quantity: quantity(row, "ord_qty")?,
            left: quantity(row, "oso_qty")?,
            limit: price(row, "ord_pric")?,
            at: text(row, "tm").and_then(|text| clock(&text)),
        })
    };
    rows.iter().map(open).collect()
}

/// The price of a symbol, and the prices that orders may have.
pub(super) fn quote(api: &mut Api<'_>, code_: &str) -> Result<Quote, Failure> {
    let row = api.ask(PRICE, &json!({ "stk_cd": code_ }))?;
    if code(&row, "stk_cd")? != code_ {
        return Err(unreadable(&format!("asked for {code_}, it tells another price")));
    }
    let (last, highest, lowest) = (price(&row, "cur_prc")?, price(&row, "upl_pric")?, price(&row, "lst_pric")?);
    if last.is_zero() || lowest.is_zero() || !(lowest..=highest).contains(&last) {
        return Err(unreadable(&format!("{code_} has no price between its limits: {lowest}, {last}, {highest}")));
    }
    Ok(Quote { last, highest, lowest })
}

/// Why a symbol is not traded, in their words, when it is not.
pub(super) fn halted(api: &mut Api<'_>, code_: &str) -> Result<Option<String>, Failure> {
    let state = api.ask(STATE, &json!({ "stk_cd": code_ }))?;
    let words = ["state", "auditInfo"].into_iter().filter_map(|name| text(&state, name));
    // 거래정지, 매매거래정지, 정리매매: halted, and sold off before it is delisted.
    let halted = words.into_iter().find(|words| words.contains("정지") || words.contains("정리매매"));
    Ok(halted.map(|words| super::answer::quoted(&words)))
}

/// Which way an order goes: 매수 buys, 매도 sells (`현금매수`, `+매수`, `-매도`).
fn side(row: &Row) -> Result<Side, Failure> {
    let words = text(row, "io_tp_nm").unwrap_or_default();
    match (words.contains("매수"), words.contains("매도")) {
        (true, false) => Ok(Side::Buy),
        (false, true) => Ok(Side::Sell),
        _ => Err(unreadable(&format!("`io_tp_nm` does not say which way: `{}`", super::answer::quoted(&words)))),
    }
}

/// A time of day, as in `13:05:43` or `130543`.
fn clock(text: &str) -> Option<NaiveTime> {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let part = |from: usize| digits.get(from..from + 2)?.parse::<u32>().ok();
    if digits.len() == 6 { NaiveTime::from_hms_opt(part(0)?, part(2)?, part(4)?) } else { None }
}

fn unreadable(why: &str) -> Failure {
    Failure::Unreadable { why: why.to_owned() }
}
