//! The figures of a build that gates judge: shares and means that tell a build gone wrong from a sound one.
//!
//! Invariant: a figure's name is the key of its limits in `[gates]` and the name of its gate. The figures of an earlier
//! build are measured by the same code, so that drift compares like with like.

use std::path::Path;

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::Int64Type;
use arrow::error::ArrowError;
use serde::{Deserialize, Serialize};

use crate::analysis::AnalysisError;
use crate::analysis::tables::{TableFile, list_lengths, numbers, texts};
use engine::tables::schema::Table;

/// A figure that has limits and is compared with the build before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Tokens that were changed, of all.
    RepairedShare,
    /// Tokens that no word explains, of all.
    UnresolvedShare,
    /// Tokens of a sentence.
    MeanSentenceTokens,
    /// Sentences that were cut at the limit, of all.
    CappedShare,
    /// Sentences of one token, of all.
    OneWordShare,
    /// Sentences of an article.
    SentencesPerArticle,
    /// Keyword hits of an article.
    KeywordsPerArticle,
    /// Articles in which no keyword was found, of all.
    WithoutKeywordsShare,
    /// Articles with the text of an earlier one, of all.
    DuplicateShare,
}

/// What is fixed about a figure.
struct Description {
    name: &'static str,
    meaning: &'static str,
    /// What its limits can be.
    bounds: (f64, f64),
    /// Limits that any sane input keeps.
    limits: (f64, f64),
    /// The least difference from the build before that can be more than chance.
    least_drift: f64,
    /// SQL that shows the rows that a strange value comes from; `{build}` stands for the folder.
    look: &'static str,
}

/// The bounds of a share, and of a mean.
const SHARE: (f64, f64) = (0.0, 1.0);
const MEAN: (f64, f64) = (0.0, 1e6);

impl Figure {
    /// All figures, in the order in which they are documented.
    pub const ALL: [Self; 9] = [
        Self::RepairedShare,
        Self::UnresolvedShare,
        Self::MeanSentenceTokens,
        Self::CappedShare,
        Self::OneWordShare,
        Self::SentencesPerArticle,
        Self::KeywordsPerArticle,
        Self::WithoutKeywordsShare,
        Self::DuplicateShare,
    ];

    /// The key of its limits.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.description().name
    }

    /// What it counts, for messages.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        self.description().meaning
    }

    /// What its limits can be.
    #[must_use]
    pub fn bounds(self) -> (f64, f64) {
        self.description().bounds
    }

    /// Its limits where the configuration says nothing.
    #[must_use]
    pub fn default_limits(self) -> (f64, f64) {
        self.description().limits
    }

    /// A difference from the build before that is never drift: it is what chance does to a value near 0.
    #[must_use]
    pub fn least_drift(self) -> f64 {
        self.description().least_drift
    }

    /// SQL that shows where it comes from; `{build}` stands for the build's folder.
    #[must_use]
    pub fn look(self) -> &'static str {
        self.description().look
    }

    fn description(self) -> Description {
        let of = |name, meaning, bounds, limits, least_drift, look| Description {
            name,
            meaning,
            bounds,
            limits,
            least_drift,
            look,
        };
        match self {
            Self::RepairedShare => {
                of("repaired_share", "share of the tokens that were changed", SHARE, (0.0, 0.8), 0.02, REPAIRED)
            }
            Self::UnresolvedShare => {
                let meaning = "share of the tokens that no word of the lexicon explains";
                of("unresolved_share", meaning, SHARE, (0.0, 0.5), 0.02, UNRESOLVED)
            }
            Self::MeanSentenceTokens => {
                of("mean_sentence_tokens", "tokens of a sentence, mean", MEAN, (1.5, 200.0), 3.0, LENGTHS)
            }
            Self::CappedShare => {
                of("capped_share", "share of the sentences of split.max_tokens tokens", SHARE, (0.0, 0.9), 0.02, LENGTHS)
            }
            Self::OneWordShare => {
                let meaning = "share of the sentences of one token";
                of("one_word_share", meaning, SHARE, (0.0, 0.7), 0.02, ONE_WORD)
            }
            Self::SentencesPerArticle => {
                of("sentences_per_article", "sentences of an article, mean", MEAN, (1.0, 1e5), 3.0, ARTICLES)
            }
            Self::KeywordsPerArticle => {
                of("keywords_per_article", "keyword hits of an article, mean", MEAN, (0.0, 1e5), 3.0, HITS)
            }
            Self::WithoutKeywordsShare => {
                let meaning = "share of the articles in which no keyword was found";
                of("without_keywords_share", meaning, SHARE, SHARE, 0.05, WITHOUT_HITS)
            }
            Self::DuplicateShare => {
                let meaning = "share of the articles with the text of an earlier one";
                of("duplicate_share", meaning, SHARE, SHARE, 0.02, DUPLICATES)
            }
        }
    }
}

const REPAIRED: &str = "select damage, count(*) as articles, sum(repaired_count) as repaired, sum(token_count) as tokens \
     from '{build}/articles/**/*.parquet' group by all order by damage";
const UNRESOLVED: &str = "select article_id, source_path, damage, unresolved_count, token_count \
     from '{build}/articles/**/*.parquet' order by unresolved_count / token_count desc limit 10";
const LENGTHS: &str = "select token_count, count(*) as sentences, any_value(text) as example \
     from '{build}/sentences/**/*.parquet' group by all order by token_count";
const ONE_WORD: &str = "select kind, text, count(*) as sentences \
     from '{build}/sentences/**/*.parquet' where token_count = 1 group by all order by sentences desc limit 20";
const ARTICLES: &str = "select article_id, source_path, sentence_count, token_count \
     from '{build}/articles/**/*.parquet' order by sentence_count desc limit 10";
const HITS: &str = "select source_path, token_count, list_sum(list_transform(keywords, lambda k: k.count)) as hits \
     from '{build}/articles/**/*.parquet' order by hits desc nulls last limit 10";
const WITHOUT_HITS: &str =
    "select article_id, source_path, text from '{build}/articles/**/*.parquet' where len(keywords) = 0 limit 10";
const DUPLICATES: &str = "select article_id, source_path, duplicate_of from '{build}/articles/**/*.parquet' where duplicate_of is not null limit 10";

/// The figures of a build, shares and means rounded to 1e-4.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Articles.
    pub articles: i64,
    /// Sentences.
    pub sentences: i64,
    /// Tokens.
    pub tokens: i64,
    /// Tokens of the longest sentence of running text.
    pub largest_sentence_tokens: i64,
    repaired_share: f64,
    unresolved_share: f64,
    mean_sentence_tokens: f64,
    capped_share: f64,
    one_word_share: f64,
    sentences_per_article: f64,
    keywords_per_article: f64,
    without_keywords_share: f64,
    /// Missing where no article is known to be a duplicate: that may be so because nobody looked.
    duplicate_share: Option<f64>,
}

impl Figures {
    /// Measures a published build whose sentences were cut at `cap` tokens.
    ///
    /// # Errors
    /// [`AnalysisError`] if its tables cannot be read or lack a column.
    pub fn measure(build_folder: &Path, cap: usize) -> Result<Self, AnalysisError> {
        let mut tally = Tally::new(cap);
        for table in [Table::Sentences, Table::Articles, Table::Keywords] {
            for file in TableFile::all(build_folder, table)? {
                let columns = Tally::columns(table);
                let reader = file.reader(columns)?.build().map_err(|error| file.unreadable(error))?;
                for batch in reader {
                    batch.and_then(|batch| tally.batch(table, &batch)).map_err(|error| file.unreadable(error))?;
                }
            }
        }
        Ok(tally.figures())
    }

    /// A figure's value; `None` where it is unknown.
    #[must_use]
    pub fn value(&self, figure: Figure) -> Option<f64> {
        match figure {
            Figure::RepairedShare => Some(self.repaired_share),
            Figure::UnresolvedShare => Some(self.unresolved_share),
            Figure::MeanSentenceTokens => Some(self.mean_sentence_tokens),
            Figure::CappedShare => Some(self.capped_share),
            Figure::OneWordShare => Some(self.one_word_share),
            Figure::SentencesPerArticle => Some(self.sentences_per_article),
            Figure::KeywordsPerArticle => Some(self.keywords_per_article),
            Figure::WithoutKeywordsShare => Some(self.without_keywords_share),
            Figure::DuplicateShare => self.duplicate_share,
        }
    }
}

/// Sums over the rows of a build, from which its figures follow. A staged build is counted while its rows are judged, an
/// earlier one on its own.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally {
    /// Tokens at which sentences were cut.
    cap: i64,
    articles: i64,
    without_keywords: i64,
    duplicates: i64,
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
    pub(super) fn new(cap: usize) -> Self {
        Self { cap: i64::try_from(cap).unwrap_or(i64::MAX), ..Self::default() }
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
            self.largest = self.largest.max(tokens);
        }
    }

    pub(super) fn article(&mut self, has_keywords: bool, is_duplicate: bool) {
        self.articles += 1;
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
            Table::Articles => &["keywords", "duplicate_of"],
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
                for row in 0..batch.num_rows() {
                    self.article(keywords.value(row) > 0, duplicates.is_valid(row));
                }
            }
            Table::Keywords => self.keywords(batch.num_rows()),
            Table::Rejects => {}
        }
        Ok(())
    }

    /// The figures that follow from the sums.
    pub(super) fn figures(&self) -> Figures {
        Figures {
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
            duplicate_share: (self.duplicates > 0).then(|| ratio(self.duplicates, self.articles)),
        }
    }
}

/// Rounded to 1e-4; 0 of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn ratio(part: i64, whole: i64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 1e4).round() / 1e4 }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_figure_has_a_name_of_its_own_and_defaults_within_its_bounds() {
        assert_eq!(Figure::ALL.map(Figure::name).iter().collect::<BTreeSet<_>>().len(), Figure::ALL.len());
        for figure in Figure::ALL {
            let ((least, most), (low, high)) = (figure.bounds(), figure.default_limits());
            assert!(least <= low && low < high && high <= most, "{}", figure.name());
            assert!(figure.least_drift() > 0.0, "{}", figure.name());
            assert!(figure.look().contains("'{build}/"), "{}", figure.name());
        }
    }

    #[test]
    fn a_ratio_of_nothing_is_nothing() {
        assert!((ratio(1, 3) - 0.3333).abs() < f64::EPSILON);
        assert!(ratio(5, 0).abs() < f64::EPSILON);
    }
}
