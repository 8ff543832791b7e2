//! The table `keywords`.

use super::record::{PROBABILITY, table};
use super::sentences::sentence_id;
use super::table::Table;
use crate::split::Sentence;
use crate::tag::{Hit, Tagged, Vocabulary};

table! {
    /// One row per keyword hit
    pub struct KeywordRow of Table::Keywords, sorted by [article_index, sentence_index, token_start] {
        /// the article
        article_id: String,
        /// the sentence
        sentence_id: String,
        /// the article's file, relative to the input root, with /; a member of an archive follows !/
        source_path: String,
        /// place of the article in the build, from 0, in the order of the sources
        #[unit = "articles"]
        article_index: u64,
        /// place of the sentence in its article, from 0
        #[unit = "sentences"]
        sentence_index: usize,
        /// the concept's id in the vocabulary
        keyword_id: String,
        /// the concept's IRI; null for one from a CSV vocabulary
        iri: Option<String>,
        /// its preferred label
        label: String,
        /// its category
        category: String,
        /// the tokens of the hit as they stand in the repaired sentence
        surface: String,
        /// how the hit was found: exact as the vocabulary writes it, inflected, skeleton where repair was unsure of a word and
        /// another reading of it was taken, or broader where a narrower concept was found
        layer: &'static str,
        /// probability that the sentence has the words that were read; that of the least sure one
        #[unit = PROBABILITY]
        confidence: f32,
        /// first token of the hit in the sentence's raw_text, from 0; text may have more words, where two had run together
        #[unit = "tokens"]
        token_start: usize,
        /// token after the last of the hit in the sentence's raw_text
        #[unit = "tokens"]
        token_end: usize,
    }
}

impl KeywordRow {
    /// The row of a hit in a sentence; `article_index` is still to be set.
    pub(super) fn new(tagged: &Tagged, vocabulary: &Vocabulary, index: usize, sentence: &Sentence, hit: &Hit) -> Self {
        let article = tagged.article();
        let document = article.document();
        let concept = &vocabulary.concepts()[hit.concept];
        Self {
            article_id: document.article_id.clone(),
            sentence_id: sentence_id(tagged, index),
            source_path: document.origin.source_path.clone(),
            article_index: 0,
            sentence_index: index,
            keyword_id: concept.id.clone(),
            iri: concept.iri.clone(),
            label: concept.label.clone(),
            category: concept.category.clone(),
            surface: article.span_text(hit.tokens.clone()),
            layer: hit.layer.name(),
            confidence: hit.confidence,
            token_start: hit.tokens.start - sentence.tokens.start,
            token_end: hit.tokens.end - sentence.tokens.start,
        }
    }
}
