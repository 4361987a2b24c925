//! Kiwoom's REST API on this machine, as its own samples and the answers that were seen of it have it: every operation is
//! a POST with an `api-id`, lists go on by `cont-yn` and `next-key`, figures are padded with zeros and prices signed. The
//! account is a ledger, and what can go wrong goes wrong on command.

mod adapter;
mod chance;
mod client;
mod world;

use crate::bench::{Bench, GUIDE};
use crate::desk::Kept;
use crate::ledger::{Course, Ledger, Order, Refusal, Side, Status, Wish};
use crate::wire::{Protocol, Reply, Request};
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The keys that are let in. They begin with what tests look for in every file and output.
pub(crate) const KEY: &str = "canary-kiwoom-key-0123456789";
pub(crate) const SECRET: &str = "canary-kiwoom-secret-0123456789";
/// The account that they are of.
pub(crate) const ACCOUNT: &str = "8120128011";
/// What every token begins with.
pub(crate) const TOKEN: &str = "canary-kiwoom-token-";
/// The number of the first order.
const FIRST: u64 = 139;
/// The number of the first cancellation.
const CANCELS: u64 = 700_000;

/// Kiwoom.
pub(crate) struct Kiwoom {
    pub(crate) ledger: Ledger,
    /// Rows on a page.
    pub(crate) page: usize,
    /// The most requests of one kind in a second of the ledger's clock, if that is limited.
    pub(crate) rate: Option<usize>,
    /// Whether the market is closed.
    pub(crate) closed: bool,
    /// Codes that are not traded.
    pub(crate) halted: BTreeSet<String>,
    /// Operations that are not there.
    pub(crate) absent: BTreeSet<&'static str>,
    /// What lists do instead of coming to an end.
    pub(crate) list: Lists,
    /// Whether the order that was cancelled keeps what was left of it in the list.
    pub(crate) leaves: bool,
    /// Whether answers say what time it is.
    pub(crate) dated: bool,
    /// Seconds by which the clock in answers and lists is ahead of the ledger's.
    pub(crate) ahead: i64,
    /// What is owed.
    pub(crate) loan: Decimal,
    /// A field of the answers to an operation that says something else: in all rows of a list.
    pub(crate) wrong: Option<(&'static str, &'static str, Value)>,
    /// How many tokens were issued.
    pub(crate) issued: usize,
    tokens: BTreeSet<String>,
    /// Cancellations and changes: the order, when, and which in their words.
    amended: Vec<(u64, DateTime<Utc>, &'static str)>,
    asked: BTreeMap<String, Vec<DateTime<Utc>>>,
}

/// What lists do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lists {
    /// They come to their end.
    Whole,
    /// They come with the same page again and again, under new keys.
    SamePage,
    /// They go on from where they were.
    SameKey,
    /// They go on, and do not say from where.
    NoKey,
    /// They are not there.
    Missing,
}

/// What an operation comes to: its document and its rows, or a no.
type Done = Result<(Value, Option<(&'static str, Vec<Value>)>), (i64, String)>;

impl Kiwoom {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self {
            ledger,
            page: 100,
            rate: None,
            closed: false,
            halted: BTreeSet::new(),
            absent: BTreeSet::new(),
            list: Lists::Whole,
            leaves: false,
            dated: true,
            ahead: 0,
            loan: Decimal::ZERO,
            wrong: None,
            issued: 0,
            tokens: BTreeSet::new(),
            amended: Vec::new(),
            asked: BTreeMap::new(),
        }
    }

    /// Takes all tokens back.
    pub(crate) fn revoke(&mut self) {
        self.tokens.clear();
    }

    /// A person changes an order: what is left of it goes on under another number.
    pub(crate) fn change(&mut self, order: u64) {
        self.amended.push((order, self.ledger.now, "정정"));
        assert!(self.ledger.cancel(order));
    }

    fn there(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        (at + chrono::TimeDelta::seconds(self.ahead)).with_timezone(&FixedOffset::east_opt(9 * 3600).unwrap())
    }

    fn day(&self, at: DateTime<Utc>) -> NaiveDate {
        self.there(at).date_naive()
    }

    fn token(&mut self, body: &Value) -> Done {
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        if text("grant_type") != "client_credentials" {
            return Err((
                2,
                "입력 값 오류입니다[1511:필수 입력 값에 값이 존재하지 않습니다. 필수입력 파라미터=grant_type]".into(),
            ));
        }
        if text("appkey") != KEY || text("secretkey") != SECRET {
            return Err((3, "인증에 실패했습니다[8001:App Key와 Secret Key 검증에 실패했습니다]".into()));
        }
        self.issued += 1;
        let token = format!("{TOKEN}{}", self.issued);
        self.tokens.insert(token.clone());
        let ends = self.there(self.ledger.now + chrono::TimeDelta::days(1));
        let said =
            json!({ "expires_dt": ends.format("%Y%m%d%H%M%S").to_string(), "token_type": "bearer", "token": token });
        Ok((said, None))
    }

    /// Whether a request of this kind is one too many.
    fn too_many(&mut self, id: &str) -> bool {
        let Some(most) = self.rate else { return false };
        let since = self.ledger.now - chrono::TimeDelta::seconds(1);
        let asked = self.asked.entry(id.to_owned()).or_default();
        asked.retain(|at| *at > since);
        asked.push(self.ledger.now);
        asked.len() > most
    }

    fn done(&mut self, id: &str, path: &str, body: &Value) -> Done {
        if self.absent.contains(id) {
            return Err((20, "[2000](RC9000:모의투자에서는 해당업무가 제공되지 않습니다.)".into()));
        }
        match (path, id) {
            ("/api/dostk/acnt", "ka00001") => Ok((json!({ "acctNo": ACCOUNT }), None)),
            ("/api/dostk/acnt", "kt00001") => self.cash(body),
            ("/api/dostk/acnt", "kt00007") => self.orders(body),
            ("/api/dostk/acnt", "kt00011") => self.buyable(body),
            ("/api/dostk/acnt", "kt00018") => self.balance(body),
            ("/api/dostk/acnt", "ka10075") => self.open(body),
            ("/api/dostk/acnt", "ka10076") => self.fills(body),
            ("/api/dostk/stkinfo", "ka10001") => self.price(body),
            ("/api/dostk/stkinfo", "ka10100") => self.state(body),
            ("/api/dostk/ordr", "kt10000") => self.order(body, Side::Buy),
            ("/api/dostk/ordr", "kt10001") => self.order(body, Side::Sell),
            ("/api/dostk/ordr", "kt10003") => self.cancel(body),
            _ => Err((2, format!("입력 값 오류입니다[1504:API ID({id})가 존재하지 않습니다]"))),
        }
    }

    fn cash(&self, body: &Value) -> Done {
        filled(body, &["qry_tp"])?;
        let said = json!({
            "entr": wide(self.ledger.cash),
            "d1_entra": wide(self.ledger.cash),
            "d2_entra": wide(self.ledger.cash),
            "pymn_alow_amt": wide(self.ledger.cash),
            "ord_alow_amt": wide(self.ledger.free_cash()),
            "100stk_ord_alow_amt": wide(self.ledger.free_cash()),
            "ch_uncla": wide(Decimal::ZERO),
        });
        Ok((said, None))
    }

    fn balance(&self, body: &Value) -> Done {
        filled(body, &["qry_tp", "dmst_stex_tp"])?;
        let row = |(code, position): (&String, &crate::ledger::Position)| {
            let mean = if position.quantity.is_zero() { Decimal::ZERO } else { position.cost / position.quantity };
            json!({
                "stk_cd": format!("A{code}"),
                "stk_nm": format!("ETF {code}"),
                "evltv_prft": "-00000000034280",
                "prft_rt": "-1.15",
                "pur_pric": wide(mean.round()),
                "rmnd_qty": wide(position.quantity),
                "trde_able_qty": wide(self.ledger.free_shares(code)),
                "cur_prc": format!("-{}", padded(self.ledger.prices[code], 12)),
                "tdy_buyq": wide(position.bought),
                "tdy_sellq": wide(position.sold),
                "crd_tp": "00",
            })
        };
        let rows = self.ledger.positions.iter().map(row).collect();
        let totals =
            json!({ "tot_loan_amt": wide(self.loan), "tot_crd_loan_amt": wide(Decimal::ZERO), "tot_crd_ls_amt": "" });
        Ok((totals, Some(("acnt_evlt_remn_indv_tot", rows))))
    }

    fn buyable(&self, body: &Value) -> Done {
        filled(body, &["stk_cd"])?;
        let price: Decimal = body["uv"].as_str().unwrap().parse().unwrap();
        let shares = (self.ledger.free_cash() / (price * (Decimal::ONE + self.ledger.commission))).floor();
        Ok((json!({ "min_ord_alow_amt": wide(self.ledger.free_cash()), "min_ord_alowq": wide(shares) }), None))
    }

    fn orders(&self, body: &Value) -> Done {
        filled(body, &["qry_tp", "stk_bond_tp", "sell_tp", "dmst_stex_tp"])?;
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        let day = match text("ord_dt") {
            "" => self.day(self.ledger.now),
            day => NaiveDate::parse_from_str(day, "%Y%m%d").unwrap(),
        };
        let fits =
            |order: &&Order| self.day(order.at) == day && ["", order.wish.code.as_str()].contains(&text("stk_cd"));
        let mut rows: Vec<(String, Value)> =
            self.ledger.listed().filter(fits).map(|order| (number(order.number), self.listed(order))).collect();
        for (index, (original, at, what)) in
            self.amended.iter().enumerate().filter(|(_, (_, at, _))| self.day(*at) == day)
        {
            let Some(order) = self.ledger.listed().find(|order| order.number == *original && fits(order)) else {
                continue;
            };
            let mut row = self.listed(order);
            let own = number(CANCELS + index as u64 - FIRST + 1);
            let at = self.there(*at).format("%H:%M:%S").to_string();
            let changes = [
                ("ord_no", own.clone()),
                ("ori_ord", number(order.number)),
                ("acpt_tp", "확인".into()),
                ("mdfy_cncl", (*what).into()),
                ("cntr_qty", figure(Decimal::ZERO)),
                ("cntr_uv", figure(Decimal::ZERO)),
                ("ord_remnq", figure(Decimal::ZERO)),
                ("ord_tm", at),
            ];
            for (name, value) in changes {
                row[name] = value.into();
            }
            rows.push((own, row));
        }
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        Ok((json!({}), Some(("acnt_ord_cntr_prps_dtl", rows.into_iter().map(|(_, row)| row).collect()))))
    }

    fn listed(&self, order: &Order) -> Value {
        let left = match order.status {
            Status::Cancelled if self.leaves => order.lost(),
            _ => order.left(),
        };
        json!({
            "ord_no": number(order.number),
            "stk_cd": format!("A{}", order.wish.code),
            "trde_tp": if order.wish.limit.is_some() { "보통" } else { "시장가" },
            "crd_tp": "보통매매",
            "ord_qty": figure(order.wish.quantity),
            "ord_uv": figure(order.wish.limit.unwrap_or_default()),
            "cnfm_qty": figure(Decimal::ZERO),
            "acpt_tp": if order.status == Status::Rejected { "거부" } else { "접수" },
            "rsrv_tp": "",
            "ord_tm": self.there(order.at).format("%H:%M:%S").to_string(),
            "ori_ord": "0000000",
            "stk_nm": format!("ETF {}", order.wish.code),
            "io_tp_nm": if order.wish.side == Side::Buy { "현금매수" } else { "현금매도" },
            "loan_dt": "",
            "cntr_qty": figure(order.filled()),
            "cntr_uv": figure(order.mean().unwrap_or_default().round()),
            "ord_remnq": figure(left),
            "comm_ord_tp": if order.by == crate::ledger::By::Program { "REST API" } else { "영웅문S" },
            "mdfy_cncl": "",
            "cnfm_tm": "",
            "dmst_stex_tp": "KRX",
            "cond_uv": figure(Decimal::ZERO),
        })
    }

    fn open(&self, body: &Value) -> Done {
        filled(body, &["all_stk_tp", "trde_tp", "stex_tp"])?;
        let row = |order: &Order| {
            json!({
                "acnt_no": ACCOUNT,
                "ord_no": number(order.number),
                "stk_cd": order.wish.code,
                "ord_stt": "접수",
                "stk_nm": format!("ETF {}", order.wish.code),
                "ord_qty": order.wish.quantity.to_string(),
                "ord_pric": order.wish.limit.unwrap_or_default().to_string(),
                "oso_qty": order.left().to_string(),
                "cntr_tot_amt": order.amount().to_string(),
                "orig_ord_no": "0000000",
                "io_tp_nm": if order.wish.side == Side::Buy { "+매수" } else { "-매도" },
                "trde_tp": "보통",
                "tm": self.there(order.at).format("%H%M%S").to_string(),
                "cntr_qty": order.filled().to_string(),
                "cur_prc": format!("+{}", self.ledger.prices[&order.wish.code]),
                "stex_tp": "1",
            })
        };
        let rows = self.ledger.listed().filter(|order| order.status == Status::Open).map(row).collect();
        Ok((json!({}), Some(("oso", rows))))
    }

    fn fills(&self, body: &Value) -> Done {
        filled(body, &["qry_tp", "sell_tp", "stex_tp"])?;
        let row = |order: &Order| {
            json!({
                "ord_no": number(order.number),
                "stk_nm": format!("ETF {}", order.wish.code),
                "io_tp_nm": if order.wish.side == Side::Buy { "+매수" } else { "-매도" },
                "ord_pric": order.wish.limit.unwrap_or_default().to_string(),
                "ord_qty": order.wish.quantity.to_string(),
                "cntr_pric": order.mean().unwrap_or_default().round().to_string(),
                "cntr_qty": order.filled().to_string(),
                "oso_qty": order.left().to_string(),
                "tdy_trde_cmsn": "0",
                "tdy_trde_tax": "0",
                "ord_stt": "체결",
                "trde_tp": "보통",
                "orig_ord_no": "0000000",
                "ord_tm": self.there(order.at).format("%H%M%S").to_string(),
                "stk_cd": order.wish.code,
                "stex_tp": "1",
            })
        };
        let rows = self.ledger.listed().filter(|order| !order.filled().is_zero()).map(row).collect();
        Ok((json!({}), Some(("cntr", rows))))
    }

    fn known(&self, body: &Value) -> Result<String, (i64, String)> {
        filled(body, &["stk_cd"])?;
        let code = body["stk_cd"].as_str().unwrap_or_default().to_owned();
        let known = self.ledger.prices.contains_key(&code);
        if known {
            Ok(code)
        } else {
            Err((2, "입력 값 오류입니다[1901:시장 코드값이 존재하지 않습니다]".into()))
        }
    }

    fn price(&self, body: &Value) -> Done {
        let code = self.known(body)?;
        let price = self.ledger.prices[&code];
        let limit =
            |rate: &str| ((price * rate.parse::<Decimal>().unwrap()) / Decimal::from(5)).floor() * Decimal::from(5);
        let said = json!({
            "stk_cd": code,
            "stk_nm": format!("ETF {code}"),
            "cur_prc": format!("-{price}"),
            "upl_pric": format!("+{}", limit("1.3")),
            "lst_pric": format!("-{}", limit("0.7")),
            "base_pric": price.to_string(),
        });
        Ok((said, None))
    }

    fn state(&self, body: &Value) -> Done {
        let code = self.known(body)?;
        let state = if self.halted.contains(&code) { "거래정지" } else { "증거금40%|담보대출|신용가능" };
        Ok((
            json!({ "code": code, "name": format!("ETF {code}"), "auditInfo": "정상", "state": state, "orderWarning": "0" }),
            None,
        ))
    }

    fn order(&mut self, body: &Value, side: Side) -> Done {
        let keys: BTreeSet<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
        let expected = BTreeSet::from(["dmst_stex_tp", "stk_cd", "ord_qty", "ord_uv", "trde_tp", "cond_uv"]);
        assert!(keys.is_subset(&expected), "an order has other fields: {body}");
        filled(body, &["dmst_stex_tp", "stk_cd", "ord_qty", "trde_tp"])?;
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        let refused = |code: &str| Err((20, format!("[2000]({code})")));
        if self.closed {
            return refused("RC4058:모의투자 장종료");
        }
        let Ok(quantity) = text("ord_qty").parse::<Decimal>() else {
            return refused("RC4004:주문수량을 확인하세요");
        };
        if !quantity.fract().is_zero() || quantity <= Decimal::ZERO {
            return refused("RC4004:주문수량을 확인하세요");
        }
        let limit = match (text("trde_tp"), text("ord_uv").parse::<Decimal>()) {
            ("0", Ok(limit)) => Some(limit),
            ("3", _) => None,
            _ => return refused("RC4026:주문유형을 확인하세요"),
        };
        let tick = |limit: Decimal| Decimal::from(if limit < Decimal::from(2000) { 1 } else { 5 });
        if limit.is_some_and(|limit| !(limit % tick(limit)).is_zero()) {
            return refused("RC4003:모의투자 호가단위 오류입니다.");
        }
        if self.halted.contains(text("stk_cd")) {
            return refused("RC4007:모의투자 매매제한 종목입니다.");
        }
        let wish = Wish { code: text("stk_cd").to_owned(), side, quantity, limit, client: None };
        match self.ledger.place(wish) {
            Ok(given) => Ok((json!({ "ord_no": number(given), "dmst_stex_tp": "KRX" }), None)),
            Err(Refusal::Code) => Err((2, "입력 값 오류입니다[1901:시장 코드값이 존재하지 않습니다]".into())),
            Err(Refusal::Cash { .. }) => refused("RC4025:모의투자 주문가능금액을 확인하세요."),
            Err(Refusal::Shares { .. }) => refused("RC4027:모의투자 주문가능수량을 확인하세요."),
            Err(Refusal::Name) => unreachable!("an order has no name"),
            Err(Refusal::Said(why)) => refused(&format!("RC9999:{why}")),
        }
    }

    fn cancel(&mut self, body: &Value) -> Done {
        filled(body, &["dmst_stex_tp", "orig_ord_no", "stk_cd", "cncl_qty"])?;
        assert_eq!(body["cncl_qty"], "0", "all that is left is cancelled");
        let asked: u64 = body["orig_ord_no"].as_str().unwrap().parse().unwrap();
        let Some(original) = (asked + 1).checked_sub(FIRST).filter(|_| asked < CANCELS) else {
            return Err((20, "[2000](RC4032:모의투자 원주문번호가 존재하지 않습니다.)".into()));
        };
        if !self.ledger.cancel(original) {
            return Err((20, "[2000](RC4033:모의투자 정정/취소 가능수량이 없습니다.)".into()));
        }
        self.amended.push((original, self.ledger.now, "취소"));
        let own = number(CANCELS + self.amended.len() as u64 - FIRST);
        Ok((json!({ "ord_no": own, "base_orig_ord_no": number(original), "cncl_qty": "0" }), None))
    }

    /// A page of a list, and where the next one begins.
    fn paged(&self, rows: &[Value], request: &Request) -> (Vec<Value>, Option<String>) {
        let from: usize = match request.header("cont-yn") {
            "Y" => request.header("next-key").split('-').next_back().unwrap().parse().unwrap(),
            _ => 0,
        };
        match self.list {
            _ if rows.is_empty() => (Vec::new(), None),
            Lists::SamePage => (rows.iter().take(self.page).cloned().collect(), Some(format!("key-{}", from + 1))),
            Lists::SameKey => (rows.iter().skip(from).take(self.page).cloned().collect(), Some("key-1".to_owned())),
            Lists::NoKey => (rows.iter().take(self.page).cloned().collect(), Some(String::new())),
            Lists::Whole | Lists::Missing => {
                let next = from + self.page;
                let page = rows.iter().skip(from).take(self.page).cloned().collect();
                (page, (next < rows.len()).then(|| format!("key-{next}")))
            }
        }
    }

    fn reply(&self, id: &str, mut said: Value, next: Option<&str>) -> Reply {
        if let Some((_, field, value)) = self.wrong.as_ref().filter(|(wrong, ..)| *wrong == id) {
            let objects = said.as_object_mut().unwrap();
            let lists = objects.values_mut().filter_map(Value::as_array_mut).flatten();
            lists.for_each(|row| row[*field] = value.clone());
            if objects.contains_key(*field) {
                objects[*field] = value.clone();
            }
        }
        said["return_code"] = 0.into();
        said["return_msg"] = " 정상적으로 처리되었습니다".into();
        let reply = self.answered(200, &said).with("api-id", id);
        match next {
            Some(key) => reply.with("cont-yn", "Y").with("next-key", key),
            None => reply.with("cont-yn", "N").with("next-key", ""),
        }
    }

    fn answered(&self, status: u16, value: &Value) -> Reply {
        let reply = Reply::text(status, "application/json;charset=UTF-8", &value.to_string());
        let now = self.ledger.now + chrono::TimeDelta::seconds(self.ahead);
        if self.dated { reply.with("Date", now.format("%a, %d %b %Y %H:%M:%S GMT").to_string()) } else { reply }
    }

    /// A no.
    pub(crate) fn no(&self, code: i64, message: &str) -> Reply {
        self.answered(200, &json!({ "return_code": code, "return_msg": message }))
    }
}

impl Protocol for Kiwoom {
    fn answer(&mut self, request: &Request) -> Reply {
        self.ledger.tick();
        if request.method != "POST" {
            return Reply::gateway(405);
        }
        let kind = request.header("content-type").replace(' ', "").to_ascii_lowercase();
        assert!(kind.starts_with("application/json"), "the body is of no type: {kind}");
        let body = request.json();
        if request.path == "/oauth2/token" {
            return match self.token(&body) {
                Ok((said, _)) => self.reply("au10001", said, None),
                Err((code, message)) => self.no(code, &message),
            };
        }
        let id = request.header("api-id").to_owned();
        let token = request.header("authorization").strip_prefix("Bearer ").unwrap_or_default().to_owned();
        if !self.tokens.contains(&token) {
            return self.no(3, "인증에 실패했습니다[8005:Token이 유효하지 않습니다]");
        }
        if self.too_many(&id) {
            return self.no(5, "허용된 요청 개수를 초과하였습니다[1700:허용된 요청 개수를 초과하였습니다]");
        }
        match self.done(&id, &request.path, &body) {
            Err((code, message)) => self.no(code, &message),
            Ok((said, None)) => self.reply(&id, said, None),
            Ok((said, Some(_))) if self.list == Lists::Missing => self.reply(&id, said, None),
            Ok((mut said, Some((name, rows)))) => {
                let (page, next) = self.paged(&rows, request);
                said[name] = page.into();
                self.reply(&id, said, next.as_deref())
            }
        }
    }

    fn places(&self, request: &Request) -> bool {
        ["kt10000", "kt10001"].contains(&request.header("api-id"))
    }

    fn special(&mut self, name: &str, request: &Request) -> Reply {
        let done = |sim: &mut Self| drop(sim.answer(request));
        match name {
            "limited" => self.no(5, "[1700:허용된 요청 개수를 초과하였습니다]"),
            "stale" => {
                self.revoke();
                self.no(3, "인증에 실패했습니다[8005:Token이 유효하지 않습니다]")
            }
            "unexpected" => self.no(1, "[1999:예기치 못한 에러가 발생하였습니다]"),
            "unexpected, done" => {
                done(self);
                self.no(1, "[1999:예기치 못한 에러가 발생하였습니다]")
            }
            "unknown code, done" => {
                done(self);
                self.no(77, "알 수 없는 오류")
            }
            "another's, not done" => {
                let body = request.json();
                let text = |name: &str| body[name].as_str().unwrap().to_owned();
                let side = if request.header("api-id") == "kt10000" { Side::Buy } else { Side::Sell };
                let (quantity, limit) = (text("ord_qty").parse().unwrap(), text("ord_uv").parse().ok());
                let wish = Wish { code: text("stk_cd"), side, quantity, limit, client: None };
                self.ledger.person(wish, &Course::open());
                Reply::gateway(500)
            }
            "no number" => {
                done(self);
                self.reply(request.header("api-id"), json!({ "ord_no": "", "dmst_stex_tp": "KRX" }), None)
            }
            "number of zeros" => {
                done(self);
                self.reply(request.header("api-id"), json!({ "ord_no": "0000000" }), None)
            }
            "an array, done" => {
                done(self);
                self.answered(200, &json!([]))
            }
            "padded" => {
                let reply = self.answer(request);
                let mut said: Map<String, Value> = serde_json::from_slice(&reply.body).unwrap();
                for value in said.values_mut().filter(|value| value.is_string()) {
                    *value = format!("  {}   ", value.as_str().unwrap()).into();
                }
                self.answered(200, &said.into())
            }
            name => panic!("there is no fault {name} for {}", request.line()),
        }
    }
}

impl Kept for Kiwoom {
    fn ledger(&mut self) -> Option<&mut Ledger> {
        Some(&mut self.ledger)
    }
}

impl Bench for Kiwoom {
    const BROKER: &'static str = "kiwoom";
    const CANARIES: &'static [&'static str] = &[KEY, SECRET];
    const TOKEN: Option<&'static str> = Some(TOKEN);

    fn halt(&mut self, code: &str) {
        self.halted.insert(code.to_owned());
    }

    fn denial(told: &str) -> Reply {
        Reply::json(200, &json!({ "return_code": 3, "return_msg": format!("[8001:{told}]") }))
    }

    fn fresh() -> Self {
        Self::new(Ledger::new(Self::NOW, "0", &GUIDE))
    }

    /// Nothing is waited for: the simulator's clock goes by requests.
    fn credentials(url: &str) -> String {
        format!("KIWOOM_APP_KEY={KEY}\nKIWOOM_APP_SECRET={SECRET}\nKIWOOM_ENV=real\nKIWOOM_URL={url}\nKIWOOM_PACE=0\n")
    }
}

/// Refuses a body in which something is missing, or is no text.
fn filled(body: &Value, names: &[&str]) -> Result<(), (i64, String)> {
    let texts = body.as_object().is_some_and(|body| body.values().all(Value::is_string));
    let missing = names.iter().find(|name| body[**name].as_str().is_none_or(str::is_empty));
    match missing {
        Some(name) => Err((
            2,
            format!("입력 값 오류입니다[1511:필수 입력 값에 값이 존재하지 않습니다. 필수입력 파라미터={name}]"),
        )),
        None if texts => Ok(()),
        None => Err((2, "입력 값 오류입니다[1512:입력 값의 형식이 올바르지 않습니다]".into())),
    }
}

fn number(order: u64) -> String {
    format!("{:07}", order + FIRST - 1)
}

/// A figure of fifteen digits, with its sign before them.
fn wide(value: Decimal) -> String {
    padded(value, 15)
}

/// A figure of ten digits.
fn figure(value: Decimal) -> String {
    padded(value, 10)
}

fn padded(value: Decimal, width: usize) -> String {
    let sign = if value.is_sign_negative() && !value.is_zero() { "-" } else { "" };
    let digits = value.abs().normalize().to_string();
    format!("{sign}{}{digits}", "0".repeat(width.saturating_sub(digits.len() + sign.len())))
}
