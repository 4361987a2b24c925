//! Words for messages: lists, plurals, likely meanings. Nothing but text enters or leaves this room.

use rust_decimal::{Decimal, RoundingStrategy};
use std::borrow::Cow;

/// The candidate a misspelt word most likely means; none when nothing is near, or two are equally near.
#[must_use]
pub fn closest<'a>(word: &str, candidates: &[&'a str]) -> Option<&'a str> {
    let lower = word.to_lowercase();
    let distance = |c: &&str| strsim::damerau_levenshtein(&lower, &c.to_lowercase());
    let length = word.chars().count();
    let near = 1 + length / 3;
    // A word is at least as far from another as one is longer: what cannot be near is not compared letter by letter.
    let close: Vec<&str> = candidates.iter().copied().filter(|c| length.abs_diff(c.chars().count()) <= near).collect();
    let best = close.iter().map(distance).min().filter(|&d| d <= near && !word.is_empty())?;
    let mut at_best = close.iter().filter(|c| distance(c) == best);
    let first = at_best.next()?;
    at_best.next().is_none().then_some(*first)
}

/// The most characters of a name that a message quotes.
const MAX_SHOWN: usize = 40;

/// A name as a message quotes it: in one line, and cut when it is long.
#[must_use]
pub fn shown(name: &str) -> String {
    let mut out: String = one_line(&name.chars().take(MAX_SHOWN).collect::<String>()).into_owned();
    if name.chars().nth(MAX_SHOWN).is_some() {
        out.push('…');
    }
    out
}

/// A text in one line: a line break and everything else that does something to a terminal is written as an escape.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    if !text.contains(char::is_control) {
        return Cow::Borrowed(text);
    }
    let mut out = String::new();
    for c in text.chars() {
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    Cow::Owned(out)
}

/// A text of somebody else's as it is quoted: in one line, and no longer than so many characters. What must not be seen is
/// taken out of it before: what is cut in the middle is not found any more.
#[must_use]
pub fn excerpt(text: &str, most: usize) -> String {
    one_line(text).chars().take(most).collect()
}

/// As much of a hash as people are shown: its first 12 characters.
#[must_use]
pub fn short(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

/// A path as a shell takes it.
#[must_use]
pub fn quoted(path: &str) -> String {
    let plain = !path.is_empty() && path.chars().all(|c| c.is_alphanumeric() || "/._-+=:@%".contains(c));
    if plain { path.to_owned() } else { format!("'{}'", path.replace('\'', "'\\''")) }
}

/// Words in backticks: `a`, `b` and `c`.
#[must_use]
pub fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("`{w}`")).collect();
    match quoted.split_last() {
        None => "none".to_owned(),
        Some((only, [])) => only.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// A fraction as a percentage, rounded half away from zero: `0.381819` is `38.18 %`.
#[must_use]
pub fn percent(fraction: Decimal) -> String {
    format!("{} %", hundredfold(fraction, 2))
}

/// A fraction as a percentage, exactly: `0.35` is `35 %`.
#[must_use]
pub fn exact_percent(fraction: Decimal) -> String {
    format!("{} %", (fraction * Decimal::ONE_HUNDRED).normalize())
}

/// A fraction as a percentage beside a limit that is shown exactly: in two places, or in as many more as show how it
/// compares with it.
#[must_use]
pub fn percent_beside(fraction: Decimal, limit: Decimal) -> String {
    format!("{} %", hundredfold(fraction, places_beside(fraction, limit)))
}

/// Two fractions as percentages beside each other: in two places, or in as many more as tell them apart.
#[must_use]
pub fn percents_apart(one: Decimal, other: Decimal) -> [String; 2] {
    let apart = |places: &u32| one == other || hundredfold(one, *places) != hundredfold(other, *places);
    let places = (2..Decimal::MAX_SCALE).find(apart).unwrap_or(Decimal::MAX_SCALE);
    [one, other].map(|fraction| format!("{} %", hundredfold(fraction, places)))
}

/// The fewest places of a percentage, and no less than two, in which a fraction compares with a limit as it does.
fn places_beside(fraction: Decimal, limit: Decimal) -> u32 {
    let exact = limit.saturating_mul(Decimal::ONE_HUNDRED);
    let same = |places: &u32| hundredfold(fraction, *places).cmp(&exact) == fraction.cmp(&limit);
    (2..Decimal::MAX_SCALE).find(same).unwrap_or(Decimal::MAX_SCALE)
}

/// A difference of fractions in points of the portfolio, with its sign: `0.031819` is `+3.18`.
#[must_use]
pub fn points(difference: Decimal) -> String {
    let rounded = hundredfold(difference, 2);
    if rounded.is_zero() { "0.00".to_owned() } else { format!("{rounded:+}") }
}

/// The same beside a threshold that is shown exactly: in two places, or in as many more as show whether it is reached.
#[must_use]
pub fn points_beside(difference: Decimal, threshold: Decimal) -> String {
    let places = places_beside(difference.abs(), threshold);
    let rounded = hundredfold(difference, places);
    if rounded.is_zero() { "0.00".to_owned() } else { format!("{rounded:+}") }
}

/// A difference of fractions in points of the portfolio, exactly: `0.01` is `+1 point`.
#[must_use]
pub fn exact_points(difference: Decimal) -> String {
    let points = (difference * Decimal::ONE_HUNDRED).normalize();
    let noun = if points.abs() == Decimal::ONE { "point" } else { "points" };
    if points.is_zero() { format!("0 {noun}") } else { format!("{points:+} {noun}") }
}

/// A hundred times as much, rounded to so many places.
fn hundredfold(value: Decimal, places: u32) -> Decimal {
    let hundredfold = value.saturating_mul(Decimal::ONE_HUNDRED);
    let mut rounded = hundredfold.round_dp_with_strategy(places, RoundingStrategy::MidpointAwayFromZero);
    rounded.rescale(places);
    rounded
}

/// `1234567.5` as `1,234,567.5`.
#[must_use]
pub fn grouped(number: &str) -> String {
    let (sign, digits) = number.strip_prefix('-').map_or(("", number), |digits| ("-", digits));
    let (whole, fraction) = digits.split_once('.').map_or((digits, None), |(whole, fraction)| (whole, Some(fraction)));
    let mut grouped = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    fraction.map_or(format!("{sign}{grouped}"), |fraction| format!("{sign}{grouped}.{fraction}"))
}

/// A count and its noun: `1 order`, `2 orders`.
#[must_use]
pub fn count(n: usize, noun: &str) -> String {
    if n == 1 { format!("1 {noun}") } else { format!("{n} {noun}s") }
}

/// A length of time in its largest whole unit that says enough: `3 days`. Days are told as days for two months, since
/// cooldowns are.
#[must_use]
pub fn span(seconds: i64) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    const YEAR: u64 = 31_556_952;
    let seconds = seconds.unsigned_abs();
    let units = [(YEAR, 2 * YEAR, "year"), (YEAR / 12, 61 * DAY, "month"), (DAY, DAY, "day"), (HOUR, HOUR, "hour")];
    let unit = units.into_iter().find(|(_, from, _)| seconds >= *from);
    let (length, _, noun) = unit.unwrap_or(if seconds < MINUTE { (1, 0, "second") } else { (MINUTE, 0, "minute") });
    count(usize::try_from(seconds / length).unwrap_or(usize::MAX), noun)
}

/// An instant as seen from another: `3 days ago`, `in 2 hours`.
#[must_use]
pub fn ago(instant: i64, now: i64) -> String {
    let age = now.saturating_sub(instant);
    match age {
        -59..=59 => "just now".to_owned(),
        60.. => format!("{} ago", span(age)),
        _ => format!("in {}", span(age)),
    }
}

/// An amount beside a limit: rounded half to even to so many places, if any, or to as many more as show how it compares
/// with it.
#[must_use]
pub fn amount_beside(amount: Decimal, limit: Decimal, places: Option<u32>) -> String {
    let same = |places: &u32| amount.round_dp(*places).cmp(&limit) == amount.cmp(&limit);
    match places.and_then(|places| (places..Decimal::MAX_SCALE).find(same)) {
        Some(places) => grouped(&amount.round_dp(places).normalize().to_string()),
        None => grouped(&amount.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn closest_needs_one_near_candidate() {
        assert_eq!(closest("taget", &["target", "ticker"]), Some("target"));
        assert_eq!(closest("Target", &["target"]), Some("target"));
        assert_eq!(closest("mix", &["min", "max"]), None);
        assert_eq!(closest("zebra", &["target"]), None);
        assert_eq!(closest("", &["a"]), None);
    }

    #[test]
    fn fractions_are_rounded_for_people() {
        let of = |text: &str| text.parse::<Decimal>().unwrap();
        assert_eq!(percent(of("0.381819")), "38.18 %");
        assert_eq!(percent(of("0.145452")), "14.55 %");
        assert_eq!(percent(of("1")), "100.00 %");
        assert_eq!(exact_percent(of("0.350")), "35 %");
        assert_eq!(points(of("0.031819")), "+3.18");
        assert_eq!(points(of("-0.004545")), "-0.45");
        assert_eq!(points(of("-0.00001")), "0.00");
        assert_eq!(exact_points(of("-0.00001")), "-0.001 points");
        assert_eq!(exact_points(of("0.010")), "+1 point");
        assert_eq!(exact_points(of("0.1") - of("0.10")), "0 points");
    }

    #[test]
    fn figures_beside_each_other_look_as_they_compare() {
        let of = |text: &str| text.parse::<Decimal>().unwrap();
        let cases = [
            ("0.3", "0.30", "30.00 %", "+30.00"),
            ("0.063218", "0.0632", "6.322 %", "+6.322"),
            ("0.063195", "0.0632", "6.3195 %", "+6.3195"),
            ("0.0632", "0.0632", "6.32 %", "+6.32"),
            ("0.06321", "0.06321", "6.321 %", "+6.321"),
            ("0.024999996", "0.025", "2.4999996 %", "+2.4999996"),
            ("-0.024996", "0.025", "-2.50 %", "-2.4996"),
            (
                "0.0632000000000000000000000001",
                "0.0632",
                "6.32000000000000000000000001 %",
                "+6.32000000000000000000000001",
            ),
            ("0", "0", "0.00 %", "0.00"),
        ];
        for (fraction, limit, percent, points) in cases {
            let (fraction, limit) = (of(fraction), of(limit));
            assert_eq!(
                (percent_beside(fraction, limit), points_beside(fraction, limit)),
                (percent.into(), points.into())
            );
        }
        assert_eq!(percents_apart(of("0.100015"), of("0.100026")), ["10.002 %", "10.003 %"]);
        assert_eq!(percents_apart(of("0.349801"), of("0.35")), ["34.98 %", "35.00 %"]);
        assert_eq!(percents_apart(of("0.35"), of("0.350")), ["35.00 %", "35.00 %"]);
        assert_eq!(amount_beside(of("400000.4"), of("300000"), Some(0)), "400,000");
        assert_eq!(amount_beside(of("300000.04"), of("300000"), Some(0)), "300,000.04");
        assert_eq!(amount_beside(of("400000.4"), of("300000"), None), "400,000.4");
        assert_eq!(grouped("10999975"), "10,999,975");
        assert_eq!(grouped("-1234.5"), "-1,234.5");
        assert_eq!(grouped("999"), "999");
    }

    #[test]
    fn times_are_told_from_now() {
        let day = 86_400;
        let cases = [
            (0, "just now"),
            (-59, "just now"),
            (60, "1 minute ago"),
            (3_599, "59 minutes ago"),
            (7_200, "2 hours ago"),
            (day, "1 day ago"),
            (7 * day - 1, "6 days ago"),
            (60 * day, "60 days ago"),
            (61 * day, "2 months ago"),
            (700 * day, "22 months ago"),
            (731 * day, "2 years ago"),
            (-day, "in 1 day"),
            (i64::MAX, "292277024626 years ago"),
        ];
        for (age, expected) in cases {
            assert_eq!(ago(0_i64.saturating_sub(age), 0), expected, "{age}");
        }
        assert_eq!(span(30), "30 seconds");
    }

    #[test]
    fn lists_read_as_sentences() {
        assert_eq!(list(&[]), "none");
        assert_eq!(list(&["a"]), "`a`");
        assert_eq!(list(&["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(count(1, "order"), "1 order");
        assert_eq!(count(0, "order"), "0 orders");
    }
}
