//! The requests, against answers that stand in a list.

use super::super::world::{BALANCE, BUY, OPEN, ORDERS};
use super::*;
use crate::clock::StillClock;
use crate::http::HttpError;
use serde_json::json;
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
    let stage = Stage::new(vec![token("t1"), page("", "D"), page("", "D"), no("EGW00123"), token("t2"), page("", "D")]);
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
    assert!(trouble.contains("OPSQ2001") && !trouble.contains("canary") && !trouble.contains("12345678"), "{trouble}");
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
