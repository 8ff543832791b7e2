//! The layers of the encoder as it runs: integer matrices, and stacks of gated convolutions.
//!
//! Invariant: matrix products are sums of integers and exact ([`super::integer`]). Everything between two products is computed
//! number by number in a fixed order, which IEEE 754 makes the same everywhere too.

use std::ops::Range;

use super::integer::{Input, IntegerMatrix};
use super::network::{LARGEST_INPUT, StoredAffine, StoredStack};
use super::shape::{LEAST_SQUARE, MARGIN, StackShape, TAPS};
use crate::matrix::dot;

/// Rows that pass through a convolution together: few enough for their sums to stay in the second-level cache.
pub(super) const TILE: usize = 256;
/// Integer units per 1.0 of the normalised stream. Its root mean square is 1, and 511 / 42 leaves room for numbers of twelve
/// times that; larger ones are clipped.
pub(super) const UNITS: f32 = 42.0;

/// An affine map with integer weights. A column's scale turns an integer sum back into a number, given the input's unit.
#[derive(Debug)]
pub(super) struct Affine {
    pub matrix: IntegerMatrix,
    scales: Vec<f32>,
    bias: Vec<f32>,
}

/// A stack of gated convolutions: the matrix into its residual stream, and that of each block.
#[derive(Debug)]
pub(super) struct Stack {
    shape: StackShape,
    pub entry: Affine,
    blocks: Vec<Affine>,
}

/// The rows of a stack, one per word, between margins of zeros.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The residual stream: (words + 2 × [`MARGIN`]) × width.
    pub stream: Vec<f32>,
    /// The stream's rows, each divided by its root mean square, as integers in 1/[`UNITS`].
    pub normalised: Vec<i16>,
}

/// Memory for an integer product and the numbers that it stands for.
#[derive(Debug, Default)]
pub(super) struct Products {
    pub sums: Vec<i32>,
    pub columns: Vec<f32>,
}

impl Affine {
    pub(super) fn new(stored: &StoredAffine, unit: f32) -> Self {
        Self {
            matrix: IntegerMatrix::new(&stored.weights, stored.bias.len()),
            scales: stored.scales.iter().map(|scale| scale / unit).collect(),
            bias: stored.bias.clone(),
        }
    }

    /// Turns a row of integer sums into numbers; `unit` is that of the input, beyond the one compiled into the scales.
    #[expect(clippy::cast_precision_loss, reason = "sums stay below 2^24")]
    pub(super) fn finish(&self, sums: &[i32], unit: f32, out: &mut [f32]) {
        for (((cell, sum), scale), bias) in out.iter_mut().zip(sums).zip(&self.scales).zip(&self.bias) {
            // Plain operations in this order: Rust never fuses or reorders them, so every processor rounds alike.
            *cell = *sum as f32 * unit * scale + bias;
        }
    }

    /// Fills `out` with the affine map of rows of integers, from the row `first` on.
    pub(super) fn apply(&self, out: &mut [f32], integers: &[i16], first: usize, width: usize, product: &mut Vec<i32>) {
        let rows = out.len() / self.bias.len();
        self.matrix.multiply(Input { integers, width, taps: &[first] }, rows, product);
        let sums = product.chunks_exact(self.matrix.columns());
        out.chunks_exact_mut(self.bias.len()).zip(sums).for_each(|(out, sums)| self.finish(sums, 1.0, out));
    }

    /// Adds to `out` the affine map of rows of numbers, each rounded in a unit of its own.
    pub(super) fn add(&self, out: &mut [f32], numbers: &[f32], integers: &mut Vec<i16>, products: &mut Products) {
        let (columns, width) = (self.bias.len(), numbers.len() * self.bias.len() / out.len());
        let Products { sums, columns: finished } = products;
        finished.resize(columns, 0.0);
        for (numbers, out) in numbers.chunks(TILE * width).zip(out.chunks_mut(TILE * columns)) {
            integers.clear();
            let units: Vec<f32> = numbers.chunks_exact(width).map(|row| push_integers(integers, row)).collect();
            self.matrix.multiply(Input { integers, width, taps: &[0] }, units.len(), sums);
            let rows = out.chunks_exact_mut(columns).zip(sums.chunks_exact(self.matrix.columns()));
            for ((out, sums), unit) in rows.zip(units) {
                self.finish(sums, unit, finished);
                out.iter_mut().zip(&*finished).for_each(|(cell, column)| *cell += column);
            }
        }
    }
}

impl Stack {
    pub(super) fn new(shape: StackShape, stored: &StoredStack, entry_unit: f32) -> Self {
        let blocks = stored.blocks.iter().map(|block| Affine::new(block, UNITS)).collect();
        Self { shape, entry: Affine::new(&stored.entry, entry_unit), blocks }
    }

    /// Passes rows through some of the blocks; `context`, if not empty, is added to the columns of the first.
    pub(super) fn run(
        &self,
        blocks: Range<usize>,
        words: usize,
        mut context: &[f32],
        rows: &mut Rows,
        products: &mut Products,
    ) {
        for block in blocks {
            self.convolve(block, words, context, rows, products);
            rows.normalise(self.shape.width);
            // The mean enters at one block only; zipped with nothing, the later ones get nothing added.
            context = &[];
        }
    }

    /// Adds the output of a gated convolution of the normalised rows to the stream.
    fn convolve(&self, block: usize, words: usize, context: &[f32], rows: &mut Rows, products: &mut Products) {
        let (width, dilation, affine) = (self.shape.width, self.shape.dilations[block], &self.blocks[block]);
        let Products { sums, columns } = products;
        columns.resize(self.shape.gated(), 0.0);
        // Tiles write to the stream and read `normalised`, so none sees what another has already changed.
        for start in (0..words).step_by(TILE) {
            let count = TILE.min(words - start);
            // The taps stand at -dilation, 0 and +dilation. No index falls below zero, as MARGIN is the largest dilation.
            let taps: [usize; TAPS] = std::array::from_fn(|tap| MARGIN + start + tap * dilation - dilation);
            affine.matrix.multiply(Input { integers: &rows.normalised, width, taps: &taps }, count, sums);
            let target = &mut rows.stream[(MARGIN + start) * width..][..count * width];
            for (cells, sums) in target.chunks_exact_mut(width).zip(sums.chunks_exact(affine.matrix.columns())) {
                affine.finish(sums, 1.0, columns);
                columns.iter_mut().zip(context).for_each(|(column, context)| *column += context);
                let (value, opening) = columns.split_at(width);
                for ((cell, value), opening) in cells.iter_mut().zip(value).zip(opening) {
                    // The softsign gate: 0.5 at 0, from 0 to 1 like a sigmoid, but without an exponential.
                    *cell += value * (0.5 + 0.5 * opening / (1.0 + opening.abs()));
                }
            }
        }
    }
}

impl Rows {
    pub(super) fn clear(&mut self, words: usize, width: usize) {
        // Without it `resize` would keep the old numbers, and the margins must be zero.
        self.stream.clear();
        self.stream.resize((words + 2 * MARGIN) * width, 0.0);
    }

    /// Divides each row by its root mean square and rounds it to integers; the margins stay zero.
    pub(super) fn normalise(&mut self, width: usize) {
        self.normalised.clear();
        for row in self.stream.chunks_exact(width) {
            #[expect(clippy::cast_precision_loss, reason = "a few hundred columns")]
            let square = dot(row, row) / width as f32;
            let units = UNITS / (square + LEAST_SQUARE).sqrt();
            // The clamp is what keeps the sums of the next product below 2^24, and so exact.
            self.normalised.extend(row.iter().map(|cell| rounded((cell * units).clamp(-LARGEST_INPUT, LARGEST_INPUT))));
        }
    }
}

/// Adds rows of integers to `sums`: exact in 64-bit floats, so the order does not matter.
pub(super) fn add_rows(normalised: &[i16], rows: Range<usize>, sums: &mut [f64]) {
    let width = sums.len();
    for row in normalised[rows.start * width..rows.end * width].chunks_exact(width) {
        sums.iter_mut().zip(row).for_each(|(sum, cell)| *sum += f64::from(*cell));
    }
}

/// Appends numbers to `integers`, in the finest unit that [`LARGEST_INPUT`] allows for them; returns the unit.
pub(super) fn push_integers(integers: &mut Vec<i16>, numbers: &[f32]) -> f32 {
    // Not from 0: a row of zeros would be divided by a unit of zero.
    let largest = numbers.iter().fold(f32::MIN_POSITIVE, |most, number| most.max(number.abs()));
    let unit = largest / LARGEST_INPUT;
    integers.extend(numbers.iter().map(|number| rounded(number / unit)));
    unit
}

/// Rounds to the nearest integer, ties to even, for numbers below 2^15. Adding 1.5 · 2^23 pushes the fraction out of the
/// mantissa, and the addition rounds; this vectorises where `rint` does not.
#[expect(clippy::cast_possible_truncation, reason = "small integers")]
fn rounded(number: f32) -> i16 {
    const NO_FRACTION: f32 = 12_582_912.0;
    ((number + NO_FRACTION) - NO_FRACTION) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounding_is_to_the_nearest_and_even() {
        for (number, expected) in [(0.4, 0), (0.5, 0), (1.5, 2), (-2.5, -2), (-510.7, -511), (511.0, 511)] {
            assert_eq!(rounded(number), expected, "{number}");
        }
    }
}
