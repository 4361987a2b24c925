//! What a broker cannot carry out: parts of shares where it takes whole ones, cash that it does not move, another clock than
//! the machine's. Refused when it is planned, where that is known then, and by `verify` with the words of `apply`: nothing
//! is sent, and no journal begins.

use crate::alpaca_server::Alpaca;
use crate::bench::{Bench, Outcome, Rig};
use crate::desk::books;
use crate::kis::Kis;
use crate::kiwoom::Kiwoom;
use crate::refusals::words;
use rebalance::broker;
use rebalance::plan::PlanFile;
use rebalance::plan::file::{Body, Conversion};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

fn read(dir: &Path) -> PlanFile {
    PlanFile::read_exact(&fs::read(dir.join("plan.json")).unwrap()).unwrap()
}

/// The lines of its refusals, the remedies with them.
fn refusals(outcome: &Outcome) -> String {
    let lines = outcome.said.lines().skip_while(|line| !line.starts_with("refused["));
    lines.collect::<Vec<_>>().join("\n")
}

/// What `verify` and `apply` say, which is the same. Nothing is sent and nothing begins.
fn refused<B: Bench>(rig: &Rig<B>, dir: &Path) -> Outcome {
    let [verified, applied] =
        ["verify", "apply"].map(|command| rig.run(dir, 0, &[command, "plan.json", "--broker", B::BROKER]));
    assert_eq!((verified.code, refusals(&verified)), (applied.code, refusals(&applied)), "{}", B::BROKER);
    assert_eq!(books(&rig.server).ledger().programs().count(), 0, "{}: {}", B::BROKER, applied.said);
    assert_eq!(crate::kill::lines(dir), 0, "{}: {}", B::BROKER, applied.said);
    applied
}

/// A config of which an asset that is traded is traded in parts.
fn in_parts(config: &str) -> String {
    let line = "code: '360750'\n";
    if config.contains("increment:") {
        config.to_owned()
    } else {
        config.replace(line, &format!("{line}          increment: 0.01\n"))
    }
}

fn parts<B: Bench>() {
    let rig = Rig::<B>::planned_as(&in_parts(B::CONFIG));
    let dir = rig.again();
    let part = read(dir.path()).body.orders.into_iter().find(|order| order.quantity.contains('.'));
    let part = part.unwrap_or_else(|| panic!("{}: nothing is traded in parts", B::BROKER));
    rig.server.protocol().whole_shares();
    let outcome = refused(&rig, dir.path());
    assert_eq!((outcome.code, words(&outcome)), (Some(3), vec!["refused[unfit]".to_owned()]), "{}", outcome.said);
    for told in [
        format!("{} of {} cannot be ordered: only whole shares can", part.quantity, part.code),
        "take `increment` away from the asset, and make a new plan".to_owned(),
    ] {
        let said = outcome.said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(said.contains(&told), "{}: {told}: {said}", B::BROKER);
    }
}

#[test]
fn parts_of_shares_are_refused_by_verify_as_by_apply() {
    parts::<Kis>();
    parts::<Kiwoom>();
    parts::<Alpaca>();
}

/// What is done to a plan.
type Forge = fn(&mut Body);

/// What somebody writes into a plan that a broker which moves no cash cannot carry out.
const FORGED: [(&str, Forge); 2] = [
    ("a conversion", |body| {
        let from = body.params.currency.clone();
        let to = if from == "KRW" { "USD" } else { "KRW" }.to_owned();
        let id = format!("convert-{from}-{to}");
        let [amount, received, fee, cost] = ["200", "100", "0", "0"].map(str::to_owned);
        let (from_rate, to_rate) = ("1".to_owned(), "2".to_owned());
        body.conversions.push(Conversion { id, from, to, amount, fee, from_rate, to_rate, received, cost });
    }),
    ("a deposit", |body| body.asked.deposit = Some("1000".to_owned())),
];

/// What is asked of `plan` that such a broker does not do.
const ASKED: [&[&str]; 3] = [&["--deposit", "1000"], &["--withdraw", "1000"], &["--deposit", "1000", "--deploy-cash"]];

fn cash<B: Bench>() {
    let rig = Rig::<B>::planned();
    for (about, forge) in FORGED {
        let dir = rig.again();
        let mut plan = read(dir.path());
        forge(&mut plan.body);
        fs::write(dir.path().join("plan.json"), PlanFile::new(plan.body, plan.meta).text()).unwrap();
        let outcome = refused(&rig, dir.path());
        let words = words(&outcome);
        assert_eq!(outcome.code, Some(3), "{}, {about}: {}", B::BROKER, outcome.said);
        assert!(words.contains(&"refused[unfit]".to_owned()), "{}, {about}: {}", B::BROKER, outcome.said);
        assert!(outcome.said.contains("moves no cash for this program"), "{}, {about}: {}", B::BROKER, outcome.said);
    }
    for asked in ASKED {
        let dir = rig.again();
        let args = [&["plan", "-o", "new.json", "--broker", B::BROKER], asked].concat();
        let outcome = rig.run(dir.path(), 0, &args);
        let story = format!("{}, {asked:?}: {:?} {}", B::BROKER, outcome.code, outcome.said);
        assert_eq!(outcome.code, Some(3), "{story}");
        assert!(outcome.said.contains(&format!("{} moves no cash for this program", B::BROKER)), "{story}");
        assert!(outcome.said.contains("pay it in by hand, then plan without --deposit"), "{story}");
        assert!(!dir.path().join("new.json").exists(), "{story}");
    }
}

#[test]
fn cash_that_a_broker_does_not_move_is_refused_when_it_is_planned_and_when_it_is_judged() {
    cash::<Kis>();
    cash::<Kiwoom>();
    cash::<Alpaca>();
}

/// A portfolio of two currencies, of which one has no cash: whoever may pay with the other converts it.
fn two_currencies(config: &str) -> String {
    let (asset, other) =
        if config.contains("'069500'") { ("code: '069500'\n", "USD") } else { ("code: 'GLD',", "KRW") };
    let own = if other == "USD" {
        format!("{asset}          currency: 'USD'\n")
    } else {
        format!("{asset} currency: 'KRW',")
    };
    config.replace(asset, &own).replace("      min_trade_amount", "      funding: convert\n      min_trade_amount")
}

fn conversions<B: Bench>() {
    let rig = Rig::<B>::started(&two_currencies(B::CONFIG));
    let dir = rig.again();
    let rates =
        if B::CONFIG.contains("'069500'") { "KRW\nrates: { USD: 1400 }" } else { "USD\nrates: { KRW: 0.0007 }" };
    fs::write(dir.path().join("fx.yaml"), format!("as_of: {}\nbase: {rates}\n", &B::NOW[..10])).unwrap();
    let args = ["plan", "-o", "new.json", "--trigger", "manual", "--broker", B::BROKER];
    let outcome = rig.run(dir.path(), 0, &args);
    let story = format!("{}: {:?} {}", B::BROKER, outcome.code, outcome.said);
    assert_eq!(outcome.code, Some(1), "{story}");
    assert!(
        outcome.said.contains(&format!("the plan converts one currency into another, and {} cannot", B::BROKER)),
        "{story}"
    );
    assert!(outcome.said.contains("convert it there yourself") && outcome.said.contains("--funding own"), "{story}");
    assert!(!dir.path().join("new.json").exists(), "{story}");
}

#[test]
fn what_a_broker_cannot_convert_is_not_planned() {
    conversions::<Kis>();
    conversions::<Kiwoom>();
    conversions::<Alpaca>();
}

/// Names and values of the environment.
type Settings = &'static [(&'static str, &'static str)];

/// What is said of the host, and whether orders there cost real money.
const HOSTS: [(&str, Settings, bool); 9] = [
    ("kis", &[("KIS_ENV", "real")], true),
    ("kis", &[("KIS_ENV", "mock")], false),
    ("kis", &[("KIS_ENV", "mock"), ("KIS_URL", "https://broker.invalid")], true),
    ("kiwoom", &[("KIWOOM_ENV", "real")], true),
    ("kiwoom", &[("KIWOOM_ENV", "mock")], false),
    ("kiwoom", &[("KIWOOM_ENV", "mock"), ("KIWOOM_URL", "https://broker.invalid")], true),
    ("alpaca", &[("ALPACA_ENV", "live")], true),
    ("alpaca", &[("ALPACA_ENV", "paper")], false),
    ("alpaca", &[("ALPACA_ENV", "paper"), ("APCA_API_BASE_URL", "https://broker.invalid")], true),
];

/// An apply whose clock is set. Whoever it asks is not reached: what is there for the network is a port where nobody is.
fn at_another_time<B: Bench>(rig: &Rig<B>, host: &[(&str, &str)]) -> Outcome {
    let dir = rig.again();
    let mut command = rig.command(dir.path(), 0, &["apply", "plan.json", "--broker", B::BROKER]);
    let known = B::credentials("https://broker.invalid");
    let known = known.lines().filter_map(|line| line.split_once('='));
    let mut env: BTreeMap<&str, &str> =
        known.filter(|(name, _)| !name.contains("URL") && !name.contains("ENV")).collect();
    env.retain(|name, _| !name.contains("PACE") && !name.contains("REQUESTS"));
    env.extend(host.iter().copied());
    env.extend([("HTTPS_PROXY", "http://127.0.0.1:9"), ("HTTP_PROXY", "http://127.0.0.1:9")]);
    let output = command.env_remove("REBALANCE_CREDENTIALS").envs(env).output().unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert_eq!(crate::kill::lines(dir.path()), 0, "{}: {said}", B::BROKER);
    Outcome { code: output.status.code(), said }
}

fn clocks<B: Bench>() {
    let rig = Rig::<B>::planned();
    for (_, host, real) in HOSTS.iter().filter(|(broker, ..)| *broker == B::BROKER) {
        let outcome = at_another_time(&rig, host);
        let story = format!("{}, {host:?}: {:?} {}", B::BROKER, outcome.code, outcome.said);
        let told = "--now sets the clock that the gate goes by";
        assert_eq!(outcome.said.contains(told), *real, "{story}");
        assert_eq!(outcome.code == Some(64), *real, "{story}");
        assert!(outcome.code != Some(0), "{story}");
    }
}

#[test]
fn no_option_sets_the_clock_of_an_apply_with_real_money() {
    clocks::<Kis>();
    clocks::<Kiwoom>();
    clocks::<Alpaca>();
    let known: Vec<&str> = HOSTS.iter().map(|(broker, ..)| *broker).collect();
    let wired = broker::ALL.iter().filter(|entry| !entry.needs.is_empty());
    assert!(wired.clone().count() > 0 && wired.map(|entry| entry.name).all(|name| known.contains(&name)), "{known:?}");
}
