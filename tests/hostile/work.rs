//! Work grows as the input does. Time is measured by `cargo bench --bench hostile`, never asserted; what is asserted is
//! how much memory is asked for in all, which is the same on every machine and grows with every needless round.

use crate::families::FAMILIES;
use crate::run::{formats, lint, word};
use rebalance::document::read;
use rebalance::output::Format;
use rebalance::policy::Source;
use rebalance::rules;

/// The smaller of the two sizes, in bytes.
const SIZE: usize = 5_000;
/// The same for people's eyes: up to a hundred findings are drawn, each on the whole text, and so there must be more.
const DRAWN: usize = 12_000;

/// How often memory was asked for, and how many bytes in all.
fn work(run: impl FnOnce()) -> [u64; 2] {
    let counted = allocation_counter::measure(run);
    [counted.count_total, counted.bytes_total]
}

/// What may be asked for besides: a table that doubles once more for the larger input.
const SLACK: [u64; 2] = [100, 400_000];

/// Twice the input is about twice the work beyond what a small one costs.
fn grows_as_its_input(name: &str, size: usize, work: impl Fn(usize) -> [u64; 2]) {
    let (idle, once, twice) = (work(size / 20), work(size), work(2 * size));
    for (i, what) in ["allocations", "bytes"].into_iter().enumerate() {
        let beyond = |work: [u64; 2]| work[i].saturating_sub(idle[i]);
        let most = 5 * beyond(once) / 2 + SLACK[i];
        assert!(beyond(twice) <= most, "{name}: {what}: {} idle, {} once, {} twice", idle[i], once[i], twice[i]);
    }
}

#[test]
fn the_reader_works_in_proportion() {
    for (name, member) in FAMILIES {
        grows_as_its_input(name, SIZE, |size| {
            let bytes = member(size);
            work(|| drop(read(&bytes)))
        });
    }
}

#[test]
fn the_whole_lint_works_in_proportion() {
    for format in formats() {
        let size = if *format == Format::Human { DRAWN } else { SIZE };
        for (name, member) in FAMILIES {
            grows_as_its_input(&format!("{name} as {}", word(*format)), size, |size| {
                let bytes = member(size);
                work(|| drop(lint(&bytes, *format)))
            });
        }
    }
}

#[test]
fn the_policy_reader_works_in_proportion() {
    type Piece = fn(usize) -> String;
    let text = |piece: Piece, size: usize| -> String {
        let mut text = String::new();
        for piece in (0..).map(piece) {
            text.push_str(&piece);
            if text.len() >= size {
                break;
            }
        }
        text
    };
    let families: [(&str, &str, Piece); 4] = [
        ("unknown keys", "rule: weights-sum\n", |i| format!("key{i}: 1\n")),
        ("unknown parameters", "rule: allocation-cooldown\nparameters:\n", |i| format!("  day{i}: 1\n")),
        ("comments", "rule: weights-sum\n", |_| "# why\n".to_owned()),
        ("keys given twice", "rule: weights-sum\n", |_| "level: off\n".to_owned()),
    ];
    for (name, head, piece) in families {
        grows_as_its_input(name, SIZE, |size| {
            let bytes = format!("{head}{}", text(piece, size)).into_bytes();
            work(|| drop(rules::policies(&[Source { path: "policies/a.yaml".into(), bytes }])))
        });
    }
}
