//! Rows of cells made into a history: which shape they have, what each cell says, and what is missing.
//!
//! Which kind of file the cells are from must never enter this file.

use super::number::{Cell, cell, divided};
use super::{History, PLACES, Wanted};
use crate::code::Code;
use crate::config::day;
use crate::document::Span;
use crate::finding::Finding;
use crate::words::{count, list, shown};
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// What a file may look like.
pub(super) const SHAPES: &str = "write a line a day, `date,069500,360750,…`, or a line a price, `date,code,price`.";

/// Where a row is.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Its number, from 1; 0 for names that stand in no row.
    pub number: u64,
    /// Its text, where the file is text.
    pub span: Option<Span>,
    /// What it is called: a line, a row.
    pub word: &'static str,
}

/// What a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    /// The prices of one of the series that are wanted.
    Series(usize),
    /// None that counts.
    Other,
}

/// How rows are read.
enum Shape {
    /// The date, then a column a series.
    Wide(Vec<Column>),
    /// The date, then the code and the price, or the other way round.
    Long {
        /// Whether the code comes first.
        code_first: bool,
    },
}

/// A history that is being read.
pub struct Builder<'a> {
    path: &'a str,
    wanted: &'a Wanted,
    /// The names of what is wanted: the assets' codes, then the currencies.
    names: Vec<String>,
    shape: Shape,
    /// Prices by series: each in the order of its days.
    series: Vec<Vec<(NaiveDate, Option<i128>)>>,
    /// The last text of a date and its day: rows of a day often follow each other.
    last: (String, NaiveDate),
    ignored: BTreeSet<String>,
    rounded: usize,
}

type Refusal = Box<Finding>;

impl<'a> Builder<'a> {
    /// Reads the first row, which names the columns.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new<'t>(
        path: &'a str,
        row: &Row,
        header: impl Iterator<Item = &'t str>,
        wanted: &'a Wanted,
    ) -> Result<Self, Refusal> {
        let header: Vec<&str> = header.map(|name| name.trim_matches([' ', '\t'])).collect();
        let is = |at: usize, name: &str| header.get(at).is_some_and(|cell| cell.eq_ignore_ascii_case(name));
        let currencies: BTreeSet<_> = wanted.assets.iter().filter_map(|(_, currency)| *currency).collect();
        let mut names: Vec<String> = wanted.assets.iter().map(|(code, _)| code.0.clone()).collect();
        names.extend(currencies.into_iter().map(|currency| currency.word().to_owned()));
        let count = names.len();
        let mut builder = Self {
            path,
            wanted,
            names,
            shape: Shape::Long { code_first: is(1, "code") },
            series: vec![Vec::new(); count],
            last: (String::new(), NaiveDate::MIN),
            ignored: BTreeSet::new(),
            rounded: 0,
        };
        if !is(0, "date") || header.len() < 2 {
            return Err(builder.no_date(row, &header).into());
        }
        let long = (is(1, "code") && is(2, "price")) || (is(1, "price") && is(2, "code"));
        if !(header.len() == 3 && long) {
            builder.shape = Shape::Wide(builder.columns(row, &header)?);
        }
        Ok(builder)
    }

    /// What is wrong with names that do not begin with the date.
    fn no_date(&self, row: &Row, header: &[&str]) -> Finding {
        let first = header.first().copied().unwrap_or_default();
        let parted = [(';', "semicolons"), ('\t', "tabs"), ('|', "bars")];
        match parted.into_iter().find(|(sign, _)| header.len() == 1 && first.contains(*sign)) {
            Some((_, signs)) => {
                let message = format!("the columns are parted by {signs}, not by commas");
                self.fault(row, message).help("save it with commas, and with points before decimals.")
            }
            None if first.eq_ignore_ascii_case("date") => {
                self.fault(row, "`date` stands alone".to_owned()).help(SHAPES)
            }
            None => self
                .fault(row, format!("the first column is `{}`, not `date`", shown(first)))
                .help("put the days first and call them `date`.")
                .help(SHAPES),
        }
    }

    /// What the columns after the date are.
    fn columns(&mut self, row: &Row, header: &[&str]) -> Result<Vec<Column>, Refusal> {
        let mut columns = Vec::new();
        for name in header.iter().skip(1) {
            let column = self.column(row, name)?;
            if column != Column::Other && columns.contains(&column) {
                let finding = self.fault(row, format!("{} has two columns", shown(name)));
                return Err(finding.help("keep one of the two.").into());
            }
            columns.push(column);
        }
        Ok(columns)
    }

    /// What a name stands for.
    fn column(&mut self, row: &Row, name: &str) -> Result<Column, Refusal> {
        if let Some(at) = self.names.iter().position(|known| known == name) {
            return Ok(Column::Series(at));
        }
        if self.ignored.insert(name.to_owned()) {
            let known = self.wanted.assets.iter().map(|(code, _)| code.clone()).collect();
            if let Some(meant) = Code(name.to_owned()).with_zeros(&known).first() {
                let message = format!("{} is no code of the portfolio, but {meant} is", shown(name));
                let finding = self.fault(row, message);
                return Err(finding.help(format!("write `{meant}`, and keep codes as text.")).into());
            }
        }
        Ok(Column::Other)
    }

    /// Of each column, whether its cells count; those of others may be left empty.
    pub fn needed(&self) -> impl Iterator<Item = bool> {
        let rest: Vec<bool> = match &self.shape {
            Shape::Wide(columns) => columns.iter().map(|column| *column != Column::Other).collect(),
            Shape::Long { .. } => vec![true; 2],
        };
        std::iter::once(true).chain(rest)
    }

    /// Reads another row.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn row<'t>(&mut self, row: &Row, mut cells: impl Iterator<Item = &'t str>) -> Result<(), Refusal> {
        let day = self.day(row, cells.next().unwrap_or_default())?;
        let rest = cells.size_hint().0;
        let columns = match &self.shape {
            Shape::Wide(columns) => columns.len(),
            Shape::Long { .. } => 2,
        };
        if rest != columns {
            let message = format!("the {} has {}, not {}", row.word, count(rest + 1, "field"), columns + 1);
            let help =
                "give every column a field, an empty one where there is no price; put what has a comma in quotes.";
            return Err(self.fault(row, message).help(help).into());
        }
        if let Shape::Long { code_first } = self.shape {
            let (one, other) = (cells.next().unwrap_or_default(), cells.next().unwrap_or_default());
            let (code, text) = if code_first { (one, other) } else { (other, one) };
            let code = code.trim_matches([' ', '\t']);
            if code.is_empty() {
                return Err(self.fault(row, "there is no code".to_owned()).help("write the code of the price.").into());
            }
            return match self.column(row, code)? {
                Column::Series(series) => self.price(row, series, day, text),
                Column::Other => Ok(()),
            };
        }
        for (at, text) in cells.enumerate() {
            let Shape::Wide(columns) = &self.shape else { continue };
            if let Some(Column::Series(series)) = columns.get(at).copied() {
                self.price(row, series, day, text)?;
            }
        }
        Ok(())
    }

    fn day(&mut self, row: &Row, text: &str) -> Result<NaiveDate, Refusal> {
        if self.last.0 == text && !text.is_empty() {
            return Ok(self.last.1);
        }
        let Some(date) = day(text.trim_matches([' ', '\t'])) else {
            let message = if text.is_empty() {
                "there is no date".to_owned()
            } else {
                format!("`{}` is not a date", shown(text))
            };
            let finding = self.fault(row, message);
            return Err(finding.help("write it as `2026-03-04`.").into());
        };
        self.last = (text.to_owned(), date);
        Ok(date)
    }

    /// Takes a price.
    fn price(&mut self, row: &Row, series: usize, day: NaiveDate, text: &str) -> Result<(), Refusal> {
        let before = self.series.get(series).and_then(|prices| prices.last()).map(|(day, _)| *day);
        if let Some(before) = before.filter(|before| *before >= day) {
            return Err(self.backwards(row, series, day, before));
        }
        let amiss = match cell(text) {
            Cell::Missing => None,
            Cell::Price(price, rounded) => {
                self.rounded += usize::from(rounded);
                self.keep(series, day, Some(price));
                return Ok(());
            }
            Cell::NotPositive => Some("is not above 0"),
            Cell::TooLarge => Some("is too large"),
            Cell::NotANumber => Some("is not a number in plain digits"),
        };
        let Some(amiss) = amiss else {
            self.keep(series, day, None);
            return Ok(());
        };
        let name = &self.names[series];
        let finding = self.fault(row, format!("the price of {name} on {day}, `{}`, {amiss}", shown(text)));
        Err(finding.help("write it as `16800` or `16800.5`, or leave it empty where there is none.").into())
    }

    fn keep(&mut self, series: usize, day: NaiveDate, price: Option<i128>) {
        if let Some(prices) = self.series.get_mut(series) {
            prices.push((day, price));
        }
    }

    fn backwards(&self, row: &Row, series: usize, day: NaiveDate, before: NaiveDate) -> Refusal {
        let name = &self.names[series];
        let (message, help) = match (&self.shape, day == before) {
            (Shape::Wide(_), true) => (format!("{day} is there twice"), "remove one of the two."),
            (Shape::Long { .. }, true) => (format!("{name} has a price on {day} twice"), "remove one of the two."),
            (Shape::Wide(_), false) => (format!("{day} comes after {before}"), "sort the file by date."),
            (Shape::Long { .. }, false) => {
                (format!("{day} of {name} comes after its {before}"), "sort the file by date.")
            }
        };
        self.fault(row, message).help(help).into()
    }

    fn fault(&self, row: &Row, message: String) -> Finding {
        match row.span {
            Some(span) => Finding::new(self.path, message).at(span, ""),
            None if row.number == 0 => Finding::new(self.path, message),
            None => Finding::new(self.path, format!("{} {}: {message}", row.word, row.number)),
        }
    }

    /// The history, when nothing that is needed is missing.
    ///
    /// # Errors
    /// What is missing.
    pub fn finish(self) -> Result<History, Refusal> {
        let priced = |prices: &Vec<(NaiveDate, Option<i128>)>| prices.iter().any(|(_, price)| price.is_some());
        let missing = self.names.iter().zip(&self.series).filter(|(_, prices)| !priced(prices));
        let missing: Vec<&str> = missing.map(|(name, _)| name.as_str()).collect();
        if !missing.is_empty() {
            let noun = if missing.len() == 1 { "there is no price of" } else { "there are no prices of" };
            let finding = Finding::new(self.path, format!("{noun} {}", list(&missing)));
            let help = "add a column a code, or a line a price; a currency has the rate to the base currency.";
            return Err(finding.help(help).into());
        }
        // A day is one on which something could be traded: a rate is also there on days when no market is open.
        let assets = self.series.iter().take(self.wanted.assets.len()).flatten();
        let days: BTreeSet<NaiveDate> = assets.filter(|(_, price)| price.is_some()).map(|(day, _)| *day).collect();
        let late = |day: &NaiveDate| self.wanted.to.is_some_and(|to| *day > to);
        let days: Vec<NaiveDate> = days.into_iter().filter(|day| !late(day)).collect();
        let width = self.names.len();
        let mut grid = vec![None; days.len() * width];
        for (column, prices) in self.series.iter().enumerate() {
            let mut row = 0;
            for (day, price) in prices.iter().filter(|(_, price)| price.is_some()) {
                // A rate between two days is that of the later one, unless it has its own.
                while days.get(row).is_some_and(|next| next < day) {
                    row += 1;
                }
                if let Some(cell) = grid.get_mut(row * width + column) {
                    *cell = *price;
                }
            }
        }
        self.filled(&days, &grid)
    }

    /// Carries prices forward, from the first day on which all are known.
    fn filled(self, days: &[NaiveDate], grid: &[Option<i128>]) -> Result<History, Refusal> {
        let (width, wanted) = (self.names.len(), self.wanted);
        let mut known: Vec<Option<i128>> = vec![None; width];
        let mut gaps = vec![0_u32; width];
        let mut history = History {
            days: Vec::new(),
            codes: wanted.assets.iter().map(|(code, _)| code.clone()).collect(),
            prices: Vec::new(),
            carried: 0,
            before: 0,
            rounded: self.rounded,
            ignored: self.ignored.iter().cloned().collect(),
        };
        for (day, row) in days.iter().zip(grid.chunks(width.max(1))) {
            let mut carried = 0;
            for (at, price) in row.iter().enumerate() {
                match price {
                    Some(_) => (known[at], gaps[at]) = (*price, 0),
                    None => (gaps[at], carried) = (gaps[at].saturating_add(1), carried + 1),
                }
            }
            if wanted.from.is_some_and(|from| *day < from) {
                continue;
            }
            if known.contains(&None) {
                history.before += 1;
                continue;
            }
            if let Some(at) = gaps.iter().position(|gap| *gap > wanted.longest_gap) {
                return Err(self.gap(at, *day));
            }
            history.carried += carried;
            history.days.push(*day);
            let known: Vec<i128> = known.iter().copied().flatten().collect();
            let prices: Vec<i128> = self.in_base(&known).collect();
            if let Some(at) = prices.iter().position(|price| *price == 0) {
                return Err(self.nothing(at, *day));
            }
            history.prices.extend(prices);
        }
        match history.days.len() {
            0 | 1 => {
                let days = count(history.days.len(), "day");
                let message = format!("there are prices of all assets on {days} of those that are asked for");
                Err(Finding::new(self.path, message).help("a backtest needs two days or more.").into())
            }
            _ => Ok(history),
        }
    }

    /// The prices of a day in the base currency.
    fn in_base<'s>(&'s self, known: &'s [i128]) -> impl Iterator<Item = i128> + 's {
        let one = 10_i128.pow(PLACES);
        self.wanted.assets.iter().zip(known).map(move |((_, currency), price)| {
            let name = currency.map(|currency| currency.word());
            let at = name.and_then(|name| self.names.iter().skip(self.wanted.assets.len()).position(|n| n == name));
            let rate = at.and_then(|at| known.get(self.wanted.assets.len() + at));
            // Either is at most 10^22, so that their product fits.
            rate.map_or(*price, |rate| divided(price / one * rate, 1) + divided(price % one * rate, one))
        })
    }

    fn nothing(&self, asset: usize, day: NaiveDate) -> Refusal {
        let name = &self.names[asset];
        let message = format!("the price of {name} on {day}, times the rate of its currency, is less than is kept");
        Finding::new(self.path, message).help("check the price and the rate: a rate is what one unit is worth.").into()
    }

    fn gap(&self, series: usize, day: NaiveDate) -> Refusal {
        let (name, most) = (&self.names[series], self.wanted.longest_gap);
        let before = format!(" and the {} before", count(most as usize, "day"));
        let message = format!("{name} has no price on {day}{}", if most == 0 { "" } else { &before });
        let help = "add the prices, carry them further with `--max-gap`, or end before it with `--to`.";
        Finding::new(self.path, message).help(help).into()
    }
}
