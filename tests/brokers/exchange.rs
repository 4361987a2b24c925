//! The server itself: what a client sees of each fault, and what the protocol behind it has done by then.

use crate::wire::{Fault, How, Moment, Protocol, Reply, Request, Server};
use rebalance::http::{self, Http, HttpError, Limits, Method};
use serde_json::json;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A counter: `POST /add` adds one, everything reads it.
#[derive(Default)]
struct Counter(u64);

impl Protocol for Counter {
    fn answer(&mut self, request: &Request) -> Reply {
        if request.method == "POST" {
            self.0 += 1;
        }
        Reply::json(200, &json!({ "count": self.0, "sent": request.json() }))
            .with("tr_cont", "D")
            .with("X-CamelCase", "y")
    }

    fn places(&self, request: &Request) -> bool {
        request.path == "/add"
    }

    fn special(&mut self, name: &str, _: &Request) -> Reply {
        Reply::json(200, &json!({ "special": name }))
    }
}

/// What a request comes to by the client that brokers are asked with: the status and the body, or the error.
fn sent(server: &Server<Counter>, method: Method, path: &str) -> Result<(u16, String), HttpError> {
    let limits = Limits { total: Duration::from_millis(400), largest: 1 << 16 };
    let client = http::Client::new(&|_| None, limits).unwrap();
    let request = http::Request::new(method, format!("{}{path}", server.url)).json(&json!({}));
    let answer = client.send(&request)?;
    Ok((answer.status, String::from_utf8(answer.body).unwrap()))
}

/// A connection that is kept, by hand.
struct Kept(BufReader<TcpStream>);

impl Kept {
    fn open(server: &Server<Counter>) -> Self {
        Self(BufReader::new(TcpStream::connect(server.url.trim_start_matches("http://")).unwrap()))
    }

    fn write(&mut self, text: &str) {
        self.0.get_mut().write_all(text.as_bytes()).unwrap();
    }

    /// The head and the body of the next answer; empty when the connection has ended.
    fn read(&mut self) -> (String, String) {
        let (mut head, mut length) = (String::new(), 0);
        loop {
            let mut line = String::new();
            if self.0.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
                break;
            }
            if let Some(number) = line.strip_prefix("Content-Length: ") {
                length = number.trim().parse().unwrap();
            }
            head.push_str(&line);
        }
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        (head, String::from_utf8(body).unwrap())
    }
}

#[test]
fn the_names_of_headers_keep_their_case() {
    let server = Server::start(Counter::default());
    let mut kept = Kept::open(&server);
    kept.write("GET /a%20b?CANO=1&x=%ED%95%9C+y&flag HTTP/1.1\r\nappKey: k\r\nHost: x\r\n\r\n");
    let (head, _) = kept.read();
    assert!(head.contains("\r\ntr_cont: D\r\n") && head.contains("\r\nX-CamelCase: y\r\n"), "{head}");
    assert!(head.contains("\r\nContent-Type: application/json\r\n"), "{head}");
    let asked = server.asked().remove(0).request;
    assert!(asked.headers.contains(&("appKey".to_owned(), "k".to_owned())), "{asked:?}");
    assert_eq!((asked.path.as_str(), asked.header("APPKEY")), ("/a b", "k"));
    assert_eq!((asked.parameter("cano"), asked.parameter("X")), (Some("1"), Some("한 y")));
    assert_eq!(asked.parameter("flag"), Some(""));
    assert_eq!(asked.line(), "GET /a b?CANO=1&x=한 y&flag=");
}

#[test]
fn a_connection_is_kept_and_a_request_may_come_in_pieces() {
    let server = Server::start(Counter::default());
    let mut kept = Kept::open(&server);
    for piece in ["POST /add HT", "TP/1.1\r\nContent-Le", "ngth: 7\r\n\r\n{\"a\"", ":1", "}"] {
        kept.write(piece);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(kept.read().1.contains("\"sent\":{\"a\":1}"));
    // Two at once are answered in their order.
    kept.write("GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert!(kept.read().1.contains("\"count\":1") && kept.read().1.contains("\"count\":1"));
    assert_eq!(kept.read(), (String::new(), String::new()), "the client has asked for the end");
    let asked = server.asked();
    assert_eq!(server.lines(), ["POST /add", "GET /1", "GET /2"]);
    assert!(asked.iter().all(|asked| asked.connection == 1));
    assert!(Kept::open(&server).0.get_ref().peer_addr().is_ok());
}

#[test]
fn a_connection_can_be_closed_between_two_requests() {
    let server = Server::start(Counter::default());
    server.fail_request(2, Fault::CloseAfter);
    let mut kept = Kept::open(&server);
    for _ in 0..2 {
        kept.write("POST /add HTTP/1.1\r\nContent-Length: 0\r\n\r\n");
        let (head, body) = kept.read();
        assert!(!head.contains("Connection") && body.contains("count"), "{head}{body}");
    }
    assert_eq!(kept.read(), (String::new(), String::new()));
    assert_eq!(server.protocol().0, 2);
}

/// A fault; what the client sees of it; whether the request was done.
type Row = (Fault, fn(&Result<(u16, String), HttpError>) -> bool, u64);

#[test]
fn each_fault_is_what_its_name_says() {
    let long = Duration::from_millis(700);
    let broken = |result: &Result<_, HttpError>| matches!(result, Err(HttpError::Broken { .. }));
    let table: Vec<Row> = vec![
        (Fault::Reset, broken, 0),
        (Fault::DropBefore, broken, 0),
        (Fault::Lost(Arc::new(|| ())), broken, 0),
        (Fault::DropAfter, broken, 1),
        (Fault::HalfBody, broken, 1),
        (Fault::DoneLate(long), broken, 1),
        (Fault::AnsweredLate(long), broken, 1),
        (Fault::Instead(Reply::gateway(500)), |result| matches!(result, Ok((500, body)) if body.starts_with('<')), 0),
        (Fault::DoneBut(Reply::gateway(502)), |result| matches!(result, Ok((502, body)) if body.starts_with('<')), 1),
        (Fault::DoneBut(Reply::raw("hello\r\n\r\n")), broken, 1),
        (Fault::DoneBut(Reply::empty(200).sent(How::Never)), broken, 1),
        (Fault::CloseAfter, |result| matches!(result, Ok((200, body)) if body.contains("\"count\":1")), 1),
        (Fault::Special("odd"), |result| matches!(result, Ok((200, body)) if body.contains("odd")), 0),
    ];
    for (at, (fault, seen, count)) in table.into_iter().enumerate() {
        let server = Server::start(Counter::default());
        server.fail_order(2, fault);
        assert!(sent(&server, Method::Get, "/").is_ok(), "{at}: another request");
        assert!(sent(&server, Method::Post, "/else").is_ok(), "{at}: no order");
        assert!(sent(&server, Method::Post, "/add").is_ok(), "{at}: the first order");
        server.protocol().0 = 0;
        let result = sent(&server, Method::Post, "/add");
        assert!(seen(&result), "{at}: {result:?}");
        // What is done late is done when the client has gone.
        let waited = (0..200).find(|_| {
            std::thread::sleep(Duration::from_millis(5));
            server.protocol().0 == count
        });
        assert!(waited.is_some(), "{at}");
        assert!(server.failed() && sent(&server, Method::Post, "/add").is_ok(), "{at}: it comes once");
        assert_eq!(server.protocol().0, count + 1, "{at}");
        assert_eq!(server.lines().len(), 5, "{at}: one request a call");
    }
}

#[test]
fn faults_are_counted_by_request_by_order_and_by_line() {
    let server = Server::start(Counter::default());
    let no = |status| Fault::Instead(Reply::gateway(status));
    server.fail_request(3, no(501));
    server.fail_order(2, no(502));
    server.fail_line("GET /a", 1, no(503));
    server.fail(1, 2, no(504), |_, request| request.path == "/b");
    let status = |method, path| sent(&server, method, path).unwrap().0;
    assert_eq!(status(Method::Post, "/add"), 200);
    assert_eq!(status(Method::Get, "/a"), 503);
    assert_eq!(status(Method::Post, "/b"), 501, "the first that was set comes first");
    assert_eq!(status(Method::Post, "/add"), 502);
    assert_eq!((status(Method::Get, "/b"), status(Method::Get, "/b"), status(Method::Get, "/b")), (504, 504, 200));
    assert!(server.failed());
    server.fail_request(1, no(500));
    server.well();
    assert_eq!(status(Method::Get, "/"), 200);
}

#[test]
fn something_can_be_done_at_each_moment_of_an_exchange() {
    for moment in Moment::ALL {
        let server = Arc::new(Server::start(Counter::default()));
        let seen = Arc::new(AtomicUsize::new(usize::MAX));
        let (inside, noted) = (Arc::downgrade(&server), Arc::clone(&seen));
        let deed = move || {
            let count = inside.upgrade().unwrap().protocol().0;
            noted.store(usize::try_from(count).unwrap(), Ordering::SeqCst);
        };
        server.fail_order(1, Fault::Call(moment, Arc::new(deed)));
        assert!(sent(&server, Method::Post, "/add").is_ok());
        let expected = usize::from(moment != Moment::Before);
        let came = (0..200).find(|_| {
            std::thread::sleep(Duration::from_millis(5));
            seen.load(Ordering::SeqCst) == expected
        });
        assert!(came.is_some(), "{moment:?}");
    }
}
