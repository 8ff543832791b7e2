//! Counting the rows of a build: the sums from which its metrics follow.
//!
//! Invariant: a staged build is counted while its rows are judged (`walk.rs`), a published one on its own; both go through
//! [`Tally::sentence`] and [`Tally::article`], so that they cannot disagree about what a metric means.

use std::path::Path;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::Int64Type;
use arrow::error::ArrowError;

use super::metrics::Metrics;
use crate::dataset::DatasetError;
use crate::dataset::table_reader::{TableFile, list_lengths, numbers, texts};
use engine::repair::Damage;
use engine::tables::schema::Table;
use serde::{Deserialize, Serialize};

/// Sums over the rows of a build.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    /// Tokens at which sentences were cut.
    cap: i64,
    articles: i64,
    without_keywords: i64,
    duplicates: i64,
    foreign: i64,
    sentences: i64,
    tokens: i64,
    repaired: i64,
    unresolved: i64,
    capped: i64,
    one_word: i64,
    largest: i64,
    hits: i64,
}

/// What is counted of a sentence.
pub(super) struct SentenceCounts {
    pub(super) tokens: i64,
    pub(super) repaired: i64,
    pub(super) unresolved: i64,
    /// Whether it is running text: headlines and bylines are never cut, so their length is not limited.
    pub(super) is_body: bool,
}

impl SentenceCounts {
    /// The kind of sentences that are cut from running text.
    pub(super) const BODY: &str = "body";
}

impl Tally {
    /// A tally of a build whose sentences were cut at `cap` tokens.
    pub(super) fn new(cap: usize) -> Self {
        Self { cap: i64::try_from(cap).unwrap_or(i64::MAX), ..Self::default() }
    }

    /// Counts the rows of a published build.
    ///
    /// # Errors
    /// If its tables cannot be read or lack a column.
    pub(super) fn of_build(build_folder: &Path, cap: usize) -> Result<Self, DatasetError> {
        let mut tally = Self::new(cap);
        for table in [Table::Sentences, Table::Articles, Table::Keywords] {
            for file in TableFile::all(build_folder, table)? {
                let reader = file.reader(Self::columns(table))?.build().map_err(|error| file.unreadable(error))?;
                for batch in reader {
                    batch.and_then(|batch| tally.batch(table, &batch)).map_err(|error| file.unreadable(error))?;
                }
            }
        }
        Ok(tally)
    }

    /// Adds the counts of another part of the build.
    pub(super) fn merge(&mut self, other: &Self) {
        let Self { cap, articles, without_keywords, duplicates, foreign, sentences, tokens, repaired, .. } = other;
        let Self { unresolved, capped, one_word, largest, hits, .. } = other;
        self.cap = *cap;
        self.articles += articles;
        self.without_keywords += without_keywords;
        self.duplicates += duplicates;
        self.foreign += foreign;
        self.sentences += sentences;
        self.tokens += tokens;
        self.repaired += repaired;
        self.unresolved += unresolved;
        self.capped += capped;
        self.one_word += one_word;
        self.largest = self.largest.max(*largest);
        self.hits += hits;
    }

    pub(super) fn sentence(&mut self, sentence: &SentenceCounts) {
        let SentenceCounts { tokens, repaired, unresolved, is_body } = *sentence;
        self.sentences += 1;
        self.tokens += tokens;
        self.repaired += repaired;
        self.unresolved += unresolved;
        self.capped += i64::from(tokens >= self.cap);
        self.one_word += i64::from(tokens == 1);
        if is_body {
            // Compared with the cap by a gate that holds for every build, so what is never cut must not count.
            self.largest = self.largest.max(tokens);
        }
    }

    pub(super) fn article(&mut self, has_keywords: bool, is_duplicate: bool, damage: &str) {
        self.articles += 1;
        self.foreign += i64::from(damage == Damage::Foreign.name());
        self.without_keywords += i64::from(!has_keywords);
        self.duplicates += i64::from(is_duplicate);
    }

    pub(super) fn keywords(&mut self, hits: usize) {
        self.hits += i64::try_from(hits).unwrap_or(i64::MAX);
    }

    pub(super) fn tokens(&self) -> i64 {
        self.tokens
    }

    /// The columns that [`Self::batch`] reads.
    fn columns(table: Table) -> &'static [&'static str] {
        match table {
            Table::Sentences => &["token_count", "repaired_count", "unresolved_count", "kind"],
            Table::Articles => &["keywords", "duplicate_of", "damage"],
            Table::Keywords | Table::Rejects => &[],
        }
    }

    /// Counts the rows of a batch of a table.
    fn batch(&mut self, table: Table, batch: &RecordBatch) -> Result<(), ArrowError> {
        match table {
            Table::Sentences => {
                let (tokens, kinds) = (numbers::<Int64Type>(batch, "token_count")?, texts(batch, "kind")?);
                let repaired = numbers::<Int64Type>(batch, "repaired_count")?;
                let unresolved = numbers::<Int64Type>(batch, "unresolved_count")?;
                for row in 0..batch.num_rows() {
                    self.sentence(&SentenceCounts {
                        tokens: tokens.value(row),
                        repaired: repaired.value(row),
                        unresolved: unresolved.value(row),
                        is_body: kinds.value(row) == SentenceCounts::BODY,
                    });
                }
            }
            Table::Articles => {
                let (keywords, duplicates) = (list_lengths(batch, "keywords")?, texts(batch, "duplicate_of")?);
                let damages = texts(batch, "damage")?;
                for row in 0..batch.num_rows() {
                    self.article(keywords.value(row) > 0, duplicates.is_valid(row), damages.value(row));
                }
            }
            Table::Keywords => self.keywords(batch.num_rows()),
            Table::Rejects => {}
        }
        Ok(())
    }

    /// The metrics that follow from the sums.
    pub(super) fn metrics(&self) -> Metrics {
        Metrics {
            articles: self.articles,
            sentences: self.sentences,
            tokens: self.tokens,
            largest_sentence_tokens: self.largest,
            repaired_share: ratio(self.repaired, self.tokens),
            unresolved_share: ratio(self.unresolved, self.tokens),
            mean_sentence_tokens: ratio(self.tokens, self.sentences),
            capped_share: ratio(self.capped, self.sentences),
            one_word_share: ratio(self.one_word, self.sentences),
            sentences_per_article: ratio(self.sentences, self.articles),
            keywords_per_article: ratio(self.hits, self.articles),
            without_keywords_share: ratio(self.without_keywords, self.articles),
            // Not 0: switching the search on or off would otherwise look like drift.
            duplicate_share: (self.duplicates > 0).then(|| ratio(self.duplicates, self.articles)),
            foreign_share: Some(ratio(self.foreign, self.articles)),
        }
    }
}

/// A ratio rounded to 1e-4; 0 if there is nothing to divide.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn ratio(part: i64, whole: i64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 1e4).round() / 1e4 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ratio_of_nothing_is_nothing() {
        assert!((ratio(1, 3) - 0.3333).abs() < f64::EPSILON);
        assert!(ratio(5, 0).abs() < f64::EPSILON);
    }

    #[test]
    fn only_running_text_counts_for_the_longest_sentence() {
        let mut tally = Tally::new(20);
        for (tokens, is_body) in [(20, true), (30, false), (1, true)] {
            tally.sentence(&SentenceCounts { tokens, repaired: 0, unresolved: 0, is_body });
        }
        tally.article(false, false, "foreign");
        let metrics = tally.metrics();
        assert_eq!((metrics.sentences, metrics.tokens, metrics.largest_sentence_tokens), (3, 51, 20));
        assert_eq!((metrics.capped_share, metrics.one_word_share), (0.6667, 0.3333));
        assert_eq!((metrics.without_keywords_share, metrics.duplicate_share), (1.0, None));
        assert_eq!(metrics.foreign_share, Some(1.0));
    }
}
