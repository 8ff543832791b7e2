//! The second pass in floating point, forward and backward.

use rand_chacha::ChaCha8Rng;

use crate::encoder::batch::Batch;
use crate::encoder::layers::{Dropout, affine_backward, affine_forward, reset};
use crate::encoder::layout::SecondLayout;
use crate::encoder::stack::{StackActivations, StackGradients};
use engine::encoder::{EMBEDDING, SECOND, TRUNK};

/// The rows that pass through the second pass, kept for the backward pass.
#[derive(Debug, Default)]
pub(super) struct SecondActivations {
    /// Rows × the stack's inputs.
    input: Vec<f32>,
    dropout: Dropout,
    stack: StackActivations,
    /// What is added to the queries: rows × [`EMBEDDING`].
    pub query: Vec<f32>,
}

/// Gradients of one batch.
#[derive(Debug, Default)]
pub(super) struct SecondGradients {
    pub parameters: Vec<f32>,
    /// Shaped as [`SecondActivations::query`].
    pub query: Vec<f32>,
    input: Vec<f32>,
    scratch: StackGradients,
}

impl SecondActivations {
    /// Runs the second pass on the trunk's rows and what is expected of each word, with dropout if there is a `chance`.
    pub(super) fn forward(
        &mut self,
        batch: &Batch,
        [trunk, expected]: [&[f32]; 2],
        parameters: &[f32],
        layout: &SecondLayout,
        mut chance: Option<&mut ChaCha8Rng>,
    ) {
        let rows = batch.rows();
        self.input.clear();
        for (trunk, expected) in trunk.chunks_exact(TRUNK.width).zip(expected.chunks_exact(EMBEDDING)) {
            self.input.extend_from_slice(trunk);
            self.input.extend_from_slice(expected);
        }
        self.dropout.draw(rows * SECOND.inputs, chance.as_deref_mut());
        self.dropout.apply(&mut self.input);
        self.stack.enter(&self.input, batch, parameters, &layout.stack);
        for number in 0..layout.stack.blocks.len() {
            self.stack.convolve(number, batch, parameters, &layout.stack);
            self.stack.open_gates(number, batch, chance.as_deref_mut());
        }
        self.stack.finish();
        reset(&mut self.query, rows * EMBEDDING);
        affine_forward(&mut self.query, &self.stack.last.rows, rows, parameters, &layout.query);
    }

    /// Propagates the gradient of the queries back to the parameters.
    pub(super) fn backward(
        &self,
        batch: &Batch,
        parameters: &[f32],
        layout: &SecondLayout,
        gradients: &mut SecondGradients,
    ) {
        let rows = batch.rows();
        let SecondGradients { parameters: sums, query, input, scratch } = gradients;
        reset(sums, parameters.len());
        reset(&mut scratch.normalised, rows * SECOND.width);
        affine_backward(query, &self.stack.last.rows, rows, parameters, &layout.query, sums, &mut scratch.normalised);
        self.stack.begin_backward(batch, scratch);
        for number in (0..layout.stack.blocks.len()).rev() {
            self.stack.block_backward(number, None, batch, parameters, &layout.stack, sums, scratch);
        }
        // Nothing before the stack is trained, but the parameters of its entry are found together with the gradient of its input.
        reset(input, rows * SECOND.inputs);
        affine_backward(&scratch.stream, &self.input, rows, parameters, &layout.stack.entry, sums, input);
    }
}
