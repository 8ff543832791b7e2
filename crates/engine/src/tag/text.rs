//! The words of a sentence as the matcher sees them: each in the form that repair chose, and in those that it may have been.
//!
//! Invariant: words come in order, each belongs to one token, and the form that was chosen is a word's first. A word that repair was
//! unsure of has its likely rivals beside it, so that a wrong choice does not hide a term; one that nothing explained is offered
//! as the damaged skeleton that it is.

use std::ops::Range;

use crate::arabic::is_mark;
use crate::repair::words::{WordSpan, words_of};
use crate::repair::{Damage, Repaired, TokenRepair};

/// Rivals below this probability are not looked at. Lower finds more of what repair got wrong and more that was never there: on one
/// development set, hits agree with those of the right text by F1 .9898 at 0.3 and .9905 at 0.4.
const LEAST_RIVAL: f32 = 0.4;

/// Where a form comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Source {
    /// Repair chose it, or it stood there.
    Chosen,
    /// Repair held it possible.
    Rival,
    /// Nothing explains the word; these are the letters that the damage left.
    Skeleton,
}

/// A form that a word has or may have.
#[derive(Clone, Debug)]
pub(super) struct TextForm {
    /// Letter codes as written.
    pub(super) letters: Vec<u8>,
    pub(super) probability: f32,
    pub(super) source: Source,
}

/// A word of a sentence.
#[derive(Clone, Debug)]
pub(super) struct TextWord {
    pub(super) token: usize,
    pub(super) forms: Vec<TextForm>,
    /// Whether something parts it from the next word: a mark, a number, a word of another script.
    pub(super) is_closed: bool,
}

/// The words of a run of tokens.
pub(super) fn read_words(article: &Repaired, tokens: Range<usize>) -> Vec<TextWord> {
    let mut words: Vec<TextWord> = Vec::with_capacity(tokens.len());
    let mut readings = article.token_repairs(tokens.clone()).peekable();
    for token in tokens {
        let reading = readings.next_if(|reading| reading.token == token);
        let text = article.token_text(token);
        let spans = words_of(text);
        let opens_with_mark = spans.first().is_none_or(|span| span.bytes.start != 0);
        if let Some(before) = words.last_mut().filter(|_| opens_with_mark) {
            before.is_closed = true;
        }
        let probability = article.findings()[token].confidence;
        let first = words.len();
        let mut spans = spans.into_iter().peekable();
        while let Some(span) = spans.next() {
            let end = spans.peek().map_or(text.len(), |next| next.bytes.start);
            let is_closed = text[span.bytes.end..end].chars().any(|c| c != ' ' && !is_mark(c));
            let chosen = TextForm { letters: span.codes, probability, source: Source::Chosen };
            words.push(TextWord { token, forms: vec![chosen], is_closed });
        }
        if let Some(reading) = reading {
            add_rivals(reading, &mut words[first..]);
        }
        if article.findings()[token].unresolved && article.damage(token) == Damage::Stripped {
            add_skeletons(&words_of(article.document().token_text(token)), probability, &mut words[first..]);
        }
    }
    words
}

fn add_rivals(reading: &TokenRepair, words: &mut [TextWord]) {
    for rival in reading.alternatives.iter().filter(|rival| rival.confidence >= LEAST_RIVAL) {
        let spans = words_of(&rival.form);
        if spans.len() != words.len() {
            continue;
        }
        for (word, span) in words.iter_mut().zip(spans).filter(|(word, span)| word.forms[0].letters != span.codes) {
            let form = TextForm { letters: span.codes, probability: rival.confidence, source: Source::Rival };
            word.forms.push(form);
        }
    }
}

fn add_skeletons(raw: &[WordSpan], probability: f32, words: &mut [TextWord]) {
    if raw.len() == words.len() {
        for (word, span) in words.iter_mut().zip(raw) {
            let form = TextForm { letters: span.codes.clone(), probability, source: Source::Skeleton };
            word.forms.push(form);
        }
    }
}
