//! Which rebalances fail: drawn from a hash of the seed and the day, so that anybody can draw them again, in any order.
//!
//! The same days fail for every policy: they are compared under the same luck.

use crate::hash::sha256;
use crate::money::Rate;
use chrono::NaiveDate;

/// Hexadecimal digits that make a draw: 64 bits.
const DIGITS: usize = 16;

/// Whether a rebalance of a day fails: whether the first 64 bits of the SHA-256 of `SEED:YYYY-MM-DD`, as a fraction of 2^64,
/// are below the rate.
pub(super) fn fails(rate: Rate, seed: u64, day: NaiveDate) -> bool {
    if rate.is_zero() {
        return false;
    }
    let digest = sha256(format!("{seed}:{day}").as_bytes());
    let drawn = digest.get(..DIGITS).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0);
    let rate = rate.decimal();
    // Rates have at most 8 places, so that both products fit.
    i128::from(drawn) * 10_i128.pow(rate.scale()) < rate.mantissa() << 64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a panic is how a test says no")]

    use super::*;
    use rust_decimal::Decimal;

    #[test]
    fn as_many_fail_as_the_rate_says_and_always_the_same() {
        let rate = |hundredths: i64| Rate::new(Decimal::new(hundredths, 2));
        let first = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap();
        let failing =
            |percent: i64, seed| first.iter_days().take(10_000).filter(|day| fails(rate(percent), seed, *day)).count();
        assert_eq!((failing(0, 7), failing(100, 7)), (0, 10_000));
        // By Python's hashlib.
        assert_eq!((failing(5, 7), failing(50, 7), failing(5, 8)), (483, 4_982, 499));
    }
}
