//! Reading a text as a date.

use super::days::is_possible;
use super::numbers::compact_day;
use super::reading::Reading;
use super::scan::{Scan, has_short_year as has_short_year_in};
use super::tokens::tokenise;

/// Longest text, in bytes, that may be a date: a longer one may mention any number of days.
pub(super) const MAX_BYTES: usize = 1000;

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
    reading.filter(is_possible)
}

/// Whether a text writes a date with a year of two digits, which could be of any century.
pub(crate) fn has_short_year(text: &str) -> bool {
    text.len() <= MAX_BYTES && has_short_year_in(&tokenise(text))
}
