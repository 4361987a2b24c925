//! GitHub's API for the comments of one pull request, as docs.github.com/en/rest/issues/comments and
//! docs.github.com/en/rest/using-the-rest-api publish it, over real TCP, with a ledger of what is there and of what was
//! asked, and with failures on command.

use crate::wire::{self, How, Protocol, Reply, Request};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::MutexGuard;
use std::time::Duration;

/// The repository of the pull request 7.
pub(crate) const REPOSITORY: &str = "ann/portfolio";
/// The token that is let in.
pub(crate) const TOKEN: &str = "ghs_canary0123456789canary";
/// Whose token it is.
pub(crate) const ME: &str = "github-actions[bot]";

/// A comment in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Comment {
    pub(crate) id: u64,
    pub(crate) login: String,
    pub(crate) kind: String,
    pub(crate) body: String,
}

/// What goes wrong with a request.
#[derive(Debug, Clone)]
pub(crate) enum Fault {
    /// Nothing: the request before it went wrong.
    None,
    /// This status, these headers, this message; the request is not done.
    Status(u16, &'static [(&'static str, &'static str)], &'static str),
    /// The connection ends before the request is done.
    DropBefore,
    /// The connection ends when the request was done, without an answer.
    DropAfter,
    /// The request is done, and a gateway says it was not.
    DoneBut(u16),
    /// The answer comes after two seconds; the request is done.
    Slow,
    /// This body, with the status of success; the request is done.
    Body(String),
    /// A head without an end.
    EndlessHead,
    /// What is no HTTP.
    Garbage,
    /// The token in the message of a refusal.
    Echo,
    /// The comment is removed by somebody before the request is looked at.
    Vanish,
    /// A next page on another host.
    ForeignPage,
    /// A next page without end.
    EndlessPages,
}

/// What the server knows.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) comments: Vec<Comment>,
    /// The requests, as `GET issues/7/comments?…`.
    pub(crate) asked: Vec<String>,
    /// What goes wrong with the next requests of a kind; the last of a kind for all that follow, if `forever`.
    pub(crate) faults: BTreeMap<&'static str, Vec<Fault>>,
    pub(crate) forever: bool,
    /// The most comments on a page.
    pub(crate) page: usize,
    next: u64,
    base: String,
}

/// A server on this machine.
pub(crate) struct Server {
    pub(crate) url: String,
    wire: wire::Server<State>,
}

impl Server {
    /// A server without comments.
    pub(crate) fn new() -> Self {
        let state = |base: &str| State { page: 100, next: 1000, base: base.to_owned(), ..State::default() };
        let wire = wire::Server::with(state);
        Self { url: wire.url.clone(), wire }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.wire.protocol()
    }

    /// Adds a comment; its id.
    pub(crate) fn add(&self, login: &str, kind: &str, body: &str) -> u64 {
        self.state().add(login, kind, body)
    }

    /// What goes wrong with the next requests of a kind: GET, POST, PATCH, DELETE, or GRAPHQL.
    pub(crate) fn fail(&self, kind: &'static str, faults: &[Fault]) {
        self.state().faults.insert(kind, faults.to_vec());
    }

    /// The bodies in the ledger.
    pub(crate) fn bodies(&self) -> Vec<String> {
        self.state().comments.iter().map(|comment| comment.body.clone()).collect()
    }

    /// How often something was asked that begins so.
    pub(crate) fn asked(&self, beginning: &str) -> usize {
        self.state().asked.iter().filter(|asked| asked.starts_with(beginning)).count()
    }
}

impl State {
    fn add(&mut self, login: &str, kind: &str, body: &str) -> u64 {
        self.next += 1;
        let comment = Comment { id: self.next, login: login.into(), kind: kind.into(), body: body.into() };
        self.comments.push(comment);
        self.next
    }

    fn fault(&mut self, kind: &str) -> Fault {
        let forever = self.forever;
        match self.faults.get_mut(kind) {
            Some(faults) if faults.len() == 1 && forever => faults[0].clone(),
            Some(faults) if !faults.is_empty() => faults.remove(0),
            _ => Fault::None,
        }
    }
}

impl Protocol for State {
    fn answer(&mut self, request: &Request) -> Reply {
        let kind = if request.path == "/graphql" { "GRAPHQL" } else { request.method.as_str() };
        self.asked.push(request.line().replacen(&format!("/repos/{REPOSITORY}/"), "", 1).replacen(
            &request.method,
            kind,
            1,
        ));
        let fault = self.fault(kind);
        let reply = answer(request, self, &fault).with("Connection", "close");
        match fault {
            Fault::DropBefore | Fault::DropAfter => reply.sent(How::Never),
            Fault::Slow => reply.sent(How::After(Duration::from_secs(2))),
            Fault::Garbage => Reply::raw("hello\r\n\r\n"),
            Fault::EndlessHead => {
                let line = |i| format!("X-{i}: {}\r\n", "a".repeat(100));
                Reply::raw("HTTP/1.1 200 OK\r\n".to_owned() + &(0..10_000).map(line).collect::<String>())
            }
            _ => reply,
        }
    }
}

fn said(status: u16, message: &str) -> Reply {
    Reply::json(status, &json!({ "message": message, "documentation_url": "https://docs.github.com/rest" }))
}

fn answer(asked: &Request, state: &mut State, fault: &Fault) -> Reply {
    let header = |name: &str| asked.header(name);
    let agent = concat!("rebalance/", env!("CARGO_PKG_VERSION"));
    if header("user-agent") != agent || header("accept") != "application/vnd.github+json" {
        return said(400, "a header is missing");
    }
    if header("x-github-api-version") != "2022-11-28" {
        return said(400, "a version is missing");
    }
    match fault {
        Fault::Status(status, headers, message) => {
            return headers.iter().fold(said(*status, message), |reply, (name, value)| reply.with(name, *value));
        }
        Fault::Echo => return said(422, &format!("you sent {}\r\n::error::no", header("authorization"))),
        Fault::DropBefore => return said(500, ""),
        Fault::Vanish => state.comments.clear(),
        _ => {}
    }
    if header("authorization") != format!("Bearer {TOKEN}") {
        return said(401, "Bad credentials");
    }
    let reply = done(asked, state);
    let next = |url: &str| format!("<{url}>; rel=\"next\"");
    match fault {
        Fault::DoneBut(status) => said(*status, "Server Error"),
        Fault::Body(body) => Reply { body: body.clone().into_bytes(), ..reply },
        Fault::ForeignPage => reply.with("Link", next("https://evil.example.org/comments?page=2")),
        Fault::EndlessPages => {
            let same = format!("{}/repos/{REPOSITORY}/issues/7/comments?per_page=100", state.base);
            Reply { headers: Vec::new(), ..reply }.with("Link", next(&same))
        }
        _ => reply,
    }
}

fn shown(comment: &Comment) -> Value {
    json!({
        "id": comment.id,
        "node_id": "IC_kwDO",
        "html_url": format!("https://github.com/{REPOSITORY}/pull/7#issuecomment-{}", comment.id),
        "user": { "login": comment.login, "id": 1, "type": comment.kind },
        "body": comment.body,
        "created_at": "2026-03-04T00:00:00Z",
    })
}

/// Does what is asked.
fn done(asked: &Request, state: &mut State) -> Reply {
    let sent = asked.json();
    if asked.path == "/graphql" {
        assert_eq!(sent["query"], "query { viewer { login } }");
        return Reply::json(200, &json!({ "data": { "viewer": { "login": ME } } }));
    }
    let issues = format!("/repos/{REPOSITORY}/issues/");
    let Some(path) = asked.path.strip_prefix(&issues) else { return said(404, "Not Found") };
    let body = || sent["body"].as_str().map(str::to_owned);
    let one = path.strip_prefix("comments/").and_then(|id| id.parse::<u64>().ok());
    let at = one.and_then(|id| state.comments.iter().position(|comment| comment.id == id));
    match (asked.method.as_str(), path, at) {
        ("GET", "7/comments", _) => list(state, asked),
        ("POST", "7/comments", _) => match body() {
            Some(body) if body.encode_utf16().count() <= 65_536 => {
                state.add(ME, "Bot", &body);
                Reply::json(201, &shown(state.comments.last().unwrap()))
            }
            _ => said(422, "Validation Failed"),
        },
        ("PATCH", _, Some(at)) => {
            state.comments[at].body = body().unwrap();
            Reply::json(200, &shown(&state.comments[at]))
        }
        ("DELETE", _, Some(at)) => {
            state.comments.remove(at);
            Reply::empty(204)
        }
        _ => said(404, "Not Found"),
    }
}

fn list(state: &State, asked: &Request) -> Reply {
    let number = |name: &str| asked.parameter(name).map(|value| value.parse::<usize>().unwrap());
    let size = number("per_page").unwrap_or(30).min(state.page);
    let page = number("page").unwrap_or(1);
    let here: Vec<Value> = state.comments.iter().skip((page - 1) * size).take(size).map(shown).collect();
    let reply = Reply::json(200, &Value::Array(here));
    if page * size >= state.comments.len() {
        return reply;
    }
    // GitHub's own links are by the repository's number; that they can be followed is all that counts here.
    let base = &state.base;
    let link = |page: usize| format!("<{base}/repos/{REPOSITORY}/issues/7/comments?per_page={size}&page={page}>");
    let last = state.comments.len().div_ceil(size);
    reply.with("Link", format!("{}; rel=\"next\", {}; rel=\"last\"", link(page + 1), link(last)))
}
