//! Predictions: what the engine says about the articles of a benchmark.

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::benchmark::Record;
use engine::document::Document;
use engine::split::SentenceKind;
use engine::tag::Hit;
use engine::{Engine, EngineScratch};

/// A keyword hit to be compared: its concept, and its first and last token (exclusive) in the article.
pub type ComparedHit = (usize, usize, usize);

/// What a system says about an article.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prediction {
    /// Per token, its repaired form.
    pub tokens: Vec<String>,
    /// Tokens that end a sentence.
    pub ends: Vec<usize>,
    /// Per end, its probability.
    pub end_confidences: Vec<f32>,
    /// Per token, the encoder's log-odds that a sentence ends after it.
    pub end_logits: Vec<f32>,
    /// Tokens after which a number is missing.
    pub gaps: Vec<i64>,
    /// The punctuation marks restored after tokens.
    pub marks: BTreeMap<usize, String>,
    /// Per mark, in the order of their tokens, its probability.
    pub mark_confidences: Vec<f32>,
    /// Per token, the probability of its form.
    pub confidences: Vec<f32>,
    /// Keyword hits.
    pub hits: Vec<ComparedHit>,
}

/// Repairs, splits and tags every article of a benchmark, on all cores.
#[must_use]
pub fn predict(records: &[Record], engine: &Engine) -> Vec<Prediction> {
    let predict = |scratch: &mut EngineScratch, record: &Record| {
        let tagged = engine.process(Document::from_tokens(&record.id, &record.damaged), scratch);
        let (article, sentences) = (tagged.article(), tagged.sentences());
        // Titles, bylines and datelines are no sentences; the scorer does not count their ends.
        let body = || sentences.iter().filter(|sentence| sentence.kind == SentenceKind::Body);
        let gaps = sentences.iter().flat_map(|sentence| &sentence.number_gaps);
        let marks = || sentences.iter().flat_map(|sentence| &sentence.marks);
        Prediction {
            tokens: (0..article.document().tokens().len()).map(|t| article.token_text(t).to_owned()).collect(),
            ends: body().map(|sentence| sentence.tokens.end - 1).collect(),
            end_confidences: body().map(|sentence| sentence.boundary_confidence).collect(),
            end_logits: article.boundaries().iter().map(|boundary| boundary.sentence_end).collect(),
            gaps: gaps.map(|gap| i64::try_from(gap.token).unwrap_or(i64::MAX)).collect(),
            marks: marks().map(|mark| (mark.token, mark.mark.text().to_owned())).collect(),
            mark_confidences: marks().map(|mark| mark.confidence).collect(),
            confidences: (0..article.document().tokens().len()).map(|token| article.finding(token).confidence).collect(),
            hits: tagged.hits().iter().map(compared).collect(),
        }
    };
    records.par_iter().map_init(EngineScratch::default, predict).collect()
}

/// A hit as it is compared.
pub(super) fn compared(hit: &Hit) -> ComparedHit {
    (hit.concept, hit.tokens.start, hit.tokens.end)
}
