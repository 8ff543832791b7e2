//! Fitting the second pass: gradient descent as for the first, with the first pass frozen.

use std::path::PathBuf;

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::expectations::Expectations;
use super::first_pass::FirstPass;
use super::network::{SecondActivations, SecondGradients};
use super::stored::stored;
use crate::checkpoint::Section;
use crate::corpus::Corpus;
use crate::encoder::batch::{Batch, Forms, Prepared, Showing, Source};
use crate::encoder::features::EncoderRows;
use crate::encoder::fit::{DROPOUT_SEED, LANES, REPORT_STEPS, SNAPSHOT_STEPS};
use crate::encoder::layers::reset;
use crate::encoder::layout::SecondLayout;
use crate::encoder::loss::learn_boundaries;
use crate::encoder::network::Activations;
use crate::encoder::optimiser::{Optimiser, schedule};
use crate::encoder::pieces::{Piece, batches_of, held_out_batches};
use crate::encoder::snapshot::Snapshot;
use crate::encoder::state::State;
use crate::encoder::tally::Tally;
use crate::error::TrainError;
use crate::noise::article_rng;
use crate::progress::Progress;
use engine::encoder::EMBEDDING;
use engine::encoder::network::StoredNetwork;
use engine::matrix::dot;
use engine::model::{ModelFile, SectionWriter};
use engine::repair::Repairer;

/// The one pass over the corpus, numbered so that nothing is drawn as in a pass of the first.
const EPOCH: u64 = 64;
/// Peak learning rate.
const STEP: f32 = 3e-3;
/// Keeps the random numbers of this stage apart from those of the first pass.
const STREAM: u64 = 0x2d;

/// A batch being worked on, with the memory that it needs.
#[derive(Default)]
struct Lane {
    forms: Forms,
    batch: Batch,
    first: Activations,
    expectations: Expectations,
    second: SecondActivations,
    gradients: SecondGradients,
    /// Those of both passes together.
    logits: Vec<f32>,
    /// The results of the first pass alone, and of both.
    before: Tally,
    tally: Tally,
}

/// Fits the second pass to the encoder of a model file, continuing from the file `snapshot` if it exists.
pub(crate) fn fit_second_pass(
    corpus: &Corpus,
    repairer: &Repairer,
    encoder: &ModelFile,
    seed: u64,
    snapshot: PathBuf,
    progress: &dyn Progress,
) -> Result<Vec<Section>, TrainError> {
    let network = StoredNetwork::open(encoder)?;
    let first = FirstPass::new(&network);
    let rows = EncoderRows { words: network.words.rows, candidates: network.candidates.rows };
    let prepared = Prepared::new(corpus, repairer);
    let mut training = Training::new(prepared.source(&rows, seed), first);
    let snapshot = Snapshot::new(snapshot);
    if let Some(state) = snapshot.read(&training.state)? {
        progress.message(&format!("second pass: continuing from step {}", state.steps));
        training.state = state;
    }
    training.run(&snapshot, progress)?;
    snapshot.remove()?;
    let mut section = SectionWriter::default();
    stored(&training.state, &training.layout).write(&mut section);
    Ok(vec![("second pass", section.into_bytes())])
}

struct Training<'a> {
    source: Source<'a>,
    first: FirstPass,
    layout: SecondLayout,
    state: State,
    lanes: Vec<Lane>,
}

impl<'a> Training<'a> {
    fn new(source: Source<'a>, first: FirstPass) -> Self {
        let layout = SecondLayout::new();
        let mut network = Optimiser::initial(&layout, &mut article_rng(source.seed, u64::MAX ^ STREAM));
        // It starts out correcting nothing.
        for outputs in [&layout.query, &layout.heads] {
            network.parameters[outputs.weights.clone()].fill(0.0);
        }
        let state = State { network, ..State::default() };
        let lane = || Lane { batch: Batch::listing_all(), ..Lane::default() };
        Self { source, first, layout, state, lanes: (0..LANES).map(|_| lane()).collect() }
    }

    fn run(&mut self, snapshot: &Snapshot, progress: &dyn Progress) -> Result<(), TrainError> {
        let Source { corpus, articles, seed, .. } = self.source;
        let started = self.state.steps;
        let mut done = 0;
        let mut tally = Tally::default();
        let batches = batches_of(corpus, articles, seed, EPOCH);
        let total = (batches.len() / LANES) as u64;
        let mut stage = progress.begin_pass(total);
        for step in batches.chunks_exact(LANES) {
            // The steps before the snapshot are counted and skipped: the batches are the same in every run.
            done += 1;
            if done <= started {
                continue;
            }
            tally.add(&self.step(step, total));
            stage.advance(1, self.lanes.iter().map(|lane| lane.batch.words).sum());
            if done.is_multiple_of(REPORT_STEPS) {
                progress.message(&format!("second pass, step {done} of {total}: {}", tally.describe()));
                tally = Tally::default();
            }
            if done.is_multiple_of(SNAPSHOT_STEPS) {
                snapshot.write(&self.state)?;
                self.monitor(done, progress);
            }
        }
        stage.finish();
        self.monitor(done, progress);
        Ok(())
    }

    /// One step down the gradient of the batches' mean loss per symbol.
    fn step(&mut self, batches: &[Vec<Piece>], total: u64) -> Tally {
        let Self { source, first, layout, state, lanes } = self;
        let words: usize = batches.iter().flatten().map(|piece| piece.symbols.len()).sum();
        #[expect(clippy::cast_precision_loss, reason = "a few thousand words")]
        let weight = 1.0 / words.max(1) as f32;
        let step = state.steps;
        lanes.par_iter_mut().zip(batches).enumerate().for_each(|(number, (lane, pieces))| {
            let mut chance = article_rng(source.seed ^ DROPOUT_SEED ^ STREAM, step * LANES as u64 + number as u64);
            lane.batch.fill(pieces, EPOCH, Showing::Part, *source, &mut lane.forms);
            lane.forward(first, layout, &state.network.parameters, Some(&mut chance));
            lane.learn(weight);
            lane.second.backward(&lane.batch, &state.network.parameters, layout, &mut lane.gradients);
        });
        let gradients: Vec<_> = lanes.iter().map(|lane| lane.gradients.parameters.as_slice()).collect();
        state.network.update(&gradients, state.steps, schedule(state.steps, total) * STEP, layout);
        state.steps += 1;
        let mut tally = Tally::default();
        // Added up in the order of the lanes, not as they finish: sums of floats depend on their order.
        for lane in lanes {
            tally.add(&lane.tally);
        }
        tally
    }

    /// Reports on the articles held out, with the second pass and without it.
    fn monitor(&mut self, steps: u64, progress: &dyn Progress) {
        let Self { source, first, layout, state, lanes } = self;
        let (mut before, mut after) = (Tally::default(), Tally::default());
        for step in held_out_batches(source.articles, |_| true).chunks(LANES) {
            lanes[..step.len()].par_iter_mut().zip(step).for_each(|(lane, pieces)| {
                lane.batch.fill(pieces, 0, Showing::All, *source, &mut lane.forms);
                lane.forward(first, layout, &state.network.parameters, None);
                lane.learn(0.0);
            });
            for lane in &lanes[..step.len()] {
                before.add(&lane.before);
                after.add(&lane.tally);
            }
        }
        let [after, before] = [after, before].map(|tally| tally.describe());
        progress.message(&format!("second pass, step {steps}, all held out: {after}; before it {before}"));
    }
}

impl Lane {
    fn forward(&mut self, first: &FirstPass, layout: &SecondLayout, parameters: &[f32], chance: Option<&mut ChaCha8Rng>) {
        first.words.sums(&self.batch.features, &mut self.first.input);
        self.first.forward(&self.batch, &first.parameters, &first.layout, None);
        self.expectations.fill(&self.batch, &self.first.query, &first.candidates);
        let input = [self.first.trunk_rows(), &self.expectations.means, &self.first.logits];
        self.second.forward(&self.batch, input, parameters, layout, chance);
    }

    /// Counts how well the batch came out, and fills the gradients of queries and logits, each weighted by `weight`.
    fn learn(&mut self, weight: f32) {
        let Self { batch, first, expectations, second, gradients, tally, before, logits, .. } = self;
        (*tally, *before) = (Tally::default(), Tally::default());
        reset(&mut gradients.query, second.query.len());
        for choice in &batch.choices {
            let row = choice.row * EMBEDDING..(choice.row + 1) * EMBEDDING;
            let embeddings =
                || expectations.embeddings[choice.start * EMBEDDING..].chunks_exact(EMBEDDING).take(choice.count);
            let mut scores = expectations.scores[choice.start..choice.start + choice.count].to_vec();
            before.count(&mut scores.clone(), choice.right);
            let query = &second.query[row.clone()];
            scores.iter_mut().zip(embeddings()).for_each(|(score, embedding)| *score += dot(embedding, query));
            tally.count(&mut scores, choice.right);
            let target = &mut gradients.query[row];
            for (index, (probability, embedding)) in scores.iter().zip(embeddings()).enumerate() {
                let gradient = weight * (probability - f32::from(u8::from(index == choice.right)));
                target.iter_mut().zip(embedding).for_each(|(cell, number)| *cell += gradient * number);
            }
        }
        learn_boundaries(batch, &first.logits, weight, &mut gradients.logits, before);
        logits.clear();
        logits.extend(first.logits.iter().zip(&second.logits).map(|(logit, more)| logit + more));
        learn_boundaries(batch, logits, weight, &mut gradients.logits, tally);
    }
}

#[cfg(test)]
mod tests;
