//! GitHub's API for the comments of one pull request, as docs.github.com/en/rest/issues/comments and
//! docs.github.com/en/rest/using-the-rest-api publish it, over real TCP, with a ledger of what is there and of what was
//! asked, and with failures on command.

use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread;
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
}

/// A server on this machine.
pub(crate) struct Server {
    pub(crate) url: String,
    state: Arc<Mutex<State>>,
}

impl Server {
    /// A server without comments.
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { page: 100, next: 1000, ..State::default() }));
        let (known, base) = (Arc::clone(&state), url.clone());
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (known, base) = (Arc::clone(&known), base.clone());
                // A client that went away is no failure of the server.
                thread::spawn(move || drop(serve(stream, &known, &base)));
            }
        });
        Self { url, state }
    }

    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
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

/// A request as it was read.
struct Asked {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    body: Value,
}

/// An answer: status, headers, body.
type Answer = (u16, Vec<(String, String)>, String);

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked { method, path, headers, body: serde_json::from_slice(&body).unwrap_or(Value::Null) })
}

fn serve(mut stream: TcpStream, state: &Mutex<State>, base: &str) -> std::io::Result<()> {
    let Some(asked) = read(&stream) else { return Ok(()) };
    let (answer, fault) = {
        let mut state = state.lock().unwrap();
        let kind = if asked.path == "/graphql" { "GRAPHQL" } else { asked.method.as_str() };
        let path = asked.path.trim_start_matches(&format!("/repos/{REPOSITORY}/"));
        state.asked.push(format!("{kind} {path}"));
        let fault = state.fault(kind);
        (answer(&asked, &mut state, &fault, base), fault)
    };
    match fault {
        Fault::DropBefore | Fault::DropAfter => return Ok(()),
        Fault::Slow => thread::sleep(Duration::from_secs(2)),
        Fault::Garbage => return stream.write_all(b"hello\r\n\r\n"),
        Fault::EndlessHead => {
            stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
            for i in 0..10_000 {
                stream.write_all(format!("X-{i}: {}\r\n", "a".repeat(100)).as_bytes())?;
            }
            return Ok(());
        }
        _ => {}
    }
    let (status, headers, body) = answer;
    let mut head = format!("HTTP/1.1 {status} Said\r\nContent-Length: {}\r\nConnection: close\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes())?;
    // 204 has no body.
    if status != 204 { stream.write_all(body.as_bytes()) } else { Ok(()) }
}

fn said(status: u16, message: &str) -> Answer {
    (status, Vec::new(), json!({ "message": message, "documentation_url": "https://docs.github.com/rest" }).to_string())
}

fn answer(asked: &Asked, state: &mut State, fault: &Fault, base: &str) -> Answer {
    let header = |name: &str| asked.headers.get(name).map(String::as_str).unwrap_or_default();
    let agent = concat!("rebalance/", env!("CARGO_PKG_VERSION"));
    if header("user-agent") != agent || header("accept") != "application/vnd.github+json" {
        return said(400, "a header is missing");
    }
    if header("x-github-api-version") != "2022-11-28" {
        return said(400, "a version is missing");
    }
    match fault {
        Fault::Status(status, headers, message) => {
            let (status, _, body) = said(*status, message);
            return (status, headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(), body);
        }
        Fault::Echo => return said(422, &format!("you sent {}\r\n::error::no", header("authorization"))),
        Fault::DropBefore => return said(500, ""),
        Fault::Vanish => state.comments.clear(),
        _ => {}
    }
    if header("authorization") != format!("Bearer {TOKEN}") {
        return said(401, "Bad credentials");
    }
    let (status, mut headers, body) = done(asked, state, base);
    match fault {
        Fault::DoneBut(status) => said(*status, "Server Error"),
        Fault::Body(body) => (status, headers, body.clone()),
        Fault::ForeignPage => {
            headers.push(("Link".into(), "<https://evil.example.org/comments?page=2>; rel=\"next\"".into()));
            (status, headers, body)
        }
        Fault::EndlessPages => {
            headers = vec![("Link".into(), format!("<{base}{}>; rel=\"next\"", asked.path))];
            (status, headers, body)
        }
        _ => (status, headers, body),
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
fn done(asked: &Asked, state: &mut State, base: &str) -> Answer {
    let (path, query) = asked.path.split_once('?').unwrap_or((&asked.path, ""));
    if path == "/graphql" {
        assert_eq!(asked.body["query"], "query { viewer { login } }");
        return (200, Vec::new(), json!({ "data": { "viewer": { "login": ME } } }).to_string());
    }
    let Some(path) = path.strip_prefix(&format!("/repos/{REPOSITORY}/issues/")) else { return said(404, "Not Found") };
    let body = || asked.body["body"].as_str().map(str::to_owned);
    let one = path.strip_prefix("comments/").and_then(|id| id.parse::<u64>().ok());
    let at = one.and_then(|id| state.comments.iter().position(|comment| comment.id == id));
    match (asked.method.as_str(), path, at) {
        ("GET", "7/comments", _) => list(state, query, base),
        ("POST", "7/comments", _) => match body() {
            Some(body) if body.encode_utf16().count() <= 65_536 => {
                state.add(ME, "Bot", &body);
                (201, Vec::new(), shown(state.comments.last().unwrap()).to_string())
            }
            _ => said(422, "Validation Failed"),
        },
        ("PATCH", _, Some(at)) => {
            state.comments[at].body = body().unwrap();
            (200, Vec::new(), shown(&state.comments[at]).to_string())
        }
        ("DELETE", _, Some(at)) => {
            state.comments.remove(at);
            (204, Vec::new(), String::new())
        }
        _ => said(404, "Not Found"),
    }
}

fn list(state: &State, query: &str, base: &str) -> Answer {
    let parameters: BTreeMap<&str, usize> =
        query.split('&').filter_map(|pair| pair.split_once('=')).map(|(k, v)| (k, v.parse().unwrap())).collect();
    let size = parameters.get("per_page").copied().unwrap_or(30).min(state.page);
    let page = parameters.get("page").copied().unwrap_or(1);
    let here: Vec<Value> = state.comments.iter().skip((page - 1) * size).take(size).map(shown).collect();
    let mut headers = Vec::new();
    if page * size < state.comments.len() {
        // GitHub's own links are by the repository's number; that they can be followed is all that counts here.
        let link = |page: usize| format!("<{base}/repos/{REPOSITORY}/issues/7/comments?per_page={size}&page={page}>");
        let last = state.comments.len().div_ceil(size);
        headers.push(("Link".into(), format!("{}; rel=\"next\", {}; rel=\"last\"", link(page + 1), link(last))));
    }
    (200, headers, Value::Array(here).to_string())
}
