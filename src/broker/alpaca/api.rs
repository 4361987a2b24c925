//! The calls of Alpaca's trading API v2 and of its market data API, and what each answer proves.
//!
//! What only reads is asked again where nobody answers, and waits where Alpaca says that it was asked too often (429, with
//! `X-RateLimit-Reset`). What changes something is sent once. Sources: docs.alpaca.markets/reference, and alpaca-py. What
//! a plan wants must never enter this room.

use super::NAME;
use super::shape::{Misread, Order};
use crate::broker::settings::client;
use crate::broker::veil::veiled;
use crate::broker::{BrokerError, Credentials};
use crate::clock::Clock;
use crate::http::{Client, Http, HttpError, Limits, Method, Request, Response, Secret};
use crate::words::excerpt;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

/// How long a request may take, and how much may come back.
const LIMITS: Limits = Limits { total: Duration::from_secs(10), largest: 8 << 20 };
/// Tries of what only reads.
const TRIES: u32 = 4;
/// The longest wait that Alpaca may ask for; its limit is per minute.
const LONGEST: Duration = Duration::from_secs(61);
/// The most orders on a page there.
const PAGE: usize = 500;
/// The most pages that are read.
const PAGES: usize = 40;
/// The longest text of Alpaca's that is quoted, in characters.
const QUOTED: usize = 200;

/// Alpaca, for one account.
pub(super) struct Api<'a> {
    http: Client,
    clock: &'a dyn Clock,
    credentials: Credentials,
    key: Secret,
    secret: Secret,
    trading: String,
    data: String,
}

/// What came of sending something, once.
pub(super) enum Answer {
    /// It was done: this is the answer.
    Done(Value),
    /// Alpaca says no, with this status and in these words.
    No(u16, String),
    /// It was not looked at, and may be after so long.
    Limited(String, Duration),
    /// It was not sent, and it is no use to try again as things are.
    Unsent(String),
    /// It was not sent: nobody was reached.
    Unreached(String),
    /// Nobody knows.
    Unknown(String),
}

impl<'a> Api<'a> {
    pub(super) fn new(
        credentials: Credentials,
        (trading, data): (String, String),
        clock: &'a dyn Clock,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, BrokerError> {
        let http = client(NAME, env, LIMITS)?;
        let (key, secret) = (credentials.secret(super::KEY), credentials.secret(super::SECRET));
        Ok(Self { http, clock, credentials, key, secret, trading, data })
    }

    /// The host that orders go to.
    pub(super) fn trading(&self) -> &str {
        &self.trading
    }

    /// The secret of the credentials.
    pub(super) fn secret(&self) -> &Secret {
        &self.secret
    }

    /// What an answer says of the trading API; nothing when there is no such thing.
    pub(super) fn get(&self, path: &str) -> Result<Option<Value>, BrokerError> {
        self.read(format!("{}{path}", self.trading))
    }

    /// The same, where there must be such a thing.
    pub(super) fn there(&self, path: &str) -> Result<Value, BrokerError> {
        self.get(path)?.ok_or_else(|| unclear("it says that there is no such thing".to_owned()))
    }

    /// What an answer says of the market data API.
    pub(super) fn market(&self, path: &str) -> Result<Value, BrokerError> {
        self.read(format!("{}{path}", self.data))?.ok_or_else(|| unclear("it has no such data".to_owned()))
    }

    /// The order that a client's id names, if there is one.
    pub(super) fn by_client_id(&self, client_id: &str) -> Result<Option<Order>, BrokerError> {
        let found = self.get(&format!("/v2/orders:by_client_order_id?client_order_id={client_id}"))?;
        found.map(|found| Order::of(&found).map_err(unclear)).transpose()
    }

    /// An order by Alpaca's own id.
    pub(super) fn by_id(&self, id: &str) -> Result<Order, BrokerError> {
        Order::of(&self.there(&format!("/v2/orders/{id}"))?).map_err(unclear)
    }

    /// All open orders, oldest first.
    ///
    /// A page ends at a time, and orders of the same time may stand on both sides of it: so pages overlap.
    pub(super) fn open_orders(&self) -> Result<Vec<Order>, BrokerError> {
        let (mut after, mut known, mut orders) = (String::new(), BTreeSet::new(), Vec::new());
        for _ in 0..PAGES {
            let page = self.there(&format!("/v2/orders?status=open&limit={PAGE}&direction=asc&nested=false{after}"))?;
            let page = page.as_array().ok_or_else(|| unclear("it is no list of orders".to_owned()))?;
            let page: Result<Vec<Order>, Misread> = page.iter().map(Order::of).collect();
            let page = page.map_err(unclear)?;
            let (length, last) = (page.len(), page.last().and_then(|order| order.submitted.clone()));
            let before = orders.len();
            orders.extend(page.into_iter().filter(|order| known.insert(order.id.clone())));
            if length < PAGE {
                return Ok(orders);
            }
            if orders.len() == before {
                return Err(unclear("the same page of orders comes again and again".to_owned()));
            }
            let last = last.as_deref().and_then(|last| DateTime::parse_from_rfc3339(last).ok());
            let last = last.ok_or_else(|| unclear("an order does not say when it was submitted".to_owned()))?;
            let from =
                (last.with_timezone(&Utc) - TimeDelta::milliseconds(1)).to_rfc3339_opts(SecondsFormat::Nanos, true);
            after = format!("&after={from}");
        }
        Err(unclear(format!("it has more than {PAGES} pages of open orders")))
    }

    /// Sends an order, once.
    pub(super) fn order(&self, body: &Value) -> Answer {
        self.once(&self.request(Method::Post, format!("{}/v2/orders", self.trading)).json(body))
    }

    /// Asks for the cancellation of an order, once.
    pub(super) fn cancel(&self, id: &str) -> Answer {
        self.once(&self.request(Method::Delete, format!("{}/v2/orders/{id}", self.trading)))
    }

    fn request(&self, method: Method, url: String) -> Request {
        Request::new(method, url)
            .header("Accept", "application/json")
            .secret_header("APCA-API-KEY-ID", "", &self.key)
            .secret_header("APCA-API-SECRET-KEY", "", &self.secret)
    }

    /// Sends a request: the answer, without the credentials.
    fn sent(&self, request: &Request) -> Result<Response, HttpError> {
        self.http.send(request).map(|answer| veiled(answer, &|text| self.secret.hidden(&self.key.hidden(text))))
    }

    /// Asks for what only reads, until there is an answer or patience is at its end.
    fn read(&self, url: String) -> Result<Option<Value>, BrokerError> {
        let request = self.request(Method::Get, url);
        let mut tries = 0;
        loop {
            tries += 1;
            let (why, wait) = match self.sent(&request) {
                Ok(answer) => match answer.status {
                    200 => return self.json(&answer).map(Some).map_err(unclear),
                    404 if self.absent(&answer) => return Ok(None),
                    429 => (self.said(&answer), self.asked_to_wait(&answer)),
                    408 | 500.. => (self.said(&answer), Duration::from_secs(1 << tries.min(3))),
                    401 | 403 => return Err(self.denied(&answer)),
                    _ => return Err(unclear(self.said(&answer))),
                },
                Err(error @ (HttpError::Unreached { .. } | HttpError::Broken { .. })) if tries < TRIES => {
                    (error.to_string(), Duration::from_secs(1 << tries.min(3)))
                }
                Err(error) => return Err(unavailable(self.quoted(&error.to_string()), error.remedy())),
            };
            if tries == TRIES {
                return Err(unavailable(why, "try again when Alpaca is well: status.alpaca.markets"));
            }
            self.clock.wait(wait);
        }
    }

    /// Sends what changes something: once.
    fn once(&self, request: &Request) -> Answer {
        let answer = match self.sent(request) {
            Ok(answer) => answer,
            Err(error @ HttpError::Unreached { .. }) => return Answer::Unreached(self.quoted(&error.to_string())),
            Err(error @ (HttpError::Unsendable { .. } | HttpError::Insecure { .. })) => {
                return Answer::Unsent(self.quoted(&error.to_string()));
            }
            Err(error) => return Answer::Unknown(self.quoted(&error.to_string())),
        };
        let parsed = self.json(&answer);
        match (answer.status, parsed) {
            (204, _) => Answer::Done(Value::Null),
            (200 | 201, Ok(value)) => Answer::Done(value),
            (200 | 201, Err(why)) => Answer::Unknown(why),
            (429, _) => Answer::Limited(self.said(&answer), self.asked_to_wait(&answer)),
            // Only Alpaca itself says no in JSON; a gateway's page proves nothing.
            (status @ (400 | 401 | 403 | 404 | 422), Ok(value)) if value.get("message").is_some() => {
                Answer::No(status, self.said(&answer))
            }
            _ => Answer::Unknown(self.said(&answer)),
        }
    }

    /// Whether it is Alpaca that says that there is no such thing: with a code of its own, which a gateway or a wrong
    /// address does not have.
    fn absent(&self, answer: &Response) -> bool {
        let code = self.json(answer).ok().and_then(|said| said.get("code")?.as_u64());
        code.is_some_and(|code| (40_400_000..40_500_000).contains(&code))
    }

    fn json(&self, answer: &Response) -> Result<Value, Misread> {
        serde_json::from_slice(&answer.body).map_err(|_| "it is no JSON".to_owned())
    }

    /// The status and the message of an answer that is no success, on one line.
    fn said(&self, answer: &Response) -> String {
        let message = self.json(answer).ok().and_then(|said| Some(said.get("message")?.as_str()?.to_owned()));
        match message {
            Some(message) => self.quoted(&format!("{message} (status {})", answer.status)),
            None => format!("status {}", answer.status),
        }
    }

    /// How long Alpaca asks us to wait: until the second since 1970 that it names, or the seconds that it names.
    fn asked_to_wait(&self, answer: &Response) -> Duration {
        let number = |name: &str| answer.header(name)?.trim().parse::<i64>().ok();
        let until = number("x-ratelimit-reset").map(|at| at - self.clock.now().timestamp());
        let seconds = number("retry-after").or(until).and_then(|seconds| u64::try_from(seconds.max(1)).ok());
        seconds.map_or(LONGEST, Duration::from_secs).min(LONGEST)
    }

    fn denied(&self, answer: &Response) -> BrokerError {
        let remedy = "check APCA_API_KEY_ID and APCA_API_SECRET_KEY; a key of the paper account works with ALPACA_ENV=paper only";
        BrokerError::Denied { broker: NAME, said: self.said(answer), remedy: remedy.to_owned() }
    }

    /// A text of somebody else's on one line, not too long, and without the credentials.
    fn quoted(&self, text: &str) -> String {
        excerpt(&self.credentials.hidden(text), QUOTED)
    }
}

/// Nobody answered.
pub(super) fn unavailable(why: String, remedy: &str) -> BrokerError {
    BrokerError::Unavailable { broker: NAME, why, remedy: remedy.to_owned() }
}

/// The answer is not understood.
pub(super) fn unclear(why: Misread) -> BrokerError {
    BrokerError::Unclear { broker: NAME, why }
}
