//! Products of integer matrices: where the program spends most of its time.
//!
//! Invariant: every kernel computes the same integers, on every machine. Inputs are 16-bit integers and weights 8-bit, and
//! weights are stored so that no sum reaches 2^24 ([`super::network`]). Such sums are exact in 32-bit integers and in 32-bit
//! floats alike, in any order; the kernels may then differ as they like.
//!
//! On processors with AVX-512 VNNI, whose `vpdpwssd` multiplies and adds twice as many integers per instruction as a float
//! kernel could, our own kernel takes [`COLUMNS`] columns of some rows at a time, over all taps of a convolution, before it
//! stores anything. Elsewhere the `gemm` crate multiplies floats.
//!
//! `unsafe` is used for two things, each with its proof: calling code compiled for a processor feature that was detected, and
//! loading and storing vectors in slices of exactly their length.

#![cfg_attr(target_arch = "x86_64", expect(unsafe_code, reason = "a vector kernel; each block says why it is sound"))]

use std::sync::OnceLock;

use crate::matrix::{Output, View, multiply};

/// Columns that the kernel computes together: two vectors of sixteen 32-bit sums.
const COLUMNS: usize = 32;
/// Weights of [`COLUMNS`] columns for a pair of inputs, which `vpdpwssd` multiplies and adds at once.
#[cfg(target_arch = "x86_64")]
const STEP: usize = 2 * COLUMNS;

/// A matrix of weights (inputs × columns), laid out for this processor.
#[derive(Debug)]
pub(super) struct IntegerMatrix {
    weights: Weights,
    inputs: usize,
    columns: usize,
}

/// The input of a product: for each tap, the row that the first row of the output reads.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input<'a> {
    /// Rows of `width` integers.
    pub integers: &'a [i16],
    /// Integers of a row; even.
    pub width: usize,
    /// The first row of each tap.
    pub taps: &'a [usize],
}

/// The available kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// Our own, which needs AVX-512 VNNI.
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    /// Floats, by the `gemm` crate, which has vector kernels for many processors.
    Floats,
    /// Plain loops over integers, which run anywhere: tests compare the other kernels with it.
    Portable,
}

/// The kernel that a test asked for.
static FORCED: OnceLock<Kernel> = OnceLock::new();

impl Kernel {
    /// The kernels that this processor runs, fastest first.
    #[must_use]
    pub fn runnable() -> Vec<Self> {
        let mut kernels = vec![Self::Floats, Self::Portable];
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx512f") && std::arch::is_x86_feature_detected!("avx512vnni") {
            kernels.insert(0, Self::Avx512Vnni);
        }
        kernels
    }

    /// The name by which tests choose a kernel.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            #[cfg(target_arch = "x86_64")]
            Self::Avx512Vnni => "vnni",
            Self::Floats => "gemm",
            Self::Portable => "portable",
        }
    }

    /// Makes this the kernel of every encoder that this process compiles from now on. For tests; only the first call counts.
    ///
    /// # Panics
    /// If this processor does not run it.
    pub fn force(self) {
        // The soundness of `multiply` rests on it.
        assert!(Self::runnable().contains(&self), "this processor does not run the kernel {}", self.name());
        let _ = FORCED.set(self);
    }

    /// The fastest kernel that this processor runs, unless another was forced.
    fn chosen() -> Self {
        FORCED.get().copied().unwrap_or_else(|| Self::runnable()[0])
    }
}

/// Weights in the layout of a kernel.
#[derive(Debug)]
enum Weights {
    /// By blocks of columns, then by pairs of inputs.
    #[cfg(target_arch = "x86_64")]
    Pairs(Vec<[i16; STEP]>),
    /// Inputs × columns, row by row.
    Floats(Vec<f32>),
    /// The same, as integers.
    Integers(Vec<i16>),
}

impl IntegerMatrix {
    /// Lays out weights (inputs × outputs, row by row).
    ///
    /// # Panics
    /// If the number of inputs is odd.
    pub(super) fn new(weights: &[i8], outputs: usize) -> Self {
        Self::for_kernel(weights, outputs, Kernel::chosen())
    }

    fn for_kernel(weights: &[i8], outputs: usize, kernel: Kernel) -> Self {
        let inputs = weights.len() / outputs;
        assert_eq!(inputs % 2, 0, "inputs come in pairs");
        // Padded for every kernel, also those that need no blocks, so that all products have one layout.
        let columns = outputs.next_multiple_of(COLUMNS);
        let weight = |input: usize, column: usize| match column {
            column if column < outputs => weights[input * outputs + column],
            _ => 0,
        };
        let weights = match kernel {
            #[cfg(target_arch = "x86_64")]
            Kernel::Avx512Vnni => {
                let step = |block: usize, pair: usize| {
                    // A column's two weights lie side by side, as the instruction multiplies neighbours and adds both.
                    let of = |index: usize| weight(2 * pair + index % 2, block * COLUMNS + index / 2);
                    std::array::from_fn(|index| i16::from(of(index)))
                };
                let blocks = 0..columns / COLUMNS;
                Weights::Pairs(blocks.flat_map(|block| (0..inputs / 2).map(move |pair| step(block, pair))).collect())
            }
            Kernel::Floats => {
                let row = |input: usize| (0..columns).map(move |column| f32::from(weight(input, column)));
                Weights::Floats((0..inputs).flat_map(row).collect())
            }
            Kernel::Portable => {
                let row = |input: usize| (0..columns).map(move |column| i16::from(weight(input, column)));
                Weights::Integers((0..inputs).flat_map(row).collect())
            }
        };
        Self { weights, inputs, columns }
    }

    /// Columns of a product: the outputs, padded with zeros to a multiple of [`COLUMNS`].
    pub(super) const fn columns(&self) -> usize {
        self.columns
    }

    /// Fills `product` with `rows` rows of [`Self::columns`] sums.
    ///
    /// # Panics
    /// If the input lacks rows, or its taps and width do not match the matrix's inputs.
    pub(super) fn multiply(&self, input: Input<'_>, rows: usize, product: &mut Vec<i32>) {
        assert_eq!(input.taps.len() * input.width, self.inputs, "the columns of the left are the rows of the right");
        // Every kernel overwrites every sum, so old ones may stay.
        product.resize(rows * self.columns, 0);
        match &self.weights {
            // SAFETY: `Kernel::chosen` is a kernel that the processor runs, so weights are laid out in pairs only if it has the instructions.
            #[cfg(target_arch = "x86_64")]
            Weights::Pairs(weights) => unsafe { vnni::multiply(weights, self.columns, input, product) },
            Weights::Floats(weights) => multiply_floats(weights, self.columns, input, product),
            Weights::Integers(weights) => multiply_integers(weights, self.columns, input, product),
        }
    }
}

/// The product in floats, which represent every sum exactly.
#[expect(clippy::cast_possible_truncation, reason = "integers below 2^24")]
fn multiply_floats(weights: &[f32], columns: usize, input: Input<'_>, product: &mut [i32]) {
    let rows = product.len() / columns;
    // Fresh zeros, because each tap's product is added to those of the taps before it.
    let mut sums = vec![0.0; product.len()];
    for (tap, weights) in input.taps.iter().zip(weights.chunks_exact(input.width * columns)) {
        let integers = &input.integers[tap * input.width..(tap + rows) * input.width];
        let floats: Vec<f32> = integers.iter().copied().map(f32::from).collect();
        let weights = View::new(weights, input.width, columns);
        multiply(&mut sums, Output::Add, View::new(&floats, rows, input.width), weights);
    }
    product.iter_mut().zip(sums).for_each(|(integer, sum)| *integer = sum as i32);
}

/// The product in plain loops.
fn multiply_integers(weights: &[i16], columns: usize, input: Input<'_>, product: &mut [i32]) {
    for (row, sums) in product.chunks_exact_mut(columns).enumerate() {
        // `product` may still hold the sums of an earlier call.
        sums.fill(0);
        let integers = |tap: &usize| &input.integers[(tap + row) * input.width..][..input.width];
        let integers = input.taps.iter().flat_map(integers);
        for (&integer, weights) in integers.zip(weights.chunks_exact(columns)) {
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum += i32::from(integer) * i32::from(weight);
            }
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod vnni {
    use std::arch::x86_64::{
        __m512i, _mm512_dpwssd_epi32, _mm512_loadu_si512, _mm512_set1_epi32, _mm512_setzero_si512, _mm512_storeu_si512,
    };

    use super::{COLUMNS, Input, STEP};

    /// Rows computed together: their sums take 24 of the 32 vector registers, and weights and inputs the rest.
    const ROWS: usize = 12;

    /// Computes the product block by block of columns, so that a block's weights stay in the cache for all rows.
    #[target_feature(enable = "avx512f,avx512vnni")]
    pub(super) fn multiply(weights: &[[i16; STEP]], columns: usize, input: Input<'_>, product: &mut [i32]) {
        let rows = product.len() / columns;
        // The rows left over go one by one: a whole block would reach past the end of `product`.
        let whole = rows - rows % ROWS;
        for (number, weights) in weights.chunks_exact(input.taps.len() * input.width / 2).enumerate() {
            let mut store = |row: usize, sums: &[[__m512i; 2]]| {
                for (index, sums) in sums.iter().enumerate() {
                    let columns = &mut product[(row + index) * columns + number * COLUMNS..][..COLUMNS];
                    for (columns, sums) in columns.as_chunks_mut::<16>().0.iter_mut().zip(sums) {
                        // SAFETY: 16 integers of 32 bits are one vector; stores need no alignment.
                        unsafe { _mm512_storeu_si512(columns.as_mut_ptr().cast(), *sums) };
                    }
                }
            };
            (0..whole).step_by(ROWS).for_each(|row| store(row, &block::<ROWS>(weights, input, row)));
            (whole..rows).for_each(|row| store(row, &block::<1>(weights, input, row)));
        }
    }

    /// The sums of `R` rows, from `row` on, in one block of columns.
    #[inline]
    #[target_feature(enable = "avx512f,avx512vnni")]
    fn block<const R: usize>(weights: &[[i16; STEP]], input: Input<'_>, row: usize) -> [[__m512i; 2]; R] {
        let mut sums = [[_mm512_setzero_si512(); 2]; R];
        // All taps add to the same registers, so no sum is stored and loaded again between them.
        for (tap, weights) in input.taps.iter().zip(weights.chunks_exact(input.width / 2)) {
            let rows: [&[[i16; 2]]; R] = std::array::from_fn(|index| {
                let start = (tap + row + index) * input.width;
                input.integers[start..start + input.width].as_chunks::<2>().0
            });
            for (pair, weights) in weights.iter().enumerate() {
                let weights = weights.as_chunks::<32>().0;
                // SAFETY: 32 integers of 16 bits are one vector; loads need no alignment.
                let [low, high] = [0, 1].map(|half| unsafe { _mm512_loadu_si512(weights[half].as_ptr().cast()) });
                for (sums, row) in sums.iter_mut().zip(rows) {
                    // A pair of inputs fills one 32-bit lane, which is broadcast to all columns.
                    let [first, second] = row[pair].map(i16::cast_unsigned).map(u32::from);
                    let both = _mm512_set1_epi32((first | second << 16).cast_signed());
                    sums[0] = _mm512_dpwssd_epi32(sums[0], both, low);
                    sums[1] = _mm512_dpwssd_epi32(sums[1], both, high);
                }
            }
        }
        sums
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn every_kernel_computes_the_exact_sums() {
        let mut rng = ChaCha8Rng::seed_from_u64(11);
        for (width, taps, outputs, rows) in [(192, vec![3, 0, 7], 384, 29), (96, vec![1], 3, 1), (96, vec![0], 96, 24)] {
            let inputs = width * taps.len();
            // Small enough that no sum reaches 2^24.
            let weights: Vec<i8> = (0..inputs * outputs).map(|_| rng.random_range(-40..=40)).collect();
            let integers: Vec<i16> = (0..(rows + 8) * width).map(|_| rng.random_range(-511..=511)).collect();
            let input = Input { integers: &integers, width, taps: &taps };
            for kernel in Kernel::runnable() {
                let matrix = IntegerMatrix::for_kernel(&weights, outputs, kernel);
                let mut product = vec![7];
                matrix.multiply(input, rows, &mut product);
                for (index, found) in product.iter().enumerate() {
                    let (row, column) = (index / matrix.columns(), index % matrix.columns());
                    let term = |i: usize| {
                        let at = (taps[i / width] + row) * width + i % width;
                        i32::from(integers[at]) * i32::from(weights[i * outputs + column])
                    };
                    let expected = if column < outputs { (0..inputs).map(term).sum() } else { 0 };
                    assert_eq!(*found, expected, "{kernel:?}, row {row}, column {column}");
                }
            }
        }
    }
}
