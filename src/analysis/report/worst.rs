//! Where people should look first: the least certain sentences, words that nothing explains, words that an article spells in several
//! ways.
//!
//! Invariant: what is kept is bounded, whatever the size of the build.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::sample::{ShownArticle, shown_sentence};
use crate::dataset::stored::{StoredArticle, StoredSentence, StoredToken};

/// The most entries of each list.
const MOST: usize = 200;
/// A shorter sentence is no text that a person would correct.
const LEAST_TOKENS: usize = 4;
/// Different unexplained words that are counted at once.
const MOST_WORDS: usize = 100_000;
/// Shorter words have several forms by right (`ان` is `أن` and `إن`).
const LEAST_LETTERS: usize = 4;

/// The order of an entry: the worst first, and of equally bad ones the first in the build.
type Rank = (u32, usize, usize);

/// What was found so far.
#[derive(Debug, Default)]
pub(super) struct Findings {
    sentences: BTreeMap<Rank, ShownArticle>,
    words: FxHashMap<String, usize>,
    spellings: Spellings,
    spelt_two_ways: BTreeMap<Rank, TwoWays>,
    open: Option<(usize, StoredArticle)>,
}

/// The forms of each token of an article.
type Spellings = FxHashMap<String, Vec<(String, usize)>>;

/// A token that an article spells in several ways.
#[derive(Clone, Debug)]
pub(super) struct TwoWays {
    pub(super) article_id: String,
    pub(super) source: String,
    pub(super) raw: String,
    /// The most frequent first.
    pub(super) forms: Vec<(String, usize)>,
}

impl Findings {
    pub(super) fn article(&mut self, position: usize, article: &StoredArticle) {
        self.close();
        self.open = Some((position, article.clone()));
    }

    pub(super) fn sentence(&mut self, sentence: &StoredSentence, concept: &dyn Fn(&str) -> Option<usize>) {
        let Some((position, article)) = &self.open else { return };
        if article.damage == "foreign" {
            return;
        }
        let is_judged = sentence.confidence > 0.0 || sentence.tokens.iter().any(|token| token.is_doubtful);
        if sentence.kind == "body" && sentence.tokens.len() >= LEAST_TOKENS && is_judged {
            let rank = (ten_thousandths(sentence.confidence), *position, sentence.index);
            let is_kept =
                self.sentences.len() < MOST || self.sentences.last_key_value().is_some_and(|(last, _)| rank < *last);
            if is_kept {
                let mut shown = ShownArticle::new(*position, article);
                shown.sentences.push(shown_sentence(sentence, concept));
                keep(&mut self.sentences, rank, shown);
            }
        }
        for token in &sentence.tokens {
            self.token(token);
        }
    }

    fn token(&mut self, token: &StoredToken) {
        if is_unexplained(token) {
            *self.words.entry(token.raw.clone()).or_default() += 1;
            if self.words.len() > MOST_WORDS {
                // Misra and Gries 1982, "Finding repeated elements": what is frequent stays.
                self.words.retain(|_, count| {
                    *count -= 1;
                    *count > 0
                });
            }
        }
        if token.raw.chars().count() >= LEAST_LETTERS {
            let forms = match self.spellings.get_mut(&token.raw) {
                Some(forms) => forms,
                None => self.spellings.entry(token.raw.clone()).or_default(),
            };
            match forms.iter_mut().find(|(form, _)| *form == token.form) {
                Some((_, count)) => *count += 1,
                None => forms.push((token.form.clone(), 1)),
            }
        }
    }

    /// Judges the spellings of the article that ends.
    fn close(&mut self) {
        let Some((position, article)) = self.open.take() else { return };
        let mut several: Vec<(String, Vec<(String, usize)>)> =
            std::mem::take(&mut self.spellings).into_iter().filter(|(_, forms)| forms.len() > 1).collect();
        // The map has no order.
        several.sort();
        for (number, (raw, mut forms)) in several.into_iter().enumerate() {
            forms.sort_by(|(one, a), (other, b)| b.cmp(a).then_with(|| one.cmp(other)));
            // The oftener the second form, the less likely it is a slip.
            let rank = (u32::MAX - u32::try_from(forms[1].1).unwrap_or(u32::MAX), position, number);
            let found = TwoWays { article_id: article.id.clone(), source: article.source_path.clone(), raw, forms };
            keep(&mut self.spelt_two_ways, rank, found);
        }
    }

    /// The least certain sentences, each with its article; the most frequent unexplained words; and words spelt in several ways.
    pub(super) fn finish(mut self) -> (Vec<ShownArticle>, Vec<(String, usize)>, Vec<TwoWays>) {
        self.close();
        let mut words: Vec<(String, usize)> = self.words.into_iter().collect();
        words.sort_by(|(one, a), (other, b)| b.cmp(a).then_with(|| one.cmp(other)));
        words.truncate(MOST);
        (self.sentences.into_values().collect(), words, self.spelt_two_ways.into_values().collect())
    }
}

/// Whether no word of the lexicon explains a token: it was left as it was, and there is no other form.
pub(super) fn is_unexplained(token: &StoredToken) -> bool {
    token.is_doubtful && !token.is_repaired() && token.alternatives.is_empty()
}

fn keep<T>(kept: &mut BTreeMap<Rank, T>, rank: Rank, entry: T) {
    kept.insert(rank, entry);
    if kept.len() > MOST {
        kept.pop_last();
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a probability in parts of 1e-4")]
fn ten_thousandths(confidence: f32) -> u32 {
    (confidence * 1e4).round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentence(index: usize, confidence: f32, tokens: &[(&str, &str)]) -> StoredSentence {
        let token = |(raw, form): &(&str, &str)| StoredToken {
            raw: (*raw).to_owned(),
            form: (*form).to_owned(),
            confidence,
            is_doubtful: true,
            ..StoredToken::default()
        };
        let tokens = tokens.iter().map(token).collect();
        StoredSentence { index, confidence, kind: "body".to_owned(), tokens, ..StoredSentence::default() }
    }

    #[test]
    fn the_worst_is_found_in_any_build() {
        let mut findings = Findings::default();
        for number in 0..500_u16 {
            findings.article(number.into(), &StoredArticle { id: number.to_string(), ..StoredArticle::default() });
            let certain = 1.0 - f32::from(number % 250) / 1000.0;
            let forms = [("المدرس", "المدرسة"), ("المدرس", "المدرس"), ("ان", "أن"), ("ان", "إن"), ("زكطف", "زكطف")];
            findings.sentence(&sentence(0, certain, &forms), &|_| None);
        }
        let (sentences, words, two_ways) = findings.finish();
        let first: Vec<&str> = sentences.iter().take(3).map(|shown| shown.article.id.as_str()).collect();
        assert_eq!((sentences.len(), first), (MOST, vec!["249", "499", "248"]));
        assert_eq!(words[0], ("المدرس".to_owned(), 500));
        assert!(words.contains(&("زكطف".to_owned(), 500)));
        assert_eq!(two_ways.len(), MOST);
        assert_eq!(two_ways[0].raw, "المدرس", "a short word may have two forms");
    }
}
