//! `rebalance notify` against servers that take what the services take, over real HTTP: limits, failures, secrets.

#![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

#[path = "../cli/stage.rs"]
#[allow(dead_code, reason = "the stage has more than these tests need")]
mod stage;

#[path = "../brokers/wire.rs"]
#[allow(dead_code, reason = "the server has more than these tests need")]
mod wire;

mod chats;

use chats::{BOT, CHAT, Chats, DISCORD, HOOK, SLACK, TOKEN};
use serde_json::{Value, json};
use stage::{Run, Stage};
use std::fmt::Write;
use wire::{ECHOES, Fault, Reply, Server};

const ALL: [&str; 4] = ["slack", "discord", "telegram", "webhook"];

/// The sample with a plan, and every service set up.
fn stage(server: &Server<Chats>) -> Stage {
    let mut stage = Stage::sample();
    stage.run(&["plan", "-o", "plan.json"]);
    let url = |path: &str| format!("{}{path}", server.url);
    for (name, value) in [
        ("SLACK_WEBHOOK_URL", url(SLACK)),
        ("DISCORD_WEBHOOK_URL", url(DISCORD)),
        ("TELEGRAM_BOT_TOKEN", BOT.to_owned()),
        ("TELEGRAM_CHAT_ID", CHAT.to_owned()),
        ("TELEGRAM_API_URL", server.url.clone()),
        ("REBALANCE_WEBHOOK_URL", url(HOOK)),
        ("REBALANCE_WEBHOOK_TOKEN", TOKEN.to_owned()),
    ] {
        stage.env.insert(name.to_owned(), value);
    }
    stage
}

/// Runs the command, and sees that no secret is shown or kept.
fn notify(stage: &Stage, args: &[&str]) -> Run {
    let args: Vec<&str> = ["notify"].iter().chain(args).copied().collect();
    let run = stage.run(&args);
    assert!(!run.whole().contains("canary"), "{}", run.whole());
    let mut pending = vec![stage.path("")];
    while let Some(dir) = pending.pop() {
        for path in std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                pending.push(path);
                continue;
            }
            let kept = std::fs::read(&path).unwrap();
            assert!(!kept.windows(6).any(|part| part == b"canary"), "{}", path.display());
        }
    }
    run
}

/// A config of so many assets with long Korean names, and holdings that need many orders.
fn crowd(stage: &Stage, assets: usize) {
    let mut config = String::from(
        "portfolio:\n  name: Crowd\n  owner: ann\n  base_currency: KRW\n  broker: none\n  allocation:\n    all:\n      weight: 1\n      assets:\n",
    );
    let mut holdings = String::from("as_of: 2026-03-04\ncash: { KRW: 0 }\npositions:\n");
    for i in 0..assets {
        let code = format!("{:06}", 100_000 + i);
        let name = format!("상장지수펀드 & <채권> 나스닥100 레버리지 헤지 {i:03}");
        writeln!(config, "        - ticker: '{name}'\n          code: '{code}'\n          target: 0.01\n          min: 0\n          max: 1").unwrap();
        let quantity = if i % 2 == 0 { 150 } else { 50 };
        writeln!(holdings, "  - code: '{code}'\n    quantity: {quantity}\n    price: 10000").unwrap();
    }
    config.push_str("  rebalancing:\n    strategy: threshold\n    drift_trigger:\n      threshold: 0.001\n  costs:\n    etf_commission_rate: 0\n    slippage_estimate: 0\n");
    stage.write("portfolio_config.yaml", &config);
    stage.write("holdings.yaml", &holdings);
}

#[test]
fn every_service_that_is_set_up_is_told() {
    let server = Server::start(Chats::default());
    let stage = stage(&server);
    let run = notify(&stage, &["plan.json"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    let said = "slack: told in 1 message\ndiscord: told in 1 message\ntelegram: told in 1 message\nwebhook: told in 1 message\n";
    assert_eq!(run.err, said);
    assert!(run.out.contains("- Sell 8 x 091230 TIGER Semiconductor at 50,000 = 400,000"), "{}", run.out);
    let chats = server.protocol();
    for service in ALL {
        assert_eq!(chats.of(service).len(), 1, "{service}");
    }
    assert_eq!(chats.of("telegram")[0]["text"].as_str().unwrap(), run.out.trim_end());
    let document = &chats.of("webhook")[0];
    assert_eq!(document["text"].as_str().unwrap(), run.out);
    assert_eq!(document["document"], serde_json::from_str::<Value>(&stage.read("plan.json")).unwrap());
    assert_eq!(chats.of("discord")[0]["allowed_mentions"], json!({ "parse": [] }));
    let slack = chats.of("slack")[0].to_string();
    assert!(slack.contains("S&amp;P500") && slack.contains("*Required Trade Orders:*"), "{slack}");
    drop(chats);
    let asked = server.asked();
    let webhook = asked.iter().find(|asked| asked.request.path == HOOK).unwrap();
    assert_eq!(webhook.request.header("authorization"), format!("Bearer {TOKEN}"));
}

#[test]
fn long_messages_are_several_and_nothing_is_lost() {
    let server = Server::start(Chats::default());
    let stage = stage(&server);
    crowd(&stage, 100);
    let run = stage.run(&["plan", "-o", "plan.json", "--trigger", "manual"]);
    // It is not committed, so that the plan is for reading only; it is told all the same.
    assert!(run.out.contains("100 orders:"), "{}", run.whole());
    let run = notify(&stage, &["plan.json"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    assert!(run.out.lines().filter(|line| line.starts_with("- Sell") || line.starts_with("- Buy")).count() > 50);
    let chats = server.protocol();
    let bare = |text: &str| text.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect::<String>();
    let unnumbered = |text: &str| match text.strip_prefix('(').and_then(|text| text.split_once(")\n")) {
        Some((number, rest)) if number.contains('/') => rest.to_owned(),
        _ => text.to_owned(),
    };
    for (service, field) in [("discord", "content"), ("telegram", "text")] {
        let texts = chats.of(service);
        assert!(texts.len() > 2, "{service}");
        let whole: String = texts.iter().map(|text| unnumbered(text[field].as_str().unwrap())).collect();
        assert_eq!(bare(&whole), bare(&run.out), "{service}");
    }
    let slack = chats.of("slack");
    assert!(slack.len() > 1);
    let blocks = slack.iter().flat_map(|payload| payload["blocks"].as_array().unwrap().clone());
    let text: String = blocks.map(|block| block["text"]["text"].as_str().unwrap().to_owned() + "\n").collect();
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
    for line in run.out.lines().filter(|line| line.starts_with("- ")) {
        assert!(text.contains(line), "{line}");
    }
    assert_eq!(
        slack[0]["blocks"][0]["text"]["text"],
        format!("ETF Rebalancing Check Results, 2026-03-04 (1/{})", slack.len())
    );
}

/// What goes wrong, how often, what is said, and the exit code.
#[test]
fn limits_and_failures_are_waited_for_and_then_said() {
    let limited = |body: Value| Reply::json(429, &body);
    let cases: Vec<(&str, Vec<Fault>, &str, u8)> = vec![
        (
            "slack",
            vec![Fault::Instead(Reply::text(429, "text/plain", "").with("Retry-After", "30"))],
            "slack: waiting 30 s: the other side's rate limit\nslack: told in 1 message\n",
            0,
        ),
        (
            "discord",
            vec![Fault::Instead(limited(json!({ "retry_after": 1.337 })))],
            "discord: waiting 2 s: the other side's rate limit\ndiscord: told in 1 message\n",
            0,
        ),
        (
            "telegram",
            vec![Fault::Instead(limited(json!({ "parameters": { "retry_after": 7 } })))],
            "telegram: waiting 7 s: the other side's rate limit\ntelegram: told in 1 message\n",
            0,
        ),
        ("webhook", vec![Fault::Instead(Reply::gateway(503)), Fault::DropBefore], "told in 1 message\n", 0),
        ("webhook", vec![Fault::DropAfter], "told in 1 message\n", 0),
        (
            "webhook",
            vec![
                Fault::Instead(Reply::gateway(500)),
                Fault::Instead(Reply::gateway(500)),
                Fault::Instead(Reply::gateway(502)),
            ],
            "webhook: not told: it does not answer: status 502\n",
            6,
        ),
        (
            "slack",
            vec![Fault::Instead(Reply::text(429, "text/plain", "").with("Retry-After", "4000"))],
            "slack: not told: it asks us to wait for 4000 seconds\n  help: run it again in 67 minutes\n",
            6,
        ),
        (
            "slack",
            vec![Fault::Instead(Reply::text(404, "text/plain", "no_service at /services/T000/B000/canaryslack"))],
            "slack: not told: it refuses the message (404: no_service",
            6,
        ),
        (
            "telegram",
            vec![Fault::Instead(Reply::json(
                403,
                &json!({ "ok": false, "description": format!("Forbidden: bot {BOT} was kicked") }),
            ))],
            "telegram: not told: it refuses the message (403: Forbidden: bot [secret] was kicked)\n",
            6,
        ),
        (
            "webhook",
            vec![Fault::Instead(Reply::empty(302).with("Location", "http://127.0.0.1:1/"))],
            "webhook: not told: it refuses the message (302)\n",
            6,
        ),
    ];
    for (service, faults, said, code) in cases {
        let server = Server::start(Chats::default());
        let stage = stage(&server);
        let tries = faults.len();
        for (i, fault) in faults.into_iter().enumerate() {
            server.fail_request(i + 1, fault);
        }
        let run = notify(&stage, &["plan.json", "--to", service]);
        assert!(run.err.contains(said), "{service} {tries}: {}", run.whole());
        assert_eq!(run.code, code, "{}", run.whole());
        // Whatever became of the message, the answer stands.
        assert!(run.out.contains("A rebalance is due (scheduled)."), "{}", run.out);
    }
}

#[test]
fn what_is_said_back_has_no_secret_in_it() {
    for service in ALL {
        for echo in ECHOES {
            let server = Server::start(Chats::default());
            let stage = stage(&server);
            server.fail(1, usize::MAX, Fault::Echo(echo), |_, _| true);
            notify(&stage, &["plan.json", "--to", service]);
            assert!(!server.asked().is_empty(), "{service}");
        }
    }
}

#[test]
fn a_service_that_fails_keeps_no_other_from_being_told() {
    let server = Server::start(Chats::default());
    let stage = stage(&server);
    server.fail_request(1, Fault::Instead(Reply::text(403, "text/plain", "action_prohibited")));
    let run = notify(&stage, &["plan.json"]);
    assert_eq!(run.code, 6, "{}", run.whole());
    assert!(run.err.contains("error: `slack` was not told"), "{}", run.err);
    assert_eq!(server.protocol().taken.len(), 3);
}

#[test]
fn the_exit_code_is_that_of_the_check() {
    let server = Server::start(Chats::default());
    let stage = stage(&server);
    let cases: [(&[&str], u8); 4] = [
        (&["--status"], 0),
        (&["--status", "--detailed-exitcode"], 2),
        (&["--status", "--as-of", "2035-01-01"], 6),
        (&["plan.json", "--status"], 64),
    ];
    for (args, code) in cases {
        let run = notify(&stage, args);
        assert_eq!(run.code, code, "{}", run.whole());
    }
    let failed = server.protocol().of("webhook");
    assert_eq!(failed.iter().map(|found| &found["kind"]).collect::<Vec<_>>(), ["status", "status", "failure"]);
    // What the check says weighs more than that nobody was told.
    server.fail(1, usize::MAX, Fault::Instead(Reply::gateway(500)), |_, _| true);
    let run = notify(&stage, &["--status", "--detailed-exitcode"]);
    assert_eq!(run.code, 2, "{}", run.whole());
    assert!(run.err.contains("slack: not told"), "{}", run.err);
}

#[test]
fn that_a_check_cannot_be_made_is_told() {
    let server = Server::start(Chats::default());
    let stage = stage(&server);
    stage.edit("portfolio_config.yaml", "target: 0.35", "target: 0.36");
    let run = notify(&stage, &["--status"]);
    assert_eq!(run.code, 1, "{}", run.whole());
    assert!(run.out.contains("The check could not be made: 1 error."), "{}", run.out);
    std::fs::remove_file(stage.path("holdings.yaml")).unwrap();
    let run = notify(&stage, &["--status"]);
    assert_eq!(run.code, 6, "{}", run.whole());
    assert_eq!(server.protocol().of("telegram").len(), 2);
}

#[test]
fn a_plan_that_was_edited_is_told_to_nobody() {
    let server = Server::start(Chats::default());
    let stage = stage(&server);
    stage.edit("plan.json", "\"quantity\": \"8\"", "\"quantity\": \"9\"");
    let run = notify(&stage, &["plan.json"]);
    assert_eq!(run.code, 3, "{}", run.whole());
    assert!(server.asked().is_empty());
}

#[test]
fn a_webhook_gets_the_shape_its_owner_wants() {
    let server = Server::start(Chats::default());
    let stage = stage(&server);
    stage.write("message.json", r#"{"msgtype": "m.text", "body": "{{title}}: {{lead}}", "plan": "{{document}}"}"#);
    let run = notify(&stage, &["plan.json", "--to", "webhook", "--template", "message.json"]);
    assert_eq!(run.code, 0, "{}", run.whole());
    let found = server.protocol().of("webhook");
    assert!(
        found[0]["body"].as_str().unwrap().starts_with("ETF Rebalancing Check Results, 2026-03-04: A rebalance is due")
    );
    assert_eq!(found[0]["plan"]["format_version"], "1.0");
    for (text, said) in [("{", "it is no JSON"), (r#"{"a": "{{txt}}"}"#, "write {{text}}")] {
        stage.write("message.json", text);
        let run = notify(&stage, &["plan.json", "--to", "webhook", "--template", "message.json"]);
        assert_eq!(run.code, 64, "{}", run.whole());
        assert!(run.err.contains(said), "{}", run.err);
    }
    let run = notify(&stage, &["plan.json", "--to", "slack", "--template", "message.json"]);
    assert_eq!(run.code, 64, "{}", run.whole());
}

#[test]
fn nothing_is_sent_without_what_is_needed_or_on_a_dry_run() {
    let server = Server::start(Chats::default());
    let mut stage = stage(&server);
    let run = notify(&stage, &["plan.json", "--dry-run"]);
    assert_eq!((run.code, run.out.lines().count()), (0, 4), "{}", run.whole());
    assert!(run.out.lines().all(|line| serde_json::from_str::<Value>(line).is_ok()), "{}", run.out);
    assert!(server.asked().is_empty());
    stage.env.remove("TELEGRAM_CHAT_ID");
    let run = notify(&stage, &["plan.json", "--to", "telegram"]);
    assert!(run.err.contains("telegram: not told: `TELEGRAM_CHAT_ID` is not set"), "{}", run.whole());
    stage.env.clear();
    let run = notify(&stage, &["plan.json"]);
    assert_eq!(run.code, 64, "{}", run.whole());
    assert!(run.err.contains("no service is set up"), "{}", run.err);
    stage.env.insert("SLACK_WEBHOOK_URL".into(), "http://hooks.example.org/canary".into());
    let run = notify(&stage, &["plan.json"]);
    assert!(run.err.contains("https"), "{}", run.err);
    assert!(server.asked().is_empty());
}
