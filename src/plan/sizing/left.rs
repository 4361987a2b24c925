//! What is left of the slack, and what that scores.

use super::bounds::Cover;
use super::classes::Frame;
use super::score::{Rate, Score};
use super::wide::Wide;

/// All money in parts of the row, times the scale, is less than this.
const MOST: i128 = 1 << 98;

/// How the slack that is left counts.
pub(super) struct Left {
    rate: Rate,
    /// The parts of a unit of cash in the slack.
    fine: i128,
    /// The scale, where cash that is left counts, and what of the bound is for it.
    spare: Option<(i128, Wide)>,
    /// The most slack there may be, if that is known.
    most: Option<i128>,
}

impl Left {
    /// As a search has it. Where sales are held small, what cash scores is not looked at before the end.
    pub(super) fn of(frame: &Frame<'_>, cover: Option<Cover>) -> Left {
        let spare = frame.spare.filter(|_| cover.is_none());
        Left {
            rate: frame.rate,
            fine: frame.tilt.fine,
            spare: spare.map(|scale| (scale, frame.spared)),
            most: cover.and_then(|cover| cover.span).filter(|_| frame.levy.is_none()),
        }
    }

    /// The price at which it is all one how much is left, but for its square.
    pub(super) fn turn(&self) -> Rate {
        self.rate.negated()
    }

    /// How much is best left where each part of it costs `price` more than it does, and what it scores then; none if the more
    /// is left, the better it is.
    pub(super) fn best(&self, price: Rate) -> Option<(i128, Score)> {
        let rate = price.less(self.rate.negated());
        match (self.spare, self.most) {
            (Some((scale, spared)), _) if rate.violation == 0 => {
                let (left, least) = cheapest(scale, self.fine, -rate.main);
                Some((self.fine * left, Score { main: least - spared, ..Score::default() }))
            }
            _ if rate < Rate::default() => self.most.map(|most| (most, rate.of(most))),
            (Some((_, spared)), _) => Some((0, Score { main: Wide::ZERO - spared, ..Score::default() })),
            (None, _) => Some((0, Score::default())),
        }
    }
}

/// How much cash is best left where its square counts and each of its parts is worth `price`, and what that scores.
pub(super) fn cheapest(scale: i128, fine: i128, price: i128) -> (i128, Wide) {
    let worth = Wide::product(price, fine);
    let score = |left: i128| (left, Wide::square(scale * left) - Wide::product(price, fine * left));
    // The square of the scale fits: the scale times all money does, and its product with the price of it.
    let turn = worth.div_floor(2 * scale).div_euclid(scale).clamp(0, MOST / scale / fine);
    [score(turn), score(turn + 1)].into_iter().min_by_key(|(_, score)| *score).unwrap_or_default()
}
