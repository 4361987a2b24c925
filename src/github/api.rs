//! The requests: who we are, the comments of a pull request, a comment made, changed, removed.

use super::{Failure, Marker};
use crate::http::{Http, HttpError, Method, Patience, Request, Response, Secret, Terms, Tried};
use crate::words::excerpt;
use serde_json::{Value, json};

/// How often is tried what may be done twice. What GitHub asks us to do later ends with our patience.
const TERMS: Terms = Terms { tries: 4, later_counts: false, limit: LIMIT };
/// What is waited for where GitHub asks us to.
pub(super) const LIMIT: &str = "GitHub's rate limit";
/// Comments on a page, the most there are.
const PER_PAGE: usize = 100;
/// The most pages that are read.
const PAGES: usize = 200;
/// Seconds to wait at least where GitHub asks us to and does not say how long.
const UNSAID: u64 = 60;
/// The longest text of GitHub's that is quoted, in characters.
const QUOTED: usize = 200;

/// GitHub, for one pull request.
pub struct Api<'a> {
    http: &'a dyn Http,
    base: String,
    pull: String,
    token: &'a Secret,
    limited: u32,
    pub(super) patience: Patience<'a>,
}

/// A comment of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comment {
    /// Its number.
    pub(super) id: u64,
    /// Where it stands.
    pub(super) url: Option<String>,
    /// What it says.
    pub(super) body: String,
}

impl<'a> Api<'a> {
    /// GitHub at `base`, for the pull request of this number in a repository, as in `owner/name`.
    ///
    /// # Errors
    /// [`Failure::Unsendable`] when the repository is not written so.
    pub fn new(
        http: &'a dyn Http,
        base: &str,
        (repository, number): (&str, u64),
        token: &'a Secret,
        patience: Patience<'a>,
    ) -> Result<Self, Failure> {
        let part = |part: &str| {
            let plain = part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
            plain && !part.is_empty() && part != "." && part != ".."
        };
        if !repository.split_once('/').is_some_and(|(owner, name)| part(owner) && part(name)) {
            let why = "the repository is not written as OWNER/NAME".to_owned();
            return Err(Failure::Unsendable { why, remedy: "write it as in --repository octocat/portfolio" });
        }
        let base = base.trim_end_matches('/').to_owned();
        let pull = format!("{base}/repos/{repository}/issues");
        Ok(Self { http, base, pull: format!("{pull}/{number}"), token, limited: 0, patience })
    }

    /// The account that the token is of.
    pub(super) fn viewer(&mut self) -> Result<String, Failure> {
        let url = match self.base.strip_suffix("/api/v3") {
            Some(host) => format!("{host}/api/graphql"),
            None => format!("{}/graphql", self.base),
        };
        let request = self.request(Method::Post, url).json(&json!({ "query": "query { viewer { login } }" }));
        let found = parsed(&self.surely(&request)?)?;
        let login = found.pointer("/data/viewer/login").and_then(Value::as_str);
        login
            .filter(|login| !login.is_empty())
            .map(str::to_owned)
            .ok_or_else(|| Failure::Unreadable { why: "it does not say whose token this is".to_owned() })
    }

    /// Our comments with this marker, oldest first.
    pub(super) fn comments(&mut self, me: &str, marker: &Marker) -> Result<Vec<Comment>, Failure> {
        let mut next = Some(format!("{}/comments?per_page={PER_PAGE}", self.pull));
        let mut found: Vec<Comment> = Vec::new();
        for _ in 0..PAGES {
            let Some(url) = next else {
                found.sort_by_key(|comment| comment.id);
                found.dedup_by_key(|comment| comment.id);
                return Ok(found);
            };
            let answer = self.surely(&self.request(Method::Get, url))?;
            let page = parsed(&answer)?;
            let page =
                page.as_array().ok_or_else(|| Failure::Unreadable { why: "it is no list of comments".to_owned() })?;
            for comment in page {
                found.extend(ours(comment, me, marker)?);
            }
            next = answer.header("link").and_then(next_page);
            if next.as_ref().is_some_and(|next| !next.starts_with(&format!("{}/", self.base))) {
                return Err(Failure::Unreadable { why: "its next page is on another host".to_owned() });
            }
        }
        Err(Failure::Unreadable { why: format!("it has more than {PAGES} pages of comments") })
    }

    /// Makes a comment, in one try: where it stands, if GitHub says so.
    pub(super) fn create(&mut self, body: &str) -> Result<Tried<Option<String>>, Failure> {
        let request = self.request(Method::Post, format!("{}/comments", self.pull)).json(&json!({ "body": body }));
        Ok(match self.once(&request)? {
            Tried::Done(answer) => Tried::Done(parsed(&answer).ok().and_then(|comment| url_of(&comment))),
            Tried::Limited(seconds) => Tried::Limited(seconds),
            Tried::Down(why) => Tried::Down(why),
        })
    }

    /// Changes a comment; whether it is still there.
    pub(super) fn update(&mut self, id: u64, body: &str) -> Result<bool, Failure> {
        let request = self.request(Method::Patch, self.comment(id)).json(&json!({ "body": body }));
        self.gone_or(&request)
    }

    /// Removes a comment, if it is still there.
    pub(super) fn remove(&mut self, id: u64) -> Result<(), Failure> {
        self.gone_or(&self.request(Method::Delete, self.comment(id))).map(|_| ())
    }

    fn gone_or(&mut self, request: &Request) -> Result<bool, Failure> {
        match self.surely(request) {
            Ok(_) => Ok(true),
            Err(Failure::Denied { status: 404, .. }) => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    fn comment(&self, id: u64) -> String {
        let issues = self.pull.rsplit_once('/').map_or(self.pull.as_str(), |(issues, _)| issues);
        format!("{issues}/comments/{id}")
    }

    fn request(&self, method: Method, url: String) -> Request {
        Request::new(method, url)
            .header("Accept", "application/vnd.github+json")
            .header("X-GitHub-Api-Version", "2022-11-28")
            .secret_header("Authorization", "Bearer ", self.token)
    }

    /// Asks for what may be done twice, until it was done or our patience is at its end.
    fn surely(&mut self, request: &Request) -> Result<Response, Failure> {
        let mut tries = 0;
        loop {
            tries += 1;
            let came = self.once(request)?;
            if let Some(answer) = self.patience.after(tries, &TERMS, came)? {
                return Ok(answer);
            }
        }
    }

    fn once(&mut self, request: &Request) -> Result<Tried<Response>, Failure> {
        let answer = match self.http.send(request) {
            Ok(answer) => answer,
            Err(error @ (HttpError::Unreached { .. } | HttpError::Broken { .. })) => {
                return Ok(Tried::Down(self.quoted(&error.to_string())));
            }
            Err(error @ HttpError::Insecure { .. }) => {
                return Err(Failure::Insecure { why: self.quoted(&error.to_string()), remedy: error.remedy() });
            }
            Err(HttpError::Unsendable { why, remedy }) => return Err(Failure::Unsendable { why, remedy }),
            Err(error @ HttpError::TooLarge { .. }) => return Err(Failure::Unreadable { why: error.to_string() }),
        };
        if (200..300).contains(&answer.status) {
            return Ok(Tried::Done(answer));
        }
        let said = parsed(&answer).ok().and_then(|said| Some(said.get("message")?.as_str()?.to_owned()));
        let message = self.quoted(said.as_deref().unwrap_or("no reason given"));
        if let Some(seconds) = self.limit(&answer, &message) {
            return Ok(Tried::Limited(seconds));
        }
        match answer.status {
            status @ (401 | 403 | 404) => Err(Failure::Denied { status, message }),
            300..=399 => Err(Failure::Moved),
            status @ (408 | 500..) => Ok(Tried::Down(format!("status {status}"))),
            status => Err(Failure::Refused { message: format!("{status}: {message}") }),
        }
    }

    /// How long GitHub asks us to wait, if it does. A secondary limit need not say how long; then it is a minute, and
    /// longer each time.
    fn limit(&mut self, answer: &Response, message: &str) -> Option<u64> {
        let number = |name: &str| answer.header(name)?.trim().parse::<u64>().ok();
        let spent = number("x-ratelimit-remaining") == Some(0);
        let secondary = message.to_ascii_lowercase().contains("rate limit");
        let asked = answer.header("retry-after").is_some() || spent || secondary;
        if answer.status != 429 && !(answer.status == 403 && asked) {
            return None;
        }
        let reset = number("x-ratelimit-reset").filter(|_| spent);
        let reset = reset.map(|at| self.patience.until(i64::try_from(at).unwrap_or(i64::MAX)));
        let unsaid = UNSAID << self.limited.min(6);
        self.limited += 1;
        Some(number("retry-after").or(reset).unwrap_or(unsaid).max(1))
    }

    /// A text of somebody else's on one line, not too long, and without the token.
    fn quoted(&self, text: &str) -> String {
        excerpt(&self.token.hidden(text), QUOTED)
    }
}

fn parsed(answer: &Response) -> Result<Value, Failure> {
    serde_json::from_slice(&answer.body).map_err(|_| Failure::Unreadable { why: "it is no JSON".to_owned() })
}

/// A comment, if it is ours and has the marker.
fn ours(comment: &Value, me: &str, marker: &Marker) -> Result<Option<Comment>, Failure> {
    let text = |pointer: &str| comment.pointer(pointer).and_then(Value::as_str);
    let Some(id) = comment.get("id").and_then(Value::as_u64) else {
        return Err(Failure::Unreadable { why: "a comment has no id".to_owned() });
    };
    let (login, kind) = (text("/user/login").unwrap_or_default(), text("/user/type").unwrap_or_default());
    let body = text("/body").unwrap_or_default();
    let mine = by(login, kind, me) && marker.is_of(body);
    Ok(mine.then(|| Comment { id, url: url_of(comment), body: body.to_owned() }))
}

/// Whether an author is who the token is of. An app is `name[bot]`, of the type Bot, and nobody can be called so.
fn by(login: &str, kind: &str, me: &str) -> bool {
    let app = me.ends_with("[bot]");
    login.eq_ignore_ascii_case(me) && app == (kind == "Bot")
}

fn url_of(comment: &Value) -> Option<String> {
    let url = comment.get("html_url")?.as_str()?;
    let plain = url.len() < 500 && url.chars().all(|c| c.is_ascii_graphic());
    plain.then(|| url.to_owned())
}

/// The address of the next page, from a `Link` header (RFC 8288).
fn next_page(link: &str) -> Option<String> {
    link.split(',').find_map(|link| {
        let (address, rest) = link.trim().strip_prefix('<')?.split_once('>')?;
        let mut parameters = rest.split(';').map(str::trim);
        let next = parameters.any(|parameter| matches!(parameter, r#"rel="next""# | "rel=next"));
        next.then(|| address.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_link_that_says_so() {
        let first = r#"<https://api.github.com/repositories/1/issues/7/comments?per_page=100&page=2>; rel="next", <https://api.github.com/repositories/1/issues/7/comments?per_page=100&page=3>; rel="last""#;
        let second = "https://api.github.com/repositories/1/issues/7/comments?per_page=100&page=2";
        assert_eq!(next_page(first).as_deref(), Some(second));
        assert_eq!(next_page(r#"<https://x/1>; rel="prev", <https://x/2>; rel="first""#), None);
        assert_eq!(next_page(""), None);
        assert_eq!(next_page("rel=next"), None);
    }

    #[test]
    fn only_who_the_token_is_of_is_us() {
        assert!(by("github-actions[bot]", "Bot", "github-actions[bot]"));
        assert!(!by("github-actions", "User", "github-actions[bot]"));
        assert!(!by("github-actions[bot]", "User", "github-actions[bot]"));
        assert!(by("Ann", "User", "ann"));
        assert!(!by("ann[bot]", "Bot", "ann"));
        assert!(!by("", "", "ann"));
    }
}
