//! The building blocks of the network, forward and backward: affine maps, root-mean-square normalisation, the gate, dropout,
//! softmax.
//!
//! Invariant: a backward function takes the gradient of its forward function's output, adds to the gradients of parameters,
//! and returns that of the input. Sums run in a fixed order.

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::layout::Affine;
use engine::encoder::LEAST_SQUARE;
use engine::matrix::{Output, View, dot, multiply};

/// Dropout (Srivastava et al. 2014): a factor for each number, 0 for those dropped, and a little more than 1 for the others, so
/// that the expected sum stays.
#[derive(Debug, Default)]
pub(super) struct Dropout {
    pub(super) factors: Vec<f32>,
    pub(super) bytes: Vec<u8>,
}

/// Numbers in 256 that are dropped: 15 %. A byte of randomness per number is enough, and fast to draw.
pub(super) const LEFT_OUT: u8 = 38;

impl Dropout {
    /// Draws new factors; without `rng` all are 1.
    pub(super) fn draw(&mut self, length: usize, rng: Option<&mut ChaCha8Rng>) {
        let Some(rng) = rng else {
            self.factors.clear();
            return self.factors.resize(length, 1.0);
        };
        self.bytes.resize(length, 0);
        rng.fill_bytes(&mut self.bytes);
        // The exact share of bytes kept, not 1 / 0.85, so that the expected sum stays.
        let scale = 256.0 / (256.0 - f32::from(LEFT_OUT));
        self.factors.clear();
        self.factors.extend(self.bytes.iter().map(|byte| if *byte < LEFT_OUT { 0.0 } else { scale }));
    }

    pub(super) fn apply(&self, numbers: &mut [f32]) {
        numbers.iter_mut().zip(&self.factors).for_each(|(number, factor)| *number *= factor);
    }
}

/// Rows divided by their root mean square (without a gain).
#[derive(Debug, Default)]
pub(super) struct Normalised {
    pub(super) width: usize,
    pub(super) rows: Vec<f32>,
    pub(super) inverse: Vec<f32>,
}

pub(super) fn reset(buffer: &mut Vec<f32>, length: usize) {
    buffer.clear();
    buffer.resize(length, 0.0);
}

pub(super) fn affine_forward(out: &mut [f32], input: &[f32], rows: usize, parameters: &[f32], affine: &Affine) {
    let bias = &parameters[affine.bias.clone()];
    out.chunks_exact_mut(affine.outputs).for_each(|row| row.copy_from_slice(bias));
    let weights = View::new(&parameters[affine.weights.clone()], affine.inputs, affine.outputs);
    multiply(out, Output::Add, View::new(input, rows, affine.inputs), weights);
}

/// Adds to the gradients of weights and bias, and writes that of the input.
pub(super) fn affine_backward(
    gradient: &[f32],
    input: &[f32],
    rows: usize,
    parameters: &[f32],
    affine: &Affine,
    parameter_gradients: &mut [f32],
    input_gradient: &mut [f32],
) {
    let out = View::new(gradient, rows, affine.outputs);
    let inputs = View::new(input, rows, affine.inputs).transposed();
    multiply(&mut parameter_gradients[affine.weights.clone()], Output::Add, inputs, out);
    add_columns(&mut parameter_gradients[affine.bias.clone()], gradient);
    let weights = View::new(&parameters[affine.weights.clone()], affine.inputs, affine.outputs);
    multiply(input_gradient, Output::Replace, out, weights.transposed());
}

pub(super) fn add_columns(sums: &mut [f32], rows: &[f32]) {
    for row in rows.chunks_exact(sums.len()) {
        sums.iter_mut().zip(row).for_each(|(sum, cell)| *sum += cell);
    }
}

impl Normalised {
    #[expect(clippy::cast_precision_loss, reason = "a few hundred columns")]
    pub(super) fn forward(&mut self, stream: &[f32], width: usize) {
        self.width = width;
        self.rows.clear();
        self.inverse.clear();
        for row in stream.chunks_exact(width) {
            // Empty rows are all zero; the constant below keeps them from being divided by zero.
            let square: f32 = dot(row, row) / width as f32;
            let inverse = 1.0 / (square + LEAST_SQUARE).sqrt();
            self.inverse.push(inverse);
            self.rows.extend(row.iter().map(|x| x * inverse));
        }
    }

    /// Adds to the gradient of the stream, given that of the normalised rows: the part along a row itself vanishes, because
    /// scaling a row does not change it once normalised.
    #[expect(clippy::cast_precision_loss, reason = "a few hundred columns")]
    pub(super) fn backward(&self, gradient: &[f32], stream_gradient: &mut [f32]) {
        let gradients = gradient.chunks_exact(self.width).zip(stream_gradient.chunks_exact_mut(self.width));
        let rows = self.rows.chunks_exact(self.width).zip(gradients);
        for ((row, (gradient, target)), inverse) in rows.zip(&self.inverse) {
            let along: f32 = dot(row, gradient) / self.width as f32;
            for ((x, g), t) in row.iter().zip(gradient).zip(target) {
                *t += inverse * (g - x * along);
            }
        }
    }
}

/// The gate, a softsign scaled to lie between 0 and 1, and its slope.
pub(super) fn gate(x: f32) -> (f32, f32) {
    let scale = 1.0 / (1.0 + x.abs());
    (0.5 + 0.5 * x * scale, 0.5 * scale * scale)
}

/// Turns scores into probabilities; returns the log-probability of the right one.
pub(super) fn softmax(scores: &mut [f32], right: usize) -> f32 {
    // Subtracting the maximum keeps the exponentials from overflowing.
    let most = scores.iter().copied().fold(f32::MIN, f32::max);
    // Taken before the loop overwrites it. The logarithm of the final probability could be that of zero.
    let right_score = scores[right] - most;
    for score in scores.iter_mut() {
        *score = libm::expf(*score - most);
    }
    let total: f32 = scores.iter().sum();
    for score in scores.iter_mut() {
        *score /= total;
    }
    right_score - libm::logf(total)
}
