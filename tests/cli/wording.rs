//! What a plan says in words: figures beside their limits look as they compare, a reason is the reason, lines fit.

use crate::converting::short;
use crate::stage::Stage;
use crate::taxes::overseas;

const CONFIG: &str = "portfolio_config.yaml";
const HOLDINGS: &str = "holdings.yaml";

/// What a command prints, each run of blanks and line breaks as one blank: a sentence is found wherever it is broken.
fn said(stage: &Stage, args: &[&str]) -> String {
    let run = stage.run(args);
    run.out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The sample with some of its texts replaced.
fn sample(edits: &[(&str, &str, &str)]) -> Stage {
    let stage = Stage::sample();
    for (file, from, to) in edits {
        stage.edit(file, from, to);
    }
    if !edits.is_empty() {
        stage.commit("Edited", 50);
    }
    stage
}

/// What it shows, the texts that are replaced in which files, the arguments, and what is said.
type Case<'a> = (&'a str, &'a [(&'a str, &'a str, &'a str)], &'a [&'a str], &'a [&'a str]);

#[test]
fn a_plan_says_what_is_so() {
    let limit = |limit: &'static str| (CONFIG, "min_trade_amount", limit);
    let threshold = |to: &'static str| (CONFIG, "threshold: 0.05", to);
    let cases: [Case<'_>; 9] = [
        (
            "a limit is told from what is above it by a hair",
            &[limit("max_turnover: 0.0632\n      min_trade_amount")],
            &["plan"],
            &["turnover 6.322 % (at most 6.32 %)", "the plan turns over 6.322 %, more than the 6.32 % allowed"],
        ),
        (
            "a sale for a withdrawal, whatever its drift",
            &[],
            &["plan", "--withdraw", "2000000"],
            &["raises cash for the withdrawal; drifted -0.45 points from 15 %", "2,000,000 KRW is withdrawn"],
        ),
        (
            "a sale for the reserve, and one that drift explains",
            &[limit("cash_reserve: 1500000\n      min_trade_amount")],
            &["plan"],
            &[
                "raises cash for the reserve; drifted -0.45 points from 15 %",
                "limit price 49,950 drifted +3.64 points from 10 %",
            ],
        ),
        (
            "a sale that pays for purchases: the reserve keeps everything below its target",
            &[
                limit("cash_reserve: 3000000\n      min_trade_amount: 0 #"),
                (HOLDINGS, "cash: { KRW: 0 }", "cash: { KRW: 3000000 }"),
            ],
            &["plan"],
            &[
                "raises cash for purchases; drifted -1.43 points from 5 %; -3.00 points",
                "limit price 35,590 drifted -3.57 points from 15 %",
            ],
        ),
        (
            "a purchase of what is above its target",
            &[],
            &["plan", "--deposit", "900000000"],
            &[
                "spends the deposit; drifted +3.64 points from 10 %",
                "limit price 35,590 drifted -0.45 points from 15 %",
            ],
        ),
        (
            "a threshold that is reached",
            &[threshold("threshold: 0.05\n      type: either")],
            &["plan"],
            &[
                "091230 has drifted +3.64 points from its target of 10 %, reaching its threshold of 2.5 points",
                "305720 has drifted -2.73 points from its target of 10 %, reaching its threshold of 2.5 points",
            ],
        ),
        (
            "a threshold that is not, by a hair",
            &[threshold("threshold: 0.036364")],
            &["plan"],
            &["091230 is furthest, at +3.636 points, and its threshold is 3.6364 points"],
        ),
        (
            "nothing is bought",
            &[],
            &["plan", "--deposit", "5000"],
            &["No orders: ~ cash 0 + 5,000 deposited -> 5,000 (at least 0)"],
        ),
        ("no least order", &[limit("#")], &["plan", "--withdraw", "100000"], &["assets unchanged Sold"]),
    ];
    for (what, edits, args, wanted) in cases {
        let said = said(&sample(edits), args);
        for sentence in wanted {
            assert!(said.contains(sentence), "{what}: {sentence}\n{said}");
        }
    }
}

#[test]
fn waiting_that_saves_nothing_is_not_advised_and_losses_make_more_free_of_tax() {
    let stage = overseas();
    stage.edit(
        HOLDINGS,
        "positions:\n",
        "realised: [{ year: 2026, tax_class: overseas, gain: -500000 }]\npositions:\n",
    );
    let free = "-500,000 before, 129,800 by this plan; 2,870,200 KRW of gains are free of tax, 2,500,000 of the year and \
                370,200 for its losses";
    let told = said(&stage, &["plan"]);
    assert!(told.contains(free), "{told}");
    let none =
        "  taxes: { as_of: 2025-07-01, kr_other_rate: 0.2, overseas_rate: 0.25, overseas_deduction: 0 }\n  # Cost";
    let stage = overseas();
    stage.edit(CONFIG, "  # Cost", none);
    stage.commit("Taxes", 45);
    let told = said(&stage, &["plan"]);
    assert!(told.contains("129,800 KRW are taxed: 25 % is 32,450 Tax figures"), "{told}");
}

#[test]
fn every_line_fits_but_the_command() {
    let stage = short();
    for args in [&["plan"][..], &["plan", "--deposit", "99000000000USD"], &["plan", "--deposit", "999999999999"]] {
        let run = stage.run(args);
        assert!(run.out.contains("\nCosts "), "{}", run.whole());
        for line in run.out.lines().filter(|line| !line.starts_with("Next: ")) {
            assert!(line.chars().count() <= 80, "{line}\n{}", run.whole());
        }
    }
}
