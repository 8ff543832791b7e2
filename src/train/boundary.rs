//! Fitting the boundary model: two logistic regressions over shared features, by AdaGrad (Duchi et al. 2011).
//!
//! Articles are damaged and *repaired* before the model sees them, so it learns from text with the repairer's own mistakes.
//! One article in [`HELD_OUT`] is kept apart: on it the decoder's settings are measured, never on a development set.

use rayon::prelude::*;

use super::corpus::Corpus;
use super::noise::{article_rng, damage};
use crate::arabic::decode_word;
use crate::ingest::Document;
use crate::progress::Progress;
use crate::repair::{RepairScratch, Repairer};
use crate::split::features::{FEATURES, HASH_BITS, WordShape, features_at};
use crate::split::model::{BoundaryModel, LONGEST, UNITS_PER_LOGIT};

/// Version of this stage of training: raised whenever it would learn something else from equal input.
pub const VERSION: u32 = 1;

/// One article in so many is not trained on.
pub const HELD_OUT: usize = 100;
/// Passes over the corpus.
const EPOCHS: u32 = 3;
/// Step size of AdaGrad in the first epoch.
const STEP: f32 = 0.12;
/// Pull of each weight towards zero when it is updated.
const SHRINK: f32 = 2e-5;
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
                let repaired = repairer.repair(Document::from_text("training", &text.join(" ")), scratch);
                let shapes = (0..damaged.words.len()).map(|token| WordShape::new(repaired.token_text(token))).collect();
                Example { shapes, ends: damaged.ends, numbers: damaged.numbers }
            })
            .collect();
        number += batch.len() as u64;
        stage.advance(batch.len() as u64, examples.iter().map(|example| example.shapes.len() as u64).sum());
        examples.into_iter().for_each(&mut each);
    }
    stage.finish();
}

/// Weights and their sums of squared gradients while they are fitted.
struct Fit {
    weights: Vec<[f32; 2]>,
    squares: Vec<[f32; 2]>,
    bias: [f32; 2],
}

/// Fits the model to the examples that are not held out.
#[must_use]
pub fn fit(examples: &[Example], progress: Progress) -> BoundaryModel {
    let mut fit = Fit { weights: vec![[0.0; 2]; 1 << HASH_BITS], squares: vec![[1e-3; 2]; 1 << HASH_BITS], bias: [-2.9, -3.5] };
    for epoch in 0..EPOCHS {
        let mut stage = progress.stage("boundary", "articles", examples.len() as u64);
        #[expect(clippy::cast_precision_loss, reason = "a handful of epochs")]
        let step = STEP / (1.0 + epoch as f32);
        for (index, example) in examples.iter().enumerate() {
            if index % HELD_OUT != 0 {
                fit.learn(example, step);
            }
            if index % BATCH == 0 {
                stage.advance(if index == 0 { 0 } else { BATCH as u64 }, 0);
            }
        }
        stage.finish();
    }
    fit.quantise(length_costs(examples))
}

impl Fit {
    fn learn(&mut self, example: &Example, step: f32) {
        // The last place of an article ends a sentence whatever its words say.
        for token in 0..example.shapes.len().saturating_sub(1) {
            let features = features_at(&example.shapes, token);
            let wanted = [f32::from(u8::from(example.ends[token])), f32::from(u8::from(example.numbers[token]))];
            self.update(&features, wanted, step);
        }
    }

    fn update(&mut self, features: &[u32; FEATURES], wanted: [f32; 2], step: f32) {
        let mut sums = self.bias;
        for feature in features {
            let weights = self.weights[*feature as usize];
            sums[0] += weights[0];
            sums[1] += weights[1];
        }
        for head in 0..2 {
            let gradient = 1.0 / (1.0 + libm::expf(-sums[head])) - wanted[head];
            if gradient.abs() < 1e-3 {
                continue;
            }
            self.bias[head] -= step * 1e-3 * gradient;
            for feature in features {
                let square = &mut self.squares[*feature as usize][head];
                *square += gradient * gradient;
                let weight = &mut self.weights[*feature as usize][head];
                *weight -= step * (gradient / square.sqrt() + SHRINK * *weight);
            }
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "clamped to the target type, or a few logits")]
    fn quantise(&self, length_costs: Vec<i32>) -> BoundaryModel {
        let units = |logit: f32| (f64::from(logit) * UNITS_PER_LOGIT).round();
        let weight = |logit: f32| units(logit).clamp(-128.0, 127.0) as i8;
        BoundaryModel {
            weights: self.weights.iter().map(|pair| pair.map(weight)).collect(),
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
