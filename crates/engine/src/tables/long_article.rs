//! The rows of a long article, made passage by passage.
//!
//! Invariant: the rows of sentences and keywords are handed on as they come and none is kept, so that what is kept grows with the
//! article's text alone.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::article_rows::ArticleRows;
use super::articles::{ArticleRow, article_keyword};
use super::keywords::KeywordRow;
use super::sentences::SentenceRow;
use crate::repair::MIXED;
use crate::rounded::rounded;
use crate::tag::phrases::MOST_KEYPHRASES;
use crate::tag::{ConceptIndex, Keyphrase, KeywordCount, Tagged, Vocabulary};

/// Restored letters make a text longer, by an eighth at most.
const LONGER: (usize, usize) = (9, 8);

/// A long article's row so far.
#[derive(Debug)]
pub struct LongArticle {
    /// Set by the first passage.
    row: Option<ArticleRow>,
    /// Bytes to be expected of its text.
    capacity: usize,
    hash: blake3::Hasher,
    /// The sum of its tokens' confidences.
    confidence: f64,
    concepts: BTreeMap<ConceptIndex, usize>,
    /// In the order in which they were first found.
    keyphrases: Vec<Keyphrase>,
    places: FxHashMap<String, usize>,
}

impl LongArticle {
    /// An article of which no passage has come yet; its decoded text has so many bytes.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self {
            row: None,
            capacity: bytes / LONGER.1 * LONGER.0,
            hash: blake3::Hasher::new(),
            confidence: 0.0,
            concepts: BTreeMap::new(),
            keyphrases: Vec::new(),
            places: FxHashMap::default(),
        }
    }

    /// Adds a passage, with what its source offsets lack; returns the rows of its sentences and of its keyword hits.
    pub(crate) fn add(
        &mut self,
        tagged: &Tagged,
        offset: usize,
        vocabulary: &Vocabulary,
        doubt_threshold: f32,
    ) -> (Vec<SentenceRow>, Vec<KeywordRow>) {
        let mut rows = ArticleRows::new(tagged, vocabulary, doubt_threshold);
        let before = self.row.as_ref().map_or(0, |row| row.sentence_count);
        rows.follow(before, offset as u64);
        self.count(tagged);
        let ArticleRows { article, sentences, keywords } = rows;
        match &mut self.row {
            Some(row) => append(row, &article),
            None => self.row = Some(self.begin(article)),
        }
        (sentences, keywords)
    }

    /// The article's row, of the first passage so far.
    fn begin(&self, mut row: ArticleRow) -> ArticleRow {
        // Reserved at once: a string that grows by doubling would be in memory twice each time.
        for text in [&mut row.text, &mut row.text_punctuated] {
            text.reserve_exact(self.capacity.saturating_sub(text.len()));
        }
        row
    }

    /// Counts what is neither a sum over the passages' rows nor their concatenation.
    fn count(&mut self, tagged: &Tagged) {
        let (article, kept) = (tagged.article(), tagged.kept());
        if self.row.is_some() {
            self.hash.update(b" ");
        }
        self.hash.update(article.document().span_text(kept.clone()).as_bytes());
        self.confidence += kept.map(|token| f64::from(article.finding(token).confidence)).sum::<f64>();
        for KeywordCount { concept, count } in tagged.keyword_counts() {
            *self.concepts.entry(concept).or_default() += count;
        }
        for phrase in tagged.keyphrases() {
            let place = *self.places.entry(phrase.text.clone()).or_insert(self.keyphrases.len());
            match self.keyphrases.get_mut(place) {
                Some(known) => {
                    known.score += phrase.score;
                    known.count += phrase.count;
                }
                None => self.keyphrases.push(phrase.clone()),
            }
        }
    }

    /// The article's row; `None` if no passage came.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "a mean of some millions of probabilities")]
    pub fn finish(self, vocabulary: &Vocabulary) -> Option<ArticleRow> {
        let Self { row, hash, confidence, concepts, mut keyphrases, .. } = self;
        let mut row = row?;
        hash.finalize().to_hex()[..32].clone_into(&mut row.content_hash);
        row.mean_confidence = rounded(confidence / row.token_count.max(1) as f64);
        let mut counts: Vec<_> = concepts.into_iter().map(|(concept, count)| KeywordCount { concept, count }).collect();
        // Stable, as within one passage: the vocabulary's order decides ties.
        counts.sort_by_key(|keyword| Reverse(keyword.count));
        row.keywords = counts.into_iter().map(|keyword| article_keyword(vocabulary, keyword)).collect();
        // What is said throughout ranks first; stable, so that what is said first decides ties.
        keyphrases.sort_by(|a, b| b.score.total_cmp(&a.score));
        keyphrases.truncate(MOST_KEYPHRASES);
        for phrase in &mut keyphrases {
            phrase.score = rounded(f64::from(phrase.score));
        }
        row.keyphrases = keyphrases;
        Some(row)
    }
}

/// Adds the row of the next passage to that of an article.
fn append(row: &mut ArticleRow, next: &ArticleRow) {
    for (text, next) in [(&mut row.text, &next.text), (&mut row.text_punctuated, &next.text_punctuated)] {
        text.push('\n');
        text.push_str(next);
    }
    row.token_count += next.token_count;
    row.sentence_count += next.sentence_count;
    row.repaired_count += next.repaired_count;
    row.unresolved_count += next.unresolved_count;
    if row.damage != next.damage {
        row.damage = MIXED;
    }
}
