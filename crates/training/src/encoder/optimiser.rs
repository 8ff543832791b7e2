//! The optimiser of the network's parameters: `Muon` ([`super::muon`]) for the matrices between its layers, `Adam` (Kingma & Ba
//! 2015) for all others (biases, and the output layer of the heads), with a learning rate that warms up and then decays to
//! zero.
//!
//! Invariant: each parameter is updated by one of the two, and by one thread, so sums are in the same order at any number of
//! threads.

use std::ops::Range;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::layout::{Matrix, Parameters};
use super::muon::{self, Move};

/// Decay of the mean gradient and of its mean square (Kingma & Ba 2015; the second is smaller than theirs, because runs are
/// short).
const DECAY: [f32; 2] = [0.9, 0.98];
/// Keeps a parameter without gradients from being divided by zero.
const LEAST_ROOT: f32 = 1e-9;
/// Steps until the learning rate has reached its peak.
const WARM_UP: f32 = 300.0;

/// The network's parameters with the state of their optimisers; every vector has the layout of the parameters.
#[derive(Clone, Debug, Default)]
pub(super) struct Optimiser {
    pub parameters: Vec<f32>,
    /// Decaying means of the gradients: the momentum of both optimisers.
    pub means: Vec<f32>,
    /// Decaying means of their squares; unused (zero) for the matrices of `Muon`.
    pub squares: Vec<f32>,
}

impl Optimiser {
    /// Random parameters, scaled so that each matrix preserves the variance of its input (He et al. 2015, without the gain).
    pub(super) fn initial(layout: &impl Parameters, rng: &mut ChaCha8Rng) -> Self {
        let mut parameters = vec![0.0; layout.len()];
        for affine in layout.affines() {
            #[expect(clippy::cast_precision_loss, reason = "a few hundred inputs")]
            let spread = (3.0 / affine.inputs as f32).sqrt();
            parameters[affine.weights.clone()].iter_mut().for_each(|weight| *weight = rng.random_range(-spread..spread));
        }
        Self { means: vec![0.0; parameters.len()], squares: vec![0.0; parameters.len()], parameters }
    }

    /// Updates every parameter with the sum of the lanes' gradients at learning rate `rate`, after `before` steps.
    pub(super) fn update(&mut self, lanes: &[&[f32]], before: u64, rate: f32, layout: &impl Parameters) {
        self.move_matrices(lanes, rate, &layout.matrices());
        // The step under way counts: after no step at all the shares would be 0, and the update divides by them.
        let correction = bias_correction(before + 1);
        for range in layout.vectors() {
            self.move_vector(lanes, rate, correction, range);
        }
    }

    fn move_matrices(&mut self, lanes: &[&[f32]], rate: f32, matrices: &[Matrix]) {
        let Self { parameters, means, .. } = self;
        let moves = matrices.par_iter().map(|matrix| muon::step(matrix, &means[matrix.weights.clone()], lanes));
        // All steps are computed before any is taken: they read the parameters' means in parallel.
        let moves: Vec<Move> = moves.collect();
        for (matrix, Move { mean, direction }) in matrices.iter().zip(moves) {
            means[matrix.weights.clone()].copy_from_slice(&mean);
            let length = muon::step_length(matrix, rate);
            let cells = parameters[matrix.weights.clone()].iter_mut();
            cells.zip(direction).for_each(|(cell, direction)| *cell -= length * direction);
        }
    }

    fn move_vector(&mut self, lanes: &[&[f32]], rate: f32, correction: [f32; 2], range: Range<usize>) {
        let Self { parameters, means, squares, .. } = self;
        for index in range {
            let gradient: f32 = lanes.iter().map(|lane| lane[index]).sum();
            means[index] += (1.0 - DECAY[0]) * (gradient - means[index]);
            squares[index] += (1.0 - DECAY[1]) * (gradient * gradient - squares[index]);
            let root = (squares[index] / correction[1]).sqrt() + LEAST_ROOT;
            parameters[index] -= rate * means[index] / correction[0] / root;
        }
    }
}

/// The bias correction of `Adam`: the share of a constant gradient that each decaying mean has reached after `steps` steps.
#[expect(clippy::cast_precision_loss, reason = "steps are few")]
fn bias_correction(steps: u64) -> [f32; 2] {
    DECAY.map(|decay| 1.0 - libm::powf(decay, steps as f32))
}

/// The learning rate at a step as a share of its peak: a linear rise, multiplied by a linear decay to zero.
#[expect(clippy::cast_precision_loss, reason = "steps are few")]
pub(super) fn schedule(step: u64, total: u64) -> f32 {
    let (step, total) = (step as f32, total.max(1) as f32);
    (step / WARM_UP).min(1.0) * (1.0 - step / total).max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::layout::Layout;
    use crate::noise::article_rng;

    #[test]
    fn every_parameter_follows_the_sum_of_two_lanes() {
        let layout = Layout::new();
        let mut rng = article_rng(5, 0);
        let mut optimiser = Optimiser::initial(&layout, &mut rng);
        let target: Vec<f32> = (0..layout.len()).map(|_| rng.random_range(-1.0..1.0)).collect();
        let distance = |parameters: &[f32], range: &Range<usize>| -> f32 {
            parameters[range.clone()].iter().zip(&target[range.clone()]).map(|(a, b)| (a - b) * (a - b)).sum()
        };
        let matrices = layout.matrices();
        let ranges: Vec<Range<usize>> =
            matrices.iter().map(|matrix| matrix.weights.clone()).chain(layout.vectors()).collect();
        let start = optimiser.parameters.clone();
        for step in 0..5 {
            // Each lane alone would go astray: what they say adds up to the slope.
            let slope: Vec<f32> = optimiser.parameters.iter().zip(&target).map(|(now, wanted)| now - wanted).collect();
            let astray: Vec<f32> = slope.iter().map(|slope| -2.0 * slope).collect();
            let back: Vec<f32> = slope.iter().map(|slope| 3.0 * slope).collect();
            optimiser.update(&[&astray, &back], step, 1e-2, &layout);
        }
        for range in &ranges {
            let (before, after) = (distance(&start, range), distance(&optimiser.parameters, range));
            assert!(after < before, "{range:?}: from {before} to {after}");
        }
    }

    #[test]
    fn the_learning_rate_rises_and_falls_to_zero() {
        assert!(schedule(0, 10_000) <= 0.0);
        assert!(schedule(150, 10_000) < schedule(300, 10_000));
        assert!(schedule(300, 10_000) > schedule(5_000, 10_000));
        assert!(schedule(10_000, 10_000) <= 0.0);
    }
}
