//! Days of two calendars: which exist, and which may be those of a newspaper.

use icu_calendar::cal::{Hijri, Iso};
use jiff::civil::Date;

use super::months::Calendar;

/// The possible years of a newspaper article (Gregorian).
const YEARS: std::ops::RangeInclusive<i16> = 1800..=2100;

/// Years that are Hijri unless the text says otherwise.
const HIJRI_YEARS: std::ops::RangeInclusive<u64> = 1300..=1500;

/// Hijri years that overlap [`YEARS`], for texts that say that they are Hijri.
pub(super) const DECLARED_HIJRI_YEARS: std::ops::RangeInclusive<u64> = 1214..=1525;

/// Whether a day may be that of a newspaper article.
pub(super) fn is_possible(day: Date) -> bool {
    YEARS.contains(&day.year())
}

/// The day, if it exists.
pub(super) fn existing(calendar: Calendar, year: u64, month: u64, day: u64) -> Option<Date> {
    let (year, month, day) = (i16::try_from(year).ok()?, i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    // Gregorian days need no conversion, and jiff checks that they exist.
    if calendar == Calendar::Gregorian {
        return Date::new(year, month, day).ok();
    }
    let (month, day) = (u8::try_from(month).ok()?, u8::try_from(day).ok()?);
    let hijri = icu_calendar::Date::try_new_hijri_with_calendar(year.into(), month, day, Hijri::new_umm_al_qura()).ok()?;
    let iso = hijri.to_calendar(Iso);
    let year = i16::try_from(iso.year().extended_year()).ok()?;
    Date::new(year, i8::try_from(iso.month().ordinal).ok()?, i8::try_from(iso.day_of_month().0).ok()?).ok()
}

/// The calendar of a year, by its marker (`م`, `هـ`) or its size; `None` if they contradict each other, or it fits neither.
pub(super) fn calendar_of(year: u64, marker: Option<Calendar>) -> Option<Calendar> {
    let is_gregorian = i16::try_from(year).is_ok_and(|year| YEARS.contains(&year));
    match marker {
        Some(Calendar::Hijri) => DECLARED_HIJRI_YEARS.contains(&year).then_some(Calendar::Hijri),
        // No clash with Gregorian years: those of newspapers begin at 1800, and this range ends at 1500.
        None if HIJRI_YEARS.contains(&year) => Some(Calendar::Hijri),
        Some(Calendar::Gregorian) | None => is_gregorian.then_some(Calendar::Gregorian),
    }
}
