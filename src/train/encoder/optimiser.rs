//! `Adam` for the network's parameters, with a step size that warms up and then falls to nothing.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;

use super::layout::Layout;
use super::table::Table;
use crate::encoder::EMBEDDING;

/// Decay of the mean gradient and of its mean square (Kingma & Ba 2015; the second as for short runs).
const DECAY: [f32; 2] = [0.9, 0.98];
const LEAST_ROOT: f32 = 1e-9;
/// Steps until the step size has grown to its full size.
const WARM_UP: f32 = 300.0;
/// Parameters updated together.
const CHUNK: usize = 1 << 15;
/// Embeddings start this far from zero at most.
const TABLE_SPREAD: f32 = 0.1;

/// The network's parameters with the state of their optimiser.
#[derive(Clone, Debug, Default)]
pub(super) struct Adam {
    pub parameters: Vec<f32>,
    pub means: Vec<f32>,
    pub squares: Vec<f32>,
    pub updates: u64,
}

impl Adam {
    /// Parameters at random, each matrix so that it keeps the size of what passes through it (He et al. 2015, without the gain).
    pub(super) fn initial(layout: &Layout, rng: &mut ChaCha8Rng) -> Self {
        let mut parameters = vec![0.0; layout.len()];
        for affine in layout.affines() {
            #[expect(clippy::cast_precision_loss, reason = "a few hundred inputs")]
            let spread = (3.0 / affine.inputs as f32).sqrt();
            parameters[affine.weights.clone()].iter_mut().for_each(|weight| *weight = rng.random_range(-spread..spread));
        }
        Self { means: vec![0.0; parameters.len()], squares: vec![0.0; parameters.len()], parameters, updates: 0 }
    }

    /// Moves every parameter against the sum of the lanes' gradients.
    #[expect(clippy::cast_precision_loss, reason = "steps are few")]
    pub(super) fn update(&mut self, lanes: &[&[f32]], step: f32) {
        self.updates += 1;
        let correction = DECAY.map(|decay| 1.0 - libm::powf(decay, self.updates.min(100_000) as f32));
        let parameters = self.parameters.par_chunks_mut(CHUNK);
        let moments = self.means.par_chunks_mut(CHUNK).zip(self.squares.par_chunks_mut(CHUNK));
        parameters.zip(moments).enumerate().for_each(|(chunk, (parameters, (means, squares)))| {
            for index in 0..parameters.len() {
                let gradient: f32 = lanes.iter().map(|lane| lane[chunk * CHUNK + index]).sum();
                means[index] += (1.0 - DECAY[0]) * (gradient - means[index]);
                squares[index] += (1.0 - DECAY[1]) * (gradient * gradient - squares[index]);
                let root = (squares[index] / correction[1]).sqrt() + LEAST_ROOT;
                parameters[index] -= step * means[index] / correction[0] / root;
            }
        });
    }
}

impl Table {
    /// Embeddings at random; row 0 is zero.
    pub(super) fn initial(rows: usize, rng: &mut ChaCha8Rng) -> Self {
        let mut weights: Vec<f32> = (0..rows * EMBEDDING).map(|_| rng.random_range(-TABLE_SPREAD..TABLE_SPREAD)).collect();
        weights[..EMBEDDING].fill(0.0);
        Self { squares: vec![0.0; weights.len()], weights }
    }
}

/// Share of the full step size at a step: a straight rise, then a straight fall to zero.
#[expect(clippy::cast_precision_loss, reason = "steps are few")]
pub(super) fn schedule(step: u64, total: u64) -> f32 {
    let (step, total) = (step as f32, total.max(1) as f32);
    (step / WARM_UP).min(1.0) * (1.0 - step / total).max(0.0)
}
