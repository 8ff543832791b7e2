//! The second pass in floating point, forward and backward.

use rand_chacha::ChaCha8Rng;

use crate::encoder::batch::Batch;
use crate::encoder::layers::{Dropout, affine_backward, affine_forward, reset};
use crate::encoder::layout::SecondLayout;
use crate::encoder::stack::{Context, StackActivations, StackGradients};
use engine::encoder::second_pass::boundary_inputs;
use engine::encoder::{EMBEDDING, OUTPUTS, SECOND, TRUNK};

/// The rows that pass through the second pass, kept for the backward pass.
#[derive(Debug, Default)]
pub(super) struct SecondActivations {
    /// Rows × the stack's inputs.
    input: Vec<f32>,
    dropout: Dropout,
    context: Context,
    stack: StackActivations,
    /// What is added to the queries: rows × [`EMBEDDING`].
    pub query: Vec<f32>,
    /// What is added to the logits: rows × [`OUTPUTS`].
    pub logits: Vec<f32>,
}

/// Gradients of one batch.
#[derive(Debug, Default)]
pub(super) struct SecondGradients {
    pub parameters: Vec<f32>,
    /// Shaped as [`SecondActivations::query`].
    pub query: Vec<f32>,
    /// Shaped as [`SecondActivations::logits`].
    pub logits: Vec<f32>,
    queried: Vec<f32>,
    input: Vec<f32>,
    scratch: StackGradients,
}

impl SecondActivations {
    /// Runs the second pass on the trunk's rows and what the first pass expects of each word and each boundary, with dropout if there
    /// is a `chance`.
    pub(super) fn forward(
        &mut self,
        batch: &Batch,
        [trunk, expected, logits]: [&[f32]; 3],
        parameters: &[f32],
        layout: &SecondLayout,
        mut chance: Option<&mut ChaCha8Rng>,
    ) {
        let rows = batch.rows();
        self.input.clear();
        let of_words = trunk.chunks_exact(TRUNK.width).zip(expected.chunks_exact(EMBEDDING));
        for ((trunk, expected), logits) in of_words.zip(logits.as_chunks::<OUTPUTS>().0) {
            self.input.extend_from_slice(trunk);
            self.input.extend_from_slice(expected);
            self.input.extend(boundary_inputs(logits));
        }
        self.dropout.draw(rows * SECOND.inputs, chance.as_deref_mut());
        self.dropout.apply(&mut self.input);
        self.stack.enter(&self.input, batch, parameters, &layout.stack);
        self.context.add(batch, &self.input, &mut self.stack.stream, parameters, &layout.context);
        for number in 0..layout.stack.blocks.len() {
            self.stack.convolve(number, batch, parameters, &layout.stack);
            self.stack.open_gates(number, batch, chance.as_deref_mut());
        }
        self.stack.finish();
        reset(&mut self.query, rows * EMBEDDING);
        affine_forward(&mut self.query, &self.stack.last.rows, rows, parameters, &layout.query);
        reset(&mut self.logits, rows * OUTPUTS);
        affine_forward(&mut self.logits, &self.stack.last.rows, rows, parameters, &layout.heads);
    }

    /// Propagates the gradients of queries and logits back to the parameters.
    pub(super) fn backward(
        &self,
        batch: &Batch,
        parameters: &[f32],
        layout: &SecondLayout,
        gradients: &mut SecondGradients,
    ) {
        let rows = batch.rows();
        let SecondGradients { parameters: sums, query, logits, queried, input, scratch } = gradients;
        reset(sums, parameters.len());
        let last = &self.stack.last.rows;
        reset(queried, rows * SECOND.width);
        affine_backward(query, last, rows, parameters, &layout.query, sums, queried);
        reset(&mut scratch.normalised, rows * SECOND.width);
        affine_backward(logits, last, rows, parameters, &layout.heads, sums, &mut scratch.normalised);
        scratch.normalised.iter_mut().zip(&*queried).for_each(|(sum, gradient)| *sum += gradient);
        self.stack.begin_backward(batch, scratch);
        for number in (0..layout.stack.blocks.len()).rev() {
            self.stack.block_backward(number, None, batch, parameters, &layout.stack, sums, scratch);
        }
        // Nothing before the stack is trained, but the parameters of its entry are found together with the gradient of its input.
        reset(input, rows * SECOND.inputs);
        affine_backward(&scratch.stream, &self.input, rows, parameters, &layout.stack.entry, sums, input);
        self.context.backward(batch, parameters, &layout.context, &scratch.stream, sums, input);
    }
}
