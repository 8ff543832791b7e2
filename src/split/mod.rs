//! Splitting: cuts a [`Repaired`] article into sentences, where no mark says where they end.
//!
//! Invariant: sentences are runs of tokens, in order, that cover the article: putting them together gives the article, always.
//! The cuts are the best segmentation of the whole article under the boundary model's log-odds and a model of sentence
//! lengths, found by dynamic programming; no sentence is longer than the limit, and one that would be is cut at the best
//! place inside. Marks and blank lines that survived in the text are taken as they stand.

pub mod evidence;
pub mod features;
pub mod model;

use std::ops::Range;

use crate::linear::UNITS_PER_LOGIT;
use crate::model::{ModelError, ModelFile};
use crate::repair::{Damage, Repaired};
use evidence::{Evidence, read_evidence};
use features::WordShape;
use model::{BoundaryModel, LONGEST, PlaceScore, probability};

/// Version of this stage's code: part of the build id.
pub const VERSION: u32 = 1;

/// A missing number is reported from this probability on.
const LEAST_GAP_CONFIDENCE: f32 = 0.5;
/// Log-odds, in units, of a place where something in the text says plainly that a sentence ends, or that it goes on.
const CERTAIN: i32 = 1 << 20;

/// What a row of the sentences table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentenceKind {
    /// Running text.
    Body,
    /// The article's title.
    Headline,
}

impl SentenceKind {
    /// The name that tables use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Headline => "headline",
        }
    }
}

/// A place where a number was deleted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NumberGap {
    /// The number stood after this token of the article.
    pub token: usize,
    /// Probability, rounded to 1e-4.
    pub confidence: f32,
}

/// A sentence: a run of an article's tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// Indices of the article's tokens.
    pub tokens: Range<usize>,
    /// What it is.
    pub kind: SentenceKind,
    /// Probability that a sentence ends at its end, rounded to 1e-4; 1 at the article's end.
    pub boundary_confidence: f32,
    /// Where numbers are missing, in order.
    pub number_gaps: Vec<NumberGap>,
}

/// How to trade the wrong cuts against the missed ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitSettings {
    /// The most tokens of a sentence.
    pub max_tokens: usize,
    /// Added to the log-odds of every place: above 0 cuts more, below 0 less.
    pub eagerness: f64,
    /// Weight of the length model; 0 leaves it out.
    pub length_weight: f64,
}

/// The splitting stage: immutable, shared by all workers.
#[derive(Debug)]
pub struct Splitter {
    model: BoundaryModel,
    max_tokens: usize,
    eagerness: i32,
    /// Cost of a sentence by its length in tokens, in units; a place's own base rate taken out.
    length_costs: Vec<i32>,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct SplitScratch {
    shapes: Vec<WordShape>,
    scores: Vec<PlaceScore>,
    evidence: Vec<Evidence>,
    ends: Vec<usize>,
    best: Vec<(i64, usize)>,
}

impl Splitter {
    /// The stage with a model's data.
    ///
    /// # Errors
    /// Where the model lacks the section or it is damaged.
    pub fn new(model: &ModelFile, settings: SplitSettings) -> Result<Self, ModelError> {
        Ok(Self::from_model(BoundaryModel::open(model)?, settings))
    }

    /// The stage with a boundary model.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, reason = "settings are checked to be a few logits")]
    pub fn from_model(model: BoundaryModel, settings: SplitSettings) -> Self {
        let length_costs = relative_length_costs(&model.length_costs, settings.length_weight, settings.max_tokens);
        let eagerness = libm::rint(settings.eagerness * UNITS_PER_LOGIT) as i32;
        Self { model, max_tokens: settings.max_tokens, eagerness, length_costs }
    }

    /// Cuts an article into sentences.
    pub fn split(&self, article: &Repaired, scratch: &mut SplitScratch) -> Vec<Sentence> {
        let count = article.document().tokens().len();
        scratch.shapes.clear();
        scratch.shapes.extend((0..count).map(|token| WordShape::new(article.token_text(token))));
        self.model.score(&scratch.shapes, &mut scratch.scores);
        read_evidence(article.document(), &mut scratch.evidence);
        let numbers_are_gone = article.damage() == Damage::Stripped;
        self.segment(count, scratch);
        let mut start = 0;
        let mut sentences = Vec::with_capacity(scratch.ends.len());
        for end in scratch.ends.iter().copied() {
            let gaps = if numbers_are_gone { number_gaps(start..end, &scratch.scores) } else { Vec::new() };
            sentences.push(Sentence {
                tokens: start..end,
                kind: SentenceKind::Body,
                boundary_confidence: confidence(end, scratch),
                number_gaps: gaps,
            });
            start = end;
        }
        sentences
    }

    /// Ends (exclusive) of the best segmentation of an article of `count` tokens, from its scores, into `scratch.ends`.
    fn segment(&self, count: usize, scratch: &mut SplitScratch) {
        let SplitScratch { scores, evidence, ends, best, .. } = scratch;
        best.clear();
        best.push((0, 0));
        for end in 1..=count {
            let gain = if end == count { 0 } else { self.gain(scores[end - 1], evidence[end - 1]) };
            let starts = end.saturating_sub(self.max_tokens)..end;
            let total = |start: usize| best[start].0 - i64::from(self.length_costs[end - start - 1]);
            // Of equal segmentations the one with the longest last sentence wins.
            let chosen = starts.max_by_key(|start| (total(*start), std::cmp::Reverse(*start))).unwrap_or(0);
            best.push((total(chosen) + i64::from(gain), chosen));
        }
        ends.clear();
        let mut end = count;
        while end > 0 {
            ends.push(end);
            end = best[end].1;
        }
        ends.reverse();
    }

    fn gain(&self, score: PlaceScore, evidence: Evidence) -> i32 {
        match evidence {
            Evidence::Ends => CERTAIN,
            Evidence::Continues => -CERTAIN,
            Evidence::None => score.sentence_end + self.eagerness,
        }
    }
}

fn confidence(end: usize, scratch: &SplitScratch) -> f32 {
    match scratch.evidence.get(end - 1) {
        _ if end > scratch.scores.len() => 1.0,
        Some(Evidence::Ends) => 1.0,
        _ => probability(scratch.scores[end - 1].sentence_end),
    }
}

fn number_gaps(tokens: Range<usize>, scores: &[PlaceScore]) -> Vec<NumberGap> {
    tokens
        .filter(|token| *token < scores.len())
        .map(|token| NumberGap { token, confidence: probability(scores[token].missing_number) })
        .filter(|gap| gap.confidence >= LEAST_GAP_CONFIDENCE)
        .collect()
}

/// Length costs less those of a memoryless process with the same mean: the boundary model knows the base rate already.
#[expect(clippy::cast_possible_truncation, reason = "costs are below a few thousand units")]
fn relative_length_costs(costs: &[i32], weight: f64, max_tokens: usize) -> Vec<i32> {
    let share = |index: usize| libm::exp(-f64::from(costs[index]) / UNITS_PER_LOGIT);
    let tokens = |index: usize| f64::from(u32::try_from(index + 1).unwrap_or(u32::MAX));
    let mean = (0..LONGEST).map(|index| share(index) * tokens(index)).sum::<f64>().max(1.5);
    let (stop, go_on) = (-libm::log(1.0 / mean), -libm::log(1.0 - 1.0 / mean));
    let relative = |index: usize| {
        let memoryless = (stop + go_on * (tokens(index) - 1.0)) * UNITS_PER_LOGIT;
        libm::rint((f64::from(costs[index.min(LONGEST - 1)]) - memoryless) * weight) as i32
    };
    let last = LONGEST.min(max_tokens) - 1;
    (0..max_tokens).map(|index| relative(index.min(last))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linear::{Bucket, WeightTable};
    use crate::repair::Outcome;
    use proptest::prelude::*;

    fn splitter(max_tokens: usize) -> Splitter {
        let bucket = |i: usize| Bucket {
            fingerprint: u8::try_from(i % 2).expect("small"),
            weights: [i8::try_from(i % 31).expect("small") - 17, 0],
        };
        let weights = WeightTable::new(10, (0..1 << 10).map(bucket).collect());
        let model = BoundaryModel { weights, bias: [40, -99], length_costs: vec![40; LONGEST] };
        Splitter::from_model(model, SplitSettings { max_tokens, eagerness: 0.0, length_weight: 0.5 })
    }

    fn article(text: &str) -> Repaired {
        let document = crate::ingest::Document::from_text("t", text);
        let outcome = || Outcome { confidence: 1.0, unresolved: false, reading: None };
        let outcomes: Vec<Outcome> = document.tokens().iter().map(|_| outcome()).collect();
        Repaired::new(document, Damage::Stripped, outcomes)
    }

    proptest! {
        #[test]
        fn sentences_cover_the_article(text in "([ابتثجحخ]{1,4}[ \n.]{1,3}){0,60}", max_tokens in 1_usize..20) {
            let article = article(&text);
            let sentences = splitter(max_tokens).split(&article, &mut SplitScratch::default());
            let mut next = 0;
            for sentence in &sentences {
                prop_assert_eq!(sentence.tokens.start, next);
                prop_assert!(!sentence.tokens.is_empty() && sentence.tokens.len() <= max_tokens);
                next = sentence.tokens.end;
            }
            prop_assert_eq!(next, article.document().tokens().len());
        }
    }

    #[test]
    fn a_blank_line_ends_a_sentence() {
        let article = article("عنوان قصير\n\nثم متن");
        let sentences = splitter(50).split(&article, &mut SplitScratch::default());
        assert!(sentences.iter().any(|sentence| sentence.tokens.end == 2));
    }
}
