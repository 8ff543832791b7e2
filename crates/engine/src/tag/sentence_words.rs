//! The words of a sentence as the matcher sees them: the form that repair chose, and the forms that the word may have had instead.
//!
//! A word that repair was unsure of also has its alternatives: a wrong choice does not hide a term if the right form is likely, and all forms
//! that a term matches add up. An unresolved word also has the letters that the damage left, its skeleton.
//!
//! Invariant: words are in order, each belongs to one token, and the chosen form is a word's first.

use std::ops::Range;

use super::runs::{is_joint, is_symbol, runs_of};
use crate::arabic::is_mark;
use crate::repair::words::{WordSpan, words_of};
use crate::repair::{Damage, Repaired, TokenRepair};

/// No term is found by alternatives below this probability; they only add to the probability of one that is. A lower limit finds more terms that repair got wrong, and more that the text never
/// had: on one development set, hits agree with those of the original text by F1 .9898 at 0.3 and .9905 at 0.4.
const LEAST_ALTERNATIVE: f32 = 0.4;

/// In a longer token (in bytes) no term is looked for: a hit is given by whole tokens, so that thousands of hits would each repeat it.
const LONGEST_TOKEN: usize = 1 << 10;

/// Where a form comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum FormSource {
    /// Repair chose it, or left the token as it was.
    Chosen,
    /// Repair thought it likely, and chose another.
    Alternative,
    /// Repair thought it possible.
    Unlikely,
    /// The word is unresolved; these are the letters that the damage left.
    Skeleton,
}

/// A form that a word has or may have.
#[derive(Clone, Debug)]
pub(crate) struct WordForm {
    /// Letter codes as written.
    pub(super) letters: Vec<u8>,
    pub(super) probability: f32,
    pub(super) source: FormSource,
}

/// A word of a sentence.
#[derive(Clone, Debug)]
pub(crate) struct SentenceWord {
    pub(super) token: usize,
    /// The chosen form, then the others.
    pub(super) forms: Vec<WordForm>,
    /// Whether something separates it from the next word: a mark, a number, a word in another script. No phrase goes past it.
    pub(super) is_closed: bool,
}

/// The words of a run of tokens.
pub(super) fn read_words(article: &Repaired, tokens: Range<usize>) -> Vec<SentenceWord> {
    let mut words: Vec<SentenceWord> = Vec::with_capacity(tokens.len());
    let mut repairs = article.token_repairs(tokens.clone()).peekable();
    let agencies = article.agency_remnants(tokens.clone());
    for token in tokens {
        // What is left of an agency is no word, and no phrase goes past it.
        if agencies.contains(&token) || article.token_text(token).len() > LONGEST_TOKEN {
            words.last_mut().into_iter().for_each(|word| word.is_closed = true);
            continue;
        }
        let first = words.len();
        // A word of another language that is spelt like an Arabic one is not that word.
        if article.damage(token) == Damage::Foreign {
            if let Some(before) = words.last_mut() {
                before.is_closed = true;
            }
            continue;
        }
        read_token(article, token, &mut words);
        // Words that were left out may have repairs, too.
        while repairs.next_if(|repair| repair.token < token).is_some() {}
        if let Some(repair) = repairs.next_if(|repair| repair.token == token) {
            add_alternatives(repair, &mut words[first..]);
        }
        let finding = article.finding(token);
        if finding.unresolved && article.damage(token) == Damage::Stripped {
            let raw = words_of(article.document().token_text(token));
            add_skeletons(&raw, finding.confidence, &mut words[first..]);
        }
    }
    words
}

/// Appends the words of a token in their chosen forms; closes the word before if the token begins with a mark.
fn read_token(article: &Repaired, token: usize, words: &mut Vec<SentenceWord>) {
    let text = article.token_text(token);
    let probability = article.finding(token).confidence;
    let spans = words_of(text);
    let opens_with_mark = spans.first().is_none_or(|span| span.bytes.start != 0);
    if let Some(before) = words.last_mut().filter(|_| opens_with_mark) {
        before.is_closed = true;
    }
    let mut spans = spans.into_iter().peekable();
    while let Some(span) = spans.next() {
        let end = spans.peek().map_or(text.len(), |next| next.bytes.start);
        let is_closed = text[span.bytes.end..end].chars().any(|c| c != ' ' && !is_mark(c));
        let chosen = WordForm { letters: span.codes, probability, source: FormSource::Chosen };
        words.push(SentenceWord { token, forms: vec![chosen], is_closed });
    }
}

/// The words of a run of tokens with the numbers and the words in other scripts between them, for terms that have such. `words` are those
/// of [`read_words`]; a hyphen inside a token does not close a word here.
pub(super) fn with_symbols(article: &Repaired, tokens: Range<usize>, words: &[SentenceWord]) -> Vec<SentenceWord> {
    let mut words = words.iter().peekable();
    let mut all: Vec<SentenceWord> = Vec::with_capacity(tokens.len());
    for token in tokens {
        let text = article.token_text(token);
        let runs = if text.len() > LONGEST_TOKEN { Vec::new() } else { runs_of(text) };
        if let Some(before) = all.last_mut().filter(|_| runs.first().is_none_or(|run| run.bytes.start != 0)) {
            before.is_closed = true;
        }
        for (index, run) in runs.iter().enumerate() {
            let next = runs.get(index + 1);
            let between = &text[run.bytes.end..next.map_or(text.len(), |next| next.bytes.start)];
            let is_open = between.chars().all(|c| c == ' ' || is_mark(c)) || (next.is_some() && is_joint(between));
            let word = if is_symbol(&run.letters) {
                let probability = article.finding(token).confidence;
                let form = WordForm { letters: run.letters.clone(), probability, source: FormSource::Chosen };
                Some(SentenceWord { token, forms: vec![form], is_closed: false })
            } else {
                // Not every word of the text is one of `words`: they lack those of agencies, and those of other languages.
                words.next_if(|word| word.token == token).cloned()
            };
            all.extend(word.map(|word| SentenceWord { is_closed: !is_open, ..word }));
        }
    }
    all
}

fn add_alternatives(repair: &TokenRepair, words: &mut [SentenceWord]) {
    for alternative in &repair.alternatives {
        let is_likely = alternative.confidence >= LEAST_ALTERNATIVE;
        let source = if is_likely { FormSource::Alternative } else { FormSource::Unlikely };
        let spans = words_of(&alternative.form);
        // An alternative that splits the token differently does not line up with its words.
        if spans.len() != words.len() {
            continue;
        }
        for (word, span) in words.iter_mut().zip(spans).filter(|(word, span)| word.forms[0].letters != span.codes) {
            word.forms.push(WordForm { letters: span.codes, probability: alternative.confidence, source });
        }
    }
}

fn add_skeletons(raw: &[WordSpan], probability: f32, words: &mut [SentenceWord]) {
    // A token that repair split has other words than its raw text, and the two do not line up.
    if raw.len() == words.len() {
        for (word, span) in words.iter_mut().zip(raw) {
            let form = WordForm { letters: span.codes.clone(), probability, source: FormSource::Skeleton };
            word.forms.push(form);
        }
    }
}
