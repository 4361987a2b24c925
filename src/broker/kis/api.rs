//! Requests and their answers: headers, pacing, pages.
//!
//! Reading may be done again and is; an order is sent once and never again from here. What is asked, and what the answers
//! mean, must never enter this room.

mod token;

#[cfg(test)]
mod tests;

use super::account::AccountNumber;
use super::envelope::{self, Answer, Class, More};
use super::trouble::Trouble;
use super::world::{Call, World};
use crate::broker::pages::to_the_end;
use crate::broker::settings::Pace;
use crate::broker::tokens::{Token, TokenFile};
use crate::broker::veil::veiled;
use crate::clock::Clock;
use crate::http::{Http, Method, Request, Response, Secret};
use chrono::DateTime;
use serde_json::{Map, Value};
use std::time::Duration;

/// Tries of what may be done twice.
const TRIES: u32 = 4;
/// The most pages that are read.
const PAGES: usize = 100;
/// How often a list that changes while it is read is begun anew.
const RESTARTS: usize = 3;
/// A token that lasts less is renewed.
const SPARE: Duration = Duration::from_secs(600);

/// What a client proves itself with.
#[derive(Debug, Clone)]
pub(super) struct Keys {
    /// The app key.
    pub(super) key: Secret,
    /// The app secret.
    pub(super) secret: Secret,
    /// The account.
    pub(super) account: AccountNumber,
}

/// How the API is reached.
#[derive(Debug, Clone)]
pub(super) struct Reach {
    /// In which world.
    pub(super) world: World,
    /// Where, without a slash at the end.
    pub(super) base: String,
    /// How often it may be asked.
    pub(super) pace: Pace,
    /// How long a request may take.
    pub(super) timeout: Duration,
}

/// The API.
pub(super) struct Api<'a> {
    http: Box<dyn Http + 'a>,
    clock: &'a dyn Clock,
    reach: Reach,
    keys: Keys,
    file: TokenFile,
    token: Option<Token>,
    /// Whether this run has been issued it: then it is used until the broker refuses it, however soon it is said to end.
    /// A clock that is wrong must not have tokens issued again and again.
    fresh: bool,
    /// When the last request ended, by the clock that never goes back.
    last: Option<Duration>,
    /// How far the broker's clock is ahead of ours, in seconds, as it was seen last.
    ahead: Option<i64>,
}

/// What became of a request that must not be sent twice.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Sent {
    /// It was done.
    Done(Answer),
    /// It was not, or that is not known.
    Not(Trouble),
}

/// A query: names and values.
pub(super) type Query<'q> = [(&'static str, &'q str)];

impl<'a> Api<'a> {
    /// The API as it is reached with these keys; tokens are kept in a directory.
    pub(super) fn new(
        http: Box<dyn Http + 'a>,
        clock: &'a dyn Clock,
        reach: Reach,
        keys: Keys,
        directory: &std::path::Path,
    ) -> Self {
        let file = TokenFile::new(directory, super::NAME, &reach.base, &keys.key);
        Self { http, clock, reach, keys, file, token: None, fresh: false, last: None, ahead: None }
    }

    /// The account.
    pub(super) fn account(&self) -> &AccountNumber {
        &self.keys.account
    }

    /// The world.
    pub(super) fn world(&self) -> World {
        self.reach.world
    }

    /// Where it is reached.
    pub(super) fn base(&self) -> &str {
        &self.reach.base
    }

    /// How long a request may take.
    pub(super) fn timeout(&self) -> Duration {
        self.reach.timeout
    }

    /// How often it is asked.
    pub(super) fn pace(&self) -> Pace {
        self.reach.pace
    }

    /// The clock.
    pub(super) fn clock(&self) -> &'a dyn Clock {
        self.clock
    }

    /// How far the broker's clock is ahead of ours, in seconds, as the `Date` of its answers told last.
    pub(super) fn ahead(&self) -> Option<i64> {
        self.ahead
    }

    /// A file beside that of the token, for what the broker asks not to be asked often.
    pub(super) fn beside(&self, ending: &str) -> std::path::PathBuf {
        self.file.path().with_extension(ending)
    }

    /// Asks for something that may be asked twice, until there is an answer or our patience is at its end.
    ///
    /// # Errors
    /// [`Trouble`].
    pub(super) fn get(&mut self, call: Call, query: &Query<'_>) -> Result<Answer, Trouble> {
        self.page(call, query, "")
    }

    fn page(&mut self, call: Call, query: &Query<'_>, continued: &str) -> Result<Answer, Trouble> {
        let url = format!("{}{}?{}", self.reach.base, call.path, encoded(query));
        let mut renewed = false;
        for tries in 1.. {
            let token = self.valid(SPARE)?;
            let request = self.headed(Request::new(Method::Get, &url), call, &token)?.header("tr_cont", continued);
            let trouble = match self.once(call.about, &request) {
                Ok(answer) => return Ok(answer),
                Err(trouble) => trouble,
            };
            match &trouble {
                Trouble::No { no, .. } if no.class == Class::Token && !renewed => {
                    renewed = true;
                    self.renew(&token)?;
                }
                Trouble::No { no, .. } if !matches!(no.class, Class::Busy | Class::Unknown) => return Err(trouble),
                _ if tries >= TRIES => return Err(trouble),
                _ => self.clock.wait(Duration::from_secs(1 << (tries - 1))),
            }
        }
        Err(Trouble::Unknown { about: call.about, why: "there was no answer".to_owned() })
    }

    /// Reads all pages of a list: their bodies, complete, or an error. `keys` are the names under which the place to go on
    /// from is told and asked for.
    ///
    /// # Errors
    /// [`Trouble`], also when the list cannot be read to its end.
    pub(super) fn pages(
        &mut self,
        call: Call,
        query: &Query<'_>,
        keys: [&'static str; 2],
    ) -> Result<Vec<Value>, Trouble> {
        for _ in 0..=RESTARTS {
            match self.scan(call, query, keys) {
                // The data has changed between two pages.
                Err(Trouble::No { no, .. }) if no.code == "SYDB0050" => {}
                other => return other,
            }
        }
        let why = format!("the list changed while it was read, {} times in a row", RESTARTS + 1);
        Err(Trouble::Unclear { about: call.about, why })
    }

    fn scan(&mut self, call: Call, query: &Query<'_>, keys: [&'static str; 2]) -> Result<Vec<Value>, Trouble> {
        let unfinished = |why: &str| Trouble::Unclear { about: call.about, why: why.to_owned() };
        let beginning = [String::new(), String::new()];
        to_the_end(PAGES, unfinished, |place: Option<&[String; 2]>| {
            let mut asked = query.to_vec();
            asked.extend(keys.iter().zip(place.unwrap_or(&beginning)).map(|(name, value)| (*name, value.as_str())));
            let answer = self.page(call, &asked, if place.is_none() { "" } else { "N" })?;
            let told = |name: &str| {
                let told = answer.body.get(name.to_ascii_lowercase()).and_then(Value::as_str);
                told.unwrap_or_default().trim().to_owned()
            };
            let next = keys.map(told);
            let next = match answer.more {
                More::No => None,
                // Without the header, only a list that names no place to go on from is known to be at its end.
                More::Unsaid if next[1].is_empty() => None,
                More::Unsaid => return Err(unfinished("the answer does not say whether there is more of the list")),
                More::Yes if next[1].is_empty() => return Err(unfinished("the list goes on, and is not said where")),
                More::Yes => Some(next),
            };
            Ok((answer.body, next))
        })
    }

    /// Sends something that must not be sent twice, once.
    pub(super) fn post(&mut self, call: Call, fields: &[(&str, &str)]) -> Sent {
        let prepared = self.valid(SPARE).and_then(|token| {
            let url = format!("{}{}", self.reach.base, call.path);
            let body: Map<String, Value> =
                fields.iter().map(|(name, value)| ((*name).to_owned(), Value::from(*value))).collect();
            Ok((self.headed(Request::new(Method::Post, url), call, &token)?.json(&Value::Object(body)), token))
        });
        let (request, token) = match prepared {
            Ok(prepared) => prepared,
            // What went wrong went wrong before the request: whatever it was, nothing was sent.
            Err(trouble) => return Sent::Not(Trouble::not_sent(&trouble, &trouble.remedy())),
        };
        match self.once(call.about, &request) {
            Ok(answer) => Sent::Done(answer),
            Err(trouble) => {
                if matches!(&trouble, Trouble::No { no, .. } if no.class == Class::Token) {
                    self.forget(&token);
                }
                Sent::Not(trouble)
            }
        }
    }

    fn headed(&self, request: Request, call: Call, token: &Secret) -> Result<Request, Trouble> {
        let world = self.reach.world;
        let Some(id) = call.id(world) else {
            let why = format!("could not {}: the {world} world of the broker does not do that", call.about);
            return Err(Trouble::not_sent(why, "use the real world for it"));
        };
        Ok(request
            .secret_header("authorization", "Bearer ", token)
            .secret_header("appkey", "", &self.keys.key)
            .secret_header("appsecret", "", &self.keys.secret)
            .header("tr_id", id)
            .header("custtype", "P"))
    }

    /// Sends a request when it is its time.
    fn once(&mut self, about: &'static str, request: &Request) -> Result<Answer, Trouble> {
        let response = self.paced(request).map_err(|error| Trouble::unanswered(about, &error))?;
        // Not the account: its digits may be those of an amount.
        let response = veiled(response, &|text| self.without_keys(text));
        envelope::open(&response, &|text| self.hidden(text)).map_err(|no| match no.class {
            Class::Unknown => Trouble::Unknown { about, why: no.told() },
            _ => Trouble::No { about, no },
        })
    }

    fn paced(&mut self, request: &Request) -> Result<Response, crate::http::HttpError> {
        if let Some(last) = self.last {
            let since = self.clock.elapsed().saturating_sub(last);
            if since < self.reach.pace.between {
                self.clock.wait(self.reach.pace.between.saturating_sub(since));
            }
        }
        let response = self.http.send(request);
        self.last = Some(self.clock.elapsed());
        let date =
            response.as_ref().ok().and_then(|response| DateTime::parse_from_rfc2822(response.header("date")?).ok());
        if let Some(date) = date {
            self.ahead = Some((date.to_utc() - self.clock.now()).num_seconds());
        }
        response
    }

    /// A text without any secret, should the broker have repeated one.
    fn hidden(&self, text: &str) -> String {
        self.keys.account.hidden(&self.without_keys(text))
    }

    fn without_keys(&self, text: &str) -> String {
        let text = self.keys.secret.hidden(&self.keys.key.hidden(text));
        self.token.as_ref().map_or(text.clone(), |token| token.secret.hidden(&text))
    }
}

/// A query as it stands in an address (RFC 3986, section 2.3: all but the unreserved characters are written as `%XX`).
fn encoded(query: &Query<'_>) -> String {
    let value = |text: &str| -> String {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        text.bytes()
            .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
            .collect()
    };
    let pairs: Vec<String> = query.iter().map(|(name, text)| format!("{name}={}", value(text))).collect();
    pairs.join("&")
}
