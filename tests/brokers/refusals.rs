//! What the real program refuses at a broker, with which exit code, and that `verify` refuses the same as `apply`: nothing
//! is sent, and no journal begins.

use crate::alpaca_server::Alpaca;
use crate::bench::{Bench, Outcome, Rig};
use crate::desk::books;
use crate::kis::Kis;
use crate::kiwoom::Kiwoom;
use crate::ledger::{Course, Side, Wish};
use crate::wire::Fault;
use rust_decimal::Decimal;
use std::path::Path;

/// What is done to the broker, given a code that the plan trades.
type Disturb<B> = fn(&Rig<B>, &str);

/// What is done; the exit code; the words of the refusal, or a part of the error.
type Row<B> = (&'static str, Disturb<B>, i32, &'static str);

fn table<B: Bench>() -> Vec<Row<B>> {
    vec![
        ("nothing", |_, _| (), 0, ""),
        ("it closes", |rig, _| rig.server.protocol().close(), 1, "refused[market-closed]"),
        ("it is halted", |rig, code| rig.server.protocol().halt(code), 1, "refused[not-traded]"),
        ("its price moves", moved, 3, "refused[price-moved]"),
        ("somebody orders", stranger, 1, "refused[open-order]"),
        ("cash comes in", |rig, _| books(&rig.server).ledger().deposit("100"), 3, "refused[differs]"),
        ("it says no", |rig, _| rig.server.fail(1, usize::MAX, Fault::Echo(B::denial), |_, _| true), 6, "says no"),
    ]
}

fn moved<B: Bench>(rig: &Rig<B>, code: &str) {
    let mut books = books(&rig.server);
    let price = (books.ledger().prices[code] * Decimal::new(11, 1)).round();
    books.ledger().price(code, &price.to_string());
}

fn stranger<B: Bench>(rig: &Rig<B>, code: &str) {
    let mut books = books(&rig.server);
    let limit = Some(books.ledger().prices[code]);
    let wish = Wish { code: code.to_owned(), side: Side::Sell, quantity: Decimal::ONE, limit, client: None };
    books.ledger().person(wish, &Course::open());
}

/// A code that the plan trades.
fn traded(dir: &Path) -> String {
    let plan: serde_json::Value = serde_json::from_slice(&std::fs::read(dir.join("plan.json")).unwrap()).unwrap();
    plan["body"]["orders"][0]["code"].as_str().unwrap().to_owned()
}

/// The words of its refusals, in their order.
pub(crate) fn words(outcome: &Outcome) -> Vec<String> {
    let words = outcome.said.split_whitespace().filter(|word| word.starts_with("refused["));
    words.map(|word| word.trim_end_matches(':').to_owned()).collect()
}

fn refusals<B: Bench>() {
    let rig = Rig::<B>::planned();
    for (about, disturb, code, part) in table::<B>() {
        let told = ["verify", "apply"].map(|command| {
            let dir = rig.again();
            disturb(&rig, &traded(dir.path()));
            // Where the clock in the program's hands says whether the market is open, it is as late as at the broker's.
            let minutes = if about == "it closes" { 7 * 60 } else { 0 };
            let outcome = rig.run(dir.path(), minutes, &[command, "plan.json", "--broker", B::BROKER]);
            let story = format!("{}, {about}, {command}: {:?} {}", B::BROKER, outcome.code, outcome.said);
            assert_eq!(outcome.code, Some(code), "{story}");
            assert!(outcome.said.contains(part), "{story}");
            if code > 0 {
                assert_eq!(books(&rig.server).ledger().programs().count(), 0, "{story}");
                assert_eq!(crate::kill::lines(dir.path()), 0, "{story}");
            }
            words(&outcome)
        });
        assert_eq!(told[0], told[1], "{}: {about}", B::BROKER);
    }
    // Of another account than it was made of.
    let dir = rig.again();
    for command in ["verify", "apply"] {
        let outcome = rig.run(dir.path(), 0, &[command, "plan.json", "--broker", "paper"]);
        assert_eq!((outcome.code, words(&outcome).contains(&"refused[other-account]".to_owned())), (Some(3), true));
    }
    // Without credentials nobody is asked.
    let asked = rig.server.lines().len();
    let mut command = rig.command(dir.path(), 0, &["apply", "plan.json", "--broker", B::BROKER]);
    let output = command.env_remove("REBALANCE_CREDENTIALS").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(output.status.code(), Some(6), "{said}");
    assert!(said.contains("is not set up") && said.contains("_ENV"), "{said}");
    assert_eq!(rig.server.lines().len(), asked);
}

#[test]
fn each_refusal_has_its_exit_code_and_verify_says_the_same_as_apply() {
    refusals::<Kis>();
    refusals::<Kiwoom>();
    refusals::<Alpaca>();
}
