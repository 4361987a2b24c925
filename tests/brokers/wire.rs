//! A server of HTTP/1.1 on this machine, for the protocols that tests speak with: threads, connections that are kept, the
//! names of headers in the case they are given (some clients read them so), a record of every request, and faults on
//! command. What a protocol means must never enter this file.

use serde_json::Value;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// The longest request, and the longest body that is kept of an answer, in bytes.
const LONGEST: usize = 1 << 20;

/// A request as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// The path, without what follows the `?`.
    pub(crate) path: String,
    /// The parameters behind the `?`, decoded, in their order.
    pub(crate) query: Vec<(String, String)>,
    /// The headers, names in the case they came in.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    /// A header by its name in any case; empty if there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        found(&self.headers, name).unwrap_or_default()
    }

    /// A parameter by its name in any case, if it is there.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        found(&self.query, name)
    }

    /// The body as JSON; null if it is none.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    /// Method and address, as in `GET /v2/orders?status=open`.
    pub(crate) fn line(&self) -> String {
        let query: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{} {}{mark}{}", self.method, self.path, query.join("&"))
    }

    /// All that came, as one line: method, address, headers and body.
    fn whole(&self) -> String {
        let headers = self.headers.iter().map(|(name, value)| format!("{name}: {value}"));
        let headers: Vec<String> = headers.collect();
        format!("{} {} {}", self.line(), headers.join(" "), String::from_utf8_lossy(&self.body))
    }

    /// A request from its head and its body.
    fn of(head: &str, body: Vec<u8>) -> Option<Self> {
        let mut lines = head.split("\r\n");
        let mut words = lines.next()?.split(' ').map(str::to_owned);
        let (method, target) = (words.next()?, words.next()?);
        let (path, query) = target.split_once('?').unwrap_or((&target, ""));
        let pair = |text: &str| {
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            (decoded(name), decoded(value))
        };
        let query = query.split('&').filter(|text| !text.is_empty()).map(pair).collect();
        let header = |line: &str| Some((line.split_once(':')?.0.to_owned(), line.split_once(':')?.1.trim().to_owned()));
        let headers = lines.filter_map(header).collect();
        Some(Self { method, path: decoded(path), query, headers, body })
    }
}

fn found<'p>(pairs: &'p [(String, String)], name: &str) -> Option<&'p str> {
    pairs.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
}

/// A part of an address without its percent signs.
fn decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = || u8::from_str_radix(text.get(at + 1..at + 3)?, 16).ok();
        match bytes[at] {
            b'%' if hex().is_some() => {
                out.extend(hex());
                at += 2;
            }
            b'+' => out.push(b' '),
            byte => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// How an answer goes out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum How {
    /// Whole, and the connection is kept.
    Whole,
    /// Whole, and then the connection ends although nothing said so.
    Closing,
    /// Not at all: the connection ends.
    Never,
    /// The head and a half of the body, then the connection ends.
    Half,
    /// Whole, after so long.
    After(Duration),
    /// Only the body, which is no HTTP or has a head of its own, then the connection ends.
    Raw,
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The headers, names in the case they are to have. `Content-Length` is added, and so is `Content-Type` where it is
    /// missing and there is a body.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) how: How,
}

impl Reply {
    /// An answer in JSON.
    pub(crate) fn json(status: u16, value: &Value) -> Self {
        Self::text(status, "application/json", &value.to_string())
    }

    /// An answer of any kind of text.
    pub(crate) fn text(status: u16, kind: &str, text: &str) -> Self {
        let headers = vec![("Content-Type".to_owned(), kind.to_owned())];
        Self { status, headers, body: text.as_bytes().to_vec(), how: How::Whole }
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new(), how: How::Whole }
    }

    /// What a gateway says that has lost its server: a page, no JSON.
    pub(crate) fn gateway(status: u16) -> Self {
        Self::text(status, "text/html", "<html><body><h1>Internal Server Error</h1></body></html>")
    }

    /// Bytes as they are.
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { status: 0, headers: Vec::new(), body: bytes.into(), how: How::Raw }
    }

    /// With a header.
    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Sent so.
    pub(crate) fn sent(self, how: How) -> Self {
        Self { how, ..self }
    }

    /// Writes it, as far as it is to be written.
    fn write(&self, stream: &mut TcpStream) -> io::Result<()> {
        if self.how == How::Raw {
            return stream.write_all(&self.body);
        }
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, if self.status < 400 { "OK" } else { "No" });
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        // These two have no body, and no length of one either.
        if ![204, 304].contains(&self.status) {
            head.push_str(&format!("Content-Length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes())?;
        let length = if self.how == How::Half { self.body.len() / 2 } else { self.body.len() };
        stream.write_all(&self.body[..length])
    }

    /// As the record keeps it: without the body, where that is long.
    fn noted(&self) -> Self {
        let Self { status, headers, body, how } = self;
        let body = if body.len() > LONGEST { Vec::new() } else { body.clone() };
        Self { status: *status, headers: headers.clone(), body, how: *how }
    }
}

/// A protocol and its state, both behind the server's mutex.
pub(crate) trait Protocol: Send + 'static {
    /// Does what is asked and answers.
    fn answer(&mut self, request: &Request) -> Reply;

    /// Whether the request is to place an order, so that faults can be counted by orders.
    fn places(&self, request: &Request) -> bool {
        let _ = request;
        false
    }

    /// A fault that only this protocol has, by its name.
    fn special(&mut self, name: &str, request: &Request) -> Reply {
        panic!("there is no fault {name} for {}", request.line())
    }
}

/// Something that a test does in the middle of an exchange.
pub(crate) type Deed = Arc<dyn Fn() + Send + Sync>;

/// What goes wrong with a request.
#[derive(Clone)]
pub(crate) enum Fault {
    /// The connection is reset before the request was read. It is not done.
    Reset,
    /// The connection ends when the request was read. It is not done.
    DropBefore,
    /// The request is done; the connection ends without an answer.
    DropAfter,
    /// The request is done; the connection ends in the middle of the body.
    HalfBody,
    /// Nothing for so long; then the request is done, and answered to whoever is still there.
    DoneLate(Duration),
    /// The request is done; the answer comes after so long.
    AnsweredLate(Duration),
    /// The request is not done; this is the answer.
    Instead(Reply),
    /// The request is done; this is the answer all the same.
    DoneBut(Reply),
    /// The request is done and answered; then the connection is closed without a word, between two requests.
    CloseAfter,
    /// A fault of the protocol's own, by its name.
    Special(&'static str),
    /// The request is not done; the answer says it back, headers and all, in the words of the protocol.
    Echo(Echo),
    /// This is done when the request has come, which is then lost: the connection ends, and it is not done.
    Lost(Deed),
    /// This is done at this moment; nothing else goes wrong.
    Call(Moment, Deed),
}

/// How a request is said back.
pub(crate) type Echo = fn(&str) -> Reply;

/// How a server, or whatever stands before it, says back what it was asked: as a token that is not taken, as a server that
/// is not well, in the place of an answer, and as no HTTP.
pub(crate) const ECHOES: [Echo; 5] = [
    |told| Reply::text(401, "text/plain", told),
    |told| Reply::text(500, "text/html", told),
    |told| Reply::json(200, &serde_json::json!({ "said": told, "rt_cd": told, "return_code": told, "message": told })),
    |told| Reply::text(200, "application/json", told),
    |told| Reply::raw(told.to_owned()),
];

/// A moment of an exchange.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// The request has come and was not read.
    Before,
    /// The request was done, and not answered.
    Done,
    /// The answer is on the wire.
    Answered,
}

impl Moment {
    /// All of them, in their order.
    pub(crate) const ALL: [Self; 3] = [Self::Before, Self::Done, Self::Answered];
}

/// Which requests a fault is for.
type Which<P> = Box<dyn Fn(&P, &Request) -> bool + Send>;

/// A fault that waits for its request.
struct Trap<P> {
    which: Which<P>,
    /// How many of these are let through before.
    before: usize,
    /// How many it is for.
    times: usize,
    fault: Fault,
}

/// A request in the record, and what was done with it.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) request: Request,
    /// The connection it came on, from 1.
    pub(crate) connection: usize,
    /// The answer, without its body where that is very long; none when there was none, or not yet.
    pub(crate) reply: Option<Reply>,
}

struct Shared<P> {
    protocol: Mutex<P>,
    traps: Mutex<Vec<Trap<P>>>,
    asked: Mutex<Vec<Asked>>,
    over: AtomicBool,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A protocol that panicked has said why; its state can still be looked at.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A server. It ends when this is dropped.
pub(crate) struct Server<P: Protocol> {
    /// Where it is, as in `http://127.0.0.1:40001`.
    pub(crate) url: String,
    address: SocketAddr,
    shared: Arc<Shared<P>>,
}

impl<P: Protocol> Server<P> {
    /// Starts a server on a port that is free.
    pub(crate) fn start(protocol: P) -> Self {
        Self::with(|_| protocol)
    }

    /// Starts a server whose protocol has to know where it is.
    pub(crate) fn with(protocol: impl FnOnce(&str) -> P) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}");
        let (traps, asked) = (Mutex::new(Vec::new()), Mutex::new(Vec::new()));
        let protocol = Mutex::new(protocol(&url));
        let shared = Arc::new(Shared { protocol, traps, asked, over: AtomicBool::new(false) });
        let known = Arc::clone(&shared);
        thread::spawn(move || {
            for (number, stream) in listener.incoming().map_while(Result::ok).enumerate() {
                if known.over.load(Ordering::SeqCst) {
                    break;
                }
                let known = Arc::clone(&known);
                // A client that went away is no failure of the server.
                thread::spawn(move || drop(serve(stream, number + 1, &known)));
            }
        });
        Self { url, address, shared }
    }

    /// The protocol and its state.
    pub(crate) fn protocol(&self) -> MutexGuard<'_, P> {
        locked(&self.shared.protocol)
    }

    /// Every request so far.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        locked(&self.shared.asked).clone()
    }

    /// The requests so far as lines, as in `GET /v2/orders?status=open`.
    pub(crate) fn lines(&self) -> Vec<String> {
        locked(&self.shared.asked).iter().map(|asked| asked.request.line()).collect()
    }

    /// What goes wrong with the n-th request from now on, counted from 1.
    pub(crate) fn fail_request(&self, nth: usize, fault: Fault) {
        self.fail(nth, 1, fault, |_, _| true);
    }

    /// What goes wrong with the n-th order from now on, counted from 1.
    pub(crate) fn fail_order(&self, nth: usize, fault: Fault) {
        self.fail(nth, 1, fault, P::places);
    }

    /// What goes wrong with the n-th request from now on, counted from 1, whose line (see [`Request::line`]) begins so.
    pub(crate) fn fail_line(&self, beginning: &'static str, nth: usize, fault: Fault) {
        self.fail(nth, 1, fault, move |_, request| request.line().starts_with(beginning));
    }

    /// What goes wrong with `times` requests of a kind, from the n-th of them on, counted from 1 and from now.
    pub(crate) fn fail(
        &self,
        nth: usize,
        times: usize,
        fault: Fault,
        which: impl Fn(&P, &Request) -> bool + Send + 'static,
    ) {
        locked(&self.shared.traps).push(Trap { which: Box::new(which), before: nth - 1, times, fault });
    }

    /// Forgets the faults that have not come.
    pub(crate) fn well(&self) {
        locked(&self.shared.traps).clear();
    }

    /// Whether every fault has come.
    pub(crate) fn failed(&self) -> bool {
        locked(&self.shared.traps).is_empty()
    }
}

impl<P: Protocol> Drop for Server<P> {
    fn drop(&mut self) {
        self.shared.over.store(true, Ordering::SeqCst);
        // Wakes whoever waits for a connection.
        drop(TcpStream::connect(self.address));
        let panicked = self.shared.protocol.is_poisoned() && !thread::panicking();
        assert!(!panicked, "the protocol has panicked: its message is above");
    }
}

/// Answers on one connection until it ends.
fn serve<P: Protocol>(mut stream: TcpStream, connection: usize, shared: &Shared<P>) -> io::Result<()> {
    stream.set_nodelay(true)?;
    while let Some(request) = read(&mut stream)? {
        if shared.over.load(Ordering::SeqCst) {
            break;
        }
        let index = {
            let mut asked = locked(&shared.asked);
            asked.push(Asked { request: request.clone(), connection, reply: None });
            asked.len() - 1
        };
        let fault = trapped(shared, &request);
        if matches!(fault, Some(Fault::Reset)) {
            // The last byte is still unread: the system answers with a reset.
            break;
        }
        if let Some(Fault::Call(Moment::Before, deed) | Fault::Lost(deed)) = &fault {
            deed();
        }
        stream.read_exact(&mut [0])?;
        let Some(reply) = replied(shared, &request, fault.as_ref()) else { break };
        locked(&shared.asked)[index].reply = Some(reply.noted());
        if let Some(Fault::Call(Moment::Done, deed)) = &fault {
            deed();
        }
        if let How::After(wait) = reply.how {
            thread::sleep(wait);
        }
        if reply.how == How::Never {
            break;
        }
        reply.write(&mut stream)?;
        if let Some(Fault::Call(Moment::Answered, deed)) = &fault {
            deed();
        }
        let asked_to_close = request.header("connection").eq_ignore_ascii_case("close");
        if asked_to_close || matches!(reply.how, How::Closing | How::Half | How::Raw) {
            break;
        }
    }
    Ok(())
}

/// What goes wrong with a request: what was set first for such a one.
fn trapped<P: Protocol>(shared: &Shared<P>, request: &Request) -> Option<Fault> {
    let protocol = locked(&shared.protocol);
    let mut traps = locked(&shared.traps);
    let mut due = None;
    for (at, trap) in traps.iter_mut().enumerate() {
        if !(trap.which)(&protocol, request) {
            continue;
        }
        match trap.before.checked_sub(1) {
            Some(before) => trap.before = before,
            None => due = due.or(Some(at)),
        }
    }
    let trap = &mut traps[due?];
    let fault = trap.fault.clone();
    trap.times -= 1;
    if trap.times == 0 {
        traps.remove(due?);
    }
    Some(fault)
}

/// Does a request, if it is to be done, and says what goes out.
fn replied<P: Protocol>(shared: &Shared<P>, request: &Request, fault: Option<&Fault>) -> Option<Reply> {
    if let Some(Fault::DoneLate(wait)) = fault {
        thread::sleep(*wait);
    }
    let mut protocol = locked(&shared.protocol);
    match fault {
        None | Some(Fault::DoneLate(_) | Fault::Call(..)) => Some(protocol.answer(request)),
        Some(Fault::Reset | Fault::DropBefore | Fault::Lost(_)) => None,
        Some(Fault::DropAfter) => Some(protocol.answer(request).sent(How::Never)),
        Some(Fault::HalfBody) => Some(protocol.answer(request).sent(How::Half)),
        Some(Fault::AnsweredLate(wait)) => Some(protocol.answer(request).sent(How::After(*wait))),
        Some(Fault::CloseAfter) => Some(protocol.answer(request).sent(How::Closing)),
        Some(Fault::Instead(reply)) => Some(reply.clone()),
        Some(Fault::Echo(said)) => Some(said(&request.whole())),
        Some(Fault::DoneBut(reply)) => {
            protocol.answer(request);
            Some(reply.clone())
        }
        Some(Fault::Special(name)) => Some(protocol.special(name, request)),
    }
}

/// Reads a request except for its last byte; none when the connection ended before one.
fn read(stream: &mut TcpStream) -> io::Result<Option<Request>> {
    let mut bytes = Vec::new();
    let mut seen = vec![0; 64 << 10];
    loop {
        let more = stream.peek(&mut seen)?;
        if more == 0 || bytes.len() > LONGEST {
            return Ok(None);
        }
        let before = bytes.len();
        bytes.extend_from_slice(&seen[..more]);
        let Some(length) = whole(&bytes) else {
            stream.read_exact(&mut seen[..more])?;
            continue;
        };
        stream.read_exact(&mut seen[..length - before - 1])?;
        let head = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
        return Ok(Request::of(&text, bytes[head + 4..length].to_vec()));
    }
}

/// How long the request is that these bytes begin with, if it is there whole.
fn whole(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
    let text = String::from_utf8_lossy(&bytes[..head]).to_ascii_lowercase();
    let length = text.lines().find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length.map_or(0, |length| length.trim().parse().unwrap());
    Some(head + 4 + length).filter(|whole| bytes.len() >= *whole)
}
