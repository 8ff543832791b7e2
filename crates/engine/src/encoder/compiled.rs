//! The encoder as it runs.
//!
//! Invariant: an article gets the same results on every processor, and however it is cut into windows. Matrix products are
//! most of the work, and they are exact: sums of integers ([`super::integer`]). Everything between two products is computed
//! number by number in a fixed order, which IEEE 754 makes the same everywhere too.
//!
//! A long article is read in windows that overlap by [`REACH`] words on both sides. A word sees no further, except for the
//! mean of the article, which is computed in a first pass. So the windows cannot be noticed from outside, and memory is
//! bounded.

use std::ops::Range;

use super::features::{CANDIDATE_FEATURES, WORD_FEATURES, candidate_features, word_features};
use super::integer::{Input, IntegerMatrix};
use super::network::{LARGEST_INPUT, StoredAffine, StoredNetwork, StoredStack, StoredTable};
use super::shape::{BRANCH, CONTEXT_BLOCK, EMBEDDING, HEADS, LEAST_SQUARE, MARGIN, REACH, StackShape, TAPS, TRUNK};
use crate::matrix::dot;

/// Words of a window, without the overlap.
const WINDOW: usize = 4096;
/// Rows that pass through a convolution together: few enough for their sums to stay in the second-level cache.
const TILE: usize = 256;
/// Integer units per 1.0 of the normalised stream. Its root mean square is 1, and 511 / 42 leaves room for numbers of twelve
/// times that; larger ones are clipped.
const UNITS: f32 = 42.0;

/// An affine map with integer weights. A column's scale turns an integer sum back into a number, given the input's unit.
#[derive(Debug)]
struct Affine {
    matrix: IntegerMatrix,
    scales: Vec<f32>,
    bias: Vec<f32>,
}

/// A stack of gated convolutions: the matrix into its residual stream, and that of each block.
#[derive(Debug)]
struct Stack {
    shape: StackShape,
    entry: Affine,
    blocks: Vec<Affine>,
}

/// The encoder: immutable, shared by all workers.
#[derive(Debug)]
pub struct Encoder {
    words: StoredTable,
    candidates: StoredTable,
    trunk: Stack,
    context: Affine,
    query: Affine,
    branch: Stack,
    heads: Affine,
}

/// The rows of a stack, one per word, between margins of zeros.
#[derive(Debug, Default)]
struct Rows {
    /// The residual stream: (words + 2 × [`MARGIN`]) × width.
    stream: Vec<f32>,
    /// The stream's rows, each divided by its root mean square, as integers in 1/[`UNITS`].
    normalised: Vec<i16>,
}

/// Memory for an integer product and the numbers that it stands for.
#[derive(Debug, Default)]
struct Products {
    sums: Vec<i32>,
    columns: Vec<f32>,
}

/// Memory that one worker reuses between articles, and the encoder's results for the last one.
#[derive(Debug, Default)]
pub struct EncoderScratch {
    trunk: Rows,
    branch: Rows,
    integers: Vec<i16>,
    products: Products,
    /// What the mean of the article adds to the columns of block [`CONTEXT_BLOCK`].
    context: Vec<f32>,
    /// Words × [`EMBEDDING`]: the vector that each word's context is looking for.
    queries: Vec<f32>,
    /// Log-odds after each word of a sentence end, a missing number and a clause end.
    logits: Vec<[f32; HEADS]>,
    embedding: Vec<f32>,
}

/// Words that are read together, by index in the article.
struct Window {
    /// Those whose results are kept.
    inner: Range<usize>,
    /// Those, and all that they can see.
    outer: Range<usize>,
}

impl Window {
    fn of_article(words: usize, size: usize) -> Vec<Self> {
        let window = |start: usize| {
            let inner = start..(start + size).min(words);
            // `outer` comes first because it reads `inner`, which the second field moves away.
            Self { outer: start.saturating_sub(REACH)..(inner.end + REACH).min(words), inner }
        };
        (0..words).step_by(size).map(window).collect()
    }

    /// The inner words as rows.
    fn inner_rows(&self) -> Range<usize> {
        let first = MARGIN + self.inner.start - self.outer.start;
        first..first + self.inner.len()
    }
}

impl Affine {
    fn new(stored: &StoredAffine, unit: f32) -> Self {
        Self {
            matrix: IntegerMatrix::new(&stored.weights, stored.bias.len()),
            scales: stored.scales.iter().map(|scale| scale / unit).collect(),
            bias: stored.bias.clone(),
        }
    }

    /// Turns a row of integer sums into numbers; `unit` is that of the input, beyond the one compiled into the scales.
    #[expect(clippy::cast_precision_loss, reason = "sums stay below 2^24")]
    fn finish(&self, sums: &[i32], unit: f32, out: &mut [f32]) {
        for (((cell, sum), scale), bias) in out.iter_mut().zip(sums).zip(&self.scales).zip(&self.bias) {
            // Plain operations in this order: Rust never fuses or reorders them, so every processor rounds alike.
            *cell = *sum as f32 * unit * scale + bias;
        }
    }

    /// Fills `out` with the affine map of rows of integers, from the row `first` on.
    fn apply(&self, out: &mut [f32], integers: &[i16], first: usize, width: usize, product: &mut Vec<i32>) {
        let rows = out.len() / self.bias.len();
        self.matrix.multiply(Input { integers, width, taps: &[first] }, rows, product);
        let sums = product.chunks_exact(self.matrix.columns());
        out.chunks_exact_mut(self.bias.len()).zip(sums).for_each(|(out, sums)| self.finish(sums, 1.0, out));
    }
}

impl Encoder {
    /// Compiles a stored network.
    #[must_use]
    pub fn new(network: StoredNetwork) -> Self {
        let StoredNetwork { words, candidates, trunk, context, query, branch, heads } = network;
        Self {
            words,
            candidates,
            // Embeddings and the mean get a unit of their own each time (`push_integers`), so none is compiled in.
            trunk: Stack::new(TRUNK, &trunk, 1.0),
            context: Affine::new(&context, 1.0),
            query: Affine::new(&query, UNITS),
            branch: Stack::new(BRANCH, &branch, UNITS),
            heads: Affine::new(&heads, UNITS),
        }
    }

    /// The embedding rows of a damaged word with its candidates (all letter codes).
    #[must_use]
    pub fn word_rows<'a>(&self, codes: &[u8], candidates: impl ExactSizeIterator<Item = &'a [u8]>) -> [u32; WORD_FEATURES] {
        self.words.rows.of(word_features(codes, candidates))
    }

    /// The embedding rows of a candidate (letter codes); `standing` says how well it is known.
    #[must_use]
    pub fn candidate_rows(&self, codes: &[u8], standing: [u8; 2]) -> [u32; CANDIDATE_FEATURES] {
        self.candidates.rows.of(candidate_features(codes, standing))
    }

    /// Reads an article, given as the embedding rows of its words; the results stay in `scratch`.
    pub fn read(&self, words: &[[u32; WORD_FEATURES]], scratch: &mut EncoderScratch) {
        self.read_in_windows(words, WINDOW, scratch);
    }

    /// As [`Self::read`], in windows of `window` words, which do not change the results.
    pub fn read_in_windows(&self, words: &[[u32; WORD_FEATURES]], window: usize, scratch: &mut EncoderScratch) {
        scratch.queries.clear();
        scratch.logits.clear();
        let windows = Window::of_article(words.len(), window);
        let mut sums = [0.0; TRUNK.width];
        for window in &windows {
            self.begin(&words[window.outer.clone()], scratch);
            // Only the inner rows: words in the overlap of two windows would count twice in the mean.
            add_rows(&scratch.trunk.normalised, window.inner_rows(), &mut sums);
        }
        // The mean must be complete before any window goes on, hence the two passes.
        self.set_context(&sums, words.len(), scratch);
        for window in &windows {
            // With one window, its first blocks are still in `scratch`.
            if windows.len() > 1 {
                self.begin(&words[window.outer.clone()], scratch);
            }
            self.finish(window, scratch);
        }
    }

    /// Takes words through the blocks before the one that sees the mean of the article.
    fn begin(&self, words: &[[u32; WORD_FEATURES]], scratch: &mut EncoderScratch) {
        self.enter(words, scratch);
        self.trunk.run(0..CONTEXT_BLOCK, words.len(), &[], &mut scratch.trunk, &mut scratch.products);
    }

    /// Fills the trunk's stream with the summed embeddings of the words, through the entry matrix.
    fn enter(&self, words: &[[u32; WORD_FEATURES]], scratch: &mut EncoderScratch) {
        let EncoderScratch { trunk, integers, products, embedding, .. } = scratch;
        let entry = &self.trunk.entry;
        trunk.clear(words.len(), TRUNK.width);
        let mut units = [0.0; TILE];
        for (index, words) in words.chunks(TILE).enumerate() {
            integers.clear();
            for (rows, unit) in words.iter().zip(&mut units) {
                embedding.clear();
                embedding.resize(EMBEDDING, 0.0);
                self.words.add_rows(rows, embedding);
                // A unit per word, so that a word with small sums keeps all its bits.
                *unit = push_integers(integers, embedding);
            }
            entry.matrix.multiply(Input { integers, width: EMBEDDING, taps: &[0] }, words.len(), &mut products.sums);
            let out = &mut trunk.stream[(MARGIN + index * TILE) * TRUNK.width..][..words.len() * TRUNK.width];
            let sums = products.sums.chunks_exact(entry.matrix.columns());
            // In a last, shorter tile `units` still ends with those of the tile before; `zip` stops in time.
            for ((out, sums), unit) in out.chunks_exact_mut(TRUNK.width).zip(sums).zip(units) {
                entry.finish(sums, unit, out);
            }
        }
        trunk.normalise(TRUNK.width);
    }

    /// Computes what the mean of an article's rows, given as their sums, adds to the columns of a block.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a mean of small integers")]
    fn set_context(&self, sums: &[f64], words: usize, scratch: &mut EncoderScratch) {
        let EncoderScratch { integers, products, context, .. } = scratch;
        // An article without words has no window but comes here too: 0 / 0 would not be a number.
        let means: Vec<f32> = sums.iter().map(|sum| (sum / words.max(1) as f64) as f32 / UNITS).collect();
        integers.clear();
        let unit = push_integers(integers, &means);
        self.context.matrix.multiply(Input { integers, width: TRUNK.width, taps: &[0] }, 1, &mut products.sums);
        context.resize(TRUNK.gated(), 0.0);
        self.context.finish(&products.sums, unit, context);
    }

    /// Takes a window through the remaining blocks, the branch and the heads, and appends the results of the inner words.
    fn finish(&self, window: &Window, scratch: &mut EncoderScratch) {
        let EncoderScratch { trunk, branch, products, context, queries, logits, .. } = scratch;
        let (words, first) = (window.outer.len(), window.inner_rows().start);
        self.trunk.run(CONTEXT_BLOCK..TRUNK.dilations.len(), words, context, trunk, products);
        // Windows come in order, so what each appends lines up with the words of the article.
        let start = queries.len();
        queries.resize(start + window.inner.len() * EMBEDDING, 0.0);
        self.query.apply(&mut queries[start..], &trunk.normalised, first, TRUNK.width, &mut products.sums);

        branch.clear(words, BRANCH.width);
        let entered = &mut branch.stream[MARGIN * BRANCH.width..][..words * BRANCH.width];
        // All outer words enter: inner ones see them through the convolutions of the branch too.
        self.branch.entry.apply(entered, &trunk.normalised, MARGIN, TRUNK.width, &mut products.sums);
        branch.normalise(BRANCH.width);
        self.branch.run(0..BRANCH.dilations.len(), words, &[], branch, products);
        let mut flat = vec![0.0; window.inner.len() * HEADS];
        self.heads.apply(&mut flat, &branch.normalised, first, BRANCH.width, &mut products.sums);
        logits.extend_from_slice(flat.as_chunks::<HEADS>().0);
    }

    /// The score of a candidate in the context of a word, in nats (a log-probability up to a constant), without the cost of
    /// the damage.
    #[must_use]
    pub fn score(&self, word: usize, candidate: [u32; CANDIDATE_FEATURES], scratch: &mut EncoderScratch) -> f32 {
        let EncoderScratch { queries, embedding, .. } = scratch;
        embedding.clear();
        embedding.resize(EMBEDDING, 0.0);
        self.candidates.add_rows(&candidate, embedding);
        dot(embedding, &queries[word * EMBEDDING..][..EMBEDDING])
    }
}

impl EncoderScratch {
    /// Per word, the log-odds of a sentence end, a missing number and a clause end after it.
    #[must_use]
    pub fn logits(&self) -> &[[f32; HEADS]] {
        &self.logits
    }
}

impl Stack {
    fn new(shape: StackShape, stored: &StoredStack, entry_unit: f32) -> Self {
        let blocks = stored.blocks.iter().map(|block| Affine::new(block, UNITS)).collect();
        Self { shape, entry: Affine::new(&stored.entry, entry_unit), blocks }
    }

    /// Passes rows through some of the blocks; `context`, if not empty, is added to the columns of the first.
    fn run(&self, blocks: Range<usize>, words: usize, mut context: &[f32], rows: &mut Rows, products: &mut Products) {
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
    fn clear(&mut self, words: usize, width: usize) {
        // Without it `resize` would keep the old numbers, and the margins must be zero.
        self.stream.clear();
        self.stream.resize((words + 2 * MARGIN) * width, 0.0);
    }

    /// Divides each row by its root mean square and rounds it to integers; the margins stay zero.
    fn normalise(&mut self, width: usize) {
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
fn add_rows(normalised: &[i16], rows: Range<usize>, sums: &mut [f64]) {
    let width = sums.len();
    for row in normalised[rows.start * width..rows.end * width].chunks_exact(width) {
        sums.iter_mut().zip(row).for_each(|(sum, cell)| *sum += f64::from(*cell));
    }
}

/// Appends numbers to `integers`, in the finest unit that [`LARGEST_INPUT`] allows for them; returns the unit.
fn push_integers(integers: &mut Vec<i16>, numbers: &[f32]) -> f32 {
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
