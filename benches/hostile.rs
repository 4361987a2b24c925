//! Time of a lint on hostile input by size: `cargo bench --bench hostile`. Run by hand, and read by a person: in each
//! row the time for twice the bytes should be about twice the time.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, clippy::float_arithmetic)]

#[path = "../tests/hostile/families.rs"]
mod families;
#[path = "../tests/hostile/run.rs"]
#[allow(dead_code, reason = "the tests look at the answers")]
mod run;

use families::FAMILIES;
use rebalance::document::MAX_BYTES;
use std::time::Instant;

const SIZES: [usize; 3] = [MAX_BYTES / 4, MAX_BYTES / 2, MAX_BYTES - 1000];

fn main() {
    for format in run::formats() {
        println!("{:36}{:>10}{:>10}{:>10}  ms", run::word(*format), "256 KiB", "512 KiB", "1 MiB");
        for (name, member) in FAMILIES {
            let times = SIZES.map(|size| {
                let bytes = member(size);
                let start = Instant::now();
                drop(run::lint(&bytes, *format));
                start.elapsed().as_secs_f64() * 1000.0
            });
            let doubled = (times[2] / times[1]).max(times[1] / times[0]);
            let mark = if doubled > 3.0 && times[2] > 50.0 { "  <- more than in proportion" } else { "" };
            println!("{name:36}{:>10.0}{:>10.0}{:>10.0}{mark}", times[0], times[1], times[2]);
        }
    }
}
