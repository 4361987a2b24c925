//! The compiled-in files and the one strict reader of them.
//!
//! A file is `#` comments, three header lines (`calendar`, `range`, `published`) and one closed
//! weekday a line, ascending: the date, two spaces, the name. Anything else is refused, so a slip
//! in regenerating a file cannot become a wrong trading day.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::days::is_weekend;
use super::{CalendarError, CalendarId, Fault};

/// The contents of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Data {
    pub(super) first: NaiveDate,
    pub(super) last: NaiveDate,
    pub(super) published: NaiveDate,
    pub(super) closed: BTreeMap<NaiveDate, &'static str>,
}

/// The text of a calendar's file.
pub(super) const fn text(id: CalendarId) -> &'static str {
    match id {
        CalendarId::Xkrx => include_str!("xkrx.txt"),
        CalendarId::Xnys => include_str!("xnys.txt"),
    }
}

/// Reads a file's text.
pub(super) fn parse(id: CalendarId, text: &'static str) -> Result<Data, CalendarError> {
    let mut reader = Reader { id, text, line: 0 };
    if reader.header("calendar")? != id.code() {
        return Err(reader.error(Fault::OtherCalendar));
    }
    let (first, last) = reader.header("range")?.split_once(' ').unwrap_or_default();
    let (first, last) = (reader.date(first)?, reader.date(last)?);
    let published = reader.header("published")?;
    let published = reader.date(published)?;
    if !(first <= published && published <= last) {
        return Err(reader.error(Fault::Range));
    }
    let mut closed = BTreeMap::new();
    while let Some(line) = reader.next() {
        let (day, name) = reader.closed_day(line)?;
        if day < first || day > last {
            return Err(reader.error(Fault::Outside));
        }
        if closed.last_key_value().is_some_and(|(before, _)| day <= *before) {
            return Err(reader.error(Fault::Order));
        }
        closed.insert(day, name);
    }
    Ok(Data { first, last, published, closed })
}

/// Hands out lines that say something, and remembers the number of the last one.
struct Reader {
    id: CalendarId,
    text: &'static str,
    line: usize,
}

impl Reader {
    fn next(&mut self) -> Option<&'static str> {
        while !self.text.is_empty() {
            let (line, rest) = self.text.split_once('\n').unwrap_or((self.text, ""));
            // A checkout on Windows may have turned every line end into two characters.
            let line = line.strip_suffix('\r').unwrap_or(line);
            self.text = rest;
            self.line += 1;
            if !line.is_empty() && !line.starts_with('#') {
                return Some(line);
            }
        }
        self.line += 1;
        None
    }

    fn header(&mut self, key: &'static str) -> Result<&'static str, CalendarError> {
        self.next()
            .and_then(|line| line.strip_prefix(key)?.strip_prefix(": "))
            .ok_or_else(|| self.error(Fault::Header { key }))
    }

    fn closed_day(&self, line: &'static str) -> Result<(NaiveDate, &'static str), CalendarError> {
        let (day, name) = line.split_once("  ").unwrap_or((line, ""));
        let day = self.date(day)?;
        if is_weekend(day) {
            return Err(self.error(Fault::Weekend));
        }
        if name.trim().is_empty() {
            return Err(self.error(Fault::Nameless));
        }
        Ok((day, name))
    }

    /// Ten characters and nothing around them: chrono alone would let `2026-1-2` pass.
    fn date(&self, text: &str) -> Result<NaiveDate, CalendarError> {
        let exact = |day: &NaiveDate| day.to_string() == text;
        let day = text.parse().ok().filter(exact);
        let text = text.to_owned();
        day.ok_or_else(|| self.error(Fault::Date { text }))
    }

    fn error(&self, fault: Fault) -> CalendarError {
        CalendarError { calendar: self.id, line: self.line, fault }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_compiled_in_file_is_sound() {
        for id in CalendarId::ALL {
            let data = parse(id, text(id)).map(|data| (data.first, data.last, data.published));
            let day = |text: &str| text.parse::<NaiveDate>().unwrap_or_default();
            let published = match id {
                CalendarId::Xkrx => day("2026-12-31"),
                CalendarId::Xnys => day("2028-12-31"),
            };
            assert_eq!(data, Ok((day("2010-01-01"), day("2028-12-31"), published)));
        }
    }

    #[test]
    fn a_wrong_header_is_refused_on_its_line() {
        let header = |key| Fault::Header { key };
        refused([
            ("", 1, header("calendar")),
            ("# nothing else\n", 2, header("calendar")),
            ("calendar: XNYS\n", 1, Fault::OtherCalendar),
            ("calendar: XKRX\npublished: 2026-12-31\n", 2, header("range")),
            ("calendar: XKRX\nrange: 2026-01-01\n", 2, date("")),
            ("calendar: XKRX\nrange: 2026-01-01 2026-13-01\n", 2, date("2026-13-01")),
            ("calendar: XKRX\nrange: 2026-01-01 2026-01-31\n", 3, header("published")),
            ("calendar: XKRX\nrange: 2026-01-01 2026-01-31\npublished: 2026-02-01\n", 3, Fault::Range),
            ("calendar: XKRX\nrange: 2026-12-31 2026-01-01\npublished: 2026-06-30\n", 3, Fault::Range),
        ]);
    }

    /// A file of January 2026 whose first day stands on line 6.
    macro_rules! january {
        ($days:literal) => {
            concat!("calendar: XKRX\n# a comment\nrange: 2026-01-01 2026-01-31\n", "published: 2026-01-31\n\n", $days)
        };
    }

    #[test]
    fn a_wrong_day_is_refused_on_its_line() {
        refused([
            (january!("2026-01-01\n"), 6, Fault::Nameless),
            (january!("2026-01-01   \n"), 6, Fault::Nameless),
            (january!("2026-01-01 one space\n"), 6, date("2026-01-01 one space")),
            (january!("2026-1-1  New Year\n"), 6, date("2026-1-1")),
            (january!(" 2026-01-01  New Year\n"), 6, date(" 2026-01-01")),
            (january!("2026-01-01  New Year\r\n2026-1-2\r\n"), 7, date("2026-1-2")),
            (january!("2026-01-03  Saturday\n"), 6, Fault::Weekend),
            (january!("2026-01-05  a\n\n2026-01-05  b\n"), 8, Fault::Order),
            (january!("2026-01-06  a\n2026-01-05  b\n"), 7, Fault::Order),
            (january!("2025-12-31  a\n"), 6, Fault::Outside),
            (january!("2026-02-02  a"), 6, Fault::Outside),
        ]);
    }

    #[test]
    fn days_keep_their_names_whatever_the_line_ends() {
        let sound = january!("2026-01-01  New Year\r\n2026-01-02  a;  b");
        let closed = parse(CalendarId::Xkrx, sound).map(|data| data.closed);
        let names: Vec<_> = closed.into_iter().flat_map(BTreeMap::into_values).collect();
        assert_eq!(names, ["New Year", "a;  b"]);
    }

    fn refused<const N: usize>(cases: [(&'static str, usize, Fault); N]) {
        for (text, line, fault) in cases {
            assert_eq!(parse(CalendarId::Xkrx, text), Err(error(line, fault)), "{text}");
        }
    }

    fn date(text: &str) -> Fault {
        Fault::Date { text: text.into() }
    }

    fn error(line: usize, fault: Fault) -> CalendarError {
        CalendarError { calendar: CalendarId::Xkrx, line, fault }
    }
}
