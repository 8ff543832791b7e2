//! Numbers that are dates only if they are the whole text: ISO 8601 without dashes, timestamps of databases, Unix time, and the days of
//! spreadsheets.

use jiff::civil::{Date, date};
use jiff::tz::Offset;
use jiff::{Span, Timestamp};

use super::days::{calendar_of, existing};
use super::tokens::{Kind, Token};

/// The days that a spreadsheet counts, from May 1927 to the end of 2099: the numbers of five digits.
const SPREADSHEET_DAYS: std::ops::RangeInclusive<u64> = 10_000..=73_050;

/// A number with what stands behind its point.
struct Lone<'t> {
    digits: usize,
    value: u64,
    /// Whether the fraction is absent or zero, as where a table turned whole numbers into floats.
    is_whole: bool,
    rest: &'t [Token],
}

impl<'t> Lone<'t> {
    fn of(tokens: &'t [Token]) -> Option<Self> {
        let [first, rest @ ..] = tokens else { return None };
        let Kind::Number { digits, value } = first.kind else { return None };
        let lone = Self { digits, value, is_whole: true, rest };
        match rest {
            [point, fraction, rest @ ..] if point.mark() == Some('.') && !point.spaced && !fraction.spaced => {
                let fraction = fraction.number(|_| true)?;
                Some(Self { is_whole: fraction == 0, rest, ..lone })
            }
            _ => Some(lone),
        }
    }
}

/// A number alone in a text: a day written without marks, or Unix time of 10 or 13 digits.
pub(super) fn compact_day(tokens: &[Token]) -> Option<Date> {
    let Lone { digits, value, is_whole, rest } = Lone::of(tokens)?;
    match digits {
        8 if is_whole && (rest.is_empty() || is_clock(rest)) => day_of(value),
        12 | 14 | 17 if is_whole && is_zone(rest) => day_and_time_of(digits, value),
        10 if rest.is_empty() => unix_day(value, 1),
        13 if rest.is_empty() => unix_day(value, 1_000),
        _ => None,
    }
}

/// A number alone in a cell of a column of dates, where also a number that could be anything else elsewhere is a date.
pub(super) fn cell_day(tokens: &[Token]) -> Option<Date> {
    let Lone { digits, value, rest, .. } = Lone::of(tokens)?;
    match digits {
        _ if !rest.is_empty() => None,
        // Day 1 is the first of 1900, and the 29 February 1900 counts, which never was: so the count begins two days earlier.
        5 if SPREADSHEET_DAYS.contains(&value) => {
            date(1899, 12, 30).checked_add(Span::new().days(i64::try_from(value).ok()?)).ok()
        }
        // Of 1973 to 2001, in seconds.
        9 => unix_day(value, 1),
        16 => unix_day(value, 1_000_000),
        19 => unix_day(value, 1_000_000_000),
        _ => None,
    }
}

/// The day of a Unix time, in UTC.
pub(super) fn unix_day(time: u64, ticks_per_second: u64) -> Option<Date> {
    let time = Timestamp::from_second(i64::try_from(time / ticks_per_second).ok()?).ok()?;
    Some(Offset::UTC.to_datetime(time).date())
}

/// `20160307`, and `14370527` in the other calendar.
fn day_of(value: u64) -> Option<Date> {
    let (year, month, day) = (value / 10_000, value / 100 % 100, value % 100);
    existing(calendar_of(year, None)?, year, month, day)
}

/// `201603071030`, with seconds, with milliseconds.
fn day_and_time_of(digits: usize, value: u64) -> Option<Date> {
    let minutes = match digits {
        17 => value / 100_000,
        14 => value / 100,
        _ => value,
    };
    let (hour, minute) = (minutes / 100 % 100, minutes % 100);
    if hour > 24 || minute > 59 { None } else { day_of(minutes / 10_000) }
}

/// `T100000Z`, behind a day.
fn is_clock(rest: &[Token]) -> bool {
    rest.len() > 1 && rest[0].word() == Some("t") && rest[1].number(|digits| digits == 4 || digits == 6).is_some()
}

/// `Z`, `+0300`, or nothing, behind a time.
fn is_zone(rest: &[Token]) -> bool {
    match rest {
        [] => true,
        [zone] => matches!(zone.word(), Some("z" | "utc" | "gmt")),
        [sign, hours, ..] => {
            matches!(sign.mark(), Some('+' | '-')) && hours.number(|digits| digits == 2 || digits == 4).is_some()
        }
    }
}
