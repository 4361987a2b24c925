//! The sample of the guide, whose best orders two independent searches found before.

use rebalance::plan::sizing::{Destination, Direction, Leg, Problem, Shape, Sizing, Violation, Wide, size};

/// By code: 069500, 091230, 305080, 305720, 319640, 360750, 443160.
pub(crate) fn legs() -> Vec<Leg> {
    let leg = |price, held, target, min, max| Leg { price, held, lot: 1, target, min, max, frozen: false };
    vec![
        leg(35_555, 45, 15, 10, 20),
        leg(50_000, 30, 10, 5, 15),
        leg(10_000, 140, 15, 10, 20),
        leg(32_000, 25, 10, 5, 15),
        leg(12_500, 80, 10, 5, 15),
        leg(16_800, 250, 35, 30, 40),
        leg(10_000, 50, 5, 2, 8),
    ]
}

fn sized(destination: Destination) -> Sizing {
    let legs = legs();
    let prices: Vec<i128> = legs.iter().map(|leg| leg.price).collect();
    let cost = |leg: usize, shares: i128| {
        let amount = prices[leg] * shares.abs();
        (amount * 15 + 99_999) / 100_000 + (amount + 999) / 1_000
    };
    size(&Problem {
        legs,
        denominator: 100,
        total: 10_999_975,
        cash: 0,
        reserve: 0,
        min_trade: 100_000,
        direction: Direction::Both,
        destination,
        violation: Violation::Squares,
        cost: &cost,
        shape: Some(Shape { turns: Vec::new(), rounding: 2 }),
        levy: None,
        deploy_cash: false,
    })
    .unwrap()
}

#[test]
fn the_sample_has_its_known_optimum() {
    let sizing = sized(Destination::Target);
    assert_eq!(sizing.shares, [45, 22, 165, 34, 88, 229, 50]);
    assert_eq!(sizing.cash_after, 113_199);
    assert_eq!(sizing.orders, 5);
    assert_eq!(sizing.violation, Wide::ZERO);
    assert_eq!(sizing.bound, sizing.objective);
    assert!(sizing.proven);
}

#[test]
fn the_sample_is_inside_its_bands() {
    let sizing = sized(Destination::BandEdge);
    assert_eq!((sizing.orders, sizing.turnover), (0, 0));
    assert!(sizing.proven);
    let half = sized(Destination::HalfBand);
    assert!(half.proven && half.violation == Wide::ZERO, "{half:?}");
}
