//! The table `articles`.

use jiff::civil::Date;

use super::record::{PROBABILITY, describe, record, table};
use super::sentences::{SentenceRow, mean_confidence};
use super::table::Table;
use crate::split::{SentenceKind, name_of};
use crate::tag::{Keyphrase, KeywordCount, Tagged, Vocabulary};

/// The unit of how much alike two texts are.
const SHARE: &str = "share, rounded to 0.0001";

record! {
    /// A concept with its count in an article.
    pub struct ArticleKeyword read as ArticleKeywordColumns {
        /// the concept's id in the vocabulary
        id: String,
        /// its preferred label
        label: String,
        /// its category
        category: String,
        /// hits in the article
        #[unit = "hits"]
        count: usize,
    }
}

describe! {
    Keyphrase read as KeyphraseColumns {
        /// the phrase in its commonest, well-written form
        text: String,
        /// weight of the phrase, to be compared within its article
        #[unit = "score"]
        score: f32,
        /// occurrences in the article
        #[unit = "occurrences"]
        count: usize,
    }
}

record! {
    /// A field of the source that no other column holds.
    pub struct ExtraField read as ExtraFieldColumns {
        /// the field's name
        name: String,
        /// its value; JSON where it is no text
        value: String,
    }
}

table! {
    /// One row per article
    pub struct ArticleRow of Table::Articles, sorted by [article_index] {
        /// 16 hex digits of a hash of source_path and the record's key
        article_id: String,
        /// the article's file, relative to the input root, with /; a member of an archive follows !/
        source_path: String,
        /// the article's key in a file of many; null where the file is the article
        record: Option<String>,
        /// place of the article in the build, from 0, in the order of the sources
        #[unit = "articles"]
        article_index: u64,
        /// 32 hex digits of a hash of the unified text
        content_hash: String,
        /// how the file's bytes were read: utf-8, utf-16le, utf-16be or windows-1256
        encoding: &'static str,
        /// the headline, where the source gives one
        title: Option<String>,
        /// the section of the newspaper, where the source gives one
        section: Option<String>,
        /// who wrote the article, where the source or the head of the article says so
        byline: Option<String>,
        /// where the article was written and for whom, where its head says so
        dateline: Option<String>,
        /// the day of publication; null if unknown
        published: Option<Date>,
        /// the whole repaired article: its sentences, parted by line breaks
        text: String,
        /// state of the writing: stripped, normalised, soft, intact, or mixed where a part is stripped and a part is not
        damage: &'static str,
        /// tokens of the article
        #[unit = "tokens"]
        token_count: usize,
        /// sentences of the article
        #[unit = "sentences"]
        sentence_count: usize,
        /// tokens that were changed
        #[unit = "tokens"]
        repaired_count: usize,
        /// tokens that no word of the lexicon explains; left as they were
        #[unit = "tokens"]
        unresolved_count: usize,
        /// mean over the tokens of the probability that the form is right
        #[unit = PROBABILITY]
        mean_confidence: f32,
        /// concepts of the vocabulary with their counts, most frequent first
        keywords: Vec<ArticleKeyword>,
        /// phrases of the article that say what it is about, best first; bylines and datelines are not read
        keyphrases: Vec<Keyphrase>,
        /// article_id of the first article with the same text; null if none or unknown
        duplicate_of: Option<String>,
        /// article_id of the earlier article whose text is most like this one's; null if none is alike enough, or unknown
        near_duplicate_of: Option<String>,
        /// how much alike the two are; null where there is none
        #[unit = SHARE]
        near_duplicate_similarity: Option<f32>,
        /// every other field that the source gives, in its order; what a page says otherwise than its sidecar is page_title,
        /// page_byline, page_section, page_published
        extra: Vec<ExtraField>,
    }
}

impl ArticleRow {
    /// The row of an article whose sentences have these rows; `article_index` and the duplicates are still to be set.
    pub(super) fn new(tagged: &Tagged, vocabulary: &Vocabulary, sentences: &[SentenceRow]) -> Self {
        let document = tagged.article().document();
        let metadata = document.metadata.clone();
        let texts: Vec<&str> = sentences.iter().map(|sentence| sentence.text.as_str()).collect();
        let first_of = |kind: SentenceKind| sentences.iter().find(|row| row.kind == kind.name()).map(|row| &*row.text);
        let total = |count: fn(&SentenceRow) -> usize| sentences.iter().map(count).sum();
        let keywords = tagged.keyword_counts().into_iter().map(|keyword| article_keyword(vocabulary, keyword));
        Self {
            article_id: document.article_id.clone(),
            source_path: document.origin.source_path.clone(),
            record: document.origin.record.clone(),
            article_index: 0,
            content_hash: document.content_hash(),
            encoding: document.encoding.name(),
            title: metadata.title,
            section: metadata.section,
            byline: metadata.byline.or_else(|| first_of(SentenceKind::Byline).map(name_of)),
            dateline: first_of(SentenceKind::Dateline).map(str::to_owned),
            published: metadata.published,
            text: texts.join("\n"),
            damage: tagged.article().damage_name(),
            token_count: document.tokens().len(),
            sentence_count: sentences.len(),
            repaired_count: total(|sentence| sentence.repaired_count),
            unresolved_count: total(|sentence| sentence.unresolved_count),
            mean_confidence: mean_confidence(tagged, 0..document.tokens().len()),
            keywords: keywords.collect(),
            keyphrases: tagged.keyphrases().to_vec(),
            duplicate_of: None,
            near_duplicate_of: None,
            near_duplicate_similarity: None,
            extra: metadata.extra.into_iter().map(|(name, value)| ExtraField { name, value }).collect(),
        }
    }
}

fn article_keyword(vocabulary: &Vocabulary, keyword: KeywordCount) -> ArticleKeyword {
    let concept = &vocabulary.concepts()[keyword.concept];
    ArticleKeyword {
        id: concept.id.clone(),
        label: concept.label.clone(),
        category: concept.category.clone(),
        count: keyword.count,
    }
}
