//! Fitting: stochastic gradient descent over articles that are damaged afresh in every epoch.
//!
//! A step takes [`LANES`] batches, computes their gradients in parallel, adds them up in order and updates every parameter
//! once: [`super::optimiser`] those of the network, [`super::table`] the embeddings that took part.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::batch::{Batch, Forms, Prepared, Showing, Source};
use super::features::EncoderRows;
use super::layout::{Layout, Parameters};
use super::loss::learn;
use super::network::{Activations, Gradients};
use super::optimiser::schedule;
use super::pieces::{Piece, batches_of, held_out_batches};
use super::snapshot::Snapshot;
use super::state::State;
use super::stored::encoder_section;
use super::table::Touched;
use super::tally::Tally;
use crate::checkpoint::Section;
use crate::corpus::Corpus;
use crate::error::TrainError;
use crate::noise::article_rng;
use crate::progress::Progress;
use engine::repair::Repairer;

/// Passes over the corpus: as much of each source as its share says, drawn and damaged afresh in each.
const EPOCHS: u64 = 5;
/// Batches per step. Fixed, not the number of cores, so that the result does not depend on the machine's size.
pub(super) const LANES: usize = 4;
/// Peak learning rate of the network's parameters: that of `Adam`, which `Muon` scales down.
const STEP: f32 = 3e-3;
/// Peak learning rate of the embeddings.
const TABLE_STEP: f32 = 0.1;
/// Keeps the random numbers of dropout apart from those of the damage.
pub(super) const DROPOUT_SEED: u64 = 0xd20b;
/// Steps between two snapshots, from which an interrupted run continues.
pub(super) const SNAPSHOT_STEPS: u64 = 1000;
/// Steps between two looks at the articles held out.
const MONITOR_STEPS: u64 = 2000;
/// Steps between two reports.
pub(super) const REPORT_STEPS: u64 = 500;

/// A batch being worked on, with the memory that it needs.
#[derive(Default)]
struct Lane {
    forms: Forms,
    batch: Batch,
    activations: Activations,
    gradients: Gradients,
    /// Gradients of the embeddings of [`Batch::candidates`].
    candidate_gradients: Vec<f32>,
    /// Gradients of the embeddings of [`Batch::guesses`].
    guess_gradients: Vec<f32>,
    tally: Tally,
}

/// Fits the encoder, continuing from the file `snapshot` if it exists.
pub(crate) fn fit(
    corpus: &Corpus,
    repairer: &Repairer,
    rows: EncoderRows,
    seed: u64,
    snapshot: PathBuf,
    progress: &dyn Progress,
) -> Result<Vec<Section>, TrainError> {
    let prepared = Prepared::new(corpus, repairer);
    let mut training = Training::new(prepared.source(&rows, seed));
    let snapshot = Snapshot::new(snapshot);
    if let Some(state) = snapshot.read(&training.state)? {
        progress.message(&format!("continuing from step {}", state.steps));
        training.state = state;
    }
    training.run(&snapshot, progress)?;
    // The section is not yet on disk when this is removed: the caller stores it once this function returns.
    snapshot.remove()?;
    let Training { state, layout, .. } = training;
    Ok(vec![encoder_section(&state, &layout, rows)])
}

/// The encoder as it is at its last snapshot.
pub(crate) fn unfinished(
    rows: EncoderRows,
    seed: u64,
    snapshot: PathBuf,
    progress: &dyn Progress,
) -> Result<Vec<Section>, TrainError> {
    let layout = Layout::new();
    let fresh = State::initial(&layout, &rows.words, &rows.candidates, seed);
    let state = Snapshot::new(snapshot).read(&fresh)?.unwrap_or(fresh);
    progress.message(&format!("the encoder as it is after step {}", state.steps));
    Ok(vec![encoder_section(&state, &layout, rows)])
}

struct Training<'a> {
    source: Source<'a>,
    layout: Layout,
    state: State,
    lanes: Vec<Lane>,
}

impl<'a> Training<'a> {
    fn new(source: Source<'a>) -> Self {
        let layout = Layout::new();
        let state = State::initial(&layout, source.word_rows, source.candidate_rows, source.seed);
        let lanes = (0..LANES).map(|_| Lane::default()).collect();
        Self { source, layout, state, lanes }
    }

    fn run(&mut self, snapshot: &Snapshot, progress: &dyn Progress) -> Result<(), TrainError> {
        let mut done = 0;
        let mut tally = Tally::default();
        let started = self.state.steps;
        // How pieces fall into batches varies with the shuffle, so the first epoch only gives an estimate of the rest.
        let Source { corpus, articles, seed, .. } = self.source;
        let total = (batches_of(corpus, articles, seed, 0).len() / LANES) as u64 * EPOCHS;
        for epoch in 0..EPOCHS {
            let batches = batches_of(corpus, articles, seed, epoch);
            let steps = (batches.len() / LANES) as u64;
            let mut stage = progress.begin_pass(steps);
            // Batches that fill no whole step are left out: an update always sums the same number of lanes.
            for step in batches.chunks_exact(LANES) {
                // The steps before the snapshot are counted and skipped: the batches are the same in every run.
                done += 1;
                if done <= started {
                    continue;
                }
                tally.add(&self.step(step, epoch, total));
                stage.advance(1, self.lanes.iter().map(|lane| lane.batch.words).sum());
                if done.is_multiple_of(REPORT_STEPS) {
                    progress.message(&format!("step {done} of about {total}: {}", tally.describe()));
                    tally = Tally::default();
                }
                if done.is_multiple_of(SNAPSHOT_STEPS) {
                    snapshot.write(&self.state)?;
                }
                if done.is_multiple_of(MONITOR_STEPS) {
                    self.monitor(done, progress);
                }
            }
            stage.finish();
        }
        self.monitor(done, progress);
        Ok(())
    }

    /// One step down the gradient of the batches' mean loss per symbol.
    fn step(&mut self, batches: &[Vec<Piece>], epoch: u64, total: u64) -> Tally {
        let Self { source, layout, state, lanes, .. } = self;
        // One weight for all lanes: with a mean per lane, a word in a short batch would count for more.
        let words: usize = batches.iter().flatten().map(|piece| piece.symbols.len()).sum();
        #[expect(clippy::cast_precision_loss, reason = "a few thousand words")]
        let weight = 1.0 / words.max(1) as f32;
        let step = state.steps;
        lanes.par_iter_mut().zip(batches).enumerate().for_each(|(number, (lane, pieces))| {
            let mut chance = article_rng(source.seed ^ DROPOUT_SEED, step * LANES as u64 + number as u64);
            lane.batch.fill(pieces, epoch, Showing::Part, *source, &mut lane.forms);
            lane.forward(layout, state, Some(&mut chance));
            lane.backward(layout, state, weight);
        });
        let size = schedule(state.steps, total);
        let gradients: Vec<_> = lanes.iter().map(|lane| lane.gradients.parameters.as_slice()).collect();
        state.network.update(&gradients, state.steps, size * STEP, layout);
        // The embeddings of a batch's candidates and of its guesses are rows of one table, so both move it in one update.
        let words: Vec<_> =
            lanes.iter().map(|lane| Touched { rows: &lane.batch.features, gradients: &lane.gradients.input }).collect();
        let candidates: Vec<_> = lanes
            .iter()
            .flat_map(|lane| {
                [
                    Touched { rows: &lane.batch.candidates, gradients: &lane.candidate_gradients },
                    Touched { rows: &lane.batch.guesses.features, gradients: &lane.guess_gradients },
                ]
            })
            .collect();
        let State { words: word_table, candidates: candidate_table, .. } = state;
        rayon::join(
            || word_table.update(&words, size * TABLE_STEP),
            || candidate_table.update(&candidates, size * TABLE_STEP),
        );
        state.steps += 1;
        let mut tally = Tally::default();
        // Added up in the order of the lanes, not as they finish: sums of floats depend on their order.
        for lane in lanes {
            tally.add(&lane.tally);
        }
        tally
    }

    /// Reports on the articles held out, by kind of source and on all.
    fn monitor(&mut self, steps: u64, progress: &dyn Progress) {
        let corpus = self.source.corpus;
        let kinds: BTreeSet<&str> = corpus.parts.iter().map(|part| part.source.kind).collect();
        let mut all = Tally::default();
        for kind in kinds {
            let tally = self.held_out(|article| corpus.source(article).kind == kind);
            progress.message(&format!("step {steps}, {kind} held out: {}", tally.describe()));
            all.add(&tally);
        }
        progress.message(&format!("step {steps}, all held out: {}", all.describe()));
    }

    /// The tally of the wanted ones among the articles held out.
    fn held_out(&mut self, wanted: impl Fn(usize) -> bool) -> Tally {
        let Self { source, layout, state, lanes, .. } = self;
        let batches = held_out_batches(source.articles, wanted);
        let mut tally = Tally::default();
        for step in batches.chunks(LANES) {
            lanes[..step.len()].par_iter_mut().zip(step).for_each(|(lane, pieces)| {
                lane.batch.fill(pieces, 0, Showing::All, *source, &mut lane.forms);
                lane.forward(layout, state, None);
                lane.learn(state, 0.0);
            });
            for lane in &lanes[..step.len()] {
                tally.add(&lane.tally);
            }
        }
        tally
    }
}

impl Lane {
    fn forward(&mut self, layout: &Layout, state: &State, chance: Option<&mut ChaCha8Rng>) {
        state.words.sums(&self.batch.features, &mut self.activations.input);
        self.activations.forward(&self.batch, &state.network.parameters, layout, chance);
    }

    /// Counts how well the batch came out, and fills the gradients of the network's outputs.
    fn learn(&mut self, state: &State, weight: f32) {
        let Self { batch, activations, gradients, candidate_gradients, guess_gradients, tally, .. } = self;
        *tally = learn(batch, activations, &state.candidates, weight, gradients, candidate_gradients);
        let (queries, to_queries) = (&activations.query, &mut gradients.query);
        // This adds to the gradients of the queries, so it must come after `learn`, which clears them.
        tally.hidden = batch.guesses.learn(queries, &state.candidates, weight, to_queries, guess_gradients);
    }

    fn backward(&mut self, layout: &Layout, state: &State, weight: f32) {
        self.learn(state, weight);
        let Self { batch, activations, gradients, .. } = self;
        // The backward functions add to these, so what the last step left must go first.
        gradients.parameters.clear();
        gradients.parameters.resize(layout.len(), 0.0);
        activations.backward(batch, &state.network.parameters, layout, gradients);
    }
}
