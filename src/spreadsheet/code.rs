//! The code of a field: what programs do to codes, and which code was meant.

use super::cell::Cell;
use crate::code::Code;
use crate::config::{Currency, is_code};
use crate::finding::Finding;
use crate::words::{list, quoted, shown};
use std::collections::{BTreeMap, BTreeSet};

/// Characters of a code of the Korea Exchange.
const KRX_LENGTH: usize = 6;

/// How codes are read.
#[derive(Debug, Clone, Copy)]
pub struct Codes<'a> {
    /// Those of the config.
    pub known: &'a BTreeSet<Code>,
    /// The currency of those whose currency the config has.
    pub currencies: &'a BTreeMap<Code, Currency>,
    /// The currency of the portfolio.
    pub base: Currency,
    /// Whether codes that a program has changed are put right, where that is certain.
    pub restore: bool,
}

/// The code of a field, and whether it was put right. `stated` is the currency that its line states, if it does.
pub(super) fn code(
    path: &str,
    cell: &Cell,
    stated: Option<Currency>,
    codes: Codes<'_>,
) -> Result<(Code, bool), Box<Finding>> {
    let text = cell.text.as_str();
    let own = Code(text.to_owned());
    if codes.known.contains(&own) {
        return Ok((own, false));
    }
    if is_exponent(text) {
        let finding = cell.finding(path, format!("`{text}` is a number where a code is needed"), "its digits are lost");
        let help = "have the spreadsheet keep the column as text, write the code again, and export again.";
        return Err(Box::new(finding.help(help)));
    }
    let korean = stated.is_none_or(|stated| stated == Currency::Krw);
    if let Some((meant, why)) = changed(text, korean, codes.known) {
        return match meant.as_slice() {
            [one] if codes.restore => Ok((one.clone(), true)),
            meant => Err(Box::new(doubtful(path, cell, meant, why))),
        };
    }
    if is_code(text) {
        return Ok((own, false));
    }
    let (message, label) = match text.is_empty() {
        true => ("the line has no code".to_owned(), "nothing stands here"),
        false => (format!("`{}` is not a code", shown(text)), "a code of letters and digits is needed"),
    };
    let finding = cell.finding(path, message, label);
    let finding = finding.help("write the exchange's code, such as `069500`; for cash its currency, such as `KRW`.");
    Err(Box::new(finding.help("or remove the line if it is no position.")))
}

/// A code that is not what was meant.
fn doubtful(path: &str, cell: &Cell, meant: &[Code], why: &str) -> Finding {
    let text = &cell.text;
    let finding = |message: String| cell.finding(path, message, why);
    match meant {
        [] => finding(format!("{text} stands where a code is needed"))
            .help("write the exchange's code, such as `VOO` or `069500`."),
        [one] => finding(format!("{text} is {one}, it seems"))
            .help(format!("write `{one}`, and have the spreadsheet keep codes as text."))
            .help(format!("or have all of them put right: rebalance import {} --fix -o holdings.yaml", quoted(path))),
        several => {
            let names: Vec<&str> = several.iter().map(|code| code.0.as_str()).collect();
            finding(format!("{text} could be each of {}", list(&names)))
                .help("write the one it is: it is not put right for you.")
        }
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a spreadsheet made an exponential number of a code. `0005E0` is a code.
fn is_exponent(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let whole = mantissa.split_once('.').is_none_or(|(_, fraction)| is_digits(fraction));
    let first = mantissa.split('.').next().is_some_and(is_digits);
    let signed = exponent.strip_prefix(['+', '-']);
    let marked = signed.is_some() || mantissa.contains('.') || text.len() < KRX_LENGTH;
    first && whole && marked && is_digits(signed.unwrap_or(exponent))
}

/// The codes that one which the config does not have may stand for, and what was done to it. `None` where it may stand
/// for itself. Only codes of the Korea Exchange begin with zeros that are lost: 7203 is itself in Tokyo.
fn changed(text: &str, in_korea: bool, known: &BTreeSet<Code>) -> Option<(Vec<Code>, &'static str)> {
    if is_isin(text) {
        return Some((korean(text).map(|code| Code(code.to_owned())).into_iter().collect(), "an ISIN"));
    }
    let bare = text.strip_prefix('A').filter(|bare| bare.len() == KRX_LENGTH);
    if let Some(bare) = bare.map(|bare| Code(bare.to_owned())).filter(|bare| known.contains(bare) || is_digits(&bare.0))
    {
        return Some((vec![bare], "written with an `A` before it"));
    }
    // 360750.0: what a program writes that holds a column as binary numbers.
    let whole = text.strip_suffix(".0").filter(|whole| is_digits(whole));
    let bare = Code(whole.unwrap_or(text).to_owned());
    let found: Vec<Code> = bare.with_zeros(known).into_iter().filter(|_| in_korea).cloned().collect();
    if !found.is_empty() {
        return Some((found, "its leading zeros are lost"));
    }
    if in_korea && is_digits(&bare.0) && bare.0.len() < KRX_LENGTH {
        return Some((vec![Code(format!("{:0>KRX_LENGTH$}", bare.0))], "its leading zeros are lost"));
    }
    whole.map(|_| (vec![bare], "written with decimals"))
}

/// Whether a text is an ISIN with a right check digit (ISO 6166: letters count from 10, then Luhn's sum).
fn is_isin(text: &str) -> bool {
    let country = text.get(..2).is_some_and(|country| country.bytes().all(|byte| byte.is_ascii_uppercase()));
    let form = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    if text.len() != 12 || !country || !form {
        return false;
    }
    let digits: Vec<u32> = text
        .chars()
        .filter_map(|c| c.to_digit(36))
        .flat_map(|value| if value < 10 { vec![value] } else { vec![value / 10, value % 10] })
        .collect();
    let luhn = |(i, digit): (usize, &u32)| if i % 2 == 0 { *digit } else { digit * 2 / 10 + digit * 2 % 10 };
    digits.iter().rev().enumerate().map(luhn).sum::<u32>().is_multiple_of(10)
}

/// The exchange's code in the ISIN of a Korean share: `069500` in `KR7069500007`.
fn korean(isin: &str) -> Option<&str> {
    isin.strip_prefix("KR7")?.get(..KRX_LENGTH + 2)?.strip_suffix("00")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_do_to_codes_is_seen() {
        let known = ["069500", "360750", "0000Z0", "000100", "00100"].map(|code| Code(code.to_owned())).into();
        let cases: [(&str, Option<&[&str]>); 18] = [
            ("69500", Some(&["069500"])),
            ("69500.0", Some(&["069500"])),
            ("123456.0", Some(&["123456"])),
            ("A069500", Some(&["069500"])),
            ("A0000Z0", Some(&["0000Z0"])),
            ("A123456", Some(&["123456"])),
            ("AMAZON1", None),
            ("5930", Some(&["005930"])),
            ("100", Some(&["000100", "00100"])),
            ("Z0", Some(&["0000Z0"])),
            ("VOO", None),
            ("BRK.B", None),
            ("123456", None),
            ("KR7069500007", Some(&["069500"])),
            ("KR7069500008", None),
            ("US9229083632", Some(&[])),
            ("US92290836", None),
            ("ABCDEFGHIJKL", None),
        ];
        for (text, expected) in cases {
            let meant = changed(text, true, &known).map(|(codes, _)| codes.into_iter().map(|code| code.0).collect());
            let expected = expected.map(|codes| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>());
            assert_eq!(meant, expected, "{text}");
        }
        // Where the line says that it is not of Korea, no zeros are missing.
        let abroad = ["7203", "69500", "100", "Z0"].map(|text| changed(text, false, &known));
        assert_eq!(abroad, [const { None }; 4]);
        let decimals = (vec![Code("7203".to_owned())], "written with decimals");
        assert_eq!(changed("7203.0", false, &known), Some(decimals));
    }

    #[test]
    fn a_number_with_an_exponent_is_no_code() {
        for text in ["6.95E+04", "7E+4", "6.95e4", "5E0", "98E0", "1E-3"] {
            assert!(is_exponent(text), "{text}");
        }
        for text in ["0005E0", "1234E5", "VOO", "069500", "E5", "5E", "BRK.E", "", "1.E5"] {
            assert!(!is_exponent(text), "{text}");
        }
    }
}
