//! What a value of a column is as text. Binary floating point is written as the shortest decimal that reads back as it, as
//! every program writes it into CSV; everything else is exact. What the text means must never enter this file.

use chrono::{DateTime, NaiveDate};
use parquet::basic::{ConvertedType, LogicalType, TimeUnit, Type};
use parquet::data_type::Int96;
use parquet::schema::types::ColumnDescriptor;
use std::fmt::Write;

/// What the values of a column stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Days since 1970-01-01.
    Date,
    /// Parts of a second since then: how many there are in one.
    Instant(i64),
    /// Whole numbers.
    Integer,
    /// Whole numbers without a sign.
    Unsigned,
    /// Whole numbers with a point before so many digits.
    Decimal(usize),
    /// Numbers in binary floating point.
    Float,
    /// Text.
    Text,
}

const JULIAN_DAY_OF_1970: i64 = 2_440_588;

/// How a time becomes the day that it is in its own time zone.
const NORMALIZE: &str = "write days: `frame.index = frame.index.tz_localize(None).normalize()`.";

/// Why a value has no text, and what to do.
pub(super) type Amiss = (String, &'static str);

impl Kind {
    /// What a column has, or none when it is nothing that a cell can be.
    pub(super) fn of(column: &ColumnDescriptor) -> Option<Self> {
        let flat = column.path().parts().len() == 1 && column.max_rep_level() == 0 && column.max_def_level() <= 1;
        let kind = match (column.physical_type(), column.logical_type_ref()) {
            (Type::INT32 | Type::INT64 | Type::BYTE_ARRAY | Type::FIXED_LEN_BYTE_ARRAY, Some(logical)) => {
                Self::logical(logical)?
            }
            (physical, _) => Self::converted(physical, column)?,
        };
        flat.then_some(kind)
    }

    fn logical(logical: &LogicalType) -> Option<Self> {
        Some(match logical {
            LogicalType::Date => Self::Date,
            LogicalType::Timestamp(of) => Self::Instant(match of.unit {
                TimeUnit::MILLIS => 1_000,
                TimeUnit::MICROS => 1_000_000,
                TimeUnit::NANOS => 1_000_000_000,
            }),
            LogicalType::Integer(of) if of.is_signed => Self::Integer,
            LogicalType::Integer(_) => Self::Unsigned,
            LogicalType::Decimal(of) => Self::Decimal(usize::try_from(of.scale).ok()?),
            LogicalType::String | LogicalType::Enum => Self::Text,
            // A column of nothing but nulls.
            LogicalType::Unknown => Self::Integer,
            _ => return None,
        })
    }

    /// Files of older programs say it otherwise, or not at all.
    fn converted(physical: Type, column: &ColumnDescriptor) -> Option<Self> {
        Some(match (column.converted_type(), physical) {
            (ConvertedType::DATE, Type::INT32) => Self::Date,
            (ConvertedType::TIMESTAMP_MILLIS, Type::INT64) => Self::Instant(1_000),
            (ConvertedType::TIMESTAMP_MICROS, Type::INT64) => Self::Instant(1_000_000),
            (ConvertedType::DECIMAL, _) => Self::Decimal(usize::try_from(column.type_scale()).ok()?),
            (ConvertedType::UINT_8 | ConvertedType::UINT_16 | ConvertedType::UINT_32 | ConvertedType::UINT_64, _) => {
                Self::Unsigned
            }
            (ConvertedType::TIME_MILLIS | ConvertedType::TIME_MICROS | ConvertedType::INTERVAL, _) => return None,
            (_, Type::INT32 | Type::INT64) => Self::Integer,
            (_, Type::FLOAT | Type::DOUBLE) => Self::Float,
            (_, Type::INT96) => Self::Instant(1_000_000_000),
            (ConvertedType::NONE | ConvertedType::UTF8 | ConvertedType::ENUM, Type::BYTE_ARRAY) => Self::Text,
            _ => return None,
        })
    }

    /// A whole number's text.
    pub(super) fn integer(self, value: i64, bits: u32, out: &mut String) -> Result<(), Amiss> {
        match self {
            Self::Date => day(value, out),
            Self::Instant(second) => instant(value, second, out),
            Self::Decimal(scale) => point(&value.to_string(), scale, out),
            // The same bits, read without a sign: in 32 of them nothing stands above.
            Self::Unsigned if bits == 32 => written(out, value as u64 & u64::from(u32::MAX)),
            Self::Unsigned => written(out, value as u64),
            _ => written(out, value),
        }
        .ok_or_else(|| self.amiss(value, out))
    }

    fn amiss(self, value: i64, out: &str) -> Amiss {
        match self {
            Self::Instant(_) if !out.is_empty() => (format!("{out} is not the beginning of a day"), NORMALIZE),
            _ => (format!("{value} is no day of the calendar"), "write dates."),
        }
    }

    /// The text of bytes, which are a number with the highest byte first, or text.
    pub(super) fn bytes(self, bytes: &[u8], out: &mut String) -> Result<(), Amiss> {
        let Self::Decimal(scale) = self else {
            let text =
                str::from_utf8(bytes).map_err(|_| ("its text is not UTF-8".to_owned(), "write text in UTF-8."))?;
            out.push_str(text);
            return Ok(());
        };
        let sign = if bytes.first().is_some_and(|byte| byte & 0x80 != 0) { u8::MAX } else { 0 };
        let mut whole = [sign; size_of::<i128>()];
        let (above, kept) = bytes.split_at(bytes.len().saturating_sub(whole.len()));
        if above.iter().any(|byte| *byte != sign) || bytes.is_empty() {
            return Err(("its number has more than 38 digits".to_owned(), "write prices with fewer digits."));
        }
        let start = whole.len() - kept.len();
        whole[start..].copy_from_slice(kept);
        point(&i128::from_be_bytes(whole).to_string(), scale, out);
        Ok(())
    }

    /// The text of a day, as older programs have it: nanoseconds in two halves, then the Julian day.
    pub(super) fn int96(self, value: Int96, out: &mut String) -> Result<(), Amiss> {
        let [low, high, julian] = *value.data() else { return Err(self.amiss(0, out)) };
        let days = i64::from(julian) - JULIAN_DAY_OF_1970;
        match (low, high) {
            (0, 0) => day(days, out).ok_or_else(|| self.amiss(days, out)),
            _ => {
                let _ = day(days, out);
                Err((format!("{out} has a time of day"), NORMALIZE))
            }
        }
    }
}

fn written(out: &mut String, value: impl std::fmt::Display) -> Option<()> {
    write!(out, "{value}").ok()
}

fn day(days: i64, out: &mut String) -> Option<()> {
    let epoch = NaiveDate::default();
    let day =
        i32::try_from(days).ok().and_then(|days| epoch.checked_add_signed(chrono::TimeDelta::days(days.into())))?;
    written(out, day)
}

fn instant(value: i64, second: i64, out: &mut String) -> Option<()> {
    let at = DateTime::from_timestamp(value.div_euclid(second), 0)?;
    if value.rem_euclid(second * 86_400) == 0 {
        return written(out, at.date_naive());
    }
    let _ = written(out, at.format("%Y-%m-%dT%H:%M:%SZ"));
    None
}

/// Digits with a point before the last so many of them.
fn point(digits: &str, scale: usize, out: &mut String) -> Option<()> {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |digits| ("-", digits));
    let padded = format!("{digits:0>width$}", width = scale.saturating_add(1).min(80));
    let (whole, fraction) = padded.split_at(padded.len().saturating_sub(scale));
    match fraction {
        "" => write!(out, "{sign}{whole}").ok(),
        _ => write!(out, "{sign}{whole}.{fraction}").ok(),
    }
}
