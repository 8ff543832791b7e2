//! From the probabilities of words to the outcome for their token: its form, its confidence, its alternatives.
//!
//! Invariant: a form is the raw token with each of its words in one of the word's own forms; everything between the words is
//! kept to the byte.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::settings::RepairSettings;
use crate::rounded::probability;

/// Alternatives kept per token.
const MAX_ALTERNATIVES: usize = 4;
/// Alternatives below this probability are not worth a reader's time.
const LEAST_ALTERNATIVE: f32 = 0.001;

/// Another form that a token might have had.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    /// The whole token in that form.
    pub form: String,
    /// Posterior probability, rounded to 1e-4.
    #[serde(with = "probability")]
    pub confidence: f32,
}

/// What repair decided about one token.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Posterior probability that the chosen form is right.
    pub confidence: f32,
    /// No word of the lexicon explains the token.
    pub unresolved: bool,
    /// The chosen form and its alternatives, if they are worth keeping: the token was changed, or is in doubt.
    pub repair: Option<(String, Vec<Alternative>)>,
}

impl Outcome {
    /// That of a token in another language: nothing is claimed about it, and nothing is doubted either.
    pub(super) const UNKNOWN: Self = Self { confidence: 0.0, unresolved: false, repair: None };

    /// That of a token of which letters are lost beyond repair.
    pub(super) fn lost(raw: &str) -> Self {
        Self { confidence: 0.0, unresolved: true, repair: Some((raw.to_owned(), Vec::new())) }
    }
}

/// A word with its forms, most probable first; `None` is the word as it stands.
pub(super) struct DecidedWord<'w> {
    /// Bytes in its token.
    pub bytes: &'w Range<usize>,
    pub unresolved: bool,
    pub forms: Vec<(Option<String>, f32)>,
}

impl DecidedWord<'_> {
    fn confidence(&self) -> f32 {
        self.forms[0].1
    }

    /// How probable the word is as it stands in its token; 0 if that is none of its forms.
    fn raw_confidence(&self, raw: &str) -> f32 {
        let stands = |form: &Option<String>| form.as_deref().is_none_or(|form| form == &raw[self.bytes.clone()]);
        self.forms.iter().find(|(form, _)| stands(form)).map_or(0.0, |(_, confidence)| *confidence)
    }
}

/// Joins the decisions about a token's words. The token is as certain as its least certain word.
pub(super) fn outcome(raw: &str, words: &[DecidedWord<'_>], settings: &RepairSettings) -> Outcome {
    let confidence = words.iter().map(DecidedWord::confidence).fold(1.0, f32::min);
    let unresolved = words.iter().any(|word| word.unresolved);
    let form = substitute(raw, words, |word| word.forms[0].0.as_deref());
    let withheld = form != raw && confidence < settings.keep_raw_below;
    if form == raw && confidence >= settings.doubt_threshold {
        return Outcome { confidence, unresolved, repair: None };
    }
    let mut alternatives = alternatives(raw, words);
    if !withheld {
        alternatives.truncate(MAX_ALTERNATIVES);
        return Outcome { confidence, unresolved, repair: Some((form, alternatives)) };
    }
    // The raw token becomes the form, and the form that was withheld the best alternative.
    alternatives.retain(|alternative| alternative.form != raw);
    alternatives.insert(0, Alternative { form, confidence });
    alternatives.truncate(MAX_ALTERNATIVES);
    let confidence = words.iter().map(|word| word.raw_confidence(raw)).fold(1.0, f32::min);
    Outcome { confidence, unresolved, repair: Some((raw.to_owned(), alternatives)) }
}

/// The alternatives of a token, best first: those of its least certain word, the other words as chosen.
fn alternatives(raw: &str, words: &[DecidedWord<'_>]) -> Vec<Alternative> {
    let Some(weakest) = words.iter().min_by(|a, b| a.confidence().total_cmp(&b.confidence())) else { return Vec::new() };
    // One more than is kept, because a token that is left alone removes itself from the list.
    let worthwhile = weakest.forms[1..].iter().filter(|(_, p)| *p >= LEAST_ALTERNATIVE).take(MAX_ALTERNATIVES + 1);
    let alternative = |(rival, p): &(Option<String>, f32)| {
        let chosen = |word: &DecidedWord<'_>| std::ptr::eq(word, weakest);
        let form = substitute(raw, words, |word| if chosen(word) { rival.as_deref() } else { word.forms[0].0.as_deref() });
        Alternative { form, confidence: *p }
    };
    worthwhile.map(alternative).collect()
}

/// `raw` with each of its words replaced by the form that `form` gives; `None` keeps the word.
fn substitute<'d, 'w: 'd>(
    raw: &str,
    words: &'d [DecidedWord<'w>],
    form: impl Fn(&'d DecidedWord<'w>) -> Option<&'d str>,
) -> String {
    let mut token = String::with_capacity(raw.len() + 4);
    let mut copied = 0;
    for decided in words {
        token.push_str(&raw[copied..decided.bytes.start]);
        token.push_str(form(decided).unwrap_or(&raw[decided.bytes.clone()]));
        copied = decided.bytes.end;
    }
    token.push_str(&raw[copied..]);
    token
}

#[cfg(test)]
mod tests {
    use super::*;

    const RAW: &str = "(ان،";

    /// The form, the confidence and the alternatives of `(ان،` if its word has these forms.
    fn outcome_of(forms: &[(Option<&str>, f32)], keep_raw_below: f32) -> (String, f32, Vec<String>) {
        let forms = forms.iter().map(|(form, p)| (form.map(str::to_owned), *p)).collect();
        let bytes = 1..RAW.len() - '،'.len_utf8();
        let word = DecidedWord { bytes: &bytes, unresolved: false, forms };
        let settings = RepairSettings { doubt_threshold: 0.9, keep_raw_below, ..RepairSettings::default() };
        let outcome = outcome(RAW, &[word], &settings);
        let (form, alternatives) = outcome.repair.expect("changed or doubtful");
        (form, outcome.confidence, alternatives.into_iter().map(|alternative| alternative.form).collect())
    }

    const FORMS: [(Option<&str>, f32); 3] = [(Some("أن"), 0.7), (Some("إن"), 0.2), (None, 0.1)];

    #[test]
    fn the_best_form_is_chosen_and_its_rivals_reported() {
        assert_eq!(outcome_of(&FORMS, 0.0), ("(أن،".to_owned(), 0.7, vec!["(إن،".to_owned(), RAW.to_owned()]));
        assert_eq!(outcome_of(&FORMS, 0.7).0, "(أن،", "exactly as probable as asked is enough");
    }

    #[test]
    fn a_form_less_probable_than_asked_becomes_an_alternative() {
        assert_eq!(outcome_of(&FORMS, 0.75), (RAW.to_owned(), 0.1, vec!["(أن،".to_owned(), "(إن،".to_owned()]));
        let (form, confidence, _) = outcome_of(&FORMS[..2], 0.75);
        assert_eq!((form.as_str(), confidence), (RAW, 0.0), "no candidate is as it stands");
    }
}
