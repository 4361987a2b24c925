//! The requests: the token, a question, a list to its last page, an order.
//!
//! Every request is a POST whose operation is in the header `api-id`; a list goes on while the header `cont-yn` of the
//! answer says `Y`, from the header `next-key` (reference: Kiwoom's own samples). Questions are asked again where that
//! may help; an order is sent once. What the answers mean must never enter this room.

use super::Failure;
use super::answer::{self, Answer};
use super::figures::{self, Row};
use crate::broker::pages::to_the_end;
use crate::broker::settings::Pace;
use crate::broker::tokens::{Token, TokenFile};
use crate::broker::veil::veiled;
use crate::clock::Clock;
use crate::http::{Http, HttpError, Method, Request, Response, Secret};
use chrono::{DateTime, FixedOffset, NaiveDateTime};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Tries of a question.
const TRIES: u32 = 4;
/// Tries of asking for a token.
const TOKENS: u32 = 2;
/// The most pages of a list that are read.
const PAGES: usize = 200;
/// For how long a token must still be good before anything is asked with it.
const MARGIN: Duration = Duration::from_secs(600);
/// What a body is, as Kiwoom's own samples send it.
const KIND: &str = "application/json;charset=UTF-8";
/// Hours by which clocks in Seoul are ahead of UTC. There is no daylight saving time.
const SEOUL: i32 = 9;

/// An operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Call {
    /// Its `api-id`.
    pub(super) id: &'static str,
    /// Where it is.
    pub(super) path: &'static str,
}

/// What became of an order that was sent once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Posted {
    /// It was taken, under this number.
    Taken(String),
    /// It was refused: nothing was done.
    Refused(String),
    /// It was not looked at, or never reached them: nothing was done, and it may be sent again.
    Delayed(String),
    /// Nobody knows.
    Unclear(String),
}

/// With what, and at what pace, Kiwoom is asked.
pub(super) struct Access {
    /// Where it is, as in `https://api.kiwoom.com`.
    pub(super) base: String,
    /// The app key.
    pub(super) key: Secret,
    /// Its secret.
    pub(super) secret: Secret,
    /// Where the token is kept.
    pub(super) kept: TokenFile,
    /// The least time between two requests of one `api-id`.
    pub(super) pace: Pace,
    /// How long an answer is waited for.
    pub(super) patience: Duration,
}

/// Kiwoom, for one account.
pub(super) struct Api<'a> {
    http: Box<dyn Http + 'a>,
    clock: &'a dyn Clock,
    access: Access,
    token: Option<Token>,
    /// The token that was not taken any more.
    spent: Option<Secret>,
    /// When something was asked last, by `api-id`.
    asked: BTreeMap<&'static str, Duration>,
    /// How far the server's clock is ahead of ours, in seconds, where it has said so.
    ahead: Option<i64>,
}

impl<'a> Api<'a> {
    /// Kiwoom, asked with these keys.
    pub(super) fn new(http: Box<dyn Http + 'a>, clock: &'a dyn Clock, access: Access) -> Self {
        Self { http, clock, access, token: None, spent: None, asked: BTreeMap::new(), ahead: None }
    }

    /// How far the server's clock is ahead of ours, in seconds, as its last answer had it.
    pub(super) fn ahead(&self) -> Option<i64> {
        self.ahead
    }

    /// Asks a question that has an answer of one page.
    pub(super) fn ask(&mut self, call: Call, body: &Value) -> Result<Row, Failure> {
        let (row, next) = self.page(call, body, None)?;
        match next {
            None => Ok(row),
            Some(_) => {
                Err(Failure::Unfinished { why: format!("{} has more than the one page it should have", call.id) })
            }
        }
    }

    /// Asks for a list, to its last page: the first page, and all the rows. A list that does not come to its end is an
    /// error, never a shorter list.
    pub(super) fn list(&mut self, call: Call, body: &Value, name: &str) -> Result<(Row, Vec<Row>), Failure> {
        let unfinished = |why: &str| Failure::Unfinished { why: format!("{}: {why}", call.id) };
        let (mut first, mut known) = (None, BTreeSet::new());
        let pages = to_the_end(PAGES, unfinished, |from: Option<&String>| {
            let (page, following) = self.page(call, body, from.map(String::as_str))?;
            let here = rows_of(&page, name)?;
            if !here.is_empty() && !known.insert(serde_json::to_string(&here).unwrap_or_default()) {
                return Err(unfinished("it comes with the same page again"));
            }
            first.get_or_insert(page);
            Ok((here, following))
        })?;
        Ok((first.unwrap_or_default(), pages.into_iter().flatten().collect()))
    }

    /// Sees to it that there is a token that lasts, so that an order is not the first to find out that there is none.
    pub(super) fn ready(&mut self) -> Result<(), Failure> {
        self.token().map(drop)
    }

    /// Sends an order, or a cancellation, once.
    pub(super) fn post(&mut self, call: Call, body: &Value) -> Posted {
        let token = match self.token() {
            Ok(token) => token,
            Err(failure) => return Posted::Delayed(failure.to_string()),
        };
        let request = self.request(call, &token, None).json(body).content_type(KIND);
        let answer = match self.once(call.id, &request) {
            Ok(answer) => answer,
            Err(error @ HttpError::Unreached { .. }) => return Posted::Delayed(self.hidden(&error.to_string())),
            Err(error @ HttpError::Unsendable { .. }) => return Posted::Refused(error.to_string()),
            // A connection that turns out not to be secure may do so after something was sent.
            Err(error) => return Posted::Unclear(self.hidden(&error.to_string())),
        };
        match answer::read(&answer) {
            Answer::Done(row) => match figures::order_number(&row, "ord_no") {
                Some(number) => Posted::Taken(number),
                None => Posted::Unclear("it was taken, and its number is missing".to_owned()),
            },
            Answer::Refused(why) => Posted::Refused(why),
            Answer::Limited(why) => Posted::Delayed(why),
            Answer::Stale(why) => {
                self.spent = self.token.take().map(|token| token.secret);
                Posted::Delayed(why)
            }
            Answer::Unclear(why) => Posted::Unclear(why),
        }
    }

    /// How long an answer is waited for.
    pub(super) fn patience(&self) -> Duration {
        self.access.patience
    }

    /// The pace that is kept.
    pub(super) fn pace(&self) -> Pace {
        self.access.pace
    }

    /// Asks for a page, as often as that helps: what it says, and where the next one begins.
    fn page(&mut self, call: Call, body: &Value, from: Option<&str>) -> Result<(Row, Option<String>), Failure> {
        let (mut why, mut renewed) = (String::new(), false);
        for attempt in 1..=TRIES {
            let token = self.token()?;
            let request = self.request(call, &token, from).json(body).content_type(KIND);
            let answer = match self.once(call.id, &request) {
                Ok(answer) => answer,
                Err(error @ (HttpError::Unreached { .. } | HttpError::Broken { .. })) => {
                    why = self.hidden(&error.to_string());
                    self.back_off(attempt);
                    continue;
                }
                Err(error) => return Err(self.away(&error)),
            };
            match answer::read(&answer) {
                Answer::Done(row) => return Ok((row, next_key(call, &answer)?)),
                Answer::Refused(why) => return Err(Failure::Refused { why }),
                // Once is a token that has ended; twice is one that is never taken.
                Answer::Stale(why) if renewed => return Err(Failure::Refused { why }),
                Answer::Stale(said) => {
                    (why, renewed) = (said, true);
                    self.spent = self.token.take().map(|token| token.secret);
                }
                Answer::Limited(said) | Answer::Unclear(said) => {
                    why = said;
                    self.back_off(attempt);
                }
            }
        }
        Err(Failure::Away { why: format!("{}: {why}", call.id), remedy: "try again later" })
    }

    /// Sends a request at the pace that is kept.
    fn once(&mut self, id: &'static str, request: &Request) -> Result<Response, HttpError> {
        if let Some(last) = self.asked.get(id) {
            let since = self.clock.elapsed().saturating_sub(*last);
            let left = self.access.pace.between.saturating_sub(since);
            if !left.is_zero() {
                self.clock.wait(left);
            }
        }
        let answer = self.http.send(request);
        self.asked.insert(id, self.clock.elapsed());
        let answer = answer?;
        let server = answer.header("date").and_then(|date| DateTime::parse_from_rfc2822(date).ok());
        self.ahead = server.map(|server| server.timestamp() - self.clock.now().timestamp());
        Ok(veiled(answer, &|text| self.hidden(text)))
    }

    fn request(&self, call: Call, token: &Secret, from: Option<&str>) -> Request {
        let request = Request::new(Method::Post, format!("{}{}", self.access.base, call.path))
            .secret_header("authorization", "Bearer ", token)
            .header("api-id", call.id);
        match from {
            Some(key) => request.header("cont-yn", "Y").header("next-key", key),
            None => request.header("cont-yn", "N").header("next-key", ""),
        }
    }

    /// A token that lasts, and is not one that was not taken any more.
    fn token(&mut self) -> Result<Secret, Failure> {
        let lasting = self.token.take().filter(|token| self.good(token));
        let kept = lasting.or_else(|| self.access.kept.read().filter(|token| self.good(token)));
        let token = match kept {
            Some(token) => token,
            None => self.renewed()?,
        };
        let secret = token.secret.clone();
        self.token = Some(token);
        Ok(secret)
    }

    fn good(&self, token: &Token) -> bool {
        token.lasts(self.clock.now(), MARGIN) && self.spent.as_ref() != Some(&token.secret)
    }

    /// Asks for a token, under the lock, unless another run has done so meanwhile.
    fn renewed(&mut self) -> Result<Token, Failure> {
        let path = self.access.kept.path().display().to_string();
        let unkept = |error: std::io::Error| Failure::Token {
            why: format!("the access token cannot be kept in `{path}`: {error}"),
        };
        let lock = self.access.kept.lock(&|how_long| self.clock.wait(how_long)).map_err(unkept)?;
        if let Some(token) = self.access.kept.read().filter(|token| self.good(token)) {
            return Ok(token);
        }
        let token = self.issued()?;
        self.access.kept.write(&token).map_err(unkept)?;
        drop(lock);
        Ok(token)
    }

    fn issued(&mut self) -> Result<Token, Failure> {
        let (key, secret) = (self.access.key.expose(), self.access.secret.expose());
        let body = json!({ "grant_type": "client_credentials", "appkey": key, "secretkey": secret });
        let request = Request::new(Method::Post, format!("{}/oauth2/token", self.access.base));
        let request = request.header("api-id", "au10001").json(&body).content_type(KIND);
        let mut why = String::new();
        for attempt in 1..=TOKENS {
            let answer = match self.once("au10001", &request) {
                Ok(answer) => answer,
                Err(error) if attempt == TOKENS => return Err(self.away(&error)),
                Err(HttpError::Unreached { .. } | HttpError::Broken { .. }) => {
                    self.back_off(attempt);
                    continue;
                }
                Err(error) => return Err(self.away(&error)),
            };
            match answer::read(&answer) {
                Answer::Done(row) => return token_of(&row),
                Answer::Refused(why) | Answer::Stale(why) => return Err(Failure::Refused { why }),
                Answer::Limited(said) | Answer::Unclear(said) => {
                    why = said;
                    self.back_off(attempt);
                }
            }
        }
        Err(Failure::Away { why: format!("no access token: {why}"), remedy: "try again later" })
    }

    /// Waits after so many tries that failed.
    fn back_off(&self, attempt: u32) {
        if attempt < TRIES {
            self.clock.wait(self.access.pace.between.saturating_mul(1 << attempt.min(5)));
        }
    }

    fn away(&self, error: &HttpError) -> Failure {
        Failure::Away { why: self.hidden(&error.to_string()), remedy: error.remedy() }
    }

    /// A text of theirs without what nobody may see, should they have said it back.
    fn hidden(&self, text: &str) -> String {
        let text = self.access.secret.hidden(&self.access.key.hidden(text));
        self.token.as_ref().map_or(text.clone(), |token| token.secret.hidden(&text))
    }
}

/// The rows of a page.
fn rows_of(page: &Row, name: &str) -> Result<Vec<Row>, Failure> {
    let unreadable = |why: &str| Failure::Unreadable { why: format!("`{name}` {why}") };
    let Some(found) = page.get(name) else { return Err(unreadable("is missing")) };
    let rows = found.as_array().ok_or_else(|| unreadable("is no list"))?;
    rows.iter().map(|row| row.as_object().cloned().ok_or_else(|| unreadable("has a row that is none"))).collect()
}

/// Where the next page begins, if there is one.
fn next_key(call: Call, answer: &Response) -> Result<Option<String>, Failure> {
    let unfinished = |why: &str| Failure::Unfinished { why: format!("{}: {why}", call.id) };
    match answer.header("cont-yn").map(str::trim) {
        None | Some("" | "N") => Ok(None),
        Some("Y") => match answer.header("next-key").map(str::trim).filter(|key| !key.is_empty()) {
            Some(key) => Ok(Some(key.to_owned())),
            None => Err(unfinished("it goes on, and does not say from where")),
        },
        Some(_) => Err(unfinished("it does not say whether it goes on")),
    }
}

/// The token of an answer, with the time at which it ends, which is that of clocks in Seoul.
fn token_of(row: &Row) -> Result<Token, Failure> {
    let unreadable = |why: &str| Failure::Unreadable { why: why.to_owned() };
    let secret =
        figures::text(row, "token").filter(|token| !token.is_empty() && token.chars().all(|c| c.is_ascii_graphic()));
    let secret = secret.ok_or_else(|| unreadable("there is no token in it"))?;
    let ends =
        figures::text(row, "expires_dt").and_then(|text| NaiveDateTime::parse_from_str(&text, "%Y%m%d%H%M%S").ok());
    let there = FixedOffset::east_opt(SEOUL * 3600);
    let until = ends.zip(there).and_then(|(ends, there)| ends.and_local_timezone(there).single());
    let until = until.ok_or_else(|| unreadable("it does not say when the token ends"))?;
    Ok(Token { secret: Secret::new(secret), until: until.to_utc() })
}
