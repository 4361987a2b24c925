//! Exact figures: weights, money, prices, quantities and rates.
//!
//! Everything is a decimal read from the text of a file, or an integer made from one. Binary floating point must
//! never enter this room, and nothing here rounds unless its name says so.

mod thousands;

pub use thousands::without_thousands;

use rust_decimal::Decimal;
use std::fmt;

/// The largest amount, in units of the currency, that any position, cash balance or total may have.
///
/// Together with the limits on decimal places it keeps every product of this crate inside 128 bits, so that no
/// arithmetic ever rounds or wraps.
pub const MAX_AMOUNT: i64 = 1_000_000_000_000_000;

/// Most decimal places of a weight or a rate.
pub const WEIGHT_PLACES: u32 = 8;
/// Most decimal places of a price or an amount of money.
pub const PRICE_PLACES: u32 = 4;
/// Most decimal places of an exchange rate.
pub const FX_PLACES: u32 = 8;
/// Most decimal places of a quantity of shares.
pub const QUANTITY_PLACES: u32 = 6;
/// Most decimal places of a price times a quantity.
pub const AMOUNT_PLACES: u32 = PRICE_PLACES + QUANTITY_PLACES;
/// Most decimal places of a price times a quantity times an exchange rate.
pub const VALUE_PLACES: u32 = AMOUNT_PLACES + FX_PLACES;

/// Why a text is not a number this crate reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NumberFault {
    /// Not a number in any spelling.
    NotANumber,
    /// A number in a spelling that readers disagree about; the plain spelling when there is exactly one.
    Spelling(Option<String>),
    /// More digits, or more decimal places, than can be kept exactly.
    TooPrecise {
        /// Decimal places that are kept.
        places: u32,
    },
    /// Larger than [`MAX_AMOUNT`].
    TooLarge,
}

/// Reads a decimal in its plain spelling: optional minus, digits without a leading zero, optional fraction.
///
/// # Errors
/// [`NumberFault`] when the text is not such a number or has more than `places` decimal places.
pub fn decimal(text: &str, places: u32) -> Result<Decimal, NumberFault> {
    if !is_plain(text) {
        return Err(match plain_spelling(text) {
            Some(plain) => NumberFault::Spelling(plain),
            None => NumberFault::NotANumber,
        });
    }
    let value = Decimal::from_str_exact(text).map_err(|_| match text.split_once('.') {
        Some(_) => NumberFault::TooPrecise { places },
        None => NumberFault::TooLarge,
    })?;
    let value = value.normalize();
    if value.scale() > places {
        return Err(NumberFault::TooPrecise { places });
    }
    if value.abs() > Decimal::from(MAX_AMOUNT) {
        return Err(NumberFault::TooLarge);
    }
    Ok(value)
}

/// Whether a text is a number as JSON spells one, without an exponent.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (whole, fraction) = match digits.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (digits, None),
    };
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    all_digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(all_digits)
}

/// For a text that some reader takes as a number but that [`is_plain`] refuses: its plain spelling, if there is
/// exactly one (`Some(Some(..))`), or the fact that there is none (`Some(None)`). `None` for any other text.
#[must_use]
pub fn plain_spelling(text: &str) -> Option<Option<String>> {
    let lower = text.to_ascii_lowercase();
    if matches!(lower.trim_start_matches(['+', '-']), ".inf" | ".nan" | "inf" | "nan" | "infinity") {
        return Some(None);
    }
    let body = lower.trim_start_matches(['+', '-']);
    if !body.starts_with(|c: char| c.is_ascii_digit() || c == '.') || !body.contains(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let radix = body.strip_prefix("0x").or_else(|| body.strip_prefix("0o")).or_else(|| body.strip_prefix("0b"));
    if let Some(digits) = radix {
        let ok = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit() || b == b'_');
        return ok.then_some(None);
    }
    if !body.bytes().all(|b| b.is_ascii_digit() || b"._,%+-e: ".contains(&b)) {
        return None;
    }
    Some(simple_respelling(text))
}

/// The plain spelling of a number that is spelt otherwise, where all readers that take the text for a number take it for
/// the same one, and no person can have meant another. None where there is any doubt, and for a plain number.
///
/// There is none in a plus sign, a bare point at either end, an exponent, and underscores that part thousands. There is
/// in a leading zero (`010` is eight in YAML 1.1 and ten in 1.2), in other bases, in `12:30` (750 in YAML 1.1), in
/// underscores elsewhere, in commas and blanks, and in percentages.
#[must_use]
pub fn certain_spelling(text: &str) -> Option<String> {
    let (negative, body) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (mantissa, exponent) = match body.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (body, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let whole = match whole.contains('_') {
        true if exponent.is_none() => without_separators(whole)?,
        _ => whole.to_owned(),
    };
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let doubtful = whole.len() > 1 && whole.starts_with('0');
    if !digits(&whole) || !digits(fraction) || whole.len() + fraction.len() == 0 || doubtful {
        return None;
    }
    let shift = exponent.map_or(Some(0), small_exponent)?;
    let plain = shifted(&whole, fraction, shift);
    let plain = if negative { format!("-{plain}") } else { plain };
    // One that the proof of a fix could not follow is none.
    let followed = value(text).is_some_and(|exact| value(&plain) == Some(exact));
    (is_plain(&plain) && plain != text && followed).then_some(plain)
}

/// Digits without the underscores that part thousands; none where one stands elsewhere.
fn without_separators(whole: &str) -> Option<String> {
    let mut groups = whole.split('_');
    let first = groups.next()?;
    let thousands = (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3);
    thousands.then(|| whole.replace('_', ""))
}

/// An exponent of at most two digits: no figure here needs more.
fn small_exponent(text: &str) -> Option<i32> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let fits = (1..=2).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| fits)
}

/// Digits with their point moved to the right, or to the left.
fn shifted(whole: &str, fraction: &str, shift: i32) -> String {
    let mut digits = format!("{whole}{fraction}");
    let mut point = i64::try_from(whole.len()).unwrap_or(0) + i64::from(shift);
    while point < 1 {
        digits.insert(0, '0');
        point += 1;
    }
    let point = usize::try_from(point).unwrap_or(0);
    while digits.len() < point {
        digits.push('0');
    }
    let (whole, fraction) = digits.split_at(point);
    let whole = match whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// The exact value of a number in any spelling that [`certain_spelling`] knows, worked out in another way: that a fix
/// keeps a figure is proven by this, not by how the fix was made.
#[must_use]
pub fn value(text: &str) -> Option<Decimal> {
    let text = text.replace('_', "");
    let exact =
        if text.contains(['e', 'E']) { Decimal::from_scientific(&text) } else { Decimal::from_str_exact(&text) };
    exact.ok().map(|value| value.normalize())
}

/// The plain spelling of a number: the certain one, or what is left without a plus sign, underscores and a bare point.
fn simple_respelling(text: &str) -> Option<String> {
    if let Some(plain) = certain_spelling(text) {
        return Some(plain);
    }
    let (sign, body) = match text.as_bytes().first() {
        Some(b'-') => ("-", &text[1..]),
        Some(b'+') => ("", &text[1..]),
        _ => ("", text),
    };
    let mut body = body.replace('_', "");
    if body.starts_with('.') {
        body.insert(0, '0');
    }
    if body.ends_with('.') {
        body.pop();
    }
    let plain = format!("{sign}{body}");
    is_plain(&plain).then_some(plain)
}

/// The digits of a decimal as it is written, where they are those of a number of 64 bits: a plan has hundreds of figures.
/// A test holds it to what the decimal itself writes.
fn written(value: Decimal, digits: &mut [u8; 32]) -> Option<&str> {
    let (mut rest, scale) = (u64::try_from(value.mantissa().unsigned_abs()).ok()?, value.scale() as usize);
    let mut at = digits.len();
    let mut put = |byte: u8| {
        at = at.checked_sub(1)?;
        *digits.get_mut(at)? = byte;
        Some(())
    };
    let mut places = 0;
    while rest > 0 || places <= scale {
        if places == scale && scale > 0 {
            put(b'.')?;
        }
        put(b'0' + (rest % 10) as u8)?;
        rest /= 10;
        places += 1;
    }
    if value.is_sign_negative() {
        put(b'-')?;
    }
    std::str::from_utf8(digits.get(at..)?).ok()
}

/// A decimal with as many places as are asked for, which is no fewer than it has.
#[must_use]
pub fn with_places(value: Decimal, places: u32) -> String {
    let mut padded = value;
    padded.rescale(places);
    written(padded, &mut [0; 32]).map_or_else(|| format!("{value:.0$}", places as usize), str::to_owned)
}

/// A decimal as it is written, padded or rounded where that is asked for.
fn display(value: Decimal, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let plain = f.width().is_none() && f.precision().is_none() && !f.sign_plus();
    match written(value, &mut [0; 32]).filter(|_| plain) {
        Some(text) => f.write_str(text),
        None => fmt::Display::fmt(&value, f),
    }
}

macro_rules! figure {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(Decimal);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(Decimal::ZERO);

            /// Wraps an exact decimal.
            #[must_use]
            pub fn new(value: Decimal) -> Self {
                Self(value.normalize())
            }

            /// The exact decimal.
            #[must_use]
            pub fn decimal(self) -> Decimal {
                self.0
            }

            /// Whether it is exactly zero.
            #[must_use]
            pub fn is_zero(self) -> bool {
                self.0.is_zero()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                display(self.0, f)
            }
        }
    };
}

figure! {
    /// A share of the portfolio as a fraction of 1: `0.35` is 35 %. At most [`WEIGHT_PLACES`] decimal places.
    Weight
}
figure! {
    /// A rate as a fraction of an amount: `0.00015` is 0.015 %. At most [`WEIGHT_PLACES`] decimal places.
    Rate
}
figure! {
    /// An amount in units of a currency (won, dollars). May be negative.
    Money
}
figure! {
    /// The price of one share in units of its currency. At most [`PRICE_PLACES`] decimal places.
    Price
}
figure! {
    /// A number of shares. At most [`QUANTITY_PLACES`] decimal places.
    Quantity
}

impl Price {
    /// What `quantity` shares cost, exactly; `None` above [`MAX_AMOUNT`].
    #[must_use]
    pub fn times(self, quantity: Quantity) -> Option<Money> {
        let amount = self.0.checked_mul(quantity.0)?;
        (amount.abs() <= Decimal::from(MAX_AMOUNT)).then(|| Money::new(amount))
    }
}

impl Money {
    /// The sum; `None` above [`MAX_AMOUNT`].
    #[must_use]
    pub fn plus(self, other: Self) -> Option<Self> {
        let sum = self.0.checked_add(other.0)?;
        (sum.abs() <= Decimal::from(MAX_AMOUNT)).then(|| Self::new(sum))
    }
}

/// What `rate` of an amount is, rounded up to a multiple of 10^-`places`, so that a cost is never understated.
/// `None` when it does not fit.
#[must_use]
pub fn rounded_up(amount: i128, amount_places: u32, rate: Rate, places: u32) -> Option<i128> {
    let rate = rate.decimal();
    let exact = amount.checked_mul(rate.mantissa())?;
    let exact_places = amount_places + rate.scale();
    if exact_places <= places {
        return exact.checked_mul(10_i128.checked_pow(places - exact_places)?);
    }
    let unit = 10_i128.checked_pow(exact_places - places)?;
    Some(exact.div_euclid(unit) + i128::from(exact.rem_euclid(unit) != 0))
}

/// The value as an integer number of units of 10^-`places`; `None` when it has more decimal places or is too large.
#[must_use]
pub fn scaled(value: Decimal, places: u32) -> Option<i128> {
    let value = value.normalize();
    let up = places.checked_sub(value.scale())?;
    value.mantissa().checked_mul(10_i128.checked_pow(up)?)
}

/// The decimal that is `units` times 10^-`places`; `None` when it does not fit 96 bits.
#[must_use]
pub fn unscaled(units: i128, places: u32) -> Option<Decimal> {
    Decimal::try_from_i128_with_scale(units, places).ok().map(|d| d.normalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_filled_up_with_zeros() {
        for (text, padded) in [("0", "0.000000"), ("-0.5", "-0.500000"), ("12.345678", "12.345678"), ("7", "7.000000")]
        {
            assert_eq!(with_places(Decimal::from_str_exact(text).unwrap(), 6), padded);
        }
        assert_eq!(with_places(Decimal::MAX, 0), Decimal::MAX.to_string());
    }

    #[test]
    fn plain_numbers_are_read_and_others_named() {
        let respell = |s: &str| Err(NumberFault::Spelling(Some(s.to_owned())));
        let cases: &[(&str, Result<&str, NumberFault>)] = &[
            ("0", Ok("0")),
            ("0.35", Ok("0.35")),
            ("0.350", Ok("0.35")),
            ("-1", Ok("-1")),
            ("1000000000000000", Ok("1000000000000000")),
            ("1000000000000001", Err(NumberFault::TooLarge)),
            ("99999999999999999999999999999999", Err(NumberFault::TooLarge)),
            ("0.123456789", Err(NumberFault::TooPrecise { places: 8 })),
            ("0.10000000000000000000000000000000000001", Err(NumberFault::TooPrecise { places: 8 })),
            (".5", respell("0.5")),
            ("5.", respell("5")),
            ("+1", respell("1")),
            ("1_000", respell("1000")),
            ("007", Err(NumberFault::Spelling(None))),
            ("1e-1", respell("0.1")),
            ("1e-100", Err(NumberFault::Spelling(None))),
            ("0x1F", Err(NumberFault::Spelling(None))),
            (".nan", Err(NumberFault::Spelling(None))),
            ("35%", Err(NumberFault::Spelling(None))),
            ("0,35", Err(NumberFault::Spelling(None))),
            ("", Err(NumberFault::NotANumber)),
            ("-", Err(NumberFault::NotANumber)),
            ("abc", Err(NumberFault::NotANumber)),
            ("0.3.5", Err(NumberFault::Spelling(None))),
        ];
        for (text, expected) in cases {
            let got = decimal(text, WEIGHT_PLACES).map(|d| d.to_string());
            assert_eq!(got, expected.clone().map(str::to_owned), "{text}");
        }
    }

    #[test]
    fn a_certain_spelling_is_the_same_number_and_a_doubtful_one_is_none() {
        let certain = [
            (".5", "0.5"),
            ("-.5", "-0.5"),
            ("+.5", "0.5"),
            ("5.", "5"),
            ("+1", "1"),
            ("1e-1", "0.1"),
            ("1E+3", "1000"),
            ("3.5e-1", "0.35"),
            ("35e-2", "0.35"),
            ("1.50e1", "15.0"),
            ("0.35e0", "0.35"),
            ("0e5", "0"),
            ("-1.5e0", "-1.5"),
            ("1_000", "1000"),
            ("12_345_678.5", "12345678.5"),
        ];
        for (text, plain) in certain {
            assert_eq!(certain_spelling(text).as_deref(), Some(plain), "{text}");
            assert_eq!(value(text), value(plain), "{text}");
            assert_eq!(value(plain), plain.parse().ok(), "{text}");
        }
        let doubtful = [
            "010", "0010", "00.5", "01", "-07", "0x1F", "0o17", "0b11", "12:30", "1_0", "1_0000", "_1", "1_", "1__000",
            "1_000e3", "0_000", "1,000", "1 000", "35%", ".inf", ".nan", "1e", "1e-", "1e100", "e5", ".", "+", "", "-",
            "1.2.3", "5", "0.5", "-1", "abc",
        ];
        for text in doubtful {
            assert_eq!(certain_spelling(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn figures_are_written_as_their_decimals_are(
            mantissa in proptest::prop_oneof![-100_i128..100, -(1_i128 << 66)..1_i128 << 66],
            scale in 0_u32..=28,
        ) {
            let value = Decimal::from_i128_with_scale(mantissa, scale);
            let text = value.to_string();
            if let Some(written) = written(value, &mut [0; 32]) {
                proptest::prop_assert_eq!(written, &text);
            }
            let money = Money::new(value);
            proptest::prop_assert_eq!(money.to_string(), value.normalize().to_string());
            proptest::prop_assert_eq!(format!("{money:>40}{money:.3}{money:+}"), {
                let value = value.normalize();
                format!("{value:>40}{value:.3}{value:+}")
            });
        }
    }

    #[test]
    fn products_past_the_limit_are_none() {
        let price = Price::new(Decimal::from(MAX_AMOUNT));
        assert_eq!(price.times(Quantity::new(Decimal::TWO)), None);
        assert_eq!(Money::new(Decimal::from(MAX_AMOUNT)).plus(Money::new(Decimal::ONE)), None);
    }

    #[test]
    fn costs_round_up_to_the_smallest_unit() {
        let rate = Rate::new(Decimal::new(15, 5));
        assert_eq!(rounded_up(352_800, 0, rate, 0), Some(53));
        assert_eq!(rounded_up(400_000, 0, rate, 0), Some(60));
        assert_eq!(rounded_up(10_000, 2, rate, 2), Some(2));
        assert_eq!(rounded_up(10_000, 2, rate, 7), Some(150_000));
        assert_eq!(rounded_up(0, 0, rate, 0), Some(0));
        assert_eq!(rounded_up(i128::MAX, 0, rate, 0), None);
    }

    #[test]
    fn scaling_is_exact_or_refused() {
        assert_eq!(scaled(Decimal::new(35, 2), 4), Some(3500));
        assert_eq!(scaled(Decimal::new(35, 2), 1), None);
        assert_eq!(unscaled(3500, 4), Some(Decimal::new(35, 2)));
    }
}
