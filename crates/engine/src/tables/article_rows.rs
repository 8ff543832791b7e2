//! All rows of an article, made by the worker that finished it.

use super::articles::ArticleRow;
use super::keywords::KeywordRow;
use super::sentences::{SentenceRow, sentence_id_of};
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
    /// What depends on other articles is still to be set: the article's index, [`ArticleRow::mark_duplicates`].
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

    /// Sets the position of the article among all.
    pub fn set_article_index(&mut self, index: u64) {
        self.article.article_index = index;
        self.sentences.iter_mut().for_each(|row| row.article_index = index);
        self.keywords.iter_mut().for_each(|row| row.article_index = index);
    }

    /// Moves the rows of a passage behind so many sentences, whose source offsets it does not count in.
    pub(super) fn follow(&mut self, sentences: usize, bytes: u64) {
        for row in &mut self.sentences {
            row.sentence_index += sentences;
            row.sentence_id = sentence_id_of(&row.article_id, row.sentence_index);
            row.source_start += bytes;
            row.source_end += bytes;
        }
        for row in &mut self.keywords {
            row.sentence_index += sentences;
            row.sentence_id = sentence_id_of(&row.article_id, row.sentence_index);
        }
    }
}
