//! Headlines: on a line of their own, or, where marks and breaks are lost, running into the text.
//!
//! A headline that runs into the text ends where a dateline with an agency begins (`… يكتسح لاوس نام دينه فب انتظر`), or where a
//! report begins: its first word is one of the verbs that open reports, and its first sentence repeats the headline's words.

use std::ops::Range;

use super::super::boundary_cues::BoundaryCue;
use super::byline::byline;
use super::credits::byline_above_dateline;
use super::dateline::{Dateline, dateline};
use super::words::HeadWords;
use crate::arabic::light_stem::light_stem;
use crate::newswire::{NEWSWIRE, TextWord};
use crate::repair::{Repaired, logistic};

/// The most tokens of a headline.
const LONGEST: usize = 20;
/// The least words of one that runs into the text.
const LEAST: usize = 3;
/// The tokens of a line of text at least.
const SHORT_LINE: usize = 10;
/// The words of the first sentence that are searched for those of the headline.
const FIRST_SENTENCE: usize = 30;
/// The probability of a headline that runs into the text, at least: a wrong claim costs more than a missed one.
const LEAST_CONFIDENCE: f64 = 0.7;
/// Intercept and weights of a logistic regression on titles that were joined to their stripped articles, and on stripped articles without
/// titles: the log-odds of a sentence end, the number of repeated words, the distance from the usual length, and the highest log-odds of a
/// sentence end inside the headline above those at its end.
const INTERCEPT: f64 = -2.5;
const SENTENCE_END_WEIGHT: f64 = -0.26;
const REPETITION_WEIGHT: f64 = 1.09;
const LENGTH_WEIGHT: f64 = -0.7;
const INSIDE_WEIGHT: f64 = -0.24;
/// The usual length of a headline, in words.
const USUAL_WORDS: f64 = 8.0;

/// A headline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Headline {
    /// Its end, in tokens.
    pub(super) end: usize,
    /// The probability that it is one.
    pub(super) confidence: f64,
}

/// The headline of an article whose source supplies none.
pub(super) fn headline(article: &Repaired, cues: &[BoundaryCue]) -> Option<Headline> {
    let head = HeadWords::new(article, cues, 0, LONGEST + FIRST_SENTENCE);
    line(article, cues, &head).or_else(|| run_in(&head))
}

/// A first line without a mark at its end that is no credit, and is much shorter than the longest run of text after it.
fn line(article: &Repaired, cues: &[BoundaryCue], head: &HeadWords) -> Option<Headline> {
    let mut ends = (0..cues.len()).filter(|token| cues[*token] == BoundaryCue::End).map(|token| token + 1);
    let end = ends.next().filter(|end| *end <= LONGEST)?;
    let mut lengths = ends.scan(end, |start, next| Some(next - std::mem::replace(start, next)));
    let following = lengths.next()?;
    let longest = lengths.fold(following, usize::max);
    // A cell of a table, or a term before its definition, is a word or two before another short line.
    let is_cell = end <= 2 && following < SHORT_LINE;
    (!goes_on(article, end) && !is_cell && !is_credit(head, end) && longest > 2 * end)
        .then_some(Headline { end, confidence: 0.95 })
}

/// Whether the sentence of a line that ends before token `end` goes on in the next line: it ends in a mark, in a function word or within a
/// bracket, or the next line begins with the mark that it lacks.
fn goes_on(article: &Repaired, end: usize) -> bool {
    let last = article.token_text(end - 1);
    let is_function_word = |word: &str| NEWSWIRE.function_words.has_word(&TextWord::new(word));
    let brackets = |bracket| (0..end).flat_map(|token| article.token_text(token).matches(bracket)).count();
    last.ends_with(|c: char| !c.is_alphanumeric())
        || article.token_text(end).starts_with(['.', '،', ',', '؛', ':', '؟', '!'])
        || brackets('(') > brackets(')')
        || [last, last.strip_prefix(['و', 'ف']).unwrap_or(last)].iter().any(|word| is_function_word(word))
}

/// Whether the line that ends before token `end` is a label, a place, the opening of a law or the line under its title, or names an agency or a writer.
fn is_credit(head: &HeadWords, end: usize) -> bool {
    let words = (0..head.len()).take_while(|word| head.token(*word) < end).count();
    let is_whole = |length: usize| length > 0 && length == words;
    let place = head.phrase(0, |words| NEWSWIRE.place_at(words));
    let country = if place > 0 { head.listed(place, &NEWSWIRE.countries) } else { 0 };
    words == 0
        || is_whole(place + country)
        || is_whole(head.listed(0, &NEWSWIRE.labels))
        || (0..2).any(|word| head.is_one_of(word, &NEWSWIRE.sections))
        || head.listed(0, &NEWSWIRE.subtitles) > 0
        || dateline(head, 0).is_some_and(|dateline| {
            let named = || byline(head, dateline.end, !dateline.has_agency);
            dateline.has_agency
                || head.token(dateline.end) >= end
                || named().is_some_and(|byline| head.token(byline.end) >= end)
        })
        || byline_above_dateline(head).is_some()
        || byline(head, 0, place > 0).is_some_and(|byline| head.token(byline.end) >= end)
}

/// A headline that runs into the text.
fn run_in(head: &HeadWords) -> Option<Headline> {
    let line = (1..head.len()).take_while(|at| !head.before(*at).contains('\n')).count() + 1;
    // A sentence begins with a verb or a function word, and so does a report with a dateline.
    if !head.is_open || head.continues_report(0) || dateline(head, 0).is_some() {
        return None;
    }
    let ends = LEAST..LONGEST.min(line);
    let found = before_dateline(head, ends.clone()).or_else(|| before_report(head, ends))?;
    Some(Headline { end: head.token(found.0), confidence: found.1 })
}

/// The end of a headline, in words, that an unmistakable dateline follows, and its probability.
fn before_dateline(head: &HeadWords, ends: Range<usize>) -> Option<(usize, f64)> {
    let is_sure = |start: &usize| {
        // A function word before it would lead into the place (`في مدينة الإسكندرية`).
        let is_open = head.is_never_in_names(*start - 1);
        let found = dateline(head, *start).filter(|_| head.can_end(*start) && !is_open);
        // The encoder expects a dash or a bracket after the place, or one after the whole.
        let is_closed = |dateline: Dateline| starts_report(head, dateline.end) || head.end_logit(dateline.place) > -1.0;
        found.is_some_and(|dateline| (dateline.is_sure || dateline.has_agency) && is_closed(dateline))
    };
    let is_listed = |start: &usize| head.phrase(*start, |words| NEWSWIRE.places.longest_at(words)) > 0;
    if let Some(start) = ends.clone().find(|start| is_listed(start) && is_sure(start)) {
        return Some((start, 0.97));
    }
    // The words of a place that no list has could as well be the headline's last: the encoder decides where it begins.
    let likeliest =
        ends.filter(is_sure).max_by(|a, b| head.sentence_end_logit(*a).total_cmp(&head.sentence_end_logit(*b)))?;
    (head.sentence_end_logit(likeliest) > -5.0).then_some((likeliest, 0.85))
}

/// Whether a report may begin at word `at`.
fn starts_report(head: &HeadWords, at: usize) -> bool {
    head.opens_report(at) || head.end_logit(at) > -1.0
}

/// The end of a headline, in words, after which a report repeats its words, and its probability.
fn before_report(head: &HeadWords, ends: Range<usize>) -> Option<(usize, f64)> {
    let first = head.from(0).first()?;
    let is_sentence = head.is_never_in_names(0) || head.is_one_of(1, &NEWSWIRE.opening_verbs);
    if is_sentence || head.is_one_of(0, &NEWSWIRE.sections) || first.folded.len() == 1 {
        return None;
    }
    // What defines its first word (`الصفرية هي فرقة`) is a sentence.
    let defined = (0..ends.end).find(|at| head.is_one_of(*at, &NEWSWIRE.copulas)).unwrap_or(ends.end);
    let can_end = |end: &usize| {
        let is_content = head.from(*end - 1)[0].folded.len() > 1 && !head.is_never_in_names(*end - 1);
        head.can_end(*end) && is_content && head.is_one_of(*end, &NEWSWIRE.opening_verbs)
    };
    let weighed = (ends.start..defined.max(ends.start)).filter(can_end).map(|end| (end, probability(head, end)));
    let likeliest = weighed.max_by(|a, b| a.1.total_cmp(&b.1))?;
    (likeliest.1 >= LEAST_CONFIDENCE).then_some(likeliest)
}

/// The probability that a headline ends before word `end`.
#[expect(clippy::cast_precision_loss, reason = "counts of words")]
fn probability(head: &HeadWords, end: usize) -> f64 {
    let sentence_end = head.sentence_end_logit(end).clamp(-5.0, 4.0);
    let inside = (2..end).map(|inner| head.sentence_end_logit(inner)).fold(-9.0, f64::max) - sentence_end;
    let repeated = repeated_words(head, end).min(4) as f64;
    let off_length = (end as f64 - USUAL_WORDS).abs();
    logistic(
        INTERCEPT
            + SENTENCE_END_WEIGHT * sentence_end
            + REPETITION_WEIGHT * repeated
            + LENGTH_WEIGHT * off_length
            + INSIDE_WEIGHT * inside.clamp(-6.0, 6.0),
    )
}

/// How many words of the headline that ends before word `end` the first sentence repeats, function words left out.
fn repeated_words(head: &HeadWords, end: usize) -> usize {
    let stem = |at: usize| light_stem(&head.from(at)[0].folded);
    let first_sentence: Vec<Vec<u8>> = (end..head.len().min(end + FIRST_SENTENCE)).map(stem).collect();
    let is_content = |at: &usize| head.from(*at)[0].folded.len() > 2 && !head.is_never_in_names(*at);
    let mut repeated: Vec<Vec<u8>> = (0..end).filter(is_content).map(stem).collect();
    repeated.retain(|stem| first_sentence.contains(stem));
    repeated.sort_unstable();
    repeated.dedup();
    repeated.len()
}
