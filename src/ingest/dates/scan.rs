//! Finds the days that a text names, in either calendar, and what it says about their order.

use super::days::{DECLARED_HIJRI_YEARS, calendar_of, existing};
use super::months::{Calendar, Month, month_at};
use super::reading::Reading;
use super::tokens::{Kind, Token};
use super::two_calendars::{announced, narrowed};
use super::weekdays::NamedWeekdays;

/// A contradiction or an ambiguity: the text gives no date at all.
struct Unclear;

/// A scan of the tokens that collects the days they name.
pub(super) struct Scan<'a> {
    tokens: &'a [Token],
    /// Tokens that are already part of a date.
    used: Vec<bool>,
    /// The day in each calendar.
    gregorian: Option<Reading>,
    hijri: Option<Reading>,
    /// Whether a Hijri month has a day but no year, like the first month of a range.
    hijri_unclear: bool,
}

impl<'a> Scan<'a> {
    pub(super) fn new(tokens: &'a [Token]) -> Self {
        Self { tokens, used: vec![false; tokens.len()], gregorian: None, hijri: None, hijri_unclear: false }
    }

    /// The day that the text names; empty if it names none, or several.
    pub(super) fn run(mut self) -> Reading {
        // Numbers first: they mark what they use, so that a month's name does not take a part of such a date again.
        if self.read_numeric().is_err() || self.read_named().is_err() {
            return Reading::default();
        }
        let weekdays = NamedWeekdays::of(self.tokens);
        // A doubtful Hijri day does no harm if the text has a Gregorian one, which wins anyway.
        let hijri = self.hijri.filter(|_| !self.hijri_unclear);
        match (self.gregorian, hijri) {
            (Some(gregorian), hijri) => {
                let gregorian = gregorian.filter(|day| weekdays.allow(day));
                hijri.map_or(gregorian, |hijri| narrowed(gregorian, hijri))
            }
            (None, Some(hijri)) => announced(hijri, &weekdays),
            (None, None) => Reading::default(),
        }
    }

    /// Records a day; two different days of one calendar are unclear.
    fn note(&mut self, calendar: Calendar, found: Reading) -> Result<(), Unclear> {
        let slot = if calendar == Calendar::Gregorian { &mut self.gregorian } else { &mut self.hijri };
        let both = slot.map_or(found, |known| known.and(found));
        // A day that does not exist is a mistake in the text; reading on would guess at what was meant.
        if both.is_empty() {
            return Err(Unclear);
        }
        *slot = Some(both);
        Ok(())
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
            let found = if year_first {
                existing(calendar, year, one, two).map(Reading::of).unwrap_or_default()
            } else {
                Reading { day_first: existing(calendar, year, two, one), month_first: existing(calendar, year, one, two) }
            };
            self.note(calendar, found)?;
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
                Some((day, year)) => {
                    let day = existing(month.calendar, year, month.number.into(), day);
                    self.note(month.calendar, day.map(Reading::of).unwrap_or_default())?;
                }
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
                || matches!(self.word(*at), Some("من" | "شهر" | "of" | "st" | "nd" | "rd" | "th" | "er" | "de"))
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
        let at = (end..self.tokens.len()).take(6).find(|at| !is_glue(at))?;
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

/// Whether three numbers of up to two digits stand like a date.
pub(super) fn has_short_year(tokens: &[Token]) -> bool {
    let is_date = |five: &[Token]| {
        let short = |at: usize| five[at].number(|digits| digits <= 2).is_some_and(|value| value > 0 || at == 4);
        let mark = five[1].mark().filter(|mark| matches!(mark, '-' | '/' | '.'));
        mark.is_some() && five[3].mark() == mark && short(0) && short(2) && short(4)
    };
    tokens.windows(5).any(is_date)
}

/// Words that may occur between a month or a day and the year.
fn is_glue_word(word: &str) -> bool {
    const WORDS: [&str; 22] = [
        "من",
        "عام",
        "العام",
        "للعام",
        "لعام",
        "سنه",
        "لسنه",
        "السنه",
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
