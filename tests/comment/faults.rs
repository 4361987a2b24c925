//! What goes wrong, and what comes of it: one comment or none, a message, an exit code.

use crate::server::{Fault, ME, Server, TOKEN};
use crate::{comment, job};

const OLD: &str = "<!-- rebalance:review -->\nold";
const NEW: &str = "<!-- rebalance:review -->\n### Two changes\n";

/// What goes wrong; the exit code; how many comments of ours there are then; what standard error says.
type Row = (&'static str, &'static str, Vec<Fault>, bool, u8, usize, &'static str);

/// Faults of which one is enough to need another try.
fn passing(kind: &'static str) -> Vec<Row> {
    use Fault::*;
    let asked = "GitHub's rate limit";
    let row = |name, fault, says| (name, kind, vec![fault], false, 0, 1, says);
    vec![
        row("500", Status(500, &[], "Server Error"), "waiting 1 s: status 500"),
        row("502", Status(502, &[], "Bad Gateway"), "waiting 1 s: status 502"),
        row("503", Status(503, &[], "Unavailable"), "waiting 1 s: status 503"),
        row("done, but 502", DoneBut(502), "waiting 1 s: status 502"),
        row("dropped before", DropBefore, "waiting 1 s: 127.0.0.1 did not answer"),
        row("dropped after", DropAfter, "waiting 1 s: 127.0.0.1 did not answer"),
        row("slow", Slow, "waiting 1 s: 127.0.0.1 did not answer: it took too long"),
        row("garbage", Garbage, "what came is no answer of HTTP"),
        row("a head without end", EndlessHead, "what came is no answer of HTTP"),
        row("429", Status(429, &[("retry-after", "17")], "slow down"), "waiting 17 s: GitHub's rate limit"),
        row("429 that says nothing", Status(429, &[], ""), "waiting 60 s"),
        row("403 with retry-after", Status(403, &[("Retry-After", "5")], "wait"), "waiting 5 s"),
        row(
            "403 that is spent",
            Status(
                403,
                &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1772582442")],
                "API rate limit exceeded",
            ),
            "waiting 42 s",
        ),
        row(
            "403 of a reset gone by",
            Status(403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "17")], "API rate limit exceeded"),
            "waiting 1 s",
        ),
        row("a secondary limit", Status(403, &[], "You have exceeded a secondary rate limit"), asked),
    ]
}

/// Faults that are for good.
fn lasting(kind: &'static str) -> Vec<Row> {
    use Fault::*;
    let row = |name, fault, says| (name, kind, vec![fault], true, 6, 0, says);
    vec![
        row("always 500", Status(500, &[], "Server Error"), "GitHub does not answer: status 500"),
        row("always dropped", DropBefore, "GitHub does not answer: 127.0.0.1 did not answer"),
        row("an hour's limit", Status(429, &[("retry-after", "3600")], "x"), "used up for 3600 seconds"),
        row("a limit again and again", Status(429, &[("retry-after", "100")], "x"), "used up for 100 seconds"),
        row("401", Status(401, &[], "Bad credentials"), "(401: Bad credentials)"),
        row("403", Status(403, &[], "Resource not accessible by integration"), "(403: Resource not accessible"),
        row("404", Status(404, &[], "Not Found"), "(404: Not Found)"),
        row("410", Status(410, &[], "Gone"), "refuses the request (410: Gone)"),
        row("422", Status(422, &[], "Validation Failed"), "refuses the request (422: Validation Failed)"),
        row("301", Status(301, &[("Location", "https://evil.example.org/")], "Moved Permanently"), "is elsewhere"),
        row("307", Status(307, &[("Location", "/graphql")], "Moved"), "is elsewhere"),
        row("the token in a message", Echo, "refuses the request (422: you sent Bearer [secret]"),
    ]
}

fn check((name, kind, faults, forever, code, ours, says): Row, old: bool) {
    let server = Server::new();
    server.add("ann", "User", "hello");
    if old {
        server.add(ME, "Bot", OLD);
    }
    server.fail(kind, &faults);
    server.state().forever = forever;
    // Only who is slow is to be too slow, however busy this machine is.
    let timeout = if matches!(faults[0], Fault::Slow) { "1" } else { "60" };
    let run = comment(&job(&server), &["--timeout", timeout]);
    let what = format!("{kind} {name}: {}\n{:#?}", run.whole(), server.state().asked);
    assert_eq!(run.code, code, "{what}");
    assert!(run.err.contains(says), "{what}");
    assert!(run.err.lines().all(|line| !line.starts_with("::")), "{what}");
    assert!(code == 0 || run.err.contains("\nhelp: "), "{what}");
    let bodies = server.bodies();
    assert_eq!(bodies.iter().filter(|body| *body == NEW).count(), ours, "{what}\n{bodies:?}");
    assert_eq!(bodies.len(), 1 + usize::from(old || ours > 0), "{what}\n{bodies:?}");
}

#[test]
fn a_fault_that_passes_leaves_one_comment() {
    for kind in ["GRAPHQL", "GET", "POST"] {
        passing(kind).into_iter().for_each(|row| check(row, false));
    }
    passing("PATCH").into_iter().for_each(|row| check(row, true));
}

#[test]
fn a_fault_that_stays_is_said_and_leaves_no_comment() {
    for kind in ["GRAPHQL", "GET", "POST"] {
        lasting(kind).into_iter().for_each(|row| check(row, false));
    }
    // A comment that is gone when it is changed is made anew.
    lasting("PATCH").into_iter().filter(|row| row.0 != "404").for_each(|row| check(row, true));
}

#[test]
fn an_answer_that_cannot_be_read_is_said() {
    use Fault::*;
    let body = |text: &str| vec![Body(text.to_owned())];
    let huge = vec![Body(format!("[\"{}\"]", "a".repeat(49 << 20)))];
    let table: Vec<Row> = vec![
        ("no JSON", "GET", body("<html>"), false, 6, 0, "it is no JSON"),
        ("half of it", "GET", body("[{\"id\": 1"), false, 6, 0, "it is no JSON"),
        ("no list", "GET", body("{}"), false, 6, 0, "it is no list of comments"),
        ("no id", "GET", body("[{\"body\": \"\"}]"), false, 6, 0, "a comment has no id"),
        ("too large", "GET", huge, false, 6, 0, "has more than 50331648 bytes"),
        ("nobody's token", "GRAPHQL", body("{\"data\": {\"viewer\": null}}"), false, 6, 0, "whose token this is"),
        ("an error", "GRAPHQL", body("{\"errors\": [{\"message\": \"no\"}]}"), false, 6, 0, "whose token this is"),
        ("another host", "GET", vec![ForeignPage], false, 6, 0, "its next page is on another host"),
        ("pages without end", "GET", vec![EndlessPages], true, 6, 0, "more than 200 pages"),
        // It was made; that its address could not be read changes nothing.
        ("no JSON", "POST", body("<html>"), false, 0, 1, ""),
        ("a strange address", "POST", body("{\"html_url\": \"a\\n::error::b\"}"), false, 0, 1, ""),
    ];
    table.into_iter().for_each(|row| check(row, false));
}

#[test]
fn a_new_comment_is_looked_for_before_it_is_written_again() {
    let server = Server::new();
    server.fail("POST", &[Fault::DropAfter, Fault::DropAfter]);
    assert!(comment(&job(&server), &[]).out.starts_with("unchanged"));
    assert_eq!((server.asked("POST"), server.asked("GET")), (1, 2));
    assert_eq!(server.bodies(), [NEW]);

    let server = Server::new();
    server.fail("POST", &[Fault::DropBefore, Fault::Status(502, &[], ""), Fault::None]);
    assert!(comment(&job(&server), &[]).out.starts_with("created"));
    assert_eq!((server.asked("POST"), server.asked("GET")), (3, 3));
    assert_eq!(server.bodies(), [NEW]);
}

#[test]
fn a_comment_that_goes_away_is_made_anew() {
    let server = Server::new();
    server.add(ME, "Bot", OLD);
    server.fail("PATCH", &[Fault::Vanish]);
    assert!(comment(&job(&server), &[]).out.starts_with("created"));
    assert_eq!(server.bodies(), [NEW]);
}

#[test]
fn a_double_that_goes_away_is_no_fault() {
    let server = Server::new();
    server.add(ME, "Bot", NEW);
    server.add(ME, "Bot", OLD);
    server.fail("DELETE", &[Fault::DropAfter]);
    let run = comment(&job(&server), &[]);
    assert!(run.code == 0 && run.out.starts_with("unchanged"), "{}", run.whole());
    assert_eq!(server.bodies(), [NEW]);
}

#[test]
fn who_speaks_no_tls_is_told_nothing() {
    // It answers every beginning with plain text, and keeps what it was sent.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let (sent, heard) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut bytes = [0; 4096];
            let length = std::io::Read::read(&mut stream, &mut bytes).unwrap_or(0);
            let _ = sent.send(bytes[..length].to_vec());
            let _ = std::io::Write::write_all(&mut stream, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
        }
    });
    let mut stage = job(&Server::new());
    stage.env.insert("GITHUB_API_URL".into(), url);
    let run = comment(&stage, &[]);
    assert_eq!(run.code, 6, "{}", run.whole());
    assert!(run.err.starts_with("error: there is no secure connection to 127.0.0.1: "), "{}", run.whole());
    assert!(run.err.contains("SSL_CERT_FILE"), "{}", run.whole());
    let heard: Vec<Vec<u8>> = heard.try_iter().collect();
    assert_eq!(heard.len(), 1, "what is not secure is not tried again");
    assert!(!heard[0].windows(TOKEN.len()).any(|bytes| bytes == TOKEN.as_bytes()));
}

#[test]
fn nobody_there_is_said() {
    let server = Server::new();
    let mut stage = job(&server);
    // A port that was free a moment ago.
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    stage.env.insert("GITHUB_API_URL".into(), format!("http://{free}"));
    let run = comment(&stage, &[]);
    assert_eq!(run.code, 6, "{}", run.whole());
    assert_eq!(run.err.lines().filter(|line| line.contains("waiting")).count(), 3, "{}", run.whole());
    assert!(run.err.contains("127.0.0.1 cannot be reached"), "{}", run.whole());
}
