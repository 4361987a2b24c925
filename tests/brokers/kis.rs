//! The REST interface of Korea Investment & Securities on this machine, as its own samples and captured answers have it:
//! an id a service, the world in the id's first letter, texts for figures, padded keys of pages. Ids of before and of
//! today are taken. The account is a ledger, and what can go wrong goes wrong on command.

mod adapter;
mod client;
mod faults;
mod rows;
mod world;

use crate::bench::{Bench, GUIDE};
use crate::desk::Kept;
use crate::ledger::{Course, Ledger, Refusal, Side, Wish};
use crate::wire::{Protocol, Reply, Request};
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The keys that are let in, as long as the real ones. They begin with what tests look for in every file and output.
pub(crate) const KEY: &str = "canary-kis-key-012345678901234567890";
pub(crate) const SECRET: &str = "canary-kis-secret-0123456789/0123456789+0123456789=0123456789/0123456789+0123456789=\
    0123456789/0123456789+0123456789=0123456789/0123456789+0123456789=0123456789/0123456789012345678";
/// The account that they are of.
pub(crate) const ACCOUNT: &str = "81201280-01";
/// What every token begins with.
pub(crate) const TOKEN: &str = "canary-kis-token-";
/// The branch that numbers orders.
const BRANCH: &str = "03930";

/// Korea Investment & Securities.
pub(crate) struct Kis {
    pub(crate) ledger: Ledger,
    /// Whether this is the mock world.
    pub(crate) mock: bool,
    /// Rows on a page.
    pub(crate) page: usize,
    /// The most requests in a second of the ledger's clock, if that is limited.
    pub(crate) rate: Option<usize>,
    /// Whether a token is issued once a minute only.
    pub(crate) issues_slowly: bool,
    /// Whether the list of orders stays empty, although its sums do not: the mock world does that.
    pub(crate) blind: bool,
    /// Days on which the market is closed.
    pub(crate) holidays: BTreeSet<NaiveDate>,
    /// Codes that are not traded.
    pub(crate) halted: BTreeSet<String>,
    /// What is borrowed.
    pub(crate) loans: Decimal,
    /// What lists do instead of coming to an end.
    pub(crate) lists: Lists,
    /// Whether answers come in their other spelling: lists for objects, `N` for nothing, `cnc_cfrm_qty`.
    pub(crate) otherwise: bool,
    /// Whether answers say what time it is.
    pub(crate) dated: bool,
    /// Seconds by which the clock in answers and lists is ahead of the ledger's.
    pub(crate) ahead: i64,
    /// How many tokens were issued.
    pub(crate) issued: usize,
    tokens: BTreeSet<String>,
    issued_at: Option<DateTime<Utc>>,
    /// Cancellations: the order and when.
    cancels: Vec<(u64, DateTime<Utc>)>,
    asked: Vec<DateTime<Utc>>,
}

/// What lists do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lists {
    /// They come to their end.
    Whole,
    /// They go on from where they were.
    SameKey,
    /// They go on, and do not say from where.
    NoKey,
    /// They do not say whether they go on.
    NoWord,
    /// They have changed so many times when their second page is asked for.
    Changed(usize),
}

/// What a service answers: a document, and whether there is more; or a result, a code and a message.
type Done = Result<(Value, Option<bool>), (&'static str, &'static str, String)>;

impl Kis {
    pub(crate) fn new(ledger: Ledger) -> Self {
        Self {
            ledger,
            mock: false,
            page: 50,
            rate: Some(18),
            issues_slowly: false,
            blind: false,
            holidays: BTreeSet::new(),
            halted: BTreeSet::new(),
            loans: Decimal::ZERO,
            lists: Lists::Whole,
            otherwise: false,
            dated: true,
            ahead: 0,
            issued: 0,
            tokens: BTreeSet::new(),
            issued_at: None,
            cancels: Vec::new(),
            asked: Vec::new(),
        }
    }

    /// The mock world: one request a second, and lists that stay empty.
    pub(crate) fn mock(ledger: Ledger) -> Self {
        Self { mock: true, page: 15, rate: Some(1), blind: true, ..Self::new(ledger) }
    }

    /// Takes all tokens back.
    pub(crate) fn revoke(&mut self) {
        self.tokens.clear();
        self.issued_at = None;
    }

    fn there(&self, at: DateTime<Utc>) -> DateTime<FixedOffset> {
        (at + chrono::TimeDelta::seconds(self.ahead)).with_timezone(&FixedOffset::east_opt(9 * 3600).unwrap())
    }

    fn token(&mut self, body: &Value) -> Reply {
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        let no = |code: &str, told: &str| Reply::json(403, &json!({ "error_code": code, "error_description": told }));
        if text("grant_type") != "client_credentials" {
            return no("EGW00101", "유효하지 않은 요청입니다.");
        }
        if text("appkey") != KEY || text("appsecret") != SECRET {
            return no("EGW00103", "유효하지 않은 AppKey입니다.");
        }
        let recent = |at: DateTime<Utc>| self.ledger.now - at < chrono::TimeDelta::seconds(60);
        if self.issues_slowly && self.issued_at.is_some_and(recent) {
            return no("EGW00133", "접근토큰 발급 잠시 후 다시 시도하세요(1분당 1회)");
        }
        self.issued += 1;
        self.issued_at = Some(self.ledger.now);
        let token = format!("{TOKEN}{}", self.issued);
        self.tokens.insert(token.clone());
        let ends = self.there(self.ledger.now + chrono::TimeDelta::days(1));
        let said = json!({
            "access_token": token,
            "access_token_token_expired": ends.format("%Y-%m-%d %H:%M:%S").to_string(),
            "token_type": "Bearer",
            "expires_in": 86400,
        });
        Reply::json(200, &said)
    }

    /// Whether a request is one too many.
    fn too_many(&mut self) -> bool {
        let Some(most) = self.rate else { return false };
        let since = self.ledger.now - chrono::TimeDelta::seconds(1);
        self.asked.retain(|at| *at > since);
        self.asked.push(self.ledger.now);
        self.asked.len() > most
    }

    /// The service of an id, without the letter of its world.
    fn served(&mut self, request: &Request) -> Done {
        let id = request.header("tr_id");
        let quote = id.starts_with(['F', 'H']);
        if !quote && id.starts_with('V') != self.mock {
            return Err(("1", "EGW00213", "모의투자 TR 이 아닙니다.".into()));
        }
        let path = request.path.strip_prefix("/uapi/domestic-stock/v1/").unwrap_or_default();
        match (path, id.get(1..).unwrap_or_default()) {
            ("trading/inquire-balance", "TTC8434R") => self.balance(request),
            ("trading/inquire-psbl-order", "TTC8908R") => self.orderable(request),
            ("trading/order-cash", "TTC0012U" | "TTC0802U") => self.order(request, Side::Buy),
            ("trading/order-cash", "TTC0011U" | "TTC0801U") => self.order(request, Side::Sell),
            ("trading/order-rvsecncl", "TTC0013U" | "TTC0803U") => self.cancel(request),
            ("trading/inquire-daily-ccld", "TTC0081R" | "TTC8001R") => self.orders(request),
            ("quotations/inquire-price", "HKST01010100") if quote => self.price(request),
            ("trading/inquire-psbl-sell", "TTC8408R")
            | ("trading/inquire-psbl-rvsecncl", "TTC0084R" | "TTC8036R")
            | ("quotations/chk-holiday", "TCA0903R")
            | ("ksdinfo/dividend", "HKDB669102C0")
                if self.mock =>
            {
                Err(("1", "90000000", "모의투자에서는 해당업무가 제공되지 않습니다.".into()))
            }
            ("trading/inquire-psbl-sell", "TTC8408R") => self.sellable(request),
            ("trading/inquire-psbl-rvsecncl", "TTC0084R" | "TTC8036R") => self.open(request),
            ("quotations/chk-holiday", "TCA0903R") => self.days(request),
            ("ksdinfo/dividend", "HKDB669102C0") if quote => Ok((json!({ "output1": [] }), Some(false))),
            _ => Err(("1", "OPSQ0002", "없는 서비스 코드 입니다".into())),
        }
    }

    fn order(&mut self, request: &Request, side: Side) -> Done {
        let body = filled(request, &["PDNO", "ORD_DVSN", "ORD_QTY", "ORD_UNPR"])?;
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        let whole = |name: &str| text(name).parse::<u64>().ok().map(Decimal::from);
        let refused = |code, why: &str| Err(("7", code, why.to_owned()));
        let limit = match text("ORD_DVSN").as_str() {
            "00" => whole("ORD_UNPR").filter(|price| !price.is_zero()),
            "01" => None,
            _ => return refused("APBK0963", "주문구분코드 오류 입니다."),
        };
        let quantity = whole("ORD_QTY").filter(|quantity| !quantity.is_zero());
        let Some(quantity) = quantity.filter(|_| limit.is_some() || text("ORD_DVSN") == "01") else {
            return refused(if self.mock { "40310000" } else { "APBK0400" }, "주문수량 또는 단가 오류");
        };
        if !["", "KRX"].contains(&text("EXCG_ID_DVSN_CD").as_str()) {
            return refused("APBK0963", "거래소 구분 오류");
        }
        let wish = Wish { code: text("PDNO"), side, quantity, limit, client: None };
        match self.ledger.place(wish) {
            Ok(number) => Ok((self.taken(rows::number(number)), None)),
            Err(Refusal::Cash { .. }) if self.mock => refused("40310000", "주문가능금액이 부족합니다."),
            Err(Refusal::Cash { .. }) => refused("APBK0400", "주문가능금액을 초과했습니다."),
            Err(Refusal::Shares { .. }) => refused("APBK0400", "주문 가능한 수량을 초과했습니다."),
            Err(Refusal::Code) => refused("APBK0656", "해당종목정보가 없습니다."),
            Err(Refusal::Said(why)) => refused("APBK0918", &why),
            Err(Refusal::Name) => panic!("orders have no names of ours here"),
        }
    }

    fn taken(&self, number: String) -> Value {
        let at = self.there(self.ledger.now).format("%H%M%S").to_string();
        let output = json!({ "KRX_FWDG_ORD_ORGNO": BRANCH, "ODNO": number, "ORD_TMD": at, "SOR_ODNO": "" });
        json!({ "output": if self.otherwise { json!([output]) } else { output } })
    }

    fn cancel(&mut self, request: &Request) -> Done {
        let names = [
            "KRX_FWDG_ORD_ORGNO",
            "ORGN_ODNO",
            "ORD_DVSN",
            "RVSE_CNCL_DVSN_CD",
            "ORD_QTY",
            "ORD_UNPR",
            "QTY_ALL_ORD_YN",
        ];
        let body = filled(request, &names)?;
        assert_eq!((body["RVSE_CNCL_DVSN_CD"].as_str(), body["QTY_ALL_ORD_YN"].as_str()), (Some("02"), Some("Y")));
        let number = rows::order_of(body["ORGN_ODNO"].as_str().unwrap());
        if !self.ledger.cancel(number) {
            let code = if self.mock { "40330000" } else { "APBK0927" };
            return Err(("7", code, "정정취소 가능수량이 없습니다.".into()));
        }
        self.cancels.push((number, self.ledger.now));
        Ok((self.taken(rows::cancellation(self.cancels.len())), None))
    }

    fn reply(&self, done: Done, continued: bool) -> Reply {
        let (status, mut said, more) = match done {
            Ok((said, more)) => (200, said, more),
            Err((result, code, told)) => {
                let status = if code.starts_with("EGW") { 500 } else { 200 };
                let said = json!({ "rt_cd": result, "msg_cd": code, "msg1": padded(&told, 80) });
                return self.dated(Reply::json(status, &said)).with("tr_cont", "");
            }
        };
        said["rt_cd"] = "0".into();
        said["msg_cd"] = if self.mock { "40600000" } else { "APBK0013" }.into();
        said["msg1"] = padded("정상처리 되었습니다.", 80).into();
        let word = match (more, continued) {
            (None, _) => "",
            (Some(_), _) if self.lists == Lists::NoWord => "",
            (Some(true), false) => "F",
            (Some(true), true) => "M",
            (Some(false), false) => "D",
            (Some(false), true) => "E",
        };
        self.dated(Reply::json(status, &said)).with("tr_id", "").with("tr_cont", word).with("gt_uid", "")
    }

    fn dated(&self, reply: Reply) -> Reply {
        let now = self.ledger.now + chrono::TimeDelta::seconds(self.ahead);
        if self.dated { reply.with("Date", now.format("%a, %d %b %Y %H:%M:%S GMT").to_string()) } else { reply }
    }

    fn no(&self, result: &'static str, code: &'static str, told: &str) -> Reply {
        self.reply(Err((result, code, told.to_owned())), false)
    }

    fn answered(&mut self, request: &Request) -> Reply {
        self.ledger.tick();
        match (request.method.as_str(), request.path.as_str()) {
            ("POST", "/oauth2/tokenP") => return self.token(&request.json()),
            ("POST", "/oauth2/revokeP") => {
                self.tokens.remove(request.json()["token"].as_str().unwrap_or_default());
                return Reply::json(200, &json!({ "code": 200, "message": "접근토큰 폐기에 성공하였습니다" }));
            }
            ("POST", "/uapi/hashkey") => {
                let hash = format!("{:064x}", request.body.iter().map(|byte| u64::from(*byte)).sum::<u64>());
                return Reply::json(200, &json!({ "BODY": request.json(), "HASH": hash }));
            }
            _ => {}
        }
        let token = request.header("authorization").strip_prefix("Bearer ").unwrap_or_default();
        if !self.tokens.contains(token) {
            return self.no("1", "EGW00123", "기간이 만료된 token 입니다.");
        }
        if request.header("appkey") != KEY || request.header("appsecret") != SECRET {
            return self.no("1", "EGW00206", "API 사용 권한이 없습니다.");
        }
        if self.too_many() {
            return self.no("1", "EGW00201", "초당 거래건수를 초과하였습니다.");
        }
        let continued = request.header("tr_cont") == "N";
        let done = self.served(request);
        self.reply(done, continued)
    }
}

impl Protocol for Kis {
    fn answer(&mut self, request: &Request) -> Reply {
        self.answered(request)
    }

    fn places(&self, request: &Request) -> bool {
        request.path.ends_with("/order-cash")
    }

    fn special(&mut self, name: &str, request: &Request) -> Reply {
        let (name, done) = name.strip_suffix(", done").map_or((name, false), |name| (name, true));
        if done {
            self.answered(request);
        } else {
            self.ledger.tick();
        }
        match name {
            "EGW00201" => self.no("1", "EGW00201", "초당 거래건수를 초과하였습니다."),
            "EGW00215" => self.no("1", "EGW00215", "원장에서 허용 가능한 초당 거래건수를 초과하였습니다."),
            "EGW00301" => self.no("1", "EGW00301", "연결 시간이 초과되었습니다. 직전 거래를 반드시 확인하세요."),
            "EGW00302" => self.no("1", "EGW00302", "거래시간이 초과되었습니다. 직전 거래를 반드시 확인하세요."),
            "EGW00203" => self.no("1", "EGW00203", "OPS 라우팅 중 오류가 발생하였습니다."),
            "OPSQ0008" => self.no("1", "OPSQ0008", "MCI 전문 송신 오류"),
            "APBK0918" => self.no("7", "APBK0918", "장운영시간이 아닙니다.(주문불가)"),
            "maintenance" => Reply::json(500, &json!({ "rt_cd": "1", "msg_cd": "", "msg1": "" })),
            "said no" => self.no("7", "ZZZZ0001", "알 수 없는 사유"),
            "a strange result" => self.no("9", "ZZZZ0002", "알 수 없는 사유"),
            "stale" => {
                self.revoke();
                self.no("1", "EGW00123", "기간이 만료된 token 입니다.")
            }
            "no number" => self.reply(
                Ok((json!({ "output": { "KRX_FWDG_ORD_ORGNO": BRANCH, "ODNO": "", "ORD_TMD": "" } }), None)),
                false,
            ),
            "no output" => self.reply(Ok((json!({}), None)), false),
            "another's" => {
                let body = request.json();
                let text = |name: &str| body[name].as_str().unwrap().to_owned();
                let side = if request.header("tr_id").ends_with("12U") { Side::Buy } else { Side::Sell };
                let (quantity, limit) = (text("ORD_QTY").parse().unwrap(), text("ORD_UNPR").parse().ok());
                self.ledger.person(Wish { code: text("PDNO"), side, quantity, limit, client: None }, &Course::open());
                Reply::gateway(500)
            }
            name => panic!("there is no fault {name} for {}", request.line()),
        }
    }
}

impl Kept for Kis {
    fn ledger(&mut self) -> Option<&mut Ledger> {
        Some(&mut self.ledger)
    }
}

impl Bench for Kis {
    const BROKER: &'static str = "kis";
    const CANARIES: &'static [&'static str] = &[KEY, SECRET, ACCOUNT];
    const TOKEN: Option<&'static str> = Some(TOKEN);

    fn halt(&mut self, code: &str) {
        self.halted.insert(code.to_owned());
    }

    fn denial(told: &str) -> Reply {
        Reply::json(200, &json!({ "rt_cd": "2", "msg_cd": "OPSQ2000", "msg1": padded(told, 80) })).with("tr_cont", "")
    }

    fn fresh() -> Self {
        Self::new(Ledger::new(Self::NOW, "0", &GUIDE))
    }

    /// Nothing is waited for: the simulator's clock goes by requests.
    fn credentials(url: &str) -> String {
        let keys = format!("KIS_APP_KEY={KEY}\nKIS_APP_SECRET={SECRET}\nKIS_ACCOUNT={ACCOUNT}\nKIS_ENV=real\n");
        format!("{keys}KIS_URL={url}\nKIS_REQUESTS_PER_SECOND=1000\n")
    }
}

/// The body of an order. Names in small letters, values that are no texts, and another account are refused.
fn filled(request: &Request, names: &[&str]) -> Result<Value, (&'static str, &'static str, String)> {
    let body = request.json();
    let wrong = |told: String| ("2", "OPSQ2001", told);
    let object = body.as_object().ok_or_else(|| wrong("INVALID_BODY".into()))?;
    for (name, value) in object {
        if *name != name.to_ascii_uppercase() || !value.is_string() {
            return Err(wrong(format!("INVALID_CHECK_{name}")));
        }
    }
    account(&|name| body[name].as_str().map(str::to_owned))?;
    match names.iter().find(|name| !object.contains_key(**name)) {
        Some(name) => Err(wrong(format!("ERROR : INPUT FIELD NOT FOUND [{name}]"))),
        None => Ok(body),
    }
}

fn account(text: &dyn Fn(&str) -> Option<String>) -> Result<(), (&'static str, &'static str, String)> {
    let found = format!("{}-{}", text("CANO").unwrap_or_default(), text("ACNT_PRDT_CD").unwrap_or_default());
    if found == ACCOUNT { Ok(()) } else { Err(("2", "OPSQ2000", "ERROR : INPUT INVALID_CHECK_ACNO".into())) }
}

/// A text with blanks at its end.
fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.chars().count())))
}
