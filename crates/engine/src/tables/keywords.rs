//! The table `keywords`.

use super::record::{PROBABILITY, table};
use super::sentences::sentence_id;
use super::table::Table;
use crate::split::Sentence;
use crate::tag::{Hit, Tagged, Vocabulary};

table! {
    /// One row per keyword hit
    pub struct KeywordRow of Table::Keywords, sorted by [article_index, sentence_index, token_start] {
        /// Id of the article
        article_id: String,
        /// Id of the sentence
        sentence_id: String,
        /// Path of the article's file relative to the input root, with `/`; the path inside an archive follows `!/`
        source_path: String,
        /// Position of the article in the build, from 0, in the order of the sources
        #[unit = "articles"]
        article_index: u64,
        /// Position of the sentence in its article, from 0
        #[unit = "sentences"]
        sentence_index: usize,
        /// The concept's id in the vocabulary
        keyword_id: String,
        /// The concept's IRI; null if the vocabulary is a CSV file
        iri: Option<String>,
        /// The concept's preferred label
        label: String,
        /// The concept's category
        category: String,
        /// The hit's tokens as written in the repaired sentence
        surface: String,
        /// How the hit was found: `exact`, as the vocabulary writes it; `inflected`; `skeleton`, in another form of a
        /// word that repair was unsure of; `broader`, by a narrower concept; or `hand`, by a person
        layer: &'static str,
        /// Probability that the sentence mentions the concept here: that of the least certain word, all forms of it that the
        /// concept has taken together
        #[unit = PROBABILITY]
        confidence: f32,
        /// Index of the hit's first token in `raw_text`, from 0; `text` has more words if two had run together
        #[unit = "tokens"]
        token_start: usize,
        /// Index after the hit's last token in `raw_text`
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
