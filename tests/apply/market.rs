//! The gate and a broker: whose account it is, what its market says, and orders of strangers.

use crate::world::World;
use rebalance::code::Code;
use rebalance::gate::{self, Asked, Evidence, Market, Permit, Present, Refusal, ResumeEvidence, Venue};
use rebalance::money::{Price, Quantity};
use rebalance::plan::PlanFile;
use rebalance::plan::file::BrokerInput;
use rebalance::trade::{OpenOrder, Quote, Session, Side};

fn price(value: i64) -> Price {
    Price::new(value.into())
}

/// The sample's plan, as if it had been made from the account `mine` at the broker `there`.
fn plan(world: &World) -> PlanFile {
    let mut plan = world.plan();
    plan.body.inputs.broker = Some(BrokerInput { name: "there".to_owned(), account: "mine".to_owned() });
    plan.plan_id = plan.body.id();
    plan
}

/// A market in which nothing has moved.
fn quiet(plan: &PlanFile) -> Market {
    let quote = |order: &rebalance::plan::file::Order| {
        Quote::at(&Code(order.code.clone()), Price::new(order.price.parse().unwrap()))
    };
    Market { session: Session::Open, quotes: plan.body.orders.iter().map(quote).collect(), strangers: Vec::new() }
}

fn judge(
    world: &World,
    plan: PlanFile,
    broker: &str,
    account: Option<&str>,
    market: Asked,
) -> Result<Permit, Vec<Refusal>> {
    let (state, body) = (world.journal(), plan.body.clone());
    let present = Present {
        findings: &[],
        inputs: &body.inputs,
        commits: &[],
        near: Ok(&[]),
        again: gate::Again::Body(Box::new(body.clone())),
    };
    let venue = Venue { broker, account, unfit: None, market };
    let today = world.today;
    gate::judge(Evidence {
        plan: Ok(plan),
        expect: None,
        today,
        journal: &state,
        log: &[],
        venue,
        present: Ok(present),
    })
}

fn words(result: Result<Permit, Vec<Refusal>>) -> (Vec<&'static str>, u8, String) {
    let refusals = result.map(drop).unwrap_err();
    let text: Vec<String> = refusals.iter().map(ToString::to_string).collect();
    (refusals.iter().map(Refusal::word).collect(), gate::exit_code(&refusals), text.join("\n"))
}

#[test]
fn a_plan_is_of_one_account() {
    let world = World::new();
    let mine = || Asked::Told(quiet(&plan(&world)));
    assert!(judge(&world, plan(&world), "there", Some("mine"), mine()).is_ok());
    for (broker, account) in [("there", Some("other")), ("elsewhere", Some("mine")), ("paper", None)] {
        let (words, code, text) = words(judge(&world, plan(&world), broker, account, mine()));
        assert_eq!((words, code), (vec!["other-account"], 3), "{broker} {account:?}");
        assert!(text.contains("account mine at there") && text.contains(broker), "{text}");
    }
    let (words, code, text) = words(judge(&world, world.plan(), "there", Some("mine"), mine()));
    assert_eq!((words, code), (vec!["other-account"], 3), "a plan of the holdings file");
    assert!(text.contains("made from the holdings file"), "{text}");
}

#[test]
fn an_unfinished_plan_goes_on_at_its_own_account() {
    let world = World::new();
    let (plan, state) = (plan(&world), world.journal());
    let (begun, _) = state
        .with(
            "2026-03-05T00:00:00Z",
            &plan.plan_id,
            rebalance::replay::Event::Begin { broker: "there".to_owned(), mark: String::new() },
        )
        .unwrap();
    for (account, fine) in [(Some("mine"), true), (Some("other"), false), (None, false)] {
        let evidence = ResumeEvidence {
            plan: Ok(plan.clone()),
            expect: None,
            journal: &begun,
            broker: "there",
            mark: None,
            account,
        };
        assert_eq!(gate::resume(evidence).is_ok(), fine, "{account:?}");
    }
}

/// What is done to a quiet market, what refuses, and a part of its words.
type Case = (&'static str, fn(&mut Market), &'static str, u8, &'static str);

const CASES: &[Case] = &[
    (
        "closed",
        |m| m.session = Session::Closed { why: "it is Sunday".to_owned(), opens: Some("tomorrow".to_owned()) },
        "market-closed",
        1,
        "it is Sunday; it opens tomorrow",
    ),
    // 50,000 and 2 %.
    ("just within the tolerance", |m| m.quotes[0].price = price(51_000), "", 0, ""),
    (
        "beyond it",
        |m| m.quotes[0].price = price(51_001),
        "price-moved",
        3,
        "by more than 2 %: the plan has 50000, now it is 51001",
    ),
    ("below it", |m| m.quotes[0].price = price(48_999), "price-moved", 3, "48999"),
    ("halted", |m| m.quotes[1].halted = Some("VI".to_owned()), "not-traded", 1, "not traded now: VI"),
    (
        "a purchase at the upper limit",
        |m| m.quotes[2].upper = Some(price(10_000)),
        "not-traded",
        1,
        "upper limit of 10000",
    ),
    ("a purchase at the lower limit", |m| m.quotes[2].lower = Some(price(10_000)), "", 0, ""),
    ("a sale at the lower limit", |m| m.quotes[0].lower = Some(price(50_000)), "not-traded", 1, "lower limit of 50000"),
    ("a sale at the upper limit", |m| m.quotes[0].upper = Some(price(50_000)), "", 0, ""),
    ("no price", |m| drop(m.quotes.remove(0)), "not-told", 6, "no price of 091230"),
    (
        "a stranger's order",
        |m| m.strangers = vec![open("091230")],
        "open-order",
        1,
        "sell 3 x 091230 at 50000, placed 10:00 (no-7)",
    ),
    ("a stranger's order on something else", |m| m.strangers = vec![open("005930")], "", 0, ""),
];

fn open(code: &str) -> OpenOrder {
    OpenOrder {
        reference: "no-7".to_owned(),
        code: Code(code.to_owned()),
        side: Side::Sell,
        quantity: Quantity::new(3.into()),
        price: Some(price(50_000)),
        at: Some("10:00".to_owned()),
    }
}

#[test]
fn the_market_is_looked_at_before_anything_is_begun() {
    let world = World::new();
    for (case, change, word, exit, part) in CASES {
        let mut market = quiet(&plan(&world));
        change(&mut market);
        let result = judge(&world, plan(&world), "there", Some("mine"), Asked::Told(market));
        if word.is_empty() {
            assert!(result.is_ok(), "{case}");
            continue;
        }
        let (words, code, text) = words(result);
        assert_eq!((words, code), (vec![*word], *exit), "{case}");
        assert!(text.contains(part), "{case}: {text}");
    }
    let unknown = Asked::Unknown("no route to host".to_owned());
    let (words, code, text) = words(judge(&world, plan(&world), "there", Some("mine"), unknown));
    assert_eq!((words, code), (vec!["not-told"], 6), "{text}");
}

#[test]
fn the_tolerance_of_the_config_goes_before_the_usual_one() {
    let world = World::new();
    let strict = || {
        let mut plan = plan(&world);
        plan.body.params.price_tolerance = Some("0.001".to_owned());
        plan.plan_id = plan.body.id();
        plan
    };
    let mut market = quiet(&strict());
    market.quotes[0].price = price(50_050);
    assert!(judge(&world, strict(), "there", Some("mine"), Asked::Told(market.clone())).is_ok());
    market.quotes[0].price = price(50_051);
    let (words, ..) = words(judge(&world, strict(), "there", Some("mine"), Asked::Told(market)));
    assert_eq!(words, ["price-moved"]);
}
