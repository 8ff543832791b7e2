//! The encoder in floating point, forward and backward: a trunk from which queries are read, and a branch with the heads for
//! boundaries.
//!
//! Invariant: [`Activations::backward`] gives the gradient of what [`Activations::forward`] computed; the tests compare it with
//! finite differences.

use rand_chacha::ChaCha8Rng;

use super::batch::Batch;
use super::layers::{Dropout, affine_backward, affine_forward, reset};
use super::layout::Layout;
use super::stack::{Context, StackActivations, StackGradients};
use engine::encoder::{BRANCH, CONTEXT_BLOCK, EMBEDDING, OUTPUTS, TRUNK};

/// The rows that pass through the network, kept for the backward pass.
#[derive(Debug, Default)]
pub(super) struct Activations {
    /// Rows × [`EMBEDDING`].
    pub input: Vec<f32>,
    dropout: Dropout,
    trunk: StackActivations,
    context: Context,
    /// Queries for candidates: rows × [`EMBEDDING`].
    pub query: Vec<f32>,
    branch: StackActivations,
    /// Log-odds for boundaries and scores of punctuation marks: rows × [`OUTPUTS`].
    pub logits: Vec<f32>,
}

/// Gradients of one batch.
#[derive(Debug, Default)]
pub(super) struct Gradients {
    /// Laid out as [`Layout`].
    pub parameters: Vec<f32>,
    /// Shaped as [`Activations::input`].
    pub input: Vec<f32>,
    /// Shaped as [`Activations::query`].
    pub query: Vec<f32>,
    /// Shaped as [`Activations::logits`].
    pub logits: Vec<f32>,
    /// Shaped as the rows that the branch reads.
    trunk: Vec<f32>,
    scratch: StackGradients,
}

impl Activations {
    /// The last rows of the trunk: rows × its width.
    pub(super) fn trunk_rows(&self) -> &[f32] {
        &self.trunk.last.rows
    }

    /// Runs the network on the summed embeddings in `self.input`, with dropout if there is a `chance`.
    pub(super) fn forward(
        &mut self,
        batch: &Batch,
        parameters: &[f32],
        layout: &Layout,
        mut chance: Option<&mut ChaCha8Rng>,
    ) {
        let rows = batch.rows();
        self.dropout.draw(rows * EMBEDDING, chance.as_deref_mut());
        self.dropout.apply(&mut self.input);
        self.trunk.enter(&self.input, batch, parameters, &layout.trunk);
        for number in 0..layout.trunk.blocks.len() {
            let block = self.trunk.convolve(number, batch, parameters, &layout.trunk);
            if number == CONTEXT_BLOCK {
                self.context.forward(batch, block, parameters, &layout.context);
            }
            self.trunk.open_gates(number, batch, chance.as_deref_mut());
        }
        self.trunk.finish();
        reset(&mut self.query, rows * EMBEDDING);
        affine_forward(&mut self.query, &self.trunk.last.rows, rows, parameters, &layout.query);

        self.branch.enter(&self.trunk.last.rows, batch, parameters, &layout.branch);
        for number in 0..layout.branch.blocks.len() {
            self.branch.convolve(number, batch, parameters, &layout.branch);
            self.branch.open_gates(number, batch, chance.as_deref_mut());
        }
        self.branch.finish();
        reset(&mut self.logits, rows * OUTPUTS);
        affine_forward(&mut self.logits, &self.branch.last.rows, rows, parameters, &layout.heads);
    }

    /// Propagates the gradients of query and logits back to parameters (added to) and input (written).
    pub(super) fn backward(&self, batch: &Batch, parameters: &[f32], layout: &Layout, gradients: &mut Gradients) {
        let rows = batch.rows();
        let Gradients { parameters: sums, input, query, logits, trunk, scratch } = gradients;
        reset(&mut scratch.normalised, rows * BRANCH.width);
        let branch_rows = &self.branch.last.rows;
        affine_backward(logits, branch_rows, rows, parameters, &layout.heads, sums, &mut scratch.normalised);
        self.branch.begin_backward(batch, scratch);
        for number in (0..layout.branch.blocks.len()).rev() {
            self.branch.block_backward(number, None, batch, parameters, &layout.branch, sums, scratch);
        }
        reset(trunk, rows * TRUNK.width);
        // The trunk feeds the branch as well as the queries: this part is kept aside until theirs is known.
        affine_backward(&scratch.stream, &self.trunk.last.rows, rows, parameters, &layout.branch.entry, sums, trunk);

        reset(&mut scratch.normalised, rows * TRUNK.width);
        affine_backward(query, &self.trunk.last.rows, rows, parameters, &layout.query, sums, &mut scratch.normalised);
        scratch.normalised.iter_mut().zip(trunk.iter()).for_each(|(sum, gradient)| *sum += gradient);
        self.trunk.begin_backward(batch, scratch);
        for number in (0..layout.trunk.blocks.len()).rev() {
            let context = (number == CONTEXT_BLOCK).then_some((&self.context, &layout.context));
            self.trunk.block_backward(number, context, batch, parameters, &layout.trunk, sums, scratch);
        }
        reset(input, rows * EMBEDDING);
        affine_backward(&scratch.stream, &self.input, rows, parameters, &layout.trunk.entry, sums, input);
        // A number that was dropped on the way forward gets no gradient, so the factors are applied once more.
        self.dropout.apply(input);
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::super::layout::Parameters;
    use super::super::optimiser::Optimiser;
    use super::*;
    use crate::noise::article_rng;
    use engine::encoder::MARGIN;

    /// Two articles of five and of twelve words; the loss is the sum of the outputs with random weights.
    struct Case {
        batch: Batch,
        layout: Layout,
        parameters: Vec<f32>,
        input: Vec<f32>,
        query: Vec<f32>,
        logits: Vec<f32>,
    }

    impl Case {
        fn new() -> Self {
            let mut rng = article_rng(5, 0);
            let batch = Batch::of_lengths(&[5, 12]);
            let layout = Layout::new();
            let mut parameters = Optimiser::initial(&layout, &mut rng).parameters;
            for parameter in &mut parameters {
                *parameter += rng.random_range(-0.01..0.01);
            }
            let mut random = |columns: usize| {
                let mut cells: Vec<f32> = (0..batch.rows() * columns).map(|_| rng.random_range(-1.0..1.0)).collect();
                batch.clear_empty_rows(&mut cells, columns);
                cells
            };
            let (input, query, logits) = (random(EMBEDDING), random(EMBEDDING), random(OUTPUTS));
            Self { batch, layout, parameters, input, query, logits }
        }

        fn forward(&self, parameters: &[f32], input: &[f32]) -> Activations {
            // Dropout changes the input in place, so each run needs a copy of its own.
            let mut activations = Activations { input: input.to_vec(), ..Activations::default() };
            // The same dropout every time.
            activations.forward(&self.batch, parameters, &self.layout, Some(&mut article_rng(9, 0)));
            activations
        }

        fn loss(&self, parameters: &[f32], input: &[f32]) -> f64 {
            let activations = self.forward(parameters, input);
            let sum = |cells: &[f32], weights: &[f32]| {
                cells.iter().zip(weights).map(|(cell, weight)| f64::from(*cell) * f64::from(*weight)).sum::<f64>()
            };
            sum(&activations.query, &self.query) + sum(&activations.logits, &self.logits)
        }

        fn gradients(&self) -> Gradients {
            let mut gradients = Gradients {
                parameters: vec![0.0; self.layout.len()],
                query: self.query.clone(),
                logits: self.logits.clone(),
                ..Gradients::default()
            };
            self.forward(&self.parameters, &self.input).backward(
                &self.batch,
                &self.parameters,
                &self.layout,
                &mut gradients,
            );
            gradients
        }
    }

    /// Compares a gradient with the central difference of the loss.
    fn assert_slope(name: &str, at: &[f32], index: usize, gradient: f32, loss: impl Fn(&[f32]) -> f64) {
        const MOVE: f32 = 4e-3;
        let moved = |by: f32| {
            let mut at = at.to_vec();
            at[index] += by;
            loss(&at)
        };
        let slope = (moved(MOVE) - moved(-MOVE)) / f64::from(2.0 * MOVE);
        let difference = (slope - f64::from(gradient)).abs();
        assert!(difference <= 0.02 * slope.abs().max(0.5), "{name} {index}: slope {slope}, gradient {gradient}");
    }

    #[test]
    fn gradients_are_slopes() {
        let case = Case::new();
        let gradients = case.gradients();
        for affine in case.layout.affines() {
            for index in [affine.weights.start + 7, affine.weights.end - affine.outputs / 2, affine.bias.start + 1] {
                let loss = |parameters: &[f32]| case.loss(parameters, &case.input);
                assert_slope("parameter", &case.parameters, index, gradients.parameters[index], loss);
            }
        }
        for index in [MARGIN * EMBEDDING, (MARGIN + 4) * EMBEDDING + 17, (2 * MARGIN + 9) * EMBEDDING + 3] {
            let loss = |input: &[f32]| case.loss(&case.parameters, input);
            assert_slope("input", &case.input, index, gradients.input[index], loss);
        }
    }

    #[test]
    fn no_article_sees_another() {
        let case = Case::new();
        let before = case.forward(&case.parameters, &case.input).query;
        let mut input = case.input.clone();
        input[(MARGIN + 4) * EMBEDDING] += 1.0;
        let after = case.forward(&case.parameters, &input).query;
        let second = (2 * MARGIN + 5) * EMBEDDING..(2 * MARGIN + 17) * EMBEDDING;
        assert_eq!(before[second.clone()], after[second]);
        assert_ne!(before[MARGIN * EMBEDDING..][..EMBEDDING], after[MARGIN * EMBEDDING..][..EMBEDDING], "its own does");
    }
}
