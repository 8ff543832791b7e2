//! Fitting the boundary model: two logistic regressions over shared features.
//!
//! Articles are damaged and *repaired* before the model sees them, so it learns from text with the repairer's own mistakes.
//! One article in [`HELD_OUT`] is kept apart, and what the fitted model makes of it is reported.

use rayon::prelude::*;

use super::corpus::Corpus;
use super::linear::{FeatureSelection, Fit};
use super::noise::{article_rng, damage};
use crate::arabic::decode_word;
use crate::ingest::Document;
use crate::linear::UNITS_PER_LOGIT;
use crate::progress::Progress;
use crate::repair::{RepairScratch, Repairer};
use crate::split::features::{WordShape, features_at};
use crate::split::model::{BoundaryModel, LONGEST};

/// Version of this stage of training: raised whenever it would learn something else from equal input.
pub const VERSION: u32 = 2;

/// One article in so many is not trained on.
pub const HELD_OUT: usize = 100;
/// Passes over the corpus.
const EPOCHS: u32 = 3;
/// Buckets of the weights, as a power of two.
const BUCKET_BITS: u32 = 21;
/// Step size of `AdaGrad` in the first epoch.
const STEP: f32 = 0.25;
/// A place answered with less doubt than this teaches nothing.
const LEAST_GRADIENT: f32 = 1e-3;
/// Step size of the biases, against that of the weights.
const BIAS_STEP: f32 = 1e-3;
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
    let mut selection = FeatureSelection::new(BUCKET_BITS);
    training_places(examples).for_each(|(example, token)| selection.count(features_at(&example.shapes, token)));
    training_places(examples).for_each(|(example, token)| selection.assign(features_at(&example.shapes, token)));
    let mut regression = Regression { fit: selection.finish(), bias: [-2.9, -3.5], buckets: Vec::new() };
    for epoch in 0..EPOCHS {
        let mut stage = progress.stage("boundary", "articles", examples.len() as u64);
        #[expect(clippy::cast_precision_loss, reason = "a handful of epochs")]
        let step = STEP / (1.0 + epoch as f32);
        for (number, batch) in examples.chunks(BATCH).enumerate() {
            let trained = batch.iter().enumerate().filter(|(index, _)| !(number * BATCH + index).is_multiple_of(HELD_OUT));
            trained.for_each(|(_, example)| regression.learn(example, step));
            stage.advance(batch.len() as u64, batch.iter().map(|example| example.shapes.len() as u64).sum());
        }
        stage.finish();
    }
    let model = BoundaryModel {
        weights: regression.fit.quantise(),
        bias: regression.bias.map(units),
        length_costs: length_costs(examples),
    };
    report_held_out(&model, examples, progress);
    model
}

/// Tells how often the model is right at even odds on the articles that it was not trained on.
fn report_held_out(model: &BoundaryModel, examples: &[Example], progress: Progress) {
    let mut scores = Vec::new();
    let mut counts = [[0_u32; 3]; 2];
    for example in examples.iter().step_by(HELD_OUT) {
        model.score(&example.shapes, &mut scores);
        for (token, score) in scores.iter().enumerate() {
            let answers =
                [(score.sentence_end > 0, example.ends[token]), (score.missing_number > 0, example.numbers[token])];
            for ([hits, found, wanted], (answer, truth)) in counts.iter_mut().zip(answers) {
                *hits += u32::from(answer && truth);
                *found += u32::from(answer);
                *wanted += u32::from(truth);
            }
        }
    }
    let [end, number] = counts.map(|[hits, found, wanted]| 2.0 * f64::from(hits) / f64::from((found + wanted).max(1)));
    progress.message(&format!("on articles held out: F1 of sentence ends {end:.4}, of missing numbers {number:.4}"));
}

/// The places between tokens of the examples that are trained on.
fn training_places(examples: &[Example]) -> impl Iterator<Item = (&Example, usize)> {
    let trained = examples.iter().enumerate().filter(|(index, _)| !index.is_multiple_of(HELD_OUT));
    // The last place of an article ends a sentence whatever its words say.
    trained.flat_map(|(_, example)| (0..example.shapes.len().saturating_sub(1)).map(move |token| (example, token)))
}

/// The two questions while they are fitted.
struct Regression {
    fit: Fit<2>,
    bias: [f32; 2],
    buckets: Vec<usize>,
}

impl Regression {
    fn learn(&mut self, example: &Example, step: f32) {
        for token in 0..example.shapes.len().saturating_sub(1) {
            self.buckets.clear();
            self.fit.buckets(features_at(&example.shapes, token), &mut self.buckets);
            for (head, wanted) in [example.ends[token], example.numbers[token]].into_iter().enumerate() {
                let sum = self.bias[head] + self.fit.sum(head, &self.buckets);
                let gradient = 1.0 / (1.0 + libm::expf(-sum)) - f32::from(u8::from(wanted));
                if gradient.abs() >= LEAST_GRADIENT {
                    self.bias[head] -= step * BIAS_STEP * gradient;
                    self.fit.update(head, &self.buckets, gradient, step);
                }
            }
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a few logits")]
fn units(logit: f32) -> i32 {
    libm::rint(f64::from(logit) * UNITS_PER_LOGIT) as i32
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
