//! Counts over all sentences and tokens of a build: how long, how certain, which letters.

use std::collections::BTreeMap;

use super::data::{Duplicates, Overview};
use crate::dataset::stored::{StoredArticle, StoredSentence, StoredToken};

/// The letters that the damage deletes.
const LOST_LETTERS: [char; 8] = ['ة', 'ى', 'أ', 'إ', 'آ', 'ء', 'ئ', 'ؤ'];
/// Tokens in a bar of the sentence lengths.
const LENGTH_STEP: usize = 5;
/// Bars of confidence, each from one of these to the next: most tokens are nearly certain.
const CONFIDENCES: [f64; 9] = [0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.995, 1.0];

/// The counts so far.
#[derive(Debug, Default)]
pub(super) struct Tallies {
    pub(super) overview: Overview,
    lengths: BTreeMap<usize, usize>,
    confidences: [usize; CONFIDENCES.len() - 1],
    letters: [usize; LOST_LETTERS.len()],
    damage: BTreeMap<String, usize>,
    /// The sum of the tokens' confidences.
    confidence: f64,
    /// Tokens whose confidence is known.
    judged: usize,
}

impl Tallies {
    pub(super) fn article(&mut self, article: &StoredArticle) {
        let Overview { articles, duplicates: Duplicates { exact, near }, first_date, last_date, .. } = &mut self.overview;
        *articles += 1;
        *exact += usize::from(article.duplicate_of.is_some());
        *near += usize::from(article.near_duplicate_of.is_some());
        *self.damage.entry(article.damage.clone()).or_default() += 1;
        if let Some(day) = &article.published {
            if first_date.as_ref().is_none_or(|first| day < first) {
                *first_date = Some(day.clone());
            }
            if last_date.as_ref().is_none_or(|last| day > last) {
                *last_date = Some(day.clone());
            }
        }
    }

    pub(super) fn sentence(&mut self, sentence: &StoredSentence) {
        let overview = &mut self.overview;
        overview.sentences += 1;
        overview.tokens += sentence.tokens.len();
        overview.unresolved += sentence.unresolved;
        overview.keyword_hits += sentence.hits.len();
        overview.number_gaps += usize::from(sentence.gap_before.is_some());
        *self.lengths.entry(sentence.tokens.len().saturating_sub(1) / LENGTH_STEP).or_default() += 1;
        for token in &sentence.tokens {
            self.token(token);
        }
    }

    fn token(&mut self, token: &StoredToken) {
        let overview = &mut self.overview;
        overview.repaired += usize::from(token.is_repaired());
        overview.corrected += usize::from(token.is_by_hand);
        overview.doubts += usize::from(token.is_doubtful);
        overview.number_gaps += usize::from(token.gap.is_some());
        overview.marks += usize::from(token.mark.is_some());
        let confidence = f64::from(token.confidence);
        // Of foreign text nothing is known, which is written as 0.
        if confidence > 0.0 {
            self.judge(confidence);
        }
        if token.is_repaired() {
            for (letter, count) in LOST_LETTERS.iter().zip(&mut self.letters) {
                let times = |text: &str| text.chars().filter(|c| c == letter).count();
                *count += times(&token.form).saturating_sub(times(&token.raw));
            }
        }
    }

    fn judge(&mut self, confidence: f64) {
        self.confidence += confidence;
        self.judged += 1;
        let bar = CONFIDENCES.partition_point(|bound| *bound <= confidence);
        self.confidences[bar.clamp(1, self.confidences.len()) - 1] += 1;
    }

    /// The overview so far, with what follows from the counts.
    #[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
    pub(super) fn take_overview(&mut self) -> Overview {
        let mut overview = std::mem::take(&mut self.overview);
        overview.mean_confidence = (self.judged > 0).then(|| (self.confidence / self.judged as f64 * 1e4).round() / 1e4);
        overview.damage = std::mem::take(&mut self.damage).into_iter().collect();
        overview.damage.sort_by_key(|(_, articles)| std::cmp::Reverse(*articles));
        overview
    }

    /// First and last number of tokens, and sentences.
    pub(super) fn sentence_lengths(&self) -> Vec<(usize, usize, usize)> {
        let Some(last) = self.lengths.keys().next_back() else { return Vec::new() };
        let bar =
            |bar: usize| (bar * LENGTH_STEP + 1, (bar + 1) * LENGTH_STEP, self.lengths.get(&bar).copied().unwrap_or(0));
        (0..=*last).map(bar).collect()
    }

    /// From, to, and tokens.
    pub(super) fn confidences(&self) -> Vec<(f64, f64, usize)> {
        let bounds = CONFIDENCES.windows(2).zip(self.confidences);
        bounds.map(|(bounds, tokens)| (bounds[0], bounds[1], tokens)).collect()
    }

    /// Restored letters, and how often.
    pub(super) fn letters(&self) -> Vec<(char, usize)> {
        LOST_LETTERS.into_iter().zip(self.letters).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(raw: &str, form: &str, confidence: f32) -> StoredToken {
        StoredToken { raw: raw.to_owned(), form: form.to_owned(), confidence, ..StoredToken::default() }
    }

    #[test]
    fn letters_lengths_and_confidences_are_counted() {
        let mut tallies = Tallies::default();
        let tokens = vec![token("المسسات", "المؤسسات", 1.0), token("شي", "شيء", 0.99), token("قال", "قال", 0.0)];
        tallies.sentence(&StoredSentence { tokens, ..StoredSentence::default() });
        let six = vec![token("قال", "قال", 0.5); 6];
        tallies.sentence(&StoredSentence { tokens: six, ..StoredSentence::default() });
        assert_eq!(tallies.letters().into_iter().filter(|(_, count)| *count > 0).collect::<Vec<_>>(), [('ء', 1), ('ؤ', 1)]);
        assert_eq!(tallies.sentence_lengths(), [(1, 5, 1), (6, 10, 1)]);
        let bars: Vec<usize> = tallies.confidences().into_iter().map(|(_, _, tokens)| tokens).collect();
        assert_eq!(bars, [0, 6, 0, 0, 0, 0, 1, 1]);
        let overview = tallies.take_overview();
        assert_eq!((overview.tokens, overview.repaired, overview.mean_confidence), (9, 2, Some(0.6238)));
    }
}
