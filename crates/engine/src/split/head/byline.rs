//! Bylines: who wrote an article.
//!
//! ```text
//! byline = cue name {joint [cue] name}  |  after a place: [من] name
//! ```
//!
//! What follows must look like a name, and must end: at a mark or a line break; or, where marks are lost, where the encoder expects a
//! clause to end (its training text had a colon or a dash there) and a report begins.

use super::words::HeadWords;
use crate::newswire::{NEWSWIRE, TextWord};
use crate::repair::logistic;

/// The most words of a name; the least is two, since a single word could be anything.
const LONGEST_NAME: usize = 5;
/// The most words of a name that nothing but the encoder ends.
const USUAL_NAME: usize = 3;
/// Where marks are lost, a name ends where a clause ends with at least these log-odds …
const LEAST_END: f64 = -2.0;
/// … and inside it none ends with more than these.
const MOST_INSIDE: f64 = -1.0;

/// The least evidence, in log-odds, for a name that no mark ends.
const LEAST_EVIDENCE: f64 = 0.8;
/// No name is surer than one between two marks.
const MOST_CONFIDENCE: f64 = 0.99;

/// A byline, in words.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Byline {
    pub(super) end: usize,
    /// The probability that it is one.
    pub(super) confidence: f64,
}

/// What announces a name.
#[derive(Clone, Copy, PartialEq)]
enum Announced {
    /// A cue that is nothing else (`بقلم`), or a mark after any cue (`إعداد:`).
    Surely,
    /// A word that opens sentences too.
    Perhaps,
    /// A place before it, with a colon or dash.
    ByPlace,
    /// A place before it, with nothing.
    ByBarePlace,
}

/// The byline at word `at`; a name needs no cue right after the place of a dateline.
pub(super) fn byline(head: &HeadWords, at: usize, after_place: bool) -> Option<Byline> {
    // A line break ends what is before it, so a name on the next line belongs to no place.
    let after_place = after_place && !head.before(at).contains('\n');
    let (start, announced) = announcement(head, at, after_place)?;
    let start = start + titles(head, start);
    name_end(head, start, announced)
}

/// The word at which a name must begin, and what announces it.
fn announcement(head: &HeadWords, at: usize, after_place: bool) -> Option<(usize, Announced)> {
    let is_blank = |marks: &str| marks.chars().all(|c| c == ' ');
    let is_marked = |marks: &str| marks.contains([':', '-', '–', '—', '/']) && !marks.contains(['\n', '(', '،', '.']);
    let certain = head.listed(at, &NEWSWIRE.certain_cues);
    let correspondent = if after_place { head.listed(at, &NEWSWIRE.correspondent_cues) } else { 0 };
    let cue = head.listed(at, &NEWSWIRE.byline_cues).max(certain).max(correspondent);
    let after = head.before(at + cue);
    if cue > 0 {
        return match (is_blank(after), is_marked(after)) {
            (_, true) => Some((at + cue, Announced::Surely)),
            (true, _) if certain == cue || correspondent == cue => Some((at + cue, Announced::Surely)),
            (true, _) => Some((at + cue, Announced::Perhaps)),
            _ => None,
        };
    }
    match after_place {
        true if is_marked(after) => Some((at, Announced::ByPlace)),
        true if is_blank(after) && !names_newsmaker(head, at) => Some((at, Announced::ByBarePlace)),
        _ => None,
    }
}

/// The number of titles (`د.`, `المهندس`) at word `at`.
fn titles(head: &HeadWords, at: usize) -> usize {
    (0..2).take_while(|title| head.is_one_of(at + title, &NEWSWIRE.titles)).count()
}

/// The end of the name that begins at word `start`.
fn name_end(head: &HeadWords, start: usize, announced: Announced) -> Option<Byline> {
    let is_given = is_given_name(head, start);
    let is_verb = announced == Announced::ByBarePlace && is_imperfect(head.from(start).first()?);
    let looks_like_name = is_given || !is_verb && !is_definite(head.from(start).first()?);
    if !looks_like_name {
        return None;
    }
    for end in start + 1..=start + LONGEST_NAME + 1 {
        if !can_be_in_name(head, end - 1) || end > start + LONGEST_NAME {
            return None;
        }
        let marks = head.before(end);
        let is_initial = head.from(end - 1)[0].folded.len() == 1 && marks == ". ";
        if marks.chars().all(|c| c == ' ') || is_initial {
            if let Some(confidence) = unmarked_end(head, start, end, announced, is_given) {
                return (end - start >= 2).then_some(Byline { end, confidence });
            }
            continue;
        }
        let others = others_end(head, end);
        let confidence =
            if others.is_some() { marked_end(":", announced, is_given) } else { marked_end(marks, announced, is_given) };
        let last = others.unwrap_or(end);
        let confidence = confidence.filter(|_| end - start >= 2 && head.can_end(last));
        return confidence.map(|confidence| Byline { end: last, confidence });
    }
    None
}

/// The end of the names of further writers (`هناء المداح - سارة جمال:`), of which a colon or a line break ends the last.
fn others_end(head: &HeadWords, joint: usize) -> Option<usize> {
    if !matches!(head.before(joint).trim(), "-" | "–" | "—" | "/" | "،" | "," | "&") || head.before(joint).contains('\n')
    {
        return None;
    }
    let cue = head.listed(joint, &NEWSWIRE.byline_cues);
    let cue = if head.before(joint + cue).contains(':') { cue } else { 0 };
    let start = joint + cue + titles(head, joint + cue);
    let end = (start + 1..=start + LONGEST_NAME).find(|end| head.before(*end) != " ")?;
    let is_name = is_given_name(head, start) && end - start >= 2 && (start..end).all(|word| can_be_in_name(head, word));
    let is_last = head.before(end).contains([':', '\n']);
    if is_name && is_last { Some(end) } else { others_end(head, end).filter(|_| is_name) }
}

/// The confidence of a name that marks end.
fn marked_end(marks: &str, announced: Announced, is_given: bool) -> Option<f64> {
    let is_closed = marks.contains([':', '\n', '}', '*', '|']) || marks.contains(['-', '–', '—']) && marks.contains(' ');
    match (announced, is_closed) {
        (Announced::Surely, true) => Some(0.99),
        (Announced::Surely, false) if is_given && marks.contains(['.', '،']) => Some(0.95),
        // "مصدر - محمد علي: أعلن": without a listed name, what follows a place could be a topic.
        (Announced::ByPlace | Announced::ByBarePlace | Announced::Perhaps, true) if is_given => Some(0.98),
        (Announced::ByPlace, true) => Some(0.9),
        _ => None,
    }
}

/// The confidence of a name that no mark ends.
fn unmarked_end(head: &HeadWords, start: usize, end: usize, announced: Announced, is_given: bool) -> Option<f64> {
    let logit = head.end_logit(end);
    let starts_report = head.opens_report(end) && !is_given_name(head, end);
    // "بيروت سعد الحريري عاد إلى لبنان": who stands before a verb that finds no subject after it is its subject.
    if announced == Announced::ByBarePlace && head.opens_report(end) && !head.verb_has_subject(end) {
        return None;
    }
    let is_one_run = (start + 1..end).all(|inner| head.end_logit(inner) < MOST_INSIDE.max(logit - 1.0));
    if end - start < 2 || !is_one_run || !head.can_end(end) || !can_end_name(head, end) {
        return None;
    }
    // After so many words the name may have ended before, and a headline begun.
    if !starts_report && end - start > USUAL_NAME {
        return None;
    }
    let needed = match announced {
        Announced::Surely | Announced::ByPlace => 0.0,
        Announced::Perhaps => 0.5,
        Announced::ByBarePlace => 1.0,
    };
    let opening = if starts_report { 1.5 } else { -0.5 };
    let name = if is_given { 1.0 } else { -1.5 };
    let evidence = logit - LEAST_END + opening + name - needed;
    (logit >= 2.0 * LEAST_END && evidence >= LEAST_EVIDENCE).then(|| logistic(1.5 + evidence).min(MOST_CONFIDENCE))
}

/// Whether a name may end before word `end`: not within `عبد الله`, nor before `بن`.
fn can_end_name(head: &HeadWords, end: usize) -> bool {
    let is = |at: usize, word: &str| head.from(at).first().is_some_and(|text| text.folded == TextWord::new(word).folded);
    let joins = |at| ["عبد", "بن", "بنت", "أبو", "آل", "ولد", "أم"].iter().any(|word| is(at, word));
    !joins(end - 1) && !["بن", "بنت", "آل", "الدين"].iter().any(|word| is(end, word))
}

/// Whether word `at` is a listed given name or begins one (`عبد الله`).
fn is_given_name(head: &HeadWords, at: usize) -> bool {
    let Some(word) = head.from(at).first() else { return false };
    let abd = TextWord::new("عبد").folded;
    head.is_one_of(at, &NEWSWIRE.given_names)
        || word.folded.starts_with(&abd) && (word.folded.len() == 3 || word.folded.len() > 5)
}

/// Whether a word may be part of a name.
fn can_be_in_name(head: &HeadWords, at: usize) -> bool {
    let Some(word) = head.from(at).first() else { return false };
    let has_letters_alone = word.folded.iter().all(|code| !code.is_ascii_digit() && !code.is_ascii_alphabetic());
    // Several people are called by verbs (`يزيد`, `أكرم`); then the list of given names decides.
    let is_verb = head.opens_report(at) && !head.is_one_of(at, &NEWSWIRE.given_names);
    // The place of the next writer's dateline (`مهند داغر دبي أنور داود`).
    let is_place = !head.is_one_of(at, &NEWSWIRE.given_names) && head.listed(at, &NEWSWIRE.places) > 0;
    has_letters_alone
        && !is_verb
        && !is_place
        && !head.is_never_in_names(at)
        && head.listed(at, &NEWSWIRE.newspapers).max(head.listed(at, &NEWSWIRE.agencies)) == 0
}

/// Whether a name without a family's begins at word `at` (`محمد بن راشد`): so the news calls those whom it speaks of.
fn names_newsmaker(head: &HeadWords, at: usize) -> bool {
    head.from(at + 1).first().is_some_and(|word| word.folded == TextWord::new("بن").folded)
}

/// Whether an unlisted word may be a verb in the imperfect (`يجهز`).
fn is_imperfect(word: &TextWord) -> bool {
    word.folded.len() > 3 && word.folded.starts_with(&TextWord::new("ي").folded)
}

/// Whether a word begins with the article `ال`.
fn is_definite(word: &TextWord) -> bool {
    word.folded.len() > 3 && word.folded.starts_with(&TextWord::new("ال").folded)
}
