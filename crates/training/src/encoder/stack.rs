//! A stack of gated convolutions, forward and backward, and the mean of an article that one of its blocks sees.
//!
//! The articles of a batch lie one after another in one buffer of rows, with [`MARGIN`] empty rows before, between and after
//! them. Empty rows are zero at the input of every convolution, so no article sees another, and a convolution is three plain
//! matrix products over the whole buffer, shifted by its dilation.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;

use super::batch::Batch;
use super::layers::{Dropout, Normalised, add_columns, affine_backward, affine_forward, gate, reset};
use super::layout::{Affine, StackLayout};
use engine::encoder::{MARGIN, TAPS};
use engine::matrix::{Output, View, multiply};

#[derive(Debug, Default)]
pub(super) struct StackActivations {
    /// Rows × the stack's width, after the last block.
    pub(super) stream: Vec<f32>,
    pub(super) blocks: Vec<BlockActivations>,
    pub(super) last: Normalised,
}

#[derive(Debug, Default)]
pub(super) struct BlockActivations {
    pub(super) width: usize,
    pub(super) normalised: Normalised,
    /// Values and openings.
    pub(super) gated: Vec<f32>,
    /// Dropout of the gates' output.
    pub(super) dropout: Dropout,
}

/// The mean row of each article.
#[derive(Debug, Default)]
pub(super) struct Context {
    pub(super) means: Vec<f32>,
    pub(super) columns: Vec<f32>,
}

#[derive(Debug, Default)]
pub(super) struct StackGradients {
    pub(super) stream: Vec<f32>,
    pub(super) normalised: Vec<f32>,
    pub(super) gated: Vec<f32>,
}

/// The rows that a tap of a convolution reads and writes: `rows` shifted by `-dilation`, `0` or `dilation`.
fn tap_rows(rows: usize, dilation: usize, tap: usize) -> (usize, usize) {
    // The outer margins are never written, so the shift stays inside the buffer.
    (MARGIN + tap * dilation - dilation, rows - 2 * MARGIN)
}

impl StackActivations {
    pub(super) fn enter(&mut self, input: &[f32], batch: &Batch, parameters: &[f32], layout: &StackLayout) {
        reset(&mut self.stream, batch.rows() * layout.shape.width);
        affine_forward(&mut self.stream, input, batch.rows(), parameters, &layout.entry);
        batch.clear_empty_rows(&mut self.stream, layout.shape.width);
        self.blocks.resize_with(layout.blocks.len(), BlockActivations::default);
    }

    /// Values and openings of a block.
    pub(super) fn convolve(
        &mut self,
        number: usize,
        batch: &Batch,
        parameters: &[f32],
        layout: &StackLayout,
    ) -> &mut BlockActivations {
        let block = &mut self.blocks[number];
        block.width = layout.shape.width;
        block.normalised.forward(&self.stream, block.width);
        reset(&mut block.gated, batch.rows() * layout.shape.gated());
        block.convolve(batch.rows(), parameters, &layout.blocks[number], layout.shape.dilations[number]);
        block
    }

    pub(super) fn open_gates(&mut self, number: usize, batch: &Batch, chance: Option<&mut ChaCha8Rng>) {
        let block = &mut self.blocks[number];
        block.dropout.draw(batch.rows() * block.width, chance);
        block.open_gates(&mut self.stream);
        batch.clear_empty_rows(&mut self.stream, block.width);
    }

    pub(super) fn finish(&mut self) {
        let width = self.blocks[0].width;
        self.last.forward(&self.stream, width);
    }

    /// From the gradient of the last rows to that of the stream.
    pub(super) fn begin_backward(&self, batch: &Batch, scratch: &mut StackGradients) {
        let StackGradients { stream, normalised, .. } = scratch;
        reset(stream, normalised.len());
        self.last.backward(normalised, stream);
        batch.clear_empty_rows(stream, self.last.width);
    }

    #[expect(clippy::too_many_arguments, reason = "one call; a struct for it would say nothing more")]
    pub(super) fn block_backward(
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
        // The stream keeps its own gradient, because it also runs past the block; the part through the block is added.
        block.normalised.backward(normalised, stream);
        batch.clear_empty_rows(stream, block.width);
    }
}

impl BlockActivations {
    pub(super) fn convolve(&mut self, rows: usize, parameters: &[f32], affine: &Affine, dilation: usize) {
        let (width, gated) = (self.width, affine.outputs);
        let bias = &parameters[affine.bias.clone()];
        // The bias goes in first, so that every tap can be added by the same product.
        self.gated.chunks_exact_mut(gated).for_each(|row| row.copy_from_slice(bias));
        for (tap, weights) in parameters[affine.weights.clone()].chunks_exact(width * gated).enumerate() {
            let (from, count) = tap_rows(rows, dilation, tap);
            let input = View::new(&self.normalised.rows[from * width..], count, width);
            multiply(&mut self.gated[MARGIN * gated..], Output::Add, input, View::new(weights, width, gated));
        }
    }

    pub(super) fn open_gates(&self, stream: &mut [f32]) {
        let width = self.width;
        let rows = self.gated.chunks_exact(2 * width).zip(self.dropout.factors.chunks_exact(width));
        for (stream, (row, factors)) in stream.chunks_exact_mut(width).zip(rows) {
            let (value, opening) = row.split_at(width);
            for (((x, v), o), factor) in stream.iter_mut().zip(value).zip(opening).zip(factors) {
                // Added, not stored: each block only corrects the stream, and gradients pass straight through it.
                *x += factor * v * gate(*o).0;
            }
        }
    }

    pub(super) fn open_gates_backward(&self, stream: &[f32], gated: &mut [f32]) {
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

    pub(super) fn convolve_backward(
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
            multiply(&mut sums[taps.clone()], Output::Add, input.transposed(), out);
            let weights = View::new(&parameters[taps], width, outputs).transposed();
            multiply(&mut normalised[from * width..], Output::Add, out, weights);
        }
    }
}

impl Context {
    /// Adds an affine map of the mean of an article's rows to the columns of each of its rows.
    pub(super) fn forward(&mut self, batch: &Batch, block: &mut BlockActivations, parameters: &[f32], affine: &Affine) {
        let BlockActivations { normalised, gated, .. } = block;
        self.add(batch, &normalised.rows, gated, parameters, affine);
    }

    /// Adds an affine map of the mean of an article's rows of `inputs` to each of its rows of `outputs`.
    pub(super) fn add(&mut self, batch: &Batch, inputs: &[f32], outputs: &mut [f32], parameters: &[f32], affine: &Affine) {
        let articles = batch.articles().count();
        reset(&mut self.means, articles * affine.inputs);
        for (mean, rows) in self.means.chunks_exact_mut(affine.inputs).zip(batch.articles()) {
            let weight = share(&rows);
            add_columns(mean, &inputs[rows.start * affine.inputs..rows.end * affine.inputs]);
            for sum in mean {
                *sum *= weight;
            }
        }
        reset(&mut self.columns, articles * affine.outputs);
        affine_forward(&mut self.columns, &self.means, articles, parameters, affine);
        for (columns, rows) in self.columns.chunks_exact(affine.outputs).zip(batch.articles()) {
            for row in outputs[rows.start * affine.outputs..rows.end * affine.outputs].chunks_exact_mut(affine.outputs) {
                row.iter_mut().zip(columns).for_each(|(cell, column)| *cell += column);
            }
        }
    }

    /// Adds to the gradient of the rows, given that of the columns, through their means.
    pub(super) fn backward(
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
            // Each row has an equal share in the mean, so each gets the same part of its gradient.
            for row in normalised[rows.start * affine.inputs..rows.end * affine.inputs].chunks_exact_mut(affine.inputs) {
                row.iter_mut().zip(mean).for_each(|(cell, mean)| *cell += weight * mean);
            }
        }
    }
}

/// The weight of one row in the mean of several.
#[expect(clippy::cast_precision_loss, reason = "a few thousand rows")]
fn share(rows: &Range<usize>) -> f32 {
    1.0 / rows.len().max(1) as f32
}
