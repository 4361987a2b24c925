//! Faults, courses, delays and clocks together, at random: what no list of cases has.
//!
//! `REBALANCE_CHANCES=1000 REBALANCE_CHANCES_SEED=7` tries more, or others.

use super::adapter::faults;
use super::world::World;
use crate::desk::{Drive, Outcome, buy, sell};
use crate::dice::{Dice, number};
use crate::ledger::Course;
use std::time::Duration;

#[test]
fn whatever_comes_together_an_order_is_placed_at_most_once_and_told_as_it_is() {
    let seed = number("REBALANCE_CHANCES_SEED", 1) as u64;
    // Those that take real time are in the list of cases.
    let quick: Vec<_> = faults().into_iter().filter(|(name, ..)| !name.ends_with("too late")).collect();
    let three = || "3".parse().unwrap();
    let mut told = std::collections::BTreeMap::<String, usize>::new();
    for case in 0..number("REBALANCE_CHANCES", 40) {
        let mut dice = Dice(seed.wrapping_mul(1_000_003).wrapping_add(case as u64));
        let world = if dice.roll(4) == 0 { World::new().mock() } else { World::new() };
        let (name, fault, ..) = dice.pick(&quick);
        let courses = [
            Course::filled(),
            Course::filled_after(40),
            Course::part(three()),
            Course::parts(three(), 30),
            Course::open(),
            Course::rejected_after(5, "no"),
            Course::Refused("no".to_owned()),
        ];
        let course = dice.pick(&courses);
        let twin = dice.roll(6) == 0;
        let (hidden, ahead) = (dice.pick(&[0, 0, 3, 12, 30]), dice.pick(&[0, 0, 2, -2, 120, -120]));
        {
            let mut sim = world.server.protocol();
            match twin {
                true => sim.ledger.next_with_twin(course.clone()),
                false => sim.ledger.next(course.clone()),
            }
            sim.ledger.hidden = Duration::from_secs(hidden);
            (sim.ahead, sim.leaves, sim.dated) = (ahead, dice.roll(2) == 0, dice.roll(8) > 0);
            sim.page = dice.pick(&[1, 2, 100]);
        }
        world.server.fail_order(1, fault);
        let story =
            format!("seed {seed}, case {case}: {name}, {course:?}, twin {twin}, hidden {hidden}, ahead {ahead}");
        let ticket = if dice.roll(2) == 0 { buy("069500", "10", "35700") } else { sell("360750", "10", "16700") };
        let (outcome, _) = world.with(|broker, clock| clock.drive(broker, &ticket, &[]));
        assert!(world.orders() <= 1, "{story}: {outcome}");
        if let Outcome::NeedsHuman(candidates) = &outcome {
            assert!(!candidates.is_empty(), "{story}");
        }
        outcome.agrees(&world.server, &story);
        *told.entry(outcome.to_string().split(['[', ':']).next().unwrap().to_owned()).or_default() += 1;
    }
    assert!(told.len() >= 5, "they all end alike: {told:?}");
}
