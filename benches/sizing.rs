//! Times of the sizing solver: `cargo bench --bench sizing`. Run by hand, and read by a person.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

#[path = "../tests/sizing/instance.rs"]
#[allow(dead_code)]
mod instance;

use std::time::Instant;

use instance::Random;
use rebalance::plan::sizing::{Destination, Direction};

fn main() {
    println!("{:28} {:>6} {:>10} {:>10} {:>10} {:>8}", "", "assets", "median us", "90 % us", "nodes", "proven");
    for (name, direction, destination) in [
        ("both, target", Direction::Both, Destination::Target),
        ("deposit, target", Direction::BuyOnly, Destination::Target),
        ("withdrawal, target", Direction::SellOnly, Destination::Target),
        ("both, band edge", Direction::Both, Destination::BandEdge),
        ("both, half band", Direction::Both, Destination::HalfBand),
    ] {
        for count in [5, 20, 50, 200, 500, 1000] {
            row(name, direction, destination, false, count);
        }
    }
    for count in [5, 20, 50, 200] {
        row("both, prices far apart", Direction::Both, Destination::Target, true, count);
    }
}

fn row(name: &str, direction: Direction, destination: Destination, apart: bool, count: usize) {
    let mut random = Random(count as u64);
    let (mut times, mut nodes, mut proven) = (Vec::new(), Vec::new(), 0);
    let start = Instant::now();
    while times.len() < 101 && (times.len() < 5 || start.elapsed().as_secs() < 3) {
        let mut instance = random.portfolio(count, direction);
        if apart {
            instance = instance.with_prices_far_apart(&mut random);
        }
        instance.destination = destination;
        let before = Instant::now();
        let sizing = instance.size().unwrap();
        times.push(before.elapsed().as_micros());
        nodes.push(sizing.nodes);
        proven += usize::from(sizing.proven);
    }
    times.sort_unstable();
    nodes.sort_unstable();
    let (middle, late) = (times.len() / 2, times.len() * 9 / 10);
    println!(
        "{name:28} {count:>6} {:>10} {:>10} {:>10} {:>4}/{:<3}",
        times[middle],
        times[late],
        nodes[middle],
        proven,
        times.len()
    );
}
