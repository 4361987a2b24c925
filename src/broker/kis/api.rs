//! Requests and their answers: headers, tokens, pacing, pages.
//!
//! Reading may be done again and is; an order is sent once and never again from here. What is asked, and what the answers
//! mean, must never enter this room.

use super::account::AccountNumber;
use super::envelope::{self, Answer, Class, More, No};
use super::trouble::Trouble;
use super::world::{Call, World};
use crate::broker::settings::Pace;
use crate::broker::tokens::{Token, TokenFile};
use crate::clock::Clock;
use crate::http::{Http, Method, Request, Response, Secret};
use chrono::{DateTime, NaiveDateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// Tries of what may be done twice.
const TRIES: u32 = 4;
/// The most pages that are read.
const PAGES: usize = 100;
/// How often a list that changes while it is read is begun anew.
const RESTARTS: usize = 3;
/// A token that lasts less is renewed.
const SPARE: Duration = Duration::from_secs(600);
/// How long to wait where a token was asked for too soon. The broker's own word is once a minute.
const SOON: Duration = Duration::from_secs(65);
/// How often that is waited for.
const SOONS: usize = 2;
/// What a token is asked for.
const ISSUE: &str = "get an access token";

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
        let unfinished = |why: &str| Err(Trouble::Unclear { about: call.about, why: why.to_owned() });
        let (mut bodies, mut seen): (Vec<Value>, Vec<[String; 2]>) = (Vec::new(), Vec::new());
        let mut from = [String::new(), String::new()];
        while bodies.len() < PAGES {
            let mut asked = query.to_vec();
            asked.extend(keys.iter().zip(&from).map(|(name, value)| (*name, value.as_str())));
            let answer = self.page(call, &asked, if bodies.is_empty() { "" } else { "N" })?;
            let told = |name: &str| {
                let told = answer.body.get(name.to_ascii_lowercase()).and_then(Value::as_str);
                told.unwrap_or_default().trim().to_owned()
            };
            let next = keys.map(told);
            let more = answer.more;
            bodies.push(answer.body);
            match more {
                More::No => return Ok(bodies),
                // Without the header, only a list that names no place to go on from is known to be at its end.
                More::Unsaid if next[1].is_empty() => return Ok(bodies),
                More::Unsaid => return unfinished("the answer does not say whether there is more of the list"),
                More::Yes if next[1].is_empty() => return unfinished("the list goes on, and is not said where"),
                More::Yes if seen.contains(&next) => return unfinished("the list repeats itself"),
                More::Yes => {
                    seen.push(next.clone());
                    from = next;
                }
            }
        }
        unfinished("the list has no end")
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

    /// A token that lasts for so long.
    fn valid(&mut self, long: Duration) -> Result<Secret, Trouble> {
        let now = self.clock.now();
        if let Some(token) = self.token.as_ref().filter(|token| self.fresh || token.lasts(now, long)) {
            return Ok(token.secret.clone());
        }
        self.another(None, long)
    }

    /// Another token in the place of one that the broker does not take.
    fn renew(&mut self, refused: &Secret) -> Result<(), Trouble> {
        self.forget(refused);
        self.another(Some(refused), SPARE).map(drop)
    }

    /// Forgets a token that the broker does not take, here and in the file.
    fn forget(&mut self, refused: &Secret) {
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

    /// A text without any secret, should the broker have repeated one.
    fn hidden(&self, text: &str) -> String {
        let text = self.keys.secret.hidden(&self.keys.key.hidden(text));
        let text = self.token.as_ref().map_or(text.clone(), |token| token.secret.hidden(&text));
        self.keys.account.hidden(&text)
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

#[cfg(test)]
mod tests {
    use super::super::world::{BALANCE, BUY, OPEN, ORDERS};
    use super::*;
    use crate::clock::StillClock;
    use crate::http::HttpError;
    use std::cell::RefCell;
    use std::collections::VecDeque;
    use std::rc::Rc;

    type Answer = Result<Response, HttpError>;

    /// Answers in the order in which they were given, and keeps what was asked.
    #[derive(Clone, Default)]
    struct Script(Rc<RefCell<(VecDeque<Answer>, Vec<String>)>>);

    impl Http for Script {
        fn send(&self, request: &Request) -> Result<Response, HttpError> {
            let mut script = self.0.borrow_mut();
            script.1.push(format!("{request:?}"));
            script.0.pop_front().expect("nothing more is asked")
        }
    }

    fn said(status: u16, body: &Value, more: &str) -> Result<Response, HttpError> {
        let headers = vec![("tr_cont".to_owned(), more.to_owned())];
        Ok(Response { status, headers, body: body.to_string().into_bytes() })
    }

    fn token(text: &str) -> Result<Response, HttpError> {
        let body = json!({ "access_token": text, "access_token_token_expired": "2026-03-05 10:00:00",
                           "token_type": "Bearer", "expires_in": 86400 });
        said(200, &body, "")
    }

    fn page(next: &str, more: &str) -> Result<Response, HttpError> {
        said(200, &json!({ "rt_cd": "0", "ctx_area_fk100": "same  ", "ctx_area_nk100": next }), more)
    }

    fn no(code: &str) -> Result<Response, HttpError> {
        let status = if code.starts_with("EGW") { 500 } else { 200 };
        let result = if code.starts_with("EGW") { "1" } else { "7" };
        said(status, &json!({ "rt_cd": result, "msg_cd": code, "msg1": "secret-canary 12345678" }), "")
    }

    fn broken() -> Result<Response, HttpError> {
        Err(HttpError::Broken { host: "h".into(), why: "it took too long".into() })
    }

    const PLACE: [&str; 2] = ["CTX_AREA_FK100", "CTX_AREA_NK100"];

    struct Stage {
        script: Script,
        clock: StillClock,
        home: tempfile::TempDir,
    }

    impl Stage {
        fn new(answers: Vec<Result<Response, HttpError>>) -> Self {
            let script = Script::default();
            script.0.borrow_mut().0.extend(answers);
            let clock = StillClock::new("2026-03-04T01:00:00Z".parse().unwrap(), |_| {});
            Self { script, clock, home: tempfile::tempdir().unwrap() }
        }

        fn api(&self, world: World) -> Api<'_> {
            let keys = Keys {
                key: Secret::new("key-canary"),
                secret: Secret::new("secret-canary"),
                account: AccountNumber::parse("12345678-01").unwrap(),
            };
            let pace = Pace { between: world.pace(), fastest: super::super::world::FASTEST };
            let reach = Reach { world, base: world.base().to_owned(), pace, timeout: Duration::from_secs(15) };
            Api::new(Box::new(self.script.clone()), &self.clock, reach, keys, self.home.path())
        }

        fn asked(&self) -> usize {
            self.script.0.borrow().1.len()
        }

        /// Everything was asked for.
        fn over(&self) {
            assert_eq!(self.script.0.borrow().0.len(), 0, "{} answers are left", self.script.0.borrow().0.len());
        }
    }

    #[test]
    fn a_token_is_issued_once_and_kept() {
        let stage = Stage::new(vec![token("t1"), page("", "D"), page("", "D"), page("", "D")]);
        let mut api = stage.api(World::Real);
        api.get(BALANCE, &[]).unwrap();
        api.get(BALANCE, &[]).unwrap();
        // Another run.
        stage.api(World::Real).get(BALANCE, &[]).unwrap();
        stage.over();
        let shown = stage.script.0.borrow().1.join("\n");
        assert!(!shown.contains("canary") && shown.contains("TTTC8434R") && shown.contains("custtype"), "{shown}");
    }

    #[test]
    fn a_token_is_renewed_near_its_end_or_when_it_is_refused_and_only_once() {
        // It ends at 10:00 in Seoul, which is 01:00 the next day here.
        let stage = Stage::new(vec![token("t1"), page("", "D"), page("", "D"), token("t2"), page("", "D")]);
        stage.api(World::Real).get(BALANCE, &[]).unwrap();
        stage.clock.wait(Duration::from_secs(86_400 - 610));
        stage.api(World::Real).get(BALANCE, &[]).unwrap();
        stage.clock.wait(Duration::from_secs(20));
        stage.api(World::Real).get(BALANCE, &[]).unwrap();
        stage.over();
        // One that is said to have ended before it was issued is used until it is refused: our clock may be wrong.
        let stage =
            Stage::new(vec![token("t1"), page("", "D"), page("", "D"), no("EGW00123"), token("t2"), page("", "D")]);
        stage.clock.wait(Duration::from_secs(10 * 86_400));
        let mut api = stage.api(World::Real);
        for _ in 0..3 {
            api.get(BALANCE, &[]).unwrap();
        }
        stage.over();
        for code in ["EGW00121", "EGW00122", "EGW00123"] {
            let stage = Stage::new(vec![token("t1"), no(code), token("t2"), page("", "D")]);
            stage.api(World::Real).get(BALANCE, &[]).unwrap();
            stage.over();
            let stage = Stage::new(vec![token("t1"), no(code), token("t2"), no(code)]);
            assert!(stage.api(World::Real).get(BALANCE, &[]).is_err());
            stage.over();
        }
    }

    #[test]
    fn a_token_that_was_asked_for_too_soon_is_waited_for_twice_and_no_more() {
        let soon = || said(403, &json!({ "error_code": "EGW00133", "error_description": "1분당 1회" }), "");
        let stage = Stage::new(vec![soon(), soon(), token("t1"), page("", "D")]);
        stage.api(World::Real).get(BALANCE, &[]).unwrap();
        assert!(stage.clock.elapsed() >= Duration::from_secs(130));
        stage.over();
        let stage = Stage::new(vec![soon(), soon(), soon()]);
        let trouble = stage.api(World::Real).get(BALANCE, &[]).unwrap_err();
        assert!(trouble.to_string().contains("EGW00133") && trouble.remedy().contains("minute"), "{trouble}");
        stage.over();
        // Nothing else is tried again.
        for answer in [broken(), said(500, &json!({}), ""), said(200, &json!({ "access_token": "t" }), "")] {
            let stage = Stage::new(vec![answer]);
            assert!(stage.api(World::Real).get(BALANCE, &[]).is_err());
            stage.over();
        }
    }

    #[test]
    fn reading_is_tried_again_and_refusals_are_not() {
        let stage = Stage::new(vec![token("token-x"), broken(), no("EGW00201"), no("EGW00302"), page("", "D")]);
        stage.api(World::Real).get(BALANCE, &[]).unwrap();
        stage.over();
        let stage = Stage::new(vec![token("token-x"), broken(), broken(), broken(), broken()]);
        assert!(stage.api(World::Real).get(BALANCE, &[]).is_err());
        stage.over();
        let stage = Stage::new(vec![token("token-x"), no("OPSQ2001")]);
        let trouble = stage.api(World::Real).get(BALANCE, &[]).unwrap_err().to_string();
        assert!(
            trouble.contains("OPSQ2001") && !trouble.contains("canary") && !trouble.contains("12345678"),
            "{trouble}"
        );
        stage.over();
    }

    #[test]
    fn an_order_is_sent_once_whatever_happens() {
        for answer in [broken(), no("EGW00201"), no("EGW00123"), no("EGW00302"), no("APBK0918"), no("ABCD0000")] {
            let stage = Stage::new(vec![token("token-x"), answer]);
            assert!(matches!(stage.api(World::Real).post(BUY, &[]), Sent::Not(_)));
            stage.over();
        }
        // Without a token nothing is sent, which is certain.
        let stage = Stage::new(vec![broken()]);
        let sent = stage.api(World::Real).post(BUY, &[]);
        assert!(matches!(sent, Sent::Not(Trouble::NotSent { .. })), "{sent:?}");
        // A token that was refused is not used again.
        let stage = Stage::new(vec![token("t1"), no("EGW00123"), token("t2"), page("", "D")]);
        let mut api = stage.api(World::Real);
        assert!(matches!(api.post(BUY, &[]), Sent::Not(_)) && matches!(api.post(BUY, &[]), Sent::Done(_)));
        stage.over();
    }

    #[test]
    fn requests_keep_their_distance() {
        for (world, least) in [(World::Real, 400), (World::Mock, 2200)] {
            let stage = Stage::new(vec![token("token-x"), page("", "D"), page("", "D")]);
            let mut api = stage.api(world);
            api.get(BALANCE, &[]).unwrap();
            api.get(BALANCE, &[]).unwrap();
            assert!(stage.clock.elapsed() >= Duration::from_millis(least), "{world}");
        }
    }

    #[test]
    fn a_list_is_read_to_its_end_or_not_at_all() {
        let changed = || no("SYDB0050");
        let cases: Vec<(&str, Vec<Answer>, Result<usize, &str>)> = vec![
            ("one page", vec![page("", "D")], Ok(1)),
            ("three pages", vec![page("a", "F"), page("b", "M"), page("", "E")], Ok(3)),
            ("no word and no place", vec![page("  ", "")], Ok(1)),
            ("no word and a place", vec![page("a", "")], Err("does not say")),
            ("more and no place", vec![page("", "F")], Err("not said where")),
            ("repeats itself", vec![page("a", "F"), page("a", "M")], Err("repeats itself")),
            ("repeats itself later", vec![page("a", "F"), page("b", "M"), page("a", "M")], Err("repeats itself")),
            ("changes once", vec![page("a", "F"), changed(), page("a", "F"), page("", "D")], Ok(2)),
            ("changes always", vec![changed(), changed(), changed(), changed()], Err("4 times")),
            ("breaks", vec![page("a", "F"), broken(), broken(), broken(), broken()], Err("took too long")),
            ("endless", (0..PAGES).map(|n| page(&n.to_string(), "M")).collect(), Err("no end")),
        ];
        for (name, answers, expected) in cases {
            let stage = Stage::new(std::iter::once(token("token-x")).chain(answers).collect());
            let read = stage.api(World::Real).pages(ORDERS, &[("PDNO", "")], PLACE);
            match (read, expected) {
                (Ok(pages), Ok(n)) => assert_eq!(pages.len(), n, "{name}"),
                (Err(trouble), Err(part)) => assert!(trouble.to_string().contains(part), "{name}: {trouble}"),
                (read, _) => panic!("{name}: {read:?}"),
            }
            stage.over();
        }
    }

    #[test]
    fn what_the_mock_world_does_not_do_is_not_asked_of_it() {
        let stage = Stage::new(vec![token("token-x")]);
        let trouble = stage.api(World::Mock).get(OPEN, &[]).unwrap_err();
        assert!(matches!(&trouble, Trouble::NotSent { .. }), "{trouble:?}");
        assert_eq!(stage.asked(), 1);
    }

    #[test]
    fn addresses_are_written_so_that_they_are_read_as_meant() {
        let query = [("A", "12!^01 x"), ("B", ""), ("C", "가&=")];
        assert_eq!(encoded(&query), "A=12%21%5E01%20x&B=&C=%EA%B0%80%26%3D");
    }
}
