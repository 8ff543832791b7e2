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
mod named_folders;
mod numbers;
mod reading;
mod scan;
mod spelling;
mod text;
mod tokens;
mod two_calendars;
mod value;
mod weekdays;

#[cfg(test)]
mod golden;

pub(super) use in_path::{NameReading, compact_numbers_are_dates, date_folders, date_in_path};
pub use reading::{DateOrder, Reading};
pub(super) use text::has_short_year;
pub use text::read_date;
pub(super) use value::read_value;
pub(super) use weekdays::is_weekday;
