//! An article, a sentence and what is in it, as a build has them: what the columns say about a token is brought together with it.

use std::ops::Range;

use arrow::array::{Array, StringArray};
use engine::tables::sentences::{Doubt, Repair};
use engine::tables::{Lists, articles, keywords, sentences};

use super::rows::Columns;

engine::projection! {
    pub(super) struct ArticleColumns of articles {
        article_id, source_path, title, section, byline, published, damage, token_count, sentence_count, repaired_count,
        unresolved_count, mean_confidence, keyphrases, duplicate_of, near_duplicate_of,
    }
}

impl Columns for ArticleColumns {
    const ROWS: usize = 256;
}

engine::projection! {
    pub(super) struct SentenceColumns of sentences {
        sentence_id, article_id, sentence_index, kind, raw_text, text, text_punctuated, tokens, repairs, doubts, repair_confidence,
        boundary_confidence, number_gaps, marks, unresolved_count,
    }
}

impl Columns for SentenceColumns {
    const ROWS: usize = 1024;
}

engine::projection! {
    pub(super) struct KeywordColumns of keywords {
        article_id, sentence_index, keyword_id, label, category, surface, layer, confidence, token_start, token_end,
    }
}

impl Columns for KeywordColumns {
    const ROWS: usize = 4096;
}

/// An article, without its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StoredArticle {
    pub(crate) id: String,
    pub(crate) source_path: String,
    pub(crate) title: Option<String>,
    pub(crate) section: Option<String>,
    pub(crate) byline: Option<String>,
    /// As `2013-01-31`.
    pub(crate) published: Option<String>,
    pub(crate) damage: String,
    pub(crate) tokens: usize,
    pub(crate) sentences: usize,
    pub(crate) repaired: usize,
    pub(crate) unresolved: usize,
    pub(crate) confidence: f32,
    pub(crate) keyphrases: Vec<String>,
    pub(crate) duplicate_of: Option<String>,
    pub(crate) near_duplicate_of: Option<String>,
}

/// A token of a sentence.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StoredToken {
    pub(crate) raw: String,
    pub(crate) form: String,
    pub(crate) confidence: f32,
    /// Other forms, best first; only of tokens that were changed or are in doubt.
    pub(crate) alternatives: Vec<(String, f32)>,
    pub(crate) is_doubtful: bool,
    /// Whether a person changed it.
    pub(crate) is_by_hand: bool,
    /// The punctuation mark that was restored after it.
    pub(crate) mark: Option<(String, f32)>,
    /// How probable it is that a number is missing after it.
    pub(crate) gap: Option<f32>,
}

impl StoredToken {
    pub(crate) fn is_repaired(&self) -> bool {
        self.raw != self.form
    }
}

/// A keyword hit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct StoredHit {
    pub(crate) concept: String,
    pub(crate) label: String,
    pub(crate) category: String,
    pub(crate) surface: String,
    pub(crate) layer: String,
    pub(crate) confidence: f32,
    /// Indices of the sentence's tokens.
    pub(crate) tokens: Range<usize>,
}

/// A sentence.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct StoredSentence {
    pub(crate) id: String,
    pub(crate) index: usize,
    pub(crate) kind: String,
    pub(crate) raw_text: String,
    pub(crate) text: String,
    pub(crate) text_punctuated: String,
    pub(crate) tokens: Vec<StoredToken>,
    /// How probable it is that a number is missing before the first token.
    pub(crate) gap_before: Option<f32>,
    pub(crate) confidence: f32,
    pub(crate) boundary_confidence: f32,
    pub(crate) unresolved: usize,
    pub(crate) hits: Vec<StoredHit>,
}

impl ArticleColumns {
    pub(super) fn article(&self, row: usize) -> StoredArticle {
        let count = |count: i32| usize::try_from(count).unwrap_or(0);
        let phrases = self.keyphrases.row(row).map(|item| self.keyphrases.items.text.value(item).to_owned());
        StoredArticle {
            id: self.article_id.value(row).to_owned(),
            source_path: self.source_path.value(row).to_owned(),
            title: text(&self.title, row),
            section: text(&self.section, row),
            byline: text(&self.byline, row),
            published: self.published.is_valid(row).then(|| day(self.published.value(row))),
            damage: self.damage.value(row).to_owned(),
            tokens: count(self.token_count.value(row)),
            sentences: count(self.sentence_count.value(row)),
            repaired: count(self.repaired_count.value(row)),
            unresolved: count(self.unresolved_count.value(row)),
            confidence: self.mean_confidence.value(row),
            keyphrases: phrases.collect(),
            duplicate_of: text(&self.duplicate_of, row),
            near_duplicate_of: text(&self.near_duplicate_of, row),
        }
    }
}

fn text(column: &StringArray, row: usize) -> Option<String> {
    column.is_valid(row).then(|| column.value(row).to_owned())
}

/// Days since 1970 as a date.
pub(crate) fn day(days: i32) -> String {
    let epoch = jiff::civil::date(1970, 1, 1);
    epoch.checked_add(jiff::Span::new().days(days)).unwrap_or(epoch).to_string()
}

impl SentenceColumns {
    pub(super) fn sentence(&self, row: usize) -> StoredSentence {
        let mut sentence = StoredSentence {
            id: self.sentence_id.value(row).to_owned(),
            index: usize::try_from(self.sentence_index.value(row)).unwrap_or(0),
            kind: self.kind.value(row).to_owned(),
            raw_text: self.raw_text.value(row).to_owned(),
            text: self.text.value(row).to_owned(),
            text_punctuated: self.text_punctuated.value(row).to_owned(),
            tokens: self.plain_tokens(row),
            gap_before: None,
            confidence: self.repair_confidence.value(row),
            boundary_confidence: self.boundary_confidence.value(row),
            unresolved: usize::try_from(self.unresolved_count.value(row)).unwrap_or(0),
            hits: Vec::new(),
        };
        self.add_findings(row, &mut sentence);
        sentence
    }

    fn plain_tokens(&self, row: usize) -> Vec<StoredToken> {
        let items = &self.tokens.items;
        let token = |item: usize| StoredToken {
            raw: items.raw.value(item).to_owned(),
            form: items.form.value(item).to_owned(),
            confidence: items.confidence.value(item),
            ..StoredToken::default()
        };
        self.tokens.row(row).map(token).collect()
    }

    /// Gives tokens what other columns say about them. What names no token is passed over.
    fn add_findings(&self, row: usize, sentence: &mut StoredSentence) {
        let tokens = &mut sentence.tokens;
        for item in self.repairs.row(row) {
            let Some(token) = at(tokens, self.repairs.items.token.value(item)) else { continue };
            token.is_by_hand = self.repairs.items.origin.value(item) == sentences::BY_HAND;
            token.alternatives = alternatives_of_repair(&self.repairs, item);
        }
        for item in self.doubts.row(row) {
            let Some(token) = at(tokens, self.doubts.items.token.value(item)) else { continue };
            token.is_doubtful = true;
            token.alternatives = alternatives_of_doubt(&self.doubts, item);
        }
        for item in self.marks.row(row) {
            let items = &self.marks.items;
            let Some(token) = at(tokens, items.token.value(item)) else { continue };
            token.mark = Some((items.mark.value(item).to_owned(), items.confidence.value(item)));
        }
        for item in self.number_gaps.row(row) {
            let items = &self.number_gaps.items;
            let confidence = Some(items.confidence.value(item));
            match at(tokens, items.token.value(item)) {
                Some(token) => token.gap = confidence,
                None => sentence.gap_before = confidence,
            }
        }
    }
}

fn at(tokens: &mut [StoredToken], index: i32) -> Option<&mut StoredToken> {
    tokens.get_mut(usize::try_from(index).ok()?)
}

fn alternatives_of_repair(repairs: &Lists<Repair>, item: usize) -> Vec<(String, f32)> {
    let lists = &repairs.items.alternatives;
    lists.row(item).map(|at| (lists.items.form.value(at).to_owned(), lists.items.confidence.value(at))).collect()
}

fn alternatives_of_doubt(doubts: &Lists<Doubt>, item: usize) -> Vec<(String, f32)> {
    let lists = &doubts.items.alternatives;
    lists.row(item).map(|at| (lists.items.form.value(at).to_owned(), lists.items.confidence.value(at))).collect()
}

impl KeywordColumns {
    pub(super) fn hit(&self, row: usize) -> StoredHit {
        let place = |token: i32| usize::try_from(token).unwrap_or(0);
        StoredHit {
            concept: self.keyword_id.value(row).to_owned(),
            label: self.label.value(row).to_owned(),
            category: self.category.value(row).to_owned(),
            surface: self.surface.value(row).to_owned(),
            layer: self.layer.value(row).to_owned(),
            confidence: self.confidence.value(row),
            tokens: place(self.token_start.value(row))..place(self.token_end.value(row)),
        }
    }
}
