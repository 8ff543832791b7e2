//! Splitting: cuts a [`Repaired`] article into sentences, where no mark says where they end.
//!
//! Invariant: sentences are runs of tokens, in order, that cover the article: putting them together gives the article, always.
//! The cuts are the best segmentation of the whole article under the encoder's log-odds and a model of sentence
//! lengths, found by dynamic programming; no sentence is longer than the limit, and one that would be is cut at the best
//! place inside. Marks and blank lines that survived in the text are taken as they stand.

pub mod evidence;
pub mod lengths;

use std::ops::Range;

use crate::model::{ModelError, ModelFile};
use crate::repair::habit::UNITS_PER_NAT;
use crate::repair::{Damage, PlaceOdds, Repaired};
use evidence::{Evidence, read_evidence};
use lengths::{LONGEST, LengthModel};

/// Version of this stage's code: part of the build id.
pub const VERSION: u32 = 2;

/// A missing number is reported from this probability on.
const LEAST_GAP_CONFIDENCE: f32 = 0.5;
/// How sure it is that a lone `ر` is what a number left; now and then it is the letter, or what is left of a rare word.
const REMNANT_GAP_CONFIDENCE: f32 = 0.9;
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
    /// The number stood after this token of the article; a lone `ر`, which is what a number left of itself, stands for the place
    /// that it is in.
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
    max_tokens: usize,
    eagerness: i32,
    /// Cost of a sentence by its length in tokens, in units; a place's own base rate taken out.
    length_costs: Vec<i32>,
}

/// Memory that one worker reuses between articles.
#[derive(Debug, Default)]
pub struct SplitScratch {
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
        Ok(Self::with_lengths(&LengthModel::open(model)?, settings))
    }

    /// The stage with a model of sentence lengths.
    #[must_use]
    pub fn with_lengths(lengths: &LengthModel, settings: SplitSettings) -> Self {
        let length_costs = relative_length_costs(&lengths.costs, settings.length_weight, settings.max_tokens);
        Self { max_tokens: settings.max_tokens, eagerness: units(settings.eagerness), length_costs }
    }

    /// Cuts an article into sentences.
    pub fn split(&self, article: &Repaired, scratch: &mut SplitScratch) -> Vec<Sentence> {
        read_evidence(article, &mut scratch.evidence);
        self.segment(article.places(), scratch);
        let mut start = 0;
        let mut sentences = Vec::with_capacity(scratch.ends.len());
        for end in scratch.ends.iter().copied() {
            sentences.push(Sentence {
                tokens: start..end,
                kind: SentenceKind::Body,
                boundary_confidence: confidence(end, article.places(), &scratch.evidence),
                number_gaps: number_gaps(start..end, article),
            });
            start = end;
        }
        sentences
    }

    /// Ends (exclusive) of the best segmentation of an article, from what is known of its places, into `scratch.ends`.
    fn segment(&self, places: &[PlaceOdds], scratch: &mut SplitScratch) {
        let SplitScratch { evidence, ends, best } = scratch;
        let count = places.len();
        best.clear();
        best.push((0, 0));
        for end in 1..=count {
            let gain = if end == count { 0 } else { self.gain(places[end - 1], evidence[end - 1]) };
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

    fn gain(&self, place: PlaceOdds, evidence: Evidence) -> i32 {
        match evidence {
            Evidence::Ends => CERTAIN,
            Evidence::Continues => -CERTAIN,
            Evidence::None => units(f64::from(place.sentence_end)) + self.eagerness,
        }
    }
}

fn confidence(end: usize, places: &[PlaceOdds], evidence: &[Evidence]) -> f32 {
    match evidence[end - 1] {
        _ if end == places.len() => 1.0,
        Evidence::Ends => 1.0,
        _ => probability(places[end - 1].sentence_end),
    }
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
    let odds = article.places()[token].missing_number;
    match article.is_number_remnant(token) {
        true if has_next => probability(odds).max(REMNANT_GAP_CONFIDENCE),
        true => REMNANT_GAP_CONFIDENCE,
        false if !has_next || article.is_number_remnant(next) => 0.0,
        false => probability(odds),
    }
}

/// Log-odds in units of [`UNITS_PER_NAT`].
#[expect(clippy::cast_possible_truncation, reason = "a few dozen nats")]
fn units(odds: f64) -> i32 {
    libm::rint(odds * UNITS_PER_NAT) as i32
}

/// The probability of log-odds, rounded to 1e-4.
#[expect(clippy::cast_possible_truncation, reason = "four decimals fit a 32-bit float")]
fn probability(odds: f32) -> f32 {
    let odds = libm::exp(f64::from(odds));
    (libm::rint(odds / (1.0 + odds) * 1e4) / 1e4) as f32
}

/// Length costs less those of a memoryless process with the same mean: the encoder knows the base rate already.
#[expect(clippy::cast_possible_truncation, reason = "costs are below a few thousand units")]
fn relative_length_costs(costs: &[i32], weight: f64, max_tokens: usize) -> Vec<i32> {
    let share = |index: usize| libm::exp(-f64::from(costs[index]) / UNITS_PER_NAT);
    let tokens = |index: usize| f64::from(u32::try_from(index + 1).unwrap_or(u32::MAX));
    let mean = (0..LONGEST).map(|index| share(index) * tokens(index)).sum::<f64>().max(1.5);
    let (stop, go_on) = (-libm::log(1.0 / mean), -libm::log(1.0 - 1.0 / mean));
    let relative = |index: usize| {
        let memoryless = (stop + go_on * (tokens(index) - 1.0)) * UNITS_PER_NAT;
        libm::rint((f64::from(costs[index.min(LONGEST - 1)]) - memoryless) * weight) as i32
    };
    let last = LONGEST.min(max_tokens) - 1;
    (0..max_tokens).map(|index| relative(index.min(last))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repair::{Outcome, Stretch};
    use proptest::prelude::*;

    fn splitter(max_tokens: usize) -> Splitter {
        let lengths = LengthModel { costs: vec![640; LONGEST] };
        Splitter::with_lengths(&lengths, SplitSettings { max_tokens, eagerness: 0.0, length_weight: 0.5 })
    }

    fn article(text: &str) -> Repaired {
        let document = crate::ingest::Document::from_text("t", text);
        let outcome = || Outcome { confidence: 1.0, unresolved: false, reading: None };
        let outcomes: Vec<Outcome> = document.tokens().iter().map(|_| outcome()).collect();
        // Any odds will do, as long as they vary.
        let odds = |token: usize| f32::from(u8::try_from(token * 37 % 31).expect("small")) / 8.0 - 2.0;
        let place = |token: usize| PlaceOdds { sentence_end: odds(token), missing_number: -8.0 };
        let places = (0..outcomes.len()).map(place).collect();
        let stretches = Stretch::whole(&document, Damage::Stripped);
        Repaired::new(document, stretches, outcomes, places)
    }

    #[test]
    fn even_odds_are_a_half() {
        assert!((probability(0.0) - 0.5).abs() < 1e-6);
        assert!(probability(12.0) > 0.9999 && probability(-12.0) < 0.0001);
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
    fn a_number_is_told_once_and_where_its_remnant_is() {
        let mut article = article("بلغ عدد ر مليون ر");
        let gaps = |article: &Repaired| -> Vec<usize> { number_gaps(0..5, article).iter().map(|gap| gap.token).collect() };
        assert_eq!(gaps(&article), [2, 4], "the encoder sees none");
        let places = vec![PlaceOdds { sentence_end: -8.0, missing_number: 8.0 }; 5];
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
