//! Fitting the boundary model: two logistic regressions over shared features, by `AdaGrad` (Duchi et al. 2011).
//!
//! Articles are damaged and *repaired* before the model sees them, so it learns from text with the repairer's own mistakes.
//! A feature takes part only if it was seen [`LEAST_COUNT`] times, and a bucket belongs to the most frequent of the features
//! that fall into it: rare features would learn the training corpus by heart and leave nothing for the others to explain.
//!
//! One article in [`HELD_OUT`] is kept apart: on it the decoder's settings are measured, never on a development set.

use rayon::prelude::*;

use super::corpus::Corpus;
use super::noise::{article_rng, damage};
use crate::arabic::decode_word;
use crate::ingest::Document;
use crate::progress::Progress;
use crate::repair::{RepairScratch, Repairer};
use crate::split::features::{FEATURES, Feature, WordShape, features_at};
use crate::split::model::{BoundaryModel, FeatureWeight, LONGEST, UNITS_PER_LOGIT};

/// Version of this stage of training: raised whenever it would learn something else from equal input.
pub const VERSION: u32 = 1;

/// One article in so many is not trained on.
pub const HELD_OUT: usize = 100;
/// Passes over the corpus.
const EPOCHS: u32 = 3;
/// Step size of `AdaGrad` in the first epoch.
const STEP: f32 = 0.25;
/// Pull of each weight towards zero when it is updated.
const SHRINK: f32 = 2e-5;
/// Times that a feature must be seen.
const LEAST_COUNT: u8 = 12;
/// Counters of the sketch that counts features, as a power of two.
const COUNTER_BITS: u32 = 28;
/// Articles repaired together.
const BATCH: usize = 2048;

/// A repaired article as training sees it.
#[derive(Debug)]
pub struct Example {
    /// Per token.
    pub shapes: Vec<WordShape>,
    /// Per token, whether a sentence ends after it.
    pub ends: Vec<bool>,
    /// Per token, whether a number is missing after it.
    pub numbers: Vec<bool>,
}

/// Damages and repairs every article; calls `each` with the result, in order.
pub fn for_each_example(corpus: &Corpus, repairer: &Repairer, seed: u64, progress: Progress, mut each: impl FnMut(Example)) {
    let articles: Vec<_> = corpus.articles().collect();
    let mut stage = progress.stage("repair", "articles", articles.len() as u64);
    let mut number = 0;
    for batch in articles.chunks(BATCH) {
        let examples: Vec<Example> = batch
            .par_iter()
            .enumerate()
            .map_init(RepairScratch::default, |scratch, (index, article)| {
                let damaged = damage(article, &corpus.words, &mut article_rng(seed, number + index as u64));
                let text: Vec<String> = damaged.words.iter().map(|word| decode_word(word)).collect();
                let text = repairer.repair(Document::from_text("training", &text.join(" ")), scratch);
                let shapes = (0..damaged.words.len()).map(|token| WordShape::new(text.token_text(token))).collect();
                Example { shapes, ends: damaged.ends, numbers: damaged.numbers }
            })
            .collect();
        number += batch.len() as u64;
        stage.advance(batch.len() as u64, examples.iter().map(|example| example.shapes.len() as u64).sum());
        examples.into_iter().for_each(&mut each);
    }
    stage.finish();
}

/// Fits the model to the examples that are not held out.
#[must_use]
pub fn fit(examples: &[Example], progress: Progress) -> BoundaryModel {
    progress.message("choosing the boundary model's features");
    let mut fit = Fit::new(assign_buckets(examples));
    for epoch in 0..EPOCHS {
        let mut stage = progress.stage("boundary", "articles", examples.len() as u64);
        #[expect(clippy::cast_precision_loss, reason = "a handful of epochs")]
        let step = STEP / (1.0 + epoch as f32);
        for (index, example) in examples.iter().enumerate() {
            if index % HELD_OUT != 0 {
                fit.learn(example, step);
            }
            if index % BATCH == BATCH - 1 {
                stage.advance(BATCH as u64, 0);
            }
        }
        stage.finish();
    }
    fit.quantise(length_costs(examples))
}

/// The places between tokens of the examples that are trained on.
fn training_places(examples: &[Example]) -> impl Iterator<Item = (&Example, usize)> {
    let trained = examples.iter().enumerate().filter(|(index, _)| index % HELD_OUT != 0);
    // The last place of an article ends a sentence whatever its words say.
    trained.flat_map(|(_, example)| (0..example.shapes.len().saturating_sub(1)).map(move |token| (example, token)))
}

/// Per bucket, the fingerprint of the feature that it belongs to.
fn assign_buckets(examples: &[Example]) -> Vec<Option<u8>> {
    let counter = |feature: Feature| (feature.0 >> (32 - COUNTER_BITS)) as usize;
    let mut counts = vec![0_u8; 1 << COUNTER_BITS];
    for (example, token) in training_places(examples) {
        for feature in features_at(&example.shapes, token) {
            let count = &mut counts[counter(feature)];
            *count = count.saturating_add(1);
        }
    }
    let mut owners: Vec<(u8, u8)> = vec![(0, 0); 1 << Feature::BUCKET_BITS];
    for (example, token) in training_places(examples) {
        for feature in features_at(&example.shapes, token) {
            let count = counts[counter(feature)];
            let owner = &mut owners[feature.bucket()];
            if count >= LEAST_COUNT && count > owner.0 {
                *owner = (count, feature.fingerprint());
            }
        }
    }
    owners.into_iter().map(|(count, fingerprint)| (count > 0).then_some(fingerprint)).collect()
}

/// Weights and their sums of squared gradients while they are fitted, per bucket.
struct Fit {
    owners: Vec<Option<u8>>,
    weights: Vec<[f32; 2]>,
    squares: Vec<[f32; 2]>,
    bias: [f32; 2],
}

impl Fit {
    fn new(owners: Vec<Option<u8>>) -> Self {
        let (weights, squares) = (vec![[0.0; 2]; owners.len()], vec![[1.0; 2]; owners.len()]);
        Self { owners, weights, squares, bias: [-2.9, -3.5] }
    }

    fn learn(&mut self, example: &Example, step: f32) {
        for token in 0..example.shapes.len().saturating_sub(1) {
            let mut buckets = [0; FEATURES];
            let mut count = 0;
            for feature in features_at(&example.shapes, token) {
                if self.owners[feature.bucket()] == Some(feature.fingerprint()) {
                    buckets[count] = feature.bucket();
                    count += 1;
                }
            }
            let wanted = [example.ends[token], example.numbers[token]].map(|yes| f32::from(u8::from(yes)));
            self.update(&buckets[..count], wanted, step);
        }
    }

    fn update(&mut self, buckets: &[usize], wanted: [f32; 2], step: f32) {
        for (head, wanted) in wanted.into_iter().enumerate() {
            let sum = self.bias[head] + buckets.iter().map(|bucket| self.weights[*bucket][head]).sum::<f32>();
            let gradient = 1.0 / (1.0 + libm::expf(-sum)) - wanted;
            if gradient.abs() < 1e-3 {
                continue;
            }
            self.bias[head] -= step * 1e-3 * gradient;
            for bucket in buckets {
                let square = &mut self.squares[*bucket][head];
                *square += gradient * gradient;
                let weight = &mut self.weights[*bucket][head];
                *weight -= step * (gradient / square.sqrt() + SHRINK * *weight);
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "clamped to the target type, or a few logits")]
    fn quantise(&self, length_costs: Vec<i32>) -> BoundaryModel {
        let units = |logit: f32| (f64::from(logit) * UNITS_PER_LOGIT).round();
        let weight = |logit: f32| units(logit).clamp(-128.0, 127.0) as i8;
        let stored = |(owner, [end, number]): (&Option<u8>, &[f32; 2])| match owner {
            Some(fingerprint) => {
                FeatureWeight { fingerprint: *fingerprint, sentence_end: weight(*end), missing_number: weight(*number) }
            }
            None => FeatureWeight::default(),
        };
        BoundaryModel {
            weights: self.owners.iter().zip(&self.weights).map(stored).collect(),
            bias: self.bias.map(|bias| units(bias) as i32),
            length_costs,
        }
    }
}

/// Cost of each sentence length: its negative log share, smoothed over neighbouring lengths, in units.
#[expect(clippy::cast_possible_truncation, reason = "costs are below a thousand")]
fn length_costs(examples: &[Example]) -> Vec<i32> {
    let mut counts = vec![1.0_f64; LONGEST];
    for example in examples {
        let mut length = 0;
        for end in &example.ends {
            length += 1;
            if *end {
                counts[length.min(LONGEST) - 1] += 1.0;
                length = 0;
            }
        }
    }
    let smoothed = |at: usize| {
        let near = at.saturating_sub(2)..(at + 3).min(LONGEST);
        counts[near.clone()].iter().sum::<f64>() / f64::from(u32::try_from(near.len()).unwrap_or(1))
    };
    let total: f64 = (0..LONGEST).map(smoothed).sum();
    (0..LONGEST).map(|at| libm::rint(-libm::log(smoothed(at) / total) * UNITS_PER_LOGIT) as i32).collect()
}
