//! The rows of each table, made from a [`Tagged`] article by the worker that finished it.
//!
//! Invariant: fields are the columns of [`crate::tables::schema`]; `columns.rs` turns rows into Arrow arrays by name, and refuses one that the schema
//! lacks.

use std::ops::Range;

use jiff::civil::Date;
use serde::Serialize;

use crate::duplicates::Verdict;
use crate::repair::{Alternative, Reading};
use crate::rounded::rounded;
use crate::split::{Sentence, SentenceKind, name_of};
use crate::tag::{Keyphrase, Tagged, Vocabulary};

/// A form that a token may have had.
#[derive(Clone, Debug, PartialEq)]
pub struct AlternativeRow {
    pub form: String,
    pub confidence: f32,
}

impl From<&Alternative> for AlternativeRow {
    fn from(alternative: &Alternative) -> Self {
        Self { form: alternative.form.clone(), confidence: alternative.confidence }
    }
}

/// A changed or doubtful token.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadingRow {
    pub token: usize,
    pub raw: String,
    pub repaired: String,
    pub confidence: f32,
    pub origin: Option<&'static str>,
    pub alternatives: Vec<AlternativeRow>,
}

/// A missing number.
#[derive(Clone, Debug, PartialEq)]
pub struct NumberGapRow {
    pub token: usize,
    pub confidence: f32,
}

/// A row of `sentences`.
#[derive(Clone, Debug, PartialEq)]
pub struct SentenceRow {
    pub sentence_id: String,
    pub article_id: String,
    pub source_path: String,
    pub article_index: u64,
    pub sentence_index: usize,
    pub kind: &'static str,
    pub raw_text: String,
    pub text: String,
    pub source_start: usize,
    pub source_end: usize,
    pub repairs: Vec<ReadingRow>,
    pub doubts: Vec<ReadingRow>,
    pub repair_confidence: f32,
    pub boundary_confidence: f32,
    pub number_gaps: Vec<NumberGapRow>,
    pub keyword_ids: Vec<String>,
    pub token_count: usize,
    pub repaired_count: usize,
    pub unresolved_count: usize,
}

/// A concept with its count in an article.
#[derive(Clone, Debug, PartialEq)]
pub struct KeywordCountRow {
    pub id: String,
    pub label: String,
    pub category: String,
    pub count: usize,
}

/// A phrase that says what an article is about.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyphraseRow {
    pub text: String,
    pub score: f32,
    pub count: usize,
}

impl From<&Keyphrase> for KeyphraseRow {
    fn from(keyphrase: &Keyphrase) -> Self {
        Self { text: keyphrase.text.clone(), score: keyphrase.score, count: keyphrase.count }
    }
}

/// A field of the source that no other column holds.
#[derive(Clone, Debug, PartialEq)]
pub struct ExtraRow {
    pub name: String,
    pub value: String,
}

/// A row of `articles`.
#[derive(Clone, Debug, PartialEq)]
pub struct ArticleRow {
    pub article_id: String,
    pub source_path: String,
    pub record: Option<String>,
    pub article_index: u64,
    pub content_hash: String,
    pub encoding: &'static str,
    pub title: Option<String>,
    pub section: Option<String>,
    pub byline: Option<String>,
    pub dateline: Option<String>,
    pub published: Option<Date>,
    pub text: String,
    pub damage: &'static str,
    pub token_count: usize,
    pub sentence_count: usize,
    pub repaired_count: usize,
    pub unresolved_count: usize,
    pub mean_confidence: f32,
    pub keywords: Vec<KeywordCountRow>,
    pub keyphrases: Vec<KeyphraseRow>,
    pub duplicate_of: Option<String>,
    pub near_duplicate_of: Option<String>,
    pub near_duplicate_similarity: Option<f32>,
    pub extra: Vec<ExtraRow>,
}

/// A row of `keywords`.
#[derive(Clone, Debug, PartialEq)]
pub struct KeywordRow {
    pub article_id: String,
    pub sentence_id: String,
    pub source_path: String,
    pub article_index: u64,
    pub sentence_index: usize,
    pub keyword_id: String,
    pub iri: Option<String>,
    pub label: String,
    pub category: String,
    pub surface: String,
    pub layer: &'static str,
    pub confidence: f32,
    pub token_start: usize,
    pub token_end: usize,
}

/// Every row that one article gives.
#[derive(Clone, Debug, PartialEq)]
pub struct ArticleRows {
    /// One.
    pub article: ArticleRow,
    /// One per sentence.
    pub sentences: Vec<SentenceRow>,
    /// One per hit.
    pub keywords: Vec<KeywordRow>,
}

impl ArticleRows {
    /// The rows of an article; tokens below `doubt_threshold` are listed as doubts.
    #[must_use]
    pub fn new(tagged: &Tagged, vocabulary: &Vocabulary, doubt_threshold: f32) -> Self {
        let indexed = || tagged.sentences().iter().enumerate();
        let sentences: Vec<SentenceRow> =
            indexed().map(|(index, sentence)| sentence_row(tagged, vocabulary, index, sentence, doubt_threshold)).collect();
        let keywords = indexed().flat_map(|(index, sentence)| keyword_rows(tagged, vocabulary, index, sentence)).collect();
        Self { article: article_row(tagged, vocabulary, &sentences), sentences, keywords }
    }

    /// Gives the article its place among the articles of the build, from 0.
    pub fn place(&mut self, article_index: u64) {
        self.article.article_index = article_index;
        self.sentences.iter_mut().for_each(|row| row.article_index = article_index);
        self.keywords.iter_mut().for_each(|row| row.article_index = article_index);
    }

    /// Notes which earlier articles it is a copy of.
    pub fn mark_duplicates(&mut self, verdict: &Verdict) {
        let id = |id: u64| format!("{id:016x}");
        self.article.duplicate_of = verdict.duplicate_of.map(id);
        self.article.near_duplicate_of = verdict.near_duplicate_of.map(|(of, _)| id(of));
        self.article.near_duplicate_similarity = verdict.near_duplicate_of.map(|(_, similarity)| similarity);
    }

    /// Tokens of the article, and how many of them were changed and left unexplained.
    #[must_use]
    pub fn token_counts(&self) -> TokenCounts {
        let ArticleRow { token_count, repaired_count, unresolved_count, .. } = self.article;
        TokenCounts { tokens: token_count, repaired: repaired_count, unresolved: unresolved_count }
    }
}

/// Tokens, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TokenCounts {
    /// All.
    pub tokens: usize,
    /// Changed.
    pub repaired: usize,
    /// Explained by no word of the lexicon.
    pub unresolved: usize,
}

fn sentence_id(tagged: &Tagged, index: usize) -> String {
    format!("{}:{index}", tagged.article().document().article_id)
}

fn sentence_row(
    tagged: &Tagged,
    vocabulary: &Vocabulary,
    index: usize,
    sentence: &Sentence,
    doubt_threshold: f32,
) -> SentenceRow {
    let article = tagged.article();
    let document = article.document();
    let tokens = sentence.tokens.clone();
    let source = document.span_source(tokens.clone());
    let row = |reading: &Reading, origin| reading_row(tagged, reading, tokens.start, origin);
    let changed = article.readings(tokens.clone()).filter(|reading| article.is_change(reading));
    let repairs: Vec<ReadingRow> = changed.map(|reading| row(reading, Some("engine"))).collect();
    // A reading that changes nothing is there because it is doubtful, or because its best form was not put in.
    let is_doubtful = |reading: &&Reading| reading.confidence < doubt_threshold || !article.is_change(reading);
    let doubtful = article.readings(tokens.clone()).filter(is_doubtful);
    let mut keyword_ids: Vec<String> = Vec::new();
    for hit in tagged.sentence_hits(index) {
        let id = &vocabulary.concepts()[hit.concept].id;
        if !keyword_ids.contains(id) {
            keyword_ids.push(id.clone());
        }
    }
    let gaps = sentence.number_gaps.iter();
    SentenceRow {
        sentence_id: sentence_id(tagged, index),
        article_id: document.article_id.clone(),
        source_path: document.origin.source_path.clone(),
        article_index: 0,
        sentence_index: index,
        kind: sentence.kind.name(),
        raw_text: document.span_text(tokens.clone()).to_owned(),
        text: article.span_text(tokens.clone()),
        source_start: source.start,
        source_end: source.end,
        repaired_count: repairs.len(),
        repairs,
        doubts: doubtful.map(|reading| row(reading, None)).collect(),
        repair_confidence: mean_confidence(tagged, tokens.clone()),
        boundary_confidence: sentence.boundary_confidence,
        number_gaps: gaps.map(|gap| NumberGapRow { token: gap.token - tokens.start, confidence: gap.confidence }).collect(),
        keyword_ids,
        token_count: tokens.len(),
        unresolved_count: article.findings()[tokens].iter().filter(|finding| finding.unresolved).count(),
    }
}

fn reading_row(tagged: &Tagged, reading: &Reading, first: usize, origin: Option<&'static str>) -> ReadingRow {
    ReadingRow {
        token: reading.token - first,
        raw: tagged.article().document().token_text(reading.token).to_owned(),
        repaired: reading.form.clone(),
        confidence: reading.confidence,
        origin,
        alternatives: reading.alternatives.iter().map(AlternativeRow::from).collect(),
    }
}

#[expect(clippy::cast_precision_loss, reason = "a mean of a few thousand probabilities")]
fn mean_confidence(tagged: &Tagged, tokens: Range<usize>) -> f32 {
    let findings = &tagged.article().findings()[tokens];
    let sum: f64 = findings.iter().map(|finding| f64::from(finding.confidence)).sum();
    rounded(sum / findings.len().max(1) as f64)
}

fn article_row(tagged: &Tagged, vocabulary: &Vocabulary, sentences: &[SentenceRow]) -> ArticleRow {
    let document = tagged.article().document();
    let texts: Vec<&str> = sentences.iter().map(|sentence| sentence.text.as_str()).collect();
    let of_kind = |kind: SentenceKind| sentences.iter().find(|row| row.kind == kind.name()).map(|row| row.text.as_str());
    let total = |count: fn(&SentenceRow) -> usize| sentences.iter().map(count).sum();
    let keywords = tagged.keyword_counts().into_iter().map(|keyword| {
        let concept = &vocabulary.concepts()[keyword.concept];
        KeywordCountRow {
            id: concept.id.clone(),
            label: concept.label.clone(),
            category: concept.category.clone(),
            count: keyword.count,
        }
    });
    ArticleRow {
        article_id: document.article_id.clone(),
        source_path: document.origin.source_path.clone(),
        record: document.origin.record.clone(),
        article_index: 0,
        content_hash: document.content_hash(),
        encoding: document.encoding.name(),
        title: document.metadata.title.clone(),
        section: document.metadata.section.clone(),
        byline: document.metadata.byline.clone().or_else(|| of_kind(SentenceKind::Byline).map(name_of)),
        dateline: of_kind(SentenceKind::Dateline).map(str::to_owned),
        published: document.metadata.published,
        text: texts.join("\n"),
        damage: tagged.article().damage_name(),
        token_count: document.tokens().len(),
        sentence_count: sentences.len(),
        repaired_count: total(|sentence| sentence.repaired_count),
        unresolved_count: total(|sentence| sentence.unresolved_count),
        mean_confidence: mean_confidence(tagged, 0..document.tokens().len()),
        keywords: keywords.collect(),
        keyphrases: tagged.keyphrases().iter().map(KeyphraseRow::from).collect(),
        duplicate_of: None,
        near_duplicate_of: None,
        near_duplicate_similarity: None,
        extra: document.metadata.extra.iter().map(extra_row).collect(),
    }
}

fn extra_row((name, value): &(String, String)) -> ExtraRow {
    ExtraRow { name: name.clone(), value: value.clone() }
}

fn keyword_rows<'t>(
    tagged: &'t Tagged,
    vocabulary: &'t Vocabulary,
    index: usize,
    sentence: &'t Sentence,
) -> impl Iterator<Item = KeywordRow> + 't {
    let first = sentence.tokens.start;
    tagged.sentence_hits(index).map(move |hit| {
        let concept = &vocabulary.concepts()[hit.concept];
        KeywordRow {
            article_id: tagged.article().document().article_id.clone(),
            sentence_id: sentence_id(tagged, index),
            source_path: tagged.article().document().origin.source_path.clone(),
            article_index: 0,
            sentence_index: index,
            keyword_id: concept.id.clone(),
            iri: concept.iri.clone(),
            label: concept.label.clone(),
            category: concept.category.clone(),
            surface: tagged.article().span_text(hit.tokens.clone()),
            layer: hit.layer.name(),
            confidence: hit.confidence,
            token_start: hit.tokens.start - first,
            token_end: hit.tokens.end - first,
        }
    })
}

/// An input that could not be used: a row of the rejects table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reject {
    /// The file, relative to the input root.
    pub source_path: String,
    /// The record in the file; null for a whole file.
    pub record: Option<String>,
    /// The stage that rejected it.
    pub stage: &'static str,
    /// What kind of fault, for grouping.
    pub code: &'static str,
    /// What was expected, what was found, what to do.
    pub message: String,
    /// Where in the file; null if unknown.
    pub byte_offset: Option<u64>,
}

impl Reject {
    /// An input that ingest could not use.
    #[must_use]
    pub fn new(source_path: &str, code: &'static str, message: String) -> Self {
        let source_path = source_path.to_owned();
        Self { source_path, record: None, stage: "ingest", code, message, byte_offset: None }
    }

    /// A record whose key another one before it in the file has.
    #[must_use]
    pub fn duplicate_key(source_path: &str, record: Option<&str>, byte_offset: Option<u64>) -> Self {
        let key = record.unwrap_or_default();
        let message = format!("another record before it has the same key {key}; keys must be unique in a file");
        Self { record: record.map(str::to_owned), byte_offset, ..Self::new(source_path, "duplicate_key", message) }
    }
}
