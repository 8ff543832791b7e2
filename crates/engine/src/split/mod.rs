//! Splitting: cuts a [`Repaired`] article into sentences, where no mark says where they end.
//!
//! ```text
//! places' odds ─┐
//! lengths ──────┼─ segmentation ─ sentences
//! marks, lines ─┘
//! head of the article ─ dateline, byline, headline
//! ```
//!
//! Invariant: sentences are runs of tokens, in order, that cover the article: putting them together gives the article, always.
//! Marks and breaks that survived in the text are taken as they stand. Between them the cuts are the best segmentation under the
//! encoder's odds and the lengths that sentences have in articles like this one; no sentence is longer than the limit, and
//! one that would be is cut at the best place inside.

pub mod evidence;
mod gazetteer;
mod lead;
pub mod lengths;
mod segmentation;

use std::ops::Range;

use serde::{Deserialize, Serialize};

use crate::model::{ModelError, ModelFile};
use crate::repair::{Damage, PlaceOdds, Repaired};
use crate::rounded::{probability as ten_thousandths, rounded};
use evidence::{Evidence, read_evidence};
pub use lead::name_of;
use lead::read_lead;
use lengths::{LengthModel, LengthRatios};
use segmentation::{SegmentScratch, best_ends, marginals};

/// Version of this stage's code: part of the build id.
pub const VERSION: u32 = 3;

/// A missing number is reported from this probability on.
const LEAST_GAP_CONFIDENCE: f32 = 0.5;
/// How sure it is that a lone `ر` is what a number left; now and then it is the letter, or what is left of a rare word.
const REMNANT_GAP_CONFIDENCE: f32 = 0.9;
/// Taken off the log-odds of a place where the text says that the sentence goes on: it ends only where the limit makes it.
const GOES_ON: f64 = 14.0;
/// The same after a comma or the like.
const PAUSES: f64 = 9.0;
/// What the log-odds of a clause end add to those of a sentence end, beyond what is usual; chosen on the development sets. The encoder
/// learns what a clause is from three times as many marks.
const CLAUSE_WEIGHT: f64 = 0.2;
/// Log-odds of a clause end that are usual, and so say nothing of a sentence end.
const USUAL_CLAUSE_END: f64 = 1.0;
/// Slope and offset that turn the log-odds of a cut into those that come true; fitted on the development sets. Segmentations are
/// weighed as if places were independent given the text, and writers are not.
const CALIBRATION: (f64, f64) = (0.68, -0.32);

/// What a row of the sentences table is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum SentenceKind {
    /// Running text.
    Body,
    /// A title.
    Headline,
    /// Who wrote the article.
    Byline,
    /// Where it was written, or for whom.
    Dateline,
}

impl SentenceKind {
    /// The name that tables use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Body => "body",
            Self::Headline => "headline",
            Self::Byline => "byline",
            Self::Dateline => "dateline",
        }
    }
}

/// A place where a number was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberGap {
    /// The number stood after this token of the article; a lone `ر`, which is what a number left of itself, stands for the place
    /// that it is in.
    pub token: usize,
    /// Probability, rounded to 1e-4.
    #[serde(with = "ten_thousandths")]
    pub confidence: f32,
}

/// A sentence: a run of an article's tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sentence {
    /// Indices of the article's tokens.
    pub tokens: Range<usize>,
    /// What it is.
    pub kind: SentenceKind,
    /// Probability that a sentence ends at its end, rounded to 1e-4; 1 where the text itself says so, and at the article's end.
    #[serde(with = "ten_thousandths")]
    pub boundary_confidence: f32,
    /// Where numbers are missing, in order.
    pub number_gaps: Vec<NumberGap>,
}

/// How to trade the wrong cuts against the missed ones.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SplitSettings {
    /// The most tokens of a sentence.
    pub max_tokens: usize,
    /// A sentence ends where that is at least so probable; at 0, where no place is too improbable, at the best places that leave no
    /// sentence of one token.
    pub cut_confidence: f64,
    /// Weight of the length model; 0 leaves it out.
    pub length_weight: f64,
}

impl Default for SplitSettings {
    fn default() -> Self {
        Self { max_tokens: 120, cut_confidence: 0.35, length_weight: 1.0 }
    }
}

/// The splitting stage: immutable, shared by all workers.
#[derive(Debug)]
pub struct Splitter {
    settings: SplitSettings,
    lengths: LengthRatios,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct SplitScratch {
    evidence: Vec<Evidence>,
    log_odds: Vec<f64>,
    marginals: Vec<f64>,
    segment: SegmentScratch,
    ends: Vec<usize>,
}

impl Splitter {
    /// The stage with a model's data.
    ///
    /// # Errors
    /// Where the model lacks the section or it is damaged.
    pub fn new(model: &ModelFile, settings: SplitSettings) -> Result<Self, ModelError> {
        Ok(Self::with_lengths(&LengthModel::open(model)?, settings))
    }

    /// The stage with a model of sentence lengths.
    #[must_use]
    pub fn with_lengths(lengths: &LengthModel, settings: SplitSettings) -> Self {
        Self { settings, lengths: LengthRatios::new(lengths, settings.length_weight, settings.max_tokens) }
    }

    /// Cuts an article into sentences.
    pub fn split(&self, article: &Repaired, scratch: &mut SplitScratch) -> Vec<Sentence> {
        read_evidence(article, &mut scratch.evidence);
        let mut sentences = Vec::new();
        for (tokens, kind) in read_lead(article, &scratch.evidence) {
            sentences.push(sentence(tokens, kind, 1.0, article));
        }
        let first = sentences.last().map_or(0, |lead| lead.tokens.end);
        let mean = expected_tokens(article.places(), &scratch.evidence);
        let ratios = self.lengths.ratios(mean);
        let ends = |token: &usize| scratch.evidence[*token] == Evidence::Ends;
        let count = article.places().len();
        let runs: Vec<usize> = (first..count).filter(|token| token + 1 == count || ends(token)).collect();
        let mut start = first;
        for last in runs {
            self.split_run(start..last + 1, article, &ratios, scratch, &mut sentences);
            start = last + 1;
        }
        sentences
    }

    /// Cuts a run of tokens at whose end a sentence is known to end.
    fn split_run(
        &self,
        run: Range<usize>,
        article: &Repaired,
        ratios: &[f64],
        scratch: &mut SplitScratch,
        sentences: &mut Vec<Sentence>,
    ) {
        let SplitScratch { evidence, log_odds, marginals: found, segment, ends } = scratch;
        let places = article.places()[run.clone()].iter().zip(&evidence[run.clone()]);
        log_odds.clear();
        log_odds.extend(places.map(|(place, evidence)| log_odds_of(*place, *evidence)));
        marginals(log_odds, ratios, segment, found);
        for cut in found.iter_mut() {
            *cut = calibrated(*cut);
        }
        best_ends(found, self.settings.cut_confidence, self.settings.max_tokens, segment, ends);
        let mut start = run.start;
        for end in ends.iter().map(|end| run.start + end) {
            let confidence = rounded(found[end - 1 - run.start]);
            sentences.push(sentence(start..end, SentenceKind::Body, confidence, article));
            start = end;
        }
    }
}

/// The mean length of sentences that the encoder expects, over places where nothing but the encoder tells.
#[expect(clippy::cast_precision_loss, reason = "counts of tokens")]
fn expected_tokens(places: &[PlaceOdds], evidence: &[Evidence]) -> f64 {
    let open = places.iter().zip(evidence).filter(|(_, evidence)| **evidence == Evidence::None);
    let (tokens, ends) = open.fold((0_usize, 1.0), |(tokens, ends), (place, evidence)| {
        (tokens + 1, ends + probability(log_odds_of(*place, *evidence)))
    });
    tokens.max(1) as f64 / ends
}

fn log_odds_of(place: PlaceOdds, evidence: Evidence) -> f64 {
    let open = f64::from(place.sentence_end) + CLAUSE_WEIGHT * (f64::from(place.clause_end) - USUAL_CLAUSE_END);
    match evidence {
        Evidence::None | Evidence::Ends => open,
        Evidence::Pauses => open - PAUSES,
        Evidence::Continues => open - GOES_ON,
    }
}

fn sentence(tokens: Range<usize>, kind: SentenceKind, boundary_confidence: f32, article: &Repaired) -> Sentence {
    Sentence { number_gaps: number_gaps(tokens.clone(), article), tokens, kind, boundary_confidence }
}

/// The missing numbers of a run of tokens: where the encoder says so in stripped text, and at what a number left of itself.
fn number_gaps(tokens: Range<usize>, article: &Repaired) -> Vec<NumberGap> {
    let gap = |token| NumberGap { token, confidence: gap_confidence(token, article) };
    let stripped = tokens.filter(|token| article.damage(*token) == Damage::Stripped);
    stripped.map(gap).filter(|gap| gap.confidence >= LEAST_GAP_CONFIDENCE).collect()
}

/// How sure it is that a number is missing after a token. A remnant is in the number's own place, so the number is told at the
/// remnant, and not once more before it; that nothing is told at an article's end is for lack of context, which a remnant
/// does not need.
fn gap_confidence(token: usize, article: &Repaired) -> f32 {
    let next = token + 1;
    let has_next = next < article.places().len();
    let told = rounded(probability(f64::from(article.places()[token].missing_number)));
    match article.is_number_remnant(token) {
        true if has_next => told.max(REMNANT_GAP_CONFIDENCE),
        true => REMNANT_GAP_CONFIDENCE,
        false if !has_next || article.is_number_remnant(next) => 0.0,
        false => told,
    }
}

/// A cut's probability as often as it comes true; what is certain stays so.
fn calibrated(cut: f64) -> f64 {
    let (slope, offset) = CALIBRATION;
    if cut >= 1.0 { 1.0 } else { probability(slope * libm::log(cut / (1.0 - cut)) + offset) }
}

/// The probability of log-odds.
fn probability(log_odds: f64) -> f64 {
    1.0 / (1.0 + libm::exp(-log_odds))
}

#[cfg(test)]
mod tests {
    use super::lengths::{CLASSES, LONGEST, LengthClass};
    use super::*;
    use crate::repair::{Outcome, Stretch};
    use proptest::prelude::*;

    fn splitter(max_tokens: usize) -> Splitter {
        let class = LengthClass { mean: 2000, costs: vec![640; LONGEST] };
        let lengths = LengthModel { classes: vec![class; CLASSES] };
        Splitter::with_lengths(&lengths, SplitSettings { max_tokens, cut_confidence: 0.4, length_weight: 0.5 })
    }

    fn article(text: &str) -> Repaired {
        let document = crate::document::Document::from_text("t", text);
        let outcome = || Outcome { confidence: 1.0, unresolved: false, reading: None };
        let outcomes: Vec<Outcome> = document.tokens().iter().map(|_| outcome()).collect();
        // Any odds will do, as long as they vary.
        let odds = |token: usize| f32::from(u8::try_from(token * 37 % 31).expect("small")) / 8.0 - 2.0;
        let place = |token: usize| PlaceOdds { sentence_end: odds(token), ..PlaceOdds::UNLIKELY };
        let places = (0..outcomes.len()).map(place).collect();
        let stretches = Stretch::whole(&document, Damage::Stripped);
        Repaired::new(document, stretches, outcomes, places)
    }

    proptest! {
        #[test]
        fn sentences_cover_the_article(text in "([ابتثجحخ]{1,4}[ \n.]{1,3}){0,60}", max_tokens in 1_usize..20) {
            let article = article(&text);
            let sentences = splitter(max_tokens).split(&article, &mut SplitScratch::default());
            let mut next = 0;
            for sentence in &sentences {
                prop_assert_eq!(sentence.tokens.start, next);
                prop_assert!(!sentence.tokens.is_empty());
                prop_assert!(sentence.kind != SentenceKind::Body || sentence.tokens.len() <= max_tokens);
                next = sentence.tokens.end;
            }
            prop_assert_eq!(next, article.document().tokens().len());
        }
    }

    #[test]
    fn a_number_is_told_once_and_where_its_remnant_is() {
        let mut article = article("بلغ عدد ر مليون ر");
        let gaps = |article: &Repaired| -> Vec<usize> { number_gaps(0..5, article).iter().map(|gap| gap.token).collect() };
        assert_eq!(gaps(&article), [2, 4], "the encoder sees none");
        let places = vec![PlaceOdds { missing_number: 8.0, ..PlaceOdds::UNLIKELY }; 5];
        let (document, outcomes) = (article.document().clone(), article.findings().iter());
        let outcomes = outcomes.map(|_| Outcome { confidence: 1.0, unresolved: false, reading: None });
        let stripped = Stretch::whole(&document, Damage::Stripped);
        let stretches =
            vec![Stretch { tokens: 0..1, damage: Damage::Intact }, Stretch { tokens: 1..5, ..stripped[0].clone() }];
        article = Repaired::new(document.clone(), stretches, outcomes.collect::<Vec<_>>(), places);
        assert_eq!(gaps(&article), [2, 4], "none in intact text, none before a remnant");
    }

    #[test]
    fn a_blank_line_ends_a_sentence() {
        let article = article("عنوان قصير\n\nثم متن");
        let sentences = splitter(50).split(&article, &mut SplitScratch::default());
        assert!(sentences.iter().any(|sentence| sentence.tokens.end == 2));
    }
}
