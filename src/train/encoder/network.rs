//! The encoder in floating point: forward, backward, and where each parameter lies.
//!
//! Articles of a batch stand one after another in one buffer of rows, [`MARGIN`] empty rows before, between and after them; empty rows
//! are zero at the input of every convolution, so no article sees another, and a convolution is three plain matrix products
//! over the whole buffer, shifted by its dilation. Gradients are checked against finite differences in the tests.

use std::ops::Range;

use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::batch::Batch;
use crate::encoder::{BRANCH, CONTEXT_BLOCK, EMBEDDING, LEAST_SQUARE, MARGIN, QUESTIONS, StackShape, TAPS, TRUNK};
use crate::matrix::{Into, View, dot, multiply};

/// Ranges of the parameters in one flat vector.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub trunk: StackLayout,
    /// From the mean of the article to the columns of the trunk's [`CONTEXT_BLOCK`].
    pub context: Affine,
    pub request: Affine,
    pub branch: StackLayout,
    pub questions: Affine,
}

#[derive(Clone, Debug)]
pub(super) struct StackLayout {
    shape: StackShape,
    pub entry: Affine,
    pub blocks: Vec<Affine>,
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
        let mut stack = |shape: StackShape| StackLayout {
            shape,
            entry: affine(shape.inputs, shape.width),
            blocks: shape.dilations.iter().map(|_| affine(TAPS * shape.width, shape.gated())).collect(),
        };
        let (trunk, branch) = (stack(TRUNK), stack(BRANCH));
        Self {
            trunk,
            branch,
            context: affine(TRUNK.width, TRUNK.gated()),
            request: affine(TRUNK.width, EMBEDDING),
            questions: affine(BRANCH.width, QUESTIONS),
        }
    }

    /// How many parameters there are.
    pub(super) fn len(&self) -> usize {
        self.questions.bias.end
    }

    pub(super) fn affines(&self) -> impl Iterator<Item = &Affine> {
        let stacks = [&self.trunk, &self.branch].into_iter();
        let ends = [&self.context, &self.request, &self.questions];
        stacks.flat_map(|stack| [&stack.entry].into_iter().chain(&stack.blocks)).chain(ends)
    }
}

/// Numbers that are left out at random while the network is fitted, so that none is relied upon alone (Srivastava et al. 2014); the
/// others are scaled up by as much. Each is a factor: 0, or a little more than 1.
#[derive(Debug, Default)]
struct Dropout {
    factors: Vec<f32>,
    bytes: Vec<u8>,
}

/// Numbers in 256 that are left out.
const LEFT_OUT: u8 = 26;

impl Dropout {
    /// New factors; all are 1 where nothing is left to chance.
    fn draw(&mut self, length: usize, rng: Option<&mut ChaCha8Rng>) {
        let Some(rng) = rng else {
            self.factors.clear();
            return self.factors.resize(length, 1.0);
        };
        self.bytes.resize(length, 0);
        rng.fill_bytes(&mut self.bytes);
        let scale = 256.0 / (256.0 - f32::from(LEFT_OUT));
        self.factors.clear();
        self.factors.extend(self.bytes.iter().map(|byte| if *byte < LEFT_OUT { 0.0 } else { scale }));
    }

    fn apply(&self, numbers: &mut [f32]) {
        numbers.iter_mut().zip(&self.factors).for_each(|(number, factor)| *number *= factor);
    }
}

/// Rows that pass through the network, and what backward needs of them.
#[derive(Debug, Default)]
pub(super) struct Activations {
    /// Rows × [`EMBEDDING`].
    pub input: Vec<f32>,
    dropout: Dropout,
    trunk: StackActivations,
    context: Context,
    /// What the context asks of a candidate: rows × [`EMBEDDING`].
    pub request: Vec<f32>,
    branch: StackActivations,
    /// Log-odds: rows × [`QUESTIONS`].
    pub answers: Vec<f32>,
}

#[derive(Debug, Default)]
struct StackActivations {
    /// Rows × the stack's width, after the last block.
    stream: Vec<f32>,
    blocks: Vec<BlockActivations>,
    last: Normalised,
}

#[derive(Debug, Default)]
struct BlockActivations {
    width: usize,
    normalised: Normalised,
    /// Values and openings.
    gated: Vec<f32>,
    /// Of what the gates let through.
    dropout: Dropout,
}

/// The mean row of each article.
#[derive(Debug, Default)]
struct Context {
    means: Vec<f32>,
    columns: Vec<f32>,
}

/// Rows divided by their root mean square.
#[derive(Debug, Default)]
struct Normalised {
    width: usize,
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
    /// As the rows that the branch reads.
    trunk: Vec<f32>,
    scratch: StackGradients,
}

#[derive(Debug, Default)]
struct StackGradients {
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
    fn forward(&mut self, stream: &[f32], width: usize) {
        self.width = width;
        self.rows.clear();
        self.inverse.clear();
        for row in stream.chunks_exact(width) {
            let square: f32 = dot(row, row) / width as f32;
            let inverse = 1.0 / (square + LEAST_SQUARE).sqrt();
            self.inverse.push(inverse);
            self.rows.extend(row.iter().map(|x| x * inverse));
        }
    }

    /// Adds to the gradient of the stream what that of its normalised rows says.
    #[expect(clippy::cast_precision_loss, reason = "a few hundred columns")]
    fn backward(&self, gradient: &[f32], stream_gradient: &mut [f32]) {
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

/// Half-open gate between 0 and 1, and its slope.
fn gate(x: f32) -> (f32, f32) {
    let scale = 1.0 / (1.0 + x.abs());
    (0.5 + 0.5 * x * scale, 0.5 * scale * scale)
}

impl Activations {
    /// Runs the network; `self.input` holds the summed embeddings. With `chance`, numbers are left out at random.
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
        reset(&mut self.request, rows * EMBEDDING);
        affine_forward(&mut self.request, &self.trunk.last.rows, rows, parameters, &layout.request);

        self.branch.enter(&self.trunk.last.rows, batch, parameters, &layout.branch);
        for number in 0..layout.branch.blocks.len() {
            self.branch.convolve(number, batch, parameters, &layout.branch);
            self.branch.open_gates(number, batch, chance.as_deref_mut());
        }
        self.branch.finish();
        reset(&mut self.answers, rows * QUESTIONS);
        affine_forward(&mut self.answers, &self.branch.last.rows, rows, parameters, &layout.questions);
    }

    /// Turns the gradients of request and answers into those of parameters and input; `gradients.parameters` is added to.
    pub(super) fn backward(&self, batch: &Batch, parameters: &[f32], layout: &Layout, gradients: &mut Gradients) {
        let rows = batch.rows();
        let Gradients { parameters: sums, input, request, answers, trunk, scratch } = gradients;
        reset(&mut scratch.normalised, rows * BRANCH.width);
        let branch_rows = &self.branch.last.rows;
        affine_backward(answers, branch_rows, rows, parameters, &layout.questions, sums, &mut scratch.normalised);
        self.branch.begin_backward(batch, scratch);
        for number in (0..layout.branch.blocks.len()).rev() {
            self.branch.block_backward(number, None, batch, parameters, &layout.branch, sums, scratch);
        }
        reset(trunk, rows * TRUNK.width);
        affine_backward(&scratch.stream, &self.trunk.last.rows, rows, parameters, &layout.branch.entry, sums, trunk);

        reset(&mut scratch.normalised, rows * TRUNK.width);
        affine_backward(request, &self.trunk.last.rows, rows, parameters, &layout.request, sums, &mut scratch.normalised);
        scratch.normalised.iter_mut().zip(trunk.iter()).for_each(|(sum, gradient)| *sum += gradient);
        self.trunk.begin_backward(batch, scratch);
        for number in (0..layout.trunk.blocks.len()).rev() {
            let context = (number == CONTEXT_BLOCK).then_some((&self.context, &layout.context));
            self.trunk.block_backward(number, context, batch, parameters, &layout.trunk, sums, scratch);
        }
        reset(input, rows * EMBEDDING);
        affine_backward(&scratch.stream, &self.input, rows, parameters, &layout.trunk.entry, sums, input);
        self.dropout.apply(input);
    }
}

impl StackActivations {
    fn enter(&mut self, input: &[f32], batch: &Batch, parameters: &[f32], layout: &StackLayout) {
        reset(&mut self.stream, batch.rows() * layout.shape.width);
        affine_forward(&mut self.stream, input, batch.rows(), parameters, &layout.entry);
        batch.clear_empty_rows(&mut self.stream, layout.shape.width);
        self.blocks.resize_with(layout.blocks.len(), BlockActivations::default);
    }

    /// Values and openings of a block.
    fn convolve(&mut self, number: usize, batch: &Batch, parameters: &[f32], layout: &StackLayout) -> &mut BlockActivations {
        let block = &mut self.blocks[number];
        block.width = layout.shape.width;
        block.normalised.forward(&self.stream, block.width);
        reset(&mut block.gated, batch.rows() * layout.shape.gated());
        block.convolve(batch.rows(), parameters, &layout.blocks[number], layout.shape.dilations[number]);
        block
    }

    fn open_gates(&mut self, number: usize, batch: &Batch, chance: Option<&mut ChaCha8Rng>) {
        let block = &mut self.blocks[number];
        block.dropout.draw(batch.rows() * block.width, chance);
        block.open_gates(&mut self.stream);
        batch.clear_empty_rows(&mut self.stream, block.width);
    }

    fn finish(&mut self) {
        let width = self.blocks[0].width;
        self.last.forward(&self.stream, width);
    }

    /// From the gradient of the last rows to that of the stream.
    fn begin_backward(&self, batch: &Batch, scratch: &mut StackGradients) {
        let StackGradients { stream, normalised, .. } = scratch;
        reset(stream, normalised.len());
        self.last.backward(normalised, stream);
        batch.clear_empty_rows(stream, self.last.width);
    }

    #[expect(clippy::too_many_arguments, reason = "one call, and a struct for it would say nothing more")]
    fn block_backward(
        &self,
        number: usize,
        context: Option<(&Context, &Affine)>,
        batch: &Batch,
        parameters: &[f32],
        layout: &StackLayout,
        sums: &mut [f32],
        scratch: &mut StackGradients,
    ) {
        let (block, affine, dilation) = (&self.blocks[number], &layout.blocks[number], layout.shape.dilations[number]);
        let StackGradients { stream, normalised, gated } = scratch;
        reset(gated, batch.rows() * 2 * block.width);
        block.open_gates_backward(stream, gated);
        reset(normalised, batch.rows() * block.width);
        block.convolve_backward(parameters, affine, dilation, gated, sums, normalised);
        if let Some((context, affine)) = context {
            context.backward(batch, parameters, affine, gated, sums, normalised);
        }
        block.normalised.backward(normalised, stream);
        batch.clear_empty_rows(stream, block.width);
    }
}

impl BlockActivations {
    fn convolve(&mut self, rows: usize, parameters: &[f32], affine: &Affine, dilation: usize) {
        let (width, gated) = (self.width, affine.outputs);
        let bias = &parameters[affine.bias.clone()];
        self.gated.chunks_exact_mut(gated).for_each(|row| row.copy_from_slice(bias));
        for (tap, weights) in parameters[affine.weights.clone()].chunks_exact(width * gated).enumerate() {
            let (from, count) = tap_rows(rows, dilation, tap);
            let input = View::new(&self.normalised.rows[from * width..], count, width);
            multiply(&mut self.gated[MARGIN * gated..], Into::Sum, input, View::new(weights, width, gated));
        }
    }

    fn open_gates(&self, stream: &mut [f32]) {
        let width = self.width;
        let rows = self.gated.chunks_exact(2 * width).zip(self.dropout.factors.chunks_exact(width));
        for (stream, (row, factors)) in stream.chunks_exact_mut(width).zip(rows) {
            let (value, opening) = row.split_at(width);
            for (((x, v), o), factor) in stream.iter_mut().zip(value).zip(opening).zip(factors) {
                *x += factor * v * gate(*o).0;
            }
        }
    }

    fn open_gates_backward(&self, stream: &[f32], gated: &mut [f32]) {
        let width = self.width;
        let rows = self.gated.chunks_exact(2 * width).zip(self.dropout.factors.chunks_exact(width));
        let gradients = stream.chunks_exact(width).zip(gated.chunks_exact_mut(2 * width));
        for ((gradient, target), (row, factors)) in gradients.zip(rows) {
            let (value, opening) = row.split_at(width);
            let (to_value, to_opening) = target.split_at_mut(width);
            for i in 0..width {
                let (open, slope) = gate(opening[i]);
                let gradient = gradient[i] * factors[i];
                to_value[i] = gradient * open;
                to_opening[i] = gradient * value[i] * slope;
            }
        }
    }

    fn convolve_backward(
        &self,
        parameters: &[f32],
        affine: &Affine,
        dilation: usize,
        gated: &[f32],
        sums: &mut [f32],
        normalised: &mut [f32],
    ) {
        let (width, outputs) = (self.width, affine.outputs);
        add_columns(&mut sums[affine.bias.clone()], gated);
        for tap in 0..TAPS {
            let (from, count) = tap_rows(gated.len() / outputs, dilation, tap);
            let taps = affine.weights.start + tap * width * outputs..affine.weights.start + (tap + 1) * width * outputs;
            let out = View::new(&gated[MARGIN * outputs..], count, outputs);
            let input = View::new(&self.normalised.rows[from * width..], count, width);
            multiply(&mut sums[taps.clone()], Into::Sum, input.transposed(), out);
            let weights = View::new(&parameters[taps], width, outputs).transposed();
            multiply(&mut normalised[from * width..], Into::Sum, out, weights);
        }
    }
}

impl Context {
    /// Adds to the columns of every row of an article what the matrix makes of the mean of its rows.
    fn forward(&mut self, batch: &Batch, block: &mut BlockActivations, parameters: &[f32], affine: &Affine) {
        let articles = batch.articles().count();
        reset(&mut self.means, articles * affine.inputs);
        for (mean, rows) in self.means.chunks_exact_mut(affine.inputs).zip(batch.articles()) {
            let weight = share(&rows);
            add_columns(mean, &block.normalised.rows[rows.start * affine.inputs..rows.end * affine.inputs]);
            for sum in mean {
                *sum *= weight;
            }
        }
        reset(&mut self.columns, articles * affine.outputs);
        affine_forward(&mut self.columns, &self.means, articles, parameters, affine);
        for (columns, rows) in self.columns.chunks_exact(affine.outputs).zip(batch.articles()) {
            for row in block.gated[rows.start * affine.outputs..rows.end * affine.outputs].chunks_exact_mut(affine.outputs) {
                row.iter_mut().zip(columns).for_each(|(cell, column)| *cell += column);
            }
        }
    }

    /// Adds to the gradient of the rows what that of the columns says of their means.
    fn backward(
        &self,
        batch: &Batch,
        parameters: &[f32],
        affine: &Affine,
        gated: &[f32],
        sums: &mut [f32],
        normalised: &mut [f32],
    ) {
        let articles = batch.articles().count();
        let mut columns = vec![0.0; articles * affine.outputs];
        for (sum, rows) in columns.chunks_exact_mut(affine.outputs).zip(batch.articles()) {
            add_columns(sum, &gated[rows.start * affine.outputs..rows.end * affine.outputs]);
        }
        let mut means = vec![0.0; articles * affine.inputs];
        affine_backward(&columns, &self.means, articles, parameters, affine, sums, &mut means);
        for (mean, rows) in means.chunks_exact(affine.inputs).zip(batch.articles()) {
            let weight = share(&rows);
            for row in normalised[rows.start * affine.inputs..rows.end * affine.inputs].chunks_exact_mut(affine.inputs) {
                row.iter_mut().zip(mean).for_each(|(cell, mean)| *cell += weight * mean);
            }
        }
    }
}

/// What one of some rows counts in their mean.
#[expect(clippy::cast_precision_loss, reason = "a few thousand rows")]
fn share(rows: &Range<usize>) -> f32 {
    1.0 / rows.len().max(1) as f32
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
            // The same numbers are left out every time.
            activations.forward(&self.batch, parameters, &self.layout, Some(&mut article_rng(9, 0)));
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
