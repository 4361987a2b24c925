//! Alpaca's trading API v2 and the part of its market data API that prices come from, as docs.alpaca.markets/reference
//! publishes them and as alpaca-py reads them, over the books of a ledger.

use crate::bench::Bench;
use crate::desk::Kept;
use crate::ledger::{By, Ledger, Order, Refusal, Side, Status, Wish};
use crate::wire::{Protocol, Reply, Request};
use chrono::{DateTime, SecondsFormat, Utc};
use rust_decimal::Decimal;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The credentials that are let in.
pub(crate) const KEY: &str = "PKCANARY0123456789AB";
pub(crate) const SECRET: &str = "canarySecret0123456789canarySecret01234567";
/// The account's number.
pub(crate) const ACCOUNT: &str = "PA3CANARY9";

/// Alpaca, with one account.
pub(crate) struct Alpaca {
    pub(crate) ledger: Ledger,
    /// Whether the market is open.
    pub(crate) open: bool,
    /// Symbols that are not traded now.
    pub(crate) halted: BTreeSet<String>,
    /// Symbols of which no parts can be ordered.
    pub(crate) whole: BTreeSet<String>,
    /// What the account says that is not as usual.
    pub(crate) account: BTreeMap<&'static str, Value>,
    /// The most orders on a page; 500 there.
    pub(crate) page: usize,
    /// Places of an order that a person has replaced by another one.
    pub(crate) replaced: BTreeSet<u64>,
}

impl Alpaca {
    /// An account with so much cash and these positions (symbol, quantity, price).
    pub(crate) fn new(now: &str, cash: &str, positions: &[(&str, &str, &str)]) -> Self {
        Self {
            ledger: Ledger::new(now, cash, positions),
            open: true,
            halted: BTreeSet::new(),
            whole: BTreeSet::new(),
            account: BTreeMap::new(),
            page: 500,
            replaced: BTreeSet::new(),
        }
    }
}

/// What Alpaca says when it was asked too often; it may be asked again at this second since 1970.
pub(crate) fn limited(reset: i64) -> Reply {
    no(429, 42_910_000, "too many requests.").with("X-RateLimit-Reset", reset.to_string())
}

/// A refusal.
pub(crate) fn no(status: u16, code: u32, message: &str) -> Reply {
    Reply::json(status, &json!({ "code": code, "message": message }))
}

/// The id of a number, as a UUID.
pub(crate) fn id(number: u64) -> String {
    format!("61e69015-8549-4bfd-b9c3-{number:012}")
}

fn time(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Nanos, true)
}

fn shown(figure: Decimal) -> String {
    figure.normalize().to_string()
}

impl Protocol for Alpaca {
    fn answer(&mut self, request: &Request) -> Reply {
        self.ledger.tick();
        if request.header("APCA-API-KEY-ID") != KEY || request.header("APCA-API-SECRET-KEY") != SECRET {
            return Reply::json(401, &json!({ "message": "unauthorized." }));
        }
        let path = request.path.as_str();
        let after = |prefix: &str| path.strip_prefix(prefix).map(str::to_owned);
        match (request.method.as_str(), path) {
            ("GET", "/v2/account") => Reply::json(200, &self.account()),
            ("GET", "/v2/clock") => Reply::json(200, &self.clock()),
            ("GET", "/v2/positions") => Reply::json(200, &self.positions().into_values().collect()),
            ("GET", "/v2/orders") => self.list(request),
            ("POST", "/v2/orders") => self.place(&request.json()),
            ("GET", "/v2/orders:by_client_order_id") => self.by_client_id(request),
            ("GET", "/v2/stocks/trades/latest") => self.latest(request, "trades"),
            ("GET", "/v2/stocks/quotes/latest") => self.latest(request, "quotes"),
            ("GET", _) if after("/v2/positions/").is_some() => {
                let held = self.positions().remove(&after("/v2/positions/").unwrap_or_default());
                held.map_or_else(|| no(404, 40_410_000, "position does not exist"), |held| Reply::json(200, &held))
            }
            ("GET", _) if after("/v2/assets/").is_some() => self.asset(&after("/v2/assets/").unwrap_or_default()),
            (method, _) if after("/v2/orders/").is_some() => {
                self.one(method, &after("/v2/orders/").unwrap_or_default())
            }
            _ => Reply::json(404, &json!({ "message": "endpoint not found." })),
        }
    }

    fn places(&self, request: &Request) -> bool {
        request.method == "POST" && request.path == "/v2/orders"
    }
}

impl Alpaca {
    fn account(&self) -> Value {
        let worth = |code: &String, quantity: Decimal| quantity * self.ledger.prices[code];
        let long: Decimal = self.ledger.positions.iter().map(|(code, held)| worth(code, held.quantity)).sum();
        let (cash, equity) = (self.ledger.cash, self.ledger.cash + long);
        let mut account = json!({
            "id": id(0), "account_number": ACCOUNT, "status": "ACTIVE", "crypto_status": "ACTIVE", "currency": "USD",
            "buying_power": shown(self.ledger.free_cash()), "regt_buying_power": shown(self.ledger.free_cash()),
            "daytrading_buying_power": "0", "non_marginable_buying_power": shown(self.ledger.free_cash()),
            "cash": shown(cash), "accrued_fees": "0", "pending_transfer_out": "0", "portfolio_value": shown(equity),
            "pattern_day_trader": false, "trading_blocked": false, "transfers_blocked": false, "account_blocked": false,
            "created_at": "2024-01-02T15:00:00Z", "trade_suspended_by_user": false, "multiplier": "1",
            "shorting_enabled": false, "equity": shown(equity), "last_equity": shown(equity),
            "long_market_value": shown(long), "short_market_value": "0", "initial_margin": "0",
            "maintenance_margin": "0", "last_maintenance_margin": "0", "sma": "0", "daytrade_count": 0,
        });
        for (name, value) in &self.account {
            account[*name] = value.clone();
        }
        account
    }

    fn clock(&self) -> Value {
        json!({
            "timestamp": time(self.ledger.now), "is_open": self.open,
            "next_open": "2026-03-05T09:30:00-05:00", "next_close": "2026-03-05T16:00:00-05:00",
        })
    }

    fn positions(&self) -> BTreeMap<String, Value> {
        let held = self.ledger.positions.iter().filter(|(_, held)| !held.quantity.is_zero());
        let one = |(code, held): (&String, &crate::ledger::Position)| {
            let price = self.ledger.prices[code];
            let worth = held.quantity * price;
            let position = json!({
                "asset_id": id(1), "symbol": code, "exchange": "ARCA", "asset_class": "us_equity",
                "asset_marginable": true, "qty": shown(held.quantity),
                "qty_available": shown(self.ledger.free_shares(code)), "side": "long",
                "avg_entry_price": shown((held.cost / held.quantity).round_dp(6)), "market_value": shown(worth),
                "cost_basis": shown(held.cost), "unrealized_pl": shown(worth - held.cost), "unrealized_plpc": "0",
                "unrealized_intraday_pl": "0", "unrealized_intraday_plpc": "0", "current_price": shown(price),
                "lastday_price": shown(price), "change_today": "0",
            });
            (code.clone(), position)
        };
        held.map(one).collect()
    }

    fn asset(&self, symbol: &str) -> Reply {
        if !self.ledger.prices.contains_key(symbol) {
            return no(404, 40_410_000, &format!("asset not found for {symbol}"));
        }
        Reply::json(
            200,
            &json!({
                "id": id(1), "class": "us_equity", "exchange": "ARCA", "symbol": symbol, "name": format!("{symbol} fund"),
                "status": "active", "tradable": !self.halted.contains(symbol), "marginable": true, "shortable": true,
                "easy_to_borrow": true, "fractionable": !self.whole.contains(symbol), "attributes": [],
            }),
        )
    }

    /// The market data: prices are numbers there, not texts.
    fn latest(&self, request: &Request, kind: &str) -> Reply {
        let mut found = Map::new();
        for symbol in request.parameter("symbols").unwrap_or_default().split(',') {
            let Some(price) = self.ledger.prices.get(symbol) else { continue };
            let at = time(self.ledger.now);
            let text = match kind {
                "trades" => format!(r#"{{"t":"{at}","x":"V","p":{price},"s":100,"c":["@"],"i":1,"z":"B"}}"#),
                _ => format!(
                    r#"{{"t":"{at}","ax":"V","ap":{price},"as":1,"bx":"V","bp":{price},"bs":1,"c":["R"],"z":"B"}}"#
                ),
            };
            found.insert(symbol.to_owned(), serde_json::from_str(&text).unwrap());
        }
        Reply::json(200, &json!({ kind: found }))
    }

    fn shown(&self, order: &Order) -> Value {
        let status = match order.status {
            _ if self.replaced.contains(&order.number) => "replaced",
            Status::Open if !order.filled().is_zero() => "partially_filled",
            Status::Open if self.open => "new",
            Status::Open => "accepted",
            Status::Filled => "filled",
            Status::Cancelled => "canceled",
            Status::Rejected => "rejected",
            Status::Expired => "expired",
        };
        let ended = |status: Status| order.ended.filter(|_| order.status == status).map(time);
        let client = order.wish.client.clone().unwrap_or_else(|| format!("by-hand-{}", order.number));
        json!({
            "id": id(order.number), "client_order_id": client, "created_at": time(order.at),
            "updated_at": time(order.ended.unwrap_or(order.at)), "submitted_at": time(order.at),
            "filled_at": order.fillings.last().map(|filling| time(filling.at)), "expired_at": ended(Status::Expired),
            "canceled_at": ended(Status::Cancelled), "failed_at": ended(Status::Rejected), "replaced_at": null,
            "replaced_by": null, "replaces": null, "asset_id": id(1), "symbol": order.wish.code,
            "asset_class": "us_equity", "notional": null, "qty": shown(order.wish.quantity),
            "filled_qty": shown(order.filled()), "filled_avg_price": order.mean().map(|mean| shown(mean.round_dp(6))),
            "order_class": "simple", "order_type": if order.wish.limit.is_some() { "limit" } else { "market" },
            "type": if order.wish.limit.is_some() { "limit" } else { "market" },
            "side": if order.wish.side == Side::Buy { "buy" } else { "sell" }, "time_in_force": "day",
            "limit_price": order.wish.limit.map(shown), "stop_price": null, "status": status, "extended_hours": false,
            "legs": null, "trail_percent": null, "trail_price": null, "hwm": null, "subtag": null,
            "source": if order.by == By::Person { Some("access_key") } else { None },
        })
    }

    fn list(&self, request: &Request) -> Reply {
        let wanted = request.parameter("status").unwrap_or("open");
        let limit = request.parameter("limit").map_or(50, |limit| limit.parse().unwrap());
        let moment = |name: &str| request.parameter(name).map(|at| at.parse::<DateTime<Utc>>().unwrap());
        let (after, until) = (moment("after"), moment("until"));
        let symbols = request.parameter("symbols").map(|symbols| symbols.split(',').collect::<Vec<_>>());
        let fits = |order: &&Order| {
            let open = order.status == Status::Open && !self.replaced.contains(&order.number);
            (wanted == "all" || open == (wanted == "open"))
                && after.is_none_or(|after| order.at > after)
                && until.is_none_or(|until| order.at < until)
                && symbols.as_ref().is_none_or(|symbols| symbols.contains(&order.wish.code.as_str()))
        };
        let mut found: Vec<&Order> = self.ledger.listed().filter(fits).collect();
        if request.parameter("direction") != Some("asc") {
            found.reverse();
        }
        let shown: Vec<Value> = found.into_iter().take(limit.min(self.page)).map(|order| self.shown(order)).collect();
        Reply::json(200, &Value::Array(shown))
    }

    fn by_client_id(&self, request: &Request) -> Reply {
        let wanted = request.parameter("client_order_id");
        let found = self.ledger.listed().find(|order| wanted.is_some() && order.wish.client.as_deref() == wanted);
        match found {
            Some(order) => Reply::json(200, &self.shown(order)),
            None => no(404, 40_410_000, &format!("order not found for {}", wanted.unwrap_or_default())),
        }
    }

    fn one(&mut self, method: &str, wanted: &str) -> Reply {
        let Some(order) = self.ledger.orders.iter().find(|order| id(order.number) == wanted) else {
            return no(404, 40_410_000, &format!("order not found for {wanted}"));
        };
        let number = order.number;
        match method {
            "GET" => Reply::json(200, &self.shown(order)),
            "DELETE" if self.ledger.cancel(number) => Reply::empty(204),
            "DELETE" => no(422, 42_210_000, "order is not cancelable"),
            _ => Reply::json(405, &json!({ "message": "method not allowed." })),
        }
    }

    fn place(&mut self, sent: &Value) -> Reply {
        let wish = match self.wish(sent) {
            Ok(wish) => wish,
            Err(reply) => return reply,
        };
        let code = wish.code.clone();
        match self.ledger.place(wish) {
            Ok(number) => {
                let order = self.ledger.orders.iter().find(|order| order.number == number).unwrap();
                // What is filled at once is told later: the answer is of the moment of acceptance.
                let mut shown = self.shown(order);
                for (name, value) in [("status", json!("pending_new")), ("filled_qty", json!("0"))] {
                    shown[name] = value;
                }
                for name in ["filled_at", "filled_avg_price", "failed_at", "canceled_at", "expired_at"] {
                    shown[name] = Value::Null;
                }
                Reply::json(200, &shown)
            }
            Err(Refusal::Name) => no(422, 40_010_001, "client_order_id must be unique"),
            Err(Refusal::Code) => no(422, 42_210_000, &format!("asset \"{code}\" not found")),
            Err(Refusal::Cash { free, needed }) => Reply::json(
                403,
                &json!({
                    "buying_power": shown(free), "code": 40_310_000, "cost_basis": shown(needed),
                    "message": "insufficient buying power",
                }),
            ),
            Err(Refusal::Shares { free }) => Reply::json(
                403,
                &json!({
                    "available": shown(free), "code": 40_310_000, "symbol": code,
                    "message": format!("insufficient qty available for order (available: {})", shown(free)),
                }),
            ),
            Err(Refusal::Said(why)) => no(403, 40_310_000, &why),
        }
    }

    /// What an order wants, or what is wrong with it.
    fn wish(&self, sent: &Value) -> Result<Wish, Reply> {
        let wrong = |why: &str| no(422, 40_010_001, why);
        let text = |name: &str| match sent.get(name) {
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => Some(number.to_string()),
            _ => None,
        };
        let figure = |name: &str| text(name).and_then(|text| text.parse::<Decimal>().ok());
        let code = text("symbol").ok_or_else(|| wrong("symbol is required"))?;
        let quantity = figure("qty").filter(|quantity| *quantity > Decimal::ZERO);
        let quantity = quantity.ok_or_else(|| wrong("qty must be > 0"))?;
        let side = match text("side").as_deref() {
            Some("buy") => Side::Buy,
            Some("sell") => Side::Sell,
            _ => return Err(wrong("invalid side")),
        };
        let limit = match text("type").as_deref() {
            Some("market") => None,
            Some("limit") => Some(figure("limit_price").ok_or_else(|| wrong("limit orders require a limit price"))?),
            _ => return Err(wrong("invalid type")),
        };
        let places = if limit.is_some_and(|limit| limit < Decimal::ONE) { 4 } else { 2 };
        if limit.is_some_and(|limit| limit.normalize().scale() > places) {
            let why = "sub-penny increment does not fulfill minimum pricing criteria";
            return Err(no(422, 42_210_000, &format!("invalid limit_price. {why}")));
        }
        if self.halted.contains(&code) {
            return Err(no(422, 42_210_000, &format!("asset {code} is not tradable")));
        }
        if !quantity.fract().is_zero() {
            if self.whole.contains(&code) {
                return Err(no(403, 40_310_000, &format!("asset \"{code}\" is not fractionable")));
            }
            if text("time_in_force").as_deref() != Some("day") {
                return Err(no(422, 42_210_000, "fractional orders must be DAY orders"));
            }
        }
        let client = text("client_order_id");
        if client.as_ref().is_some_and(|client| client.len() > 48) {
            return Err(wrong("client_order_id must be no more than 48 characters"));
        }
        Ok(Wish { code, side, quantity, limit, client })
    }
}

impl Kept for Alpaca {
    fn ledger(&mut self) -> Option<&mut Ledger> {
        Some(&mut self.ledger)
    }
}

impl Bench for Alpaca {
    const BROKER: &'static str = "alpaca";
    const NOW: &'static str = "2026-03-04T15:30:00Z";
    const CONFIG: &'static str = "\
portfolio:
  name: 'US'
  owner: 'ann'
  base_currency: 'USD'
  broker: 'Alpaca'
  allocation:
    core:
      weight: 0.90
      assets:
        - { ticker: 'US shares', code: 'SPY', target: 0.50, min: 0.40, max: 0.60 }
        - { ticker: 'US technology', code: 'QQQ', target: 0.20, min: 0.15, max: 0.25 }
        - { ticker: 'US bonds', code: 'BND', target: 0.20, min: 0.15, max: 0.25, increment: 0.001 }
    satellite:
      weight: 0.10
      assets:
        - { ticker: 'Gold', code: 'GLD', target: 0.10, min: 0.05, max: 0.15 }
  rebalancing:
    strategy: 'hybrid'
    scheduled:
      frequency: 'quarterly'
      months: [1, 4, 7, 10]
      day: 'first_business_day'
    drift_trigger:
      threshold: 0.05
      check_frequency: 'weekly'
    constraints:
      min_trade_amount: 100
      avoid_ex_dividend_dates: true
      tax_loss_harvesting: false
  costs:
    etf_commission_rate: 0.0
    etf_tax_rate: 0.0
    overseas_etf_tax_rate: 0.22
    slippage_estimate: 0.001
";
    const CANARIES: &'static [&'static str] = &[KEY, SECRET];

    fn close(&mut self) {
        self.open = false;
    }

    fn halt(&mut self, code: &str) {
        self.halted.insert(code.to_owned());
    }

    fn whole_shares(&mut self) {
        self.whole.extend(self.ledger.positions.keys().cloned());
    }

    fn denial(told: &str) -> Reply {
        no(403, 40_310_000, told)
    }

    fn fresh() -> Self {
        let held = [("SPY", "100", "500.10"), ("QQQ", "100", "400"), ("BND", "50", "75.25"), ("GLD", "0", "200")];
        Self::new(Self::NOW, "500", &held)
    }

    fn credentials(url: &str) -> String {
        let keys = format!("APCA_API_KEY_ID={KEY}\nAPCA_API_SECRET_KEY={SECRET}\nALPACA_ENV=paper\n");
        format!("{keys}APCA_API_BASE_URL={url}\nALPACA_DATA_URL={url}\n")
    }
}
