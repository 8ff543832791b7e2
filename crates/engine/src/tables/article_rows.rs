//! All rows of an article, made by the worker that finished it.

use super::articles::ArticleRow;
use super::keywords::KeywordRow;
use super::sentences::SentenceRow;
use crate::duplicates::Verdict;
use crate::tag::{Tagged, Vocabulary};

/// The rows of one article.
#[derive(Clone, Debug, PartialEq)]
pub struct ArticleRows {
    /// Its row in `articles`.
    pub article: ArticleRow,
    /// One row per sentence.
    pub sentences: Vec<SentenceRow>,
    /// One row per keyword hit.
    pub keywords: Vec<KeywordRow>,
}

impl ArticleRows {
    /// The rows of an article; tokens below `doubt_threshold` are listed as doubts.
    ///
    /// What depends on other articles is still to be set: [`Self::place`], [`Self::mark_duplicates`].
    #[must_use]
    pub(crate) fn new(tagged: &Tagged, vocabulary: &Vocabulary, doubt_threshold: f32) -> Self {
        let (mut sentences, mut keywords) = (Vec::new(), Vec::new());
        for (index, sentence) in tagged.sentences().iter().enumerate() {
            sentences.push(SentenceRow::new(tagged, vocabulary, index, sentence, doubt_threshold));
            let hits = tagged.sentence_hits(index);
            keywords.extend(hits.map(|hit| KeywordRow::new(tagged, vocabulary, index, sentence, hit)));
        }
        Self { article: ArticleRow::new(tagged, vocabulary, &sentences), sentences, keywords }
    }

    /// Gives the article its place among the articles of the build, from 0.
    pub fn place(&mut self, article_index: u64) {
        self.article.article_index = article_index;
        self.sentences.iter_mut().for_each(|row| row.article_index = article_index);
        self.keywords.iter_mut().for_each(|row| row.article_index = article_index);
    }

    /// Notes which earlier articles this one is a copy of.
    pub fn mark_duplicates(&mut self, verdict: &Verdict) {
        // Padded to 16 digits, as `article_id` is: the columns are joined by equality of text.
        let id = |id: u64| format!("{id:016x}");
        self.article.duplicate_of = verdict.duplicate_of.map(id);
        self.article.near_duplicate_of = verdict.near_duplicate_of.map(|(of, _)| id(of));
        self.article.near_duplicate_similarity = verdict.near_duplicate_of.map(|(_, similarity)| similarity);
    }

    /// The article's tokens, and how many of them were changed and left unexplained.
    #[must_use]
    pub fn token_counts(&self) -> TokenCounts {
        let ArticleRow { token_count, repaired_count, unresolved_count, .. } = self.article;
        TokenCounts { tokens: token_count, repaired: repaired_count, unresolved: unresolved_count }
    }
}

/// Counts of tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenCounts {
    /// All tokens.
    pub tokens: usize,
    /// Tokens that were changed.
    pub repaired: usize,
    /// Tokens that no word of the lexicon explains.
    pub unresolved: usize,
}
