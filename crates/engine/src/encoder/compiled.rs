//! The encoder as it runs.
//!
//! Invariant: an article gets the same answers on every processor, and however it is cut into windows. Matrix products are
//! the cost, and they are exact: sums of integers ([`super::integer`]). Everything between two products is done number by
//! number in a fixed order, which IEEE 754 makes equal everywhere too.
//!
//! A long article is read in windows that overlap by [`REACH`] words on both sides: more a word cannot see but for the mean of the
//! article, which is taken beforehand. So the windows cannot be told from the outside, and memory is bounded.

use std::ops::Range;

use super::features::{CANDIDATE_FEATURES, WORD_FEATURES, candidate_features, word_features};
use super::integer::{Input, IntegerMatrix};
use super::network::{LARGEST_INPUT, StoredAffine, StoredNetwork, StoredStack, StoredTable};
use super::{BRANCH, CONTEXT_BLOCK, EMBEDDING, LEAST_SQUARE, MARGIN, QUESTIONS, REACH, StackShape, TAPS, TRUNK};
use crate::matrix::dot;

/// Words of a window, without its overlap.
const WINDOW: usize = 4096;
/// Rows that pass through a convolution together: few enough to stay in the cache.
const TILE: usize = 256;
/// A number of the normalised stream is worth so many units of its integer: enough for one of twelve times the mean size.
const UNITS: f32 = 42.0;

/// A matrix of integers, with what a unit of each column is worth once it is multiplied by an input's unit.
#[derive(Debug)]
struct Affine {
    matrix: IntegerMatrix,
    scales: Vec<f32>,
    bias: Vec<f32>,
}

/// A stack of gated convolutions: the matrix that leads into its stream, and that of each block.
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
    request: Affine,
    branch: Stack,
    questions: Affine,
}

/// Rows of a stack, between margins of zeros.
#[derive(Debug, Default)]
struct Rows {
    stream: Vec<f32>,
    /// The stream's rows, each divided by its root mean square, in integers.
    normalised: Vec<i16>,
}

/// Memory for a product and what is made of it.
#[derive(Debug, Default)]
struct Products {
    sums: Vec<i32>,
    columns: Vec<f32>,
}

/// Memory that one worker reuses between articles, and what the encoder found of the last.
#[derive(Debug, Default)]
pub struct EncoderScratch {
    trunk: Rows,
    branch: Rows,
    integers: Vec<i16>,
    products: Products,
    /// What the mean of the article adds to the columns of one block.
    context: Vec<f32>,
    /// Words × [`EMBEDDING`]: what the context asks of a candidate.
    requests: Vec<f32>,
    /// Log-odds that a sentence ends after each word, that a number is missing there, and that a clause ends.
    answers: Vec<[f32; QUESTIONS]>,
    embedding: Vec<f32>,
}

/// Words that are read together.
struct Window {
    /// Those that are answered for.
    inner: Range<usize>,
    /// And those that they can see.
    outer: Range<usize>,
}

impl Window {
    fn of_article(words: usize, size: usize) -> Vec<Self> {
        let window = |start: usize| {
            let inner = start..(start + size).min(words);
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

    /// Turns a row of integer sums, of an input in units of `unit`, into numbers.
    #[expect(clippy::cast_precision_loss, reason = "sums stay below 2^24")]
    fn finish(&self, sums: &[i32], unit: f32, out: &mut [f32]) {
        for (((cell, sum), scale), bias) in out.iter_mut().zip(sums).zip(&self.scales).zip(&self.bias) {
            *cell = *sum as f32 * unit * scale + bias;
        }
    }

    /// Fills `out` with what the matrix makes of rows of integers, from the row `first` on.
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
        let StoredNetwork { words, candidates, trunk, context, request, branch, questions } = network;
        Self {
            words,
            candidates,
            trunk: Stack::new(TRUNK, &trunk, 1.0),
            context: Affine::new(&context, 1.0),
            request: Affine::new(&request, UNITS),
            branch: Stack::new(BRANCH, &branch, UNITS),
            questions: Affine::new(&questions, UNITS),
        }
    }

    /// The rows of a damaged word, given with its candidates (letter codes).
    #[must_use]
    pub fn word_rows<'a>(&self, codes: &[u8], candidates: impl ExactSizeIterator<Item = &'a [u8]>) -> [u32; WORD_FEATURES] {
        self.words.rows.of(word_features(codes, candidates))
    }

    /// The rows of a candidate (letter codes), given with how well it is known.
    #[must_use]
    pub fn candidate_rows(&self, codes: &[u8], standing: [u8; 2]) -> [u32; CANDIDATE_FEATURES] {
        self.candidates.rows.of(candidate_features(codes, standing))
    }

    /// Reads an article, given as the rows of its words; what is found stays in `scratch`.
    pub fn read(&self, words: &[[u32; WORD_FEATURES]], scratch: &mut EncoderScratch) {
        self.read_in_windows(words, WINDOW, scratch);
    }

    /// As [`Self::read`], in windows of so many words; how many is not seen from the outside.
    pub fn read_in_windows(&self, words: &[[u32; WORD_FEATURES]], window: usize, scratch: &mut EncoderScratch) {
        scratch.requests.clear();
        scratch.answers.clear();
        let windows = Window::of_article(words.len(), window);
        let mut sums = [0.0; TRUNK.width];
        for window in &windows {
            self.begin(&words[window.outer.clone()], scratch);
            add_rows(&scratch.trunk.normalised, window.inner_rows(), &mut sums);
        }
        self.see_whole(&sums, words.len(), scratch);
        for window in &windows {
            if windows.len() > 1 {
                self.begin(&words[window.outer.clone()], scratch);
            }
            self.go_on(window, scratch);
        }
    }

    /// Reads words up to the block that sees the mean of the article.
    fn begin(&self, words: &[[u32; WORD_FEATURES]], scratch: &mut EncoderScratch) {
        self.enter(words, scratch);
        self.trunk.run(0..CONTEXT_BLOCK, words.len(), &[], &mut scratch.trunk, &mut scratch.products);
    }

    /// The summed embeddings of the words, through the first matrix.
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
                *unit = push_integers(integers, embedding);
            }
            entry.matrix.multiply(Input { integers, width: EMBEDDING, taps: &[0] }, words.len(), &mut products.sums);
            let out = &mut trunk.stream[(MARGIN + index * TILE) * TRUNK.width..][..words.len() * TRUNK.width];
            let sums = products.sums.chunks_exact(entry.matrix.columns());
            for ((out, sums), unit) in out.chunks_exact_mut(TRUNK.width).zip(sums).zip(units) {
                entry.finish(sums, unit, out);
            }
        }
        trunk.normalise(TRUNK.width);
    }

    /// What the mean of an article's rows, given as their sums, adds to the columns of a block.
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a mean of small integers")]
    fn see_whole(&self, sums: &[f64], words: usize, scratch: &mut EncoderScratch) {
        let EncoderScratch { integers, products, context, .. } = scratch;
        let means: Vec<f32> = sums.iter().map(|sum| (sum / words.max(1) as f64) as f32 / UNITS).collect();
        integers.clear();
        let unit = push_integers(integers, &means);
        self.context.matrix.multiply(Input { integers, width: TRUNK.width, taps: &[0] }, 1, &mut products.sums);
        context.resize(TRUNK.gated(), 0.0);
        self.context.finish(&products.sums, unit, context);
    }

    /// Reads what was begun to its end, and answers for the inner words.
    fn go_on(&self, window: &Window, scratch: &mut EncoderScratch) {
        let EncoderScratch { trunk, branch, products, context, requests, answers, .. } = scratch;
        let (words, first) = (window.outer.len(), window.inner_rows().start);
        self.trunk.run(CONTEXT_BLOCK..TRUNK.dilations.len(), words, context, trunk, products);
        let start = requests.len();
        requests.resize(start + window.inner.len() * EMBEDDING, 0.0);
        self.request.apply(&mut requests[start..], &trunk.normalised, first, TRUNK.width, &mut products.sums);

        branch.clear(words, BRANCH.width);
        let entered = &mut branch.stream[MARGIN * BRANCH.width..][..words * BRANCH.width];
        self.branch.entry.apply(entered, &trunk.normalised, MARGIN, TRUNK.width, &mut products.sums);
        branch.normalise(BRANCH.width);
        self.branch.run(0..BRANCH.dilations.len(), words, &[], branch, products);
        let mut odds = vec![0.0; window.inner.len() * QUESTIONS];
        self.questions.apply(&mut odds, &branch.normalised, first, BRANCH.width, &mut products.sums);
        answers.extend_from_slice(odds.as_chunks::<QUESTIONS>().0);
    }

    /// How much the context of a word speaks for a candidate, in nats, without the cost of the damage.
    #[must_use]
    pub fn score(&self, word: usize, candidate: [u32; CANDIDATE_FEATURES], scratch: &mut EncoderScratch) -> f32 {
        let EncoderScratch { requests, embedding, .. } = scratch;
        embedding.clear();
        embedding.resize(EMBEDDING, 0.0);
        self.candidates.add_rows(&candidate, embedding);
        dot(embedding, &requests[word * EMBEDDING..][..EMBEDDING])
    }
}

impl EncoderScratch {
    /// Per word, the log-odds that a sentence ends after it, that a number is missing there, and that a clause ends.
    #[must_use]
    pub fn answers(&self) -> &[[f32; QUESTIONS]] {
        &self.answers
    }
}

impl Stack {
    fn new(shape: StackShape, stored: &StoredStack, entry_unit: f32) -> Self {
        let blocks = stored.blocks.iter().map(|block| Affine::new(block, UNITS)).collect();
        Self { shape, entry: Affine::new(&stored.entry, entry_unit), blocks }
    }

    /// Passes rows through some of the blocks; `context` is added to the columns of the first, where there is one.
    fn run(&self, blocks: Range<usize>, words: usize, mut context: &[f32], rows: &mut Rows, products: &mut Products) {
        for block in blocks {
            self.convolve(block, words, context, rows, products);
            rows.normalise(self.shape.width);
            context = &[];
        }
    }

    /// Adds to the stream what a gated convolution makes of its normalised rows.
    fn convolve(&self, block: usize, words: usize, context: &[f32], rows: &mut Rows, products: &mut Products) {
        let (width, dilation, affine) = (self.shape.width, self.shape.dilations[block], &self.blocks[block]);
        let Products { sums, columns } = products;
        columns.resize(self.shape.gated(), 0.0);
        for start in (0..words).step_by(TILE) {
            let count = TILE.min(words - start);
            let taps: [usize; TAPS] = std::array::from_fn(|tap| MARGIN + start + tap * dilation - dilation);
            affine.matrix.multiply(Input { integers: &rows.normalised, width, taps: &taps }, count, sums);
            let target = &mut rows.stream[(MARGIN + start) * width..][..count * width];
            for (cells, sums) in target.chunks_exact_mut(width).zip(sums.chunks_exact(affine.matrix.columns())) {
                affine.finish(sums, 1.0, columns);
                columns.iter_mut().zip(context).for_each(|(column, context)| *column += context);
                let (value, opening) = columns.split_at(width);
                for ((cell, value), opening) in cells.iter_mut().zip(value).zip(opening) {
                    *cell += value * (0.5 + 0.5 * opening / (1.0 + opening.abs()));
                }
            }
        }
    }
}

impl Rows {
    fn clear(&mut self, words: usize, width: usize) {
        self.stream.clear();
        self.stream.resize((words + 2 * MARGIN) * width, 0.0);
    }

    /// Divides each row by its root mean square and rounds it to integers; margins stay zero.
    fn normalise(&mut self, width: usize) {
        self.normalised.clear();
        for row in self.stream.chunks_exact(width) {
            #[expect(clippy::cast_precision_loss, reason = "a few hundred columns")]
            let square = dot(row, row) / width as f32;
            let units = UNITS / (square + LEAST_SQUARE).sqrt();
            self.normalised.extend(row.iter().map(|cell| rounded((cell * units).clamp(-LARGEST_INPUT, LARGEST_INPUT))));
        }
    }
}

/// Adds up the columns of some rows of integers: exact, so in any order.
fn add_rows(normalised: &[i16], rows: Range<usize>, sums: &mut [f64]) {
    let width = sums.len();
    for row in normalised[rows.start * width..rows.end * width].chunks_exact(width) {
        sums.iter_mut().zip(row).for_each(|(sum, cell)| *sum += f64::from(*cell));
    }
}

/// Adds numbers to `integers` in units of their own, as fine as [`LARGEST_INPUT`] allows; returns the unit.
fn push_integers(integers: &mut Vec<i16>, numbers: &[f32]) -> f32 {
    let largest = numbers.iter().fold(f32::MIN_POSITIVE, |most, number| most.max(number.abs()));
    let unit = largest / LARGEST_INPUT;
    integers.extend(numbers.iter().map(|number| rounded(number / unit)));
    unit
}

/// To the nearest integer, ties to even; for numbers below 2^15, where adding 1.5 · 2^23 leaves no fraction.
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
