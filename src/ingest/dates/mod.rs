//! Dates as Arabic newspapers, their archives and CSV columns write them.
//!
//! Invariant: nothing is guessed. A text gives a date only if it names one day of one year; a text without a year, with a year of two
//! digits, a range, two different days, a day that does not exist, or a day of the week that contradicts the day gives none. `7/3/2016`
//! is two days, one for each order of day and month ([`Reading`]); the text itself may tell which (a day of the week, the same day in
//! words or in the other calendar), and otherwise its source does ([`DateOrder`]).
//!
//! If a text gives a day in both calendars, the Gregorian one wins: in practice Hijri months begin when they are announced, so a
//! computed Hijri date may be off by a day. A day of the week beside it tells by how much.
//!
//! Hijri days are converted by the Umm al-Qura calendar. Its month lengths (KACST's) are known from 1300 AH to 1600 AH (12
//! November 1882 to 25 November 2174); for earlier years since 1800 (from 1215 AH), which are Hijri only if `هـ` or the name
//! of the month says so, the tabular calendar (type II, Friday epoch) is used, which may be off by a day.

mod days;
mod in_path;
mod months;
mod numbers;
mod reading;
mod scan;
mod spelling;
mod tokens;
mod two_calendars;
mod value;
mod weekdays;

#[cfg(test)]
mod golden;

pub(super) use in_path::{NameReading, compact_numbers_are_dates, date_in_path, is_date_folder};
pub use reading::{DateOrder, Reading};
pub(super) use value::read_value;

use numbers::compact_day;
use scan::Scan;
use tokens::tokenise;

/// Longest text, in bytes, that may be a date: a longer one may mention any number of days.
const MAX_BYTES: usize = 1000;

/// Reads the day in a text, as written, in whatever time zone.
///
/// A number of 10 or 13 digits alone is Unix time in seconds or milliseconds, and gives its day in UTC. The reading is empty if the
/// text gives no day, or more than one, or one outside 1800 to 2100.
#[must_use]
pub fn read_date(text: &str) -> Reading {
    let text = text.trim();
    if text.len() > MAX_BYTES {
        return Reading::default();
    }
    let tokens = tokenise(text);
    // Alone first: the scan takes no number of 8, 10 or 13 digits for a part of a date.
    let reading = compact_day(&tokens).map_or_else(|| Scan::new(&tokens).run(), Reading::of);
    reading.filter(days::is_possible)
}

/// Whether a text writes a date with a year of two digits, which could be of any century.
pub(super) fn has_short_year(text: &str) -> bool {
    text.len() <= MAX_BYTES && scan::has_short_year(&tokenise(text))
}
