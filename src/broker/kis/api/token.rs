//! The access token: kept in a file, issued where there is none that lasts, forgotten where it is refused.
//!
//! What is asked with it must never enter this file.

use super::super::envelope::{self, Class, No};
use super::super::trouble::Trouble;
use super::{Api, SPARE};
use crate::broker::tokens::{Token, TokenFile};
use crate::http::{Method, Request, Response, Secret};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::time::Duration;

/// How long to wait where a token was asked for too soon. The broker's own word is once a minute.
const SOON: Duration = Duration::from_secs(65);
/// How often that is waited for.
const SOONS: usize = 2;
/// What a token is asked for.
const ISSUE: &str = "get an access token";

impl Api<'_> {
    /// A token that lasts for so long.
    pub(super) fn valid(&mut self, long: Duration) -> Result<Secret, Trouble> {
        let now = self.clock.now();
        if let Some(token) = self.token.as_ref().filter(|token| self.fresh || token.lasts(now, long)) {
            return Ok(token.secret.clone());
        }
        self.another(None, long)
    }

    /// Another token in the place of one that the broker does not take.
    pub(super) fn renew(&mut self, refused: &Secret) -> Result<(), Trouble> {
        self.forget(refused);
        self.another(Some(refused), SPARE).map(drop)
    }

    /// Forgets a token that the broker does not take, here and in the file.
    pub(super) fn forget(&mut self, refused: &Secret) {
        (self.token, self.fresh) = (None, false);
        if self.file.read().is_some_and(|kept| kept.secret == *refused) {
            // That it is there still costs a request that is refused, and nothing else.
            let _ = std::fs::remove_file(self.file.path());
        }
    }

    /// The token that is kept, or a new one. Only one run at a time asks for one, because it is issued once a minute and
    /// told to the customer each time.
    fn another(&mut self, refused: Option<&Secret>, long: Duration) -> Result<Secret, Trouble> {
        let kept = |api: &Self| {
            let kept = api.file.read().filter(|token| Some(&token.secret) != refused);
            kept.filter(|token| token.lasts(api.clock.now(), long))
        };
        let token = match kept(self) {
            Some(token) => token,
            None => {
                let clock = self.clock;
                let io = |error: std::io::Error, file: &TokenFile| {
                    let why = format!("the access token cannot be kept in `{}`: {error}", file.path().display());
                    Trouble::not_sent(why, "make its directory writable, with room on its disk")
                };
                let _lock = self.file.lock(&|long| clock.wait(long)).map_err(|error| io(error, &self.file))?;
                match kept(self) {
                    Some(token) => token,
                    None => {
                        let token = self.issue()?;
                        self.fresh = true;
                        self.file.write(&token).map_err(|error| io(error, &self.file))?;
                        token
                    }
                }
            }
        };
        let secret = token.secret.clone();
        self.token = Some(token);
        Ok(secret)
    }

    fn issue(&mut self) -> Result<Token, Trouble> {
        let url = format!("{}/oauth2/tokenP", self.reach.base);
        let request = Request::new(Method::Post, url).json(&json!({
            "grant_type": "client_credentials",
            "appkey": self.keys.key.expose(),
            "appsecret": self.keys.secret.expose(),
        }));
        for waited in 0.. {
            let response = self.paced(&request).map_err(|error| Trouble::unanswered(ISSUE, &error))?;
            let no = match token_of(&response, self.clock.now(), &|text| self.hidden(text)) {
                Ok(token) => return Ok(token),
                Err(no) => no,
            };
            if no.code != "EGW00133" || waited >= SOONS {
                return Err(Trouble::No { about: ISSUE, no });
            }
            self.clock.wait(SOON);
        }
        Err(Trouble::Unknown { about: ISSUE, why: "there was no answer".to_owned() })
    }
}

/// The token of an answer. What says success elsewhere is missing there.
fn token_of(response: &Response, now: DateTime<Utc>, hide: &dyn Fn(&str) -> String) -> Result<Token, No> {
    let body: Value = serde_json::from_slice(&response.body).unwrap_or(Value::Null);
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().trim();
    let token = text("access_token");
    if response.status != 200 || token.is_empty() {
        let none =
            || No { code: String::new(), message: "there is no token in the answer".to_owned(), class: Class::Barred };
        return Err(envelope::open(response, hide).err().unwrap_or_else(none));
    }
    // The clock of the wall in Seoul, which is nine hours ahead and has no summer time.
    let told = NaiveDateTime::parse_from_str(text("access_token_token_expired"), "%Y-%m-%d %H:%M:%S").ok();
    let told = told.map(|told| told.and_utc() - TimeDelta::hours(9));
    let seconds = body.get("expires_in").and_then(Value::as_i64).and_then(TimeDelta::try_seconds);
    // A token that is issued again within six hours is the one from before, which ends as was said then.
    let until = [told, seconds.and_then(|seconds| now.checked_add_signed(seconds))].into_iter().flatten().min();
    let until = until.ok_or_else(|| No {
        code: String::new(),
        message: "the answer does not say until when the token is valid".to_owned(),
        class: Class::Barred,
    })?;
    Ok(Token { secret: Secret::new(token), until })
}
