//! Dates as Arabic newspapers, their archives and CSV columns write them.
//!
//! Invariant: nothing is guessed. A text gives a date only if it names one day of one year; a text without a year, with a year of two
//! digits, a range, two different days, or a day that does not exist gives none. If both readings of `7/3/2016` exist, the day
//! comes first, as in all Arab countries. If a text gives a day in both calendars, the Gregorian one wins: in practice Hijri months
//! begin when they are announced, so a computed Hijri date may be off by a day.
//!
//! Hijri days are converted by the Umm al-Qura calendar. Its month lengths (KACST's) are known from 1300 AH to 1600 AH (12
//! November 1882 to 25 November 2174); for earlier years since 1800 (from 1215 AH), which are Hijri only if `هـ` or the name
//! of the month says so, the tabular calendar (type II, Friday epoch) is used, which may be off by a day.

mod months;
mod tokens;

#[cfg(test)]
mod golden;

use icu_calendar::cal::{Hijri, Iso};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;

use months::{Calendar, Month, month_at};
use tokens::{Kind, Token, tokenise};

/// Longest text, in bytes, that may be a date: a longer one may mention any number of days.
const MAX_BYTES: usize = 1000;

/// The possible years of a newspaper article (Gregorian).
const YEARS: std::ops::RangeInclusive<i16> = 1800..=2100;

/// Years that are Hijri unless the text says otherwise.
const HIJRI_YEARS: std::ops::RangeInclusive<u64> = 1300..=1500;

/// Hijri years that overlap [`YEARS`], for texts that say that they are Hijri.
const DECLARED_HIJRI_YEARS: std::ops::RangeInclusive<u64> = 1214..=1525;

/// Parses the day in a text, as written, in whatever time zone.
///
/// A number of 10 or 13 digits alone is Unix time in seconds or milliseconds, and gives its day in UTC. `None` if the text gives no
/// day, or more than one, or one outside 1800 to 2100.
#[must_use]
pub fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    if text.len() > MAX_BYTES {
        return None;
    }
    let tokens = tokenise(text);
    // Alone first: the scan takes no number of 8, 10 or 13 digits for a part of a date.
    let date = parse_alone(&tokens).or_else(|| Scan::new(&tokens).run())?;
    YEARS.contains(&date.year()).then_some(date)
}

/// Unix time, or ISO 8601 without dashes: numbers that are dates only if they are the whole text.
fn parse_alone(tokens: &[Token]) -> Option<Date> {
    let [first, rest @ ..] = tokens else { return None };
    let Kind::Number { digits, value } = first.kind else { return None };
    let is_time =
        |rest: &[Token]| rest[0].word() == Some("t") && rest[1].number(|digits| digits == 4 || digits == 6).is_some();
    match digits {
        10 if rest.is_empty() => Timestamp::from_second(i64::try_from(value).ok()?).ok().map(day_in_utc),
        13 if rest.is_empty() => Timestamp::from_millisecond(i64::try_from(value).ok()?).ok().map(day_in_utc),
        8 if rest.is_empty() || (rest.len() > 1 && is_time(rest)) => {
            existing(Calendar::Gregorian, value / 10_000, value / 100 % 100, value % 100)
        }
        _ => None,
    }
}

fn day_in_utc(time: Timestamp) -> Date {
    Offset::UTC.to_datetime(time).date()
}

/// The day, if it exists.
fn existing(calendar: Calendar, year: u64, month: u64, day: u64) -> Option<Date> {
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
fn calendar_of(year: u64, marker: Option<Calendar>) -> Option<Calendar> {
    let is_gregorian = u64::try_from(*YEARS.start()).is_ok_and(|first| year >= first) && year <= 2100;
    match marker {
        Some(Calendar::Hijri) => DECLARED_HIJRI_YEARS.contains(&year).then_some(Calendar::Hijri),
        // No clash with Gregorian years: those of newspapers begin at 1800, and this range ends at 1500.
        None if HIJRI_YEARS.contains(&year) => Some(Calendar::Hijri),
        Some(Calendar::Gregorian) | None => is_gregorian.then_some(Calendar::Gregorian),
    }
}

/// A contradiction or an ambiguity: the text gives no date at all.
struct Unclear;

/// A scan of the tokens that collects the days they name.
struct Scan<'a> {
    tokens: &'a [Token],
    /// Tokens that are already part of a date.
    used: Vec<bool>,
    /// The day in each calendar.
    gregorian: Option<Date>,
    hijri: Option<Date>,
    /// Whether a Hijri month has a day but no year, like the first month of a range.
    hijri_unclear: bool,
}

impl<'a> Scan<'a> {
    fn new(tokens: &'a [Token]) -> Self {
        Self { tokens, used: vec![false; tokens.len()], gregorian: None, hijri: None, hijri_unclear: false }
    }

    fn run(mut self) -> Option<Date> {
        // Numbers first: they mark what they use, so that a month's name does not take a part of such a date again.
        self.read_numeric().ok()?;
        self.read_named().ok()?;
        // A doubtful Hijri day does no harm if the text has a Gregorian one, which wins anyway.
        self.gregorian.or(self.hijri.filter(|_| !self.hijri_unclear))
    }

    /// Records a day; two different days of one calendar are unclear.
    fn note(&mut self, calendar: Calendar, date: Option<Date>) -> Result<(), Unclear> {
        let slot = if calendar == Calendar::Gregorian { &mut self.gregorian } else { &mut self.hijri };
        match (date, &slot) {
            // A day that does not exist is a mistake in the text; reading on would guess at what was meant.
            (None, _) => Err(Unclear),
            (Some(date), Some(known)) if date != *known => Err(Unclear),
            (date, _) => {
                *slot = date;
                Ok(())
            }
        }
    }

    fn mark(&self, at: usize) -> Option<char> {
        self.tokens.get(at)?.mark()
    }

    fn word(&self, at: usize) -> Option<&str> {
        self.tokens.get(at)?.word()
    }

    /// The value of an unused number whose number of digits fits.
    fn number(&self, at: usize, fits: impl Fn(usize) -> bool) -> Option<u64> {
        self.tokens.get(at).filter(|_| !self.used[at])?.number(fits)
    }

    fn short(&self, at: usize) -> Option<u64> {
        self.number(at, |digits| digits <= 2)
    }

    fn long(&self, at: usize) -> Option<u64> {
        self.number(at, |digits| digits == 4)
    }

    /// The calendar named by the word after a year.
    fn marker(&self, at: usize) -> Option<Calendar> {
        let at = if self.mark(at) == Some('(') { at + 1 } else { at };
        match self.word(at)? {
            "ه" | "هجري" | "هجريه" | "للهجره" | "هجر" | "للهجر" | "ah" => Some(Calendar::Hijri),
            "م" | "ميلادي" | "ميلاديه" | "ميلاد" | "ad" | "ce" => Some(Calendar::Gregorian),
            _ => None,
        }
    }

    /// Three numbers with the same mark between them.
    fn read_numeric(&mut self) -> Result<(), Unclear> {
        let mut at = 0;
        // A date has five tokens: three numbers and two marks.
        while at + 4 < self.tokens.len() {
            let Some((year, one, two, year_first)) = self.triple(at) else {
                at += 1;
                continue;
            };
            // The marker (`م`, `هـ`) follows the last number, wherever the year stands.
            let calendar = calendar_of(year, self.marker(at + 5)).ok_or(Unclear)?;
            if !year_first && self.is_range(at) {
                return Err(Unclear);
            }
            let date = if year_first {
                existing(calendar, year, one, two)
            } else {
                // The month comes first only if there is no such day the other way, as in `3/25/2016`.
                existing(calendar, year, two, one).or_else(|| existing(calendar, year, one, two))
            };
            self.note(calendar, date)?;
            self.used[at..at + 5].fill(true);
            at += 5;
        }
        Ok(())
    }

    /// Year, first and second other number, and whether the year comes first.
    fn triple(&self, at: usize) -> Option<(u64, u64, u64, bool)> {
        let mark = self.mark(at + 1).filter(|mark| matches!(mark, '-' | '/' | '.'))?;
        let spaced = |at: usize| self.tokens.get(at).is_some_and(|token| token.spaced);
        // Both marks must be spaced alike, or a dash between two things would join them into a date.
        let spacing = (spaced(at + 1), spaced(at + 2));
        // With a fourth number in the row it is something else: a range, a version, a path.
        let is_in_row = |mark_at: usize, number_at: usize| {
            let is_row = if spacing == (false, false) {
                self.mark(mark_at).is_some_and(|mark| matches!(mark, '-' | '/' | '.'))
                    && !spaced(mark_at)
                    && !spaced(mark_at + 1)
            } else {
                self.mark(mark_at) == Some(mark)
            };
            is_row && self.number(number_at, |_| true).is_some()
        };
        if self.mark(at + 3) != Some(mark)
            || (spaced(at + 3), spaced(at + 4)) != spacing
            || (at > 1 && is_in_row(at - 1, at - 2))
            || is_in_row(at + 5, at + 6)
        {
            return None;
        }
        match (self.long(at), self.short(at), self.short(at + 2)?, self.short(at + 4), self.long(at + 4)) {
            (Some(year), None, month, Some(day), None) => Some((year, month, day, true)),
            (None, Some(one), two, None, Some(year)) => Some((year, one, two, false)),
            _ => None,
        }
    }

    /// Months by name, with a day and a year beside them.
    fn read_named(&mut self) -> Result<(), Unclear> {
        let mut at = 0;
        while at < self.tokens.len() {
            let Some((month, end)) = month_at(self.tokens, at) else {
                at += 1;
                continue;
            };
            let end = self.same_month_again(month, end)?;
            match self.day_and_year(month, at, end)? {
                Some((day, year)) => self.note(month.calendar, existing(month.calendar, year, month.number.into(), day))?,
                // A Gregorian month without its day and year is half of a range, or of a second date.
                None if month.calendar == Calendar::Gregorian => return Err(Unclear),
                // Hijri months are also names of people and common words, unless a day precedes them.
                None => self.hijri_unclear |= self.before(at).and_then(|at| self.short(at)).is_some(),
            }
            at = end;
        }
        Ok(())
    }

    /// The end of the month's other name: `آذار/مارس`, `مارس (آذار)`.
    fn same_month_again(&self, month: Month, mut end: usize) -> Result<usize, Unclear> {
        loop {
            let is_joiner = |at: &usize| {
                matches!(self.mark(*at), Some('/' | '-' | '(' | ')')) || matches!(self.word(*at), Some("او" | "اي"))
            };
            let next = (end..).take(3).find(|at| !is_joiner(at)).unwrap_or(end);
            match month_at(self.tokens, next) {
                Some((other, after)) if other.calendar == month.calendar && other.number == month.number => end = after,
                Some((other, _)) if other.calendar == month.calendar && other.calendar == Calendar::Gregorian => {
                    return Err(Unclear);
                }
                _ => return Ok(end),
            }
        }
    }

    /// Day and year beside a month's name; marks them as used.
    fn day_and_year(&mut self, month: Month, start: usize, end: usize) -> Result<Option<(u64, u64)>, Unclear> {
        let before = self.before(start);
        let after = self.after(end);
        let second = after.and_then(|at| self.after(at + 1));
        let (short, long) = (|at: Option<usize>| self.short(at?), |at: Option<usize>| self.long(at?));
        let is_year = |year: u64| match month.calendar {
            Calendar::Gregorian => true,
            Calendar::Hijri => DECLARED_HIJRI_YEARS.contains(&year),
        };
        let (day_month_year, month_day_year, year_month_day) = (
            short(before).zip(long(after).filter(|year| is_year(*year))),
            short(after).zip(long(second).filter(|year| is_year(*year))),
            short(after).zip(long(before).filter(|year| is_year(*year) && calendar_of(*year, None) == Some(month.calendar))),
        );
        let (reading, day_at, year_at) = match (day_month_year, month_day_year, year_month_day) {
            (Some(reading), None, None) => (reading, before, after),
            // A number before the month could be the day as well, as in `5 مارس 7 2016`, so this is no longer clear.
            (None, Some(reading), None) if short(before).is_none() => (reading, after, second),
            (None, None, Some(reading)) => (reading, after, before),
            (None, None, None) => return Ok(None),
            _ => return Err(Unclear),
        };
        let (Some(day_at), Some(year_at)) = (day_at, year_at) else { return Ok(None) };
        // Without a marker the month's own calendar decides, not the size of the year.
        let marker = self.marker(year_at + 1).or(Some(month.calendar));
        if calendar_of(reading.1, marker) != Some(month.calendar) || (day_at < start && self.is_range(day_at)) {
            return Err(Unclear);
        }
        // So that the next month's name cannot take the same day or year for its own.
        self.used[day_at] = true;
        self.used[year_at] = true;
        Ok(Some(reading))
    }

    /// The unused number before a month's name.
    fn before(&self, start: usize) -> Option<usize> {
        let is_glue = |at: &usize| {
            matches!(self.mark(*at), Some('/' | '-' | '.' | ','))
                || matches!(self.word(*at), Some("من" | "شهر" | "of" | "st" | "nd" | "rd" | "th"))
        };
        let at = (0..start).rev().take(4).find(|at| !is_glue(at))?;
        self.number(at, |_| true).map(|_| at)
    }

    /// The unused number after a month's name or a day.
    fn after(&self, end: usize) -> Option<usize> {
        let is_glue = |at: &usize| {
            matches!(self.mark(*at), Some('/' | '-' | '.' | ',' | '(' | ')'))
                || self.tokens.get(*at).is_some_and(|token| token.kind == Kind::Time)
                || self.word(*at).is_some_and(is_glue_word)
        };
        let at = (end..self.tokens.len()).take(4).find(|at| !is_glue(at))?;
        self.number(at, |_| true).map(|_| at)
    }

    /// Whether a number is the second of two days: `5-7 مارس`, `5 و7 مارس`.
    fn is_range(&self, day_at: usize) -> bool {
        let is_joiner = |at: &usize| {
            matches!(self.mark(*at), Some('-' | '/' | ',' | '&'))
                || matches!(self.word(*at), Some("و" | "الي" | "ال" | "حتي" | "حت" | "and" | "to"))
        };
        (0..day_at).rev().take(3).find(|at| !is_joiner(at)).is_some_and(|at| self.short(at).is_some())
    }
}

/// Words that may occur between a month or a day and the year.
fn is_glue_word(word: &str) -> bool {
    const WORDS: [&str; 19] = [
        "من",
        "عام",
        "لعام",
        "سنه",
        "لسنه",
        "سن",
        "لسن",
        "of",
        "st",
        "nd",
        "rd",
        "th",
        "الحرام",
        "المبارك",
        "الخير",
        "المكرم",
        "المعظم",
        "الكريم",
        "الفرد",
    ];
    WORDS.contains(&word)
}
