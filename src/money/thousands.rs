//! Separators of thousands, as people and spreadsheets write them into figures.
//!
//! What a figure is of must never enter this file.

/// A number without its thousands separators; none where a comma stands anywhere else. A decimal comma is no separator:
/// `500,00` is not fifty thousand.
#[must_use]
pub fn without_thousands(text: &str) -> Option<String> {
    if !text.contains(',') {
        return Some(text.to_owned());
    }
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    let mut groups = digits.split(',');
    let first = groups.next().is_some_and(|group| (1..=3).contains(&group.len()));
    if !first || !groups.all(|group| group.len() == 3) || fraction.is_some_and(|fraction| fraction.contains(',')) {
        return None;
    }
    Some(text.replace(',', ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commas_are_read_where_they_part_thousands() {
        let cases = [
            ("1,234,567", Some("1234567")),
            ("1,234.5", Some("1234.5")),
            ("-1,234", Some("-1234")),
            ("999", Some("999")),
            ("1,23", None),
            ("500,00", None),
            ("1234,567", None),
            (",123", None),
            ("1,", None),
            ("1,,234", None),
            ("1.5,000", None),
            ("1.234,5", None),
        ];
        for (text, expected) in cases {
            assert_eq!(without_thousands(text).as_deref(), expected, "{text}");
        }
    }
}
