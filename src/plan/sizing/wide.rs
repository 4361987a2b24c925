//! A signed 256-bit integer: just enough of one for sums of squares of money.
//!
//! Only exact operations live here. Nothing rounds except [`Wide::div_floor`], which says so.

use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// A signed 256-bit integer in two's complement, ordered by value.
///
/// It prints as a plain decimal number and knows no other notation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Wide {
    high: i128,
    low: u128,
}

const HALF: u32 = 64;
const LOW_HALF: u128 = u64::MAX as u128;

impl Wide {
    /// Zero.
    pub const ZERO: Wide = Wide { high: 0, low: 0 };

    /// The largest number.
    pub const MAX: Wide = Wide { high: i128::MAX, low: u128::MAX };

    /// The exact product of two numbers.
    pub fn product(a: i128, b: i128) -> Wide {
        if let (Ok(a), Ok(b)) = (i64::try_from(a), i64::try_from(b)) {
            return Wide::from(i128::from(a) * i128::from(b));
        }
        let magnitude = Wide::magnitude_product(a.unsigned_abs(), b.unsigned_abs());
        if (a < 0) == (b < 0) { magnitude } else { -magnitude }
    }

    /// The exact square of a number.
    pub fn square(a: i128) -> Wide {
        Wide::product(a, a)
    }

    /// The number as an `i128`, if it fits.
    pub fn to_i128(self) -> Option<i128> {
        let low = self.low as i128;
        let sign = if low < 0 { -1 } else { 0 };
        (self.high == sign).then_some(low)
    }

    /// The number divided by a divisor above zero and rounded down.
    ///
    /// A quotient that does not fit is the nearest number that does.
    pub fn div_floor(self, divisor: i128) -> i128 {
        if let Some(number) = self.to_i128() {
            return floor_div(number, divisor.max(1));
        }
        let size = if self.is_negative() { Wide::from(divisor - 1) - self } else { self };
        let quotient = long_division(size.high.unsigned_abs(), size.low, divisor.max(1).unsigned_abs());
        if self.is_negative() { -quotient } else { quotient }
    }

    /// Whether the number is zero.
    pub fn is_zero(self) -> bool {
        self == Wide::ZERO
    }

    /// Whether the number is below zero.
    pub fn is_negative(self) -> bool {
        self.high < 0
    }

    fn magnitude_product(a: u128, b: u128) -> Wide {
        let (a1, a0) = (a >> HALF, a & LOW_HALF);
        let (b1, b0) = (b >> HALF, b & LOW_HALF);
        let low = a0 * b0;
        let (cross, carried) = (a1 * b0).overflowing_add(a0 * b1);
        let carry = if carried { 1u128 << HALF } else { 0 };
        let (low, spilled) = low.overflowing_add(cross << HALF);
        let high = a1 * b1 + (cross >> HALF) + carry + u128::from(spilled);
        Wide { high: high as i128, low }
    }

    /// The four 64-bit digits of the magnitude, most significant first.
    fn digits(self) -> [u64; 4] {
        let size = if self.is_negative() { -self } else { self };
        let high = size.high as u128;
        [(high >> HALF) as u64, high as u64, (size.low >> HALF) as u64, size.low as u64]
    }
}

/// A number divided by a divisor above zero and rounded down. Most numbers are small enough for the short division.
pub(super) fn floor_div(number: i128, divisor: i128) -> i128 {
    match (i64::try_from(number), i64::try_from(divisor)) {
        (Ok(number), Ok(divisor)) => i128::from(number.div_euclid(divisor)),
        _ => number.div_euclid(divisor),
    }
}

/// Shift and subtract: `(high, low) / divisor`, or `i128::MAX` where that does not fit.
fn long_division(high: u128, low: u128, divisor: u128) -> i128 {
    if high >= divisor >> 1 {
        return i128::MAX;
    }
    let (mut rest, mut quotient) = (high, 0u128);
    for bit in (0..u128::BITS).rev() {
        rest = (rest << 1) | ((low >> bit) & 1);
        quotient <<= 1;
        if rest >= divisor {
            rest -= divisor;
            quotient |= 1;
        }
    }
    i128::try_from(quotient).unwrap_or(i128::MAX)
}

impl From<i128> for Wide {
    fn from(number: i128) -> Wide {
        Wide { high: if number < 0 { -1 } else { 0 }, low: number as u128 }
    }
}

impl Add for Wide {
    type Output = Wide;

    fn add(self, other: Wide) -> Wide {
        let (low, carry) = self.low.overflowing_add(other.low);
        Wide { high: self.high + other.high + i128::from(carry), low }
    }
}

impl Neg for Wide {
    type Output = Wide;

    fn neg(self) -> Wide {
        let (low, carry) = (!self.low).overflowing_add(1);
        Wide { high: !self.high + i128::from(carry), low }
    }
}

impl Sub for Wide {
    type Output = Wide;

    fn sub(self, other: Wide) -> Wide {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        Wide { high: self.high - other.high - i128::from(borrow), low }
    }
}

impl AddAssign for Wide {
    fn add_assign(&mut self, other: Wide) {
        *self = *self + other;
    }
}

impl SubAssign for Wide {
    fn sub_assign(&mut self, other: Wide) {
        *self = *self - other;
    }
}

impl fmt::Display for Wide {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        const GROUP: u128 = 10_000_000_000_000_000_000;
        let mut digits = self.digits();
        let mut groups = Vec::new();
        while digits.iter().any(|&digit| digit != 0) {
            let mut rest = 0u128;
            for digit in &mut digits {
                let part = (rest << HALF) | u128::from(*digit);
                *digit = (part / GROUP) as u64;
                rest = part % GROUP;
            }
            groups.push(rest);
        }
        let mut text = groups.pop().unwrap_or(0).to_string();
        for group in groups.iter().rev() {
            text.push_str(&format!("{group:019}"));
        }
        out.pad_integral(!self.is_negative(), "", &text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn products_and_text() {
        let big = Wide::square(i128::MAX);
        assert_eq!(big.to_string(), "28948022309329048855892746252171976962977213799489202546401021394546514198529");
        assert_eq!((-big).to_string(), format!("-{big}"));
        assert_eq!(Wide::ZERO.to_string(), "0");
        assert_eq!(Wide::product(-1, 10_i128.pow(38)).to_string(), format!("-1{}", "0".repeat(38)));
        assert_eq!(big.div_floor(i128::MAX), i128::MAX);
        assert_eq!(big.div_floor(1), i128::MAX);
        assert_eq!((-big).div_floor(3), -i128::MAX);
        assert_eq!(Wide::product(i128::MAX, -12).div_floor(25), -(i128::MAX / 25 * 12 + 1));
        assert_eq!(Wide::product(i128::MAX, 12).div_floor(24), i128::MAX / 2);
    }

    proptest! {
        #[test]
        fn it_is_a_ring_with_division(a: i128, b: i128, c: i64, d in 1..i64::MAX) {
            let (a, b, c, d) = (a >> 2, b >> 2, i128::from(c), i128::from(d));
            let product = Wide::product(a, c);
            prop_assert_eq!(product + Wide::product(b, c), Wide::product(a + b, c));
            prop_assert_eq!(product - Wide::product(b, c), Wide::product(a - b, c));
            prop_assert_eq!(-product, Wide::product(-a, c));
            prop_assert_eq!(Wide::from(a) < Wide::from(b), a < b);
            prop_assert_eq!(Wide::from(a).to_i128(), Some(a));
            prop_assert_eq!(Wide::product(a.abs(), d).div_floor(d), a.abs());
            prop_assert_eq!((Wide::product(a.abs(), d) + Wide::from(d - 1)).div_floor(d), a.abs());
            prop_assert_eq!((Wide::product(a, d) + Wide::from(d - 1)).div_floor(d), a);
            prop_assert_eq!((Wide::product(a, d) - Wide::from(1)).div_floor(d), a - 1);
            prop_assert_eq!(Wide::from(a).to_string(), a.to_string());
        }
    }
}
