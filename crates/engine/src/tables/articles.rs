//! The table `articles`.

use jiff::civil::Date;

use super::record::{PROBABILITY, describe, record, table};
use super::sentences::{SentenceRow, mean_confidence};
use super::table::Table;
use crate::duplicates::Verdict;
use crate::split::{SentenceKind, name_of};
use crate::tag::{Keyphrase, KeywordCount, Tagged, Vocabulary};

/// The unit of how much alike two texts are.
const SHARE: &str = "share, rounded to 0.0001";

record! {
    /// A concept with its count in an article.
    pub struct ArticleKeyword read as ArticleKeywordColumns {
        /// The concept's id in the vocabulary
        id: String,
        /// The concept's preferred label
        label: String,
        /// The concept's category
        category: String,
        /// Hits in the article
        #[unit = "hits"]
        count: usize,
    }
}

describe! {
    Keyphrase read as KeyphraseColumns {
        /// The phrase in its most frequent well-formed spelling
        text: String,
        /// Weight of the phrase; comparable only within its article
        #[unit = "score"]
        score: f32,
        /// Occurrences in the article, in any form
        #[unit = "occurrences"]
        count: usize,
    }
}

record! {
    /// A field of the source that no other column holds.
    pub struct ExtraField read as ExtraFieldColumns {
        /// The field's name
        name: String,
        /// The field's value; JSON if it is not text
        value: String,
    }
}

table! {
    /// One row per article
    pub struct ArticleRow of Table::Articles, sorted by [article_index] {
        /// 16 hex digits of a hash of `source_path` and `record`; unique in the build
        article_id: String,
        /// Path of the article's file relative to the input root, with `/`; the path inside an archive follows `!/`
        source_path: String,
        /// The article's key in a file of several articles; null if the file is one article
        record: Option<String>,
        /// Position of the article in the build, from 0, in the order of the sources
        #[unit = "articles"]
        article_index: u64,
        /// 32 hex digits of a hash of the ingested text, after letters were unified
        content_hash: String,
        /// Encoding in which the file was read: `utf-8`, `utf-16le`, `utf-16be`, `windows-1256` or `iso-8859-6`. If some of the text
        /// was mojibake, and was undone, how it had been misread before: `utf-8 read as windows-1252`, likewise with other
        /// encodings (with `twice` if it was misread twice), `html character references`, `json escapes`, `percent-encoding`,
        /// `quoted-printable`, `hex escapes`, `r escapes` or `visual order`
        encoding: String,
        /// The headline, if the source supplies one
        title: Option<String>,
        /// Section of the newspaper, if the source supplies one
        section: Option<String>,
        /// The author, if the source or the article's first lines name one
        byline: Option<String>,
        /// Where and for whom the article was written, if its first lines say so
        dateline: Option<String>,
        /// Day of publication; null if unknown
        published: Option<Date>,
        /// The whole repaired article: its sentences, separated by line breaks
        text: String,
        /// The same with restored punctuation: `text_punctuated` of its sentences, separated by line breaks
        text_punctuated: String,
        /// State of the writing: `stripped`, `normalised`, `soft`, `intact`; `foreign` if the language is not Arabic; or `mixed`
        /// if parts are stripped and parts are not, or parts are foreign
        damage: &'static str,
        /// Tokens in the article
        #[unit = "tokens"]
        token_count: usize,
        /// Sentences in the article
        #[unit = "sentences"]
        sentence_count: usize,
        /// Tokens that were changed
        #[unit = "tokens"]
        repaired_count: usize,
        /// Tokens that no word of the lexicon can explain, even damaged; left unchanged
        #[unit = "tokens"]
        unresolved_count: usize,
        /// Mean over the tokens of the probability that the form is right; 0 for tokens of foreign text, about which nothing is
        /// known
        #[unit = PROBABILITY]
        mean_confidence: f32,
        /// Concepts of the vocabulary found in the article, with their counts, most frequent first
        keywords: Vec<ArticleKeyword>,
        /// Phrases that say what the article is about, best first; bylines and datelines are not searched
        keyphrases: Vec<Keyphrase>,
        /// `article_id` of the first article with the same text; null if there is none, or duplicates were not looked
        /// for
        duplicate_of: Option<String>,
        /// `article_id` of the earlier article with the most similar text; null if none is similar enough, or duplicates
        /// were not looked for
        near_duplicate_of: Option<String>,
        /// Similarity to the article in `near_duplicate_of`; null if there is none
        #[unit = SHARE]
        near_duplicate_similarity: Option<f32>,
        /// All other fields that the source supplies, in its order. If a page and its sidecar disagree, the page's
        /// values are here as `page_title`, `page_byline`, `page_section` and `page_published`
        extra: Vec<ExtraField>,
    }
}

impl ArticleRow {
    /// Whether some of its text was mojibake, and is undone.
    #[must_use]
    pub fn is_misread(&self) -> bool {
        // What is in `encoding` then is no name of an encoding, which has no blank.
        self.encoding.contains(' ')
    }

    /// The row of an article whose sentences have these rows; `article_index` and the duplicates are still to be set.
    pub(super) fn new(tagged: &Tagged, vocabulary: &Vocabulary, sentences: &[SentenceRow]) -> Self {
        let document = tagged.article().document();
        let metadata = document.metadata.clone();
        let texts = |text: fn(&SentenceRow) -> &str| sentences.iter().map(text).collect::<Vec<_>>().join("\n");
        let first_of = |kind: SentenceKind| sentences.iter().find(|row| row.kind == kind.name()).map(|row| &*row.text);
        let total = |count: fn(&SentenceRow) -> usize| sentences.iter().map(count).sum();
        let keywords = tagged.keyword_counts().into_iter().map(|keyword| article_keyword(vocabulary, keyword));
        Self {
            article_id: document.article_id.clone(),
            source_path: document.origin.source_path.clone(),
            record: document.origin.record.clone(),
            article_index: 0,
            content_hash: document.content_hash(),
            encoding: document.encoding_name(),
            title: metadata.title,
            section: metadata.section,
            // What the source states comes first; a byline found in the text is an estimate.
            byline: metadata.byline.or_else(|| first_of(SentenceKind::Byline).map(name_of)),
            dateline: first_of(SentenceKind::Dateline).map(str::to_owned),
            published: metadata.published,
            text: texts(|sentence| &sentence.text),
            text_punctuated: texts(|sentence| &sentence.text_punctuated),
            damage: tagged.article().damage_name_in(tagged.kept()),
            token_count: total(|sentence| sentence.token_count),
            sentence_count: sentences.len(),
            repaired_count: total(|sentence| sentence.repaired_count),
            unresolved_count: total(|sentence| sentence.unresolved_count),
            mean_confidence: mean_confidence(tagged, tagged.kept()),
            keywords: keywords.collect(),
            keyphrases: tagged.keyphrases().to_vec(),
            duplicate_of: None,
            near_duplicate_of: None,
            near_duplicate_similarity: None,
            extra: metadata.extra.into_iter().map(|(name, value)| ExtraField { name, value }).collect(),
        }
    }

    /// Notes which earlier articles this one is a copy of.
    pub fn mark_duplicates(&mut self, verdict: &Verdict) {
        // Padded to 16 digits, as `article_id` is: the columns are joined by equality of text.
        let id = |id: u64| format!("{id:016x}");
        self.duplicate_of = verdict.duplicate_of.map(id);
        self.near_duplicate_of = verdict.near_duplicate_of.map(|(of, _)| id(of));
        self.near_duplicate_similarity = verdict.near_duplicate_of.map(|(_, similarity)| similarity);
    }
}

pub(super) fn article_keyword(vocabulary: &Vocabulary, keyword: KeywordCount) -> ArticleKeyword {
    let concept = &vocabulary.concepts()[keyword.concept];
    ArticleKeyword {
        id: concept.id.clone(),
        label: concept.label.clone(),
        category: concept.category.clone(),
        count: keyword.count,
    }
}
