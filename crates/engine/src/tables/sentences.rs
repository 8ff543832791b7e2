//! The table `sentences`.

use std::ops::Range;

use super::record::{PROBABILITY, describe, record, table};
use super::table::Table;
use crate::repair::{Alternative, TokenRepair};
use crate::rounded::rounded;
use crate::split::Sentence;
use crate::tag::{Tagged, Vocabulary};

describe! {
    Alternative read as AlternativeColumns {
        /// another form that the token may have had
        form: String,
        /// posterior probability of that form
        #[unit = PROBABILITY]
        confidence: f32,
    }
}

record! {
    /// A token that was changed.
    pub struct Repair read as RepairColumns {
        /// index of the token in the sentence, from 0
        #[unit = "tokens"]
        token: usize,
        /// the token as ingested
        raw: String,
        /// the form chosen; holds a space where two words had run together
        repaired: String,
        /// posterior probability of the form chosen
        #[unit = PROBABILITY]
        confidence: f32,
        /// who made the repair: always engine in this version
        origin: &'static str,
        /// the next best forms, best first
        alternatives: Vec<Alternative>,
    }
}

record! {
    /// A token whose form is doubtful, whether it was changed or not.
    pub struct Doubt read as DoubtColumns {
        /// index of the token in the sentence, from 0
        #[unit = "tokens"]
        token: usize,
        /// the token as ingested
        raw: String,
        /// the form chosen; holds a space where two words had run together
        repaired: String,
        /// posterior probability of the form chosen
        #[unit = PROBABILITY]
        confidence: f32,
        /// the next best forms, best first
        alternatives: Vec<Alternative>,
    }
}

record! {
    /// A place where a number is missing.
    pub struct NumberGap read as NumberGapColumns {
        /// a number is missing after this token of the sentence, from 0; where the token is a lone ر, it is what the number left
        /// of itself (3ر5), and the number is told here and not once more before it
        #[unit = "tokens"]
        token: usize,
        /// probability that a number was deleted here
        #[unit = PROBABILITY]
        confidence: f32,
    }
}

table! {
    /// One row per sentence
    pub struct SentenceRow of Table::Sentences, sorted by [article_index, sentence_index] {
        /// article_id, a colon, and sentence_index: unique in the build
        sentence_id: String,
        /// the article that the sentence belongs to
        article_id: String,
        /// the article's file, relative to the input root, with /; a member of an archive follows !/
        source_path: String,
        /// place of the article in the build, from 0, in the order of the sources
        #[unit = "articles"]
        article_index: u64,
        /// place of the sentence in its article, from 0
        #[unit = "sentences"]
        sentence_index: usize,
        /// what the row is: body, headline, byline or dateline
        kind: &'static str,
        /// the sentence's tokens as ingested, parted by single spaces
        raw_text: String,
        /// the repaired sentence: raw_text with repairs put in place
        text: String,
        /// first byte of the sentence in the article's decoded text (as UTF-8; of a page, its main text), before letters were
        /// unified; a title that is given apart and that the text does not begin with stands before it: title, two line feeds,
        /// text
        #[unit = "bytes"]
        source_start: u64,
        /// byte after the last of the sentence, counted as source_start is
        #[unit = "bytes"]
        source_end: u64,
        /// the tokens that were changed
        repairs: Vec<Repair>,
        /// every token below the doubt threshold, changed or not, and every token that was left as it stands because its best
        /// form is below keep_raw_below
        doubts: Vec<Doubt>,
        /// mean over the tokens of the probability that the form is right
        #[unit = PROBABILITY]
        repair_confidence: f32,
        /// probability that a sentence ends where this one does
        #[unit = PROBABILITY]
        boundary_confidence: f32,
        /// places where a number was probably deleted (0.5 or more), in stripped text only; the number itself cannot be restored
        number_gaps: Vec<NumberGap>,
        /// concepts found in the sentence, each once, in order of appearance
        keyword_ids: Vec<String>,
        /// tokens of the sentence
        #[unit = "tokens"]
        token_count: usize,
        /// tokens that were changed
        #[unit = "tokens"]
        repaired_count: usize,
        /// tokens that no word of the lexicon explains; left as they were
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
        let readings = || article.token_repairs(tokens.clone());
        let repairs: Vec<Repair> = readings()
            .filter(|reading| article.is_change(reading))
            .map(|reading| repair(tagged, reading, tokens.start))
            .collect();
        // A reading that changes nothing was kept because it is doubtful, or because its best form was not put in.
        let doubts = readings()
            .filter(|reading| reading.confidence < doubt_threshold || !article.is_change(reading))
            .map(|reading| doubt(tagged, reading, tokens.start));
        let number_gaps =
            sentence.number_gaps.iter().map(|gap| NumberGap { token: gap.token - tokens.start, confidence: gap.confidence });
        Self {
            sentence_id: sentence_id(tagged, index),
            article_id: document.article_id.clone(),
            source_path: document.origin.source_path.clone(),
            article_index: 0,
            sentence_index: index,
            kind: sentence.kind.name(),
            raw_text: document.span_text(tokens.clone()).to_owned(),
            text: article.span_text(tokens.clone()),
            source_start: source.start as u64,
            source_end: source.end as u64,
            repaired_count: repairs.len(),
            repairs,
            doubts: doubts.collect(),
            repair_confidence: mean_confidence(tagged, tokens.clone()),
            boundary_confidence: sentence.boundary_confidence,
            number_gaps: number_gaps.collect(),
            keyword_ids: keyword_ids(tagged, vocabulary, index),
            token_count: tokens.len(),
            unresolved_count: article.findings()[tokens.clone()].iter().filter(|finding| finding.unresolved).count(),
        }
    }
}

/// The id of an article's sentence.
pub(super) fn sentence_id(tagged: &Tagged, index: usize) -> String {
    format!("{}:{index}", tagged.article().document().article_id)
}

/// The mean of the tokens' confidences, rounded; 0 if there is no token.
#[expect(clippy::cast_precision_loss, reason = "a mean of a few thousand probabilities")]
pub(super) fn mean_confidence(tagged: &Tagged, tokens: Range<usize>) -> f32 {
    let findings = &tagged.article().findings()[tokens];
    let sum: f64 = findings.iter().map(|finding| f64::from(finding.confidence)).sum();
    rounded(sum / findings.len().max(1) as f64)
}

/// A repair, with its token counted from the first of the sentence.
fn repair(tagged: &Tagged, reading: &TokenRepair, first: usize) -> Repair {
    let Doubt { token, raw, repaired, confidence, alternatives } = doubt(tagged, reading, first);
    Repair { token, raw, repaired, confidence, origin: "engine", alternatives }
}

/// A doubt, with its token counted from the first of the sentence.
fn doubt(tagged: &Tagged, reading: &TokenRepair, first: usize) -> Doubt {
    Doubt {
        token: reading.token - first,
        raw: tagged.article().document().token_text(reading.token).to_owned(),
        repaired: reading.form.clone(),
        confidence: reading.confidence,
        alternatives: reading.alternatives.clone(),
    }
}

/// The ids of a sentence's concepts, each once, in order of appearance.
fn keyword_ids(tagged: &Tagged, vocabulary: &Vocabulary, sentence: usize) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for hit in tagged.sentence_hits(sentence) {
        let id = &vocabulary.concepts()[hit.concept].id;
        if !ids.contains(id) {
            ids.push(id.clone());
        }
    }
    ids
}
