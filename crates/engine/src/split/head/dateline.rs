//! Datelines: where, when and for whom an article was written.
//!
//! ```text
//! marked text    places [country] [day] [agency] (colon | dash | end of line)
//! stripped text  places [country] agency  |  places, where a clause ends
//! places         listed ones; or up to three words that only a bracketed agency, or one whose name means nothing else, reveals
//! ```
//!
//! Not datelines: a place that is the subject of its sentence (`لندن عاصمة`), a topic before a colon (`تونس: فوز`), a word that is
//! also a place (`صور:`), and whatever has an unclosed bracket.

use super::byline::byline;
use super::words::HeadWords;
use crate::newswire::{NEWSWIRE, TextWord};
use crate::repair::logistic;

/// The most words of a place that only the agency after it reveals.
const UNLISTED_PLACE: usize = 3;
/// The most words between the brackets of an agency (`خدمة رويترز الرياضية العربية`).
const BRACKETED: usize = 7;
/// In stripped text, a place ends where a clause ends with at least these log-odds: the writer had a colon or a dash there.
const LEAST_END: f64 = -2.0;

/// The same for a place that neither a country nor a day follows: it is the subject of its sentence more often than not.
const LEAST_END_OF_PLACE: f64 = 0.0;

/// A dateline, in words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Dateline {
    /// The end of its place.
    pub(super) place: usize,
    pub(super) end: usize,
    /// Then no name follows without a cue.
    pub(super) has_agency: bool,
    /// Whether its country or agency leaves no doubt, wherever it stands.
    pub(super) is_sure: bool,
    /// The probability that it is one.
    pub(super) confidence: f64,
}

/// The dateline at word `at`.
pub(super) fn dateline(head: &HeadWords, at: usize) -> Option<Dateline> {
    if head.is_open { open_dateline(head, at) } else { marked_dateline(head, at) }
}

/// The parts of a dateline that have been read so far.
struct Reading<'h> {
    head: &'h HeadWords,
    start: usize,
    end: usize,
    /// The words of listed places and countries.
    listed: usize,
    is_ambiguous: bool,
    has_country: bool,
    has_day: bool,
}

impl<'h> Reading<'h> {
    fn nothing(head: &'h HeadWords, start: usize) -> Self {
        Self { head, start, end: start, listed: 0, is_ambiguous: true, has_country: false, has_day: false }
    }

    /// Reads places, and the country after them.
    fn places(head: &'h HeadWords, start: usize) -> Self {
        let mut read = Self::nothing(head, start);
        loop {
            let listed = head.listed(read.end, &NEWSWIRE.places);
            let ambiguous = head.listed(read.end, &NEWSWIRE.ambiguous_places);
            let country = if read.listed > 0 { head.listed(read.end, &NEWSWIRE.countries) } else { 0 };
            let length = listed.max(ambiguous).max(country);
            if length == 0 || read.listed > 0 && !read.is_joined_by(&[' ', '،', ',', '-', '–', '—', '/', '(']) {
                return read;
            }
            read.is_ambiguous &= listed < length;
            read.listed += length;
            read.has_country |= country > listed;
            read.end += length;
        }
    }

    /// Whether only these characters stand between what has been read and the next word.
    fn is_joined_by(&self, allowed: &[char]) -> bool {
        self.head.before(self.end).chars().all(|c| allowed.contains(&c))
    }

    /// Reads the day: `16 يوليو 2012`, `الخميس`, `في 3 مارس`.
    fn day(&mut self) {
        let place = self.end;
        self.end += usize::from(self.head.is_one_of(place, &NEWSWIRE.day_prepositions));
        self.named_day();
        if !self.has_day {
            self.end = place;
        }
    }

    fn named_day(&mut self) {
        let is_number = |word: &[u8]| !word.is_empty() && word.iter().all(u8::is_ascii_digit);
        let mut end = self.end;
        while end > self.start && !self.head.before(end).contains(['\n', ':', '.']) {
            let name = self.head.listed(end, &NEWSWIRE.days);
            let number = usize::from(self.head.from(end).first().is_some_and(|word| is_number(&word.folded)));
            if name.max(number) == 0 {
                break;
            }
            self.has_day |= name > 0;
            end += name.max(number);
        }
        if self.has_day {
            self.end = end;
        }
    }

    /// The end of the agencies and newspapers that follow: `«الخليج»، وكالات`.
    fn agencies_end(&self) -> Option<usize> {
        let mut end = self.end;
        loop {
            let joints: &[char] = if end == self.end {
                &[' ', ':', '-', '–', '—', '/', '،', ',', '«', '"', '“', '”', '\'', ')']
            } else {
                &[' ', '-', '–', '/', '،', ',', '«', '"', '“', '”', '»', '\'']
            };
            let is_joined = self.head.before(end).chars().all(|c| joints.contains(&c));
            let length = self.head.listed(end, &NEWSWIRE.newspapers).max(self.head.listed(end, &NEWSWIRE.agencies));
            if length == 0 || !is_joined {
                return (end > self.end).then_some(end);
            }
            end += length;
        }
    }

    /// The end of a bracket that opens here and names an agency. `Err` if the bracket is not closed.
    fn bracket_end(&self) -> Result<Option<usize>, ()> {
        let opening = self.head.before(self.end);
        if !opening.contains('(') || opening.contains(['\n', '.']) {
            return Ok(None);
        }
        let end = (self.end + 1..=self.end + BRACKETED).find(|end| self.head.before(*end).contains([')', '\n'])).ok_or(())?;
        // A line break before the bracket closes it no better than no bracket.
        let close = self.head.before(end).find([')', '\n']).filter(|at| self.head.before(end)[*at..].starts_with(')'));
        let names =
            |word| self.head.listed(word, &NEWSWIRE.agencies) > 0 || self.head.listed(word, &NEWSWIRE.newspapers) > 0;
        close.map(|_| (self.end..end).any(names).then_some(end)).ok_or(())
    }
}

impl Dateline {
    fn with_agency(place: usize, end: usize, confidence: f64) -> Self {
        Self { place, end, has_agency: true, is_sure: true, confidence }
    }
}

/// Where marks survived.
fn marked_dateline(head: &HeadWords, at: usize) -> Option<Dateline> {
    let mut read = Reading::places(head, at);
    if read.listed == 0 {
        return unlisted_dateline(head, at);
    }
    let places_end = read.end;
    read.day();
    let bracket = read.bracket_end().ok()?;
    if let Some(end) = bracket.or_else(|| read.agencies_end()) {
        // "دبي / وام /": slashes stand for brackets.
        let is_quoted = head.before(end).contains(['»', '"', '”', ')'])
            || head.before(end - 1).contains('/') && head.before(end).contains('/');
        if !is_quoted && !is_closed_by(head, end, true) {
            return None;
        }
        // If the agency shares a token with the text, the dateline is the place alone: parts are runs of whole tokens.
        let opens_agency = head.before(places_end).contains([':', '-', '–', '—', '«', '"', '“']);
        let end =
            if head.can_end(end) { Some(end) } else { Some(places_end).filter(|end| opens_agency && head.can_end(*end)) };
        return end.map(|end| Dateline::with_agency(places_end, end, 0.99));
    }
    if !is_closed_by(head, read.end, false) || read.is_ambiguous || !head.can_end(read.end) {
        return None;
    }
    // Without an agency, a topic before a colon looks the same (`تونس: فوز`), so what follows decides.
    let opens_report = head.opens_report(read.end) && !repeats_place(&read, places_end);
    let is_shown = read.has_day || opens_report || byline(head, read.end, true).is_some();
    let dateline =
        Dateline { place: places_end, end: read.end, has_agency: false, is_sure: read.has_country, confidence: 0.98 };
    is_shown.then_some(dateline)
}

/// A dateline whose place is not listed: `زغرب 16 يوليو (رويترز) -`. Only an agency in brackets, and the dash after it, show it.
fn unlisted_dateline(head: &HeadWords, at: usize) -> Option<Dateline> {
    let is_inner = |c: char| matches!(c, ' ' | '،' | ',' | '/');
    for end in at + 1..=at + UNLISTED_PLACE {
        let last = end - 1;
        if !can_be_in_place(head, last) || last > at && !head.before(last).chars().all(is_inner) {
            return None;
        }
        let mut read = Reading { end, ..Reading::nothing(head, at) };
        if head.before(end).contains(['،', ',']) {
            read.end += head.listed(end, &NEWSWIRE.countries);
        }
        let place = read.end;
        read.day();
        let end = read.bracket_end().ok()?;
        if let Some(end) = end.filter(|end| is_closed_by(head, *end, true) && head.can_end(*end)) {
            return Some(Dateline::with_agency(place, end, 0.98));
        }
    }
    None
}

/// Whether the places are the subject of the verb after them (`الجزائر - تعتبر الجزائر من أكبر الدول`): then they are a topic.
fn repeats_place(read: &Reading, places_end: usize) -> bool {
    let (places, subject) = (read.head.between(read.start, places_end), read.end + 1);
    read.head.from(subject).iter().zip(places).all(|(word, place)| word.folded == place.folded)
}

/// Whether a colon or a dash closes the dateline before word `end`, or, if `or_line`, a line break.
fn is_closed_by(head: &HeadWords, end: usize, or_line: bool) -> bool {
    let after = head.before(end);
    if after.contains('\n') { or_line } else { after.contains([':', '-', '–', '—']) }
}

/// Whether a word may belong to a place that no list has.
fn can_be_in_place(head: &HeadWords, at: usize) -> bool {
    let Some(word) = head.from(at).first() else { return false };
    !head.is_never_in_names(at) && !head.continues_report(at) && !is_adjective(word)
}

/// Whether a word is an adjective of a noun before it (`الرسمية`).
fn is_adjective(word: &TextWord) -> bool {
    let [article, ending] = ["ال", "ية"].map(|affix| TextWord::new(affix).folded);
    word.folded.len() > 5 && word.folded.starts_with(&article) && word.folded.ends_with(&ending)
}

/// Where marks are lost.
fn open_dateline(head: &HeadWords, at: usize) -> Option<Dateline> {
    let mut read = Reading::places(head, at);
    read.day();
    if read.listed == 0 {
        return open_unlisted(head, at);
    }
    if let Some(end) = read.agencies_end().filter(|end| head.can_end(*end)) {
        let is_certain = (read.end..end).any(|word| is_certain_agency(head, word));
        return newspaper_confidence(head, read.end, end)
            .map(|confidence| Dateline { is_sure: is_certain, ..Dateline::with_agency(read.end, end, confidence) })
            .or_else(|| is_certain.then(|| Dateline::with_agency(read.end, end, 0.98)));
    }
    let end = read.end;
    if !head.can_end(end) || read.is_ambiguous && !read.has_day && head.listed(end, &NEWSWIRE.byline_cues) == 0 {
        return None;
    }
    let place = |confidence| Dateline { place: end, end, has_agency: false, is_sure: read.has_country, confidence };
    if let Some(byline) = byline(head, end, true) {
        return Some(place(byline.confidence));
    }
    let bonus = if read.has_country { 2.0 } else { 0.0 };
    starts_report(&read).then(|| place(logistic(bonus + 2.0 + head.end_logit(end) / 2.0)))
}

/// Whether a report begins after places, in which they are not the subject of its verb (`واشنطن أعلنت أمس أنها`).
fn starts_report(read: &Reading) -> bool {
    let Reading { head, end, has_country, has_day, .. } = *read;
    let least = if has_country || has_day { LEAST_END } else { LEAST_END_OF_PLACE };
    let is_other = has_country || (has_day || head.is_masculine_verb(end)) && head.verb_has_subject(end);
    head.opens_report(end) && is_other && head.end_logit(end) >= least && !is_break(head, end)
}

/// The confidence that the words between `place` and `end` are a newspaper. Its name is a word of the language too; after a place it is
/// meant if a report begins, or clauses end, on both sides of it.
fn newspaper_confidence(head: &HeadWords, place: usize, end: usize) -> Option<f64> {
    let starts_report = (head.opens_report(end) || is_break(head, end)) && head.end_logit(end) >= 2.0 * LEAST_END;
    let ends_clauses = head.end_logit(end) >= LEAST_END && head.end_logit(place) >= LEAST_END;
    match (starts_report, ends_clauses) {
        (true, true) => Some(0.99),
        (false, false) => None,
        _ => Some(0.95),
    }
}

fn is_break(head: &HeadWords, end: usize) -> bool {
    head.before(end).contains('\n')
}

/// A place that no list has, before an agency whose name means nothing else: `نام دينه فب`.
fn open_unlisted(head: &HeadWords, at: usize) -> Option<Dateline> {
    for agency in at + 1..=at + UNLISTED_PLACE {
        if !can_be_in_place(head, agency - 1) || is_break(head, agency) {
            return None;
        }
        if is_certain_agency(head, agency) {
            let end = agency + head.listed(agency, &NEWSWIRE.agencies);
            return head.can_end(end).then(|| Dateline::with_agency(agency, end, 0.9));
        }
    }
    None
}

/// Whether an agency begins at word `at` whose remains mean nothing else.
fn is_certain_agency(head: &HeadWords, at: usize) -> bool {
    let length = head.listed(at, &NEWSWIRE.agencies);
    length > 0 && head.listed(at, &NEWSWIRE.ambiguous_remnants) < length
}
