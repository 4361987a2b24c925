//! Random questions with the sizing solver's answers, a JSON object a line, for `benches/peers/compare.py`.
//!
//! `cargo bench --bench peers -- 5,10,20,50 20 1`: the numbers of assets, how many questions of each, the seed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "../../tests/sizing/instance.rs"]
#[allow(dead_code)]
mod instance;

use std::time::Instant;

use instance::Random;
use rebalance::plan::sizing::{Destination, Direction, Leg, Problem, Shape, Sizing, Violation, size};
use serde_json::{Value, json};

/// Commission and slippage, in 100,000ths of the amount, each rounded up to a whole won for each order.
const RATES: [i128; 2] = [15, 100];
/// What weights are over.
const DENOMINATOR: i128 = 10_000;

/// A portfolio that has drifted from its targets, with prices of every magnitude, in won.
struct Question {
    legs: Vec<Leg>,
    total: i128,
    cash: i128,
    reserve: i128,
    min_trade: i128,
}

fn main() {
    // `cargo bench` adds an argument of its own.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let number = |at: usize| arguments.get(at).map(|text| text.parse::<u64>().expect("a number"));
    let sizes = arguments.first().map_or("5,10,20,50", String::as_str);
    let (count, seed) = (number(1).unwrap_or(5), number(2).unwrap_or(1));
    for size in sizes.split(',').map(|text| text.parse::<usize>().expect("a number of assets")) {
        let mut random = Random(seed.wrapping_mul(1_000_003) + size as u64);
        // The first answer of a process pays for what the machine has not read yet.
        let _ = answer(&question(&mut Random(0), size));
        for number in 0..count {
            let question = question(&mut random, size);
            let start = Instant::now();
            let sizing = answer(&question);
            let nanoseconds = start.elapsed().as_nanos() as u64;
            println!("{}", line(number, &question, &sizing, nanoseconds));
        }
    }
}

fn question(random: &mut Random, count: usize) -> Question {
    let worth = random.within(5_000_000, 500_000_000);
    let mut legs = Vec::new();
    for target in random.weights(count) {
        let magnitude = [100, 1_000, 10_000, 100_000][random.within(0, 3) as usize];
        let price = random.within(magnitude, magnitude * 10 - 1);
        let price = if price < 2_000 { price } else { price / 5 * 5 };
        let half = (target / 4).max(50);
        legs.push(Leg {
            price,
            held: worth * target * random.within(70, 130) / 100 / DENOMINATOR / price,
            lot: 1,
            target,
            min: (target - half).max(0),
            max: (target + half).min(DENOMINATOR),
            frozen: false,
        });
    }
    let held: i128 = legs.iter().map(|leg| leg.price * leg.held).sum();
    let cash = worth * random.within(0, 50) / 1_000 + random.within(0, 9_999);
    Question {
        legs,
        total: held + cash,
        cash,
        reserve: [0, worth / 200][random.within(0, 1) as usize],
        min_trade: [0, 50_000, 100_000][random.within(0, 2) as usize],
    }
}

fn answer(question: &Question) -> Sizing {
    let cost = |leg: usize, shares: i128| {
        let amount = question.legs[leg].price * shares.abs();
        RATES.iter().map(|rate| (amount * rate + 99_999) / 100_000).sum()
    };
    let problem = Problem {
        legs: question.legs.clone(),
        denominator: DENOMINATOR,
        total: question.total,
        cash: question.cash,
        reserve: question.reserve,
        min_trade: question.min_trade,
        direction: Direction::Both,
        destination: Destination::Target,
        violation: Violation::Squares,
        cost: &cost,
        shape: Some(Shape { turns: Vec::new(), rounding: 2 }),
        levy: None,
        deploy_cash: false,
    };
    size(&problem).expect("doing nothing is always possible here, or selling is")
}

fn line(number: u64, question: &Question, sizing: &Sizing, nanoseconds: u64) -> Value {
    let legs = question.legs.iter().zip(&sizing.shares).map(|(leg, shares)| {
        json!({
            "price": whole(leg.price), "held": whole(leg.held), "target": whole(leg.target), "min": whole(leg.min),
            "max": whole(leg.max), "shares": whole(*shares),
        })
    });
    json!({
        "number": number,
        "legs": legs.collect::<Vec<_>>(),
        "denominator": whole(DENOMINATOR),
        "total": whole(question.total),
        "cash": whole(question.cash),
        "reserve": whole(question.reserve),
        "min_trade": whole(question.min_trade),
        "rates": RATES.map(whole),
        "violation": sizing.violation.to_string(),
        "violation_bound": sizing.violation_bound.to_string(),
        "objective": sizing.objective.to_string(),
        "bound": sizing.bound.to_string(),
        "proven": sizing.proven,
        "nanoseconds": nanoseconds,
    })
}

/// These figures are far below what JSON's numbers hold.
fn whole(number: i128) -> i64 {
    i64::try_from(number).expect("an everyday figure")
}
