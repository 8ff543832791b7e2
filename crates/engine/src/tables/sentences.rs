//! The table `sentences`.

use std::ops::Range;

use super::record::{PROBABILITY, describe, record, table};
use super::table::Table;
use super::tokens::SentenceTokens;
use crate::repair::{Alternative, TokenRepair};
use crate::rounded::rounded;
use crate::split::{RestoredMark, Sentence};
use crate::tag::{Tagged, Vocabulary};

/// The origin of a repair that a person made.
pub const BY_HAND: &str = "hand";

describe! {
    Alternative read as AlternativeColumns {
        /// Another form that the token may have had
        form: String,
        /// Posterior probability of that form
        #[unit = PROBABILITY]
        confidence: f32,
    }
}

record! {
    /// A token that was changed.
    pub struct Repair read as RepairColumns {
        /// Index of the token in the sentence, from 0
        #[unit = "tokens"]
        token: usize,
        /// The token as ingested
        raw: String,
        /// The chosen form; contains a space if two words had run together
        repaired: String,
        /// Posterior probability of the chosen form
        #[unit = PROBABILITY]
        confidence: f32,
        /// Who made the repair: `engine`, or `hand` for a correction of `[review]`, which is certain and need not be explained by the damage
        origin: &'static str,
        /// The next best forms, best first
        alternatives: Vec<Alternative>,
    }
}

record! {
    /// A token whose form is doubtful, whether it was changed or not.
    pub struct Doubt read as DoubtColumns {
        /// Index of the token in the sentence, from 0
        #[unit = "tokens"]
        token: usize,
        /// The token as ingested
        raw: String,
        /// The chosen form, equal to `raw` if the token was left unchanged; contains a space if two words had run
        /// together
        repaired: String,
        /// Posterior probability of the chosen form
        #[unit = PROBABILITY]
        confidence: f32,
        /// The next best forms, best first
        alternatives: Vec<Alternative>,
    }
}

record! {
    /// A place where a number is missing.
    pub struct NumberGap read as NumberGapColumns {
        /// Index in the sentence, from 0, of the token after which a number is missing. If that token is a lone ر, it is
        /// the remnant of the number itself (3ر5), and no gap is recorded before it
        #[unit = "tokens"]
        token: usize,
        /// Probability that a number was deleted here
        #[unit = PROBABILITY]
        confidence: f32,
    }
}

record! {
    /// A punctuation mark that was restored.
    pub struct Mark read as MarkColumns {
        /// Index in the sentence, from 0, of the token that the mark stands after
        #[unit = "tokens"]
        token: usize,
        /// The mark: `،`, `؛`, `:`, `.` or `؟`
        mark: &'static str,
        /// Probability that such a mark stood there; a comma and a semicolon count as the same
        #[unit = PROBABILITY]
        confidence: f32,
    }
}

table! {
    /// One row per sentence
    pub struct SentenceRow of Table::Sentences, sorted by [article_index, sentence_index] {
        /// `article_id`, a colon and `sentence_index`; unique in the build
        sentence_id: String,
        /// Id of the article that the sentence belongs to
        article_id: String,
        /// Path of the article's file relative to the input root, with `/`; the path inside an archive follows `!/`
        source_path: String,
        /// Position of the article in the build, from 0, in the order of the sources
        #[unit = "articles"]
        article_index: u64,
        /// Position of the sentence in its article, from 0
        #[unit = "sentences"]
        sentence_index: usize,
        /// Kind of the row: `body`, `headline`, `byline` or `dateline`
        kind: &'static str,
        /// The sentence's tokens as ingested, separated by single spaces
        raw_text: String,
        /// The repaired sentence: `raw_text` with `repairs` applied
        text: String,
        /// `text` with `marks`: with the punctuation that was deleted, as far as it can be told. Equal to `text` where marks survived
        text_punctuated: String,
        /// Offset of the sentence's first byte in the decoded article text (UTF-8; of an HTML page, its main text),
        /// before letters were unified. A title that the source supplies separately counts as the beginning of that
        /// text, followed by two line feeds, unless the text begins with it
        #[unit = "bytes"]
        source_start: u64,
        /// Offset after the sentence's last byte, counted like `source_start`
        #[unit = "bytes"]
        source_end: u64,
        /// All tokens of the sentence, in order: what was written, the form that `text` has, and how certain it is
        tokens: SentenceTokens,
        /// Tokens that were changed
        repairs: Vec<Repair>,
        /// Tokens whose form is less probable than `doubt_threshold`, changed or not, and tokens left unchanged because
        /// their best form is less probable than `keep_raw_below`
        doubts: Vec<Doubt>,
        /// Mean over the tokens of the probability that the form is right
        #[unit = PROBABILITY]
        repair_confidence: f32,
        /// Probability that a sentence ends where this one does; that a headline, dateline or byline is one, and ends there
        #[unit = PROBABILITY]
        boundary_confidence: f32,
        /// Places where a number was probably deleted (p ≥ 0.5), in stripped text only; the number itself cannot be
        /// restored
        number_gaps: Vec<NumberGap>,
        /// Punctuation marks that were restored, in order; none where marks survived, and none in headlines, datelines and bylines
        marks: Vec<Mark>,
        /// Ids of the concepts found in the sentence, each once, in order of appearance
        keyword_ids: Vec<String>,
        /// Tokens in the sentence
        #[unit = "tokens"]
        token_count: usize,
        /// Tokens that were changed
        #[unit = "tokens"]
        repaired_count: usize,
        /// Tokens that no word of the lexicon can explain, even damaged; left unchanged
        #[unit = "tokens"]
        unresolved_count: usize,
    }
}

impl SentenceRow {
    /// The row of a sentence; `article_index` is still to be set. Tokens below `doubt_threshold` are listed as doubts.
    pub(super) fn new(
        tagged: &Tagged,
        vocabulary: &Vocabulary,
        index: usize,
        sentence: &Sentence,
        doubt_threshold: f32,
    ) -> Self {
        let article = tagged.article();
        let document = article.document();
        let tokens = sentence.tokens.clone();
        let source = document.span_source(tokens.clone());
        let repairs = repairs(tagged, tokens.clone());
        Self {
            sentence_id: sentence_id(tagged, index),
            article_id: document.article_id.clone(),
            source_path: document.origin.source_path.clone(),
            article_index: 0,
            sentence_index: index,
            kind: sentence.kind.name(),
            raw_text: document.span_text(tokens.clone()).to_owned(),
            text: article.span_text(tokens.clone()),
            text_punctuated: sentence.punctuated_text(article),
            source_start: source.start as u64,
            source_end: source.end as u64,
            tokens: sentence_tokens(tagged, tokens.clone()),
            repaired_count: repairs.len(),
            repairs,
            doubts: doubts(tagged, tokens.clone(), doubt_threshold),
            repair_confidence: mean_confidence(tagged, tokens.clone()),
            boundary_confidence: sentence.boundary_confidence,
            number_gaps: number_gaps(sentence),
            marks: marks(sentence),
            keyword_ids: keyword_ids(tagged, vocabulary, index),
            token_count: tokens.len(),
            unresolved_count: tokens.filter(|token| article.finding(*token).unresolved).count(),
        }
    }
}

impl SentenceRow {
    /// Tokens that a person changed.
    #[must_use]
    pub fn corrected_count(&self) -> usize {
        self.repairs.iter().filter(|repair| repair.origin == BY_HAND).count()
    }
}

/// The id of an article's sentence.
pub(super) fn sentence_id(tagged: &Tagged, index: usize) -> String {
    sentence_id_of(&tagged.article().document().article_id, index)
}

/// The id of a sentence of the article with an id.
pub(super) fn sentence_id_of(article_id: &str, index: usize) -> String {
    format!("{article_id}:{index}")
}

/// The mean of the tokens' confidences, rounded; 0 if there is no token.
#[expect(clippy::cast_precision_loss, reason = "a mean of a few thousand probabilities")]
pub(super) fn mean_confidence(tagged: &Tagged, tokens: Range<usize>) -> f32 {
    let count = tokens.len();
    let sum: f64 = tokens.map(|token| f64::from(tagged.article().finding(token).confidence)).sum();
    rounded(sum / count.max(1) as f64)
}

fn sentence_tokens(tagged: &Tagged, tokens: Range<usize>) -> SentenceTokens {
    let article = tagged.article();
    let mut all = SentenceTokens::default();
    for token in tokens {
        all.push(article.document().token_text(token), article.token_text(token), article.finding(token).confidence);
    }
    all
}

/// The changed tokens among those of a sentence.
fn repairs(tagged: &Tagged, tokens: Range<usize>) -> Vec<Repair> {
    let article = tagged.article();
    let changes = article.token_repairs(tokens.clone()).filter(|repair| article.is_change(repair));
    changes
        .map(|repair| {
            let Doubt { token, raw, repaired, confidence, alternatives } = doubt(tagged, repair, tokens.start);
            let origin = if article.is_by_hand(repair.token) { BY_HAND } else { "engine" };
            Repair { token, raw, repaired, confidence, origin, alternatives }
        })
        .collect()
}

/// The doubtful tokens among those of a sentence.
fn doubts(tagged: &Tagged, tokens: Range<usize>, threshold: f32) -> Vec<Doubt> {
    let article = tagged.article();
    // One that changes nothing was kept because it is doubtful, or because its best form was too improbable to be used.
    let is_doubtful = |repair: &&TokenRepair| {
        !article.is_by_hand(repair.token) && (repair.confidence < threshold || !article.is_change(repair))
    };
    article.token_repairs(tokens.clone()).filter(is_doubtful).map(|repair| doubt(tagged, repair, tokens.start)).collect()
}

/// A doubt whose token is counted from `first`, the first of the sentence.
fn doubt(tagged: &Tagged, repair: &TokenRepair, first: usize) -> Doubt {
    Doubt {
        token: repair.token - first,
        raw: tagged.article().document().token_text(repair.token).to_owned(),
        repaired: repair.form.clone(),
        confidence: repair.confidence,
        alternatives: repair.alternatives.clone(),
    }
}

fn number_gaps(sentence: &Sentence) -> Vec<NumberGap> {
    let first = sentence.tokens.start;
    let gaps = sentence.number_gaps.iter();
    gaps.map(|gap| NumberGap { token: gap.token - first, confidence: gap.confidence }).collect()
}

fn marks(sentence: &Sentence) -> Vec<Mark> {
    let first = sentence.tokens.start;
    let mark = |restored: &RestoredMark| {
        let RestoredMark { token, mark, confidence } = *restored;
        Mark { token: token - first, mark: mark.text(), confidence }
    };
    sentence.marks.iter().map(mark).collect()
}

/// The ids of a sentence's concepts, each once, in order of appearance.
fn keyword_ids(tagged: &Tagged, vocabulary: &Vocabulary, sentence: usize) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for hit in tagged.sentence_hits(sentence) {
        let id = &vocabulary.concepts()[hit.concept].id;
        // A list rather than a set, which would lose the order; a sentence has few concepts.
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids
}
