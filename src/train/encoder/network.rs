//! The encoder in floating point: forward, backward, and where each parameter lies.
//!
//! Articles of a batch stand one after another in one buffer of rows, [`MARGIN`] empty rows before, between and after them; empty rows
//! are zero at the input of every convolution, so no article sees another, and a convolution is three plain matrix products
//! over the whole buffer, shifted by its dilation. Gradients are checked against finite differences in the tests.

use std::ops::Range;

use super::batch::Batch;
use crate::encoder::{DILATIONS, EMBEDDING, GATED, LEAST_SQUARE, MARGIN, QUESTIONS, TAPS, WIDTH};
use crate::matrix::{Into, View, dot, multiply};

/// Ranges of the parameters in one flat vector.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub entry: Affine,
    pub blocks: Vec<Affine>,
    pub request: Affine,
    pub questions: Affine,
}

/// A matrix (inputs × outputs, row by row) and its bias.
#[derive(Clone, Debug)]
pub(super) struct Affine {
    pub weights: Range<usize>,
    pub bias: Range<usize>,
    pub inputs: usize,
    pub outputs: usize,
}

impl Layout {
    pub(super) fn new() -> Self {
        let mut next = 0;
        let mut affine = |inputs: usize, outputs: usize| {
            let weights = next..next + inputs * outputs;
            let bias = weights.end..weights.end + outputs;
            next = bias.end;
            Affine { weights, bias, inputs, outputs }
        };
        Self {
            entry: affine(EMBEDDING, WIDTH),
            blocks: DILATIONS.iter().map(|_| affine(TAPS * WIDTH, GATED)).collect(),
            request: affine(WIDTH, EMBEDDING),
            questions: affine(WIDTH, QUESTIONS),
        }
    }

    /// How many parameters there are.
    pub(super) fn len(&self) -> usize {
        self.questions.bias.end
    }

    pub(super) fn affines(&self) -> impl Iterator<Item = &Affine> {
        [&self.entry].into_iter().chain(&self.blocks).chain([&self.request, &self.questions])
    }
}

/// Rows that pass through the network, and what backward needs of them.
#[derive(Debug, Default)]
pub(super) struct Activations {
    /// Rows × [`EMBEDDING`].
    pub input: Vec<f32>,
    /// Rows × [`WIDTH`], after the last block.
    stream: Vec<f32>,
    blocks: Vec<BlockActivations>,
    last: Normalised,
    /// What the context asks of a candidate: rows × [`EMBEDDING`].
    pub request: Vec<f32>,
    /// Log-odds: rows × [`QUESTIONS`].
    pub answers: Vec<f32>,
}

#[derive(Debug, Default)]
struct BlockActivations {
    normalised: Normalised,
    /// Rows × [`GATED`].
    gated: Vec<f32>,
}

/// Rows divided by their root mean square.
#[derive(Debug, Default)]
struct Normalised {
    rows: Vec<f32>,
    inverse: Vec<f32>,
}

/// Gradients of one batch.
#[derive(Debug, Default)]
pub(super) struct Gradients {
    /// As [`Layout`].
    pub parameters: Vec<f32>,
    /// As [`Activations::input`].
    pub input: Vec<f32>,
    /// As [`Activations::request`].
    pub request: Vec<f32>,
    /// As [`Activations::answers`].
    pub answers: Vec<f32>,
    stream: Vec<f32>,
    normalised: Vec<f32>,
    gated: Vec<f32>,
}

fn reset(buffer: &mut Vec<f32>, length: usize) {
    buffer.clear();
    buffer.resize(length, 0.0);
}

/// The rows that a tap of a convolution reads and writes: `rows` shifted by `-dilation`, `0` or `dilation`.
fn tap_rows(rows: usize, dilation: usize, tap: usize) -> (usize, usize) {
    // The outer margins are never written, so the shift stays inside the buffer.
    (MARGIN + tap * dilation - dilation, rows - 2 * MARGIN)
}

fn affine_forward(out: &mut [f32], input: &[f32], rows: usize, parameters: &[f32], affine: &Affine) {
    let bias = &parameters[affine.bias.clone()];
    out.chunks_exact_mut(affine.outputs).for_each(|row| row.copy_from_slice(bias));
    let weights = View::new(&parameters[affine.weights.clone()], affine.inputs, affine.outputs);
    multiply(out, Into::Sum, View::new(input, rows, affine.inputs), weights);
}

/// Adds the gradients of weights and bias, and writes that of the input.
fn affine_backward(
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
    multiply(&mut parameter_gradients[affine.weights.clone()], Into::Sum, inputs, out);
    add_columns(&mut parameter_gradients[affine.bias.clone()], gradient);
    let weights = View::new(&parameters[affine.weights.clone()], affine.inputs, affine.outputs);
    multiply(input_gradient, Into::Fresh, out, weights.transposed());
}

fn add_columns(sums: &mut [f32], rows: &[f32]) {
    for row in rows.chunks_exact(sums.len()) {
        sums.iter_mut().zip(row).for_each(|(sum, cell)| *sum += cell);
    }
}

impl Normalised {
    #[expect(clippy::cast_precision_loss, reason = "a few hundred columns")]
    fn forward(&mut self, stream: &[f32]) {
        self.rows.clear();
        self.inverse.clear();
        for row in stream.chunks_exact(WIDTH) {
            let square: f32 = dot(row, row) / WIDTH as f32;
            let inverse = 1.0 / (square + LEAST_SQUARE).sqrt();
            self.inverse.push(inverse);
            self.rows.extend(row.iter().map(|x| x * inverse));
        }
    }

    /// Adds to the gradient of the stream what that of its normalised rows says.
    #[expect(clippy::cast_precision_loss, reason = "a few hundred columns")]
    fn backward(&self, gradient: &[f32], stream_gradient: &mut [f32]) {
        let rows =
            self.rows.chunks_exact(WIDTH).zip(gradient.chunks_exact(WIDTH)).zip(stream_gradient.chunks_exact_mut(WIDTH));
        for (((row, gradient), target), inverse) in rows.zip(&self.inverse) {
            let along: f32 = dot(row, gradient) / WIDTH as f32;
            for ((x, g), t) in row.iter().zip(gradient).zip(target) {
                *t += inverse * (g - x * along);
            }
        }
    }
}

/// Half-open gate between 0 and 1, and its slope.
fn gate(x: f32) -> (f32, f32) {
    let scale = 1.0 / (1.0 + x.abs());
    (0.5 + 0.5 * x * scale, 0.5 * scale * scale)
}

impl Activations {
    /// Runs the network; `self.input` holds the summed embeddings.
    pub(super) fn forward(&mut self, batch: &Batch, parameters: &[f32], layout: &Layout) {
        let rows = batch.rows();
        reset(&mut self.stream, rows * WIDTH);
        affine_forward(&mut self.stream, &self.input, rows, parameters, &layout.entry);
        batch.clear_empty_rows(&mut self.stream, WIDTH);
        self.blocks.resize_with(layout.blocks.len(), BlockActivations::default);
        for ((block, affine), dilation) in self.blocks.iter_mut().zip(&layout.blocks).zip(DILATIONS) {
            block.normalised.forward(&self.stream);
            reset(&mut block.gated, rows * GATED);
            block.convolve(rows, parameters, affine, dilation);
            for (stream, gated) in self.stream.chunks_exact_mut(WIDTH).zip(block.gated.chunks_exact(GATED)) {
                let (value, opening) = gated.split_at(WIDTH);
                for ((x, v), o) in stream.iter_mut().zip(value).zip(opening) {
                    *x += v * gate(*o).0;
                }
            }
            batch.clear_empty_rows(&mut self.stream, WIDTH);
        }
        self.last.forward(&self.stream);
        reset(&mut self.request, rows * EMBEDDING);
        affine_forward(&mut self.request, &self.last.rows, rows, parameters, &layout.request);
        reset(&mut self.answers, rows * QUESTIONS);
        affine_forward(&mut self.answers, &self.last.rows, rows, parameters, &layout.questions);
    }

    /// Turns the gradients of request and answers into those of parameters and input; `gradients.parameters` is added to.
    pub(super) fn backward(&self, batch: &Batch, parameters: &[f32], layout: &Layout, gradients: &mut Gradients) {
        let rows = batch.rows();
        let Gradients { parameters: sums, input, request, answers, stream, normalised, gated } = gradients;
        reset(normalised, rows * WIDTH);
        reset(stream, rows * WIDTH);
        affine_backward(request, &self.last.rows, rows, parameters, &layout.request, sums, normalised);
        self.last.backward(normalised, stream);
        affine_backward(answers, &self.last.rows, rows, parameters, &layout.questions, sums, normalised);
        self.last.backward(normalised, stream);
        batch.clear_empty_rows(stream, WIDTH);
        for ((block, affine), dilation) in self.blocks.iter().zip(&layout.blocks).zip(DILATIONS).rev() {
            reset(gated, rows * GATED);
            block.open_gates_backward(stream, gated);
            reset(normalised, rows * WIDTH);
            block.convolve_backward(rows, parameters, affine, dilation, gated, sums, normalised);
            block.normalised.backward(normalised, stream);
            batch.clear_empty_rows(stream, WIDTH);
        }
        reset(input, rows * EMBEDDING);
        affine_backward(stream, &self.input, rows, parameters, &layout.entry, sums, input);
    }
}

impl BlockActivations {
    fn convolve(&mut self, rows: usize, parameters: &[f32], affine: &Affine, dilation: usize) {
        let bias = &parameters[affine.bias.clone()];
        self.gated.chunks_exact_mut(GATED).for_each(|row| row.copy_from_slice(bias));
        for (tap, weights) in parameters[affine.weights.clone()].chunks_exact(WIDTH * GATED).enumerate() {
            let (from, count) = tap_rows(rows, dilation, tap);
            let input = View::new(&self.normalised.rows[from * WIDTH..], count, WIDTH);
            multiply(&mut self.gated[MARGIN * GATED..], Into::Sum, input, View::new(weights, WIDTH, GATED));
        }
    }

    fn open_gates_backward(&self, stream: &[f32], gated: &mut [f32]) {
        let rows = stream.chunks_exact(WIDTH).zip(self.gated.chunks_exact(GATED)).zip(gated.chunks_exact_mut(GATED));
        for ((gradient, row), target) in rows {
            let (value, opening) = row.split_at(WIDTH);
            let (to_value, to_opening) = target.split_at_mut(WIDTH);
            for i in 0..WIDTH {
                let (open, slope) = gate(opening[i]);
                to_value[i] = gradient[i] * open;
                to_opening[i] = gradient[i] * value[i] * slope;
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one call, and a struct for it would say nothing more")]
    fn convolve_backward(
        &self,
        rows: usize,
        parameters: &[f32],
        affine: &Affine,
        dilation: usize,
        gated: &[f32],
        sums: &mut [f32],
        normalised: &mut [f32],
    ) {
        add_columns(&mut sums[affine.bias.clone()], gated);
        for tap in 0..TAPS {
            let (from, count) = tap_rows(rows, dilation, tap);
            let taps = affine.weights.start + tap * WIDTH * GATED..affine.weights.start + (tap + 1) * WIDTH * GATED;
            let out = View::new(&gated[MARGIN * GATED..], count, GATED);
            let input = View::new(&self.normalised.rows[from * WIDTH..], count, WIDTH);
            multiply(&mut sums[taps.clone()], Into::Sum, input.transposed(), out);
            let weights = View::new(&parameters[taps], WIDTH, GATED).transposed();
            multiply(&mut normalised[from * WIDTH..], Into::Sum, out, weights);
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::RngExt;

    use super::super::optimiser::Adam;
    use super::*;
    use crate::train::noise::article_rng;

    /// Two articles of five and of twelve words; what is asked of the outputs is their sum, weighted at random.
    struct Case {
        batch: Batch,
        layout: Layout,
        parameters: Vec<f32>,
        input: Vec<f32>,
        request: Vec<f32>,
        answers: Vec<f32>,
    }

    impl Case {
        fn new() -> Self {
            let mut rng = article_rng(5, 0);
            let batch = Batch::of_lengths(&[5, 12]);
            let layout = Layout::new();
            let mut parameters = Adam::initial(&layout, &mut rng).parameters;
            for parameter in &mut parameters {
                *parameter += rng.random_range(-0.01..0.01);
            }
            let mut random = |columns: usize| {
                let mut cells: Vec<f32> = (0..batch.rows() * columns).map(|_| rng.random_range(-1.0..1.0)).collect();
                batch.clear_empty_rows(&mut cells, columns);
                cells
            };
            let (input, request, answers) = (random(EMBEDDING), random(EMBEDDING), random(QUESTIONS));
            Self { batch, layout, parameters, input, request, answers }
        }

        fn forward(&self, parameters: &[f32], input: &[f32]) -> Activations {
            let mut activations = Activations { input: input.to_vec(), ..Activations::default() };
            activations.forward(&self.batch, parameters, &self.layout);
            activations
        }

        fn loss(&self, parameters: &[f32], input: &[f32]) -> f64 {
            let activations = self.forward(parameters, input);
            let sum = |cells: &[f32], weights: &[f32]| {
                cells.iter().zip(weights).map(|(cell, weight)| f64::from(*cell) * f64::from(*weight)).sum::<f64>()
            };
            sum(&activations.request, &self.request) + sum(&activations.answers, &self.answers)
        }

        fn gradients(&self) -> Gradients {
            let mut gradients = Gradients {
                parameters: vec![0.0; self.layout.len()],
                request: self.request.clone(),
                answers: self.answers.clone(),
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

    /// Moves one number of `at` both ways and compares what the loss does with the gradient.
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
        let before = case.forward(&case.parameters, &case.input).request;
        let mut input = case.input.clone();
        input[(MARGIN + 4) * EMBEDDING] += 1.0;
        let after = case.forward(&case.parameters, &input).request;
        let second = (2 * MARGIN + 5) * EMBEDDING..(2 * MARGIN + 17) * EMBEDDING;
        assert_eq!(before[second.clone()], after[second]);
        assert_ne!(before[MARGIN * EMBEDDING..][..EMBEDDING], after[MARGIN * EMBEDDING..][..EMBEDDING], "its own does");
    }
}
